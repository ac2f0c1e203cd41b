"""Scoring speed: headwater's log-likelihoods beside lm-evaluation-harness's, same texts, same weights, one thread.

    python benchmarks/perplexity.py MODEL TEXTS [--documents 24] [--characters 2000] [--window 1024] [--turns 3]

MODEL is a GGUF file or a Hugging Face folder with a Llama; TEXTS a text file that is cut into documents of so many
characters at the ends of lines. Needs lm-evaluation-harness (`lm-eval`) and transformers, which headwater does not:
install them in an environment of their own. The weights that headwater reads are written out in float32 for
transformers, so that both sides compute with the same numbers. The harness runs with its default batch of one window
and with eight; the ratio is against the faster of the two. The sides take turns in one process, the ratio is the median
over turns of the ratio within a turn, and time is CPU time: with one thread wall-clock time on an idle machine.
"""

import argparse
import contextlib
import json
import logging
import math
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
from lm_eval.api.instance import Instance
from lm_eval.models.huggingface import HFLM
from safetensors.torch import save_file

from headwater.models import PretrainedCheckpoint

TARGET, AGREEMENT = 1.5, 1e-4
BATCHES = (1, 8)


def documents(path: Path, number: int, characters: int) -> list[str]:
    """Stretches of whole lines of at least half and at most so many characters."""
    found, current = [], ""
    for line in path.read_text("utf-8").splitlines(keepends=True):
        if len(current) + len(line) > characters and len(current) >= characters // 2:
            found.append(current.strip())
            current = ""
        current = (current + line)[:characters]
    return found[:number]


def export(model: PretrainedCheckpoint, folder: Path) -> Path:
    """The model as a folder that transformers opens: our weights in float32, our tokenizer."""
    shape: Any = model.network.config
    config = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": shape.vocabulary,
        "max_position_embeddings": shape.context,
        "num_hidden_layers": shape.layers,
        "hidden_size": shape.width,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.groups,
        "head_dim": shape.head_width,
        "intermediate_size": shape.inner,
        "rms_norm_eps": shape.epsilon,
        "rope_theta": shape.theta,
        "rope_parameters": {"rope_type": "default", "rope_theta": shape.theta},
        "tie_word_embeddings": shape.tied,
        "hidden_act": "silu",
        "bos_token_id": model.begin,
        "eos_token_id": model.begin,
        "torch_dtype": "float32",
    }
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    (folder / "tokenizer.json").write_text(model.tokenizer.to_json(), "utf-8")
    names = {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": None, "eos_token": _token(model, model.begin)}
    (folder / "tokenizer_config.json").write_text(json.dumps({**names, "pad_token": names["eos_token"]}), "utf-8")
    network: Any = model.network
    weights = {name: each.detach().float().contiguous() for name, each in network.state_dict().items()}
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    return folder


def _token(model: PretrainedCheckpoint, number: int) -> str:
    content = json.loads(model.tokenizer.to_json())
    known = {**content["model"]["vocab"], **{each["content"]: each["id"] for each in content["added_tokens"]}}
    return next(token for token, each in known.items() if each == number)


def theirs(folder: Path, texts: Sequence[str], begin: int, window: int, batch: int) -> Callable[[], list[float]]:
    """One call of the harness's rolling log-likelihood: nats of each text."""
    model = HFLM(
        pretrained=str(folder),
        device="cpu",
        dtype="float32",
        batch_size=batch,
        max_length=window,
        prefix_token_id=begin,
    )
    requests = [Instance("loglikelihood_rolling", {}, (text,), number) for number, text in enumerate(texts)]
    return lambda: model.loglikelihood_rolling(requests, disable_tqdm=True)


def ours(model: PretrainedCheckpoint, texts: Sequence[str], window: int) -> Callable[[], list[float]]:
    """One call of headwater: nats of each text."""
    return lambda: [float(values.sum()) for values in model.rolling_logprobs(texts, window, window)]


def timed(side: Callable[[], list[float]]) -> tuple[float, list[float]]:
    """CPU seconds of one call, and what it found."""
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stderr(nowhere):  # the harness draws a bar a batch
        start = time.process_time()
        found = side()
        return time.process_time() - start, found


def main() -> None:
    """Print both sides, their ratio, and how far their values are apart."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("texts", type=Path)
    for name, default in (("documents", 24), ("characters", 2000), ("window", 1024), ("turns", 3)):
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    torch.set_num_threads(1)
    logging.disable(logging.WARNING)
    texts = documents(options.texts, options.documents, options.characters)
    model = PretrainedCheckpoint.open(options.model)
    tokens = sum(len(model.encode(text)) for text in texts)
    size = sum(len(text.encode()) for text in texts)
    print(f"{len(texts)} documents, {tokens:,} tokens, windows of {options.window}, one thread")
    with tempfile.TemporaryDirectory() as name:
        folder = export(model, Path(name))
        sides = {f"lm-eval, batch {n}": theirs(folder, texts, model.begin, options.window, n) for n in BATCHES}
        sides["headwater"] = ours(model, texts, options.window)
        seconds: dict[str, list[float]] = {side: [] for side in sides}
        found = {}
        for turn in range(options.turns):
            order = list(sides) if turn % 2 == 0 else list(sides)[::-1]
            for side in order:
                spent, found[side] = timed(sides[side])
                seconds[side].append(spent)
    for side, spent in seconds.items():
        total = sum(found[side])
        print(
            f"{side:<17} {median(spent):7.2f} s   perplexity {math.exp(-total / tokens):.6f}   "
            f"bits per byte {-total / math.log(2) / size:.6f}"
        )
    apart = max(abs(a - b) / abs(b) for side in sides for a, b in zip(found[side], found["headwater"], strict=True))
    rivals = [seconds[side] for side in sides if side != "headwater"]
    ratio = median(min(each) / own for *each, own in zip(*rivals, seconds["headwater"], strict=True))
    print(f"largest relative difference of a document {apart:.1e} (at most {AGREEMENT:.0e})")
    print(f"headwater is {ratio:.2f} times as fast (target {TARGET})")
    if apart > AGREEMENT:
        raise SystemExit("the sides disagree")


if __name__ == "__main__":
    main()
