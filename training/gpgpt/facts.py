"""What the language model learns from: a knowledge base of `genogloss genes build`, and which of it is held out.

Diseases whose names are the same but for a number, a type or an inheritance are one cluster, whatever their accessions. Genes and
clusters are dealt into train, dev and test by a hash of their name. A pair is of train if both are; of test if either is; so no gene,
disease or spelling of a disease of the test set was seen in training, and neither was a text that names one.

    python facts.py --base genes.sqlite --out DIR      pairs.dev.tsv, pairs.test.tsv
"""
import argparse
import hashlib
import random
import re
import sqlite3
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

CURATED = ("ClinGen", "Orphanet", "CGD", "Gene2Phenotype")
DEV, TEST = 0.05, 0.15
# Claims from this number on are against a relation (src/genes/claim.rs).
DISPUTED = 12
# What tells diseases of a series apart, and no more.
SERIES = set("""type types subtype form group variant number complementation isolated familial syndromic nonsyndromic non autosomal dominant recessive
    x y linked digenic somatic mosaic early late onset susceptibility to with without and or of the in due by a an i ii iii iv v vi vii viii ix xi xii xiii xiv xv""".split())


def fold(text):
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()


def words(text):
    """The words of a disease that are its own: no numbers, types, modes of inheritance; in any order, plurals as one."""
    own = [w for w in fold(text).split() if w not in SERIES and not re.fullmatch(r"[a-z]?\d+[a-z]{0,2}|[a-z]", w)]
    return frozenset(w[:-1] if len(w) > 4 and w.endswith("s") and not w.endswith(("ss", "is", "us")) else w for w in own)


