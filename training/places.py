#!/usr/bin/env python3
"""Known places on the held-out part of chromosome 20, as BED files for `genogloss evaluate MODEL sites.bed -f chr20.fa.gz`.

    python places.py --data DATA --genome WORK/genome.npz --out DIR

Writes for test (chr20:1-15,000,000) and dev (15,000,001-20,000,000), contig "20" as in the FASTA file:
  SPLIT.sites.bed     splice sites of canonical transcripts of protein-coding genes (SpliceAI's table): last and first exon base
  SPLIT.genes.bed     bodies of those genes: a site is asked for on its gene's strand only
  SPLIT.others.bed    other annotated sites and exon ends (for --ignore)
  SPLIT.elements.bed  coding sequence, starts, promoters, enhancers, open chromatin, CTCF, in bins of 10 bases
  SPLIT.region.bed    the part itself
"""
import argparse
import csv
import gzip
from pathlib import Path

import numpy as np

from genome import (ACCEPTOR_MINUS, ACCEPTOR_PLUS, BIN, DEV, DONOR_MINUS, DONOR_PLUS, ELEMENTS, MINOR_MINUS, MINOR_PLUS, TEST)

COLUMNS = {"coding_plus": "coding.plus", "coding_minus": "coding.minus", "start_plus": "start.plus", "start_minus": "start.minus"}


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--data", required=True)
    p.add_argument("--genome", required=True)
    p.add_argument("--out", required=True)
    a = p.parse_args()
    z = np.load(a.genome)
    splice, elements = z["hg19_chr20.splice"], z["hg19_chr20.elements"]
    out = Path(a.out)
    out.mkdir(parents=True, exist_ok=True)
    genes = []
    with gzip.open(Path(a.data) / "annotation" / "spliceai_grch37.txt.gz", "rt") as handle:
        for r in csv.DictReader(handle, delimiter="\t"):
            if r["CHROM"] == "20":
                starts = [int(v) for v in r["EXON_START"].split(",") if v]
                ends = [int(v) for v in r["EXON_END"].split(",") if v]
                genes.append((int(r["TX_START"]), int(r["TX_END"]), r["STRAND"], starts, ends))
    for split, (first, end) in {"test": TEST, "dev": DEV}.items():
        sites, bodies, others, marks = set(), [], set(), []
        count = 0
        for left, right, strand, starts, ends in genes:
            if not (first <= left and right <= end) or len(starts) < 2:
                continue
            count += 1
            sign = "plus" if strand == "+" else "minus"
            for kind in ("donor", "acceptor"):
                bodies.append((left, right, f"splice.{kind}_{sign}"))
            for exon_end, exon_start in zip(ends[:-1], starts[1:]):
                low, high = exon_end - 1, exon_start
                donor, acceptor = (low, high) if strand == "+" else (high, low)
                sites.add((donor, donor + 1, f"splice.donor_{sign}"))
                sites.add((acceptor, acceptor + 1, f"splice.acceptor_{sign}"))
        part = splice[first:end]
        for bit, minor, sign in ((DONOR_PLUS | ACCEPTOR_PLUS, MINOR_PLUS, "plus"), (DONOR_MINUS | ACCEPTOR_MINUS, MINOR_MINUS, "minus")):
            for i in np.nonzero((part & (minor | bit)) > 0)[0]:
                for kind in ("donor", "acceptor"):
                    line = (int(first + i), int(first + i) + 1, f"splice.{kind}_{sign}")
                    if line not in sites:
                        others.add(line)
        for k, kind in enumerate(ELEMENTS[:-1]):
            on = ((elements[first // BIN:end // BIN] >> k) & 1).astype(np.int8)
            edges = np.diff(np.concatenate([[0], on, [0]]))
            for s, e in zip(np.nonzero(edges == 1)[0], np.nonzero(edges == -1)[0]):
                marks.append((first + int(s) * BIN, first + int(e) * BIN, COLUMNS.get(kind, kind)))
        for name, lines in (("sites", sites), ("genes", bodies), ("others", others), ("elements", marks), ("region", [(first, end, ".")])):
            with open(out / f"{split}.{name}.bed", "w") as handle:
                for s, e, column in sorted(lines):
                    handle.write(f"20\t{s}\t{e}\t{column}\n")
        print(f"{split}: {count} genes, {len(sites)} sites, {len(others)} other places, {len(marks)} elements")


if __name__ == "__main__":
    main()
