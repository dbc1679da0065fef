#!/usr/bin/env python3
"""Cases with a known gene, as reference.py reads them. numpy only.

    cases.py shootout PACKAGE OUT.tsv [--seed 42]    PACKAGE: the unpacked source of PyPI's gene-ranking-shootout 0.1.3 (MIT)
    cases.py phenopackets CASES.tsv.gz HGNC.txt.gz OUT.tsv [--without-paper]

`shootout` draws 100 candidates a case as the package's `dataset simulate` does, its files in sorted order. `phenopackets`: columns id, gene
(HGNC:n|symbol), observed, excluded (`;`), ids `PMID_n_...`; `--without-paper` names the case's own paper, whose annotations are left out.
"""
import argparse
import csv
import glob
import gzip
import json

import numpy as np

COLUMNS = ["id", "terms", "excluded", "candidates", "gene", "paper"]


def shootout(folder, seed):
    data = f"{folder}/gene_ranking_shootout/data"
    cases = {}
    for file in sorted(glob.glob(f"{data}/*.json")):
        with open(file) as text:
            for case in json.load(text):
                cases.setdefault(case["name"], case)
    cases = list(cases.values())
    with open(f"{data}/gnomad_counts.tsv") as text:
        genes = list(csv.reader(text, delimiter="\t"))[1:]
    counts = np.array([float(gene[3]) for gene in genes])
    dice = np.random.default_rng(seed)
    for index in dice.choice(np.arange(len(cases)), size=len(cases), replace=False):
        case = cases[index]
        drawn = dice.choice(np.arange(len(genes)), size=101, replace=False, p=counts / counts.sum()).tolist()
        drawn.pop()
        candidates = [genes[at] for at in drawn]
        dice.shuffle(candidates)
        candidates = [gene[2][7:] for gene in candidates if gene[2].startswith("Entrez:")]
        yield [case["name"], ",".join(case["hpo_terms"]), "", ",".join(candidates), case["disease_gene_id"][7:], ""]


def phenopackets(path, hgnc, without_paper):
    with gzip.open(hgnc, "rt") as text:
        entrez = {row["hgnc_id"]: row["entrez_id"] for row in csv.DictReader(text, delimiter="\t")}
    with gzip.open(path, "rt") as text:
        for case in csv.DictReader(text, delimiter="\t"):
            gene = entrez.get(case["gene"].split("|")[0])
            if gene:
                paper = "PMID:" + case["id"].split("_")[1] if without_paper else ""
                yield [case["id"], case["observed"].replace(";", ","), case["excluded"].replace(";", ","), "", gene, paper]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    kinds = parser.add_subparsers(dest="kind", required=True)
    one = kinds.add_parser("shootout")
    one.add_argument("package")
    one.add_argument("out")
    one.add_argument("--seed", type=int, default=42)
    one = kinds.add_parser("phenopackets")
    one.add_argument("cases")
    one.add_argument("hgnc")
    one.add_argument("out")
    one.add_argument("--without-paper", action="store_true")
    options = parser.parse_args()
    rows = (
        shootout(options.package, options.seed)
        if options.kind == "shootout"
        else phenopackets(options.cases, options.hgnc, options.without_paper)
    )
    with open(options.out, "w", newline="") as out:
        table = csv.writer(out, delimiter="\t", lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows(rows)


main()
