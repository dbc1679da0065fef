#!/usr/bin/env python3
"""Trains the network `human` 2.0 on one thread at the lowest priority. It can be stopped at any time.

    python train.py                                  # begins: 60,000 steps, about 4 hours of one core
    python train.py --resume                         # goes on where it was stopped, exactly; begins if there is nothing yet
    python train.py --resume --fall-now 2000         # lets the learning rate fall at once, over 2,000 steps, and ends
    python train.py --resume steady.pt --steps 90000 # goes on from before the learning rate fell
    python train.py --start weights.npz              # goes on from weights that keep.py kept: another machine's, without its optimiser

The learning rate rises, stays, and falls over the last fifth of the steps: going on for longer never begins with a network
that has settled. Under WORK/run: state.pt (everything that is needed to go on, every few minutes and when it is told to stop by
SIGTERM), steady.pt (the same before the fall), final.pt (the same at the end). WORK/log.tsv has the learning curve. Dev is
chr20:15-20 Mb; test is not read here.
"""
import argparse
import os
import signal
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from data import default_work
from judge import stretch
from network import BIN_HEADS, SIZES, make, one_hot
from windows import CORE, FLANK, BIN, SPAN, Arrays, Sampler

ROWS = 5
WARM_UP = 400                   # steps
DECAY = 0.999                   # of the averaged weights, a step
# What a bin head's mean loss counts beside the splice sites' (summed over a row, tenth of it).
BIN_WEIGHTS = {"coding": 1.0, "start": 1.0, "start_exact": 2.0, "promoter": 1.0, "enhancer": 0.3, "open_chromatin": 0.3, "ctcf": 0.5}
FIGURES = ["donor_topk", "donor_ap", "acceptor_topk", "acceptor_ap", *(f"{h}_ap" for h in BIN_HEADS)]
COLUMNS = ["time", "step", "Mb", "cpu_minutes", "rate", "splice_loss", *(f"{h}_loss" for h in BIN_HEADS), *FIGURES]


