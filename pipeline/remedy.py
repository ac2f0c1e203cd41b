"""A finding is remedied: a patch of the corpus from the documents behind it, a run with the patch, before and after."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core import MANIFEST, SEVERITIES, SILENT, Finding, InputError, Progress, Recipe, StageReport, UsageError
from ..curate import PATCH_WEIGHT, Patch, text_hash
from .config import RunConfig, config_from, effective_values, load_config
from .remedy_report import remedy_report
from .run import Say, findings_of, make_report
from .run import run as run_config

if TYPE_CHECKING:
    from ..evaluate import Subject

ACTIONS = ("remove", "deduplicate", "redact", "reweight", "cap")
REPEATED = {"HW-M001": ("free",), "HW-M002": ("prefix",)}
"""Findings on passages, and the kinds of samples that repeat these."""
LICENSED = {"HW-M020": "licence-overlap"}
LEAKED = frozenset({"HW-M021"})
PLANTED = frozenset({"HW-M003"})
BIAS = ("HW-B", "HW-A004", "HW-A005", "HW-A008", "HW-A009")
PATCH, REPORT = "patch.json", "remedy.json"
WEIGHT = 0.25


@dataclass(frozen=True)
class Remedy:
    """What is proposed: ``patch`` names documents, ``steps`` are the curation steps that go behind the others.

    ``track`` is the sub-folder of the run that the finding belongs to ("" or "images"). ``notes`` say what the remedy
    cannot do.
    """

    folder: Path
    track: str
    finding: Finding
    action: str
    patch: Patch
    cap: int | None = None
    sources: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def config(self, out: Path) -> RunConfig:
        """The run's configuration with the patch as its last step; paths of the patch lie in ``out``."""
        config = load_config(self.folder / "config.yaml")
        values = effective_values(config)
        own = values["images"] if self.track else values
        track = config.tracks()[self.track]
        steps = [{name: options} for name, options in track.steps("image" if self.track else "text")]
        own["curate"] = [*steps, self.step(out)]
        if self.action == "reweight":
            own["model"]["weights"] = PATCH_WEIGHT
        values["title"] = f"{config.title or self.folder.name}: remedy of {self.finding.code}"
        return config_from(values)

    def step(self, out: Path) -> dict[str, Any]:
        """The curation step that the remedy adds."""
        if self.action == "cap":
            return {"cap": {"by": "source", "documents": self.cap}}
        return {"patch": {"path": str((out / PATCH).absolute())}}

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        counts = {
            "removed": len(self.patch.remove),
            "redacted": len(self.patch.redact),
            "reweighted": len(self.patch.weights),
        }
        return {
            "finding": self.finding.code,
            "track": self.track,
            "action": self.action,
            "documents": counts,
            "cap": self.cap,
            "sources": dict(self.sources),
            "notes": list(self.notes),
        }


def propose(
    folder: Path, code: str, action: str | None = None, *, weight: float = WEIGHT, progress: Progress = SILENT
) -> Remedy:
    """The patch that fits a finding of a run folder; nothing is written.

    ``action`` is one of :data:`ACTIONS`; left out, it is the mildest that takes away what the finding saw: ``redact``
    for leaked personal data, ``deduplicate`` where a repeated passage stands in several kept documents, ``reweight``
    for bias, else ``remove``. ``weight`` is that of a reweighted document, from 0 up to below 1. Raises
    :class:`InputError` for a finding that the run does not have or that no document stands behind.
    """
    if action is not None and action not in ACTIONS:
        raise UsageError(f"no action {action!r}; give one of {', '.join(ACTIONS)}")
    if not 0 <= weight < 1:
        raise UsageError(f"the weight of a reweighted document is from 0 up to below 1, not {weight}")
    track, finding = _find(folder, code)
    if code in PLANTED:
        raise InputError(
            f"{code} speaks of canaries, which were planted to measure: no document of the corpus is behind it"
        )
    recipe = load_config(folder / "config.yaml").tracks()[track].model
    if recipe is not None and not isinstance(recipe, Recipe):
        raise InputError(
            f"{code}: the model or its samples were made elsewhere and are not trained here: "
            "a patch of the corpus would change nothing in them"
        )
    from ..evaluate import open_subject

    subject = open_subject(folder / track, progress=progress)
    return _proposal(folder, track, finding, subject, action, weight)


def _proposal(
    folder: Path, track: str, finding: Finding, subject: "Subject", action: str | None, weight: float
) -> Remedy:
    ranges, copies = _behind(subject, finding)
    kept = set(subject.corpus.ids())
    ranges = {name: parts for name, parts in ranges.items() if name in kept}
    if not ranges:
        raise InputError(
            f"{finding.code}: no kept document stands behind it; there is nothing to take out of the corpus"
        )
    chosen = action or _fitting(finding, copies)
    evidence = f"named by finding {finding.code}"
    patch, cap = Patch(finding.code, evidence), None
    sources = _sources(subject, ranges)
    if chosen == "remove":
        patch = Patch(finding.code, evidence, remove=dict.fromkeys(ranges))
    elif chosen == "deduplicate":
        if not copies:
            raise InputError(
                f"{finding.code}: no passage stands in two kept documents; choose --action remove or redact"
            )
        patch = Patch(finding.code, evidence, remove=copies)
    elif chosen == "redact":
        patch = _redaction(subject, finding, ranges, evidence)
    elif chosen == "reweight":
        patch = Patch(finding.code, evidence, weights=dict.fromkeys(ranges, weight))
    else:
        cap = _cap(subject, sources)
    if cap is None:
        sources = _sources(subject, patch.remove or patch.redact or patch.weights)
    notes = (*_same_code(folder, track, finding), *_notes(folder, track, ranges))
    return Remedy(folder, track, finding, chosen, patch, cap, dict(sources.most_common()), notes)


