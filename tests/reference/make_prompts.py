#!/usr/bin/env python3
"""Makes tests/data/prompts.tsv: 200 prompts with the answers they must have, by plain Python, ONNX Runtime and the models' cards.

    python tests/reference/make_prompts.py

Needs what training/requirements.txt names, and PyYAML. Nothing here calls Genogloss. Definitions are computed by the functions below;
classifiers are run in ONNX Runtime, one sequence at a time; the language model writes one prompt at a time, the token with the largest
logit first (no form is held to: where the answer has not the task's form, the prompt is left out), and for a blank looks for the most
probable answer. Sequence: tests/data/chr20_slice.fa.
Written: id, prompt, answer, confidence (four decimals; a language model's: of the whole answer, . where the form changes it), how.
"""
import heapq
import math
import random
import re
from pathlib import Path

import numpy as np
import onnxruntime
import yaml
from tokenizers import Tokenizer

ROOT = Path(__file__).resolve().parent.parent.parent
CODONS = dict(zip((a + b + c for a in "TCAG" for b in "TCAG" for c in "TCAG"), "FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG"))
THREE = dict(zip("ARNDCQEGHILKMFPSTWYV*", "Ala Arg Asn Asp Cys Gln Glu Gly His Ile Leu Lys Met Phe Pro Ser Thr Trp Tyr Val Ter".split()))
SYMBOLS = ("MIR7158 LOC124902268 RPL21P34 ZNF845 OR4F5 LINC01409 SNORA12 TMEM50A FAM41C C1orf87 KRTAP4-11 SLC2A3 FOXP1-AS1 TRA-AGC4-1 RNU6-33P HLA-DRB6 IGKV1-9 "
           "CCDC12 ANKRD20A5P USP17L24 POLR2J COX6A2 NDUFB11 PSMB9 PCDHB5 DEFB119 MT-ND6 RNA5SP35 GAGE12J SPATA31A7").split()


def complement(s):
    return s.translate(str.maketrans("ACGTNacgtn", "TGCANtgcan"))


def protein(s):
    return "".join(THREE[CODONS[s[i:i + 3]]] for i in range(0, len(s) - 2, 3))


def is_frame(s):
    p = protein(s)
    return str(len(s) % 3 == 0 and s.startswith("ATG") and p.endswith("Ter") and "Ter" not in p[:-3])


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


class Classifier:
    def __init__(self, name):
        self.folder = ROOT / "models" / name
        self.card = yaml.safe_load((self.folder / "card.yaml").read_text())
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(str(self.folder / "model.onnx"), options, providers=["CPUExecutionProvider"])
        self.how = f"{self.card['name']} {self.card['version']}"

    def once(self, s):
        span = self.card["window"]["span"]
        s = s.upper() + "N" * (span - len(s))
        x = np.zeros((1, 4, span), np.float32)
        for i, b in enumerate(s):
            if b in "ACGT":
                x[0, "ACGT".index(b), i] = 1
        out = dict(zip((o.name for o in self.session.get_outputs()), self.session.run(None, {self.card["input"]["tensor"]: x})))
        scores = {}
        for head in self.card["heads"]:
            z = [float(v) for v in out[head["output"]][0]]
            if head["activation"] == "softmax":
                e = [math.exp(v - max(z)) for v in z]
                scores |= {f"{head['name']}.{label}": v / sum(e) for label, v in zip(head["labels"], e)}
            else:
                scores[head["name"]] = sigmoid(z[0])
        return scores

    def scores(self, s, both):
        one = self.once(s)
        if not both:
            return one
        span = self.card["window"]["span"]      # turned round together with its filling
        other = self.once(complement(s.upper() + "N" * (span - len(s)))[::-1])
        return {k: (one[k] + other[k]) / 2 for k in one}


