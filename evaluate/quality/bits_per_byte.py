"""Bits per byte on held-out documents: perplexity without the tokenizer."""

import math
from collections.abc import Sequence

from ..base import METRICS, Outcome, Subject
from .likelihood import Windows, bits_per_byte, byte_perplexity, likelihood_items, measure_likelihood, protocol_of
from .perplexity import likelihood_score
from .text_groups import MINIMUM, GroupedValue, gap_finding, grouped_outcome, joined

UNEQUAL = (
    "HW-Q027",
    "The model knows this kind of text less well, and whoever writes so is served worse. Texts of some scripts, and "
    "names and numbers, cost more bytes or bits whatever the model: the gap says that, too.",
    "Count how many documents of the group were trained on (audit composition) and add more, or give them more weight. "
    "For languages and scripts compare the gap with that of another model on the same documents: headwater compare.",
)


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
    groups: Sequence[str] | None = None,
    minimum: int = MINIMUM,
) -> Outcome:
    """Bits per UTF-8 byte on held-out and on trained documents, and by group; comparable between tokenizers.

    Minus the sum of log2-likelihoods over the number of bytes of the same text; beside it the perplexity per byte, 2 to
    that power. Parameters as for ``perplexity``, whose work it shares. Finding HW-Q027 where one group of unseen
    documents costs more than another, beyond what chance gives to groups of these sizes.
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
    whole = Outcome((*scores, *per_byte), items=items)
    side, part = next(iter(parts.items()))
    value = GroupedValue(
        "bits-per-byte", scores[0].method, "bits per byte", "bits per byte", part.ids, -part.log / math.log(2),
        part.bytes, place={"split": side}, name="Bits per byte",
    )  # fmt: skip
    return joined(whole, grouped_outcome(subject, value, groups, minimum, gap_finding(subject, value, *UNEQUAL)))
