#!/usr/bin/env python3
"""Checks that the files for publishing agree with each other: versions, the host's name, and what the program embeds.

    python3 packaging/check.py                  every file has the version and the repository of Cargo.toml
    python3 packaging/check.py --tag v0.1.0     and the tag is that version
    python3 packaging/check.py --print          prints the version, no more
    python3 packaging/check.py --version 0.2.0  writes this version into all of these files
    python3 packaging/check.py --owner NAME     writes NAME for the placeholder OWNER into all of these files

Exit code 1, with one line for each difference. No package is needed.
"""
import argparse
import fnmatch
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# A file (or files), and how the version stands in it. Each file must have it at least once, except those of OPTIONAL.
VERSIONS = [
    ("Cargo.toml", r'^\[workspace\.package\]\nversion = "([^"]+)"'),
    ("CITATION.cff", r"^version: (\S+)$"),
    ("Cargo.toml", r'^genogloss-\w+ = \{ version = "=([^"]+)"'),
    ("packaging/conda/recipe.yaml", r'^  version: "([^"]+)"$'),
    ("packaging/bioconda/meta.yaml", r'set version = "([^"]+)"'),
    ("packaging/docker/Dockerfile", r"^ARG VERSION=(\S+)$"),
    ("packaging/galaxy/macros.xml", r'<token name="@TOOL_VERSION@">([^<]+)</token>'),
    ("packaging/cwl/genogloss-*.cwl", r"genogloss:([0-9]+(?:\.[0-9]+)*)"),
    ("packaging/cwl/genogloss-*.cwl", r'version: \["([^"]+)"\]'),
    ("packaging/wdl/*.wdl", r"genogloss:([0-9]+(?:\.[0-9]+)*)"),
    ("nextflow/modules/genogloss/*/environment*.yml", r"::genogloss=(\S+?)\"?$"),
    ("nextflow/modules/genogloss/*/main.nf", r"genogloss:([0-9]+(?:\.[0-9]+)*)"),
    ("nextflow/nextflow.config", r"^\s*version\s*=\s*'([^']+)'"),
    ("nextflow/nextflow.config", r"genogloss:([0-9]+(?:\.[0-9]+)*)--"),
    ("nextflow/nextflow_schema.json", r"genogloss:([0-9]+(?:\.[0-9]+)*)--"),
    ("nextflow/modules/local/*/main.nf", r"genogloss:([0-9]+(?:\.[0-9]+)*)--"),
    ("nextflow/modules/genogloss/*/tests/*.snap", r'^\s*"([0-9]+\.[0-9]+\.[0-9]+)"$'),
    ("snakemake/workflow/envs/genogloss*.yaml", r"\bgenogloss *=+ *([0-9][^\s\"]*)"),
    ("snakemake/wrapper/bio/genogloss/*/environment.yaml", r"\bgenogloss *=+ *([0-9][^\s\"]*)"),
]
# A module or a wrapper of another program's.
OPTIONAL = {"main.nf", "environment.yml", "environment.gpu.yml", "environment.yaml"}
# Files with the address of the repository. Its owner is that of Cargo.toml.
ADDRESSES = [
    "Cargo.toml",
    "CITATION.cff",
    "pyproject.toml",
    "packaging/bioconda/meta.yaml",
    "packaging/conda/recipe.yaml",
    "packaging/docker/Dockerfile",
    "packaging/galaxy/.shed.yml",
    "packaging/galaxy/macros.xml",
    *sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("snakemake/wrapper/bio/genogloss/*/meta.yaml")),
]
ADDRESS = re.compile(r"github\.com/([\w.-]+)/genogloss\b")
problems = []


def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


def tracked():
    """The files that git tracks or would track."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout
    return sorted(name for name in listed.split("\0") if name and (ROOT / name).is_file())


def agrees(written, version):
    """Snakemake's wrappers name the first two numbers only: 0.1 for 0.1.0."""
    return written == version or (written.count(".") == 1 and version.startswith(f"{written}."))


def versions(cargo, tag):
    version = cargo["workspace"]["package"]["version"]
    if tag is not None and tag != f"v{version}":
        problems.append(f"the tag is {tag}, the version of Cargo.toml {version}")
    for pattern, place in VERSIONS:
        files = sorted(ROOT.glob(pattern))
        if not files:
            problems.append(f"{pattern}: no such file")
        for file in files:
            found = re.findall(place, file.read_text(encoding="utf-8"), re.MULTILINE)
            name = file.relative_to(ROOT)
            if not found and file.name not in OPTIONAL:
                problems.append(f"{name}: has no version")
            problems.extend(f"{name}: version {other}, not {version}" for other in found if not agrees(other, version))
    locked = {package["name"]: package["version"] for package in tomllib.loads(read("Cargo.lock"))["package"]}
    for name in ["genogloss", "genogloss-convnet", "genogloss-genomicllm", "genogloss-gpgpt"]:
        if locked.get(name) != version:
            problems.append(f"Cargo.lock: {name} is {locked.get(name)}, not {version}")
    if tag is not None and not re.search(rf"^## \[?{re.escape(version)}\b", read("CHANGELOG.md"), re.MULTILINE):
        problems.append(f"CHANGELOG.md: no heading for {version}")


