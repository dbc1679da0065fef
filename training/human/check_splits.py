#!/usr/bin/env python3
"""Fails when training data and held-out data overlap.

    python check_splits.py [--arrays WORK/data]

1. No training region lies on a contig whose genes are test (1, 3, 5, 7, 9), nor on chromosome 20 before 20 Mb, in either
   assembly; regions do not overlap in the arrays and keep 2,000 unknown bases apart.
2. No training region shares half of its 100-base words with held-out sequence, or 10,000 bases in a row, on either strand.
   Repeats of the genome share some.
3. No training splice site, canonical or not, is a near copy of held-out sequence (30 bases either side).
4. No place of the leak mask is trained on.
"""
import argparse

import numpy as np

from data import (BIN, BIT, DEV, GAP, HIDDEN, SITES, TEST_CONTIGS, copies, default_data, default_work, leaks, read_fasta, turn)
from lift import Lift
from windows import Arrays

LENGTH, EVERY = 100, 50
# A copy shares nearly all of its words. Young LINE-1 repeats, 6,000 bases long, reach 18 % of an island of 10,000 bases.
SHARED, RUN = 0.5, 10_000


def hashes(ids):
    """Of every word of LENGTH bases, a 64-bit hash (arithmetic modulo 2 to the 64); words with unknown bases give 0."""
    factor = np.uint64(0x9E3779B97F4A7C15)                      # odd, so that it has an inverse
    inverse = np.uint64(pow(int(factor), -1, 1 << 64))
    powers = lambda f: np.cumprod(np.concatenate([[np.uint64(1)], np.full(len(ids), f)]), dtype=np.uint64)
    sums = np.concatenate([[np.uint64(0)], np.cumsum((ids.astype(np.uint64) + np.uint64(1)) * powers(inverse)[:-1], dtype=np.uint64)])
    total = (sums[LENGTH:] - sums[:-LENGTH]) * powers(factor)[:len(sums) - LENGTH]
    unknown = np.concatenate([[0], np.cumsum(ids > 3)])
    total[unknown[LENGTH:] > unknown[:-LENGTH]] = 0
    return total


def longest_run(hits):
    """Of a row of truths, the longest stretch of true ones."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], hits.astype(np.int8), [0]])))
    return int((edges[1::2] - edges[::2]).max(initial=0))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", default=default_data())
    p.add_argument("--arrays", default=default_work() / "data")
    a = p.parse_args()
    arrays, problems = Arrays(a.arrays), []
    train = arrays.regions("train")
    lift = Lift(f"{a.data}/genome/hg19ToHg38.over.chain.gz", inverse=True)
    for r in train:
        name = f"{r['file']} {r['contig']}:{r['start'] + 1:,}-{r['start'] + r['len']:,} ({r['assembly']})"
        if r["contig"] in TEST_CONTIGS:
            problems.append(f"{name} lies on a test chromosome")
        if r["contig"] == "chr20":
            at = np.arange(r["start"], r["start"] + r["len"], 100)
            at = lift.points("chr20", at)[0] if r["assembly"] == "hg38" else at
            if ((at >= 0) & (at < DEV[1])).any():
                problems.append(f"{name} lies within chr20:1-20,000,000")
    spans = sorted((r["offset"], r["offset"] + r["len"]) for r in arrays.layout)
    if any(b[0] - a[1] < GAP for a, b in zip(spans, spans[1:])):
        problems.append("regions lie too near to each other in the arrays")

    held_out = [arrays.sequence[r["offset"]:r["offset"] + r["len"]] for r in arrays.layout if r["split"] != "train"]
    held_out += [ids for _, ids in read_fasta(f"{a.data}/genome/spliceai_test_genes_chr1.fa.gz")]
    words, owner = [], []
    for i, r in enumerate(train):
        w = hashes(arrays.sequence[r["offset"]:r["offset"] + r["len"]])[::EVERY]
        words.append(w[w > 0])
        owner.append(np.full(len(words[-1]), i))
    words, owner = np.concatenate(words), np.concatenate(owner)
    distinct = np.unique(words)
    found = np.zeros(len(distinct), dtype=bool)
    for part in held_out:
        for row in (part, turn(part)):
            for begin in range(0, len(row), 2_000_000):
                w = hashes(row[begin:begin + 2_000_000 + LENGTH - 1])
                at = np.minimum(np.searchsorted(distinct, w), len(distinct) - 1)
                found[at[distinct[at] == w]] = True
    hit = found[np.searchsorted(distinct, words)]
    share = np.bincount(owner, hit, len(train)) / np.maximum(np.bincount(owner, minlength=len(train)), 1)
    runs = np.array([longest_run(hit[owner == i]) * EVERY if share[i] > 0 else 0 for i in range(len(train))])
    for i in np.nonzero((share > SHARED) | (runs > RUN))[0]:
        r = train[i]
        problems.append(f"{share[i]:.1%} ({runs[i]:,} bases in a row) of {r['file']} {r['contig']}:{r['start'] + 1:,}-{r['start'] + r['len']:,} is also in held-out sequence")
    print(f"{len(train):,} training regions, {len(words):,} words of {LENGTH} bases; {hit.mean():.4%} also in held-out sequence, at most {share.max():.2%} of one region and {runs.max():,} bases in a row")

    part = np.zeros(len(arrays.sequence), dtype=bool)
    for r in train:
        part[r["offset"]:r["offset"] + r["len"]] = True
    left = copies(arrays.sequence, np.where(part, arrays.splice, 0), held_out)
    if len(left):
        problems.append(f"{len(left):,} training sites are near copies of held-out sequence")
    print(f"{int(((arrays.splice & SITES > 0) & part).sum()):,} training sites, {len(left):,} of them near copies of held-out sequence")

    hidden = leaks(a.data)
    seen = places = 0
    for r in train:
        for first, end in hidden.get((r["assembly"], r["contig"]), ()):
            first, end = max(first - r["start"], 0), min(end - r["start"], r["len"])
            if first < end:
                places += 1
                first, end = first + r["offset"], end + r["offset"]
                good = (arrays.splice[first:end] & HIDDEN).all() and (arrays.elements[first // BIN:-(-end // BIN)] & BIT["hidden"]).all()
                seen += not good
    if seen:
        problems.append(f"{seen:,} places of the leak mask are not hidden")
    print(f"{places:,} places of the leak mask lie in training regions, {seen:,} not hidden")
    for problem in problems:
        print(f"error: {problem}")
    if problems:
        raise SystemExit(1)
    print("train, dev and test are apart")


if __name__ == "__main__":
    main()
