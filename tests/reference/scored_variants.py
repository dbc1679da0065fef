#!/usr/bin/env python3
"""Figures of `genogloss evaluate variants` by scikit-learn and scipy, and the two files that tests and docs judge.

    pip install numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1
    python tests/reference/scored_variants.py

It writes tests/data/scored_variants.tsv (made-up variants: a class, a measured effect, scores with and without ties, a score
with holes) and tests/data/site_snvs.vcf (real places: SNVs of SLC4A11's splice sites, SITE=1, and of bases nearby), and prints
the numbers that tests/evaluate/scored.rs and src/evaluate/metrics.rs hold. The same versions print the same.
"""
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr
from sklearn.metrics import average_precision_score, roc_auc_score

DATA = Path(__file__).resolve().parent.parent / "data"
CONTIG = "chr20_3140001_3240000"


def figures(name, label, score, effect=None):
    text = f"{name}: n {len(label)}, positives {int(label.sum())}, auroc {roc_auc_score(label, score):.6f}, auprc {average_precision_score(label, score):.6f}"
    if effect is not None:
        text += f", spearman {spearmanr(score, effect).statistic:.6f}"
    print(text)


def bootstrap(name, measure, count, replicates=4000):
    random = np.random.default_rng(1)
    values = [measure(random.integers(0, count, count)) for _ in range(replicates)]
    print(f"{name}: 95 % interval", *(f"{v:.4f}" for v in np.quantile(values, [0.025, 0.975])))


def made_up():
    random = np.random.default_rng(20)
    n = 400
    effect = np.round(random.normal(-0.1, 0.3, n), 3)
    label = (effect <= -0.4).astype(int)
    smooth = np.round(-0.6 * effect + random.normal(0, 0.25, n), 4)
    steps = np.round(np.abs(effect) + random.normal(0, 0.2, n), 1)
    hole = random.random(n) < 0.1
    with open(DATA / "scored_variants.tsv", "w") as file:
        print("CHROM\tPOS\tREF\tALT\teffect\tlabel\tsmooth\tsteps\tholes", file=file)
        for i in range(n):
            holes = "NA" if hole[i] else f"{smooth[i]:.2f}"
            alt = "ACGT"[i % 4]
            print(f"chr1\t{100 + 7 * i}\t{'CGTA'[i % 4]}\t{alt}\t{effect[i]}\t{label[i]}\t{smooth[i]}\t{steps[i]}\t{holes}", file=file)
    # What the file has is what counts.
    holes = np.array([float(f"{v:.2f}") for v in smooth])
    figures("all, smooth", label, smooth, effect)
    figures("all, steps", label, steps, effect)
    figures("all, |smooth|", label, np.abs(smooth), effect)
    figures("all, steps, |effect|", (np.abs(effect) >= 0.4).astype(int), steps, np.abs(effect))
    kept = ~hole
    print("without a score:", int(hole.sum()))
    for name, score in [("smooth", smooth), ("steps", steps), ("holes", holes)]:
        figures(f"common rows, {name}", label[kept], score[kept], effect[kept])
    figures("zero, holes", label, np.where(hole, 0, holes), effect)
    bootstrap("auroc of smooth", lambda i: roc_auc_score(label[i], smooth[i]), n)
    bootstrap("auprc of smooth", lambda i: average_precision_score(label[i], smooth[i]), n)
    bootstrap("spearman of smooth", lambda i: spearmanr(smooth[i], effect[i]).statistic, n)
    bootstrap("auprc of steps - smooth", lambda i: average_precision_score(label[i], steps[i]) - average_precision_score(label[i], smooth[i]), n)


def edges():
    label = np.array([0, 0, 0, 1, 0, 1])
    for name, score in [
        ("all tied", [1, 1, 1, 1, 1, 1]),
        ("perfect", [0, 0, 0, 1, 0, 2]),
        ("upside down", [3, 3, 3, 1, 3, 0]),
        ("tie at the top", [0, 5, 5, 5, 1, 2]),
        ("nearly equal", [0.1, 0.12345678901, 0.1, 0.12345678902, 0.1, 0.12345678903]),
        ("both zeros", [-0.0, 0.0, -1, 0.0, -2, 1]),
    ]:
        figures(name, label, np.array(score, dtype=float))
    print("one positive:", end=" ")
    figures("", np.array([0, 1, 0, 0]), np.array([0.9, 0.8, 0.8, 0.1]))
    x, y = [1, 2, 2, 3, 5, 5, 5, 8], [2, 1, 1, 4, 4, 0, 6, 6]
    print(f"spearman with ties in both: {spearmanr(x, y).statistic:.12f}")
    print(f"spearman, one value twice: {spearmanr(x + [3], y + [4]).statistic:.12f}")


def sites():
    slice_ = "".join(line.strip() for line in open(DATA / "chr20_slice.fa") if not line.startswith(">")).upper()
    gene = next(line.split("\t") for line in open(DATA / "slice_genes.txt") if line.startswith("SLC4A11"))
    starts, ends = ([int(n) for n in column.strip().strip(",").split(",")] for column in gene[5:7])
    borders = set(starts) | set(ends)
    # 0-based first bases of the introns' two outermost, on the minus strand: GT is AC, AG is CT.
    left = {end for end in ends if slice_[end : end + 2] == "CT"}
    right = {start - 2 for start in starts if slice_[start - 2 : start] == "AC"}
    places = {}
    for at, inward in [(at, 1) for at in left] + [(at + 1, -1) for at in right]:
        for step, site in [(0, 1), (-9, 0), (25, 0)]:
            place = at + inward * step
            if site or all(abs(place - border) > 8 for border in borders):
                places.setdefault(place, site)
    with open(DATA / "site_snvs.vcf", "w") as file:
        print("##fileformat=VCFv4.2", file=file)
        print(f"##contig=<ID={CONTIG},length={len(slice_)}>", file=file)
        print('##INFO=<ID=SITE,Number=1,Type=Integer,Description="1: one of the two bases of an intron beside an exon of SLC4A11; 0: nearby">', file=file)
        print("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO", file=file)
        for place in sorted(places):
            reference = slice_[place]
            print(CONTIG, place + 1, ".", reference, "CATG"["ACGT".index(reference)], ".", ".", f"SITE={places[place]}", sep="\t", file=file)
    print(f"{len(places)} SNVs, {sum(places.values())} at sites")


made_up()
edges()
sites()
