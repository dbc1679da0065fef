#!/usr/bin/env python3
"""Measures what calling from a threshold gives on held-out sequence, and writes it into a model's card.

    python operating_points.py --program genogloss --data DATA --work WORK --model ../models/human

The dense model: precision, recall and wrong calls per Mb of `genogloss evaluate` on chr20:1-15,000,000, splice sites within
genes on the gene's strand, everything else over all of it; the card's thresholds, chosen on dev by the export, stay.

Window models: precision and recall on the labelled test set (the curves that reproduce.sh leaves in WORK/curves); wrong
calls per Mb from `genogloss scan` over a part of chr20:1-15,000,000 that is spread evenly. A call is wrong where it does
not meet a known place of its kind; where none is known (transcription factors), every call counts as wrong. The default
threshold of models that are meant for scanning is the lowest of THRESHOLDS with at most 100 such calls per Mb on
chr20:15,000,001-20,000,000.
"""
import argparse
import bisect
import csv
import re
import subprocess
import tempfile
from pathlib import Path

SPLICE = ["splice.donor_plus", "splice.acceptor_plus", "splice.donor_minus", "splice.acceptor_minus"]
HEADS = {"coding": ["coding.plus", "coding.minus"], "start": ["start.plus", "start.minus"], "promoter": ["promoter"],
         "enhancer": ["enhancer"], "open_chromatin": ["open_chromatin"], "ctcf": ["ctcf"]}
DENSE = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9]
THRESHOLDS = [0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999]
WRONG_PER_MB = 100

STARTS = ["start.plus", "start.minus"]
# folder: {score: names of the known places it may meet}; bases scanned of every 100 kb; whether the threshold is for scanning
WINDOWS = {
    "core-promoter": ({h: STARTS for h in ("promoter", "promoter_notata", "promoter_tata")}, 10_000, True),
    "proximal-promoter": ({h: STARTS for h in ("promoter", "promoter_tata")}, 10_000, True),
    "promoter-nontata": ({"promoter": STARTS}, 10_000, True),
    "tf-human": ({f"human_{i}": [] for i in range(5)}, 10_000, True),
    "tf-mouse": ({f"mouse_{i}": [] for i in (0, 2, 3, 4)}, 10_000, True),
    "splice-window": ({"splice.acceptor": SPLICE[1::2], "splice.donor": SPLICE[0::2]}, 1_000, True),
    "regulatory": ({"element.promoter": ["promoter"] + STARTS, "element.enhancer": ["enhancer"], "element.open_chromatin": ["open_chromatin"],
                    "open_chromatin": ["open_chromatin"], "enhancer_cohn": ["enhancer"], "enhancer_ensembl": ["enhancer"]}, 20_000, False),
    "gene": ({"biotype": ["splice.donor_plus", "splice.donor_minus"], "direction": []}, 20_000, False),
    "reading-frame": ({f"frame.{s}_{k}": [f"coding.{s}"] for s in ("plus", "minus") for k in range(3)}, 10_000, True),
}


def dense_curve(a, places, scope, pools):
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


def dense(a, head, own, curves):
    points = []
    for t in sorted({*DENSE, own}):
        reached = [r for r in curves[head] if r[0] >= t]
        if reached and reached[-1][2] >= 0.005:
            points.append((t, *reached[-1][1:]))
    return own, points


def known_places(a, split, model):
    """{name: ([starts], [ends])}, merged and sorted. Places of splice sites are a base wider on both sides."""
    rows = {}
    files = ["elements", "genes" if model == "gene" else "sites"]
    for file in files + (["others"] if model == "splice-window" else []):
        for line in open(f"{a.work}/places/{split}.{file}.bed"):
            _, start, end, name = line.split()
            slack = 1 if name.startswith("splice") else 0
            rows.setdefault(name, []).append((int(start) - slack, int(end) + slack))
    out = {}
    for name, places in rows.items():
        starts, ends = [], []
        for start, end in sorted(places):
            if ends and start <= ends[-1]:
                ends[-1] = max(ends[-1], end)
            else:
                starts.append(start), ends.append(end)
        out[name] = (starts, ends)
    return out


