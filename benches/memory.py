#!/usr/bin/env python3
"""Peak memory of inputs that are large in one way: a long read, a million contigs, a long contig.

    python3 benches/memory.py target/release/genogloss [--contigs 1000000] [--read 10000000] [--only contigs] [--threads 2]

Inputs are made in a temporary folder and removed. Peak memory is what the system says of the process when it has ended (ru_maxrss).
"""

import argparse
import os
import pathlib
import random
import subprocess
import tempfile
import time


def run(program, folder, arguments):
    started = time.time()
    process = subprocess.Popen([program, *arguments, "--quiet"], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = process.stderr.read().decode(errors="replace").strip()
    _, status, usage = os.wait4(process.pid, 0)
    code = os.waitstatus_to_exitcode(status)
    process.returncode = code
    return usage.ru_maxrss / 1024, time.time() - started, usage.ru_utime + usage.ru_stime, code, said


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("program", type=pathlib.Path)
    options.add_argument("--contigs", type=int, default=1_000_000)
    options.add_argument("--read", type=int, default=10_000_000, help="bases of the long read")
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--only", default="", help="a part of the name")
    options = options.parse_args()
    program, source = options.program.resolve(), random.Random(1)
    base = "".join(source.choices("ACGT", k=1 << 20))
    with tempfile.TemporaryDirectory(prefix="genogloss-memory-") as folder:
        folder = pathlib.Path(folder)
        with (folder / "contigs.fa").open("w") as file:
            for number in range(options.contigs):
                at = source.randrange(len(base) - 60)
                file.write(f">contig_{number}\n{base[at:at + 60]}\n")
        with (folder / "long.fq").open("w") as file:
            bases = "".join(base[source.randrange(len(base) // 2):][: 1 << 16] for _ in range(options.read // (1 << 16) + 1))[: options.read]
            file.write(f"@long\n{bases}\n+\n{'I' * len(bases)}\n")
        with (folder / "long.fa").open("w") as file:
            file.write(">long\n")
            for _ in range(300):
                file.write(base + "\n")
        with (folder / "header.sam").open("w") as file:
            file.write("@HD\tVN:1.6\n")
            for number in range(options.contigs):
                file.write(f"@SQ\tSN:contig_{number}\tLN:60\n")
            file.write(f"r\t0\tcontig_7\t1\t60\t60M\t*\t0\t0\t{base[:60]}\t*\n")
        threads = ["-t", str(options.threads)]
        runs = [
            ("contigs, BED", ["scan", "contigs.fa", "-m", "exact:gc", "--window", "60", "-o", "a.bed"]),
            ("contigs, BED.gz and its index", ["scan", "contigs.fa", "-m", "exact:gc", "--window", "60", "-o", "a.bed.gz"]),
            ("contigs, by place", ["scan", "contigs.fa", "-m", "exact:gc", "--window", "60", "-r", "contig_99", "-o", "b.bed"]),
            ("contigs in the header of reads", ["reads", "header.sam", "-m", "exact:gc", "-o", "c.tsv"]),
            ("contig of 300 Mb", ["scan", "long.fa", "-m", "exact:gc", "--window", "100000", "-o", "d.bed"]),
            ("read, windows 200 bases apart", ["reads", "long.fq", "-m", "core-promoter", "--stride", "200", "-o", "e.tsv"]),
            ("read, track model", ["reads", "long.fq", "-o", "f.tsv"]),
        ]
        print("| input | peak MB | CPU s | exit |\n|---|---:|---:|---:|")
        for name, arguments in runs:
            if options.only in name:
                peak, _, spent, code, said = run(program, folder, [*arguments, *threads])
                print(f"| {name}: `{' '.join(arguments)}` | {peak:,.0f} | {spent:,.1f} | {code} |", flush=True)
                if code:
                    print(said)


if __name__ == "__main__":
    main()
