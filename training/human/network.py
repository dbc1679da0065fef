"""The network `human` 2.0, one strand: splice sites at every base, elements in bins of 10 bases.

Two resolutions. The fine one has a place for every 2 bases; the coarse one has a place for every 10 bases, more channels and
dilated convolutions that see about 1,200 bases to either side. What the coarse one sees is handed back to the fine one
before the last layers. Both strands are treated alike because the reverse complement goes through the same weights.

Every layer is a convolution with a norm that melts into it, an addition, a product, a ReLU or a sigmoid: all of these have
static int8 forms. Convolutions are 2-D with height 1: ONNX Runtime runs those on its fast path.
"""
import torch
from torch import nn
from torch.nn import functional as F

BASE_HEADS = ["donor", "acceptor"]
BIN_HEADS = ["coding", "start", "start_exact", "promoter", "enhancer", "open_chromatin", "ctcf"]
BIN = 10
STRANDED = ("coding", "start", "start_exact")

SIZES = {
    # fine: channels of the fine layers; coarse: of the coarse ones; wide: dilations of the coarse ones
    "small": dict(fine=32, coarse=64, wide=(1, 2, 4, 8), first=1, last=1),
    "human2": dict(fine=64, coarse=128, wide=(1, 2, 4, 8, 16, 32, 4), first=2, last=3),
}


def one_hot(ids):
    """(rows, bases) ids -> (rows, 4, bases); id 4 (not A, C, G, T) is all zeros."""
    return F.one_hot(ids.long(), 5)[..., :4].permute(0, 2, 1).float()


def turn(ids):
    """The reverse complement of rows of ids."""
    return torch.where(ids < 4, 3 - ids, ids).flip(-1)


class NormedConv(nn.Module):
    def __init__(self, wide_in, wide_out, kernel, dilation=1, stride=1, padding=None):
        super().__init__()
        padding = kernel // 2 * dilation if padding is None else padding
        self.conv = nn.Conv2d(wide_in, wide_out, (1, kernel), stride=(1, stride), padding=(0, padding), dilation=(1, dilation), bias=False)
        self.norm = nn.BatchNorm2d(wide_out)

    def forward(self, x):
        return self.norm(self.conv(x))


class Residual(nn.Module):
    """x + change(x). In training, the change of a row is left out with probability `skip` (stochastic depth)."""

    def __init__(self, skip):
        super().__init__()
        self.skip = skip

    def forward(self, x):
        change = self.change(x)
        if self.training and self.skip > 0:
            keep = (torch.rand(len(x), 1, 1, 1) >= self.skip) / (1 - self.skip)
            change = change * keep.to(change.dtype)
        return x + change


class Plain(Residual):
    def __init__(self, width, kernel, skip):
        super().__init__(skip)
        self.value = NormedConv(width, width, kernel)

    def change(self, x):
        return torch.relu(self.value(x))


class Gated(Residual):
    def __init__(self, width, kernel, dilation, skip):
        super().__init__(skip)
        self.value = NormedConv(width, width, kernel, dilation)
        self.gate = NormedConv(width, width, kernel, dilation)

    def change(self, x):
        return self.value(x) * torch.sigmoid(self.gate(x))


class StrandNet(nn.Module):
    """(rows, 4, L) one-hot, L a multiple of 10 -> base logits (rows, 2, L) and bin logits (rows, 7, L / 10)."""

    def __init__(self, fine, coarse, wide, first, last, fine_kernel=7, coarse_kernel=5, skip=0.1, drop=0.1):
        super().__init__()
        self.stem = NormedConv(4, fine, 12, stride=2, padding=5)
        self.first = nn.Sequential(*[Plain(fine, fine_kernel, skip) for _ in range(first)])
        # Overlapping (7 places, every 5): less depends on where a bin begins.
        self.down = NormedConv(fine, coarse, 7, stride=5, padding=1)
        self.wide = nn.Sequential(*[Gated(coarse, coarse_kernel, d, skip) for d in wide])
        self.drop = nn.Dropout2d(drop)    # whole channels
        self.bins = nn.Conv2d(coarse, len(BIN_HEADS), 1)
        self.back = nn.Conv2d(coarse, fine, 1)
        self.second = nn.Sequential(*[Plain(fine, fine_kernel, skip) for _ in range(last)])
        self.base = nn.Conv2d(fine, 2 * len(BASE_HEADS), 1)
        nn.init.constant_(self.bins.bias, -4.0)      # what is looked for is rare
        nn.init.constant_(self.base.bias, -7.0)
        self.reach = 12 + 2 * (fine_kernel // 2) * (first + last) + BIN * (coarse_kernel // 2) * sum(wide) + 3 * BIN

    def forward(self, x):
        fine = self.first(torch.relu(self.stem(x.unsqueeze(2))))
        coarse = self.drop(self.wide(torch.relu(self.down(fine))))
        fine = self.second(fine + F.interpolate(self.back(coarse), scale_factor=(1, 5), mode="nearest"))
        with torch.autocast(x.device.type, enabled=False):                # logits in f32: those of bf16 tie
            bins, pairs = self.bins(coarse.float()).squeeze(2), self.base(fine.float()).squeeze(2)
        rows, channels, places = pairs.shape                              # (rows, 2 * heads, L / 2)
        base = pairs.reshape(rows, channels // 2, 2, places).transpose(2, 3).reshape(rows, channels // 2, 2 * places)
        return base, bins


def make(size="human2", **changes):
    return StrandNet(**{**SIZES[size], **changes})
