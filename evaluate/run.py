"""Run metrics on a run folder. A metric that cannot be computed says why; none is left out in silence."""

import inspect
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from ..core import (
    MANIFEST,
    SEVERITIES,
    SILENT,
    Cell,
    ConfigError,
    Corpus,
    HeadwaterError,
    InputError,
    NotMeasured,
    Progress,
    Score,
    StageReport,
    TemporaryError,
    read_parquet,
)
from ..curate import check_parameters
from ..models import CAPABILITIES, Checkpoint, ExternalModel, FinishedSamples, load
from .areas import AREAS, area_of
from .base import METRICS, Outcome, Subject
from .certainty import certainties, certainty_table
from .items import ItemValues
from .suites import Request, default_suite, suite, suite_label

FILE = "file"
"""What a metric needs that asks no model. After a capability and ``|``: an option that ends with ``_file`` will do."""


def open_subject(
    folder: Path | str, *, seed: int = 0, progress: Progress = SILENT, sets: Path | str | None = None
) -> Subject:
    """The run folder as a metric sees it: corpus, and checkpoint and samples where they exist.

    ``sets`` is the folder of published sets (:data:`SETS`).

    Raises :class:`InputError` where there is no corpus; an unfinished or altered checkpoint raises what
    :func:`headwater.models.load` raises.
    """
    folder = Path(folder)
    if not (folder / "corpus" / MANIFEST).is_file():
        raise InputError(f"{folder}: not a run folder (no corpus/{MANIFEST}); 'headwater run' or 'curate' makes one")
    corpus = Corpus(folder / "corpus")
    checkpoint = load(folder / "checkpoint", corpus) if (folder / "checkpoint").is_dir() else None
    samples = folder / "samples" / "samples.parquet"
    table: pa.Table | None = read_parquet(samples) if samples.is_file() else None
    return Subject(folder, corpus, checkpoint, table, seed, progress, Path(sets) if sets else None)


def evaluate(subject: Subject, metrics: Sequence[Request] | None = None) -> StageReport:
    """Run metrics (names, or names with parameters; None: the default suite) and gather what they found.

    Raises what :func:`evaluate_items` raises.
    """
    return evaluate_items(subject, metrics)[0]


def evaluate_items(
    subject: Subject, metrics: Sequence[Request] | None = None, suites: Sequence[str] = ()
) -> tuple[StageReport, tuple[ItemValues, ...]]:
    """The same, with the values of single items that :func:`~headwater.evaluate.compare` needs.

    A metric that raises a :class:`HeadwaterError` becomes a :class:`NotMeasured` with its message, but for
    :class:`TemporaryError` (a server that is away), which is raised. A name or parameter that does not exist raises
    :class:`UsageError` before anything runs. ``suites`` are the names that the report gives of what was asked for.
    """
    if metrics is None:
        suites = (default_suite(subject),)
    requests = [_request(item) for item in (suite(suites[0]).requests if metrics is None else metrics)]
    outcomes = []
    with subject.progress.task("metrics", len(requests)) as task:
        for name, options in requests:
            task.note(name)
            outcomes.append(_measure(subject, name, options))
            task.advance(1)
    scores = tuple(score for outcome in outcomes for score in outcome.scores)
    findings = sorted(
        (finding for outcome in outcomes for finding in outcome.findings),
        key=lambda finding: (SEVERITIES.index(finding.severity), finding.code),
    )
    sure = sorted(certainties(scores), key=lambda one: one.neutral is None)  # those with a question first
    report = StageReport(
        stage="evaluate",
        title="Evaluation of the model" if subject.checkpoint or subject.samples else "Scores of finished answers",
        facts={
            **({"suite": ", ".join(map(suite_label, suites))} if suites else {}),
            **_facts(subject, requests, scores, len(findings)),
        },
        scores=scores,
        findings=tuple(findings),
        exhibits=(*(exhibit for outcome in outcomes for exhibit in outcome.exhibits), *certainty_table(sure)),
        detail={
            "metrics": [
                {"name": name, "parameters": _portable(options), **_told(name, outcome)}
                for (name, options), outcome in zip(requests, outcomes, strict=True)
            ],
            "areas": [area for area in AREAS if area in {area_of(name) for name, _ in requests}],
            "suites": [suite_label(name) for name in suites],
            "seed": subject.seed,
            "model": subject.checkpoint.hash if subject.checkpoint else None,
            "corpus": subject.corpus.hash,
            "certainty": [one.to_json() for one in sure],
        },
    )
    return report, tuple(one for outcome in outcomes for one in outcome.items)


def check_request(item: Request) -> None:
    """Raise :class:`UsageError` for a metric, or a parameter of one, that does not exist or has a wrong value."""
    _request(item)


