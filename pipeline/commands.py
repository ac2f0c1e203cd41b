"""What the commands do, on top of the Python API."""

import json as jsonlib
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Table as RichTable

from ..core import (
    SEVERITIES,
    Description,
    IncompleteError,
    InputError,
    NotMeasured,
    Registry,
    StageReport,
    UnknownName,
    UsageError,
    read_energy,
    write_text,
)
from ..curate import AUDITS, DETECTORS, FILTERS, IMAGE_DETECTORS, SOURCES, TEXT_DETECTORS, erasure, guess_corpus
from ..reports import CHECKS, EXPORTERS, SECTIONS, TRACKS, refuse_signed, require_run
from .calibrate import run_calibration
from .cells import rich_table
from .config import EvaluateConfig, RunConfig, config_from, load_config
from .explain import explain_document, is_document_id
from .explain_model import model_lines, model_story
from .guess import AuditOptions, guess_audit
from .guess_evaluation import guess_evaluation, name_of, with_samples_of
from .metric_options import Requests, with_file
from .model_named import model_named
from .progress import progress_for
from .run import NO_CORPUS, RunResult, make_report, stage_files
from .run import run as run_config
from .show import explanation_lines
from .show_certainty import certainty_rows, gap_lines
from .show_controls import controls_table
from .show_story import story_lines
from .terminal import terminal

PACKAGE = Path(__file__).parent.parent
DEMO = PACKAGE / "examples" / "demo.yaml"
STARTER = PACKAGE / "examples" / "starter.yaml"


def registries() -> dict[str, Registry[Any]]:
    """Every registry by its kind. Those of models and metrics bring torch with them, which takes seconds."""
    from ..evaluate import ENTAILMENTS, METRICS, SUITES
    from ..models import ADAPTERS, FAMILIES

    found = (
        SOURCES,
        FILTERS,
        AUDITS,
        DETECTORS,
        TEXT_DETECTORS,
        IMAGE_DETECTORS,
        FAMILIES,
        ADAPTERS,
        METRICS,
        SUITES,
        ENTAILMENTS,
        SECTIONS,
        EXPORTERS,
        CHECKS,
    )
    return {registry.kind: registry for registry in found}


