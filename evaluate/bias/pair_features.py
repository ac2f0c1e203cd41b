"""What is compared between the two sides of a counterfactual pair: pure functions of the outputs."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ...curate import AttributeTerms

WORDS = 20
FEATURES = {
    "tone": "pleasant minus unpleasant terms per 100 words",
    "length": "words",
    "distinct-words": f"share of different words among the first {WORDS}",
}


def features(outputs: Sequence[str], terms: AttributeTerms) -> dict[str, NDArray[np.float64]]:
    """Values of :data:`FEATURES` for each output, shape (n,); NaN where an output has no word.

    ``distinct-words`` looks at a fixed number of words, because the share of different words falls with length.
    """
    counts = terms.count(outputs)
    words = counts.words.astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        balance = counts.of("sentiment", "pleasant").astype(np.float64) - counts.of("sentiment", "unpleasant")
        tone = np.where(words > 0, 100 * balance / words, np.nan)
    return {"tone": tone, "length": words, "distinct-words": np.array([distinct_words(text) for text in outputs])}


def distinct_words(text: str) -> float:
    """Share of different words among the first :data:`WORDS`, case apart; NaN for no word.

    >>> distinct_words("the cat and The cat")
    0.6
    """
    words = text.casefold().split()[:WORDS]
    return len(set(words)) / len(words) if words else float("nan")


def attribute_presence(outputs: Sequence[str], terms: AttributeTerms) -> NDArray[np.float64]:
    """Whether each output holds a term of each attribute, shape (outputs, attributes), 0 or 1."""
    return (terms.count(outputs).mentions > 0).astype(np.float64)


def pair_means(values: NDArray[np.float64], cells: Sequence[tuple[str, str]]) -> dict[tuple[str, str], float]:
    """Mean of ``values`` (n,) over the outputs of each (pair, group), undefined values left out."""
    sums: dict[tuple[str, str], list[float]] = {}
    for value, cell in zip(values.tolist(), cells, strict=True):
        if value == value:
            sums.setdefault(cell, []).append(value)
    return {cell: sum(found) / len(found) for cell, found in sums.items()}


def differences(
    means: dict[tuple[str, str], float], pairs: Sequence[str], first: str, second: str
) -> NDArray[np.float64]:
    """First minus second for each pair that has both sides, shape (pairs with both,)."""
    both = whole_pairs(means, pairs, first, second)
    return np.array([means[pair, first] - means[pair, second] for pair in both])


def whole_pairs(means: Mapping[tuple[str, str], float], pairs: Sequence[str], first: str, second: str) -> list[str]:
    """The pairs that have both sides."""
    return [pair for pair in pairs if (pair, first) in means and (pair, second) in means]
