"""Training windows: where they are drawn, how labels become targets and weights, and how the sequence is varied."""
import json
from pathlib import Path

import numpy as np

from data import (ACCEPTOR_MINUS, ACCEPTOR_PLUS, BIN, BIT, DONOR_MINUS, DONOR_PLUS, HIDDEN, MINOR, SITES)
from network import BIN_HEADS

SPAN, FLANK = 6000, 500
CORE = SPAN - 2 * FLANK
MINOR_WEIGHT = 0.3
# Shares of windows: around a canonical site, in a gene, in a gene but on the other strand, around a summit of starts, anywhere.
SHARES = np.array([0.55, 0.12, 0.08, 0.12, 0.13])
# Half of the windows get this share of their bases changed, not within 8 bases of a site; a tenth lose one side.
CHANGED, CHANGED_WINDOWS, ONE_SIDED = 0.01, 0.5, 0.1


class Arrays:
    """What data.py wrote."""

    def __init__(self, folder):
        folder = Path(folder)
        self.sequence, self.splice, self.elements, self.genes = (np.load(folder / f"{n}.npy") for n in ("sequence", "splice", "elements", "genes"))
        self.layout = json.loads((folder / "layout.json").read_text())

    def regions(self, split):
        return [r for r in self.layout if r["split"] == split]


