#!/usr/bin/env python3
"""Makes what the fuzzers begin with: a folder for each target, of small files.

    python3 fuzz/seeds.py FOLDER PROGRAM

They come from the tests' own data and from this script; PROGRAM (genogloss) makes manifests and tracks. What needs
samtools, bcftools or tabix is left out where these are not installed. Files of ../shared/cases are added where they are there.
"""

import gzip
import json
import lzma
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
DATA, MODELS = ROOT / "tests/data", ROOT / "tests/models"
# Longer seeds only slow the fuzzers down.
LONGEST = {"tokenizer": 20_000, "network": 24_000, "cram": 24_000, "bam": 12_000, "card": 8_000, "bigwig": 24_000, "facts": 12_000}
SHARED = {
    ".fa": "fasta", ".fq": "fastq", ".sam": "sam", ".bam": "bam", ".cram": "cram", ".vcf": "vcf", ".bcf": "bcf", ".bed": "bed",
    ".gtf": "annotation", ".obo": "facts", ".tsv": "facts", ".hpoa": "facts", ".txt": "prompts", ".onnx": "network",
    ".yaml": "card", ".xz": "compressed", ".csv": "labelled", ".json": "manifest",
}
BASES = "ACGTTGCAAC"
REFERENCE = f">c1\n{BASES * 100}\n>c2\n{BASES * 50}\n"
BETWEEN = "\n====\n"

SAM = "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:c1\tLN:1000\n@SQ\tSN:c2\tLN:500\n@RG\tID:g\tSM:s\n@PG\tID:bwa\tPN:bwa\tCL:bwa mem\n@PG\tID:st\tPN:st\tPP:bwa\n@CO\tword\n"
READS = "".join(
    f"r{n}\t{flag}\tc{1 + n // 8}\t{1 + 40 * (n % 8)}\t{60 - n}\t{cigar}\t=\t{1 + 40 * (n % 8)}\t{n}\t{(BASES * 3)[:bases]}\t{'I' * bases}{tags}\n"
    for n, (flag, cigar, bases, tags) in enumerate(
        [(0, "20M", 20, "\tNM:i:0\tMD:Z:20"), (16, "5S10M5S", 20, "\tRG:Z:g"), (99, "8M2I10M", 20, "\tXA:A:x\tXf:f:0.5"), (147, "8M3D12M", 20, "\tZZ:B:C,1,2,3"),
         (0, "5M100N15M", 20, "\tMM:Z:C+m,1;\tML:B:C,200"), (256, "5H15M", 15, ""), (0, "3=1X16=", 20, "\tXH:H:1AE3"), (1, "20M", 20, "\tXB:B:f,1.5,-2"),
         (0, "20M", 20, ""), (1024, "10M10I", 20, "")]
    )
) + "u1\t4\t*\t0\t0\t*\t*\t0\t0\tACGTN\t*\nu2\t77\t*\t0\t0\t*\t*\t0\t0\t*\t*\n"

VCF = """##fileformat=VCFv4.4
##FILTER=<ID=PASS,Description="All filters passed">
##FILTER=<ID=q10,Description="Quality below 10, or so">
##contig=<ID=c1,length=1000>
##contig=<ID=c2,length=500,assembly="x,y">
##INFO=<ID=DP,Number=1,Type=Integer,Description="Depth">
##INFO=<ID=AF,Number=A,Type=Float,Description="Frequency">
##INFO=<ID=END,Number=1,Type=Integer,Description="End">
##INFO=<ID=SVLEN,Number=A,Type=Integer,Description="Length">
##INFO=<ID=DB,Number=0,Type=Flag,Description="dbSNP">
##INFO=<ID=CSQ,Number=.,Type=String,Description="A|B">
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Quality">
##FORMAT=<ID=PL,Number=G,Type=Float,Description="Likelihoods">
##FORMAT=<ID=FT,Number=1,Type=String,Description="Filter">
"""
COLUMNS = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ts1\ts2\n"
RECORDS = (
    "c1\t10\trs1\tA\tC\t29.5\tPASS\tDP=10;AF=0.5;DB\tGT:GQ\t0/1:20\t1|1:30\n"
    "c1\t20\t.\tAC\tA,ACC\t.\tq10\tDP=.;AF=0.1,1e-05\tGT:GQ:PL\t0/2:.:0,1.5,3,.,2,1\t./.\n"
    "c1\t30\ta;b\tG\t<DEL>\t3e3\t.\tEND=100;SVLEN=-70\tGT:FT\t.:PASS\t0|1:q10\n"
    "c2\t1\t.\tN\t*,<NON_REF>,G]c1:5]\t0\tPASS;q10\t.\tGT\t0\t1/2/3\n"
    "c2\t300\t.\tACGT\t.\t.\t.\tCSQ=x|y,z|w;DP=-2147483640\tGT:GQ\t0/0:100000\t0/1:-5\n"
)

