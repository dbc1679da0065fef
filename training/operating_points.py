#!/usr/bin/env python3
"""Measures what calling gives on the held-out test part of chromosome 20, and writes it into the card of the dense model.

    python operating_points.py --program genogloss --data DATA --work WORK --model ../models/human

The figures are those of `genogloss evaluate`: splice sites within genes on the gene's strand, everything else over all of
chr20:1-15,000,000. The card's thresholds come from dev and are not touched here.
"""
import argparse
import csv
import re
import subprocess
import tempfile
from pathlib import Path

SPLICE = ["splice.donor_plus", "splice.acceptor_plus", "splice.donor_minus", "splice.acceptor_minus"]
HEADS = {"coding": ["coding.plus", "coding.minus"], "start": ["start.plus", "start.minus"], "promoter": ["promoter"],
         "enhancer": ["enhancer"], "open_chromatin": ["open_chromatin"], "ctcf": ["ctcf"]}
THRESHOLDS = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9]


def curve(a, places, scope, pools):
    with tempfile.TemporaryDirectory() as name:
        out = Path(name) / "curve.tsv"
        command = [a.program, "evaluate", a.model, f"{a.work}/places/{places}", "-f", f"{a.data}/genome/hg19_chr20.b37.fa.gz", "-R", f"{a.work}/places/{scope}",
                   "--bootstrap", "0", "--quiet", "--curve", str(out)]
        for pool, members in pools.items():
            command += ["--pool", f"{pool}_pooled={'+'.join(members)}"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        rows = {}
        with open(out) as handle:
            for r in csv.DictReader(handle, delimiter="\t"):
                if r["set"].endswith("_pooled"):
                    rows.setdefault(r["set"][:-7], []).append((float(r["threshold"]), float(r["precision"]), float(r["recall"]), float(r["false_per_mb"])))
        return rows


def main():
    p = argparse.ArgumentParser()
    for name in ("program", "data", "work", "model"):
        p.add_argument(f"--{name}", required=True)
    a = p.parse_args()
    curves = curve(a, "test.sites.bed", "test.genes.bed", {"splice": SPLICE}) | curve(a, "test.elements.bed", "test.region.bed", HEADS)
    card = Path(a.model) / "card.yaml"
    lines = []
    for line in card.read_text().splitlines():
        head = re.match(r"  - \{name: (\w+),", line)
        if head and head[1] in curves:
            line = re.sub(r", operating_points: \[.*?\]", "", line)
            own = float(re.search(r"threshold: ([0-9.]+)", line)[1])
            points = []
            for t in sorted({*THRESHOLDS, own}):
                reached = [r for r in curves[head[1]] if r[0] >= t]
                if reached and reached[-1][2] >= 0.005:
                    _, precision, recall, wrong = reached[-1]
                    points.append(f"{{threshold: {t:g}, precision: {precision:.3f}, recall: {recall:.3f}, false_per_mb: {wrong:.1f}}}")
            line = line[:-1] + f", operating_points: [{', '.join(points)}]}}"
        lines.append(line)
    card.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
