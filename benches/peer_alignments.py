#!/usr/bin/env python3
"""Reads the alignment files of other projects with genogloss and with samtools, and compares.

    python benches/peer_alignments.py PROGRAM FOLDER [--table TABLE.md]

FOLDER is searched for .sam, .bam and .cram; fit are the test folders of samtools/hts-specs and samtools/htslib. Of each file
`genogloss reads FILE -m exact:gc` must have as many records and bases as `samtools view`, as must `-O bam`, read back by samtools;
or the file is refused for a reason that says where. A CRAM file that needs a reference is tried with each FASTA file of its folder and of
the folders above it, as far as FOLDER. A panic, a crash and a run of over 20 seconds are failures. The files of one project are the lines of
the table; what became of each is on standard output.
"""
import argparse
import collections
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

LIMIT = 20


def run(command, environment=None):
    try:
        return subprocess.run(
            command, capture_output=True, timeout=LIMIT, stdin=subprocess.DEVNULL, env={**os.environ, **(environment or {})}
        )
    except subprocess.TimeoutExpired:
        return None


def samtools(path, reference):
    """Records, bases and name lengths' sum; None where samtools refuses the file, as a run of samtools view does."""
    option = ["-T", str(reference)] if reference else []
    done = run(["samtools", "view", *option, str(path)], {"REF_PATH": "/nowhere/%s"})
    if done is None or done.returncode != 0:
        return None
    records = [line.split(b"\t") for line in done.stdout.splitlines()]
    if run(["samtools", "view", "-b", "-o", "/dev/null", *option, str(path)], {"REF_PATH": "/nowhere/%s"}).returncode != 0:
        return None
    return len(records), sum(len(fields[9]) for fields in records if fields[9] != b"*")


def ours(program, path, reference, folder):
    """What the program makes of a file: ("read", records, bases), ("refused", reason) or ("FAILED", why)."""
    option = ["-f", str(reference)] if reference else []
    base = [program, "reads", str(path), "-m", "exact:gc", "--quiet", *option]
    done = run(base)
    if done is None:
        return "FAILED", "hangs"
    if done.returncode not in (0, 1, 2):
        return "FAILED", f"exit code {done.returncode}"
    said = done.stderr.decode(errors="replace").strip().splitlines()
    if done.returncode:
        errors = [line for line in said if line.startswith("error: ")]
        return ("refused", errors[-1].removeprefix("error: ")) if errors else ("FAILED", "no reason")
    lines = [line.split(b"\t") for line in done.stdout.splitlines() if not line.startswith(b"#read\t")]
    found = len(lines), sum(int(fields[6]) for fields in lines)
    bam = folder / "out.bam"
    # A prefix that the files do not use: tags of the same name are refused.
    tagged = run([*base, "-O", "bam", "--tag-prefix", "Q", "-o", str(bam)])
    if tagged is None or tagged.returncode not in (0, 1, 2):
        return "FAILED", "-O bam"
    if tagged.returncode:
        errors = [line for line in tagged.stderr.decode(errors="replace").splitlines() if line.startswith("error: ")]
        return "refused", "as BAM: " + errors[-1].removeprefix("error: ")
    if samtools(bam, None) != found:
        return "FAILED", f"BAM read back: {samtools(bam, None)}, not {found}"
    return "read", *found


def references(path, folder):
    """Without one, and the FASTA files of the folders from the file's to the outermost."""
    yield None
    for parent in [path.parent, *path.parent.parents]:
        if not parent.is_relative_to(folder):
            return
        for ending in ("fa", "fasta"):
            yield from sorted(parent.glob(f"*.{ending}"))


def compare(program, path, folder, work):
    best = None
    for reference in references(path, folder) if path.suffix == ".cram" else [None]:
        theirs = samtools(path, reference)
        here = ours(program, path, reference, work)
        if here[0] == "FAILED":
            return here
        if here[0] == "read" and theirs is not None:
            same = here[1:] == theirs
            return ("same", f"{here[1]} records, {here[2]} bases") if same else ("FAILED", f"{here[1:]}, samtools {theirs}")
        if best is None or theirs is not None:
            best = here, theirs
    here, theirs = best
    if here[0] == "read":
        return "read; samtools refuses it", f"{here[1]} records"
    return ("refused by both" if theirs is None else "refused; samtools reads it"), here[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--table", type=Path)
    options = parser.parse_args()
    folder = options.folder.resolve()
    files = sorted(p for p in folder.rglob("*") if p.suffix in (".sam", ".bam", ".cram") and p.is_file())
    counts, reasons = collections.defaultdict(collections.Counter), collections.defaultdict(collections.Counter)
    with tempfile.TemporaryDirectory() as work:
        for path in files:
            what, why = compare(options.program, path, folder, Path(work))
            name = path.relative_to(folder)
            why = why.replace(str(path), "FILE").replace(str(folder) + "/", "")
            print(f"{name}\t{what}\t{why}", flush=True)
            group = "/".join(name.parts[:-1]) or "."
            counts[group][what] += 1
            if what not in ("same",):
                reasons[what][re.sub(r"\d+", "N", re.sub(r'"[^"]*"', '"…"', why))] += 1
    kinds = ["same", "read; samtools refuses it", "refused by both", "refused; samtools reads it", "FAILED"]
    lines = ["| files | " + " | ".join(kinds) + " |", "|---|" + "---:|" * len(kinds)]
    for group, found in sorted(counts.items()):
        lines.append(f"| {group} | " + " | ".join(str(found[kind]) for kind in kinds) + " |")
    lines.append("| **all** | " + " | ".join(str(sum(found[kind] for found in counts.values())) for kind in kinds) + " |")
    if options.table:
        options.table.write_text("\n".join(lines) + "\n")
    print("\n".join(lines))
    sys.exit(any(found["FAILED"] for found in counts.values()))


if __name__ == "__main__":
    main()
