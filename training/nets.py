"""The networks. All convolutions are 2-D with height 1: ONNX Runtime runs those on its blocked fast path."""
import torch
from torch import nn
from torch.nn import functional as F


def one_hot(ids):
    """(rows, bases) ids -> (rows, 4, bases); id 4 (not A, C, G, T) is all zeros."""
    return F.one_hot(ids.long(), 5)[..., :4].permute(0, 2, 1).float()


def flip(ids):
    """The reverse complement of rows of ids."""
    return torch.where(ids < 4, 3 - ids, ids).flip(1)


class Block(nn.Module):
    """Gated residual convolution: x + value * sigmoid(gate)."""

    def __init__(self, width, dilation, kernel=5, drop=0.0):
        super().__init__()
        self.drop = nn.Dropout(drop)
        self.norm = nn.BatchNorm2d(width)
        self.conv = nn.Conv2d(width, 2 * width, (1, kernel), padding=(0, kernel // 2 * dilation), dilation=(1, dilation))

    def forward(self, x):
        value, gate = self.conv(self.norm(x)).chunk(2, dim=1)
        return x + self.drop(value * torch.sigmoid(gate))


class FastBlock(nn.Module):
    """A trained [`Block`] for export: the norm melted into the convolution, value and gate as two convolutions.

    Equal to the block except within the convolution's reach of the row's ends, where the block pads after its norm: only
    for networks whose ends are cut off. ONNX Runtime keeps its blocked layout through all of it.
    """

    def __init__(self, block):
        super().__init__()
        conv, norm = block.conv, block.norm
        scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        shift = norm.bias - norm.running_mean * scale
        weight = conv.weight * scale[None, :, None, None]
        bias = conv.bias + (conv.weight * shift[None, :, None, None]).sum((1, 2, 3))
        half = conv.out_channels // 2
        for name, part in (("value", slice(0, half)), ("gate", slice(half, None))):
            own = nn.Conv2d(conv.in_channels, half, conv.kernel_size, padding=conv.padding, dilation=conv.dilation)
            own.weight.data, own.bias.data = weight[part].detach().clone(), bias[part].detach().clone()
            setattr(self, name, own)

    def forward(self, x):
        return x + self.value(x) * torch.sigmoid(self.gate(x))


class WindowNet(nn.Module):
    """(rows, 4, span) one-hot -> (rows, outputs) logits.

    stem -> max pooling -> gated blocks -> two readings side by side: every position's few channels (`places`, for windows
    that are centred on something) and the largest and mean value of each channel over what is sequence. With `phases`, these
    two are taken over every third position apart (pool 1, a span that 3 divides): codons keep their place in the row.
    The first `lengths` outputs also get what a table says of the number of known bases: for sets whose labels differ in length.
    """

    def __init__(self, span, outputs, stem=96, kernel=15, pool=2, width=64, dilations=(1, 2, 4), places=16, drop=0.35, lengths=0, phases=1):
        super().__init__()
        self.pool, self.places, self.lengths, self.phases = pool, places, lengths, phases
        self.stem = nn.Conv2d(4, stem, (1, kernel), padding=(0, kernel // 2))
        self.norm = nn.BatchNorm2d(stem)
        self.narrow = nn.Conv2d(stem, width, 1)
        self.blocks = nn.Sequential(*[Block(width, d) for d in dilations])
        self.last = nn.BatchNorm2d(width)
        self.drop = nn.Dropout(drop)
        features = 2 * width * phases
        if places:
            self.squeeze = nn.Conv2d(width, places, 1)
            features += places * (span // pool)
        if lengths:
            self.by_length = nn.Embedding(span + 1, lengths)
            nn.init.zeros_(self.by_length.weight)
        self.answer = nn.Linear(features, outputs)

    def forward(self, x):
        known_bases = x.sum((1, 2))
        x = x.unsqueeze(2)
        there = F.max_pool2d(x.sum(1, keepdim=True), (1, self.pool))
        x = F.max_pool2d(torch.relu(self.norm(self.stem(x))), (1, self.pool))
        x = self.last(self.blocks(self.narrow(x))) * there
        every = x.reshape(x.shape[0], x.shape[1], -1, self.phases) if self.phases > 1 else x.transpose(2, 3)
        known = there.reshape(there.shape[0], 1, -1, self.phases) if self.phases > 1 else there.transpose(2, 3)
        parts = [torch.relu(every).amax(2).flatten(1), (every.sum(2) / known.sum(2).clamp(min=1)).flatten(1)]
        if self.places:
            parts.append(torch.relu(self.squeeze(x)).flatten(1))
        z = self.answer(self.drop(torch.cat(parts, 1)))
        if self.lengths:
            # Times 5: a length that is seen a few times an epoch must be able to matter at the common learning rate.
            z = z + F.pad(5 * self.by_length(known_bases.long()), (0, z.shape[1] - self.lengths))
        return z


class Ensemble(nn.Module):
    """Mean logit of its members, scaled and shifted per output: what is exported."""

    def __init__(self, members, scale, shift):
        super().__init__()
        self.members = nn.ModuleList(members)
        self.register_buffer("scale", torch.as_tensor(scale, dtype=torch.float32))
        self.register_buffer("shift", torch.as_tensor(shift, dtype=torch.float32))

    def forward(self, x):
        return sum(m(x) for m in self.members) / len(self.members) * self.scale + self.shift


class Plain(nn.Module):
    """Residual convolution without a gate: x + relu(norm(conv(x))). Norm and relu melt into the convolution when it is exported."""

    def __init__(self, width, dilation, kernel=9, drop=0.0):
        super().__init__()
        self.conv = nn.Conv2d(width, width, (1, kernel), padding=(0, kernel // 2 * dilation), dilation=(1, dilation), bias=False)
        self.norm = nn.BatchNorm2d(width)
        self.drop = nn.Dropout(drop)

    def forward(self, x):
        return x + self.drop(torch.relu(self.norm(self.conv(x))))


class StrandNet(nn.Module):
    """One strand of the dense model: (rows, 4, L) -> base logits (rows, base, L) and bin logits (rows, bins, L / 10).

    Fine road: pairs of bases. Coarse road: bins of 10 bases, more channels and a wide view; it is handed back to the fine
    road before the last layers. Nothing reaches farther than `reach` bases, so what is cut from a longer stretch is equal
    to what a shorter one gives, as long as both begin at a multiple of 10.
    """

    def __init__(self, base, bins, fine=32, coarse=56, wide=(1, 2, 4, 8, 4), first=2, last=2, kernel=5, drop=0.1):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(4, fine, (1, 12), stride=(1, 2), padding=(0, 5), bias=False), nn.BatchNorm2d(fine), nn.ReLU())
        self.first = nn.Sequential(*[Plain(fine, 1, kernel, drop) for _ in range(first)])
        self.to_coarse = nn.Conv2d(fine, coarse, 1)
        self.coarse = nn.Sequential(*[Block(coarse, d, drop=drop) for d in wide])
        self.coarse_last = nn.Sequential(nn.BatchNorm2d(coarse), nn.ReLU(), nn.Dropout(2 * drop))
        self.bins = nn.Conv2d(coarse, bins, 1)
        self.back = nn.Conv2d(coarse, fine, 1)
        self.second = nn.Sequential(*[Plain(fine, 1, kernel, drop) for _ in range(last)])
        self.base = nn.Conv2d(fine, 2 * base, 1)
        self.reach = -(-(12 + 4 * (first + last) * (kernel // 2) + 2 * 5 * 2 * sum(wide) // 1 + 10) // 10) * 10

    def forward(self, x):
        fine = self.first(self.stem(x.unsqueeze(2)))
        coarse = self.coarse_last(self.coarse(self.to_coarse(F.max_pool2d(fine, (1, 5)))))
        spread = F.interpolate(self.back(coarse), scale_factor=(1, 5), mode="nearest")
        pairs = self.base(self.second(fine + spread)).squeeze(2)          # (rows, 2 * base, L / 2)
        rows, channels, places = pairs.shape
        base = pairs.reshape(rows, channels // 2, 2, places).transpose(2, 3).reshape(rows, channels // 2, 2 * places)
        return base, self.bins(coarse).squeeze(2)
