"""Perplexity on held-out documents, beside the same on trained ones."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torchmetrics import Metric

from ...core import Chart, Finding, Score, Series, Severity
from ..base import METRICS, Outcome, Subject
from ..items import ItemValues
from ..statistics import Estimate
from .likelihood import (
    UNKNOWN,
    Likelihood,
    Windows,
    likelihood_items,
    loss_gap,
    measure_likelihood,
    perplexity,
    protocol_of,
    tokenizer_of,
)
from .text_groups import MINIMUM, GroupedValue, grouped_outcome, joined

NOTABLE_GAP, LARGE_GAP = 0.05, 0.5
"""Nats per token: 5 % and 65 % higher perplexity on text that the model has not seen."""
INTERVAL = "Fieller's and Hall's interval, clustered by document"


@METRICS.register(
    "perplexity",
    source="Jelinek et al. 1977; rolling windows of lm-evaluation-harness",
    unit="perplexity per token",
    range="[1, inf)",
    needs="prompt_logprob",
    protocol="exp(-sum of log-likelihood / sum of tokens) over all documents together; windows, stride, tokenizer and "
    "characters in the string",
    pitfalls="Not a mean over documents, which a few short ones would dominate. Windows move it by 15 % and more, "
    "tokenizers by any amount: values of other windows or tokenizers refuse to be compared.",
)
def measure_perplexity(
    subject: Subject,
    documents: int = 200,
    characters: int = 2000,
    window: int | None = None,
    stride: int | None = None,
    groups: Sequence[str] | None = None,
    minimum: int = MINIMUM,
) -> Outcome:
    """Perplexity per token on held-out documents, by group, and the gap to documents that were trained on.

    Corpus level: exp of the mean negative log-likelihood of all tokens, each after a begin token. ``documents`` of each
    side at most, each cut at ``characters``. ``window`` tokens are seen at once (None: the model's context) and each
    window predicts ``stride`` new ones (None: all of them); a smaller stride gives each token at least
    ``window - stride`` tokens of context. ``groups`` names the groups that documents are told apart by (None: all that
    the corpus declares, source and language), each with ``minimum`` documents or more. Finding HW-Q001 where held-out
    text is clearly less likely than trained text.
    """
    windows = Windows(window, stride)
    parts = measure_likelihood(subject, documents, characters, windows)
    protocol = f"{protocol_of(subject, characters, windows)}, {tokenizer_of(subject)}"
    method = f"perplexity/2 {protocol}"
    values = {side: perplexity(part) for side, part in parts.items()}
    scores = [
        likelihood_score("perplexity", value, method, "perplexity per token", side) for side, value in values.items()
    ]
    items = tuple(
        likelihood_items(part, -part.log, part.tokens, score, "exp")
        for part, score in zip(parts.values(), scores, strict=True)
    )
    grouped = grouped_outcome(subject, _grouped(parts, method), groups, minimum)
    if "trained" not in parts:
        return joined(Outcome(tuple(scores), exhibits=(_chart(values),), items=items), grouped)
    gap = loss_gap(parts["held-out"], parts["trained"])
    gap_method = f"loss-gap/2 held-out minus trained, {protocol}"
    score = likelihood_score("loss-gap", gap, gap_method, "nats per token", None, "Welch's t interval")
    scores.append(score)
    items += (gap_items(score, parts["held-out"], parts["trained"]),)
    whole = Outcome(tuple(scores), _overfitting(gap, parts, tuple(scores)), (_chart(values),), items)
    return joined(whole, grouped)


def _grouped(parts: dict[str, Likelihood], method: str) -> GroupedValue:
    """Documents that the model has not seen, or those of the corpus where that is unknown."""
    side, part = next(iter(parts.items()))
    return GroupedValue(
        "perplexity", method, "perplexity per token", "nats per token", part.ids, -part.log, part.tokens, exp=True,
        place={"split": side}, name="Perplexity",
    )  # fmt: skip


def gap_items(score: Score, held_out: Likelihood, trained: Likelihood) -> ItemValues:
    """The documents behind the gap; a document that is held out in one run and trained on in another is two items."""
    first, second = (
        ([f"{side} {name}" for name in part.ids], -part.log, part.tokens)
        for side, part in (("held-out", held_out), ("trained", trained))
    )
    return ItemValues.of_difference(score, first, second)


class PerplexityMetric(Metric):
    """Streaming perplexity per token for training loops: float64 sums that merge across processes.

    Equals :func:`~headwater.evaluate.perplexity` on the same tokens. Uses log-softmax, so that a token 200 nats down
    stays finite.

    >>> metric = PerplexityMetric()
    >>> metric.update(torch.zeros(2, 5, 8), torch.zeros(2, 5, dtype=torch.long))
    >>> round(float(metric.compute()), 6)
    8.0
    """

    is_differentiable = False
    higher_is_better = False
    full_state_update = False
    log_likelihood: Tensor
    tokens: Tensor

    def __init__(self, ignore_index: int | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.ignore_index = ignore_index
        self.add_state("log_likelihood", torch.zeros((), dtype=torch.float64), dist_reduce_fx="sum")
        self.add_state("tokens", torch.zeros((), dtype=torch.float64), dist_reduce_fx="sum")

    def update(self, logits: Tensor, targets: Tensor) -> None:
        """logits: (..., vocabulary), unnormalised; targets: (...) token ids, ``ignore_index`` left out."""
        chosen = logits.double().log_softmax(-1).gather(-1, targets.clamp(min=0)[..., None])[..., 0]
        counted = torch.ones_like(targets, dtype=torch.bool)
        if self.ignore_index is not None:
            counted = targets != self.ignore_index
        self.log_likelihood += chosen[counted].sum()
        self.tokens += counted.sum()

    def compute(self) -> Tensor:
        """exp(-log-likelihood / tokens), float64; NaN before any token."""
        return torch.exp(-self.log_likelihood / self.tokens)


def likelihood_score(
    metric: str, value: Estimate, method: str, unit: str, side: str | None, interval: str = INTERVAL
) -> Score:
    """A score that is better when lower, of one side of the split."""
    bounds = {"interval": interval, **value.bounds()}
    place = {"split": side} if side else {}
    return Score(metric, value.value, value.n, unit, method, direction="lower", slice=place, **bounds)


def _chart(values: dict[str, Estimate]) -> Chart:
    low = tuple(value.value if value.low is None else value.low for value in values.values())
    high = tuple(value.value if value.high is None else value.high for value in values.values())
    y = tuple(value.value for value in values.values())
    series = Series("perplexity", tuple(values), y, low, high)
    unknown = UNKNOWN in values
    title = "Perplexity on documents " + ("of the corpus" if unknown else "the model has and has not seen")
    return Chart("perplexity", title, "interval", "documents", "perplexity per token", (series,))


def _overfitting(gap: Estimate, parts: dict[str, Likelihood], scores: tuple[Score, ...]) -> tuple[Finding, ...]:
    if gap.low is None or gap.low <= NOTABLE_GAP:
        return ()
    severity: Severity = "high" if gap.low > LARGE_GAP else "medium"
    return (
        Finding(
            code="HW-Q001",
            severity=severity,
            title=f"The model fits its training text better than unseen text (by {gap.value:.2f} nats a token)",
            meaning=(
                "Held-out documents come from the same corpus and differ from trained ones by chance alone. "
                "A gap this clear means that the model has begun to learn single documents instead of the language, "
                "which goes with memorization."
            ),
            advice="Train for fewer steps or on more documents, remove duplicates, or choose a smaller model.",
            scores=scores,
        ),
    )
