#!/usr/bin/env python3
"""The MFASS variants whose sequence is held, as files that genogloss reads (see mfass.sh).

    python3 benches/mfass.py SHARED TABLES OUT

SHARED is the folder of public data (data/README.md says where each file came from); TABLES holds SpliceAI's gene tables
grch37.txt and grch38.txt. A variant is taken if the NEAR bases either side of it are known in one of the FASTA files. What
lies FAR around such variants is cut out, on the forward strand: contigs named ASSEMBLY_CHROMOSOME_START_END, 1-based, with
PADDING N on either side, as long as the window that `human` 1.0.0 reads.
Written to OUT:

pieces.fa     the contigs
variants.vcf  the variants on them
genes.txt     SpliceAI's genes, as far as they lie on them
labels.tsv    CHROM POS REF ALT of variants.vcf, and what was measured; `complete` is 1 where every base is known that
              SpliceAI reads: 5,000 + 50 either side, as far as the genes of the variant go; `unseen` is 1 on what none of
              the models was trained on: chromosomes 1, 3, 5, 7 and 9 without what `human` 1.0.0 was trained on
"""

import collections
import gzip
import re
import sys

NEAR, FAR, CONTEXT, PADDING = 400, 12_000, 5_050, 8_500
COMPLEMENT = str.maketrans("ACGTN", "TGCAN")
# File, assembly, and where its contigs begin if their names do not say it.
FILES = [
    ("hg19_chr20.b37.fa.gz", "hg19"),
    ("hg19_chrX_1_69999930.fa.gz", "hg19"),
    ("hg19_chr22.maf_and_slice.fa.gz", "hg19"),
    ("hg19_slices_gatk_ensembl.fa.gz", "hg19"),
    ("hg19_chr3_42000000_44000000.fa.gz", "hg19"),
    ("hg19_chr4_103000000_105000000.fa.gz", "hg19"),
    ("hg19_chr5_124000000_126000000.fa.gz", "hg19"),
    ("spliceai_test_genes_chr1.fa.gz", "hg19"),
    ("hg38_chr1_1_1000000.fa.gz", "hg38"),
    ("hg38_chr2_1_2333275.fa.gz", "hg38"),
    ("hg38_chr9_1_1000000.fa.gz", "hg38"),
    ("hg38_chr21_slices.fa.gz", "hg38"),
    ("hg38_chr22_32000001_32300000.fa.gz", "hg38"),
    ("hg38_slices_ensembl_brca1.fa.gz", "hg38"),
    ("hg38_nve_window_islands.fa.gz", "hg38"),
]

# Of the chromosomes that SpliceAI and OpenSpliceAI left out, what `human` 1.0.0 was trained on: 1-based, inclusive.
LEFT_OUT = ("chr1", "chr3", "chr5", "chr7", "chr9")
TRAINED = {
    "chr1": ("hg38", 1, 1_000_000),
    "chr3": ("hg19", 42_000_000, 44_000_000),
    "chr5": ("hg19", 124_000_000, 126_000_000),
    "chr9": ("hg38", 1, 1_000_000),
}


def unseen(row):
    if row["chrom"] not in LEFT_OUT:
        return False
    assembly, start, end = TRAINED.get(row["chrom"], ("hg19", 0, 0))
    position = row["pos_" + assembly]
    return not position.isdigit() or not start <= int(position) <= end


def fasta(path):
    name, lines = None, []
    with gzip.open(path, "rt") as text:
        for line in text:
            if line.startswith(">"):
                if name is not None:
                    yield name, "".join(lines).upper()
                name, lines = line[1:].strip(), []
            else:
                lines.append(line.strip())
    yield name, "".join(lines).upper()


def pieces(folder):
    """(assembly, chromosome, 1-based start, sequence) of everything that is held."""
    with gzip.open(f"{folder}/spliceai_test_genes_chr1.sites.tsv.gz", "rt") as text:
        genes = [line.split("\t") for line in text if not line.startswith("#")]
    genes = {f"g{gene[0]}": (gene[3], int(gene[4]), int(gene[5]), gene[6]) for gene in genes}
    for file, assembly in FILES:
        for name, sequence in fasta(f"{folder}/{file}"):
            words = name.split()
            placed = re.match(r"(?:chr)?([0-9XY]+)_(\d+)_(\d+)$", words[0])
            if placed:
                chromosome, start = "chr" + placed[1], int(placed[2])
            elif file.startswith("spliceai_test_genes"):
                chromosome, start, end, strand = genes[words[0]]
                assert end - start + 1 == len(sequence), name
                if strand == "-":
                    sequence = sequence.translate(COMPLEMENT)[::-1]
            elif file == "hg38_chr22_32000001_32300000.fa.gz":
                chromosome, start = "chr22", 32_000_001
            elif len(words) == 3 and words[1].isdigit():
                chromosome, start = words[0], int(words[1])
            else:
                chromosome, start = "chr" + words[0].removeprefix("chr"), 1
            yield assembly, chromosome, start, sequence


def known(sequence, at, limit):
    """Bases known either side of `at`, at most `limit`: left and right."""
    left = sequence[max(0, at - limit) : at]
    right = sequence[at + 1 : at + 1 + limit]
    return len(left) - 1 - left.rfind("N"), right.find("N") if "N" in right else len(right)


