"""Sampling speed: headwater's key-value cache beside transformers' GPT-2 `generate`, same size, one thread.

    python benchmarks/lm_sampling.py [--repeats 7] [--new-tokens 192]

Needs transformers, which headwater does not: install both in an environment of their own. Layers, width, heads,
vocabulary, context and number of new tokens are equal; weights are random; neither side may stop early. The sides take
turns in one process; the ratio is the median over turns of the ratio within a turn. Time is CPU time of the process,
which with one thread is wall-clock time on an idle machine.
"""

import argparse
import os
import time
from collections.abc import Callable
from statistics import median

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
from transformers import GPT2Config, GPT2LMHeadModel

from headwater.models.choice import Choice
from headwater.models.gpt import GPT, SIZES, GPTConfig
from headwater.models.sampling import generate

VOCABULARY, CONTEXT, PROMPT = 1024, 256, 8
TARGET = 2.0


class Endless(Choice):
    """Plain sampling that never draws the begin token, so that no row ends early."""

    def pick(self, logits: torch.Tensor, uniform: torch.Tensor, seen: torch.Tensor | None = None) -> torch.Tensor:
        """Draw one token a row."""
        logits[:, -1] = -torch.inf
        return Choice.pick(self, logits, uniform, seen)


def ours(batch: int, new: int) -> Callable[[], int]:
    """One call of headwater's sampler; gives the number of new tokens."""
    network = GPT(GPTConfig(VOCABULARY, CONTEXT, *SIZES["xs"])).eval()
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.02)
    prompts = [[1] * (PROMPT - 1)] * batch  # the sampler puts the begin token before them
    return lambda: sum(map(len, generate(network, prompts, network.begin, new, Endless(), 0)))


def theirs(batch: int, new: int) -> Callable[[], int]:
    """One call of transformers' generate with its cache; gives the number of new tokens."""
    layers, width, heads = SIZES["xs"]
    config = GPT2Config(
        vocab_size=VOCABULARY,
        n_positions=CONTEXT,
        n_layer=layers,
        n_embd=width,
        n_head=heads,
        bos_token_id=0,
        eos_token_id=None,
        pad_token_id=0,
    )
    model = GPT2LMHeadModel(config).eval()
    tokens = torch.ones(batch, PROMPT, dtype=torch.long)
    options = {"do_sample": True, "top_k": 0, "min_new_tokens": new, "max_new_tokens": new, "use_cache": True}
    mask = torch.ones_like(tokens)

    def run() -> int:
        with torch.inference_mode():
            return int(model.generate(tokens, attention_mask=mask, **options)[:, PROMPT:].numel())

    return run


def turn(side: Callable[[], int], batch: int, new: int) -> float:
    """Tokens per CPU second of one call."""
    start = time.process_time()
    made = side()
    seconds = time.process_time() - start
    if made != batch * new:
        raise SystemExit(f"{made} tokens instead of {batch * new}: the sides did not do the same work")
    return made / seconds


def main() -> None:
    """Take turns at each batch size and print medians and the median ratio."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--new-tokens", type=int, default=192)
    options = parser.parse_args()
    torch.set_num_threads(1)
    print(f"xs, {options.new_tokens} new tokens, context {CONTEXT}, vocabulary {VOCABULARY}, 1 thread, float32")
    print("batch   headwater tok/s   transformers tok/s   ratio")
    for batch in (1, 16, 32):
        sides = ours(batch, options.new_tokens), theirs(batch, options.new_tokens)
        for side in sides:
            turn(side, batch, options.new_tokens)
        turns = [[turn(side, batch, options.new_tokens) for side in sides] for _ in range(options.repeats)]
        one, other = (median(values) for values in zip(*turns, strict=True))
        ratio = median(mine / peer for mine, peer in turns)
        print(f"{batch:5}   {one:15,.0f}   {other:18,.0f}   {ratio:5.2f}   (target {TARGET})")


if __name__ == "__main__":
    main()
