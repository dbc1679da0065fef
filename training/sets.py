#!/usr/bin/env python3
"""Test sequences that no published file holds, as CSV for `genogloss evaluate`.

    python sets.py --data DATA --genome WORK/genome.npz --out DIR

gene.biotype.csv, gene.direction.csv, frame.csv: from chr20:1-15,000,000 (families.py, gene_rows and frame_rows).
"""
import argparse
from pathlib import Path

from families import FRAMES, frame_rows, gene_rows


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--data", required=True)
    p.add_argument("--genome", required=True)
    p.add_argument("--out", required=True)
    a = p.parse_args()
    out = Path(a.out)
    out.mkdir(parents=True, exist_ok=True)
    files = [open(out / f"gene.{name}.csv", "w") for name in ("biotype", "direction")]
    for handle in files:
        handle.write("sequence,label\n")
    counts = [0, 0]
    for split, head, sequence, label in gene_rows(a.data, a.genome):
        if split == "test":
            files[head].write(f"{sequence},{label}\n")
            counts[head] += 1
    for handle in files:
        handle.close()
    rows = [f"{sequence},{FRAMES[label]}\n" for split, sequence, label in frame_rows(a.data, a.genome) if split == "test"]
    (out / "frame.csv").write_text("sequence,label\n" + "".join(rows))
    print(f"test: {counts[0]} genes, {counts[1]} sequences, {len(rows)} pieces of exons and of other sequence")


if __name__ == "__main__":
    main()