def targets(sequence, splice, elements, at, minus):
    """Of the bases `at` (an index array, rows x length): ids, base targets and weights, bin targets and weights, all as read on the strand."""
    ids, s = sequence[at], splice[at]
    middle = at[:, BIN // 2::BIN]                   # a bin takes the label of the bin in which its middle lies
    e, known_bin = elements[middle // BIN], sequence[middle] < 4
    r = minus[:, None]
    site = s & SITES
    ids = np.where(r, np.where(ids < 4, 3 - np.minimum(ids, 3), 4)[:, ::-1], ids).astype(np.uint8)
    donor = np.where(r, (s & DONOR_MINUS)[:, ::-1] > 0, (s & DONOR_PLUS) > 0)
    acceptor = np.where(r, (s & ACCEPTOR_MINUS)[:, ::-1] > 0, (s & ACCEPTOR_PLUS) > 0)
    weight = np.where((s & MINOR) > 0, np.where(site > 0, MINOR_WEIGHT, 0.0), 1.0) * ((s & HIDDEN) == 0)
    weight = np.where(r, weight[:, ::-1], weight) * (ids < 4)
    bits = lambda name: np.where(r, (e & BIT[f"{name}_minus"])[:, ::-1] > 0, (e & BIT[f"{name}_plus"]) > 0)
    same = lambda name: np.where(r, (e & BIT[name])[:, ::-1] > 0, (e & BIT[name]) > 0)
    bins = np.stack([bits(h) if h in ("coding", "start", "start_exact") else same(h) for h in BIN_HEADS], 1)
    seen = np.where(r, known_bin[:, ::-1], known_bin) & ~same("hidden")
    seen = np.repeat(seen[:, None], len(BIN_HEADS), 1)
    for head in ("promoter", "enhancer", "open_chromatin"):
        seen[:, BIN_HEADS.index(head)] &= ~same("hidden_regulatory")
    return ids, np.stack([donor, acceptor], 1), weight[:, None].repeat(2, 1), bins, seen


class Sampler:
    """Batches of training windows; the state of `rng` is all that must be kept to go on."""

    def __init__(self, arrays, rng):
        self.a, self.rng = arrays, rng
        train = arrays.regions("train")
        self.first = np.array([r["offset"] for r in train])
        self.end = np.array([r["offset"] + r["len"] for r in train])
        allowed = np.zeros(len(arrays.sequence), dtype=bool)
        for first, end in zip(self.first, self.end):
            allowed[first:end] = True
        self.known = known = np.concatenate([[0], np.cumsum(arrays.sequence < 4, dtype=np.int32)], dtype=np.int32)
        splice = arrays.splice
        at = np.nonzero(((splice & SITES) > 0) & allowed)[0]
        near = np.minimum(known[at] - known[at - 40], known[at + 41] - known[at + 1])
        splice[at[near < 40]] = MINOR                # too little sequence to tell: neither a site nor none
        at = np.nonzero(((splice & SITES) > 0) & ((splice & (MINOR | HIDDEN)) == 0) & allowed)[0]
        self.sites = np.stack([at, (splice[at] & (DONOR_MINUS | ACCEPTOR_MINUS)) > 0], 1)
        self.genes = arrays.genes[allowed[arrays.genes[:, 0]]]
        size = np.minimum(self.genes[:, 1] - self.genes[:, 0], 60_000).astype(float)
        self.gene_share = np.cumsum(size / size.sum())
        exact = (arrays.elements & (BIT["start_exact_plus"] | BIT["start_exact_minus"])) > 0
        marks = np.nonzero(exact)[0] * BIN
        marks = marks[allowed[marks]]
        self.marks = np.stack([marks, (arrays.elements[marks // BIN] & BIT["start_exact_minus"]) > 0], 1)
        size = (self.end - self.first).astype(float)
        self.region_share = np.cumsum(size / size.sum())
        self.share = np.cumsum(SHARES / SHARES.sum())

    def draw(self):
        """(first base of a core, strand); the core begins in a training region and three tenths of it are known."""
        rng = self.rng
        while True:
            kind = int(np.searchsorted(self.share, rng.random()))
            if kind in (0, 3):
                at, minus = (self.sites if kind == 0 else self.marks)[rng.integers(len(self.sites if kind == 0 else self.marks))]
                start = at - rng.integers(20, CORE - 20)
                if kind == 3 and rng.random() < 0.25:
                    minus = 1 - minus
            elif kind in (1, 2):
                left, end, minus = self.genes[min(int(np.searchsorted(self.gene_share, rng.random())), len(self.genes) - 1), :3]
                at = rng.integers(left, end)
                minus = minus if kind == 1 else 1 - minus
                start = at - CORE // 2
            else:
                i = min(int(np.searchsorted(self.region_share, rng.random())), len(self.first) - 1)
                at, minus = rng.integers(self.first[i], self.end[i]), rng.integers(2)
                start = at - CORE // 2
            i = int(np.searchsorted(self.first, at, side="right")) - 1
            if self.end[i] - self.first[i] > CORE:       # stay inside the region where that is possible
                start = min(max(start, self.first[i]), self.end[i] - CORE)
            start = min(max(start, FLANK), len(self.a.sequence) - CORE - FLANK)
            if self.known[start + CORE] - self.known[start] >= 0.3 * CORE:
                return start, bool(minus)

    def batch(self, rows):
        drawn = [self.draw() for _ in range(rows)]
        at = np.array([start for start, _ in drawn])[:, None] - FLANK + np.arange(SPAN)
        x, base, weight, bins, seen = targets(self.a.sequence, self.a.splice, self.a.elements, at, np.array([m for _, m in drawn]))
        self.vary(x, base)
        weight = weight * (x < 4)[:, None]
        inner, inner_bins = slice(FLANK, SPAN - FLANK), slice(FLANK // BIN, (SPAN - FLANK) // BIN)
        seen = seen & (x[:, None, BIN // 2::BIN] < 4)
        return [np.ascontiguousarray(v, dtype=t) for v, t in ((x, np.uint8), (base[..., inner], np.float32), (weight[..., inner], np.float32),
                                                              (bins[..., inner_bins], np.float32), (seen[..., inner_bins], np.float32))]

    def vary(self, x, base):
        rng = self.rng
        for i in range(len(x)):
            if rng.random() < CHANGED_WINDOWS:
                at = np.nonzero(rng.random(SPAN) < CHANGED)[0]
                sites = np.nonzero(base[i].any(0))[0]
                if len(sites):
                    j = np.searchsorted(sites, at)
                    gap = np.minimum(np.abs(at - sites[np.maximum(j - 1, 0)]), np.abs(sites[np.minimum(j, len(sites) - 1)] - at))
                    at = at[gap > 8]
                at = at[x[i, at] < 4]
                x[i, at] = (x[i, at] + rng.integers(1, 4, len(at))) % 4
            if rng.random() < ONE_SIDED:
                cut = rng.integers(FLANK, SPAN // 2)
                if rng.random() < 0.5:
                    x[i, :cut] = 4
                else:
                    x[i, -cut:] = 4
