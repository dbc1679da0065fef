#!/usr/bin/env python3
"""Writes a VCF of SNVs at equal distances in the genes of a contig, to see what many scored variants take.

    python3 benches/snvs.py TABLE.txt GENOME.fa CONTIG COUNT > snvs.vcf

TABLE.txt is SpliceAI's gene table (grch37.txt). About COUNT sites: one every n bases of each stretch that holds genes.
"""
import sys


def contig(path, name):
    bases, on = [], False
    with open(path) as file:
        for line in file:
            if line.startswith(">"):
                on = line[1:].split()[0] == name
            elif on:
                bases.append(line.strip())
    return "".join(bases).upper()


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    table, genome, name, count = *sys.argv[1:4], int(sys.argv[4])
    bases = contig(genome, name)
    rows = [line.split("\t") for line in open(table) if not line.startswith("#")]
    stretches = []
    for start, end in sorted((int(row[3]), min(int(row[4]), len(bases))) for row in rows if row[1] == name):
        if stretches and start <= stretches[-1][1]:
            stretches[-1][1] = max(end, stretches[-1][1])
        else:
            stretches.append([start, end])
    if not stretches:
        sys.exit(f"{table} has no genes on contig {name}")
    step = max(1, sum(end - start for start, end in stretches) // count)
    print(f"##fileformat=VCFv4.2\n##contig=<ID={name},length={len(bases)}>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO")
    for start, end in stretches:
        for at in range(start, end - 1, step):
            if bases[at] in "ACGT":
                print(name, at + 1, ".", bases[at], "T" if bases[at] == "C" else "C", ".", ".", ".", sep="\t")


if __name__ == "__main__":
    main()