class Writer:
    def __init__(self, name):
        self.folder = ROOT / "models" / name
        self.card = yaml.safe_load((self.folder / "card.yaml").read_text())
        self.rule = self.card["generate"]
        self.tokenizer = Tokenizer.from_file(str(self.folder / "tokenizer.json"))
        self.tokenizer.encode_special_tokens = True
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(str(self.folder / "model.onnx"), options, providers=["CPUExecutionProvider"])
        self.how = f"{self.card['name']} {self.card['version']}"

    def ids(self, prompt):
        return [self.tokenizer.token_to_id(self.rule["begin"]), *self.tokenizer.encode(prompt).ids]

    def next(self, ids):
        """Logits after all these tokens, read anew."""
        names = [f"past_key_values.{i}.{part}" for i in range(self.rule["layers"]) for part in ("key", "value")]
        feeds = {n: np.zeros((1, self.rule["heads"], 0, self.rule["head_width"]), np.float32) for n in names}
        row = np.array([ids], np.int64)
        feeds |= {"input_ids": row, "attention_mask": np.ones_like(row), "position_ids": np.arange(len(ids), dtype=np.int64)[None]}
        return self.session.run(["logits"], feeds)[0][0, -1].astype(np.float64)

    def most_probable(self, prompt, words, most):
        """The most probable answer of 1 to `most` of these words, each one token: prefixes are gone on with in the order of their probability."""
        end = self.tokenizer.token_to_id(self.rule["stop"][0])
        tokens = [self.tokenizer.token_to_id(w) for w in words]
        waiting, start = [(0.0, [], False)], self.ids(prompt)
        while True:
            cost, said, ended = heapq.heappop(waiting)
            if ended:
                return self.tokenizer.decode(said)
            allowed = (tokens if len(said) < most else []) + ([end] if said else [])
            z = self.next(start + said)[allowed]
            costs = cost - (z - z.max() - math.log(np.exp(z - z.max()).sum()))
            for token, c in zip(allowed, costs):
                heapq.heappush(waiting, (c, said if token == end else said + [token], token == end))

    def answer(self, prompt):
        end, ids = self.tokenizer.token_to_id(self.rule["stop"][0]), self.ids(prompt)
        names = [f"{i}.{part}" for i in range(self.rule["layers"]) for part in ("key", "value")]
        feeds = {f"past_key_values.{n}": np.zeros((1, self.rule["heads"], 0, self.rule["head_width"]), np.float32) for n in names}
        new, seen, said, total = np.array([ids], np.int64), len(ids), [], 0.0
        while len(said) < self.rule["max_tokens"]:
            feeds |= {"input_ids": new, "attention_mask": np.ones((1, seen), np.int64), "position_ids": np.arange(seen - new.shape[1], seen, dtype=np.int64)[None]}
            out = self.session.run(["logits", *(f"present.{n}" for n in names)], feeds)
            z = out[0][0, -1].astype(np.float64)
            token = int(z.argmax())
            total += z[token] - z.max() - math.log(np.exp(z - z.max()).sum())
            if token == end:
                break
            said.append(token)
            feeds |= {f"past_key_values.{n}": v for n, v in zip(names, out[1:])}
            new, seen = np.array([[token]], np.int64), seen + 1
        return self.tokenizer.decode(said)


