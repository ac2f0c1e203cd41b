import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import ByteModel, random_text, scores_of, subject_of, write_corpus

from headwater.core import Corpus, IncompleteError, Recipe, Table, UsageError
from headwater.evaluate import Outcome, SamplingPlan, Subject, measure_discoverable, measure_extractable
from headwater.evaluate.memorization.passage_chances import passages
from headwater.models import fit

PLAN = SamplingPlan(
    free=2, free_tokens=4, prefixes=12, prefix_tokens=6, continuation_tokens=8, repeats=0, counterfactual=0
)  # fmt: skip
RECIPE = Recipe(family="ngram", held_out=0.3, vocabulary=300, canaries=None, options={"order": 5}, seed=3)


def thrice(seed: int) -> str:
    """A text that says one thing three times, so that an n-gram model is sure of it once it saw it."""
    return random_text(seed, 30) * 3


def run(folder: Path, texts: list[str], plan: SamplingPlan = PLAN, recipe: Recipe = RECIPE) -> Subject:
    corpus = write_corpus(folder / "corpus", texts)
    return subject_of(corpus, fit(corpus, recipe, folder / "checkpoint"), plan)


@pytest.fixture
def subject(tmp_path: Path) -> Subject:
    return run(tmp_path, [thrice(seed) for seed in range(40)])


def test_trained_passages_come_out_and_held_out_ones_do_not(subject: Subject) -> None:
    scores = scores_of(measure_discoverable(subject, queries=(1, 10**4)), "discoverable")
    assert scores["trained 10,000 0.5"].value > 0.8
    assert scores["held-out 10,000 0.5"].value == 0
    assert scores["trained 1 0.9"].value <= scores["trained 1 0.1"].value <= scores["trained 10,000 0.1"].value


@pytest.mark.parametrize("scheme", [{"temperature": 1.0}, {"temperature": 0.6, "top_k": 3}], ids=str)
def test_the_probability_of_a_passage_is_how_often_sampling_gives_it(subject: Subject, scheme: dict[str, Any]) -> None:
    found, _ = passages(subject, scheme, None, 3)
    model = subject.checkpoint
    assert model is not None
    likely = [one for one in found if -2.5 < one.log_p < -0.1][:2]
    assert likely
    for one in likely:
        text = str(subject.corpus.documents([one.document_id])[one.document_id]["text"])
        tokens = model.encode(text)[one.offset : one.offset + 14]
        drawn = model.complete_tokens([tokens[:6]], max_new_tokens=8, samples=800, seed=1, **scheme)
        often = np.mean([row == tokens[6:] for row in drawn])
        assert often == pytest.approx(math.exp(one.log_p), abs=4 * math.sqrt(0.25 / 800))


def test_greedy_stands_beside_and_is_that_of_extractable(subject: Subject) -> None:
    greedy = scores_of(measure_discoverable(subject), "discoverable")
    exact = scores_of(measure_extractable(subject), "extractable")
    for side in ("trained", "held-out"):
        assert greedy[f"{side} greedy"].value == exact[side].value
    cold = scores_of(measure_discoverable(subject, temperature=0.0, queries=(1,)), "discoverable")
    assert cold["trained 1 0.9"].value == exact["trained"].value


def test_the_sampling_of_the_run_is_taken_and_named(tmp_path: Path) -> None:
    texts = [thrice(seed) for seed in range(40)]
    subject = run(tmp_path, texts, replace(PLAN, temperature=0.7, top_k=5))
    score = scores_of(measure_discoverable(subject), "discoverable")["trained 1 0.5"]
    assert "temperature 0.7, top-k 5" in score.method
    own = scores_of(measure_discoverable(subject, temperature=1.0), "discoverable")["trained 1 0.5"]
    assert "temperature 1, top-k 5" in own.method


def test_the_finding_names_the_likeliest_documents_first(subject: Subject) -> None:
    (finding,) = measure_discoverable(subject).findings
    assert (finding.code, finding.severity) == ("HW-M005", "high")
    assert set(finding.document_ids) <= set(subject.checkpoint.trained_ids())  # type: ignore[union-attr]
    ((start, end),) = finding.examples[0].spans
    assert finding.examples[0].text[start:end]


