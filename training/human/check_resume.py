#!/usr/bin/env python3
"""Fails unless training that was stopped and gone on gives the same weights as training in one go. Needs no data; seconds.

    python check_resume.py
"""
import argparse
import tempfile

import numpy as np
import torch

from data import ACCEPTOR_PLUS, BIN, BIT, DONOR_MINUS, GAP
from train import Run
from windows import Arrays, Sampler

BASES = 60_000


def made_up():
    """A random sequence with some labels, as data.py would write it."""
    rng = np.random.default_rng(7)
    a = Arrays.__new__(Arrays)
    a.sequence = rng.integers(0, 4, BASES).astype(np.uint8)
    a.sequence[:GAP] = a.sequence[-GAP:] = 4
    a.splice, a.elements = np.zeros(BASES, dtype=np.uint8), np.zeros(BASES // BIN, dtype=np.uint16)
    a.splice[5000:50_000:1500] = ACCEPTOR_PLUS
    a.splice[5700:50_000:1500] = DONOR_MINUS
    a.elements[600:5000:300] = BIT["start_exact_plus"] | BIT["start_plus"] | BIT["promoter"]
    a.layout = [dict(split="train", offset=GAP, len=BASES - 2 * GAP)]
    a.genes = np.array([[4000, 50_000, 0, 0, 1]])
    return a


def train(folder, parts):
    """The state after `parts` of steps, stopped and loaded again between them."""
    total = sum(parts)
    for i, steps in enumerate(parts):
        run = Run(argparse.Namespace(work=folder, size="small", rate=1e-3, seed=1, steps=total))
        if i:
            run.load("state.pt")
        sampler = Sampler(made_up(), run.rng)
        for _ in range(steps):
            run.learn(sampler.batch(2))
        run.save("state.pt")
    return run


def main():
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        a, b = train(one, [6]), train(two, [2, 2, 2])
    for kind in ("model", "average"):
        for (name, x), y in zip(getattr(a, kind).state_dict().items(), getattr(b, kind).state_dict().values()):
            if not torch.equal(x, y):
                raise SystemExit(f"error: {kind} {name} differs after stopping and going on")
    print("stopped and gone on, the weights are the same")


if __name__ == "__main__":
    main()
