"""Bits per byte on held-out documents: perplexity without the tokenizer."""

import math

from ..base import METRICS, Outcome, Subject
from .likelihood import Windows, bits_per_byte, byte_perplexity, likelihood_items, measure_likelihood, protocol_of
from .perplexity import likelihood_score


@METRICS.register(
    "bits-per-byte",
    source="Gao et al. 2020, The Pile (arXiv 2101.00027), section 3.1; lm-evaluation-harness bits_per_byte",
    unit="bits per UTF-8 byte",
    range="[0, inf)",
    needs="prompt_logprob",
    protocol="-sum of log2-likelihood / sum of UTF-8 bytes of the same text, over all documents together; windows, "
    "stride and characters in the string",
    pitfalls="Scripts differ in bytes per character: compare models on one corpus, not corpora by one model. Windows "
    "still matter, and count tokens.",
)
def measure_bits_per_byte(
    subject: Subject,
    documents: int = 200,
    characters: int = 2000,
    window: int | None = None,
    stride: int | None = None,
) -> Outcome:
    """Bits per UTF-8 byte on held-out and on trained documents; comparable between tokenizers.

    Minus the sum of log2-likelihoods over the number of bytes of the same text; beside it the perplexity per byte, 2 to
    that power. Parameters as for ``perplexity``, whose work it shares.
    """
    windows = Windows(window, stride)
    parts = measure_likelihood(subject, documents, characters, windows)
    protocol = protocol_of(subject, characters, windows)
    scores = [
        likelihood_score("bits-per-byte", bits_per_byte(part), f"bits-per-byte/2 {protocol}", "bits per byte", side)
        for side, part in parts.items()
    ]
    items = tuple(
        likelihood_items(part, -part.log / math.log(2), part.bytes, score)
        for part, score in zip(parts.values(), scores, strict=True)
    )
    per_byte = [
        likelihood_score(
            "byte-perplexity", byte_perplexity(part), f"byte-perplexity/1 {protocol}", "perplexity per byte", side
        )
        for side, part in parts.items()
    ]
    items += tuple(
        likelihood_items(part, -part.log, part.bytes, score, "exp")
        for part, score in zip(parts.values(), per_byte, strict=True)
    )
    return Outcome((*scores, *per_byte), items=items)
