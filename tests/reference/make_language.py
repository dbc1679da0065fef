#!/usr/bin/env python3
"""Makes the folders of tests/models/language, which tests/language.rs runs: reduced language models of DNA.

    python tests/reference/make_language.py

Needs what make_families.py needs. A network has the tokens, inputs and logits of its family, few weights, and random ones. The tokens are made
here by hand, base by base (BPE by the library tokenizers), the network is run by ONNX Runtime, one row at a time, and log-likelihoods are
added in 64 bits. Nothing here is shared with genogloss. Each folder gets

    self_test.tsv    windows and their log-likelihoods
    variants.tsv     of variants.vcf on contig.fa: allele, log-likelihood of the reference, ratio; or the reason why there is none
    scan.tsv         of models with a score for each base: those of contig.fa, `.` where there is none
"""
import hashlib
import io
import random
import shutil
from itertools import product

import numpy as np
import onnxruntime
import torch
from tokenizers import Tokenizer
from torch import nn

from family import FAMILIES, reverse_complement
from variants import cut, places

FOLDER = FAMILIES.parent / "language"


class Causal(nn.Module):
    """Ids -> (rows, tokens, vocabulary); a token sees itself, four before it, and the mean of all before it."""

    def __init__(self, vocabulary, width=6):
        super().__init__()
        self.embedding, self.mix, self.head = nn.Embedding(vocabulary, width), nn.Conv1d(width, width, 5), nn.Linear(width, vocabulary)

    def forward(self, ids):
        x = self.embedding(ids)
        far = torch.cumsum(x, dim=1) / torch.cumsum(torch.ones_like(x), dim=1)
        near = self.mix(nn.functional.pad(x.transpose(1, 2), (4, 0))).transpose(1, 2)
        return self.head(torch.tanh(near) + far) * 2


class Masked(nn.Module):
    """Ids -> (rows, tokens, vocabulary); a token sees two on either side, and the mean of all."""

    def __init__(self, vocabulary, width=6):
        super().__init__()
        self.embedding, self.mix, self.head = nn.Embedding(vocabulary, width), nn.Conv1d(width, width, 5, padding=2), nn.Linear(width, vocabulary)

    def forward(self, ids, mask=None, types=None):
        x = self.embedding(ids)
        if mask is None:
            far = x.mean(dim=1, keepdim=True)
        else:
            seen = mask.to(x.dtype).unsqueeze(2)
            x = x * seen
            far = x.sum(dim=1, keepdim=True) / seen.sum(dim=1, keepdim=True)
        if types is not None:
            far = far + types.to(x.dtype).unsqueeze(2)
        near = self.mix(x.transpose(1, 2)).transpose(1, 2)
        return self.head(torch.tanh(near) + far) * 2


class Word:
    """A token: its id, its bases in the row, and whether it is scored."""

    def __init__(self, id, start=0, length=0, scored=False):
        self.id, self.start, self.end, self.scored = id, start, start + length, scored


