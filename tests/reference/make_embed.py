#!/usr/bin/env python3
"""Makes the folders of tests/models/embed, which tests/parquet.rs runs: reduced networks whose answer is a vector.

    python tests/reference/make_embed.py

Needs what make_families.py needs. Tokens are made by make_language.py's functions, the network is run by ONNX Runtime, one row at a time, and
vectors are pooled with numpy in 64 bits.
"""
import hashlib
import io
import random
import shutil

import numpy as np
import onnxruntime
import torch
from torch import nn

from family import FAMILIES, reverse_complement
from make_language import BPE, BPE_FILE, CHARACTERS, SIX_MERS, bpe_words, characters, six_mers

FOLDER = FAMILIES.parent / "embed"
WIDTH = 5


class States(nn.Module):
    """Ids -> (rows, tokens, width): the states of a layer; or, `pooled`, (rows, width)."""

    def __init__(self, vocabulary, pooled=False):
        super().__init__()
        self.embedding, self.mix, self.pooled = nn.Embedding(vocabulary, WIDTH), nn.Conv1d(WIDTH, WIDTH, 5, padding=2), pooled

    def forward(self, ids, mask=None):
        x = self.embedding(ids)
        if mask is not None:
            x = x * mask.to(x.dtype).unsqueeze(2)
        x = torch.tanh(self.mix(x.transpose(1, 2)).transpose(1, 2))
        return x[:, 0] * 2 if self.pooled else x


MODELS = [
    ("mean", six_mers, len(SIX_MERS), "mean", 2, 48, 12, ("input_ids", "attention_mask"),
     """input: {encoding: kmer, k: 6, tensor: input_ids, layout: tokens, dtype: i64, unknown: token, prefix: <cls>, padding_id: 1, mask: attention_mask}
window: {span: 48, core: 48, stride: 48, min_span: 12, fixed: false}
strand: average
embed: {width: 5}"""),
    ("bases", characters, 16, "bases", 1, 30, 10, ("input_ids",),
     """input: {encoding: kmer, k: 1, tensor: input_ids, layout: tokens, dtype: i64, unknown: token, suffix: '[SEP]', padding_id: 4}
window: {span: 30, core: 30, stride: 30, min_span: 10, fixed: false}
embed: {width: 5, pool: bases}"""),
    ("last", characters, 16, "last", 1, 30, 10, ("input_ids",),
     """input: {encoding: kmer, k: 1, tensor: input_ids, layout: tokens, dtype: i64, unknown: token, suffix: '[SEP]', padding_id: 4}
window: {span: 30, core: 30, stride: 30, min_span: 10, fixed: false}
embed: {width: 5, pool: last}"""),
    ("first", bpe_words, BPE.get_vocab_size(), "first", 1, 40, 20, ("input_ids", "attention_mask"),
     """input: {encoding: bpe, tensor: input_ids, layout: tokens, dtype: i64, unknown: token, mask: attention_mask}
window: {span: 40, core: 40, stride: 40, min_span: 20}
embed: {width: 5, pool: first}"""),
    ("network", bpe_words, BPE.get_vocab_size(), "network", 1, 40, 20, ("input_ids", "attention_mask"),
     """input: {encoding: bpe, tensor: input_ids, layout: tokens, dtype: i64, unknown: token, mask: attention_mask}
window: {span: 40, core: 40, stride: 40, min_span: 20}
embed: {output: pooled, width: 5, pool: none}"""),
    ("base", characters, 16, "base", 2, 40, 40, ("input_ids",),
     """input: {encoding: kmer, k: 1, tensor: input_ids, layout: tokens, dtype: i64, unknown: token, suffix: '[SEP]', padding_id: 4}
window: {span: 40, core: 20, stride: 20}
strand: average
embed: {width: 5, per: base}"""),
]


def pool(kind, states, words):
    if kind == "network":
        return states
    keep = {"mean": range(len(words)), "bases": [at for at, word in enumerate(words) if word.end > word.start],
            "first": [0], "last": [len(words) - 1]}[kind]
    return states[list(keep)].mean(axis=0)


def main():
    shutil.rmtree(FOLDER, ignore_errors=True)
    for name, words_of, vocabulary, kind, strands, span, least, inputs, card in MODELS:
        folder = FOLDER / name
        folder.mkdir(parents=True)
        torch.manual_seed(sum(map(ord, name)))
        module = States(vocabulary, kind == "network").eval()
        output = "pooled" if kind == "network" else "last_hidden_state"
        example = torch.tensor([[word.id for word in words_of("ACGT" * (span // 4))]] * 2)
        axes = {tensor: {0: "rows", 1: "tokens"} for tensor in inputs} | {output: {0: "rows"} if kind == "network" else {0: "rows", 1: "tokens"}}
        buffer = io.BytesIO()
        torch.onnx.export(module, (example, torch.ones_like(example))[: len(inputs)], buffer, opset_version=17, dynamo=False,
                          input_names=list(inputs), output_names=[output], dynamic_axes=axes)
        (folder / "model.onnx").write_bytes(buffer.getvalue())
        session = onnxruntime.InferenceSession(buffer.getvalue(), providers=["CPUExecutionProvider"])

        def vector(sequence):
            answers = []
            for strand in [sequence, reverse_complement(sequence)][:strands]:
                words = words_of(strand)
                ids = np.array([[word.id for word in words]], np.int64)
                feeds = dict(zip(inputs, (ids, np.ones_like(ids))))
                states = session.run([output], feeds)[0][0].astype(np.float64)
                if kind == "base":
                    rows = states[:-1][10:30]
                    answers.append(rows[::-1] if answers else rows)
                else:
                    answers.append(pool(kind, states, words))
            return sum(answers) / len(answers)

        files = {"vocab.txt": "\n".join(SIX_MERS if words_of is six_mers else CHARACTERS).encode() + b"\n"}
        if words_of is bpe_words:
            files = {"tokenizer.json": BPE_FILE.read_bytes()}
        for file, content in files.items():
            (folder / file).write_bytes(content)
        chance = random.Random(name)
        known = "".join(chance.choice("ACGT") for _ in range(span))
        tests = {"known": known, "lower_case": known[::-1].lower(), "unknown": "NNN" + known[3:20] + "N" + known[21:]}
        if least < span:
            tests["short"], tests["middle"] = known[:least], known[: (least + span) // 2]
        lines = ["\t".join(["name", "sequence", *(f"embedding.d{number}" for number in range(WIDTH))]) + "\n"]
        for test, sequence in tests.items():
            values = np.atleast_2d(vector(sequence.upper()))
            cells = [",".join(f"{value:.9g}" for value in values[:, number]) for number in range(WIDTH)]
            lines.append("\t".join([test, sequence, *cells]) + "\n")
        (folder / "self_test.tsv").write_text("".join(lines))
        digests = ", ".join(f"{file}: {hashlib.sha256((folder / file).read_bytes()).hexdigest()}" for file in ["model.onnx", *files])
        key = "tokenizer" if "tokenizer.json" in files else "vocabulary"
        (folder / "card.yaml").write_text(
            f"name: {name}\nversion: 1.0.0\nsummary: A reduced network whose answer is a vector, with random weights\nlicense: MIT OR Apache-2.0\n"
            f"kind: embed\nfiles:\n  model: model.onnx\n  {key}: {next(iter(files))}\n  sha256: {{{digests}}}\n{card}\nself_test: self_test.tsv\n")
        print(name)


if __name__ == "__main__":
    main()
