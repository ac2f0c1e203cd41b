import hashlib
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headwater.core import (
    IMAGE_SCHEMA,
    SILENT,
    TEXT_SCHEMA,
    Corpus,
    EmptyCorpus,
    IncompleteError,
    IntegrityError,
    Manifest,
    Progress,
    TemporaryError,
    UsageError,
    document_id,
    read_json,
    read_parquet,
)
from headwater.curate import Annotation, Decision, Judgement, Rejected, build_steps, curate, shards

Make = Callable[..., Any]
STEPS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("unicode", {}),
    ("length", {"minimum_characters": 20}),
    ("language", {}),
    ("repetition", {}),
    ("exact-duplicates", {}),
    ("near-duplicates", {}),
    ("personal-data", {}),
)
WORDS = [
    f"{start}{end}" for start in ("ri", "mo", "pa", "win", "gar", "let", "num") for end in ("ver", "tan", "den", "rus")
]


def texts_of(number: int) -> list[str]:
    """Texts with something for every step: copies, broken characters, short ones, addresses."""
    found = []
    for place in range(number):
        words = list(WORDS)
        random.Random(place % 40).shuffle(words)
        text = f"Number {place % 40}: {' '.join(words)}."
        kinds = {3: "short", 5: text + " Write to jane.doe@corp-mail.org.", 7: text + " CafÃ©", 9: "again " * 20}
        found.append(kinds.get(place % 11, text))
    return found