def gene_table(path):
    genes = collections.defaultdict(list)
    for line in open(path):
        if not line.startswith("#"):
            name, chromosome, strand, start, end, starts, ends = line.rstrip("\n").split("\t")
            numbers = [[int(n) for n in text.strip(",").split(",")] for text in (starts, ends)]
            genes["chr" + chromosome].append((name, strand, int(start), int(end), list(zip(*numbers))))
    return genes


def main(shared, tables, out):
    with gzip.open(f"{shared}/data/variants_assays/mfass_snv.tsv.gz", "rt") as text:
        names = next(text).lstrip("#").split()
        rows = [dict(zip(names, line.rstrip("\n").split("\t"))) for line in text]
    by_chromosome = collections.defaultdict(list)
    for number, row in enumerate(rows):
        by_chromosome[row["chrom"]].append(number)
    tables = {"hg19": gene_table(f"{tables}/grch37.txt"), "hg38": gene_table(f"{tables}/grch38.txt")}

    # The piece in which most is known around each variant: (known, complete), piece, place in it.
    best, kept = {}, {}
    mismatches = 0
    for piece, (assembly, chromosome, start, sequence) in enumerate(pieces(f"{shared}/data/genome")):
        for number in by_chromosome[chromosome]:
            row = rows[number]
            position = row["pos_" + assembly]
            at = int(position) - start if position.isdigit() else -1
            if not 0 <= at < len(sequence) or sequence[at] == "N":
                continue
            if sequence[at] != row["ref"]:
                mismatches += 1
                continue
            left, right = known(sequence, at, CONTEXT)
            if min(left, right) < NEAR:
                continue
            # 0-based.
            place = at + start - 1
            around = [gene for gene in tables[assembly][chromosome] if gene[2] <= place < gene[3]]
            complete = all(
                place - max(gene[2], place - CONTEXT) <= left and min(gene[3] - 1, place + CONTEXT) - place <= right
                for gene in around
            )
            rank = (complete, bool(around), left + right)
            if number not in best or best[number][0] < rank:
                best[number] = (rank, piece, at)
                kept[piece] = (assembly, chromosome, start, sequence)

    chosen = collections.defaultdict(list)
    for number, (rank, piece, at) in best.items():
        chosen[piece].append((at, number, rank))
    contigs, records, genes = [], [], []
    for piece in sorted(chosen):
        assembly, chromosome, start, sequence = kept[piece]
        runs = []
        for at, number, rank in sorted(chosen[piece]):
            first, last = max(0, at - FAR), min(len(sequence), at + 1 + FAR)
            if runs and first <= runs[-1][1]:
                runs[-1][1] = last
                runs[-1][2].append((at, number, rank))
            else:
                runs.append([first, last, [(at, number, rank)]])
        for first, last, inside in runs:
            contig = f"{assembly}_{chromosome}_{start + first}_{start + last - 1}"
            contigs.append((contig, "N" * PADDING + sequence[first:last] + "N" * PADDING))
            records += [(contig, at - first + PADDING + 1, rows[number], rank) for at, number, rank in inside]
            offset = start + first - 1 - PADDING
            for name, strand, begin, end, exons in tables[assembly][chromosome]:
                begin, end = max(begin - offset, PADDING), min(end - offset, PADDING + last - first)
                if begin >= end:
                    continue
                exons = [(max(a - offset, begin), min(b - offset, end)) for a, b in exons]
                exons = [(a, b) for a, b in exons if a < b] or [(begin, end)]
                # The table's lists end with a comma.
                starts, ends = ("".join(f"{n}," for n in column) for column in zip(*exons))
                genes.append((name, contig, strand, begin, end, starts, ends))

    with open(f"{out}/pieces.fa", "w") as file:
        for contig, sequence in contigs:
            print(f">{contig}", *(sequence[i : i + 80] for i in range(0, len(sequence), 80)), sep="\n", file=file)
    with open(f"{out}/genes.txt", "w") as file:
        print("#NAME\tCHROM\tSTRAND\tTX_START\tTX_END\tEXON_START\tEXON_END", file=file)
        for gene in genes:
            print(*gene, sep="\t", file=file)
    with open(f"{out}/variants.vcf", "w") as file:
        print("##fileformat=VCFv4.2", file=file)
        for contig, sequence in contigs:
            print(f"##contig=<ID={contig},length={len(sequence)}>", file=file)
        print("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO", file=file)
        for contig, position, row, _ in records:
            print(contig, position, row["id"], row["ref"], row["alt"], ".", ".", ".", sep="\t", file=file)
    with open(f"{out}/labels.tsv", "w") as file:
        columns = ["region", "ss_dist", "delta_index", "strong_sdv", "spanr_dpsi_max"]
        print("CHROM\tPOS\tREF\tALT\tid\tchromosome\tcomplete\tunseen", *columns, sep="\t", file=file)
        for contig, position, row, (complete, _, _) in records:
            measured = [row[column] for column in columns]
            print(contig, position, row["ref"], row["alt"], row["id"], row["chrom"], int(complete), int(unseen(row)), *measured, sep="\t", file=file)
    strong = sum(row["strong_sdv"] == "True" for _, _, row, _ in records)
    print(
        f"{len(records)} of {len(rows)} variants ({strong} strong), {sum(rank[0] for _, _, _, rank in records)} complete, "
        f"{sum(rank[1] for _, _, _, rank in records)} in a gene; {len(contigs)} contigs with {sum(len(s) - 2 * PADDING for _, s in contigs)} bases; "
        f"{mismatches} with another base than REF"
    )


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
