"""The command line. Commands stay thin, and nothing heavy is imported before a command runs."""

import sys
import traceback
from pathlib import Path
from typing import Annotated, Any

import typer

from . import export_cli, gate_cli, history_cli, jobs_cli, signing_cli, viewer_cli
from .app import Data, DryRun, Json, Out, Quiet, Rows, Run, Target, Workers, app
from .spelling import guard_streams

INTERRUPTED = 130
MORE = (export_cli, gate_cli, history_cli, jobs_cli, signing_cli, viewer_cli)
"""Files that add commands by being imported."""


@app.command()
def run(
    target: Target, out: Out = None, workers: Workers = None, json: Json = False, quiet: Quiet = False,
    dry_run: DryRun = False, rows: Rows = 2000,
) -> None:  # fmt: skip
    """Run every stage of a config: curate, audit, train, sample, evaluate, report."""
    if dry_run:
        from . import record_commands

        return record_commands.dry(target, out, "report", rows, workers=workers, json=json, quiet=quiet)
    _stages(target, out, "report", workers, json, quiet)


@app.command()
def curate(
    target: Data, out: Out = None, workers: Workers = None, json: Json = False, quiet: Quiet = False,
    dry_run: DryRun = False, rows: Rows = 2000,
) -> None:  # fmt: skip
    """Clean a corpus: write what is kept, what is removed and why."""
    if dry_run:
        from . import record_commands

        return record_commands.dry(target, out, "curate", rows, workers=workers, json=json, quiet=quiet)
    _stages(target, out, "curate", workers, json, quiet)


