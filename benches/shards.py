"""Shards of an indexed BAM file against one run: what it costs to read by the index.

    python benches/shards.py --fasta genome.fa [--reads 800000] [--program target/release/genogloss] [--model core-promoter]

Makes reads of 100 bases, evenly over the first contig, with samtools. Prints CPU-seconds (user and system, whole processes, one thread):
of a shard that owns no read, of all of 1,000 shards with the cheapest task against one run, and of 20 of 1,000 shards with the model
against the shard of 50 that has the same reads. Ends with an error if the rows differ.
"""

import argparse
import random
import subprocess
import tempfile
from pathlib import Path

from cohort import cpu, first_contig


def make(fasta, reads, bam):
    """A sorted BAM file with its index; the second contig has no reads."""
    random.seed(1)
    name, bases = first_contig(fasta)
    starts = sorted(random.randrange(len(bases) - 100) for _ in range(reads))
    with subprocess.Popen(["samtools", "view", "-b", "--no-PG", "-o", bam], stdin=subprocess.PIPE, text=True) as samtools:
        header = f"@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:{name}\tLN:{len(bases)}\n@SQ\tSN:empty\tLN:{len(bases)}\n"
        samtools.stdin.write(header)
        for number, start in enumerate(starts):
            strand = random.choice((0, 16))
            sequence = bases[start : start + 100]
            samtools.stdin.write(f"r{number}\t{strand}\t{name}\t{start + 1}\t60\t100M\t*\t0\t0\t{sequence}\t{'I' * 100}\n")
    subprocess.run(["samtools", "index", bam], check=True)


def rows(path):
    """The lines of a table without its header."""
    return path.read_bytes().partition(b"\n")[2]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fasta", required=True)
    parser.add_argument("--reads", type=int, default=800_000)
    parser.add_argument("--program", default="target/release/genogloss")
    parser.add_argument("--model", default="core-promoter")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        bam = folder / "reads.bam"
        make(options.fasta, options.reads, bam)

        def run(model, shard, name):
            part = ["--shard", shard] if shard else []
            return cpu(options.program, "reads", bam, "-m", model, *part, "-t", 1, "-o", folder / name, "--quiet")

        for model in ("exact:gc", options.model):
            print(f"{model}: a shard without reads: {run(model, '1000/1000', 'empty.tsv'):.3f} CPU-s")
            if rows(folder / "empty.tsv"):
                raise SystemExit("the last shard has reads")
        # The half with reads has the first 500 shards.
        parts = sum(run("exact:gc", f"{number}/1000", f"{number}.tsv") for number in range(1, 1001))
        whole = run("exact:gc", None, "whole.tsv")
        print(f"exact:gc: 1,000 shards {parts:.2f} CPU-s, one run {whole:.2f}: {parts / whole:.2f} times")
        if b"".join(rows(folder / f"{number}.tsv") for number in range(1, 1001)) != rows(folder / "whole.tsv"):
            raise SystemExit("the rows of 1,000 shards are not those of one run")
        numbers = range(201, 221)
        parts = sum(run(options.model, f"{number}/1000", f"{number}.tsv") for number in numbers)
        whole = run(options.model, "11/50", "whole.tsv")
        print(f"{options.model}: 20 of 1,000 shards {parts:.2f} CPU-s, the same in one {whole:.2f}: {parts / whole:.3f} times")
        if b"".join(rows(folder / f"{number}.tsv") for number in numbers) != rows(folder / "whole.tsv"):
            raise SystemExit("the rows of 20 shards are not those of one")


main()
