"""Families of window models: which sets feed which head, and what is kept out of training.

A family is built by its function from the data folder. Rule for all: a sequence that occurs in a dev or test split of any
head of the family, on either strand, is in no training set of any head.
"""
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from sequences import Held, ids, read


@dataclass
class Head:
    name: str
    labels: list                      # one: yes or no; more: one of them
    metric: str = "mcc"               # what the epoch is chosen by
    ship: bool = True                 # False: helps training, is not exported
    weight: float = 1.0

    @property
    def width(self):
        return 1 if len(self.labels) == 1 else len(self.labels)


@dataclass
class Family:
    span: int
    heads: list
    train: dict = field(default_factory=dict)     # sequence row (bytes of ids) -> {head index: label}
    dev: list = field(default_factory=list)       # per head: [(ids, label)]
    net: dict = field(default_factory=dict)
    strands: str = "forward"                      # "average": train on both strands, answer with their mean
    notes: list = field(default_factory=list)
    epochs: int = 12
    rate: float = 3e-3
    unknown: float = 0.0              # share of bases that are hidden in training

    def add(self, sequence, head, label, offset=None):
        row = ids(sequence, self.span, offset).tobytes()
        self.train.setdefault(row, {})[head] = int(label)

    def arrays(self):
        """(ids (rows, span), labels (rows, heads), -1 where a head has none)."""
        x = np.frombuffer(b"".join(self.train), dtype=np.uint8).reshape(-1, self.span).copy()
        y = np.full((len(self.train), len(self.heads)), -1, dtype=np.int64)
        for i, labels in enumerate(self.train.values()):
            for head, label in labels.items():
                y[i, head] = label
        return x, y


def _gue(data, part, split):
    return read(Path(data) / "gue" / "GUE" / part / f"{split}.csv.gz")


def _lpd(data, part, split):
    return read(Path(data) / "gue" / "LPD" / "promoter_prediction" / part / f"{split}.csv.gz", label="promoter_presence")


def promoter_core(data):
    """70 bp, -34 to +35 of a transcription start site (EPDnew)."""
    f = Family(70, [Head("promoter", ["promoter"]), Head("promoter_notata", ["promoter"]), Head("promoter_tata", ["promoter"]),
                    Head("lpd", ["promoter"], ship=False, weight=0.3)],
               net=dict(pool=2, places=16, dilations=(1, 2, 4), stem=96, width=48, drop=0.5), epochs=7, unknown=0.04)
    sets = ["prom_core_all", "prom_core_notata", "prom_core_tata"]
    kept_out = [s for name in sets for split in ("dev", "test") for s, _ in _gue(data, f"prom/{name}", split)]
    held = Held(kept_out)
    held60 = Held([s[o:o + 60] for s in kept_out for o in range(11)])
    dropped = 0
    for head, name in enumerate(sets):
        for s, y in _gue(data, f"prom/{name}", "train"):
            if s in held:
                dropped += 1
            else:
                f.add(s, head, y)
        f.dev.append([(ids(s, 70), int(y)) for s, y in _gue(data, f"prom/{name}", "dev")])
    for split in ("train", "dev", "test"):                    # its 60 bp lie at offset 4 of the 70 bp
        for s, y in _lpd(data, "prom_60", split):
            if s not in held60 and int(y) == 0:
                f.add(s, 3, 0, offset=4)
    for row, labels in list(f.train.items()):                 # positives of the third set: those of the first
        if labels.get(0) == 1:
            labels[3] = 1
    f.dev.append([])
    f.notes.append(f"{dropped:,} training rows that occur in a dev or test split were removed")
    return f


CORE_IN_300 = (216, 286)