@app.command()
def audit(
    target: Data,
    out: Out = None,
    groups: Annotated[str, typer.Option("--groups", help="Columns that name a group of people: sex,race.")] = "",
    label: Annotated[str | None, typer.Option("--label", help="The column with the label.")] = None,
    prediction: Annotated[str | None, typer.Option("--prediction", help="The column with what was decided.")] = None,
    positive: Annotated[str | None, typer.Option("--positive", help="The value of both that counts.")] = None,
    columns: Annotated[str, typer.Option("--columns", help="Names for a CSV file without a header line.")] = "",
    score: Annotated[str | None, typer.Option("--score", help="The column with a predicted probability.")] = None,
    split: Annotated[str | None, typer.Option("--split", help="The column that says train or test.")] = None,
    reference: Annotated[
        Path | None, typer.Option("--reference", help="CSV or JSON: columns of groups and their share of the people.")
    ] = None,
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Audit a corpus and write a report; the corpus itself is not changed and no model is trained."""
    from . import commands
    from .guess import AuditOptions

    named = AuditOptions(
        groups, label, prediction, positive, columns, score, split, str(reference.absolute()) if reference else None
    )
    commands.stages(target, out, "report", workers=workers, json=json, quiet=quiet, model=False, columns=named)


@app.command()
def calibrate(
    target: Data,
    out: Out = None,
    step: Annotated[str | None, typer.Option("--step", "-s", help="Only this step of the config.")] = None,
    documents: Annotated[
        int, typer.Option(min=1, help="Measure at most this many documents, drawn by the seed.")
    ] = 20_000,
    examples: Annotated[int, typer.Option(min=0, max=20, help="Examples on each side of each limit.")] = 3,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Show what each threshold would remove, with examples on both sides, before anything is removed."""
    from . import commands

    commands.calibrate(target, out, step, documents, examples, json=json, quiet=quiet)


@app.command()
def train(target: Target, out: Out = None, workers: Workers = None, json: Json = False, quiet: Quiet = False) -> None:
    """Train the model of a config (curation and audit come from the cache where they are done)."""
    _stages(target, out, "train", workers, json, quiet)


@app.command()
def sample(
    target: Annotated[
        Path, typer.Argument(help="A config file or a run folder; with --prompt a checkpoint folder too.")
    ],
    out: Out = None,
    prompt: Annotated[
        list[str] | None, typer.Option("--prompt", "-p", help="Continue this text and print it; repeatable.")
    ] = None,
    samples: Annotated[int, typer.Option("--samples", "-n", min=1, help="Continuations of each prompt.")] = 1,
    tokens: Annotated[int, typer.Option("--max-new-tokens", min=1, help="Length of a continuation.")] = 64,
    temperature: Annotated[float, typer.Option("--temperature", help="0 is greedy.")] = 1.0,
    top_k: Annotated[int | None, typer.Option("--top-k", help="Only the k likeliest tokens.")] = None,
    top_p: Annotated[float | None, typer.Option("--top-p", help="Only the likeliest tokens of this mass.")] = None,
    min_p: Annotated[
        float | None, typer.Option("--min-p", help="Only tokens at least this share as likely as the likeliest.")
    ] = None,
    penalty: Annotated[float, typer.Option("--repetition-penalty", help="Above 1: less likely again.")] = 1.0,
    stop: Annotated[list[str] | None, typer.Option("--stop", help="End before this text; repeatable.")] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the continuations of --prompt.")] = 0,
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Draw the samples that the evaluation looks at, or continue a prompt of your own."""
    if not prompt:
        return _stages(target, out, "sample", workers, json, quiet)
    from . import prompts

    options: dict[str, Any] = {
        "max_new_tokens": tokens,
        "temperature": temperature,
        "top_k": top_k,
        "top_p": top_p,
        "min_p": min_p,
    }
    options |= {"repetition_penalty": penalty, "stop": stop or [], "samples": samples, "seed": seed}
    prompts.complete(target, prompt, options, json=json)


@app.command()
def evaluate(
    target: Annotated[
        str | None,
        typer.Argument(
            help="A config, a run folder; with --against a model or samples; with --metric a file of answers."
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option("--model", help="In place of TARGET: a model's path, a package that holds one, http://HOST/v1."),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option("--against", "--corpus", help="Data to hold a model or samples against: texts, images, a table."),
    ] = None,
    suite: Annotated[
        list[str] | None, typer.Option("--suite", help="A named suite, repeatable; 'headwater list suite'.")
    ] = None,
    sets: Annotated[
        Path | None,
        typer.Option("--sets", envvar="HEADWATER_SETS", help="A folder of published sets: crows_pairs/, bold/, ..."),
    ] = None,
    metric: Annotated[
        list[str] | None, typer.Option("--metric", "-m", help="A metric, repeatable; 'headwater list metric'.")
    ] = None,
    options: Annotated[
        list[str] | None, typer.Option("--set", help="An option of a metric, [METRIC.]KEY=VALUE; repeatable.")
    ] = None,
    out: Out = None,
    label: Annotated[str | None, typer.Option("--label", help="Tables: the column that a classifier learns.")] = None,
    groups: Annotated[str, typer.Option("--groups", help="Tables: columns that name a group: sex,race.")] = "",
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Score a model: quality, memorization, bias, hallucination; samples against data of yours; a file of answers."""
    from ..core import UsageError
    from . import commands
    from .metric_options import named_metrics

    if (target is None) == (model is None):
        raise UsageError(
            "give either a target (a config, a run folder, a model or samples, a file of answers) or --model"
        )
    asked = commands.Asked(tuple(suite or ()), sets, named_metrics(metric or (), options or ()))
    subject = str(target or model)
    if against is None:
        if label or groups:
            raise UsageError("--label and --groups go with --against; of a run, config.yaml says both")
        if model is not None:
            raise UsageError(
                "--model needs --corpus: the texts that the model is held against; a file of finished answers needs "
                "neither: headwater evaluate FILE --metric NAME"
            )
        if not commands.is_run(Path(subject)):
            return commands.evaluate_file(Path(subject), out, asked, workers=workers, json=json, quiet=quiet)
        return commands.evaluate_run(Path(subject), out, asked, workers=workers, json=json, quiet=quiet)
    commands.evaluate_against(subject, against, out, label, groups, asked, workers=workers, json=json, quiet=quiet)


@app.command()
def diff(
    a: Annotated[Path, typer.Argument(help="A run folder or a corpus folder.")],
    b: Annotated[Path, typer.Argument(help="Another one.")],
    markdown: Annotated[Path | None, typer.Option("--markdown", help="Write the tables as Markdown too.")] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Write a page, with paired scores and the gate.")] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Compare two runs or corpora: documents, decisions by rule, configuration, versions, scores."""
    from . import record_commands

    record_commands.diff(a, b, markdown, html, json=json, quiet=quiet)


@app.command()
def compare(
    runs: Annotated[list[Path], typer.Argument(help="Two run folders, A and B; with --against all of them are A.")],
    against: Annotated[
        list[Path] | None, typer.Option("--against", help="A run of B; repeatable, as A is, for other seeds.")
    ] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Write the comparison as a page too.")] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of permutation tests.")] = 0,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Which of two evaluated models is better, score by score, on the items that both have; and how sure that is."""
    from . import record_commands

    record_commands.compare(runs, against or [], html, seed, json=json, quiet=quiet)


@app.command()
def erase(
    target: Annotated[Path, typer.Argument(help="A run folder, or a corpus folder.")],
    id: Annotated[list[str] | None, typer.Option("--id", help="The id of a document; may be repeated.")] = None,
    match: Annotated[list[str] | None, typer.Option("--match", help="A string of the subject; repeatable.")] = None,
    match_file: Annotated[Path | None, typer.Option("--match-file", help="A file with a string a line.")] = None,
    hashes: Annotated[Path | None, typer.Option("--hashes", help="A file with a SHA-256 of a content a line.")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The release [default: TARGET-erased].")] = None,
    key: Annotated[Path | None, typer.Option("--key", help="The key file; made if missing [default: OUT.key].")] = None,
    time: Annotated[str | None, typer.Option("--time", help="The time in the proof [default: now, in UTC].")] = None,
    keep_near_copies: Annotated[bool, typer.Option("--keep-near-copies", help="Only exact copies go too.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List what would be erased; write nothing.")] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Erase documents and list everything derived from them: a patched release, the proof, a list for later runs."""
    from . import record_commands

    record_commands.erase(
        target, id or [], match or [], match_file, hashes, out, key, time,
        copies=not keep_near_copies, dry_run=dry_run, json=json, quiet=quiet,
    )  # fmt: skip


@app.command()
def replay(
    folder: Annotated[Path, typer.Argument(help="A run folder; with --check also a release or a corpus.")],
    check: Annotated[bool, typer.Option("--check", help="Only hash the files against the manifests.")] = False,
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Curate a run again and compare it byte for byte, or name what has changed: code, version, source, steps."""
    from . import record_commands

    record_commands.replay(folder, check, workers=workers, json=json, quiet=quiet)


@app.command()
def report(
    folder: Run,
    language: Annotated[
        str, typer.Option("--language", help="Language of the page: en, de [default: the config's].")
    ] = "",
    json: Json = False,
) -> None:
    """Lay out the report of a run folder again."""
    from . import commands

    commands.report(folder, json, language)


@app.command()
def trace(
    folder: Run,
    what: Annotated[
        str | None,
        typer.Argument(help="A text ('-' reads standard input), a sample's id or a finding's code (HW-M001)."),
    ] = None,
    document: Annotated[str | None, typer.Option("--document", "-d", help="Tell a document's story instead.")] = None,
    source: Annotated[str | None, typer.Option("--source", help="Tell what became of a source instead.")] = None,
    step: Annotated[
        int | None, typer.Option("--step", "-s", min=0, help="List what a training step saw instead.")
    ] = None,
    influence: Annotated[
        bool,
        typer.Option("--influence", help="Rank documents by what training on them did to the text, sample or finding."),
    ] = False,
    on: Annotated[
        str | None,
        typer.Option("--influence-on", help="The same for a score: held-out, source=NAME, gap=gender:female-male."),
    ] = None,
    method: Annotated[
        str, typer.Option("--method", help="tracin, last, cosine, projected, preconditioned or similarity.")
    ] = "preconditioned",
    validate: Annotated[
        int | None, typer.Option("--validate", min=4, help="Train again on so many random halves of the documents.")
    ] = None,
    json: Json = False,
) -> None:
    """Find the documents that an output or a finding came from: source, licence, copies, training steps, decisions."""
    from . import influence_command, trace_commands

    given = sys.stdin.buffer.read().decode("utf-8", "replace") if what == "-" else what
    if influence or on is not None:
        others = document is not None or source is not None or step is not None
        return influence_command.influence(folder, given, on, method, validate, others=others, json=json)
    trace_commands.trace(folder, given, document, source, step, json=json)


@app.command()
def index(
    target: Annotated[Path, typer.Argument(help="A data file or folder of text, or a run folder.")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The run folder [default: runs/NAME-index].")] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Index a corpus that was not curated here, so that 'headwater trace' finds where a text stands in it."""
    from . import trace_commands

    trace_commands.index(target, out, json=json, quiet=quiet)


@app.command()
def remedy(
    folder: Run,
    finding: Annotated[str, typer.Argument(help="The code of a finding: HW-M001.")],
    action: Annotated[
        str | None,
        typer.Option("--action", "-a", help="remove, deduplicate, redact, reweight or cap [default: what fits]."),
    ] = None,
    weight: Annotated[float, typer.Option("--weight", help="Of a reweighted document; others have 1.")] = 0.25,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The new run folder [default: RUN-remedy].")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done; nothing is written.")] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Patch the corpus where a finding came from, train again, and compare the run before with the one after."""
    from . import remedy_command

    remedy_command.remedy(folder, finding, action, weight, out, dry_run=dry_run, json=json, quiet=quiet)


@app.command("list")
def list_kind(
    kind: Annotated[str | None, typer.Argument(help="source, filter, audit, detector, family, metric, section")] = None,
    json: Json = False,
) -> None:
    """List what is registered: sources, filters, audits, detectors, model families, metrics, report sections."""
    from . import commands

    commands.list_kind(kind, json)


@app.command()
def explain(
    name: Annotated[str, typer.Argument(help="A registered name, KIND/NAME, a document's id, or a run with a model.")],
    folder: Annotated[
        Path | None, typer.Option("--run", help="The run of the document [default: search runs/].")
    ] = None,
    rebuild: Annotated[bool, typer.Option(help="Read the source again to show what edits changed.")] = True,
    json: Json = False,
) -> None:
    """Explain a registered name (parameters, source, unit, range), or tell the story of a document or of a model."""
    from . import commands

    commands.explain(name, json, folder, rebuild)


@app.command()
def init(
    path: Annotated[Path, typer.Argument(help="The file to write.")] = Path("headwater.yaml"),
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON schema of the config instead.")] = False,
) -> None:
    """Write a commented starter config."""
    from . import commands

    commands.init(path, schema)


@app.command()
def demo(out: Out = None, workers: Workers = None, json: Json = False, quiet: Quiet = False) -> None:
    """Run the demo: curate the installed packages' documentation, train on it, trace what was memorized."""
    from . import commands

    _stages(commands.DEMO, out or Path("runs/demo"), "report", workers, json, quiet)


models_app = typer.Typer(no_args_is_help=True, help="Serve a checkpoint to other programs.")
app.add_typer(models_app, name="models")


@models_app.command()
def serve(
    target: Annotated[Path, typer.Argument(help="A checkpoint folder, or the run folder that holds it.")],
    port: Annotated[int, typer.Option("--port", "-p", min=0, max=65535, help="0 takes any free one.")] = 8000,
    host: Annotated[str, typer.Option("--host", help="Another address lets others in.")] = "127.0.0.1",
    name: Annotated[str | None, typer.Option("--name", help="What it is called [default: the run folder].")] = None,
) -> None:
    """Serve a text checkpoint on this machine as an OpenAI-compatible endpoint (completions and chat)."""
    from .serve import serve as serve_model

    serve_model(target, host, port, name)


def _stages(
    target: Path, out: Path | None, until: str, workers: int | None, json: bool, quiet: bool, model: bool = True
) -> None:
    from . import commands

    commands.stages(target, out, until, workers=workers, json=json, quiet=quiet, model=model)


def _version(wanted: bool) -> None:
    if wanted:
        from .. import __version__

        typer.echo(f"headwater {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Entry point: an expected error becomes one sentence on standard error and its own exit code.

    What a text of the corpus says may stand in either kind of error: personal data and secrets are replaced.
    """
    guard_streams()
    try:
        app()
    except SystemExit as ended:
        if ended.code == INTERRUPTED:  # typer makes this of a KeyboardInterrupt, without a word
            typer.echo("stopped; the same command goes on from here", err=True)
        raise
    except Exception as error:
        raise SystemExit(_exit_code(error)) from None


def _exit_code(error: Exception) -> int:
    from ..core import OUT_OF_ROOM, HeadwaterError
    from ..curate import redact

    known: Any = error
    if isinstance(error, OSError) and error.errno in OUT_OF_ROOM:
        typer.echo(f"headwater: {error}; free some space and give the same command again", err=True)
        return 75
    if not isinstance(error, HeadwaterError):
        typer.echo(redact("".join(traceback.format_exception(error))), err=True)
        return 1
    typer.echo(f"headwater: {redact(str(error))}", err=True)
    return int(known.exit_code)
