#!/usr/bin/env python3
"""Trains the language model; goes on after the last checkpoint.

    python train.py --data DATA --genome WORK/genome.npz --tokenizer tokenizer.json --work DIR [--tokens 200e6] [--minutes 120]

Loss on the answer and its end only. Rows are gathered, sorted by length and run in calls of like length. Dev prompts, never
test prompts, are answered every so often; `log.tsv` keeps what came of it.
"""
import argparse
import json
import time
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch.nn import functional as F

from prompts import SHARES, Source, stream

from decoder import Decoder, Shape  # noqa: E402, beside the folder: prompts.py says where


class Rows:
    """Token rows of an endless stream: (ids, where the answer begins, name of the task)."""

    def __init__(self, source, tokenizer, seed, context, shares=None):
        self.stream, self.tokenizer, self.context = stream(source, seed, shares), tokenizer, context
        self.begin, self.end = tokenizer.token_to_id("<s>"), tokenizer.token_to_id("</s>")

    def __iter__(self):
        for name, prompt, answer in self.stream:
            asked = [self.begin, *self.tokenizer.encode(prompt).ids]
            row = asked + self.tokenizer.encode(answer).ids + [self.end]
            if len(row) <= self.context:
                yield row, len(asked), name


def calls(rows, count, tokens):
    """`count` rows in calls of about `tokens` tokens, each of rows of like length, in any order."""
    group = sorted((next(rows) for _ in range(count)), key=lambda r: len(r[0]))
    out, call = [], []
    for row in group:
        if call and len(row[0]) * (len(call) + 1) > tokens:
            out.append(call)
            call = []
        call.append(row)
    out.append(call)
    return out


def tensors(call, pad=0):
    length = max(len(r) for r, _, _ in call)
    ids = torch.tensor([r + [pad] * (length - len(r)) for r, _, _ in call])
    places = [(i, j) for i, (r, begin, _) in enumerate(call) for j in range(begin - 1, len(r) - 1)]
    row, place = torch.tensor(places).T
    return ids, row, place, ids[row, place + 1]


def loss_of(model, call, device):
    ids, row, place, wanted = (t.to(device) for t in tensors(call))
    with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
        logits = model.logits(model.hidden(ids[:, :-1])[row, place])
    each = F.cross_entropy(logits.float(), wanted, reduction="none")
    # Each answer weighs as the square root of its length: 100 residues are not 100 labels.
    lengths = torch.bincount(row, minlength=len(call)).float()
    return (each / lengths.sqrt()[row]).sum(), each.detach(), row


@torch.no_grad()
def answers(model, tokenizer, prompts, most=200, device=torch.device("cpu")):
    """Greedy answers, one prompt a time, with the cache."""
    begin, end = tokenizer.token_to_id("<s>"), tokenizer.token_to_id("</s>")
    out = []
    for prompt in prompts:
        ids = torch.tensor([[begin, *tokenizer.encode(prompt).ids]], device=device)
        past = [(torch.zeros(1, model.shape.heads, 0, model.shape.head_width, device=device),) * 2] * model.shape.layers
        seen, said, new = ids.shape[1], [], ids
        while len(said) < most:
            positions = torch.arange(seen - new.shape[1], seen, device=device).unsqueeze(0)
            logits, past = model(new, torch.ones(1, seen, dtype=torch.long, device=device), positions, past)
            token = int(logits[0, -1].argmax())
            if token == end:
                break
            said.append(token)
            new, seen = torch.tensor([[token]], device=device), seen + 1
        out.append(tokenizer.decode(said))
    return out


