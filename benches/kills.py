#!/usr/bin/env python3
"""Kills runs at random moments (kill -9) and resumes them (--resume): in the end their outputs must be the same.

    python3 benches/kills.py PROGRAM [--trials 50] [--seed N] [--only scan …]

A trial begins a run, kills it after a random part of the time that it takes uninterrupted, begins it again, kills it again, one to
five times in all, and then lets it end. Its outputs are compared with those of an uninterrupted run: text and bigWig byte by
byte, BGZF (.gz, BAM, BCF) by what is in it, since a block may end at a checkpoint, and an index by what it finds. No hidden file may be left over.
samtools, bcftools and tabix are asked about indices where they are installed. The seed is printed, and gives the same trials again.
"""

import argparse
import gzip
import hashlib
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
SLICE = ROOT / "tests/data/chr20_slice.fa"


def inputs(folder, program):
    """Inputs made of the slice of chromosome 20 that the tests use."""
    lines = SLICE.read_text().splitlines()
    bases = "".join(line for line in lines if not line.startswith(">"))
    name = lines[0][1:].split()[0]
    with (folder / "genome.fa").open("w") as file:
        for contig in range(40):
            at = contig * 997
            file.write(f">c{contig}\n{bases[at:]}{'N' * 500 * contig}{bases[:at]}\n")
    vcf = ["##fileformat=VCFv4.2", "##contig=<ID=c0>", "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO"]
    depth = '##INFO=<ID=DP,Number=1,Type=Integer,Description="Depth">'
    places = ["##fileformat=VCFv4.2", f"##contig=<ID={name}>", depth, vcf[-1]]
    sam = ["@HD\tVN:1.6\tSO:coordinate", f"@SQ\tSN:c0\tLN:{len(bases)}"]
    bed = []
    for at in range(0, len(bases) - 200, 2):
        vcf.append(f"c0\t{at + 1}\t.\t{bases[at:at + 2].upper()}\tG,<DEL>\t.\t.\t.")
        places.append(f"{name}\t{at + 1}\t.\t{bases[at:at + 2].upper()}\tG\t.\t.\tDP={at}")
        bed.append(f"{name}\t{at}\t{at + 150}\tb{at}")
        sam.append(f"r{at}\t0\tc0\t{at + 1}\t60\t100M\t*\t0\t0\t{bases[at:at + 100]}\t{'I' * 100}")
    for file, text in [("v.vcf", vcf), ("p.vcf", places), ("r.sam", sam), ("p.bed", bed)]:
        (folder / file).write_text("\n".join(text) + "\n")
    subprocess.run([program, "genes", "build", ROOT / "tests/data/genes/hgnc.tsv.gz", "--quiet", "-o", folder / "genes.sqlite"], check=True, stderr=subprocess.DEVNULL)
    return name


def commands(folder, contig):
    """For each capability: what is run, the output's name, a region for its index."""
    genome = f"{folder}/genome.fa"
    annotate = ["-b", f"{folder}/genes.sqlite", "--genes", ROOT / "tests/data/slice_genes.gtf"]
    return {
        "scan": [
            (["scan", genome, "-m", "exact:gc", "--window", "10", "--threshold", "0.6", "--merge", "25"], "out.bed", None),
            (["scan", genome, "-m", "exact:gc", "--window", "20"], "out.bed.gz", "c0:50000-52000"),
            (["scan", genome, "-m", "exact:gc", "--window", "100", "--stride", "40", "--overlap", "mean", "-O", "tsv"], "out.tsv", None),
            (["scan", genome, "-m", "exact:gc", "--window", "20", "--bigwig", "TRACKS"], "out.bed", None),
            (["scan", genome, "-m", "exact:gc", "--window", "20", "--bigwig", "TRACKS"], None, None),
        ],
        "reads": [
            (["reads", f"{folder}/r.sam", "-m", "exact:gc", "-O", "bam"], "out.bam", "c0:50000-52000"),
            (["reads", f"{folder}/r.sam", "-m", "exact:gc"], "out.tsv", None),
            (["reads", f"{folder}/r.sam", "-m", "exact:gc"], "out.tsv.gz", None),
        ],
        "variants": [
            (["variants", f"{folder}/v.vcf", "-f", genome, "-m", "exact:gc"], "out.vcf.gz", "c0:50000-52000"),
            (["variants", f"{folder}/v.vcf", "-f", genome, "-m", "exact:gc"], "out.bcf", "c0:50000-52000"),
            (["variants", f"{folder}/v.vcf", "-f", genome, "-m", "exact:gc"], "out.vcf", None),
        ],
        "genes annotate": [
            (["genes", "annotate", f"{folder}/p.vcf", *annotate], "out.vcf.gz", f"{contig}:50000-52000"),
            (["genes", "annotate", f"{folder}/p.bed", *annotate], "out.tsv", None),
            (["genes", "annotate", f"{folder}/p.vcf", *annotate], "out.bcf", f"{contig}:50000-52000"),
        ],
    }


