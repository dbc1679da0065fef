#!/usr/bin/env python3
"""Ranks genes and diseases by HPO terms: the reference implementation of METHOD.md. numpy only.

    reference.py CASES.tsv OUT.tsv --hpo DIR --genes DIR [--top N] [--no-orphanet] [--no-g2p] [--learned] [--evaluate]
                 [--ranks FILE] [--disease-out FILE]

CASES.tsv, as cases.py writes it, has a header. Columns: id, terms (comma), excluded (comma, not used), candidates (Entrez ids,
comma; empty: all genes), gene (the causal one's Entrez id, for --evaluate), paper (PMID:n whose annotations are left out). Only
id and terms are needed.
OUT.tsv: id, rank (mean rank of ties), entrez, symbol, score, and the gene's best disease with its A and cos. Genes without data
are not written; --evaluate counts them as tied at the bottom, of the candidates or of ALL_GENES.
"""
import argparse
import collections
import csv
import glob
import gzip
import json
import lzma
import math
import os
import sys
import tarfile
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")
import numpy as np

ROOT = "HP:0000118"  # phenotypic abnormality
COS_WEIGHT = 3.0
DISCOUNT = 0.5  # of the likelihood ratio of an ancestor
FLOOR = 0.05  # added to the likelihood ratio
POOL_TEMPERATURE = 0.5
POOL_WEIGHT = 0.75
GENES_PENALTY = 0.3  # by ln of the number of genes of a disease
UNSTATED_FREQUENCY = 0.5
G2P_FREQUENCY = 0.3  # G2P states none
ALL_GENES = 19_300  # protein-coding genes, about
MOST_CACHED_TERMS = 6000
# Of --learned; fitted on all 4,714 shootout cases. METHOD.md has figures by cross-validation.
WEIGHTS = {
    "A": 1.656,
    "cos": 3.743,
    "bonus": 1.049,
    "lngenes": -0.581,
    "rev": 4.642,
    "lnterms": 0.388,
    "clingen": 0.724,
    "g2p": 0.445,
    "cgd": 2.024,
}
# Fractions of patients: the middles of HPO's and Orphanet's classes.
HPO_CLASSES = {
    "HP:0040280": 1.0,
    "HP:0040281": 0.895,
    "HP:0040282": 0.545,
    "HP:0040283": 0.17,
    "HP:0040284": 0.025,
    "HP:0040285": 0.0,
}
ORPHANET_CLASSES = {
    "Obligate": 1.0,
    "Very frequent": 0.895,
    "Frequent": 0.545,
    "Occasional": 0.17,
    "Very rare": 0.025,
    "Excluded": 0.0,
}
NOT_GERMLINE_CAUSES = ("Part of a fusion", "Modifying", "Role in")
G2P_PAIRS = ("confirmed", "probable", "both RD and IF")
G2P_CONFIRMED = ("confirmed", "both RD and IF")


def opened(path):
    """The file as text; or the one with .gz or .xz after its name."""
    for ending, opener in (("", open), (".gz", gzip.open), (".xz", lzma.open)):
        if os.path.exists(path + ending):
            return opener(path + ending, "rt", encoding="utf8", errors="replace")
    raise SystemExit(f"error: no file {path}")


def fields(path):
    """The fields of each line of a table with tabs."""
    with opened(path) as lines:
        for line in lines:
            yield line.rstrip("\n").split("\t")


def g2p_rows(folder):
    """The rows of all panels of G2P."""
    for path in sorted(glob.glob(f"{folder}/g2p/*.csv.gz")):
        with opened(path.removesuffix(".gz")) as text:
            yield from csv.DictReader(text)


