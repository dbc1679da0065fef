"""SpliceAI's networks (Jaganathan et al. 2019) from the Keras files of PyPI's spliceai 1.3.1, without Keras."""
import json

import h5py
import numpy as np

import convnet


def about(model):
    return {
        "name": model,
        "version": "1.3.1",
        "summary": "SpliceAI: acceptor and donor sites at every base, from 10,000 bases around it; five networks",
        "license": "CC-BY-NC-4.0",
        "non_commercial": True,
        "citation": "Jaganathan et al. 2019, Predicting Splicing from Primary Sequence with Deep Learning, Cell 176:535-548",
        "trained_on": [
            "GENCODE V24lift37 principal transcripts of protein-coding genes, GRCh37; chromosomes 2, 4, 6, 8, 10-22, X and Y",
            "held out: chromosomes 1, 3, 5, 7 and 9 (without paralogs)",
        ],
        "notes": [
            "weights of PyPI's spliceai 1.3.1; its wheel says GPLv3, its repository CC BY-NC 4.0: the stricter is shown",
            "scores are about the strand that is read: --genes, or scan one strand",
        ],
        "heads": [("splice", "softmax", ["neither", "acceptor", "donor"], ["neither"])],
    }


TABLES = ["grch37.txt", "grch38.txt"]


def members(folder, model):
    """The five networks of an unpacked wheel, or of a folder that holds the five files."""
    found = sorted(folder.glob("**/spliceai[1-5].h5"), key=lambda path: path.name)
    if len(found) != 5:
        raise SystemExit(f"{folder} holds {len(found)} of the files spliceai1.h5 to spliceai5.h5")
    return [read(path) for path in found]


def read(path):
    """One of the five networks: kernels are (width, in, out) in Keras."""
    with h5py.File(path, "r") as file:
        layers = {layer["name"]: layer for layer in json.loads(file.attrs["model_config"])["config"]["layers"]}
        weights = file["model_weights"]

        def part(name, key):
            return np.asarray(weights[name][name][f"{key}:0"])

        def conv(name):
            return part(name, "kernel").transpose(2, 1, 0), part(name, "bias")

        def norm(name):
            epsilon = layers[name]["config"]["epsilon"]
            return convnet.batch_norm(*(part(name, k) for k in ("gamma", "beta", "moving_mean", "moving_variance")), epsilon)

        def before(name):
            return [inbound[0] for inbound in layers[name]["inbound_nodes"][0]]

        after = {}
        for name in layers:
            for source in before(name) if layers[name]["inbound_nodes"] else []:
                after.setdefault(source, []).append(name)

        def next_of(name, kind):
            found = [n for n in after.get(name, []) if layers[n]["class_name"] == kind]
            return found[0] if found else None

        entry = next(name for name, layer in layers.items() if layer["class_name"] == "InputLayer")
        x = next_of(entry, "Conv1D")
        stem, skips, groups = conv(x), [], [[]]
        while True:
            skip = next_of(x, "Conv1D")
            if skip:
                skips.append(conv(skip))
                if groups[-1]:
                    groups.append([])
            first_norm = next_of(x, "BatchNormalization")
            if not first_norm:
                break
            first = next_of(next_of(first_norm, "Activation"), "Conv1D")
            second_norm = next_of(first, "BatchNormalization")
            second = next_of(next_of(second_norm, "Activation"), "Conv1D")
            rates = {layers[name]["config"]["dilation_rate"][0] for name in (first, second)}
            if len(rates) != 1:
                raise ValueError(f"{path}: a unit has two dilation rates")
            groups[-1].append(convnet.Unit(norm(first_norm), convnet.folded(norm(second_norm), *conv(first)), conv(second), rates.pop()))
            x = next_of(second, "Add")
        last = next(name for name, layer in layers.items() if layer["config"].get("activation") == "softmax")
        return convnet.Net(stem, skips, [group for group in groups if group], {"splice": conv(last)})
