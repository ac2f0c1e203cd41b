"""Probabilities of each label from models that did not see the row, for tables, texts and images.

Each is the mean of two models of different kinds where both are cheap: one draws planes, the other looks at
neighbourhoods or cuts, so that what one of them cannot represent does not make every label look wrong.
"""

from collections.abc import Sequence
from typing import Any
from warnings import catch_warnings, simplefilter

import numpy as np
from numpy.typing import NDArray

from .confident_joint import Floats, Ints

COMPONENTS, NEIGHBOURS, TREES = 64, 10, 40
DIGITS = 6  # the last digits follow the order of summation, and that the number of threads
MODELS = {
    "table": "mean of logistic regression (one-hot) and gradient-boosted trees (40 of at most 15 leaves)",
    "text": "logistic regression on tf-idf of words and pairs of words, hashed to 65,536",
    "image": "mean of linear discriminant analysis and the 10 nearest neighbours, on gradients and pixels",
}


def held_out_probabilities(modality: str, features: Any, given: Ints, folds: int, seed: int) -> Floats:
    """Probabilities (rows, k): ``features`` are codes (rows, columns), texts, or numbers (rows, d), by modality.

    Every class needs ``folds`` rows. Rounded to six decimals.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.model_selection import StratifiedKFold

    matrix = _matrix(modality, features, seed)
    found = np.zeros((len(given), int(given.max()) + 1))
    for seen, unseen in StratifiedKFold(folds, shuffle=True, random_state=seed).split(given, given):
        models = _models(modality, found.shape[1], len(seen), seed)
        for model, part in zip(models, matrix, strict=True):
            with catch_warnings():
                simplefilter("ignore", ConvergenceWarning)  # a hundred steps are enough to tell labels apart
                found[unseen] += model.fit(part[seen], given[seen]).predict_proba(part[unseen]) / len(models)
    return np.round(found, DIGITS)


def _models(modality: str, classes: int, rows: int, seed: int) -> list[Any]:
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier

    if modality == "image":
        linear = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")
        return [linear, KNeighborsClassifier(min(NEIGHBOURS, rows), algorithm="brute")]
    if modality == "text":
        return [LogisticRegression(C=10.0, max_iter=100)]
    turns = min(TREES, max(10, 400 // classes))
    trees = HistGradientBoostingClassifier(
        max_iter=turns, max_leaf_nodes=15, learning_rate=0.15, early_stopping=False, random_state=seed
    )
    return [LogisticRegression(max_iter=100, tol=1e-3), trees]


def _matrix(modality: str, features: Any, seed: int) -> list[Any]:
    """What each model sees. Nothing here looks at the labels, so that it may look at all rows."""
    if modality == "table":
        from sklearn.preprocessing import OneHotEncoder

        return [OneHotEncoder().fit_transform(features).tocsr(), np.asarray(features, np.float64)]
    if modality == "text":
        return [_words(features)]
    numbers = np.asarray(features, np.float64)
    varying = numbers[:, np.ptp(numbers, axis=0) > 0]
    return [varying, _components(varying, seed)]


def _words(texts: Sequence[str]) -> Any:
    from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer

    hashed = HashingVectorizer(n_features=2**16, ngram_range=(1, 2), alternate_sign=False, norm=None)
    return TfidfTransformer(sublinear_tf=True).fit_transform(hashed.transform(texts)).tocsr()


def _components(numbers: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """The first 64 principal components, in which distances cost less and mean nearly the same."""
    from sklearn.decomposition import PCA

    if min(numbers.shape) <= COMPONENTS:
        return numbers
    reduced = PCA(COMPONENTS, svd_solver="covariance_eigh", random_state=seed).fit_transform(numbers)
    return np.asarray(reduced, np.float64)
