#!/usr/bin/env bash
# A private Slurm of two virtual nodes on this machine, for the tests of the workflows: workflows/slurm.sh start|stop FOLDER
#
# Needs root and Debian's slurmctld, slurmd, slurm-client, munge and slurm-wlm-basic-plugins; no systemd, no cgroups.
# `start` prints the line to source: export SLURM_CONF=… The ports follow GENOGLOSS_SLURM_PORT (17817), so that two can run at once;
# only the first is linked from /etc/slurm, where Snakemake's plugin looks. NODES, CPUS and MEMORY (MB) of each node: 2, 1, 3000.
set -euo pipefail
action=${1:?start or stop} folder=$(realpath -m "${2:?a folder}")
nodes=${NODES:-2} cpus=${CPUS:-1} memory=${MEMORY:-3000} port=${GENOGLOSS_SLURM_PORT:-17817}

stop() {
    export SLURM_CONF=$folder/slurm.conf
    timeout 10 scancel --user "$(id -un)" 2>/dev/null || true
    for file in "$folder"/run/slurmd-*.pid "$folder"/run/slurmctld.pid "$folder"/run/munged.pid; do
        [ -s "$file" ] || continue
        # The daemon removes the file itself.
        local process
        process=$(cat "$file")
        kill "$process" 2>/dev/null || true
        for _ in $(seq 40); do kill -0 "$process" 2>/dev/null || break; sleep 0.2; done
        rm -f "$file"
    done
    if [ "$(readlink /etc/slurm/slurm.conf 2>/dev/null)" = "$folder/slurm.conf" ]; then rm -f /etc/slurm/slurm.conf; fi
}

start() {
    for program in munged slurmctld slurmd; do
        [ -x "/usr/sbin/$program" ] || { echo "error: $program is not installed" >&2; exit 1; }
    done
    if [ -e /etc/slurm/slurm.conf ] && [ ! -L /etc/slurm/slurm.conf ]; then
        echo "error: this machine has a Slurm of its own (/etc/slurm/slurm.conf)" >&2; exit 1
    fi
    mkdir -p "$folder"/{state,log,run}
    chmod 755 "$folder" "$folder"/{log,run}
    [ -s "$folder/munge.key" ] || (umask 077 && head -c 1024 /dev/urandom > "$folder/munge.key")
    /usr/sbin/munged --force --key-file="$folder/munge.key" --socket="$folder/run/munge.sock" --pid-file="$folder/run/munged.pid" \
        --log-file="$folder/log/munged.log" --seed-file="$folder/munge.seed"
    local host
    host=$(hostname -s)
    {
        printf '%s\n' ClusterName=genogloss "SlurmctldHost=$host(127.0.0.1)" "SlurmctldPort=$port" SlurmUser=root SlurmdUser=root \
            AuthType=auth/munge "AuthInfo=socket=$folder/run/munge.sock" CredType=cred/munge "StateSaveLocation=$folder/state" \
            "SlurmctldPidFile=$folder/run/slurmctld.pid" "SlurmctldLogFile=$folder/log/slurmctld.log" \
            "SlurmdPidFile=$folder/run/slurmd-%n.pid" "SlurmdSpoolDir=$folder/spool-%n" "SlurmdLogFile=$folder/log/slurmd-%n.log" \
            ProctrackType=proctrack/linuxproc TaskPlugin=task/none JobAcctGatherType=jobacct_gather/linux JobAcctGatherFrequency=1 \
            JobAcctGatherParams=OverMemoryKill SlurmdParameters=config_overrides SelectType=select/cons_tres \
            SelectTypeParameters=CR_Core_Memory DefMemPerCPU=500 SchedulerType=sched/backfill \
            SchedulerParameters=sched_interval=2,bf_interval=2,batch_sched_delay=1 ReturnToService=2 MpiDefault=none SwitchType=switch/none \
            MinJobAge=3600 KillWait=5 AccountingStorageType=accounting_storage/none JobCompType=jobcomp/none
        for i in $(seq "$nodes"); do
            echo "NodeName=node$i NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + 83 + i)) CPUs=$cpus RealMemory=$memory State=UNKNOWN"
        done
        echo "PartitionName=main Nodes=node[1-$nodes] Default=YES MaxTime=UNLIMITED DefaultTime=10 State=UP"
    } > "$folder/slurm.conf"
    # Jobs of Snakemake's plugin do not see SLURM_CONF, and look here.
    [ -e /etc/slurm/slurm.conf ] || { mkdir -p /etc/slurm && ln -sfn "$folder/slurm.conf" /etc/slurm/slurm.conf; }
    export SLURM_CONF=$folder/slurm.conf
    /usr/sbin/slurmctld -f "$SLURM_CONF"
    for i in $(seq "$nodes"); do /usr/sbin/slurmd -f "$SLURM_CONF" -N "node$i"; done
    for _ in $(seq 60); do
        if [ "$(timeout 3 sinfo --noheader --partition main --states idle --format %N --Node 2>/dev/null | wc -l)" -ge "$nodes" ]; then
            echo "export SLURM_CONF=$SLURM_CONF"
            return
        fi
        sleep 0.5
    done
    echo "error: Slurm did not come up; logs: $folder/log" >&2
    stop
    exit 1
}

case $action in
    start) start ;;
    stop) stop ;;
    *) echo "error: start or stop, not $action" >&2; exit 2 ;;
esac
