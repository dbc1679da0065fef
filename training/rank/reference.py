#!/usr/bin/env python3
"""Reference ranking of genes and diseases by HPO terms (METHOD.md). numpy only.

reference.py CASES.tsv OUT.tsv --hpo DIR --genes DIR [--top N] [--no-orphanet] [--no-g2p] [--learned] [--evaluate]
             [--ranks FILE] [--disease-out FILE]
CASES.tsv has a header; columns: id, terms (comma), excluded (comma, may be empty), candidates (Entrez ids, comma, may be
empty), gene (true Entrez id, for --evaluate), paper (PMID:n whose annotations are left out). Only id and terms are needed.
OUT.tsv: id, rank (mean rank of ties), entrez, symbol, score, best disease, A, cos of it. Genes without data are not written;
in --evaluate they tie at the bottom, of the candidates or of N_GENES.
"""
import argparse, collections, csv, glob, gzip, lzma, math, os, sys, tarfile, json
os.environ.setdefault('OMP_NUM_THREADS', '1')
import numpy as np

COS, TAU, KAPPA, LAM = 3.0, 0.5, 0.75, 0.3   # the fixed variant's constants
DISCOUNT, FLOOR = 0.5, 0.05            # from the issue
DEFAULT, G2P_F = 0.5, 0.3              # frequency where none is stated; of every G2P term
N_GENES = 19300
# --learned: fitted on all 4,714 shootout cases (its figures in METHOD.md are from cross-validation over genes and diseases)
W = dict(A=1.656, cos=3.743, bonus=1.049, lngenes=-.581, rev=4.642, lnterms=.388, clingen=.724, g2p=.445, cgd=2.024)
CAT = {'HP:0040280': 1.0, 'HP:0040281': .895, 'HP:0040282': .545, 'HP:0040283': .17, 'HP:0040284': .025, 'HP:0040285': 0.0}
OCAT = {'Obligate': 1.0, 'Very frequent': .895, 'Frequent': .545, 'Occasional': .17, 'Very rare': .025, 'Excluded': 0.0}

def opened(stem):
    """stem, stem.gz or stem.xz as text"""
    for end, how in (('', open), ('.gz', gzip.open), ('.xz', lzma.open)):
        if os.path.exists(stem + end): return how(stem + end, 'rt', encoding='utf8', errors='replace')
    raise SystemExit('no file ' + stem)

class Ontology:
    def __init__(self, file):
        parents, alias, obsolete, replaced, term = {}, {}, set(), {}, None
        for line in file:
            line = line.rstrip('\n')
            if line.startswith('['): term = '' if line == '[Term]' else None; continue
            if term is None or ': ' not in line: continue
            key, value = line.split(': ', 1)
            if key == 'id': term = value; parents[term] = []
            elif key == 'is_a': parents[term].append(value.split(' ')[0])
            elif key == 'alt_id': alias[value] = term
            elif key == 'is_obsolete': obsolete.add(term)
            elif key == 'replaced_by': replaced[term] = value
        for o in obsolete: parents.pop(o, None)
        for o, r in replaced.items():
            if o not in parents: alias.setdefault(o, r)
        closure = {}
        def up(t):
            if t not in closure:
                s = {t}
                for p in parents[t]: s |= up(p)
                closure[t] = s
            return closure[t]
        for t in parents: up(t)
        keep = sorted(t for t in closure if 'HP:0000118' in closure[t])
        self.index = {t: i for i, t in enumerate(keep)}
        self.up = [sorted(self.index[a] for a in closure[t] if a in self.index) for t in keep]   # with itself
        self.alias = alias
    def __call__(self, text):
        """index of a phenotypic abnormality, None for anything else"""
        t = text.strip().replace('_', ':')
        return self.index.get(self.alias.get(t, t))

def frequency(text):
    """None, ('n', n, m) or ('c', f)"""
    if not text: return None
    if text in CAT: return ('c', CAT[text])
    if '/' in text:
        n, m = map(float, text.split('/'))
        return ('n', min(n, m), m) if m > 0 else None
    if text.endswith('%'): return ('c', min(1.0, float(text[:-1]) / 100))
    return None

