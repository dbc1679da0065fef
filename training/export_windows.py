#!/usr/bin/env python3
"""Turns the members of a family into model folders: their mean as one network, calibrated on dev, with card and self-test.

    python export_windows.py FAMILY --data DATA --work WORK --out models

Scale and shift of each head's logit come from dev (several classes: one scale). Test splits are not read here.
"""
import argparse
import json
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import cards
from families import FAMILIES
from nets import Ensemble, WindowNet
from train_windows import called, logits_of, slices
import metrics

# folder: (family, heads, what the card says)
GUE = "GUE, Zhou et al. 2023, arXiv 2306.15006"
FOLDERS = {
    "core-promoter": dict(
        family="promoter-core", heads=["promoter", "promoter_notata", "promoter_tata"], strand="max", core=35,
        summary="Is this 70-bp stretch of human sequence a core promoter, -34 to +35 of a transcription start site?",
        citation=f"Trained for Genogloss (training/); data: {GUE}; LPD",
        trained=["GUE prom_core_all, _notata and _tata (human promoters of EPDnew and matched non-promoters); negatives of LPD prom_60 as a further task"],
        notes=["given as transcribed, evaluate with --strand forward; in a genome both strands are asked",
               "the sets are half promoters, a genome is not: see docs/models for what a threshold means there"]),
    "proximal-promoter": dict(
        family="promoter-proximal", heads=["promoter", "promoter_tata"], strand="max", core=75,
        summary="Is this 300-bp stretch of human sequence a promoter, -249 to +50 of a transcription start site?",
        citation=f"Trained for Genogloss (training/); data: {GUE}; LPD",
        trained=["the part of GUE prom_300_all that can be rebuilt (28,388 rows), prom_300_tata, and 30,020 cores of prom_core_all with unknown surroundings"],
        notes=["given as transcribed, evaluate with --strand forward; in a genome both strands are asked"]),
    "promoter-nontata": dict(
        family="promoter-nontata", heads=["promoter"], strand="max", core=63,
        summary="Is this 251-bp stretch of human sequence a promoter, -200 to +50 of a transcription start site, or the inside of a gene?",
        citation=f"Trained for Genogloss (training/); data: {GUE}; LPD; GENCODE; the question is GenomicBenchmarks' human_nontata_promoters",
        trained=["promoters of GUE's proximal sets, cut to 251 bp; pieces of coding genes of human slices, not of chr20:1-20 Mb (GRCh37)"],
        notes=["given as transcribed, evaluate with --strand forward; in a genome both strands are asked"]),
    "tf-human": dict(
        family="tf", heads=[f"human_{i}" for i in range(5)], strand="average", core=50,
        summary="Is a transcription factor bound in the middle of these 101 bp? Five human ChIP-seq sets of GUE",
        citation=f"Trained for Genogloss (training/); data: {GUE}",
        trained=["GUE tf 0 to 4 (human) and mouse 0 to 4, one trunk for all"], notes=["GUE does not say which factors the five sets are"]),
    "tf-mouse": dict(
        family="tf", heads=["mouse_0", "mouse_2", "mouse_3", "mouse_4"], strand="average", core=50,
        summary="Is a transcription factor bound in the middle of these 101 bp? Four mouse ChIP-seq sets of GUE",
        citation=f"Trained for Genogloss (training/); data: {GUE}",
        trained=["GUE tf 0 to 4 (human) and mouse 0 to 4, one trunk for all"], notes=["mouse sequence; GUE does not say which factors the sets are"]),
    "splice-window": dict(
        family="splice", heads=["splice"], strand="forward", core=1, background=["neither"],
        summary="Is the middle of these 400 bp a splice donor, a splice acceptor, or neither?",
        citation=f"Trained for Genogloss (training/); data: {GUE}; GENCODE 19; SpliceAI's and CI-SpliceAI's junction tables",
        trained=["GUE splice/reconstructed (its dev split; the train split is not at hand) and annotated sites of human slices"],
        notes=["the sequence as transcribed; a donor's GT are bases 201-202, an acceptor's AG bases 199-200; for genomes use the model human"]),
    "regulatory": dict(
        family="regulatory", heads=["element", "open_chromatin", "enhancer_cohn", "enhancer_ensembl"], strand="average", core=400, min_span=2, max_unknown=0.999,
        summary="Promoter, enhancer or open chromatin? Sequences of 2 to 810 bp, as in GenomicBenchmarks",
        citation="Trained for Genogloss (training/); data: GenomicBenchmarks, Gresova et al. 2023, doi 10.1186/s12863-023-01123-8; iEnhancer-2L",
        trained=["GenomicBenchmarks ensembl_regulatory, ocr_ensembl, enhancers_cohn, enhancers_ensembl, as far as their sequences are at hand; iEnhancer-2L"],
        notes=["the length of a sequence says much about these sets (docs/models/regulatory.md) and the network sees it: for genomes use the model human"]),
    "gene": dict(
        family="gene", heads=["biotype", "direction"], strand="forward", core=500, min_span=200, max_unknown=0.9,
        summary="Does a protein-coding gene begin here? Is the sequence written backwards? 200 to 1,000 bp",
        citation="Trained for Genogloss (training/); data: GENCODE 19 and 38",
        trained=["the first 1,000 bp of genes, and sequences as they are and reversed (not complemented), of human slices"],
        notes=["biotype: the sequence as transcribed, from the gene's first base"]),
    "reading-frame": dict(
        family="frame", heads=["frame"], strand="forward", core=60, background=["noncoding"], min_span=60, max_unknown=0.85, strands=["+"] * 3 + ["-"] * 3 + ["."],
        summary="Inside a coding exon? On which strand, and at which base do the codons begin? 60 to 300 bp",
        citation="Trained for Genogloss (training/); data: GENCODE 19 and 38",
        trained=["pieces of coding exons of human slices, and as many of introns and between genes"],
        notes=["plus_1: on the strand given codons begin at base 1 (counting from 0), 4, 7 ...; minus_1: on the other strand, codons cover bases 1-3, 4-6 ... of the sequence as given",
               "the figures are for sequences that lie wholly inside an exon or wholly outside of one"]),
}


