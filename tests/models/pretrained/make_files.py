"""Makes the files of this folder: tiny models saved by transformers, adapters saved by peft, and what they compute.

Run once by hand, with transformers 5.24.0, peft 0.21.2 and gguf 0.19.0 installed:
python make_files.py files
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from gguf import GGMLQuantizationType, quants
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file
from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

VOCABULARY = 64
MARKS = {"bos_token_id": 62, "eos_token_id": 63}
MODELS = {
    "llama": lambda: LlamaForCausalLM(
        LlamaConfig(
            vocab_size=VOCABULARY, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4,
            num_key_value_heads=2, max_position_embeddings=64, attention_bias=True, tie_word_embeddings=False,
            initializer_range=0.3, **MARKS,
        )
    ),
    "llama-tied": lambda: LlamaForCausalLM(
        LlamaConfig(
            vocab_size=VOCABULARY, hidden_size=24, intermediate_size=32, num_hidden_layers=2, num_attention_heads=3,
            num_key_value_heads=1, max_position_embeddings=64, tie_word_embeddings=True, initializer_range=0.3,
            rope_parameters={"rope_type": "default", "rope_theta": 100000.0}, **MARKS,
        )
    ),
    "gpt2": lambda: GPT2LMHeadModel(
        GPT2Config(
            vocab_size=VOCABULARY, n_positions=64, n_embd=16, n_layer=2, n_head=4, initializer_range=0.3, **MARKS
        )
    ),
}  # fmt: skip
TARGETS = {"llama": ["q_proj", "v_proj"], "gpt2": ["c_attn"]}
KINDS = ("Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_K", "Q6_K", "BF16")


def tokenizer() -> str:
    vocabulary = {f"w{number}": number for number in range(62)} | {"<s>": 62, "</s>": 63}
    model = {"type": "WordLevel", "vocab": vocabulary, "unk_token": "w0"}
    parts = ("truncation", "padding", "normalizer", "post_processor", "decoder")
    whole = {"version": "1.0", "added_tokens": [], "pre_tokenizer": {"type": "Whitespace"}, "model": model}
    return json.dumps(whole | dict.fromkeys(parts))


def fill(model: torch.nn.Module) -> None:
    """Random gains and biases too: the initial ones hide mistakes."""
    for name, parameter in model.named_parameters():
        if "bias" in name or "norm" in name or "ln_" in name:
            torch.nn.init.normal_(parameter, float(name.endswith("weight")), 0.3)


def main(folder: Path) -> None:
    torch.manual_seed(0)
    tokens = torch.randint(0, 62, (2, 20))
    known = {"tokens": tokens}
    for name, make in MODELS.items():
        model = make().eval()
        fill(model)
        model.save_pretrained(folder / name, max_shard_size="8KB" if name == "llama" else "1GB")
        (folder / name / "generation_config.json").unlink(missing_ok=True)
        (folder / name / "tokenizer.json").write_text(tokenizer())
        known[name] = model(tokens).logits.detach().clone()
        if name in TARGETS:
            adapted = get_peft_model(
                model, LoraConfig(r=2, lora_alpha=6, target_modules=TARGETS[name], task_type="CAUSAL_LM")
            )
            for key, parameter in adapted.named_parameters():
                if "lora_B" in key:
                    torch.nn.init.normal_(parameter, 0, 0.3)
            adapted.eval().save_pretrained(folder / f"{name}-adapter")
            (folder / f"{name}-adapter" / "README.md").unlink(missing_ok=True)
            known[f"{name}-adapter"] = adapted(tokens).logits.detach().clone()
    save_file(known, folder / "logits.safetensors")
    blocks(folder)


def blocks(folder: Path) -> None:
    """Random bytes of each block format, and what the gguf package says that they stand for."""
    rng, found = np.random.default_rng(0), {}
    for name in KINDS:
        kind = GGMLQuantizationType[name]
        values, size = quants.GGML_QUANT_SIZES[kind]
        content = rng.integers(0, 256, (4, size)).astype(np.uint8)
        if name != "BF16":  # scales that are finite: small positive halves
            for low in {"Q6_K": (208,)}.get(name, (0, 2) if name in ("Q4_1", "Q5_1", "Q4_K") else (0,)):
                content[:, low : low + 2] = np.array(rng.random((4, 1)), np.float16).view(np.uint8)
        else:
            content[:, 1] = 63
        found[f"{name}.bytes"] = torch.from_numpy(content.reshape(-1))
        found[f"{name}.values"] = torch.from_numpy(quants.dequantize(content, kind).reshape(-1).copy())
    save_file(found, folder / "blocks.safetensors")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
