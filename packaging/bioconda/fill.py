#!/usr/bin/env python3
"""Writes the recipe for bioconda of a release: meta.yaml with the sha256 of the release's archive, and build.sh.

    python3 packaging/bioconda/fill.py ARCHIVE FOLDER

FOLDER is recipes/genogloss of a clone of bioconda-recipes. Needs no package.
"""
import hashlib
import re
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    archive, folder = Path(sys.argv[1]), Path(sys.argv[2])
    text = (HERE / "meta.yaml").read_text()
    if "OWNER" in text:
        sys.exit("packaging/bioconda/meta.yaml: the repository's owner is not set (packaging/check.py --owner NAME)")
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    text, count = re.subn(r'(set sha256 = ")0{64}"', rf'\g<1>{digest}"', text)
    if count != 1:
        sys.exit("packaging/bioconda/meta.yaml: has no sha256 of 64 zeros")
    text = re.sub(r"^# packaging/bioconda/fill.py .*\n", "", text, flags=re.MULTILINE)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "meta.yaml").write_text(text)
    shutil.copy(HERE.parent / "conda/build.sh", folder / "build.sh")
    print(f"{folder}/meta.yaml, {folder}/build.sh: {digest}")


if __name__ == "__main__":
    main()
