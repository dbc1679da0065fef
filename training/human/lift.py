"""Places from one assembly to another by a chain file. Coordinates are 0-based."""
import gzip
from collections import defaultdict

import numpy as np


class Lift:
    """hg19 -> hg38 by `hg19ToHg38.over.chain.gz`, or the other way with `inverse`. Only places that stay on their contig."""

    def __init__(self, chain, inverse=False):
        blocks = defaultdict(list)
        with gzip.open(chain, "rt") as handle:
            for line in handle:
                f = line.split()
                if not f or line[0] == "#":
                    continue
                if f[0] == "chain":
                    contig, old, new_contig, new_len, minus, new = f[2], int(f[5]), f[7], int(f[8]), f[9] == "-", int(f[10])
                    continue
                size = int(f[0])
                if contig == new_contig:
                    first = new_len - new - size if minus else new     # of the block, on the plus strand
                    a, b = (first, old) if inverse else (old, first)
                    blocks[contig].append((a, a + size, b, minus))
                if len(f) == 3:
                    old, new = old + size + int(f[1]), new + size + int(f[2])
        self.blocks = {}
        for contig, rows in blocks.items():
            rows.sort()
            starts, ends, others, minus = (np.array(v) for v in zip(*rows))
            self.blocks[contig] = starts, ends, others, minus

    def points(self, contig, at):
        """(places on the other assembly, or -1; whether the strand turns)."""
        at = np.asarray(at, dtype=np.int64)
        if contig not in self.blocks or not len(at):
            return np.full(len(at), -1, dtype=np.int64), np.zeros(len(at), dtype=bool)
        starts, ends, others, minus = self.blocks[contig]
        i = np.maximum(np.searchsorted(starts, at, side="right") - 1, 0)
        inside = (at >= starts[i]) & (at < ends[i])
        plain, turned = others[i] + at - starts[i], others[i] + ends[i] - 1 - at
        return np.where(inside, np.where(minus[i], turned, plain), -1), minus[i] & inside

    def intervals(self, contig, left, end):
        """Both ends, or (-1, -1) where an end is lost or the length changes by more than a tenth. Also whether the strand turns."""
        left, end = np.asarray(left, dtype=np.int64), np.asarray(end, dtype=np.int64)
        a, turned = self.points(contig, left)
        b, _ = self.points(contig, end - 1)
        low, high = np.minimum(a, b), np.maximum(a, b) + 1
        good = (a >= 0) & (b >= 0) & (np.abs((high - low) - (end - left)) * 10 <= end - left)
        return np.where(good, low, -1), np.where(good, high, -1), turned