def merge(rows, onto, drop=None):
    """rows of phenotype.hpoa -> {disease: {term: frequency}}; without rows that cite only `drop`"""
    acc = {}
    for r in rows:
        if r[10] != 'P' or r[2] == 'NOT' or r[4] == drop: continue
        t = onto(r[3])
        if t is None: continue
        a = acc.setdefault((r[0], t), [0.0, 0.0, [], False])
        q = frequency(r[7])
        if q is None: a[3] = True
        elif q[0] == 'n': a[0] += q[1]; a[1] += q[2]
        else: a[2].append(q[1])
    out = collections.defaultdict(dict)
    for (d, t), (n, m, cats, bare) in acc.items():
        v = list(cats)
        if m: v.append((n + .5) / (m + 1) if n > 0 else 0.0)
        f = max(v) if v else (DEFAULT if bare else 0.0)
        if f > 0: out[d][t] = f
    return out

def upward(direct, onto):
    F = {}
    for t, f in direct.items():
        for a in onto.up[t]:
            if F.get(a, 0) < f: F[a] = f
    return F

class Base:
    def __init__(self, hpo, genes, orphanet=True, g2p=True):
        self.onto = onto = Ontology(opened(hpo + '/hp.obo'))
        self.rows = collections.defaultdict(list); self.citing = collections.defaultdict(set); self.names = {}
        rows = []
        for line in opened(hpo + '/phenotype.hpoa'):
            if line[0] == '#' or line.startswith('database_id'): continue
            r = line.rstrip('\n').split('\t'); rows.append(r)
            self.rows[r[0]].append(r); self.names[r[0]] = r[1]
            self.citing[r[4]].add(r[0])
        self.direct = merge(rows, onto)
        pairs = set()
        for line in opened(hpo + '/genes_to_phenotype.txt'):
            f = line.rstrip('\n').split('\t')
            if f[0].isdigit(): pairs.add((int(f[0]), f[5]))
        hgnc, self.symbol = {}, {}
        with opened(genes + '/hgnc_complete_set.2024-10.txt') as h:
            for r in csv.DictReader(h, delimiter='\t'):
                if r['entrez_id']: hgnc[r['hgnc_id'][5:]] = int(r['entrez_id']); self.symbol[int(r['entrez_id'])] = r['symbol']
        if orphanet: self.orphanet(genes, hgnc, pairs)
        if g2p: self.g2p(genes, hgnc, pairs)
        self.dis = sorted(self.direct); index = {d: i for i, d in enumerate(self.dis)}; self.index = index
        D, T = len(self.dis), len(onto.up)
        post = [([], []) for _ in range(T)]; self.F = []
        for i, d in enumerate(self.dis):
            F = upward(self.direct[d], onto)
            for t, f in F.items(): post[t][0].append(i); post[t][1].append(f)
        self.post = [(np.array(a, np.int32), np.array(b, np.float64)) for a, b in post]
        self.bg = np.array([b.sum() / D for _, b in self.post])
        self.ic = np.array([-math.log(max(len(a), 1) / D) for a, _ in self.post])
        norm = np.zeros(D)
        for t, (a, b) in enumerate(self.post): norm[a] += (self.ic[t] * b) ** 2
        self.norm = np.sqrt(norm)
        self.pairs = sorted((g, index[d]) for g, d in pairs if d in index)
        count = collections.Counter(d for _, d in self.pairs)
        self.penalty = np.array([LAM * math.log(max(count[i], 1)) for i in range(D)])
        self.genes = np.array(sorted({g for g, _ in self.pairs})); place = {g: i for i, g in enumerate(self.genes)}
        self.pg = np.array([place[g] for g, _ in self.pairs]); self.pd = np.array([d for _, d in self.pairs])
        self.start = np.flatnonzero(np.r_[True, self.pg[1:] != self.pg[:-1]])
        self.cache = {}; self.count = count
        # for --learned
        self.lnterms = np.log([max(len(self.direct[d]), 1) for d in self.dis])
        flat = [(t, f) for d in self.dis for t, f in self.direct[d].items()]
        self.dstart = np.r_[0, np.cumsum([len(self.direct[d]) for d in self.dis])[:-1]]
        self.dt = np.array([t for t, _ in flat]); self.df = np.array([f for _, f in flat])
        used = sorted(set(self.dt.tolist())); self.slot = np.zeros(T, int); self.slot[used] = np.arange(len(used)); self.used = np.array(used)
        self.ua = np.concatenate([onto.up[t] for t in used]); self.us = np.r_[0, np.cumsum([len(onto.up[t]) for t in used])[:-1]]
        self.flags = self.gene_flags(genes, hgnc)
    def orphanet(self, genes, hgnc, pairs):
        known = set(self.direct); linked = {d for _, d in pairs} 
        bad = ('Part of a fusion', 'Modifying', 'Role in')
        tar = tarfile.open(genes + '/orphanet/orphapacket_json.tar.xz'); exact = []
        for m in tar:
            if not m.name.endswith('.json'): continue
            p = json.load(tar.extractfile(m))['Orphapacket']; d = 'ORPHA:' + p['ORPHAcode']; self.names.setdefault(d, p['Label'])
            mine = []
            for g in p.get('Genes') or []:
                g = g['Gene']; kind = g['DisorderGeneAssociationType']
                h = [e['Reference'] for e in g.get('ExternalReferences') or [] if e.get('Source') == 'HGNC']
                e = hgnc.get(h[0]) if h else None
                if e and not kind.startswith(bad) and 'somatic' not in kind: mine.append(e); pairs.add((e, d))
            if d not in known:
                for q in p.get('Phenotypes') or []:
                    q = q['Phenotype']; t = self.onto(q['HPOId']); f = OCAT.get(q['HPOFrequency'].split(' (')[0], DEFAULT)
                    if t is not None and f > 0: self.direct[d][t] = max(f, self.direct[d].get(t, 0))
            for r in p.get('ExternalReferences') or []:
                if r.get('Source') == 'OMIM' and r['DisorderMappingRelation'].startswith('E ') and len(mine) == 1: exact.append((mine[0], 'OMIM:' + r['Reference']))
        linked = {d for _, d in pairs}
        pairs |= {(g, d) for g, d in exact if d not in linked}
    def g2p(self, genes, hgnc, pairs):
        for name in sorted(glob.glob(genes + '/g2p/*.csv.gz')):
            with opened(name[:-3]) as h:
                for r in csv.DictReader(h):
                    e = hgnc.get(r['hgnc id']); mim = r['disease mim']
                    if not e: continue
                    if mim.isdigit() and r['DDD category'] in ('confirmed', 'probable', 'both RD and IF'): pairs.add((e, 'OMIM:' + mim))
                    d = 'G2P:%d:%s' % (e, mim if mim.isdigit() else r['disease name'].strip().lower())
                    for x in r['phenotypes'].split(';'):
                        t = self.onto(x) if x.strip().startswith('HP') else None
                        if t is not None: self.direct[d][t] = G2P_F; pairs.add((e, d)); self.names[d] = r['disease name']
    def gene_flags(self, genes, hgnc):
        """W's part of what is known of a gene as such: ClinGen Definitive or Strong, G2P confirmed, in CGD"""
        v = collections.Counter(); clingen, g2p, cgd = set(), set(), set()
        for line in opened(genes + '/clingen_gene_disease.formatted.tsv'):
            f = line.rstrip('\n').split('\t')
            if len(f) > 5 and f[5] in ('Definitive', 'Strong'): clingen.add(hgnc.get(f[2].replace('HGNC:', '')))
        for name in glob.glob(genes + '/g2p/*.csv.gz'):
            with opened(name[:-3]) as h: g2p |= {hgnc.get(r['hgnc id']) for r in csv.DictReader(h) if r['DDD category'] in ('confirmed', 'both RD and IF')}
        for line in opened(genes + '/CGD.txt'):
            f = line.split('\t')
            if f[2].isdigit(): cgd.add(int(f[2]))
        return np.array([W['clingen'] * (g in clingen) + W['g2p'] * (g in g2p) + W['cgd'] * (g in cgd) for g in self.genes])
    def learned(self, terms, A, cos, s, g):
        """the linear form W of the gene's best disease (by s), its bonus and the gene's flags"""
        v = s[self.pd]; best = np.array([b + int(np.argmax(v[b:e])) for b, e in zip(self.start, np.r_[self.start[1:], len(v)])]); d = self.pd[best]
        seen = np.zeros(len(self.ic)); p = sorted({a for q in terms for a in self.onto.up[q]}); seen[p] = self.ic[p]
        met = np.maximum.reduceat(seen[self.ua], self.us) / np.maximum(self.ic[self.used], 1e-6)
        w = self.df * self.ic[self.dt]
        rev = np.add.reduceat(w * met[self.slot[self.dt]], self.dstart) / np.maximum(np.add.reduceat(w, self.dstart), 1e-6)
        lngenes = np.log([max(self.count[i], 1) for i in d])
        return W['A'] * A[d] + W['cos'] * cos[d] + W['bonus'] * (g - v[best]) / KAPPA + W['lngenes'] * lngenes + W['rev'] * rev[d] + W['lnterms'] * self.lnterms[d] + self.flags
    def term(self, q, bg=None):
        """ln of the discounted likelihood ratio of term q, for every disease"""
        if bg is None and q in self.cache: return self.cache[q]
        b = self.bg if bg is None else bg
        best = np.zeros(len(self.dis))
        for a in self.onto.up[q]:
            i, f = self.post[a]
            if len(i): best[i] = np.maximum(best[i], (1.0 if a == q else DISCOUNT) * f / b[a])
        best = np.log(best + FLOOR).astype(np.float32)
        if bg is None and len(self.cache) < 6000: self.cache[q] = best
        return best
    def score(self, terms, paper=None):
        """(A, cos, s) for every disease; s = -inf where nothing is annotated"""
        patient = sorted({a for q in terms for a in self.onto.up[q]})
        pn = math.sqrt(sum(self.ic[t] ** 2 for t in patient)) or 1.0
        own = {}; bg = None
        if paper:
            ds = [d for d in self.citing.get(paper, ()) if d in self.index]
            if ds:
                new = merge([r for d in ds for r in self.rows[d]], self.onto, paper); bg = self.bg.copy(); D = len(self.dis)
                for d in ds:
                    own[self.index[d]] = F = upward(new.get(d, {}), self.onto)
                    for t, f in upward(self.direct[d], self.onto).items(): bg[t] = max(bg[t] - (f - F.get(t, 0)) / D, 0)
                bg = np.maximum(bg, 1e-12)
        A = np.zeros(len(self.dis))
        for q in terms: A += self.term(q, bg)
        A /= len(terms)
        dot = np.zeros(len(self.dis))
        for t in patient:
            i, f = self.post[t]; dot[i] += self.ic[t] ** 2 * f
        cos = dot / pn / np.maximum(self.norm, 1e-9)
        empty = []
        for i, F in own.items():
            if not F: empty.append(i); continue
            A[i] = sum(math.log(max([(1.0 if a == q else DISCOUNT) * F[a] / bg[a] for a in self.onto.up[q] if a in F] or [0]) + FLOOR) for q in terms) / len(terms)
            cos[i] = sum(self.ic[t] ** 2 * F.get(t, 0) for t in patient) / pn / math.sqrt(sum((self.ic[t] * f) ** 2 for t, f in F.items()) or 1)
        s = A + COS * cos - self.penalty
        s[empty] = -np.inf
        return A, cos, s
    def gene_scores(self, s):
        """best disease of the gene + kappa * ln of the sum of exp((s - best) / tau) over its diseases"""
        v = s[self.pd]; top = np.maximum.reduceat(v, self.start); ok = np.isfinite(top)
        n = np.diff(np.r_[self.start, len(v)])
        shifted = np.exp((v - np.repeat(np.where(ok, top, 0), n)) / TAU)
        return np.where(ok, np.where(ok, top, 0) + KAPPA * np.log(np.maximum(np.add.reduceat(shifted, self.start), 1e-300)), -np.inf)

