def tries(counter, lost):
    """A number that changes if the result is lost or was a failure, so that Snakemake makes it again. The job keeps the number."""
    counter = Path(counter)
    return (int(counter.read_text() or 0) if counter.exists() else 0) + lost


def again(wildcards):
    """As a run needs it: it has a status and no result."""
    run = run_of(wildcards)
    return tries(
        f"{run.work}/tries",
        Path(f"{run.work}/status").exists() and not Path(run.merged).exists(),
    )


def again_after_failure(status):
    """As other jobs need it: the status says that it failed."""
    status = Path(status)
    return tries(
        status.with_suffix(".tries"), status.exists() and status.stat().st_size > 0
    )


def plan_command(wildcards):
    """The command line of the plan: the same options as the run."""
    run = run_of(wildcards)
    words = [config["program"], "plan", run.file, *run.reference, "--model", run.model]
    words += ["--shards", str(config["shards"] if config["shards"] != "auto" else 1)]
    words += [] if config["plan"]["sample"] else ["--no-sample"]
    return join(words)


def plan_options(wildcards):
    """Options of the run that the plan takes too."""
    run = run_of(wildcards)
    options = run.options
    if run.kind in ["variants", "cohort"] and config["genes"]:
        options = f"--genes {quote(config['genes'])} {options}"
    return f"-- {options}" if options.strip() else ""


def plan_of(run):
    """What the plan says: seconds of all shards together, bytes of memory; None where it does not know, or if there is none."""
    file = Path(f"{run.work}/plan.json")
    shards = json.loads(file.read_text()).get("shards") if file.exists() else None
    if not shards:
        return None
    seconds = [shard.get("seconds") for shard in shards]
    memory = [
        shard.get("memory_bytes") or (shard.get("memory_mb") or 0) * 1e6
        for shard in shards
    ]
    return (None if None in seconds else sum(seconds)), (max(memory) or None)


def shards_of(run):
    """Number of shards of a run, so that none takes longer than wanted; one, if it cannot be planned: the run says why."""
    if run.takes_scores:
        return 1
    if not run.is_planned:
        return config["shards"]
    plan = plan_of(run)
    if plan is None:
        return 1
    if config["shards"] != "auto":
        return config["shards"]
    seconds, _ = plan
    return max(
        1,
        min(
            config["plan"]["max_shards"],
            math.ceil((seconds or 0) / (60 * config["plan"]["minutes"])),
        ),
    )


def memory(run, attempt):
    """Megabytes of a job: the plan's and a third, at least that of the configuration; more after a job that was killed."""
    known = plan_of(run) if run and run.is_planned else None
    planned = math.ceil(known[1] * 4 / 3e6) if known and known[1] else 0
    wanted = max(config["mem_mb"], planned) * attempt
    return min(wanted, config["max_mem_mb"]) if config["max_mem_mb"] else wanted


def minutes(run, attempt, parts=1):
    """Minutes of a job: the plan's three times, at least those of the configuration; more after a job that was killed."""
    known = plan_of(run) if run and run.is_planned else None
    planned = (
        math.ceil(known[0] / parts * config["plan"]["margin"] / 60)
        if known and known[0]
        else 0
    )
    wanted = max(config["runtime"], planned) * attempt
    return min(wanted, config["max_runtime"]) if config["max_runtime"] else wanted


# Around a program: it ends with the workflow; an error of the user's is the content of the status file, and no failure of the job; a
# job that was killed fails, and Snakemake runs it again, until it was tried as often as the configuration says. What ends after its
# workflow has no status file: Snakemake has not noted which parameters it is of, and would take it for that of others.
GUARD = r"""
log={log:q} status={output.status:q} threads={threads} attempt={resources.attempt} tries={params.tries} label={params.label:q}
failed() {{ printf '%s\t%s\t%s\t%s\n' "$label" "$1" "$2" "$log" > "$status"; }}
guarded() {{
    rm -f "$status"
    if [ "$attempt" -gt "$tries" ]; then
        failed "the job was ended from outside $tries times: too little memory or time" .
        return 0
    fi
    local code=0 child parent=$PPID
    "$@" 2> "$log" &
    child=$!
    trap 'kill -TERM $child 2>/dev/null || true' TERM INT
    (while kill -0 "$parent" 2>/dev/null && kill -0 $child 2>/dev/null; do sleep 1; done
     kill -TERM $child 2>/dev/null) >/dev/null 2>&1 </dev/null &
    wait $child || code=$?
    while kill -0 $child 2>/dev/null; do code=0; wait $child || code=$?; done
    if ! kill -0 "$parent" 2>/dev/null; then
        exit 1
    elif [ $code = 0 ]; then
        : > "$status"
    elif [ $code -gt 128 ] && [ "$attempt" -lt "$tries" ]; then
        exit $code
    elif [ $code -gt 128 ]; then
        failed "killed by signal $((code - 128)) in each of $tries tries: too little memory or time" $code
    elif grep -q 'another run is writing it' "$log"; then
        sleep 5
        exit 75
    else
        local reason
        reason=$(sed -n 's/^[[:space:]]*error: //p' "$log" | tail -n 1 | tr '\t' ' ')
        reason=${{reason:-$(grep -v '^[[:space:]]*$' "$log" | tail -n 1 | tr '\t' ' ' || true)}}
        failed "${{reason:-exit code $code, without a message}}" $code
    fi
}}
"""


