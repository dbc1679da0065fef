"""Pangolin's networks (Zeng & Li 2022) from the state dicts of its repository: final.1.0.3.v2 and its like, without PyTorch.

A file is trained for one tissue and one score, and of its eight heads only that one is meant; the tool asks the four files of
P(splice) and takes the mean of three replicates. A replicate is one network here: the four files side by side, channels
apart (grouped convolutions), each with its own head. The files of splice-site usage (odd numbers) are not read.
"""
import numpy as np

import convnet
import statedict

# Number of a tissue's file, its head, and the head's channel that is the probability of a splice site.
TISSUES = {"heart": (0, "conv_last1"), "liver": (2, "conv_last3"), "brain": (4, "conv_last5"), "testis": (6, "conv_last7")}
REPLICATES = [1, 2, 3]
GROUPS = [(11, 1), (11, 4), (21, 10), (41, 25)]
EPSILON = 1e-5


def about(model):
    return {
        "name": model,
        "version": "2.0.0",
        "summary": "Pangolin: probability of a splice site at every base in heart, liver, brain and testis, from 10,000 bases around it",
        "license": "GPL-3.0-only",
        "non_commercial": False,
        "citation": "Zeng & Li 2022, Predicting RNA splicing from DNA sequence using Pangolin, Genome Biology 23:103",
        "trained_on": [
            "RNA-seq of heart, liver, brain and testis of human, rhesus macaque, mouse and rat",
            "held out: human chromosomes 1, 3, 5, 7 and 9, and their orthologs",
        ],
        "notes": [
            "P(splice) of the files final.N.M.3.v2; usage is not part of it",
            "its self-test is the files' own arithmetic on this machine, not what the original tool says",
            "scores are about the strand that is read: --genes, or scan one strand",
        ],
        # Its program reads the sequence around a gene as it is (SpliceAI's reads N there).
        "outside": "sequence",
        "heads": [(tissue, "softmax", ["neither", "site"], ["neither"]) for tissue in TISSUES],
    }


def members(folder, model):
    """A network for each replicate."""
    return [joined([read(folder, replicate, tissue) for tissue in TISSUES]) for replicate in REPLICATES]


def read(folder, replicate, tissue):
    number, head = TISSUES[tissue]
    name = f"final.{replicate}.{number}.3.v2"
    found = sorted(folder.glob(f"**/{name}"))
    if len(found) != 1:
        raise SystemExit(f"{folder} holds {len(found)} files {name}")
    layers = statedict.Layers(found[0])
    skips, groups = [layers.conv("skip", 1)], []
    for at, (width, rate) in enumerate(GROUPS):
        group = []
        for block in range(4 * at, 4 * at + 4):
            name = f"resblocks.{block}"
            first_norm, second_norm = (convnet.batch_norm(*layers.norm(f"{name}.bn{i}"), EPSILON) for i in (1, 2))
            first, second = (layers.conv(f"{name}.conv{i}", width) for i in (1, 2))
            group.append(convnet.Unit(first_norm, convnet.folded(second_norm, *first), second, rate))
        groups.append(group)
        skips.append(layers.conv(f"convs.{at}", 1))
    return convnet.Net(layers.conv("conv1", 1), skips, groups, {tissue: layers.conv(head, 1)})


def expected(folder, sequence):
    """Scores of a sequence, column by column: every file by itself, layer by layer, as the original network has them."""
    x = np.stack([[letter == base for letter in sequence] for base in "ACGT"]).astype(np.float32)
    columns = {}
    for tissue, (number, head) in TISSUES.items():
        scores = []
        for replicate in REPLICATES:
            (path,) = folder.glob(f"**/final.{replicate}.{number}.3.v2")
            logits = plain(statedict.Layers(path), head, x)
            powers = np.exp(logits - logits.max(axis=0))
            scores.append(powers / powers.sum(axis=0))
        for label, values in zip(("neither", "site"), np.mean(scores, axis=0)):
            columns[f"{tissue}.{label}"] = values
    return columns


def plain(layers, head, x):
    def conv(name, x, width=1, rate=1):
        weight, bias = layers.conv(name, width)
        length = x.shape[1] - (width - 1) * rate
        return sum(weight[:, :, tap] @ x[:, tap * rate : tap * rate + length] for tap in range(width)) + bias[:, None]

    def norm(name, x):
        weight, bias, mean, variance = (part[:, None] for part in layers.norm(name))
        return (x - mean) / np.sqrt(variance + np.float32(EPSILON)) * weight + bias

    x = conv("conv1", x)
    skips = [conv("skip", x)]
    for at, (width, rate) in enumerate(GROUPS):
        for block in range(4 * at, 4 * at + 4):
            inner = conv(f"resblocks.{block}.conv1", np.maximum(norm(f"resblocks.{block}.bn1", x), 0), width, rate)
            inner = conv(f"resblocks.{block}.conv2", np.maximum(norm(f"resblocks.{block}.bn2", inner), 0), width, rate)
            cut = (width - 1) * rate
            x = x[:, cut:-cut] + inner
        skips.append(conv(f"convs.{at}", x))
    length = x.shape[1]
    return conv(head, sum(skip[:, (skip.shape[1] - length) // 2 :][:, :length] for skip in skips))


def joined(nets):
    """Networks of one shape side by side: one network whose heads each read the channels of one of them."""

    def stacked(convs):
        return tuple(np.concatenate(parts) for parts in zip(*convs))

    def unit(units):
        return convnet.Unit(*(stacked([getattr(u, part) for u in units]) for part in ("norm", "first", "second")), units[0].rate)

    heads, at = {}, 0
    for net in nets:
        ((name, (weight, bias)),) = net.heads.items()
        wide = np.zeros((len(bias), sum(len(n.stem[1]) for n in nets), 1), np.float32)
        wide[:, at : at + weight.shape[1]] = weight
        heads[name] = (wide, bias)
        at += weight.shape[1]
    groups = [[unit(units) for units in zip(*group)] for group in zip(*(net.groups for net in nets))]
    skips = [stacked(convs) for convs in zip(*(net.skips for net in nets))]
    return convnet.Net(stacked([net.stem for net in nets]), skips, groups, heads, side_by_side=len(nets))