class Ontology:
    """Terms under ROOT by index, with their ancestors; from hp.obo."""

    def __init__(self, path):
        self.alias = {}
        parents = self.read(path)
        closure = {}

        def ancestors(term):
            if term not in closure:
                found = {term}
                for parent in parents[term]:
                    found |= ancestors(parent)
                closure[term] = found
            return closure[term]

        kept = sorted(term for term in parents if ROOT in ancestors(term))
        self.index = {term: at for at, term in enumerate(kept)}
        # Each with itself.
        self.ancestors = [sorted(self.index[up] for up in closure[term] if up in self.index) for term in kept]

    def read(self, path):
        """The parents of each term that is not obsolete; fills the aliases."""
        parents, obsolete, replaced, term = {}, set(), {}, None
        with opened(path) as lines:
            for line in lines:
                line = line.rstrip("\n")
                if line.startswith("["):
                    term = "" if line == "[Term]" else None
                    continue
                if term is None or ": " not in line:
                    continue
                key, value = line.split(": ", 1)
                if key == "id":
                    term = value
                    parents[term] = []
                elif key == "is_a":
                    parents[term].append(value.split(" ")[0])
                elif key == "alt_id":
                    self.alias[value] = term
                elif key == "is_obsolete":
                    obsolete.add(term)
                elif key == "replaced_by":
                    replaced[term] = value
        for old in obsolete:
            parents.pop(old, None)
        for old, new in replaced.items():
            if old not in parents:
                self.alias.setdefault(old, new)
        return parents

    def __call__(self, text):
        """The index of a phenotypic abnormality, None for anything else."""
        term = text.strip().replace("_", ":")
        return self.index.get(self.alias.get(term, term))

    def upward(self, direct):
        """Frequencies by term, propagated: that of an ancestor is the largest below it."""
        frequencies = {}
        for term, frequency in direct.items():
            for ancestor in self.ancestors[term]:
                if frequencies.get(ancestor, 0) < frequency:
                    frequencies[ancestor] = frequency
        return frequencies


def parsed_frequency(text):
    """A frequency of phenotype.hpoa: patients with the term and patients, or a fraction and None; None if unstated."""
    if not text:
        return None
    if text in HPO_CLASSES:
        return HPO_CLASSES[text], None
    if "/" in text:
        affected, patients = map(float, text.split("/"))
        return (min(affected, patients), patients) if patients > 0 else None
    if text.endswith("%"):
        return min(1.0, float(text[:-1]) / 100), None
    return None


class Statements:
    """What the rows of phenotype.hpoa say of one term of one disease."""

    def __init__(self):
        self.affected = 0.0
        self.patients = 0.0
        self.fractions = []
        self.unstated = False

    def add(self, text):
        parsed = parsed_frequency(text)
        if parsed is None:
            self.unstated = True
        elif parsed[1] is None:
            self.fractions.append(parsed[0])
        else:
            self.affected += parsed[0]
            self.patients += parsed[1]

    def frequency(self):
        """The largest of the kinds; 0: not annotated."""
        kinds = list(self.fractions)
        if self.patients:
            kinds.append((self.affected + 0.5) / (self.patients + 1) if self.affected > 0 else 0.0)
        if kinds:
            return max(kinds)
        return UNSTATED_FREQUENCY if self.unstated else 0.0


def merged(rows, ontology, paper=None):
    """Frequencies by disease and term, from rows of phenotype.hpoa; without the rows that cite only this paper."""
    statements = {}
    for row in rows:
        if row[10] != "P" or row[2] == "NOT" or row[4] == paper:
            continue
        term = ontology(row[3])
        if term is not None:
            statements.setdefault((row[0], term), Statements()).add(row[7])
    direct = collections.defaultdict(dict)
    for (disease, term), stated in statements.items():
        frequency = stated.frequency()
        if frequency > 0:
            direct[disease][term] = frequency
    return direct


