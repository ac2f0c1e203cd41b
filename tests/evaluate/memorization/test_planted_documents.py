from pathlib import Path

import numpy as np
import pytest
from fakes import ByteModel, random_text, scores_of, subject_of

from headwater.core import Corpus, CorpusWriter, IncompleteError, NotMeasured, held_out, record_batch, text_record
from headwater.evaluate import Outcome, measure_planted_documents, planted_passages


def corpus_of(folder: Path, rows: list[tuple[str, int | None]]) -> Corpus:
    with CorpusWriter(folder) as writer:
        writer.write(
            record_batch([
                text_record(text, f"f:{i}", "f", attributes={} if level is None else {"planted": str(level)})
                for i, (text, level) in enumerate(rows)
            ])
        )  # fmt: skip
    return Corpus(folder)


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    rows: list[tuple[str, int | None]] = [(random_text(k, 300), None) for k in range(6)]
    rows += [(random_text(100 + k, 200), 1 + k % 4) for k in range(20) for _ in range(1 + k % 4)]
    return corpus_of(tmp_path / "corpus", rows)


def measured(corpus: Corpus, order: int = 8, **options: int) -> Outcome:
    return measure_planted_documents(subject_of(corpus, ByteModel(corpus, order)), 20, 80, **options)


def test_a_model_that_remembers_everything_gives_back_what_it_saw_and_nothing_else(corpus: Corpus) -> None:
    outcome = measured(corpus)
    rates = {place: score.value for place, score in scores_of(outcome, "planted-extracted").items()}
    assert rates["0"] == 0 and len(rates) > 3 and all(rate == 1 for level, rate in rates.items() if level != "0")
    (traced,), (false,) = (scores_of(outcome, name).values() for name in ("planted-traced", "planted-false-traces"))
    assert traced.value == 1 and false.value == 0
    held = held_out(corpus.ids(), 0.3, 0)
    assert scores_of(outcome, "planted-extracted")["0"].n == len(
        {text for text, out, level in zip(corpus.column("text").to_pylist(), held,
         [dict(row).get("planted") for row in corpus.column("attributes").to_pylist()], strict=True) if out and level}
    )  # fmt: skip


def test_a_model_that_remembers_nothing_recovers_nothing(corpus: Corpus) -> None:
    outcome = measured(corpus, order=1)
    assert all(score.value == 0 for score in scores_of(outcome, "planted-extracted").values())
    assert any(isinstance(one, NotMeasured) and one.metric == "planted-traced" for one in outcome.scores)
    assert scores_of(outcome, "planted-false-traces")[""].value == 0


def test_the_passages_are_gathered_over_their_copies(corpus: Corpus) -> None:
    passages = planted_passages(subject_of(corpus, ByteModel(corpus)))
    assert len(passages) == 20 and sorted(len(one.ids) for one in passages) == sorted(1 + k % 4 for k in range(20))
    assert all(one.copies == len(one.ids) for one in passages)


def test_a_trace_to_what_training_never_saw_is_false(corpus: Corpus) -> None:
    model = ByteModel(corpus)
    model.ledger.seen = {}  # the ledger says that the model saw no document
    outcome = measure_planted_documents(subject_of(corpus, model), 20, 80)
    (false,) = scores_of(outcome, "planted-false-traces").values()
    assert false.value > 0.5  # all that it remembers of planted ones
    table = next(one for one in outcome.exhibits if one.name == "planted-recovery")
    assert [row[0] for row in table.rows] == ["0"] and table.rows[0][-1] == round(20 * false.value)


def test_more_copies_are_recovered_better_where_memory_is_short(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    letters = np.array(list("ab"))
    rows: list[tuple[str, int | None]] = []
    for k in range(40):
        text = "".join(letters[rng.integers(0, 2, 120)])
        rows += [(text, 1 + 15 * (k % 2))] * (1 + 15 * (k % 2))
    corpus = corpus_of(tmp_path / "corpus", rows)
    outcome = measured(corpus, order=9, minimum=40)
    (trend,) = scores_of(outcome, "planted-trend").values()
    assert trend.value > 0.2 and trend.low < trend.value < trend.high and "by permutation" in trend.method


def test_without_planted_documents_it_is_not_measured(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path / "corpus", [(random_text(k, 200), None) for k in range(5)])
    with pytest.raises(IncompleteError, match="carries the attribute 'planted'"):
        measured(corpus)
    corpus = corpus_of(tmp_path / "short" / "corpus", [("short", 1)] + [(random_text(k, 200), None) for k in range(5)])
    with pytest.raises(IncompleteError, match="no planted passage has 100 tokens"):
        measured(corpus)
    with pytest.raises(IncompleteError, match="a model that continues"):
        measure_planted_documents(subject_of(corpus))


@pytest.mark.parametrize("level", ["yes", "nan", "-1", "2.5"])
def test_an_attribute_that_counts_nothing_is_named(tmp_path: Path, level: str) -> None:
    with CorpusWriter(tmp_path / "corpus") as writer:
        writer.write(record_batch([text_record(random_text(k, 200), f"f:{k}", "f", attributes={"planted": level})
                                   for k in range(8)]))  # fmt: skip
    corpus = Corpus(tmp_path / "corpus")
    with pytest.raises(IncompleteError, match="how often it was planted"):
        measured(corpus)
