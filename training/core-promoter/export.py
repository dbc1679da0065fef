#!/usr/bin/env python3
"""Turns the trained weights into models/core-promoter: model.onnx, card.yaml, self_test.tsv, figures.json.

The calibrating temperature is folded into the last layer. The ONNX network is compared with PyTorch before anything
is written. The self-test holds real human sequence (from --fasta) and PyTorch's own scores under the card's strand rule.

    python export.py --work WORK_DIR --fasta chr20.fa --out models/core-promoter
"""
import argparse, hashlib, json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch

from train import COMPLEMENT, SPAN, CorePromoter, encode, one_hot

CARD = """\
name: core-promoter
version: 1.0.0
summary: Is this 70-bp stretch of human sequence a core promoter (-34 to +35 of a transcription start site)?
license: MIT OR Apache-2.0
citation: "Trained for Genogloss (training/core-promoter); data: GUE, Zhou et al. 2023, arXiv 2306.15006"
trained_on:
  - "GUE prom_core_all, human promoters of EPDnew (hg38) and matched non-promoters: {train:,} training sequences of 70 bp"
  - "held out: its dev split ({dev:,}, used to choose the epoch) and test split ({test:,}, read once); sequences of either were removed from training"
notes:
  - "test split, forward strand, threshold 0.5: MCC {test_mcc}, accuracy {test_accuracy} (DNABERT-2: MCC 0.6937)"
  - "{parameters:,} parameters; probabilities are calibrated on dev (temperature {temperature})"
  - "the benchmark is half promoters; a genome is not. On a genome expect many promoter-like windows that are none, mostly CpG-rich"
kind: classify
files:
  model: model.onnx
  sha256:
    model.onnx: {sha256}
input: {{encoding: one-hot, tensor: sequence, layout: channels-first, dtype: f32, unknown: zeros}}
window: {{span: 70, core: 35, stride: 35, min_span: 70, max_unknown: 0.3}}
heads:
  - {{name: promoter, output: promoter, activation: sigmoid, labels: [promoter], threshold: 0.9}}
strand: max
run: {{rows: 16, tolerance: 1.0e-5}}
self_test: self_test.tsv
"""


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--work", required=True); p.add_argument("--fasta", required=True); p.add_argument("--out", required=True)
    a = p.parse_args()
    work, out = Path(a.work), Path(a.out)
    out.mkdir(parents=True, exist_ok=True)
    figures = json.loads((work / "figures.json").read_text())
    model = CorePromoter()
    model.load_state_dict(torch.load(work / "best.pt"))
    model.eval()
    with torch.no_grad():
        model.answer.weight /= figures["temperature"]
        model.answer.bias /= figures["temperature"]
    path = out / "model.onnx"
    torch.onnx.export(model, (torch.zeros(2, 4, SPAN),), str(path), opset_version=17, dynamo=False,
                      input_names=["sequence"], output_names=["promoter"],
                      dynamic_axes={"sequence": {0: "rows"}, "promoter": {0: "rows"}})
    onnx.checker.check_model(str(path))

    contig = "".join(line.strip() for line in open(a.fasta) if not line.startswith(">")).upper()
    generator = np.random.default_rng(7)
    starts = [s for s in generator.integers(0, len(contig) - SPAN, 400) if "N" not in contig[s:s + SPAN]]
    windows = [contig[s:s + SPAN] for s in starts]
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])

    def scores(sequences):
        ids, _ = encode([(s, 0) for s in sequences])
        x = one_hot(ids)
        with torch.no_grad():
            torch_logits = model(x).numpy()[:, 0]
        onnx_logits = session.run(None, {"sequence": x.numpy()})[0][:, 0]
        worst = float(np.abs(torch_logits - onnx_logits).max())
        assert worst < 1e-4, worst
        return 1 / (1 + np.exp(-torch_logits.astype(np.float64))), worst

    forward, worst = scores(windows)
    reverse, _ = scores([w.translate(COMPLEMENT)[::-1] for w in windows])
    both = np.maximum(forward, reverse)
    order = np.argsort(both)
    chosen = [order[i] for i in np.linspace(0, len(order) - 1, 24).astype(int)]
    with open(out / "self_test.tsv", "w") as handle:
        handle.write("name\tsequence\tpromoter\n")
        for i in sorted(chosen, key=lambda i: starts[i]):
            handle.write(f"window_{starts[i]}\t{windows[i]}\t{both[i]:.7f}\n")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    (out / "card.yaml").write_text(CARD.format(sha256=digest, **figures))
    figures.pop("history", None)
    (out / "figures.json").write_text(json.dumps(figures, indent=1) + "\n")
    print(f"{path.stat().st_size:,} bytes; max |onnx - torch| logit {worst:.1e}; scores {both.min():.4f} to {both.max():.4f}")


if __name__ == "__main__":
    main()