def mean_rank(values, i):
    return (values > values[i]).sum() + ((values == values[i]).sum() + 1) / 2

def figures(ranks, groups=None, n=1000):
    r = np.array(ranks); rng = np.random.default_rng(1)
    stats = lambda x: [(x <= k).mean() for k in (1, 3, 5, 10, 20, 50)] + [(1 / x).mean()]
    v = stats(r)
    boot = np.array([stats(r[rng.integers(0, len(r), len(r))]) for _ in range(n)])
    lo, hi = np.percentile(boot, [2.5, 97.5], axis=0)
    text = ' '.join('%s %.4f [%.3f-%.3f]' % (k, a, b, c) for k, a, b, c in zip('top1 top3 top5 top10 top20 top50 MRR'.split(), v, lo, hi))
    if groups is not None:
        by = collections.defaultdict(list)
        for g, x in zip(groups, r): by[g].append(x)
        blocks = [np.array(x) for x in by.values()]; cl = []
        size = np.array([len(x) for x in blocks]); sums = np.array([[(x <= 1).sum(), (x <= 10).sum(), (1 / x).sum()] for x in blocks])
        for _ in range(n):
            k = rng.integers(0, len(blocks), len(blocks)); cl.append(sums[k].sum(0) / size[k].sum())
        lo, hi = np.percentile(cl, [2.5, 97.5], axis=0)
        text += ' | by gene: top1 [%.3f-%.3f] top10 [%.3f-%.3f] MRR [%.3f-%.3f]' % tuple(x for p in zip(lo, hi) for x in p)
    return 'n %d ' % len(r) + text

