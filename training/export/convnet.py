"""Dilated residual networks of SpliceAI's family as ONNX, three ways: all of a window, a stretch, and a change of a stretch.

A network is a stem (1 x 1 convolution), residual units (batch norm, activation, convolution, twice), a skip convolution
after the stem and after every group of units, and heads (1 x 1) on the sum of the skips (Jaganathan et al. 2019, figure
1D). Convolutions are written in two dimensions with a height of 1, which ONNX Runtime lays out for its fast kernels, and
without padding ("valid"): every layer computes only what the answer rests on. All three graphs give the same numbers as
the padded network whose ends are cropped.

- `window`: `sequence` (rows, 4, bases) -> each head (rows, labels, bases - context).
- `stretch`: the same for one row, and `state.N`: what the layers said, for `change`.
- `change`: what the heads say around an edited place of a stretch. Inputs: every `state.N`; `inserted` (1, 4, bases), at
  least one base; `edit`, int64 (at, removed, left, right): bases [at, at + removed) of the stretch are taken out and
  `inserted` is put in; answered are `left` bases before it, itself, and `right` bases after it. At every layer only what
  both differs from the stretch and is asked for is computed; the rest is read from the states.
"""
from dataclasses import dataclass

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 17


@dataclass
class Unit:
    """norm: scale and shift of the first batch norm; first: weight (out, in, width) and bias with the second one folded in."""

    norm: tuple
    first: tuple
    second: tuple
    rate: int


@dataclass
class Net:
    stem: tuple
    skips: list
    groups: list
    heads: dict
    # None is ReLU; a number is the slope of a leaky one.
    slope: "float | None" = None
    # Networks side by side: channels of one do not reach another before the heads.
    side_by_side: int = 1

    @property
    def units(self):
        return [unit for group in self.groups for unit in group]

    @property
    def context(self):
        return sum(2 * (unit.first[0].shape[2] - 1) * unit.rate for unit in self.units)


def folded(norm, weight, bias):
    """A convolution followed by a batch norm, as one convolution."""
    scale, shift = norm
    return (weight * scale[:, None, None]).astype(np.float32), (bias * scale + shift).astype(np.float32)


def batch_norm(gamma, beta, mean, variance, epsilon):
    """Scale and shift, in 64 bits."""
    scale = gamma.astype(np.float64) / np.sqrt(variance.astype(np.float64) + epsilon)
    return scale, beta - mean * scale


class Graph:
    """Nodes and constants, by name."""

    def __init__(self):
        self.nodes, self.constants, self.names = [], {}, 0

    def constant(self, value):
        value = np.asarray(value)
        key = (value.dtype.str, value.shape, value.tobytes())
        if key not in self.constants:
            self.constants[key] = numpy_helper.from_array(value, f"c{len(self.constants)}")
        return self.constants[key].name

    def numbers(self, *values):
        return self.constant(np.asarray(values, dtype=np.int64))

    def add(self, op, *inputs, name=None, **attributes):
        self.names += 1
        name = name or f"t{self.names}"
        self.nodes.append(helper.make_node(op, list(inputs), [name], **attributes))
        return name

    def conv(self, x, weight, bias, rate=1, name=None, group=1):
        weight = self.constant(np.ascontiguousarray(weight[:, :, None, :], dtype=np.float32))
        bias = self.constant(bias.astype(np.float32))
        return self.add("Conv", x, weight, bias, name=name, dilations=[1, rate], strides=[1, 1], pads=[0, 0, 0, 0], group=group)

    def activate(self, x, slope, name=None):
        if slope is None:
            return self.add("Relu", x, name=name)
        return self.add("LeakyRelu", x, name=name, alpha=slope)

    def norm(self, x, norm):
        scale, shift = (self.constant(part.astype(np.float32)) for part in norm)
        channels = len(norm[0])
        zero, one = (self.constant(np.full(channels, v, np.float32)) for v in (0, 1))
        return self.add("BatchNormalization", x, scale, shift, zero, one, epsilon=0.0)

    def crop(self, x, start, end):
        """Part of the last axis; both are tensors of one number."""
        return self.add("Slice", x, start, end, self.numbers(3))

    def trim(self, x, each):
        return x if each == 0 else self.crop(x, self.numbers(each), self.numbers(-each))

    def model(self, name, inputs, outputs):
        graph = helper.make_graph(self.nodes, name, inputs, outputs, list(self.constants.values()))
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="genogloss")
        model.ir_version = 8
        onnx.checker.check_model(model)
        return model


