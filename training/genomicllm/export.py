#!/usr/bin/env python3
"""From a checkpoint to a model folder: ONNX with a key–value cache, 8-bit weights, card, tokenizer, self-test.

    python export.py --checkpoint last.pt --tokenizer tokenizer.json --out ../../models/genomicllm [--prompts dev.tsv ...]

Weights are kept as 8-bit integers with one scale a row of the matrix (the largest weight of a row is 127), and become float32 when the
network is loaded; all arithmetic is float32. The same rounding is put into the PyTorch model, and both are compared here: logits within
1e-4, the same greedy answers.
"""
import argparse
import hashlib
import shutil
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from torch.nn import functional as F
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from decoder import Decoder, turn  # noqa: E402


def rounded(weight):
    """8-bit integers and the scale of each row (output) of a matrix."""
    scale = weight.abs().amax(1, keepdim=True).clamp(min=1e-8) / 127
    return torch.round(weight / scale).clamp(-127, 127), scale


@torch.no_grad()
def round_weights(model):
    for _, p in model.named_parameters():
        if p.dim() == 2:
            q, scale = rounded(p)
            p.copy_(q * scale)


class Graph(torch.nn.Module):
    """The decoder as engines run it fastest: matrices that read the same put together, norms as ONNX Runtime knows them, logits of the
    last new token alone, hidden states of all, the cache as flat inputs and outputs.
    """

    def __init__(self, model):
        super().__init__()
        self.shape, self.model = model.shape, model
        joined = lambda *parts: torch.nn.Parameter(torch.cat([p.weight.detach() for p in parts]))
        self.mixed = torch.nn.ParameterList(joined(m.query, m.key, m.value) for m in model.layers)
        self.wide = torch.nn.ParameterList(joined(m.gate, m.up) for m in model.layers)

    def norm(self, x, norm):
        return x / torch.sqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5) * norm.weight

    def forward(self, input_ids, attention_mask, position_ids, *past):
        model, shape, (rows, new), present = self.model, self.shape, input_ids.shape, []
        x, rotation, bias = model.embedding(input_ids), model.rotation(position_ids), model.bias(new, attention_mask)
        heads = lambda t: t.view(rows, new, shape.heads, shape.head_width).transpose(1, 2)
        for layer, mixed, wide, before in zip(model.layers, self.mixed, self.wide, zip(past[::2], past[1::2])):
            q, k, v = map(heads, F.linear(self.norm(x, layer.attention_norm), mixed).split(shape.width, -1))
            k, v = torch.cat([before[0], turn(k, rotation)], 2), torch.cat([before[1], v], 2)
            scores = turn(q, rotation) @ k.transpose(2, 3) * shape.head_width**-0.5 + bias
            x = x + layer.out((scores.softmax(-1) @ v).transpose(1, 2).reshape(rows, new, shape.width))
            gate, up = F.linear(self.norm(x, layer.feed_norm), wide).split(shape.hidden, -1)
            x = x + layer.down(F.silu(gate) * up)
            present += [k, v]
        x = self.norm(x, model.norm)
        return (model.logits(x[:, -1:]), x, *present)


def names(layers, what):
    return [f"{what}.{i}.{part}" for i in range(layers) for part in ("key", "value")]


def to_onnx(graph, path):
    shape = graph.shape
    rows, new, past = 2, 3, 5
    example = [torch.zeros(rows, new, dtype=torch.long), torch.ones(rows, past + new, dtype=torch.long), torch.zeros(rows, new, dtype=torch.long)]
    example += [torch.zeros(rows, shape.heads, past, shape.head_width) for _ in range(2 * shape.layers)]
    inputs = ["input_ids", "attention_mask", "position_ids", *names(shape.layers, "past_key_values")]
    outputs = ["logits", "hidden_states", *names(shape.layers, "present")]
    d = torch.export.Dim
    r, n, p = d("rows", min=1, max=4096), d("new", min=1, max=4096), d("past", min=0, max=65536)
    dynamic = ({0: r, 1: n}, {0: r, 1: d.AUTO}, {0: r, 1: n}, tuple({0: r, 2: p} for _ in range(2 * shape.layers)))
    program = torch.onnx.export(graph, tuple(example), dynamo=True, input_names=inputs, output_names=outputs,
                                dynamic_shapes=dynamic, opset_version=18, verbose=False)
    program.optimize()
    program.save(path)
    return onnx.load(path)


