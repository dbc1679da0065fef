#!/usr/bin/env python3
"""Splice scores by two engines at the ends of genes and contigs: SNVs, insertions, deletions and delins on both strands.

    benches/edges.py GENOME.fa TABLE.txt MODEL [DISTANCE]     # with a .fai; GENOGLOSS names the program (default: genogloss)

MODEL is the folder that `genogloss models import spliceai --accept-license` makes. The variants are random (seed 7): in the first and last
genes of the first contig and in twelve others, half of them within three bases of a gene's end. Needs samtools.
"""
import os
import random
import re
import subprocess
import sys
import tempfile


def variants(genome, table):
    rng = random.Random(7)
    lengths = {f[0]: int(f[1]) for f in (line.split("\t") for line in open(genome + ".fai"))}
    genes = [line.split("\t") for line in open(table) if not line.startswith("#")]
    genes = [(g[1], int(g[3]) + 1, int(g[4])) for g in genes if g[1] in lengths and int(g[4]) <= lengths[g[1]]]
    contig = next(iter(lengths))
    first = sorted((g for g in genes if g[0] == contig), key=lambda g: g[1])
    found = set()
    for contig, start, end in first[:5] + first[-5:] + rng.sample(genes, 12):
        for _ in range(4):
            at_end = rng.random() < 0.5
            at = rng.choice([start, end]) + rng.randint(-3, 3) if at_end else rng.randint(start, end)
            kind = rng.choice(["snv", "insertion", "deletion", "delins", "long insertion", "long deletion"])
            removed = {"deletion": rng.randint(2, 9), "delins": rng.randint(2, 6), "long deletion": rng.randint(60, 140)}.get(kind, 1)
            region = f"{contig}:{at}-{at + removed - 1}"
            fasta = subprocess.run(["samtools", "faidx", genome, region], capture_output=True, text=True, check=True).stdout
            ref = "".join(fasta.split("\n")[1:]).upper()
            if len(ref) != removed or set(ref) - set("ACGT"):
                continue
            added = {"insertion": rng.randint(1, 6), "long insertion": 80, "delins": rng.randint(2, 5)}.get(kind, 0)
            new = "".join(rng.choice("ACGT") for _ in range(added))
            alt = {"snv": rng.choice([base for base in "ACGT" if base != ref[0]]), "delins": new}.get(kind)
            alt = alt or (ref + new if "insertion" in kind else ref[0])
            if alt != ref:
                found.add((list(lengths).index(contig), contig, at, ref, alt))
    return lengths, sorted(found)


def main():
    if not 4 <= len(sys.argv) <= 5:
        sys.exit(__doc__)
    genome, table, model, distance = (*sys.argv[1:], "50")[:4]
    lengths, all_variants = variants(genome, table)
    with tempfile.TemporaryDirectory() as folder:
        calls = f"{folder}/calls.vcf"
        with open(calls, "w") as out:
            print("##fileformat=VCFv4.2", *(f"##contig=<ID={name},length={n}>" for name, n in lengths.items()), sep="\n", file=out)
            print("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO", file=out)
            for _, contig, at, ref, alt in all_variants:
                print(contig, at, ".", ref, alt, ".", ".", ".", sep="\t", file=out)
        rows = []
        for engine in ("ort", "convnet"):
            scored = f"{folder}/{engine}.vcf"
            subprocess.run([os.environ.get("GENOGLOSS", "genogloss"), "variants", calls, "-f", genome, "--genes", table, "-m", model,
                            "--accept-license", "-D", distance, "--engine", engine, "-o", scored, "--quiet"], check=True)
            rows.append([line.rstrip("\n").split("\t") for line in open(scored) if line[0] != "#"])
    same, largest, moved = 0, 0.0, 0
    for one, other in zip(*rows, strict=True):
        same += one == other
        numbers = [[float(n) for n in re.findall(r"(?<![A-Za-z])-?\d+\.?\d*", row[7])] for row in (one, other)]
        differences = [abs(a - b) for a, b in zip(*numbers, strict=True)]
        largest = max([largest, *(d for d in differences if d < 0.5)])
        moved += any(d >= 0.5 for d in differences)
    print(f"{len(rows[0])} variants, -D {distance}: {same} records the same, largest difference of a score {largest:.4f}, positions differ in {moved}")


if __name__ == "__main__":
    main()
