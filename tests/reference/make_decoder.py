#!/usr/bin/env python3
"""Makes the tiny language model of tests/models/decoder and the token ids the tests compare with.

    python tests/reference/make_decoder.py

Needs what training/requirements.txt names. The network has random weights: it answers nonsense, always the same. Its folder is made by
training/genomicllm/export.py, which compares ONNX Runtime with PyTorch; its tokenizer by training/genomicllm/tokenizer.py, from the
names below. Written: tests/models/decoder/, and tests/reference/tokens.tsv (text, with \\t, \\n, \\r, \\0 and \\\\ for what a table cannot
hold; ids by the Python package `tokenizers`).
"""
import random
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "training" / "genomicllm"))

import torch  # noqa: E402

import export  # noqa: E402
import tokenizer as hybrid  # noqa: E402
from decoder import Decoder, Shape  # noqa: E402

WORDS = """zinc finger protein, ribosomal protein L21 pseudogene 34, microRNA 7158, uncharacterized LOC124902268, solute carrier family 2 member 3,
olfactory receptor family 4 subfamily F member 5, long intergenic non-protein coding RNA 1409, small nucleolar RNA, H/ACA box 12, tRNA-Cys (anticodon GCA) 9-3,
chromosome 1 open reading frame 12, transmembrane protein 50A, family with sequence similarity 41, keratin associated protein, antisense RNA 1
start=124263025, end=42573810, symbol=MIR7158, id=124902268, annotation:Name=LOC124902268, Dbxref:MIM=300586, Dbxref:HGNC=HGNC:5, chromosome=20, strand=-
gene description= gene biotype= protein coding gene other splice site= donor site acceptor site non-splice site True False forward reverse GC content= 0.377
reading comprehension: Dbxref:MIM= complete the blank= protein sequence= reverse complementary sequence= Open Reading Frame= core promoter= enhancer="""
PROMPTS = ["symbol=RPL21P34, start=124263025, gene description=", "ACGTACGTACGTACGGT, splice site=", "TyrThr___GluMet, complete the blank=",
           "Dbxref:MIM=300586, " + "ACGGTCATTGCA" * 12 + ", reading comprehension: Dbxref:MIM=", "ATGGCTGAAGCCTAA, protein sequence="]
TEXTS = [*PROMPTS, "", " ", "A", "ACGTACG", "ACGTACGT", "ACGTACGTA", "NNNNNNNNNN", "acgtacgtacgt", "ACGTACGTéACGTACGTAC", "GlnTyrVal", "Gln___Val", "Protein Pro Prolog",
         "tRNA-Cys (anticodon GCA) 9-3", "a\tb\nc\r\nd", "</s><s><pad>", "donor site", "the donor sites", "uncharacterized", "0.377 = 1e-5", "日本 ☃ ünï\u0000\u001f", "  two  blanks ",
         "CATCATCATCATGENE", "x" * 50, "TTTTTTTTTTTTTTTTTTTTTTTTTTTTTTT, GC content="]


def main():
    torch.manual_seed(3)
    torch.set_num_threads(1)
    folder = ROOT / "tests" / "models" / "decoder"
    folder.mkdir(parents=True, exist_ok=True)
    hybrid.VOCABULARY = 448
    tokenizer = hybrid.build([line for line in WORDS.splitlines() for _ in range(3)] + WORDS.replace("\n", " ").split(", ") * 3)
    tokenizer.save(str(folder / "tokenizer.json"))
    model = Decoder(Shape(tokenizer.get_vocab_size(), width=32, layers=2, heads=2, hidden=48, context=192))
    for p in model.parameters():
        if p.dim() == 2:
            torch.nn.init.normal_(p, std=0.3)
    export.folder(model, folder / "tokenizer.json", folder, PROMPTS, most=24, name="decoder", version="1.0.0", license="MIT OR Apache-2.0",
                  summary="Random weights, for tests: it answers nonsense")
    tokenizer.encode_special_tokens = True
    rng = random.Random(5)
    letters = [*"ACGTN" * 6, *"abcXYZ019 ,=_:;-.\t\né☃", "Ala", "Tyr", "___", "donor site", "symbol="]
    texts = TEXTS + ["".join(rng.choice(letters) for _ in range(rng.randint(1, 60))) for _ in range(200)]
    escape = lambda t: t.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r").replace("\0", "\\0")
    lines = []
    for text in texts:
        ids = tokenizer.encode(text).ids
        assert tokenizer.decode(ids) == text, text
        lines.append(f"{escape(text)}\t{' '.join(map(str, ids))}")
    (ROOT / "tests" / "reference" / "tokens.tsv").write_text("text\tids\n" + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
