#!/usr/bin/env bash
# Checks Nextflow scripts and config files by the strict syntax: workflows/nextflow-lint.sh [FILE...]; those of nextflow/ and of
# workflows/genes without FILE.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
files=("$@")
if [ "${#files[@]}" = 0 ]; then mapfile -t files < <(find "$(dirname "$here")/nextflow" "$here/genes" \( -name '*.nf' -o -name '*.config' \) -not -name nf-test.config -not -path '*/.nf-test/*' | sort); fi
exec java -XX:TieredStopAtLevel=1 -cp "$("$here/nextflow.sh" --classpath)" groovy.ui.GroovyMain "$here/nextflow-lint.groovy" "${files[@]}"
