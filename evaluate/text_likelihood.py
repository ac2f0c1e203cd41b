"""Log-probabilities of whole texts and of endings after prompts, whoever made the model."""

from collections.abc import Sequence

import numpy as np

from ..core import IncompleteError
from ..models import Checkpoint, ScoresText
from .base import Subject

CHUNK = 256


def text_logs(subject: Subject, texts: Sequence[str], use: str = "metric") -> list[np.ndarray]:
    """Natural-log probability of each token of each text after a begin token: float64 (tokens,) each.

    A model elsewhere may leave the first token out. Raises :class:`IncompleteError` without a model that scores texts.
    """
    model = scoring_model(subject)
    order = sorted(range(len(texts)), key=lambda place: (len(texts[place]), place))  # chunks of equal length pad little
    found: dict[int, np.ndarray] = {}
    with subject.progress.task(f"score for {use}", len(texts)) as task:
        for low in range(0, len(order), CHUNK):
            chunk = order[low : low + CHUNK]
            found.update(zip(chunk, model.token_logprobs([texts[place] for place in chunk]), strict=True))
            task.advance(len(chunk))
    return [found[place] for place in range(len(texts))]


def ending_logs(
    subject: Subject, prompts: Sequence[str], endings: Sequence[str], use: str = "metric"
) -> list[np.ndarray | None]:
    """Log-probabilities of the tokens of each ending after its prompt; both of shape (n,), spelled as one text.

    None where the tokens of the prompt change once the ending follows, or where the ending has no token: such a cell
    has no clean reading. Put the space between them at the beginning of the ending.
    """
    model = scoring_model(subject)
    texts = [prompt + ending for prompt, ending in zip(prompts, endings, strict=True)]
    found: list[np.ndarray | None] = [None] * len(texts)
    order = sorted(range(len(texts)), key=lambda place: (len(texts[place]), place))
    with subject.progress.task(f"score for {use}", len(texts)) as task:
        for low in range(0, len(order), CHUNK):
            chunk = order[low : low + CHUNK]
            parts = tails(model, [texts[place] for place in chunk], [prompts[place] for place in chunk])
            for place, tail in zip(chunk, parts, strict=True):
                found[place] = tail if tail is not None and len(tail) else None
            task.advance(len(chunk))
    return found


def tails(model: Checkpoint, texts: Sequence[str], prompts: Sequence[str]) -> list[np.ndarray | None]:
    """Log-probabilities of the tokens of each text beyond its prompt; None where the prompt's tokens change."""
    if isinstance(model, ScoresText):
        return [one.after(len(prompt)) for one, prompt in zip(model.scored(texts), prompts, strict=True)]
    found: list[np.ndarray | None] = []
    for text, prompt, logs in zip(texts, prompts, model.token_logprobs(texts), strict=True):
        head = model.encode(prompt)
        found.append(logs[len(head) :] if model.encode(text)[: len(head)] == head else None)
    return found


def scoring_model(subject: Subject) -> Checkpoint:
    """The model, which must give the log-probability of a text that it is shown."""
    model = subject.checkpoint
    if model is None or "prompt_logprob" not in model.capabilities:
        raise IncompleteError("there is no model that scores a text that it is shown (prompt_logprob)")
    return model
