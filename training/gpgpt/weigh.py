#!/usr/bin/env python3
"""How much each measure of `genogloss genes relate --measures` weighs: `src/genes/relate/weights.json`.

    genogloss genes relate -b genes.sqlite -i pairs.train.tsv --measures -o measures.train.tsv     (and dev, test)
    genogloss genes relate -b genes.sqlite -i <(cut -f1-4 phenotype.pairs.train.tsv) -o phenotype.stated.train.tsv
    python weigh.py --pairs DIR --kind disease --out ../../src/genes/relate/weights.json

Every measure adds log odds by a curve of straight pieces between eighths of the training pairs; the curves are fitted together by
logistic regression, the strength of its penalty chosen on dev pairs. Test pairs are only looked at to print what comes out.
"""
import argparse
import csv
import json
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from tune import area


def read(folder, split, kind):
    prefix = "" if kind == "disease" else f"{kind}."
    pairs = list(csv.DictReader(open(folder / f"{prefix}pairs.{split}.tsv"), delimiter="\t", quoting=csv.QUOTE_NONE))
    rows = list(csv.DictReader(open(folder / f"{prefix}measures.{split}.tsv"), delimiter="\t", quoting=csv.QUOTE_NONE))
    if len(pairs) != len(rows):
        raise SystemExit(f"error: {split}: {len(pairs)} pairs, {len(rows)} rows of measures")
    names = list(rows[0])[8:]
    known = [r[names[0]] != "." for r in rows]
    x = np.array([[float(r[n]) for n in names] if k else [0.0] * len(names) for r, k in zip(rows, known)])
    related, held, known = np.array([int(p["related"]) for p in pairs]), np.array([p["held_out"] for p in pairs]), np.array(known)
    stated = folder / f"{prefix}stated.{split}.tsv"
    if stated.exists():
        # Four pairs belong together; they go if one taken for unrelated is related after all.
        basis = [r["basis"] for r in csv.DictReader(open(stated), delimiter="\t", quoting=csv.QUOTE_NONE)]
        wrong = [b == "stated" and not y for b, y in zip(basis, related)]
        keep = ~np.repeat(np.array(wrong).reshape(-1, 4).any(1), 4)
        print(f"{split}: {keep.sum():,} of {len(keep):,} pairs; in the others one is stated to be related")
        x, related, held, known = x[keep], related[keep], held[keep], known[keep]
    return names, x, related, held, known


def knots(x):
    out = []
    for column in x.T:
        k = np.unique(np.quantile(column, np.linspace(0, 1, 9)).round(6))
        out.append(k if len(k) > 1 else np.array([k[0], k[0] + 1e-6]))
    return out


def pieces(x, all_):
    """From knot to knot how far: 0 before the piece, 1 after it."""
    return np.stack([((column - k[i]) / (k[i + 1] - k[i])).clip(0, 1) for column, k in zip(x.T, all_) for i in range(len(k) - 1)], 1)


def fit(x, y, penalty):
    def loss(w):
        z = x @ w[1:] + w[0]
        gradient = 1 / (1 + np.exp(-z)) - y
        return (np.logaddexp(0, z) - y * z).sum() + penalty / 2 * (w[1:] ** 2).sum(), np.append(gradient.sum(), x.T @ gradient + penalty * w[1:])

    return minimize(loss, np.zeros(x.shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxiter": 2000}).x


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--pairs", required=True)
    p.add_argument("--kind", default="disease", choices=["disease", "phenotype"])
    p.add_argument("--out", required=True)
    a = p.parse_args()
    folder = Path(a.pairs)
    names, x, y, _, known = read(folder, "train", a.kind)
    x, y = x[known], y[known]
    _, dx, dy, _, dknown = read(folder, "dev", a.kind)
    all_ = knots(x)
    score = lambda w, x: pieces(x, all_) @ w[1:] + w[0]
    loss = lambda w: float(np.mean(np.logaddexp(0, score(w, dx)) - dy * score(w, dx)))
    if "text.names" in names:
        # Where the summary has words of the name, weighing is reading rather than foresight.
        has = dx[:, names.index("text.names")] > 0
        for what, of in (("related", dy == 1), ("unrelated", dy == 0)):
            print(f"dev: {has[of].sum():,} of {of.sum():,} {what} pairs ({has[of].mean():.1%}) share words of the name with the gene's summary")
    best = min((fit(pieces(x, all_), y, penalty) for penalty in (1, 3, 10, 30, 100)), key=loss)
    curves, at = {}, 1
    for name, k in zip(names, all_):
        steps = best[at:at + len(k) - 1]
        at += len(k) - 1
        curves[name] = {"knots": k.round(6).tolist(), "log_odds": np.append(0, np.cumsum(steps)).round(4).tolist()}
    # Where nothing is found a measure says nothing: its curve is 0 there.
    intercept = best[0]
    for name, curve in curves.items():
        none = float(np.interp(0.0, curve["knots"], curve["log_odds"]))
        curve["log_odds"] = [round(v - none, 4) for v in curve["log_odds"]]
        intercept += none
    out = Path(a.out)
    written = json.loads(out.read_text()) if out.exists() else {}
    written[a.kind] = {"intercept": round(float(intercept), 4), "curves": curves}
    out.write_text(json.dumps(written, indent=1) + "\n")
    print(f"{len(y):,} training pairs; dev area {area(score(best, dx), dy):.4f}, log loss {loss(best):.4f}")
    names, tx, ty, held, tknown = read(folder, "test", a.kind)
    z = np.where(tknown, score(best, tx), 0.0)
    for part in ("all", *sorted(set(held))):
        of = held == part if part != "all" else np.ones(len(held), bool)
        print(f"test, {part}: {of.sum():,} pairs, area {area(z[of], ty[of]):.4f}")
    sure = 1 / (1 + np.exp(-z))
    for low, high in ((0, 0.05), (0.05, 0.2), (0.2, 0.5), (0.5, 0.8), (0.8, 0.95), (0.95, 1.01)):
        of = (sure >= low) & (sure < high)
        print(f"test, probability {low} to {min(high, 1)}: {of.sum():,} pairs, {ty[of].mean():.3f} related")
    for i, name in enumerate(names):
        print(f"test, {name} alone: {area(tx[:, i], ty):.4f}")


if __name__ == "__main__":
    main()
