#!/usr/bin/env python3
"""Makes a model folder from your own copy of OpenSpliceAI's weights (GPL-3, never part of this repository).

    python export_openspliceai.py --flank 400 --weights model_400nt_rs10.pt [more.pt ...] --out openspliceai-400nt

Both strands go through the network; the members' probabilities are averaged, as OpenSpliceAI does. The columns have the
names of the built-in model's splice head, so that `genogloss evaluate` puts both side by side.
Architecture: SpliceAI (Jaganathan et al. 2019) as in OpenSpliceAI 0.0.5: leaky ReLU 0.1, 32 channels.
"""
import argparse
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

import cards

WIDTHS = {80: [11] * 4, 400: [11] * 8, 2000: [11] * 8 + [21] * 4, 10000: [11] * 8 + [21] * 4 + [41] * 4}
RATES = {80: [1] * 4, 400: [1] * 4 + [4] * 4, 2000: [1] * 4 + [4] * 4 + [10] * 4, 10000: [1] * 4 + [4] * 4 + [10] * 4 + [25] * 4}


class Unit(nn.Module):
    def __init__(self, channels, width, rate):
        super().__init__()
        self.batchnorm1, self.batchnorm2 = nn.BatchNorm1d(channels), nn.BatchNorm1d(channels)
        self.conv1, self.conv2 = (nn.Conv1d(channels, channels, width, dilation=rate, padding=(width - 1) * rate // 2) for _ in range(2))

    def forward(self, x):
        inner = self.conv1(F.leaky_relu(self.batchnorm1(x), 0.1))
        return x + self.conv2(F.leaky_relu(self.batchnorm2(inner), 0.1))


class Skip(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv1d(channels, channels, 1)


class SpliceNet(nn.Module):
    """(rows, 4, n + flank) -> (rows, 3, n) probabilities: neither, acceptor, donor."""

    def __init__(self, flank, channels=32):
        super().__init__()
        self.flank = flank
        self.initial_conv, self.initial_skip = nn.Conv1d(4, channels, 1), Skip(channels)
        units = []
        for i, (w, r) in enumerate(zip(WIDTHS[flank], RATES[flank])):
            units.append(Unit(channels, w, r))
            if (i + 1) % 4 == 0:
                units.append(Skip(channels))
        self.residual_units = nn.ModuleList(units)
        self.final_conv = nn.Conv1d(channels, 3, 1)

    def forward(self, x):
        x = self.initial_conv(x)
        skip = self.initial_skip.conv(x)
        for unit in self.residual_units:
            if isinstance(unit, Skip):
                skip = skip + unit.conv(x)
            else:
                x = unit(x)
        cut = self.flank // 2
        return torch.softmax(self.final_conv(skip)[:, :, cut:-cut], 1)


class Both(nn.Module):
    def __init__(self, members):
        super().__init__()
        self.members = nn.ModuleList(members)

    def forward(self, x):
        turned = x.flip(1).flip(2)
        plus = sum(m(x) for m in self.members) / len(self.members)
        minus = (sum(m(turned) for m in self.members) / len(self.members)).flip(2)
        return torch.cat([plus[:, 2:3], plus[:, 1:2], minus[:, 2:3], minus[:, 1:2]], 1)


CARD = """\
name: {name}
version: 1.0.0
summary: OpenSpliceAI (MANE, {flank} nt), donor and acceptor at every base of both strands
license: GPL-3.0-only
citation: "Chao et al. 2025, OpenSpliceAI, eLife 14:RP107454"
kind: track
files:
  model: model.onnx
  sha256:
    model.onnx: {sha256}
input: {{encoding: one-hot, tensor: sequence, layout: channels-first, dtype: f32, unknown: zeros}}
window: {{span: {span}, core: 5000, stride: 5000, min_span: 100, max_unknown: 0.95}}
heads:
  - {{name: splice, output: splice, activation: identity, bin: 1, layout: channels-first, labels: [donor_plus, acceptor_plus, donor_minus, acceptor_minus], strands: ["+", "+", "-", "-"], threshold: 0.5}}
strand: forward
run: {{rows: 1, tolerance: 1.0e-5}}
"""


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--flank", type=int, choices=sorted(WIDTHS), required=True)
    p.add_argument("--weights", nargs="+", required=True)
    p.add_argument("--out", required=True)
    a = p.parse_args()
    members = []
    for path in a.weights:
        net = SpliceNet(a.flank)
        net.load_state_dict(torch.load(path, map_location="cpu", weights_only=False))
        members.append(net.eval())
    out = Path(a.out)
    digest = cards.export(Both(members).eval(), out, 5000 + a.flank, ["splice"], rows=1)
    (out / "card.yaml").write_text(CARD.format(name=out.name, flank=a.flank, span=5000 + a.flank, sha256=digest))


if __name__ == "__main__":
    main()