class Sources:
    """Annotations of diseases, pairs of genes (Entrez ids) and diseases, and names, from the tables."""

    def __init__(self, hpo, genes, orphanet, g2p):
        self.ontology = Ontology(f"{hpo}/hp.obo")
        self.rows = collections.defaultdict(list)  # of phenotype.hpoa, by disease
        self.citing = collections.defaultdict(set)  # diseases by reference
        self.names = {}
        rows = []
        for row in fields(f"{hpo}/phenotype.hpoa"):
            if row[0].startswith(("#", "database_id")):
                continue
            rows.append(row)
            self.rows[row[0]].append(row)
            self.names[row[0]] = row[1]
            self.citing[row[4]].add(row[0])
        self.direct = merged(rows, self.ontology)
        self.pairs = {(int(row[0]), row[5]) for row in fields(f"{hpo}/genes_to_phenotype.txt") if row[0].isdigit()}
        self.read_hgnc(genes)
        if orphanet:
            self.add_orphanet(f"{genes}/orphanet/orphapacket_json.tar.xz")
        if g2p:
            self.add_g2p(genes)

    def read_hgnc(self, folder):
        """Entrez ids by HGNC's number, symbols by Entrez id; from the last in name of hgnc_complete_set*."""
        self.entrez, self.symbol = {}, {}
        found = sorted(glob.glob(f"{folder}/hgnc_complete_set*"))
        if not found:
            raise SystemExit(f"error: no file {folder}/hgnc_complete_set*")
        with opened(found[-1].removesuffix(".gz").removesuffix(".xz")) as text:
            for row in csv.DictReader(text, delimiter="\t"):
                if row["entrez_id"]:
                    gene = int(row["entrez_id"])
                    self.entrez[row["hgnc_id"].removeprefix("HGNC:")] = gene
                    self.symbol[gene] = row["symbol"]

    def add_orphanet(self, path):
        """Orphanet's packets: pairs, and the terms of the diseases that HPO does not annotate."""
        known = set(self.direct)
        exact = []
        with tarfile.open(path) as packets:
            for member in packets:
                if not member.name.endswith(".json"):
                    continue
                packet = json.load(packets.extractfile(member))["Orphapacket"]
                disease = f"ORPHA:{packet['ORPHAcode']}"
                self.names.setdefault(disease, packet["Label"])
                causes = self.orphanet_causes(packet)
                self.pairs |= {(gene, disease) for gene in causes}
                if disease not in known:
                    self.add_orphanet_terms(packet, disease)
                for reference in packet.get("ExternalReferences") or []:
                    omim = reference.get("Source") == "OMIM" and reference["DisorderMappingRelation"].startswith("E ")
                    if omim and len(causes) == 1:
                        exact.append((causes[0], f"OMIM:{reference['Reference']}"))
        linked = {disease for _, disease in self.pairs}
        self.pairs |= {(gene, disease) for gene, disease in exact if disease not in linked}

    def orphanet_causes(self, packet):
        """The genes whose germline variants cause the disease or are a major risk."""
        causes = []
        for entry in packet.get("Genes") or []:
            kind = entry["Gene"]["DisorderGeneAssociationType"]
            references = entry["Gene"].get("ExternalReferences") or []
            numbers = [reference["Reference"] for reference in references if reference.get("Source") == "HGNC"]
            gene = self.entrez.get(numbers[0]) if numbers else None
            if gene and not kind.startswith(NOT_GERMLINE_CAUSES) and "somatic" not in kind:
                causes.append(gene)
        return causes

    def add_orphanet_terms(self, packet, disease):
        for entry in packet.get("Phenotypes") or []:
            term = self.ontology(entry["Phenotype"]["HPOId"])
            stated = entry["Phenotype"]["HPOFrequency"].split(" (")[0]
            frequency = ORPHANET_CLASSES.get(stated, UNSTATED_FREQUENCY)
            if term is not None and frequency > 0:
                self.direct[disease][term] = max(frequency, self.direct[disease].get(term, 0))

    def add_g2p(self, folder):
        """G2P: pairs with OMIM, and a disease of its own for each gene and disease with terms."""
        for row in g2p_rows(folder):
            gene, mim = self.entrez.get(row["hgnc id"]), row["disease mim"]
            if not gene:
                continue
            if mim.isdigit() and row["DDD category"] in G2P_PAIRS:
                self.pairs.add((gene, f"OMIM:{mim}"))
            disease = f"G2P:{gene}:{mim if mim.isdigit() else row['disease name'].strip().lower()}"
            for text in row["phenotypes"].split(";"):
                term = self.ontology(text) if text.strip().startswith("HP") else None
                if term is not None:
                    self.direct[disease][term] = G2P_FREQUENCY
                    self.pairs.add((gene, disease))
                    self.names[disease] = row["disease name"]


