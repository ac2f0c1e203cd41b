"""Shares of images with their intervals, and the rows behind them."""

from collections.abc import Mapping, Sequence

from ...core import Corpus, Example, Score, wilson
from ..privacy import redact

DOCUMENTS, EXAMPLES = 200, 5
UNIT = "share of images"


def share_score(metric: str, count: int, n: int, method: str, slice: Mapping[str, str] | None = None) -> Score:
    """A share of images with Wilson's interval; less is better."""
    low, high = wilson(count, n)
    return Score(
        metric, count / n, n, UNIT, method, low, high, "Wilson", direction="lower", slice=dict(slice or {})
    )  # fmt: skip


def told(score: Score) -> str:
    """A share in words: ``1.20 % (95 % interval 0.80 % to 1.70 %)``."""
    low, high = score.low or 0.0, score.high or 0.0
    return f"{score.value:.2%} of {score.n:,} images (95 % interval {low:.2%} to {high:.2%})"


def require_images(corpus: Corpus) -> str:
    """Why a corpus cannot be audited as images; empty where it can."""
    if corpus.modality == "image":
        return ""
    return f"needs images, and this corpus holds records of kind {corpus.modality!r}"


def file_name(attributes: Mapping[str, str], length: int = 80) -> str:
    """The place of an image in its source, redacted: names of files can be names of people."""
    return redact(attributes.get("locator", ""))[:length]


def examples(rows: Sequence[tuple[str, str, str]]) -> tuple[Example, ...]:
    """Examples of (id, file name, note)."""
    return tuple(Example(name, file, note, (), (name,)) for name, file, note in rows[:EXAMPLES])
