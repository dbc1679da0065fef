"""Families of window models: which sets feed which head, and what is kept out of training.

A family is built by its function from the data folder. Rule for all: a sequence that occurs in a dev or test split of any
head of the family, on either strand, is in no training set of any head.
"""
import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from genome import ACCEPTOR_MINUS, ACCEPTOR_PLUS, BIN, DEV, DONOR_MINUS, DONOR_PLUS, ELEMENTS, REGIONS, gtf
from sequences import Held, ids, read, read_fasta, reverse_complement


@dataclass
class Head:
    name: str
    labels: list                      # one: yes or no; more: one of them
    metric: str = "mcc"               # what the epoch is chosen by
    ship: bool = True                 # False: helps training, is not exported
    weight: float = 1.0

    @property
    def width(self):
        return 1 if len(self.labels) == 1 else len(self.labels)


@dataclass
class Family:
    span: int
    heads: list
    train: dict = field(default_factory=dict)     # sequence row (bytes of ids) -> {head index: label}
    dev: list = field(default_factory=list)       # per head: [(ids, label)]
    net: dict = field(default_factory=dict)
    strands: str = "forward"                      # "average": train on both strands, answer with their mean
    notes: list = field(default_factory=list)
    epochs: int = 12
    rate: float = 3e-3
    unknown: float = 0.0              # share of bases that are hidden in training

    def add(self, sequence, head, label, offset=None):
        row = ids(sequence, self.span, offset).tobytes()
        self.train.setdefault(row, {})[head] = int(label)

    def arrays(self):
        """(ids (rows, span), labels (rows, heads), -1 where a head has none)."""
        x = np.frombuffer(b"".join(self.train), dtype=np.uint8).reshape(-1, self.span).copy()
        y = np.full((len(self.train), len(self.heads)), -1, dtype=np.int64)
        for i, labels in enumerate(self.train.values()):
            for head, label in labels.items():
                y[i, head] = label
        return x, y


def _gue(data, part, split):
    return read(Path(data) / "gue" / "GUE" / part / f"{split}.csv.gz")


def _lpd(data, part, split):
    return read(Path(data) / "gue" / "LPD" / "promoter_prediction" / part / f"{split}.csv.gz", label="promoter_presence")


def promoter_core(data, genome=None):
    """70 bp, -34 to +35 of a transcription start site (EPDnew)."""
    f = Family(70, [Head("promoter", ["promoter"]), Head("promoter_notata", ["promoter"]), Head("promoter_tata", ["promoter"]),
                    Head("lpd", ["promoter"], ship=False, weight=0.3)],
               net=dict(pool=2, places=16, dilations=(1, 2, 4), stem=96, width=48, drop=0.5), epochs=7, unknown=0.04)
    sets = ["prom_core_all", "prom_core_notata", "prom_core_tata"]
    kept_out = [s for name in sets for split in ("dev", "test") for s, _ in _gue(data, f"prom/{name}", split)]
    held = Held(kept_out)
    held60 = Held([s[o:o + 60] for s in kept_out for o in range(11)])
    dropped = 0
    for head, name in enumerate(sets):
        for s, y in _gue(data, f"prom/{name}", "train"):
            if s in held:
                dropped += 1
            else:
                f.add(s, head, y)
        f.dev.append([(ids(s, 70), int(y)) for s, y in _gue(data, f"prom/{name}", "dev")])
    for split in ("train", "dev", "test"):                    # its 60 bp lie at offset 4 of the 70 bp
        for s, y in _lpd(data, "prom_60", split):
            if s not in held60 and int(y) == 0:
                f.add(s, 3, 0, offset=4)
    for row, labels in list(f.train.items()):                 # positives of the third set: those of the first
        if labels.get(0) == 1:
            labels[3] = 1
    f.dev.append([])
    f.notes.append(f"{dropped:,} training rows that occur in a dev or test split were removed")
    return f


CORE_IN_300 = (216, 286)


