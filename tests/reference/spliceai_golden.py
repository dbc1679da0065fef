#!/usr/bin/env python3
"""What the real `spliceai` command writes: golden files for `genogloss variants --fields spliceai`.

    python spliceai_golden.py select --genome 20.fa.gz --genome chr22.fa.gz --table grch37.txt \\
        --variants 1kgp3.vcf.gz --variants common.vcf.gz --variants clinvar.vcf --count 540 > variants.vcf
    python spliceai_golden.py run --variants variants.vcf --fasta genome.fa --table grch37.txt --out spliceai.tsv

    python spliceai_golden.py made-up --fasta ../data/chr20_slice.fa --table ../data/slice_genes.txt > made_up.vcf
    python spliceai_golden.py self-test --fasta ../data/chr20_slice.fa --out ../../training/export/spliceai.tsv

`select` takes real variants in the genes of a table: a third SNVs nearest to exon ends, a third indels nearest to them, and
the rest anywhere in genes. It needs pysam. `made-up` makes variants of every kind near exon ends. `run` calls `spliceai.__main__.main` (PyPI spliceai 1.3.1, TensorFlow 2.15) for
-D 50 and 500, -M 0 and 1, and writes a line a record: its five columns and the INFO field of each run (`.`: no field).
What a network answered is kept by the input's bytes, so that masked and unmasked runs cost one; nothing else of the
program is changed.
"""
import argparse
import gzip
import hashlib
import random
import sys
import tempfile
from pathlib import Path



def table_of(path):
    genes = []
    with (gzip.open if str(path).endswith(".gz") else open)(path, "rt") as lines:
        for line in lines:
            if line.startswith("#"):
                continue
            name, contig, _, start, end, starts, ends = line.rstrip("\n").split("\t")
            borders = [int(n) + 1 for n in starts.split(",") if n] + [int(n) for n in ends.split(",") if n]
            genes.append((contig, int(start) + 1, int(end), sorted(borders)))
    return genes


