"""Model folders: the network as ONNX, compared with PyTorch; the card; the self-test."""
import csv
import hashlib
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch

from sequences import ids
from nets import one_hot

LICENSE = "MIT OR Apache-2.0"


def export(model, folder, span, outputs, rows=2, any_length=False):
    """Writes model.onnx and returns its sha256; every answer is compared with PyTorch's first.

    any_length: the network takes sequences of any length, so that the card decides.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "model.onnx"
    model.eval()
    x = torch.zeros(rows, 4, span)
    axes = {0: "rows", 2: "bases"} if any_length else {0: "rows"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(model, (x,), str(path), opset_version=17, dynamo=False, input_names=["sequence"], output_names=outputs,
                          dynamic_axes={"sequence": axes, **{o: {0: "rows", 2: f"{o}_bins"} if any_length else axes for o in outputs}})
    onnx.checker.check_model(str(path))
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    generator = torch.Generator().manual_seed(7)
    x = one_hot(torch.randint(0, 4, (3, span), generator=generator))
    with torch.no_grad():
        wanted = model(x)
    wanted = [wanted] if torch.is_tensor(wanted) else wanted
    for w, got in zip(wanted, session.run(None, {"sequence": x.numpy()})):
        worst = float(np.abs(w.numpy() - got).max())
        assert worst < 1e-3, f"ONNX and PyTorch differ by {worst}"
        print(f"max |onnx - torch| logit {worst:.1e}")
    size = path.stat().st_size
    assert size <= 8_000_000, f"{size:,} bytes is more than 8 MB"
    print(f"{path}: {size:,} bytes, {sum(p.numel() for p in model.parameters()):,} parameters")
    return hashlib.sha256(path.read_bytes()).hexdigest()


def scores_of(model, sequences, span, activations, strand):
    """Final scores, as the card's strand rule gives them: {column: rows of values}."""
    def run(turned):
        rows = np.stack([ids(s, span, 0) for s in sequences])
        if turned:
            rows = np.where(rows < 4, 3 - np.minimum(rows, 3), rows)[:, ::-1].copy()
        with torch.no_grad():
            out = model(one_hot(torch.from_numpy(rows)))
        out = [out] if torch.is_tensor(out) else list(out)
        return [torch.sigmoid(o.double()) if a == "sigmoid" else torch.softmax(o.double(), 1) for o, a in zip(out, activations)]
    forward = run(False)
    if strand == "forward":
        return forward
    both = [(f + r) / 2 for f, r in zip(forward, run(True))]
    return both


def self_test(folder, names, sequences, columns):
    """columns: {score name: one value, or a list of a track's bins, for each sequence}."""
    with open(Path(folder) / "self_test.tsv", "w", newline="") as handle:
        table = csv.writer(handle, delimiter="\t", lineterminator="\n")
        table.writerow(["name", "sequence", *columns])
        for i, (name, sequence) in enumerate(zip(names, sequences)):
            cells = []
            for values in columns.values():
                v = values[i]
                cells.append(",".join(f"{x:.6f}".rstrip("0").rstrip(".") or "0" for x in v) if hasattr(v, "__len__") else f"{v:.7f}")
            table.writerow([name, sequence, *cells])


def logistic(z, y, weight=None):
    """Scale and shift that fit labels best (Platt 1999), by Newton's method; scale is kept positive."""
    z, y = np.asarray(z, dtype=np.float64), np.asarray(y, dtype=np.float64)
    w = np.ones_like(z) if weight is None else np.asarray(weight, dtype=np.float64)
    a, b = 1.0, 0.0
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(a * z + b, -40, 40)))
        g = np.array([(w * (p - y) * z).sum(), (w * (p - y)).sum()])
        d = w * p * (1 - p)
        h = np.array([[(d * z * z).sum(), (d * z).sum()], [(d * z).sum(), d.sum()]]) + 1e-9 * np.eye(2)
        step = np.linalg.solve(h, g)
        step *= min(1.0, 0.5 / max(abs(step[0]), 1e-9)) if abs(step[0]) > 0.5 else 1.0
        a, b = max(a - step[0], 0.05), b - step[1]
        if np.abs(step).max() < 1e-8:
            break
    return float(a), float(b)
