"""OpenSpliceAI's networks (Chao et al. 2025), from the files of its release: model_10000nt_rs10.pt and its like, without PyTorch.

Architecture: SpliceAI (Jaganathan et al. 2019) with leaky ReLU 0.1, as in OpenSpliceAI 0.0.7.
"""
import convnet
import statedict

# Widths and rates of the groups of four units.
GROUPS = [(11, 1), (11, 4), (21, 10), (41, 25)]
COUNTS = {80: 1, 400: 2, 2000: 3, 10000: 4}
EPSILON = 1e-5


def flank(model):
    return int(model.removeprefix("openspliceai-").removesuffix("nt"))


def about(model):
    reach = flank(model)
    return {
        "name": model,
        "version": "1.0.0",
        "summary": f"OpenSpliceAI (human, MANE): acceptor and donor sites at every base, from {reach:,} bases around it; five networks",
        "license": "GPL-3.0-only",
        "non_commercial": False,
        "citation": "Chao et al. 2025, OpenSpliceAI provides an efficient modular implementation of SpliceAI, eLife 14:RP107454",
        "trained_on": ["MANE Select transcripts, GRCh38; held out: chromosomes 1, 3, 5, 7 and 9 (without paralogs)"],
        "notes": ["scores are about the strand that is read: --genes, or scan one strand"],
        "heads": [("splice", "softmax", ["neither", "acceptor", "donor"], ["neither"])],
    }


def members(folder, model):
    """All networks of this flank in a folder."""
    pattern = f"model_{flank(model)}nt_*.pt"
    found = sorted(folder.glob(f"**/{pattern}"), key=lambda path: path.name)
    if not found:
        raise SystemExit(f"{folder} holds no {pattern}")
    if len(found) != len({path.name for path in found}):
        raise SystemExit(f"{folder} holds {pattern} of more than one species: name the folder of one")
    return [read(path, COUNTS[flank(model)]) for path in found]


def read(path, count):
    layers = statedict.Layers(path)
    skips, groups = [layers.conv("initial_skip.conv", 1)], []
    at = 0
    for width, rate in GROUPS[:count]:
        group = []
        for _ in range(4):
            name = f"residual_units.{at}"
            first_norm, second_norm = (convnet.batch_norm(*layers.norm(f"{name}.batchnorm{i}"), EPSILON) for i in (1, 2))
            first, second = (layers.conv(f"{name}.conv{i}", width) for i in (1, 2))
            group.append(convnet.Unit(first_norm, convnet.folded(second_norm, *first), second, rate))
            at += 1
        groups.append(group)
        skips.append(layers.conv(f"residual_units.{at}.conv", 1))
        at += 1
    return convnet.Net(layers.conv("initial_conv", 1), skips, groups, {"splice": layers.conv("final_conv", 1)}, slope=0.1)