def value(name, shape, kind=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, kind, shape)


def flat(g, x, name=None):
    return g.add("Squeeze", x, g.numbers(2), name=name)


def tall(g, x):
    return g.add("Unsqueeze", x, g.numbers(2))


def heads(g, net, summed):
    outputs = []
    for name, (weight, bias) in net.heads.items():
        flat(g, g.conv(summed, weight, bias), name=name)
        outputs.append(name)
    return outputs


def whole(net, states):
    """The `window` graph, or, with states, the `stretch` graph."""
    g = Graph()
    margin, context = 0, net.context
    x = g.conv(tall(g, "sequence"), *net.stem, name="state.0" if states else None)
    kept = [(x, 0)]

    def skip(x, conv, margin):
        return g.conv(g.trim(x, context // 2 - margin), *conv, group=net.side_by_side)

    summed = skip(x, net.skips[0], 0)
    for group, conv in zip(net.groups, net.skips[1:]):
        for unit in group:
            reach = (unit.first[0].shape[2] - 1) * unit.rate // 2
            name = (lambda: f"state.{len(kept)}") if states else (lambda: None)
            inner = g.conv(g.activate(g.norm(x, unit.norm), net.slope), *unit.first, rate=unit.rate, group=net.side_by_side)
            inner = g.activate(inner, net.slope, name=name())
            kept.append((inner, margin + reach))
            margin += 2 * reach
            x = g.add("Add", g.trim(x, 2 * reach), g.conv(inner, *unit.second, rate=unit.rate, group=net.side_by_side), name=name())
            kept.append((x, margin))
        summed = g.add("Add", summed, skip(x, conv, margin))
    # What the last layers say is not asked for by any other.
    last = [name for name, _ in kept]
    outputs = heads(g, net, summed)
    rows = 1 if states else "rows"
    declared = [value(name, [rows, len(net.heads[name][1]), "answered"]) for name in outputs]
    if states:
        declared += [value(name, [1, len(net.stem[1]), 1, f"bases_{at}"]) for at, name in enumerate(last[:-1])]
    return g.model("stretch" if states else "window", [value("sequence", [rows, 4, "bases"])], declared)


def change(net):
    """The `change` graph."""
    g = Graph()
    channels, half = len(net.stem[1]), net.context // 2
    # Layers whose states are read: bases cut off on each side.
    margins = [0]
    for unit in net.units:
        reach = (unit.first[0].shape[2] - 1) * unit.rate // 2
        margins += [margins[-1] + reach, margins[-1] + 2 * reach]
    at, removed, left, right = (g.add("Slice", "edit", g.numbers(i), g.numbers(i + 1)) for i in range(4))
    length = g.add("Slice", g.add("Shape", "inserted"), g.numbers(2), g.numbers(3))
    after = g.add("Add", at, length)
    shift = g.add("Sub", removed, length)
    low, high = g.add("Sub", at, left), g.add("Add", after, right)
    cut = g.numbers(*margins)
    rest = g.numbers(*(half - m for m in margins))
    # What is computed of each layer, in bases of the changed sequence: what differs and is asked for.
    first = g.add("Max", g.add("Sub", at, cut), g.add("Sub", low, rest))
    last = g.add("Min", g.add("Add", after, cut), g.add("Add", high, rest))

    def split(vector, count):
        g.names += 1
        names = [f"p{g.names}_{i}" for i in range(count)]
        g.nodes.append(helper.make_node("Split", [vector], names, axis=0))
        return names

    def taken(vector, indices):
        return g.add("Gather", vector, g.numbers(*indices), axis=0)

    # Input of the convolution from layer i to i + 1: what the stretch says left of what is computed, and right of it.
    count = len(margins) - 1
    here, there = list(range(count)), list(range(1, count + 1))
    wide = g.numbers(*(margins[i + 1] - margins[i] for i in here))
    own = g.numbers(*margins[:count])
    begin = g.add("Sub", taken(first, there), wide)
    end = g.add("Add", taken(last, there), wide)
    left_from = split(g.add("Sub", begin, own), count)
    left_to = split(g.add("Sub", taken(first, here), own), count)
    right_from = split(g.add("Add", g.add("Sub", taken(last, here), own), shift), count)
    right_to = split(g.add("Add", g.add("Sub", end, own), shift), count)
    # Where the sum of a residual unit lies in the input of its first convolution.
    ends = list(range(2, count + 1, 2))
    crop_from = split(g.add("Sub", taken(first, ends), taken(begin, [i - 2 for i in ends])), len(ends))
    crop_to = split(g.add("Sub", taken(last, ends), taken(begin, [i - 2 for i in ends])), len(ends))
    # What the skips read of the layers after each group: of what is answered, what was computed, and the rest.
    stages, layer = [0], 0
    for group in net.groups:
        layer += 2 * len(group)
        stages.append(layer)
    stage_first, stage_last = taken(first, stages), taken(last, stages)
    from_ = g.add("Max", stage_first, low)
    to = g.add("Min", stage_last, high)
    stage_own = g.numbers(*(margins[s] for s in stages))
    n = len(stages)
    skip_left = split(g.add("Sub", low, stage_own), n), split(g.add("Sub", from_, stage_own), n)
    skip_own = split(g.add("Sub", from_, stage_first), n), split(g.add("Sub", to, stage_first), n)
    skip_right = (
        split(g.add("Add", g.add("Sub", to, stage_own), shift), n),
        split(g.add("Add", g.add("Sub", high, stage_own), shift), n),
    )

    def state(index):
        return f"state.{index}"

    def surrounded(x, index):
        """A layer's part that was computed, between what the stretch says beside it."""
        return g.add(
            "Concat",
            g.crop(state(index), left_from[index], left_to[index]),
            x,
            g.crop(state(index), right_from[index], right_to[index]),
            axis=3,
        )

    def skip(x, stage, conv):
        if stages[stage] == count:
            return g.conv(x, *conv, group=net.side_by_side)
        parts = [
            g.crop(state(stages[stage]), skip_left[0][stage], skip_left[1][stage]),
            g.crop(x, skip_own[0][stage], skip_own[1][stage]),
            g.crop(state(stages[stage]), skip_right[0][stage], skip_right[1][stage]),
        ]
        return g.conv(g.add("Concat", *parts, axis=3), *conv, group=net.side_by_side)

    x = g.conv(tall(g, "inserted"), *net.stem)
    summed = skip(x, 0, net.skips[0])
    layer = 0
    for stage, (group, conv) in enumerate(zip(net.groups, net.skips[1:]), 1):
        for unit in group:
            outer = surrounded(x, layer)
            inner = g.conv(g.activate(g.norm(outer, unit.norm), net.slope), *unit.first, rate=unit.rate, group=net.side_by_side)
            inner = surrounded(g.activate(inner, net.slope), layer + 1)
            straight = g.crop(outer, crop_from[layer // 2], crop_to[layer // 2])
            x = g.add("Add", straight, g.conv(inner, *unit.second, rate=unit.rate, group=net.side_by_side))
            layer += 2
        summed = g.add("Add", summed, skip(x, stage, conv))
    outputs = heads(g, net, summed)
    inputs = [value(state(i), [1, channels, 1, f"bases_{i}"]) for i in range(count)]
    inputs += [value("inserted", [1, 4, "bases"]), value("edit", [4], TensorProto.INT64)]
    return g.model("change", inputs, [value(name, [1, len(net.heads[name][1]), "answered"]) for name in outputs])


def graphs(net):
    """The three files of a member, by the part they play."""
    return {"window": whole(net, False), "stretch": whole(net, True), "change": change(net)}
