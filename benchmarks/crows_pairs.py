"""CrowS-Pairs speed: headwater's metric beside the log-likelihoods of lm-evaluation-harness, same pairs, one thread.

    python benchmarks/crows_pairs.py MODEL PAIRS [--pairs 1508] [--turns 3] [--batches 1 8 64]

MODEL is a GGUF file or a Hugging Face folder with a Llama; PAIRS is crows_pairs_anonymized.csv. Needs
lm-evaluation-harness (`lm-eval`) and transformers, which headwater does not: install them in an environment of their
own. The harness scores both sentences of each pair as its task crows_pairs_english does (an empty context, the sentence
as continuation); its data and what it makes of ties differ, so that the log-likelihoods are what is compared. It runs
with batches of 1, 8 and 64 sentences; the ratio is against the fastest. headwater's side is the whole metric, file,
intervals and shared tokens included. The sides take turns in one process, the ratio is the median over turns of the
ratio within a turn, and time is CPU time: with one thread wall-clock time on an idle machine.
"""

import argparse
import logging
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
from lm_eval.api.instance import Instance
from lm_eval.models.huggingface import HFLM
from perplexity import export, timed

from headwater.core import Corpus, CorpusWriter, Score, record_batch, text_record
from headwater.evaluate import Subject, measure_crows_pairs, text_logs
from headwater.evaluate.bias.crows_pairs import METRIC, crows_pairs
from headwater.evaluate.bias.sentence_pairs import drawn_pairs
from headwater.models import PretrainedCheckpoint

TARGET, AGREEMENT = 1.5, 3e-4  # float32: a sentence of 60 nats differs from float64 by some 1e-3 on either side
BATCHES = (1, 8, 64)
ALL = 1508


def theirs(folder: Path, texts: Sequence[str], begin: int, batch: int) -> Callable[[], list[float]]:
    """One call of the harness: nats of each sentence after nothing."""
    model = HFLM(
        pretrained=str(folder), device="cpu", dtype="float32", batch_size=batch, max_length=1024, prefix_token_id=begin
    )
    requests = [Instance("loglikelihood", {}, ("", text), number) for number, text in enumerate(texts)]
    return lambda: [float(nats) for nats, _ in model.loglikelihood(requests, disable_tqdm=True)]


def ours(subject: Subject, pairs: Path, limit: int) -> Callable[[], list[float]]:
    """The whole metric: its score alone."""

    def once() -> list[float]:
        found = measure_crows_pairs(subject, data=str(pairs), limit=limit).scores[0]
        assert isinstance(found, Score)
        print(f"  {found.metric} {found.value:.2f} ({found.low:.2f} to {found.high:.2f}), {found.method}")
        return [found.value]

    return once


def subject_of(model: PretrainedCheckpoint, folder: Path) -> Subject:
    """The metric looks at no corpus; a subject has one."""
    with CorpusWriter(folder / "corpus") as writer:
        writer.write(record_batch([text_record("one line", "lake.txt:1", "lake", licence="CC0-1.0")]))
    return Subject(folder, Corpus(folder / "corpus"), model)


def drawn(subject: Subject, pairs: Path, limit: int) -> list[str]:
    """Both sentences of the pairs that the metric draws."""
    chosen, _ = drawn_pairs(crows_pairs(subject, str(pairs))[0], limit, subject.seed, METRIC)
    return [text for pair in chosen for text in (pair.first, pair.second)]


def main() -> None:
    """Print both sides, their ratio, and how far their log-likelihoods are apart."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("file", type=Path)
    parser.add_argument("--pairs", type=int, default=ALL)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--batches", type=int, nargs="+", default=BATCHES, help="of the harness")
    options = parser.parse_args()
    torch.set_num_threads(1)
    logging.disable(logging.WARNING)
    model = PretrainedCheckpoint.open(options.model)
    with tempfile.TemporaryDirectory() as name:
        subject = subject_of(model, Path(name))
        texts = drawn(subject, options.file, options.pairs)
        print(f"{len(texts) // 2:,} pairs, {sum(len(model.encode(text)) for text in texts):,} tokens, one thread")
        folder = Path(name) / "theirs"
        folder.mkdir()
        export(model, folder)
        sides = {f"lm-eval, batch {n}": theirs(folder, texts, model.begin, n) for n in options.batches}
        sides["headwater"] = ours(subject, options.file, options.pairs)
        seconds: dict[str, list[float]] = {side: [] for side in sides}
        found = {}
        for turn in range(options.turns):
            for side in list(sides) if turn % 2 == 0 else list(sides)[::-1]:
                spent, found[side] = timed(sides[side])
                seconds[side].append(spent)
        own = [float(logs.sum()) for logs in text_logs(subject, texts)]
    for side, spent in seconds.items():
        print(f"{side:<17} {median(spent):7.2f} s")
    rivals = [side for side in sides if side != "headwater"]
    apart = max(abs(a - b) / abs(b) for side in rivals for a, b in zip(found[side], own, strict=True))
    ratio = median(min(each) / mine for *each, mine in zip(*(seconds[side] for side in sides), strict=True))
    print(f"largest relative difference of a log-likelihood {apart:.1e} (at most {AGREEMENT:.0e})")
    print(f"headwater is {ratio:.2f} times as fast (target {TARGET})")
    if apart > AGREEMENT:
        raise SystemExit("the sides disagree")


if __name__ == "__main__":
    main()
