#!/usr/bin/env python3
"""Makes the release archive of one system out of its wheel: the same program, man pages, completions, licences, SBOM.

    python3 packaging/tarball.py WHEEL THIRDPARTY FOLDER

THIRDPARTY is the file of the crates' licences (cargo bundle-licenses --format yaml). Writes
FOLDER/genogloss-VERSION-SYSTEM.tar.gz, with the same bytes for the same wheel, and prints its name. The program of the wheel is run to write
its man pages: use it on the system that the wheel is for. Needs no package.
"""
import gzip
import io
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMPLETIONS = {
    "bash": "share/bash-completion/completions/genogloss",
    "zsh": "share/zsh/site-functions/_genogloss",
    "fish": "share/fish/vendor_completions.d/genogloss.fish",
}


def system(tag):
    """The part of an archive's name: manylinux_2_28_x86_64 -> linux-gnu-x86_64."""
    tag = tag.split(".")[0]
    for start, name in [("manylinux", "linux-gnu"), ("linux", "linux-gnu"), ("musllinux", "linux-musl"), ("macosx", "macos")]:
        if tag.startswith(start):
            return f"{name}-{'_'.join(tag.split('_')[-2:]) if tag.endswith('x86_64') else tag.split('_')[-1]}"
    sys.exit(f"{tag}: not a system that is released")


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    wheel, third_party, folder = map(Path, sys.argv[1:])
    version = wheel.name.split("-")[1]
    top = f"genogloss-{version}-{system(wheel.stem.split('-')[-1])}"
    files = {}
    with zipfile.ZipFile(wheel) as packed:
        for name in packed.namelist():
            if name.endswith(".data/scripts/genogloss"):
                files["bin/genogloss"] = packed.read(name)
            elif ".dist-info/sboms/" in name and not name.endswith("/"):
                files[f"share/doc/genogloss/{Path(name).name}"] = packed.read(name)
    if "bin/genogloss" not in files:
        sys.exit(f"{wheel}: has no program")
    if len(files) == 1:
        sys.exit(f"{wheel}: has no SBOM (maturin 1.12 or newer writes it)")
    for name in ["README.md", "CHANGELOG.md", "CITATION.cff", "LICENSE-MIT", "LICENSE-APACHE"]:
        files[f"share/doc/genogloss/{name}"] = (ROOT / name).read_bytes()
    files["share/doc/genogloss/THIRDPARTY.yml"] = third_party.read_bytes()
    with tempfile.TemporaryDirectory() as work:
        program = Path(work, "genogloss")
        program.write_bytes(files["bin/genogloss"])
        program.chmod(0o755)
        said = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout
        if said.split() != ["genogloss", version]:
            sys.exit(f"{wheel}: its program says {said.strip()!r}")
        subprocess.run([program, "man", "--quiet", Path(work, "man")], check=True)
        for page in sorted(Path(work, "man").iterdir()):
            files[f"share/man/man1/{page.name}"] = page.read_bytes()
        for shell, place in COMPLETIONS.items():
            files[place] = subprocess.run([program, "completions", shell], check=True, capture_output=True).stdout
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / f"{top}.tar.gz"
    with archive.open("wb") as file, gzip.GzipFile("", "wb", 9, file, 0) as packed, tarfile.open(fileobj=packed, mode="w") as tar:
        for name, content in sorted(files.items()):
            entry = tarfile.TarInfo(f"{top}/{name}")
            entry.size = len(content)
            entry.mode = 0o755 if name == "bin/genogloss" else 0o644
            tar.addfile(entry, io.BytesIO(content))
    print(archive)


if __name__ == "__main__":
    main()
