"""A Llama-style decoder: RMSNorm, rotary positions, grouped queries, SwiGLU, tied embeddings, no biases. Plain PyTorch, with a key–value
cache.
"""
from dataclasses import asdict, dataclass

import torch
from torch import nn
from torch.nn import functional as F


@dataclass
class Shape:
    vocabulary: int
    width: int = 256
    layers: int = 6
    heads: int = 4
    hidden: int = 704
    context: int = 1024
    base: float = 10_000.0
    pairs: int = 0  # heads of keys and values; 0: as many as there are of queries

    @property
    def head_width(self):
        return self.width // self.heads

    @property
    def key_heads(self):
        return self.pairs or self.heads

    @property
    def key_width(self):
        return self.key_heads * self.head_width


class Norm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5) * self.weight


class Layer(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        w = shape.width
        self.attention_norm, self.feed_norm = Norm(w), Norm(w)
        self.query, self.key, self.value = (nn.Linear(w, to, bias=False) for to in (w, shape.key_width, shape.key_width))
        self.out = nn.Linear(w, w, bias=False)
        self.gate, self.up = (nn.Linear(w, shape.hidden, bias=False) for _ in range(2))
        self.down = nn.Linear(shape.hidden, w, bias=False)

    def forward(self, x, rotation, mask, past=None):
        rows, new, width = x.shape
        y = self.attention_norm(x)
        heads = lambda t: t.view(rows, new, -1, self.shape.head_width).transpose(1, 2)
        q, k, v = heads(self.query(y)), heads(self.key(y)), heads(self.value(y))
        q, k = turn(q, rotation), turn(k, rotation)
        if past is not None:
            k, v = torch.cat([past[0], k], 2), torch.cat([past[1], v], 2)
        all_k, all_v = (t.repeat_interleave(self.shape.heads // self.shape.key_heads, 1) for t in (k, v))
        y = F.scaled_dot_product_attention(q, all_k, all_v, attn_mask=mask, is_causal=mask is None)
        x = x + self.out(y.transpose(1, 2).reshape(rows, new, width))
        y = self.feed_norm(x)
        return x + self.down(F.silu(self.gate(y)) * self.up(y)), (k, v)


def turn(x, rotation):
    cos, sin = rotation
    a, b = x.chunk(2, -1)
    return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)


class Decoder(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        self.embedding = nn.Embedding(shape.vocabulary, shape.width)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.norm = Norm(shape.width)
        half = shape.head_width // 2
        self.register_buffer("speeds", shape.base ** (-torch.arange(half) / half), persistent=False)
        for name, p in self.named_parameters():
            if p.dim() == 2:
                deep = name.endswith(("out.weight", "down.weight"))
                nn.init.normal_(p, std=0.02 / (2 * shape.layers) ** 0.5 if deep else 0.02)

    def rotation(self, positions):
        angles = positions.unsqueeze(-1).float() * self.speeds
        return angles.cos().unsqueeze(1), angles.sin().unsqueeze(1)

    def hidden(self, ids, positions=None, mask=None):
        """Training: rows padded on the right, every row from position 0; or with positions (rows, new) and what is added to the scores
        (rows, 1, new, new) of their own.
        """
        x = self.embedding(ids)
        rotation = self.rotation(torch.arange(ids.shape[1], device=ids.device).unsqueeze(0) if positions is None else positions)
        for layer in self.layers:
            x, _ = layer(x, rotation, mask)
        return self.norm(x)

    def logits(self, hidden):
        return F.linear(hidden, self.embedding.weight)

    @staticmethod
    def bias(new, mask):
        """What is added to the scores of `new` tokens: nothing where a token comes before and is data."""
        where = torch.arange(mask.shape[1], device=mask.device)
        seen = (where.unsqueeze(0) <= where[-new:].unsqueeze(1)) & (mask[:, None, :] > 0)
        return torch.where(seen, 0.0, -1e9).unsqueeze(1)

    def forward(self, ids, mask, positions, past):
        """Use with a cache. ids, positions (rows, new); mask (rows, past + new), 1 where a token is data; past: a pair (rows,
        heads, past, head width) a layer. Answers logits (rows, new, vocabulary) and the pairs with the new tokens added.
        """
        x, rotation, bias, present = self.embedding(ids), self.rotation(positions), self.bias(ids.shape[1], mask), []
        for layer, pair in zip(self.layers, past):
            x, pair = layer(x, rotation, bias, pair)
            present.append(pair)
        return self.logits(self.norm(x)), present

    def save(self, path, **more):
        torch.save({"shape": asdict(self.shape), "weights": self.state_dict(), **more}, path)

    @classmethod
    def load(cls, path):
        saved = torch.load(path, map_location="cpu", weights_only=False)
        model = cls(Shape(**saved["shape"]))
        model.load_state_dict(saved["weights"])
        return model, saved
