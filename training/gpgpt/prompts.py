"""What the language model is asked and what it should answer; names of genes, diseases and phenotypes letter by letter, as in GP-GPT.

An item is a beginning and branches: [(tokens, where the answer begins, weight)]. Branches go on from the beginning and do not see each
other, so that one disease is asked about with several genes at the cost of one.

`in_letters` of `src/prompts/facts.rs` writes the same question about a relation; a test in `tests/ask/facts.rs` holds the two together.
"""
import random
import re
from collections import Counter, defaultdict

from base import by_letter
from facts import CURATED, fold

BEGIN, END = "<|im_start|>user\n", "<|im_end|>\n<|im_start|>assistant\n"
STOP = "<|im_end|>"


def named(name, words=""):
    return f"{by_letter(' ' + name)} ({words})" if words else by_letter(" " + name)


def about(kind, name):
    """The beginning of a question on a disease or phenotype: its name by letters, and in words."""
    return f"{BEGIN}{kind}:{named(name, name)}\n"


def gene_line(gene):
    return f"Gene:{named(gene.symbol, gene.name)}\n"


def relation(gene):
    """Answered at once: " yes" or " no"."""
    return f"{gene_line(gene)}Related:"


def question(line, what):
    return f"{BEGIN}{line}{what}?{END}"


def sentences(summary):
    text = re.sub(r"\[[^\]]*\]|\(\s*[A-Z][A-Za-z' -]+ et al\.,? \d{4}[^)]*\)?|\(OMIM[^)]*\)", "", summary).strip()
    return [s.strip() for s in re.split(r"(?<=[a-z0-9)]\.)\s+(?=[A-Z])", text) if len(s) > 20]


