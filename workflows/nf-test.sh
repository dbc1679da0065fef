#!/usr/bin/env bash
# Runs the nf-test files of the Nextflow modules: workflows/nf-test.sh [--update] [FILE...]; all of them without FILE.
#
# nf-test is used where it is installed; otherwise nf-test.groovy runs the same files with the engine that nextflow.sh fetches.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$(dirname "$here")/nextflow
update=()
if [ "${1:-}" = --update ]; then update=(--update) && shift; fi
files=("$@")
if [ "${#files[@]}" = 0 ]; then files=("$project"/modules/genogloss/*/tests/*.nf.test); fi
if command -v nf-test >/dev/null; then
    cd "$project"
    exec nf-test test "${update[@]/--update/--update-snapshot}" "${files[@]}"
fi
NEXTFLOW=$here/nextflow.sh PROJECT=$project exec java -XX:TieredStopAtLevel=1 -cp "$("$here/nextflow.sh" --classpath)" groovy.ui.GroovyMain "$here/nf-test.groovy" "${update[@]}" "${files[@]}"
