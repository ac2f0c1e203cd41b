"""How likely a model finds sentences: a causal one token by token, a masked one with one token hidden at a time."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np

from ..core import IncompleteError, InputError
from ..models import ScoresMasked, ScoresText
from .base import Subject
from .text_likelihood import CHUNK, scoring_model, text_logs

LONGEST = 10_000
CAUSAL, MASKED = "causal log-likelihood", "pseudo-log-likelihood"
NEEDS = "prompt_logprob|masked_logprob"


@dataclass(frozen=True, slots=True)
class Sentence:
    """The tokens of a sentence and their natural-log probabilities, float64 (tokens,).

    ``marks`` tokens at each end have none of their own (0). ``unscored`` is text at the beginning for which a server
    gave no value: two sentences that differ in it cannot be compared.
    """

    tokens: tuple[Hashable, ...]
    logs: np.ndarray
    marks: int = 0
    unscored: str = ""

    @property
    def total(self) -> float:
        """Log-likelihood of the sentence."""
        return float(self.logs.sum())

    @property
    def mean(self) -> float:
        """The same for each token that has a value."""
        return self.total / max(1, len(self.tokens) - 2 * self.marks)


def is_masked(subject: Subject) -> bool:
    """Whether the model can only fill gaps, so that sentences have pseudo-log-likelihoods."""
    can = subject.checkpoint.capabilities if subject.checkpoint is not None else frozenset()
    return "masked_logprob" in can and "prompt_logprob" not in can


def reading(subject: Subject) -> str:
    """How sentences are scored, as it stands in protocols."""
    if is_masked(subject):
        return f"{MASKED}, each token masked alone"
    return CAUSAL


def read_sentences(subject: Subject, texts: Sequence[str], use: str = "metric") -> list[Sentence]:
    """Each text as the model reads it; equal texts are read once.

    Raises :class:`InputError` for an empty text and one of more than 10,000 characters, :class:`IncompleteError`
    without a model that can.
    """
    for text in texts:
        if not text.strip() or len(text) > LONGEST:
            raise InputError(f"{use}: a sentence has 1 to {LONGEST:,} characters, not {len(text.strip()):,}")
    different = list(dict.fromkeys(texts))
    found = _masked(subject, different, use) if is_masked(subject) else _causal(subject, different, use)
    known = dict(zip(different, found, strict=True))
    return [known[text] for text in texts]


def shared_places(first: Sequence[Hashable], second: Sequence[Hashable]) -> tuple[list[int], list[int]]:
    """Places of the tokens that both have, by the equal spans of difflib; as many in each.

    >>> shared_places("the poor man".split(), "the rich man".split())
    ([0, 2], [0, 2])
    """
    matcher = SequenceMatcher(None, [str(token) for token in first], [str(token) for token in second])
    spans = [(i, i2, j) for kind, i, i2, j, _ in matcher.get_opcodes() if kind == "equal"]
    ours = [place for low, high, _ in spans for place in range(low, high)]
    return ours, [place - low + start for low, high, start in spans for place in range(low, high)]


def shared_totals(first: Sentence, second: Sentence) -> tuple[float, float]:
    """Log-likelihood of the shared tokens in each; of marked sentences without the first and the last shared one.

    Source: Nangia et al. 2020 (arXiv 2010.00133), section 4.
    """
    ours, theirs = shared_places(first.tokens, second.tokens)
    if first.marks:
        ours, theirs = ours[1:-1], theirs[1:-1]
    return float(first.logs[ours].sum()), float(second.logs[theirs].sum())


def _causal(subject: Subject, texts: Sequence[str], use: str) -> list[Sentence]:
    model = scoring_model(subject)
    if isinstance(model, ScoresText):
        return [_scored(one.text, one.offsets, one.logs) for one in model.scored(texts)]
    found = []
    for text, logs in zip(texts, text_logs(subject, texts, use), strict=True):
        tokens = tuple(model.encode(text))
        if len(tokens) != len(logs):
            raise InputError(f"{use}: the model gave {len(logs)} values for {len(tokens)} tokens")
        found.append(Sentence(tokens, logs))
    return found


def _scored(text: str, offsets: Sequence[int], logs: np.ndarray) -> Sentence:
    ends = [*offsets[1:], len(text)]
    tokens = tuple(text[low:high] for low, high in zip(offsets, ends, strict=True)) if offsets else ()
    return Sentence(tokens, logs, unscored=text[: offsets[0]] if offsets else text)


def _masked(subject: Subject, texts: Sequence[str], use: str) -> list[Sentence]:
    model = subject.checkpoint
    if not isinstance(model, ScoresMasked):
        raise IncompleteError("there is no model that fills gaps in a text (masked_logprob)")
    sequences = model.marked(texts)
    order = sorted(range(len(texts)), key=lambda number: (len(sequences[number]), number))
    found: dict[int, Sentence] = {}
    with subject.progress.task(f"score for {use}", len(texts)) as task:
        for low in range(0, len(order), CHUNK):
            chunk = order[low : low + CHUNK]
            chosen = [sequences[number] for number in chunk]
            logs = model.masked_logprobs(chosen, [range(1, len(sequence) - 1) for sequence in chosen])
            for number, sequence, values in zip(chunk, chosen, logs, strict=True):
                found[number] = Sentence(tuple(sequence), np.concatenate([[0.0], values, [0.0]]), marks=1)
            task.advance(len(chunk))
    return [found[number] for number in range(len(texts))]