class Scorer:
    """The tables as arrays, and the scores of diseases and genes for the terms of a patient."""

    def __init__(self, sources):
        self.sources = sources
        self.ontology = sources.ontology
        self.diseases = sorted(sources.direct)
        self.index = {disease: at for at, disease in enumerate(self.diseases)}
        self.cache = {}
        self.count_terms()
        self.count_pairs()

    def count_terms(self):
        """Diseases and frequencies by term, background frequencies, information content (nats), norms of the diseases."""
        total = len(self.diseases)
        postings = [([], []) for _ in self.ontology.ancestors]
        for at, disease in enumerate(self.diseases):
            for term, frequency in self.ontology.upward(self.sources.direct[disease]).items():
                postings[term][0].append(at)
                postings[term][1].append(frequency)
        self.postings = [(np.array(at, np.int32), np.array(frequency, np.float64)) for at, frequency in postings]
        self.background = np.array([frequency.sum() / total for _, frequency in self.postings])
        self.information = np.array([-math.log(max(len(at), 1) / total) for at, _ in self.postings])
        squares = np.zeros(total)
        for term, (at, frequency) in enumerate(self.postings):
            squares[at] += (self.information[term] * frequency) ** 2
        self.norm = np.sqrt(squares)

    def count_pairs(self):
        """Pairs sorted by gene: pair_diseases, and where in it each gene starts."""
        pairs = sorted((gene, self.index[disease]) for gene, disease in self.sources.pairs if disease in self.index)
        self.pair_diseases = np.array([disease for _, disease in pairs])
        genes = np.array([gene for gene, _ in pairs])
        self.starts = np.flatnonzero(np.r_[True, genes[1:] != genes[:-1]])
        self.ends = np.r_[self.starts[1:], len(pairs)]
        self.genes = genes[self.starts].tolist()
        self.place = {gene: at for at, gene in enumerate(self.genes)}
        counts = collections.Counter(self.pair_diseases.tolist())
        self.genes_of = [max(counts[at], 1) for at in range(len(self.diseases))]
        self.penalty = np.array([GENES_PENALTY * math.log(count) for count in self.genes_of])

    def term_scores(self, term, background=None):
        """ln of the discounted likelihood ratio of a term, for every disease; cached unless the background is another one."""
        if background is None and term in self.cache:
            return self.cache[term]
        by = self.background if background is None else background
        ratio = np.zeros(len(self.diseases))
        for ancestor in self.ontology.ancestors[term]:
            at, frequency = self.postings[ancestor]
            if len(at):
                ratio[at] = np.maximum(ratio[at], (1.0 if ancestor == term else DISCOUNT) * frequency / by[ancestor])
        scores = np.log(ratio + FLOOR).astype(np.float32)
        if background is None and len(self.cache) < MOST_CACHED_TERMS:
            self.cache[term] = scores
        return scores

    def without_paper(self, paper):
        """Frequencies of the diseases that cite a paper, by their index and without it, and the background without it."""
        citing = [disease for disease in sorted(self.sources.citing.get(paper, ())) if disease in self.index]
        if not citing:
            return {}, None
        rows = [row for disease in citing for row in self.sources.rows[disease]]
        direct = merged(rows, self.ontology, paper)
        changed, background = {}, self.background.copy()
        for disease in citing:
            left = self.ontology.upward(direct.get(disease, {}))
            changed[self.index[disease]] = left
            for term, frequency in self.ontology.upward(self.sources.direct[disease]).items():
                background[term] = max(background[term] - (frequency - left.get(term, 0)) / len(self.diseases), 0)
        return changed, np.maximum(background, 1e-12)

    def disease_scores(self, terms, paper=None):
        """A, cos and s of every disease; s is -inf where nothing is annotated without the paper."""
        patient = sorted({ancestor for term in terms for ancestor in self.ontology.ancestors[term]})
        patient_norm = math.sqrt(sum(self.information[term] ** 2 for term in patient)) or 1.0
        changed, background = self.without_paper(paper) if paper else ({}, None)
        likelihood = np.zeros(len(self.diseases))
        for term in terms:
            likelihood += self.term_scores(term, background)
        likelihood /= len(terms)
        product = np.zeros(len(self.diseases))
        for term in patient:
            at, frequency = self.postings[term]
            product[at] += self.information[term] ** 2 * frequency
        cosine = product / patient_norm / np.maximum(self.norm, 1e-9)
        for at, left in changed.items():
            if left:
                likelihood[at] = self.changed_likelihood(terms, left, background)
                cosine[at] = self.changed_cosine(patient, left) / patient_norm / self.changed_norm(left)
        scores = likelihood + COS_WEIGHT * cosine - self.penalty
        scores[[at for at, left in changed.items() if not left]] = -np.inf
        return likelihood, cosine, scores

    def changed_likelihood(self, terms, frequencies, background):
        """A of one disease, from its frequencies."""
        total = 0
        for term in terms:
            ratios = [
                (1.0 if ancestor == term else DISCOUNT) * frequencies[ancestor] / background[ancestor]
                for ancestor in self.ontology.ancestors[term]
                if ancestor in frequencies
            ]
            total += math.log(max(ratios or [0]) + FLOOR)
        return total / len(terms)

    def changed_cosine(self, patient, frequencies):
        """The product of one disease and the patient, not yet divided by their norms."""
        return sum(self.information[term] ** 2 * frequencies.get(term, 0) for term in patient)

    def changed_norm(self, frequencies):
        squares = sum((self.information[term] * frequency) ** 2 for term, frequency in frequencies.items())
        return math.sqrt(squares or 1)

    def gene_scores(self, scores):
        """G: s of the gene's best disease, and a bonus for its other diseases; -inf without a disease that has a score."""
        own = scores[self.pair_diseases]
        best = np.maximum.reduceat(own, self.starts)
        scored = np.isfinite(best)
        base = np.where(scored, best, 0)
        shares = np.exp((own - np.repeat(base, self.ends - self.starts)) / POOL_TEMPERATURE)
        pooled = np.log(np.maximum(np.add.reduceat(shares, self.starts), 1e-300))
        return np.where(scored, base + POOL_WEIGHT * pooled, -np.inf)

    def best_disease(self, gene, scores):
        """The index of the best disease of a gene, which is given by its place in self.genes."""
        own = self.pair_diseases[self.starts[gene] : self.ends[gene]]
        return own[int(np.argmax(scores[own]))]


