"""A cohort: every sample scored by itself, against its sites scored once.

    python benches/cohort.py --fasta genome.fa [--samples 20] [--sites 20000] [--model core-promoter]

Makes samples of SNVs and short indels at places of the first contig: a quarter of the sites of a sample are common to all, the others are
drawn from a pool whose frequencies fall. Prints CPU-seconds (user and system, whole processes) of one run a sample, and of
`genogloss sites`, one run on the sites, and `variants --scores` for each sample; says whether all outputs are the same; and
compares `--scores` with `bcftools annotate`, which copies the same INFO fields from the same file. Needs bcftools.
"""

import argparse
import os
import random
import resource
import subprocess
import tempfile
from pathlib import Path


def cpu(*command):
    """Runs a command; its CPU-seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def first_contig(path):
    """Name and bases of the first contig of a FASTA file."""
    name, bases = "", []
    with open(path) as lines:
        for line in lines:
            if line.startswith(">"):
                if name:
                    break
                name = line[1:].split()[0]
            else:
                bases.append(line.strip().upper())
    return name, "".join(bases)


def pool(bases, count, dice):
    """So many variants at different places, in order: 0-based position, REF, ALT."""
    places = [at for at in range(2000, len(bases) - 2000) if set(bases[at : at + 5]) <= set("ACGT")]
    variants = []
    for at in sorted(dice.sample(places, count)):
        kind = dice.random()
        if kind < 0.85:
            variants.append((at, bases[at], dice.choice([base for base in "ACGT" if base != bases[at]])))
        elif kind < 0.93:
            variants.append((at, bases[at : at + 1 + dice.randrange(1, 5)], bases[at]))
        else:
            variants.append((at, bases[at], bases[at] + "".join(dice.choices("ACGT", k=dice.randrange(1, 5)))))
    return variants


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fasta", type=Path, required=True)
    parser.add_argument("--genogloss", default="target/release/genogloss")
    parser.add_argument("--samples", type=int, default=20)
    parser.add_argument("--sites", type=int, default=20_000)
    parser.add_argument("--model", default="core-promoter")
    options = parser.parse_args()
    dice = random.Random(21)
    name, bases = first_contig(options.fasta)
    common, rare = options.sites // 4, options.sites - options.sites // 4
    variants = pool(bases, common + 4 * rare, dice)
    dice.shuffle(variants)
    common, others = variants[:common], variants[common:]
    weights = [1 / (1 + at) ** 0.7 for at in range(len(others))]
    program = options.genogloss
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        samples = []
        for number in range(options.samples):
            # Without replacement, the frequent ones first (Efraimidis and Spirakis 2006).
            keys = sorted(range(len(others)), key=lambda at: -(dice.random() ** (1 / weights[at])))
            own = sorted(common + [others[at] for at in keys[:rare]])
            path = folder / f"s{number}.vcf"
            with open(path, "w") as out:
                out.write(f"##fileformat=VCFv4.2\n##contig=<ID={name},length={len(bases)}>\n")
                out.write('##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n')
                out.write(f"#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ts{number}\n")
                for at, reference, alternate in own:
                    out.write(f"{name}\t{at + 1}\t.\t{reference}\t{alternate}\t50\tPASS\t.\tGT\t{dice.choice(['0/1', '1/1'])}\n")
            packed = f"{path}.gz"
            subprocess.run(["bcftools", "view", "--no-version", "-O", "z", "-o", packed, path], check=True)
            subprocess.run(["bcftools", "index", "-t", packed], check=True)
            samples.append(packed)
        score = [program, "variants", "-f", options.fasta, "-m", options.model, "-t", "1", "--quiet"]
        direct = sum(cpu(*score, sample, "-o", f"{sample}.direct.vcf.gz") for sample in samples)
        sites, scores = folder / "sites.vcf.gz", folder / "scores.vcf.gz"
        merged = cpu(program, "sites", *samples, "-o", sites, "--quiet")
        once = cpu(*score, sites, "-o", scores)
        joined = sum(cpu(program, "variants", s, "--scores", scores, "--quiet", "-o", f"{s}.joined.vcf.gz") for s in samples)
        same = all(
            Path(f"{sample}.direct.vcf.gz").read_bytes() == Path(f"{sample}.joined.vcf.gz").read_bytes() for sample in samples
        )
        fields = subprocess.run(["bcftools", "view", "-h", scores], check=True, capture_output=True, text=True).stdout
        fields = [line.split("ID=")[1].split(",")[0] for line in fields.splitlines() if line.startswith("##INFO=<ID=GG_")]
        columns = ",".join(f"INFO/{field}" for field in fields)
        theirs = sum(
            cpu("bcftools", "annotate", "-a", scores, "-c", columns, "-O", "z", "-o", f"{sample}.annotated.vcf.gz", sample)
            for sample in samples
        )
        count = int(subprocess.run(["bcftools", "index", "-n", sites], check=True, capture_output=True, text=True).stdout)
        records = options.samples * options.sites
        print(f"{options.samples} samples, {records} records, {count} sites; {os.cpu_count()} cores, model {options.model}")
        print(f"each sample by itself: {direct:.1f} CPU-s")
        print(f"sites {merged:.1f} + scoring once {once:.1f} + scores for each sample {joined:.1f} = {merged + once + joined:.1f} CPU-s")
        print(f"outputs: {'the same, byte for byte' if same else 'NOT the same'}")
        print(f"bcftools annotate for each sample: {theirs:.1f} CPU-s")


if __name__ == "__main__":
    main()
