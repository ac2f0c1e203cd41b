"""How far a judge agrees with people on the same outputs: Cohen's kappa and Krippendorff's alpha with intervals."""

from collections.abc import Sequence

import numpy as np

from ...core import Measurement, NotMeasured, Score
from ...curate import LabelRatings, agreement_estimate, alphas, cohen_kappas

RESAMPLES = 1_000
LEAST = 5


def agreement(
    judge: Sequence[int], people: Sequence[int], clusters: Sequence[str], seed: int, metric: str, method: str
) -> list[Measurement]:
    """Both coefficients of verdicts and labels (outputs,), by bootstrap over ``clusters``; undefined ones say why."""
    names = (f"{metric}-kappa", f"{metric}-alpha")
    if len(judge) < LEAST:
        reason = f"{len(judge)} outputs have a verdict and a label; {LEAST} are needed"
        return [NotMeasured(name, reason) for name in names]
    values = sorted({*judge, *people})
    one, other = (np.array([values.index(value) for value in side]) for side in (judge, people))
    n = len(one)
    both = LabelRatings(
        np.tile(np.arange(n), 2), np.repeat([0, 1], n), np.concatenate([one, other]), tuple(map(str, range(n))),
        ("judge", "people"), tuple(map(str, values)), np.array(values, np.float64),
    )  # fmt: skip
    distinct, members = np.unique(np.asarray(clusters, object).astype(str), return_inverse=True)
    members, k = members.reshape(-1), len(distinct)
    found = (
        agreement_estimate(
            lambda w: cohen_kappas(one, other, len(values), w), members, k, RESAMPLES, seed, "judge kappa"
        ),
        agreement_estimate(lambda w: alphas(both, "ordinal", w), members, k, RESAMPLES, seed, "judge alpha"),
    )
    what = ("Cohen's kappa of the median verdict and the label", "Krippendorff's alpha, ordinal")
    scores: list[Measurement] = []
    for name, part, told in zip(names, found, what, strict=True):
        if part is None:
            scores.append(NotMeasured(name, f"undefined: all {n} verdicts and labels are the same"))
            continue
        scores.append(
            Score(name, part.value, k, "agreement above chance", f"{name}/1 {told}, bootstrap over prompts, {method}",
                  part.low, part.high, interval=part.why, direction="higher")
        )  # fmt: skip
    return scores