class Learned:
    """The linear form of WEIGHTS: measures of the gene's disease with the best s, and what is known of the gene."""

    def __init__(self, scorer, folder):
        self.scorer = scorer
        direct = [scorer.sources.direct[disease] for disease in scorer.diseases]
        ancestors = scorer.ontology.ancestors
        self.ln_terms = np.log([max(len(terms), 1) for terms in direct])
        # Terms and frequencies of all diseases, one disease after the other.
        self.starts = np.r_[0, np.cumsum([len(terms) for terms in direct])[:-1]]
        self.terms = np.array([term for terms in direct for term in terms])
        self.frequencies = np.array([frequency for terms in direct for frequency in terms.values()])
        # Ancestors of all terms that a disease has, one term after the other.
        self.used = np.array(sorted(set(self.terms.tolist())))
        self.slots = np.zeros(len(ancestors), int)
        self.slots[self.used] = np.arange(len(self.used))
        self.ancestors = np.concatenate([ancestors[term] for term in self.used])
        self.ancestor_starts = np.r_[0, np.cumsum([len(ancestors[term]) for term in self.used])[:-1]]
        self.flags = self.gene_flags(folder)

    def gene_flags(self, folder):
        """The weights of a gene as such: Definitive or Strong in ClinGen, confirmed in G2P, in CGD."""
        entrez = self.scorer.sources.entrez
        clingen = {
            entrez.get(row[2].replace("HGNC:", ""))
            for row in fields(f"{folder}/clingen_gene_disease.formatted.tsv")
            if len(row) > 5 and row[5] in ("Definitive", "Strong")
        }
        g2p = {entrez.get(row["hgnc id"]) for row in g2p_rows(folder) if row["DDD category"] in G2P_CONFIRMED}
        cgd = {int(row[2]) for row in fields(f"{folder}/CGD.txt") if row[2].isdigit()}
        sets = [(WEIGHTS["clingen"], clingen), (WEIGHTS["g2p"], g2p), (WEIGHTS["cgd"], cgd)]
        return np.array([sum(weight * (gene in genes) for weight, genes in sets) for gene in self.scorer.genes])

    def reverse(self, terms):
        """rev of every disease: how much of the information of its own terms the patient's terms meet, by frequency."""
        information = self.scorer.information
        seen = np.zeros(len(information))
        patient = sorted({ancestor for term in terms for ancestor in self.scorer.ontology.ancestors[term]})
        seen[patient] = information[patient]
        met = np.maximum.reduceat(seen[self.ancestors], self.ancestor_starts) / np.maximum(information[self.used], 1e-6)
        weights = self.frequencies * information[self.terms]
        total = np.maximum(np.add.reduceat(weights, self.starts), 1e-6)
        return np.add.reduceat(weights * met[self.slots[self.terms]], self.starts) / total

    def gene_scores(self, terms, likelihood, cosine, scores, pooled):
        """`pooled` is G of the fixed variant, of which the bonus is taken; -inf where that is."""
        pairs = self.scorer.pair_diseases
        own = scores[pairs]
        bounds = zip(self.scorer.starts, self.scorer.ends)
        best = np.array([begin + int(np.argmax(own[begin:end])) for begin, end in bounds])
        diseases = pairs[best]
        scored = np.isfinite(pooled)
        bonus = np.where(scored, pooled, 0) - np.where(scored, own[best], 0)
        values = (
            WEIGHTS["A"] * likelihood[diseases]
            + WEIGHTS["cos"] * cosine[diseases]
            + WEIGHTS["bonus"] * bonus / POOL_WEIGHT
            + WEIGHTS["lngenes"] * np.log([self.scorer.genes_of[at] for at in diseases])
            + WEIGHTS["rev"] * self.reverse(terms)[diseases]
            + WEIGHTS["lnterms"] * self.ln_terms[diseases]
            + self.flags
        )
        return np.where(scored, values, -np.inf)


