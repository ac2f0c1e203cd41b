"""What is shown of the support of claims: the shares beside the controls, each claim beside its passage, findings."""

from collections import Counter
from collections.abc import Iterator, Sequence

from ...core import Cell, Chart, Example, Exhibit, Finding, Measurement, Score, Series, Severity, Table
from ...curate import example, excerpt, redact
from .support_claims import NEW
from .support_verdicts import VERDICTS, Verdict

METRIC = "corpus-support"
EXAMPLES, LISTED, DOCUMENTS, WIDTH = 10, 50, 5, 240
Scored = dict[tuple[str, str], Score]


def exhibits(own: Sequence[Verdict], scores: Sequence[Measurement], every: Sequence[Verdict]) -> Iterator[Exhibit]:
    """Two tables and a chart."""
    found = _by_place(scores)
    groups = list(dict.fromkeys(group for _, group in found))
    counts = Counter((one.claim.group, one.verdict) for one in every)
    known = (f"{METRIC}-contradicted", "") in found  # not measured is no 0
    rows: list[tuple[Cell, ...]] = []
    for group in groups:
        counted = [counts[group, verdict] for verdict in VERDICTS]
        score = found[METRIC, group]
        shown = [
            n if verdict != "contradicted" or known else None for verdict, n in zip(VERDICTS, counted, strict=True)
        ]
        rows.append((group or "claims", sum(counted), *shown, score.value, score.low, score.high))
    columns = ("Claims", "n", "Supported", "Contradicted", "Unsupported", "Share supported", "Low", "High")
    note = (
        "Controls: sentences of the corpus have to be found; sentences of documents that are not searched are true and "
        "new; crossed sentences join halves of two sentences and are about nothing in the corpus."
    )
    yield Table(METRIC, "Support of claims in the corpus", columns, tuple(rows), note)
    x = tuple(group or "claims" for group in groups)
    y, low, high = (tuple(float(getattr(found[METRIC, one], part) or 0) for one in groups) for part in _PARTS)
    series = (Series("supported", x, y, low, high),)
    yield Chart(f"{METRIC}-chart", "Share of claims with support", "interval", "claims", "share supported", series)
    yield _claims(own)


_PARTS = ("value", "low", "high")


def _claims(own: Sequence[Verdict]) -> Table:
    """Contradicted claims first, then those with another number or name, then the other unsupported ones."""
    order = sorted(own, key=_worst)[:LISTED]
    lacking = any(one.missing for one in order)
    columns = ("Claim", "Verdict", "Nearest passage", "Document", *(["The passage lacks"] if lacking else []))
    rows = tuple(
        (
            excerpt(one.claim.text, width=WIDTH)[0],
            one.verdict,
            excerpt(one.passages[0].text, width=WIDTH)[0] if one.passages else "no passage shares a word",
            one.passages[0].document_id if one.passages else "",
            *([redact(", ".join(one.missing))] if lacking else []),
        )
        for one in order
    )
    return Table(f"{METRIC}-claims", "Claims beside the passages nearest to them", columns, rows)


def _worst(one: Verdict) -> tuple[int, bool, str]:
    return ("contradicted", "unsupported", "supported").index(one.verdict), not one.missing, one.claim.id


def findings(own: Sequence[Verdict], scores: Sequence[Measurement], searched: str) -> Iterator[Finding]:
    """HW-H020 for contradicted claims, where these are more than the model of entailment gets wrong of true sentences;
    HW-H021 for unsupported ones, where these are more than new true sentences would be, or differ from a passage in a
    number, a name or a negation."""
    found = _by_place(scores)
    if (score := found.get((f"{METRIC}-contradicted", ""))) and score.low is not None:
        control = found.get((score.metric, NEW))
        if score.low > (control.value if control else 0.0):
            yield _finding("HW-H020", "contradicted", own, score, control, searched)
    if (score := found.get((f"{METRIC}-unsupported", ""))) and score.value:
        control = found.get((score.metric, NEW))
        if control is None or _above(score, control) or any(one.missing for one in own):
            yield _finding("HW-H021", "unsupported", own, score, control, searched)


def _above(score: Score, control: Score | None) -> bool:
    """Whether the whole interval of the claims lies above that of the control."""
    return control is not None and score.low is not None and control.high is not None and score.low > control.high


def _finding(
    code: str, verdict: str, own: Sequence[Verdict], score: Score, control: Score | None, searched: str
) -> Finding:
    shown = [one for one in sorted(own, key=_worst) if one.verdict == verdict][:EXAMPLES]
    examples = tuple(_example(one) for one in shown)
    events = sum(one.verdict == verdict for one in own)
    assert score.low is not None and score.high is not None
    above = _above(score, control)
    severity: Severity = "medium" if above else "low"
    meaning = (
        f"Of {len(own):,} claims {events:,} ({score.value:.1%}, {score.low:.1%} to {score.high:.1%}) are {verdict} "
        f"among {searched}."
    )
    if control is not None:
        meaning += f" Of true sentences from documents that are not searched {control.value:.1%} are."
        meaning += " The claims lie above that." if above else " The claims do not lie above that for sure."
    if verdict == "unsupported":
        missing = sum(bool(one.missing) for one in own)
        meaning += f" {missing:,} have a near passage with another number, name or negation."
        meaning += " What two sentences say together, or another corpus says, is not seen."
    advice = _ADVICE[code]
    documents = tuple(dict.fromkeys(name for one in examples for name in one.document_ids))
    title = f"{score.value:.1%} of the claims are {verdict} in the corpus"
    return Finding(code, severity, title, meaning, advice, (score,), examples, documents)


_ADVICE = {
    "HW-H020": "Read each claim beside its passage: one of the two is wrong. Correct the document where it is, else do "
    "not let the claim pass: look up the passage at generation time, or train on more text that says it.",
    "HW-H021": "Do not cite these claims without a source. Those that differ from a passage in one number or name are "
    "the likeliest inventions: read them first. Where the claims are right, the corpus lacks their source.",
}


def _example(one: Verdict) -> Example:
    passage = excerpt(one.passages[0].text, width=WIDTH)[0] if one.passages else ""
    note = f"{one.verdict}; nearest passage: {passage}" if passage else f"{one.verdict}; no passage shares a word"
    note += f"; it lacks {redact(', '.join(one.missing))}" if one.missing else ""
    return example(one.claim.cluster, one.claim.text, (), note, [one.document_id for one in one.passages[:DOCUMENTS]])


def _by_place(scores: Sequence[Measurement]) -> Scored:
    return {
        (one.metric, one.slice.get("control", "")): one
        for one in scores if isinstance(one, Score) and not one.metric.endswith("auc")
    }  # fmt: skip
