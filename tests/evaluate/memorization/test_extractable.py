from pathlib import Path

import pytest
from fakes import ByteModel, random_text, scores_of, subject_of, write_corpus

from headwater.core import Corpus, IncompleteError
from headwater.evaluate import SamplingPlan, clopper_pearson, measure_extractable
from headwater.evaluate.memorization.extractable import level

PLAN = SamplingPlan(
    free=0, prefixes=12, prefix_tokens=12, continuation_tokens=30, repeats=0, counterfactual=0
)  # fmt: skip


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return write_corpus(tmp_path / "corpus", [random_text(seed, 90) for seed in range(40)])


def test_a_copying_model_gives_out_every_trained_passage_and_no_other(corpus: Corpus) -> None:
    outcome = measure_extractable(subject_of(corpus, ByteModel(corpus, order=8), PLAN))
    scores = scores_of(outcome, "extractable")
    assert (scores["trained"].value, scores["trained"].n) == (1.0, 12)
    assert scores["held-out"].value == 0.0
    assert (scores["held-out"].low, scores["held-out"].high) == clopper_pearson(0, scores["held-out"].n)


def test_the_finding_highlights_the_continuation_and_names_its_document(corpus: Corpus) -> None:
    (finding,) = measure_extractable(subject_of(corpus, ByteModel(corpus, order=8), PLAN)).findings
    assert (finding.code, finding.severity) == ("HW-M002", "high")
    texts = {name: row["text"] for name, row in corpus.documents(corpus.ids()).items()}
    for example in finding.examples:
        ((start, end),) = example.spans
        assert end - start == 30
        assert example.text in texts[example.document_ids[0]]


def test_a_letter_frequency_model_gives_out_nothing(corpus: Corpus) -> None:
    outcome = measure_extractable(subject_of(corpus, ByteModel(corpus, order=0), PLAN))
    assert scores_of(outcome, "extractable")["trained"].value == 0
    assert outcome.findings == ()


def test_one_wrong_letter_is_near_verbatim_and_not_exact(corpus: Corpus) -> None:
    model = ByteModel(corpus, order=8)
    complete = model.complete_tokens

    def with_a_slip(prompts: list[list[int]], **options: object) -> list[list[int]]:
        return [[*row[:20], ord("#"), *row[21:]] for row in complete(prompts, **options)]

    model.complete_tokens = with_a_slip  # type: ignore[method-assign]
    outcome = measure_extractable(subject_of(corpus, model, PLAN))
    assert scores_of(outcome, "extractable")["trained"].value == 0
    assert scores_of(outcome, "near-extractable")["trained"].value == 1
    assert "edit similarity 0.97" in outcome.findings[0].examples[0].note


def test_the_rate_is_told_for_each_level_of_times_seen(corpus: Corpus) -> None:
    trained = list(ByteModel(corpus).ledger.seen)
    seen = {name: 1 for name in trained} | {name: 5 for name in trained[:6]}
    outcome = measure_extractable(subject_of(corpus, ByteModel(corpus, seen=seen), PLAN))
    scores = scores_of(outcome, "extractable")
    assert (scores["trained 1"].n, scores["trained 4-7"].n) == (6, 6)
    table = next(exhibit for exhibit in outcome.exhibits if exhibit.name == "extractable-by-times-seen")
    assert [row[0] for row in table.rows] == ["1", "4-7"]


def test_passages_that_stand_everywhere_are_not_shown_as_memorized(tmp_path: Path) -> None:
    shared = random_text(1, 60)
    corpus = write_corpus(tmp_path / "corpus", [f"{shared}{number:02d}" for number in range(40)])
    outcome = measure_extractable(subject_of(corpus, ByteModel(corpus, order=8), PLAN), boilerplate=20)
    assert scores_of(outcome, "extractable")["held-out"].value > 0.5
    shown = [example for finding in outcome.findings for example in finding.examples]
    assert all(example.text not in shared for example in shown)


def test_levels_are_powers_of_two() -> None:
    assert [level(number) for number in (0, 1, 2, 3, 4, 7, 8, 100)] == [
        "0",
        "1",
        "2-3",
        "2-3",
        "4-7",
        "4-7",
        "8-15",
        "64-127",
    ]


def test_without_prefixes_nothing_is_measured(corpus: Corpus) -> None:
    with pytest.raises(IncompleteError, match="no prefix samples"):
        measure_extractable(subject_of(corpus, ByteModel(corpus)))