def main():
    p = argparse.ArgumentParser(); p.add_argument('cases'); p.add_argument('out'); p.add_argument('--top', type=int, default=50)
    p.add_argument('--hpo', required=True, help='folder with hp.obo, phenotype.hpoa, genes_to_phenotype.txt'); p.add_argument('--genes', required=True, help='folder with the tables of HGNC, CGD, ClinGen, g2p/ and orphanet/')
    p.add_argument('--no-orphanet', action='store_true'); p.add_argument('--no-g2p', action='store_true'); p.add_argument('--evaluate', action='store_true')
    p.add_argument('--learned', action='store_true'); p.add_argument('--disease-out'); p.add_argument('--ranks'); a = p.parse_args()
    base = Base(a.hpo, a.genes, not a.no_orphanet, not a.no_g2p)
    place = {int(g): i for i, g in enumerate(base.genes)}
    print('diseases %d, with a gene %d, genes %d' % (len(base.dis), len(set(base.pd.tolist())), len(base.genes)), file=sys.stderr)
    ranks, groups, kept = [], [], []
    dout = open(a.disease_out, 'w') if a.disease_out else None
    import time; spent = time.process_time(); cases = 0
    with open(a.out, 'w') as out, open(a.cases) as h:
        out.write('id\trank\tentrez\tsymbol\tscore\tdisease\tA\tcos\n')
        for c in csv.DictReader(h, delimiter='\t'):
            cases += 1
            terms = []
            for x in c['terms'].split(','):
                t = base.onto(x)
                if t is not None and t not in terms: terms.append(t)
            cand = [int(x) for x in (c.get('candidates') or '').split(',') if x]
            true = int(c['gene']) if c.get('gene') else None
            if terms:
                A, cos, s = base.score(terms, c.get('paper') or None); g = base.gene_scores(s)
                if a.learned: g = base.learned(terms, A, cos, s, g)
            else: g = np.full(len(base.genes), -np.inf)
            if cand:
                ids = sorted(set(cand) | ({true} if true else set())); v = np.array([g[place[x]] if x in place else -np.inf for x in ids])
            else: ids = base.genes; v = g
            if true is not None and a.evaluate:
                if cand: ranks.append(mean_rank(v, ids.index(true)))
                elif true in place and np.isfinite(g[place[true]]): ranks.append(mean_rank(v, place[true]))
                else: n = int(np.isfinite(v).sum()); ranks.append((n + 1 + N_GENES) / 2)
                groups.append(true); kept.append(c['id'])
            order = np.argsort(-v, kind='stable')[:a.top]
            for k in order if a.top else []:
                if not np.isfinite(v[k]): break
                e = int(ids[k]); i = place[e]; lo = base.start[i]; hi = base.start[i + 1] if i + 1 < len(base.start) else len(base.pd)
                d = base.pd[lo + int(np.argmax(s[base.pd[lo:hi]]))]
                out.write('%s\t%g\t%d\t%s\t%.5f\t%s\t%.5f\t%.5f\n' % (c['id'], mean_rank(v, k), e, base.symbol.get(e, e), v[k], base.dis[d], A[d], cos[d]))
            if dout and terms:
                for d in np.argsort(-s, kind='stable')[:a.top]: dout.write('%s\t%s\t%s\t%.5f\n' % (c['id'], base.dis[d], base.names.get(base.dis[d], ''), s[d]))
    print('%d cases, %.1f CPU-s' % (cases, time.process_time() - spent), file=sys.stderr)
    if a.evaluate: print(figures(ranks, groups))
    if a.ranks: open(a.ranks, 'w').write(''.join('%s\t%g\n' % x for x in zip(kept, ranks)))

if __name__ == '__main__': main()
