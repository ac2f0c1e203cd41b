"""Columns as a classifier reads them, independent of the order of rows."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .distances import Bools, Ints
from .paired_column import PairedColumn

Floats = NDArray[np.float64]
CATEGORIES = 254
"""The trees of scikit-learn tell at most 255 categories of a column apart."""


def as_features(columns: Sequence[PairedColumn], sides: Sequence[Sequence[Ints]]) -> tuple[list[Floats], Bools]:
    """Features (rows, columns) of each side, and which columns are categories.

    Numbers stand as they are, NaN where there is none; of categories the commonest on all sides have a code each, the
    rest share one.
    """
    found = [np.zeros((len(side[0]), len(columns))) for side in sides]
    for place, column in enumerate(columns):
        values = column.order if column.is_number else _codes(column, [side[place] for side in sides])
        for matrix, side in zip(found, sides, strict=True):
            matrix[:, place] = values[side[place]]
    return found, np.array([not column.is_number for column in columns], bool)


def _codes(column: PairedColumn, sides: Sequence[Ints]) -> Floats:
    counts = sum((column.counts(side) for side in sides), np.zeros(len(column.labels), np.int64))
    rank = np.empty(len(counts))
    rank[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
    return np.minimum(rank, CATEGORIES)


def trees(categories: Bools, seed: int) -> Any:
    """Gradient-boosted trees: 100 of at most 31 leaves (Ke et al. 2017), without early stopping."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        max_iter=100, early_stopping=False, categorical_features=categories, random_state=seed
    )


def linear(categories: Bools) -> Any:
    """Logistic regression on standardized numbers and indicators of categories and of missing numbers."""
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    numbers = make_pipeline(SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
                            StandardScaler())  # fmt: skip
    names = OneHotEncoder(handle_unknown="infrequent_if_exist", max_categories=50)
    parts = [("numbers", numbers, ~categories), ("categories", names, categories)]
    return make_pipeline(ColumnTransformer(parts), LogisticRegression(max_iter=200, tol=1e-3))