def stages(
    target: Path, out: Path | None, until: str, *, workers: int | None, json: bool, quiet: bool, model: bool,
    columns: AuditOptions | None = None,
) -> None:  # fmt: skip
    """Run the stages of a config, a run folder or a data set, and say where the result lies.

    ``columns`` is what an audit was told of the columns of a data set.
    """
    config, folder = resolve(target, out, None if model else columns or AuditOptions())
    _go(config, folder, target, until, workers=workers, json=json, quiet=quiet, model=model)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a call of ``evaluate`` asks for beside its target: suites and metrics by name, and where sets lie."""

    suites: tuple[str, ...] = ()
    sets: Path | None = None
    metrics: Requests = ()

    def joined(self, config: RunConfig) -> RunConfig:
        """The config with it: suites in the place of its own, metrics beside its own; what was not asked for stays."""
        wanted: dict[str, Any] = {"suites": self.suites} if self.suites else {}
        if self.metrics:
            wanted["metrics"] = tuple(
                {name: (name, options) for name, options in (*config.evaluate.metrics, *self.metrics)}.values()
            )
        if self.sets is not None:
            wanted["sets"] = str(self.sets.absolute())
        return config.model_copy(update={"evaluate": config.evaluate.model_copy(update=wanted)})

    def alone(self, config: RunConfig) -> RunConfig:
        """The config of a subject without one: where metrics are named, no suite but those that are named too."""
        joined = self.joined(config)
        if not self.metrics or self.suites:
            return joined
        return joined.model_copy(update={"evaluate": joined.evaluate.model_copy(update={"suites": ()})})


def evaluate_against(
    subject: str, data: Path, out: Path | None, label: str | None, groups: str, asked: Asked, *, workers: int | None,
    json: bool, quiet: bool,
) -> None:  # fmt: skip
    """Score a model or samples against data, with a report; everything is guessed from what lies there."""
    if is_run(Path(subject)) and Path(subject).is_file():
        raise UsageError(f"{subject}: a config names its own corpus; leave --against and --corpus out")
    found = model_named(subject)
    config = asked.alone(config_from(with_samples_of(guess_evaluation(found, data, label, groups), asked.suites)))
    folder = out or Path("runs") / f"{_slug(name_of(found))}-against-{data.resolve().name.split('.')[0]}"
    _go(config, folder, Path(subject), "report", workers=workers, json=json, quiet=quiet, model=True, scores=True)


def evaluate_run(target: Path, out: Path | None, asked: Asked, *, workers: int | None, json: bool, quiet: bool) -> None:
    """Score the model of a config or a run folder, and lay out its report again."""
    config, folder = resolve(target, out)
    config = asked.joined(config)
    if not config.scored:
        raise UsageError(
            f"{target}: there is nothing to score: no model, and no metric that scores a file. In the config write  "
            "model: {family: transformer, size: xs, steps: 300}  or  evaluate: {metrics: [{grounding: {pairs_file: "
            "FILE}}]}; or give --metric NAME --set KEY=VALUE"
        )
    _go(config, folder, target, "report", workers=workers, json=json, quiet=quiet, model=True, scores=True)


def evaluate_file(
    file: Path, out: Path | None, asked: Asked, *, workers: int | None, json: bool, quiet: bool
) -> None:  # fmt: skip
    """Score a file of finished answers by metrics that need neither a model nor a corpus, with a report."""
    if not file.exists():
        raise InputError(f"{file}: no such file or folder; give a config, a run folder, or a file of answers")
    if not file.is_file() or not asked.metrics:
        raise UsageError(
            f"{file}: say what is to be done with it: --metric NAME scores a file of answers (.jsonl, .csv), "
            "--against DATA holds a model or samples against data; else give a config or a run folder"
        )
    names = "-".join(name for name, _ in asked.metrics[:3])
    values = {"title": f"Scores of {file.name}", "corpus": {"source": NO_CORPUS}, "curate": [], "audit": []}
    config = replace(asked, metrics=with_file(asked.metrics, file)).alone(config_from(values))
    folder = out or Path("runs") / f"{_slug(file.name)}-{names}"
    _go(config, folder, file, "report", workers=workers, json=json, quiet=quiet, model=True, scores=True)
    found = StageReport.load(folder / "evaluation.json").scores
    if all(isinstance(one, NotMeasured) for one in found):
        names = ", ".join(f"'headwater explain {name}'" for name, _ in asked.metrics)
        raise IncompleteError(f"{file}: nothing could be measured; {names} tells what the file must hold")


def is_run(target: Path) -> bool:
    """Whether a path is a config or a run folder, which say themselves what is scored."""
    return target.suffix in (".yaml", ".yml") or (target / "config.yaml").is_file()


def _slug(name: str) -> str:
    return re.sub(r"[^\w-]+", "-", name.split(".")[0]).strip("-") or "samples"


def _go(
    config: RunConfig, folder: Path, target: Path, until: str, *, workers: int | None, json: bool, quiet: bool,
    model: bool, scores: bool = False,
) -> None:  # fmt: skip
    if workers is not None:
        config = config.model_copy(update={"workers": workers})
    if not model:
        images = (
            config.images.model_copy(update={"model": None, "evaluate": EvaluateConfig()}) if config.images else None
        )
        config = config.model_copy(update={"model": None, "evaluate": EvaluateConfig(), "images": images})
    elif until in ("train", "sample"):
        _require_model(config, target)
    if not model and config.corpus.source == NO_CORPUS:
        raise UsageError(f"{target}: the config has no corpus, so there is nothing to audit; 'headwater run' scores it")
    console = terminal(err=True, quiet=quiet or json)
    say, progress = _sayer(console), progress_for(console)
    result = run_config(config, folder, until=until, as_read=not model, progress=progress, say=say)
    if json:
        typer.echo(jsonlib.dumps(summary(result), indent=1, ensure_ascii=False))
    elif not quiet:
        if scores:
            _print_scores(console, result.folder)
        _print_findings(console, result.folder)
        if not model:
            _print_controls(console, result.folder)
        name = "report.html" if until == "report" else ""
        typer.echo(str(folder / name))


def _require_model(config: RunConfig, target: Path) -> None:
    if config.model is None:
        raise UsageError(f"{target}: no model in the config; add  model: {{family: transformer, size: xs, steps: 300}}")


def calibrate(
    target: Path, out: Path | None, step: str | None, documents: int, examples: int, *, json: bool, quiet: bool
) -> None:
    """What the thresholds of a config, a run folder's config or the built-in steps would remove from the corpus."""
    config, folder = resolve(target, out)
    run_calibration(config, target, folder, step=step, documents=documents, examples=examples, json=json, quiet=quiet)