def promoter_proximal(data, genome=None):
    """300 bp, -249 to +50 of a transcription start site (EPDnew)."""
    f = Family(300, [Head("promoter", ["promoter"]), Head("promoter_tata", ["promoter"]), Head("lpd", ["promoter"], ship=False, weight=0.3)],
               net=dict(pool=5, places=12, dilations=(1, 2, 4, 8), stem=80, width=48, drop=0.4), epochs=8)
    kept_out = [s for name in ("prom_300_all", "prom_300_tata") for split in ("dev", "test") for s, _ in _gue(data, f"prom/{name}", split)]
    held = Held(kept_out, core=CORE_IN_300)
    lpd_negative = {s for split in ("dev", "test") for s, y in _lpd(data, "prom_300", split) if int(y) == 0}
    dropped = rows = 0
    for s, y in read(Path(data) / "gue" / "derived" / "prom_300_all.train.recovered.csv.gz"):
        if s in held:
            dropped += 1
        else:
            f.add(s, 2 if s in lpd_negative else 0, y)
            rows += 1
    for s, y in _gue(data, "prom/prom_300_tata", "train"):
        if s in held:
            dropped += 1
        else:
            f.add(s, 1, y)
            f.add(s, 0, y)
    for labels in f.train.values():
        if labels.get(0) == 1:
            labels[2] = 1
    # Promoters whose 300 bp are not at hand, but whose 70-bp core is: the core alone, the rest unknown.
    cores = {s: y for split in ("train", "dev", "test") for s, y in _gue(data, "prom/prom_core_all", split)}
    tata = {s for split in ("train", "dev", "test") for s, _ in _gue(data, "prom/prom_core_tata", split)}
    seen = {np.frombuffer(r, np.uint8)[CORE_IN_300[0]:CORE_IN_300[1]].tobytes() for r in f.train}
    alone = 0
    for s, y in cores.items():
        if s not in held and ids(s, 70).tobytes() not in seen:
            f.add(s, 0, y, offset=CORE_IN_300[0])
            if s in tata:
                f.add(s, 1, y, offset=CORE_IN_300[0])
            alone += 1
    for name in ("prom_300_all", "prom_300_tata"):
        f.dev.append([(ids(s, 300), int(y)) for s, y in _gue(data, f"prom/{name}", "dev")])
    f.dev.append([])
    f.notes.append(f"training: {rows:,} sequences of 300 bp and {alone:,} cores of 70 bp with unknown surroundings; "
                   f"{dropped:,} rows that occur in a dev or test split were removed, and every core of theirs")
    return f


HUMAN, MOUSE = [0, 1, 2, 3, 4], [0, 2, 3, 4]


def tf(data, genome=None):
    """101 bp centred on a ChIP-seq peak. Human and mouse sets train one trunk; they are shipped apart."""
    f = Family(101, [Head(f"human_{i}", ["bound"]) for i in HUMAN] + [Head(f"mouse_{i}", ["bound"]) for i in MOUSE]
               + [Head("mouse_1", ["bound"], ship=False, weight=0.5)],
               net=dict(pool=3, places=8, dilations=(1, 2, 4), stem=128, width=64, drop=0.3), strands="average", epochs=14)
    parts = [f"tf/{i}" for i in HUMAN] + [f"mouse/{i}" for i in MOUSE]
    kept_out = [s for p in parts for split in ("dev", "test") for s, _ in _gue(data, p, split)]
    kept_out += [s for s, _ in _gue(data, "mouse/1", "test")]
    held, dropped = Held(kept_out), 0
    for head, part in enumerate(parts + ["mouse/1"]):
        for s, y in _gue(data, part, "dev" if part == "mouse/1" else "train"):
            if s in held:
                dropped += 1
            else:
                f.add(s, head, y)
        f.dev.append([] if part == "mouse/1" else [(ids(s, 101), int(y)) for s, y in _gue(data, part, "dev")])
    f.notes.append(f"{dropped:,} training rows that occur in a dev or test split of any of the sets were removed")
    return f


def _share(sequence, of):
    """The same part of sequences every time: by their digest, not by chance."""
    return int(hashlib.md5(sequence.encode()).hexdigest(), 16) % of == 0


