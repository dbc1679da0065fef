#!/usr/bin/env python3
"""What `genogloss plan` estimates against what runs take: processor time, output size, peak memory.

    python3 benches/plan.py --program target/release/genogloss [--only WORD ...] [--threads 2] [--folder DIR] [--constants]

Inputs are made up, with samtools, bcftools and tabix: a genome with runs of N and of repeats; reads that are dense in places (BAM with and without
index, CRAM, FASTQ, long reads); variants (plain, .vcf.gz, a thousand samples). Processor time is that of the child as the system counts it
(wait4), not as the program says. --constants prints the table of src/shards/plan/constants.rs instead: milliseconds of processor time of each
built-in model for a window and an allele.
"""
import argparse
import json
import os
import random
import shutil
import subprocess
import tempfile
from pathlib import Path

MODELS = ["human", "core-promoter", "proximal-promoter", "promoter-nontata", "splice-window", "tf-human", "tf-mouse", "regulatory", "gene", "reading-frame"]


def sh(command):
    subprocess.run(["bash", "-euo", "pipefail", "-c", command], check=True)


def timed(words):
    """Processor seconds, and peak memory in bytes, of a program."""
    child = subprocess.Popen([str(word) for word in words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    said = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(map(str, words))}: {said}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def bases(rng, count):
    return "".join(rng.choices("ACGT", k=count))


class Inputs:
    """Made once, in a folder."""

    def __init__(self, folder, scale):
        self.folder, self.rng, self.scale = folder, random.Random(21), scale
        self.contigs = {"c1": int(6e6 * scale), "c2": int(3e6 * scale), "c3": int(1e6 * scale)}
        self.sequence = {}
        for name, length in self.contigs.items():
            text = bases(self.rng, length - length // 5)
            at = len(text) // 3
            # A fifth is not known, as around a centromere.
            self.sequence[name] = text[:at] + "N" * (length - len(text)) + text[at:]

    def path(self, name):
        return self.folder / name

    def genome(self):
        path = self.path("g.fa")
        if not path.exists():
            with open(path, "w") as out:
                for name, text in self.sequence.items():
                    out.write(f">{name}\n")
                    out.writelines(text[at:at + 80] + "\n" for at in range(0, len(text), 80))
            sh(f"samtools faidx {path}")
        return path

    def known(self, length):
        """A place with known bases; half of all lie on the last tenth of c1."""
        while True:
            name = self.rng.choices(list(self.contigs), [8, 2, 1])[0]
            size = self.contigs[name]
            low = size * 9 // 10 if name == "c1" and self.rng.random() < 0.7 else 0
            at = self.rng.randrange(low, size - length - 1)
            if "N" not in self.sequence[name][at:at + length]:
                return name, at

    def sam(self, count, long=False):
        path = self.path("long.sam" if long else "r.sam")
        if path.exists():
            return path
        with open(path, "w") as out:
            out.write("@HD\tVN:1.6\tSO:unsorted\n" + "".join(f"@SQ\tSN:{n}\tLN:{s}\n" for n, s in self.contigs.items()))
            for number in range(count):
                length = min(int(self.rng.lognormvariate(7.5, 0.9)) + 100, 50_000) if long else 150
                quality = "".join(self.rng.choices("#,:FFFF", k=length))
                if number % 20 == 0:
                    out.write(f"r{number}\t4\t*\t0\t0\t*\t*\t0\t0\t{bases(self.rng, length)}\t{quality}\n")
                else:
                    name, at = self.known(length)
                    out.write(f"r{number}\t{self.rng.choice([0, 16])}\t{name}\t{at + 1}\t60\t{length}M\t*\t0\t0\t{self.sequence[name][at:at + length]}\t{quality}\n")
        return path

    def reads(self, kind, count):
        path = self.path(kind)
        if path.exists():
            return path
        sam, genome = self.sam(count, "long" in kind), self.genome()
        if kind.endswith("cram"):
            sh(f"samtools sort -O cram --reference {genome} -o {path} {sam} 2>/dev/null && samtools index {path}")
        elif kind.endswith("bam"):
            sh(f"samtools sort -o {path} {sam} 2>/dev/null")
            if "noindex" not in kind:
                sh(f"samtools index {path}")
        elif kind.endswith("fastq.gz"):
            sh(f"samtools fastq {sam} 2>/dev/null | gzip -c > {path}")
        else:
            sh(f"samtools fastq {sam} 2>/dev/null > {path}")
        return path

    def variants(self, kind, count, samples=0):
        path = self.path(kind)
        if path.exists():
            return path
        places = sorted({self.known(1) for _ in range(count)}, key=lambda place: (place[0], place[1]))
        plain = self.path(f"{kind}.tmp.vcf")
        with open(plain, "w") as out:
            out.write("##fileformat=VCFv4.2\n" + "".join(f"##contig=<ID={n},length={s}>\n" for n, s in self.contigs.items()))
            out.write('##INFO=<ID=AF,Number=A,Type=Float,Description="x">\n##FORMAT=<ID=GT,Number=1,Type=String,Description="x">\n##FORMAT=<ID=DP,Number=1,Type=Integer,Description="x">\n')
            names = "\tFORMAT\t" + "\t".join(f"s{n}" for n in range(samples)) if samples else ""
            out.write(f"#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO{names}\n")
            for name, at in places:
                ref = self.sequence[name][at]
                alt = self.rng.choice([b for b in "ACGT" if b != ref])
                if self.rng.random() < 0.1:
                    alt = ref + bases(self.rng, self.rng.randrange(1, 9))
                genotypes = "".join("\t" + self.rng.choice(["0|0", "0|0", "0|1", "1|1"]) + f":{self.rng.randrange(60)}" for _ in range(samples))
                out.write(f"{name}\t{at + 1}\trs{at}\t{ref}\t{alt}\t{self.rng.randrange(1000)}\tPASS\tAF={self.rng.random():.4f}{chr(9) + 'GT:DP' + genotypes if samples else ''}\n")
        if kind.endswith(".bcf"):
            sh(f"bcftools view --no-version -Ob -o {path} {plain} && bcftools index {path} && rm {plain}")
        elif kind.endswith(".gz"):
            sh(f"bgzip -c {plain} > {path} && tabix -p vcf {path} && rm {plain}")
        else:
            plain.rename(path)
        return path


def cases(inputs, scale):
    """Name, command, input, options, output."""
    genome = inputs.genome
    n = lambda count: max(int(count * scale), 50)
    yield "scan human", "scan", genome, ["-m", "human"], "o.bed.gz"
    yield "scan human bigWig", "scan", genome, ["-m", "human", "--column", "splice.donor_plus", "--column", "promoter.promoter"], "tracks"
    yield "scan regulatory", "scan", genome, ["-m", "regulatory"], "o.tsv.gz"
    yield "scan exact:gc stride 10", "scan", genome, ["-m", "exact:gc", "--window", "100", "--stride", "10"], "o.bed.gz"
    yield "reads bam core-promoter", "reads", lambda: inputs.reads("r.bam", n(200_000)), ["-m", "core-promoter"], "o.tsv.gz"
    yield "reads bam to bam", "reads", lambda: inputs.reads("r.bam", n(200_000)), ["-m", "core-promoter"], "o.bam"
    yield "reads bam exact:gc", "reads", lambda: inputs.reads("r.bam", n(200_000)), ["-m", "exact:gc"], "o.tsv.gz"
    yield "reads bam without index", "reads", lambda: inputs.reads("noindex.bam", n(200_000)), ["-m", "exact:gc"], "o.tsv"
    yield "reads cram core-promoter", "reads", lambda: inputs.reads("r.cram", n(200_000)), ["-m", "core-promoter", "-f", str(genome())], "o.tsv.gz"
    yield "reads cram exact:gc", "reads", lambda: inputs.reads("r.cram", n(200_000)), ["-m", "exact:gc", "-f", str(genome())], "o.tsv.gz"
    yield "reads fastq core-promoter", "reads", lambda: inputs.reads("r.fastq", n(200_000)), ["-m", "core-promoter"], "o.tsv"
    yield "reads fastq.gz exact:gc", "reads", lambda: inputs.reads("r.fastq.gz", n(200_000)), ["-m", "exact:gc"], "o.tsv.gz"
    yield "reads long bam regulatory", "reads", lambda: inputs.reads("long.bam", n(8_000)), ["-m", "regulatory"], "o.tsv.gz"
    yield "variants vcf human", "variants", lambda: inputs.variants("few.vcf", n(1_500)), ["-m", "human", "-f", str(genome())], "o.vcf"
    yield "variants vcf.gz splice-window", "variants", lambda: inputs.variants("v.vcf.gz", n(100_000)), ["-m", "splice-window", "-f", str(genome())], "o.vcf.gz"
    yield "variants vcf.gz exact:gc", "variants", lambda: inputs.variants("v.vcf.gz", n(100_000)), ["-m", "exact:gc", "-f", str(genome())], "o.vcf.gz"
    yield "variants 1,000 samples vcf.gz", "variants", lambda: inputs.variants("s.vcf.gz", n(5_000), 1000), ["-m", "splice-window", "-f", str(genome())], "o.vcf.gz"
    yield "variants 1,000 samples bcf", "variants", lambda: inputs.variants("s.bcf", n(5_000), 1000), ["-m", "splice-window", "-f", str(genome())], "o.bcf"


def size(path):
    if path.is_dir():
        return sum(file.stat().st_size for file in path.glob("*.bw"))
    return path.stat().st_size


def compare(a, inputs):
    print("case\testimated_cpu_s\tcpu_s\tratio\testimated_bytes\tbytes\tratio\testimated_memory\tmemory\tratio\tplan_cpu_s")
    for name, command, make, options, output in cases(inputs, a.scale):
        if a.only and not any(word in name for word in a.only):
            continue
        given, out, plan = make(), inputs.path(output), inputs.path("plan")
        where = ["--bigwig", out] if output == "tracks" else ["-o", out]
        planning, _ = timed([a.program, "plan", given, "-n", 1, "-o", plan, "-t", a.threads, "--quiet", "--", *options, *where])
        total = json.loads((plan / "plan.json").read_text())["total"]
        cpu, memory = timed([a.program, command, given, *options, "-t", a.threads, "--quiet", *where])
        cells = []
        for estimate, real, digits in [(total["cpu_seconds"], cpu, 2), (total["output_bytes"], size(out), 0), (total["memory_bytes"], memory, 0)]:
            cells += [f"{estimate:.{digits}f}", f"{real:.{digits}f}", f"{estimate / real:.2f}"]
        print(name, *cells, f"{planning:.1f}", sep="\t", flush=True)
        shutil.rmtree(out) if out.is_dir() else out.unlink()


def constants(a, inputs):
    genome, variants = inputs.genome(), inputs.variants("v.vcf.gz", 20_000)
    for model in MODELS:
        row = []
        for given, more in [(genome, []), (variants, ["-f", genome])]:
            folder = inputs.path("plan")
            timed([a.program, "plan", given, "-n", 1, "-o", folder, "-t", 1, "-m", model, "--quiet", *more])
            plan = json.loads((folder / "plan.json").read_text())
            total = plan["total"]
            row.append(total["cpu_seconds"] / total[plan["unit"]] * 1000)
        print(f'    constants("{model}", {row[0]:.3g}, {row[1]:.3g}),', flush=True)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--program", type=Path, required=True)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--scale", type=float, default=1.0, help="size of the inputs")
    p.add_argument("--only", nargs="*", default=[])
    p.add_argument("--folder", type=Path, help="keep the inputs here")
    p.add_argument("--constants", action="store_true")
    a = p.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = a.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        (constants if a.constants else compare)(a, Inputs(folder, a.scale))


if __name__ == "__main__":
    main()