def resolve(target: Path, out: Path | None, audit: AuditOptions | None = None) -> tuple[RunConfig, Path]:
    """The config behind a target (config file, run folder or data) and the run folder to use.

    With ``audit`` data are to be audited, by these columns.
    """
    if audit and ((target / "config.yaml").is_file() or target.suffix in (".yaml", ".yml")):
        raise UsageError(
            f"{target}: --groups, --label, --score, --split, --reference and the like are for a data file; in a config "
            "write  audit: [{decisions: {groups: [COLUMN], label: COLUMN}}]"
        )
    if (target / "config.yaml").is_file():
        return with_list_of(target, load_config(target / "config.yaml")), out or target
    if target.suffix in (".yaml", ".yml"):
        return load_config(target), out or Path("runs") / target.stem
    if not target.exists():
        raise InputError(f"{target}: no such file or folder; give a config file, a run folder or a data set")
    found = {"corpus": guess_corpus(target)} if audit is None else guess_audit(target, audit)
    config = config_from({"title": f"Audit of {target.name}", **found})
    return config, out or Path("runs") / (target.name.split(".")[0] or "corpus")


def with_list_of(folder: Path, config: RunConfig) -> RunConfig:
    """The config of a folder; that of a release also names its erasure list."""
    path = folder / erasure.LIST
    return config.model_copy(update={"erased": str(path.absolute())}) if path.is_file() else config


def summary(result: RunResult) -> dict[str, Any]:
    """The result of a run for machines."""
    reports = stage_reports(result.folder)
    return {
        "folder": str(result.folder),
        "ran": list(result.ran),
        "cached": list(result.cached),
        "facts": {name: dict(report.facts) for name, report in reports.items()},
        "scores": [score.to_json() for report in reports.values() for score in report.scores],
        "certainty": [one for report in reports.values() for one in report.detail.get("certainty", ())],
        "energy": {track or "main": read_energy(result.folder / track / "checkpoint").to_json() for track in TRACKS},
        "findings": [finding.to_json() for report in reports.values() for finding in report.findings],
    }


def stage_reports(folder: Path) -> dict[str, StageReport]:
    """The report of every stage of every track, by name (``curate``, ``images train``)."""
    files = ((track, path) for track in TRACKS for path in stage_files(folder / track))
    return {f"{track} {report.stage}".strip(): report for track, path in files for report in [StageReport.load(path)]}


def report(folder: Path, json: bool, language: str = "") -> None:
    """Lay out report.html and report.json again from what the stages left."""
    require_run(folder, finished=True)
    refuse_signed(folder, "laying out its report again", "its page is part of what was signed")
    path = make_report(load_config(folder / "config.yaml"), folder, language=language)
    typer.echo(jsonlib.dumps({"report": str(path)}) if json else str(path))