def mean_rank(values, at):
    """The rank of one value, 1 for the highest; ties have the mean of their ranks."""
    return (values > values[at]).sum() + ((values == values[at]).sum() + 1) / 2


def figures(ranks, genes, resamples=1000):
    """Top-k and mean reciprocal rank with 95 % bootstrap intervals, over cases and over causal genes. Seed 1."""
    ranks, dice = np.array(ranks), np.random.default_rng(1)

    def measures(chosen):
        return [(chosen <= most).mean() for most in (1, 3, 5, 10, 20, 50)] + [(1 / chosen).mean()]

    sampled = [measures(ranks[dice.integers(0, len(ranks), len(ranks))]) for _ in range(resamples)]
    low, high = np.percentile(np.array(sampled), [2.5, 97.5], axis=0)
    names = ["top1", "top3", "top5", "top10", "top20", "top50", "MRR"]
    parts = [f"{name} {v:.4f} [{a:.3f}-{b:.3f}]" for name, v, a, b in zip(names, measures(ranks), low, high)]
    blocks = collections.defaultdict(list)
    for gene, rank in zip(genes, ranks):
        blocks[gene].append(rank)
    blocks = [np.array(block) for block in blocks.values()]
    sizes = np.array([len(block) for block in blocks])
    sums = np.array([[(block <= 1).sum(), (block <= 10).sum(), (1 / block).sum()] for block in blocks])
    sampled = []
    for _ in range(resamples):
        chosen = dice.integers(0, len(blocks), len(blocks))
        sampled.append(sums[chosen].sum(0) / sizes[chosen].sum())
    low, high = np.percentile(sampled, [2.5, 97.5], axis=0)
    over = [f"{name} [{a:.3f}-{b:.3f}]" for name, a, b in zip(["top1", "top10", "MRR"], low, high)]
    return f"n {len(ranks)} {' '.join(parts)} | by gene: {' '.join(over)}"


