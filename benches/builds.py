#!/usr/bin/env python3
"""Compares the CPU time of two builds of genogloss, for changes of profiles and of the source that must not cost speed.

    python3 benches/builds.py BEFORE AFTER [--runs 5]

Each command runs in turn with both programs; a row has the smallest user time of each, and their ratio (below 1: AFTER is faster). Inputs are
the repository's slice of chromosome 20, and files made here from a fixed seed. Only Python's standard library is used.
"""
import argparse
import random
import resource
import subprocess
import tempfile
from pathlib import Path

SLICE = Path(__file__).resolve().parent.parent / "tests/data/chr20_slice.fa"
COMMANDS = {
    "scan, core-promoter": ["scan", str(SLICE), "-m", "core-promoter", "-o", "a.bed"],
    "scan, human": ["scan", str(SLICE), "-o", "a.bed"],
    "scan, exact:gc, 80 Mb": ["scan", "big.fa", "-m", "exact:gc", "--window", "100", "-o", "a.bed"],
    "variants, exact:gc, 300,000": ["variants", "big.vcf", "-f", "big.fa", "-m", "exact:gc", "-o", "a.vcf"],
    "reads, exact:gc, 400,000": ["reads", "big.sam", "-m", "exact:gc", "-o", "a.tsv"],
}


def inputs(folder):
    """A genome of one contig, variants and reads of it."""
    chance = random.Random(1)
    bases = "".join(chance.choices("ACGT", k=80_000_000))
    lines = "\n".join(bases[at : at + 60] for at in range(0, len(bases), 60))
    (folder / "big.fa").write_text(f">c\n{lines}\n")
    (folder / "big.fa.fai").write_text(f"c\t{len(bases)}\t3\t60\t61\n")
    head = "##fileformat=VCFv4.3\n##contig=<ID=c>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
    snv = lambda at: f"c\t{at + 1}\t.\t{bases[at]}\t{'C' if bases[at] == 'A' else 'A'}\t.\tPASS\tDP=3\n"
    (folder / "big.vcf").write_text(head + "".join(map(snv, range(5000, 60_005_000, 200))))
    read = lambda n: f"r{n}\t0\tc\t{100 * n + 1}\t60\t150M\t*\t0\t0\t{bases[100 * n : 100 * n + 150]}\t{'I' * 150}\n"
    (folder / "big.sam").write_text(f"@SQ\tSN:c\tLN:{len(bases)}\n" + "".join(map(read, range(400_000))))


def user(program, words, folder):
    """Seconds of user time of one run."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    subprocess.run([program, *words, "-t", "1", "--quiet"], cwd=folder, check=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("before")
    p.add_argument("after")
    p.add_argument("--runs", type=int, default=5)
    a = p.parse_args()
    programs = [str(Path(path).resolve()) for path in (a.before, a.after)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        inputs(folder)
        for what, words in COMMANDS.items():
            times = ([], [])
            for turn in range(a.runs):
                for which in (0, 1) if turn % 2 == 0 else (1, 0):
                    times[which].append(user(programs[which], words, folder))
            before, after = map(min, times)
            print(f"{what}: {before:.2f} s, {after:.2f} s, {after / before:.3f}", flush=True)


if __name__ == "__main__":
    main()