def list_kind(kind: str | None, json: bool) -> None:
    """List one registry, or all of them."""
    if kind is not None and kind.removesuffix("s") not in {name.removesuffix("s") for name in registries()}:
        raise UnknownName("kind", kind, registries())
    chosen = [
        registry
        for name, registry in registries().items()
        if kind is None or kind in (name, f"{name}s", name[:-1] + "ies")
    ]
    rows = [registry.describe(name) for registry in chosen for name in registry.names()]
    if json:
        typer.echo(jsonlib.dumps([_description(row) for row in rows], indent=1))
        return
    table = RichTable("kind", "name", "what it is", box=None, header_style="bold", pad_edge=False)
    for row in rows:
        table.add_row(row.kind, row.name, row.summary)
    terminal().print(table)


def explain(name: str, json: bool, run: Path | None = None, rebuild: bool = True) -> None:
    """Print everything that a registry knows of a name, or that a run tells of a document."""
    if is_document_id(name):
        progress = progress_for(terminal(err=True, quiet=json))
        _print_story(explain_document(name, run, rebuild, progress), json)
        return
    if (Path(name) / "checkpoint" / "run.json").is_file() or (Path(name) / "run.json").is_file():
        told = model_story(Path(name))
        typer.echo(jsonlib.dumps(told, indent=1, ensure_ascii=False) if json else "\n".join(model_lines(told)))
        return
    kind, _, short = name.rpartition("/")
    if kind and kind not in registries():
        raise UnknownName("kind", kind, registries())
    found = [
        registry.describe(short)
        for registry in registries().values()
        if kind in ("", registry.kind) and short in registry.names()
    ]
    if not found:
        raise UnknownName(
            kind or "name", short, [known for registry in registries().values() for known in registry.names()]
        )
    if json:
        typer.echo(jsonlib.dumps([_description(item) for item in found], indent=1))
    else:
        typer.echo("\n\n".join("\n".join(explanation_lines(item)) for item in found))


def _print_story(story: dict[str, Any], json: bool) -> None:
    typer.echo(jsonlib.dumps(story, indent=1, ensure_ascii=False) if json else "\n".join(story_lines(story)))


def init(path: Path, schema: bool) -> None:
    """Write the starter config, or print the JSON schema of a config."""
    if schema:
        typer.echo(jsonlib.dumps(RunConfig.model_json_schema(), indent=1))
        return
    if path.exists():
        raise UsageError(f"{path}: exists already; choose another name or move it away")
    write_text(path, STARTER.read_text("utf-8"))
    typer.echo(f"{path}: edit the corpus path, then  headwater run {path}")


def _sayer(console: Console) -> Any:
    return lambda line: console.print(line, markup=False)


def _print_findings(console: Console, folder: Path) -> None:
    findings = [finding for report in stage_reports(folder).values() for finding in report.findings]
    for finding in sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity)):
        console.print(f"{finding.severity:<7} {finding.code}  {finding.title}", markup=False)


def _print_scores(console: Console, folder: Path) -> None:
    for name, report in stage_reports(folder).items():
        table = certainty_rows(report)
        if table is not None:
            track = f" ({name.split()[0]})" if " " in name else ""
            console.print(f"\n{table.title}{track}", style="bold", markup=False)
            console.print(rich_table(table))
            console.print(f"{table.note}\n", markup=False)
        for line in gap_lines(report) if report.stage == "evaluate" else ():
            console.print(line, markup=False, soft_wrap=True)


def _print_controls(console: Console, folder: Path) -> None:
    table = controls_table(score for report in stage_reports(folder).values() for score in report.scores)
    if table is not None:
        console.print()
        console.print(table)


def _description(row: Description) -> dict[str, Any]:
    parameters = [{"name": p.name, "type": p.annotation, "default": p.default} for p in row.parameters]
    return {"kind": row.kind, "name": row.name, "summary": row.summary, "parameters": parameters, "facts": row.facts}
