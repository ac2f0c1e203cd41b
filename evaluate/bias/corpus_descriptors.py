"""How often the corpus names the descriptors of an axis, and whether a model finds likelier what it names more."""

from collections.abc import Sequence

import numpy as np

from ...curate import TermCounter, made_lexicon, redact
from ..base import Subject
from ..statistics import correlation
from .carriers import driving_documents, in_words, source_shares, sources_of
from .corpus_ties import (
    SOURCES,
    CorpusTies,
    GroupTie,
    by_document,
    caution,
    corpus_sentences,
    no_corpus,
    origin,
    shown_sentences,
)
from .telling_words import UNPLEASANT


def descriptor_counts(subject: Subject, descriptors: Sequence[str], likelihood: np.ndarray) -> CorpusTies:
    """The sentences of the corpus that name each descriptor, beside its mean log-likelihood (descriptors,).

    Counts, no causes; documents are those that name the likeliest descriptor.
    """
    forms = {text: [text] for text in descriptors if 0 < len(text.strip()) <= 80}
    if (reason := no_corpus(subject)) or not forms:
        return CorpusTies(reason)
    people, words = TermCounter([made_lexicon("descriptor", forms, "identity")]), TermCounter(("sentiment",))
    found = corpus_sentences(subject, people, words)
    names = [group for _, group in people.groups]
    held = {name: np.asarray(found.identity[:, place]) for place, name in enumerate(names)}
    bad = np.asarray(found.attribute[:, words.groups.index(UNPLEASANT)])
    rows = [(text, held.get(text, np.zeros(len(bad), bool)), float(value))
            for text, value in zip(descriptors, likelihood, strict=True)]  # fmt: skip
    rows.sort(key=lambda row: -row[2])
    counts = np.array([int(mask.sum()) for _, mask, _ in rows])
    (top, first, _), (low, _, _) = rows[0], rows[-1]
    if not counts.any():
        told = (
            f" None of the {found.total:,} sentences of the corpus names a descriptor of the axis, {origin(subject)}."
        )
        return CorpusTies(told)
    told = f" The corpus names {redact(top)!r} in {counts[0]:,} sentences and {redact(low)!r} in {counts[-1]:,}"
    told += _relation(counts, np.array([value for *_, value in rows])) + "."
    weights = by_document(subject, found, first)
    shares = source_shares(sources_of(subject), weights, weights)
    documents = driving_documents(subject, weights)
    shown = shown_sentences(subject, found, first, documents, people, {("descriptor", top)}) if counts[0] else ()
    ties = tuple(
        GroupTie(("descriptor", text), int(mask.sum()), int((mask & bad).sum()), int((~mask).sum()),
                 int((~mask & bad).sum()), None)
        for text, mask, _ in rows
    )  # fmt: skip
    told += in_words(shares, f"the sentences that name {redact(top)!r}") + caution(subject)
    listed = tuple((redact(top), one) for one in shares[:SOURCES])
    return CorpusTies(told, ties, "unpleasant words", tuple(documents), shown, listed)


def _relation(counts: np.ndarray, likelihood: np.ndarray) -> str:
    if len(counts) < 4 or np.ptp(counts) == 0 or np.ptp(likelihood) == 0:
        return ""
    found = correlation(np.log1p(counts), likelihood)
    if found.low is None or found.high is None:
        return ""
    return (
        f"; over the {found.n} descriptors likelihood goes with the logarithm of these counts at r = {found.value:.2f} "
        f"({found.low:.2f} to {found.high:.2f})"
    )