TEXTS = {
    "region": ["c1", "c1:5", "c1:1,000-", "chr20:1,000,000-2,000,000", "{HLA:1}:5-6", "HLA-A*01:01:01:01", "HLA-A*01:01:01:01:5-9", "a:1-5", "{c1}"],
    "bed": ["c1\t0\t10\n", "#x\ntrack name=a\nbrowser position\nc1\t0\t10\tname\t5\t-\nc2 5 9 a\n\n", "c1\t5\t9\tmy gene\t0\t+\t5\t9\t0,0,0\t2\t1,2\t0,2\n"],
    "aliases": ["1\tchr1\n# x\nMT\tchrM\n"],
    "fasta": [REFERENCE, ">a one\r\nACGT\r\nacgtn\r\n\r\n>b\nNN", ">a\n" + "ACGT" * 40 + "\n;x\n", "\n>x\n-.*\n"],
    "reference": [">a x\nACGTA\nCGTAC\nGG\n>b\nTTTT" + BETWEEN + "a\t12\t5\t5\t6\nb\t4\t23\t4\t5\n", ">a\nACGT\n", ">a\r\nACGTA\r\nCG\r\n"],
    "fastq": ["@r1 x\nACGTN\n+\nIIII!\n@r2\nAC\n+r2\n~~\n", "@r\r\nA\r\n+\r\nI\r\n", "@m\nACGT\nACGT\n+\nIIII\nIIII\n"],
    "sam": [SAM + READS, READS, SAM],
    "vcf": [VCF + COLUMNS + RECORDS, RECORDS, "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\nc1\t0\t.\tA\tC\t.\t.\t.\n"],
    "annotation": [
        '#!genome-build GRCh38\nc1\tx\tgene\t5\t90\t.\t+\t.\tgene_id "ENSG1.2"; gene_name "A"; hgnc_id "HGNC:5";\nc1\tx\texon\t5\t20\t.\t+\t.\tgene_id "ENSG1.2"; transcript_id "t";\nc1\tx\texon\t40\t90\t.\t+\t0\tgene_id "ENSG1.2";\n',
        "##gff-version 3\nc1\tx\tgene\t5\t90\t.\t-\t.\tID=gene:1;Name=A%20b;Dbxref=GeneID:5,HGNC:HGNC:5\nc1\tx\tmRNA\t5\t90\t.\t-\t.\tID=t;Parent=gene:1\nc1\tx\texon\t5\t20\t.\t-\t.\tParent=t\n##FASTA\n>c1\nACGT\n",
        "#NAME\tCHROM\tSTRAND\tTX_START\tTX_END\tEXON_START\tEXON_END\nA\tc1\t+\t4\t90\t4,39,\t20,90,\n",
    ],
    "labelled": ["sequence,label\nACGT,1\nacgtn,0\n", "seq\tlabel\nACGT\tpromoter\n", ">a label=1\nACGT\nAC\n>b label=0\nGG\n"],
    "prompt": [
        "TTTTCTTT, splice site =", "end=42573810, GGTCTAGG, sequence direction=", "TyrThrGlu___GluMet, complete the blank =",
        "description=solute carrier, family 2, ACGT, GC content =", "gene=BRCA1, annotation:description =", "a=1, reading comprehension: a=",
        "gene=COL4A5, disease=OMIM:104200, relation =", "ggtgtgg, chromosome = chromosome13, strand = -, annotation = nontata, promoter =",
    ],
    "prompts": ["ACGT, splice site =\n# x\n\nACGTACGT, GC content =\n", "id\tprompt\na\tACGT, GC content =\n", ">a\nACGT\n>b\nGGCC\n", "\ufeffACGT\r\nGGCC\r\n"],
    "journal": [
        json.dumps({"run": {"version": "0.1.0", "settings": {"window": 5}}, "checkpoint": {
            "queries": 7, "bytes": 99, "tracks": {"t.bw": 24},
            "counts": {"records_in": 1, "queries": 7, "written": 7, "windows": 7, "scored": 6, "skipped": {"unknown_bases": 1}, "bases": 70, "scores": {"gc": {"10": 2, "-3": 1}}},
            "state": {"contig": "c1", "open": [[0, {"contig": "c1", "start": 1, "end": 5, "name": "gc", "strand": "+", "max": 1065353216, "sum": "1099511627776", "bases": 4, "width": 2, "summit": 3}]],
                      "held": [{"contig": "c1", "start": 1, "end": 5, "name": "gc", "strand": ".", "max": 1065353216, "sum": "5", "bases": 4, "width": 2, "summit": 3}],
                      "edges": [{"element": {"contig": "c1", "start": 1, "end": 5, "name": "gc", "strand": "-", "max": 0, "sum": "-5", "bases": 4, "width": 2, "summit": 3}, "written": True, "next_region": None}],
                      "overlap": ["c1", [[0, 10, [4607182418800017408], 1, ".", None], [10, 20, [], 0, "+", "unknown_bases"]]]}}}),
    ],
    "facts": [
        "format-version: 1.2\ndata-version: hp/2025-01-16\n\n[Term]\nid: HP:0000001\nname: All\n\n[Term]\nid: HP:0000118\nname: Phenotypic abnormality\nis_a: HP:0000001 ! All\n\n"
        '[Term]\nid: HP:0001166\nname: Arachnodactyly\nalt_id: HP:0001505\ndef: "Long \\"fingers\\"." [x:y]\nsynonym: "Spider fingers" EXACT layperson []\nis_a: HP:0000118\n\n[Term]\nid: HP:0000009\nname: old\nis_obsolete: true\nreplaced_by: HP:0001166\n'
        + BETWEEN
        + "#description: x\n#version: 2025-01-16\ndatabase_id\tdisease_name\tqualifier\thpo_id\treference\tevidence\tonset\tfrequency\tsex\tmodifier\taspect\tbiocuration\nOMIM:154700\tMarfan syndrome\t\tHP:0001166\tPMID:1\tPCS\t\t3/4\t\t\tP\tx\nORPHA:558\tMarfan syndrome\tNOT\tHP:0001505\tx\tTAS\t\tHP:0040281\t\t\tP\tx\n"
        + BETWEEN
        + "ncbi_gene_id\tgene_symbol\thpo_id\thpo_name\tfrequency\tdisease_id\n2200\tFBN1\tHP:0001166\tArachnodactyly\t3/4\tOMIM:154700\n672\tBRCA1\tHP:0000118\tx\t-\tORPHA:558\n",
        "hgnc_id\tstatus\twithdrawn_symbol\tmerged_into_report(s) (i.e hgnc_id|symbol|status)\nHGNC:5\tMerged/Split\tOLD\tHGNC:3603|FBN1|Approved\n",
        "#tax_id\tGeneID\tSymbol\tLocusTag\tSynonyms\tdbXrefs\tchromosome\tmap_location\tdescription\ttype_of_gene\tSymbol_from_nomenclature_authority\tFull_name\tNomenclature_status\tOther_designations\tModification_date\tFeature_type\n9606\t2200\tFBN1\t-\tMASS|OCTD\tMIM:134797|HGNC:HGNC:3603\t15\t15q21.1\tfibrillin 1\tprotein-coding\tFBN1\tx\tO\t-\t20240102\t-\n",
        "GeneID\tsummary\n2200\tA fibrillin.\n",
        "orphacode\tdisorder\tsynonyms\tdefinition\n558\tMarfan syndrome\tMFS|x\tA disorder.\n" + BETWEEN + "orphacode\tdisorder\tgene_symbol\thgnc\tassociation_type\n558\tMarfan syndrome\tFBN1\t3603\tDisease-causing germline mutation(s) in\n" + BETWEEN + "orphacode\tdisorder\thpo_id\tfrequency\n558\tMarfan syndrome\tHP:0001166\tFrequent (79-30%)\n",
        '"CLINGEN GENE DISEASE VALIDITY CURATIONS","","","","","","","","",""\n"GENE SYMBOL","GENE ID (HGNC)","DISEASE LABEL","DISEASE ID (MONDO)","MOI","SOP","CLASSIFICATION","ONLINE REPORT","CLASSIFICATION DATE","GCEP"\n"+++++","+++++","+++++","+++++","+++++","+++++","+++++","+++++","+++++","+++++"\n"FBN1","HGNC:3603","Marfan syndrome","MONDO:0007947","AD","SOP7","Definitive","https://x","2020-01-01","x"\n',
        "gene symbol,gene mim,disease name,disease mim,confidence category,allelic requirement,mutation consequence,phenotypes,organ specificity list,pmids,panel,prev symbols,hgnc id\nFBN1,134797,Marfan syndrome,154700,definitive,monoallelic_autosomal,x,HP:0001166,x,1;2,DD,,3603\n",
        "#GENE\tHGNC ID\tENTREZ GENE ID\tCONDITION\tINHERITANCE\tAGE GROUP\tALLELIC CONDITIONS\tMANIFESTATION CATEGORIES\tINTERVENTION CATEGORIES\tCOMMENTS\tINTERVENTION/RATIONALE\tREFERENCES\nFBN1\t3603\t2200\tMarfan syndrome\tAD\tx\t\tCardiovascular\tx\t\tx\t1;2\n",
        "geneId\tgeneSymbol\tDSI\tDPI\tdiseaseId\tdiseaseName\tdiseaseType\tscore\tEI\tYearInitial\tYearFinal\tNofPmids\tNofSnps\tsource\n2200\tFBN1\t0.5\t0.5\tC0024796\tMarfan Syndrome\tdisease\t0.9\t1\t1990\t2020\t50\t3\tCTD_human\n",
    ],
    "vocabulary": ["\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"ACGTN", *(a + b for a in "ACGT" for b in "ACGT")]) + "\n"],
}


def run(*command, data=b""):
    return subprocess.run(list(map(str, command)), input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout


def inflated(data):
    return gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data


def binary(folder, program):
    """Seeds that other programs make: target, bytes."""
    sam, fasta, vcf = folder / "a.sam", folder / "c.fa", folder / "a.vcf"
    sam.write_text(SAM + READS)
    fasta.write_text(REFERENCE)
    vcf.write_text(VCF + COLUMNS + RECORDS)
    if shutil.which("samtools"):
        bam = gzip.decompress(run("samtools", "view", "-b", "--no-PG", sam))
        yield "bam", bam
        header = bam.index(b"c2\0" + (500).to_bytes(4, "little")) + 7
        yield "bam", bam[header:]
        for options in ["version=3.0", "version=3.1", "version=3.1,archive", "version=3.0,embed_ref=1", "version=3.0,no_ref=1", "version=3.0,small,use_lzma=1,use_bzip2=1", "version=2.1"]:
            try:
                yield "cram", run("samtools", "view", "-C", "--no-PG", "-T", fasta, "--output-fmt-option", options.split(",")[0],
                                  *[word for more in options.split(",")[1:] for word in ("--output-fmt-option", more)], sam)
            except subprocess.CalledProcessError:
                pass
        sort = folder / "s.bam"
        run("samtools", "view", "-b", "--no-PG", "-o", sort, sam)
        for kind in ["-b", "-c"]:
            run("samtools", "index", kind, sort, folder / "s.index")
            index = (folder / "s.index").read_bytes()
            yield "bai", index if kind == "-b" else gzip.decompress(index)
    if shutil.which("bcftools"):
        bcf = gzip.decompress(run("bcftools", "view", "--no-version", "-Ob", vcf))
        yield "bcf", bcf
        yield "bcf", bcf[9 + int.from_bytes(bcf[5:9], "little"):]
        run("bcftools", "view", "--no-version", "-Oz", "-o", folder / "a.vcf.gz", vcf)
        for kind in ["-t", "-c"]:
            run("bcftools", "index", "-f", kind, "-o", folder / "a.index", folder / "a.vcf.gz")
            yield "index", gzip.decompress((folder / "a.index").read_bytes())
        yield "compressed", (folder / "a.vcf.gz").read_bytes()
    text = REFERENCE.encode()
    yield "compressed", gzip.compress(text) + gzip.compress(text)
    yield "compressed", lzma.compress(text, preset=0)
    yield "compressed", text
    for shard in ["1/2", "2/2"]:
        out = folder / "a.bed"
        run(program, "scan", fasta, "-m", "exact:gc", "--window", 20, "--threshold", 0.4, "--shard", shard, "--quiet", "--bigwig", folder / "t", "-o", out)
        yield "manifest", pathlib.Path(f"{out}.manifest.json").read_bytes()
    for track in (folder / "t").glob("*.bw"):
        yield "bigwig", track.read_bytes()
    run(program, "variants", vcf, "-f", fasta, "-m", "exact:gc", "--quiet", "--max-ref-mismatch", 1, "-o", folder / "v.vcf")
    yield "manifest", (folder / "v.vcf.manifest.json").read_bytes()


def repository():
    """Seeds that are files of the tests: target, bytes."""
    for model in sorted(MODELS.iterdir()):
        for name, target in [("card.yaml", "card"), ("tokenizer.json", "tokenizer"), ("vocab.txt", "vocabulary"), ("model.onnx", "network")]:
            if (model / name).is_file():
                yield target, (model / name).read_bytes()
    for card in sorted(ROOT.glob("models/*/card.yaml")):
        yield "card", card.read_bytes()
    yield "annotation", (DATA / "slice_genes.gtf").read_bytes()[:3000]
    yield "annotation", (DATA / "slice_genes.txt").read_bytes()
    yield "vcf", (DATA / "site_snvs.vcf").read_bytes()[:3000]
    yield "prompts", (DATA / "prompts.tsv").read_bytes()[:3000].rsplit(b"\n", 1)[0] + b"\n"
    for line in (DATA / "genes/questions.txt").read_bytes().splitlines():
        yield "prompt", line
    hgnc = gzip.decompress((DATA / "genes/hgnc.tsv.gz").read_bytes())
    yield "table", b"\n".join(hgnc.splitlines()[:6]) + b"\n"
    for folder in sorted((ROOT / "tests/regressions").glob("*/")):
        for file in sorted(folder.iterdir()):
            yield folder.name, file.read_bytes()


def shared():
    for file in sorted((ROOT.parent / "shared/cases").glob("*/**/*")):
        target = SHARED.get(file.suffix)
        if target and file.is_file() and "workflows" not in file.parts and file.stat().st_size < 200_000:
            data = file.read_bytes()
            yield target, inflated(data) if target in ("bam", "bcf") else data


def main():
    home, program = pathlib.Path(sys.argv[1]), sys.argv[2]
    counts = {}

    def add(target, data):
        if len(data) > LONGEST.get(target, 6_000):
            return
        folder = home / target
        folder.mkdir(parents=True, exist_ok=True)
        counts[target] = counts.get(target, 0) + 1
        (folder / f"seed-{counts[target]:03}").write_bytes(data)

    for target, texts in TEXTS.items():
        for text in texts:
            add(target, text.encode())
            if target == "facts":
                for part in text.split(BETWEEN):
                    add("table", part.encode())
    with tempfile.TemporaryDirectory() as folder:
        for target, data in binary(pathlib.Path(folder), program):
            add(target, data)
    for target, data in [*repository(), *shared()]:
        add(target, data)
    print(f"{sum(counts.values())} seeds of {len(counts)} targets in {home}")


if __name__ == "__main__":
    main()
