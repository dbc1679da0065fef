"""The hybrid tokenizer: one tokenizer.json, different rules for sequence, residues, numbers, labels and text.

    python tokenizer.py --data DATA --genome WORK/genome.npz --out tokenizer.json

    sequence (8 or more of ACGTN)      3 bases a token from its first base on; what is left over as text
    residues (Ala, Arg … in a row)     one token each
    numbers                            one token a digit
    labels (`donor site`, `True` …)    one token each
    everything else                    byte-pair encoding of the training split's text, by words; any byte has a token

Lossless: decoding gives back the very text, whatever it was.
"""
import argparse
import itertools
import json
import random

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from prompts import Source, stream
from records import THREE

SPECIAL = ["<pad>", "<s>", "</s>"]
LABELS = ["donor site", "acceptor site", "non-splice site", "protein coding gene", "uncharacterized", "Sharpr-MPRA regulatory region"]
RESIDUE = "(?:" + "|".join([*THREE.values(), "Xaa"]) + ")"
SEQUENCE = "[ACGTN]{8,}"
VOCABULARY = 2048


def rules():
    split = lambda pattern: pre_tokenizers.Split(Regex(pattern), "isolated")
    return pre_tokenizers.Sequence([
        split(SEQUENCE),
        split("[ACGTN]{3}(?=[ACGTN]*\\z)"),                      # every 3 bases of a piece that is sequence up to its end
        split(f"(?<![A-Za-z]){RESIDUE}+(?![a-z])"),
        split(f"{RESIDUE}(?={RESIDUE}*\\z)"),
        pre_tokenizers.Digits(individual_digits=True),
        split(r" ?[A-Za-z]+| ?[^\sA-Za-z0-9]+|\s+(?!\S)|\s+"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])


def learn(texts):
    """Merges and vocabulary of the text, learnt from it."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = rules()
    whole = ["".join(t) for t in itertools.product("ACGT", repeat=3)] + [*THREE.values(), "Xaa"]
    trainer = trainers.BpeTrainer(vocab_size=VOCABULARY - len(whole) - len(SPECIAL) - len(LABELS), min_frequency=3, show_progress=False,
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator(texts, trainer)
    return json.loads(tokenizer.to_str())["model"], whole


def build(texts):
    model, whole = learn(texts)
    vocabulary = {}
    for token in [*SPECIAL, *whole, *sorted(model["vocab"], key=model["vocab"].get), *LABELS]:
        vocabulary.setdefault(token, len(vocabulary))
    # A piece that is in the vocabulary as a whole is one token: codons and residues need no merges.
    bpe = models.BPE(vocab=vocabulary, merges=[tuple(m) for m in model["merges"]], ignore_merges=True)
    tokenizer = Tokenizer(bpe)
    tokenizer.pre_tokenizer = rules()
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(SPECIAL)
    tokenizer.add_tokens([AddedToken(label, normalized=False) for label in LABELS])
    return tokenizer


def corpus(source, count):
    """Text of the training split without its sequences: they have rules of their own."""
    for gene in source.genes:
        yield gene.description
        yield gene.symbol
    rng = random.Random(1)
    for (name, prompt, answer), _ in zip(stream(source, rng.random()), range(count)):
        yield prompt
        yield answer


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--data", required=True)
    p.add_argument("--genome", required=True)
    p.add_argument("--out", required=True)
    p.add_argument("--prompts", type=int, default=20_000)
    p.add_argument("--smoke", action="store_true", help="without the classifiers' sets")
    a = p.parse_args()
    source = Source(a.data, a.genome, "train", families=not a.smoke)
    tokenizer = build(corpus(source, a.prompts))
    tokenizer.save(a.out)
    print(tokenizer.get_vocab_size(), "tokens")
    for text in ["symbol=RPL21P34, start=124263025, ACGTACGTACGTAC, gene description=", "TyrThr___GluMet, complete the blank=", "ACGTNNACGTGGA, splice site=donor site",
                 "Dbxref:MIM=300586, reading comprehension: Dbxref:MIM=", "ribosomal protein L21 pseudogene 34", "tRNA-Cys (anticodon GCA) 9-3", "é\u4e2d</s> ünï"]:
        tokenizer.encode_special_tokens = True
        ids = tokenizer.encode(text).ids
        print(tokenizer.encode(text).tokens, tokenizer.decode(ids) == text)


if __name__ == "__main__":
    main()
