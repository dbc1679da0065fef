#!/usr/bin/env python3
"""Speed of a network with random weights in ONNX Runtime, f32 and static int8, on one thread: before hours of training.

    python speed.py [SIZE ...] [--set fine=48 ...]

Prints weights, multiplications a base and strand, and Mb a CPU second for both strands.
"""
import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from network import SIZES, make

SPAN, WARM, RUNS = 10_000, 1, 8


def random_rows(count, seed=1):
    rng = np.random.default_rng(seed)
    return [np.eye(4, dtype=np.float32)[rng.integers(0, 4, SPAN)].T[None].copy() for _ in range(count)]


def multiplications(model):
    """Of convolutions, a base."""
    total = [0]
    hooks = [m.register_forward_hook(lambda m, _, out: total.__setitem__(0, total[0] + m.weight.numel() * out.shape[-1]))
             for m in model.modules() if isinstance(m, torch.nn.Conv2d)]
    with torch.no_grad():
        model(torch.zeros(1, 4, SPAN))
    for h in hooks:
        h.remove()
    return total[0] / SPAN


def quantize(source, target, rows):
    """Static int8: weights per channel, activations by `rows`."""
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    class Reader(CalibrationDataReader):
        def __init__(self):
            self.rows = iter(rows)

        def get_next(self):
            x = next(self.rows, None)
            return None if x is None else {"sequence": x}

    ready = Path(target).with_suffix(".ready.onnx")
    quant_pre_process(str(source), str(ready), skip_symbolic_shape=True)
    quantize_static(str(ready), str(target), Reader(), quant_format=QuantFormat.QOperator, activation_type=QuantType.QUInt8,
                    weight_type=QuantType.QInt8, per_channel=True, op_types_to_quantize=["Conv", "Add", "Mul", "Sigmoid", "Relu"])


def rate(file):
    """Mb of sequence a CPU second, both strands (two runs a base)."""
    import onnxruntime as ort
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    x = random_rows(1)[0]
    for _ in range(WARM):
        session.run(None, {"sequence": x})
    begin = time.process_time()
    for _ in range(RUNS):
        session.run(None, {"sequence": x})
    return RUNS * SPAN / 2 / (time.process_time() - begin) / 1e6


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("sizes", nargs="*", default=["human2"], choices=[*SIZES, []], help=f"of {', '.join(SIZES)}")
    p.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="changes of the size, for trying")
    a = p.parse_args()
    torch.set_num_threads(1)
    changes = {k: (tuple(map(int, v.split(","))) if "," in v else int(v)) for k, v in (s.split("=") for s in a.set)}
    for size in a.sizes:
        model = make(size, **changes).eval()
        with tempfile.TemporaryDirectory() as folder:
            plain, small = Path(folder) / "f32.onnx", Path(folder) / "int8.onnx"
            torch.onnx.export(model, (torch.zeros(1, 4, SPAN),), str(plain), input_names=["sequence"], output_names=["base", "bins"], dynamo=False, verbose=False)
            quantize(plain, small, random_rows(2))
            print(f"{size} {changes or ''}: {sum(w.numel() for w in model.parameters()):,} weights, {multiplications(model) / 1000:.1f} kMAC a base and strand, "
                  f"reach {model.reach}; f32 {rate(plain):.3f}, int8 {rate(small):.3f} Mb/CPU-s, both strands", flush=True)


if __name__ == "__main__":
    main()
