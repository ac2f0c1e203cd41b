"""Two runs compared on the items that both have, by the machinery of ``headwater compare``."""

from dataclasses import dataclass
from pathlib import Path

from .changes import key_of
from .reading import clean

DECIDABLE = 0.05


@dataclass(frozen=True, slots=True)
class Paired:
    """Newest minus reference on the same items (of perplexity its logarithm), at 95 %, and a two-sided p."""

    difference: float
    low: float | None
    high: float | None
    p: float
    test: str
    items: int


def paired_scores(reference: Path, newest: Path, track: str = "") -> dict[str, Paired]:
    """By the key of the score; scores without items, and those too small for any verdict, are left out."""
    from ...evaluate import compare

    found: dict[str, Paired] = {}
    for one in compare(newest, reference):
        if one.p is None or one.difference is None or one.least > DECIDABLE and one.verdict != "the same":
            continue
        place = {clean(key): clean(value) for key, value in one.slice.items()}
        key = key_of(track, "evaluation", clean(one.metric), place)
        found[key] = Paired(one.difference, one.low, one.high, one.p, one.test, one.items)
    return found