class Model:
    def __init__(self, name, module, words, card, span, masked=None, per_base=0, reduce="sum", strands=1, fixed=False, least=None,
                 distance=None, files=None, inputs=("input_ids",), dtype=np.int64):
        self.name, self.module, self.words, self.card, self.span, self.masked = name, module, words, card, span, masked
        self.per_base, self.reduce, self.strands, self.fixed, self.least = per_base, reduce, strands, fixed, least or span
        self.distance, self.files, self.inputs, self.dtype = distance, files or {}, inputs, dtype

    def export(self):
        example = self.feeds([word.id for word in self.words("ACGT" * (self.span // 4))])
        torch.manual_seed(sum(map(ord, self.name)))
        module = self.module().eval()
        with torch.no_grad():
            for parameter in module.parameters():
                parameter.copy_(torch.randn_like(parameter) * 0.7)
        buffer = io.BytesIO()
        axes = {name: {0: "rows", 1: "tokens"} for name in [*self.inputs, "logits"]}
        torch.onnx.export(module, tuple(torch.from_numpy(np.concatenate([value, value])) for value in example.values()), buffer,
                          opset_version=17, dynamo=False, input_names=list(self.inputs), output_names=["logits"], dynamic_axes=axes)
        self.network = buffer.getvalue()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(self.network, options, providers=["CPUExecutionProvider"])

    def feeds(self, ids):
        rows = np.array([ids], self.dtype)
        more = {"attention_mask": np.ones_like(rows), "token_type_ids": np.zeros_like(rows)}
        return {name: more.get(name, rows) for name in self.inputs}

    def log_softmax(self, ids):
        logits = self.session.run(["logits"], self.feeds(ids))[0][0].astype(np.float64)
        logits -= logits.max(axis=1, keepdims=True)
        return logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))

    def logarithms(self, sequence):
        """Token and logarithm of its probability, of the tokens that have one."""
        words = self.words(sequence)
        ids = [word.id for word in words]
        if self.masked is None:
            table = self.log_softmax(ids)
            return [(word, table[at - 1, word.id]) for at, word in enumerate(words) if at and word.scored]
        out = []
        for at, word in enumerate(words):
            if word.scored:
                hidden = list(ids)
                hidden[at] = self.masked
                out.append((word, self.log_softmax(hidden)[at, word.id]))
        return out

    def total(self, values):
        values = list(values)
        if not values:
            return float("nan")
        return sum(values) / (len(values) if self.reduce == "mean" else 1)

    def window(self, sequence):
        """The score of a window, or those of the bases of its core."""
        if self.fixed:
            sequence += "N" * (self.span - len(sequence))
        answers = []
        for strand in [sequence, reverse_complement(sequence)][: self.strands]:
            values = self.logarithms(strand)
            if not self.per_base:
                answers.append([self.total(value for _, value in values)])
                continue
            left = (self.span - self.per_base) // 2
            track = [float("nan")] * self.per_base
            for word, value in values:
                if left <= word.start < left + self.per_base:
                    track[word.start - left] = value
            answers.append(track)
        if self.strands == 2:
            answers[1] = answers[1][::-1]
        return [sum(values) / len(answers) for values in zip(*answers)]

    def pair(self, reference, alternate):
        """Log-likelihood of the reference and logarithm of the ratio, on one strand: either strand is filled with N behind its bases."""
        filled = [row + "N" * (self.span - len(row)) if self.fixed else row for row in (reference, alternate)]
        if self.masked is None:
            one, other = (self.total(value for _, value in self.logarithms(row)) for row in filled)
            return one, other - one
        ones, others = map(self.words, filled)
        if len(reference) == len(alternate) and len(ones) == len(others):
            differ = [at for at, (one, other) in enumerate(zip(ones, others)) if one.id != other.id]
            if not all(ones[at].scored and others[at].scored for at in differ):
                return float("nan"), float("nan")
            hidden = [self.masked if at in differ else word.id for at, word in enumerate(ones)]
            table = self.log_softmax(hidden)
            one, other = (self.total(table[at, words[at].id] for at in differ) for words in (ones, others))
            return one, other - one
        same = lambda pairs: next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(reference), len(alternate)))  # noqa: E731
        prefix, suffix = same(zip(reference, alternate)), same(zip(reference[::-1], alternate[::-1]))
        totals = []
        for row, read in zip((reference, alternate), filled):
            # All places at which the change can be written.
            shorter = min(len(reference), len(alternate))
            low, high = min(prefix, shorter - suffix), max(prefix, shorter - suffix) + len(row) - shorter
            if self.distance is not None:
                low, high = low - self.distance, high + self.distance
            else:
                low, high = 0, len(row)
            totals.append(self.total(value for word, value in self.logarithms(read)
                                     if word.start < high and word.end > low))
        return totals[0], totals[1] - totals[0]

    def variant(self, contig, position, ref, alt):
        start = position
        while ref and alt and ref[-1] == alt[-1]:
            ref, alt = ref[:-1], alt[:-1]
        while ref and alt and ref[0] == alt[0]:
            ref, alt, start = ref[1:], alt[1:], start + 1
        if max(len(ref), len(alt)) > self.span // 2:
            return "allele_too_long"
        ways, changed = places(contig, start, len(ref), alt)
        growth = len(alt) - len(ref)
        longest = ways[-1] - ways[0] + max(len(ref), len(alt))
        begin = ways[0] - (self.span - longest + 1) // 2
        length = self.span - max(growth, 0)
        if begin < 0 or begin + length > len(contig) or begin + length + growth > len(changed):
            return "contig_end"
        rows = [cut(contig, begin, length), cut(changed, begin, length + growth)]
        read = [row + "N" * (self.span - len(row)) if self.fixed else row for row in rows]
        if any(row.count("N") > len(row) // 2 for row in read):
            return "unknown_bases"
        pairs = [self.pair(*rows)]
        if self.strands == 2:
            pairs.append(self.pair(*map(reverse_complement, rows)))
        one, ratio = (sum(values) / len(pairs) for values in zip(*pairs))
        return "unknown_bases" if np.isnan(ratio) else (one, ratio)

    def write(self, contig, variants):
        folder = FOLDER / self.name
        folder.mkdir(parents=True)
        self.export()
        (folder / "model.onnx").write_bytes(self.network)
        for file, content in self.files.items():
            (folder / file).write_bytes(content if isinstance(content, bytes) else content.encode())
        chance = random.Random(self.name)
        known = "".join(chance.choice("ACGT") for _ in range(self.span))
        third = self.span // 3
        tests = {"known": known, "lower_case": known[::-1].lower(), "unknown": "N" * (third // 2) + known[third // 2 : -3] + "NNA"}
        if self.least < self.span:
            tests["short"], tests["middle"] = known[: self.least], known[: (self.least + self.span) // 2]
        lines = ["name\tsequence\tlog_likelihood\n"]
        for name, sequence in tests.items():
            cells = ",".join("nan" if np.isnan(value) else f"{value:.10g}" for value in self.window(sequence.upper()))
            lines.append(f"{name}\t{sequence}\t{cells}\n")
        (folder / "self_test.tsv").write_text("".join(lines))
        digests = ", ".join(f"{file}: {hashlib.sha256((folder / file).read_bytes()).hexdigest()}" for file in ["model.onnx", *self.files])
        more = "".join(f"  {key}: {file}\n" for key, file in
                       [("vocabulary", "vocab.txt"), ("tokenizer", "tokenizer.json")] if file in self.files)
        (folder / "card.yaml").write_text(
            f"name: {self.name}\nversion: 1.0.0\nsummary: A reduced language model of this family, with random weights\n"
            f"license: MIT OR Apache-2.0\nfiles:\n  model: model.onnx\n{more}  sha256: {{{digests}}}\n{self.card}\nself_test: self_test.tsv\n")
        with open(folder / "variants.tsv", "w") as out:
            print("position", "ref", "alt", "reference", "ratio", sep="\t", file=out)
            for position, ref, alts in variants:
                for alt in alts:
                    answer = self.variant(contig, position, ref, alt)
                    cells = [answer, "."] if isinstance(answer, str) else [f"{value:.10g}" for value in answer]
                    print(position + 1, ref, alt, *cells, sep="\t", file=out)
        if self.per_base:
            left, values = (self.span - self.per_base) // 2, []
            for core in range(0, len(contig), self.per_base):
                row = cut(contig, core - left, self.span)
                track = [float("nan")] * self.per_base if row.count("N") > self.span // 2 else self.window(row)
                values += track
            cells = ["." if np.isnan(value) or base == "N" else f"{value:.10g}" for value, base in zip(values, contig)]
            (folder / "scan.tsv").write_text("\n".join(cells) + "\n")
        print(self.name)


CHARACTERS = ["[CLS]", "[SEP]", "[BOS]", "[MASK]", "[PAD]", "[RESERVED]", "[UNK]", *"ACGTN"]


def characters(sequence):
    """HyenaDNA and Caduceus: a token a base, then [SEP]."""
    words = [Word(CHARACTERS.index(base), at, 1, base in "ACGT") for at, base in enumerate(sequence)]
    return [*words, Word(1, len(sequence))]


def byte_words(sequence):
    return [Word(ord(base), at, 1, base in "ACGT") for at, base in enumerate(sequence)]


def base_words(sequence):
    return [Word("ACGTN".index(base), at, 1, base in "ACGT") for at, base in enumerate(sequence)]


SIX_MERS = ["<unk>", "<pad>", "<mask>", "<cls>", *("".join(word) for word in product("ATCG", repeat=6)), *"ATCGN", "<eos>", "<bos>"]
SIX_MER_IDS = {word: id for id, word in enumerate(SIX_MERS)}


def six_mers(sequence):
    """Nucleotide Transformer: <cls>, then at each place the longest token."""
    words, at = [Word(3)], 0
    while at < len(sequence):
        text = sequence[at : at + 6]
        if len(text) < 6 or not set(text) <= set("ACGT"):
            text = sequence[at]
        words.append(Word(SIX_MER_IDS[text], at, len(text), text != "N"))
        at += len(text)
    return words


BPE_FILE = FAMILIES.parent / "bpe" / "tokenizer.json"
BPE = Tokenizer.from_file(str(BPE_FILE))
BPE.no_truncation()
BPE.no_padding()


def bpe_words(sequence):
    encoding = BPE.encode(sequence)
    words = []
    for id, (start, end), special in zip(encoding.ids, encoding.offsets, encoding.special_tokens_mask):
        words.append(Word(id) if special else Word(id, start, end - start, set(sequence[start:end]) <= set("ACGT")))
    return words


def models():
    yield Model("hyenadna", lambda: Causal(16), characters, """kind: likelihood
input: {encoding: kmer, k: 1, tensor: input_ids, layout: tokens, dtype: i64, unknown: token, suffix: '[SEP]', padding_id: 4, padding_side: left}
window: {span: 64, core: 64, stride: 64, min_span: 20, fixed: false}
strand: average
language: {reduce: mean}""", 64, reduce="mean", strands=2, least=20, files={"vocab.txt": "\n".join(CHARACTERS) + "\n"})
    yield Model("evo", lambda: Causal(128), byte_words, """kind: likelihood
input: {encoding: bytes, tensor: input_ids, layout: tokens, dtype: i32, unknown: token}
window: {span: 60, core: 40, stride: 40}
language: {per: base}
run: {rows: 4}""", 60, per_base=40, fixed=True, dtype=np.int32)
    yield Model("gpn", lambda: Masked(7), base_words, """kind: masked
input: {encoding: base, tensor: input_ids, layout: tokens, dtype: i64, unknown: token}
window: {span: 41, core: 41, stride: 41}
strand: average
language: {mask_id: 5}""", 41, masked=5, strands=2, fixed=True)
    yield Model("caduceus", lambda: Masked(16), characters, """kind: masked
input: {encoding: kmer, k: 1, tensor: input_ids, layout: tokens, dtype: i64, unknown: token, suffix: '[SEP]', padding_id: 4}
window: {span: 40, core: 20, stride: 20}
strand: average
language: {per: base, mask_id: 3}
variants: {distance: 8}""", 40, masked=3, per_base=20, strands=2, fixed=True, distance=8,
                files={"vocab.txt": "\n".join(CHARACTERS) + "\n"})
    yield Model("nucleotide-transformer", lambda: Masked(len(SIX_MERS), 3), six_mers, """kind: masked
input: {encoding: kmer, k: 6, tensor: input_ids, layout: tokens, dtype: i64, unknown: token, prefix: <cls>, padding_id: 1, mask: attention_mask}
window: {span: 78, core: 78, stride: 78, min_span: 12, fixed: false}
strand: average
language: {mask_id: 2}""", 78, masked=2, strands=2, least=12, files={"vocab.txt": "\n".join(SIX_MERS) + "\n"},
                inputs=("input_ids", "attention_mask"))
    # The tokenizer of the tests has no [MASK]: [UNK] hides a token.
    yield Model("dnabert-2", lambda: Masked(BPE.get_vocab_size(), 4), bpe_words, """kind: masked
input: {encoding: bpe, tensor: input_ids, layout: tokens, dtype: i64, unknown: token, mask: attention_mask, types: token_type_ids}
window: {span: 60, core: 60, stride: 60, min_span: 20}
language: {mask_id: 1}""", 60, masked=1, least=20,
                files={"tokenizer.json": BPE_FILE.read_bytes()}, inputs=("input_ids", "attention_mask", "token_type_ids"))


def places_of_test():
    """A contig with repeats and N, and variants of all kinds: (position, REF, ALTs)."""
    chance = random.Random(24)
    bases = [chance.choice("ACGT") for _ in range(420)]
    bases[100:108], bases[150:162], bases[240:260] = "AAAAAAAA", "CACACACACACA", "N" * 20
    contig = "".join(bases)
    variants = []
    for _ in range(45):
        position = chance.randrange(2, 400)
        removed, inserted = chance.choice([(1, 1), (1, 1), (2, 2), (1, 4), (5, 1), (3, 2), (7, 1), (1, 7)])
        ref = contig[position : position + removed]
        alt = "".join(chance.choice("ACGT") for _ in range(inserted))
        if alt != ref and "N" not in ref:
            if 1 in (removed, inserted) and removed != inserted:
                alt = ref[0] + alt[1:]
            if alt != ref:
                variants.append((position, ref, [alt]))
    for position in (60, 200, 236, 330):
        variants.append((position, contig[position], [base for base in "ACGT" if base != contig[position]]))
    variants += [(99, contig[99:101], [contig[99]]), (103, "A", ["AA"]), (149, contig[149:152], [contig[149]]), (300, contig[300], [contig[300] + "ACGT" * 12])]
    return contig, sorted(variants)


if __name__ == "__main__":
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    contig, variants = places_of_test()
    # Part of it in lower case, which is read as upper case.
    (FOLDER / "contig.fa").write_text(f">c\n{contig[:180]}{contig[180:210].lower()}{contig[210:]}\n")
    records = "".join(f"c\t{position + 1}\t.\t{ref}\t{','.join(alts)}\t.\t.\t.\n" for position, ref, alts in variants)
    (FOLDER / "variants.vcf").write_text("##fileformat=VCFv4.3\n##contig=<ID=c,length=420>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n" + records)
    for model in models():
        model.write(contig, variants)
