"""Gene records and proteins, with their split: what the language model's prompts are made of.

Split of a gene: all genes of chromosome 21 and one in thirty of all others (by a hash of the NCBI gene id, else of the
symbol) are test, as many others dev. Every source of a record goes by the same rule, so a gene is in one split only.
Split of a protein: that of its gene; chr20:1-20,000,000 (GRCh37) is test and dev, as everywhere in this folder's parent.
"""
import csv
import gzip
import hashlib
import re
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from genome import DEV, TEST  # noqa: E402
from sequences import read_fasta, reverse_complement  # noqa: E402

csv.field_size_limit(1 << 30)
CODONS = dict(zip((a + b + c for a in "TCAG" for b in "TCAG" for c in "TCAG"),
                  "FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG"))
THREE = dict(A="Ala", R="Arg", N="Asn", D="Asp", C="Cys", Q="Gln", E="Glu", G="Gly", H="His", I="Ile", L="Leu", K="Lys", M="Met",
             F="Phe", P="Pro", S="Ser", T="Thr", W="Trp", Y="Tyr", V="Val")
THREE["*"] = "Ter"


@dataclass
class Gene:
    id: str                                     # NCBI gene id, or ""
    symbol: str
    description: str = ""
    kind: str = ""                              # "protein coding gene" or "other"
    values: dict = field(default_factory=dict)  # other keys of its prompt
    sequence: str = ""

    @property
    def split(self):
        return split_of(self.id or self.symbol, self.values.get("chromosome", ""))


def split_of(name, chromosome):
    if chromosome in ("21", "chr21", "chromosome21"):
        return "test"
    number = int.from_bytes(hashlib.sha256(f"gene {name}".encode()).digest()[:4], "big") % 30
    return {0: "test", 1: "dev"}.get(number, "train")


def text(path):
    return gzip.open(path, "rt", newline="")


def genes(data):
    """All human gene records at hand. The newest description wins: NCBI sets of 2023, HGNC of 2024, NCBI of 2019."""
    folder = Path(data) / "genes"
    found, by_symbol = {}, {}
    with text(folder / "Homo_sapiens.gene_info.2019.gz") as handle:
        for r in csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE):
            gene = Gene(r["GeneID"], r["Symbol"], r["description"], "protein coding gene" if r["type_of_gene"] == "protein-coding" else "other")
            values = gene.values
            chromosome = r["chromosome"].split("|")[0]
            if chromosome not in ("-", "Un"):
                values["chromosome"] = chromosome
            if r["map_location"] not in ("-",):
                values["annotation:map"] = r["map_location"].split("|")[0]
            if r["Synonyms"] != "-":
                values["annotation:gene_synonym"] = r["Synonyms"].split("|")[0]
            for reference in r["dbXrefs"].split("|"):
                kind, _, value = reference.partition(":")
                if kind in ("MIM", "HGNC", "Ensembl", "miRBase"):
                    values.setdefault(f"Dbxref:{kind}", value)
            found[gene.id] = gene
    with text(folder / "hgnc_complete_set.2024-10.txt.gz") as handle:
        for r in csv.DictReader(handle, delimiter="\t"):
            gene = found.setdefault(r["entrez_id"] or r["symbol"], Gene(r["entrez_id"], r["symbol"]))
            gene.symbol, gene.description = r["symbol"], r["name"]
            gene.kind = "protein coding gene" if r["locus_group"] == "protein-coding gene" else "other"
            gene.values["Dbxref:HGNC"] = r["hgnc_id"]
            if r["location"]:
                gene.values["annotation:map"] = r["location"]
                match = re.match(r"(\d+|X|Y)[pqc]", r["location"])
                if match:
                    gene.values["chromosome"] = match.group(1)
            if r["omim_id"]:
                gene.values["Dbxref:MIM"] = r["omim_id"].split("|")[0]
            alias = (r["prev_symbol"] or r["alias_symbol"]).strip('"').split("|")[0]
            if alias:
                gene.values["annotation:gene_synonym"] = alias
    for name in ("test", "validation"):
        with text(folder / f"ncbi_gene_type_sequences.{name}.csv.gz") as handle:
            for r in csv.DictReader(handle):
                gene = found.setdefault(r["NCBIGeneID"], Gene(r["NCBIGeneID"], r["Symbol"]))
                gene.symbol, gene.description = r["Symbol"], r["Description"]
                gene.kind = "protein coding gene" if r["GeneType"] == "PROTEIN_CODING" else "other"
                gene.sequence = re.sub("[^ACGTN]", "", r["NucleotideSequence"].upper())
    for gene in found.values():
        by_symbol.setdefault(gene.symbol, gene)
    with text(folder / "biomart_gene_coordinates.grch38.txt.gz") as handle:
        for r in csv.DictReader(handle, delimiter="\t"):
            gene, contig = by_symbol.get(r["Gene name"]), r["Chromosome/scaffold name"]
            if gene and re.fullmatch(r"\d+|X|Y|MT", contig):
                gene.values |= {"start": r["Gene start (bp)"], "end": r["Gene end (bp)"], "strand": "+" if r["Strand"] == "1" else "-"}
                gene.values.setdefault("chromosome", contig)
    kept = [g for g in found.values() if g.description and g.description != "-" and g.symbol and g.symbol.isascii()
            and g.description.isascii() and not re.search(r"[=\t]", g.description) and not re.search(r"[=,\s]", g.symbol)]
    for gene in kept:
        gene.values = {k: v for k, v in gene.values.items() if v.isascii() and not re.search(r"[=,\t]", v)}
        gene.values |= {"symbol": gene.symbol, "annotation:Name": gene.symbol}
        if gene.id:
            gene.values |= {"id": gene.id, "Dbxref:GeneID": gene.id}
    return kept


