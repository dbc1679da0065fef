"""Labelled sequences: reading the public sets, and keeping training apart from what tests it.

Nothing here trains. A set is a list of (sequence, label); a family (families.py) puts sets together.
"""
import csv
import gzip
from pathlib import Path

import numpy as np

COMPLEMENT = str.maketrans("ACGTacgt", "TGCAtgca")
CODE = np.full(256, 4, dtype=np.uint8)  # A C G T -> 0 1 2 3; every other letter -> 4
for _i, _b in enumerate(b"ACGT"):
    CODE[_b] = CODE[_b + 32] = _i


def reverse_complement(sequence):
    return sequence.translate(COMPLEMENT)[::-1]


def read(path, sequence="sequence", label="label"):
    """Rows of a .csv.gz or .tsv.gz with a header, as (upper-case sequence, label text)."""
    delimiter = "\t" if ".tsv" in Path(path).name else ","
    with gzip.open(path, "rt") as handle:
        return [(r[sequence].upper(), r[label]) for r in csv.DictReader(handle, delimiter=delimiter)]


def read_fasta(path):
    """{name: sequence} of a plain or gzipped FASTA, case kept."""
    opener = gzip.open if str(path).endswith(".gz") else open
    contigs, name = {}, None
    with opener(path, "rt") as handle:
        for line in handle:
            if line.startswith(">"):
                name = line[1:].split()[0]
                contigs[name] = []
            elif name is not None:
                contigs[name].append(line.strip())
    return {n: "".join(parts) for n, parts in contigs.items()}


def ids(sequence, span, offset=None):
    """Base ids of one row of `span` places; what the sequence does not fill is 4. In the middle unless told where."""
    row = np.full(span, 4, dtype=np.uint8)
    if len(sequence) > span:
        start = (len(sequence) - span) // 2
        sequence = sequence[start:start + span]
    if offset is None:
        offset = (span - len(sequence)) // 2
    row[offset:offset + len(sequence)] = CODE[np.frombuffer(sequence.encode(), dtype=np.uint8)]
    return row


class Held:
    """Sequences that must not be trained on: equal ones, on either strand, and ones that hold or lie in them."""

    def __init__(self, sequences, core=None):
        """core: (start, end) inside the sequences whose part alone betrays the whole (a 70-bp core in a 300-bp promoter)."""
        self.whole, self.cores, self.lengths = set(), set(), set()
        for s in sequences:
            self.whole.add(s)
            self.whole.add(reverse_complement(s))
            if core and len(s) >= core[1]:
                part = s[core[0]:core[1]]
                self.cores.add(part)
                self.cores.add(reverse_complement(part))

    def __contains__(self, sequence):
        return sequence in self.whole or sequence in self.cores
