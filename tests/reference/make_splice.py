#!/usr/bin/env python3
"""Makes tests/models/splice: a splice model of two small networks with random weights, which reads changes.

    python make_splice.py

Every number is drawn from a fixed seed; what the network says means nothing. The self-test is computed here, layer by
layer, with numpy alone.
"""
import shutil
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "../../training/export"))
import convnet
import folder

CHANNELS, WIDTH = 6, 11
ABOUT = {
    "name": "splice",
    "version": "1.0.0",
    "summary": "random weights, for tests",
    "license": "MIT",
    "non_commercial": False,
    "citation": "made for tests",
    "trained_on": ["nothing"],
    "notes": ["tests/reference/make_splice.py"],
    "heads": [("splice", "softmax", ["neither", "acceptor", "donor"], ["neither"])],
}


def member(seed):
    rng = np.random.default_rng(seed)

    def conv(out, into, width, scale):
        return rng.normal(0, scale / np.sqrt(into * width), (out, into, width)).astype(np.float32), rng.normal(0, 0.1, out).astype(np.float32)

    def unit(rate):
        norm = rng.uniform(0.5, 1.5, CHANNELS), rng.normal(0, 0.2, CHANNELS)
        return convnet.Unit(norm, conv(CHANNELS, CHANNELS, WIDTH, 1.5), conv(CHANNELS, CHANNELS, WIDTH, 1.5), rate)

    groups = [[unit(1), unit(1)], [unit(4), unit(4)]]
    skips = [conv(CHANNELS, CHANNELS, 1, 1) for _ in range(3)]
    return convnet.Net(conv(CHANNELS, 4, 1, 2), skips, groups, {"splice": conv(3, CHANNELS, 1, 3)})


def said(net, sequence):
    """The probabilities, by the padded network whose ends are cropped."""
    x = np.array([[base == letter for base in sequence] for letter in "ACGT"], dtype=np.float64)

    def conv(x, weight, bias, rate=1):
        reach = (weight.shape[2] - 1) * rate // 2
        padded = np.pad(x, ((0, 0), (reach, reach)))
        parts = [np.einsum("oi,il->ol", weight[:, :, k].astype(np.float64), padded[:, k * rate : k * rate + x.shape[1]]) for k in range(weight.shape[2])]
        return sum(parts) + bias[:, None]

    x = conv(x, *net.stem)
    summed = conv(x, *net.skips[0])
    for group, skip in zip(net.groups, net.skips[1:]):
        for unit in group:
            scale, shift = unit.norm
            inner = conv(np.maximum(x * scale[:, None] + shift[:, None], 0), *unit.first, unit.rate)
            x = x + conv(np.maximum(inner, 0), *unit.second, unit.rate)
        summed = summed + conv(x, *skip)
    logits = conv(summed, *net.heads["splice"])[:, net.context // 2 : -net.context // 2]
    powers = np.exp(logits - logits.max(0))
    return powers / powers.sum(0)


def main():
    folder.CORE = 500
    members = [member(seed) for seed in (1, 2)]
    out = HERE / "../models/splice"
    shutil.rmtree(out, ignore_errors=True)
    slice_ = "".join(line.strip() for line in open(HERE / "../data/chr20_slice.fa") if not line.startswith(">")).upper()
    lines = ["name\tsequence\tsplice.neither\tsplice.acceptor\tsplice.donor"]
    sequence = slice_[49_000 : 49_000 + folder.CORE + members[0].context]
    y = np.mean([said(net, sequence) for net in members], axis=0)
    lines.append("\t".join(["slice_49001", sequence, *(",".join(f"{v:.6f}" for v in row) for row in y)]))
    folder.write(ABOUT, members, out, "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
