"""What must end in one clear sentence and an exit code, never in a traceback."""

import contextlib
import io
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest

from headwater.core import Corpus
from headwater.pipeline import cli


def headwater(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The entry point in this process: a new one takes two to five seconds to import what it needs.

    An error that nobody expects comes out of it as it is, and fails the test.
    """
    command, out, err, code = ["headwater", *arguments], io.StringIO(), io.StringIO(), 0
    with (
        contextlib.chdir(folder), mock.patch.object(sys, "argv", command),
        contextlib.redirect_stdout(out), contextlib.redirect_stderr(err),
    ):  # fmt: skip
        try:
            cli.main()
        except SystemExit as ended:
            code = int(ended.code or 0)
    return subprocess.CompletedProcess(command, code, out.getvalue(), err.getvalue())


def process(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The same as a process of its own: what an import or a library writes to standard error is seen too."""
    command = [sys.executable, "-m", "headwater", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)


def refused(folder: Path, config: str, call: Callable[..., subprocess.CompletedProcess[str]] = headwater) -> str:
    """Run a config that must fail; returns the one sentence it ends in."""
    (folder / "bad.yaml").write_text(config, "utf-8")
    done = call(folder, "run", "bad.yaml", "--out", "bad", "--quiet")
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ("corpus: {source: jsonl, path: corpus.jsonl}\nmodle: {}\n", ["bad.yaml:2", "modle", 'did you mean "model"']),
        ("corpus: {source: jsonl, path: corpus.jsonl}\ncurate: [repetitoin]\n", ["curate", "repetition"]),
        ("corpus: {source: jsonl, path: corpus.jsonl}\ncurate: [{length: {minimun: 3}}]\n", ["curate", "minim"]),
        ("corpus: {source: jsonl, path: corpus.jsonl}\ncurate: {length: {}}\n", ["bad.yaml:2", "list of names"]),
        ("corpus: {source: jsonl, path: corpus.jsonl}\ncurate: [length, [a]]\n", ["bad.yaml:2", "['a']", "name"]),
        ("corpus: {source: jsonl, path: corpus.jsonl}\ncurate: [{length: 5}]\n", ["bad.yaml:2", "length", "mapping"]),
        ("corpus: {source: jsonl, path: corpus.jsonl}\ncurate: [{language: {keep: en}}]\n", ["keep", "[en]"]),
        (
            "corpus: {source: jsonl, path: corpus.jsonl}\naudit: [{composition: {sources: 3}}]\n",
            ["audit[0]", "parameters"],
        ),
        ("corpus: {source: jsnl, path: corpus.jsonl}\n", ["corpus", "jsonl"]),
        ("corpus: {source: jsonl, paht: corpus.jsonl}\n", ["corpus", "path"]),
        ("corpus: {source: jsonl, path: absent.jsonl}\n", ["absent.jsonl", "no such file"]),
        ("corpus: {source: jsonl, path: corpus.jsonl}\nevaluate: {metrics: [perplexty]}\n", ["perplexity"]),
        (
            "corpus: {source: jsonl, path: corpus.jsonl}\nevaluate: {metrics: [{perplexity: {charcters: 9}}]}\n",
            ["perplexity", "charcters"],
        ),
        ("corpus: {source: jsonl, path: corpus.jsonl}\nevaluate: {suites: [quik]}\n", ["quick"]),
    ],
)
def test_a_wrong_config_is_one_sentence_with_the_way_out(project: Path, config: str, words: list[str]) -> None:
    sentence = refused(project, config)
    assert all(word in sentence for word in words), sentence


@pytest.mark.parametrize(
    ("config", "word"),
    [("curate: [repetitoin]\n", "repetition"), ("evaluate: {suites: [quik]}\n", "quick")],  # without torch and with it
)
def test_a_process_of_its_own_ends_in_the_same_sentence(project: Path, config: str, word: str) -> None:
    config = f"corpus: {{source: jsonl, path: corpus.jsonl}}\n{config}"
    sentence = refused(project, config, process)
    assert word in sentence and sentence == refused(project, config)


def test_an_empty_corpus_is_one_sentence(project: Path) -> None:
    (project / "empty.jsonl").write_text("")
    assert "no document" in refused(project, "corpus: {source: jsonl, path: empty.jsonl}\n")


def test_a_corpus_where_every_row_is_removed_keeps_the_reasons(project: Path) -> None:
    config = "corpus: {source: jsonl, path: corpus.jsonl}\ncurate: [{length: {minimum_words: 100000}}]\n"
    assert "'length' (" in (sentence := refused(project, config)) and "by rule 'minimum-words'" in sentence
    removed = Corpus(project / "bad/removed")
    assert len(removed) == 165
    assert set(removed.column("step").to_pylist()) == {"length"}


