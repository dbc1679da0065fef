#!/usr/bin/env python3
"""Runs the examples of the documentation and puts their real output in; the tables of columns too.

    python3 docs/examples.py --program target/release/genogloss [--check] [FILE.md ...]

An example is a ```console block; its lines that begin with `$ ` are run by bash in a folder with the repository's tests
and the example files of docs/start/first-run.md. --check changes nothing and ends with 1 if an output would change. Seconds and windows per second are not
compared, and processors may differ in the sixth decimal of a score. Commands that write outside their folder are not run (# not run).

A table of columns stands between <!-- genogloss columns … --> and <!-- end -->: it is the output of that command.
"""
import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = ["README.md", "docs/start/first-run.md", "docs/concepts/windows.md", *(f"docs/guides/{name}.md" for name in ["promoters", "tracks", "reads", "splice-scores", "language-models", "evaluate", "ask", "cluster"]),
         *(f"docs/reference/{name}.md" for name in ["inputs", "exact-tasks", "scan", "reads", "variants"])]
# Pages with tables of columns, and without examples.
TABLES = ["docs/reference/columns.md", "docs/reference/skip-reasons.md"]
FENCE = re.compile(r"```console\n(.*?)```", re.S)
TABLE = re.compile(r"<!-- (genogloss columns .*?) -->\n.*?<!-- end -->", re.S)
TIMES = re.compile(r" in [0-9.]+ s \([0-9,]+ windows/s\)")
SCORE = re.compile(r"-?\b\d+\.\d{6}\b")


def setup(folder):
    """The example files: the first ```sh block of docs/start/first-run.md makes them."""
    (folder / "tests").symlink_to(ROOT / "tests")
    script = re.search(r"```sh\n(.*?)```", (ROOT / "docs/start/first-run.md").read_text(), re.S).group(1)
    subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=folder, check=True)


def run(block, folder, environment):
    out = []
    for line in block.splitlines():
        if line.startswith("$ "):
            out.append(line)
            done = subprocess.run(["bash", "-c", line[2:]], cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            out += done.stdout.splitlines()
    return "\n".join(out) + "\n"


def same(a, b):
    a, b = TIMES.sub("", a), TIMES.sub("", b)
    if SCORE.sub("", a) != SCORE.sub("", b):
        return False
    return all(abs(float(x) - float(y)) < 2.5e-6 for x, y in zip(SCORE.findall(a), SCORE.findall(b)))


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--program", required=True)
    p.add_argument("--check", action="store_true")
    p.add_argument("files", nargs="*")
    a = p.parse_args()
    import os
    files = [Path(f) for f in a.files] or [ROOT / page for page in PAGES]
    tables = [Path(f) for f in a.files] or [*files, *(ROOT / page for page in TABLES)]
    different = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bin").mkdir()
        (folder / "bin/genogloss").symlink_to(Path(a.program).resolve())
        environment = {**os.environ, "PATH": f"{folder}/bin:{os.environ['PATH']}"}
        setup(folder)

        def table(match):
            words = [a.program, *match.group(1).split()[1:]]
            done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True)
            return f"<!-- {match.group(1)} -->\n{done.stdout}<!-- end -->"

        for path in tables:
            text = path.read_text()

            def replace(match):
                if "# not run" in match.group(1):
                    return match.group(0)
                new = run(match.group(1), folder, environment)
                return match.group(0) if same(match.group(1), new) else "```console\n" + new + "```"

            new = TABLE.sub(table, text)
            new = FENCE.sub(replace, new) if path in files else new
            if new != text:
                different += 1
                print(f"{path}: examples or tables differ", file=sys.stderr)
            if not a.check:
                path.write_text(new)
    sys.exit(1 if a.check and different else 0)


if __name__ == "__main__":
    main()
