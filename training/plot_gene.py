#!/usr/bin/env python3
"""Draws the tracks of `genogloss scan --bigwig` over one gene, with the gene's own exons above them.

    python plot_gene.py --tracks DIR --data DATA --gene PCNA --out docs/models/human-gene.png
"""
import argparse
import csv
import gzip
from pathlib import Path

import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import pyBigWig


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--tracks", required=True)
    p.add_argument("--data", required=True)
    p.add_argument("--gene", required=True)
    p.add_argument("--out", required=True)
    a = p.parse_args()
    with gzip.open(Path(a.data) / "annotation" / "spliceai_grch37.txt.gz", "rt") as handle:
        gene = next(r for r in csv.DictReader(handle, delimiter="\t") if r["#NAME"] == a.gene)
    exons = [(int(s), int(e)) for s, e in zip(gene["EXON_START"].split(",")[:-1], gene["EXON_END"].split(",")[:-1])]
    left, right, strand = int(gene["TX_START"]), int(gene["TX_END"]), gene["STRAND"]
    sign, margin = ("plus" if strand == "+" else "minus"), max(600, (right - left) // 12)
    first, end = left - margin, right + margin
    rows = [("promoter", "promoter", "#1b7837"), (f"start.{sign}", f"start ({strand})", "#762a83"), (f"coding.{sign}", f"coding ({strand})", "#2166ac"),
            (f"splice.acceptor_{sign}", f"acceptor ({strand})", "#b35806"), (f"splice.donor_{sign}", f"donor ({strand})", "#b2182b")]
    rows = [r for r in rows if (Path(a.tracks) / f"{r[0]}.bw").exists()]      # scores that make no calls are not written unless asked for
    figure, axes = plt.subplots(len(rows) + 1, 1, figsize=(11, 6.2), sharex=True, height_ratios=[0.6] + [1] * len(rows))
    top = axes[0]
    top.plot([left, right], [0, 0], color="black", linewidth=1)
    for s, e in exons:
        top.add_patch(plt.Rectangle((s, -0.4), e - s, 0.8, color="black"))
    tip = right if strand == "+" else left
    top.annotate(f"{a.gene} ({strand})", (tip, 0), xytext=(6 if strand == "+" else -6, 8), textcoords="offset points", ha="left" if strand == "+" else "right")
    top.set_ylim(-1, 1.6)
    top.set_yticks([])
    for side in ("top", "right", "left", "bottom"):
        top.spines[side].set_visible(False)
    for axis, (track, name, colour) in zip(axes[1:], rows):
        values = np.nan_to_num(pyBigWig.open(str(Path(a.tracks) / f"{track}.bw")).values(gene["CHROM"], first, end, numpy=True))
        x = np.arange(first, end)
        if track.startswith("splice"):
            at = np.nonzero(values >= 0.01)[0]
            axis.vlines(x[at], 0, values[at], color=colour, linewidth=1.2)
        else:
            axis.fill_between(x, values, step="mid", color=colour, linewidth=0)
        for s, e in exons:
            axis.axvspan(s, e, color="black", alpha=0.06, linewidth=0)
        axis.set_ylim(0, 1)
        axis.set_yticks([0, 1])
        axis.set_ylabel(name, rotation=0, ha="right", va="center")
        for side in ("top", "right"):
            axis.spines[side].set_visible(False)
    axes[-1].set_xlim(first, end)
    axes[-1].set_xlabel(f"GRCh37 chromosome {gene['CHROM']}; shaded: exons of the canonical transcript (GENCODE)")
    axes[-1].ticklabel_format(axis="x", style="plain", useOffset=False)
    axes[-1].xaxis.set_major_formatter(matplotlib.ticker.StrMethodFormatter("{x:,.0f}"))
    figure.tight_layout()
    figure.savefig(a.out, dpi=90)


if __name__ == "__main__":
    main()