def smaller(network, graph):
    """Matrices as int8 and a scale: Cast and Mul, which engines compute once, at load."""
    wanted = {}
    for p in graph.parameters():
        if p.dim() == 2:
            wanted[p.detach().numpy().tobytes()] = (p, False)
            wanted[np.ascontiguousarray(p.detach().numpy().T).tobytes()] = (p, True)
    kept, nodes = [], []
    for tensor in network.graph.initializer:
        array = numpy_helper.to_array(tensor)
        found = wanted.get(np.ascontiguousarray(array).tobytes()) if array.ndim == 2 and array.dtype == np.float32 else None
        if found is None:
            kept.append(tensor)
            continue
        p, turned = found
        q, scale = rounded(p.detach())
        q, scale = q.numpy().astype(np.int8), scale.numpy()
        if turned:
            q, scale = np.ascontiguousarray(q.T), np.ascontiguousarray(scale.T)
        name = tensor.name
        kept += [numpy_helper.from_array(q, name + ".int8"), numpy_helper.from_array(scale, name + ".scale")]
        nodes += [helper.make_node("Cast", [name + ".int8"], [name + ".float"], to=TensorProto.FLOAT),
                  helper.make_node("Mul", [name + ".float", name + ".scale"], [name])]
    written = network.graph
    old = list(written.node)
    del written.initializer[:], written.node[:], written.value_info[:]
    written.initializer.extend(kept)
    written.node.extend(nodes + old)
    for node in written.node:
        node.doc_string = ""
        del node.metadata_props[:]
    del network.metadata_props[:]
    onnx.checker.check_model(network)
    return network


def greedy(session, shape, ids, end, most):
    """Greedy answer of the ONNX network, one prompt, with the cache; also the logits of every step."""
    feeds = {n: np.zeros((1, shape.heads, 0, shape.head_width), np.float32) for n in names(shape.layers, "past_key_values")}
    outputs = ["logits", *names(shape.layers, "present")]
    new, seen, said, logits = np.array([ids], np.int64), len(ids), [], []
    while len(said) < most:
        feeds |= {"input_ids": new, "attention_mask": np.ones((1, seen), np.int64),
                  "position_ids": np.arange(seen - new.shape[1], seen, dtype=np.int64)[None]}
        result = session.run(outputs, feeds)
        logits.append(result[0][0, -1])
        token = int(logits[-1].argmax())
        if token == end:
            break
        said.append(token)
        feeds |= dict(zip(names(shape.layers, "past_key_values"), result[1:]))
        new, seen = np.array([[token]], np.int64), seen + 1
    return said, np.stack(logits)


@torch.no_grad()
def torch_greedy(model, ids, end, most):
    shape = model.shape
    past = [(torch.zeros(1, shape.heads, 0, shape.head_width),) * 2] * shape.layers
    new, seen, said, logits = torch.tensor([ids]), len(ids), [], []
    while len(said) < most:
        out, past = model(new, torch.ones(1, seen, dtype=torch.long), torch.arange(seen - new.shape[1], seen)[None], past)
        logits.append(out[0, -1].numpy())
        token = int(logits[-1].argmax())
        if token == end:
            break
        said.append(token)
        new, seen = torch.tensor([[token]]), seen + 1
    return said, np.stack(logits)


