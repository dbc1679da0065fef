#!/usr/bin/env python3
"""Makes the tiny model folders of tests/models and the golden numbers that the tests compare with.

    python tests/reference/make_models.py

Needs Python 3.10 or later with numpy, torch, onnx, onnxruntime and tokenizers (made with 2.4.6, 2.15.0, 1.23.2, 1.31.1
and 0.23.3). Seeds are fixed: a second run writes the same bytes with the same versions of these packages.

Written, for each model: tests/models/NAME/ with card.yaml, model.onnx, self_test.tsv (and vocab.txt or tokenizer.json);
for all together: tests/reference/rows.tsv (the token ids of both strands, and the strand that answers).

Nothing here calls Genogloss: bases become tensors, logits become scores and two strands become one in the plain
functions below, in float64, one window at a time and unpadded. Before anything is written the script makes sure of:
  - ONNX Runtime and PyTorch (both float32) differ by less than 1e-5, in the calls the program makes: all rows of a call
    the same length, short rows filled up under the mask, missing rows filled up;
  - float32 scores and the golden float64 scores differ by less than 1e-5;
  - a row filled up under the mask has the logits of the row alone (float64, 1e-12);
  - scores are spread and no two different windows have all scores the same (not for the two identity models);
  - strand "max" is never decided by less than 0.001, and both strands win;
  - operators are on the list of those both engines have, and the network is smaller than 200,000 bytes.
"""
import hashlib
import math
import os
import warnings
from pathlib import Path

os.environ["TOKENIZERS_PARALLELISM"] = "false"

import numpy as np
import onnx
import onnxruntime
import tokenizers
import torch
from torch import nn

REFERENCE = Path(__file__).resolve().parent
MODELS = REFERENCE.parent / "models"
CALL_ROWS = 16
BUCKET = 32
OPERATORS = set("Add Cast Constant Conv Div Expand Gather Gemm Identity LayerNormalization MatMul Mul ReduceMean Relu Reshape Shape "
                "Slice Softmax Sub Transpose Unsqueeze".split())

torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)

# ---------------------------------------------------------------------------------------------------------- bases

COMPLEMENT = str.maketrans("ACGTURYSWKMBDHVNacgturyswkmbdhvn", "TGCAAYRSWMKVHDBNtgcaayrswmkvhdbn")
CODE = {letter: code for code, letters in enumerate(("Aa", "Cc", "Gg", "TtUu")) for letter in letters}


def reverse_complement(sequence):
    return sequence.translate(COMPLEMENT)[::-1]


def codes(sequence):
    """A C G T = 0 1 2 3, in either case; U is T; anything else is 4."""
    return [CODE.get(base, 4) for base in sequence]


# ------------------------------------------------------------------------------------- from bases to the network's input


def one_hot(sequence, unknown):
    """(bases, 4)"""
    rows = np.vstack([np.eye(4), np.full((1, 4), unknown)])
    return rows[codes(sequence)]


def kmer_numbers(sequence, k, step):
    """Number of each k-mer in base four, first base highest; None with an unknown base. What is left over is None."""
    numbers = []
    for start in range(0, len(sequence) - k + 1, step):
        word = codes(sequence[start:start + k])
        numbers.append(None if 4 in word else sum(code * 4 ** (k - 1 - place) for place, code in enumerate(word)))
    if step > 1 and len(sequence) % step:
        numbers.append(None)
    return numbers


# ---------------------------------------------------------------------------------------------------------- scores


def activate(activation, logits):
    """float64, over the last axis."""
    if activation == "sigmoid":
        return 1 / (1 + np.exp(-logits))
    if activation == "softplus":
        return np.logaddexp(0, logits)
    if activation == "softmax":
        powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
        return powers / powers.sum(axis=-1, keepdims=True)
    assert activation == "identity"
    return logits


# -------------------------------------------------------------------------------------------------------- networks


def weights(module, seed, final):
    """Random weights that are multiples of 1/1024, and so the same in float32 and float64."""
    generator = np.random.default_rng(seed)
    for name, parameter in module.named_parameters():
        shape = tuple(parameter.shape)
        if name.endswith("norm.weight"):
            values = np.ones(shape)
        elif len(shape) == 1:
            values = generator.normal(0, 0.1, shape)
        elif "table" in name:
            values = generator.normal(0, 0.7, shape)
        else:
            values = generator.normal(0, 1.4 / math.sqrt(np.prod(shape[1:])), shape)
        with torch.no_grad():
            parameter.copy_(torch.from_numpy(np.round(values * 1024) / 1024))
    assert all(hasattr(module, layer) for layer in final)
    return module.double().eval()