def _sources(subject: "Subject", ids: Iterable[str]) -> Counter[str]:
    return Counter(str(row["source"] or "unknown") for row in subject.corpus.documents(list(ids)).values())


def _same_code(folder: Path, track: str, finding: Finding) -> tuple[str, ...]:
    others = sum(one.code == finding.code for one in findings_of(folder / track)) - 1
    if not others:
        return ()
    are = "1 other finding has" if others == 1 else f"{others} other findings have"
    return (f"{are} this code; the gravest is taken, the first of equals",)


def _find(folder: Path, code: str) -> tuple[str, Finding]:
    if not (folder / "corpus" / MANIFEST).is_file():
        raise InputError(f"{folder}: not a run folder (no corpus/{MANIFEST}); 'headwater run' makes one")
    known: dict[str, tuple[str, Finding]] = {}
    for track in ("", "images"):
        for finding in sorted(findings_of(folder / track), key=lambda one: SEVERITIES.index(one.severity)):
            known.setdefault(finding.code, (track, finding))
    if code not in known:
        raise InputError(f"{folder}: the run has no finding {code}; it has {', '.join(known) or 'none'}")
    return known[code]


def _behind(subject: "Subject", finding: Finding) -> tuple[dict[str, Any], dict[str, str]]:
    """Kept documents behind a finding with the ranges that outputs repeat, and which are copies of which."""
    from ..evaluate import leaked_strings, objected_passages, repeated_passages

    if finding.code in LEAKED:
        found = leaked_strings(subject)
    elif finding.code in LICENSED:
        found = objected_passages(subject, _parameters(subject.folder, LICENSED[finding.code]))
    elif finding.code in REPEATED:
        found = repeated_passages(subject, REPEATED[finding.code])
    else:
        ids = [*finding.document_ids, *(name for one in finding.examples for name in one.document_ids)]
        return {name: () for name in dict.fromkeys(ids)}, {}
    return dict(found.ranges), {} if finding.code in LICENSED else dict(found.copies)


def _parameters(folder: Path, metric: str) -> dict[str, Any]:
    """The parameters that the run measured a metric with."""
    known = StageReport.load(folder / "evaluation.json").detail.get("metrics", ())
    return next((dict(one["parameters"]) for one in known if one["name"] == metric), {})


def _fitting(finding: Finding, copies: Mapping[str, str]) -> str:
    if finding.code in LEAKED:
        return "redact"
    if finding.code.startswith(BIAS):
        return "reweight"
    return "deduplicate" if copies and finding.code in ("HW-M001", "HW-M002") else "remove"


def _redaction(subject: "Subject", finding: Finding, ranges: Mapping[str, Any], evidence: str) -> Patch:
    if not all(ranges.values()):
        raise InputError(
            f"{finding.code} names documents but no passages of them: choose --action remove, reweight or cap"
        )
    texts = {name: text_hash(row["text"] or "") for name, row in subject.corpus.documents(list(ranges)).items()}
    return Patch(finding.code, evidence, redact=ranges, texts=texts)


def _cap(subject: "Subject", sources: Mapping[str, int]) -> int:
    """Half of what the largest source behind the finding has: all sources may keep so many documents."""
    sizes = Counter(
        source or "unknown" for batch in subject.corpus.batches(["source"]) for source in batch["source"].to_pylist()
    )
    return max(1, max(sizes[source] for source in sources) // 2)


def _notes(folder: Path, track: str, ranges: Mapping[str, Any]) -> tuple[str, ...]:
    recipe = load_config(folder / "config.yaml").tracks()[track].model
    if not isinstance(recipe, Recipe) or recipe.start is None:
        return ()
    from ..models import load

    start = Path(recipe.start)
    place = next((part for part in (start, start / "checkpoint") if (part / "run.json").is_file()), None)
    if place is None:
        return ("the model was tuned from one made elsewhere: what that one learnt of these documents stays in it",)
    seen = sum(bool(load(place).ledger.steps_of(name)) for name in ranges)
    if not seen:
        return ()
    return (f"the model that training starts from has seen {seen} of these documents itself: remedy its own run first",)


def apply(remedy: Remedy, out: Path, *, progress: Progress = SILENT, say: Say = lambda _: None) -> StageReport:
    """Write the patch into ``out``, run everything with it, and compare with the run before.

    Training starts where it started before: from nothing, or from the model that was tuned. The run before is only
    read. Every stage comes from the cache where it is done: a killed call goes on.
    """
    if (remedy.folder / "evaluation.json").is_file() is False and not remedy.track:
        raise InputError(f"{remedy.folder}: the run has no evaluation to compare with; 'headwater evaluate' makes one")
    if out.resolve() == remedy.folder.resolve():
        raise UsageError(f"{out}: the remedy is applied to a copy; give --out another folder")
    out.mkdir(parents=True, exist_ok=True)
    remedy.patch.save(out / PATCH)
    config = remedy.config(out)
    run_config(config, out, progress=progress, say=say)
    report = remedy_report(remedy.to_json(), remedy.finding, remedy.folder / remedy.track, out / remedy.track)
    report.save(out / REPORT)
    make_report(config, out)
    return report