def level(popularity):
    """How well known, in steps."""
    return popularity if popularity < 4 else 4 + (popularity // 4).bit_length()


def split_of(name, seed):
    share = int.from_bytes(hashlib.sha256(f"{seed}:{name}".encode()).digest()[:4], "big") / 2**32
    return "test" if share < TEST else "dev" if share < TEST + DEV else "train"


@dataclass
class Gene:
    id: int
    symbol: str
    name: str
    kind: str
    summary: str
    split: str
    names: set = field(default_factory=set)


@dataclass
class Disease:
    id: int
    accession: str
    name: str
    definition: str
    cluster: int = 0
    names: list = field(default_factory=list)


class Facts:
    def __init__(self, path):
        self.db = db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        self.genes = {id: Gene(id, symbol, name, kind or "", summary or "", split_of(symbol, "gene"))
                      for id, symbol, name, kind, summary in db.execute("SELECT id, symbol, name, kind, summary FROM gene")}
        for gene, name in db.execute("SELECT gene, name FROM gene_name"):
            self.genes[gene].names.add(name)
        self.diseases = {id: Disease(id, accession or "", name, definition or "", names=[name])
                         for id, accession, name, definition in db.execute("SELECT id, accession, name, definition FROM disease")}
        for disease, name in db.execute("SELECT disease, name FROM disease_name"):
            if name not in self.diseases[disease].names:
                self.diseases[disease].names.append(name)
        self._cluster()
        self.known, self.curated = set(), defaultdict(set)
        for gene, disease, source, claim in db.execute(
                "SELECT gene, disease, name, claim FROM gene_disease JOIN source ON source.id = source"):
            pair = gene, self.diseases[disease].cluster
            self.known.add(pair)
            if source in CURATED and claim < DISPUTED:
                self.curated[pair].add(disease)

    def _cluster(self):
        parent = {}

        def find(x):
            while parent.setdefault(x, x) != x:
                parent[x] = x = parent[parent[x]]
            return x

        for d in self.diseases.values():
            for name in d.names:
                key = words(name)
                if key:
                    parent[find(key)] = find(d.id)
        self.clusters = defaultdict(list)
        for d in self.diseases.values():
            d.cluster = find(d.id)
            self.clusters[d.cluster].append(d.id)
        self.cluster_split = {c: split_of(" ".join(sorted(min((words(self.diseases[d].name) for d in all_), key=sorted))), "disease")
                              for c, all_ in self.clusters.items()}

    def split(self, gene, cluster):
        both = {self.genes[gene].split, self.cluster_split[cluster]}
        return "test" if "test" in both else "dev" if "dev" in both else "train"

    def tells(self, gene, cluster):
        """The disease's own names or definition name the gene: nothing is to be found out."""
        names = {n for n in {self.genes[gene].symbol, *self.genes[gene].names} if len(n) > 2}
        text = " ".join(n for d in self.clusters[cluster] for n in [*self.diseases[d].names, self.diseases[d].definition])
        tokens = set(re.findall(r"[A-Za-z0-9-]+", text)) | set(re.findall(r"[A-Za-z0-9]+", text))
        return any(n in tokens for n in names)

    @cached_property
    def seen_genes(self):
        return [g for g in self.genes.values() if g.split == "train"]

    def quadruples(self, split, seed=11):
        """Two related pairs (g, d) and (h, e), equally popular, and crosswise two that no source relates: every gene and every disease is
        once in a pair that is and once in one that is not, so that how well one is known says nothing.
        """
        rng = random.Random(f"{split} {seed}")
        of_gene = Counter(g for g, _ in self.curated)
        of_cluster = Counter(c for _, c in self.curated)
        groups = defaultdict(list)
        for g, c in sorted(self.curated):
            if self.split(g, c) == split and not self.tells(g, c):
                side = "train" if split == "train" else (self.genes[g].split == split, self.cluster_split[c] == split)
                groups[side, level(of_gene[g]), level(of_cluster[c])].append((g, c))
        out = []
        for key in sorted(groups, key=str):
            group = groups[key]
            rng.shuffle(group)
            while len(group) > 1:
                g, c = group.pop()
                for i in range(len(group) - 1, -1, -1):
                    h, e = group[i]
                    if h != g and e != c and (g, e) not in self.known and (h, c) not in self.known and not self.tells(g, e) and not self.tells(h, c):
                        group.pop(i)
                        out.append(((g, c), (h, e), key[0]))
                        break
        return out

    def phenotype_quadruples(self, split, most, seed=12):
        """The same of genes and phenotypes; the program says which of the pairs taken for unrelated are related after all."""
        rng = random.Random(f"phenotype {split} {seed}")
        pairs = {(g, t) for g, t in self.db.execute("SELECT DISTINCT gene, term FROM gene_term")}
        of_gene, of_term = Counter(g for g, _ in pairs), Counter(t for _, t in pairs)
        names = dict(self.db.execute("SELECT id, name FROM term"))
        groups = defaultdict(list)
        for g, t in sorted(pairs):
            both = {self.genes[g].split, split_of(f"HP:{t:07}", "phenotype")}
            mine = "test" if "test" in both else "dev" if "dev" in both else "train"
            if mine == split and of_term[t] <= 300:
                side = "train" if split == "train" else (self.genes[g].split == split, len(both) == 1 or self.genes[g].split != split)
                groups[side, level(of_gene[g]), level(of_term[t])].append((g, t))
        out = []
        for key in sorted(groups, key=str):
            group = groups[key]
            rng.shuffle(group)
            while len(group) > 1:
                (g, t), (h, u) = group.pop(), group.pop()
                if g != h and t != u and (g, u) not in pairs and (h, t) not in pairs:
                    out.append(((g, t), (h, u), key[0]))
        rng.shuffle(out)
        return [(*two, side, names) for *two, side in out[:most]]

    def disease_of(self, gene, cluster, rng):
        """Of a cluster the disease that is related to the gene, or any."""
        return rng.choice(sorted(self.curated.get((gene, cluster)) or self.clusters[cluster]))


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--base", required=True)
    p.add_argument("--out", required=True)
    a = p.parse_args()
    f = Facts(a.base)
    out = Path(a.out)
    out.mkdir(parents=True, exist_ok=True)
    print(f"{len(f.clusters):,} clusters of {len(f.diseases):,} diseases, the largest {max(map(len, f.clusters.values()))}; {len(f.curated):,} related pairs")
    for split in ("train", "dev", "test"):
        rng, rows = random.Random(f"rows {split}"), []
        for one, two, side in f.quadruples(split):
            hidden = []
            named = {}
            for g, c in (one, two):
                d = f.disease_of(g, c, rng)
                named[c] = f.diseases[d]
                hidden.append(f"{f.genes[g].symbol}|{named[c].accession or named[c].name}")
            held = "train" if side == "train" else {(True, True): "both", (True, False): "gene", (False, True): "disease"}[side]
            for (g, _), (_, c), answer in ((one, one, 1), (two, two, 1), (one, two, 0), (two, one, 0)):
                rows.append((f.genes[g].symbol, named[c].accession or ".", named[c].name, answer, held, ";".join(hidden)))
        with open(out / f"pairs.{split}.tsv", "w") as handle:
            handle.write("#gene\tdisease_id\tdisease\trelated\theld_out\thidden\n")
            handle.writelines("\t".join(map(str, row)) + "\n" for row in rows)
        print(split, len(rows), Counter(r[4] for r in rows))
        rows = []
        for one, two, side, names in f.phenotype_quadruples(split, {"train": 2500, "dev": 300, "test": 1000}[split]):
            held = "train" if side == "train" else {(True, True): "both", (True, False): "gene", (False, True): "phenotype"}[side]
            hidden = ";".join(f"{f.genes[g].symbol}|HP:{t:07}" for g, t in (one, two))
            for (g, _), (_, t), answer in ((one, one, 1), (two, two, 1), (one, two, 0), (two, one, 0)):
                rows.append((f.genes[g].symbol, f"HP:{t:07}", names[t], answer, held, hidden))
        with open(out / f"phenotype.pairs.{split}.tsv", "w") as handle:
            handle.write("#gene\tphenotype_id\tphenotype\trelated\theld_out\thidden\n")
            handle.writelines("\t".join(map(str, row)) + "\n" for row in rows)
        print(split, len(rows), Counter(r[4] for r in rows))


if __name__ == "__main__":
    main()