def meets(places, start, end):
    starts, ends = places
    at = bisect.bisect_right(ends, start)
    return at < len(starts) and starts[at] < end


def calls(a, split, first, end):
    """{score: sorted scores of windows that meet no known place}, bases scanned."""
    name = Path(a.model).name
    kinds, sample, _ = WINDOWS[name]
    known = known_places(a, split, name)
    wrong, bases = {score: [] for score in kinds}, 0
    with tempfile.TemporaryDirectory() as folder:
        blocks = Path(folder) / "blocks.bed"
        blocks.write_text("".join(f"20\t{at}\t{at + sample}\n" for at in range(first, end, 100_000)))
        command = [a.program, "scan", f"{a.data}/genome/hg19_chr20.b37.fa.gz", "-m", a.model, "-R", str(blocks), "--format", "tsv", "--quiet"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
            for r in csv.DictReader(run.stdout, delimiter="\t"):
                if r["skip"] != ".":
                    continue
                left, right = int(r["start"]), int(r["end"])
                bases += right - left
                for score, names in kinds.items():
                    value = float(r[score])
                    if value >= THRESHOLDS[0] and not any(meets(known[n], left, right) for n in names):
                        wrong[score].append(value)
        assert run.returncode == 0, "the scan failed"
    return {score: sorted(values) for score, values in wrong.items()}, bases


def per_mb(found, bases, scores, threshold):
    return sum(len(found[s]) - bisect.bisect_left(found[s], threshold) for s in scores) / bases * 1e6


def windows(a, head, own, measured):
    model = Path(a.model).name
    kinds, _, scanning = WINDOWS[model]
    scores = [s for s in kinds if s == head or s.startswith(head + ".")]
    if scanning:
        found, bases = measured["dev"]
        own = next((t for t in THRESHOLDS if per_mb(found, bases, scores, t) <= WRONG_PER_MB), THRESHOLDS[-1])
    curve = {}
    with open(f"{a.work}/curves/{model}.{head}.tsv") as handle:
        for r in csv.DictReader(handle, delimiter="\t"):
            if r["set"] == "all" and (len(scores) == 1 or f"{head}.{r['class']}" in scores):
                curve.setdefault(r["class"], []).append((float(r["threshold"]), int(r["true_positives"]), int(r["false_positives"]), float(r["recall"])))
    size = sum(round(rows[-1][1] / rows[-1][3]) for rows in curve.values())
    points = []
    for t in sorted({*THRESHOLDS, own}):
        last = [next((r for r in reversed(rows) if r[0] >= t), (t, 0, 0, 0.0)) for rows in curve.values()]
        right, wrong = sum(r[1] for r in last), sum(r[2] for r in last)
        if right and right / size >= 0.005:
            points.append((t, right / (right + wrong), right / size, per_mb(*measured["test"], scores, t)))
    return own, points


def main():
    p = argparse.ArgumentParser()
    for name in ("program", "data", "work", "model"):
        p.add_argument(f"--{name}", required=True)
    a = p.parse_args()
    if Path(a.model).name in WINDOWS:
        measured = {"dev": calls(a, "dev", 15_000_000, 20_000_000), "test": calls(a, "test", 0, 15_000_000)}
        measure = windows
    else:
        measured = dense_curve(a, "test.sites.bed", "test.genes.bed", {"splice": SPLICE}) | dense_curve(a, "test.elements.bed", "test.region.bed", HEADS)
        measure = dense
    card = Path(a.model) / "card.yaml"
    lines = []
    for line in card.read_text().splitlines():
        head = re.match(r"  - \{name: (\w+),", line)
        if head:
            line = re.sub(r", operating_points: \[.*?\]", "", line)
            own, points = measure(a, head[1], float(re.search(r"threshold: ([0-9.]+)", line)[1]), measured)
            line = re.sub(r"threshold: [0-9.]+", f"threshold: {own:g}", line, count=1)
            shown = ", ".join(f"{{threshold: {t:g}, precision: {precision:.3f}, recall: {recall:.3f}, false_per_mb: {wrong:.1f}}}" for t, precision, recall, wrong in points)
            line = line[:-1] + f", operating_points: [{shown}]}}"
        lines.append(line)
    card.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
