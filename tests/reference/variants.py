"""REF, ALT and delta of variants, straight from a network: ONNX Runtime and numpy, and nothing of Genogloss.

    python variants.py FOLDER CARD.json GENOME.fa VARIANTS.vcf > deltas.tsv

FOLDER holds the network; CARD.json is its card as JSON. The definition is that of docs/concepts/variant-scoring.md. It is
written here as slowly and plainly as it can be: every equivalent way to write an indel is found by trying, every row is cut
from a whole contig in memory, every bin is looked at. Output: record (from 0), allele (from 0), score, reference, alternate,
delta, place of the largest change from POS (`.` for whole windows).
"""

import json
import sys

import numpy as np
import onnxruntime


def read_fasta(path):
    contigs, name = {}, None
    for line in open(path):
        if line.startswith(">"):
            name = line[1:].split()[0]
            contigs[name] = []
        else:
            contigs[name].append(line.strip().upper())
    return {name: "".join(lines) for name, lines in contigs.items()}


COMPLEMENT = str.maketrans("ACGTN", "TGCAN")


def one_hot(rows):
    out = np.zeros((len(rows), 4, len(rows[0])), np.float32)
    for r, row in enumerate(rows):
        for c, base in enumerate("ACGT"):
            out[r, c] = np.frombuffer(row.encode(), np.uint8) == ord(base)
    return out


class Model:
    def __init__(self, folder, card):
        self.card = card
        names = card["files"]["model"]
        names = [names] if isinstance(names, str) else names
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.sessions = [
            onnxruntime.InferenceSession(f"{folder}/{name}", options, providers=["CPUExecutionProvider"]) for name in names
        ]
        self.window = card["window"]
        self.heads = card["heads"]
        self.track = card["kind"] == "track"

    def head_scores(self, row):
        """Scores of a row as it is read: for each head an array (labels, bins), left to right as read."""
        x = one_hot([row])
        if card_layout(self.card) == "channels-last":
            x = np.ascontiguousarray(x.transpose(0, 2, 1))
        if self.card["input"]["dtype"] == "u8":
            x = x.astype(np.uint8)
        total = None
        for session in self.sessions:
            outputs = session.run([head["output"] for head in self.heads], {self.card["input"]["tensor"]: x})
            answers = []
            for head, logits in zip(self.heads, outputs):
                logits = logits[0].astype(np.float64)
                if not self.track:
                    logits = logits.reshape(-1, 1)
                elif head.get("layout", "channels-last") == "channels-last":
                    logits = logits.T
                answers.append(activate(head["activation"], logits))
            total = answers if total is None else [a + b for a, b in zip(total, answers)]
        return [scores / len(self.sessions) for scores in total]

    def both(self, forward_row, reverse_row):
        """The two strands of a row, both left to right along the forward strand."""
        forward = self.head_scores(forward_row)
        reverse = self.head_scores(reverse_row.translate(COMPLEMENT)[::-1])
        return forward, [scores[:, ::-1] for scores in reverse]


def card_layout(card):
    return card["input"]["layout"]


def activate(kind, x):
    if kind == "sigmoid":
        return 1 / (1 + np.exp(-x))
    if kind == "softplus":
        return np.logaddexp(0, x)
    if kind == "softmax":
        e = np.exp(x - x.max(axis=0))
        return e / e.sum(axis=0)
    return x


def places(contig, start, removed, inserted):
    """All places at which the shortest form of a change can be written, leftmost first, and what is put in at the leftmost."""
    changed = contig[:start] + inserted + contig[start + removed :]
    ways = []
    low = start
    while low > 0 and removed == 0 or low > 0 and not inserted:
        text = changed[low - 1 : low - 1 + len(inserted)]
        if contig[low - 1] not in "ACGT" or contig[: low - 1] + text + contig[low - 1 + removed :] != changed:
            break
        low -= 1
    at = low
    while True:
        text = changed[at : at + len(inserted)]
        if contig[:at] + text + contig[at + removed :] != changed:
            break
        ways.append(at)
        if removed and inserted or at + removed >= len(contig) or contig[at + removed] not in "ACGT":
            break
        at += 1
    return ways, changed


def cut(sequence, start, length):
    """Bases [start, start + length), N where the sequence has none."""
    padded = "N" * max(0, -start) + sequence[max(0, start) : max(0, start + length)]
    return padded + "N" * (length - len(padded))


def nearer(reference, ways):
    return min(ways, key=lambda value: abs(value - reference))


def compare(how, pairs):
    """pairs: (offset, reference, alternate)."""
    reference = sum(r for _, r, _ in pairs)
    alternate = sum(a for _, _, a in pairs)
    if how == "max":
        place, r, a = max(pairs, key=lambda pair: abs(pair[2] - pair[1]))
        return r, a, a - r, place
    if how == "sum":
        return reference, alternate, alternate - reference, None
    if how == "log2fold":
        return reference, alternate, np.log2(alternate + 1) - np.log2(reference + 1), None
    if how == "l2":
        return None, None, np.sqrt(sum((a - r) ** 2 for _, r, a in pairs)), None
    if how == "js":
        p = np.array([r for _, r, _ in pairs]) / reference
        q = np.array([a for _, _, a in pairs]) / alternate
        m = (p + q) / 2
        part = lambda x: np.sum(np.where(x > 0, x * np.log2(np.where(x > 0, x, 1) / np.where(m > 0, m, 1)), 0))
        return None, None, np.sqrt(max(0.0, (part(p) + part(q)) / 2)), None
    raise SystemExit(how)


