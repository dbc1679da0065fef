"""What make_families.py makes a folder of: parts of networks, the preparation of the input, and the files."""
import hashlib
import io
import random
import re
import shutil
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn

FAMILIES = Path(__file__).resolve().parent.parent / "models" / "families"
COMPLEMENT = str.maketrans("ACGTNacgtn", "TGCANtgcan")
NOWHERE = np.zeros(4, np.float32)
QUARTER = np.full(4, 0.25, np.float32)


def reverse_complement(sequence):
    return sequence.translate(COMPLEMENT)[::-1]


def one_hot(sequence, order="ACGT", unknown=NOWHERE):
    """(bases, channels)."""
    rows = [np.eye(len(order), dtype=np.float32)[order.index(base)] if base in order else unknown for base in sequence.upper()]
    return np.array(rows, np.float32).reshape(len(sequence), len(order))


def sigmoid(x):
    return 1 / (1 + np.exp(-x.astype(np.float64)))


def softmax(x, axis):
    x = np.exp(x.astype(np.float64) - x.max(axis=axis, keepdims=True))
    return x / x.sum(axis=axis, keepdims=True)


class Trunk(nn.Module):
    """Two convolutions over (rows, channels, bases), of the same length."""

    def __init__(self, channels, width=8, kernel=7):
        super().__init__()
        self.one = nn.Conv1d(channels, width, kernel, padding=kernel // 2)
        self.two = nn.Conv1d(width, width, 5, padding=2)

    def forward(self, x):
        return torch.tanh(self.two(torch.relu(self.one(x))))


class Pooled(nn.Module):
    """(rows, channels, bases) -> (rows, labels): `axes` turns the network's own input into that."""

    def __init__(self, labels, channels=4, axes=lambda x: x, after=lambda x: x):
        super().__init__()
        self.trunk, self.head = Trunk(channels), nn.Linear(8, labels)
        self.axes, self.after = axes, after

    def forward(self, x):
        return self.after(self.head(self.trunk(self.axes(x)).amax(dim=2)))


class Track(nn.Module):
    """(rows, channels, bases) -> (rows, labels, bins) after cutting `cut` bases at each end."""

    def __init__(self, labels, bin, cut, channels=4, axes=lambda x: x, after=lambda x: x):
        super().__init__()
        self.trunk, self.head = Trunk(channels), nn.Conv1d(8, labels, 1)
        self.pool = nn.AvgPool1d(bin) if bin > 1 else nn.Identity()
        self.axes, self.after, self.cut = axes, after, cut

    def forward(self, x):
        x = self.trunk(self.axes(x))
        x = x[:, :, self.cut : x.shape[2] - self.cut]
        return self.after(self.head(self.pool(x)))


class Tokens(nn.Module):
    """Ids -> (rows, tokens, width), where each token also sees its neighbours. A mask hides the padding."""

    def __init__(self, vocabulary, width=8, types=False):
        super().__init__()
        self.embedding, self.mix = nn.Embedding(vocabulary, width), nn.Conv1d(width, width, 3, padding=1)
        self.types = nn.Embedding(2, width) if types else None

    def forward(self, ids, mask=None, types=None, positions=None):
        x = self.embedding(ids)
        if types is not None:
            x = x + self.types(types)
        if positions is not None:
            x = x + torch.sin(positions.to(x.dtype)).unsqueeze(2) * 0.1
        if mask is not None:
            x = x * mask.to(x.dtype).unsqueeze(2)
        return torch.tanh(self.mix(x.transpose(1, 2)).transpose(1, 2))


def mean(x, mask):
    mask = mask.to(x.dtype).unsqueeze(2)
    return (x * mask).sum(dim=1) / mask.sum(dim=1)


class Function(nn.Module):
    """A module of parts and of a function of them and the inputs."""

    def __init__(self, forward, **parts):
        super().__init__()
        self.parts, self.run = nn.ModuleDict(parts), forward

    def forward(self, *inputs):
        return self.run(self.parts, *inputs)


def word_of(title):
    """The name of a published label: letters, digits, _ and -."""
    word = re.sub("_+", "_", re.sub("[^A-Za-z0-9-]", "_", title)).strip("_")
    return word if word[:1].isalpha() and word[:1].isascii() else "t_" + word


class Family:
    """A folder: `inputs` makes the network's inputs of a sequence, `scores` the answer of its outputs, a column each."""

    def __init__(self, name, module, inputs, scores, card, span, least=None, files=None, outputs=None, axes=None, external=False):
        self.name, self.module, self.inputs, self.scores = name, module, inputs, scores
        self.card, self.span, self.least, self.files = card, span, least or span, files or {}
        self.outputs, self.axes, self.external = outputs, axes or {}, external

    def write(self):
        folder = FAMILIES / self.name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        chance = random.Random(self.name)
        sequence = "".join(chance.choice("ACGT") for _ in range(self.span))
        example = self.inputs(sequence)
        names, values = list(example), [torch.from_numpy(np.stack([value, value])) for value in example.values()]
        axes = {name: {0: "rows", **self.axes.get(name, {})} for name in [*names, *self.outputs]}
        torch.manual_seed(sum(map(ord, self.name)))
        module = self.module().eval()
        buffer = io.BytesIO()
        torch.onnx.export(module, tuple(values), buffer, opset_version=17, dynamo=False, input_names=names,
                          output_names=list(self.outputs), dynamic_axes=axes)
        (folder / "model.onnx").write_bytes(buffer.getvalue())
        data = ""
        if self.external:
            onnx.save_model(onnx.load_from_string(buffer.getvalue()), str(folder / "model.onnx"), save_as_external_data=True,
                            location="model.onnx.data", size_threshold=64)
            data = "  data: [model.onnx.data]\n"
        for file, content in self.files.items():
            (folder / file).write_bytes(content if isinstance(content, bytes) else content.encode())
        session = onnxruntime.InferenceSession(buffer.getvalue(), providers=["CPUExecutionProvider"])

        def run(sequence):
            feeds = {name: np.asarray(value)[None] for name, value in self.inputs(sequence).items()}
            outputs = session.run(list(self.outputs), feeds)
            return {name: output[0].astype(np.float32) for name, output in zip(self.outputs, outputs)}

        tests = {"known": sequence, "lower_case": sequence[::-1].lower()}
        if "unknown: skip" not in self.card:
            third = self.span // 3
            tests["unknown"] = "N" * third + sequence[third:-3] + "NNA"
            tests["one_unknown"] = sequence[:7] + "N" + sequence[8:]
        if self.least < self.span:
            tests["short"] = sequence[: self.least]
            tests["middle"] = sequence[: (self.least + self.span) // 2]
        lines = []
        for test, sequence in tests.items():
            columns = self.scores(run, sequence)
            cells = [",".join(f"{value:.9g}" for value in np.atleast_1d(values)) for values in columns.values()]
            lines.append("\t".join([test, sequence, *cells]) + "\n")
        (folder / "self_test.tsv").write_text("\t".join(["name", "sequence", *columns]) + "\n" + "".join(lines))
        named = ["model.onnx", *self.files, *(["model.onnx.data"] if self.external else [])]
        digests = ", ".join(f"{file}: {hashlib.sha256((folder / file).read_bytes()).hexdigest()}" for file in named)
        more = "".join(f"  {key}: {file}\n" for key, file in
                       [("vocabulary", "vocab.txt"), ("tokenizer", "tokenizer.json")] if file in self.files)
        (folder / "card.yaml").write_text(
            f"name: {self.name}\nversion: 1.0.0\nsummary: {self.module.__doc__ or 'A reduced network of this family, with random weights'}\n"
            f"license: MIT OR Apache-2.0\nfiles:\n  model: model.onnx\n{data}{more}  sha256: {{{digests}}}\n{self.card}\n"
            "self_test: self_test.tsv\n")


def columns(head, labels, values):
    """The columns of a head from (labels,) or (labels, bins)."""
    return {head if len(labels) == 1 else f"{head}.{label}": value for label, value in zip(labels, values)}


def both_strands(score, swap=None):
    """The mean over both strands of columns of bins; `swap` names the column that has a column's score on the reverse strand."""

    def scores(run, sequence):
        forward, reverse = score(run, sequence), score(run, reverse_complement(sequence))
        turned = {name: np.atleast_1d(reverse[(swap or {}).get(name, name)])[::-1] for name in forward}
        return {name: (np.atleast_1d(forward[name]) + turned[name]) / 2 for name in forward}

    return scores
