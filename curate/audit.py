"""Runs audits over a finished corpus and puts their reports together."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..core import SILENT, Cell, ConfigError, Corpus, Progress, StageReport, UsageError
from .audit_columns import NEEDS_RECORD, usual_audits
from .audit_report import AuditReport
from .audited import UNREAD, corpus_of
from .audits.curation_record import has_record
from .base import AUDITS, Audit
from .parameters import call_checked

DEFAULTS: dict[str, tuple[str, ...]] = {
    "text": (
        "composition",
        "licences",
        "identity-terms",
        "associations",
        "contexts",
        "filtering-impact",
        "toxicity",
        "poisoning",
        "synthetic-text",
        "planted-controls",
    ),
    "image": (
        "composition",
        "licences",
        "representation",
        "contact-sheet",
        "image-quality",
        "image-leakage",
        "image-privacy",
        "content-credentials",
        "image-content",
        "label-noise",
        "filtering-impact",
        "planted-controls",
    ),
    "table": (
        "composition",
        "licences",
        "representation",
        "filtering-impact",
        "table-schema",
        "decisions",
        "proxies",
        "missingness",
        "duplicate-rows",
        "leakage",
        "privacy-risk",
        "label-noise",
        "planted-controls",
    ),
}


def audit(
    data: Any,
    names: Sequence[str | tuple[str, Mapping[str, Any]]] | None = None,
    *,
    groups: Sequence[str] = (),
    label: str | None = None,
    prediction: str | None = None,
    positive: str | None = None,
    score: str | None = None,
    split: str | None = None,
    reference: str | Path | Mapping[str, Any] | None = None,
    text: str = "text",
    seed: int = 0,
    progress: Progress = SILENT,
) -> AuditReport:
    """Examine ``data`` by each audit in ``names`` (a name, or a name with its options); None means the usual ones.

    ``data`` is a :class:`Corpus`, the path of a file or folder, a ``pandas.DataFrame``, ``pyarrow.Table``,
    ``datasets.Dataset``, or a list of texts or of dicts; rows without the column ``text`` are audited as a table.
    ``groups``, ``label``, ``prediction``, its probability ``score`` and ``split`` name columns, ``positive`` the
    value of the label that counts. ``reference`` holds the shares of groups in a population, as the audit
    ``representation`` takes them. They are for the usual audits; in ``names`` they are options of their audit.

    The report holds the facts, scores, findings and exhibits of all audits in their order; a fact's label is led by
    the audit's title where two audits use it. ``detail`` holds each audit's own data under its name. Raises
    :class:`UnknownName` for a name that no audit has, :class:`ConfigError` for a wrong option, :class:`InputError` for
    a column that is not there and :class:`EmptyCorpus` for a corpus without a document.

    >>> rows = [{"sex": sex, "hired": sex == "m" or n < 20} for sex in "fm" for n in range(100)]
    >>> report = audit(rows, groups=["sex"], label="hired", positive="true")
    >>> [finding.title for finding in report.findings if finding.code == "HW-A080"]
    ['The base rate (hired = true) is 0.200 for sex: f and 1.000 for sex: m']
    """
    columns = {"label": label, "prediction": prediction, "score": score, "split": split}
    given = {**columns, "groups": list(groups), "positive": positive, "reference": _plain(reference)}
    if names is not None and any(given.values()):
        raise UsageError("give groups, label and the like to the audits in names, as options: (name, {groups: ...})")
    corpus = corpus_of(data, text, groups, [name for name in columns.values() if name], progress)
    corpus.require_documents()
    usual = usual_audits(default_audits(corpus), corpus.modality, given)
    wanted = usual if names is None else [_entry(name) for name in names]
    if len({name for name, _ in wanted}) != len(wanted):
        raise UsageError(f"each audit runs once, not {[name for name, _ in wanted]}; remove the repeated name")
    audits = build_audits(wanted)
    reports = {name: one.examine(corpus, seed, progress) for name, one in audits.items()}
    return AuditReport(
        stage="audit",
        title="Corpus audit",
        facts=_unread(corpus) | _facts(reports),
        scores=tuple(score for report in reports.values() for score in report.scores),
        findings=tuple(finding for report in reports.values() for finding in report.findings),
        exhibits=tuple(exhibit for report in reports.values() for exhibit in report.exhibits),
        detail={name: dict(report.detail) for name, report in reports.items()},
        corpus=corpus,
    )


def build_audits(specs: Sequence[tuple[str, Mapping[str, Any]]], place: str = "audit") -> dict[str, Audit]:
    """The registered audits with these names and options, in order; ``place`` leads the messages, as in build_steps."""
    audits = {}
    for index, (name, options) in enumerate(specs):
        factory = AUDITS.get(name, f"{place}[{index}]")
        if not isinstance(options, Mapping):
            raise ConfigError(f"{place}[{index}].{name}: parameters must be a mapping, not {options!r}")
        audits[name] = call_checked(factory, options, f"{place}[{index}].{name}")
    return audits


def default_audits(corpus: Corpus) -> tuple[str, ...]:
    """The usual audits of a kind of corpus; that of the filters where what curation took out lies beside it."""
    return tuple(name for name in DEFAULTS[corpus.modality] if name != NEEDS_RECORD or has_record(corpus))


def _plain(reference: str | Path | Mapping[str, Any] | None) -> Any:
    return str(reference) if isinstance(reference, Path) else reference


def _entry(entry: str | tuple[str, Mapping[str, Any]]) -> tuple[str, Mapping[str, Any]]:
    return (entry, {}) if isinstance(entry, str) else entry


def _unread(corpus: Corpus) -> dict[str, Cell]:
    unread = corpus.manifest.counts.get(UNREAD, 0)
    return {UNREAD.capitalize(): unread} if unread else {}


def _facts(reports: Mapping[str, StageReport]) -> dict[str, Cell]:
    used = Counter(label for report in reports.values() for label in report.facts)
    return {
        label if used[label] == 1 else f"{report.title}: {label}": value
        for report in reports.values()
        for label, value in report.facts.items()
    }
