"""``headwater calibrate``: what the thresholds of a config would remove, before they do."""

import json as jsonlib
from collections.abc import Iterator
from pathlib import Path

import typer

from ..core import Cell, StageReport, Table
from ..curate import build_steps, calibrate, read_source
from ..reports import build_calibration
from .config import RunConfig
from .progress import progress_for
from .terminal import terminal

CALIBRATED = ("unicode", "language", "length", "repetition", "quality", "c4", "fineweb")


def run_calibration(
    config: RunConfig,
    target: Path,
    folder: Path,
    *,
    step: str | None,
    documents: int,
    examples: int,
    json: bool,
    quiet: bool,
) -> None:
    """Calibrate the steps of a config (for bare data: every built-in step with thresholds) and say what came out."""
    console = terminal(err=True, quiet=quiet or json)
    source = read_source(config.corpus.source, "corpus", **config.corpus.options)
    named = config.curate if config.curate is not None else tuple((name, {}) for name in CALIBRATED)
    report = calibrate(
        source,
        build_steps(named, "curate"),
        only=step,
        documents=documents,
        examples=examples,
        seed=config.seed,
        progress=progress_for(console),
    )
    page = build_calibration(report, folder, title=f"Calibration of {target.name}")
    if json:
        typer.echo(jsonlib.dumps(report.to_json(), indent=1, ensure_ascii=False))
        return
    if not quiet:
        typer.echo("\n".join(calibration_lines(report)))
        for finding in report.findings:
            console.print(f"{finding.severity:<7} {finding.code}  {finding.title}", markup=False)
    typer.echo(str(page))


def calibration_lines(report: StageReport) -> Iterator[str]:
    """The rules of each step with what they would remove, for a terminal."""
    facts = report.facts
    yield (
        f"{facts['documents measured']:,} of {facts['documents in the source']:,} documents measured, nothing removed; "
        f"likely text type: {facts['likely text type']}"
    )
    for step in report.detail["steps"]:
        name = step["step"]
        table = next(one for one in report.exhibits if one.name == f"calibration-{name}" and isinstance(one, Table))
        yield ""
        yield f"{name}: limits for {step['text_type']} text, {step['judged']:,} documents judged"
        yield f"  {'rule':<32}{'sense':>9}{'published':>12}{'removes':>9}{'in use':>12}{'removes':>9}"
        for rule, sense, published, share, _, _, used, it_removes, _, _ in table.rows:
            yield f"  {rule:<32}{sense:>9}{_number(published)}{_percent(share)}{_number(used)}{_percent(it_removes)}"


def _number(value: Cell) -> str:
    return f"{'' if value is None else f'{value:g}':>12}"


def _percent(value: Cell) -> str:
    return f"{'-' if value is None else f'{value:.1%}':>9}"
