#!/usr/bin/env bash
# Runs the nf-test files of the Nextflow modules: workflows/nf-test.sh [--update] [FILE...]; all of them without FILE.
#
# nf-test is used where it is installed; otherwise nf-test.groovy runs the same files with the engine that nextflow.sh fetches. The
# test data are laid out as they are to be in nf-core/test-datasets: workflows/nf-test.sh --data FOLDER writes that folder.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$(dirname "$here")/nextflow
data() {
    mkdir -p "$1/genomics/homo_sapiens/genogloss"
    cp "$here/../tests/data/chr20_slice.fa" "$here/splice/calls.vcf" "$here/reads/reads.fq" "$1/genomics/homo_sapiens/genogloss/"
    mkdir -p "$1/genomics/homo_sapiens/genogloss/genes"
    cp "$here"/../tests/data/genes/{hgnc.tsv.gz,small/*} "$here/genes/genes.gtf" "$here/genes/patient.json" "$1/genomics/homo_sapiens/genogloss/genes/"
}
if [ "${1:-}" = --data ]; then data "$2" && exit; fi
update=()
if [ "${1:-}" = --update ]; then update=(--update) && shift; fi
files=("$@")
if [ "${#files[@]}" = 0 ]; then files=("$project"/modules/genogloss/*/tests/*.nf.test); fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
data "$folder"
export MODULES_TESTDATA_BASE_PATH=$folder/
if command -v nf-test >/dev/null; then
    cd "$project"
    nf-test test "${update[@]/--update/--update-snapshot}" "${files[@]}"
else
    NEXTFLOW=$here/nextflow.sh PROJECT=$project java -XX:TieredStopAtLevel=1 -cp "$("$here/nextflow.sh" --classpath)" groovy.ui.GroovyMain "$here/nf-test.groovy" "${update[@]}" "${files[@]}"
fi
