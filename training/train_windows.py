#!/usr/bin/env python3
"""Trains one family of window models, member by member; a member that is done is not trained again.

    python train_windows.py FAMILY --data DATA --work DIR [--members 3] [--threads 2] [--device cpu|cuda] [--smoke]

Every member keeps the epoch that is best on dev (mean over the shipped heads). Test splits are not read here.
"""
import argparse
import json
import math
import random
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

import metrics
from families import FAMILIES
from nets import WindowNet, flip, one_hot


def slices(heads):
    start, out = 0, []
    for head in heads:
        out.append(slice(start, start + head.width))
        start += head.width
    return out, start


def loss_of(logits, labels, heads, where):
    total = 0.0
    for i, (head, at) in enumerate(zip(heads, where)):
        there = labels[:, i] >= 0
        if not there.any():
            continue
        z, y = logits[there, at], labels[there, i]
        part = (F.binary_cross_entropy_with_logits(z[:, 0], y.float() * 0.96 + 0.02, reduction="sum") if head.width == 1
                else F.cross_entropy(z, y, label_smoothing=0.04, reduction="sum"))
        total = total + head.weight * part
    return total / len(labels)


@torch.no_grad()
def logits_of(model, x, device, both):
    model.eval()
    out = []
    for i in range(0, len(x), 512):
        rows = x[i:i + 512].to(device)
        z = model(one_hot(rows))
        if both:
            z = (z + model(one_hot(flip(rows)))) / 2
        out.append(z.float().cpu())
    return torch.cat(out)


def called(z):
    return (z[:, 0] > 0).numpy().astype(np.int64) if z.shape[1] == 1 else z.argmax(1).numpy()


def dev_scores(model, family, where, device):
    scores = {}
    for head, at, rows in zip(family.heads, where, family.dev):
        if rows:
            x = torch.from_numpy(np.stack([r for r, _ in rows]))
            y = np.array([l for _, l in rows])
            z = logits_of(model, x, device, family.strands == "average")[:, at]
            scores[head.name] = getattr(metrics, head.metric)(called(z), y)
    return scores


def train_member(family, seed, a, path):
    torch.manual_seed(seed); random.seed(seed); np.random.seed(seed)
    device = torch.device(a.device)
    where, outputs = slices(family.heads)
    x, y = family.arrays()
    x, y = torch.from_numpy(x), torch.from_numpy(y)
    epochs = 1 if a.smoke else (a.epochs or family.epochs)
    if a.smoke:
        keep = torch.randperm(len(x))[:1024]
        x, y = x[keep], y[keep]
        family.dev = [rows[:64] for rows in family.dev]
    model = WindowNet(family.span, outputs, **family.net).to(device)
    shadow = WindowNet(family.span, outputs, **family.net).to(device)
    shadow.load_state_dict(model.state_dict())
    optimiser = torch.optim.AdamW(model.parameters(), lr=family.rate, weight_decay=0.05)
    batch = 128
    per_epoch = math.ceil(len(x) / batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, family.rate, total_steps=epochs * per_epoch, pct_start=0.1)
    best, history, started, step, first = -1.0, [], time.time(), 0, 0
    halfway = Path(str(path) + ".state")
    if halfway.exists() and not a.smoke:      # a member that was cut off goes on after its last whole epoch
        kept = torch.load(halfway, map_location="cpu", weights_only=False)
        if kept["epochs"] == epochs and kept["rows"] == len(x) and kept["net"] == family.net:
            model.load_state_dict(kept["model"]); shadow.load_state_dict(kept["shadow"])
            optimiser.load_state_dict(kept["optimiser"]); schedule.load_state_dict(kept["schedule"])
            torch.set_rng_state(kept["random"])
            best, history, step, first = kept["best"], kept["history"], kept["step"], kept["epoch"] + 1
            started -= kept["seconds"]
            print(f"seed {seed} goes on after epoch {kept['epoch']}", flush=True)
    for epoch in range(first, epochs):
        model.train()
        order, total = torch.randperm(len(x)), 0.0
        for i in range(0, len(x), batch):
            at = order[i:i + batch]
            rows, labels = x[at].to(device), y[at].to(device)
            if family.strands == "average":
                turn = torch.rand(len(rows), device=device) < 0.5
                rows = torch.where(turn[:, None], flip(rows), rows)
            if family.unknown:
                rows = torch.where(torch.rand(rows.shape, device=device) < family.unknown, torch.full_like(rows, 4), rows)
            with torch.autocast("cuda", torch.bfloat16, enabled=a.device == "cuda"):
                logits = model(one_hot(rows))
            loss = loss_of(logits.float(), labels, family.heads, where)
            optimiser.zero_grad(); loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step(); schedule.step()
            total += float(loss.detach()) * len(rows)
            step += 1
            decay = min(0.995, (1 + step) / (10 + step))
            with torch.no_grad():
                for s, m in zip(shadow.state_dict().values(), model.state_dict().values()):
                    s.copy_(m) if not s.is_floating_point() else s.lerp_(m, 1 - decay)
        scores = dev_scores(shadow, family, where, device)
        shipped = [scores[h.name] for h in family.heads if h.ship and h.name in scores]
        mean = sum(shipped) / len(shipped)
        history.append({"epoch": epoch, "loss": total / len(x), "dev": scores})
        print(f"seed {seed} epoch {epoch} loss {total / len(x):.4f} dev " + " ".join(f"{k} {v:.4f}" for k, v in scores.items())
              + f" mean {mean:.4f} {time.time() - started:.0f}s", flush=True)
        if mean > best:
            best = mean
            state = {k: v.cpu().clone() for k, v in shadow.state_dict().items()}
            torch.save({"state": state, "net": family.net, "best": best, "epoch": epoch, "rows": len(x), "epochs": epochs}, str(path) + ".part")
        torch.save({"model": model.state_dict(), "shadow": shadow.state_dict(), "optimiser": optimiser.state_dict(), "schedule": schedule.state_dict(),
                    "random": torch.get_rng_state(), "best": best, "history": history, "step": step, "epoch": epoch, "epochs": epochs,
                    "rows": len(x), "net": family.net, "seconds": time.time() - started}, str(halfway) + ".new")
        Path(str(halfway) + ".new").rename(halfway)
    Path(str(path) + ".part").rename(path)
    halfway.unlink()
    path.with_suffix(".json").write_text(json.dumps({"seed": seed, "best": best, "rows": len(x), "seconds": round(time.time() - started), "history": history}, indent=1) + "\n")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("family", choices=sorted(FAMILIES))
    p.add_argument("--data", required=True)
    p.add_argument("--work", required=True)
    p.add_argument("--genome", help="genome.npz of genome.py, for the families splice and gene")
    p.add_argument("--members", type=int, default=3)
    p.add_argument("--epochs", type=int)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--device", default="cpu")
    p.add_argument("--smoke", action="store_true", help="1,024 sequences, one epoch, one member: does it run?")
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    work = Path(a.work) / a.family
    work.mkdir(parents=True, exist_ok=True)
    family = FAMILIES[a.family](a.data, a.genome)
    print(f"{a.family}: {len(family.train):,} training rows; dev " + ", ".join(f"{h.name} {len(d):,}" for h, d in zip(family.heads, family.dev)), flush=True)
    for note in family.notes:
        print(note, flush=True)
    for seed in range(1, (1 if a.smoke else a.members) + 1):
        path = work / f"member{seed}.pt"
        if path.exists():
            print(f"{path} is there", flush=True)
            continue
        train_member(family, seed, a, path)


if __name__ == "__main__":
    main()
