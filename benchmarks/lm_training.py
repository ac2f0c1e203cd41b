"""Training speed: headwater's step beside transformers' GPT-2 and Llama, same size, one thread, float32 and bfloat16.

    python benchmarks/lm_training.py [--repeats 5] [--steps 10] [--optimizer same] [--document 0]

Needs transformers, which headwater does not: install both in an environment of their own. Layers, width, vocabulary,
context and batch are equal, weights random, no dropout; a step is loss, gradient, clipping to 1 and the optimizer. With
``--optimizer same`` (the default) all sides move by fused AdamW, so that models are compared; with ``own`` headwater
moves by its Muon and AdamW, which costs more a step and needs fewer. In bfloat16 all sides compute under the same
autocast, and weights stay float32. ``--document 40`` puts a begin token every 40 tokens: headwater keeps documents in
a window apart by a mask, the others do not. The sides take turns in one process; the ratio is the median over turns of
the ratio within a turn. Time is CPU time of the process.
"""

import argparse
import os
import time
from collections.abc import Callable
from statistics import median

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

from headwater.models.gpt import GPT, SIZES, GPTConfig
from headwater.models.optimizer import Optimizers

VOCABULARY, TARGET = 1024, 1.3
SHAPES = ((64, 12), (256, 16))
"""Context and batch: nanoGPT's CPU budget, and headwater's default."""
PRECISIONS = "float32", "bfloat16"
Step = Callable[[torch.Tensor, bool], object]
"""Moves a model by windows of tokens; the flag asks for bfloat16."""


def by_adamw(model: torch.nn.Module, loss: Callable[[torch.Tensor], torch.Tensor]) -> Step:
    """A step of fused AdamW with clipping."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.99), weight_decay=0.0, fused=True)

    def step(windows: torch.Tensor, low: bool) -> None:
        with torch.autocast("cpu", torch.bfloat16, enabled=low):
            value = loss(windows)
        value.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)

    return step


def ours(context: int, own: bool) -> Step:
    """Headwater's network."""
    network = GPT(GPTConfig(VOCABULARY, context, *SIZES["xs"]), torch.Generator().manual_seed(0))
    if not own:
        return by_adamw(network, lambda windows: network.loss(windows).mean())
    optimizers = Optimizers.of(network, 1e-3, 0.02)

    def step(windows: torch.Tensor, low: bool) -> None:
        with torch.autocast("cpu", torch.bfloat16, enabled=low):
            value = network.loss(windows).mean()
        value.backward()
        optimizers[""].step(1.0)

    return step


def gpt2(context: int) -> Step:
    """transformers' GPT-2 of the same size."""
    layers, width, heads = SIZES["xs"]
    config = GPT2Config(
        vocab_size=VOCABULARY, n_positions=context, n_layer=layers, n_embd=width, n_head=heads, resid_pdrop=0.0,
        embd_pdrop=0.0, attn_pdrop=0.0, use_cache=False,
    )  # fmt: skip
    return theirs(GPT2LMHeadModel(config))


def llama(context: int) -> Step:
    """transformers' Llama of the same size: a gated perceptron of 8/3 times the width has as many parameters."""
    layers, width, heads = SIZES["xs"]
    config = LlamaConfig(
        vocab_size=VOCABULARY, max_position_embeddings=context, num_hidden_layers=layers, hidden_size=width,
        num_attention_heads=heads, intermediate_size=width * 8 // 3, use_cache=False, tie_word_embeddings=False,
    )  # fmt: skip
    return theirs(LlamaForCausalLM(config))


def theirs(model: torch.nn.Module) -> Step:
    """A step of a transformers model."""
    model.train()

    def loss(windows: torch.Tensor) -> torch.Tensor:
        logits = model(input_ids=windows[:, :-1]).logits
        return torch.nn.functional.cross_entropy(logits.flatten(0, 1), windows[:, 1:].flatten())

    return by_adamw(model, loss)


def turn(step: Step, batches: list[torch.Tensor], precision: str) -> float:
    """Tokens per CPU second."""
    start = time.process_time()
    for windows in batches:
        step(windows, precision == "bfloat16")
    return sum(windows[:, 1:].numel() for windows in batches) / (time.process_time() - start)


def windows_of(context: int, batch: int, steps: int, document: int) -> list[torch.Tensor]:
    """Random tokens; every ``document`` of them a begin token, where that is not 0."""
    noise = torch.Generator().manual_seed(1)
    batches = [torch.randint(VOCABULARY - 1, (batch, context + 1), generator=noise) for _ in range(steps)]
    for windows in batches if document else ():
        windows.view(-1)[::document] = VOCABULARY - 1
    return batches


def row(context: int, batch: int, precision: str, options: argparse.Namespace) -> str:
    """One line of the table: medians and the median ratios."""
    batches = windows_of(context, batch, options.steps, options.document)
    sides = ours(context, options.optimizer == "own"), gpt2(context), llama(context)
    for side in sides:
        turn(side, batches[:2], precision)
    turns = [[turn(side, batches, precision) for side in sides] for _ in range(options.repeats)]
    mine, first, second = (median(values) for values in zip(*turns, strict=True))
    ratios = [median(each[0] / each[peer] for each in turns) for peer in (1, 2)]
    return (
        f"{context:7} x {batch:<5}   {precision:9}   {mine:15,.0f}   {first:11,.0f}   {ratios[0]:5.2f}   "
        f"{second:11,.0f}   {ratios[1]:5.2f}"
    )


def main() -> None:
    """Take turns at each shape and precision."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--optimizer", choices=("same", "own"), default="same")
    parser.add_argument("--document", type=int, default=0)
    options = parser.parse_args()
    torch.set_num_threads(1)
    print(f"xs, vocabulary {VOCABULARY}, 1 thread, optimizer: {options.optimizer} (target {TARGET})")
    print("context x batch   precision   headwater tok/s   GPT-2 tok/s   ratio   Llama tok/s   ratio")
    for context, batch in SHAPES:
        for precision in PRECISIONS:
            print(row(context, batch, precision, options), flush=True)


if __name__ == "__main__":
    main()