def splice(data, genome):
    """400 bp, AG before or GT after the middle (acceptor: bases 199-200, donor: 201-202, counting from 1)."""
    f = Family(400, [Head("splice", ["acceptor", "donor", "neither"])],
               net=dict(pool=4, places=12, dilations=(1, 2, 4, 8), stem=96, width=48, drop=0.4), epochs=8)
    test = _gue(data, "splice/reconstructed", "test")
    held = Held([s for s, _ in test])
    words = {s[i:i + 40] for t, _ in test for s in (t, reverse_complement(t)) for i in range(0, 361)}
    dev, dropped = [], 0
    for s, y in _gue(data, "splice/reconstructed", "dev"):      # the train split is not at hand: dev is cut in two
        if s in held or s[180:220] in words:
            dropped += 1
        elif _share(s, 5):
            dev.append((ids(s, 400), int(y)))
        else:
            f.add(s, 0, y)
    published = len(f.train)
    z = np.load(genome)
    rng = np.random.default_rng(11)
    letters = np.frombuffer(b"ACGTN", dtype=np.uint8)
    names = sorted({k.split(".")[0] for k in z.files})
    for name in names:
        text = letters[z[f"{name}.ids"]].tobytes().decode()
        marks, begin = z[f"{name}.splice"], DEV[1] if name == "hg19_chr20" else 0

        def cut(at, minus):     # `at`: the base left of the middle, on its own strand
            s = text[at - 199:at + 201] if not minus else reverse_complement(text[at - 200:at + 200])
            return s if len(s) == 400 and "N" not in s else None

        def keep(s, y):
            nonlocal dropped
            if s is None:
                return
            if s[180:220] in words:
                dropped += 1
            else:
                f.add(s, 0, y)

        for bit, y, minus in ((DONOR_PLUS, 1, False), (ACCEPTOR_PLUS, 0, False), (DONOR_MINUS, 1, True), (ACCEPTOR_MINUS, 0, True)):
            at = np.nonzero(marks & bit)[0]
            for i in at[at >= begin]:
                i = int(i)
                # the donor is the base left of the middle, the acceptor the one right of it
                keep(cut(i + (0 if y == 1 else (-1 if not minus else 1)), minus), y)
                for _ in range(1):      # a decoy on the same strand nearby: AG or GT in the same place, no site
                    for _ in range(60):
                        j = i + int(rng.integers(-3000, 3000))
                        s = cut(j, minus) if 300 < j < len(text) - 300 else None
                        if s and (s[200:202] == "GT" if y == 1 else s[198:200] == "AG") and not (marks[j - 2:j + 3] & 15).any():
                            keep(s, 2)
                            break
    f.dev.append(dev)
    f.notes.append(f"training: {published:,} sequences of GUE's dev split (its train split is not at hand) and {len(f.train) - published:,} around annotated sites "
                   f"and decoys of the human slices (not chr20:1-20 Mb); {dropped:,} that share their middle with a test sequence were removed")
    return f


def regulatory(data, genome=None):
    """Sequences of 2 to 802 bp of GenomicBenchmarks: which element, open chromatin or not, enhancer or not."""
    f = Family(810, [Head("element", ["promoter", "enhancer", "open_chromatin"]), Head("open_chromatin", ["open_chromatin"], metric="accuracy"),
                     Head("enhancer_cohn", ["enhancer"], metric="accuracy"), Head("enhancer_ensembl", ["enhancer"], metric="accuracy"),
                     Head("enhancer_200", ["enhancer"], ship=False, weight=0.5)],
               net=dict(pool=5, places=0, dilations=(1, 2, 4, 8), stem=96, width=64, drop=0.4, lengths=3), strands="average", epochs=12)
    root = Path(data) / "genomic_benchmarks"
    part = lambda name, split: read(root / "derived_from_coordinates" / f"{name}.{split}.partial.csv.gz")
    sets = [("human_ensembl_regulatory", {"promoter": 0, "enhancer": 1, "ocr": 2}), ("human_ocr_ensembl", {"negative": 0, "positive": 1}),
            ("human_enhancers_cohn", {"negative": 0, "positive": 1}), ("human_enhancers_ensembl", {"negative": 0, "positive": 1})]
    kept_out = [s for name, _ in sets for s, _ in part(name, "test")]
    kept_out += [s for s, _ in read(root / "published" / "human_enhancers_cohn.test.tsv.gz", sequence="seq")]
    held, dropped = Held(kept_out), 0
    rows = [(s, head, labels[y]) for head, (name, labels) in enumerate(sets) for s, y in part(name, "train")]
    rows += [(s, 0, int(y)) for s, y in read(root / "published" / "human_ensembl_regulatory.train1500.tsv.gz", sequence="seq")]
    rows += [(s, 1, int(y)) for s, y in read(root / "published" / "human_ocr_ensembl.train1000.tsv.gz", sequence="seq")]
    for kind, y in (("non", 0), ("weak", 1), ("strong", 1)):
        for s in read_fasta(Path(data) / "enhancers_ienhancer2l" / f"train_{kind}_enhancers.fa.gz").values():
            rows.append((s.upper(), 4, y))
    dev = [[] for _ in f.heads]
    for s, head, y in rows:
        if s in held:
            dropped += 1
        elif len(s) >= 2 and head < 4 and _share(s, 10):
            dev[head].append((ids(s, 810, 0), y))
        else:
            f.add(s, head, y, offset=0)
    f.dev = dev
    f.notes.append(f"training: the train splits as far as their sequences are at hand, a tenth of them as dev; {dropped:,} rows that occur in a test split were removed")
    return f


