#!/usr/bin/env bash
# Runs the real Nextflow engine, fetched from Maven Central: workflows/nextflow.sh run nextflow/main.nf ...
#
# Maven resolves the engine's jars into the user's cache folder once (java 17 and mvn are needed). `nextflow` on the PATH
# is used instead where it is installed. `workflows/nextflow.sh --classpath` prints the jars.
set -euo pipefail
self=$(realpath "${BASH_SOURCE[0]}")
here=$(dirname "$self")
installed=$(command -v nextflow || true)
if [ "${1:-}" != --classpath ] && [ -n "$installed" ] && [ "$(realpath "$installed")" != "$self" ]; then exec nextflow "$@"; fi
cache=${XDG_CACHE_HOME:-$HOME/.cache}/genogloss/nextflow
classpath=$cache/classpath-$(sha256sum "$here/nextflow-runtime/pom.xml" | cut -c1-12).txt
# Jars of another place than the cache may have been cleared since.
if [ ! -s "$classpath" ] || ! grep -q "^$cache/m2/" "$classpath" || [ ! -f "$(cut -d : -f 1 "$classpath")" ]; then
    mkdir -p "$cache"
    mvn -q -B -Dmaven.repo.local="$cache/m2" -f "$here/nextflow-runtime/pom.xml" dependency:build-classpath -Dmdep.outputFile="$classpath.part" >&2 ||
        { echo "error: Nextflow could not be fetched from Maven Central" >&2; exit 1; }
    mv "$classpath.part" "$classpath"
fi
if [ "${1:-}" = --classpath ]; then cat "$classpath"; exit; fi
opens=()
for package in java.lang java.io java.nio java.net java.util java.util.concurrent.locks java.util.concurrent.atomic sun.nio.ch \
    sun.nio.fs sun.net.www.protocol.http sun.net.www.protocol.https sun.net.www.protocol.ftp sun.net.www.protocol.file \
    jdk.internal.misc jdk.internal.vm java.util.regex; do
    opens+=("--add-opens=java.base/$package=ALL-UNNAMED")
done
export NXF_OFFLINE=true NXF_HOME=${NXF_HOME:-$cache/home}
# Runs of these tests are short: a quick compiler and a small collector take less than half the processor time.
exec java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC "${opens[@]}" -cp "$(cat "$classpath")" nextflow.cli.Launcher "$@"
