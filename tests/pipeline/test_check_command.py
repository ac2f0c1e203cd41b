"""``headwater check`` and ``headwater attest`` on a run: the checklist, the exit codes, what is kept."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import headwater
from headwater.core import HeadwaterError, Manifest, Score, StageReport, sha256_file
from headwater.pipeline import cli
from headwater.pipeline.gate import judge_run, judged_so
from headwater.reports import GateFailed, Judgement, append_entry, load_policy, read_ledger
from headwater.reports.gate import Evidence, Part

HOSTILE = "\x1b[31mred\x1b[0m \u202egnp.exe \u200b<b>\n\rsecond"
POLICY = """\
id: mine
dated: 2026-01-01
controls:
  - {id: X1, title: Measured, checks: [{metric: m, at_most: LIMIT}]}
  - {id: H1, title: Said, kind: attestation, severity: low}
"""


@pytest.fixture
def made(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "config.yaml").write_text("corpus: {source: none}\n", "utf-8")
    one = Score("m", 0.2, 50, "share", "m/1", 0.1, 0.3)
    StageReport("evaluate", "Evaluation", scores=(one,)).save(folder / "evaluation.json")
    manifest = Manifest("run", {"evaluation.json": sha256_file(folder / "evaluation.json")}, seed=7)
    manifest.save(folder)
    append_entry(folder, "run-started", "2026-11-20T08:00:00+00:00")
    append_entry(folder, "run-finished", "2026-11-20T09:00:00+00:00", manifest.hash, ran=["evaluate"], cached=[])
    (tmp_path / "p.yaml").write_text(POLICY.replace("LIMIT", "0.5"), "utf-8")
    return folder


def policy(made: Path, text: str) -> str:
    path = made.parent / "other.yaml"
    path.write_text(text, "utf-8")
    return str(path)


def call(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr("sys.argv", ["headwater", *map(str, arguments)])
    monkeypatch.setattr("headwater.pipeline.check_command.lay_out_quietly", lambda folder: None)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


def test_a_gate_that_passes_ends_with_0_and_keeps_the_evidence(
    made: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "check", made, "--policy", made.parent / "p.yaml") == 0
    assert capsys.readouterr().out.startswith("PASS")
    assert [entry.event for entry in read_ledger(made)][-1] == "checked"
    assert len((made / "evidence.jsonl").read_text("utf-8").splitlines()) == 2


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (POLICY.replace("LIMIT", "0.05"), 1),
        (POLICY.replace("{metric: m, at_most: LIMIT}", "{metric: nothing}"), 3),
        (POLICY.replace("at_most: LIMIT", "maximum_age: 1h"), 5),
        (POLICY.replace("at_most: LIMIT", "atmost: 1"), 2),
        ("id: none\n", 3),
    ],
)
def test_every_verdict_has_its_exit_code(made: Path, monkeypatch: pytest.MonkeyPatch, text: str, code: int) -> None:
    assert call(monkeypatch, "check", made, "-p", policy(made, text)) == code


def test_a_changed_file_ends_with_4_whatever_the_policy_asks(
    made: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (made / "evaluation.json").read_text("utf-8")
    (made / "evaluation.json").write_text(text.replace("0.3", "0.2"), "utf-8")
    assert call(monkeypatch, "check", made, "-p", made.parent / "p.yaml") == 4
    assert "HW-G002" in capsys.readouterr().out
    assert [entry.event for entry in read_ledger(made)][-1] == "found-changed"
    assert not (made / "evidence.jsonl").exists() and not (made / "policy.json").exists()
    (made / "evaluation.json").write_text(text, "utf-8")
    assert call(monkeypatch, "check", made, "-p", made.parent / "p.yaml") == 0


@pytest.mark.parametrize("name", ["ledger.jsonl", "evidence.jsonl"])
def test_a_broken_chain_ends_with_4(made: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    call(monkeypatch, "check", made, "-p", made.parent / "p.yaml")
    text = (made / name).read_text("utf-8")
    (made / name).write_text("x" + text, "utf-8")
    assert call(monkeypatch, "check", made, "-p", made.parent / "p.yaml") == 4


def test_json_is_one_object_with_verdict_and_controls(
    made: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    call(monkeypatch, "check", made, "-p", made.parent / "p.yaml", "--json")
    found = json.loads(capsys.readouterr().out)
    assert (found["verdict"], found["exit_code"], found["findings"]) == ("pass", 0, [])
    assert [one["control"] for one in found["controls"]] == ["X1", "H1"]


def test_a_policy_newer_than_the_run_stands_at_the_head(
    made: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    newer = POLICY.replace("LIMIT", "0.5").replace("2026-01-01", "2026-11-25")
    call(monkeypatch, "check", made, "-p", policy(made, newer))
    out = capsys.readouterr().out
    assert out.index("HW-G001") < out.index("X1 ")


def test_a_run_without_a_policy_says_which_to_give(
    made: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "check", made) == 2
    assert "--policy" in capsys.readouterr().err


WAIVERS = """\
waivers:
  - {control: X1, owner: a, approver: b, reason: it is being mended, granted: 2026-11-01, expires: 2026-12-01}
