#!/usr/bin/env python3
"""Measures genogloss against what it cannot beat, and against its peers, in one run on one machine.

    python benches/run.py --fasta chr20.fa [--genogloss target/release/genogloss] [--runs 3] [--only NAME ...]

`--fasta`: a plain FASTA with a .fai beside it; the figures in docs/about/benchmarks.md are for GRCh37 chromosome 20 (Debian
package vt-examples, ref/20.fa.gz). Needs numpy and onnxruntime; bcftools and bedtools are used where they are installed.
Times are CPU-seconds (user + system) of whole processes, medians of --runs, the compared commands in turn; "wall" is
by the clock. `ORT_DYLIB_PATH` should name the library of the same onnxruntime that Python uses.
"""
import argparse, os, random, shutil, statistics, subprocess, sys, tempfile, threading, time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def run(command):
    """CPU-seconds, wall seconds and peak memory (MB) of a command."""
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    error = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{' '.join(map(str, command))}: {error.decode()}")
    return usage.ru_utime + usage.ru_stime, time.monotonic() - started, usage.ru_maxrss / 1024


def medians(commands, runs):
    """Runs all commands in turn, `runs` times; the median of each figure, by name."""
    seen = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            seen[name].append(command() if callable(command) else run(command))
    return {name: tuple(statistics.median(c) for c in zip(*rows)) for name, rows in seen.items()}


def row(*cells):
    print("| " + " | ".join(str(c) for c in cells) + " |", flush=True)