def test_broken_lines_become_removed_rows_with_a_reason(project: Path) -> None:
    lines = (project / "corpus.jsonl").read_bytes().splitlines()
    broken = [b"{not json", b'{"text": "lone \\ud800 surrogate"}', b"[1, 2]", b'{"other": 1}', b"\xff\xfe{}", b"\x00{}"]
    (project / "corpus.jsonl").write_bytes(b"\n".join([*lines, *broken]) + b"\n")
    (project / "c.yaml").write_text("corpus: {source: jsonl, path: corpus.jsonl}\ncurate: [unicode]\n")
    done = headwater(project, "curate", "c.yaml", "--out", "c", "--quiet")
    assert done.returncode == 0, done.stderr
    kept, removed = Corpus(project / "c/corpus"), Corpus(project / "c/removed")
    assert len(kept) + len(removed) == len(lines) + len(broken)
    assert set(removed.column("step").to_pylist()) == {"read"}
    assert len(removed) == len(broken)


def test_parquet_without_the_text_column_names_the_columns_there_are(project: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"texts": ["a"], "licence": ["MIT"]}), project / "a.parquet")
    sentence = refused(project, "corpus: {source: parquet, path: a.parquet}\n")
    assert "texts" in sentence and "a.parquet" in sentence


def test_a_checkpoint_with_another_tokenizer_is_refused(finished: Path, tmp_path: Path) -> None:
    shutil.copytree(finished, tmp_path / "run")
    tokenizer = tmp_path / "run/checkpoint/tokenizer.json"
    tokenizer.write_text(tokenizer.read_text("utf-8") + " ", "utf-8")
    done = headwater(tmp_path, "trace", "run", "river water stone")
    assert (done.returncode, "Traceback" in done.stderr) == (4, False), done.stderr
    assert "tokenizer" in done.stderr


def test_a_checkpoint_of_another_corpus_is_refused(finished: Path, tmp_path: Path) -> None:
    shutil.copytree(finished, tmp_path / "run")
    rows = [{"text": "A wholly different corpus of one document that nobody trained on."}]
    (tmp_path / "other.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "o.yaml").write_text("corpus: {source: jsonl, path: other.jsonl}\ncurate: []\n")
    assert headwater(tmp_path, "curate", "o.yaml", "--out", "o", "--quiet").returncode == 0
    shutil.rmtree(tmp_path / "run/corpus")
    shutil.copytree(tmp_path / "o/corpus", tmp_path / "run/corpus")
    done = headwater(tmp_path, "trace", "run", "river water stone")
    assert (done.returncode, "Traceback" in done.stderr) == (4, False), done.stderr
    assert "corpus" in done.stderr


def test_script_in_every_field_never_reaches_the_page_as_markup(project: Path) -> None:
    evil = "<script>window.__xss=1</script>"
    lines = map(json.loads, (project / "corpus.jsonl").read_text("utf-8").splitlines()[:30])
    rows = [{"text": f"{evil} {line['text']}", "source": evil, "licence": evil, evil: evil} for line in lines]
    (project / "evil.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = headwater(project, "audit", "evil.jsonl", "--out", "evil", "--quiet")
    assert done.returncode == 0, done.stderr
    page = (project / "evil/report.html").read_text("utf-8")
    assert "<script>window" not in page
    assert page.count("<script") == 2  # the data island and the page's own code


def test_an_interrupt_says_how_to_go_on(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_stages", interrupted)
    monkeypatch.setattr(sys, "argv", ["headwater", "curate", "x.jsonl"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 130 and "the same command goes on" in capsys.readouterr().err


def test_a_report_before_the_end_of_the_run_says_what_to_do(project: Path) -> None:
    assert headwater(project, "curate", "run.yaml", "--out", "half", "--quiet").returncode == 0
    done = headwater(project, "report", "half")
    assert (done.returncode, done.stderr.strip().splitlines()[-1:]) == (
        3,
        ["headwater: half: the run has not come to its end; 'headwater run half' goes on with it"],
    )


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("lenght", ["length", "'headwater list' shows"]),
        ("filtr/c4", ['did you mean "filter"', "'headwater list' shows"]),
    ],
)
def test_an_unknown_name_points_at_a_list_that_exists(project: Path, name: str, words: list[str]) -> None:
    sentence = headwater(project, "explain", name).stderr
    assert all(word in sentence for word in words), sentence
