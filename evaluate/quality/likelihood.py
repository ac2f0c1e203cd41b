"""Log-likelihood of documents, summed: what perplexities and bits per byte are made of."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...core import IncompleteError, Score, UsageError, derive_seed, generator
from ...models import Checkpoint, ScoresText, ScoresWindows, training_is_known
from ..base import Subject
from ..items import ItemValues, Transform
from ..lineage import subject_split
from ..statistics import Estimate, Floats, difference, exponential, ratio_interval

BATCH = 256
"""Documents given to the model at once: it puts texts of one length together."""
UNKNOWN = "corpus, training unknown"
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Likelihood:
    """Sums for each of n documents, all of shape (n,): natural-log likelihood, tokens, UTF-8 bytes, words; their ids.

    Words are the pieces between white space as lm-evaluation-harness counts them (:func:`words_of`).
    """

    log: Floats
    tokens: Floats
    bytes: Floats
    words: Floats | None = None
    ids: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.log)


@dataclass(frozen=True, slots=True)
class Windows:
    """How long texts are cut: None for what the model does by itself."""

    window: int | None = None
    stride: int | None = None

    def __post_init__(self) -> None:
        if self.window is not None and self.window < 1:
            raise UsageError(f"window {self.window}: must be 1 or more")
        if self.stride is not None and self.stride < 1:
            raise UsageError(f"stride {self.stride}: must be 1 or more")

    def of(self, model: ScoresWindows) -> tuple[int, int]:
        """(window, stride) in tokens for a model; raises :class:`UsageError` where it cannot look back so far."""
        window = model.window if self.window is None else self.window
        if window > model.longest_window:
            raise UsageError(f"window {window}: the model looks back on at most {model.longest_window} tokens")
        stride = window if self.stride is None else self.stride
        if stride > window:
            raise UsageError(f"stride {stride}: tokens between windows of {window} would be left out; at most {window}")
        return window, stride


def words_of(text: str) -> int:
    r"""Pieces between runs of white space, as lm-evaluation-harness counts them: ``len(re.split(r"\s+", text))``.

    White space at an end leaves an empty piece that counts.

    >>> words_of("the river  runs"), words_of(" the river"), words_of("")
    (3, 3, 1)
    """
    return len(_SPACE.findall(text)) + 1


def perplexity(likelihood: Likelihood, confidence: float = 0.95) -> Estimate:
    """exp(-sum of log-likelihood / sum of tokens) of the whole text, not a mean over documents.

    Range [1, inf). The interval is Fieller's, clustered by document.
    """
    return _per(likelihood.log, likelihood.tokens, confidence)


def word_perplexity(likelihood: Likelihood, confidence: float = 0.95) -> Estimate:
    """exp(-sum of log-likelihood / sum of words) of the whole text. Range [1, inf)."""
    if likelihood.words is None:
        raise UsageError("the words of the documents were not counted")
    return _per(likelihood.log, likelihood.words, confidence)


def byte_perplexity(likelihood: Likelihood, confidence: float = 0.95) -> Estimate:
    """exp(-sum of log-likelihood / sum of bytes): 2 to the bits per byte. Range [1, inf)."""
    return _per(likelihood.log, likelihood.bytes, confidence)


def bits_per_byte(likelihood: Likelihood, confidence: float = 0.95) -> Estimate:
    """-sum of log-likelihood / (ln 2 * sum of bytes): does not depend on the tokenizer. Range [0, inf)."""
    return ratio_interval(-likelihood.log / math.log(2), likelihood.bytes, confidence)


def loss_gap(held_out: Likelihood, trained: Likelihood, confidence: float = 0.95) -> Estimate:
    """Nats per token by which held-out text is less likely than trained text."""
    unseen, seen = (ratio_interval(-part.log, part.tokens, confidence) for part in (held_out, trained))
    return difference(unseen, seen, confidence)


def _per(log: Floats, units: Floats, confidence: float) -> Estimate:
    return exponential(ratio_interval(log, units, confidence), sign=-1)


def measure_likelihood(
    subject: Subject, documents: int, characters: int, windows: Windows | None = None
) -> dict[str, Likelihood]:
    """Likelihood of as many held-out as trained documents, at most ``documents``, each cut at ``characters``.

    Keys ``held-out`` and, where there are any, ``trained``; of a model made elsewhere :data:`UNKNOWN` alone. Made
    once for a subject and the same arguments. Raises
    :class:`IncompleteError` where the checkpoint cannot score or nothing was held out.
    """
    windows = windows or Windows()
    name = f"likelihood {documents} {characters} {windows}"
    return subject.once(name, lambda: _measure(subject, documents, characters, windows))


def protocol_of(subject: Subject, characters: int, windows: Windows) -> str:
    """What of a protocol string all metrics of likelihood share: windows and the length of documents."""
    return f"corpus level, {_windows_of(subject, windows)}, after a begin token, first {characters} characters"


def tokenizer_of(subject: Subject) -> str:
    """The tokenizer of a protocol string, by the beginning of its hash."""
    tokenizer = getattr(subject.checkpoint, "tokenizer", None)
    return f"tokenizer {tokenizer.hash[:16]}" if tokenizer is not None else "tokenizer of the model, not shown"


def _windows_of(subject: Subject, windows: Windows) -> str:
    model = subject.checkpoint
    if isinstance(model, ScoresText):
        return "windows as the server has them, tokens without a value left out"
    if not isinstance(model, ScoresWindows):
        return "whole documents"
    window, stride = windows.of(model)
    kind = "disjoint windows" if stride == window else "sliding windows"
    return f"{kind} of {window} tokens, stride {stride}"


def score_documents(
    subject: Subject, ids: Sequence[str], characters: int, windows: Windows | None = None
) -> Likelihood:
    """Likelihood of these documents, each cut at ``characters``; empty ones are left out.

    Raises :class:`IncompleteError` where the model gives a document NaN or probability 0.
    """
    assert subject.checkpoint is not None
    rows: list[tuple[float, int, int, int]] = []
    kept: list[str] = []
    found = subject.corpus.documents(ids)
    with subject.progress.task("likelihood", len(ids)) as task:
        for low in range(0, len(ids), BATCH):
            chunk = [name for name in ids[low : low + BATCH] if found[name]["text"]]
            texts = [found[name]["text"][:characters] for name in chunk]
            for name, row in zip(chunk, _sums(subject.checkpoint, texts, windows or Windows()), strict=True):
                if row[1]:
                    rows.append(row)
                    kept.append(name)
            task.advance(len(ids[low : low + BATCH]))
    table = np.array(rows, np.float64).reshape(-1, 4)
    log, tokens, sizes, words = table.T.copy()
    if len(wrong := np.flatnonzero(~np.isfinite(log))):
        raise IncompleteError(
            f"the model gave {len(wrong):,} of {len(log):,} documents a log-likelihood that is no finite number "
            f"(first: {kept[wrong[0]]}), so their perplexity is infinite or unknown"
        )
    return Likelihood(log, tokens, sizes, words, tuple(kept))


def likelihood_items(
    part: Likelihood, numerators: Floats, denominators: Floats, score: Score, transform: Transform = "none"
) -> ItemValues:
    """The documents behind a score that is a ratio of sums over them."""
    return ItemValues(score.metric, score.method, score.slice, part.ids, numerators, denominators, transform)


def _sums(checkpoint: Checkpoint, texts: Sequence[str], windows: Windows) -> list[tuple[float, int, int, int]]:
    """(log-likelihood, tokens, bytes, words) of each text; bytes and words of what was scored, where that is less."""
    if isinstance(checkpoint, ScoresWindows):
        values = checkpoint.rolling_logprobs(texts, *windows.of(checkpoint))
    elif windows != Windows():
        raise UsageError("window and stride cannot be chosen: this model does not score by windows of tokens")
    elif isinstance(checkpoint, ScoresText):
        found = checkpoint.scored(texts)
        rests = [one.text[one.offsets[0] :] if one.offsets else "" for one in found]
        pairs = zip(found, rests, strict=True)
        return [(float(np.sum(one.logs)), len(one.logs), one.bytes, words_of(rest)) for one, rest in pairs]
    else:
        values = checkpoint.token_logprobs(texts)
    return [
        (float(np.sum(logs, dtype=np.float64)), len(logs), len(text.encode("utf-8", "replace")), words_of(text))
        for text, logs in zip(texts, values, strict=True)
    ]


def _measure(subject: Subject, documents: int, characters: int, windows: Windows) -> dict[str, Likelihood]:
    if subject.checkpoint and not training_is_known(subject.checkpoint):
        ids = subject.once("corpus ids", subject.corpus.ids)
        drawn = _draw(subject.seed, "corpus", ids, min(documents, len(ids)))
        return {UNKNOWN: _scored(subject, drawn, characters, windows)}
    split = subject_split(subject)
    if subject.checkpoint is None or "prompt_logprob" not in subject.checkpoint.capabilities:
        raise IncompleteError("the checkpoint gives no token probabilities")
    if not split.held_out:
        raise IncompleteError("no document was held out of training; set model.held_out above 0")
    n = min(documents, len(split.held_out))
    chosen = {"held-out": _draw(subject.seed, "held-out", split.held_out, n)}
    if split.trained:
        chosen["trained"] = _draw(subject.seed, "trained", sorted(split.trained), n)
    return {side: _scored(subject, ids, characters, windows) for side, ids in chosen.items()}


def _scored(subject: Subject, ids: Sequence[str], characters: int, windows: Windows) -> Likelihood:
    found = score_documents(subject, ids, characters, windows)
    if not len(found):
        raise IncompleteError("no document has a token that could be scored")
    return found


def _draw(seed: int, side: str, names: Sequence[str], n: int) -> list[str]:
    rng = generator(derive_seed(seed, "likelihood"), side)
    return [names[place] for place in sorted(rng.permutation(len(names))[:n])]
