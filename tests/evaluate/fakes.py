"""Small checkpoints whose behaviour is known exactly: the planted truths of the tests."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from headwater.core import Corpus, CorpusWriter, Score, generator, held_out, record_batch, text_record
from headwater.evaluate import Outcome, SamplingPlan, Subject, draw_samples
from headwater.models import Canary, Recipe

LETTERS = np.array(list("abcdefghijklmnopqrstuvwxyz     "))
END = 256


def random_text(seed: int, n: int) -> str:
    """Letters without any structure: no two texts share a long stretch by chance."""
    return "".join(LETTERS[np.random.default_rng(seed).integers(0, len(LETTERS), n)])


def write_corpus(folder: Path, texts: Sequence[str], **fields: Any) -> Corpus:
    """A text corpus of one file, ``lake.txt``."""
    with CorpusWriter(folder) as writer:
        rows = [text_record(text, f"lake.txt:{i}", "lake", licence="MIT", **fields) for i, text in enumerate(texts)]
        writer.write(record_batch(rows))
    return Corpus(folder)


def subject_of(corpus: Corpus, model: Any = None, plan: SamplingPlan | None = None, seed: int = 0) -> Subject:
    """The corpus's run folder as a subject, with samples drawn after ``plan``."""
    folder = corpus.folder.parent
    samples = draw_samples(model, corpus, plan, folder, seed=seed) if plan else None
    return Subject(folder, corpus, model, samples, seed)


def scores_of(outcome: Outcome, metric: str) -> dict[str, Score]:
    """The scores of one metric, by the values of their slices."""
    return {
        " ".join(score.slice.values()): score
        for score in outcome.scores
        if isinstance(score, Score) and score.metric == metric
    }


class FakeLedger:
    """``seen``: id to the number of steps; step k holds every document that was seen more than k times."""

    def __init__(self, seen: Mapping[str, int]) -> None:
        self.seen = dict(seen)

    def steps_of(self, document_id: str) -> tuple[int, ...]:
        return tuple(range(self.seen.get(document_id, 0)))

    def documents_at(self, step: int) -> tuple[str, ...]:
        return tuple(sorted(name for name, times in self.seen.items() if times > step))


class ByteModel:
    """A byte n-gram model with backoff: order 0 knows letters only, a high order repeats what it was trained on.

    p(b | context) mixes the counts of every order up to ``order``: p_k = (count + p_{k-1}) / (total + 1).
    Greedy continuations from a seen context of ``order`` bytes are therefore the training text itself.
    """

    family, modality = "transformer", "text"
    capabilities = frozenset({"sample", "logprob", "prompt_logprob", "seedable"})

    def __init__(
        self,
        corpus: Corpus,
        order: int = 8,
        seen: Mapping[str, int] | None = None,
        canaries: Sequence[Canary] = (),
        recipe: Recipe | None = None,
    ) -> None:
        recipe = recipe or Recipe(held_out=0.3, canaries=None)
        self.folder, self.order, self.canaries = corpus.folder.parent / "checkpoint", order, tuple(canaries)
        self.run: Mapping[str, Any] = {"recipe": asdict(recipe), "corpus": corpus.hash}
        texts = dict(zip(corpus.ids(), corpus.column("text").to_pylist(), strict=True))
        out = held_out(list(texts), recipe.held_out, recipe.seed)
        trained = {name: 1 for name, held in zip(texts, out, strict=True) if not held}
        seen = trained if seen is None else seen
        planted = {canary.id: canary.repetitions for canary in canaries if canary.repetitions}
        self.ledger = FakeLedger({**seen, **planted})
        self._counts: list[dict[bytes, Counter[int]]] = [defaultdict(Counter) for _ in range(order + 1)]
        for name, times in seen.items():
            self._learn(texts[name].encode(), times)
        for canary in canaries:
            self._learn(canary.text.encode(), canary.repetitions)

    @property
    def hash(self) -> str:
        return f"fake-{self.order}-{sorted(self.ledger.seen.items())}"

    def _learn(self, text: bytes, times: int) -> None:
        symbols = [*text, END]
        for place, symbol in enumerate(symbols if times else ()):
            for k in range(min(self.order, place) + 1):
                self._counts[k][text[place - k : place]][symbol] += times

    def probabilities(self, context: bytes) -> np.ndarray:
        """p(next symbol | context), shape (257,); the last symbol ends the document."""
        p = np.full(257, 1 / 257)
        for k in range(min(self.order, len(context)) + 1):
            counter = self._counts[k].get(context[len(context) - k :])
            if counter is None:
                break
            counts = np.zeros(257)
            counts[list(counter)] = list(counter.values())
            p = (counts + p) / (counts.sum() + 1)
        return p

    def encode(self, text: str) -> list[int]:
        return list(text.encode())

    def decode(self, tokens: Sequence[int]) -> str:
        return bytes(tokens).decode("utf-8", "replace")

    def token_logprobs(self, texts: Sequence[str]) -> list[np.ndarray]:
        return [
            np.log([self.probabilities(raw[:place])[symbol] for place, symbol in enumerate(raw)])
            for raw in (text.encode() for text in texts)
        ]

    def complete_tokens(
        self,
        prompts: Sequence[Sequence[int]],
        *,
        max_new_tokens: int,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
        samples: int = 1,
        seed: int = 0,
    ) -> list[list[int]]:
        rows = [prompt for prompt in prompts for _ in range(samples)]
        return [
            self._continue(bytes(prompt), max_new_tokens, temperature, generator(seed, row))
            for row, prompt in enumerate(rows)
        ]

    def _continue(self, context: bytes, n: int, temperature: float, rng: np.random.Generator) -> list[int]:
        new: list[int] = []
        while len(new) < n:
            p = self.probabilities(context + bytes(new))
            symbol = int(p.argmax()) if temperature == 0 else int(rng.choice(257, p=p))
            if symbol == END:
                break
            new.append(symbol)
        return new

    def complete(self, prompts: Sequence[str], **options: Any) -> list[str]:
        tokens = self.complete_tokens([self.encode(prompt) for prompt in prompts], **options)
        return [self.decode(row) for row in tokens]

    def sample_images(self, n: int, seed: int = 0, **options: Any) -> np.ndarray:
        raise NotImplementedError

    def sample_labels(self, n: int, seed: int = 0, **options: Any) -> list[str | None]:
        raise NotImplementedError


class WindowedByteModel(ByteModel):
    """The same with a window, scored token by token from the definition: slow, and plainly right."""

    window, longest_window = 32, 64

    class tokenizer:
        hash = "b" * 64

    def rolling_logprobs(self, texts: Sequence[str], window: int, stride: int) -> list[np.ndarray]:
        return [self._rolling(text.encode(), window, stride) for text in texts]

    def _rolling(self, raw: bytes, window: int, stride: int) -> np.ndarray:
        logs = []
        for place, symbol in enumerate(raw):
            # the end of the window that predicts this place; it holds the ``window`` bytes before its own last one
            end = window if place < window else min(window + ((place - window) // stride + 1) * stride, len(raw))
            start = 0 if place < window else end - window - 1
            logs.append(np.log(self.probabilities(raw[start:place])[symbol]))
        return np.array(logs)
