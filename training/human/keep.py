#!/usr/bin/env python3
"""Keeps the averaged weights of a training that was stopped, in half precision (2.7 MB): `train.py --start` goes on from them elsewhere.

    python keep.py weights.npz
"""
import argparse
from pathlib import Path

import numpy as np
import torch

from data import default_work


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("out")
    p.add_argument("--work", default=default_work())
    p.add_argument("--state", default="state.pt")
    a = p.parse_args()
    state = torch.load(Path(a.work) / "run" / a.state, weights_only=False)
    half = {name: value.half().numpy() if value.is_floating_point() else value.numpy() for name, value in state["average"].items()}
    np.savez_compressed(a.out, step=state["step"], cpu=state["cpu"], **half)
    print(f"step {state['step']:,}, {Path(a.out).stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
