#!/usr/bin/env python3
"""Puts the metrics of the language model and of the best method beside those of the paper, into docs/models/genomicllm.md.

    python page.py BEST.tsv LM.tsv       two tables of `genogloss evaluate ask`, the second with --answer-with lm
"""
import csv
import re
import sys
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "models" / "genomicllm.md"
# set: (task, test, figure, GenomicLLM's figure, its test)
ROWS = {
    "gc": ("GC content", "own", "mean_error", "0.002", "~100 prompts"),
    "reverse_sequence": ("reverse sequence", "own", "exact", "1.0", "4,309"),
    "complementary_sequence": ("complementary sequence", "own", "exact", "0.9993", "4,250"),
    "reverse_complementary_sequence": ("reverse complementary sequence", "own", "exact", "1.0", "4,382"),
    "protein": ("protein sequence", "own", "exact", "0.993", "1,716"),
    "orf": ("Open Reading Frame", "own", "mcc", "0.9995", "7,918"),
    "reading": ("reading comprehension", "own", "exact", "1.00", "79"),
    "description": ("gene description, the gene named", "own", "exact bleu_1 rouge_l", "0.51 0.685 0.705", "100, names in some"),
    "unnamed_description": ("gene description, keys at random", "own", "exact bleu_1 rouge_l", "-", ""),
    "blank": ("complete the blank", "own", "exact", "0.0435", "988"),
    "biotype": ("gene biotype, with keys", "own", "mcc", "0.4424", "1,327"),
    "biotype_sequence": ("gene biotype, sequence alone", "chr20:1-15 Mb", "mcc", "-", ""),
    "direction": ("sequence direction", "chr20:1-15 Mb", "exact", "1.0", "107"),
    "splice": ("splice site", "GUE", "mcc", "0.7809", "same, 19 fewer"),
    "core_promoter": ("core promoter", "GUE", "mcc", "0.7081", "same, 3 fewer"),
    "core_notata_promoter": ("core notata promoter", "GUE", "mcc", "0.6963", "same, 2 fewer"),
    "core_tata_promoter": ("core tata promoter", "GUE", "mcc", "0.8700", "same, 1 fewer"),
    "proximal_promoter": ("proximal promoter", "GUE", "mcc", "0.9395", "same, 3 fewer"),
    "proximal_notata_promoter": ("proximal notata promoter", "GUE", "mcc", "0.9431", "same, 1 fewer"),
    "proximal_tata_promoter": ("proximal tata promoter", "GUE", "mcc", "0.9218", "same, 2 fewer"),
    "tfbs": ("transcription factor binding site", "GUE, five sets", "mcc", "0.5523", "same, 40 fewer"),
    "promoter_nontata": ("promoter", "GenomicBenchmarks nontata", "mcc", "0.8238", "same"),
    "enhancer_cohn": ("enhancer, cohn", "GenomicBenchmarks", "exact", "0.7124", "same"),
    "enhancer_ensembl": ("enhancer, ensembl", "available part", "exact", "-", ""),
    "regulatory": ("regulatory", "available part", "exact", "0.9330", "45,942 of up to 600 bases"),
    "ocr": ("ocr", "available part", "exact", "1.0000 (leaks)", "34,941"),
}


def read(path):
    with open(path) as handle:
        return {r["set"]: r for r in csv.DictReader(handle, delimiter="\t")}


def main():
    best, lm = (read(p) for p in sys.argv[1:3])
    lines = ["| task | test | prompts | metric | best | by | language model | GenomicLLM | its test |", "|---|---|---|---|---|---|---|---|---|"]
    for name, (task, test, figures, paper, theirs) in ROWS.items():
        if name not in best:
            continue
        value = lambda row: " ".join(row[f] for f in figures.split()) if row else "-"
        by = re.sub(r" \([0-9]+\)", "", best[name]["how"]) if best[name]["how"].count("(") == 1 else best[name]["how"]
        lines.append(f"| {task} | {test} | {int(best[name]['prompts']):,} | {', '.join(figures.split()).replace('_', ' ')} "
                     f"| **{value(best[name])}** | {by} | {value(lm.get(name))} | {paper} | {theirs} |")
    text = PAGE.read_text()
    PAGE.write_text(re.sub(r"<!-- metrics -->.*?<!-- end -->", "<!-- metrics -->\n" + "\n".join(lines) + "\n<!-- end -->", text, flags=re.S))


if __name__ == "__main__":
    main()