def ort_alone(rows, threads):
    """ONNX Runtime with batches made beforehand: one session a thread, one thread a session, 16 rows a call."""
    import numpy, onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    model = str(ROOT / "models/core-promoter/model.onnx")
    sessions = [onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"]) for _ in range(threads)]
    calls = [rows[i:i + 16] for i in range(0, len(rows) - len(rows) % 16, 16)]

    def work(session, mine):
        for call in mine:
            session.run(None, {"sequence": call})

    def measure():
        cpu, wall = time.process_time(), time.monotonic()
        workers = [threading.Thread(target=work, args=(s, calls[i::threads])) for i, s in enumerate(sessions)]
        [w.start() for w in workers]
        [w.join() for w in workers]
        return time.process_time() - cpu, time.monotonic() - wall, 0.0

    return measure


def encoded(fasta, contig, start, end):
    """The windows that `scan` makes of a region, one-hot, both strands."""
    import numpy
    text = subprocess.run(["samtools", "faidx", fasta, f"{contig}:{start + 1}-{end}"], capture_output=True, check=True, text=True).stdout
    bases = numpy.frombuffer("".join(text.split("\n")[1:]).upper().encode(), dtype=numpy.uint8)
    codes = numpy.full(256, 4, dtype=numpy.int64)
    for i, base in enumerate(b"ACGT"):
        codes[base] = i
    ids = codes[bases]
    windows = numpy.lib.stride_tricks.sliding_window_view(ids, 70)[18::35]
    eye = numpy.vstack([numpy.eye(4, dtype=numpy.float32), numpy.zeros((1, 4), numpy.float32)])
    forward = eye[windows].transpose(0, 2, 1)
    # The reverse complement of A C G T one-hot is the array reversed on both axes.
    return numpy.ascontiguousarray(numpy.stack([forward, forward[:, ::-1, ::-1]], axis=1).reshape(-1, 4, 70))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fasta", required=True)
    parser.add_argument("--genogloss", default=str(ROOT / "target/release/genogloss"))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", nargs="*", default=["engine", "dense", "road", "variants", "memory", "shards"])
    a = parser.parse_args()
    contig, length = open(a.fasta + ".fai").readline().split("\t")[:2]
    length = int(length)
    base = [a.genogloss, "--quiet"]
    work = tempfile.TemporaryDirectory()
    out = lambda name: str(Path(work.name) / name)
    row("what", "measured", "of", "ratio")
    row("---", "---", "---", "---")

    if "engine" in a.only:
        start, end = 30_000_000, 31_000_000
        region = f"{contig}:{start + 1}-{end}"
        rows = encoded(a.fasta, contig, start, end)
        alone = {t: ort_alone(rows, t) for t in (1, 2)}
        commands = {}
        for threads in (1, 2):
            commands[f"scan {threads}"] = base + ["scan", a.fasta, "-m", "core-promoter", "-r", region, "--engine", "ort", "-t", str(threads), "-o", out("a.bed")]
            commands[f"alone {threads}"] = alone[threads]
        commands["rten 1"] = base + ["scan", a.fasta, "-m", "core-promoter", "-r", region, "--engine", "rten", "-t", "1", "-o", out("a.bed")]
        m = medians(commands, a.runs)
        for threads in (1, 2):
            (scan, scan_wall, _), (ort, ort_wall, _) = m[f"scan {threads}"], m[f"alone {threads}"]
            row(f"scan of 1 Mb, {threads} thread(s), start-up included", f"{scan:.2f} CPU-s", f"ONNX Runtime alone, same {len(rows):,} rows: {ort:.2f} CPU-s", f"{scan / ort:.3f}")
        row("scan of 1 Mb, wall, 2 threads", f"{m['scan 2'][1]:.2f} s", f"1 thread: {m['scan 1'][1]:.2f} s", f"{m['scan 1'][1] / m['scan 2'][1]:.2f} x")
        row("scan of 1 Mb with rten, 1 thread", f"{m['rten 1'][0]:.2f} CPU-s", f"ONNX Runtime: {m['scan 1'][0]:.2f} CPU-s", f"{m['rten 1'][0] / m['scan 1'][0]:.2f}")

    if "dense" in a.only:
        # The built-in dense model: all of the contig to BED and bigWig; and 200 kb in one pass against windows of 50 bases.
        whole = base + ["scan", a.fasta, "-t", "1", "--bigwig", out("tracks"), "-o", out("d.bed")]
        cpu, wall, memory = medians({"whole": whole}, 1)["whole"]
        row(f"dense model, all {length / 1e6:.0f} Mb to BED and bigWig, 1 thread", f"{length / 1e6 / cpu:.3f} Mb/CPU-s", "-", f"peak {memory:.0f} MB")
        start = 30_000_000
        one = base + ["scan", a.fasta, "-t", "1", "-r", f"{contig}:{start + 1}-{start + 1_000_000}", "--bigwig", out("tracks1"), "-o", out("e.bed")]
        row("its peak memory for 1 Mb", f"{medians({'1': one}, 1)['1'][2]:.0f} MB", f"all: {memory:.0f} MB", "-")
        small = Path(out("small"))
        shutil.copytree(ROOT / "models/human", small)
        card = [line for line in (small / "card.yaml").read_text().splitlines() if not line.startswith("self_test:")]
        card = ["window: {span: 950, core: 50, stride: 50, min_span: 100, max_unknown: 0.95}" if line.startswith("window:") else
                "run: {rows: 16, tolerance: 2.0e-5}" if line.startswith("run:") else line for line in card]
        (small / "card.yaml").write_text("\n".join(card) + "\n")
        region = f"{contig}:{start + 1}-{start + 192_000}"
        commands = {name: base + ["scan", a.fasta, "-t", "1", "-r", region, "-m", model, "-o", out(f"{name}.bed")]
                    for name, model in (("dense", "human"), ("windowed", str(small)))}
        m = medians(commands, a.runs)
        same = open(out("dense.bed")).read() == open(out("windowed.bed")).read()
        row("dense model, 192 kb in windows of 16,000", f"{m['dense'][0]:.2f} CPU-s", f"the same network, windows of 50: {m['windowed'][0]:.2f} CPU-s",
            f"{m['windowed'][0] / m['dense'][0]:.1f} x; same elements: {same}")

    if "road" in a.only:
        passthrough = base + ["scan", a.fasta, "-m", str(ROOT / "tests/models/passthrough"), "-t", "1", "-o", out("a.bed")]
        function = base + ["scan", a.fasta, "-m", "exact:gc", "-t", "1", "-o", out("b.bed")]
        commands = {"passthrough": passthrough, "gc": function}
        if shutil.which("bedtools"):
            windows = out("windows.bed")
            with open(windows, "w") as handle:
                handle.writelines(f"{contig}\t{s}\t{min(s + 1000, length)}\n" for s in range(0, length, 1000))
            commands["bedtools"] = ["bedtools", "getfasta", "-tab", "-fi", a.fasta, "-bed", windows, "-fo", out("c.tsv")]
        m = medians(commands, a.runs)
        speed = lambda name: length / 1e6 / m[name][0]
        reference = f"bedtools getfasta, same windows: {speed('bedtools'):.0f} Mbp/CPU-s" if "bedtools" in m else "-"
        for name, what in (("passthrough", "do-nothing network in ONNX Runtime"), ("gc", "exact:gc, no network")):
            ratio = f"{speed(name) / speed('bedtools'):.2f} x" if "bedtools" in m else "-"
            row(f"FASTA to BED, windows of 1,000: {what}", f"{speed(name):.0f} Mbp/CPU-s", reference, ratio)

    if "variants" in a.only:
        vcf, count = out("v.vcf"), 500_000
        generator = random.Random(1)
        with open(vcf, "w") as handle:
            handle.write(f"##fileformat=VCFv4.2\n##contig=<ID={contig},length={length}>\n##FILTER=<ID=PASS,Description=\"All\">\n")
            handle.writelines(f"##INFO=<ID=I{i},Number=1,Type=Integer,Description=\"i\">\n" for i in range(8))
            handle.writelines(f"##FORMAT=<ID={f},Number=.,Type=String,Description=\"f\">\n" for f in ("GT", "AD", "DP", "GQ", "PL"))
            handle.write("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ts\n")
            position = 100_000
            for i in range(count):
                position += generator.randint(1, 110)
                info = ";".join(f"I{k}={generator.randint(0, 9999)}" for k in range(8))
                handle.write(f"{contig}\t{position}\trs{i}\tN\t<DEL>\t50\tPASS\t{info}\tGT:AD:DP:GQ:PL\t0/1:12,13:25:99:255,0,255\n")
        subprocess.run(["bgzip", "-k", vcf], check=True)
        commands = {"genogloss": base + ["variants", vcf + ".gz", "-f", a.fasta, "-m", "exact:gc", "-t", "1", "-o", out("o.vcf.gz")]}
        if shutil.which("bcftools"):
            commands["bcftools"] = ["bcftools", "view", "-Oz", "-o", out("p.vcf.gz"), vcf + ".gz"]
        m = medians(commands, a.runs)
        speed = lambda name: count / m[name][0]
        reference = f"bcftools view: {speed('bcftools'):,.0f}" if "bcftools" in m else "-"
        ratio = f"{speed('genogloss') / speed('bcftools'):.2f} x" if "bcftools" in m else "-"
        row("VCF records passed through unscored, bgzip to bgzip with index", f"{speed('genogloss'):,.0f} records/CPU-s", reference, ratio)

    if "memory" in a.only:
        # One window in twenty: the same buffers, a twentieth of the time.
        fixed = ["-m", "core-promoter", "-t", "2", "--stride", "700", "-o", out("m.bed")]
        m = medians({
            "1": base + ["scan", a.fasta, "-r", f"{contig}:30000001-31000000", *fixed],
            "all": base + ["scan", a.fasta, *fixed],
        }, 1)
        row(f"peak memory, all {length / 1e6:.0f} Mb", f"{m['all'][2]:.0f} MB", f"1 Mb: {m['1'][2]:.0f} MB", f"{m['all'][2] / m['1'][2]:.2f}")

    if "shards" in a.only:
        # The start of a shard is that of one without windows: the same program, model and files.
        region, count = ["-r", f"{contig}:30000001-38000000"], 16
        scan = base + ["scan", a.fasta, "-t", "1", *region]
        empty = base + ["scan", a.fasta, "-t", "1", "-r", f"{contig}:30000001-30016000", "--shard", "2/2", "-o", out("empty.bed")]
        parts = [out(f"part{i}.bed") for i in range(1, count + 1)]

        def cut():
            used = [run(scan + ["--shard", f"{i}/{count}", "-o", part]) for i, part in enumerate(parts, 1)]
            used.append(run(base + ["merge", *parts, "-o", out("merged.bed")]))
            return tuple(sum(column) for column in zip(*used))

        m = medians({"whole": scan + ["-o", out("whole.bed")], "cut": cut, "empty": empty, "resume": scan + ["-o", out("kept.bed"), "--resume"]}, a.runs)
        if Path(out("whole.bed")).read_bytes() != Path(out("merged.bed")).read_bytes():
            sys.exit("the merged shards differ from the whole")
        work_cut, work_whole = m["cut"][0] - count * m["empty"][0], m["whole"][0] - m["empty"][0]
        row(f"{count} shards of 8 Mb and merge, start-up aside", f"{work_cut:.1f} CPU-s", f"one run: {work_whole:.1f} CPU-s", f"{work_cut / work_whole:.3f}")
        row("start-up of a shard", f"{m['empty'][0]:.2f} CPU-s", "-", "-")
        row("--resume, never stopped", f"{m['resume'][0]:.1f} CPU-s", f"without: {m['whole'][0]:.1f} CPU-s", f"{m['resume'][0] / m['whole'][0]:.3f}")
        parts = [out(f"table{i}.tsv") for i in range(1, 5)]
        for i, part in enumerate(parts, 1):
            run(base + ["scan", a.fasta, "-m", "exact:gc", "--window", "10", "-O", "tsv", "--shard", f"{i}/4", "-o", part])
        size = sum(os.path.getsize(part) for part in parts) / 1e6
        m = medians({"merge": base + ["merge", *parts, "-o", out("table.tsv")], "cat": ["cat", *parts]}, a.runs)
        row(f"merge of 4 tables, {size:.0f} MB", f"{size / m['merge'][1]:.0f} MB/s", f"{size / m['merge'][0]:.0f} MB/CPU-s", "-")


if __name__ == "__main__":
    main()
