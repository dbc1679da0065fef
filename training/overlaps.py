#!/usr/bin/env python3
"""How much of a GenomicBenchmarks test set overlaps its training set, by the set's own coordinates.

    python overlaps.py --data DATA [--set human_nontata_promoters]

For each class: the share of the test intervals that some training interval of the same class meets in at least 32 bases, in half of the
test interval, in 240 bases; strands do not matter.
"""
import argparse
import bisect
import csv
import gzip
import io
import tarfile
from pathlib import Path


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--data", required=True)
    p.add_argument("--set", default="human_nontata_promoters")
    a = p.parse_args()
    sets = {}
    with tarfile.open(Path(a.data) / "genomic_benchmarks" / "coordinates.tar.xz") as archive:
        for member in archive:
            parts = Path(member.name).parts
            if a.set in parts and member.name.endswith(".csv.gz"):
                with gzip.open(io.BytesIO(archive.extractfile(member).read()), "rt") as handle:
                    rows = [(r["region"], int(r["start"]), int(r["end"])) for r in csv.DictReader(handle)]
                sets[parts[-1].removesuffix(".csv.gz"), parts[-2]] = rows
    if not sets:
        raise SystemExit(f"error: there is no set {a.set} in the archive of coordinates")
    print("class\ttrain\ttest\tmeets_32\tmeets_half\tmeets_240")
    for label in sorted({label for label, _ in sets}):
        train, test, by = sets[label, "train"], sets[label, "test"], {}
        for region, start, end in train:
            by.setdefault(region, []).append((start, end))
        longest = max(end - start for _, start, end in train)
        for intervals in by.values():
            intervals.sort()
        counts = [0, 0, 0]
        for region, start, end in test:
            intervals = by.get(region, [])
            first, last = bisect.bisect_left(intervals, (start - longest, 0)), bisect.bisect_left(intervals, (end, 0))
            most = max((min(end, e) - max(start, s) for s, e in intervals[first:last]), default=0)
            for i, least in enumerate((32, (end - start) / 2, 240)):
                counts[i] += most >= least
        print(f"{label}\t{len(train)}\t{len(test)}\t" + "\t".join(f"{count / len(test):.3f}" for count in counts))


if __name__ == "__main__":
    main()
