#!/usr/bin/env python3
"""Figures of a network on dev, and on test when it is asked for by name. Nothing is chosen by test.

    python judge.py CHECKPOINT [--split dev|test|genes]

`genes`: SpliceAI's test genes of chromosome 1, as published: pre-mRNAs with nothing around them, canonical sites.
"""
import argparse
import csv
import gzip
from pathlib import Path

import numpy as np
import torch

from data import ACCEPTOR_MINUS, ACCEPTOR_PLUS, BIN, BIT, DONOR_MINUS, DONOR_PLUS, MINOR, default_data, default_work, read_fasta
from network import BASE_HEADS, BIN_HEADS, STRANDED, make, one_hot, turn
from windows import Arrays

FLANK = 1420        # at least the reach of the network
CORE = 20_000


def ranked(score, truth):
    """(share of the true among the k best, k of them being true; average precision). Equal scores share their precision."""
    k = int(truth.sum())
    if not k:
        return float("nan"), float("nan")
    order = np.argsort(-score, kind="stable")
    hits = truth[order]
    last = np.append(np.nonzero(np.diff(score[order]))[0], len(hits) - 1)
    found = np.cumsum(hits)[last]
    return float(hits[:k].mean()), float((np.diff(found, prepend=0) * found / (last + 1)).sum() / k)


@torch.no_grad()
def scan(model, ids, half=True):
    """Logits of a stretch (a multiple of 10 bases) as it is read: (2, n) and (heads, n / 10)."""
    model.eval()
    around = np.concatenate([np.full(FLANK, 4, dtype=np.uint8), ids, np.full(FLANK, 4, dtype=np.uint8)])
    parts = []
    for start in range(0, len(ids), CORE):
        n = min(CORE, len(ids) - start)
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            base, bins = model(one_hot(torch.from_numpy(around[None, start:start + n + 2 * FLANK])))
        parts.append((base[0, :, FLANK:-FLANK].float().numpy(), bins[0, :, FLANK // BIN:-FLANK // BIN].float().numpy()))
    return [np.concatenate(p, 1) for p in zip(*parts)]


def stretch(model, arrays, region, half=True):
    """Figures of a region of chromosome 20: splice sites within genes on their strand, elements everywhere."""
    first, n = region["offset"], region["len"] // BIN * BIN
    ids = arrays.sequence[first:first + n]
    plus = scan(model, ids, half)
    minus = [v[:, ::-1] for v in scan(model, turn(torch.from_numpy(ids[None].copy()))[0].numpy(), half)]
    s, e = arrays.splice[first:first + n], arrays.elements[first // BIN:(first + n) // BIN]
    out = {}
    for i, (head, bits) in enumerate(zip(BASE_HEADS, ((DONOR_PLUS, DONOR_MINUS), (ACCEPTOR_PLUS, ACCEPTOR_MINUS)))):
        scores, truths = [], []
        for left, end, on_minus, _, whole in arrays.genes:
            if whole and first <= left and end <= first + n:
                a, b = left - first, end - first
                truth = ((s[a:b] & bits[on_minus]) > 0) & ((s[a:b] & MINOR) == 0)
                if truth.any():
                    scores.append((minus if on_minus else plus)[0][i, a:b])
                    truths.append(truth)
        out[f"{head}_sites"] = int(sum(t.sum() for t in truths))
        out[f"{head}_topk"], out[f"{head}_ap"] = ranked(np.concatenate(scores), np.concatenate(truths))
    known = (ids < 4).reshape(-1, BIN).all(1)
    for j, head in enumerate(BIN_HEADS):
        if head in STRANDED:
            out[f"{head}_ap"] = float(np.mean([ranked(v[1][j][known], ((e & BIT[f"{head}_{sign}"]) > 0)[known])[1] for v, sign in ((plus, "plus"), (minus, "minus"))]))
        else:
            out[f"{head}_ap"] = ranked((plus[1][j] + minus[1][j])[known], ((e & BIT[head]) > 0)[known])[1]
    return out


def test_genes(model, data, half=False):
    """SpliceAI's test genes of chromosome 1. Places are 0-based in the gene's orientation."""
    folder = Path(data) / "genome"
    with gzip.open(folder / "spliceai_test_genes_chr1.sites.tsv.gz", "rt") as handle:
        sites = {}
        for row in csv.reader(handle, delimiter="\t"):
            if row[0].startswith("#"):
                names = [v.lstrip("#") for v in row]
                continue
            sites["g" + row[0]] = row
    acceptors, donors = (next(i for i, v in enumerate(names) if v.startswith(k)) for k in ("acceptor", "donor"))
    scores, truths = [], []
    for name, ids in read_fasta(folder / "spliceai_test_genes_chr1.fa.gz"):
        n = len(ids)
        padded = np.concatenate([ids, np.full(-n % BIN, 4, dtype=np.uint8)])
        scores.append(scan(model, padded, half)[0][:, :n])
        truth = np.zeros((2, n), dtype=bool)
        for i, column in enumerate((donors, acceptors)):
            truth[i, [int(v) for v in sites[name][column].split(",") if v]] = True
        truths.append(truth)
    scores, truths = np.concatenate(scores, 1), np.concatenate(truths, 1)
    out = {}
    for i, head in enumerate(BASE_HEADS):
        out[f"{head}_sites"] = int(truths[i].sum())
        out[f"{head}_topk"], out[f"{head}_ap"] = ranked(scores[i], truths[i])
    return out


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("checkpoint")
    p.add_argument("--split", choices=["dev", "test", "genes"], default="dev")
    p.add_argument("--data", default=default_data())
    p.add_argument("--arrays", default=default_work() / "data")
    a = p.parse_args()
    torch.set_num_threads(1)
    saved = torch.load(a.checkpoint, weights_only=False)
    model = make(saved["size"])
    model.load_state_dict(saved["average"])
    if a.split == "genes":
        figures = test_genes(model, a.data)
    else:
        arrays = Arrays(a.arrays)
        figures = stretch(model, arrays, arrays.regions(a.split)[0], half=False)
    print(f"step {saved['step']:,}, {a.split}")
    for name, value in figures.items():
        print(f"{name}\t{value if isinstance(value, int) else round(value, 4)}")


if __name__ == "__main__":
    main()
