"""CI-SpliceAI's networks (Strauch et al. 2022) from the frozen graph in PyPI's cispliceai 1.2.2, without TensorFlow.

The graph is one network five times; weights are Const nodes, and a member's carry a number behind part of their names.
"""
import numpy as np

import convnet

# Numbers of Keras' layers: of each group of four units its first convolution, then width and rate.
GROUPS = [(3, 11, 1), (12, 11, 4), (21, 21, 10), (30, 41, 25)]


def about(model):
    return {
        "name": model,
        "version": "1.2.2",
        "summary": "CI-SpliceAI: acceptor and donor sites at every base, from 10,000 bases around it; five networks",
        "license": "CC-BY-4.0",
        "non_commercial": False,
        "citation": "Strauch et al. 2022, CI-SpliceAI: Improving machine learning predictions of disease causing splicing variants using curated alternative splice sites, PLOS ONE 17:e0269159",
        "trained_on": ["collapsed isoforms of GENCODE, GRCh38; all chromosomes: none was held out"],
        "notes": ["weights of PyPI's cispliceai 1.2.2", "scores are about the strand that is read: --genes, or scan one strand"],
        "heads": [("splice", "softmax", ["neither", "acceptor", "donor"], ["neither"])],
    }


def members(folder, model):
    """The five networks of an unpacked wheel, or of a folder that holds its file."""
    found = sorted(folder.glob("**/CI-SpliceAI.pb"))
    if len(found) != 1:
        raise SystemExit(f"{folder} holds {len(found)} files CI-SpliceAI.pb")
    try:
        constants = read(found[0].read_bytes())
    except (IndexError, ValueError) as error:
        raise SystemExit(f"{found[0]}: it is no graph of TensorFlow's: {error}")
    try:
        return [member(constants, number) for number in range(5)]
    except KeyError as error:
        raise SystemExit(f"{found[0]}: it has no {error.args[0]}")


def member(constants, number):
    suffix = f"_{number}" if number else ""

    def conv(at, width):
        """Kernels are (1, width, in, out)."""
        name = f"model_1/conv1d_{at}"
        kernel = constants[f"{name}/conv1d{suffix}/ExpandDims_1/ReadVariableOp/resource"]
        if kernel.ndim != 3 or kernel.shape[0] != width:
            raise ValueError(f"the shape of {name} is {kernel.shape}; its width should be {width}")
        return kernel.transpose(2, 1, 0), constants[f"{name}/BiasAdd{suffix}/ReadVariableOp/resource"]

    def norm(at):
        name = f"model_1/batch_normalization_{at}/batchnorm{suffix}"
        # By what Keras' batch norm reads first: variance, gamma, mean, beta.
        gamma, beta = constants[f"{name}/mul/ReadVariableOp/resource"], constants[f"{name}/ReadVariableOp_2/resource"]
        mean, variance = constants[f"{name}/ReadVariableOp_1/resource"], constants[f"{name}/ReadVariableOp/resource"]
        return convnet.batch_norm(gamma, beta, mean, variance, float(constants[f"{name}/add/y"]))

    skips, groups, norms = [conv(2, 1)], [], 1
    for at, width, rate in GROUPS:
        group = []
        for first in range(at, at + 8, 2):
            folded = convnet.folded(norm(norms + 1), *conv(first, width))
            group.append(convnet.Unit(norm(norms), folded, conv(first + 1, width), rate))
            norms += 2
        groups.append(group)
        skips.append(conv(at + 8, 1))
    return convnet.Net(conv(1, 1), skips, groups, {"splice": conv(39, 1)})


def read(data):
    """Constants of 32-bit floats in a GraphDef, by name."""
    constants = {}
    for field, node in fields(memoryview(data)):
        if field != 1:
            continue
        name, op, tensor = "", "", None
        for field, value in fields(node):
            if field == 1:
                name = bytes(value).decode()
            elif field == 2:
                op = bytes(value).decode()
            elif field == 5:
                key, attribute = (dict(fields(value)).get(i, b"") for i in (1, 2))
                if bytes(key) == b"value":
                    tensor = dict(fields(attribute)).get(8)
        if op == "Const" and tensor is not None:
            array = floats(tensor)
            if array is not None:
                constants[name] = array
    return constants


def floats(tensor):
    """A TensorProto's numbers, if they are 32-bit floats."""
    dtype, shape, content = 0, [], b""
    for field, value in fields(tensor):
        if field == 1:
            dtype = value
        elif field == 2:
            shape = [dict(fields(dim)).get(1, 0) for field, dim in fields(value) if field == 2]
        elif field in (4, 5):
            content = bytes(value)
    if dtype != 1 or len(content) != 4 * int(np.prod(shape)):
        return None
    return np.frombuffer(content, "<f4").reshape(shape)


def fields(data):
    """Numbers and values of a message's fields: protocol buffers' wire format."""
    at = 0

    def varint():
        nonlocal at
        number = shift = 0
        while True:
            byte = data[at]
            at += 1
            number |= (byte & 127) << shift
            if byte < 128:
                return number
            shift += 7

    while at < len(data):
        key = varint()
        kind = key & 7
        if kind == 0:
            yield key >> 3, varint()
            continue
        if kind not in (1, 2, 5):
            raise ValueError("a field of an unknown kind")
        length = varint() if kind == 2 else {1: 8, 5: 4}[kind]
        if at + length > len(data):
            raise ValueError("it is truncated")
        yield key >> 3, data[at : at + length]
        at += length