def contents(folder: Path) -> dict[str, str]:
    """Every file below a folder by its hash."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "SHARD_ROWS", 30)


class Remove:
    """Removes, quarantines and edits what it is told to, by text."""

    def __init__(self, name: str = "told", **actions: Sequence[str]) -> None:
        self.name, self.actions = name, actions

    def _decide(self, names: Sequence[str], texts: Sequence[str]) -> Judgement:
        decisions = [
            Decision(name, action, "told")  # type: ignore[arg-type]
            for name, text in zip(names, texts, strict=True)
            for action, chosen in self.actions.items()
            if text in chosen
        ]
        return Judgement(tuple(decisions), {d.id: "edited" for d in decisions if d.action == "edited"})

    def judge(self, batch: pa.RecordBatch) -> Judgement:
        return self._decide(batch.column("id").to_pylist(), batch.column("text").to_pylist())


class RemoveWhole(Remove):
    """The same as a step on the whole corpus."""

    judge = None  # type: ignore[assignment]

    def judge_corpus(self, corpus: Corpus, progress: Progress) -> Judgement:
        return self._decide(corpus.ids(), corpus.column("text").to_pylist())


def test_every_part_of_the_result_is_there(tmp_path: Path, source: Make, small_shards: None) -> None:
    report = curate(source(texts_of(100)), build_steps(STEPS), tmp_path)
    names = [f"{number:02d}-{name}.parquet" for number, (name, _) in enumerate(STEPS, 1)]
    assert sorted(path.name for path in (tmp_path / "decisions").iterdir()) == ["00-read.parquet", *names]
    assert sorted(path.name for path in (tmp_path / "annotations").iterdir()) == names
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "annotations", "corpus", "curation.json", "decisions", "removed",
    ]  # fmt: skip
    Corpus(tmp_path / "corpus").verify()
    Corpus(tmp_path / "removed").verify()
    assert report.stage == "curate"


def test_a_removed_row_keeps_its_text_and_says_why(tmp_path: Path, source: Make) -> None:
    curate(source(["keep this one", "short"]), build_steps([("length", {"minimum_characters": 9})]), tmp_path)
    (batch,) = Corpus(tmp_path / "removed").batches()
    (row,) = batch.to_pylist()
    assert {key: row[key] for key in ("text", "step", "action", "rule", "measured", "limit")} == {
        "text": "short",
        "step": "length",
        "action": "removed",
        "rule": "minimum-characters",
        "measured": 5,
        "limit": 9,
    }


def test_a_later_step_sees_what_an_earlier_one_edited(tmp_path: Path, source: Make) -> None:
    steps = [Remove("one", edited=["raw"]), Remove("two", removed=["edited"]), Remove("three", removed=["raw"])]
    curate(source(["raw", "other"]), steps, tmp_path)
    (batch,) = Corpus(tmp_path / "removed").batches()
    assert batch.select(["text", "step"]).to_pylist() == [{"text": "edited", "step": "two"}]


def test_a_step_on_the_whole_corpus_sees_the_documents_as_edited_so_far(tmp_path: Path, source: Make) -> None:
    steps = [Remove("one", edited=["raw"], removed=["gone"]), RemoveWhole("two", removed=["edited", "gone"])]
    curate(source(["raw", "gone", "other"]), steps, tmp_path)
    rows = [row for batch in Corpus(tmp_path / "removed").batches() for row in batch.to_pylist()]
    assert [(row["text"], row["step"]) for row in rows] == [("gone", "one"), ("edited", "two")]


def test_an_edit_after_an_edit_counts_the_document_once(tmp_path: Path, source: Make) -> None:
    steps = [Remove("one", edited=["raw"]), RemoveWhole("two", edited=["edited"])]
    report = curate(source(["raw", "other"]), steps, tmp_path)
    assert report.detail["counts"]["edited"] == 1
    assert report.detail["counts"]["kept"] == 1


def test_decisions_name_step_and_document_in_corpus_order(tmp_path: Path, source: Make, small_shards: None) -> None:
    given = source([f"text {number}" for number in range(70)])
    chosen = {"text 64", "text 3", "text 31"}
    curate(given, [Remove(removed=sorted(chosen))], tmp_path)
    decisions = read_parquet(tmp_path / "decisions" / "01-told.parquet")
    assert decisions.column("id").to_pylist() == [row["id"] for row in given.rows if row["text"] in chosen]
    assert set(decisions.column("step").to_pylist()) == {"told"}


def test_unreadable_rows_stand_first_among_the_removed(tmp_path: Path, source: Make) -> None:
    rejected = [Rejected("x:9", "x", "invalid-json", "not JSON", content=b"{")]
    report = curate(source(["fine", "bad"], rejected), [Remove(removed=["bad"])], tmp_path)
    rows = [row for batch in Corpus(tmp_path / "removed").batches() for row in batch.to_pylist()]
    assert [(row["step"], row["rule"]) for row in rows] == [("read", "invalid-json"), ("told", "told")]
    assert rows[0]["id"] == document_id(b"{", "x:9")
    assert report.detail["counts"] | {"bytes_in": 0, "bytes_kept": 0} == {
        "in": 3, "kept": 1, "edited": 0, "removed": 2, "quarantined": 0, "rejected": 1, "bytes_in": 0, "bytes_kept": 0,
    }  # fmt: skip


def test_the_manifest_holds_lineage_and_no_place(tmp_path: Path, source: Make) -> None:
    given = source(["some text of sufficient length for the filter"])
    curate(given, build_steps([("unicode", {})]), tmp_path, seed=5)
    manifest = Manifest.load(tmp_path / "corpus")
    assert manifest.parents == {"source": given.fingerprint()}
    assert manifest.seed == 5
    assert {"headwater", "pyarrow", "numpy", "ftfy"} == set(manifest.versions)
    assert manifest.counts == {"documents": 1, "in": 1, "edited": 0, "removed": 0, "quarantined": 0}
    assert str(tmp_path) not in "".join(path.read_text() for path in tmp_path.rglob("*.json"))


def test_the_configuration_hash_tells_parameters_apart(tmp_path: Path, source: Make) -> None:
    hashes = []
    for number, limit in enumerate((10, 10, 11)):
        steps = build_steps([("length", {"minimum_characters": limit})])
        curate(source(["some text of sufficient length"]), steps, tmp_path / str(number))
        hashes.append(Manifest.load(tmp_path / str(number) / "corpus").config_hash)
    assert hashes[0] == hashes[1] != hashes[2]


def test_the_seed_of_the_run_reaches_a_step_without_one(tmp_path: Path, source: Make) -> None:
    given, steps = source([f"text {number}" for number in range(50)]), build_steps([("sample", {"share": 0.5})])
    kept = []
    for seed in (1, 1, 2):
        curate(given, steps, tmp_path / str(len(kept)), seed=seed)
        kept.append(Corpus(tmp_path / str(len(kept)) / "corpus").ids())
    assert kept[0] == kept[1] != kept[2]


@pytest.mark.parametrize("batch", [1, 7, 1000])
def test_the_batches_of_the_source_do_not_matter(tmp_path: Path, source: Make, small_shards: None, batch: int) -> None:
    rejected = [Rejected(f"x:{line}", "x", "bad", "") for line in range(5)]
    for name, size in (("one", 50), ("other", batch)):
        curate(source(texts_of(120), rejected, batch=size), build_steps(STEPS), tmp_path / name)
    assert contents(tmp_path / "one") == contents(tmp_path / "other")


@pytest.mark.parametrize("rows", [11, 1000])
def test_the_size_of_a_shard_does_not_matter(
    tmp_path: Path, source: Make, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    failing = Remove("fails", removed=["short"])
    failing.judge = _fail_on("Number 3:")  # type: ignore[method-assign]
    for name, size in (("one", 30), ("other", rows)):
        monkeypatch.setattr(shards, "SHARD_ROWS", size)
        curate(source(texts_of(120)), [*build_steps(STEPS[:4]), failing, *build_steps(STEPS[4:])], tmp_path / name)
    assert contents(tmp_path / "one") == contents(tmp_path / "other")


def _fail_on(start: str) -> Callable[[pa.RecordBatch], Judgement]:
    def judge(batch: pa.RecordBatch) -> Judgement:
        if any(text.startswith(start) for text in batch.column("text").to_pylist()):
            raise ValueError(start)
        return Judgement()

    return judge


def test_the_number_of_workers_does_not_matter(tmp_path: Path, source: Make, small_shards: None) -> None:
    for workers in (1, 3):
        curate(source(texts_of(150)), build_steps(STEPS), tmp_path / str(workers), workers=workers)
    assert contents(tmp_path / "1") == contents(tmp_path / "3")


def test_steps_that_cannot_travel_run_here(tmp_path: Path, source: Make, small_shards: None) -> None:
    step = Remove(removed=["text 3"])
    step.judge = lambda batch: Remove.judge(step, batch)  # type: ignore[method-assign]
    report = curate(source([f"text {number}" for number in range(70)]), [step], tmp_path, workers=2)
    assert report.facts["removed"] == 1


def test_a_second_call_writes_the_same_bytes(tmp_path: Path, source: Make, small_shards: None) -> None:
    curate(source(texts_of(60)), build_steps(STEPS), tmp_path)
    before = contents(tmp_path)
    curate(source(texts_of(60)), build_steps(STEPS), tmp_path)
    assert contents(tmp_path) == before


def test_other_steps_replace_an_earlier_result(tmp_path: Path, source: Make) -> None:
    curate(source(texts_of(60)), build_steps(STEPS), tmp_path / "a")
    curate(source(texts_of(60)), build_steps(STEPS[:2]), tmp_path / "a")
    curate(source(texts_of(60)), build_steps(STEPS[:2]), tmp_path / "b")
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


KILLED = """
import sys
sys.path.insert(0, {tests!r})
from kills import die_at
from test_run import STEPS, texts_of
from conftest import FakeSource, rows_of
from headwater.curate import build_steps, curate, shards
from pathlib import Path
import time