def _request(item: Request) -> tuple[str, Mapping[str, Any]]:
    name, options = (item, {}) if isinstance(item, str) else item
    metric = METRICS.get(name, "evaluate.metrics")
    try:
        check_parameters(
            metric, options, f"evaluate.metrics.{name}", (next(iter(inspect.signature(metric).parameters)),)
        )
    except ConfigError as error:
        raise ConfigError(f"{error}; 'headwater explain {name}' shows its parameters") from None
    return name, options


def _portable(options: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters as the report keeps them: of a file its name, as its folder differs from machine to machine."""
    return {name: _pathless(value, name.endswith("_file")) for name, value in options.items()}


def _pathless(value: Any, file: bool) -> Any:
    if isinstance(value, Mapping):
        return {key: _pathless(part, str(key).endswith("_file")) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_pathless(part, file) for part in value]
    is_path = isinstance(value, str) and value and (file or (Path(value).is_absolute() and Path(value).exists()))
    return Path(value).name if is_path else value


def _told(name: str, outcome: Outcome) -> dict[str, Any]:
    """The area of a metric, how many of the scores and exhibits are its own, and the codes of its findings."""
    return {
        "area": area_of(name),
        "scores": len(outcome.scores),
        "exhibits": len(outcome.exhibits),
        "findings": [finding.code for finding in outcome.findings],
    }


def _measure(subject: Subject, name: str, options: Mapping[str, Any]) -> Outcome:
    if reason := _lacking(subject, name, options):
        return Outcome((NotMeasured(name, reason),))
    try:
        return METRICS.get(name)(subject, **options)
    except TemporaryError:  # the same command may measure it later: a gap would be kept as if it were final
        raise
    except HeadwaterError as error:
        return Outcome((NotMeasured(name, str(error).removeprefix(f"{name}: ")),))


def _lacking(subject: Subject, name: str, options: Mapping[str, Any]) -> str:
    """Why the model cannot give what a metric needs; empty where it can, or where the metric has to say so itself."""
    model = subject.checkpoint
    needs = METRICS.describe(name).facts.get("needs", "").split()
    if model is None or needs == [FILE]:
        return ""
    given = {FILE} if any(key.endswith("_file") and value for key, value in options.items()) else set[str]()
    missing = [need for need in needs if not any(one in given or _able(subject, model, one) for one in need.split("|"))]
    if not missing:
        return ""
    wanted = " and ".join(
        " or ".join(f"{CAPABILITIES[one]} ({one})" for one in need.split("|") if one in CAPABILITIES)
        for need in missing
    )
    if isinstance(model, FinishedSamples):
        return f"{model.run.get('name')} holds what a model made, not the model: that would have to {wanted}"
    can = ", ".join(name for name in CAPABILITIES if name in model.capabilities) or "none"
    declared = ""
    if isinstance(model, ExternalModel) and model.kind == "openai":
        declared = "; if its server can, a config says so: model: {external: {capabilities: [...]}}"
    return f"the model {model.run.get('name') or model.family} cannot {wanted}; its capabilities: {can}{declared}"


def _able(subject: Subject, model: Checkpoint, need: str) -> bool:
    return need in model.capabilities or _drawn(subject, need)


def _drawn(subject: Subject, need: str) -> bool:
    """Whether there are samples already, so that the model need not make them."""
    column = {"sample": "output", "images": "image", "rows": "table"}.get(need)
    return subject.samples is not None and subject.samples.num_rows > 0 and column in subject.samples.schema.names


def _facts(
    subject: Subject, requests: Sequence[tuple[str, Mapping[str, Any]]], scores: Sequence[Any], findings: int
) -> dict[str, Cell]:
    samples = subject.samples.num_rows if subject.samples else 0
    return {
        "metrics": len(requests),
        "scores": sum(isinstance(score, Score) for score in scores),
        "not measured": sum(isinstance(score, NotMeasured) for score in scores),
        "findings": findings,
        **({"samples": samples} if samples or subject.checkpoint else {}),
        **({"documents": len(subject.corpus)} if len(subject.corpus) else {}),
        **_spent(subject),
    }


def _spent(subject: Subject) -> dict[str, Cell]:
    """What the answers of a model made elsewhere have cost."""
    model = subject.checkpoint
    spent = model.spent() if isinstance(model, ExternalModel) else {}
    labels = {"requests": "requests", "prompt_tokens": "tokens sent", "completion_tokens": "tokens received"}
    facts: dict[str, Cell] = {label: int(spent[name]) for name, label in labels.items() if name in spent}
    return {**facts, **({"cost, by the prices given": round(spent["cost"], 6)} if "cost" in spent else {})}
