"""Largest gain and loss of every site, by gene, straight from the windows' networks: ONNX Runtime and numpy alone.

    python effects.py FOLDER CARD.json GENOME.fa GENES.gtf VARIANTS.vcf > effects.tsv

For models that score variants by gene. Variants need one ALT in its shortest form, with a base before an indel, one gene each,
and enough sequence around. On the gene's strand, the reference and the alternate sequence are read whole, 50 bases either side
are compared; outside of the gene is N, or the sequence (`variants: outside` of the card). Inserted bases count with their
maximum at the base before them, deleted ones 0 (Jaganathan et al. 2019). Output: record (from 0), label, gain, loss, their
positions (1-based).
"""

import json
import sys

import numpy as np
import onnxruntime

from variants import read_fasta

DISTANCE = 50


def main():
    folder, card, fasta, gtf, vcf = sys.argv[1:]
    card = json.load(open(card))
    contigs = read_fasta(fasta)
    sessions = [onnxruntime.InferenceSession(f"{folder}/{name}", providers=["CPUExecutionProvider"]) for name in card["files"]["model"]]
    half = (card["window"]["span"] - card["window"]["core"]) // 2
    head = card["heads"][0]
    labels = [label for label in head["labels"] if label not in head["background"]]
    genes = []
    for line in open(gtf):
        fields = line.rstrip("\n").split("\t")
        if len(fields) > 8 and fields[2] == "gene":
            genes.append((fields[0], int(fields[3]) - 1, int(fields[4]), fields[6]))

    def scores(bases, strand):
        """(labels, bases) of a sequence with `half` more at each end."""
        if strand == "-":
            bases = bases[::-1].translate(str.maketrans("ACGTN", "TGCAN"))
        span = card["window"]["core"] + 2 * half
        row = bases + "N" * (span - len(bases))
        x = np.array([[[base == letter for base in row] for letter in "ACGT"]], np.float32)
        total = 0
        for session in sessions:
            (logits,) = session.run([head["output"]], {card["input"]["tensor"]: x})
            e = np.exp(logits[0].astype(np.float64))
            total = total + e / e.sum(axis=0)
        answer = (total / len(sessions))[:, : len(bases) - 2 * half]
        return answer[:, ::-1] if strand == "-" else answer

    record = -1
    for line in open(vcf):
        if line.startswith("#"):
            continue
        record += 1
        contig, position, _, ref, alt = line.split("\t")[:5]
        position, sequence = int(position) - 1, contigs[contig]
        for gene_contig, start, end, strand in genes:
            # Of an insertion or deletion the first base changes nothing.
            own = position + (len(ref) > 1 and len(alt) == 1)
            if gene_contig != contig or not start <= own < end:
                continue
            masked = card["variants"].get("outside", "n") == "n"
            text = "".join(b if not masked or start <= i < end else "N" for i, b in enumerate(sequence))
            low, high = position - DISTANCE, position + len(ref) + DISTANCE
            before = scores(text[low - half : high + half], strand)
            after = scores(text[low - half : position] + alt + text[position + len(ref) : high + half], strand)
            for label in labels:
                at = head["labels"].index(label)
                a = list(after[at])
                seen = a[:DISTANCE]
                for base in range(len(ref)):
                    if base >= len(alt):
                        seen.append(0.0)
                    elif base == len(ref) - 1 and len(alt) > len(ref):
                        seen.append(max(a[DISTANCE + base : DISTANCE + len(alt)]))
                    else:
                        seen.append(a[DISTANCE + base])
                seen += a[DISTANCE + len(alt) :]
                rise = np.array(seen) - before[at]
                gain, loss = int(rise.argmax()), int(rise.argmin())
                print(record, label, f"{rise[gain]:.6f}", f"{-rise[loss]:.6f}", low + gain + 1, low + loss + 1, sep="\t")


if __name__ == "__main__":
    main()
