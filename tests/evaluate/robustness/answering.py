"""A model that answers by a function of the prompt."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from fakes import ByteModel, write_corpus

from headwater.evaluate import METRICS, Outcome, Subject


class Answering(ByteModel):
    """A byte model whose completions are those of ``answer``; it keeps what it was asked."""

    answer: Callable[[str], str]
    capabilities = frozenset({"sample", "seedable"})

    def complete_tokens(self, prompts: Sequence[Sequence[int]], **options: Any) -> list[list[int]]:
        self.asked = [*getattr(self, "asked", []), *(self.decode(prompt) for prompt in prompts)]
        return [self.encode(self.answer(self.decode(prompt))) for prompt in prompts]


def answering(folder: Path, answer: Callable[[str], str], scores: bool = False) -> Answering:
    """``scores``: whether it gives the log-probability of texts too."""
    corpus = write_corpus(folder / "corpus", [f"text {i} of the corpus" for i in range(8)])
    model = Answering(corpus, order=2)
    model.answer = answer  # type: ignore[method-assign]
    if scores:
        model.capabilities = model.capabilities | {"prompt_logprob"}
    return model


def ask(
    folder: Path,
    metric: str,
    rows: Sequence[Mapping[str, Any]],
    answer: Callable[[str], str] | None,
    scores: bool = False,
    **options: Any,
) -> Outcome:
    """The metric on a file of these rows; without ``answer`` there is no model."""
    folder.mkdir(exist_ok=True)
    path = folder / "questions.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    corpus = write_corpus(folder / "corpus", [f"text {i} of the corpus" for i in range(8)])
    model: Any = answering(folder, answer, scores) if answer else None
    return METRICS.get(metric)(Subject(folder, corpus, model), questions_file=str(path), **options)