class Chosen(nn.Module):
    """Some heads of an ensemble, each an output of its own: (rows, labels)."""

    def __init__(self, ensemble, places):
        super().__init__()
        self.ensemble, self.places = ensemble, places

    def forward(self, x):
        z = self.ensemble(x)
        return tuple(z[:, p] for p in self.places)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("family", choices=sorted(FAMILIES))
    p.add_argument("--data", required=True)
    p.add_argument("--genome")
    p.add_argument("--work", required=True)
    p.add_argument("--out", required=True)
    a = p.parse_args()
    family = FAMILIES[a.family](a.data, a.genome)
    where, outputs = slices(family.heads)
    members, epochs = [], []
    for path in sorted((Path(a.work) / a.family).glob("member*.pt")):
        saved = torch.load(path, weights_only=False)
        net = WindowNet(family.span, outputs, **saved.get("net", family.net))
        net.load_state_dict(saved["state"])
        members.append(net.eval())
        epochs.append(saved["epoch"] + 1)
    assert members, f"no member of {a.family} under {a.work}"
    ensemble = Ensemble(members, np.ones(outputs), np.zeros(outputs)).eval()
    both = family.strands == "average"
    dev = {}
    for head, at, rows in zip(family.heads, where, family.dev):
        if not rows:
            continue
        x, y = torch.from_numpy(np.stack([r for r, _ in rows])), np.array([l for _, l in rows])
        z = logits_of(ensemble, x, "cpu", both)[:, at]
        dev[head.name] = round(getattr(metrics, head.metric)(called(z), y), 4)
        if head.width == 1:
            scale, shift = cards.logistic(z[:, 0].numpy(), y)
            ensemble.scale[at], ensemble.shift[at] = scale, shift
        else:
            temperatures = torch.linspace(0.4, 3, 261)
            losses = [float(F.cross_entropy(z / t, torch.from_numpy(y))) for t in temperatures]
            ensemble.scale[at] = 1 / float(temperatures[int(np.argmin(losses))])
    print(f"{len(members)} members; dev {dev}")
    for name, spec in FOLDERS.items():
        if spec["family"] != a.family:
            continue
        heads = [next(h for h in family.heads if h.name == n) for n in spec["heads"]]
        places = [where[family.heads.index(h)] for h in heads]
        model = Chosen(ensemble, places).eval()
        folder = Path(a.out) / name
        digest = cards.export(model, folder, family.span, [h.name for h in heads])
        # Real sequences with known answers, as the self-test: the first of each head's dev set.
        sequences = ["".join("ACGTN"[i] for i in r) for h in heads for r, _ in family.dev[family.heads.index(h)][:6]]
        sequences = [s for s in dict.fromkeys(sequences)][:24]
        activations = ["sigmoid" if h.width == 1 else "softmax" for h in heads]
        values = strand_scores(model, sequences, family.span, activations, spec["strand"])
        columns = {}
        for h, value in zip(heads, values):
            for i, label in enumerate(h.labels):
                columns[h.name if h.width == 1 else f"{h.name}.{label}"] = value[:, i]
        cards.self_test(folder, [f"dev_{i + 1}" for i in range(len(sequences))], sequences, columns)
        lines = [f"name: {name}", "version: 1.0.0", f"summary: {spec['summary']}", f"license: {cards.LICENSE}", f"citation: \"{spec['citation']}\"", "trained_on:"]
        lines += [f'  - "{t}"' for t in spec["trained"]] + [f'  - "{n}"' for n in family.notes]
        lines += ['  - "held out: the dev splits (choice of the epoch, calibration) and the test splits (read by `genogloss evaluate` alone)"', "notes:"]
        lines += [f'  - "{n}"' for n in spec["notes"]] + [f'  - "{len(members)} networks, their mean; figures: docs/models/{name}.md"']
        lines += ["kind: classify", "files:", "  model: model.onnx", "  sha256:", f"    model.onnx: {digest}",
                  "input: {encoding: one-hot, tensor: sequence, layout: channels-first, dtype: f32, unknown: zeros}",
                  f"window: {{span: {family.span}, core: {spec['core']}, stride: {spec['core']}, min_span: {spec.get('min_span', family.span)}, max_unknown: {spec.get('max_unknown', 0.3)}}}", "heads:"]
        for h in heads:
            own = len({x.labels[0] for x in heads}) == len(heads)      # heads that ask the same are told apart by name
            labels = ", ".join(h.labels) if h.width > 1 or own else h.name
            extra = f", background: [{', '.join(spec['background'])}]" if spec.get("background") else ""
            strands = ", strands: [{}]".format(", ".join(f'"{x}"' for x in spec["strands"])) if spec.get("strands") else ""
            activation = "sigmoid" if h.width == 1 else "softmax"
            lines.append(f"  - {{name: {h.name}, output: {h.name}, activation: {activation}, labels: [{labels}]{extra}{strands}, threshold: {spec.get('threshold', 0.5)}}}")
        lines += [f"strand: {spec['strand']}", "run: {rows: 16, tolerance: 1.0e-5}", "self_test: self_test.tsv"]
        (folder / "card.yaml").write_text("\n".join(lines) + "\n")
        (folder / "figures.json").write_text(json.dumps({
            "members": len(members), "epochs": epochs, "training_rows": len(family.train), "dev_mcc": {h.name: dev[h.name] for h in heads},
            "parameters": sum(q.numel() for q in model.parameters())}, indent=1) + "\n")
        print(f"{folder}: done")


def strand_scores(model, sequences, span, activations, strand):
    """Final scores by the card's strand rule."""
    if strand != "max":
        return [v.numpy() for v in cards.scores_of(model, sequences, span, activations, strand)]
    forward = cards.scores_of(model, sequences, span, activations, "forward")
    mean = cards.scores_of(model, sequences, span, activations, "average")
    reverse = [2 * m - f for m, f in zip(mean, forward)]
    best = lambda parts: np.max(np.concatenate([v.numpy() for v in parts], 1), 1)
    take = best(forward) >= best(reverse)
    return [np.where(take[:, None], f.numpy(), r.numpy()) for f, r in zip(forward, reverse)]


if __name__ == "__main__":
    main()