class Muon(torch.optim.Optimizer):
    """Momentum whose step is made orthogonal (Jordan 2024), in float32: PyTorch's own works in bfloat16, which CPUs are slow at."""

    def __init__(self, params, lr, momentum=0.95, weight_decay=0.05):
        super().__init__(params, dict(lr=lr, momentum=momentum, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                mean = self.state[p].setdefault("mean", torch.zeros_like(p))
                mean.lerp_(p.grad, 1 - group["momentum"])
                x = p.grad.lerp(mean, group["momentum"])
                tall = x.shape[0] > x.shape[1]
                x = x.T if tall else x
                x = x / (x.norm() + 1e-7)
                for _ in range(5):
                    square = x @ x.T
                    x = 3.4445 * x + (-4.7750 * square + 2.0315 * square @ square) @ x
                x = x.T if tall else x
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.add_(x, alpha=-group["lr"] * 0.2 * max(p.shape) ** 0.5)


def optimisers(model, rate):
    matrices = [p for n, p in model.named_parameters() if p.dim() == 2 and "embedding" not in n]
    others = [p for n, p in model.named_parameters() if p.dim() != 2 or "embedding" in n]
    return [Muon(matrices, lr=rate),
            torch.optim.AdamW(others, lr=rate, betas=(0.9, 0.95), weight_decay=0.0)]


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--data", required=True)
    p.add_argument("--genome", required=True)
    p.add_argument("--tokenizer", required=True)
    p.add_argument("--work", required=True)
    p.add_argument("--tokens", type=float, default=200e6, help="tokens in all; the rate falls to nothing over them")
    p.add_argument("--minutes", type=float, default=1e9, help="stop after so long; the next run goes on")
    p.add_argument("--finish", type=float, default=1e9, help="let the rate fall to nothing over so many minutes from now, and stop there")
    p.add_argument("--shares", default="", help="other shares of the tasks than prompts.py's: description=42,classify=5")
    p.add_argument("--width", type=int, default=256)
    p.add_argument("--layers", type=int, default=6)
    p.add_argument("--hidden", type=int, default=704)
    p.add_argument("--rows", type=int, default=192, help="rows a step")
    p.add_argument("--call-tokens", type=int, default=4096)
    p.add_argument("--rate", type=float, default=3e-3)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--device", default="cpu")
    p.add_argument("--smoke", action="store_true", help="a handful of steps of a tiny model")
    a = p.parse_args()
    if a.smoke:
        a.width, a.layers, a.hidden, a.rows, a.tokens = 64, 2, 128, 16, 8_000
    torch.set_num_threads(a.threads)
    torch.manual_seed(7)
    device, work = torch.device(a.device), Path(a.work)
    work.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer.from_file(a.tokenizer)
    tokenizer.encode_special_tokens = True
    source, dev = (Source(a.data, a.genome, split, families=not a.smoke) for split in ("train", "dev"))
    checkpoint, state = work / "last.pt", {"step": 0, "tokens": 0, "seconds": 0.0}
    if checkpoint.exists():
        model, saved = Decoder.load(checkpoint)
        state = saved["state"]
    else:
        model = Decoder(Shape(tokenizer.get_vocab_size(), a.width, a.layers, max(1, a.width // 64), a.hidden))
        saved = None
    model.to(device)
    optimisers_ = optimisers(model, a.rate)
    if saved:
        for o, s in zip(optimisers_, saved["optimisers"]):
            o.load_state_dict(s)
    print(f"{sum(p.numel() for p in model.parameters()):,} parameters, step {state['step']}, {state['tokens']:,} tokens", flush=True)
    shares = {name: float(share) for name, share in (pair.split("=") for pair in a.shares.split(",") if pair)}
    if not shares.keys() <= SHARES.keys():
        raise SystemExit(f"error: --shares: {', '.join(shares.keys() - SHARES.keys())} is none of {', '.join(SHARES)}")
    rows = iter(Rows(source, tokenizer, f"train {state['step']}", model.shape.context, shares))
    checks = {}
    dev_rows = iter(Rows(dev, tokenizer, "dev", model.shape.context))
    for row in dev_rows:
        if len(checks.setdefault(row[2], [])) < 64:
            checks[row[2]].append(row)
        if sum(map(len, checks.values())) == 64 * (len(SHARES) - (not dev.classes)):
            break
    begun, last_save = time.time(), time.time()
    means, weights = {}, {}

    def save():
        model.save(checkpoint.with_suffix(".part"), state=state, optimisers=[o.state_dict() for o in optimisers_])
        checkpoint.with_suffix(".part").replace(checkpoint)

    while state["tokens"] < a.tokens and time.time() - begun < 60 * min(a.minutes, a.finish):
        model.train()
        t = time.time()
        share = max(state["tokens"] / a.tokens, (t - begun) / (60 * a.finish))
        rate = a.rate * min(1.0, (state["step"] + 1) / 100) * (1.0 if share < 0.3 else max(0.02, (1 - share) / 0.7))
        for o in optimisers_:
            o.zero_grad(set_to_none=True)
            for g in o.param_groups:
                g["lr"] = rate
        for call in calls(rows, a.rows, a.call_tokens):
            loss, each, row = loss_of(model, call, device)
            (loss / a.rows).backward()
            state["tokens"] += sum(len(r) for r, _, _ in call)
            for i, (_, _, name) in enumerate(call):
                mine = each[row == i]
                means[name] = means.get(name, 0.0) + float(mine.sum())
                weights[name] = weights.get(name, 0) + len(mine)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for o in optimisers_:
            o.step()
        state["step"] += 1
        state["seconds"] += time.time() - t
        if state["step"] % 20 == 0:
            print(f"step {state['step']} tokens {state['tokens']/1e6:.2f}M {state['tokens']/state['seconds']:.0f}/s rate {rate:.1e} "
                  + " ".join(f"{n} {means[n]/weights[n]:.3f}" for n in sorted(means)), flush=True)
            means, weights = {}, {}
        if state["step"] % 400 == 0:
            model.eval()
            with torch.no_grad():
                scores = {}
                for name, group in checks.items():
                    _, each, row = loss_of(model, group, device)
                    prompts = [tokenizer.decode(r[1:b]) for r, b, _ in group[:32]]
                    wanted = [tokenizer.decode(r[b:-1]) for r, b, _ in group[:32]]
                    right = sum(x == y for x, y in zip(answers(model, tokenizer, prompts, device=device), wanted))
                    scores[name] = (round(float(each.mean()), 4), right / len(prompts))
            print(f"dev {state['step']} {json.dumps(scores)}", flush=True)
        if time.time() - last_save > 300:
            save()
            last_save = time.time()
    save()
    print(f"stopped at step {state['step']}, {state['tokens']:,} tokens, {state['seconds']:.0f} s", flush=True)


if __name__ == "__main__":
    main()
