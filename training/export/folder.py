#!/usr/bin/env python3
"""Makes a model folder of somebody else's splice model: `genogloss models import` runs this.

    python folder.py spliceai --from spliceai-1.3.1-py2.py3-none-any.whl --self-test spliceai.tsv --out spliceai

The model is spliceai, cispliceai, openspliceai-80nt, -400nt, -10000nt or pangolin: what stands before the dash is the module that reads
it. Needs numpy, onnx and, for Keras files, h5py; neither TensorFlow nor PyTorch. The self-test is what the original tool says
of a few sequences (tests/reference/). Where the original could not be asked, the module works its first sequence out itself,
layer by layer, with the user's files.
"""
import argparse
import hashlib
import importlib
import tempfile
import zipfile
from pathlib import Path

import convnet

CORE = 5000

CARD = """\
name: {name}
version: {version}
summary: "{summary}"
license: {license}
non_commercial: {non_commercial}
citation: "{citation}"
trained_on:
{trained_on}
notes:
{notes}
kind: track
files:
  model: [{windows}]
  sha256:
{digests}
input: {{encoding: one-hot, tensor: sequence, layout: channels-first, dtype: f32, unknown: zeros}}
window: {{span: {span}, core: {core}, stride: {core}, min_span: 100, max_unknown: 0.95}}
heads:
{heads}
strand: forward
variants:
  distance: 50
  genes: true{outside}
  changes:
    stretch: [{stretches}]
    change: [{changes}]
    states: {states}
    context: {context}
run: {{rows: 1, tolerance: 2.0e-5}}
self_test: self_test.tsv
"""


def lines(texts):
    return "\n".join(f'  - "{text}"' for text in texts)


def write(about, members, out, self_test):
    """about: what the card says; members: networks of one shape; self_test: the table's text."""
    out.mkdir(parents=True)
    files = {"window": [], "stretch": [], "change": []}
    digests = {}
    for number, net in enumerate(members, 1):
        for part, model in convnet.graphs(net).items():
            name = f"{part}{number}.onnx"
            data = model.SerializeToString(deterministic=True)
            (out / name).write_bytes(data)
            digests[name] = hashlib.sha256(data).hexdigest()
            files[part].append(name)
    net = members[0]
    heads = [
        "  - {{name: {name}, output: {name}, activation: {activation}, bin: 1, layout: channels-first, labels: [{labels}], background: [{background}], threshold: 0.5}}".format(
            name=name, activation=activation, labels=", ".join(labels), background=", ".join(background)
        )
        for name, activation, labels, background in about["heads"]
    ]
    card = CARD.format(
        **{key: about[key] for key in ("name", "version", "summary", "license", "citation")},
        non_commercial=str(about["non_commercial"]).lower(),
        trained_on=lines(about["trained_on"]),
        notes=lines(about["notes"]),
        windows=", ".join(files["window"]),
        stretches=", ".join(files["stretch"]),
        changes=", ".join(files["change"]),
        digests="\n".join(f"    {name}: {digest}" for name, digest in digests.items()),
        span=CORE + net.context,
        core=CORE,
        heads="\n".join(heads),
        states=2 * len(net.units),
        context=net.context,
        outside=f"\n  outside: {about['outside']}" if "outside" in about else "",
    )
    (out / "card.yaml").write_text(card)
    (out / "self_test.tsv").write_text(self_test)


def worked_out(table, expected):
    """A self-test of the first sequence of another one; expected: its scores by column."""
    name, sequence = table.splitlines()[1].split("\t")[:2]
    columns = expected(sequence)
    cells = [",".join(f"{v:.6f}".rstrip("0").rstrip(".") for v in values) for values in columns.values()]
    return "\t".join(["name", "sequence", *columns]) + "\n" + "\t".join([name, sequence, *cells]) + "\n"


def opened(source, work):
    """A folder of the user's copy: a folder as it is, a wheel unpacked."""
    source = Path(source)
    if source.is_dir():
        return source
    try:
        with zipfile.ZipFile(source) as wheel:
            wheel.extractall(work)
    except zipfile.BadZipFile:
        raise SystemExit(f"{source}: it is no wheel")
    return Path(work)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("model")
    p.add_argument("--from", dest="source", required=True)
    p.add_argument("--self-test", required=True)
    p.add_argument("--out", type=Path, required=True)
    a = p.parse_args()
    original = importlib.import_module(a.model.split("-")[0])
    self_test = Path(a.self_test).read_text()
    with tempfile.TemporaryDirectory() as work:
        source = opened(a.source, work)
        members = original.members(source, a.model)
        if hasattr(original, "expected"):
            self_test = worked_out(self_test, lambda sequence: original.expected(source, sequence))
        # Gene tables of the original, for `genogloss variants --genes`.
        tables = {path.name: path.read_bytes() for name in getattr(original, "TABLES", []) for path in source.glob(f"**/{name}")}
    write(original.about(a.model), members, a.out, self_test)
    for name, table in tables.items():
        (a.out / name).write_bytes(table)


if __name__ == "__main__":
    main()
