#!/usr/bin/env python3
"""A simulated cohort for the Nextflow pipeline, and whether all of it was delivered.

    python workflows/cohort.py make FOLDER GENOME [--samples 200] [--sites 20000] [--pool 60000]
    python workflows/cohort.py check FOLDER RESULTS

`make` writes FOLDER/samples.csv and a VCF file for each sample: SNVs of the first contig of GENOME, drawn from a pool that all samples
share, with genotypes. Two samples are bad: the file of `bad_cut` is cut off in the middle, that of `bad_kind` is FASTA. `check` compares:
both bad samples, and only they, are in RESULTS/failed.tsv and lack a result; every other sample has all its records, in order, with the
same alleles and genotypes, and a score in each; the same site has the same score in all samples. It reads the files itself.
"""
import argparse, csv, gzip, random, sys
from pathlib import Path


def make(folder, genome, samples, sites, pool):
    folder.mkdir(parents=True, exist_ok=True)
    name, bases = None, []
    for line in genome.read_text().splitlines():
        if line.startswith(">"):
            if name:
                break
            name = line[1:].split()[0]
        else:
            bases.append(line.strip().upper())
    sequence = "".join(bases)
    draw = random.Random(21)
    places = [i for i in range(1000, len(sequence) - 1000) if sequence[i] in "ACGT"]
    shared = [(i, sequence[i], draw.choice([b for b in "ACGT" if b != sequence[i]])) for i in sorted(draw.sample(places, min(pool, len(places))))]
    head = f"##fileformat=VCFv4.3\n##contig=<ID={name},length={len(sequence)}>\n##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n"
    ids = [f"s{i:04}" for i in range(1, samples - 1)] + ["bad_cut", "bad_kind"]
    with open(folder / "samples.csv", "w", newline="") as sheet:
        rows = csv.writer(sheet)
        rows.writerow(["id", "kind", "file"])
        for sample in ids:
            path = folder / f"{sample}.vcf.gz"
            text = head + f"#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{sample}\n"
            chosen = sorted(draw.sample(range(len(shared)), min(sites, len(shared))))
            text += "".join(f"{name}\t{shared[i][0] + 1}\t.\t{shared[i][1]}\t{shared[i][2]}\t50\tPASS\t.\tGT\t{draw.choice(['0/1', '1/1'])}\n" for i in chosen)
            data = gzip.compress(text.encode(), 1)
            if sample == "bad_cut":
                data = data[: len(data) // 2]
            elif sample == "bad_kind":
                data = gzip.compress(f">{name}\n{sequence}\n".encode(), 1)
            path.write_bytes(data)
            rows.writerow([sample, "variants", path.name])
    print(f"{folder}/samples.csv: {len(ids)} samples of {min(sites, len(shared))} sites, {len(shared)} different ones; 2 are bad")


def records(path):
    with gzip.open(path, "rt") as lines:
        return [line.rstrip("\n").split("\t") for line in lines if not line.startswith("#")]


def check(folder, results):
    faults, total, known = [], 0, {}
    with open(results / "failed.tsv") as table:
        failed = {row["sample"]: row for row in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE)}
    if set(failed) != {"bad_cut", "bad_kind"}:
        faults.append(f"failed.tsv names {sorted(failed)}")
    for sample, row in failed.items():
        print(f"{sample}: {row['stage']}: {row['reason']}")
    with open(folder / "samples.csv") as sheet:
        ids = [row["id"] for row in csv.DictReader(sheet)]
    for sample in ids:
        path = results / "variants" / f"{sample}.vcf.gz"
        if path.exists() == (sample in ("bad_cut", "bad_kind")):
            faults.append(f"{path} is {'there' if path.exists() else 'not there'}")
            continue
        if not path.exists():
            continue
        before, after = records(folder / f"{sample}.vcf.gz"), records(path)
        total += len(after)
        if [r[:7] + r[8:] for r in before] != [r[:7] + r[8:] for r in after]:
            faults.append(f"{path}: records differ from the input")
        for r in after:
            site = tuple(r[:5])
            if "GG_DELTA" not in r[7] and "GG_SKIP" not in r[7]:
                faults.append(f"{path}: {site} has no score")
            if known.setdefault(site, r[7]) != r[7]:
                faults.append(f"{path}: {site} has {r[7]}, and {known[site]} elsewhere")
    for fault in faults[:20]:
        print(f"error: {fault}", file=sys.stderr)
    print(f"{len(ids) - len(failed)} samples with {total} records of {len(known)} sites are as they should be" if not faults else f"{len(faults)} faults")
    return 1 if faults else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("make")
    one.add_argument("folder", type=Path)
    one.add_argument("genome", type=Path)
    one.add_argument("--samples", type=int, default=200)
    one.add_argument("--sites", type=int, default=20000)
    one.add_argument("--pool", type=int, default=60000)
    two = commands.add_parser("check")
    two.add_argument("folder", type=Path)
    two.add_argument("results", type=Path)
    given = parser.parse_args()
    sys.exit(make(given.folder, given.genome, given.samples, given.sites, given.pool) if given.command == "make" else check(given.folder, given.results))


if __name__ == "__main__":
    main()
