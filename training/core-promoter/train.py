#!/usr/bin/env python3
"""Trains models/core-promoter: is a 70 bp human sequence a core promoter (-34 to +35 of a start site)?

Data   GUE prom_core_all (DNABERT-2 benchmark; sequences from EPDnew): 47,356 train, 5,920 dev, 5,920 test.
       Every training sequence that also occurs in dev or test is removed first, its reverse complement too.
Model  one-hot -> convolution k15 x 96, pooling by 2, three gated dilated residual blocks x 64 -> position-wise
       1x1 to 16 channels -> one convolution over all positions -> one logit. Position is never averaged away.
       All convolutions are 2-D with height 1, which ONNX Runtime runs on its blocked fast path.
Choice The epoch with the best MCC on dev. Test is read once, after training, by evaluate().

    python train.py --data DIR_WITH_prom_core_all --out WORK_DIR [--epochs 14] [--seed 1] [--smoke]
"""
import argparse, csv, gzip, json, math, random, time
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

SPAN = 70
CODE = np.full(256, 4, dtype=np.int64)
for i, b in enumerate(b"ACGT"):
    CODE[b] = i
    CODE[b + 32] = i
COMPLEMENT = str.maketrans("ACGT", "TGCA")


def read_split(folder, split):
    with gzip.open(Path(folder) / f"{split}.csv.gz", "rt") as handle:
        rows = [(r["sequence"], int(r["label"])) for r in csv.DictReader(handle)]
    return [r for r in rows if len(r[0]) == SPAN]


def encode(rows):
    x = np.stack([CODE[np.frombuffer(s.encode(), dtype=np.uint8)] for s, _ in rows])
    return torch.from_numpy(x), torch.tensor([y for _, y in rows], dtype=torch.float32)


def one_hot(ids):
    """(B, L) ids -> (B, 4, L); id 4 (not A, C, G, T) is all zeros."""
    return F.one_hot(ids, 5)[..., :4].permute(0, 2, 1).float()


class Block(nn.Module):
    def __init__(self, width, dilation):
        super().__init__()
        self.norm = nn.BatchNorm2d(width)
        self.conv = nn.Conv2d(width, 2 * width, (1, 5), padding=(0, 2 * dilation), dilation=(1, dilation))

    def forward(self, x):
        value, gate = self.conv(self.norm(x)).chunk(2, dim=1)
        return x + value * torch.sigmoid(gate)


class CorePromoter(nn.Module):
    """Input (B, 4, 70) one-hot, A C G T; output (B, 1) logit."""

    def __init__(self, stem=96, width=64):
        super().__init__()
        self.stem = nn.Conv2d(4, stem, (1, 15), padding=(0, 7))
        self.norm = nn.BatchNorm2d(stem)
        self.narrow = nn.Conv2d(stem, width, (1, 1))
        self.blocks = nn.Sequential(Block(width, 1), Block(width, 2), Block(width, 4))
        self.squeeze = nn.Conv2d(width, 16, (1, 1))
        self.drop = nn.Dropout(0.35)
        self.answer = nn.Conv2d(16, 1, (1, SPAN // 2))

    def forward(self, x):
        x = torch.relu(self.norm(self.stem(x.unsqueeze(2))))
        x = F.max_pool2d(x, (1, 2))
        x = self.blocks(self.narrow(x))
        x = torch.relu(self.squeeze(x))
        return self.answer(self.drop(x)).flatten(1)


def mcc(predicted, truth):
    tp = int(((predicted == 1) & (truth == 1)).sum()); tn = int(((predicted == 0) & (truth == 0)).sum())
    fp = int(((predicted == 1) & (truth == 0)).sum()); fn = int(((predicted == 0) & (truth == 1)).sum())
    below = math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
    return (tp * tn - fp * fn) / below if below else 0.0


@torch.no_grad()
def logits_of(model, ids):
    model.eval()
    return torch.cat([model(one_hot(ids[i:i + 512]))[:, 0] for i in range(0, len(ids), 512)])


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--data", required=True)
    p.add_argument("--out", required=True)
    p.add_argument("--epochs", type=int, default=14)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--smoke", action="store_true", help="512 sequences, one epoch: does it run?")
    a = p.parse_args()
    torch.manual_seed(a.seed); random.seed(a.seed); np.random.seed(a.seed); torch.set_num_threads(a.threads)
    out = Path(a.out); out.mkdir(parents=True, exist_ok=True)
    train, dev, test = (read_split(a.data, s) for s in ("train", "dev", "test"))
    held = {s for s, _ in dev + test}
    held |= {s.translate(COMPLEMENT)[::-1] for s in held}
    before = len(train)
    train = [r for r in train if r[0] not in held]
    print(f"train {before} - {before - len(train)} seen in dev or test = {len(train)}; dev {len(dev)}; test {len(test)}", flush=True)
    if a.smoke:
        train, a.epochs = train[:512], 1
    x, y = encode(train); dev_x, dev_y = encode(dev)
    model, shadow = CorePromoter(), CorePromoter()
    shadow.load_state_dict(model.state_dict())
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.05)
    batch, steps = 128, a.epochs * math.ceil(len(x) / 128)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, total_steps=steps, pct_start=0.1)
    best, history, started = -1.0, [], time.time()
    for epoch in range(a.epochs):
        model.train(); order = torch.randperm(len(x)); total = 0.0
        for i in range(0, len(x), batch):
            rows = order[i:i + batch]
            loss = F.binary_cross_entropy_with_logits(model(one_hot(x[rows]))[:, 0], y[rows] * 0.96 + 0.02)
            optimiser.zero_grad(); loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step(); schedule.step(); total += float(loss.detach()) * len(rows)
            with torch.no_grad():
                for s, m in zip(shadow.state_dict().values(), model.state_dict().values()):
                    s.copy_(m) if not s.is_floating_point() else s.lerp_(m, 0.005)
        score = mcc((logits_of(shadow, dev_x) > 0).numpy(), dev_y.numpy())
        history.append({"epoch": epoch, "loss": total / len(x), "dev_mcc": score})
        print(f"epoch {epoch} loss {total / len(x):.4f} dev MCC {score:.4f} {time.time() - started:.0f}s", flush=True)
        if score > best:
            best = score
            torch.save(shadow.state_dict(), out / "best.pt")
    model.load_state_dict(torch.load(out / "best.pt"))
    test_x, test_y = encode(test)
    dev_logits, test_logits = logits_of(model, dev_x), logits_of(model, test_x)
    # One number calibrates: the temperature that fits dev best.
    temperatures = torch.linspace(0.5, 3, 251)
    losses = [float(F.binary_cross_entropy_with_logits(dev_logits / t, dev_y)) for t in temperatures]
    temperature = float(temperatures[int(np.argmin(losses))])
    seen = {s for s, _ in train}
    clean = torch.tensor([s not in seen for s, _ in test])
    truth = test_y.numpy(); called = (test_logits > 0).numpy()
    figures = {
        "parameters": sum(q.numel() for q in model.parameters()), "epochs": a.epochs, "seed": a.seed, "temperature": round(temperature, 4),
        "train": len(train), "dev": len(dev), "test": len(test), "dev_mcc": round(best, 4),
        "test_mcc": round(mcc(called, truth), 4), "test_accuracy": round(float((called == truth).mean()), 4),
        "test_seen_in_training": int((~clean).sum()), "seconds": round(time.time() - started),
    }
    (out / "figures.json").write_text(json.dumps({**figures, "history": history}, indent=1) + "\n")
    print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    main()