def spread(module, final, run, centre=0.0, width=1.6):
    """Scales the last layers so that each logit has mean `centre` and standard deviation `width` over random windows."""
    logits = [np.concatenate(parts) for parts in zip(*run())]
    for layer, values in zip(final, logits):
        layer = getattr(module, layer)
        values = values.reshape(-1, layer.weight.shape[0])
        mean, deviation = torch.from_numpy(values.mean(0)), torch.from_numpy(values.std(0))
        with torch.no_grad():
            layer.bias.copy_(torch.round(((layer.bias - mean) * width / deviation + centre) * 1024) / 1024)
            factor = (width / deviation).reshape([-1] + [1] * (layer.weight.dim() - 1))
            layer.weight.copy_(torch.round(layer.weight * factor * 1024) / 1024)


class OneHotSoftmax(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Conv1d(4, 8, 7)
        self.second = nn.Conv1d(8, 8, 5, stride=2)
        self.answer = nn.Linear(8 * 15, 3)

    def forward(self, x):
        x = torch.relu(self.first(x.transpose(1, 2)))
        x = torch.relu(self.second(x))
        return self.answer(x.reshape(-1, 8 * 15))


class Mean(nn.Module):
    def forward(self, ids):
        return ids.to(torch.float32).mean(1, keepdim=True)


class First(nn.Module):
    def forward(self, ids):
        return ids[:, :1].to(torch.float32)


class Layer(nn.Module):
    """One transformer layer, each head with projections of its own."""

    def __init__(self, width, heads):
        super().__init__()
        self.width, self.heads = width // heads, heads
        for head in range(heads):
            for what in ("query", "key", "value"):
                setattr(self, f"{what}{head}", nn.Linear(width, self.width))
            setattr(self, f"out{head}", nn.Linear(self.width, width, bias=head == 0))
        self.first_norm = nn.LayerNorm(width)
        self.second_norm = nn.LayerNorm(width)
        self.up = nn.Linear(width, 2 * width)
        self.down = nn.Linear(2 * width, width)

    def forward(self, x, closed):
        mixed = x
        for head in range(self.heads):
            query, key, value, out = (getattr(self, f"{what}{head}") for what in ("query", "key", "value", "out"))
            scores = query(x) @ key(x).transpose(1, 2) / math.sqrt(self.width) + closed
            mixed = mixed + out(torch.softmax(scores, dim=-1) @ value(x))
        x = self.first_norm(mixed)
        return self.second_norm(x + self.down(torch.relu(self.up(x))))


class Bert(nn.Module):
    """DNABERT-1 in small: words, places and token types; the first token answers."""

    def __init__(self, vocabulary, places, labels, width=16):
        super().__init__()
        self.word_table = nn.Embedding(vocabulary, width)
        self.place_table = nn.Parameter(torch.zeros(places, width))
        self.type_table = nn.Embedding(2, width)
        self.norm = nn.LayerNorm(width)
        self.layer = Layer(width, 2)
        self.answer = nn.Linear(width, labels)

    def forward(self, ids, mask, types):
        x = self.word_table(ids) + self.place_table[:ids.shape[1]] + self.type_table(types)
        closed = (1 - mask.to(x.dtype)).unsqueeze(1) * -1e9
        return self.answer(self.layer(self.norm(x), closed)[:, 0])


class BpeNet(nn.Module):
    """Words and places, one layer, and the mean of the tokens that the mask shows."""

    def __init__(self, vocabulary, places, labels, width=16):
        super().__init__()
        self.word_table = nn.Embedding(vocabulary, width)
        self.place_table = nn.Parameter(torch.zeros(places, width))
        self.norm = nn.LayerNorm(width)
        self.layer = Layer(width, 2)
        self.answer = nn.Linear(width, labels)

    def forward(self, ids, mask):
        seen = mask.to(self.place_table.dtype).unsqueeze(-1)
        x = self.norm(self.word_table(ids) + self.place_table[:ids.shape[1]])
        x = self.layer(x, (1 - seen).transpose(1, 2) * -1e9)
        return self.answer((x * seen).mean(1) / seen.mean(1))


class Steps(nn.Module):
    """The mean of the tokens' vectors, and two layers on top."""

    def __init__(self, vocabulary, width=8):
        super().__init__()
        self.word_table = nn.Embedding(vocabulary, width)
        self.middle = nn.Linear(width, 16)
        self.answer = nn.Linear(16, 1)

    def forward(self, ids):
        return self.answer(torch.relu(self.middle(self.word_table(ids).mean(1))))


class Track(nn.Module):
    """Two valid convolutions of 11: 30 bases become 10 places."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv1d(4, 8, 11)
        self.second = nn.Conv1d(8, 8, 11)
        self.site = nn.Conv1d(8, 3, 1)
        self.coverage = nn.Conv1d(8, 1, 1)

    def forward(self, x):
        x = torch.relu(self.second(torch.relu(self.first(x))))
        return self.site(x), self.coverage(x).transpose(1, 2)


# --------------------------------------------------------------------------------------------------------- windows


def draw(generator, length, gc=0.5):
    p = [(1 - gc) / 2, gc / 2, gc / 2, (1 - gc) / 2]
    return "".join(generator.choice(list("ACGT"), length, p=p))


def over(sequence, start, other):
    return sequence[:start] + other + sequence[start + len(other):]


def full_windows(generator, span, u=True):
    """Windows of the whole span: plain ones, and all that is not plain."""
    windows = [(f"random_{i}", draw(generator, span)) for i in range(1, 9)]
    windows += [(f"gc_rich_{i}", draw(generator, span, 0.8)) for i in (1, 2)]
    windows += [(f"at_rich_{i}", draw(generator, span, 0.2)) for i in (1, 2)]
    plain = [draw(generator, span) for _ in range(7)]
    middle, third = span // 2, span // 3
    windows += [
        ("poly_a", "A" * span),
        ("ca_repeat", ("CA" * span)[:span]),
        ("one_n", over(plain[0], middle, "N")),
        ("n_on_the_left", over(plain[1], 0, "N" * third)),
        ("n_on_the_right", over(plain[2], span - third, "N" * third)),
        ("lower_n_and_iupac", over(over(plain[3], 2, "n"), middle, "RyK")),
        ("lower_case", plain[4].lower()),
        ("same_in_upper_case", plain[4]),
        ("half_lower_case", plain[5][:middle] + plain[5][middle:].lower()),
    ]
    if u:
        windows.append(("rna_letters", plain[6].replace("T", "U")))
    return windows


def short_windows(generator, lengths):
    windows = [(f"short_{length}", draw(generator, length)) for length in lengths]
    length = lengths[-1]
    return windows + [(f"short_{length}_n_and_lower_case", over(draw(generator, length).lower(), length // 2, "N"))]


# ---------------------------------------------------------------------------------------------------------- models


class Head:
    def __init__(self, name, activation, labels, channels_first=False, card=""):
        self.name, self.activation, self.labels, self.channels_first, self.card = name, activation, labels, channels_first, card

    def columns(self):
        return [self.name] if len(self.labels) == 1 else [f"{self.name}.{label}" for label in self.labels]

    def yaml(self):
        return f"  - {{name: {self.name}, output: {self.name}, activation: {self.activation}, labels: [{', '.join(self.labels)}]{self.card}}}"


class Model:
    """What the tests need to know of a model, all of it said again in its card."""

    def __init__(self, name, summary, kind, network, encode, dtype, heads, windows, span, core, inputs, axes, card_input,
                 fixed=True, min_span=None, max_unknown=0.5, strand="forward", background=(), more=None, final=("answer",), centre=0.0):
        self.__dict__.update(locals())
        self.files = dict(more or {})
        self.folder = MODELS / name
        self.tokens = "tokens" in card_input

    def columns(self):
        return [column for head in self.heads for column in head.columns()]

    def card(self):
        files = ["files:", "  model: model.onnx"]
        for file in self.files:
            files.append(f"  {'vocabulary' if file == 'vocab.txt' else 'tokenizer'}: {file}")
        files.append("  sha256:")
        for file in ["model.onnx", *self.files]:
            files.append(f"    {file}: {hashlib.sha256((self.folder / file).read_bytes()).hexdigest()}")
        window = f"span: {self.span}, core: {self.core}, stride: {self.core}"
        window += f", min_span: {self.min_span}" if self.min_span else ""
        window += f", max_unknown: {self.max_unknown}" if self.max_unknown != 0.5 else ""
        window += "" if self.fixed else ", fixed: false"
        lines = [
            "# Written by tests/reference/make_models.py. Random weights: for tests only, its scores mean nothing.",
            f"name: {self.name}", "version: 1.0.0", f'summary: "{self.summary}"', "license: MIT OR Apache-2.0", f"kind: {self.kind}",
            *files, f"input: {{{self.card_input}}}", f"window: {{{window}}}", "heads:", *[head.yaml() for head in self.heads],
            f"strand: {self.strand}", f"run: {{rows: {CALL_ROWS}, tolerance: 1.0e-5}}", "self_test: self_test.tsv",
        ]
        return "\n".join(lines) + "\n"

    def strands(self, sequence):
        """The rows asked for a window: with `fixed`, a short one is filled up with N on the right before it is turned."""
        if self.fixed:
            sequence = sequence.ljust(self.span, "N")
        return [sequence] if self.strand == "forward" else [sequence, reverse_complement(sequence)]

    def tensors(self, rows, kind):
        """The network's inputs for encoded rows, filled up to the longest; then mask and types, if it has them."""
        length = max(len(row) for row in rows)
        if not self.tokens:
            x = torch.from_numpy(np.stack(rows)).to(kind)
            return (x.transpose(1, 2).contiguous() if "channels-first" in self.card_input else x,)
        ids = torch.tensor([list(row) + [0] * (length - len(row)) for row in rows], dtype=self.dtype)
        mask = torch.tensor([[1] * len(row) + [0] * (length - len(row)) for row in rows])
        return (ids, mask, torch.zeros_like(mask))[:len(self.inputs)]

    def logits(self, rows, kind=torch.float64):
        """One array a head, (rows, bins, labels)."""
        with torch.no_grad():
            outputs = self.network.to(kind)(*self.tensors(rows, kind))
        return self.arrange(outputs if isinstance(outputs, tuple) else (outputs,))

    def arrange(self, outputs):
        outputs = [np.asarray(output, dtype=np.float64) for output in outputs]
        outputs = [output.transpose(0, 2, 1) if head.channels_first else output for head, output in zip(self.heads, outputs)]
        return [output.reshape(len(output), -1, len(head.labels)) for head, output in zip(self.heads, outputs)]

    def scores(self, logits):
        """(rows, bins, columns)"""
        return np.concatenate([activate(head.activation, values) for head, values in zip(self.heads, logits)], axis=2)

    def join(self, strands):
        """Scores of one window's strands to one answer and its strand; a track's bins are turned round first."""
        if len(strands) == 1:
            return strands[0], "+"
        forward, reverse = strands[0], strands[1][::-1]
        if self.strand == "average":
            return (forward + reverse) / 2, "."
        called = [i for i, column in enumerate(self.columns()) if column not in self.background]
        lead = reverse[:, called].max() - forward[:, called].max()
        assert abs(lead) > 1e-3, f"{self.name}: strands too close, {lead}"
        return (reverse, "-") if lead > 0 else (forward, "+")

    def make(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        for file, text in self.files.items():
            (self.folder / file).write_text(text)
        generator = np.random.default_rng(99)

        def sample():
            for _ in range(600):
                length = self.span if self.fixed else int(generator.integers(self.min_span, self.span + 1))
                yield self.logits([self.encode(draw(generator, length, generator.uniform(0.3, 0.7)))])

        if list(self.network.parameters()):
            spread(self.network, self.final, sample, self.centre)
        # The answers, one row at a time.
        golden, strand_of, ids_of = [], [], []
        for name, sequence in self.windows:
            known = sum(code < 4 for code in codes(sequence))
            assert (self.min_span or self.span) <= len(sequence) <= self.span, f"{self.name} {name}: length"
            assert known >= self.span - math.floor(self.max_unknown * self.span), f"{self.name} {name}: too many unknown bases"
            rows = [self.encode(strand) for strand in self.strands(sequence)]
            answer, strand = self.join([self.scores(self.logits([row]))[0] for row in rows])
            golden.append(answer)
            strand_of.append(strand)
            ids_of.append([",".join(map(str, row)) if self.tokens else "." for row in rows])
        path = self.folder / "model.onnx"
        self.export(path)
        worst_logit, worst_score = self.compare(path, golden)
        self.check_spread(golden, strand_of)
        with open(self.folder / "self_test.tsv", "w") as out:
            print("name", "sequence", *self.columns(), sep="\t", file=out)
            for (name, sequence), answer in zip(self.windows, golden):
                cells = [",".join(f"{value:.7f}" for value in answer[:, column]) for column in range(answer.shape[1])]
                print(name, sequence, *cells, sep="\t", file=out)
        (self.folder / "card.yaml").write_text(self.card())
        size = sum(file.stat().st_size for file in self.folder.iterdir())
        print(f"{self.name}: {size:,} bytes (network {path.stat().st_size:,}), {len(golden)} windows; "
              f"|onnxruntime - torch| {worst_logit:.1e}, |float32 - golden| {worst_score:.1e}, "
              f"scores {min(a.min() for a in golden):.3f} to {max(a.max() for a in golden):.3f}")
        return [(self.name, name, strand, ids[0], ids[1] if len(ids) > 1 else ".")
                for (name, _), strand, ids in zip(self.windows, strand_of, ids_of)]

    def export(self, path):
        network = self.network.float()
        rows = [self.encode(self.windows[0][1])] * 2
        outputs = [head.name for head in self.heads]
        axes = {name: {0: "rows", **({1: "tokens"} if self.axes == "tokens" else {})} for name in self.inputs}
        axes |= {name: {0: "rows"} for name in outputs}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(network, self.tensors(rows, torch.float32), str(path), opset_version=17, dynamo=False,
                              input_names=self.inputs, output_names=outputs, dynamic_axes=axes)
        onnx.checker.check_model(str(path), full_check=True)
        used = {node.op_type for node in onnx.load(str(path)).graph.node}
        assert used <= OPERATORS, f"{self.name}: {used - OPERATORS}"
        assert path.stat().st_size < 200_000, self.name

    def compare(self, path, golden):
        """ONNX Runtime and PyTorch in float32, in the program's calls, with each other and with the golden scores."""
        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        rows = [self.encode(strand) for _, sequence in self.windows for strand in self.strands(sequence)]
        alone = [self.logits([row]) for row in rows]
        groups = {}
        for place, row in enumerate(rows):
            groups.setdefault(len(row) if self.fixed else -(-len(row) // BUCKET) * BUCKET, []).append(place)
        worst_logit, by_row = 0.0, [None] * len(rows)
        for length, places in groups.items():
            for start in range(0, len(places), CALL_ROWS):
                members = places[start:start + CALL_ROWS]
                # A row of the call's length, so that all are filled up to it; then filling rows that see one token.
                if self.tokens:
                    call = [rows[place] for place in members] + [[0]] * (CALL_ROWS - len(members)) + [[0] * length]
                else:
                    call = [rows[place] for place in members] + [np.zeros_like(rows[0])] * (CALL_ROWS - len(members) + 1)
                wide = self.logits(call)
                narrow = self.logits(call, torch.float32)
                feed = {name: tensor.numpy()[:CALL_ROWS] for name, tensor in zip(self.inputs, self.tensors(call, torch.float32))}
                outputs = self.arrange(session.run([head.name for head in self.heads], feed))
                for head in range(len(self.heads)):
                    assert np.isfinite(outputs[head]).all()
                    worst_logit = max(worst_logit, np.abs(outputs[head] - narrow[head][:CALL_ROWS]).max())
                    for i, place in enumerate(members):
                        filled = np.abs(wide[head][i] - alone[place][head][0]).max()
                        assert filled < 1e-12, f"{self.name}: filling changes a logit by {filled}"
                scores = self.scores(outputs)
                for i, place in enumerate(members):
                    by_row[place] = scores[i]
        assert worst_logit < 1e-5, f"{self.name}: ONNX Runtime and PyTorch differ by {worst_logit}"
        each = len(self.strands("A"))
        worst_score = max(np.abs(self.join(by_row[i * each:(i + 1) * each])[0] - answer).max() for i, answer in enumerate(golden))
        assert worst_score < 1e-5, f"{self.name}: float32 and golden scores differ by {worst_score}"
        return worst_logit, worst_score

    def check_spread(self, golden, strand_of):
        if self.strand == "max":
            assert {"+", "-"} <= set(strand_of), f"{self.name}: one strand always wins"
        by_sequence = dict(zip((sequence for _, sequence in self.windows), golden))
        seen = {sequence.ljust(self.span if self.fixed else 0, "N").upper(): answer for sequence, answer in by_sequence.items()}
        values = np.stack(list(seen.values()))
        width = values.max(axis=(0, 1)) - values.min(axis=(0, 1))
        if any(head.activation != "identity" for head in self.heads):
            assert (width > 0.4).all(), f"{self.name}: scores hardly differ, {width}"
            assert len({answer.round(5).tobytes() for answer in seen.values()}) == len(seen), f"{self.name}: windows with the same scores"


def base_windows(generator, span):
    windows = [
        ("all_a", "A" * span), ("all_c", "C" * span), ("all_g", "G" * span), ("all_t", "T" * span), ("all_n", "N" * span),
        ("one_t", over("A" * span, 0, "T")), ("one_t_at_the_end", over("A" * span, span - 1, "T")),
        ("one_n", over("A" * span, span // 2, "N")), ("acgt", ("ACGT" * span)[:span]), ("lower_case", ("acgt" * span)[:span]),
        ("rna_letters", ("ACGU" * span)[:span]), ("iupac", ("RYSWKM" * span)[:span]), ("t_first", over("G" * span, 0, "T")),
        ("short_1", "A"), ("short_3", "CGT"), ("short_with_n", "gNt"), ("one_missing", "C" * (span - 1)),
    ]
    return windows + [(f"random_{i}", draw(generator, span)) for i in range(1, 5)]


def onehot_softmax():
    generator = np.random.default_rng(11)
    windows = full_windows(generator, 40) + short_windows(generator, (25, 33, 39))
    head = Head("splice", "softmax", ["acceptor", "donor", "neither"], card=", background: [neither]")
    return Model(
        "onehot-softmax", "One-hot, channels last, one softmax head, the mean of both strands", "classify", weights(OneHotSoftmax(), 1, ["answer"]),
        lambda s: one_hot(s, 0.25), torch.float32, [head], windows, 40, 20, ["sequence"], "rows",
        "encoding: one-hot, tensor: sequence, layout: channels-last, dtype: f32, unknown: uniform", min_span=25, strand="average")


def base_identity():
    windows = base_windows(np.random.default_rng(12), 16)
    return Model(
        "base-identity", "The mean of the base ids of the window (A C G T = 0 1 2 3, else 4), exact in f32", "regress", Mean(), codes, torch.int64,
        [Head("mean", "identity", ["mean"])], windows, 16, 8, ["ids"], "rows",
        "encoding: base, tensor: ids, layout: tokens, dtype: i64, unknown: token", min_span=1, max_unknown=1.0)


def passthrough():
    windows = base_windows(np.random.default_rng(13), 1000)
    return Model(
        "passthrough", "The id of the window's first base: a network that does nothing, for benchmarks", "regress", First(), codes, torch.uint8,
        [Head("first", "identity", ["first"])], windows, 1000, 1000, ["ids"], "rows",
        "encoding: base, tensor: ids, layout: tokens, dtype: u8, unknown: token", min_span=1, max_unknown=1.0)


def kmer_overlapping():
    generator = np.random.default_rng(14)
    words = [a + b + c for a in "ACGT" for b in "ACGT" for c in "ACGT"]
    order = generator.permutation(64)
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + [words[i] for i in order]
    line = {token: id for id, token in enumerate(vocabulary)}

    def encode(sequence):
        numbers = kmer_numbers(sequence, 3, 1)
        return [line["[CLS]"], *[line["[UNK]"] if n is None else line[words[n]] for n in numbers], line["[SEP]"]]

    windows = full_windows(generator, 30) + short_windows(generator, (6, 7, 13, 20, 29))
    return Model(
        "kmer-overlapping", "Overlapping 3-mers with a vocabulary, mask and token types, as DNABERT has them", "classify",
        weights(Bert(len(vocabulary), 40, 2), 4, ["answer"]), encode, torch.int64, [Head("chromatin", "sigmoid", ["open", "active"])], windows, 30, 10,
        ["input_ids", "attention_mask", "token_type_ids"], "tokens",
        'encoding: kmer, k: 3, overlapping: true, tensor: input_ids, layout: tokens, dtype: i64, unknown: token, prefix: "[CLS]", suffix: "[SEP]", '
        "padding_id: 0, mask: attention_mask, types: token_type_ids",
        fixed=False, min_span=6, max_unknown=0.8, strand="max", more={"vocab.txt": "\n".join(vocabulary) + "\n"})


def kmer_steps():
    generator = np.random.default_rng(15)

    def encode(sequence):
        return [4 ** 6 if n is None else n for n in kmer_numbers(sequence, 6, 6)]

    windows = full_windows(generator, 48) + short_windows(generator, (30, 41, 47))
    return Model(
        "kmer-steps", "6-mers one after the other, their numbers as ids, a softplus head", "regress", weights(Steps(4 ** 6 + 1), 5, ["answer"]),
        encode, torch.int32, [Head("expression", "softplus", ["expression"])], windows, 48, 48, ["ids"], "tokens",
        "encoding: kmer, k: 6, tensor: ids, layout: tokens, dtype: i32, unknown: token", min_span=30, centre=0.5)


def bpe():
    generator = np.random.default_rng(16)
    # Repeated words, so that there are pairs worth joining.
    motifs = [draw(generator, int(length)) for length in generator.integers(3, 9, 24)]
    corpus = ["".join(motifs[i] if i < len(motifs) else draw(generator, 3) for i in generator.integers(0, 36, 40)) for _ in range(200)]
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE(unk_token="[UNK]"))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    tokenizer.decoder = tokenizers.decoders.BPEDecoder()
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=64, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]"], initial_alphabet=list("ACGT"), show_progress=False)
    tokenizer.train_from_iterator(corpus, trainer)
    tokenizer.post_processor = tokenizers.processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    assert tokenizer.get_vocab_size() == 64 and [tokenizer.token_to_id(t) for t in ("[PAD]", "[UNK]", "[CLS]", "[SEP]")] == [0, 1, 2, 3]

    def encode(sequence):
        return tokenizer.encode(sequence.upper()).ids

    windows = full_windows(generator, 60, u=False) + short_windows(generator, (10, 11, 23, 38, 52, 59))
    windows += [(f"motifs_{i}", "".join(motifs[j] for j in generator.integers(0, len(motifs), 20))[:60]) for i in (1, 2, 3)]
    return Model(
        "bpe", "Byte-pair encoding by tokenizer.json, a mask, rows of any length", "classify", weights(BpeNet(64, 64, 1), 6, ["answer"]), encode,
        torch.int64, [Head("promoter", "sigmoid", ["promoter"])], windows, 60, 60, ["input_ids", "attention_mask"], "tokens",
        "encoding: bpe, tensor: input_ids, layout: tokens, dtype: i64, unknown: token, padding_id: 0, mask: attention_mask",
        fixed=False, min_span=10, max_unknown=0.84, more={"tokenizer.json": tokenizer.to_str(pretty=True) + "\n"})


def track():
    generator = np.random.default_rng(17)
    windows = full_windows(generator, 30) + short_windows(generator, (20, 26, 29))
    heads = [
        Head("site", "softmax", ["neither", "acceptor", "donor"], True, ", background: [neither], bin: 1, layout: channels-first"),
        Head("coverage", "softplus", ["coverage"], False, ", bin: 1, layout: channels-last"),
    ]
    return Model(
        "track", "A value for every base of the core, two heads, the mean of both strands", "track", weights(Track(), 7, ["site", "coverage"]),
        lambda s: one_hot(s, 0.0), torch.float32, heads, windows, 30, 10, ["sequence"], "rows",
        "encoding: one-hot, tensor: sequence, layout: channels-first, dtype: f32, unknown: zeros", min_span=20, strand="average",
        final=("site", "coverage"))


def main():
    lines = []
    for model in (onehot_softmax, base_identity, passthrough, kmer_overlapping, kmer_steps, bpe, track):
        lines += model().make()
    with open(REFERENCE / "rows.tsv", "w") as out:
        print("model", "name", "strand", "forward_ids", "reverse_ids", sep="\t", file=out)
        for line in lines:
            # 1,000 ids of a network that reads the first are no test of anything.
            if line[0] != "passthrough":
                print(*line, sep="\t", file=out)


if __name__ == "__main__":
    main()
