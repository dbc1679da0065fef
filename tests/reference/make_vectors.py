#!/usr/bin/env python3
"""Vectors of prompts and names: the mean of the language model's last hidden states, by ONNX Runtime and Hugging Face's tokenizers.

    python make_vectors.py ../../models/genomicllm > vectors.tsv

Each prompt is read alone, without padding. The last hidden state times the embedding must be the logits: it is the state after the last layer.
"""
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper
from tokenizers import Tokenizer

PROMPTS = [
    "FBN1",
    "Marfan syndrome",
    "ectopia lentis",
    "AGCAGCC, reverse complementary sequence=",
    "symbol=LINC01409, gene description=",
    "a name with μ and </s> in it",
    "ACGTTGCAAT" * 40,
]

folder = Path(sys.argv[1])
tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
tokenizer.encode_special_tokens = True
session = onnxruntime.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
weights = {tensor.name: numpy_helper.to_array(tensor) for tensor in onnx.load(folder / "model.onnx").graph.initializer}
name = "model.embedding.weight"
embedding = weights[name + ".int8"].astype(np.float32) * weights[name + ".scale"]
begin = tokenizer.token_to_id("<s>")

print("prompt", "tokens", "vector", sep="\t")
for prompt in PROMPTS:
    ids = np.array([[begin, *tokenizer.encode(prompt, add_special_tokens=False).ids]])
    feeds = {"input_ids": ids, "attention_mask": np.ones_like(ids), "position_ids": np.arange(ids.shape[1])[None]}
    for port in session.get_inputs():
        if port.name not in feeds:
            feeds[port.name] = np.zeros((1, port.shape[1], 0, port.shape[3]), np.float32)
    logits, states = session.run(["logits", "hidden_states"], feeds)
    assert np.abs(states[0, -1] @ embedding.T - logits[0, -1]).max() < 1e-3
    vector = states[0, 1:].astype(np.float64).mean(0)
    print(prompt, ids.shape[1] - 1, ",".join(f"{value:.6f}" for value in vector), sep="\t")