def found(path, region):
    """What the index of a file finds."""
    tool = {".bam": ["samtools", "view"], ".bcf": ["bcftools", "view", "-H"]}.get(path.suffix, ["tabix"])
    if not region or not shutil.which(tool[0]):
        return None
    if path.suffix == ".bam":
        subprocess.run(["samtools", "index", path], check=True)
    words = [*tool, "-r", region, path] if tool[0] == "bcftools" else [*tool, path, region]
    return subprocess.run(list(map(str, words)), check=True, stdout=subprocess.PIPE).stdout


def content(folder, region):
    """All outputs in a folder: name, digest, and what indices find. Manifests have times in them, and indices offsets."""
    seen = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        if path.name.startswith(".") or path.name.endswith((".manifest.json", ".tbi", ".csi", ".bai")):
            continue
        data = path.read_bytes()
        if path.suffix in (".gz", ".bam", ".bcf"):
            data = gzip.decompress(data)
        # A header may hold the command line, and that the output's name.
        data = data.replace(str(folder).encode(), b"")
        seen[str(path.relative_to(folder))] = hashlib.md5(data).hexdigest(), found(path, region)
    return seen


def arguments(program, command, out, folder):
    words = [str(word).replace("TRACKS", f"{folder}/tracks") for word in command]
    threads = [] if words[0] == "genes" else ["-t", "1"]
    return [program, *words, *threads, "--quiet", *(["-o", f"{folder}/{out}"] if out else [])]


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("program", type=lambda text: str(pathlib.Path(text).resolve()))
    options.add_argument("--trials", type=int, default=50, help="of each capability")
    options.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    options.add_argument("--only", action="append", help="scan, reads, variants or genes annotate")
    options = options.parse_args()
    chance = random.Random(options.seed)
    print(f"seed {options.seed}")
    print("| command | trials | kills | most in a row | runs gone on with | outputs that differ | hidden files left | other failures |\n|---|---|---|---|---|---|---|---|", flush=True)
    bad = 0
    with tempfile.TemporaryDirectory(prefix="genogloss-kills-") as home:
        home = pathlib.Path(home)
        contig = inputs(home, options.program)
        for capability, variants in commands(home, contig).items():
            if options.only and capability not in options.only:
                continue
            whole = []
            for number, (command, out, region) in enumerate(variants):
                folder = home / f"whole-{number}"
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                begun = time.monotonic()
                subprocess.run(arguments(options.program, command, out, folder), check=True, stderr=subprocess.DEVNULL)
                whole.append((time.monotonic() - begun, content(folder, region)))
            kills = most = gone_on = differ = left = failures = 0
            for trial in range(options.trials):
                number = trial % len(variants)
                command, out, region = variants[number]
                took, expected = whole[number]
                folder = home / "trial"
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                words = [*arguments(options.program, command, out, folder), "--resume", "--checkpoint", "0.01"]
                row, wanted = 0, chance.randint(1, 5)
                for attempt in range(wanted + 1):
                    gone_on += any(path.name.endswith("genogloss-journal") for path in folder.rglob(".*"))
                    process = subprocess.Popen(words, stderr=subprocess.PIPE)
                    if attempt < wanted:
                        try:
                            # The first kill lies anywhere in the run; what follows has less to do.
                            process.wait(chance.random() * took * (1.1 if attempt == 0 else 0.6))
                        except subprocess.TimeoutExpired:
                            process.send_signal(signal.SIGKILL)
                    _, error = process.communicate(timeout=300)
                    if process.returncode == -signal.SIGKILL:
                        row += 1
                        continue
                    if process.returncode != 0:
                        failures += 1
                        print(f"{' '.join(map(str, words))}: exit code {process.returncode}: {error.decode()}", file=sys.stderr)
                    break
                kills, most = kills + row, max(most, row)
                hidden = [path.name for path in folder.rglob(".*")]
                left += bool(hidden)
                seen = content(folder, region)
                if seen != expected:
                    differ += 1
                    names = [name for name in {*seen, *expected} if seen.get(name) != expected.get(name)]
                    print(f"trial {trial}: {' '.join(map(str, words))}: {names}", file=sys.stderr)
            bad += differ + left + failures
            print(f"| {capability} | {options.trials} | {kills} | {most} | {gone_on} | {differ} | {left} | {failures} |", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
