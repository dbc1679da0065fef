"""Runs the tests of the Snakemake wrappers as snakemake-wrappers does, with the program on the PATH instead of conda.

wrappers.py FOLDER: each test runs in FOLDER/NAME, a copy of its wrapper's folder test/.
"""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent / "snakemake" / "wrapper"
# Fields of meta.yaml that the contributing page of snakemake-wrappers asks for.
FIELDS = {"name": str, "description": str, "url": str, "authors": list, "input": (list, dict), "output": (list, dict)}


def check_description(folder):
    meta = yaml.safe_load((folder / "meta.yaml").read_text())
    wrong = [field for field, kind in FIELDS.items() if not isinstance(meta.get(field), kind)]
    if wrong or not meta["url"].startswith("https://"):
        sys.exit(f"{folder / 'meta.yaml'}: {', '.join(wrong) or 'url'}")
    environment = yaml.safe_load((folder / "environment.yaml").read_text())
    if environment["channels"][-1] != "nodefaults":
        sys.exit(f"{folder / 'environment.yaml'}: nodefaults is not the last channel")


def main(work):
    prefix = work / "prefix"
    prefix.mkdir(parents=True)
    (prefix / "master").symlink_to(ROOT)

    spec = importlib.util.spec_from_file_location("test_wrappers", ROOT / "test_wrappers.py")
    tests = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tests)
    ran = set()
    for name, test in vars(tests).items():
        if not name.startswith("test_"):
            continue

        def run(wrapper, command, name=name):
            folder = ROOT / wrapper
            check_description(folder)
            shutil.copytree(folder / "test", work / name)
            options = ["--cores", "2", "--force", "--show-failed-logs", "--wrapper-prefix", f"file://{prefix}/"]
            ended = subprocess.run(command + options, cwd=work / name, stderr=subprocess.STDOUT, stdout=subprocess.PIPE)
            if ended.returncode:
                sys.stdout.buffer.write(ended.stdout)
                sys.exit(f"{name} failed")
            ran.add(folder)

        test(run)
    without = {path.parent for path in ROOT.glob("bio/genogloss/*/wrapper.py")} - ran
    if without:
        sys.exit(f"without a test: {sorted(map(str, without))}")


main(Path(sys.argv[1]).absolute())