def deltas(model, contig, position, ref, alt):
    card, window = model.card, model.window
    rule = card.get("variants", {})
    how = rule.get("compare", "max")
    span, core = window["span"], window["core"]
    half = (span - core) // 2
    # The shortest form: what both end with is taken off first, then what both begin with.
    start = position
    while ref and alt and ref[-1] == alt[-1]:
        ref, alt = ref[:-1], alt[:-1]
    while ref and alt and ref[0] == alt[0]:
        ref, alt, start = ref[1:], alt[1:], start + 1
    ways, changed = places(contig, start, len(ref), alt)
    removed, inserted = len(ref), len(alt)
    growth = inserted - removed
    first, last = ways[0], ways[-1]
    longest = last - first + max(removed, inserted)
    pads = model.track and window.get("fixed", True) and window.get("min_span", span) < span
    begin = first - (span - longest) // 2
    multiple = window.get("multiple")
    if multiple:
        # Rows lie as those of a scan do: their cores begin at multiples of this.
        begin = (begin + half) // multiple * multiple - half
    left = cut(changed, begin, span)
    right = cut(changed, begin + growth, span)
    reference = cut(contig, begin, span)
    outside = lambda text, at: at < 0 or at + span > len(text)
    if pads and min(len(contig), len(changed)) < window["min_span"]:
        return "contig_end"
    strand = card.get("strand", "forward")
    both = strand != "forward"
    # The reverse strand of a whole window: the same rule for the reverse complement of the problem.
    turned, turned_changed = (text.translate(COMPLEMENT)[::-1] for text in (contig, changed))
    turned_begin = len(contig) - (last + removed) - (span - longest) // 2
    if not pads:
        ends = outside(contig, begin) or outside(changed, begin)
        if model.track:
            ends = ends or outside(changed, begin + growth)
        elif both:
            ends = ends or outside(turned, turned_begin) or outside(turned_changed, turned_begin)
        if ends:
            return "contig_end"
    if not model.track:
        r, a = [model.head_scores(reference)], [model.head_scores(left)]
        if both:
            r.append(model.head_scores(cut(turned, turned_begin, span)))
            a.append(model.head_scores(cut(turned_changed, turned_begin, span)))
        out = []
        for h, head in enumerate(model.heads):
            for l, _ in enumerate(head["labels"]):
                values = [(r[s][h][l, 0], a[s][h][l, 0]) for s in range(len(r))]
                if strand == "average":
                    values = [(sum(v[0] for v in values) / 2, sum(v[1] for v in values) / 2)]
                compared = [compare(how, [(None, x, y)]) for x, y in values]
                out.append(max(compared, key=lambda c: abs(c[2])))
        return out
    rows = [model.both(row, row) if both else (model.head_scores(row),) for row in (reference, left, right)]
    if strand == "average":
        rows = [([(f + v) / 2 for f, v in zip(*row)],) for row in rows]
    out = []
    core_start = begin + half
    matched = min(removed, inserted)
    whole = first - core, last + removed + core
    distance = rule.get("distance")
    low, high = whole if distance is None else (first - distance, last + removed + distance)
    for h, head in enumerate(model.heads):
        width = head["bin"]
        suits = width == 1 and head["activation"] in ("sigmoid", "softmax")
        may = width == 1 and head["activation"] in ("sigmoid", "softmax", "softplus")
        deleted = rule.get("deleted")
        zero_head = may and deleted == "zero" or suits and deleted is None
        for l, label in enumerate(head["labels"]):
            zero = zero_head and label not in head.get("background", [])
            compared = []
            for s in range(len(rows[0])):
                r, a, b = (row[s][h][l] for row in rows)
                pairs = []
                for j in range(core // width):
                    x, y = core_start + j * width, core_start + (j + 1) * width
                    if y <= low or x >= high or x < 0 or y > len(contig):
                        continue
                    ways_here = []
                    if x < last + matched:
                        ways_here.append(a[j])
                    if y > first + removed - matched:
                        ways_here.append(b[j])
                    if ways_here:
                        pairs.append((x - position, r[j], nearer(r[j], ways_here)))
                    elif zero:
                        pairs.append((x - position, r[j], 0.0))
                if zero:
                    for at in range(last + matched, first + inserted - matched):
                        values = []
                        if 0 <= at - core_start < core:
                            values.append(a[at - core_start])
                        if 0 <= at - growth - core_start < core:
                            values.append(b[at - growth - core_start])
                        if values:
                            pairs.append((first - 1 - position, 0.0, nearer(0.0, values)))
                compared.append(compare(how, pairs))
            out.append(max(compared, key=lambda c: abs(c[2])))
    return out


def main():
    folder, card, fasta, vcf = sys.argv[1:]
    card = json.load(open(card))
    model, contigs = Model(folder, card), read_fasta(fasta)
    names = [
        head["name"] if len(head["labels"]) == 1 else f"{head['name']}.{label}" for head in card["heads"] for label in head["labels"]
    ]
    record = -1
    for line in open(vcf):
        if line.startswith("#"):
            continue
        record += 1
        fields = line.rstrip("\n").split("\t")
        for allele, alt in enumerate(fields[4].split(",")):
            answer = deltas(model, contigs[fields[0]], int(fields[1]) - 1, fields[3].upper(), alt.upper())
            if isinstance(answer, str):
                print(record, allele, ".", answer, sep="\t")
                continue
            for name, (reference, alternate, delta, place) in zip(names, answer):
                show = lambda v: "." if v is None else f"{v:.7f}"
                print(record, allele, name, show(reference), show(alternate), show(delta), "." if place is None else place, sep="\t")


if __name__ == "__main__":
    main()