def set_version(new):
    for pattern, place in VERSIONS:
        for file in sorted(ROOT.glob(pattern)):
            text = file.read_text(encoding="utf-8")
            short = ".".join(new.split(".")[:2])
            replaced = re.sub(
                place,
                lambda found: found[0].replace(found[1], short if found[1].count(".") == 1 else new),
                text,
                flags=re.MULTILINE,
            )
            if replaced != text:
                file.write_text(replaced, encoding="utf-8")
                print(file.relative_to(ROOT))
    # Cargo.lock is cargo's.
    for folder in [ROOT, ROOT / "fuzz"]:
        subprocess.run(["cargo", "update", "--quiet", "--workspace"], cwd=folder, check=True)


def addresses(cargo, tag):
    owner = ADDRESS.search(cargo["workspace"]["package"]["repository"]).group(1)
    if tag is not None and owner == "OWNER":
        problems.append("Cargo.toml: the repository's owner is not set (packaging/check.py --owner NAME)")
    for name in ADDRESSES:
        found = ADDRESS.findall(read(name))
        if not found:
            problems.append(f"{name}: has no address of the repository")
        problems.extend(f"{name}: the owner is {other}, not {owner}" for other in found if other != owner)


def set_owner(name):
    for path in ADDRESSES:
        text = read(path)
        (ROOT / path).write_text(ADDRESS.sub(f"github.com/{name}/genogloss", text), encoding="utf-8")
    print(f"the owner is {name} in {', '.join(ADDRESSES)}")


def within(pattern, name):
    """Whether a pattern of `include` or .dockerignore matches a file, or a folder above it."""
    parts = pattern.strip("/").split("/")
    places = name.split("/")
    return len(parts) <= len(places) and all(fnmatch.fnmatchcase(place, part) for place, part in zip(places, parts))


def embedded(cargo):
    """The files that the sources embed are in the crate, and in what the image is built from."""
    crate = cargo["package"]["include"]
    image = [line[1:] for line in read(".dockerignore").splitlines() if line.startswith("!")]
    files = tracked()
    for source in [name for name in files if name.startswith("src/") and name.endswith(".rs")]:
        for found in re.findall(r'include_(?:bytes|str)!\(\s*(?:concat!\()?\s*"([^"]+)"', read(source)):
            target = (ROOT / source).parent / found
            # `../../models/` of concat!(…, $name, …): all files that begin so; the pattern's own words choose among them.
            start = str(target.resolve().relative_to(ROOT)) + ("/" if found.endswith("/") else "")
            if target.is_file():
                wanted = [start]
            elif start == "models/":
                wanted = [f"models/{name}/{file}" for name in built_in() for file in ["card.yaml", "model.onnx", "self_test.tsv"]]
            else:
                wanted = [name for name in files if name.startswith(start)]
            for name in wanted or [start]:
                if not any(within(pattern, name) for pattern in crate):
                    problems.append(f"{source} embeds {name}, which `include` of Cargo.toml lacks")
                if not any(within(pattern, name) for pattern in image):
                    problems.append(f"{source} embeds {name}, which .dockerignore leaves out")
    for line in image:
        if not (ROOT / line).exists():
            problems.append(f".dockerignore: {line} is not there")


def built_in():
    return re.findall(r'folder!\("([\w-]+)"\)', read("src/model/registry.rs"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tag", help="the tag of a release")
    parser.add_argument("--print", action="store_true", help="print the version")
    parser.add_argument("--version", help="write this version into all files")
    parser.add_argument("--owner", help="who owns the repository on its host")
    options = parser.parse_args()
    if options.print:
        print(tomllib.loads(read("Cargo.toml"))["workspace"]["package"]["version"])
        return
    if options.version:
        set_version(options.version)
    if options.owner:
        set_owner(options.owner)
    cargo = tomllib.loads(read("Cargo.toml"))
    versions(cargo, options.tag)
    addresses(cargo, options.tag)
    embedded(cargo)
    for problem in problems:
        print(f"packaging/check.py: {problem}", file=sys.stderr)
    if problems:
        sys.exit(1)
    version = cargo["workspace"]["package"]["version"]
    print(f"packaging: version {version} everywhere; what src embeds is in the crate and in the image")


if __name__ == "__main__":
    main()
