#!/usr/bin/env python3
"""Runs the fuzz targets one after the other and prints what each did, as a table.

    python3 fuzz/run.py --program target/release/genogloss [--time 60] [--target vcf --target bam=600 …]

Each target runs for --time seconds, or for its own after `=`, in one process. A panic, an input that takes 10 s and a process of more than 2 GB
end it: the input is kept in OUT/artifacts/TARGET, the others continue, and the exit code is 1. The corpus (OUT/corpus) grows
from run to run; it begins with what fuzz/seeds.py makes.
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Longest input, in bytes: what a format needs to be read through, and no more.
LONGEST = {
    "region": 200, "prompt": 400, "bam": 6000, "cram": 24000, "bigwig": 16000, "network": 24000, "tokenizer": 16000, "card": 6000, "manifest": 8000,
    "facts": 6000,
}


def targets():
    return re.findall(r'^name = "([a-z]+)"$', (ROOT / "fuzz/Cargo.toml").read_text(), re.M)


def build(out, features):
    """The programs: coverage without a sanitizer, which a stable compiler can do."""
    command = ["cargo", "fuzz", "build", "--sanitizer", "none", "--strip-dead-code", "--target-dir", out, *(["--features", features] if features else [])]
    subprocess.run(command, cwd=ROOT, check=True)
    return next(out.glob("*/release/region")).parent


def fuzz(name, seconds, programs, out):
    """One target: executions, per second, edges, peak MB, longest input in s, inputs kept, what went wrong."""
    corpus, artifacts = out / "corpus" / name, out / "artifacts" / name
    corpus.mkdir(parents=True, exist_ok=True)
    artifacts.mkdir(parents=True, exist_ok=True)
    # Files of the targets: in memory, where the system has such a place.
    memory = pathlib.Path("/dev/shm") if os.access("/dev/shm", os.W_OK) else None
    folder = pathlib.Path(tempfile.mkdtemp(prefix="genogloss-fuzz-", dir=memory))
    command = [
        programs / name, corpus, f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=2048", f"-max_len={LONGEST.get(name, 4096)}",
        "-print_final_stats=1", "-report_slow_units=5", f"-artifact_prefix={artifacts}/", f"-dict={ROOT / 'fuzz/words.txt'}", "-close_fd_mask=1",
    ]
    log = out / "logs" / f"{name}.log"
    log.parent.mkdir(exist_ok=True)
    with log.open("wb") as said:
        code = subprocess.run(list(map(str, command)), stderr=said, stdout=subprocess.DEVNULL, env={**os.environ, "TMPDIR": str(folder)}).returncode
    shutil.rmtree(folder, ignore_errors=True)
    text = log.read_text(errors="replace")

    def last(pattern, default=0):
        found = re.findall(pattern, text)
        return int(found[-1]) if found else default

    executions = last(r"stat::number_of_executed_units:\s*(\d+)", last(r"#(\d+)\t"))
    wrong = "" if code == 0 else (re.findall(r"panicked at .*|ERROR: libFuzzer: .*|SUMMARY: .*", text) or [f"exit code {code}"])[0]
    return {
        "target": name, "executions": executions, "per second": last(r"stat::average_exec_per_sec:\s*(\d+)", executions // max(seconds, 1)),
        "edges": last(r"cov: (\d+)"), "corpus": sum(1 for _ in corpus.iterdir()), "peak MB": last(r"stat::peak_rss_mb:\s*(\d+)", last(r"rss: (\d+)Mb")),
        "slowest s": last(r"stat::slowest_unit_time_sec:\s*(\d+)"), "wrong": wrong,
    }


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--program", required=True, help="genogloss, for seeds")
    options.add_argument("--time", type=int, default=60, help="seconds a target")
    options.add_argument("--target", action="append", default=[], help="only these; NAME or NAME=SECONDS")
    options.add_argument("--built", action="store_true", help="the programs are built already")
    options.add_argument("--features", default="", help="features of the program: htslib")
    options.add_argument("--out", type=pathlib.Path, default=ROOT / "target/fuzz", help="where all of it goes")
    options.add_argument("--tsv", type=pathlib.Path, help="the table as TSV, added to")
    options = options.parse_args()
    out = options.out.resolve()
    programs = next(out.glob("*/release/region")).parent if options.built else build(out, options.features)
    subprocess.run([sys.executable, ROOT / "fuzz/seeds.py", out / "corpus", options.program], check=True)
    wanted = [(name, int(seconds or options.time)) for name, _, seconds in (text.partition("=") for text in options.target or targets())]
    rows = []
    for name, seconds in wanted:
        row = fuzz(name, seconds, programs, out)
        if not rows:
            print("| " + " | ".join(row) + " |\n|" + "---|" * len(row), flush=True)
        rows.append(row)
        print("| " + " | ".join(f"{value:,}" if isinstance(value, int) else value for value in row.values()) + " |", flush=True)
        if options.tsv:
            with options.tsv.open("a") as file:
                file.write("\t".join(map(str, [*row.values(), seconds])) + "\n")
    bad = [row for row in rows if row["wrong"]]
    total = sum(row["executions"] for row in rows)
    print(f"| all | {total:,} | | | | {max(row['peak MB'] for row in rows):,} | {max(row['slowest s'] for row in rows)} | {len(bad)} targets |")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
