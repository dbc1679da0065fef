#!/usr/bin/env python3
"""Makes the networks of tests/models/check, which tests/models_check.rs runs, and the k-mers of tests/reference/kmer_tokens.tsv.

    python tests/reference/make_check.py

Needs Python 3.10 or later with numpy, onnx and transformers (made with 2.4.6, 1.23.2 and 5.24.0). A second run writes the same bytes.

The networks stand for what others' networks are like: each is right by itself, and most of them fail, or answer wrongly, when they are run as
16 windows of one card. Their weights are small whole numbers, so that a score can be worked out by hand:
one-hot ones answer (share of A - share of C, share of G) of 40 bases; those of ids the mean of the ids of a row, and 0.
"""
import random
import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

REFERENCE = Path(__file__).resolve().parent
FOLDER = REFERENCE.parent / "models" / "check"
F32, F64, F16, I64, I32 = (TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.FLOAT16, TensorProto.INT64, TensorProto.INT32)
SPAN = 40
WEIGHTS = np.array([[1, 0], [-1, 0], [0, 1], [0, 0]], np.float32)


def write(name, nodes, inputs, outputs, constants, ir=8):
    graph = helper.make_graph(
        nodes,
        name,
        [helper.make_tensor_value_info(*one) for one in inputs],
        [helper.make_tensor_value_info(*one) for one in outputs],
        [numpy_helper.from_array(value, key) for key, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=ir, producer_name="make_check.py")
    if ir < 14:
        onnx.checker.check_model(model)
    (FOLDER / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))


def node(operator, inputs, outputs, **attributes):
    return helper.make_node(operator, inputs, outputs, **attributes)


def one_hot(name, after=(), rows="rows", kind=F32, out=F32, out_shape=None, constants=None, before=(), ir=8):
    """Mean of the bases (rows, 4), times WEIGHTS (rows, 2)."""
    nodes = [
        *before,
        node("ReduceMean", ["x32" if before else "x"], ["mean"], axes=[2], keepdims=0),
        node("MatMul", ["mean", "weights"], ["scores" if after else "y"]),
        *after,
    ]
    outputs = [("y", out, out_shape or [rows, 2])]
    write(name, nodes, [("x", kind, [rows, 4, SPAN])], outputs, {"weights": WEIGHTS, **(constants or {})}, ir)


def ids(name, longest=None, mask=None):
    """Mean of the ids (rows, 1) and 0; where there are positions, a table of them is added, of zeros."""
    nodes = [node("Cast", ["ids"], ["ids32"], to=F32)]
    constants = {}
    at = "ids32"
    if longest:
        # A table of positions, cut to the row: too short a one fails in Add.
        constants = {
            "table": np.zeros((1, longest), np.float32),
            "from": np.array([0], np.int64),
            "axis": np.array([1], np.int64),
        }
        nodes += [
            node("Shape", ["ids"], ["length"], start=1),
            node("Slice", ["table", "from", "length", "axis"], ["positions"]),
            node("Add", ["ids32", "positions"], ["embedded"]),
        ]
        at = "embedded"
    inputs = [("ids", I64, ["rows", "tokens"])]
    if mask:
        inputs.append(("mask", mask, ["rows", "tokens"]))
        nodes += [
            node("Cast", ["mask"], ["mask32"], to=F32),
            node("Mul", [at, "mask32"], ["seen"]),
            node("ReduceSum", ["seen", "one"], ["sum"], keepdims=1),
            node("ReduceSum", ["mask32", "one"], ["count"], keepdims=1),
            node("Div", ["sum", "count"], ["mean"]),
        ]
        constants["one"] = np.array([1], np.int64)
    else:
        nodes.append(node("ReduceMean", [at], ["mean"], axes=[1], keepdims=1))
    nodes.append(node("MatMul", ["mean", "weights"], ["y"]))
    constants["weights"] = np.array([[1, 0]], np.float32)
    write(name, nodes, inputs, [("y", F32, ["rows", 2])], constants)


def networks():
    FOLDER.mkdir(parents=True, exist_ok=True)
    one_hot("good")
    # The number of rows is written down in the network.
    one_hot("one-row", rows=1)
    one_hot("four-rows", rows=4)
    # It is not, but one row is all that it can do.
    reshape = node("Reshape", ["scores", "shape"], ["y"])
    one_hot("reshaped", [reshape], constants={"shape": np.array([1, 2], np.int64)})
    # A row's answer depends on the others, as with dynamic quantization.
    largest = [
        node("Abs", ["scores"], ["sizes"]),
        node("ReduceMax", ["sizes"], ["largest"], axes=[0, 1], keepdims=1),
        node("Div", ["scores", "largest"], ["y"]),
    ]
    one_hot("scaled", largest)
    # Other number types.
    one_hot("f64-out", [node("Cast", ["scores"], ["y"], to=F64)], out=F64)
    one_hot("f16-in", kind=F16, before=[node("Cast", ["x"], ["x32"], to=F32)])
    # A version of the format that ONNX Runtime does not know yet.
    one_hot("format-14", ir=14)
    # The output has more values than the card says, and does not say so beforehand.
    one_hot("wide", [node("Concat", ["scores", "scores"], ["y"], axis=1)], out_shape=["rows", "columns"])
    # Not a number for all windows, and for windows with an N.
    one_hot("nan", [node("Sub", ["scores", "scores"], ["nothing"]), node("Div", ["nothing", "nothing"], ["y"])])
    share = [
        node("ReduceSum", ["x", "channels"], ["known"], keepdims=1),
        node("Div", ["x", "known"], ["x32"]),
    ]
    one_hot("nan-at-n", before=share, constants={"channels": np.array([1], np.int64)})
    ids("ids")
    ids("ids-64", longest=64)
    ids("ids-mask32", mask=I32)


def tokens():
    """Sequences with N at all places and what EsmTokenizer, the tokenizer of Nucleotide Transformer, makes of them."""
    from itertools import product

    from transformers import EsmTokenizer

    chance = random.Random(20)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "vocab.txt"
        words = ["<unk>", "<pad>", "<mask>", "<cls>"]
        words += ["".join(word) for word in product("ATCG", repeat=6)] + list("ATCGN") + ["<eos>", "<bos>"]
        path.write_text("\n".join(words))
        tokenizer = EsmTokenizer(str(path))
        sequences = ["ACNACGTACGTAC", "N", "A", "ACGTA", "ACGTAC"]
        # An N at every place, and pairs of them.
        base = "".join(chance.choice("ACGT") for _ in range(20))
        sequences += [base[:at] + "N" + base[at + 1:] for at in range(20)]
        sequences += [base[:at] + "N" + base[at + 1:at + 1 + gap] + "N" + base[at + 2 + gap:] for at in (0, 5, 8) for gap in range(9)]
        for _ in range(150):
            length = chance.randrange(1, 60)
            share = chance.choice([0, 0.02, 0.1, 0.5])
            sequences.append("".join("N" if chance.random() < share else chance.choice("ACGT") for _ in range(length)))
        lines = [f"{sequence}\t{' '.join(tokenizer.tokenize(sequence))}\n" for sequence in sequences]
    (REFERENCE / "kmer_tokens.tsv").write_text("#sequence\ttokens\n" + "".join(lines))


if __name__ == "__main__":
    networks()
    tokens()