shards.SHARD_ROWS = 30
left = die_at(int(sys.argv[2]), ("rename", "replace", "rmdir", "unlink"))
curate(FakeSource(rows_of(texts_of(100))), build_steps(STEPS), Path(sys.argv[1]), workers=int(sys.argv[3]))
print("calls", -left[0])
"""


def killed(folder: Path, moment: int, workers: int = 1) -> subprocess.CompletedProcess[str]:
    script = KILLED.format(tests=str(Path(__file__).parent))
    command = [sys.executable, "-c", script, str(folder), str(moment), str(workers)]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | {"OMP_NUM_THREADS": "1"})


def test_a_run_killed_at_any_moment_goes_on_to_the_same_bytes(tmp_path: Path, source: Make, small_shards: None) -> None:
    whole = killed(tmp_path / "whole", 0)
    assert whole.returncode == 0, whole.stderr
    calls = int(whole.stdout.split("calls ")[1])
    expected = contents(tmp_path / "whole")
    for part, workers in enumerate((1, 1, 2, 1, 1), 1):
        folder = tmp_path / str(part)
        moment = calls * part // 6 if workers == 1 else 5
        assert killed(folder, moment, workers).returncode == -signal.SIGKILL
        curate(source(texts_of(100)), build_steps(STEPS), folder)
        assert contents(folder) == expected, f"killed at call {moment} of {calls}"


def test_a_run_killed_while_it_replaces_an_earlier_result_goes_on_to_the_same_bytes(
    tmp_path: Path, source: Make, small_shards: None
) -> None:
    whole = killed(tmp_path / "whole", 0)
    assert whole.returncode == 0, whole.stderr
    calls = int(whole.stdout.split("calls ")[1])
    for back in (30, 6):
        folder = tmp_path / str(back)
        curate(source(["an earlier result"]), [], folder)
        assert killed(folder, calls - back).returncode == -signal.SIGKILL
        curate(source(texts_of(100)), build_steps(STEPS), folder)
        assert contents(folder) == contents(tmp_path / "whole")


class StopOnce(Remove):
    """Fails on purpose the first time it meets a text. What starts with an underscore is no parameter."""

    _stop_at: str = ""
    _seen: tuple[int, ...] = ()

    def judge(self, batch: pa.RecordBatch) -> Judgement:
        if self._stop_at in batch.column("text").to_pylist():
            self._stop_at = ""
            raise IntegrityError("stop here")
        self._seen = (*self._seen, batch.num_rows)
        return super().judge(batch)


def test_finished_shards_are_not_done_again(tmp_path: Path, source: Make, small_shards: None) -> None:
    given, step = source([f"text {number}" for number in range(100)]), StopOnce(removed=["text 5"])
    curate(given, [step], tmp_path / "plain")
    step._stop_at, step._seen = "text 70", ()
    with pytest.raises(IntegrityError, match="stop here"):
        curate(given, [step], tmp_path / "stopped")
    curate(given, [step], tmp_path / "stopped")
    assert [rows for rows in step._seen if rows] == [30, 30, 30, 10]
    assert given.read == 3  # the step stopped while the source was read: it is read again, and judged on from there
    assert contents(tmp_path / "stopped") == contents(tmp_path / "plain")


def test_work_of_other_steps_is_not_resumed(tmp_path: Path, source: Make) -> None:
    given = source(["text 1", "text 2"])
    stopped = Remove(removed=["text 1"])
    stopped.judge = _stop  # type: ignore[method-assign]
    with pytest.raises(IntegrityError):
        curate(given, [stopped], tmp_path / "a")
    curate(given, [Remove(removed=["text 2"])], tmp_path / "a")
    curate(given, [Remove(removed=["text 2"])], tmp_path / "b")
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def _stop(batch: pa.RecordBatch) -> Judgement:
    if batch.num_rows:
        raise IntegrityError("stop here")
    return Judgement()


def test_an_empty_source_is_one_clear_error(tmp_path: Path, source: Make) -> None:
    with pytest.raises(EmptyCorpus, match="fake: the source holds no document"):
        curate(source([]), build_steps(STEPS), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_corpus_of_which_nothing_is_left_is_written_and_then_an_error(tmp_path: Path, source: Make) -> None:
    steps = build_steps([("length", {"minimum_characters": 9}), ("exact-duplicates", {})])
    told = r"every one of the 3 rows .* 3 of them by step 'length' \(3 by rule 'minimum-characters'\); .*curation\.json"
    with pytest.raises(EmptyCorpus, match=told):
        curate(source(["a", "b", "a"]), steps, tmp_path)
    assert len(Corpus(tmp_path / "corpus")) == 0
    assert len(Corpus(tmp_path / "removed")) == 3


def test_a_source_of_which_no_row_can_be_read_is_written_and_then_an_error(tmp_path: Path, source: Make) -> None:
    with pytest.raises(EmptyCorpus, match="by step 'read'"):
        curate(source([], [Rejected("x:1", "x", "invalid-json", "")]), build_steps(STEPS), tmp_path)
    assert len(Corpus(tmp_path / "removed")) == 1


def test_a_step_for_texts_refuses_images_at_once(tmp_path: Path, source: Make) -> None:
    images = replace(source(["x"]), modality="image")
    for name in ("unicode", "personal-data"):
        with pytest.raises(UsageError, match=f"{name}.*'image'"):
            curate(images, build_steps([(name, {})]), tmp_path)


def test_images_pass_and_lose_their_copies(tmp_path: Path, source: Make) -> None:
    pixels = [bytes([value] * 4) for value in (1, 2, 1)]
    rows = [
        {
            "id": document_id(raw, str(place)),
            "image": raw,
            "height": 2,
            "width": 2,
            "channels": 1,
            "source": "d",
            "licence": "MIT",
        }
        for place, raw in enumerate(pixels)
    ]
    images = replace(source([]), rows=rows, modality="image")
    report = curate(images, build_steps([("exact-duplicates", {})]), tmp_path)
    assert Corpus(tmp_path / "corpus").schema.equals(IMAGE_SCHEMA)
    assert report.facts["removed"] == 1


def test_a_batch_of_other_columns_is_an_integrity_error(tmp_path: Path, source: Make) -> None:
    given = source(["x"])
    given.batches = lambda reject, progress: iter([pa.RecordBatch.from_pydict({"text": ["x"]})])
    with pytest.raises(IntegrityError, match="other columns"):
        curate(given, [], tmp_path)


@pytest.mark.parametrize(
    ("error", "raised"), [(ValueError("private text"), IncompleteError), (MemoryError(), TemporaryError)]
)
def test_a_failing_step_on_the_whole_corpus_stops_the_run_and_loses_nothing(
    tmp_path: Path, source: Make, error: Exception, raised: type[Exception]
) -> None:
    class Failing:
        name = "whole"

        def judge_corpus(self, corpus: Corpus, progress: Progress = SILENT) -> Judgement:
            raise error

    with pytest.raises(raised, match=f"step whole: .*{type(error).__name__}") as caught:
        curate(source(["a", "b"]), [Failing()], tmp_path)
    assert "private" not in str(caught.value)


def test_a_decision_on_a_document_outside_the_corpus_is_an_integrity_error(tmp_path: Path, source: Make) -> None:
    class Wrong:
        name = "wrong"

        def judge_corpus(self, corpus: Corpus, progress: Progress = SILENT) -> Judgement:
            return Judgement((Decision("nobody", "removed", "x"),))

    with pytest.raises(IntegrityError, match="1 decisions, but 0 of them"):
        curate(source(["a", "b"]), [Wrong()], tmp_path)


HOSTILE = [
    "<script>alert('x')</script> in a text that is long enough to stay",
    "NUL \x00 and escape \x1b[2J in a text that is long enough to stay",
    "\u202egnp.exe hidden \u200b\u200b in a text that is long enough to stay",
    "=cmd|'/c calc'!A0 formula in a text that is long enough to stay",
    "{{ template }} {% raw %} ${shell} `id` $(id) in a text that is long enough",
    "x" * 300_000,
    "\n" * 5_000 + "a lot of empty lines before this text starts at last",
    "🙂" * 500,
    "../../etc/passwd ../../etc/passwd as a text that is long enough to stay",
    "",
]


def test_hostile_texts_are_data_and_nothing_else(tmp_path: Path, source: Make) -> None:
    steps = build_steps([*STEPS, ("quality", {"text_type": "technical"}), ("licence", {"unknown": "keep"})])
    given = source(HOSTILE, licence="<script>", url="javascript:alert(1)")
    given.rows[0]["source"] = "<b>x</b>"
    report = curate(given, steps, tmp_path)
    kept, removed = Corpus(tmp_path / "corpus"), Corpus(tmp_path / "removed")
    assert len(kept) + len(removed) == len(HOSTILE)
    assert sorted(kept.ids() + removed.ids()) == sorted(row["id"] for row in given.rows)
    assert "HW-C004" not in [finding.code for finding in report.findings]


ACTIONS = st.sampled_from(["keep", "edited", "removed", "quarantined", "fail"])
PLANS = st.lists(st.lists(ACTIONS, min_size=3, max_size=3), min_size=1, max_size=25)


class Planned:
    """Does with each document what its own text says for this step."""

    def __init__(self, number: int, whole: bool) -> None:
        self.name, self.number = f"step-{number}", number
        setattr(self, "judge_corpus" if whole else "judge", self._whole if whole else self._batch)

    def _whole(self, corpus: Corpus, progress: Progress) -> Judgement:
        return self._judge(corpus.ids(), corpus.column("text").to_pylist(), failing=False)

    def _batch(self, batch: pa.RecordBatch) -> Judgement:
        return self._judge(batch.column("id").to_pylist(), batch.column("text").to_pylist(), failing=True)

    def _judge(self, names: Sequence[str], texts: Sequence[str], failing: bool) -> Judgement:
        actions = [text.split("#")[0].split(",")[self.number] for text in texts]
        if failing and "fail" in actions:
            raise RuntimeError
        chosen = [(n, t, a) for n, t, a in zip(names, texts, actions, strict=True) if a not in ("keep", "fail")]
        decisions = tuple(Decision(name, action, f"rule-{action}") for name, _, action in chosen)  # type: ignore[arg-type]
        edits = {name: text + "!" for name, text, action in chosen if action == "edited"}
        return Judgement(decisions, edits, tuple(Annotation(name, "seen") for name in names))


def expected_end(plan: list[str], whole: int) -> str:
    """Where a document ends: the definition, document by document."""
    end = "kept"
    for number, action in enumerate(plan):
        if action == "fail" and number != whole:
            return "quarantined"
        if action in ("removed", "quarantined"):
            return action
        end = "edited" if action == "edited" else end
    return end


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PLANS, st.integers(0, 3), st.integers(0, 4))
def test_in_is_kept_and_edited_and_removed_and_quarantined(
    tmp_path_factory: pytest.TempPathFactory, source: Make, plans: list[list[str]], whole: int, unreadable: int
) -> None:
    folder = tmp_path_factory.mktemp("run")
    rejected = [Rejected(f"x:{line}", "x", "bad", "") for line in range(unreadable)]
    given = source([f"{','.join(plan)}#{place}" for place, plan in enumerate(plans)], rejected)
    steps: list[Any] = [Planned(number, number == whole) for number in range(3)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shards, "SHARD_ROWS", 4)
        try:
            curate(given, steps, folder)
        except EmptyCorpus:
            assert all(expected_end(plan, whole) in ("removed", "quarantined") for plan in plans)
    ends = Counter(expected_end(plan, whole) for plan in plans)
    counts = read_json(folder / "curation.json")["detail"]["counts"]
    assert counts["in"] == len(plans) + unreadable
    assert counts["in"] == counts["kept"] + counts["edited"] + counts["removed"] + counts["quarantined"]
    assert {name: counts[name] for name in ("kept", "edited", "quarantined")} == {
        name: ends[name] for name in ("kept", "edited", "quarantined")
    }
    assert counts["removed"] == ends["removed"] + unreadable
    everyone = Corpus(folder / "corpus").ids() + Corpus(folder / "removed").ids()
    assert len(set(everyone)) == len(everyone) == counts["in"]


def test_the_corpus_keeps_the_schema_of_texts(tmp_path: Path, source: Make) -> None:
    curate(source(["a", "b"]), [], tmp_path)
    assert Corpus(tmp_path / "corpus").schema.equals(TEXT_SCHEMA)


def test_a_pass_counts_documents_so_that_its_rate_is_one_of_documents(
    tmp_path: Path, source: Make, small_shards: None
) -> None:
    class Recorder:
        def __init__(self) -> None:
            self.tasks: dict[str, list[float]] = {}

        @contextmanager
        def task(self, name: str, total: float | None = None) -> Iterator["Bar"]:
            yield Bar(self.tasks.setdefault(name, [total or 0.0, 0.0]))

    class Bar:
        def __init__(self, numbers: list[float]) -> None:
            self.numbers = numbers

        def advance(self, amount: float = 1) -> None:
            self.numbers[1] += amount

        def note(self, text: str) -> None:
            pass

    recorder = Recorder()
    curate(source(texts_of(70)), [Remove("one")], tmp_path, progress=recorder)
    assert recorder.tasks["one"] == [0, 70]  # how many there will be is not known while the source is read
