"""Two small corpora whose differences are planted, counted by plain Python over the same files."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from headwater.core import Corpus, NotMeasured, Score, StageReport, Table, UsageError, write_json
from headwater.pipeline.config import load_config
from headwater.pipeline.diff_report import diff, markdown
from headwater.pipeline.run import run


def texts() -> list[dict[str, str]]:
    return [
        {
            "text": f"Note {number} on {'rivers and ' * (number % 7)}mills.",
            "source": f"s{number % 2}",
            "licence": "MIT" if number % 3 else "Apache-2.0",
        }
        for number in range(60)
    ]


def curated(folder: Path, rows: list[dict[str, str]], config: str) -> Path:
    folder.mkdir()
    (folder / "c.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    (folder / "c.yaml").write_text(f"corpus: {{source: jsonl, path: c.jsonl}}\n{config}\n")
    run(load_config(folder / "c.yaml"), folder / "run", until="curate")
    return folder / "run"


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """B has another limit, one edited row, two rows more, and one row of which unicode repairs the text."""
    folder = tmp_path_factory.mktemp("pair")
    one, two = texts(), texts()
    one[9]["text"] = two[9]["text"] = "Note 9: the miller\u00e2\u20ac\u2122s rivers and rivers and mills."
    two[20]["text"] = "Quite another text on rivers and rivers and rivers that stands in its place."
    two += [{"text": f"A new text {number} on rivers and rivers and rivers."} for number in range(2)]
    a = curated(folder / "a", one, "curate: [{length: {minimum_characters: 20}}]\nseed: 1")
    b = curated(folder / "b", two, "curate: [unicode, {length: {minimum_characters: 40}}]\nseed: 1")
    return a, b


def table(report: StageReport, name: str) -> list[dict[str, Any]]:
    (found,) = [exhibit for exhibit in report.exhibits if isinstance(exhibit, Table) and exhibit.name == name]
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


def rows_of(folder: Path) -> dict[str, str]:
    corpus = Corpus(folder / "corpus")
    return dict(zip(corpus.ids(), corpus.column("text").to_pylist(), strict=True))


def test_the_counts_are_those_of_a_plain_comparison(pair: tuple[Path, Path]) -> None:
    a, b = rows_of(pair[0]), rows_of(pair[1])
    facts = diff(*pair).facts
    assert facts["documents in A"] == len(a) and facts["documents in B"] == len(b)
    assert facts["the same in both"] == sum(b.get(name) == text for name, text in a.items())
    assert facts["in both, with other text"] == sum(name in b and b[name] != text for name, text in a.items()) == 1
    assert facts["other content at the same place"] == 1
    assert facts["only in A"] == len(a.keys() - b.keys()) - 1
    assert facts["only in B"] == len(b.keys() - a.keys()) - 1 == 2


def test_what_is_lost_is_lost_by_the_rule_that_took_it(pair: tuple[Path, Path]) -> None:
    a, b = rows_of(pair[0]), rows_of(pair[1])
    (row,) = table(diff(*pair), "diff-lost-a")
    assert row["in B"] == "length: minimum-characters"
    assert row["documents"] == sum(name not in b and len(text) < 40 for name, text in a.items())
    assert row["low"] < row["share of A"] < row["high"]
    (back,) = table(diff(pair[1], pair[0]), "diff-lost-b")
    assert back["in A"] == "length: minimum-characters"
    (new,) = table(diff(*pair), "diff-lost-b")
    assert (new["in A"], new["documents"]) == ("not in its source", 2)


@pytest.mark.parametrize("name", ["source", "licence"])
def test_the_parts_add_up_by_each_label(pair: tuple[Path, Path], name: str) -> None:
    report = diff(*pair)
    rows = table(report, f"diff-by-{name}")
    for column, fact in (("in A", "documents in A"), ("in B", "documents in B"), ("only in A", "only in A")):
        assert sum(row[column] for row in rows) == report.facts[fact]


def test_only_differing_parts_of_the_configuration_are_shown(pair: tuple[Path, Path]) -> None:
    keys = [row["key"] for row in table(diff(*pair), "diff-config")]
    assert "seed" not in keys
    assert any("minimum_characters" in key for key in keys)


def test_a_run_and_itself_do_not_differ(pair: tuple[Path, Path]) -> None:
    report = diff(pair[0], pair[0])
    assert report.facts["the same in both"] == report.facts["documents in A"]
    assert [report.facts[name] for name in ("only in A", "only in B", "in both, with other text")] == [0, 0, 0]
    assert table(report, "diff-manifest") == table(report, "diff-config") == table(report, "diff-lost-a") == []


def test_two_corpus_folders_can_be_compared(pair: tuple[Path, Path]) -> None:
    report = diff(pair[0] / "corpus", pair[1] / "corpus")
    assert report.facts == diff(*pair).facts
    assert table(report, "diff-lost-a")[0]["in B"].startswith("not known")


def test_scores_of_different_protocols_are_not_subtracted(pair: tuple[Path, Path], tmp_path: Path) -> None:
    sides = []
    for name, method, value in (("a", "m/1 x", 0.5), ("b", "m/2 x", 0.7)):
        folder = tmp_path / name
        folder.mkdir()
        for part in ("corpus", "removed"):
            (folder / part).symlink_to(pair[0] / part)
        scores = (
            Score("same", value, 10, "share", "s/1 y", low=value - 0.1, high=value + 0.05),
            Score("other", value, 10, "share", method),
            NotMeasured("gone", "no data"),
        )
        write_json(folder / "audit.json", StageReport("audit", "x", scores=scores).to_json())
        sides.append(folder)
    rows = {row["metric"]: row for row in table(diff(*sides), "diff-scores")}
    assert rows["same"]["B - A"] == pytest.approx(0.2) and rows["same"]["note"] == "changed"
    assert rows["other"]["B - A"] is None and rows["other"]["note"] == "not comparable: protocols m/1 and m/2"
    assert "no data" in rows["gone"]["note"]


def test_a_folder_that_is_neither_is_refused(pair: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="neither a run folder nor a corpus"):
        diff(pair[0], tmp_path)


def test_markdown_cannot_be_broken_by_a_label(tmp_path: Path) -> None:
    evil = [row | {"source": "a|b<script>\nx"} for row in texts()]
    a = curated(tmp_path / "a", evil, "curate: []")
    text = markdown(diff(a, a))
    assert "<script>" not in text and "a\\|b" in text
    assert all(line.startswith("| ") for line in text.splitlines() if "b&lt;script" in line)


def test_the_command_prints_tables_and_writes_markdown(pair: tuple[Path, Path], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "headwater", "diff", *map(str, pair), "--markdown", "d.md"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Kept in A, not in B: why" in done.stdout
    assert "## Documents, by licence" in (tmp_path / "d.md").read_text("utf-8")


def test_documents_that_only_moved_are_told_from_lost_ones(tmp_path: Path) -> None:
    x, y, z = (f"A text on {name} that is long enough to stay." for name in ("mills", "rivers", "hills"))
    a, b = (
        curated(tmp_path / name, [{"text": text} for text in kept], "curate: [unicode]")
        for name, kept in (("a", [x, x, y, x, x]), ("b", [y, z, x]))
    )
    facts = diff(a, b).facts
    assert (facts["the same in both"], facts["the same content at another place"]) == (0, 2)
    assert (facts["other content at the same place"], facts["only in A"], facts["only in B"]) == (1, 2, 0)


def test_another_order_and_another_file_name_lose_nothing(tmp_path: Path) -> None:
    rows = texts()
    a, b = (
        curated(tmp_path / name, list(chosen), "curate: [length]") for name, chosen in (("a", rows), ("b", rows[::-1]))
    )
    facts = diff(a, b).facts
    same = facts["the same in both"] + facts["the same content at another place"]
    assert (same, facts["only in A"], facts["only in B"]) == (facts["documents in A"], 0, 0)
