"""A tiny run whose samples are put in its mouth, so that every finding on passages has a known cause."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from typer.testing import CliRunner

from headwater.core import (
    Corpus,
    Finding,
    InputError,
    NotMeasured,
    Score,
    StageReport,
    UsageError,
    read_parquet,
    write_parquet,
)
from headwater.evaluate import evaluate_items, open_subject, write_items
from headwater.pipeline import run as runs
from headwater.pipeline.cli import app
from headwater.pipeline.config import load_config
from headwater.pipeline.remedy import PATCH, apply, propose
from headwater.pipeline.remedy_report import remedy_report

METRICS = ("verbatim-overlap", "licence-overlap", "leaked-data")
CONFIG = f"""\
corpus: {{source: jsonl, path: corpus.jsonl}}
curate: [unicode]
audit: []
compare: false
model: {{family: transformer, size: xs, steps: 6, batch: 4, context: 32, vocabulary: 300, canaries: null}}
sample: {{free: 6, free_tokens: 8, prefixes: 0, repeats: 0, counterfactual: 0}}
evaluate: {{suites: [], metrics: [{", ".join(METRICS)}]}}
"""
ADDRESS = "theodora.quist@river-post.org"
PASSAGE = "The lighthouse keeper counted seventeen copper lanterns before the ferry crossed the frozen strait at dawn."
COPIED = "Every winter the miller carries nine sacks of barley over the stone bridge to the harbour market in town."


def write_corpus(path: Path) -> None:
    rows = []
    for number in range(60):
        text = f"Note {number}: " + " ".join(f"word{(number * k) % 97}" for k in range(2, 20)) + "."
        licence = "MIT"
        if number % 10 == 1:
            text += f" Write to {ADDRESS} today."
        elif number % 10 == 2:
            text, licence = f"{text} {PASSAGE}", "GPL-3.0-only"
        elif number % 10 == 3:
            text = f"{text} {COPIED}"
        rows.append({"text": text, "licence": licence, "source": f"source-{number % 2}"})
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run; tests must not change it."""
    folder = tmp_path_factory.mktemp("remedy")
    write_corpus(folder / "corpus.jsonl")
    (folder / "run.yaml").write_text(CONFIG, "utf-8")
    runs.run(load_config(folder / "run.yaml"), folder / "run")
    say(folder / "run", [f"ask {ADDRESS} now", PASSAGE[:80], COPIED[:90], "nothing", "at all", "to see"])
    return folder / "run"


def say(run: Path, outputs: list[str]) -> None:
    """Put outputs into the samples of a run and evaluate it."""
    path = run / "samples" / "samples.parquet"
    table = read_parquet(path)
    place = table.schema.get_field_index("output")
    write_parquet(path, table.set_column(place, table.schema.field(place), pa.array(outputs, pa.large_string())))
    report, items = evaluate_items(open_subject(run), METRICS)
    report.save(run / "evaluation.json")
    write_items(run, items)


def texts(run: Path) -> dict[str, str]:
    corpus = Corpus(run / "corpus")
    return dict(zip(corpus.ids(), corpus.column("text").to_pylist(), strict=True))


def holding(run: Path, part: str) -> set[str]:
    return {name for name, text in texts(run).items() if part in text}


def contents(folder: Path) -> Mapping[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(files)}


def test_a_leaked_address_is_redacted_where_it_stands(made: Path) -> None:
    found = propose(made, "HW-M021")
    assert found.action == "redact" and set(found.patch.redact) == holding(made, ADDRESS)
    for name, ((start, end),) in found.patch.redact.items():
        assert texts(made)[name][start:end] == ADDRESS
    assert dict(found.sources) == {"source-1": 6}


def test_documents_under_a_licence_that_is_not_allowed_are_removed(made: Path) -> None:
    found = propose(made, "HW-M020")
    assert found.action == "remove" and set(found.patch.remove) == holding(made, "lighthouse")


