#!/usr/bin/env python3
"""Compares training/export/pangolin.py with Pangolin's network in PyTorch, with random weights: its own are not on PyPI.

    python pangolin_random.py --fasta ../data/chr20_slice.fa [--keep FOLDER]

Needs torch, onnx and onnxruntime. With --keep, FOLDER holds the twelve files afterwards, for `genogloss models import pangolin --from`.
"""
import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).parents[2] / "training/export"))
import convnet  # noqa: E402
import pangolin  # noqa: E402

WIDTHS = [11] * 8 + [21] * 4 + [41] * 4
RATES = [1] * 4 + [4] * 4 + [10] * 4 + [25] * 4


class Block(nn.Module):
    def __init__(self, width, rate):
        super().__init__()
        self.bn1, self.bn2 = nn.BatchNorm1d(32), nn.BatchNorm1d(32)
        self.conv1, self.conv2 = (nn.Conv1d(32, 32, width, dilation=rate, padding=(width - 1) * rate // 2) for _ in range(2))

    def forward(self, x):
        return x + self.conv2(torch.relu(self.bn2(self.conv1(torch.relu(self.bn1(x))))))


class Network(nn.Module):
    """(rows, 4, n + 10000) -> (rows, 12, n): P(neither), P(site) and usage of four tissues."""

    def __init__(self):
        super().__init__()
        self.conv1, self.skip = nn.Conv1d(4, 32, 1), nn.Conv1d(32, 32, 1)
        self.resblocks = nn.ModuleList(Block(width, rate) for width, rate in zip(WIDTHS, RATES))
        self.convs = nn.ModuleList(nn.Conv1d(32, 32, 1) for _ in range(4))
        for head in range(1, 9):
            setattr(self, f"conv_last{head}", nn.Conv1d(32, 1 + head % 2, 1))
        for part in self.modules():
            if isinstance(part, nn.BatchNorm1d):
                part.running_mean.normal_(0, 0.3)
                part.running_var.uniform_(0.5, 2)
                part.weight.data.uniform_(0.3, 1.2)
                part.bias.data.normal_(0, 0.3)

    def forward(self, x):
        x = self.conv1(x)
        skip = self.skip(x)
        for at, block in enumerate(self.resblocks):
            x = block(x)
            if at % 4 == 3:
                skip = skip + self.convs[at // 4](x)
        logits = [getattr(self, f"conv_last{head}")(skip[:, :, 5000:-5000]) for head in range(1, 9)]
        return torch.cat([torch.softmax(y, 1) if y.shape[1] == 2 else torch.sigmoid(y) for y in logits], 1)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--fasta", required=True)
    p.add_argument("--keep", type=Path)
    a = p.parse_args()
    torch.manual_seed(1)
    sequence = "".join(line.strip() for line in open(a.fasta) if not line.startswith(">")).upper()[45_000:57_000]
    x = np.stack([[letter == base for letter in sequence] for base in "ACGT"]).astype(np.float32)[None]
    with tempfile.TemporaryDirectory() as work:
        folder = a.keep or Path(work)
        folder.mkdir(exist_ok=True)
        networks = {}
        for replicate in (1, 2, 3):
            for file in (0, 2, 4, 6):
                networks[replicate, file] = Network().eval()
                torch.save(networks[replicate, file].state_dict(), folder / f"final.{replicate}.{file}.3.v2")
        worst = 0
        for replicate, net in enumerate(pangolin.members(folder, "pangolin"), 1):
            session = onnxruntime.InferenceSession(convnet.whole(net, False).SerializeToString())
            # The channels of which the tool takes each file's answer.
            for logits, file, channel in zip(session.run(None, {"sequence": x}), (0, 2, 4, 6), (1, 4, 7, 10)):
                found = 1 / (1 + np.exp(logits[0, 0] - logits[0, 1]))
                with torch.no_grad():
                    wanted = networks[replicate, file](torch.from_numpy(x))[0, channel].numpy()
                worst = max(worst, abs(found - wanted).max())
    print(f"largest difference {worst:.1e}")
    assert worst < 1e-5


if __name__ == "__main__":
    main()
