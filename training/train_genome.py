#!/usr/bin/env python3
"""Trains the dense model: splice sites at every base, elements at every bin of 10 bases, one trunk, both strands alike.

    python train_genome.py --genome WORK/genome.npz --work WORK/human [--minutes 60] [--threads 2] [--smoke]

It can be stopped and started again: the state is saved after every round, and a round begins where the last one ended.
Chosen by dev (chr20:15-20 Mb): the round with the highest mean of the heads' average precision. Test is not read here.
"""
import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from genome import (ACCEPTOR_MINUS, ACCEPTOR_PLUS, BIN, DEV, DONOR_MINUS, DONOR_PLUS, ELEMENTS, MINOR_MINUS, MINOR_PLUS, REGIONS)
from nets import StrandNet, one_hot

BASE_HEADS = ["donor", "acceptor"]
BIN_HEADS = ["coding", "start", "promoter", "enhancer", "open_chromatin", "ctcf"]
REACH = 450     # context on each side, a multiple of 10; see the test in check()
CORE = 4000


def turn(ids):
    return np.where(ids < 4, 3 - np.minimum(ids, 3), ids)[..., ::-1].astype(np.uint8)


class Genome:
    def __init__(self, path):
        z = np.load(path)
        self.ids = {n: z[f"{n}.ids"] for n in REGIONS}
        self.splice = {n: z[f"{n}.splice"] for n in REGIONS}
        self.elements = {n: z[f"{n}.elements"] for n in REGIONS}
        self.starts = {n: (DEV[1] if n == "hg19_chr20" else 0) for n in REGIONS}

    def window(self, name, start, core, minus):
        """ids with REACH each side; base labels (2, core) with weights; bin labels (6, core/10) with weights."""
        n = len(self.ids[name])
        left, right = start - REACH, start + core + REACH
        x = np.full(right - left, 4, dtype=np.uint8)
        a, b = max(left, 0), min(right, n)
        x[a - left:b - left] = self.ids[name][a:b]
        s, e = np.zeros(core, dtype=np.uint8), np.zeros(core // BIN, dtype=np.uint16)
        part = self.splice[name][start:start + core]; s[:len(part)] = part
        part = self.elements[name][start // BIN:(start + core) // BIN]; e[:len(part)] = part
        bit = lambda k: ((e >> ELEMENTS.index(k)) & 1).astype(np.float32)
        if minus:
            donor, acceptor, minor = (s & DONOR_MINUS) > 0, (s & ACCEPTOR_MINUS) > 0, (s & MINOR_MINUS) > 0
            coding, start_ = bit("coding_minus"), bit("start_minus")
        else:
            donor, acceptor, minor = (s & DONOR_PLUS) > 0, (s & ACCEPTOR_PLUS) > 0, (s & MINOR_PLUS) > 0
            coding, start_ = bit("coding_plus"), bit("start_plus")
        base = np.stack([donor, acceptor]).astype(np.float32)
        site = donor | acceptor
        weight = np.where(minor, np.where(site, 0.4, 0.0), 1.0).astype(np.float32)
        weight = np.stack([weight, weight])
        bins = np.stack([coding, start_, bit("promoter"), bit("enhancer"), bit("open_chromatin"), bit("ctcf")])
        seen = np.ones_like(bins)
        hidden = (bit("hidden") > 0) & (bins[2:5].sum(0) == 0) | (bit("hidden") > 0)
        seen[2:5, hidden] = 0
        known = (x[REACH:REACH + core] < 4)
        weight *= known
        seen *= known.reshape(-1, BIN).all(1)
        if minus:
            x, base, weight, bins, seen = turn(x), base[:, ::-1], weight[:, ::-1], bins[:, ::-1], seen[:, ::-1]
        return x, base, weight, bins, seen


def sampler(g, rng):
    """Half around splice sites (their own strand three times of four), a quarter around elements, a quarter anywhere."""
    sites, marks, anywhere = [], [], []
    for name in REGIONS:
        first = g.starts[name]
        at = np.nonzero(g.splice[name][first:] & 15)[0] + first
        for i in at:
            sites.append((name, int(i), bool(g.splice[name][i] & (DONOR_MINUS | ACCEPTOR_MINUS))))
        el = np.nonzero(g.elements[name][first // BIN:] & 0b11001111)[0] * BIN + first
        marks.extend((name, int(i)) for i in el[::20])
        anywhere.append((name, first, len(g.ids[name])))
    sizes = np.array([end - first for _, first, end in anywhere], dtype=float)
    sizes /= sizes.sum()
    def draw():
        kind = rng.random()
        if kind < 0.5:
            name, i, minus = sites[rng.integers(len(sites))]
            minus = minus if rng.random() < 0.75 else not minus
        elif kind < 0.75:
            name, i = marks[rng.integers(len(marks))]
            minus = rng.random() < 0.5
        else:
            name, first, end = anywhere[rng.choice(len(anywhere), p=sizes)]
            i, minus = int(rng.integers(first, end)), rng.random() < 0.5
        start = i - int(rng.integers(0, CORE))
        start = max(min(start, len(g.ids[name]) - CORE), g.starts[name] + (REACH if name == "hg19_chr20" else 0))
        start -= start % BIN
        return name, start, minus
    return draw


def loss_of(base, bins, batch):
    y, w, z, s = batch
    c = REACH
    base = base[:, :, c:-c]
    bins = bins[:, :, c // BIN:-c // BIN]
    splice = (F.binary_cross_entropy_with_logits(base, y, reduction="none") * w).sum() / (len(y) * 10)
    elements = (F.binary_cross_entropy_with_logits(bins, z, reduction="none") * s).sum((0, 2)) / s.sum((0, 2)).clamp(min=1)
    return splice, elements


def average_precision(score, truth):
    order = np.argsort(-score, kind="stable")
    hits = truth[order]
    found = np.cumsum(hits)
    return float((found / np.arange(1, len(hits) + 1) * hits).sum() / max(hits.sum(), 1))


@torch.no_grad()
def scan(model, g, name, first, end, device, core=20_000):
    """Logits of both strands over [first, end): base (4, n): donor+ acceptor+ donor- acceptor-; bins (2 strands, 6, n/10)."""
    model.eval()
    base, bins = [], []
    for start in range(first, end, core):
        n = min(core, end - start)
        x = g.window(name, start, n, False)[0]
        out = []
        for row in (x, turn(x)):
            b, e = model(one_hot(torch.from_numpy(row[None].copy()).to(device)))
            out.append((b[0, :, REACH:-REACH].cpu().numpy(), e[0, :, REACH // BIN:-REACH // BIN].cpu().numpy()))
        base.append(np.concatenate([out[0][0], out[1][0][:, ::-1]]))
        bins.append(np.stack([out[0][1], out[1][1][:, ::-1]]))
    return np.concatenate(base, 1), np.concatenate(bins, 2)


def judge(model, g, device, first=DEV[0], end=DEV[1]):
    name = "hg19_chr20"
    base, bins = scan(model, g, name, first, end, device)
    s, e = g.splice[name][first:end], g.elements[name][first // BIN:end // BIN]
    known = g.ids[name][first:end] < 4
    scores = {}
    for i, (bit, minor) in enumerate(((DONOR_PLUS, MINOR_PLUS), (ACCEPTOR_PLUS, MINOR_PLUS), (DONOR_MINUS, MINOR_MINUS), (ACCEPTOR_MINUS, MINOR_MINUS))):
        keep = known & ~((s & minor) > 0)
        scores[("donor", "acceptor")[i % 2] + "+-"[i // 2]] = average_precision(base[i][keep], ((s & bit) > 0)[keep])
    kb = known.reshape(-1, BIN).all(1)
    for j, head in enumerate(BIN_HEADS):
        bit = lambda k: ((e >> ELEMENTS.index(k)) & 1)
        if head in ("coding", "start"):
            scores[head] = np.mean([average_precision(bins[t, j][kb], bit(f"{head}_{sign}")[kb]) for t, sign in enumerate(("plus", "minus"))])
        else:
            scores[head] = average_precision(bins[:, j].mean(0)[kb], bit(head)[kb])
    return {k: round(float(v), 4) for k, v in scores.items()}


def check(model):
    """The network sees no farther than REACH."""
    model.eval()
    assert model.reach <= REACH
    x = torch.randint(0, 4, (1, 4 * REACH))
    y = x.clone()
    y[:, :REACH] = torch.randint(0, 4, (1, REACH)); y[:, -REACH:] = torch.randint(0, 4, (1, REACH))
    with torch.no_grad():
        for a, b, c in zip(model(one_hot(x)), model(one_hot(y)), (1, BIN)):
            k = 2 * REACH // c
            assert torch.equal(a[:, :, k:k + 1], b[:, :, k:k + 1]), "the network sees farther than REACH"


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--genome", required=True)
    p.add_argument("--work", required=True)
    p.add_argument("--minutes", type=float, default=60)
    p.add_argument("--rounds", type=int, default=20, help="planned rounds: the learning rate falls to nothing over them")
    p.add_argument("--windows", type=int, default=3000, help="windows of 4,000 bases in a round")
    p.add_argument("--rate", type=float, default=2e-3)
    p.add_argument("--batch", type=int, default=4)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--device", default="cpu")
    p.add_argument("--fine", type=int, default=32)
    p.add_argument("--coarse", type=int, default=56)
    p.add_argument("--last", type=int, default=2)
    p.add_argument("--smoke", action="store_true")
    a = p.parse_args()
    if a.smoke:
        a.rounds, a.windows = 1, 64
    torch.set_num_threads(a.threads)
    work = Path(a.work); work.mkdir(parents=True, exist_ok=True)
    shape = dict(base=len(BASE_HEADS), bins=len(BIN_HEADS), fine=a.fine, coarse=a.coarse, last=a.last)
    device, started = torch.device(a.device), time.time()
    torch.manual_seed(a.seed)
    g = Genome(a.genome)
    model, shadow = StrandNet(**shape).to(device), StrandNet(**shape).to(device)
    check(model.cpu()); model.to(device)
    shadow.load_state_dict(model.state_dict())
    optimiser = torch.optim.AdamW(model.parameters(), lr=a.rate, weight_decay=0.1)
    per_round = a.windows // a.batch
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, a.rate, total_steps=a.rounds * per_round + 1, pct_start=0.05)
    begin, best, history = 0, -1.0, []
    state = work / "state.pt"
    if state.exists():
        s = torch.load(state, weights_only=False)
        model.load_state_dict(s["model"]); shadow.load_state_dict(s["shadow"])
        optimiser.load_state_dict(s["optimiser"]); schedule.load_state_dict(s["schedule"])
        begin, best, history = s["round"], s["best"], s["history"]
        print(f"going on after round {begin}", flush=True)
    for number in range(begin, a.rounds):
        if time.time() - started > a.minutes * 60:
            print("time is up", flush=True)
            break
        rng = np.random.default_rng(a.seed * 1000 + number)
        draw = sampler(g, rng)
        model.train(); totals = np.zeros(1 + len(BIN_HEADS)); t = time.time()
        for step in range(per_round):
            rows = [g.window(*w[:2], CORE, w[2]) for w in (draw() for _ in range(a.batch))]
            x, *labels = [torch.from_numpy(np.stack(v).copy()).to(device) for v in zip(*rows)]
            with torch.autocast("cuda", torch.bfloat16, enabled=a.device == "cuda"):
                base, bins = model(one_hot(x))
            splice, elements = loss_of(base.float(), bins.float(), [labels[0], labels[1], labels[2], labels[3]])
            loss = splice + elements.sum()
            optimiser.zero_grad(); loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step(); schedule.step()
            totals += np.concatenate([[float(splice.detach())], elements.detach().cpu().numpy()])
            decay = min(0.998, (1 + number * per_round + step) / (20 + number * per_round + step))
            with torch.no_grad():
                for s, m in zip(shadow.state_dict().values(), model.state_dict().values()):
                    s.copy_(m) if not s.is_floating_point() else s.lerp_(m, 1 - decay)
        scores = judge(shadow, g, device, DEV[0], DEV[0] + (200_000 if a.smoke else 5_000_000))
        mean = float(np.mean(list(scores.values())))
        history.append({"round": number, "loss": (totals / per_round).round(5).tolist(), "dev": scores, "seconds": round(time.time() - t)})
        print(json.dumps(history[-1]), f"mean {mean:.4f}", flush=True)
        if mean > best:
            best = mean
            torch.save({"state": shadow.state_dict(), "shape": shape, "round": number, "best": best}, work / "best.pt")
        torch.save({"model": model.state_dict(), "shadow": shadow.state_dict(), "optimiser": optimiser.state_dict(),
                    "schedule": schedule.state_dict(), "round": number + 1, "best": best, "history": history}, work / "state.pt.part")
        (work / "state.pt.part").rename(state)
        (work / "history.json").write_text(json.dumps(history, indent=1) + "\n")


if __name__ == "__main__":
    main()
