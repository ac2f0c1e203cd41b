"""tiny-shakespeare at nanoGPT's CPU budget: loss per character on the whole validation part.

    python benchmarks/shakespeare.py FOLDER_WITH_input.txt [--seeds 0] [--steps 2000]

The budget of the README of karpathy/nanoGPT for a CPU: 2,000 steps of 12 windows of 64 characters (1.54 M), 4 layers
of 128, no dropout; it reports 1.88 nats (an estimate from 20 batches). Here as there the first 90 % of the text are
trained on and the last 10 % are the validation part, but all of it is scored, in windows of 64 characters that each see
one character before them. Time is CPU time of the process on one thread.
"""

import argparse
import tempfile
import time
from pathlib import Path

import torch

from headwater.core import Corpus, CorpusWriter, Recipe, record_batch, text_record
from headwater.models import fit

TARGET, README = 1.60, 1.88
SHARE = 0.9


def corpus_of(text: str, folder: Path) -> Corpus:
    """The text as the one document of a corpus."""
    with CorpusWriter(folder) as writer:
        writer.write(record_batch([text_record(text, "input.txt:1", "tinyshakespeare")]))
    return Corpus(folder)


def main() -> None:
    """Train once for each seed and print the loss of the whole validation part."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--steps", type=int, default=2_000)
    options = parser.parse_args()
    torch.set_num_threads(1)
    text = (options.folder / "input.txt").read_text("utf-8")
    border = int(SHARE * len(text))
    print("seed   parameters   characters   CPU s   training nats   validation nats   (target, nanoGPT's README)")
    with tempfile.TemporaryDirectory() as scratch:
        corpus = corpus_of(text[:border], Path(scratch) / "corpus")
        for seed in options.seeds:
            recipe = Recipe(
                steps=options.steps, batch=12, context=64, warmup=100, held_out=0.0, precision="float32",
                canaries=None, options={"tokenizer": "characters"}, seed=seed,
            )  # fmt: skip
            began = time.process_time()
            model = fit(corpus, recipe, Path(scratch) / f"model-{seed}")
            seconds = time.process_time() - began
            nats = -float(model.token_logprobs([text[border:]])[0].mean())
            shown = options.steps * 12 * 64
            print(
                f"{seed:4}   {model.run['parameters']:10,}   {shown:10,}   {seconds:5.0f}   "
                f"{model.run['final_loss']:13.4f}   {nats:15.4f}   ({TARGET}, {README})",
                flush=True,
            )


if __name__ == "__main__":
    main()
