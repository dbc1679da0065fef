#!/usr/bin/env python3
"""Tokens a second of `genogloss ask` against a bare loop over the same network, and batch 16 against batch 1.

    python benches/generate.py PROGRAM [ROUNDS]

Needs what training/requirements.txt names. The network is the size of the built-in one, with random weights: its answers never end before
their limit, so both sides do the same work. The bare loop is Python's: ONNX Runtime with the cache bound as input and output, one thread, the
same prompts in the same calls, the largest logit taken, nothing else. The program's time is that of many prompts less that of one call's, so that
starting and loading do not count. Rounds alternate; the best of each is compared.
"""
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

STEPS = 64


def prompts(count):
    return [f"symbol=GENE{i}A, id={5000 + i}, gene description=" for i in range(count)]


def random_model(place):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "training" / "genomicllm"))
    import torch
    import export
    from decoder import Decoder, Shape
    tokenizer = Path(__file__).resolve().parent.parent / "tests" / "models" / "decoder" / "tokenizer.json"
    torch.manual_seed(1)
    model = Decoder(Shape(Tokenizer.from_file(str(tokenizer)).get_vocab_size()))
    for p in model.parameters():
        if p.dim() == 2:
            torch.nn.init.normal_(p, std=0.1)
    export.folder(model, tokenizer, place, [], name="random", version="1.0.0", license="MIT", summary="random weights")
    return place


class Bare:
    def __init__(self, folder):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"])
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        shapes = {i.name: i.shape for i in self.session.get_inputs()}
        self.past = [n for n in shapes if n.startswith("past")]
        self.heads, self.width = shapes[self.past[0]][1], shapes[self.past[0]][3]

    def call(self, texts):
        rows = [[1, *self.tokenizer.encode(t).ids] for t in texts]
        longest = -(-max(map(len, rows)) // 32) * 32
        ids = np.array([[0] * (longest - len(r)) + r for r in rows], np.int64)
        mask = (ids > 0).astype(np.int64)
        positions = np.maximum(mask.cumsum(1) - 1, 0)
        cache = {n: onnxruntime.OrtValue.ortvalue_from_numpy(np.zeros((len(rows), self.heads, 0, self.width), np.float32)) for n in self.past}
        for _ in range(STEPS):
            binding = self.session.io_binding()
            binding.bind_cpu_input("input_ids", ids)
            binding.bind_cpu_input("attention_mask", mask)
            binding.bind_cpu_input("position_ids", positions)
            for name, value in cache.items():
                binding.bind_ortvalue_input(name, value)
            binding.bind_output("logits")
            for name in self.past:
                binding.bind_output(name.replace("past_key_values", "present"))
            self.session.run_with_iobinding(binding)
            out = binding.get_outputs()
            ids = out[0].numpy()[:, -1:].argmax(-1)
            cache = dict(zip(self.past, out[1:]))
            positions = mask.sum(1, keepdims=True)
            mask = np.concatenate([mask, np.ones((len(rows), 1), np.int64)], 1)

    def seconds(self, texts, rows):
        begun = time.time()
        for i in range(0, len(texts), rows):
            self.call(texts[i:i + rows])
        return time.time() - begun


def program(binary, folder, texts):
    """Seconds of a run."""
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "prompts.txt"
        file.write_text("\n".join(texts) + "\n")
        begun = time.time()
        subprocess.run([binary, "ask", "--quiet", "-i", file, "-m", str(folder) + "/", "--engine", "ort", "--answer-with", "lm", "--max-tokens", str(STEPS), "--threads", "1",
                        "-o", Path(place) / "out.tsv"], check=True)
        return time.time() - begun


def with_rows(folder, place, rows):
    """The same folder with another number of rows a call."""
    place.mkdir()
    for file in folder.iterdir():
        text = file.read_bytes()
        (place / file.name).write_bytes(text.replace(b"  rows: 16\n", f"  rows: {rows}\n".encode()) if file.name == "card.yaml" else text)
    return place


def main():
    binary, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with tempfile.TemporaryDirectory() as place:
        folder = random_model(Path(place) / "model")
        bare = Bare(folder)
        folders = {rows: with_rows(folder, Path(place) / str(rows), rows) for rows in (1, 16)}
        best = {}
        for _ in range(rounds):
            for rows, count in ((16, 128), (1, 16)):
                texts, few = prompts(count + rows), prompts(rows)
                ours = program(binary, folders[rows], texts) - program(binary, folders[rows], few)
                theirs = bare.seconds(texts[:count], rows)
                for name, seconds in (("program", ours), ("bare", theirs)):
                    rate = count * STEPS / seconds
                    best[name, rows] = max(best.get((name, rows), 0), rate)
    for rows in (16, 1):
        print(f"batch {rows}: program {best['program', rows]:.0f} tokens/s, bare loop {best['bare', rows]:.0f}, ratio {best['program', rows] / best['bare', rows]:.3f}")
    print(f"program: batch 16 is {best['program', 16] / best['program', 1]:.2f} x batch 1")


if __name__ == "__main__":
    main()