class Source:
    """Endless items of the training split."""

    def __init__(self, facts, tokenizer):
        self.facts, self.t = facts, tokenizer
        f = facts
        self.genes = [g for g in f.seen_genes if g.summary]
        self.pairs = sorted(p for p in f.curated if f.split(*p) == "train" and not f.tells(*p))
        self.drawn = [g for g, _ in self.pairs]
        self.of_cluster, self.of_gene = defaultdict(list), defaultdict(list)
        for g, c in self.pairs:
            self.of_cluster[c].append(g)
            self.of_gene[g].append(c)
        self.clusters = sorted(self.of_cluster)
        term_genes = defaultdict(set)
        for g, term in f.db.execute("SELECT DISTINCT gene, term FROM gene_term"):
            term_genes[term].add(g)
        self.term_names = dict(f.db.execute("SELECT id, name FROM term"))
        self.term_all = term_genes
        self.of_term = {t: sorted(g for g in all_ if f.genes[g].split == "train") for t, all_ in term_genes.items() if len(all_) <= 300}
        self.of_term = {t: all_ for t, all_ in self.of_term.items() if all_}
        self.terms = sorted(self.of_term)
        self.term_drawn = [g for all_ in self.of_term.values() for g in all_]
        # Names of diseases: seen ones may be asked for, the others' texts are left out.
        self.seen_names, self.held_names = {}, set()
        for c, all_ in f.clusters.items():
            for d in all_:
                for name in f.diseases[d].names:
                    key = fold(name)
                    if len(key) > 5:
                        if f.cluster_split[c] == "train":
                            self.seen_names[key] = name
                        else:
                            self.held_names.add(key)

    def ids(self, text):
        return self.t.encode(text, add_special_tokens=False).ids

    def item(self, beginning, branches):
        """branches: (text, answer, weight)"""
        out = []
        for text, answer, weight in branches:
            asked = self.ids(text)
            out.append((asked + self.ids(answer), len(asked), weight))
        return self.ids(beginning), out

    def answered(self, prompt, answer):
        return self.item("", [(prompt, answer + STOP, 1.0)])

    def runs(self, text):
        """Runs of up to 8 words, folded, with where they stand."""
        spans = [m.span() for m in re.finditer(r"[A-Za-z0-9]+", text)]
        for i in range(len(spans)):
            for j in range(min(i + 8, len(spans)), i, -1):
                yield fold(text[spans[i][0]:spans[j - 1][1]]), spans[i][0], spans[j - 1][1]

    # Stage 1: masked entities.

    def blank(self, rng):
        while True:
            g = rng.choice(self.genes)
            all_ = sentences(g.summary)
            if not all_:
                continue
            at = rng.randrange(len(all_))
            text = " ".join(all_[at:at + 2])
            text = " ".join(text.split()[:60])
            runs = list(self.runs(text))
            if any(key in self.held_names for key, _, _ in runs):
                continue
            seen = [(key, i, j) for key, i, j in runs if key in self.seen_names and " " in key]
            if seen and rng.random() < 0.7:
                key, i, j = max(seen, key=lambda r: r[2] - r[1])
                return self.answered(question(gene_line(g), f"Which disease is ___: {text[:i]}___{text[j:]}"), named(text[i:j]).lstrip(" "))
            for name in sorted({g.symbol, g.name, *g.names}, key=len, reverse=True):
                if len(name) > 2:
                    text = re.sub(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", "___", text)
            return self.answered(question("", f"Which gene is ___: {text}"), named(g.symbol, g.name).lstrip(" "))

    # Stage 2: relations and questions.

    def relations(self, rng, most=3):
        f = self.facts
        if rng.random() < 0.75:
            g, c = rng.choice(self.pairs)
            d = f.diseases[f.disease_of(g, c, rng)]
            yes = [g] + rng.sample([h for h in self.of_cluster[c] if h != g], min(most - 1, len(self.of_cluster[c]) - 1))
            no = [h for h in (rng.choice(self.drawn) for _ in range(2 * len(yes) + 2)) if (h, c) not in f.known]
            beginning = about("Disease", d.name)
        else:
            term = rng.choice(self.terms)
            yes = rng.sample(self.of_term[term], min(most, len(self.of_term[term])))
            no = [h for h in (rng.choice(self.term_drawn) for _ in range(2 * len(yes) + 2)) if h not in self.term_all[term]]
            beginning = about("Phenotype", self.term_names[term])
        ask = lambda h: relation(f.genes[h])
        return self.item(beginning, [(ask(h), " yes", 1 / len(yes)) for h in yes] + [(ask(h), " no", 1 / max(1, len(no))) for h in no])

    def facts_of(self, rng):
        f, kind = self.facts, rng.choice(["name", "information", "diseases", "genes", "genes", "phenotype"])
        if kind in ("name", "information"):
            g = rng.choice(self.genes)
            if kind == "name":
                return self.answered(question(f"Gene:{named(g.symbol)}\n", "Name"), g.name)
            first = sentences(g.summary)[:1]
            if not first or any(key in self.held_names for key, _, _ in self.runs(first[0])):
                return self.facts_of(rng)
            return self.answered(question(gene_line(g), "Information"), " ".join(first[0].split()[:40]))
        if kind == "diseases":
            g = rng.choice(sorted(self.of_gene))
            some = rng.sample(self.of_gene[g], min(2, len(self.of_gene[g])))
            return self.answered(question(gene_line(f.genes[g]), "Diseases"),
                                 ";".join(named(f.diseases[f.disease_of(g, c, rng)].name) for c in some).lstrip(" "))
        if kind == "genes":
            g, c = rng.choice(self.pairs)
            line, all_ = ("Disease", f.diseases[f.disease_of(g, c, rng)].name), self.of_cluster[c]
        else:
            term = rng.choice(self.terms)
            line, all_ = ("Phenotype", self.term_names[term]), self.of_term[term]
        some = rng.sample(all_, min(4, len(all_)))
        return self.answered(about(*line) + f"Genes?{END}", ";".join(named(f.genes[h].symbol) for h in some).lstrip(" "))

    def stream(self, stage, seed):
        rng = random.Random(f"{stage} {seed}")
        while True:
            if stage == 1:
                item = self.blank(rng)
            else:
                item = self.relations(rng) if rng.random() < 0.8 else self.facts_of(rng)
            if len(item[0]) + sum(len(ids) for ids, _, _ in item[1]) <= 480:
                yield item
