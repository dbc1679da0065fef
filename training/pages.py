#!/usr/bin/env python3
"""Puts measured metrics into the pages of the models, between the lines `<!-- metrics -->` and `<!-- end -->`.

    python pages.py FIGURES.tsv        the table that training/reproduce.sh prints
    python pages.py --plots PAGE.html --out docs/models/human     the plots of an evaluation's page, as OUT-1.svg, OUT-2.svg …
"""
import argparse
import csv
import re
from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent / "docs" / "models"


def main():
    p = argparse.ArgumentParser()
    p.add_argument("figures", nargs="?")
    p.add_argument("--plots")
    p.add_argument("--out")
    a = p.parse_args()
    if a.plots:
        for i, svg in enumerate(re.findall(r"<svg.*?</svg>", Path(a.plots).read_text(), re.S), 1):
            Path(f"{a.out}-{i}.svg").write_text(svg + "\n")
    if a.figures:
        pages = {}
        with open(a.figures) as handle:
            for r in csv.DictReader(handle, delimiter="\t"):
                pages.setdefault(r["model"], []).append(r)
        for model, rows in pages.items():
            page = DOCS / f"{model}.md"
            if not page.exists():      # measured beside ours, with no page of its own
                continue
            table = ["| head | test set | n | metric | value (95 % interval) | best published |", "|---|---|---|---|---|---|"]
            for r in rows:
                interval = "" if r["low"] == "nan" else f" ({float(r['low']):.3f} to {float(r['high']):.3f})"
                table.append(f"| {r['head']} | {r['test set']} | {int(r['samples']):,} | {r['figure']} | **{float(r['value']):.4f}**{interval} | {r['best published']} |")
            text = page.read_text()
            new = re.sub(r"<!-- metrics -->.*?<!-- end -->", "<!-- metrics -->\n" + "\n".join(table) + "\n<!-- end -->", text, flags=re.S)
            page.write_text(new)


if __name__ == "__main__":
    main()
