#!/usr/bin/env python3
"""Builds the conda package without a conda server, installs it, and runs the recipe's own tests.

    python packaging/conda/check.py FOLDER

FOLDER gets a channel with two packages: onnxruntime-cpp, here no more than the library out of the Python package
onnxruntime of this environment, and genogloss. Compilers cannot come from a channel, so the recipe's build
requirements are left out, and cargo and cargo-bundle-licenses of the PATH are used; everything else is the recipe's.
Needs py-rattler-build.
"""
import importlib.util
import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import rattler_build as rb

ROOT = Path(__file__).resolve().parent.parent.parent
RECIPE = Path("packaging/conda/recipe.yaml")
PLATFORMS = ["linux-64", "linux-aarch64", "osx-arm64"]


def render(recipe, platform):
    """The recipe as it is built for a platform."""
    settings = rb.PlatformConfig(target_platform=platform)
    variants = Path(recipe).with_name("variants.yaml")
    config = (
        rb.VariantConfig.from_file_with_context(variants, rb.JinjaConfig(platform=settings))
        if variants.exists()
        else rb.VariantConfig({})
    )
    (variant,) = rb.Stage0Recipe.from_file(recipe).render(config, rb.RenderConfig(platform=settings))
    return variant


def build(recipe, channel, tests):
    result = render(recipe, None).run_build(
        tool_config=rb.ToolConfiguration(test_strategy="native" if tests else "skip"),
        output_dir=channel,
        channels=[channel.as_uri()],
        env_isolation=rb.EnvironmentIsolation.NONE,
    )
    print(*result.packages)


def onnxruntime(folder, channel):
    """A package with ONNX Runtime's library where conda-forge has it."""
    library = Path(importlib.util.find_spec("onnxruntime").origin).parent / "capi"
    folder.mkdir(parents=True)
    recipe = folder / "recipe.yaml"
    recipe.write_text(f"""\
package:
  name: onnxruntime-cpp
  version: "{version('onnxruntime')}"
build:
  script:
    - mkdir -p $PREFIX/lib
    - cp {library}/libonnxruntime.so.* $PREFIX/lib/
  dynamic_linking:
    binary_relocation: false
""")
    build(recipe, channel, tests=False)


def genogloss(folder, channel):
    """The recipe as it is, without its build requirements, in a copy of the tracked files."""
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, files.split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        # Not copy2: with their old times cargo would take an earlier build for one of these files.
        shutil.copy(ROOT / name, folder / name)
    recipe = folder / RECIPE
    text, count = re.subn(r"  build:\n(?:    [-#] .*\n)+  run:\n", "  run:\n", recipe.read_text())
    assert count == 1, "the recipe has no build requirements"
    recipe.write_text(text)
    build(recipe, channel, tests=True)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = Path(sys.argv[1]).resolve()
    for platform in PLATFORMS:
        requirements = render(ROOT / RECIPE, platform).recipe.to_dict()["requirements"]
        print(f"{platform}: {requirements}")
    channel = folder / "channel"
    onnxruntime(folder / "onnxruntime", channel)
    genogloss(folder / "source", channel)


if __name__ == "__main__":
    main()
