"""Prompts with their answers: the endless stream the language model learns from, and fixed sets for dev and test.

    python prompts.py --data DATA --genome WORK/genome.npz --out prompts.tsv [--split test] [--most 1000]

writes a table (set, prompt, answer) for `genogloss evaluate ask`. The grammar is GenomicLLM's: SEQ[, key=value]*, task=. Here everything
is written in its shortest form (no blanks around =, keys and sequence joined by ", ", sequence in upper case); the program brings
any prompt into that form before the model sees it.
"""
import argparse
import random
import sys
from pathlib import Path

import records
from records import THREE, translate

from families import FAMILIES  # noqa: E402
from sequences import read  # noqa: E402

LETTERS = "ACGTN"
COMPLEMENT = str.maketrans("ACGTN", "TGCAN")
YES = ["False", "True"]
# family: head -> (task, keys, labels)
CLASSES = {
    "promoter-core": {"promoter": ("core promoter", {}, YES), "promoter_notata": ("core notata promoter", {}, YES),
                      "promoter_tata": ("core tata promoter", {}, YES)},
    "promoter-proximal": {"promoter": ("proximal promoter", {}, YES), "promoter_tata": ("proximal tata promoter", {}, YES)},
    "splice": {"splice": ("splice site", {}, ["acceptor site", "donor site", "non-splice site"])},
    "tf": {f"human_{i}": ("transcription factor binding site", {}, YES) for i in range(5)},
    "regulatory": {"element": ("regulatory", {"annotation": "ensembl"}, ["promoter", "enhancer", "ocr"]),
                   "open_chromatin": ("ocr", {"annotation": "ensembl"}, YES),
                   "enhancer_cohn": ("enhancer", {"annotation": "cohn"}, YES), "enhancer_ensembl": ("enhancer", {"annotation": "ensembl"}, YES)},
    "gene": {"biotype": ("gene biotype", {}, ["other", "protein coding gene"]), "direction": ("sequence direction", {}, ["forward", "reverse"])},
}
STRINGS = ["reverse sequence", "complementary sequence", "reverse complementary sequence"]
KEYS = ["start", "end", "id", "symbol", "annotation:Name", "chromosome", "strand", "annotation:map", "annotation:gene_synonym", "Dbxref:MIM",
        "Dbxref:HGNC", "Dbxref:Ensembl", "Dbxref:miRBase", "Dbxref:GeneID"]
NAMES = ("symbol", "annotation:Name")


def joined(pieces, task):
    return ", ".join([*pieces, task]) + "="


def three(protein):
    return "".join(THREE.get(a, "Xaa") for a in protein)


def metadata(gene, rng, named, most=4, hidden=()):
    """1 to `most` of the gene's keys, in any order; `named`: one of them says its name."""
    keys = [k for k in KEYS if k in gene.values and k not in hidden]
    name = [rng.choice(NAMES)] if named else []
    rest = [k for k in keys if k not in name]
    rng.shuffle(rest)
    chosen = name + rest[:rng.randint(0 if named else 1, most - len(name))]
    rng.shuffle(chosen)
    return [f"{k}={gene.values[k]}" for k in chosen]


def length_of(rng, low, high):
    """Any length, shorter ones more often: every factor of two alike."""
    return round(low * (high / low) ** rng.random())


def piece_of(sequence, rng, low=30, high=240):
    length = min(len(sequence), rng.randint(low, high))
    at = rng.randint(0, len(sequence) - length)
    return sequence[at:at + length]


def with_sequence(pieces, sequence, rng):
    pieces = list(pieces)
    pieces.insert(rng.randint(0, 1) * len(pieces), sequence)
    return pieces


