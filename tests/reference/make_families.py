#!/usr/bin/env python3
"""Makes the folders of tests/models/families, which tests/families.rs runs: reduced networks of published model families.

    python tests/reference/make_families.py

Needs Python 3.10 or later with numpy, torch, onnx, onnxruntime and tokenizers (made with 2.4.6, 2.15.0, 1.23.2,
1.31.1 and 0.23.3).

A network has the inputs and outputs of its family (names of axes, number types, order of bases, special tokens, heads), few weights, and
random ones. The input is prepared here as the family's own code does it, base by base, and the network is run by ONNX Runtime; scores are
computed with numpy. Nothing here is shared with genogloss: what both say must be equal.
"""
import random
from itertools import product

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import nn

from family import (FAMILIES, NOWHERE, QUARTER, Family, Function, Pooled, Tokens, Track, Trunk, both_strands, columns, mean, one_hot,
                    reverse_complement, sigmoid, softmax, word_of)


def one_hot_families():
    turn = lambda x: x.transpose(1, 2)  # noqa: E731
    chance = random.Random(24)

    def simple(name, labels, card, input, span, order="ACGT", unknown=NOWHERE, place=lambda x: x.T, axes=lambda x: x, activate=lambda x: x,
               after=lambda x: x, head="score", least=None, pad=lambda s, n: s + "N" * (n - len(s)), files=None, dtype=np.float32, external=False, strands=None):
        def inputs(sequence):
            return {input: place(one_hot(pad(sequence, span), order, unknown)).astype(dtype)}

        def scores(run, sequence):
            both = [sequence] if strands is None else [sequence, reverse_complement(sequence)]
            answers = [activate(run(one)["y"].reshape(len(labels))) for one in both]
            return columns(head, labels, answers[0] if strands is None else strands(answers, key=lambda answer: answer.max()))

        return Family(name, lambda: Pooled(len(labels), len(order), axes, after), inputs, scores, card, span, least, files, ["y"], external=external)

    yield simple("deepbind", ["score"], """kind: regress
input: {encoding: one-hot, tensor: x, layout: channels-first, dtype: f32, unknown: uniform}
window: {span: 40, core: 20, stride: 20}
heads: [{name: score, output: y, activation: identity, labels: [score]}]""", "x", 40, unknown=QUARTER)

    yield simple("external", ["score"], """kind: regress
input: {encoding: one-hot, tensor: x, layout: channels-first, dtype: f64, unknown: A}
window: {span: 40, core: 20, stride: 20}
heads: [{name: score, output: y, activation: softplus, labels: [score]}]""", "x", 40, unknown=np.eye(4)[0], axes=lambda x: x.float(),
                 activate=lambda x: np.log1p(np.exp(x.astype(np.float64))), dtype=np.float64, external=True)

    names = ["8988T|DNase|None", "8988T|DNase|None", "GM12878|H3K27ac", "HepG2|FOXA1 (SC-101058)|None"]
    yield simple("deepsea", ["t_8988T_DNase_None", "t_8988T_DNase_None_2", "GM12878_H3K27ac", "HepG2_FOXA1_SC-101058_None"],
                 """kind: classify
input: {encoding: one-hot, tensor: input, layout: [rows, channels, 1, bases], dtype: f32, order: AGCT, unknown: zeros}
window: {span: 100, core: 20, stride: 20}
heads: [{name: feature, output: y, activation: sigmoid, labels_file: features.txt}]""", "input", 100, "AGCT",
                 place=lambda x: x.T[:, None, :], axes=lambda x: x.squeeze(2), activate=sigmoid, head="feature",
                 files={"features.txt": "\n".join(names) + "\n"})

    yield simple("basset", ["a", "b", "c"], """kind: classify
input: {encoding: one-hot, tensor: input, layout: [rows, channels, bases, 1], dtype: f32, unknown: zeros}
window: {span: 60, core: 20, stride: 20}
heads: [{name: cell, output: y, activation: identity, labels: [a, b, c]}]""", "input", 60, place=lambda x: x.T[:, :, None],
                 axes=lambda x: x.squeeze(3), after=torch.sigmoid, head="cell")

    names = [f"{cell} | {mark} | ID:{number}" for number, (cell, mark) in
             enumerate((cell, mark) for cell in ["CUTLL1_T-ALL", "22Rv1_Prostate", "K562"] for mark in ["CTCF", "H3K4me1", "DNase"] * 2)]
    yield simple("sei", [word_of(name) for name in names], """kind: classify
input: {encoding: one-hot, tensor: x, layout: channels-first, dtype: f32, unknown: uniform}
window: {span: 128, core: 32, stride: 32}
heads: [{name: target, output: y, activation: identity, labels_file: target.names}]""", "x", 128, unknown=QUARTER,
                 after=torch.sigmoid, head="target", files={"target.names": "\n".join(names) + "\n"})

    yield simple("scbasset", ["c1", "c2", "c3"], """kind: classify
input: {encoding: one-hot, tensor: sequence, layout: channels-last, dtype: f32, unknown: zeros}
window: {span: 84, core: 20, stride: 20}
heads: [{name: cell, output: y, activation: sigmoid, labels: [c1, c2, c3], layout: [rows, 1, labels]}]""", "sequence", 84,
                 place=lambda x: x, axes=turn, after=lambda y: y.unsqueeze(1), activate=sigmoid, head="cell")

    yield simple("deepac", ["score"], """kind: classify
input: {encoding: one-hot, tensor: reads, layout: channels-last, dtype: f32, unknown: zeros}
window: {span: 50, core: 50, stride: 50, min_span: 20}
heads: [{name: score, output: y, activation: identity, labels: [score]}]""", "reads", 50, place=lambda x: x, axes=turn,
                 after=torch.sigmoid, least=20)

    yield simple("optimus-5prime", ["score"], """kind: regress
input: {encoding: one-hot, tensor: utr, layout: channels-last, dtype: f32, unknown: zeros}
window: {span: 50, core: 50, stride: 50, min_span: 25, padding: left}
heads: [{name: score, output: y, activation: identity, labels: [score], layout: [rows]}]""", "utr", 50, place=lambda x: x,
                 axes=turn, after=lambda y: y.squeeze(1), least=25, pad=lambda s, n: "N" * (n - len(s)) + s)

    yield simple("seeker-one-hot", ["bacteria", "phage"], """kind: classify
input: {encoding: one-hot, tensor: lstm_input, layout: channels-last, dtype: f32, order: ATCG, unknown: skip}
window: {span: 60, core: 60, stride: 60, min_span: 20, padding: repeat}
heads: [{name: score, output: y, activation: softmax, labels: [bacteria, phage], background: [bacteria]}]""", "lstm_input", 60,
                 "ATCG", place=lambda x: x, axes=turn, activate=lambda x: softmax(x, 0), least=20,
                 pad=lambda s, n: (s * n)[:n])

    yield simple("half", ["a", "b"], """kind: classify
input: {encoding: one-hot, tensor: x, layout: channels-first, dtype: f16, unknown: zeros}
window: {span: 40, core: 20, stride: 20, min_span: 30, padding: centre}
run: {tolerance: 0.0005}
heads: [{name: score, output: y, activation: sigmoid, labels: [a, b]}]""", "x", 40, axes=lambda x: x.float(),
                 after=lambda y: y.half(), activate=sigmoid, dtype=np.float16, least=30,
                 pad=lambda s, n: "N" * ((n - len(s)) // 2) + s + "N" * (n - len(s) - (n - len(s)) // 2))

    yield simple("five-channels", ["a", "b"], """kind: classify
input: {encoding: one-hot, tensor: x, layout: channels-first, dtype: bool, order: NACGT, unknown: token}
window: {span: 40, core: 20, stride: 20}
heads: [{name: score, output: y, activation: exp, labels: [a, b]}]""", "x", 40, "NACGT", axes=lambda x: x.float(),
                 after=lambda y: y.double(), activate=lambda x: np.exp(x.astype(np.float64)), dtype=bool)

    # Balrog reads a gene's start from 3' to 5', with A for unknown bases.
    yield simple("balrog-start", ["start_codon"], """kind: classify
input: {encoding: one-hot, tensor: x, layout: channels-first, dtype: f32, order: ATGC, unknown: A, reversed: true}
window: {span: 32, core: 32, stride: 32}
strand: max
heads: [{name: start_codon, output: y, activation: sigmoid, labels: [start_codon]}]""", "x", 32, "ATGC", unknown=np.eye(4)[0],
                 place=lambda x: x[::-1].T.copy(), activate=sigmoid, head="start_codon", strands=max)

    def starr():
        return Function(lambda parts, x: (parts["dev"](x), parts["hk"](x)), dev=Pooled(1, axes=turn), hk=Pooled(1, axes=turn))

    yield Family("deepstarr", starr, lambda s: {"x": one_hot(s)}, lambda run, s: {"dev": run(s)["dev"], "hk": run(s)["hk"]},
                 """kind: regress
input: {encoding: one-hot, tensor: x, layout: channels-last, dtype: f32, unknown: zeros}
window: {span: 49, core: 21, stride: 21}
heads:
  - {name: dev, output: dev, activation: identity, labels: [dev]}
  - {name: hk, output: hk, activation: identity, labels: [hk]}""", 49, outputs=["dev", "hk"])

    yield Family("deepvirfinder",
                 lambda: Function(lambda parts, x, y: (torch.sigmoid(parts["one"](x)) + torch.sigmoid(parts["one"](y))) / 2,
                                  one=Pooled(1, axes=turn)),
                 lambda s: {"forward_input": one_hot(s, unknown=QUARTER), "reverse_input": one_hot(reverse_complement(s), unknown=QUARTER)},
                 lambda run, s: {"virus": run(s)["avg"]}, """kind: classify
input:
  encoding: one-hot
  tensor: forward_input
  layout: channels-last
  dtype: f32
  unknown: uniform
  others: [{tensor: reverse_input, holds: reverse-complement}]
window: {span: 60, core: 60, stride: 60}
heads: [{name: virus, output: avg, activation: identity, labels: [virus]}]""", 60, outputs=["avg"])

    yield Family("xpresso",
                 lambda: Function(lambda parts, x, halflife: parts["one"](x) + parts["two"](halflife), one=Pooled(1, axes=turn),
                                  two=nn.Linear(6, 1)),
                 lambda s: {"promoter": one_hot(s), "halflife": np.zeros(6, np.float32)}, lambda run, s: {"expression": run(s)["y"]},
                 """kind: regress
input:
  encoding: one-hot
  tensor: promoter
  layout: channels-last
  dtype: f32
  unknown: zeros
  others: [{tensor: halflife, holds: constant, value: 0, shape: [6]}]
window: {span: 70, core: 10, stride: 10}
heads: [{name: expression, output: y, activation: identity, labels: [expression]}]""", 70, outputs=["y"])

    def apart():
        def forward(parts, x, library, distal):
            x = parts["trunk"](x.squeeze(3).transpose(1, 2)) + (library.sum(dim=1) + distal[:, 0]).reshape(-1, 1, 1)
            return torch.sigmoid(parts["isoform"](x.amax(dim=2))), torch.softmax(parts["cut"](x).squeeze(1), dim=1)

        return Function(forward, trunk=Trunk(4), isoform=nn.Linear(8, 1), cut=nn.Conv1d(8, 1, 1))

    yield Family("apa", apart,
                 lambda s: {"seq": one_hot(s)[:, :, None], "library": np.full(5, 0.25, np.float32), "distal": np.ones(1, np.float32)},
                 lambda run, s: {"isoform": run(s)["isoform"], "cut": run(s)["cuts"]}, """kind: track
input:
  encoding: one-hot
  tensor: seq
  layout: [rows, bases, channels, 1]
  dtype: f32
  unknown: zeros
  others:
    - {tensor: library, holds: constant, value: 0.25, shape: [5]}
    - {tensor: distal, holds: constant, value: 1, shape: [1]}
window: {span: 41, core: 41, stride: 41}
heads:
  - {name: isoform, output: isoform, activation: identity, labels: [isoform], layout: [rows, labels]}
  - {name: cut, output: cuts, activation: identity, labels: [cut], bin: 1, layout: [rows, bins]}""", 41, outputs=["isoform", "cuts"])


def track_families():
    turn = lambda x: x.transpose(1, 2)  # noqa: E731

    def bpnet():
        def forward(parts, x):
            x = parts["trunk"](x.transpose(1, 2))[:, :, 10:-10]
            return parts["profile"](x).transpose(1, 2), parts["counts"](x.mean(dim=2))

        return Function(forward, trunk=Trunk(4), profile=nn.Conv1d(8, 2, 1), counts=nn.Linear(8, 1))

    def bpnet_scores(run, s):
        outputs = run(s)
        profile = softmax(outputs["profile"], 0)
        return {"profile.plus": profile[:, 0], "profile.minus": profile[:, 1],
                "counts": outputs["counts"]}

    yield Family("bpnet", bpnet, lambda s: {"seq": one_hot(s)},
                 both_strands(bpnet_scores, {"profile.plus": "profile.minus", "profile.minus": "profile.plus"}), """kind: track
input: {encoding: one-hot, tensor: seq, layout: channels-last, dtype: f32, unknown: zeros}
window: {span: 60, core: 40, stride: 40}
strand: average
heads:
  - {name: profile, output: profile, activation: softmax, over: bins, labels: [plus, minus], strands: ['+', '-'], swap: [[plus, minus]], bin: 1}
  - {name: counts, output: counts, activation: identity, labels: [counts], layout: [rows, labels]}""", 60,
                 outputs=["profile", "counts"])

    def bpnet_lite():
        def forward(parts, x):
            x = parts["trunk"](x)[:, :, 10:-10]
            return parts["profile"](x), parts["counts"](x.mean(dim=2))

        return Function(forward, trunk=Trunk(4), profile=nn.Conv1d(8, 2, 1), counts=nn.Linear(8, 1))

    def lite_scores(run, s):
        outputs = run(s)
        flat = softmax(outputs["profile"].reshape(-1), 0).reshape(2, -1)
        return {"profile.plus": flat[0], "profile.minus": flat[1], "counts": np.exp(outputs["counts"].astype(np.float64))}

    yield Family("bpnet-lite", bpnet_lite, lambda s: {"X": one_hot(s).T}, lite_scores, """kind: track
input: {encoding: one-hot, tensor: X, layout: channels-first, dtype: f32, unknown: zeros}
window: {span: 60, core: 40, stride: 40}
heads:
  - {name: profile, output: profile, activation: softmax, over: all, labels: [plus, minus], strands: ['+', '-'], bin: 1, layout: channels-first}
  - {name: counts, output: counts, activation: exp, labels: [counts], layout: [rows, labels]}""", 60, outputs=["profile", "counts"])

    def chrombpnet():
        def forward(parts, x):
            x = parts["trunk"](x.transpose(1, 2))[:, :, 10:-10]
            return parts["profile"](x).squeeze(1), parts["counts"](x.mean(dim=2))

        return Function(forward, trunk=Trunk(4), profile=nn.Conv1d(8, 1, 1), counts=nn.Linear(8, 1))

    def chrombpnet_scores(run, s):
        outputs = run(s)
        return {"profile": softmax(outputs["logits"], 0), "logcounts": outputs["logcounts"]}

    yield Family("chrombpnet", chrombpnet, lambda s: {"sequence": one_hot(s)}, both_strands(chrombpnet_scores), """kind: track
input: {encoding: one-hot, tensor: sequence, layout: channels-last, dtype: f32, unknown: zeros}
window: {span: 60, core: 40, stride: 40}
strand: average
heads:
  - {name: profile, output: logits, activation: softmax, over: bins, labels: [profile], bin: 1, layout: [rows, bins]}
  - {name: logcounts, output: logcounts, activation: identity, labels: [logcounts], layout: [rows, labels]}""", 60,
                 outputs=["logits", "logcounts"])

    names = ["DNASE:cerebellum male adult (27 years)", "CAGE:K562 biol_rep1", "CHIP:H3K27ac:K562"]
    yield Family("enformer", lambda: Track(3, 16, 32, axes=turn, after=lambda y: nn.functional.softplus(y).transpose(1, 2)),
                 lambda s: {"sequence": one_hot(s)},
                 lambda run, s: columns("human", [word_of(name) for name in names], run(s)["human"].T), """kind: track
input: {encoding: one-hot, tensor: sequence, layout: channels-last, dtype: f32, unknown: zeros}
window: {span: 192, core: 128, stride: 128}
heads: [{name: human, output: human, activation: identity, labels_file: targets.txt, bin: 16}]
variants: {compare: sum}""", 192, outputs=["human"], files={"targets.txt": "\n".join(names) + "\n"})

    def borzoi_scores(run, s):
        return columns("rna", ["plus", "minus", "dnase"], run(s)["tracks"])

    yield Family("borzoi", lambda: Track(3, 8, 16, after=nn.functional.softplus), lambda s: {"x": one_hot(s).T},
                 both_strands(borzoi_scores, {"rna.plus": "rna.minus", "rna.minus": "rna.plus"}), """kind: track
input: {encoding: one-hot, tensor: x, layout: channels-first, dtype: f32, unknown: zeros}
window: {span: 96, core: 64, stride: 64}
strand: average
heads:
  - {name: rna, output: tracks, activation: identity, labels: [plus, minus, dnase], strands: ['+', '-', '.'], swap: [[plus, minus]], bin: 8, layout: channels-first}
variants: {compare: log2fold}""", 96, outputs=["tracks"])

    yield Family("basenji", lambda: Track(2, 8, 0, axes=turn, after=lambda y: torch.exp(y).transpose(1, 2)),
                 lambda s: {"sequence": one_hot(s)}, lambda run, s: columns("cage", ["a", "b"], run(s)["y"].T[:, 2:-2]), """kind: track
input: {encoding: one-hot, tensor: sequence, layout: channels-last, dtype: f32, unknown: zeros}
window: {span: 96, core: 64, stride: 64}
heads: [{name: cage, output: y, activation: identity, labels: [a, b], bin: 8, crop: [2, 2]}]""", 96, outputs=["y"])

    def puffin_scores(run, s):
        return columns("tss", ["plus", "both", "minus"], run(s)["y"][:, 12:-12])

    yield Family("puffin", lambda: Track(3, 1, 0), lambda s: {"seq": one_hot(s).T},
                 both_strands(puffin_scores, {"tss.plus": "tss.minus", "tss.minus": "tss.plus"}), """kind: track
input: {encoding: one-hot, tensor: seq, layout: channels-first, dtype: f32, unknown: zeros}
window: {span: 64, core: 40, stride: 40}
strand: average
heads: [{name: tss, output: y, activation: identity, labels: [plus, both, minus], swap: [[plus, minus]], bin: 1, layout: channels-first, crop: [12, 12]}]""",
                 64, outputs=["y"])


BASES = {"A": 7, "C": 8, "G": 9, "T": 10, "N": 11}
CHARACTERS = "\n".join(["[CLS]", "[SEP]", "[BOS]", "[MASK]", "[PAD]", "[RESERVED]", "[UNK]", *"ACGTN"]) + "\n"


def six_mers(sequence):
    """As Nucleotide Transformer's tokenizer: the longest token at each place."""
    tokens, at = [], 0
    while at < len(sequence):
        word = sequence[at : at + 6]
        if len(word) == 6 and set(word) <= set("ACGT"):
            tokens.append(word)
            at += 6
        else:
            tokens.append(word[0])
            at += 1
    return tokens


def token_families():
    words = ["<unk>", "<pad>", "<mask>", "<cls>", *("".join(word) for word in product("ATCG", repeat=3)), *"ATCGN", "<eos>", "<bos>"]
    ids64 = lambda ids: np.array(ids, np.int64)  # noqa: E731
    sequence_axes = {1: "tokens"}

    def hyena_scores(run, s):
        return columns("class", ["no", "yes"], softmax(run(s)["logits"], 0))

    yield Family("hyenadna", lambda: Function(lambda parts, ids: parts["head"](parts["trunk"](ids)[:, -1]), trunk=Tokens(12), head=nn.Linear(8, 2)),
                 lambda s: {"input_ids": ids64([4] * (40 - len(s)) + [BASES[b] for b in s.upper()] + [1])}, hyena_scores, """kind: classify
input: {encoding: kmer, k: 1, tensor: input_ids, layout: tokens, dtype: i64, unknown: token, suffix: '[SEP]', padding_id: 4, padding_side: left}
window: {span: 40, core: 20, stride: 20}
heads: [{name: class, output: logits, activation: softmax, labels: [no, yes], background: ['no']}]""", 40,
                 files={"vocab.txt": CHARACTERS}, outputs=["logits"], axes={"input_ids": sequence_axes})

    def caduceus_scores(run, s):
        return columns("state", ["a", "b"], softmax(run(s)["logits"][:-1], 1).T)

    yield Family("caduceus", lambda: Function(lambda parts, ids: parts["head"](parts["trunk"](ids)), trunk=Tokens(12), head=nn.Linear(8, 2)),
                 lambda s: {"input_ids": ids64([BASES[b] for b in s.upper()] + [1])}, both_strands(caduceus_scores), """kind: track
input: {encoding: kmer, k: 1, tensor: input_ids, layout: tokens, dtype: i64, unknown: token, suffix: '[SEP]', padding_id: 4}
window: {span: 40, core: 40, stride: 40}
strand: average
heads: [{name: state, output: logits, activation: softmax, labels: [a, b], bin: 1, crop: [0, 1]}]""", 40,
                 files={"vocab.txt": CHARACTERS}, outputs=["logits"], axes={"input_ids": sequence_axes})

    def three_mers(s, left, right, pad):
        s = s.upper().replace("U", "T")
        tokens, at = [], 0
        while at < len(s):
            word = s[at : at + 3]
            whole = len(word) == 3 and set(word) <= set("ACGT")
            tokens.append(words.index(word if whole else word[0]))
            at += 3 if whole else 1
        return [words.index(token) for token in left] + tokens + [words.index(token) for token in right]

    def nt():
        return Function(lambda parts, ids, mask: parts["head"](mean(parts["trunk"](ids, mask), mask)), trunk=Tokens(len(words)), head=nn.Linear(8, 3))

    def nt_inputs(s):
        ids = three_mers(s, ["<cls>"], [], None)
        return {"input_ids": ids64(ids), "attention_mask": np.ones(len(ids), np.int32)}

    yield Family("nucleotide-transformer", nt, nt_inputs, lambda run, s: columns("class", ["none", "weak", "strong"], softmax(run(s)["logits"], 0)),
                 """kind: classify
input: {encoding: kmer, k: 3, tensor: input_ids, layout: tokens, dtype: i64, unknown: token, prefix: <cls>, padding_id: 1, mask: attention_mask}
window: {span: 50, core: 20, stride: 20, min_span: 10, fixed: false}
heads: [{name: class, output: logits, activation: softmax, labels: [none, weak, strong], background: [none]}]""", 50, 10,
                 {"vocab.txt": "\n".join(words) + "\n"}, ["logits"], {"input_ids": sequence_axes, "attention_mask": sequence_axes})

    def segment():
        def forward(parts, ids):
            x = parts["trunk"](ids)[:, 1:]
            x = parts["head"](x.repeat_interleave(3, dim=1))
            return x.reshape(x.shape[0], 48, 4, 2)

        return Function(forward, trunk=Tokens(len(words)), head=nn.Linear(8, 8))

    yield Family("segmentnt", segment, lambda s: {"tokens": ids64(three_mers(s, ["<cls>"], [], None))},
                 lambda run, s: columns("element", ["gene", "exon", "intron", "promoter"], softmax(run(s)["logits"], 2)[:, :, 1].T), """kind: track
input: {encoding: kmer, k: 3, tensor: tokens, layout: tokens, dtype: i64, unknown: skip, prefix: <cls>, padding_id: 1}
window: {span: 48, core: 48, stride: 48}
heads:
  - {name: element, output: logits, activation: softmax, labels: [gene, exon, intron, promoter], bin: 1, layout: [rows, bins, labels, classes], classes: 2, class: 1}""",
                 48, files={"vocab.txt": "\n".join(words) + "\n"}, outputs=["logits"], axes={"tokens": sequence_axes})

    overlapping = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *("".join(word) for word in product("ATCG", repeat=3))]

    def dnabert():
        def forward(parts, ids, mask, types, positions):
            return parts["head"](parts["trunk"](ids, mask, types, positions)[:, 0])

        return Function(forward, trunk=Tokens(len(overlapping), types=True), head=nn.Linear(8, 2))

    def dnabert_inputs(s):
        words = [s[at : at + 3].upper() for at in range(len(s) - 2)]
        ids = [2, *(overlapping.index(word) if word in overlapping else 1 for word in words), 3]
        return {"input_ids": ids64(ids), "attention_mask": np.ones(len(ids), bool), "token_type_ids": np.zeros(len(ids), np.int64),
                "position_ids": ids64(range(2, len(ids) + 2))}

    yield Family("dnabert", dnabert, dnabert_inputs, lambda run, s: columns("class", ["no", "yes"], softmax(run(s)["logits"], 0)), """kind: classify
input:
  encoding: kmer
  k: 3
  overlapping: true
  tensor: input_ids
  layout: tokens
  dtype: i64
  unknown: token
  prefix: '[CLS]'
  suffix: '[SEP]'
  mask: attention_mask
  types: token_type_ids
  others: [{tensor: position_ids, holds: positions, from: 2}]
window: {span: 40, core: 20, stride: 20, min_span: 12, fixed: false}
heads: [{name: class, output: logits, activation: softmax, labels: [no, yes], background: ['no']}]""", 40, 12,
                 {"vocab.txt": "\n".join(overlapping) + "\n"}, ["logits"],
                 {name: sequence_axes for name in ["input_ids", "attention_mask", "token_type_ids", "position_ids"]})

    yield Family("evo", lambda: Function(lambda parts, ids: parts["head"](parts["trunk"](ids).mean(dim=1)), trunk=Tokens(128, 4), head=nn.Linear(4, 1)),
                 lambda s: {"input_ids": np.frombuffer(s.upper().encode(), np.uint8).astype(np.int32)},
                 lambda run, s: {"score": run(s)["y"]}, """kind: regress
input: {encoding: bytes, tensor: input_ids, layout: tokens, dtype: i32, unknown: token}
window: {span: 40, core: 20, stride: 20}
heads: [{name: score, output: y, activation: identity, labels: [score]}]""", 40, outputs=["y"], axes={"input_ids": sequence_axes})

    yield Family("seeker-ids", lambda: Function(lambda parts, ids: torch.softmax(parts["head"](parts["trunk"](ids.long()).mean(dim=1)), dim=1),
                                                trunk=Tokens(5), head=nn.Linear(8, 2)),
                 lambda s: {"embedding_input": np.array(["ATCG".index(b) for b in (s.upper() * 60)[:60]], np.float32)},
                 lambda run, s: columns("score", ["bacteria", "phage"], run(s)["activation"]), """kind: classify
input: {encoding: base, tensor: embedding_input, layout: tokens, dtype: f32, order: ATCG, unknown: skip}
window: {span: 60, core: 60, stride: 60, min_span: 20, padding: repeat}
heads: [{name: score, output: activation, activation: identity, labels: [bacteria, phage], background: [bacteria]}]""", 60, 20,
                 outputs=["activation"])

    bpe = FAMILIES.parent / "bpe" / "tokenizer.json"
    tokenizer = Tokenizer.from_file(str(bpe))
    tokenizer.no_truncation()
    tokenizer.no_padding()

    def dnabert2_inputs(s):
        ids = tokenizer.encode(s.upper()).ids
        return {"input_ids": ids64(ids), "attention_mask": np.ones(len(ids), np.float32)}

    yield Family("dnabert-2", lambda: Function(lambda parts, ids, mask: parts["head"](mean(parts["trunk"](ids, mask), mask)),
                                               trunk=Tokens(tokenizer.get_vocab_size(), 4), head=nn.Linear(4, 2)),
                 dnabert2_inputs, lambda run, s: columns("class", ["no", "yes"], softmax(run(s)["logits"], 0)), """kind: classify
input: {encoding: bpe, tensor: input_ids, layout: tokens, dtype: i64, unknown: token, mask: attention_mask, max_tokens: 64, too_many_tokens: truncate}
window: {span: 60, core: 30, stride: 30, min_span: 20, fixed: false}
heads: [{name: class, output: logits, activation: softmax, labels: [no, yes], background: ['no']}]""", 60, 20,
                 {"tokenizer.json": bpe.read_bytes()}, ["logits"], {"input_ids": sequence_axes, "attention_mask": sequence_axes})


if __name__ == "__main__":
    for family in [*one_hot_families(), *track_families(), *token_families()]:
        family.write()
        print(family.name)