def translate(bases):
    return "".join(CODONS.get(bases[i:i + 3], "X") for i in range(0, len(bases) - 2, 3))


def longest_frame(bases):
    """The longest ATG…stop of the forward strand, without its stop."""
    best = ""
    for frame in range(3):
        for piece in translate(bases[frame:]).split("*")[:-1]:
            start = piece.find("M")
            if start >= 0 and len(piece) - start > len(best):
                best = piece[start:]
    return best


def coding(bases):
    """Coding bases of a transcript: those of its longest reading frame."""
    protein = longest_frame(bases)
    if len(protein) < 60 or "X" in protein:
        return None
    for frame in range(3):
        at = translate(bases[frame:]).find(protein + "*")
        if at >= 0:
            return bases[frame + 3 * at:frame + 3 * (at + len(protein) + 1)]
    return None


def fasta(path):
    name, parts = None, []
    with gzip.open(path, "rt") as handle:
        for line in handle:
            if line.startswith(">"):
                if name is not None:
                    yield name, "".join(parts).upper()
                name, parts = line[1:].strip(), []
            else:
                parts.append(line.strip())
    if name is not None:
        yield name, "".join(parts).upper()


def coding_sequences(data):
    """(split, coding bases with start and stop codon). Nothing twice; a protein of a test or dev transcript is in no other split."""
    data, found = Path(data), []
    for name, bases in fasta(data / "genes" / "chr21_ensembl_transcripts.fa.gz"):
        found.append(("train", coding(bases)))
    for name, bases in fasta(data / "genes" / "chr22_refseq_transcripts.polyester.fa.gz"):
        symbol = re.search(r"\(([^()]+)\)", name)
        found.append((split_of(symbol.group(1) if symbol else name, ""), coding(bases)))
    slices = [("hg19", "20", 0, "hg19_chr20.b37.fa.gz"), ("hg19", "22", 0, "hg19_chr22_1_22000000.fa.gz"),
              ("hg19", "3", 41_999_999, "hg19_chr3_42000000_44000000.fa.gz"), ("hg19", "4", 102_999_999, "hg19_chr4_103000000_105000000.fa.gz"),
              ("hg19", "5", 123_999_999, "hg19_chr5_124000000_126000000.fa.gz"), ("hg38", "1", 0, "hg38_chr1_1_1000000.fa.gz"),
              ("hg38", "2", 0, "hg38_chr2_1_2333275.fa.gz"), ("hg38", "9", 0, "hg38_chr9_1_1000000.fa.gz")]
    for assembly, chromosome, first, file in slices:
        bases = next(fasta(data / "genome" / file))[1]
        with text(data / "annotation" / f"spliceai_{'grch37' if assembly == 'hg19' else 'grch38'}.txt.gz") as handle:
            for r in csv.DictReader(handle, delimiter="\t"):
                if r["CHROM"].removeprefix("chr") != chromosome:
                    continue
                starts = [int(v) for v in r["EXON_START"].split(",") if v]
                ends = [int(v) for v in r["EXON_END"].split(",") if v]
                if starts[0] < first or ends[-1] > first + len(bases):
                    continue
                spliced = "".join(bases[s - first:e - first] for s, e in zip(starts, ends))
                if r["STRAND"] == "-":
                    spliced = reverse_complement(spliced)
                split = "train"
                if chromosome == "20":
                    split = "test" if TEST[0] <= starts[0] < TEST[1] else "dev" if DEV[0] <= starts[0] < DEV[1] else "train"
                found.append((split, coding(spliced)))
    order = {"test": 0, "dev": 1, "train": 2}
    seen, held, out = set(), set(), []
    for split, bases in sorted((f for f in found if f[1]), key=lambda f: order[f[0]]):
        protein = translate(bases)[:-1]
        # Isoforms of what is held out: any shared piece of 20 residues.
        pieces = {protein[i:i + 20] for i in range(max(1, len(protein) - 19))}
        if protein in seen or (split == "train" and held & pieces):
            continue
        seen.add(protein)
        if split != "train":
            held.update(pieces)
        out.append((split, bases))
    return out


if __name__ == "__main__":
    records = genes(sys.argv[1])
    print(len(records), Counter(g.split for g in records), Counter(g.kind for g in records), sum(bool(g.sequence) for g in records))
    proteins = coding_sequences(sys.argv[1])
    print(Counter(s for s, _ in proteins), sum(len(b) // 3 for s, b in proteins if s == "train"))
