import csv
import functools
import gzip
import json
import math
import re
from dataclasses import dataclass
from pathlib import Path
from shlex import join, quote

import yaml
from snakemake.exceptions import WorkflowError


def as_written(names):
    """Names of samples as the configuration files have them: YAML makes numbers of 1234 and 007, and a truth value of yes."""
    texts = {}

    def collect(node):
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if isinstance(key, yaml.ScalarNode):
                    name = yaml.safe_load(yaml.serialize(key))
                    if not isinstance(name, str):
                        texts.setdefault((type(name), name), set()).add(key.value)
                collect(value)

    for file in workflow.configfiles:
        with open(file) as text:
            collect(yaml.compose(text, Loader=yaml.SafeLoader))

    def name(key):
        if isinstance(key, str):
            return key
        written = texts.get((type(key), key), set())
        if len(written) == 1:
            return written.pop()
        if type(key) is int:
            return str(key)
        raise WorkflowError(f"the name of a sample must be text: write {key} in quotes")

    return {name(key): value for key, value in names.items()}


for kind in ["variants", "reads"]:
    samples = config.get(kind) or {}
    config[kind] = as_written(samples) if isinstance(samples, dict) else samples
for section in ["scan", "plan"]:
    config[section] = config.get(section) or {}
validate(config, "../schemas/config.schema.yaml")

if config["shards"] == "auto" and not config["plan"]["enabled"]:
    raise WorkflowError(
        "shards: auto needs a plan; give a number of shards, or enable plan"
    )

OUT = config["outdir"].rstrip("/")
WORK = f"{OUT}/work"
GENOME = config["genome"]
INDEX = config["index"]
BAM_INDEX = "csi" if INDEX == "csi" else "bai"
COHORT = config["cohort"]
KINDS = ["scan", "variants", "reads", "cohort"]
SITES = f"{WORK}/sites.vcf.gz"


def taken_out(name, options):
    """The value of an option, None without it, and the other options, all as they are written for the shell."""
    word = r"""(?:'[^']*'|"[^"]*"|\\.|[^\s'"\\])+"""
    option = re.compile(rf"(?<!\S){re.escape(name)}(?:=|\s+)({word})")
    found = option.findall(options)
    return (found[-1] if found else None), option.sub("", options).strip()


# What decides in the run of a model whether a file belongs to the genome. The sites of a cohort are of all samples: there nothing is
# refused, so that a sample of another genome stops no other. Each sample is judged by itself, by the values of the user.
MISSING_CONTIGS, OPTIONS = taken_out("--missing-contigs", config["variants_options"])
if COHORT and MISSING_CONTIGS not in [None, "fail", "skip"]:
    raise WorkflowError(
        f"--missing-contigs of variants_options is fail or skip, not {MISSING_CONTIGS}"
    )
REF_MISMATCH, OPTIONS = taken_out("--ref-mismatch", OPTIONS)
if COHORT and REF_MISMATCH not in [None, "fail", "skip"]:
    raise WorkflowError(
        f"--ref-mismatch of variants_options is fail or skip, not {REF_MISMATCH}"
    )
MAX_REF_MISMATCH, OPTIONS = taken_out("--max-ref-mismatch", OPTIONS)
ALIASES, _ = taken_out("--contig-aliases", OPTIONS)
SITES_OPTIONS = f"{OPTIONS} --missing-contigs skip --max-ref-mismatch 1".strip()


@functools.lru_cache(maxsize=None)
def is_sorted(bam, changed):
    """Whether the header of a BAM file, as it was changed then, says that it is sorted by position."""
    with gzip.open(bam) as data:
        size = int.from_bytes(data.read(8)[4:], "little")
        header = data.read(size).decode(errors="replace")
    return re.match(r"@HD\t.*\bSO:coordinate\b", header) is not None