def gene(data, genome):
    """1,000 bp: the beginning of a gene, coding or not; and any sequence, as it is or written backwards (not complemented)."""
    f = Family(1000, [Head("biotype", ["protein_coding"]), Head("direction", ["reverse"], metric="accuracy")],
               net=dict(pool=5, places=0, dilations=(1, 2, 4, 8), stem=96, width=48, drop=0.3), epochs=8)
    for split, head, s, y in gene_rows(data, genome):
        if split == "train":
            f.add(s, head, y, offset=0)
        elif split == "dev":
            while len(f.dev) < 2:
                f.dev.append([])
            f.dev[head].append((ids(s, 1000, 0), y))
    f.notes.append("training: GENCODE genes and sequence of the human slices; held out: chr20:1-15 Mb (test) and 15-20 Mb (dev)")
    return f


def gene_rows(data, genome):
    """(split, head, sequence, label) of the gene family; `sets.py` writes the test rows as CSV."""
    z = np.load(genome)
    letters = np.frombuffer(b"ACGTN", dtype=np.uint8)
    rng = np.random.default_rng(5)
    for name, (_, assembly, chromosome, start) in REGIONS.items():
        text = letters[z[f"{name}.ids"]].tobytes().decode()
        split_of = lambda at: "train" if name != "hg19_chr20" or at >= DEV[1] else "dev" if at >= DEV[0] else "test"
        for chrom, feature, left, end, strand, kind in gtf(data, assembly):
            if chrom != chromosome or feature != "gene":
                continue
            left, end = left - start, end - start
            for shift in ((0, 200, 400, 700) if split_of(left) == "train" else (0,)):
                a, b = (left + shift, left + shift + 1000) if strand == "+" else (end - shift - 1000, end - shift)
                a, b = max(a, left, 0), min(b, end, len(text))
                if b - a < 200:
                    continue
                s = text[a:b]
                s = s if strand == "+" else reverse_complement(s)
                if "N" * 10 not in s:
                    yield split_of(a), 0, s, int(kind == "protein_coding")
        for i in rng.integers(0, len(text) - 1000, len(text) // 1000 if name != "hg19_chr20" else len(text) // 1500):
            i = int(i)
            n = int(rng.integers(300, 1001))
            s = text[i:i + n]
            if "N" in s:
                continue
            turned = int(rng.integers(2))
            if split_of(i) == "train" or rng.random() < 0.15:
                yield split_of(i), 1, s[::-1] if turned else s, turned


FRAME_SPAN, STOPS = 300, {"TAA", "TAG", "TGA"}
FRAMES = ["plus_0", "plus_1", "plus_2", "minus_0", "minus_1", "minus_2", "noncoding"]


def frame(data, genome):
    """60 to 300 bp: inside a coding exon, with codons that begin at base 0, 1 or 2 on which strand, or not coding."""
    f = Family(FRAME_SPAN, [Head("frame", FRAMES)], net=dict(pool=1, places=0, dilations=(1, 3, 9), stem=64, kernel=9, width=40, drop=0.3, phases=3), epochs=6)
    dev, counts = [], {}
    for split, s, label in frame_rows(data, genome):
        counts[split] = counts.get(split, 0) + 1
        if split == "train":
            f.add(s, 0, label, offset=0)
        elif split == "dev":
            dev.append((ids(s, FRAME_SPAN, 0), label))
    f.dev.append(dev)
    f.notes.append("training: pieces of coding exons of GENCODE whose frame is sure (the only one without a stop), and of introns and sequence between genes; "
                   "held out: chr20:1-15 Mb (test) and 15-20 Mb (dev)")
    return f


def frame_rows(data, genome):
    """(split, sequence, label) of the frame family. An exon's frame is the one of three without a stop; exons with several are left out.

    The label counts from the left end of the sequence as given, on both strands: codons lie at bases k to k + 2, k + 3 …
    """
    z = np.load(genome)
    letters = np.frombuffer(b"ACGTN", dtype=np.uint8)
    rng = np.random.default_rng(17)
    for name, (_, assembly, chromosome, start) in REGIONS.items():
        text = letters[z[f"{name}.ids"]].tobytes().decode()
        coding = (z[f"{name}.elements"] & ((1 << ELEMENTS.index("coding_plus")) | (1 << ELEMENTS.index("coding_minus")))) > 0
        split_of = lambda at: "train" if name != "hg19_chr20" or at >= DEV[1] else "dev" if at >= DEV[0] else "test"
        for chrom, feature, left, end, strand, _ in gtf(data, assembly):
            left, end = left - start, end - start
            if chrom != chromosome or feature != "CDS" or left < 0 or end > len(text) or end - left < 66:
                continue
            exon = text[left:end]
            turned = strand == "-"
            codons = lambda s: {reverse_complement(c) if turned else c for c in (s[i:i + 3] for i in range(0, len(s) - 2, 3))}
            # The last codon of a gene may be a stop: its three bases do not count.
            inner = exon[:-3] if not turned else exon[3:]
            open_frames = [k for k in range(3) if not codons(inner[k:]) & STOPS]
            if len(open_frames) != 1 or "N" in exon:
                continue
            for _ in range(max(1, min(6, (end - left) // 60)) if split_of(left) == "train" else 1):
                n = int(rng.integers(60, min(FRAME_SPAN, len(exon)) + 1))
                i = int(rng.integers(0, len(exon) - n + 1))
                yield split_of(left), exon[i:i + n], (open_frames[0] - i) % 3 + (3 if turned else 0)
                for _ in range(20):      # as long a piece without coding bases, from nearby or from anywhere
                    j = max(left + int(rng.integers(-20_000, 20_000)), 0) if rng.random() < 0.5 else int(rng.integers(0, len(text) - n))
                    s = text[j:j + n]
                    if len(s) == n and "N" not in s and not coding[j // BIN:(j + n) // BIN + 1].any() and split_of(j) == split_of(left):
                        yield split_of(left), s, 6
                        break


def promoter_nontata(data, genome):
    """251 bp, -200 to +50 of a transcription start site (EPDnew); not promoters: pieces of genes behind their first thousand bases."""
    f = Family(251, [Head("promoter", ["promoter"])], net=dict(pool=5, places=12, dilations=(1, 2, 4, 8), stem=80, width=48, drop=0.5), epochs=8, unknown=0.05)
    root = Path(data) / "genomic_benchmarks"
    test = [s for s, _ in read(root / "published" / "human_nontata_promoters.test.tsv.gz", sequence="seq")]
    words = {s[i:i + 32] for t in test for s in (t, reverse_complement(t)) for i in range(len(s) - 31)}
    seen = lambda s: any(s[i:i + 32] in words for i in range(0, len(s) - 31, 8))
    dev = [(s, int(y == "positive")) for s, y in read(root / "derived_from_coordinates" / "human_nontata_promoters.train.partial.csv.gz")]
    f.dev.append([(ids(s, 251), 1) for s, y in dev if y == 1 and not seen(s)])
    words |= {s[i:i + 32] for t, _ in dev for s in (t, reverse_complement(t)) for i in range(len(s) - 31)}
    dropped = promoters = 0
    for s, y in read(Path(data) / "gue" / "derived" / "prom_300_all.train.recovered.csv.gz"):
        s = s[49:]
        if seen(s):
            dropped += 1
        elif int(y) == 1:
            f.add(s, 0, 1)
            promoters += 1
    z = np.load(genome)
    letters = np.frombuffer(b"ACGTN", dtype=np.uint8)
    rng = np.random.default_rng(23)
    pieces = []
    for name, (_, assembly, chromosome, start) in REGIONS.items():
        text = letters[z[f"{name}.ids"]].tobytes().decode()
        for chrom, feature, left, end, strand, kind in gtf(data, assembly):
            left, end = left - start, end - start
            if chrom != chromosome or feature != "gene" or kind != "protein_coding" or left < 0 or end > len(text) or end - left < 2000:
                continue
            for _ in range(min(40, (end - left) // 1000)):
                at = left + int(rng.integers(1000, end - left - 250)) if strand == "+" else end - int(rng.integers(1000, end - left - 250)) - 251
                s = text[at:at + 251]
                s = s if strand == "+" else reverse_complement(s)
                if len(s) != 251 or "N" in s or seen(s):
                    continue
                if name != "hg19_chr20" or at >= DEV[1]:
                    pieces.append(s)
                elif at >= DEV[0]:
                    f.dev[0].append((ids(s, 251), 0))
    rng.shuffle(pieces)
    others = 0
    for s in pieces:
        if others < 1.2 * promoters:
            f.add(s, 0, 0)
            others += 1
    f.notes.append(f"training: {promoters:,} promoters of GUE's proximal sets, cut to 251 bp, and {others:,} pieces of coding genes of the human slices; dev: promoters of the train split "
                   f"at hand and pieces of chr20:15-20 Mb; {dropped:,} rows that share 32 bases with a dev or test sequence were removed")
    return f


FAMILIES = {"promoter-core": promoter_core, "promoter-proximal": promoter_proximal, "promoter-nontata": promoter_nontata, "tf": tf, "splice": splice, "regulatory": regulatory, "gene": gene, "frame": frame}