def main():
    text = "".join((ROOT / "tests/data/chr20_slice.fa").read_text().split("\n")[1:]).upper()
    rng, rows = random.Random(11), []
    piece = lambda n: (lambda at: text[at:at + n])(rng.randrange(len(text) - n))
    exact = lambda prompt, answer: rows.append((prompt, answer, "1.0000", "exact"))
    for _ in range(8):
        s = piece(rng.randint(10, 400))
        exact(f"{s}, GC content =", f"{(s.count('G') + s.count('C')) / len(s):.3f}")
        exact(f"symbol=X{len(s)}, {s.lower()}, reverse sequence =", s.lower()[::-1])
        exact(f"{s}, complementary sequence=", complement(s))
        exact(f"{s}, strand = -, reverse complement =", complement(s)[::-1])
        exact(f"{s}, protein sequence =", protein(s))
        exact(f"{s}, end={rng.randint(1, 10**8)}, start=5, reading comprehension: start=", "5")
    for _ in range(8):
        frame = "ATG" + "".join(rng.choice([c for c, a in CODONS.items() if a != "*"]) for _ in range(rng.randint(3, 60))) + rng.choice(["TAA", "TAG", "TGA"])
        for s in (frame, frame[1:], frame[:-3], frame[:6] + "TAG" + frame[6:]):
            exact(f"{s}, Open Reading Frame =", is_frame(s))
    yes = lambda p: ("True", p) if p >= 0.5 else ("False", 1 - p)
    models = {n: Classifier(n) for n in ("core-promoter", "proximal-promoter", "promoter-nontata", "splice-window", "tf-human", "regulatory", "gene")}

    def classified(prompt, model, answer):
        rows.append((prompt, answer[0], f"{answer[1]:.4f}", models[model].how))

    for _ in range(6):
        s = piece(70)
        for task, head in (("core promoter", "promoter"), ("core tata promoter", "promoter_tata"), ("core notata promoter", "promoter_notata")):
            classified(f"{s}, {task} =", "core-promoter", yes(models["core-promoter"].scores(s, False)[head]))
        s = piece(300)
        for task, head in (("proximal promoter", "promoter"), ("proximal tata promoter", "promoter_tata")):
            classified(f"{s}, {task} =", "proximal-promoter", yes(models["proximal-promoter"].scores(s, False)[head]))
        s = piece(251)
        classified(f"{s}, strand = +, promoter =", "promoter-nontata", yes(models["promoter-nontata"].scores(s, False)["promoter"]))
        s = piece(400)
        scores = models["splice-window"].scores(s, False)
        names = {"splice.acceptor": "acceptor site", "splice.donor": "donor site", "splice.neither": "non-splice site"}
        best = max(names, key=scores.get)
        classified(f"{s}, splice site =", "splice-window", (names[best], scores[best]))
        s = piece(101)
        odds = np.mean([p / (1 - p) for p in models["tf-human"].scores(s, True).values()])
        classified(f"{s}, transcription factor binding site =", "tf-human", yes(odds / (1 + odds)))
        s = piece(rng.randint(50, 600))
        scores = models["regulatory"].scores(s, True)
        names = {"element.promoter": "promoter", "element.enhancer": "enhancer", "element.open_chromatin": "ocr"}
        best = max(names, key=scores.get)
        classified(f"{s}, chromosome = chromosome20, annotation = ensembl, regulatory =", "regulatory", (names[best], scores[best]))
        classified(f"{s}, annotation = ensembl, ocr =", "regulatory", yes(scores["open_chromatin"]))
        classified(f"{s}, annotation = cohn, enhancer =", "regulatory", yes(scores["enhancer_cohn"]))
        s = piece(rng.randint(300, 1000))
        s = s[::-1] if rng.random() < 0.5 else s
        p = models["gene"].scores(s, False)["direction"]
        classified(f"{s}, sequence direction =", "gene", ("reverse", p) if p >= 0.5 else ("forward", 1 - p))
    written = 200 - len(rows)
    if (ROOT / "models/genomicllm/card.yaml").exists():
        writer = Writer("genomicllm")
        residues = [protein(piece(120)).replace("Ter", "") for _ in range(100)]
        candidates = []
        for i, symbol in enumerate(SYMBOLS):
            keys = [f"symbol={symbol}", f"annotation:Name={symbol}", f"start={10**5 + 977 * i}"]
            rng.shuffle(keys)
            candidates.append((", ".join(keys[:rng.randint(2, 3)] + ([piece(60)] if i % 3 == 0 else [])), ["annotation:description", "annotation:gene biotype"][i % 2]))
        for r in residues:
            at = 3 * rng.randint(2, 20)
            candidates.append((r[:at] + "___" + r[at + 3:], "complete the blank"))
        canonical = {"annotation:description": "gene description", "annotation:gene biotype": "gene biotype", "complete the blank": "complete the blank"}
        forms = {"annotation:description": r"[!-~]([ -~]*[!-~])?", "annotation:gene biotype": "other|protein coding gene",
                 "complete the blank": "(?:" + "|".join(THREE.values()) + "){1,3}"}
        for parts, task in candidates:
            if not ("symbol" in parts or "Name" in parts or "___" in parts):
                continue
            asked = f"{parts}, {canonical[task]}="
            answer = writer.most_probable(asked, [*THREE.values()], 3) if "___" in parts else writer.answer(asked)
            if written > 0 and re.fullmatch(forms[task], answer):
                rows.append((f"{parts}, {task} =", answer, ".", writer.how))
                written -= 1
    path = ROOT / "tests" / "data" / "prompts.tsv"
    path.write_text("id\tprompt\tanswer\tconfidence\thow\n" + "".join(f"p{i}\t" + "\t".join(r) + "\n" for i, r in enumerate(rows, 1)))
    print(f"{len(rows)} prompts")


if __name__ == "__main__":
    main()
