#!/usr/bin/env python3
"""Compares the outputs of two builds of genogloss, byte for byte, on the commands of recorded.tsv.

    python3 benches/recorded.py BEFORE AFTER [--only NAME ...] [--jobs N] [--keep DIR]
    python3 benches/recorded.py --record DIR BEFORE         # once; refuses commands that do not end as the list says
    python3 benches/recorded.py --against DIR AFTER         # as often as needed

For changes that must not change an output: each command runs in an empty folder of its own, on inputs that are the repository's or made
here from a fixed seed, named by relative paths. Compared are standard output, the exit code, and every file that the command leaves, hidden
ones too. A line a command is printed, and at the end how many differ; the exit code is 1 if any does. `--only` takes names, or patterns such
as 'scan-*'; what the commands need comes along. `--keep` keeps what was written. Only Python's standard library is used.

Not compared, because two runs of one program differ in it:
- of a manifest: when it ended, the host, seconds, memory, and the program's path; of a plan that was measured: seconds, memory, size;
- of the manifest of a run that was killed and went on: `bases`, which depends on where it was killed;
- paths of the work folder, the program and ONNX Runtime's library, in texts;
- the order of links in a knowledge base's ontology (`genes build` writes them in any order): its bytes are compared sorted, and its sha256,
  which manifests have, is not. All else of a knowledge base is compared row by row.
Pages of `report` are made of manifests whose times, host and memory were set to fixed ones.

Compared and printed, but not counted: standard error (messages may be improved), and the commands of the group `words` (help, columns,
completions, man pages).

What is not here is left out, with a line that says so: samtools (indices, CRAM), bcftools (BCF of others), ONNX Runtime (ORT_DYLIB_PATH,
or the environment of `make venv`), the tables of the Human Phenotype Ontology (GENOGLOSS_HPO, or those of `make hpo`), imported
splice models (those of the tests). A command that was recorded and cannot run any more counts as different.
"""
import argparse, fnmatch, gzip, hashlib, json, lzma, os, random, re, shlex, shutil, signal, sqlite3, struct, subprocess, sys, tempfile, time, zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIST = Path(__file__).resolve().with_suffix(".tsv")
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "genogloss"
CONTIG = "chr20_3140001_3240000"
LIMIT = 300  # seconds a command may take
WORDS = {"SLICE": "../in/slice.fa", "GENOME": "../in/genome.fa", "CALLS": "../in/calls.vcf", "C": CONTIG, "RTEN": "--engine rten -t 1",
         "ORT": "--engine ort -t 1", "MODELS": "../in/models", "HPO": "../in/hpo", "GTF": "../in/slice_genes.gtf"}


# The list

class Command:
    def __init__(self, name, group, needs, line):
        self.name, self.group, self.needs, self.line = name, group, needs, line
        expanded = re.sub(r"\$([A-Z]+)", lambda m: WORDS[m[1]], line)
        self.steps, step = [], []
        for word in shlex.split(expanded) + ["&&"]:
            if word == "&&":
                self.steps.append(step)
                step = []
            else:
                step.append(word)
        self.after = sorted(set(re.findall(r"\.\./([a-z0-9-]+)/", expanded)) - {"in"})