class Source:
    """Everything prompts are made of, of one split."""

    def __init__(self, data, genome, split, families=True):
        self.split = split
        self.genes = [g for g in records.genes(data) if g.split == split]
        self.sequenced = [g for g in self.genes if len(g.sequence) >= 30]
        self.coding_genes = [g for g in self.genes if g.kind == "protein coding gene"]
        self.other_genes = [g for g in self.genes if g.kind == "other"]
        self.coding = [b for s, b in records.coding_sequences(data) if s == split]
        self.classes = {}                                   # task and keys -> {label: [sequence]}
        for name, heads in CLASSES.items() if families else ():
            family = FAMILIES[name](data, genome)
            rows = []
            if split == "train":
                rows = [(head, row, label) for row, labels in family.train.items() for head, label in labels.items()]
            elif split == "dev":
                rows = [(head, row.tobytes(), label) for head, each in enumerate(family.dev) for row, label in each]
            for head, row, label in rows:
                if family.heads[head].name in heads:
                    task, keys, labels = heads[family.heads[head].name]
                    sequence = "".join(LETTERS[min(b, 4)] for b in row).strip("N")
                    if len(sequence) >= 30:
                        pool = self.classes.setdefault((task, tuple(keys.items())), {})
                        pool.setdefault(labels[label], []).append(sequence)

    def sequence(self, rng):
        """Any human sequence: half coding, half from genes."""
        return rng.choice(self.coding) if rng.random() < 0.5 else rng.choice(self.sequenced).sequence

    def description(self, rng, named=True):
        gene = rng.choice(self.genes)
        # Mostly an uncharacterized LOC or a MPRA region is drawn: half of them are drawn again.
        if gene.description.startswith(("uncharacterized", "Sharpr")) and self.split == "train" and rng.random() < 0.6:
            gene = rng.choice(self.genes)
        pieces = metadata(gene, rng, named)
        if gene.sequence and rng.random() < 0.3:
            pieces = with_sequence(pieces, piece_of(gene.sequence, rng, 30, 150), rng)
        return joined(pieces, "gene description"), gene.description

    def unnamed_description(self, rng):
        return self.description(rng, named=False)

    def reading(self, rng):
        gene = rng.choice(self.genes)
        pieces = metadata(gene, rng, False)
        key, _, value = rng.choice(pieces).partition("=")
        if gene.sequence and rng.random() < 0.3:
            pieces = with_sequence(pieces, piece_of(gene.sequence, rng, 30, 150), rng)
        return joined(pieces, f"reading comprehension: {key}"), value

    def biotype(self, rng):
        gene = rng.choice(self.coding_genes if rng.random() < 0.5 else self.other_genes)
        pieces = metadata(gene, rng, rng.random() < 0.7)
        if gene.sequence and rng.random() < 0.5:
            pieces = with_sequence(pieces, piece_of(gene.sequence, rng, 30, 200), rng)
        return joined(pieces, "gene biotype"), gene.kind

    def blank(self, rng):
        """1 to 3 residues of a piece of a protein are hidden behind ___, however many they are."""
        return self.with_blank(rng, rng.randint(1, 3), "___")

    def infill(self, rng):
        """Longer blanks, written longer: never tested, but each teaches as many residues as it hides."""
        return self.with_blank(rng, rng.randint(8, 40), "______")

    def with_blank(self, rng, hidden, mark):
        protein = three(translate(rng.choice(self.coding))[:-1])
        residues = len(protein) // 3
        length = min(residues, rng.randint(hidden + 17, hidden + 117))
        at = rng.randint(0, residues - length)
        blank = rng.randint(0, length - hidden)
        piece = protein[3 * at:3 * (at + length)]
        return (joined([piece[:3 * blank] + mark + piece[3 * (blank + hidden):]], "complete the blank"), piece[3 * blank:3 * (blank + hidden)])

    def string(self, rng, task=None, high=240):
        task = task or rng.choice(STRINGS)
        length = length_of(rng, 9, high) if self.split == "train" else rng.randint(20, high)
        piece = piece_of(self.sequence(rng), rng, length, length)
        answer = piece if task == STRINGS[0] else piece.translate(COMPLEMENT)
        return joined([piece], task), answer if task == STRINGS[1] else answer[::-1]

    def protein(self, rng, high=300):
        bases = rng.choice(self.coding)
        codons = len(bases) // 3
        length = min(codons, length_of(rng, 3, high // 3) if self.split == "train" else rng.randint(10, high // 3))
        at = rng.randint(0, codons - length)
        piece = bases[3 * at:3 * (at + length)]
        return joined([piece], "protein sequence"), three(translate(piece))

    def gc(self, rng):
        piece = piece_of(self.sequence(rng), rng)
        known = sum(piece.count(b) for b in "ACGT")
        return joined([piece], "GC content"), f"{(piece.count('G') + piece.count('C')) / max(1, known):.3f}"

    def orf(self, rng):
        """A whole reading frame, or one with its start, its end or its frame spoilt."""
        bases = rng.choice(self.coding)
        codons = len(bases) // 3
        length = min(codons, rng.randint(20, 100))
        piece = "ATG" + bases[3:3 * (length - 1)] + bases[-3:]
        if rng.random() < 0.5:
            return joined([piece], "Open Reading Frame"), "True"
        spoilt = rng.randint(0, 3)
        if spoilt == 0:
            at = 3 * rng.randint(1, length - 2)
            piece = piece[:at] + rng.choice(["TAA", "TAG", "TGA"]) + piece[at + 3:]
        elif spoilt == 1:
            piece = piece[3:]
        elif spoilt == 2:
            piece = piece[:-3]
        else:
            piece = piece_of(self.sequence(rng), rng, 60, 300)
        return joined([piece], "Open Reading Frame"), str(is_frame(piece))

    def classify(self, rng, which=None):
        (task, keys), pool = which or rng.choice(list(self.classes.items()))
        label = rng.choice(sorted(pool))
        sequence = rng.choice(pool[label])
        pieces = [sequence[:420], *(f"{k}={v}" for k, v in keys)]
        return joined(pieces, task), label


def is_frame(bases):
    protein = translate(bases)
    return len(bases) % 3 == 0 and bases.startswith("ATG") and protein.endswith("*") and "*" not in protein[:-1]


# task: share of the samples the model learns from
SHARES = {"description": 30, "unnamed_description": 4, "reading": 8, "biotype": 8, "blank": 14, "infill": 10, "string": 12, "protein": 5, "gc": 3, "orf": 3, "classify": 15}


def stream(source, seed, shares=None):
    rng = random.Random(seed)
    shares = {name: share for name, share in (SHARES | (shares or {})).items() if name != "classify" or source.classes}
    names, weights = list(shares), list(shares.values())
    while True:
        name = rng.choices(names, weights)[0]
        yield name, *getattr(source, name)(rng)


def fixed(data, genome, split):
    """name -> [(prompt, answer)] of dev or test: the paper's numbers of prompts, where ours are drawn."""
    source = Source(data, genome, split, families=False)
    drawn = {"description": 1000, "unnamed_description": 1000, "reading": 1000, "biotype": 1327, "blank": 988, "protein": 1716, "gc": 1000, "orf": 2000}
    out = {}
    for name, count in drawn.items():
        rng, rows = random.Random(f"{split} {name}"), {}
        while len(rows) < count:
            prompt, answer = getattr(source, name)(rng)
            rows.setdefault(prompt, answer)
        out[name] = list(rows.items())
    for task in STRINGS:
        rng, rows = random.Random(f"{split} {task}"), {}
        while len(rows) < 1000:
            prompt, answer = source.string(rng, task)
            rows.setdefault(prompt, answer)
        out[task.replace(" ", "_")] = list(rows.items())
    gue = Path(data) / "gue" / "GUE"
    for task, part in [("core promoter", "prom/prom_core_all"), ("core notata promoter", "prom/prom_core_notata"), ("core tata promoter", "prom/prom_core_tata"),
                       ("proximal promoter", "prom/prom_300_all"), ("proximal notata promoter", "prom/prom_300_notata"),
                       ("proximal tata promoter", "prom/prom_300_tata")]:
        out[task.replace(" ", "_")] = [(joined([s], task), YES[int(y)]) for s, y in read(gue / part / f"{split}.csv.gz")]
    out["tfbs"] = [(joined([s], "transcription factor binding site"), YES[int(y)]) for i in range(5) for s, y in read(gue / f"tf/{i}" / f"{split}.csv.gz")]
    out["splice"] = [(joined([s], "splice site"), CLASSES["splice"]["splice"][2][int(y)]) for s, y in read(gue / "splice/reconstructed" / f"{split}.csv.gz")]
    root = Path(data) / "genomic_benchmarks"
    part = lambda name: read(root / "derived_from_coordinates" / f"{name}.{split}.partial.csv.gz")
    published = lambda name: read(root / "published" / f"{name}.tsv.gz", sequence="seq")
    truth = {"negative": "False", "positive": "True", "0": "False", "1": "True"}
    if split == "test":
        out["enhancer_cohn"] = [(joined([s, "annotation=cohn"], "enhancer"), truth[y]) for s, y in published("human_enhancers_cohn.test")]
        out["promoter_nontata"] = [(joined([s, "annotation=nontata"], "promoter"), truth[y]) for s, y in published("human_nontata_promoters.test")]
        out["enhancer_ensembl"] = [(joined([s, "annotation=ensembl"], "enhancer"), truth[y]) for s, y in part("human_enhancers_ensembl") if len(s) >= 50]
        out["regulatory"] = [(joined([s, "annotation=ensembl"], "regulatory"), y) for s, y in part("human_ensembl_regulatory") if len(s) >= 50]
        out["ocr"] = [(joined([s, "annotation=ensembl"], "ocr"), truth[y]) for s, y in part("human_ocr_ensembl") if len(s) >= 50]
    from families import gene_rows
    for head, (name, task, labels) in enumerate([("biotype_sequence", "gene biotype", ["other", "protein coding gene"]),
                                                 ("direction", "sequence direction", ["forward", "reverse"])]):
        out[name] = [(joined([s], task), labels[y]) for where, which, s, y in gene_rows(data, genome) if where == split and which == head]
    return out


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--data", required=True)
    p.add_argument("--genome", required=True)
    p.add_argument("--out", required=True)
    p.add_argument("--split", default="test", choices=["dev", "test"])
    p.add_argument("--most", type=int, help="of a set with more prompts, so many drawn by chance (always the same)")
    a = p.parse_args()
    with open(a.out, "w") as out:
        out.write("set\tprompt\tanswer\n")
        for name, rows in fixed(a.data, a.genome, a.split).items():
            if a.most and len(rows) > a.most:
                rows = random.Random(name).sample(rows, a.most)
            out.writelines(f"{name}\t{prompt}\t{answer}\n" for prompt, answer in rows)
            print(f"{name}\t{len(rows)}", file=sys.stderr)


if __name__ == "__main__":
    main()
