#!/usr/bin/env python3
"""Finds dead references to pages: relative links in Markdown to missing files or headings, and `docs/…` paths in any text file
(in pages also `src/…`, `tests/…` and the like).

    python3 docs/check_links.py

Nothing is fetched. Prints one line for each dead reference and ends with 1 if there is any.
"""
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"\]\(([^)\s]+)\)")
SOURCE = re.compile(r"(?<![\w./-])(?:src|tests|benches|fuzz|training)/[\w./-]*\.(?:rs|py|sh|json|txt)\b")
PATH = re.compile(r"(?<![\w./-])docs/[\w./-]*\.(?:md|png|py|svg)\b")


def prose(page):
    """The lines of a page outside of code blocks, with their numbers; code spans are removed."""
    code = False
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("```"):
            code = not code
        elif not code:
            yield number, line


def anchors(page):
    """The anchors of a page's headings, as GitHub makes them."""
    found = {}
    for _, line in prose(page):
        if match := re.match(r"#+ +(.*)", line):
            text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", match.group(1))
            anchor = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
            count = found[anchor] = found.get(anchor, -1) + 1
            if count:
                found[f"{anchor}-{count}"] = 0
    return set(found)


def dead(page):
    for number, line in prose(page):
        for target in LINK.findall(re.sub(r"`[^`]*`", "", line)):
            if re.match(r"[a-z]+:", target):
                continue
            path, _, anchor = target.partition("#")
            file = (page.parent / path).resolve() if path else page
            if not file.exists():
                yield number, target, "no such file"
            elif anchor and file.suffix == ".md" and anchor not in anchors(file):
                yield number, target, "no such heading"


def paths(file):
    """Paths below docs/ that a text file names, such as a hint in the source; in pages, also paths of the source."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        return
    for number, line in enumerate(lines, 1):
        for path in PATH.findall(line) + (SOURCE.findall(line) if file.suffix == ".md" else []):
            if not (ROOT / path).exists():
                yield number, path, "no such file"


def main():
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True)
    count = 0
    for file in (ROOT / name for name in listed.stdout.splitlines()):
        if not file.is_file() or file.stat().st_size > 1_000_000:
            continue
        found = [*(dead(file) if file.suffix == ".md" else []), *paths(file)]
        for number, target, why in found:
            print(f"{file.relative_to(ROOT)}:{number}: {target}: {why}")
        count += len(found)
    sys.exit(1 if count else 0)


if __name__ == "__main__":
    main()
