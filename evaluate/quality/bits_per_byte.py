"""Bits per byte on held-out documents: perplexity without the tokenizer."""

import math

from ...core import Score
from ..base import METRICS, Outcome, Subject
from .likelihood import bits_per_byte, likelihood_items, measure_likelihood
from .perplexity import INTERVAL, window_of


@METRICS.register(
    "bits-per-byte",
    source="Gao et al. 2020, The Pile (arXiv 2101.00027), section 3.1; lm-evaluation-harness bits_per_byte",
    unit="bits per UTF-8 byte",
    range="[0, inf)",
    needs="prompt_logprob",
    protocol=(
        "minus the summed log2-likelihood over the summed UTF-8 bytes of the same text; windows and cuts as for "
        "perplexity"
    ),
    pitfalls=(
        "Does not depend on the tokenizer, but on the window and where a document is cut. A byte of a language "
        "with long UTF-8 sequences holds less than one of English: do not compare languages by it."
    ),
)
def measure_bits_per_byte(subject: Subject, documents: int = 200, characters: int = 2000) -> Outcome:
    """Bits per UTF-8 byte on held-out and on trained documents; comparable between tokenizers.

    Minus the sum of log2-likelihoods over the number of bytes of the same text. Parameters as for ``perplexity``,
    whose work it shares.
    """
    parts = measure_likelihood(subject, documents, characters)
    method = f"bits-per-byte/1 corpus level, disjoint windows{window_of(subject)}, first {characters} characters"
    scores, items = [], []
    for side, part in parts.items():
        value = bits_per_byte(part)
        bounds = {"interval": INTERVAL, **value.bounds()}
        unit, place = "bits per byte", {"split": side}
        scores.append(
            Score("bits-per-byte", value.value, value.n, unit, method, direction="lower", slice=place, **bounds)
        )
        items.append(likelihood_items(part, -part.log / math.log(2), part.bytes, scores[-1]))
    return Outcome(tuple(scores), items=tuple(items))