CARD = """\
name: {name}
version: {version}
summary: "{summary}"
license: {license}
{more}kind: generate
files:
  model: model.onnx
  tokenizer: tokenizer.json
  sha256:
    model.onnx: {model_digest}
    tokenizer.json: {tokenizer_digest}
    self_test.tsv: {test_digest}
input:
  encoding: hybrid
  tensor: input_ids
  layout: tokens
  dtype: i64
  unknown: token
  mask: attention_mask
  padding_id: {pad}
generate:
  output: logits
  hidden: {{output: hidden_states, width: {hidden}}}
  positions: position_ids
  past: past_key_values.{{layer}}.{{part}}
  present: present.{{layer}}.{{part}}
  layers: {layers}
  heads: {heads}
  head_width: {head_width}
  context: {context}
  begin: <s>
  stop: [</s>]
  max_tokens: {most}
run:
  rows: {rows}
  tolerance: 0.001
self_test: self_test.tsv
"""


def folder(model, tokenizer_file, out, prompts, rows=16, most=256, **about):
    """Writes the folder and compares it with PyTorch; prompts: what the self-test asks."""
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    model.eval()
    round_weights(model)
    graph = Graph(model).eval()
    onnx.save(smaller(to_onnx(graph, out / "model.onnx"), graph), out / "model.onnx")
    (out / "model.onnx.data").unlink(missing_ok=True)
    if Path(tokenizer_file).resolve() != (out / "tokenizer.json").resolve():
        shutil.copy(tokenizer_file, out / "tokenizer.json")
    tokenizer = Tokenizer.from_file(str(out / "tokenizer.json"))
    tokenizer.encode_special_tokens = True
    begin, end = tokenizer.token_to_id("<s>"), tokenizer.token_to_id("</s>")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(out / "model.onnx"), options, providers=["CPUExecutionProvider"])
    lines, largest = ["prompt\tanswer\tlog_probability"], 0.0
    for prompt in prompts:
        ids = [begin, *tokenizer.encode(prompt).ids]
        said, logits = greedy(session, model.shape, ids, end, most)
        other, theirs = torch_greedy(model, ids, end, most)
        if said != other:
            raise SystemExit(f"error: ONNX and PyTorch answer {prompt!r} differently: {tokenizer.decode(said)!r}, {tokenizer.decode(other)!r}")
        largest = max(largest, float(np.abs(logits - theirs).max()))
        steps = torch.from_numpy(logits).double().log_softmax(-1)
        chosen = [*said, end][:len(steps)]
        answer = tokenizer.decode(said).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
        lines.append(f"{prompt}\t{answer}\t{sum(float(s[t]) for s, t in zip(steps, chosen)):.4f}")
    if largest > 1e-4:
        raise SystemExit(f"error: ONNX and PyTorch differ by {largest:.2e} in a logit")
    (out / "self_test.tsv").write_text("\n".join(lines) + "\n")
    digest = lambda name: hashlib.sha256((out / name).read_bytes()).hexdigest()
    shape = model.shape
    more = about.pop("more", "")
    (out / "card.yaml").write_text(CARD.format(
        model_digest=digest("model.onnx"), tokenizer_digest=digest("tokenizer.json"), test_digest=digest("self_test.tsv"), layers=shape.layers,
        heads=shape.heads, head_width=shape.head_width, hidden=shape.width, context=shape.context, pad=tokenizer.token_to_id("<pad>"), rows=rows, most=most, more=more, **about))
    size = (out / "model.onnx").stat().st_size
    print(f"{out}: {size:,} bytes; {len(prompts)} prompts, largest difference of a logit {largest:.1e}")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--checkpoint", required=True)
    p.add_argument("--tokenizer", required=True)
    p.add_argument("--out", required=True)
    p.add_argument("--prompts", required=True, help="one prompt a line: the self-test")
    p.add_argument("--about", required=True, help="YAML: citation, trained_on, notes of the card")
    p.add_argument("--version", default="1.0.0")
    a = p.parse_args()
    model, _ = Decoder.load(a.checkpoint)
    prompts = [line for line in Path(a.prompts).read_text().splitlines() if line]
    folder(model, a.tokenizer, a.out, prompts, name="genomicllm", version=a.version, license="MIT OR Apache-2.0",
           summary="Answers GenomicLLM's prompts about sequences and genes; a small language model with a hybrid tokenizer",
           more=Path(a.about).read_text())


if __name__ == "__main__":
    main()
