"""Log-likelihood of documents, summed: what perplexity and bits per byte are made of."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...core import IncompleteError, Score, derive_seed, generator
from ...models import Checkpoint, ScoresText, training_is_known
from ..base import Subject
from ..items import ItemValues, Transform
from ..lineage import subject_split
from ..statistics import Estimate, Floats, difference, exponential, ratio_interval

BATCH = 32
UNKNOWN = "corpus, training unknown"


@dataclass(frozen=True, slots=True)
class Likelihood:
    """Sums for each of n documents, all of shape (n,): natural-log likelihood, tokens, UTF-8 bytes; and their ids."""

    log: Floats
    tokens: Floats
    bytes: Floats
    ids: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.log)


def perplexity(likelihood: Likelihood, confidence: float = 0.95) -> Estimate:
    """exp(-sum of log-likelihood / sum of tokens) of the whole text, not a mean over documents.

    Range [1, inf). The interval is Fieller's, clustered by document.
    """
    return exponential(ratio_interval(likelihood.log, likelihood.tokens, confidence), sign=-1)


def bits_per_byte(likelihood: Likelihood, confidence: float = 0.95) -> Estimate:
    """-sum of log-likelihood / (ln 2 * sum of bytes): does not depend on the tokenizer. Range [0, inf)."""
    return ratio_interval(-likelihood.log / math.log(2), likelihood.bytes, confidence)


def loss_gap(held_out: Likelihood, trained: Likelihood, confidence: float = 0.95) -> Estimate:
    """Nats per token by which held-out text is less likely than trained text."""
    unseen, seen = (ratio_interval(-part.log, part.tokens, confidence) for part in (held_out, trained))
    return difference(unseen, seen, confidence)


def measure_likelihood(subject: Subject, documents: int, characters: int) -> dict[str, Likelihood]:
    """Likelihood of as many held-out as trained documents, at most ``documents``, each cut at ``characters``.

    Keys ``held-out`` and, where there are any, ``trained``; of a model made elsewhere :data:`UNKNOWN` alone. Made
    once for a subject and the same arguments. Raises
    :class:`IncompleteError` where the checkpoint cannot score or nothing was held out.
    """
    name = f"likelihood {documents} {characters}"
    return subject.once(name, lambda: _measure(subject, documents, characters))


def score_documents(subject: Subject, ids: Sequence[str], characters: int) -> Likelihood:
    """Likelihood of these documents, each cut at ``characters``; empty ones are left out."""
    assert subject.checkpoint is not None
    rows: list[tuple[float, int, int]] = []
    names: list[str] = []
    found = subject.corpus.documents(ids)
    with subject.progress.task("likelihood", len(ids)) as task:
        for low in range(0, len(ids), BATCH):
            chosen = [name for name in ids[low : low + BATCH] if found[name]["text"]]
            for name, sums in zip(chosen, _sums(subject.checkpoint, found, chosen, characters), strict=True):
                if sums is not None:
                    names.append(name)
                    rows.append(sums)
            task.advance(len(ids[low : low + BATCH]))
    table = np.array(rows, np.float64).reshape(-1, 3)
    return Likelihood(table[:, 0], table[:, 1], table[:, 2], tuple(names))


def likelihood_items(
    part: Likelihood, numerators: Floats, denominators: Floats, score: Score, transform: Transform = "none"
) -> ItemValues:
    """The documents behind a score that is a ratio of sums over them."""
    return ItemValues(score.metric, score.method, score.slice, part.ids, numerators, denominators, transform)


def _sums(
    checkpoint: Checkpoint, documents: Mapping[str, Any], ids: Sequence[str], characters: int
) -> list[tuple[float, int, int] | None]:
    """(log-likelihood, tokens, bytes) of each text; bytes of what was scored, where that is not the whole text.

    None where no token could be scored.
    """
    texts = [documents[name]["text"][:characters] for name in ids]
    if isinstance(checkpoint, ScoresText):
        found = checkpoint.scored(texts)
        return [(float(np.sum(one.logs)), len(one.logs), one.bytes) if len(one.logs) else None for one in found]
    pairs = zip(texts, checkpoint.token_logprobs(texts), strict=True)
    return [(float(np.sum(values, dtype=np.float64)), len(values), len(text.encode())) for text, values in pairs]


def _measure(subject: Subject, documents: int, characters: int) -> dict[str, Likelihood]:
    if subject.checkpoint and not training_is_known(subject.checkpoint):
        ids = subject.once("corpus ids", subject.corpus.ids)
        found = score_documents(subject, _draw(subject.seed, "corpus", ids, min(documents, len(ids))), characters)
        if not len(found):
            raise IncompleteError("no document has a token that could be scored")
        return {UNKNOWN: found}
    split = subject_split(subject)
    if subject.checkpoint is None or "prompt_logprob" not in subject.checkpoint.capabilities:
        raise IncompleteError("the checkpoint gives no token probabilities")
    if not split.held_out:
        raise IncompleteError("no document was held out of training; set model.held_out above 0")
    n = min(documents, len(split.held_out))
    chosen = {"held-out": _draw(subject.seed, "held-out", split.held_out, n)}
    if split.trained:
        chosen["trained"] = _draw(subject.seed, "trained", sorted(split.trained), n)
    return {side: score_documents(subject, ids, characters) for side, ids in chosen.items()}


def _draw(seed: int, side: str, names: Sequence[str], n: int) -> list[str]:
    rng = generator(derive_seed(seed, "likelihood"), side)
    return [names[place] for place in sorted(rng.permutation(len(names))[:n])]
