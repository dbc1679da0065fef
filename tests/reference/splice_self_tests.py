#!/usr/bin/env python3
"""Self-tests of imported splice models (training/export/*.tsv): what the original tools say of real sequence.

    python splice_self_tests.py cispliceai --fasta ../data/chr20_slice.fa --out ../../training/export/cispliceai.tsv
    python splice_self_tests.py openspliceai --flank 400 --weights model_400nt_*.pt \\
        --fasta ../data/chr20_slice.fa --out ../../training/export/openspliceai-400nt.tsv

The first needs PyPI's cispliceai 1.2.2 and TensorFlow 2.15; the second openspliceai 0.0.7 and PyTorch. Each network is asked
as its own tool asks it; probabilities are the mean of the members'. The stretches are those of spliceai.tsv
(spliceai_golden.py): 5,000 bases in genes of the forward and of the reverse strand, and what a network reads around them.
"""
import argparse

import numpy as np

CORES = [("plus", 50_000), ("minus", 80_000)]
CORE, START = 5000, 3_140_001


def stretches(fasta, context):
    slice_ = "".join(line.strip() for line in open(fasta) if not line.startswith(">")).upper()
    for strand, at in CORES:
        start = at - context // 2
        sequence = slice_[start : at + CORE + context // 2]
        if strand == "minus":
            sequence = sequence.translate(str.maketrans("ACGT", "TGCA"))[::-1]
        yield f"chr20_{START + start}_{strand}", sequence


def one_hot(sequence):
    x = np.zeros((len(sequence), 4), np.float32)
    for column, base in enumerate("ACGT"):
        x[[letter == base for letter in sequence], column] = 1
    return x


def cispliceai(a):
    from cispliceai.model import CISpliceAI

    model = CISpliceAI()
    return 10_000, lambda sequence: model.predict([one_hot(sequence)])[0]


def openspliceai(a):
    import torch
    from openspliceai.train_base.openspliceai import SpliceAI

    units = {80: 4, 400: 8, 2000: 12, 10000: 16}[a.flank]
    widths = np.asarray([11] * 8 + [21] * 4 + [41] * 4)[:units]
    rates = np.asarray([1] * 4 + [4] * 4 + [10] * 4 + [25] * 4)[:units]
    models = []
    for path in a.weights:
        models.append(SpliceAI(32, widths, rates))
        models[-1].load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
        models[-1].eval()

    def ask(sequence):
        x = torch.from_numpy(one_hot(sequence).T[None].copy())
        with torch.no_grad():
            return np.mean([model(x)[0].numpy() for model in models], axis=0).T

    return a.flank, ask


def main():
    p = argparse.ArgumentParser()
    p.add_argument("model", choices=["cispliceai", "openspliceai"])
    p.add_argument("--fasta", required=True)
    p.add_argument("--out", required=True)
    p.add_argument("--flank", type=int, choices=[80, 400, 2000, 10000])
    p.add_argument("--weights", nargs="+")
    a = p.parse_args()
    context, ask = {"cispliceai": cispliceai, "openspliceai": openspliceai}[a.model](a)
    with open(a.out, "w") as out:
        print("name", "sequence", "splice.neither", "splice.acceptor", "splice.donor", sep="\t", file=out)
        for name, sequence in stretches(a.fasta, context):
            y = ask(sequence)
            assert y.shape == (CORE, 3)
            cells = [",".join(f"{v:.6f}".rstrip("0").rstrip(".") for v in y[:, column]) for column in range(3)]
            print(name, sequence, *cells, sep="\t", file=out)


if __name__ == "__main__":
    main()