def write_plans(path):
    """The number of shards of each run."""
    with open(path, "w") as table:
        for run in RUNS.values():
            print(run.kind, run.sample, shards_of(run), sep="\t", file=table)


@functools.lru_cache(maxsize=4)
def planned(changed):
    """Number of shards of each run, from the table that was changed then."""
    with open(f"{WORK}/plans.tsv") as table:
        return {
            tuple(row[:2]): int(row[2])
            for row in csv.reader(table, delimiter="\t", quoting=csv.QUOTE_NONE)
        }


def parts_of(run):
    """Number of shards; 0 as long as the runs are not planned."""
    table = Path(f"{WORK}/plans.tsv")
    return (
        planned(table.stat().st_mtime_ns).get((run.kind, run.sample), 0)
        if table.exists()
        else 0
    )


def shard_files(suffix):
    """Files of a run's shards; none of a run that is made in one piece."""

    def files(wildcards):
        checkpoints.plans.get()
        run = run_of(wildcards)
        parts = parts_of(run)
        return [
            f"{run.work}/shards/{part}-of-{parts}.{run.ending}{suffix}"
            for part in range(1, parts + 1)
            if parts > 1
        ]

    return files


def sample_files(wildcards):
    """What a run in one piece reads. Otherwise its shards do."""
    checkpoints.plans.get()
    run = run_of(wildcards)
    return run.inputs if parts_of(run) == 1 else []


def shard_command(wildcards):
    run = run_of(wildcards)
    part, parts = wildcards.part, wildcards.parts
    return run.command(
        f"{run.work}/shards/{part}-of-{parts}.{run.ending}", f"{part}/{parts}"
    )


def sample_command(wildcards):
    """Puts the shards together; or is the run itself."""
    run = run_of(wildcards)
    parts = parts_of(run)
    if parts < 2:
        return run.command(run.merged)
    shards = [
        f"{run.work}/shards/{part}-of-{parts}.{run.ending}"
        for part in range(1, parts + 1)
    ]
    index = ["--index", run.index] if run.index else []
    return join([config["program"], "merge", *shards, *index, "--output", run.merged])


def in_one_piece(wildcards):
    return parts_of(run_of(wildcards)) < 2


def write_outcome(failed, good, manifests):
    """The runs that failed, and the others. What an earlier run has delivered of a failed one goes."""
    with (
        open(failed, "w") as failed,
        open(good, "w") as good,
        open(manifests, "w") as manifests,
    ):
        print("sample", "stage", "reason", "exit_code", "log", sep="\t", file=failed)
        for run in RUNS.values():
            why = Path(f"{run.work}/status").read_text().rstrip("\n")
            if not why:
                print(run.kind, run.sample, sep="\t", file=good)
                print(f"{run.final}.manifest.json", file=manifests)
                continue
            # The run over all sites is no sample: each of them has its reason.
            if run.kind != "cohort":
                print(run.sample, why, sep="\t", file=failed)
            for ending in ["", ".manifest.json", f".{run.index or BAM_INDEX}"]:
                Path(f"{run.final}{ending}").unlink(missing_ok=True)


def good_runs():
    """The runs that did not fail."""
    with checkpoints.outcome.get().output.good.open() as table:
        good = [
            tuple(row)
            for row in csv.reader(table, delimiter="\t", quoting=csv.QUOTE_NONE)
        ]
    return [RUNS[run] for run in good if run in RUNS]


def delivered(wildcards):
    files = []
    for run in good_runs():
        files += [run.final, f"{run.final}.manifest.json"]
        files += [f"{run.final}.{run.index}"] if run.index else []
        files += [f"{run.final}.{BAM_INDEX}"] if run.is_sorted_bam else []
    return files


def manifests(wildcards):
    return [f"{run.final}.manifest.json" for run in good_runs()]


DELIVER = r"""
if [ -s {input.status:q} ]; then
    echo "error: {wildcards.sample} failed: $(cut -f 1-2 {input.status:q} | tr '\t' ':')" > {log:q}
    exit 1
fi
for ending in "" .manifest.json {params.index}; do
    ln -f {params.merged:q}"$ending" {output.data:q}"$ending" 2>/dev/null || cp {params.merged:q}"$ending" {output.data:q}"$ending"
    touch {output.data:q}"$ending"
done
"""


def guarded(script):
    """A script with the function `guarded`."""
    return GUARD + script
