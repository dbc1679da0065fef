#!/usr/bin/env python3
"""Makes tests/models/llama: a tiny Llama of `transformers` as `optimum` exports it, with the greedy answers `transformers` writes.

    pip install torch 'transformers==4.57.6' 'optimum-onnx==0.1.0' onnx
    python tests/reference/make_llama.py

Random weights, two key-value heads for four query heads, the tokenizer of tests/models/decoder. Nothing of training/ is used: it shows that
networks exported by others run through their card.
"""
import hashlib
import shutil
import tempfile
from pathlib import Path

import torch
from optimum.exporters.onnx import main_export
from tokenizers import Tokenizer
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

MODELS = Path(__file__).resolve().parent.parent / "models"
MOST = 24
CARD = """\
name: llama
version: 1.0.0
summary: "Random weights, for tests: a Llama of transformers, exported by optimum"
license: MIT OR Apache-2.0
kind: generate
files:
  model: model.onnx
  tokenizer: tokenizer.json
  sha256:
    model.onnx: {model}
    tokenizer.json: {tokenizer}
    self_test.tsv: {test}
input: {{encoding: hybrid, tensor: input_ids, layout: tokens, dtype: i64, unknown: token, mask: attention_mask, padding_id: {pad}}}
generate:
  positions: position_ids
  layers: {layers}
  heads: {heads}
  head_width: {width}
  context: {context}
  begin: <s>
  stop: [</s>]
  max_tokens: {most}
run: {{rows: 4, tolerance: 0.001}}
self_test: self_test.tsv
"""


def main():
    folder = MODELS / "llama"
    folder.mkdir(exist_ok=True)
    source = MODELS / "decoder" / "tokenizer.json"
    tokenizer = Tokenizer.from_file(str(source))
    tokenizer.encode_special_tokens = True
    begin, end, pad = (tokenizer.token_to_id(t) for t in ("<s>", "</s>", "<pad>"))
    torch.manual_seed(0)
    config = LlamaConfig(vocab_size=tokenizer.get_vocab_size(), hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
                         num_key_value_heads=2, max_position_embeddings=192, bos_token_id=begin, eos_token_id=end, pad_token_id=pad, tie_word_embeddings=True)
    model = LlamaForCausalLM(config).eval()
    for p in model.parameters():
        if p.dim() == 2:
            torch.nn.init.normal_(p, std=0.3)
    with tempfile.TemporaryDirectory() as place:
        model.save_pretrained(place)
        PreTrainedTokenizerFast(tokenizer_file=str(source)).save_pretrained(place)
        main_export(place, Path(place) / "onnx", task="text-generation-with-past", do_validation=False)
        shutil.copy(Path(place) / "onnx" / "model.onnx", folder)
    shutil.copy(source, folder)
    lines = ["prompt\tanswer\tlog_probability"]
    for line in (MODELS / "decoder" / "self_test.tsv").read_text().rstrip("\n").split("\n")[1:]:
        prompt = line.split("\t")[0]
        ids = torch.tensor([[begin, *tokenizer.encode(prompt).ids]])
        out = model.generate(ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=MOST, eos_token_id=end,
                             return_dict_in_generate=True, output_logits=True)
        said = out.sequences[0, ids.shape[1]:].tolist()
        total = sum(float(z[0].double().log_softmax(-1)[t]) for z, t in zip(out.logits, said))
        answer = tokenizer.decode([t for t in said if t != end])
        answer = answer.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
        lines.append(f"{prompt}\t{answer}\t{total:.4f}")
    (folder / "self_test.tsv").write_text("\n".join(lines) + "\n")
    digest = lambda name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
    (folder / "card.yaml").write_text(CARD.format(
        model=digest("model.onnx"), tokenizer=digest("tokenizer.json"), test=digest("self_test.tsv"), pad=pad, layers=config.num_hidden_layers,
        heads=config.num_key_value_heads, width=config.hidden_size // config.num_attention_heads, context=192, most=MOST))


if __name__ == "__main__":
    main()
