"""Files for other schedulers: each read by its real tool or schema, and with hostile names and paths in them."""

import json
import shlex
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jsonschema
import pytest
import yaml

from headwater.core import UsageError
from headwater.pipeline.jobs.config import JobsFile, load_jobs
from headwater.pipeline.jobs.emit import EMITTERS
from headwater.pipeline.jobs.emit.cron import command
from headwater.pipeline.jobs.emit.github import utc_crons
from headwater.pipeline.jobs.emit.on_calendar import on_calendar
from headwater.pipeline.jobs.emit.systemd import quoted
from headwater.pipeline.jobs.schedule import parse_schedule

SCHEMAS = Path(__file__).parent / "schemas"
TEXT = """\
jobs:
  nightly: {config: run.yaml, schedule: daily at 02:30, timezone: Europe/Berlin, jitter: 5m}
  weekdays: {config: run.yaml, schedule: "5 1 * * mon-fri", timezone: America/New_York}
  either: {config: run.yaml, schedule: "0 4 1,15 * 7", timezone: Asia/Kolkata}
  odd: {config: run.yaml, schedule: every 7h}
"""
HOSTILE = 'it\'s 100% $(touch x) `id` "q" %n ${HOME} ; & | é'
ANALYZE = shutil.which("systemd-analyze")


def jobs_in(folder: Path, name: str = "jobs.yaml") -> tuple[JobsFile, Path]:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(TEXT, "utf-8")
    return load_jobs(folder / name), folder / name


def emitted(form: str, folder: Path, name: str = "jobs.yaml") -> dict[str, str]:
    return EMITTERS[form](*jobs_in(folder, name), "registry.example.org/headwater:1")


def schema(name: str) -> Any:
    return json.loads((SCHEMAS / name).read_text("utf-8"))


def cron_lines(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line and line[0] in "0123456789*"]
    return [line.split(" ", 5) for line in lines]


def as_cron_reads(line: str) -> str:
    """The command as cron hands it to the shell: a percent sign ends it unless a backslash stands before."""
    out, position = "", 0
    while position < len(line):
        if line.startswith("\\%", position):
            out, position = out + "%", position + 2
        elif line[position] == "%":
            break
        else:
            out, position = out + line[position], position + 1
    return out


@pytest.mark.parametrize("folder", ["plain", HOSTILE])
def test_a_crontab_calls_exactly_our_words_in_a_real_shell(tmp_path: Path, folder: str) -> None:
    text = emitted("cron", tmp_path / folder)["headwater.cron"]
    lines = cron_lines(text)
    assert [fields[:5] for fields in lines][:2] == [["30", "2", "*", "*", "*"], ["5", "1", "*", "*", "1,2,3,4,5"]]
    for fields, name in zip(lines, ("nightly", "weekdays", "either", "odd"), strict=True):
        parse_schedule(" ".join(fields[:5]), "UTC")
        shell = f"printf '%s\\0' {as_cron_reads(fields[5])}"
        done = subprocess.run(["/bin/sh", "-c", shell], capture_output=True, check=True, cwd=tmp_path)
        words = done.stdout.decode().split("\0")[:-1]
        assert words[4:] == ["jobs", "run-due", str(tmp_path / folder / "jobs.yaml"), "--job", name, "--wait"]
    assert not (tmp_path / "x").exists()
    assert text.count("CRON_TZ=") == 4


def test_a_percent_sign_without_its_backslash_would_end_the_command() -> None:
    assert shlex.split(as_cron_reads(command(["100% a"]))) == ["100% a"]
    with pytest.raises(ValueError, match="quotation"):
        shlex.split(as_cron_reads(shlex.join(["100% a"])))


CALENDARS = [
    ("30 2 * * *", "Europe/Berlin"),
    ("5 1 * * MON-FRI", "America/New_York"),
    ("0 4 1,15 * 7", "Asia/Kolkata"),
    ("*/20 8-10 * 2,3 *", "UTC"),
    ("0 0 29 2 *", "UTC"),
    ("10 3 */5 * *", "UTC"),
    ("0 6 * * 0,3", "Australia/Lord_Howe"),
]


@pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed; the words are tested below")
@pytest.mark.parametrize(("cron", "zone"), CALENDARS)
def test_systemd_finds_the_times_that_we_find(cron: str, zone: str) -> None:
    found: set[datetime] = set()
    for event in on_calendar(cron, zone):
        base = "--base-time=2026-05-10 00:00:30 UTC"
        done = subprocess.run(
            [str(ANALYZE), "calendar", "--iterations=12", base, event],
            capture_output=True, text=True, check=True, env={"TZ": "UTC", "LC_ALL": "C"},
        )  # fmt: skip
        lines = [line.split("elapse:")[-1].split(")")[-1] for line in done.stdout.splitlines() if "(in UTC)" in line]
        lines = lines or [
            line.split(":", 1)[1] for line in done.stdout.splitlines() if "elapse:" in line or "Iter. #" in line
        ]
        found |= {datetime.strptime(line.strip()[4:], "%Y-%m-%d %H:%M:%S UTC").replace(tzinfo=UTC) for line in lines}
    expected = parse_schedule(cron, zone).next(datetime(2026, 5, 10, 0, 0, 30, tzinfo=UTC), 12)
    assert sorted(found)[:12] == expected


def test_calendar_events_are_in_the_words_of_systemd() -> None:
    assert on_calendar("0 4 1,15 * 7", "Asia/Kolkata") == [
        "*-*-01,15 04:00:00 Asia/Kolkata",
        "Sun *-*-* 04:00:00 Asia/Kolkata",
    ]
    assert on_calendar("*/30 * * JAN *", "UTC") == ["*-01-* *:00,30:00 UTC"]


@pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed")
@pytest.mark.parametrize("folder", ["plain", HOSTILE])
def test_systemd_verifies_the_units(tmp_path: Path, folder: str) -> None:
    files = emitted("systemd", tmp_path / folder)
    units = tmp_path / "units"
    units.mkdir()
    for name, text in files.items():
        (units / name).write_text(text, "utf-8")
    names = sorted(files)
    done = subprocess.run(
        [str(ANALYZE), "verify", "--man=no", *[str(units / name) for name in names]], capture_output=True, text=True
    )
    ours = [line for line in done.stderr.splitlines() if "headwater-" in line]
    assert done.returncode == 0 and ours == [], done.stderr
    assert len(names) == 8


def as_systemd_reads(word: str) -> str:
    """What a quoted word of ExecStart means: C escapes, then specifiers, then variables."""
    assert word.startswith('"') and word.endswith('"')
    inner = word[1:-1].replace("\\\\", "\0").replace('\\"', '"')
    assert "\\" not in inner
    inner = inner.replace("\0", "\\")
    for mark in "%$":
        assert inner.count(mark) == 2 * inner.count(mark * 2)
        inner = inner.replace(mark * 2, mark)
    return inner


@pytest.mark.parametrize("word", [HOSTILE, "a\\", 'a"b', "%n$HOME", "\\%$\"'"])
def test_a_word_of_a_unit_is_only_itself(word: str) -> None:
    assert as_systemd_reads(quoted(word)) == word


