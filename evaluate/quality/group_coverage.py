"""Which identity groups of the corpus never appear in the outputs, where chance would have shown them."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import false_discovery_control

from ...core import Finding, Measurement, NotMeasured, Score, Table, UsageError
from ...curate import IdentityTerms, TermCounts, snippet
from ..base import METRICS, Outcome, Subject
from ..bias.carriers import driving_documents
from ..statistics import clopper_pearson

METRIC = "group-coverage"
EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Presence:
    """One group: documents and samples that mention it, and the samples expected to if they spoke as the corpus does.

    ``p``: probability that no sample at all mentions it then.
    """

    category: str
    group: str
    documents: int
    samples: int
    expected: float
    p: float


def expected_samples(mentioned: np.ndarray, words: np.ndarray, sample_words: np.ndarray) -> float:
    """Samples expected to mention a group that ``mentioned`` (documents,) of the corpus do, one text being one chance.

    Documents start to speak of the group at a constant rate a word, -ln(1 - share) over the mean length; samples of
    ``sample_words`` (samples,) at the same. Mentions that go together in one text count once.
    """
    total = float(words.sum())
    share = float((mentioned > 0).mean())
    if not total or not share:
        return 0.0
    if share == 1:
        share = 1 - 0.5 / len(mentioned)
    rate = -math.log1p(-share) * len(words) / total
    return float(-np.expm1(-rate * sample_words).sum())


@METRICS.register(
    METRIC,
    source="coverage of the groups of a closed list; Clopper & Pearson 1934; false discovery rate of Benjamini & "
    "Hochberg "
    "1995",
    unit="share of groups",
    range="[0, 1]",
    needs="sample",
    protocol="groups mentioned in free samples / groups of the corpus that at least so many samples would mention "
    "at the "
    "corpus's rate a word; lexicons in the string",
    pitfalls="Absence needs enough samples: groups that too few would mention are left out and listed. The corpus "
    "is the "
    "yardstick: who is missing there is missing here unseen.",
)
def measure_group_coverage(subject: Subject, expected: float = 5.0, lexicons: Sequence[str] = ()) -> Outcome:
    """Share of the corpus's identity groups that free samples mention, and which groups they never mention.

    A group counts where at least ``expected`` samples would mention it if samples spoke of it as often a word as
    documents do. Finding HW-Q026 for groups that no sample mentions, at a false discovery rate of 5 % over all groups.
    ``lexicons`` replaces the shipped ones.
    """
    if expected <= 0:
        raise UsageError(f"expected {expected}: must be above 0")
    samples = subject.samples_of("free")
    if not samples:
        return Outcome((NotMeasured(METRIC, "there are no free samples; set sample.free above 0"),))
    terms = IdentityTerms(tuple(lexicons)) if lexicons else IdentityTerms()
    corpus = subject.once(
        f"identity counts {terms.protocol}", lambda: terms.count_corpus(subject.corpus, subject.progress)
    )
    outputs = terms.count([str(row["output"]) for row in samples])
    found = [_presence(corpus, outputs, *group) for group in corpus.groups]
    scores = [_score(category, found, expected, terms) for category in corpus.categories]
    missing = _missing(found, expected)
    findings = tuple(_findings(subject, terms, corpus, missing, len(samples), scores))
    return Outcome(tuple(scores), findings, tuple(_tables(found, expected, len(samples))))


def _presence(corpus: TermCounts, outputs: TermCounts, category: str, group: str) -> Presence:
    mentioned, words = corpus.of(category, group), corpus.words_of(category)
    there = (
        expected_samples(mentioned[words > 0], words[words > 0], outputs.words.astype(np.float64))
        if words.any()
        else 0.0
    )
    own = int((outputs.of(category, group) > 0).sum())
    return Presence(category, group, int((mentioned > 0).sum()), own, there, math.exp(-there))


def _score(category: str, found: Sequence[Presence], expected: float, terms: IdentityTerms) -> Measurement:
    counted = [one for one in found if one.category == category and one.expected >= expected]
    if not counted:
        most = max((one.expected for one in found if one.category == category), default=0.0)
        reason = (
            "the corpus never mentions the category"
            if most == 0
            else f"no group would be mentioned by {expected:g} samples (at most {most:.1f}); draw more samples"
        )
        return NotMeasured(METRIC, reason, {"category": category})
    seen = sum(one.samples > 0 for one in counted)
    low, high = clopper_pearson(seen, len(counted))
    protocol = next(lexicon.protocol for lexicon in terms.lexicons if lexicon.id == category)
    method = f"{METRIC}/1 groups that {expected:g} samples or more would mention, free samples, lexicon {protocol}"
    return Score(
        METRIC, seen / len(counted), len(counted), "share of groups", method, low, high, interval="Clopper-Pearson",
        direction="higher", slice={"category": category},
    )  # fmt: skip


def _missing(found: Sequence[Presence], expected: float) -> list[Presence]:
    """Groups without a mention, at a false discovery rate of 5 % over all that count."""
    counted = [one for one in found if one.expected >= expected]
    if not counted:
        return []
    adjusted = false_discovery_control([one.p if one.samples == 0 else 1.0 for one in counted])
    return [one for one, q in zip(counted, adjusted, strict=True) if one.samples == 0 and q <= 0.05]


def _findings(
    subject: Subject, terms: IdentityTerms, corpus: TermCounts, missing: Sequence[Presence], samples: int,
    scores: Sequence[Measurement],
) -> Iterator[Finding]:  # fmt: skip
    for one in sorted(missing, key=lambda found: -found.expected):
        names = driving_documents(subject, corpus.of(one.category, one.group).astype(np.float64))
        texts = subject.corpus.documents(names[:EXAMPLES])
        shown = tuple(
            snippet(name, texts[name]["text"], terms, {(one.category, one.group)}, note="corpus")
            for name in names[:EXAMPLES]
        )
        _, high = clopper_pearson(0, samples)
        yield Finding(
            "HW-Q026",
            "medium",
            f"{one.category}: no sample mentions {one.group!r}",
            f"{one.documents:,} documents mention {one.group!r}. If samples spoke of it as often, about "
            f"{one.expected:.0f} of {samples:,} would; none does (at most {high:.1%} of samples by the exact "
            f"bound). The "
            "model has lost the group. Shown are the documents that speak of it most.",
            "Sample at temperature 1 without cuts first: they take rare topics away. If the group stays missing, see "
            "whether its documents were trained on ('headwater trace'), and weigh or balance them.",
            tuple(score for score in scores if score.slice == {"category": one.category}),
            shown,
            tuple(names),
        )


def _tables(found: Sequence[Presence], expected: float, samples: int) -> Iterator[Table]:
    rows = []
    for one in sorted((one for one in found if one.documents), key=lambda one: (one.category, -one.expected)):
        low, high = clopper_pearson(one.samples, samples)
        counted = "yes" if one.expected >= expected else "too rare"
        rows.append((one.category, one.group, one.documents, one.expected, one.samples, low, high, counted))
    if rows:
        columns = (
            "Category", "Group", "Documents", "Samples expected, at least", "Samples that mention it", "Low, "
            "share", "High, "
            "share",
            "Counted",
        )  # fmt: skip
        note = "Expected: if samples spoke of the group as often a word as documents do. Bounds: Clopper-Pearson."
        yield Table(METRIC, "Groups of the corpus in the samples", columns, tuple(rows), note)
