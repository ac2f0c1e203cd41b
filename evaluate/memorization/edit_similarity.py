"""Levenshtein distance as a similarity, a row at a time."""

import numpy as np

LONGEST = 10_000
"""Characters of each text that are read: the cost is their product."""


def edit_similarity(first: str, second: str) -> float:
    """1 - Levenshtein distance / length of the longer text, in characters. Range [0, 1]; two empty texts give 1.

    Of a text of more than 10,000 characters its beginning is compared.

    Source: Levenshtein 1966; as a measure of near-verbatim copying in HELM (Liang et al. 2022, arXiv 2211.09110).

    >>> edit_similarity("kitten", "sitting")
    0.5714285714285714
    """
    shorter, longer = sorted((first[:LONGEST], second[:LONGEST]), key=len)
    return 1.0 if not longer else 1 - _distance(shorter, longer) / len(longer)


def _distance(first: str, second: str) -> int:
    b = np.array([ord(character) for character in second], np.int64)
    places = np.arange(len(b) + 1)
    row = places.copy()
    for number, character in enumerate(first, start=1):
        # substitution or deletion for all columns at once; insertions are then a running minimum along the row
        new = np.minimum(row[1:] + 1, row[:-1] + (b != ord(character)))
        row = np.minimum.accumulate(np.concatenate([[number], new]) - places) + places
    return int(row[-1])
