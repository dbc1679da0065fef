#!/usr/bin/env bash
# Runs the Snakemake and the Nextflow workflow, their modules and wrappers, and the four examples of this folder with the real engines,
# on this machine and on Slurm, and compares what they write with one run of the program: workflows/test.sh [PROGRAM [ENGINE...]]
#
# ENGINE: snakemake (test-snakemake.sh), nextflow (test-nextflow.sh); both without it.
# Engines are fetched once into the user's cache folder (Python packages; Nextflow through Maven). Slurm is the one SLURM_CONF names, or
# a private one (slurm.sh; root). What cannot be run here is said with its reason; what runs and differs is an error.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
program=$(realpath "${1:-$root/target/release/genogloss}")
engines=${*:2}
engines=${engines:-snakemake nextflow}
for name in $engines; do [ -f "$here/test-$name.sh" ] || { echo "error: there is no engine $name: snakemake, nextflow" >&2 && exit 2; }; done
cache=${XDG_CACHE_HOME:-$HOME/.cache}/genogloss
work=$(mktemp -d)
stop() {
    if [ -d "$work/slurm" ]; then "$here/slurm.sh" stop "$work/slurm"; fi
    rm -rf "$work"
}
trap stop EXIT
export PYTHONDONTWRITEBYTECODE=1
passed=0 skipped=0
ok() { passed=$((passed + 1)); echo "ok: $* (${SECONDS} s)"; }
skip() { skipped=$((skipped + 1)); echo "SKIPPED: $*"; }
fail() { # what, log
    echo "error: $1" >&2
    if [ -n "${2:-}" ]; then tail -n 100 "$2" >&2; fi
    exit 1
}
content() { case $1 in *.gz) gzip -dc "$1" ;; *) cat "$1" ;; esac; }
same() { # what, file of the workflow, file of one run
    cmp <(content "$2") <(content "$3") >&2 || fail "$1: $2 differs from one run"
    ok "$1"
}
# The page has three runs, what the scan and the variants hold, and the shards of each; the table has the runs.
page() { # what, page, table
    [ "$(grep -o '<section id="run' "$2" | wc -l) $(grep -o 'Along the contigs' "$2" | wc -l) $(grep -o '<h2>Shards' "$2" | wc -l)" = "3 2 3" ] \
        || fail "$1: the report lacks something"
    python3 -c 'import json, sys; assert len(json.load(open(sys.argv[1]))["data"]) == 3' "$3" || fail "$1: $3"
    ok "$1"
}
# No run here takes longer than a minute or two; one that waits for ever is an error.
limited() { timeout --kill-after 30 600 "$@"; }

# Inputs: the slice, variants and reads of it.
cd "$work"
mkdir bin && ln -s "$program" bin/genogloss && export PATH=$work/bin:$PATH
cp "$root/tests/data/chr20_slice.fa" genome.fa
cp "$here/splice/calls.vcf" "$here/reads/reads.fq" .
genogloss scan genome.fa -o one.bed.gz --quiet
genogloss variants calls.vcf -f genome.fa -m core-promoter -o one.vcf.gz --quiet
genogloss reads reads.fq -m core-promoter -o one.tsv.gz --quiet
# By gene, with a small model.
cp -r "$root/tests/models/splice" "$root/tests/data/slice_genes.gtf" .
genogloss variants calls.vcf -f genome.fa -m ./splice --genes slice_genes.gtf --mask -o genes.vcf.gz --quiet

# Slurm.
slurm=
if [ -n "${SLURM_CONF:-}" ]; then
    slurm=yes
elif [ "$(id -u)" != 0 ]; then
    why="a private one needs root"
elif ! command -v sbatch slurmctld slurmd munged >/dev/null 2>&1 && ! [ -x /usr/sbin/slurmctld ]; then
    why="it is not installed (Debian: slurmctld slurmd slurm-client munge slurm-wlm-basic-plugins)"
elif "$here/slurm.sh" start "$work/slurm" >slurm.env 2>slurm.log; then
    # shellcheck disable=SC1091
    . ./slurm.env
    # A job as the engines submit them: a step in a job, with the configuration from /etc/slurm.
    if timeout 120 sbatch --quiet --wait --mem 500 --output slurm.log --wrap 'unset SLURM_CONF; srun -n1 --cpu-bind=q true' 2>>slurm.err; then
        slurm=yes
    else
        why="a private one started, and runs no job: $(cat slurm.err slurm.log "$work"/slurm/log/slurmd-node1.log 2>/dev/null | tail -n 1)"
    fi
else
    why="a private one did not start: $(tail -n 1 slurm.log)"
fi

example() { # folder, engine: the commands of its page, then the comparison
    mkdir -p examples/workflows
    ln -sfn "$root/nextflow" examples/nextflow && ln -sfn "$root/snakemake" examples/snakemake && ln -sfn "$root/tests" examples/tests
    cp -r "$here/$1" examples/workflows/
    (cd "examples/workflows/$1" && awk '/^```sh$/ { on = 1; next } /^```$/ { on = 0 } on' README.md >commands.sh \
        && limited bash -euo pipefail commands.sh >out.log 2>&1) || fail "the commands of workflows/$1/README.md" "examples/workflows/$1/out.log"
    python3 "$here/compare.py" "examples/workflows/$1/expected/$2" "examples/workflows/$1/results/$3" >compare.log 2>&1 || fail "workflows/$1" compare.log
    # What the page shows after the commands is what they print.
    awk '/^```$/ { after = 1 } after && /^    / { $1 = $1; print }' "examples/workflows/$1/README.md" >page.log
    awk '{ $1 = $1; print }' "examples/workflows/$1/out.log" >printed.log
    if [ ! -s page.log ] || grep -vxFf printed.log page.log >unprinted.log; then
        fail "workflows/$1/README.md shows what its commands do not print" unprinted.log
    fi
    ok "example $1"
}

# Packages of Python: Snakemake, and what checks schemas.
engine=$cache/workflows
if [ ! -f "$engine/.ready" ] || ! cmp -s "$here/requirements.txt" "$engine/.ready"; then
    if "${PYTHON:-python3}" -m venv "$engine" && "$engine/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"; then
        cp "$here/requirements.txt" "$engine/.ready"
    else
        rm -f "$engine/.ready"
    fi
fi
for name in $engines; do
    cd "$work"
    # shellcheck disable=SC1090
    . "$here/test-$name.sh"
done
echo "test-workflows: $passed passed, $skipped skipped, ${SECONDS} s"
