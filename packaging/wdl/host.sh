#!/usr/bin/env bash
# Runs the tasks of miniwdl with this machine's programs, where neither Docker nor Apptainer is: as singularity's command
# (MINIWDL__SINGULARITY__EXE='["host.sh"]'). The files are where miniwdl puts them for a container, by mounts that only the task sees. Only for
# tests: needs root, and isolates nothing else.
set -euo pipefail

case $1 in
    --version) echo "this machine's programs"; exit ;;
    pull) touch "$2"; exit ;;
    --verbose) shift ;;
esac
[ "$1" = exec ] || { echo "host.sh: $1: not exec" >&2; exit 2; }
shift
mounts=() folder=/
while [ "${1#--}" != "$1" ]; do
    case $1 in
        --pwd) folder=$2 ;;
        --bind) mounts+=("$2") ;;
        *) echo "host.sh: $1: not known" >&2; exit 2 ;;
    esac
    shift 2
done
shift # The image.
export MOUNTS FOLDER=$folder
# /tmp stays this machine's: its programs may be there.
MOUNTS=$(printf '%s\n' "${mounts[@]}" | grep -vE ':/(var/)?tmp$')
exec unshare --mount --propagation private bash -euo pipefail -c '
    mkdir -p /mnt
    mount -t tmpfs none /mnt
    # Folders first: files lie in them.
    while IFS=: read -r host task mode; do
        if [ -d "$host" ]; then mkdir -p "$task"; mount --bind "$host" "$task"; fi
    done <<<"$MOUNTS"
    while IFS=: read -r host task mode; do
        if [ ! -d "$host" ]; then mkdir -p "$(dirname "$task")"; [ -e "$task" ] || touch "$task"; mount --bind ${mode:+-o "$mode"} "$host" "$task"; fi
    done <<<"$MOUNTS"
    cd "$FOLDER"
    exec "$@"' bash "$@"