def commands():
    listed = {}
    for number, line in enumerate(LIST.read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = line.split("\t")
        if len(cells) != 4 or cells[1] not in ("same", "fails", "words"):
            sys.exit(f"{LIST}, line {number}: not name, group, needs, command")
        name, group, needs, text = cells
        needs = [need for need in needs.split(",") if need != "-"]
        # Once for each engine: $E says which.
        if "engines" in needs:
            needs.remove("engines")
            variants = [(f"{name}-rten", needs, "$RTEN"), (f"{name}-ort", needs + ["ort"], "$ORT")]
        else:
            variants = [(name, needs, "")]
        for full, all_needs, engine in variants:
            command = Command(full, group, all_needs, re.sub(r"\$E\b", engine, text))
            unknown = [other for other in command.after if other not in listed]
            if full in listed or unknown:
                sys.exit(f"{LIST}, line {number}: {full} is there twice, or comes before {unknown}")
            listed[full] = command
    return listed


def chosen(listed, patterns):
    if not patterns:
        return listed
    wanted = [name for name in listed if any(fnmatch.fnmatch(name, pattern) for pattern in patterns)]
    if not wanted:
        sys.exit(f"no command of that name: {' '.join(patterns)}")
    names, todo = set(), wanted
    while todo:
        name = todo.pop()
        if name not in names:
            names.add(name)
            todo += listed[name].after
    return {name: command for name, command in listed.items() if name in names}


# What is here

def ort_library():
    if os.environ.get("ORT_DYLIB_PATH"):
        return os.environ["ORT_DYLIB_PATH"]
    capi = "lib/python3*/site-packages/onnxruntime/capi"
    found = [*(CACHE / "venv").glob(f"{capi}/libonnxruntime.so.*"), *(CACHE / "venv").glob(f"{capi}/libonnxruntime.*.dylib")]
    return str(found[0]) if found else None


def hpo_tables():
    folder = Path(os.environ.get("GENOGLOSS_HPO") or CACHE / "hpo-4.0.0")
    return folder.resolve() if (folder / "genes_to_phenotype.txt").is_file() else None


def what_is_here(program):
    version = subprocess.run([program, "--version", "--verbose"], capture_output=True, text=True).stdout
    here = {tool for tool in ("samtools", "bcftools") if shutil.which(tool)}
    here |= {"htslib"} if "htslib " in version else set()
    here |= {"ort"} if ort_library() else set()
    here |= {"hpo"} if hpo_tables() else set()
    return here | {model for model in ("spliceai", "cispliceai") if (CACHE / "test-models" / model / "card.yaml").is_file()}


# Inputs: the same bytes every time

def bgzf(data):
    out = bytearray()
    for block in [data[i:i + 30000] for i in range(0, len(data), 30000)] + [b""]:
        packer = zlib.compressobj(6, zlib.DEFLATED, -15)
        packed = packer.compress(block) + packer.flush()
        out += struct.pack("<4BI2BH2B2H", 31, 139, 8, 4, 0, 0, 255, 6, 66, 67, 2, len(packed) + 25)
        out += packed + struct.pack("<2I", zlib.crc32(block), len(block))
    return bytes(out)


def wrapped(name, bases, width=60):
    return f">{name}\n" + "".join(bases[i:i + width] + "\n" for i in range(0, len(bases), width))


def reverse_complement(bases):
    return bases[::-1].translate(str.maketrans("ACGTacgt", "TGCAtgca"))


def bam_of(sam):
    """SAM as BAM."""
    header = "".join(line + "\n" for line in sam.splitlines() if line.startswith("@"))
    contigs = re.findall(r"@SQ\tSN:(\S+)\tLN:(\d+)", header)
    names = [name for name, _ in contigs]
    data = b"BAM\1" + struct.pack("<i", len(header)) + header.encode() + struct.pack("<i", len(contigs))
    for name, length in contigs:
        data += struct.pack("<i", len(name) + 1) + name.encode() + b"\0" + struct.pack("<i", int(length))
    for line in sam.splitlines():
        if line.startswith("@"):
            continue
        name, flag, contig, at, quality, cigar, mate, mate_at, size, bases, qualities, *tags = line.split("\t")
        parts = [(int(n), "MIDNSHP=X".index(op)) for n, op in re.findall(r"(\d+)([MIDNSHP=X])", cigar)]
        covered = sum(n for n, op in parts if op in (0, 2, 3, 7, 8)) or 1
        start = int(at) - 1
        first, last, bin_ = max(start, 0), max(start, 0) + covered - 1, 0
        for shift, offset in ((14, 4681), (17, 585), (20, 73), (23, 9), (26, 1)):
            if first >> shift == last >> shift:
                bin_ = offset + (first >> shift)
                break
        bin_ = 4680 if start < 0 else bin_
        bases = "" if bases == "*" else bases
        codes = ["=ACMGRSVTWYHKDBN".index(base) for base in bases.upper()] + [0]
        record = struct.pack("<iiBBHHHIiii", names.index(contig) if contig != "*" else -1, start, len(name) + 1, int(quality), bin_, len(parts),
                             int(flag), len(bases), -1, int(mate_at) - 1, int(size)) + name.encode() + b"\0"
        record += b"".join(struct.pack("<I", n << 4 | op) for n, op in parts)
        record += bytes(codes[i] << 4 | codes[i + 1] for i in range(0, len(bases), 2))
        record += bytes(255 for _ in bases) if qualities == "*" else bytes(ord(c) - 33 for c in qualities)
        for tag in tags:
            key, kind, value = tag.split(":", 2)
            record += key.encode() + (b"i" + struct.pack("<i", int(value)) if kind == "i" else b"Z" + value.encode() + b"\0")
        data += struct.pack("<i", len(record)) + record
    return bgzf(data)


def reads_of(bases, dice):
    """Reads of the slice as SAM, sorted: both strands, indels, clips, skips, flags of all kinds, none without a name."""
    rows = []
    for number in range(90):
        start, length = dice.randrange(13_500, 36_000), dice.choice([36, 75, 100, 150, 151, 260])
        name, flag, quality = f"r{number}", dice.choice([0, 16, 0, 16, 99, 147, 1024, 512]), dice.choice([0, 3, 20, 37, 60, 255])
        kind = number % 9
        if kind == 0:
            cut = length // 3
            text, cigar = bases[start:start + cut] + "GATTACA" + bases[start + cut:start + length], f"{cut}M7I{length - cut}M"
        elif kind == 1:
            cut = length // 2
            text, cigar = bases[start:start + cut] + bases[start + cut + 12:start + length + 12], f"{cut}M12D{length - cut}M"
        elif kind == 2:
            text, cigar = "TTTTTACGTA" + bases[start:start + length] + "CCC", f"10S{length}M3S"
        elif kind == 3:
            cut = length // 2
            text, cigar = bases[start:start + cut] + bases[start + cut + 300:start + length + 300], f"5H{cut}M300N{length - cut}M"
        else:
            text, cigar = bases[start:start + length], f"{length}M"
        if kind == 4:
            text = text[:10] + "N" * (length // 3) + text[10 + length // 3:]
        if kind == 5 and number % 2:
            text, flag = "*", 256
        elif kind == 6 and number % 2:
            flag |= 2048
        qualities = "*" if text == "*" or kind == 7 else "".join(chr(33 + dice.randrange(2, 41)) for _ in text)
        paired = ["=", str(start + 200), "350"] if flag in (99, 147) else ["*", "0", "0"]
        rows.append((start, [name, str(flag), CONTIG, str(start + 1), str(quality), cigar, *paired, text, qualities, f"NM:i:{kind}", "RG:Z:one"]))
    rows.sort(key=lambda row: row[0])
    for number in range(3):
        text = "".join(dice.choice("ACGT") for _ in range(80))
        rows.append((0, [f"u{number}", "4", "*", "0", "0", "*", "*", "0", "0", text, "I" * 80]))
    digest = hashlib.md5(bases.encode()).hexdigest()
    header = f"@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:{CONTIG}\tLN:100000\tM5:{digest}\n@RG\tID:one\tSM:s\n@CO\tmade up\n"
    return header + "".join("\t".join(cells) + "\n" for _, cells in rows)


def records_vcf(contigs, rows, samples=(), more=""):
    text = "##fileformat=VCFv4.2\n" + "".join(f"##contig=<ID={name},length={length}>\n" for name, length in contigs) + more
    columns = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO"] + (["FORMAT", *samples] if samples else [])
    return text + "\t".join(columns) + "\n" + "".join("\t".join(map(str, row)) + "\n" for row in rows)


def made_up_variants(bases, count, low, high, dice):
    """Position (from 1), REF, ALT: substitutions, insertions, deletions, repeats of what is there; in order, none over another."""
    rows, last = [], 0
    for start in sorted(dice.sample(range(low, high), count)):
        size = 1 + dice.randrange(8)
        reference = bases[start:start + size].upper()
        if set(reference) - set("ACGT") or start < last:
            continue
        random_bases = "".join(dice.choice("ACGT") for _ in range(1 + dice.randrange(7)))
        kind = dice.randrange(6)
        if kind < 2:
            reference = reference[0]
            alternate = dice.choice([base for base in "ACGT" if base != reference])
        elif kind == 2:
            alternate = reference[0]
        elif kind == 3:
            alternate = reference + reference[1:]
        elif kind == 4:
            alternate = reference[0] + random_bases
            reference = reference[0]
        else:
            alternate = random_bases
        if reference == alternate:
            continue
        last = start + len(reference) + 1
        rows.append((start + 1, reference, alternate))
    return rows


CALLS_HEADER = (
    '##FILTER=<ID=PASS,Description="All filters passed">\n##FILTER=<ID=q10,Description="low">\n'
    '##INFO=<ID=DP,Number=1,Type=Integer,Description="Depth">\n##INFO=<ID=AF,Number=A,Type=Float,Description="Share">\n'
    '##INFO=<ID=DB,Number=0,Type=Flag,Description="Known">\n##INFO=<ID=END,Number=1,Type=Integer,Description="End">\n'
    '##INFO=<ID=SVLEN,Number=A,Type=Integer,Description="Length">\n##ALT=<ID=DEL,Description="Deletion">\n'
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Depths">\n')


def calls_of(bases, dice):
    """Variants of every kind on the slice, with two samples."""
    at = lambda position, length=1: bases[position - 1:position - 1 + length].upper()  # noqa: E731
    other = lambda base: "C" if base == "A" else "A"  # noqa: E731
    rows = [(12, "edge", at(12), other(at(12)), "."), (14200, "snv", "G", "A", "DP=31;AF=0.5"), (14203, "two", "C", "A,CTATA", "DP=28;AF=0.25,0.1"),
            (14220, "del", "CCTCCT", "C", "DB"), (14230, "cnv", "C", "<DEL>", "END=14900;SVLEN=-670"), (14240, "bad", "A", "G", "DP=3"),
            (14258, "gone", "G", "A,*", "."), (14270, "end", at(14270), f"{at(14270)}[{CONTIG}:20000[", "."), (14280, "any", at(14280), "<*>", "."),
            (14281, "gvcf", at(14281), f"{other(at(14281))},<NON_REF>", "DP=1"), (14290, "none", at(14290), ".", "."),
            (14300, "n", at(14300), "N", "."), (14310, "lower", at(14310).lower(), other(at(14310)), "."),
            (14320, "long", at(14320, 90), at(14320), "."), (14420, "mnv", at(14420, 4), reverse_complement(at(14420, 4))[::-1], "."),
            (31466, "site", at(31466), other(at(31466)), "DP=9"), (99990, "last", at(99990), other(at(99990)), ".")]
    rows += [(position, ".", reference, alternate, f"DP={dice.randrange(9, 99)}") for position, reference, alternate in made_up_variants(bases, 40, 15_000, 80_000, dice)]
    rows.sort(key=lambda row: row[0])
    full = []
    for number, (position, name, reference, alternate, info) in enumerate(rows):
        alleles = 1 + len(alternate.split(","))
        depths = ",".join(str(dice.randrange(40)) for _ in range(alleles))
        full.append((CONTIG, position, name, reference, alternate, "." if number % 5 == 0 else dice.randrange(1000) / 10, dice.choice(["PASS", "q10", "."]), info,
                     "GT:AD", f"0/1:{depths}", "./.:." if number % 4 == 0 else f"1|1:{depths}"))
    return records_vcf([(CONTIG, 100_000)], full, ("s1", "s2"), CALLS_HEADER)


def phased_of(bases, dice):
    rows = [(position, reference, alternate) for position, reference, alternate in made_up_variants(bases, 700, 49_600, 58_000, dice)]
    full = []
    for position, reference, alternate in rows[:45] + rows[-10:]:
        genotypes = [f"{dice.choice(['0|1', '1|0', '1|1', '0/1', '1/1', './.', '0|0'])}:{dice.choice(['.', '5', '5', '9'])}" for _ in range(2)]
        full.append((CONTIG, position, f"v{position}", reference, alternate, ".", "PASS", ".", "GT:PS", *genotypes))
    more = '##FORMAT=<ID=GT,Number=1,Type=String,Description="g">\n##FORMAT=<ID=PS,Number=1,Type=Integer,Description="p">\n'
    return records_vcf([(CONTIG, 100_000)], full, ("one", "two"), more)


def genome_of(dice):
    """Contigs with repeats, runs of N, letters of several bases, lower case; one shorter than any window; one whose name holds a colon."""
    some = lambda count: "".join(dice.choice("ACGT") for _ in range(count))  # noqa: E731
    one = some(700)
    for repeat in ("A", "AC", "CAG", "T", "GATA"):
        one += repeat * (24 // len(repeat)) + some(500)
    one = one[:900] + one[900:1200].lower() + "RYSWKM" + one[1200:] + "N" * 140 + some(900)
    return [("one", one[:len(one) // 10 * 10]), ("HLA:1", some(820)), ("three", some(90)), ("four", some(1500)), ("five", some(25))]


def card(kind, window, heads, strand, variants):
    digest = hashlib.sha256((ROOT / "tests/models/deltas/model.onnx").read_bytes()).hexdigest()
    return json.dumps({
        "name": "deltas", "version": "1.0.0", "summary": "random weights, for tests", "license": "MIT", "kind": kind,
        "files": {"model": "model.onnx", "sha256": {"model.onnx": digest}},
        "input": {"encoding": "one-hot", "tensor": "sequence", "layout": "channels-first", "dtype": "f32", "unknown": "zeros"},
        "window": window, "heads": heads, "strand": strand, "variants": variants, "run": {"rows": 4, "tolerance": 2e-5}}, indent=1)


def cards():
    """The forms of model that `variants` tells apart, for the network of tests/models/deltas."""
    def head(name, activation, labels, bin_=0):
        return {"name": name, "output": name, "activation": activation, "labels": labels, **({"bin": bin_, "layout": "channels-first"} if bin_ else {})}
    whole, fine = head("whole", "softmax", ["a", "b", "c"]), head("fine", "sigmoid", ["donor", "acceptor"], 1)
    wide, counts = head("wide", "sigmoid", ["plus", "minus"], 10), head("counts", "softplus", ["counts"], 1)
    of = lambda span: {"span": span, "core": span // 2, "stride": span // 2, "max_unknown": 1.0}  # noqa: E731
    track = {"span": 360, "core": 300, "stride": 300, "max_unknown": 1.0}
    long = {"span": 660, "core": 600, "stride": 600, "max_unknown": 1.0, "min_span": 80, "multiple": 10}
    return {
        "windows": card("classify", of(101), [whole], "max", {}), "windows-average": card("classify", of(100), [whole], "average", {}),
        "regress": card("regress", of(120), [head("whole", "identity", ["a", "b", "c"])], "forward", {"compare": "sum"}),
        "fine": card("track", track, [fine], "max", {"distance": 50}), "absent": card("track", track, [fine], "forward", {"deleted": "absent"}),
        "wide": card("track", long, [wide], "max", {"distance": 50}), "both": card("track", long, [fine, wide, counts], "average", {"distance": 50}),
        "logits": card("track", track, [head("counts", "identity", ["counts"], 1)], "forward", {"distance": 50}),
        "zero": card("track", track, [counts], "max", {"distance": 20, "deleted": "zero"})}


# Tables of genes: small ones, in the form of each source.
TABLES = {
    "withdrawn.txt": "HGNC_ID\tSTATUS\tWITHDRAWN_SYMBOL\tMERGED_INTO_REPORT(S) (i.e HGNC_ID|SYMBOL|STATUS)\nHGNC:6876\tMerged/Split\tMARFAN\tHGNC:3603|FBN1|Approved\nHGNC:6877\tEntry Withdrawn\tNOGENE\t\n",
    "gene_info": "#tax_id\tGeneID\tSymbol\tLocusTag\tSynonyms\tdbXrefs\tchromosome\tmap_location\tdescription\ttype_of_gene\tModification_date\n9606\t2200\tFBN1\t-\tACMICD|SGS\tMIM:134797|HGNC:HGNC:3603|Ensembl:ENSG00000166147\t15\t15q21.1\tfibrillin 1\tprotein-coding\t20250101\n9606\t99990001\tLOC99990001\t-\t-\t-\t20\t20p13\tuncharacterized\tncRNA\t20250102\n",
    "gene_summary": "GeneID\tSymbol\tSummary\n2200\tFBN1\tThis gene encodes fibrillin; mutations cause Marfan syndrome, ectopia lentis and long fingers.\n2201\tFBN2\tA fibrillin of elastic fibres; mutations cause contractural arachnodactyly.\n83959\tSLC4A11\tA transporter of borate in the corneal endothelium; mutations cause corneal dystrophy.\n",
    "hp.obo": "format-version: 1.2\ndata-version: hp/releases/2025-01-16\n" + "".join(f"\n[Term]\n{term}\n" for term in (
        "id: HP:0000001\nname: All", "id: HP:0000118\nname: Phenotypic abnormality\nis_a: HP:0000001 ! All", "id: HP:0000005\nname: Mode of inheritance\nis_a: HP:0000001 ! All",
        "id: HP:0001166\nname: Arachnodactyly\nalt_id: HP:0001505\ndef: \"Abnormally long and slender fingers (\\\"spider fingers\\\").\" [x:y]\nsynonym: \"Long slender fingers\" EXACT []\nis_a: HP:0000118 ! Phenotypic abnormality",
        "id: HP:0000478\nname: Abnormality of the eye\nis_a: HP:0000118 ! Phenotypic abnormality", "id: HP:0001083\nname: Ectopia lentis\nsynonym: \"Lens dislocation\" EXACT []\nis_a: HP:0000478 ! Abnormality of the eye",
        "id: HP:0001131\nname: Corneal dystrophy\nis_a: HP:0000478 ! Abnormality of the eye", "id: HP:0009999\nname: obsolete Long fingers\nis_obsolete: true\nreplaced_by: HP:0001166")),
    "genes_to_phenotype.txt": "ncbi_gene_id\tgene_symbol\thpo_id\thpo_name\tfrequency\tdisease_id\n2200\tFBN1\tHP:0001166\tArachnodactyly\t20/25\tOMIM:154700\n2200\tFBN1\tHP:0001083\tEctopia lentis\t-\tOMIM:154700\n2201\tFBN2\tHP:0001505\tArachnodactyly\t-\tOMIM:121050\n7042\tTGFB2\tHP:0001083\tEctopia lentis\t-\tOMIM:614816\n83959\tSLC4A11\tHP:0001131\tCorneal dystrophy\t3/4\tOMIM:217700\n3704\tITPA\tHP:0000478\tAbnormality of the eye\t-\tOMIM:616647\n99999\tNOBODY\tHP:0001083\tEctopia lentis\t-\tOMIM:1\n",
    "phenotype.hpoa": "#description: \"HPO annotations for rare diseases\"\n#version: 2025-01-16\ndatabase_id\tdisease_name\tqualifier\thpo_id\treference\tevidence\tonset\tfrequency\tsex\tmodifier\taspect\tbiocuration\nOMIM:154700\tMarfan syndrome; MFS\t\tHP:0001166\tPMID:1\tPCS\t\t20/25\t\t\tP\tHPO:x\nOMIM:154700\tMarfan syndrome; MFS\tNOT\tHP:0001131\tPMID:2\tPCS\t\t\t\t\tP\tHPO:x\nOMIM:217700\tCorneal endothelial dystrophy, autosomal recessive\t\tHP:0001131\tPMID:3\tPCS\t\t\t\t\tP\tHPO:x\nOMIM:121050\tContractural arachnodactyly, congenital\t\tHP:0001166\tPMID:4\tPCS\t\t\t\t\tP\tHPO:x\n",
    "orphanet.tsv": "OrphaCode\tDisorder\tSynonyms\tDefinition\n558\tMarfan syndrome\tMFS|Marfan disease\tA systemic disease of connective tissue with ectopia lentis and long fingers.\n98973\tCongenital hereditary endothelial dystrophy type II\tCHED2\tA corneal dystrophy.\n",
    "orphanet_genes.tsv": "OrphaCode\tDisorder\tGene_symbol\tHGNC\tAssociation_type\n558\tMarfan syndrome\tFBN1\tHGNC:3603\tDisease-causing germline mutation(s) in\n98973\tCongenital hereditary endothelial dystrophy type II\tSLC4A11\tHGNC:16438\tDisease-causing germline mutation(s) in\n",
    "orphanet_phenotypes.tsv": "OrphaCode\tDisorder\tHPO_ID\tFrequency\n558\tMarfan syndrome\tHP:0001083\tVery frequent\n98973\tCongenital hereditary endothelial dystrophy type II\tHP:0001131\tObligate\n",
    "clingen.csv": '"CLINGEN GENE DISEASE VALIDITY CURATIONS","","","","","",""\n"FILE CREATED: 2025-01-09","","","","","",""\n"GENE SYMBOL","GENE ID (HGNC)","DISEASE LABEL","DISEASE ID (MONDO)","MOI","CLASSIFICATION","ONLINE REPORT"\n"FBN1","HGNC:3603","Marfan syndrome","MONDO:0007947","AD","Definitive","report 1"\n"TGFB2","HGNC:11768","Marfan syndrome","MONDO:0007947","AD","Refuted","report 2"\n"SLC4A11","HGNC:16438","corneal dystrophy, Fuchs endothelial, 4","MONDO:0013201","AD","Limited","report 3"\n',
    "g2p.csv": '"gene symbol","gene mim","disease name","disease mim","DDD category","allelic requirement","mutation consequence",phenotypes,"organ specificity list",pmids,panel,"prev symbols","hgnc id","gene disease pair entry date"\nFBN1,134797,"MARFAN SYNDROME",154700,confirmed,monoallelic,"loss of function",HP:0001166,Eye,1;2,DD,,3603,"No date"\nITPA,147520,"DEVELOPMENTAL AND EPILEPTIC ENCEPHALOPATHY 35",616647,probable,biallelic,"loss of function",HP:0000478,Eye,3,DD,,6176,"No date"\n',
    "cgd.txt": "#GENE\tHGNC ID\tENTREZ GENE ID\tCONDITION\tINHERITANCE\tAGE GROUP\tALLELIC CONDITIONS\tMANIFESTATION CATEGORIES\tINTERVENTION CATEGORIES\tCOMMENTS\tINTERVENTION/RATIONALE\tREFERENCES\nFBN2\t3604\t2201\tContractural arachnodactyly, congenital; Macular degeneration, early-onset\tAD\tN/A\t\tMusculoskeletal\tN/A\t\t\t7493032\n",
    "disgenet.tsv": "geneId\tgeneSymbol\tdiseaseId\tdiseaseName\tscore\tNofPmids\tsource\n2200\tFBN1\tC0024796\tMarfan Syndrome\t0.9\t120\tCTD\n7042\tTGFB2\tC0003486\tAortic Aneurysm\t0.31\t4\tCTD\n",
}
EXONS = [f"{CONTIG}\tx\tgene\t49514\t64516\t.\t+\t.\tID=gene:ITPA;Name=ITPA;Dbxref=GeneID:3704,HGNC:HGNC:6176",
         f"{CONTIG}\tx\tmRNA\t49514\t64516\t.\t+\t.\tID=t1;Parent=gene:ITPA"] + [
    f"{CONTIG}\tx\texon\t{start}\t{end}\t.\t+\t.\tID=e{start};Parent=t1" for start, end in ((49514, 49679), (50135, 50263), (53815, 53872), (54631, 54704), (64012, 64516))]


def make_inputs(folder, here):
    """All inputs; the sha256 of each."""
    dice = random.Random(20)
    write = lambda name, data: (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())  # noqa: E731
    folder.mkdir(parents=True)
    for name in ("prompts.tsv", "scored_variants.tsv", "site_snvs.vcf", "slice_genes.gtf", "slice_genes.txt"):
        shutil.copyfile(ROOT / "tests/data" / name, folder / name)
    shutil.copyfile(ROOT / "tests/data/genes/hgnc.tsv.gz", folder / "hgnc.tsv.gz")
    shutil.copyfile(ROOT / "tests/data/genes/questions.txt", folder / "questions.txt")
    shutil.copytree(ROOT / "tests/models", folder / "models")
    for name, text in cards().items():
        model = folder / "models" / f"deltas-{name}"
        model.mkdir()
        shutil.copyfile(ROOT / "tests/models/deltas/model.onnx", model / "model.onnx")
        (model / "card.yaml").write_text(text)
    # FASTA
    text = (ROOT / "tests/data/chr20_slice.fa").read_text()
    bases = "".join(text.split("\n")[1:]).upper()
    write("slice.fa", text)
    write("slice.gz", gzip.compress(text.encode(), mtime=0))
    write("slice.bgz", bgzf(text.encode()))
    write("slice.xz", lzma.compress(text.encode()))
    genome = genome_of(dice)
    plain = "".join(wrapped(name, contig) for name, contig in genome)
    write("genome.fa", plain)
    write("indexed.fa", plain)
    lines, offset = [], 0
    for name, contig in genome:
        offset += len(name) + 2
        lines.append(f"{name}\t{len(contig)}\t{offset}\t60\t61\n")
        offset += len(contig) + -(-len(contig) // 60)
    write("indexed.fa.fai", "".join(lines))
    os.utime(folder / "indexed.fa.fai", (2e9, 2e9))
    write("odd.fa", f">odd some words\r\n{bases[20000:20070]}\r\n{bases[20070:20100].lower()}\r\n\r\n>two\r\n{bases[30000:30500]}\r\n")
    write("empty.fa", "")
    write("regions.bed", f"track name=x\n{CONTIG}\t14000\t14500\tpromoter\n{CONTIG}\t14400\t15100\n{CONTIG}\t31000\t31900\tsite\n{CONTIG}\t99900\t100000\n")
    write("genome.bed", "one\t100\t700\none\t690\t1500\nHLA:1\t5\t60\nfour\t1400\t1500\n")
    # Reads
    sam = reads_of(bases, dice)
    write("reads.sam", sam)
    write("reads.bam", bam_of(sam))
    write("unsorted.sam", sam.replace("SO:coordinate", "SO:unsorted"))
    fastq = ""
    for number in range(40):
        start, length = dice.randrange(80_000), dice.choice([50, 70, 120, 151, 400])
        read = bases[start:start + length]
        read = reverse_complement(read) if number % 2 else read
        fastq += f"@f{number} some words\n{read}\n+\n{''.join(chr(33 + dice.randrange(41)) for _ in read)}\n"
    write("reads.fq", fastq)
    write("reads.fq.gz", gzip.compress(fastq.encode(), mtime=0))
    write("reads.fa", "".join(wrapped(f"a{i}", bases[i * 900:i * 900 + 60 + i * 37], 50) for i in range(20)))
    write("long.fa", wrapped("long1", bases[13_000:15_500]) + wrapped("long2", reverse_complement(bases[31_000:32_000])))
    # Variants
    calls = calls_of(bases, dice)
    write("calls.vcf", calls)
    write("calls.vcf.gz", bgzf(calls.encode()))
    write("cut.vcf.gz", bgzf(calls.encode())[:-40])
    write("b37.vcf", calls.replace(CONTIG, "20"))
    write("aliases.tsv", f"20\t{CONTIG}\n")
    in_genes = [(CONTIG, position, f"v{position}", reference, alternate, ".", ".", ".")
                for position, reference, alternate in made_up_variants(bases, 60, 31_000, 79_000, dice)]
    write("in_genes.vcf", records_vcf([(CONTIG, 100_000)], in_genes))
    write("few.vcf", records_vcf([(CONTIG, 100_000)], in_genes[::25]))
    write("phased.vcf", phased_of(bases, dice))
    both = [(name, position, ".", reference, alternate, ".", ".", ".") for name, contig in genome[:2] + genome[3:4]
            for position, reference, alternate in made_up_variants(contig, 60 if name == "one" else 20, 1, len(contig) - 12, dice)]
    write("genome.vcf", records_vcf([(name, len(contig)) for name, contig in genome], both))
    wrong = [(CONTIG, position, ".", "A" if bases[position - 1] != "A" else "C", "G", ".", ".", ".") for position in range(20_000, 23_000, 100)]
    write("other_assembly.vcf", records_vcf([(CONTIG, 100_000)], wrong))
    write("genes.gff3", "##gff-version 3\n" + "".join(line + "\n" for line in EXONS))
    write("unphased.txt", "no variants\n")
    # Labelled sequences and places
    windows = lambda count, size, step: [bases[500 + i * step:500 + i * step + size] for i in range(count)]  # noqa: E731
    write("labelled.csv", "sequence,label\n" + "".join(f"{s},{i % 3 == 0:d}\n" for i, s in enumerate(windows(120, 70, 700))))
    write("seen.csv", "sequence,label\n" + "".join(f"{s if i % 2 else reverse_complement(s)},{i % 3 == 0:d}\n" for i, s in enumerate(windows(50, 70, 700))))
    write("splice.tsv", "set\tseq\tkind\n" + "".join(f"{i % 2}\t{s}\t{i % 3}\n" for i, s in enumerate(windows(60, 400, 1400))))
    write("classes.csv", "label,sequence\n" + "".join(f"{['acceptor', 'donor', 'neither'][i // 3 % 3]},{s}\n" for i, s in enumerate(windows(90, 40, 331))))
    write("labelled.fa", "".join(f">s{i} label={['other', 'promoter'][i % 4 == 0]} x\n{s}\n" for i, s in enumerate(windows(60, 70, 1300))))
    write("sites.bed", "".join(f"{CONTIG}\t{s}\t{s + 1}\tsite.{'donor' if s % 3 else 'acceptor'}\n" for s in range(2000, 4000) if s % 97 == 5 or s % 211 < 2))
    write("human_sites.bed", "".join(f"{CONTIG}\t{s}\t{s + 1}\tsplice.{kind}_minus\n" for kind, places in
          (("donor", (32229, 32409, 35474, 35875)), ("acceptor", (31884, 32467, 35514, 35999))) for s in places) + f"{CONTIG}\t31100\t31460\tcoding.minus\n")
    write("ignore.bed", f"{CONTIG}\t2100\t2300\n{CONTIG}\t3000\t3050\tsite.donor\n")
    # Prompts, genes
    write("prompts.txt", "# a comment\nAGCAGCC, reverse complementary sequence =\n\nACGT, splce site =\nMetTrpPhe, nucleotide sequence =\nNNNN, GC content =\nACGT, GC content = 0.5\nsymbol=LINC01409, gene description =\n"
          f"{bases[31265:31665]}, splice site =\n{bases[14000:14070]}, core promoter =\n{bases[14000:14101]}, transcription factor binding site =\n{bases[14000:14200]}, annotation=cohn, enhancer =\n")
    prompts = (ROOT / "tests/data/prompts.tsv").read_text().splitlines(keepends=True)
    write("some.tsv", "".join(prompts[:1] + prompts[1::5]))
    write("lm.txt", "symbol=LINC01409, gene description =\nsymbol=SLC4A11, chromosome=20, gene biotype =\nMetPheGluAlaArgLeuValGln___SerIleLeuLysLys, complete the blank =\n"
          f"{bases[14000:14030]}, GC content =\n{bases[14000:14030]}, reverse sequence =\n")
    write("long_prompts.fa", wrapped("p1", bases[13_000:15_000]) + wrapped("p2", bases[49_000:50_100]))
    write("intervals.bed", f"{CONTIG}\t14000\t14300\ta\t0\t+\n{CONTIG}\t14000\t14300\tb\t0\t-\n{CONTIG}\t49500\t49800\tc\t0\t.\n")
    write("peaks.bed", f"{CONTIG}\t0\t1000\ta\n{CONTIG}\t14000\t32000\tb\n{CONTIG}\t60000\t70000\tmy name\n{CONTIG}\t69000\t69000\td\n")
    write("names.txt", "FBN1\n\n# a comment\nMFS1\nSLC4A11\nFBN3\nMARFAN\nENSG00000125877\n")
    write("pairs.tsv", "gene\tdisease\nFBN1\tMarfan syndrome\nTGFB2\tMarfan syndrome\nFBN2\tMarfan syndrome\nITPA\tOMIM:217700\nSLC4A11\tCorneal endothelial dystrophy\nFBN1\tno such disease\n")
    write("pairs_phenotypes.tsv", "gene\tphenotype\thidden\nFBN1\tArachnodactyly\t\nTGFB2\tHP:0001166\t\nFBN1\tHP:0001083\tFBN1|OMIM:154700\n")
    write("strange.txt", "a\tb\n1\t2\n")
    for name, table in TABLES.items():
        write(name, table)
    # By other programs
    shell = lambda text: subprocess.run(text, shell=True, cwd=folder, check=True, capture_output=True)  # noqa: E731
    if "samtools" in here:
        for name in ("indexed.bam", "plain.bam"):
            shutil.copyfile(folder / "reads.bam", folder / name)
        shell("samtools index indexed.bam && samtools index -c plain.bam")
        # With -T, samtools would write the path of the FASTA file into the header.
        write(hashlib.md5(bases.encode()).hexdigest(), bases)
        shell("export REF_PATH=%s; samtools view --no-PG -C -o reads.cram reads.sam && samtools index reads.cram && "
              "samtools view --no-PG -C --output-fmt-option version=3.1,archive=1,level=7 -o new.cram reads.sam")
    if "bcftools" in here:
        shell("bcftools view --no-version -Ob -o calls.bcf calls.vcf && bcftools view --no-version -Ob -o phased.bcf phased.vcf")
    if "hpo" in here:
        (folder / "hpo").symlink_to(hpo_tables())
    for model in here & {"spliceai", "cispliceai"}:
        (folder / model).symlink_to((CACHE / "test-models" / model).resolve())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*")) if path.is_file()}


# Running

class Run:
    """One program, all commands: what each left is put into `results`, made comparable."""

    def __init__(self, program, work, results):
        self.program, self.work, self.results = str(Path(program).resolve()), work, results
        self.here = what_is_here(self.program)
        self.inputs = make_inputs(work / "in", self.here)
        library = ort_library()
        self.environment = {key: value for key, value in os.environ.items() if key in ("PATH", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "TMPDIR")}
        self.environment |= {"HOME": str(work / "home"), "LC_ALL": "C", "TZ": "UTC", "TERM": "dumb", "COLUMNS": "100"} | ({"ORT_DYLIB_PATH": library} if library else {})
        self.hidden = [(str(work), "WORK"), (os.path.realpath(work), "WORK"), (self.program, "PROGRAM")]
        self.hidden += [(path, "LIBRARY") for path in ((library, os.path.realpath(library)) if library else ())]
        self.hidden += [(str(path), "CACHE") for path in (CACHE, CACHE.resolve())]
        results.mkdir(parents=True, exist_ok=True)
        (results / "inputs.json").write_text(json.dumps(self.inputs, indent=1))

    def missing(self, command, listed):
        return sorted({need for name in [command.name, *all_after(command, listed)] for need in listed[name].needs} - self.here)

    def run(self, command):
        folder = self.work / command.name
        folder.mkdir()
        started, out, err, code = time.monotonic(), b"", b"", 0
        cut = False
        for step in command.steps:
            environment, verb = dict(self.environment), step
            while "=" in verb[0]:
                key, value = verb[0].split("=", 1)
                environment[key], verb = value, verb[1:]
            if verb[0] == "settle":
                try:
                    for source in verb[1:]:
                        settle(folder / source, folder)
                    continue
                except (OSError, ValueError) as error:
                    code, err = 125, err + f"{error}\n".encode()
                    break
            given = b""
            arguments = verb[1:]
            if "<" in arguments:
                at = arguments.index("<")
                given, arguments = (folder / arguments[at + 1]).read_bytes(), arguments[:at] + arguments[at + 2:]
            if verb[0] == "cut":
                cut = True
                self.cut(arguments[1:], folder, environment)
                continue
            assert verb[0] == "genogloss", verb
            try:
                done = subprocess.run(["genogloss", *arguments], executable=self.program, cwd=folder, env=environment, input=given, capture_output=True, timeout=LIMIT)
                out, err, code = out + done.stdout, err + done.stderr, done.returncode
            except subprocess.TimeoutExpired:
                out, err, code = out, err + b"it took too long\n", 124
            if code != 0:
                break
        self.keep(command, folder, out, b"" if cut else err, code, time.monotonic() - started)
        return code, err

    def cut(self, arguments, folder, environment):
        """Kills the program when it has written a few points from which it can go on."""
        with subprocess.Popen(["genogloss", *arguments], executable=self.program, cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
            end = time.monotonic() + LIMIT
            seen = set()
            while child.poll() is None and time.monotonic() < end and len(seen) < 3:
                for journal in folder.rglob(".*genogloss-journal"):
                    try:
                        seen.add((journal.stat().st_ino, journal.stat().st_mtime_ns))
                    except FileNotFoundError:
                        continue
                time.sleep(0.001)
            child.send_signal(signal.SIGKILL)

    def text(self, data):
        for path, word in self.hidden:
            data = data.replace(path.encode(), word.encode())
        return data

    def keep(self, command, folder, out, err, code, seconds):
        kept = self.results / command.name
        if kept.exists():
            shutil.rmtree(kept)
        (kept / "files").mkdir(parents=True)
        out, err = self.text(out), TIMES.sub(b"", self.text(err))
        if command.steps[-1][:2] == ["genogloss", "plan"]:
            out = re.sub(rb"(?m)^(\d+/\d+\t\d+\t\d+)\t[0-9.]+\t[0-9.]+\t[0-9.]+$", rb"\1\tseconds\tmemory\tsize", out)
            err = re.sub(rb"[0-9.,]+ (windows|reads|variants) a second|takes [0-9.]+ s", b"", err)
        files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
        self.hidden += [(hashlib.sha256(path.read_bytes()).hexdigest(), "KNOWLEDGE BASE") for path in files if path.suffix == ".sqlite"]
        for path in files:
            target = kept / "files" / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            data = self.comparable(path)
            if any(step[0] == "cut" for step in command.steps) and path.name.endswith(".manifest.json"):
                data = re.sub(rb'"bases": \d+', b'"bases": 0', data)
            target.write_bytes(data)
        for name, data in (("stdout", out), ("stderr", err), ("code", f"{code}\n".encode()), ("command", (command.line + "\n").encode()),
                           ("seconds", f"{seconds:.2f}\n".encode())):
            (kept / name).write_bytes(data)

    def comparable(self, path):
        data = path.read_bytes()
        if path.name.endswith(".json"):
            try:
                value = json.loads(data, parse_float=lambda text: f"float {text}")
            except ValueError:
                return data
            return self.text((json.dumps(without_times(value), indent=1, ensure_ascii=False) + "\n").encode())
        if data.startswith(b"SQLite format 3\0"):
            return dump(path)
        return data if data[:2] == b"\x1f\x8b" or b"\0" in data[:4096] else self.text(data)


def all_after(command, listed):
    return {name for other in command.after for name in (other, *all_after(listed[other], listed))}


# In messages: how long it took, and the lines that come every ten seconds.
TIMES = re.compile(rb"; [0-9.,]+ s, [0-9.,]+ \w+/s|(?m:^ INFO .*\| [0-9,]+ \w+/s.*\n)")
MEASURED = {"finished_unix", "host", "seconds", "peak_memory_bytes", "memory_mb", "output_mb"}


def without_times(value):
    if isinstance(value, list):
        return [without_times(item) for item in value]
    if not isinstance(value, dict):
        return value
    out = {}
    for key, item in value.items():
        if key in MEASURED:
            # The keys below are compared, the values are not.
            out[key] = {inner: 0 for inner in item} if isinstance(item, dict) else None if item is None else 0
        elif key == "command" and isinstance(item, list) and item:
            out[key] = ["PROGRAM", *item[1:]]
        else:
            out[key] = without_times(item)
    return out


def settle(source, folder):
    """A copy with times, host and memory that are always the same: what pages are made of."""
    def fixed(value, number):
        if isinstance(value, list):
            return [fixed(item, number + i) for i, item in enumerate(value)]
        if not isinstance(value, dict):
            return value
        out = {}
        for key, item in value.items():
            if key == "finished_unix":
                out[key] = 1_700_000_000 + 7 * number
            elif key == "peak_memory_bytes":
                out[key] = 50_000_000 + number
            elif key == "host":
                out[key] = {"name": "node", "system": "linux x86_64", "cores": 4}
            elif key == "seconds" and isinstance(item, dict):
                out[key] = {inner: 0.25 * (i + 1 + number) for i, inner in enumerate(item)}
            elif key == "seconds":
                out[key] = 1.5 + number
            elif key == "command" and isinstance(item, list) and item:
                out[key] = ["genogloss", *item[1:]]
            else:
                out[key] = fixed(item, number)
        return out
    if source.is_dir():
        (folder / source.name).mkdir()
        for path in sorted(source.iterdir()):
            settle(path, folder / source.name)
    elif source.name.endswith(".json"):
        (folder / source.name).write_text(json.dumps(fixed(json.loads(source.read_text()), 1), indent=2))
    else:
        shutil.copyfile(source, folder / source.name)


def dump(path):
    """A knowledge base or cache as text: the schema, and for each table how many rows, and their digest."""
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    lines = [f"user_version {db.execute('PRAGMA user_version').fetchone()[0]}", f"application_id {db.execute('PRAGMA application_id').fetchone()[0]}"]
    for kind, name, sql in db.execute("SELECT type, name, sql FROM sqlite_master ORDER BY type, name").fetchall():
        lines.append(f"{kind} {name} {' '.join((sql or '').split())}")
        if kind == "table":
            digest, rows = hashlib.sha256(), 0
            for row in db.execute(f'SELECT * FROM "{name}"'):
                # The links of an ontology are written in any order.
                row = [bytes(sorted(cell)) for cell in row] if name == "ontology" else row
                digest.update(repr(row).encode())
                rows += 1
            lines.append(f"rows of {name}: {rows}, sha256 {digest.hexdigest()}")
    db.close()
    return ("\n".join(lines) + "\n").encode()


# Comparing

def first_difference(before, after):
    """Where two outputs differ, in words."""
    what = ""
    if before[:2] == b"\x1f\x8b" and after[:2] == b"\x1f\x8b":
        try:
            inside = gzip.decompress(before), gzip.decompress(after)
        except (OSError, EOFError, zlib.error):
            inside = None
        if inside and inside[0] == inside[1]:
            return f"the content is the same, its compression is not ({len(before)} and {len(after)} bytes)"
        if inside:
            (before, after), what = inside, "decompressed, "
    if b"\0" in before[:4096] or b"\0" in after[:4096]:
        at = next((i for i, (a, b) in enumerate(zip(before, after)) if a != b), min(len(before), len(after)))
        return f"{what}byte {at}: {before[at:at + 12]!r} / {after[at:at + 12]!r} ({len(before)} and {len(after)} bytes)"
    one, two = before.decode(errors="replace").split("\n"), after.decode(errors="replace").split("\n")
    at = next((i for i, (a, b) in enumerate(zip(one, two)) if a != b), min(len(one), len(two)))
    a, b = (lines[at] if at < len(lines) else "(the end)" for lines in (one, two))
    column = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
    part = lambda line: ("…" if column > 40 else "") + line[max(column - 40, 0):column + 60]  # noqa: E731
    return f"{what}line {at + 1}: {part(a)!r} / {part(b)!r}"


def files_of(kept):
    return {str(path.relative_to(kept)): path for path in sorted((kept / "files").rglob("*")) if path.is_file()} | {"stdout": kept / "stdout"}


def compare(before, after):
    """(files that are the same, differences, whether the message differs)"""
    if not before.exists():
        return 0, ["it was not recorded"], False
    if not after.exists():
        return 0, ["it was recorded, and cannot run now"], False
    differences, same = [], 0
    for name in ("command", "code"):
        a, b = ((kept / name).read_text().strip() for kept in (before, after))
        if a != b:
            differences.append(f"{'exit code' if name == 'code' else 'the command of the list'}: {a} / {b}")
    one, two = files_of(before), files_of(after)
    for name in sorted(one | two):
        if name not in two or name not in one:
            differences.append(f"{name.removeprefix('files/')}: {'no longer' if name in one else 'newly'} there")
            continue
        a, b = one[name].read_bytes(), two[name].read_bytes()
        if a == b:
            same += 1
        else:
            differences.append(f"{name.removeprefix('files/')}: {first_difference(a, b)}")
    return same, differences, (before / "stderr").read_bytes() != (after / "stderr").read_bytes()


def run_all(program, listed, work, results, jobs, done):
    """Runs all commands; calls `done` for each in the list's order."""
    run = Run(program, work, results)
    with ThreadPoolExecutor(jobs) as pool:
        running = {}

        def one(command):
            missing = run.missing(command, listed)
            for other in command.after:
                running[other].result()
            return (missing, None, b"") if missing else (missing, *run.run(command))

        # Those that a command waits for were handed in before it: the pool always has one that can run.
        for name, command in listed.items():
            running[name] = pool.submit(one, command)
        for name, command in listed.items():
            done(command, *running[name].result())
    return run


def record(program, listed, work, results, jobs, say):
    wrong = []

    def done(command, missing, code, err):
        if missing:
            return say(f"{command.name}  left out: {', '.join(missing)} is not here")
        if (code != 0) != (command.group == "fails"):
            wrong.append(command.name)
            return say(f"{command.name}  ended with {code}: {err.decode(errors='replace').strip().splitlines()[-2:]}")
        say(f"{command.name}  recorded, {(results / command.name / 'seconds').read_text().strip()} s")

    run_all(program, listed, work, results, jobs, done)
    return wrong


def against(program, listed, work, recorded, results, jobs):
    counts = {"commands": 0, "same": 0, "differ": 0, "left out": 0, "messages": 0, "words": 0}

    def done(command, missing, _code, _err):
        name = command.name
        if missing and not (recorded / name).exists():
            counts["left out"] += 1
            return print(f"{name}  left out: {', '.join(missing)} is not here", flush=True)
        counts["commands"] += 1
        same, differences, message = compare(recorded / name, results / name)
        if command.group == "words" and (recorded / name).exists() and (results / name).exists():
            counts["words"] += bool(differences or message)
            line = f"words differ (not counted): {differences[0] if differences else 'standard error'}" if differences or message else f"same ({same} files)"
            return print(f"{name}  {line}", flush=True)
        counts["same"] += same
        counts["differ"] += len(differences)
        line = f"differs: {differences[0]}" + (f"; and {len(differences) - 1} more" if differences[1:] else "") if differences else f"same ({same} files)"
        if message:
            counts["messages"] += 1
            line += "; message differs (not counted): " + first_difference((recorded / name / "stderr").read_bytes(), (results / name / "stderr").read_bytes())
        print(f"{name}  {line}", flush=True)

    run_all(program, listed, work, results, jobs, done)
    inputs = [json.loads((folder / "inputs.json").read_text()) for folder in (recorded, results)]
    other = sorted(name for name in inputs[0].keys() & inputs[1].keys() if inputs[0][name] != inputs[1][name])
    if other:
        print(f"recorded: the inputs are not those that were recorded: {' '.join(other)}")
    print(f"recorded: {counts['left out']} commands left out; {counts['messages']} messages and {counts['words']} outputs of words differ (not counted)")
    print(f"recorded: {counts['commands']} commands, {counts['same']} files the same, {counts['differ']} differ")
    return 1 if counts["differ"] or other else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", nargs="*", metavar="PROGRAM")
    parser.add_argument("--record", type=Path, metavar="DIR", help="keep the outputs of one program here")
    parser.add_argument("--against", type=Path, metavar="DIR", help="compare one program with what was recorded here")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these commands, and those whose outputs they need")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="commands at a time (2)")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep what was written, as it was compared, here")
    parser.add_argument("--list", action="store_true", help="print the commands and end")
    options = parser.parse_args()
    listed = chosen(commands(), options.only)
    if options.list:
        return print("".join(f"{name}\t{command.line}\n" for name, command in listed.items()), end="")
    if len(options.programs) != (1 if options.record or options.against else 2) or (options.record and options.against):
        parser.error("give two programs, or one with --record or --against")
    if options.against and not (options.against / "inputs.json").is_file():
        parser.error(f"{options.against}: nothing was recorded here")
    with tempfile.TemporaryDirectory(prefix="recorded-") as folder:
        folder = Path(folder)
        kept = options.keep or folder / "kept"
        if options.record:
            if not options.only and options.record.exists() and any(options.record.iterdir()):
                if not (options.record / "inputs.json").is_file():
                    parser.error(f"{options.record}: it holds other files")
                shutil.rmtree(options.record)
            wrong = record(options.programs[0], listed, folder / "work", options.record, options.jobs, lambda line: print(line, flush=True))
            print(f"recorded: {len(listed)} commands, {len(wrong)} did not end as the list says{': ' if wrong else ''}{' '.join(wrong)}")
            sys.exit(1 if wrong else 0)
        recorded = options.against
        if not recorded:
            recorded = kept / "before"
            wrong = record(options.programs[0], listed, folder / "before", recorded, options.jobs, lambda line: None)
            if wrong:
                print(f"recorded: of the first program, {len(wrong)} commands did not end as the list says: {' '.join(wrong)}")
        sys.exit(against(options.programs[-1], listed, folder / "after", recorded, kept / "after", options.jobs))


if __name__ == "__main__":
    main()
