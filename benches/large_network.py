#!/usr/bin/env python3
"""Time and peak memory of a scan with a large network, beside ONNX Runtime alone on the same windows.

    python3 benches/large_network.py target/release/genogloss [--layers 11] [--windows 64] [--threads 2] [--repeats 3] [--external] [--keep DIR]

Needs numpy, onnx and onnxruntime. The network is an encoder like BERT's base model (width 768, 12 heads) with random weights: 28 MB a layer,
so 11 layers are 312 MB. It reads 128 bases as ids and answers with one number. Both programs run in a process of its own, with the same
library of ONNX Runtime (ORT_DYLIB_PATH is set for genogloss), batches of 16 windows, and the same number of threads; peak memory is what the
system says of the process when it has ended (ru_maxrss), time is that of the whole process. The runs alternate, and medians are printed.
ONNX Runtime alone is a Python program: it makes the ids, loads the network from its file, runs it and prints the scores, which must be equal.
"""

import argparse
import hashlib
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import time

SPAN, WIDTH, HEADS, ROWS = 128, 768, 12, 16

ALONE = """
import sys
import numpy as np
import onnxruntime
network, fasta, threads = sys.argv[1:]
options = onnxruntime.SessionOptions()
options.intra_op_num_threads, options.inter_op_num_threads = int(threads), 1
session = onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
bases = "".join(line.strip() for line in open(fasta) if line[0] != ">")
ids = np.frombuffer(bases.encode(), np.uint8)
ids = np.searchsorted(np.frombuffer(b"ACGT", np.uint8), ids).astype(np.int64).reshape(-1, %d)
for at in range(0, len(ids), %d):
    for row in session.run(None, {"ids": ids[at : at + %d]})[0]:
        print(f"{row[0]:.9g}")
""" % (SPAN, ROWS, ROWS)