def test_the_parameters_of_the_metric_decide_which_licences_count(made: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(made, run)
    metrics = (("licence-overlap", {"allow": ["GPL-3.0-only"]}),)
    evaluate_items(open_subject(run), metrics)[0].save(run / "evaluation.json")
    assert set(propose(run, "HW-M020").patch.remove) == holding(made, "miller")


def test_of_the_documents_with_a_repeated_passage_the_first_stays(made: Path) -> None:
    found = propose(made, "HW-M001")
    both = [name for name in texts(made) if name in holding(made, "miller") | holding(made, "lighthouse")]
    first = {min(holding(made, word), key=both.index) for word in ("miller", "lighthouse")}
    assert found.action == "deduplicate" and set(found.patch.remove) == set(both) - first
    assert set(found.patch.remove.values()) == first


def test_documents_get_the_weight_that_was_asked_for(made: Path) -> None:
    found = propose(made, "HW-M020", "reweight", weight=0.1)
    assert dict(found.patch.weights) == dict.fromkeys(holding(made, "lighthouse"), 0.1)
    assert found.config(made.parent / "x").tracks()[""].model.weights == "patch-weight"


def test_sources_are_capped_at_half_of_the_largest_behind_the_finding(made: Path) -> None:
    found = propose(made, "HW-M021", "cap")
    assert (found.cap, len(found.patch)) == (15, 0)
    assert found.step(made) == {"cap": {"by": "source", "documents": 15}}


@pytest.mark.parametrize(
    ("code", "action", "message"),
    [
        ("HW-M999", None, "has no finding HW-M999; it has .*HW-M020"),
        ("HW-M021", "burn", "no action 'burn'; give one of remove, deduplicate"),
        ("HW-M020", "deduplicate", "no passage stands in two kept documents"),
    ],
)
def test_a_wrong_code_or_action_is_named(made: Path, code: str, action: str | None, message: str) -> None:
    with pytest.raises((InputError, UsageError), match=message):
        propose(made, code, action)


def test_a_weight_that_changes_nothing_and_a_folder_without_a_run_are_refused(made: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="from 0 up to below 1, not 1"):
        propose(made, "HW-M020", "reweight", weight=1)
    with pytest.raises(InputError, match="not a run folder"):
        propose(tmp_path, "HW-M020")
    with pytest.raises(UsageError, match="applied to a copy"):
        apply(propose(made, "HW-M020"), made)


def test_a_dry_run_writes_nothing_and_shows_no_value(made: Path) -> None:
    before = contents(made)
    shown = CliRunner().invoke(app, ["remedy", str(made), "HW-M021", "--dry-run"])
    data = CliRunner().invoke(app, ["remedy", str(made), "HW-M021", "--dry-run", "--json"])
    assert shown.exit_code == data.exit_code == 0
    assert "action redact: 6 documents redacted" in shown.output
    assert json.loads(data.output)["documents"]["redacted"] == 6
    assert "quist" not in shown.output + data.output
    assert contents(made) == before and not made.with_name("run-remedy").exists()


def test_the_patch_is_applied_to_a_copy_and_compared_also_after_a_kill(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, found = contents(made), propose(made, "HW-M021")
    whole = apply(found, tmp_path / "whole")
    assert contents(made) == before
    assert not holding(tmp_path / "whole", "quist")
    assert len(holding(tmp_path / "whole", "[REDACTED]")) == 6
    assert "quist" not in (tmp_path / "whole" / PATCH).read_text("utf-8")
    (told,) = whole.findings
    assert told.code == "HW-C090" and "gone" in told.title
    tables: Any = {table.name: table.rows for table in whole.exhibits}
    row = next(row for row in tables["remedy-finding"] if row[:2] == ("leaked-data", ""))
    assert row[2:5] == (1 / 6, 0.0, 1 / 6)

    with monkeypatch.context() as patched:
        patched.setattr(runs.Run, "evaluate", _killed)
        with pytest.raises(KeyboardInterrupt):
            apply(found, tmp_path / "killed")
    trained = (tmp_path / "killed" / "checkpoint" / "run.json").stat().st_mtime_ns
    again = apply(found, tmp_path / "killed")
    assert (tmp_path / "killed" / "checkpoint" / "run.json").stat().st_mtime_ns == trained
    assert again.to_json() == whole.to_json()


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_the_command_says_what_became_of_the_finding(made: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = CliRunner().invoke(app, ["remedy", str(made), "HW-M020", "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert "HW-M020 is gone after the remedy (remove)" in result.output
    assert "licence-overlap licence GPL-3.0-only: 0.1667 before, no such score after" in result.output
    assert not holding(out, "lighthouse") and len(texts(out)) == 54
    report = StageReport.load(out / "remedy.json")
    assert report.facts["documents removed"] == 6 and (out / "report.html").is_file()


def test_a_finding_without_kept_documents_has_no_remedy(made: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(made, run)
    report = json.loads((run / "evaluation.json").read_text("utf-8"))
    report["findings"] = [{**report["findings"][0], "code": code, "document_ids": [], "examples": []} for code in
                          ("HW-M003", "HW-Q001")]  # fmt: skip
    (run / "evaluation.json").write_text(json.dumps(report), "utf-8")
    with pytest.raises(InputError, match="speaks of canaries"):
        propose(run, "HW-M003")
    with pytest.raises(InputError, match="no kept document stands behind it"):
        propose(run, "HW-Q001")


@pytest.mark.parametrize("measured", [True, False])
def test_a_finding_whose_metric_measured_nothing_is_not_called_gone(tmp_path: Path, measured: bool) -> None:
    score = Score("leaked-data", 0.5, 10, "share", "leaked-data/1", 0.1, 0.9, interval="exact", direction="lower")
    finding = Finding("HW-M021", "high", "leaks", "meaning", "advice", (score,), (), ("d",))
    less = replace(score, value=0.0, low=0.0, high=0.3) if measured else NotMeasured("leaked-data", "no samples")
    for name, scores, findings in (("a", (score,), (finding,)), ("b", (less,), ())):
        (tmp_path / name).mkdir()
        report = StageReport("evaluation", "Evaluation", scores=scores, findings=findings)
        report.save(tmp_path / name / "evaluation.json")
    remedy = {"documents": {"removed": 1}, "action": "remove", "cap": None}
    (told,) = remedy_report(remedy, finding, tmp_path / "a", tmp_path / "b").findings
    assert ("is gone" in told.title) == measured
    assert measured or "is no longer measured" in told.title and told.severity == "medium"


def test_sources_count_the_documents_that_the_patch_changes(made: Path) -> None:
    for code, action in (("HW-M001", "deduplicate"), ("HW-M020", "remove"), ("HW-M020", "reweight")):
        found = propose(made, code, action)
        assert sum(found.sources.values()) == len(found.patch)


def test_of_findings_with_one_code_the_gravest_is_taken_and_the_others_are_told(made: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(made, run)
    report = json.loads((run / "evaluation.json").read_text("utf-8"))
    one = next(found for found in report["findings"] if found["code"] == "HW-M020")
    report["findings"] = [{**one, "code": "HW-A004", "severity": level} for level in ("low", "medium")]
    report["findings"] += [{**one, "code": "HW-A045"}]
    (run / "evaluation.json").write_text(json.dumps(report), "utf-8")
    found = propose(run, "HW-A004")
    assert (found.finding.severity, found.action) == ("medium", "reweight")
    assert found.notes == ("1 other finding has this code; the gravest is taken, the first of equals",)
    assert propose(run, "HW-A045").action == "remove"