@dataclass(frozen=True)
class Run:
    """A run of the program: one sample, or the genome."""

    kind: str
    sample: str
    file: str
    ending: str
    model: str
    options: str

    @property
    def work(self):
        return f"{WORK}/{self.kind}/{self.sample}"

    @property
    def merged(self):
        return f"{self.work}/merged.{self.ending}"

    @property
    def final(self):
        return f"{OUT}/{self.kind}/{self.sample}.{self.ending}"

    @property
    def index(self):
        """Ending of the index that the program writes."""
        if self.ending.startswith(("tsv", "bam")):
            return None
        return "csi" if self.ending == "bcf" else INDEX

    @property
    def is_sorted_bam(self):
        """Whether the result is a BAM file sorted by position, which samtools indexes: reads come out in the order in which they came."""
        file = Path(self.merged)
        return (
            self.ending == "bam"
            and file.exists()
            and is_sorted(file, file.stat().st_mtime_ns)
        )

    @property
    def takes_scores(self):
        """Whether the scores come from those of all sites."""
        return COHORT and self.kind == "variants"

    @property
    def is_planned(self):
        return config["plan"]["enabled"] and not self.takes_scores

    @property
    def inputs(self):
        files = [self.file]
        if self.kind in ["variants", "cohort"]:
            files.append(GENOME)
            files += (
                [config["genes"]] if config["genes"] and not self.takes_scores else []
            )
        elif self.file.endswith(".cram"):
            files.append(GENOME)
        return files

    @property
    def reference(self):
        return ["--reference", GENOME] if GENOME in self.inputs[1:] else []

    @property
    def statuses(self):
        """Status files that say why it cannot run: of the sites of a cohort, or of their scores."""
        if self.takes_scores:
            return [f"{RUNS['cohort', 'sites'].work}/status"]
        return [f"{WORK}/sites.status"] if self.kind == "cohort" else []

    @property
    def refused(self):
        """Reasons of records that end a run of the model. A run that takes scores writes such records: their sites have the reason."""
        ends = self.takes_scores and REF_MISMATCH == "fail"
        return ["reference_mismatch"] if ends else []

    @property
    def judgement(self):
        """The command line of a run without a network, which ends at such a record and says why."""
        if not self.refused:
            return ""
        words = [config["program"], "variants", self.file, *self.reference]
        words += ["--model", "exact:gc"]
        words += ["--missing-contigs", MISSING_CONTIGS or "fail"]
        words += ["--ref-mismatch", "fail"]
        return join(words) + (f" --contig-aliases {ALIASES}" if ALIASES else "")

    def command(self, output, shard=None):
        """The command line without threads."""
        words = [
            config["program"],
            (
                "scan"
                if self.kind == "scan"
                else "reads" if self.kind == "reads" else "variants"
            ),
        ]
        words += [self.file, *self.reference]
        if self.takes_scores:
            words += ["--scores", RUNS["cohort", "sites"].merged]
            words += (
                ["--missing-scores", config["missing_scores"]]
                if config["missing_scores"]
                else []
            )
            text = join(words)
            text += f" --missing-contigs {MISSING_CONTIGS}" if MISSING_CONTIGS else ""
            text += (
                f" --max-ref-mismatch {MAX_REF_MISMATCH}" if MAX_REF_MISMATCH else ""
            )
        else:
            words += ["--model", self.model]
            if self.kind in ["variants", "cohort"]:
                words += ["--genes", config["genes"]] if config["genes"] else []
                words += ["--cache", config["cache"]] if config["cache"] else []
            text = f"{join(words)} {self.options}"
        text += f" --shard {shard}" if shard else ""
        text += f" --index {self.index}" if self.index else ""
        return f'{text} --threads "$threads" --resume=restart-if-different --output {quote(output)}'


def all_runs():
    runs = []
    if config["scan"]["enabled"]:
        runs.append(
            Run(
                "scan",
                "elements",
                GENOME,
                "bed.gz",
                config["model"],
                config["scan"]["options"],
            )
        )
    ending, options = config["variants_format"], config["variants_options"]
    for sample, file in config["variants"].items():
        runs.append(
            Run("variants", sample, file, ending, config["variants_model"], options)
        )
    if COHORT and config["variants"]:
        runs.append(
            Run(
                "cohort",
                "sites",
                SITES,
                "vcf.gz",
                config["variants_model"],
                SITES_OPTIONS,
            )
        )
    for sample, file in config["reads"].items():
        runs.append(
            Run(
                "reads",
                sample,
                file,
                config["reads_format"],
                config["reads_model"],
                config["reads_options"],
            )
        )
    return {(run.kind, run.sample): run for run in runs}


RUNS = all_runs()


def run_of(wildcards):
    return RUNS[wildcards.kind, wildcards.sample]
