"""Random regions of indexed outputs: does each find the records that a plain filter finds?

    python benches/regions.py calls.vcf.gz --genogloss target/release/genogloss [--regions 1000]

Writes the variants as BCF, as VCF with a CSI index and with a .tbi, and windows of a scan as TSV with a CSI index; asks
tabix for random regions of each, short ones and long ones; then makes the index anew with bcftools or tabix and asks again.
Prints how many records were expected, and how many were missing or too many with either index. Needs bcftools, tabix and
bgzip. The reference is made up: scores are not what is looked at.
"""

import argparse
import random
import subprocess
import tempfile
from pathlib import Path


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def overlapping(records, regions):
    """Lines of the records in each region, one region after the other."""
    found = []
    for contig, start, end in regions:
        found += [line for name, first, last, line in records if name == contig and first < end and last > start]
    return found


def variants_of(path):
    """Contig, start, end and ID, place and alleles of every record, as bcftools sees them."""
    query = run("bcftools", "query", "-f", "%CHROM\t%POS0\t%END\t%CHROM %POS %REF %ALT\n", str(path))
    rows = [line.split("\t") for line in query.splitlines()]
    return [(contig, int(start), int(end), key) for contig, start, end, key in rows]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("vcf", type=Path)
    parser.add_argument("--genogloss", default="target/release/genogloss")
    parser.add_argument("--regions", type=int, default=1000)
    options = parser.parse_args()
    random.seed(18)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        listed = [line.split("\t")[:2] for line in run("bcftools", "view", "-H", str(options.vcf)).splitlines()]
        contig, last = listed[0][0], max(int(position) for _, position in listed)
        first = min(int(position) for _, position in listed)
        fasta = folder / "g.fa"
        length = last + 2_000_000
        fasta.write_text(f">{contig}\n" + "ACGT" * (length // 4 + 1) + "\n")
        regions = []
        for _ in range(options.regions):
            start = random.randrange(first - 1000, last)
            regions.append((contig, start, start + random.choice([1, 20, 200, 2000, 20000])))
        asked = [f"{name}:{start + 1}-{end}" for name, start, end in regions]
        outputs = []
        for name, more, again in [
            ("a.bcf", [], ["bcftools", "index", "-f"]),
            ("a.vcf.gz", ["--index", "csi"], ["tabix", "-f", "-C", "-p", "vcf"]),
            ("b.vcf.gz", ["--index", "tbi"], ["tabix", "-f", "-p", "vcf"]),
        ]:
            path = str(folder / name)
            run(options.genogloss, "variants", str(options.vcf), "-f", str(fasta), "-m", "exact:gc", "--quiet",
                "--max-ref-mismatch", "1", "-o", path, *more)
            key = lambda line: " ".join(line.split("\t")[i] for i in (0, 1, 3, 4))  # noqa: E731
            outputs.append((name, path, again, variants_of(path), key))
        path = str(folder / "a.tsv.gz")
        run(options.genogloss, "scan", str(fasta), "-m", "exact:gc", "--window", "990", "-O", "tsv", "--quiet",
            "--index", "csi", "-o", path)
        windows = [(contig, at, min(at + 990, length // 4 * 4 + 4), f"{contig} {at}") for at in range(0, length, 990)]
        key = lambda line: " ".join(line.split("\t")[:2])  # noqa: E731
        outputs.append(("a.tsv.gz", path, ["tabix", "-f", "-C", "-s1", "-b2", "-e3", "-0", "-S1"], windows, key))
        for name, path, again, records, key in outputs:
            expected = overlapping(records, regions)
            counts = []
            for remade in (False, True):
                if remade:
                    run(*again, path)
                found = [key(line) for line in run("tabix", path, *asked).splitlines()]
                counts.append("the same" if found == expected else f"{len(found)} found")
            print(f"{name}: {len(regions)} regions, {len(expected)} records expected; "
                  f"our index: {counts[0]}, htslib's: {counts[1]}")


if __name__ == "__main__":
    main()
