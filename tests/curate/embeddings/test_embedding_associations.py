import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from headwater.core import SILENT, Corpus, NotMeasured, Score, StageReport, Table, UsageError, canonical_json
from headwater.curate import AUDITS
from headwater.curate.embeddings import EmbeddingAssociations

MakeCorpus = Callable[..., Corpus]
X, Y = ["ada", "bea", "cleo", "dora", "eva"], ["fred", "gus", "hal", "ivo", "jon"]
A, B = ["nurse", "maid", "nanny", "cook", "baker"], ["pilot", "miner", "guard", "judge", "smith"]
SMALL = {"dimensions": 12, "frequency": 5, "window": 4}


@pytest.fixture
def tests_file(tmp_path: Path) -> str:
    path = tmp_path / "tests.json"
    sets = {"x": X, "y": Y, "a": A, "b": B, "none": ["zebra", "yak", "xerus", "wolf"]}
    tests = [
        {"name": "planted", "targets": ["x", "y"], "attributes": ["a", "b"]},
        {"name": "absent", "targets": ["x", "none"], "attributes": ["a", "b"]},
        {"name": "same", "targets": ["x", "y"], "attributes": ["a", "a"]},
    ]
    words = [{"name": "jobs", "words": "a", "attributes": ["x", "y"]}]
    path.write_text(json.dumps({"id": "own", "version": "1", "sets": sets, "tests": tests, "words": words}))
    return str(path)


def texts(planted: bool, size: int = 1500) -> list[str]:
    """Names with work among filler words; names of X mostly have work of A where planted, any work where not."""
    rng = np.random.default_rng(0)
    filler = [f"{a}{b}o" for a in "bdfglm" for b in "aeiou"]
    found = []
    for i in range(size):
        names, own, other = (X, A, B) if i % 2 else (Y, B, A)
        work = own if rng.random() < (0.95 if planted else 0.5) else other
        words = rng.choice(filler, 6)
        found.append(f"{words[0]} {words[1]} {rng.choice(names)} is {rng.choice(work)} {' '.join(words[2:])}.")
    return found


def examine(corpus: Corpus, seed: int = 0, **options: object) -> StageReport:
    return EmbeddingAssociations(**{**SMALL, **options}).examine(corpus, seed, SILENT)  # type: ignore[arg-type]


def score(report: StageReport, test: str, metric: str = "weat-effect-size") -> Score | NotMeasured:
    return next(one for one in report.scores if one.metric == metric and one.slice.get("test") == test)


def test_a_planted_association_is_found_with_its_documents(make_corpus: MakeCorpus, tests_file: str) -> None:
    corpus = make_corpus(texts(True))
    report = examine(corpus, tests_file=tests_file)
    found = score(report, "planted")
    assert isinstance(found, Score) and found.value > 1 and found.low is not None and found.low > 0
    finding = next(one for one in report.findings if one.code == "HW-A007")
    rows = corpus.documents(finding.document_ids).values()
    assert rows and all(
        any(f"{name} is {work}" in row["text"] for pair in ((X, A), (Y, B)) for name in pair[0] for work in pair[1])
        for row in rows
    )
    assert all(example.spans for example in finding.examples)


def test_words_that_lean_are_named(make_corpus: MakeCorpus, tests_file: str) -> None:
    report = examine(make_corpus(texts(True)), tests_file=tests_file)
    (finding,) = (one for one in report.findings if one.code == "HW-A012")
    assert all(work in finding.meaning for work in A) and all(isinstance(one, Score) for one in finding.scores)
    assert finding.document_ids and finding.examples


def test_a_shuffled_association_is_not_found(make_corpus: MakeCorpus, tests_file: str) -> None:
    report = examine(make_corpus(texts(False)), tests_file=tests_file)
    assert report.findings == () and isinstance(score(report, "planted"), Score)


def test_words_that_are_missing_are_counted_and_named(make_corpus: MakeCorpus, tests_file: str) -> None:
    report = examine(make_corpus([*texts(True), "a zebra"]), tests_file=tests_file)
    absent = score(report, "absent")
    assert isinstance(absent, NotMeasured) and "none has 0 of 4 words, without zebra, yak" in absent.reason
    table = next(one for one in report.exhibits if isinstance(one, Table) and one.name == "embedding-coverage")
    (row,) = (row for row in table.rows if row[0] == "none")
    assert row[1:5] == (4, 0, 1, 3)


def test_equal_attributes_have_no_effect_size(make_corpus: MakeCorpus, tests_file: str) -> None:
    same = score(examine(make_corpus(texts(True)), tests_file=tests_file), "same")
    assert isinstance(same, NotMeasured) and "equally near" in same.reason


def test_a_small_corpus_is_not_measured(make_corpus: MakeCorpus) -> None:
    (only,) = EmbeddingAssociations().examine(make_corpus(["she is a nurse"]), 0, SILENT).scores
    assert isinstance(only, NotMeasured) and "of 4 words in the language of the tests 0 do" in only.reason


def test_vectors_of_ones_own_are_measured_without_training(
    make_corpus: MakeCorpus, tests_file: str, tmp_path: Path
) -> None:
    rng = np.random.default_rng(0)
    lines = []
    for words, centre in ((X, 0), (A, 0), (Y, 1), (B, 1)):
        for word in words:
            vector = np.eye(4)[centre] + 0.2 * rng.normal(size=4)
            lines.append(f"{word} {' '.join(map(str, vector))}")
    path = tmp_path / "vectors.txt"
    path.write_text("\n".join(lines))
    corpus = make_corpus(["Ada is nurse.", "nothing"])
    report = examine(corpus, tests_file=tests_file, vectors_file=str(path))
    found = score(report, "planted")
    assert isinstance(found, Score) and found.value > 1.5 and "vectors " in found.method
    finding = next(one for one in report.findings if one.code == "HW-A007")
    assert finding.document_ids == (corpus.ids()[0],) and "given vectors" in finding.meaning


def test_replicates_give_an_interval_over_documents(make_corpus: MakeCorpus, tests_file: str) -> None:
    report = examine(make_corpus(texts(True)), tests_file=tests_file, replicates=5)
    again = score(report, "planted", "weat-effect-size-retrained")
    assert isinstance(again, Score) and again.low is not None and again.high is not None and again.low < again.high
    assert again.n == 1500


def test_the_same_seed_gives_the_same_bytes_at_any_batch_size(
    make_corpus: MakeCorpus, tests_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = make_corpus(texts(True, 600))
    whole = canonical_json(examine(corpus, tests_file=tests_file).to_json())
    batches = Corpus.batches
    monkeypatch.setattr(Corpus, "batches", lambda self, columns=None, rows=7: batches(self, columns, 7))
    assert canonical_json(examine(corpus, tests_file=tests_file).to_json()) == whole


def test_an_image_corpus_without_a_field_is_not_measured(table_corpus: MakeCorpus, tmp_path: Path) -> None:
    (only,) = EmbeddingAssociations().examine(table_corpus(tmp_path / "t", [{"a": 1}]), 0, SILENT).scores
    assert isinstance(only, NotMeasured) and "needs texts" in only.reason


@pytest.mark.parametrize(
    "options",
    [{"ddof": 2}, {"minimum": 1}, {"window": 0}, {"window": 51}, {"rate": 0.0}, {"effect": -1.0}, {"replicates": -1},
     {"vectors_file": "x", "replicates": 2}],
)  # fmt: skip
def test_an_option_out_of_range_is_one_clear_error(options: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="embedding-associations"):
        AUDITS.get("embedding-associations")(**options)