@pytest.mark.parametrize("name", ["jobs.yaml", f"{HOSTILE}.yaml", "$(HOME): {a: b} # x.yaml", "- [x].yaml"])
def test_cron_jobs_fit_the_schema_of_kubernetes(tmp_path: Path, name: str) -> None:
    files = emitted("kubernetes", tmp_path, name)
    assert len(files) == 4
    for text in files.values():
        made = yaml.safe_load(text)
        jsonschema.Draft7Validator(schema("cronjob-batch-v1.json")).validate(made)
        container = made["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]
        word = container["command"][3]
        # $(NAME) is a variable to Kubernetes, $$ a dollar sign.
        assert "$" not in word.replace("$$", "") and word.replace("$$", "$") == f"/work/{name}"
        assert made["spec"]["concurrencyPolicy"] == "Forbid"
        # The controller gives up after more than 100 missed starts within this time.
        assert made["spec"]["startingDeadlineSeconds"] / 60 < 100
    first = yaml.safe_load(files["headwater-nightly.cronjob.yaml"])["spec"]
    assert (first["schedule"], first["timeZone"]) == ("30 2 * * *", "Europe/Berlin")


def test_the_schema_of_kubernetes_refuses_a_misspelt_key(tmp_path: Path) -> None:
    made = yaml.safe_load(emitted("kubernetes", tmp_path)["headwater-odd.cronjob.yaml"])
    made["spec"]["timezone"] = made["spec"].pop("timeZone")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft7Validator(schema("cronjob-batch-v1.json")).validate(made)


def test_workflows_fit_the_schema_of_github(tmp_path: Path) -> None:
    files = emitted("github-actions", tmp_path)
    assert set(files) == {
        f".github/workflows/headwater-{name}.yml" for name in ("nightly", "weekdays", "either", "odd")
    }
    for text in files.values():
        made = yaml.safe_load(text)
        jsonschema.Draft7Validator(schema("github-workflow.json")).validate(made)
        assert made["permissions"] == {"contents": "read"} and made["concurrency"]["cancel-in-progress"] is False
        assert "60 days" in text
    made["permissions"] = {"content": "read"}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft7Validator(schema("github-workflow.json")).validate(made)


def test_a_path_stays_one_word_in_a_workflow(tmp_path: Path) -> None:
    name = 'it\'s $(x) "q" #.yaml'
    text = emitted("github-actions", tmp_path, name)[".github/workflows/headwater-odd.yml"]
    (step,) = [one["run"] for one in yaml.safe_load(text)["jobs"]["run"]["steps"] if "run-due" in one.get("run", "")]
    assert shlex.split(step)[3] == name


@pytest.mark.parametrize("name", ["${{ github.token }}.yaml", "a*.yaml"])
def test_what_github_would_read_as_an_expression_or_pattern_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="rename it"):
        emitted("github-actions", tmp_path, name)


@pytest.mark.parametrize(
    ("cron", "zone"),
    [
        ("30 2 * * *", "Europe/Berlin"),
        ("0 0 * * MON", "Europe/Berlin"),
        ("5 23 * * 1-5", "America/New_York"),
        ("0 4 1 * *", "Asia/Kolkata"),
        ("15 1 * * *", "Australia/Lord_Howe"),
        ("*/20 * * * *", "Asia/Kolkata"),
    ],
)
def test_at_every_time_of_the_year_github_calls_or_a_call_follows_within_the_hour(cron: str, zone: str) -> None:
    begin, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    calls = {at for one in utc_crons(cron, zone) for at in parse_schedule(one, "UTC").between(begin, end)}
    missing = [at for at in parse_schedule(cron, zone).between(begin, end) if at not in calls]
    # Only a local time that does not exist has no line of its own; the line of the other offset follows.
    assert all(_skipped(at, zone) for at in missing) and len(missing) <= 1
    assert all(any(at <= call <= at + timedelta(hours=1) for call in calls) for at in missing)


def _skipped(at: datetime, zone: str) -> bool:
    before = (at - timedelta(minutes=1)).astimezone(ZoneInfo(zone)).utcoffset()
    return before != at.astimezone(ZoneInfo(zone)).utcoffset()


@pytest.mark.parametrize("form", ["cron", "kubernetes", "github-actions", "systemd"])
def test_what_another_scheduler_cannot_say_is_refused(tmp_path: Path, form: str) -> None:
    (tmp_path / "jobs.yaml").write_text('jobs:\n  a: {config: r, schedule: "0 3 L * *"}\n')
    with pytest.raises(UsageError, match="cannot be said"):
        EMITTERS[form](load_jobs(tmp_path / "jobs.yaml"), tmp_path / "jobs.yaml", "image")


def test_a_line_break_in_a_path_is_refused(tmp_path: Path) -> None:
    for form in ("cron", "systemd", "kubernetes"):
        with pytest.raises(UsageError, match="control character"):
            emitted(form, tmp_path, "a\nExecStartPost=x.yaml")
