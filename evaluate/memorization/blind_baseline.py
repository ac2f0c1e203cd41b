"""How well members can be told from non-members without the model: by their words alone."""

from collections.abc import Sequence

import numpy as np

from ...core import IncompleteError
from ..statistics import Floats

FOLDS = 5
FEATURES = 1 << 16


def blind_scores(texts: Sequence[str], member: Sequence[bool], groups: Sequence[str], seed: int) -> Floats:
    """Out-of-fold log-odds of membership (texts,) by a logistic regression on words and runs of 2 to 4 characters.

    5 folds; texts of one group (exact copies) stand in one fold. No model takes part, so between exchangeable halves
    the area under its curve is 0.5; more than that is a difference of the halves. After Das et al. 2024, Blind
    Baselines Beat Membership Inference Attacks for Foundation Models (arXiv 2406.16201).
    Raises :class:`IncompleteError` with fewer than 5 groups on a side.
    """
    from scipy.sparse import hstack
    from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedGroupKFold

    side = np.asarray(member, bool)
    names = np.asarray(groups, object)
    fewest = min(len(set(names[side])), len(set(names[~side])))
    if fewest < FOLDS:
        raise IncompleteError(f"the blind baseline needs {FOLDS} different texts on each side, there are {fewest}")
    make = [
        HashingVectorizer(n_features=FEATURES, norm=None, alternate_sign=False, token_pattern=r"\w+"),
        HashingVectorizer(n_features=FEATURES, norm=None, alternate_sign=False, analyzer="char_wb", ngram_range=(2, 4)),
    ]
    counts = hstack([each.transform(texts) for each in make], format="csr")
    scores = np.zeros(len(texts))
    for train, test in StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed % 2**32).split(counts, side, names):
        weigh = TfidfTransformer(sublinear_tf=True).fit(counts[train])
        fitted = LogisticRegression(max_iter=200, class_weight="balanced").fit(
            weigh.transform(counts[train]), side[train]
        )
        scores[test] = fitted.decision_function(weigh.transform(counts[test]))
    return scores
