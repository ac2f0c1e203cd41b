"""Perplexity per word on held-out documents: what papers on WikiText report."""

from ..base import METRICS, Outcome, Subject
from .likelihood import Windows, measure_likelihood, protocol_of, word_perplexity
from .perplexity import likelihood_score


@METRICS.register(
    "word-perplexity",
    source="Merity et al. 2016 (arXiv 1609.07843); lm-evaluation-harness word_perplexity",
    unit="perplexity per word",
    range="[1, inf)",
    needs="prompt_logprob",
    protocol="exp(-sum of log-likelihood of all tokens / sum of words) over all documents together; words are the "
    "pieces between white space (regular expression \\s+, empty pieces at the ends included); windows and stride in "
    "the string",
    pitfalls="Words are what white space separates: punctuation stays with its word unless the corpus was tokenised, "
    "and languages without spaces have few words. Compare on one text only.",
)
def measure_word_perplexity(
    subject: Subject,
    documents: int = 200,
    characters: int = 2000,
    window: int | None = None,
    stride: int | None = None,
) -> Outcome:
    """Perplexity per word on held-out and on trained documents; comparable between tokenizers on one text.

    The likelihood of all tokens of the text, spread over its words. Parameters as for ``perplexity``, whose work it
    shares.
    """
    windows = Windows(window, stride)
    parts = measure_likelihood(subject, documents, characters, windows)
    method = f"word-perplexity/1 white-space words, {protocol_of(subject, characters, windows)}"
    unit = "perplexity per word"
    return Outcome(
        tuple(
            likelihood_score("word-perplexity", word_perplexity(part), method, unit, side)
            for side, part in parts.items()
        )
    )