def losses(base, bins, batch):
    _, y, w, z, seen = batch
    base, bins = base[:, :, FLANK:-FLANK], bins[:, :, FLANK // BIN:-FLANK // BIN]
    splice = (F.binary_cross_entropy_with_logits(base, y, reduction="none") * w).sum() / (len(y) * 10)
    each = (F.binary_cross_entropy_with_logits(bins, z, reduction="none") * seen).sum((0, 2)) / seen.sum((0, 2)).clamp(min=1)
    return splice, each


class Run:
    def __init__(self, a):
        self.folder, self.log = Path(a.work) / "run", Path(a.work) / "log.tsv"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.size, self.rate, self.seed, self.step, self.cpu = a.size, a.rate, a.seed, 0, 0.0
        self.begun = 0              # the step at which the optimiser began
        self.plan(a.steps, a.steps // 5)
        self.rng = np.random.default_rng(a.seed)
        torch.manual_seed(a.seed)
        self.model, self.average = make(a.size), make(a.size)
        self.average.load_state_dict(self.model.state_dict())
        self.prepare()

    def plan(self, steps, fall):
        """Ends after `steps`; the learning rate falls over the last `fall` of them."""
        self.steps, self.fall = steps, max(fall, 1)

    def prepare(self):
        self.model.to(memory_format=torch.channels_last)
        self.average.to(memory_format=torch.channels_last)
        kernels = [p for p in self.model.parameters() if p.dim() > 1]
        others = [p for p in self.model.parameters() if p.dim() <= 1]
        self.optimiser = torch.optim.AdamW([{"params": kernels, "weight_decay": 0.05}, {"params": others, "weight_decay": 0.0}], lr=self.rate)
        pairs = [(s, m) for s, m in zip(self.average.state_dict().values(), self.model.state_dict().values()) if s.is_floating_point()]
        self.slow, self.fast = (list(v) for v in zip(*pairs))

    def save(self, name):
        state = dict(size=self.size, rate=self.rate, seed=self.seed, step=self.step, begun=self.begun, cpu=self.cpu, steps=self.steps, fall=self.fall, rng=self.rng.bit_generator.state,
                     torch_rng=torch.get_rng_state(), model=self.model.state_dict(), average=self.average.state_dict(), optimiser=self.optimiser.state_dict())
        part = self.folder / f"{name}.part"
        with open(part, "wb") as handle:
            torch.save(state, handle)
            handle.flush()
            os.fsync(handle.fileno())
        part.rename(self.folder / name)

    def load(self, name):
        s = torch.load(self.folder / name, weights_only=False)
        self.size, self.rate, self.seed, self.step, self.cpu, self.steps, self.fall = (s[k] for k in ("size", "rate", "seed", "step", "cpu", "steps", "fall"))
        self.begun = s.get("begun", 0)
        self.model, self.average = make(self.size), make(self.size)
        self.model.load_state_dict(s["model"])
        self.average.load_state_dict(s["average"])
        self.prepare()
        self.optimiser.load_state_dict(s["optimiser"])
        self.rng.bit_generator.state = s["rng"]
        torch.set_rng_state(s["torch_rng"])

    def start(self, file):
        """Goes on from averaged weights that `keep.py` kept. The optimiser begins anew, so the learning rate rises again."""
        with np.load(file) as kept:
            self.step = self.begun = int(kept["step"])
            self.cpu = float(kept["cpu"])
            state = {name: torch.from_numpy(kept[name]).to(slow.dtype) for name, slow in self.average.state_dict().items()}
        self.rng = np.random.default_rng([self.seed, self.step])
        self.model.load_state_dict(state)
        self.average.load_state_dict(state)

    def learning_rate(self):
        return self.rate * min(1.0, (self.step - self.begun + 1) / WARM_UP, max(0.0, (self.steps - self.step) / self.fall))

    def learn(self, batch):
        for group in self.optimiser.param_groups:
            group["lr"] = self.learning_rate()
        self.model.train()
        batch = [torch.from_numpy(v) for v in batch]
        with torch.autocast("cpu", torch.bfloat16):
            base, bins = self.model(one_hot(batch[0]))
        splice, each = losses(base.float(), bins.float(), batch)
        loss = splice + sum(BIN_WEIGHTS[h] * each[i] for i, h in enumerate(BIN_HEADS))
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimiser.step()
        with torch.no_grad():
            torch._foreach_lerp_(self.slow, self.fast, 1 - min(DECAY, (1 + self.step - self.begun) / (20 + self.step - self.begun)))
        self.step += 1
        return np.concatenate([[splice.item()], each.detach().numpy()])

    def write(self, line):
        if not self.log.exists():
            self.log.write_text("\t".join(COLUMNS) + "\n")
        with open(self.log, "a") as handle:
            handle.write("\t".join(line) + "\n")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--work", default=default_work(), help="folder with data/; run/ and log.tsv are written there (GENOGLOSS_HUMAN2, or ~/train/human2)")
    p.add_argument("--resume", nargs="?", const="state.pt", metavar="STATE")
    p.add_argument("--start", metavar="FILE", help="weights of keep.py to go on from, where there is no state.pt")
    p.add_argument("--steps", type=int, help="in all (60,000, or what was planned when it began); a fifth of them fall")
    p.add_argument("--fall-now", type=int, metavar="STEPS")
    p.add_argument("--size", default="human2", choices=list(SIZES))
    p.add_argument("--rate", type=float, default=3e-3)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--judge", type=float, default=6, help="CPU minutes between figures on dev")
    p.add_argument("--save", type=float, default=4, help="minutes between checkpoints")
    a = p.parse_args()
    os.nice(max(0, 19 - os.nice(0)))
    torch.set_num_threads(1)
    new = argparse.Namespace(**{**vars(a), "steps": a.steps or 60_000})
    run = Run(new)
    exists = (run.folder / "state.pt").exists()
    if a.resume and (exists or a.resume != "state.pt"):
        run.load(a.resume)
        if a.steps:
            run.plan(a.steps, a.steps // 5)
        if a.fall_now:
            run.save("steady.pt")
            run.plan(run.step + a.fall_now, a.fall_now)
    elif exists:
        raise SystemExit(f"error: {run.folder / 'state.pt'} exists: --resume goes on with it; move it away to begin anew")
    elif a.start:
        run.start(a.start)
    arrays = Arrays(Path(a.work) / "data")
    sampler = Sampler(arrays, run.rng)
    dev = arrays.regions("dev")[0]
    print(f"{len(sampler.sites):,} canonical sites, {len(sampler.genes):,} genes; from step {run.step:,} to {run.steps:,}; "
          f"{sum(w.numel() for w in run.model.parameters()):,} weights", flush=True)
    stop = []
    signal.signal(signal.SIGTERM, lambda *_: stop.append(True))
    saved, judged = time.time(), run.cpu
    totals, count, cpu = 0, 0, time.process_time()
    while run.step < run.steps and not stop:
        if run.step == run.steps - run.fall:
            run.save("steady.pt")
        totals, count = totals + run.learn(sampler.batch(ROWS)), count + 1
        run.cpu, cpu, now = run.cpu + time.process_time() - cpu, time.process_time(), time.time()
        if run.step == run.steps or run.cpu - judged > a.judge * 60:
            figures = stretch(run.average, arrays, dev)
            run.write([time.strftime("%FT%TZ", time.gmtime(now)), str(run.step), f"{run.step * ROWS * SPAN / 1e6:.1f}", f"{run.cpu / 60:.1f}", f"{run.learning_rate():.5f}",
                       *(f"{v:.5f}" for v in totals / count), *(f"{figures[k]:.4f}" for k in FIGURES)])
            totals, count, judged, cpu = 0, 0, run.cpu, time.process_time()
        if now - saved > a.save * 60:
            run.save("state.pt")
            saved = now
            print(f"{time.strftime('%T', time.gmtime(now))} step {run.step:,}, {run.cpu / 60:.1f} CPU minutes of training", flush=True)
    run.save("state.pt")
    if run.step >= run.steps:
        run.save("final.pt")
        print("the end", flush=True)


if __name__ == "__main__":
    main()
