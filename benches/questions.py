#!/usr/bin/env python3
"""How many plain questions `genogloss ask` understands: questions.tsv, by people who had not read the grammar. questions.frames.tsv
has more, with any name of a gene or disease put in, and sentences a word or two away that ask something else.

    benches/questions.py BASE [QUESTIONS.tsv]       # GENOGLOSS names the program (default: genogloss)

Prints each question with the prompt that it was understood as, or the reason; then, by set, how many of those that have an
answer are understood, and how many of the others are answered all the same. Whether a prompt is what was meant (column `meant`)
is for a reader to judge. The questions were used for development after they were first measured: a claim needs new ones.
"""
import csv
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path


def main():
    if not 2 <= len(sys.argv) <= 3:
        sys.exit(__doc__)
    csv.field_size_limit(1 << 30)  # "Which diseases come with seizures?" lists thousands
    table = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(__file__).with_name("questions.tsv")
    with open(table, newline="") as handle:
        asked = list(csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE))
    lines = "".join(f"{row['question']}\n" for row in asked)
    program = os.environ.get("GENOGLOSS", "genogloss")
    run = subprocess.run([program, "ask", "-b", sys.argv[1], "-i", "-", "--quiet"], input=lines, capture_output=True, text=True)
    answers = list(csv.DictReader(run.stdout.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))
    if len(answers) != len(asked):
        sys.exit(f"error: {len(answers)} answers to {len(asked)} questions: {run.stderr.strip()}")
    counts = Counter()
    for row, answer in zip(asked, answers):
        is_read = answer["understood"] != "." or answer["answer"] != "."
        counts[row["set"], row["answerable"], is_read] += 1
        print(row["set"], row["answerable"], row["question"], row["meant"], answer["understood"] if is_read else answer["reason"], sep="\t")
    for name in sorted({row["set"] for row in asked}):
        good, others = (sum(counts[name, kind, read] for read in (True, False)) for kind in ("yes", "no"))
        print(f"{name}: {counts[name, 'yes', True]} of {good} understood; {counts[name, 'no', True]} of {others} others answered")


if __name__ == "__main__":
    main()