def write_network(path, layers, external):
    import numpy as np
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    generator = np.random.default_rng(1)
    nodes, weights = [], []

    def weight(name, *shape, scale=0.05):
        weights.append(numpy_helper.from_array(generator.normal(0, scale, shape).astype(np.float32), name))
        return name

    def constant(name, values, dtype):
        weights.append(numpy_helper.from_array(np.array(values, dtype), name))
        return name

    def node(kind, inputs, name, **attributes):
        nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def linear(x, name, to, width=WIDTH):
        product = node("MatMul", [x, weight(f"{name}.weight", width, to)], f"{name}.product")
        return node("Add", [product, weight(f"{name}.bias", to)], name)

    def normed(x, name):
        ones = constant(f"{name}.scale", np.ones(WIDTH), np.float32)
        return node("LayerNormalization", [x, ones], name, axis=-1)

    split = constant("split", [0, 0, HEADS, WIDTH // HEADS], np.int64)
    joined = constant("joined", [0, 0, WIDTH], np.int64)
    half, one = constant("half", 0.5, np.float32), constant("one", 1, np.float32)
    root, temperature = constant("root", 2**-0.5, np.float32), constant("temperature", (WIDTH // HEADS) ** -0.5, np.float32)
    tokens = node("Gather", [weight("embedding", 5, WIDTH, scale=1.0), "ids"], "tokens")
    x = node("Add", [tokens, weight("places", SPAN, WIDTH, scale=1.0)], "x")
    for layer in range(layers):
        own = f"layer{layer}"
        normal = normed(x, f"{own}.first")
        parts = {}
        for part, order in [("query", [0, 2, 1, 3]), ("key", [0, 2, 3, 1]), ("value", [0, 2, 1, 3])]:
            shaped = node("Reshape", [linear(normal, f"{own}.{part}", WIDTH), split], f"{own}.{part}.heads")
            parts[part] = node("Transpose", [shaped], f"{own}.{part}.turned", perm=order)
        match = node("MatMul", [parts["query"], parts["key"]], f"{own}.match")
        share = node("Softmax", [node("Mul", [match, temperature], f"{own}.scaled")], f"{own}.share", axis=-1)
        read = node("Transpose", [node("MatMul", [share, parts["value"]], f"{own}.read")], f"{own}.back", perm=[0, 2, 1, 3])
        x = node("Add", [x, linear(node("Reshape", [read, joined], f"{own}.joined"), f"{own}.out", WIDTH)], f"{own}.attended")
        wide = linear(normed(x, f"{own}.second"), f"{own}.up", 4 * WIDTH)
        error = node("Erf", [node("Mul", [wide, root], f"{own}.argument")], f"{own}.erf")
        gate = node("Mul", [node("Add", [error, one], f"{own}.plus"), half], f"{own}.gate")
        x = node("Add", [x, linear(node("Mul", [wide, gate], f"{own}.gelu"), f"{own}.down", WIDTH, 4 * WIDTH)], f"{own}.done")
    mean = node("ReduceMean", [normed(x, "last")], "mean", axes=[1], keepdims=0)
    linear(mean, "score", 1)
    graph = helper.make_graph(nodes, "large", [helper.make_tensor_value_info("ids", TensorProto.INT64, ["rows", SPAN])],
                              [helper.make_tensor_value_info("score", TensorProto.FLOAT, ["rows", 1])], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    if external:
        onnx.save(model, path, save_as_external_data=True, location="model.onnx.data", size_threshold=1024)
    else:
        onnx.save(model, path)


def write_folder(folder, layers, external):
    folder.mkdir()
    write_network(folder / "model.onnx", layers, external)
    names = sorted(path.name for path in folder.iterdir())
    digests = ", ".join(f"{name}: {hashlib.sha256((folder / name).read_bytes()).hexdigest()}" for name in names)
    data = "data: [model.onnx.data], " if external else ""
    (folder / "card.yaml").write_text(f"""\
name: large
version: 1.0.0
summary: An encoder with random weights
license: MIT
kind: regress
files: {{model: model.onnx, {data}sha256: {{{digests}}}}}
input: {{encoding: base, tensor: ids, layout: tokens, dtype: i64, unknown: token}}
window: {{span: {SPAN}, core: {SPAN}, stride: {SPAN}}}
heads: [{{name: score, output: score, activation: identity, labels: [score]}}]
run: {{rows: {ROWS}}}
""")


def measured(command, output):
    """Seconds, and peak memory in MB. The output is a file: a pipe would have to be read."""
    started = time.time()
    with open(output, "w") as file:
        process = subprocess.Popen(command, stdout=file)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{command} ended with {process.returncode}")
    return time.time() - started, usage.ru_maxrss * 1024 / 1e6


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("program", type=pathlib.Path)
    options.add_argument("--layers", type=int, default=11)
    options.add_argument("--windows", type=int, default=64)
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--repeats", type=int, default=3)
    options.add_argument("--external", action="store_true", help="weights in a file beside the network, as PyTorch writes them")
    options.add_argument("--keep", type=pathlib.Path, help="a folder for the network, which a later run uses again")
    options = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="genogloss-large-") as temporary:
        temporary = pathlib.Path(temporary)
        folder = (options.keep or temporary) / f"large-{options.layers}{'-external' if options.external else ''}"
        if not folder.exists():
            # In a process of its own: a child's peak memory begins with that of its parent.
            subprocess.run([sys.executable, "-c", f"import sys; sys.path.insert(0, {str(pathlib.Path(__file__).parent)!r}); import pathlib, large_network; "
                            f"large_network.write_folder(pathlib.Path({str(folder)!r}), {options.layers}, {options.external})"], check=True)
        fasta = temporary / "genome.fa"
        bases = "".join(random.Random(1).choices("ACGT", k=options.windows * SPAN))
        fasta.write_text(">c\n" + bases + "\n")
        alone = [sys.executable, "-c", ALONE, str(folder / "model.onnx"), str(fasta), str(options.threads)]
        own = [str(options.program.resolve()), "scan", str(fasta), "-m", str(folder), "-t", str(options.threads), "--engine", "ort",
               "-O", "tsv", "--quiet"]
        results = {"ONNX Runtime alone": [], "genogloss": []}
        for _ in range(options.repeats):
            results["ONNX Runtime alone"].append(measured(alone, temporary / "alone.txt"))
            results["genogloss"].append(measured(own, temporary / "own.tsv"))
        expected = [float(line) for line in (temporary / "alone.txt").read_text().split()]
        rows = [line.split("\t") for line in (temporary / "own.tsv").read_text().splitlines()]
        column = rows[0].index("score")
        scores = [float(row[column]) for row in rows[1:]]
        assert len(scores) == len(expected) == options.windows, (len(scores), len(expected))
        worst = max(abs(own - other) for own, other in zip(scores, expected))
        print(f"network {sum(path.stat().st_size for path in folder.glob('model.*')) / 1e6:.0f} MB, {options.windows} windows, {options.threads} threads, "
              f"{options.repeats} runs, largest difference of scores {worst:.1e}")
        print("| program | s | peak MB |\n|---|---:|---:|")
        medians = {name: [statistics.median(values) for values in zip(*runs)] for name, runs in results.items()}
        for name, (seconds, peak) in medians.items():
            print(f"| {name} | {seconds:.1f} | {peak:.0f} |")
        ratios = [own / alone for own, alone in zip(medians["genogloss"], medians["ONNX Runtime alone"])]
        print(f"| ratio | {ratios[0]:.2f} | {ratios[1]:.2f} |")


if __name__ == "__main__":
    main()