def set_apart(outcome: Outcome) -> int:
    """Trained passages that the table sets apart."""
    table = next(exhibit for exhibit in outcome.exhibits if exhibit.name == "discoverable-passages")
    assert isinstance(table, Table)
    return int(str(table.rows[0][table.columns.index("set apart")]))


def test_what_stands_in_held_out_documents_too_is_set_apart_as_boilerplate(tmp_path: Path) -> None:
    header = random_text(999, 200)
    subject = run(tmp_path, [header + random_text(seed, 6) for seed in range(60)], replace(PLAN, prefixes=5))
    outcome = measure_discoverable(subject)
    assert set_apart(outcome) >= 3
    assert scores_of(outcome, "discoverable")["trained 1,000 0.5"].value <= 1 - set_apart(outcome) / 5
    by_copies = measure_discoverable(subject, boilerplate=1, reference=str(tmp_path / "nowhere"))
    assert "no reference" in scores_of(by_copies, "discoverable")["trained 1 0.5"].method
    assert set_apart(by_copies) >= 3
    assert set_apart(measure_discoverable(subject, boilerplate=99, reference=str(tmp_path / "nowhere"))) == 0
    # the finding counts at even chance, so the reference is asked at even chance too, whatever the scores ask for
    even, sure = (measure_discoverable(subject, (1,), (p,), boilerplate=99) for p in (0.5, 1.0))
    assert set_apart(sure) == set_apart(even) > 0
    method = scores_of(outcome, "discoverable")["trained 1 0.5"].method
    assert f"discoverable/1 {PLAN.continuation_tokens} tokens after {PLAN.prefix_tokens} by" in method


def test_a_checkpoint_can_be_the_reference_and_the_model_itself_leaves_nothing(subject: Subject) -> None:
    assert subject.checkpoint is not None
    outcome = measure_discoverable(subject, reference=str(subject.checkpoint.folder))
    assert scores_of(outcome, "discoverable")["trained 1,000 0.5"].value == 0
    assert outcome.findings == ()


def test_items_mean_the_shares(subject: Subject) -> None:
    outcome = measure_discoverable(subject)
    values = {tuple(score.slice.items()): score.value for score in outcome.scores}  # type: ignore[union-attr]
    assert len(outcome.items) == len(outcome.scores)
    for item in outcome.items:
        assert item.value == pytest.approx(values[tuple(item.slice.items())])


def test_a_penalty_on_repetition_is_not_measured(tmp_path: Path) -> None:
    subject = run(tmp_path, [thrice(seed) for seed in range(30)], replace(PLAN, repetition_penalty=1.2))
    with pytest.raises(IncompleteError, match="repetition penalty"):
        measure_discoverable(subject)


def test_a_model_that_hides_its_vocabulary_is_not_measured(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus", [thrice(seed) for seed in range(30)])
    with pytest.raises(IncompleteError, match="every token"):
        measure_discoverable(subject_of(corpus, ByteModel(corpus, 4), PLAN))


def test_no_prefix_samples_is_a_sentence(tmp_path: Path) -> None:
    corpus: Corpus = write_corpus(tmp_path / "corpus", [thrice(seed) for seed in range(30)])
    subject = subject_of(corpus, fit(corpus, RECIPE, tmp_path / "checkpoint"))
    with pytest.raises(IncompleteError, match=r"sample\.prefixes is 0"):
        measure_discoverable(subject)


@pytest.mark.parametrize(
    "options", [{"queries": []}, {"queries": [0]}, {"chances": [0]}, {"temperature": -1.0}, {"top_k": 0}, {"order": 0}]
)
def test_parameters_that_make_no_sense_are_refused(subject: Subject, options: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        measure_discoverable(subject, **options)


def test_passages_longer_than_the_window_are_not_measured(tmp_path: Path) -> None:
    recipe = Recipe(steps=1, context=8, vocabulary=300, held_out=0.3, canaries=None)
    subject = run(tmp_path, [thrice(seed) for seed in range(20)], recipe=recipe)
    with pytest.raises(IncompleteError, match="do not fit in the model's window of 8"):
        measure_discoverable(subject)