"""


def test_waivers_of_a_file_are_kept_with_the_run_and_end(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing = policy(made, POLICY.replace("LIMIT", "0.05"))
    (made.parent / "w.yaml").write_text(WAIVERS, "utf-8")
    at = ["check", made, "-p", failing, "--time"]
    assert call(monkeypatch, *at, "2026-12-01T23:59:59", "--waivers", made.parent / "w.yaml") == 0
    assert call(monkeypatch, *at, "2026-12-01T23:59:59") == 0
    assert call(monkeypatch, *at, "2026-12-02") == 1
    assert [entry.event for entry in read_ledger(made)].count("waived") == 1


def test_a_waiver_of_an_unknown_control_is_an_error(
    made: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (made.parent / "w.yaml").write_text(WAIVERS.replace("X1", "X2"), "utf-8")
    assert call(monkeypatch, "check", made, "-p", made.parent / "p.yaml", "--waivers", made.parent / "w.yaml") == 2
    assert 'did you mean "X1"' in capsys.readouterr().err
    assert not (made / "waivers.yaml").exists() and not (made / "evidence.jsonl").exists()


ATTEST = ("--person", "P. Person", "--role", "board", "--statement", "looked at", "--evidence", "minutes.pdf")


def test_an_attestation_is_written_counted_and_shown_as_a_persons_word(
    made: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own = made.parent / "p.yaml"
    assert call(monkeypatch, "attest", made, "H1", *ATTEST, "-p", own, "--time", "2026-11-28") == 0
    assert [entry.event for entry in read_ledger(made)][-1] == "attested"
    capsys.readouterr()
    assert call(monkeypatch, "check", made, "-p", own, "--time", "2026-11-29") == 0
    assert "attested by P. Person (board) on 2026-11-28" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("control", "more", "message"),
    [
        ("H2", (), 'did you mean "H1"'),
        ("X1", (), "is measured, and needs no attestation"),
        ("H1", ("--expires", "2026-01-01"), "expires lies before date"),
        ("H1", ("--date", "soon"), "write 2026-11-30"),
    ],
)
def test_a_wrong_attestation_is_refused(
    made: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], control: str, more: Any,
    message: str,
) -> None:  # fmt: skip
    assert call(monkeypatch, "attest", made, control, *ATTEST, *more, "-p", made.parent / "p.yaml") == 2
    assert message in capsys.readouterr().err
    assert not (made / "attestations.yaml").exists()


# the text


def judgement(**more: Any) -> Judgement:
    part = Part(HOSTILE, "fail", HOSTILE, slice={HOSTILE: HOSTILE}, value=0.2, low=0.1, high=0.3, n=9)
    gap = Part("m", "not_measured", HOSTILE)
    rows = [
        Evidence("X1", HOSTILE, "automatic", "high", "fail", HOSTILE, True, (part,), area="corpus"),
        Evidence("X2", HOSTILE, "automatic", "high", "not_measured", HOSTILE, True, (gap,), area="model"),
        Evidence("X3", HOSTILE, "attestation", "high", "pass", HOSTILE, False, (), area="attestation"),
    ]
    return Judgement(HOSTILE, HOSTILE, "2026-11-30", tuple(rows), **more)


@pytest.mark.parametrize("width", [80, 200])
def test_hostile_texts_never_reach_the_terminal_as_they_are(width: int) -> None:
    text = judgement().text(width)
    assert not [letter for letter in text if letter in "\x1b\r\u202e\u200b"]
    assert all(len(line) <= width for line in text.split("\n"))
    assert text.startswith("FAIL") and "Corpus: 1 failed" in text and "Model: 1 not measured" in text


def test_the_worst_come_first_and_say_what_to_do() -> None:
    text = judgement().text(100)
    assert text.index("X1") < text.index("X2") < text.index("X3")
    assert text.count("do: ") == 2


# from Python


def test_check_from_python_returns_or_raises_and_writes_nothing(made: Path) -> None:
    found = headwater.check(str(made.parent / "p.yaml"), run=made)
    assert found.passed and not (made / "evidence.jsonl").exists()
    failing = policy(made, POLICY.replace("LIMIT", "0.05"))
    bad = headwater.check(failing, run=made, strict=False)
    assert ([one.control for one in bad.failed], bad.exit_code, bad.counts["fail"]) == (["X1"], 1, 1)
    with pytest.raises(AssertionError, match="X1"):
        bad.raise_for_status()
    with pytest.raises(GateFailed):
        headwater.check(failing, run=made, strict=True)


def test_check_records_when_asked(made: Path) -> None:
    headwater.check(made.parent / "p.yaml", run=made, record=True)
    assert (made / "evidence.jsonl").exists()


def test_check_records_nothing_in_a_signed_run(made: Path) -> None:
    (made / "signatures").mkdir()
    (made / "signatures" / "001.dsse.json").write_text("{}")
    with pytest.raises(HeadwaterError, match="record=False"):
        headwater.check(made.parent / "p.yaml", run=made, record=True)
    assert not (made / "evidence.jsonl").exists()
    assert headwater.check(made.parent / "p.yaml", run=made).evidence


def test_check_without_a_run_says_how_to_name_one(made: Path) -> None:
    with pytest.raises(HeadwaterError, match="--headwater-run"):
        headwater.check(made.parent / "p.yaml")


def test_a_judged_run_is_not_judged_again_until_something_changes(made: Path) -> None:
    chosen, now = load_policy(str(made.parent / "p.yaml")), datetime(2026, 11, 29, tzinfo=UTC)
    assert not judged_so(made, chosen, now)
    judge_run(made, chosen, now)
    assert judged_so(made, chosen, now)
    (made / "waivers.yaml").write_text(WAIVERS, "utf-8")
    assert not judged_so(made, chosen, now)
