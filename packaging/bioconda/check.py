#!/usr/bin/env python3
"""Renders the recipe for bioconda as conda-build does, and compares it with the recipe for rattler-build.

    python3 packaging/bioconda/check.py

conda-build itself is in no Python package index: its functions (compiler, stdlib, pin_subpackage) are given here. Needs jinja2 and PyYAML.
"""
import re
import sys
from pathlib import Path

import jinja2
import yaml

HERE = Path(__file__).resolve().parent


def classic():
    text = (HERE / "meta.yaml").read_text()
    names = {
        "compiler": lambda language: f"compiler({language})",
        "stdlib": lambda language: f"stdlib({language})",
        "pin_subpackage": lambda name, max_pin: f"{name} pinned {max_pin}",
    }
    text = jinja2.Environment(undefined=jinja2.StrictUndefined).from_string(text).render(names)
    return yaml.safe_load(re.sub(r"^.*# \[win\]\n", "", text, flags=re.MULTILINE))


def modern():
    text = (HERE.parent / "conda/recipe.yaml").read_text()
    version = re.search(r'^  version: "(.+)"$', text, re.MULTILINE).group(1)
    text = re.sub(r"\$\{\{ (compiler|stdlib)\('(\w+)'\) \}\}", r"\1(\2)", text)
    text = re.sub(r"\$\{\{ pin_subpackage\('(\w+)', upper_bound='([x.]+)'\) \}\}", r"\1 pinned \2", text)
    return yaml.safe_load(text.replace("${{ version }}", version))


def main():
    old, new = classic(), modern()
    # conda-build has no name for the test's script, and its grep needs no other quotes.
    commands = [line.replace('"', "'") for line in old["test"]["commands"]]
    script = next(test["script"] for test in new["tests"] if "script" in test)
    pairs = {
        "version": (str(old["package"]["version"]), str(new["package"]["version"])),
        "requirements: build": (old["requirements"]["build"], new["requirements"]["build"]),
        "requirements: run": (old["requirements"]["run"], new["requirements"]["run"]),
        "run_exports": (old["build"]["run_exports"], new["requirements"]["run_exports"]),
        "tests": (commands, [line.replace('"', "'") for line in script]),
        "license": (old["about"]["license"], new["about"]["license"]),
        "license_file": (old["about"]["license_file"], new["about"]["license_file"]),
        "summary": (old["about"]["summary"], new["about"]["summary"]),
        "description": (old["about"]["description"], new["about"]["description"]),
        "homepage": (old["about"]["home"], new["about"]["homepage"]),
        "doc_url": (old["about"]["doc_url"], new["about"]["documentation"]),
    }
    problems = [f"{what}: {a!r} in meta.yaml, {b!r} in recipe.yaml" for what, (a, b) in pairs.items() if a != b]
    url, digest = old["source"]["url"], old["source"]["sha256"]
    if not url.endswith(f"/v{old['package']['version']}.tar.gz"):
        problems.append(f"source: {url} is not the archive of the version")
    if not re.fullmatch("[0-9a-f]{64}", str(digest)):
        problems.append(f"source: {digest} is no sha256")
    for problem in problems:
        print(f"packaging/bioconda/check.py: {problem}", file=sys.stderr)
    if problems:
        sys.exit(1)
    print(f"bioconda: meta.yaml {old['package']['version']} says what recipe.yaml says")


if __name__ == "__main__":
    main()
