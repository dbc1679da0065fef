"""Makes tests/models/deltas: a small convolution network with an output of every form that `variants` compares.

    pip install numpy onnx
    python tests/reference/make_deltas.py

Random weights, seed 1, of a scale at which scores differ well from base to base. The network reads rows of any length that is a
multiple of 10 and answers for all of a row but 30 bases at each end: `fine` (2 labels, a base), `wide` (2 labels, 10 bases),
`counts` (1 label, a base, any number), and `whole` (3 labels, of the whole row). Each convolution is "valid", so that this is
exactly as far as it reads. tests/variants/deltas/ writes the cards: strands, heads and rules differ, the network is the same.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

rng = np.random.default_rng(1)
weights, nodes = [], []


def add(name, array):
    weights.append(numpy_helper.from_array(array.astype(np.float32), name))
    return name


def conv(name, source, inputs, outputs, width, dilation=1, stride=1, scale=1.0):
    w = rng.normal(0, scale / np.sqrt(inputs * width), (outputs, inputs, width))
    b = rng.normal(0, 0.1, outputs)
    nodes.append(helper.make_node(
        "Conv", [source, add(f"{name}.w", w), add(f"{name}.b", b)], [name],
        kernel_shape=[width], dilations=[dilation], strides=[stride],
    ))
    return name


def relu(source):
    nodes.append(helper.make_node("Relu", [source], [f"{source}.relu"]))
    return f"{source}.relu"


# 10 + 20 bases either side.
body = relu(conv("first", "sequence", 4, 12, 21, scale=3.0))
body = relu(conv("second", body, 12, 12, 11, dilation=4, scale=2.0))
conv("fine", body, 12, 2, 1, scale=4.0)
conv("counts", body, 12, 1, 1, scale=3.0)
conv("wide", body, 12, 2, 10, stride=10, scale=4.0)
nodes.append(helper.make_node("GlobalAveragePool", [body], ["pooled"]))
nodes.append(helper.make_node("Flatten", ["pooled"], ["flat"]))
nodes.append(helper.make_node("Gemm", ["flat", add("whole.w", rng.normal(0, 4, (12, 3))), add("whole.b", np.zeros(3))], ["whole"]))


def value(name, *shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape))


graph = helper.make_graph(
    nodes, "deltas", [value("sequence", "rows", 4, "bases")],
    [value("fine", "rows", 2, "fine_bins"), value("counts", "rows", 1, "count_bins"), value("wide", "rows", 2, "wide_bins"), value("whole", "rows", 3)],
    weights,
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
onnx.checker.check_model(model)
path = Path(__file__).parent.parent / "models/deltas/model.onnx"
path.parent.mkdir(exist_ok=True)
path.write_bytes(model.SerializeToString())
print(path, path.stat().st_size, "bytes")