def promoter_proximal(data):
    """300 bp, -249 to +50 of a transcription start site (EPDnew)."""
    f = Family(300, [Head("promoter", ["promoter"]), Head("promoter_tata", ["promoter"]), Head("lpd", ["promoter"], ship=False, weight=0.3)],
               net=dict(pool=5, places=12, dilations=(1, 2, 4, 8), stem=80, width=48, drop=0.4), epochs=8)
    kept_out = [s for name in ("prom_300_all", "prom_300_tata") for split in ("dev", "test") for s, _ in _gue(data, f"prom/{name}", split)]
    held = Held(kept_out, core=CORE_IN_300)
    lpd_negative = {s for split in ("dev", "test") for s, y in _lpd(data, "prom_300", split) if int(y) == 0}
    dropped = rows = 0
    for s, y in read(Path(data) / "gue" / "derived" / "prom_300_all.train.recovered.csv.gz"):
        if s in held:
            dropped += 1
        else:
            f.add(s, 2 if s in lpd_negative else 0, y)
            rows += 1
    for s, y in _gue(data, "prom/prom_300_tata", "train"):
        if s in held:
            dropped += 1
        else:
            f.add(s, 1, y)
            f.add(s, 0, y)
    for labels in f.train.values():
        if labels.get(0) == 1:
            labels[2] = 1
    # Promoters whose 300 bp are not at hand, but whose 70-bp core is: the core alone, the rest unknown.
    cores = {s: y for split in ("train", "dev", "test") for s, y in _gue(data, "prom/prom_core_all", split)}
    tata = {s for split in ("train", "dev", "test") for s, _ in _gue(data, "prom/prom_core_tata", split)}
    seen = {np.frombuffer(r, np.uint8)[CORE_IN_300[0]:CORE_IN_300[1]].tobytes() for r in f.train}
    alone = 0
    for s, y in cores.items():
        if s not in held and ids(s, 70).tobytes() not in seen:
            f.add(s, 0, y, offset=CORE_IN_300[0])
            if s in tata:
                f.add(s, 1, y, offset=CORE_IN_300[0])
            alone += 1
    for name in ("prom_300_all", "prom_300_tata"):
        f.dev.append([(ids(s, 300), int(y)) for s, y in _gue(data, f"prom/{name}", "dev")])
    f.dev.append([])
    f.notes.append(f"training: {rows:,} sequences of 300 bp and {alone:,} cores of 70 bp with unknown surroundings; "
                   f"{dropped:,} rows that occur in a dev or test split were removed, and every core of theirs")
    return f


HUMAN, MOUSE = [0, 1, 2, 3, 4], [0, 2, 3, 4]


def tf(data):
    """101 bp centred on a ChIP-seq peak. Human and mouse sets train one trunk; they are shipped apart."""
    f = Family(101, [Head(f"human_{i}", ["bound"]) for i in HUMAN] + [Head(f"mouse_{i}", ["bound"]) for i in MOUSE]
               + [Head("mouse_1", ["bound"], ship=False, weight=0.5)],
               net=dict(pool=3, places=8, dilations=(1, 2, 4), stem=128, width=64, drop=0.3), strands="average", epochs=14)
    parts = [f"tf/{i}" for i in HUMAN] + [f"mouse/{i}" for i in MOUSE]
    kept_out = [s for p in parts for split in ("dev", "test") for s, _ in _gue(data, p, split)]
    kept_out += [s for s, _ in _gue(data, "mouse/1", "test")]
    held, dropped = Held(kept_out), 0
    for head, part in enumerate(parts + ["mouse/1"]):
        for s, y in _gue(data, part, "dev" if part == "mouse/1" else "train"):
            if s in held:
                dropped += 1
            else:
                f.add(s, head, y)
        f.dev.append([] if part == "mouse/1" else [(ids(s, 101), int(y)) for s, y in _gue(data, part, "dev")])
    f.notes.append(f"{dropped:,} training rows that occur in a dev or test split of any of the sets were removed")
    return f


FAMILIES = {"promoter-core": promoter_core, "promoter-proximal": promoter_proximal, "tf": tf}