class Ranking:
    """The scores of one case: `genes` (Entrez ids) with `values`, and A, cos and s of all diseases."""

    def __init__(self, scorer, learned, case):
        self.scorer = scorer
        self.id = case["id"]
        known = (scorer.ontology(text) for text in case["terms"].split(","))
        self.terms = list(dict.fromkeys(term for term in known if term is not None))
        self.candidates = [int(gene) for gene in (case.get("candidates") or "").split(",") if gene]
        self.causal = int(case["gene"]) if case.get("gene") else None
        values = np.full(len(scorer.genes), -np.inf)
        if self.terms:
            self.likelihood, self.cosine, self.scores = scorer.disease_scores(self.terms, case.get("paper") or None)
            values = scorer.gene_scores(self.scores)
            if learned:
                values = learned.gene_scores(self.terms, self.likelihood, self.cosine, self.scores, values)
        if self.candidates:
            causal = {self.causal} if self.causal else set()
            self.genes = sorted(set(self.candidates) | causal)
            self.values = np.array([values[scorer.place[gene]] if gene in scorer.place else -np.inf for gene in self.genes])
        else:
            self.genes, self.values = scorer.genes, values

    def causal_rank(self):
        """The mean rank of the causal gene; at the bottom of ALL_GENES if it has no data."""
        if self.candidates:
            return mean_rank(self.values, self.genes.index(self.causal))
        at = self.scorer.place.get(self.causal)
        if at is not None and np.isfinite(self.values[at]):
            return mean_rank(self.values, at)
        return (int(np.isfinite(self.values).sum()) + 1 + ALL_GENES) / 2

    def write_genes(self, out, top):
        scorer = self.scorer
        for at in np.argsort(-self.values, kind="stable")[:top]:
            if not np.isfinite(self.values[at]):
                break
            gene = self.genes[at]
            best = scorer.best_disease(scorer.place[gene], self.scores)
            name = scorer.sources.symbol.get(gene, gene)
            out.write(f"{self.id}\t{mean_rank(self.values, at):g}\t{gene}\t{name}\t{self.values[at]:.5f}")
            out.write(f"\t{scorer.diseases[best]}\t{self.likelihood[best]:.5f}\t{self.cosine[best]:.5f}\n")

    def write_diseases(self, out, top):
        if self.terms:
            for at in np.argsort(-self.scores, kind="stable")[:top]:
                disease = self.scorer.diseases[at]
                name = self.scorer.sources.names.get(disease, "")
                out.write(f"{self.id}\t{disease}\t{name}\t{self.scores[at]:.5f}\n")


def options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases")
    parser.add_argument("out")
    parser.add_argument("--top", type=int, default=50, help="most genes (and diseases) a case")
    parser.add_argument("--hpo", required=True, help="folder with hp.obo, phenotype.hpoa, genes_to_phenotype.txt")
    parser.add_argument("--genes", required=True, help="folder with hgnc_complete_set*, CGD, ClinGen, g2p/ and orphanet/")
    parser.add_argument("--no-orphanet", action="store_true")
    parser.add_argument("--no-g2p", action="store_true")
    parser.add_argument("--evaluate", action="store_true", help="print top-k and mean reciprocal rank of the causal genes")
    parser.add_argument("--learned", action="store_true", help="the learned weights, not the fixed variant")
    parser.add_argument("--disease-out", help="write the ranked diseases too: id, disease, name, s")
    parser.add_argument("--ranks", help="write the ranks of the causal genes, with --evaluate")
    return parser.parse_args()


def main():
    chosen = options()
    scorer = Scorer(Sources(chosen.hpo, chosen.genes, not chosen.no_orphanet, not chosen.no_g2p))
    learned = Learned(scorer, chosen.genes) if chosen.learned else None
    with_gene = len(set(scorer.pair_diseases.tolist()))
    print(f"diseases {len(scorer.diseases)}, with a gene {with_gene}, genes {len(scorer.genes)}", file=sys.stderr)
    begin, count = time.process_time(), 0
    ids, ranks, causal = [], [], []
    with open(chosen.out, "w") as out, open(chosen.cases) as cases, open(chosen.disease_out or os.devnull, "w") as diseases:
        out.write("id\trank\tentrez\tsymbol\tscore\tdisease\tA\tcos\n")
        for case in csv.DictReader(cases, delimiter="\t"):
            count += 1
            ranking = Ranking(scorer, learned, case)
            if chosen.evaluate and ranking.causal is not None:
                ids.append(ranking.id)
                ranks.append(ranking.causal_rank())
                causal.append(ranking.causal)
            ranking.write_genes(out, chosen.top)
            if chosen.disease_out:
                ranking.write_diseases(diseases, chosen.top)
    print(f"{count} cases, {time.process_time() - begin:.1f} CPU-s", file=sys.stderr)
    if chosen.evaluate:
        print(figures(ranks, causal))
    if chosen.ranks:
        with open(chosen.ranks, "w") as out:
            out.writelines(f"{name}\t{rank:g}\n" for name, rank in zip(ids, ranks))


if __name__ == "__main__":
    main()
