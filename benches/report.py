"""The page about many runs: its time and its size.

    python benches/report.py [--program target/release/genogloss] [--runs 1000]

Scans a made-up contig once, copies its manifest with other names and counts, and prints the time on the clock, CPU-seconds and bytes of
the page of all of them. Ends with an error if a run is not on the page.
"""

import argparse
import json
import random
import resource
import subprocess
import tempfile
import time
from pathlib import Path


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="target/release/genogloss")
    parser.add_argument("--runs", type=int, default=1000)
    options = parser.parse_args()
    random.seed(1)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        fasta, bed = folder / "g.fa", folder / "g.bed"
        fasta.write_text(">c\n" + "".join(random.choices("ACGT", k=100_000)) + "\n")
        subprocess.run([options.program, "scan", fasta, "-o", bed, "--quiet"], check=True)
        manifest = json.loads(Path(f"{bed}.manifest.json").read_text())
        paths = []
        for number in range(options.runs):
            manifest["output"] = f"sample{number:04}.bed"
            manifest["counts"]["rows"] = random.randrange(900, 1100)
            manifest["seconds"] = random.uniform(9, 11)
            paths.append(folder / f"sample{number:04}.bed.manifest.json")
            paths[-1].write_text(json.dumps(manifest))
        page = folder / "report.html"
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        subprocess.run([options.program, "report", *paths, "-o", page], check=True, stderr=subprocess.DEVNULL)
        after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic() - start
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        text = page.read_text()
        missing = [path.name for path in paths if path.name.removesuffix(".bed.manifest.json") not in text]
        if missing:
            raise SystemExit(f"not on the page: {missing[:5]}")
        print(f"{options.runs:,} runs: {wall:.2f} s, {cpu:.2f} CPU-s, {page.stat().st_size:,} bytes")


main()
