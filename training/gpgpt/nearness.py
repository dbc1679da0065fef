#!/usr/bin/env python3
"""GP-GPT's claim about representations: whether the vectors of a disease, of its genes and of its phenotypes lie nearer to each other than
to those of other diseases.

    python nearness.py names --hgnc hgnc.tsv.gz --hpo FOLDER --out names.tsv
    genogloss ask -i names.tsv -m MODEL --vectors vectors.parquet
    python nearness.py judge --names names.tsv vectors.parquet …

Entities are written as in training: letter by letter, then in words; with --plain, as their names alone. Diseases of OMIM with one to
three genes (HPO's genes_to_phenotype.txt), all of one split of the training (of a test gene no relation was trained), and at least four
phenotypes; none whose name holds the symbol of one of its genes; no gene and
no phenotype is in two of them. Pairs inside are of one disease; pairs between are all others of the same two kinds. Vectors are centred by kind, because the mean of all
vectors of a kind is most of every vector of a language model. p: share of 1,000 permutations whose area is as large: whole diseases change
places, and, where both are phenotypes, phenotypes change diseases.
"""
import argparse
import csv
import gzip
import random
from collections import defaultdict
from pathlib import Path

import numpy as np

from facts import split_of

APART = "\u2063"
KINDS = {"disease": "Disease", "gene": "Gene", "phenotype": "Phenotype"}
PERMUTATIONS = 1000


def opened(path):
    return gzip.open(path, "rt", encoding="utf-8") if str(path).endswith(".gz") else open(path, encoding="utf-8")


def written(kind, name, words, plain):
    """An entity as the model reads it."""
    if plain:
        return name
    letters = APART.join(" " + name)
    return f"{KINDS[kind]}:{letters} ({words})"


def names(a):
    words = {row["Approved symbol"]: row["Approved name"] for row in csv.DictReader(opened(a.hgnc), delimiter="\t")}
    called, abnormal = {}, set()
    for line in opened(a.hpo / "phenotype.hpoa"):
        if not line.startswith(("#", "database_id")):
            fields = line.split("\t")
            called[fields[0]] = fields[1]
            if fields[10] == "P":
                abnormal.add(fields[3])
    genes, phenotypes = defaultdict(set), defaultdict(set)
    for row in csv.DictReader(opened(a.hpo / "genes_to_phenotype.txt"), delimiter="\t"):
        if row["disease_id"].startswith("OMIM:") and row["hpo_id"] in abnormal:
            genes[row["disease_id"]].add(row["gene_symbol"])
            phenotypes[row["disease_id"]].add(row["hpo_name"])
    diseases = sorted(d for d in genes if d in called and len(genes[d]) <= 3 and all(g in words and g not in called[d] and split_of(g, "gene") == a.split for g in genes[d]))
    random.Random(a.seed).shuffle(diseases)
    used, rows, count = set(), [], 0
    for disease in diseases:
        own = sorted(phenotypes[disease] - used)
        if count == a.diseases or len(own) < a.phenotypes or genes[disease] & used:
            continue
        own = random.Random(f"{a.seed} {disease}").sample(own, a.phenotypes)
        used |= set(own) | genes[disease]
        name = called[disease].split(";")[0].strip()
        entities = [("disease", name, name), *(("gene", g, words[g]) for g in sorted(genes[disease])), *(("phenotype", p, p) for p in own)]
        rows += [(f"{disease}|{kind}|{i}", written(kind, name, words, a.plain)) for i, (kind, name, words) in enumerate(entities)]
        count += 1
    with open(a.out, "w", encoding="utf-8") as out:
        out.write("id\tprompt\n" + "".join(f"{id_}\t{text}\n" for id_, text in rows))
    print(f"{count} diseases, {len(rows)} entities")


def area(inside, between):
    """Area under the ROC curve; ties count half."""
    values = np.concatenate([inside, between])
    order = values.argsort(kind="stable")
    ranks = np.empty(len(values))
    ranks[order] = np.arange(1, len(values) + 1)
    for value in np.unique(values[np.flatnonzero(np.diff(values[order]) == 0)]) if len(np.unique(values)) < len(values) else []:
        ranks[values == value] = ranks[values == value].mean()
    return (ranks[: len(inside)].sum() - len(inside) * (len(inside) + 1) / 2) / (len(inside) * len(between))


def judge(a):
    import pyarrow.parquet

    wanted = [line.split("\t")[0] for line in opened(a.names).read().splitlines()[1:]]
    print("vectors", "pair", "pairs", "cosine_inside", "cosine_between", "auroc", "p", sep="\t")
    for path in a.vectors:
        table = pyarrow.parquet.read_table(path).to_pydict()
        vectors = dict(zip(table["id"], table["vector"], strict=True))
        disease, kind = (np.array(x) for x in zip(*((i.split("|")[0], i.split("|")[1]) for i in wanted), strict=True))
        x = np.array([vectors[i] for i in wanted], np.float64)
        for one in KINDS:
            x[kind == one] -= x[kind == one].mean(0)
        x /= np.linalg.norm(x, axis=1, keepdims=True)
        cosine, numbers = x @ x.T, np.unique(disease, return_inverse=True)[1]
        for first, second in (("gene", "disease"), ("gene", "phenotype"), ("disease", "phenotype"), ("phenotype", "phenotype")):
            rows, columns = np.flatnonzero(kind == first), np.flatnonzero(kind == second)
            block = cosine[np.ix_(rows, columns)]
            counted = rows[:, None] < columns[None] if first == second else np.ones_like(block, bool)

            def areas(of):
                """`of`: the disease of each column's disease."""
                same = numbers[rows][:, None] == of[numbers[columns]][None]
                return block[same & counted], block[~same & counted]

            inside, between = areas(np.arange(numbers.max() + 1))
            found, rng = area(inside, between), np.random.default_rng(1)
            # Diseases change places as a whole, so that entities of one disease stay together.
            drawn = [area(*areas(rng.permutation(numbers.max() + 1))) for _ in range(a.permutations)] if first != second else \
                [shuffled(block, counted, numbers[rows], rng) for _ in range(a.permutations)]
            p = (1 + sum(one >= found for one in drawn)) / (1 + len(drawn))
            print(Path(path).stem, f"{first}-{second}", len(inside), f"{inside.mean():.4f}", f"{between.mean():.4f}", f"{found:.4f}", f"{p:.4f}", sep="\t")


def shuffled(block, counted, numbers, rng):
    """The area where each entity of a kind has the disease of another one."""
    own = rng.permutation(numbers)
    same = own[:, None] == own[None]
    return area(block[same & counted], block[~same & counted])


def main():
    p = argparse.ArgumentParser()
    commands = p.add_subparsers(required=True)
    n = commands.add_parser("names")
    n.add_argument("--hgnc", required=True)
    n.add_argument("--hpo", required=True, type=Path)
    n.add_argument("--diseases", type=int, default=150)
    n.add_argument("--phenotypes", type=int, default=4)
    n.add_argument("--plain", action="store_true")
    n.add_argument("--split", choices=["train", "dev", "test"], default="test", help="of the genes, as in facts.py")
    n.add_argument("--seed", type=int, default=1)
    n.add_argument("--out", required=True)
    n.set_defaults(run=names)
    j = commands.add_parser("judge")
    j.add_argument("--names", required=True)
    j.add_argument("--permutations", type=int, default=PERMUTATIONS)
    j.add_argument("vectors", nargs="+")
    j.set_defaults(run=judge)
    a = p.parse_args()
    a.run(a)


if __name__ == "__main__":
    main()