def select(a):
    import pysam

    genomes = [pysam.FastaFile(g) for g in a.genome]
    where = {name: (g, length) for g in genomes for name, length in zip(g.references, g.lengths)}
    genes = table_of(a.table)
    near, inside = {False: {}, True: {}}, {}
    for path in a.variants:
        opened = gzip.open(path, "rt") if path.endswith(".gz") else open(path)
        for line in opened:
            if line.startswith("#"):
                continue
            contig, pos, _, ref, alt = line.rstrip("\n").split("\t")[:5]
            contig, pos = contig.removeprefix("chr"), int(pos)
            if contig not in where or pos + 6000 > where[contig][1] or pos < 6000 or len(ref) > 90 or len(alt) > 90:
                continue
            if any(c not in "ACGT," for c in ref + alt):
                continue
            if where[contig][0].fetch(contig, pos - 1, pos - 1 + len(ref)).upper() != ref:
                continue
            here = [g for g in genes if g[0] == contig and g[1] <= pos <= g[2]]
            if not here:
                continue
            distance = min(min(abs(b - pos) for b in g[3]) for g in here)
            indel = len(ref) != 1 or any(len(x) != 1 for x in alt.split(","))
            key = (contig, pos, ref, alt)
            inside[key] = True
            near[indel][key] = (distance, key)
    best = [key for kind in (False, True) for _, key in sorted(near[kind].values())[: a.count // 3]]
    rest = [key for key in inside if key not in set(best)]
    random.Random(7).shuffle(rest)
    chosen = sorted(best + rest[: a.count - len(best)], key=lambda k: (int(k[0]), k[1], k[2], k[3]))
    print("##fileformat=VCFv4.2")
    for name, (_, length) in sorted(where.items(), key=lambda item: int(item[0])):
        print(f"##contig=<ID={name},length={length}>")
    print("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO")
    for contig, pos, ref, alt in chosen:
        print(f"{contig}\t{pos}\t.\t{ref}\t{alt}\t.\t.\t.")


def made_up(a):
    """Variants near the exon ends of a table's genes, of every kind, in a FASTA of one contig; no pysam is needed."""
    lines = [line.strip() for line in open(a.fasta)]
    contig, bases = lines[0][1:].split()[0], "".join(lines[1:]).upper()
    dice = random.Random(5)
    ends = [(border, gene) for gene in table_of(a.table) for border in gene[3] if gene[1] + 20 < border < gene[2] - 20]
    chosen = {}
    for border, _ in dice.sample(ends, a.count):
        pos = border + dice.randint(-12, 12)
        ref, others = bases[pos - 1], [b for b in "ACGT" if b != bases[pos - 1]]
        kind = dice.choice(["snv", "snv", "snv", "insertion", "deletion", "long", "mnv", "two"])
        insert = "".join(dice.choice("ACGT") for _ in range(dice.randint(1, 12)))
        chosen[pos] = {
            "snv": (ref, dice.choice(others)),
            "insertion": (ref, ref + insert),
            "deletion": (bases[pos - 1 : pos + dice.randint(1, 9)], ref),
            "long": (bases[pos - 1 : pos + dice.randint(51, 90)], ref),
            "mnv": (bases[pos - 1 : pos + 1], others[0] + ("A" if bases[pos] != "A" else "C")),
            "two": (ref, ",".join(others[:2])),
        }[kind]
    print(f"##fileformat=VCFv4.2\n##contig=<ID={contig},length={len(bases)}>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO")
    for pos, (ref, alt) in sorted(chosen.items()):
        print(f"{contig}\t{pos}\t.\t{ref}\t{alt}\t.\t.\t.")


def run(a):
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    import keras
    from spliceai import __main__ as program

    kept, ask = {}, keras.models.Model.predict

    def predict(self, x, *rest, **more):
        key = hashlib.sha256(id(self).to_bytes(8, "little") + x.tobytes()).digest()
        if key not in kept:
            kept[key] = ask(self, x, *rest, verbose=0, **more)
        return kept[key]

    keras.models.Model.predict = predict
    from spliceai import utils

    load, models = utils.load_model, {}
    utils.load_model = lambda path: models.setdefault(path, None) or models.update({path: load(path)}) or models[path]
    answers = {}
    with tempfile.TemporaryDirectory() as folder:
        for distance in a.distances:
            for mask in (0, 1):
                out = str(Path(folder) / "out.vcf")
                sys.argv = ["spliceai", "-I", a.variants, "-O", out, "-R", a.fasta, "-A", a.table, "-D", str(distance), "-M", str(mask)]
                program.main()
                with open(out) as lines:
                    records = [line.rstrip("\n").split("\t") for line in lines if not line.startswith("#")]
                for at, record in enumerate(records):
                    field = [f for f in record[7].split(";") if f.startswith("SpliceAI=")]
                    answers.setdefault(at, (record[:5], {}))[1][(distance, mask)] = field[0][9:] if field else "."
                print(f"-D {distance} -M {mask}: {len(records)} records", file=sys.stderr, flush=True)
            kept.clear()
    with open(a.out, "w") as out:
        print("contig", "position", "ref", "alt", *(f"D{d}_M{m}" for d in a.distances for m in (0, 1)), sep="\t", file=out)
        for at in sorted(answers):
            (contig, pos, _, ref, alt), by = answers[at]
            print(contig, pos, ref, alt, *(by[d, m] for d in a.distances for m in (0, 1)), sep="\t", file=out)


def self_test(a):
    """Probabilities of two stretches of tests/data/chr20_slice.fa: genes on the forward and on the reverse strand."""
    import numpy as np
    from importlib.resources import files
    from keras.models import load_model
    from spliceai.utils import one_hot_encode

    slice_ = "".join(line.strip() for line in open(a.fasta) if not line.startswith(">")).upper()
    turned = slice_[75_000:90_000].translate(str.maketrans("ACGT", "TGCA"))[::-1]
    models = [load_model(str(files("spliceai") / f"models/spliceai{i}.h5"), compile=False) for i in range(1, 6)]
    names = ["splice.neither", "splice.acceptor", "splice.donor"]
    with open(a.out, "w") as out:
        print("name", "sequence", *names, sep="\t", file=out)
        for name, sequence in [("chr20_3185001_plus", slice_[45_000:60_000]), ("chr20_3215001_minus", turned)]:
            x = one_hot_encode(sequence)[None, :]
            y = np.mean([model.predict(x, verbose=0) for model in models], axis=0)[0]
            cells = [",".join(f"{v:.6f}".rstrip("0").rstrip(".") for v in y[:, column]) for column in range(3)]
            print(name, sequence, *cells, sep="\t", file=out)


def main():
    p = argparse.ArgumentParser()
    sub = p.add_subparsers(dest="what", required=True)
    s = sub.add_parser("select")
    s.add_argument("--genome", action="append", required=True)
    s.add_argument("--table", required=True)
    s.add_argument("--variants", action="append", required=True)
    s.add_argument("--count", type=int, default=540)
    r = sub.add_parser("run")
    r.add_argument("--variants", required=True)
    r.add_argument("--fasta", required=True)
    r.add_argument("--table", required=True)
    r.add_argument("--distances", type=int, nargs="+", default=[50, 500])
    r.add_argument("--out", required=True)
    m = sub.add_parser("made-up")
    m.add_argument("--fasta", required=True)
    m.add_argument("--table", required=True)
    m.add_argument("--count", type=int, default=40)
    t = sub.add_parser("self-test")
    t.add_argument("--fasta", required=True)
    t.add_argument("--out", required=True)
    a = p.parse_args()
    {"select": select, "made-up": made_up, "run": run, "self-test": self_test}[a.what](a)


if __name__ == "__main__":
    main()
