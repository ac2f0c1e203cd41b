"""A third-party part fails in the middle of each stage, with personal data in the text of its exception."""

from pathlib import Path

import pytest

from headwater.core import HeadwaterError, UsageError
from headwater.pipeline import cli

from .project import CANARIES, SPOKEN, call, write_project

PLUGIN = '''\
"""Parts that fail on the text that they were given."""

import dataclasses

TOLD = {told!r}


@dataclasses.dataclass(frozen=True)
class Filter:
    name: str = "failing"
    version: str = "1"

    def judge(self, batch):
        raise ValueError(f"cannot judge {{TOLD}}")


def failing_filter():
    """Fails."""
    return Filter()


@dataclasses.dataclass(frozen=True)
class Audit:
    name: str = "failing"

    def examine(self, corpus, seed, progress):
        raise ValueError(f"cannot audit {{TOLD}}")


def failing_audit():
    """Fails."""
    return Audit()


def failing_metric(subject):
    """Fails."""
    raise ValueError(f"cannot measure {{TOLD}}")


@dataclasses.dataclass(frozen=True)
class Source:
    name: str = "failing"
    modality: str = "text"

    def fingerprint(self):
        return "1"

    def batches(self, reject, progress):
        raise ValueError(f"cannot read {{TOLD}}")


def failing_source():
    """Fails."""
    return Source()
'''
GROUPS = ("filter", "audit", "metric", "source")


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    """An installed distribution whose parts fail."""
    folder = tmp_path / "plugin"
    (folder / "failing-1.dist-info").mkdir(parents=True)
    (folder / "failing.py").write_text(PLUGIN.format(told=" ".join(SPOKEN)), "utf-8")
    (folder / "failing-1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: failing\nVersion: 1\n")
    points = "".join(f"[headwater.{group}s]\nfailing = failing:failing_{group}\n" for group in GROUPS)
    (folder / "failing-1.dist-info" / "entry_points.txt").write_text(points)
    return folder


CONFIGS = {
    "filter": "corpus: {source: jsonl, path: corpus.jsonl}\ncurate: [failing]\naudit: [composition]\n",
    "audit": "corpus: {source: jsonl, path: corpus.jsonl}\ncurate: []\naudit: [failing]\n",
    "source": "corpus: {source: failing}\ncurate: []\n",
}


@pytest.mark.parametrize("part", CONFIGS)
def test_what_a_failing_part_says_is_redacted(tmp_path: Path, plugin: Path, part: str) -> None:
    folder = write_project(tmp_path / "project")
    (folder / "bad.yaml").write_text(CONFIGS[part], "utf-8")
    done = call(folder, "run", "bad.yaml", "--out", "run", paths=(plugin,))
    said = done.stdout + done.stderr
    assert "failing" in said or "cannot" in said or "ValueError" in said, said
    assert [name for name, heart in CANARIES.items() if heart in said] == [], said
    files = [path for path in (folder / "run").rglob("*.json*") if path.is_file()]
    leaks = [path for path in files for heart in CANARIES.values() if heart in path.read_text("utf-8", "replace")]
    assert leaks == []


def test_what_a_failing_metric_says_is_redacted(project: Path, plugin: Path) -> None:
    done = call(project, "evaluate", "runs/first", "--metric", "failing", "--out", "scored", paths=(plugin,))
    said = done.stdout + done.stderr
    assert "failing" in said
    assert [name for name, heart in CANARIES.items() if heart in said] == [], said


@pytest.mark.parametrize("kind", [ValueError, UsageError, KeyError, OSError, RuntimeError])
def test_no_error_reaches_the_terminal_unredacted(
    kind: type[Exception], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither the sentence of an expected error nor the traceback of another one, the errors behind it included."""

    def fails() -> None:
        try:
            raise ValueError(" ".join(SPOKEN))
        except ValueError as error:
            raise kind(f"row holds {' '.join(SPOKEN)} \x1b[31m\x9b\u202e") from error

    monkeypatch.setattr(cli, "app", fails)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = "".join(capsys.readouterr())
    assert ended.value.code == (2 if issubclass(kind, HeadwaterError) else 1)
    assert "row holds" in said and ("Traceback" in said) != issubclass(kind, HeadwaterError)
    assert [name for name, heart in CANARIES.items() if heart in said] == []
    assert not set("\x1b\x9b\u202e") & set(said)
