import numpy as np
import pyarrow as pa
import pytest
from fakes import subject_of

from headwater.core import IncompleteError, InputError, UsageError
from headwater.evaluate import (
    SAMPLE_SCHEMA,
    Subject,
    Target,
    comparison_target,
    document_targets,
    gap_target,
    held_out_sample,
    sample_target,
    slice_target,
    target_named,
    text_target,
)
from headwater.evaluate.bias.continuation_preference import preferences
from headwater.evaluate.bias.prompts import counterfactual_prompts
from headwater.models import Checkpoint, text_gradients


@pytest.fixture
def model(subject: Subject) -> Checkpoint:
    assert subject.checkpoint is not None
    return subject.checkpoint


def value(model: Checkpoint, target: Target) -> float:
    return text_gradients(model).value(target.passages)


def logs(model: Checkpoint, text: str) -> np.ndarray:
    return model.token_logprobs([text])[0]


def test_a_text_is_its_mean_log_probability_after_what_is_given(model: Checkpoint) -> None:
    assert value(model, text_target(model, "the river")) == pytest.approx(
        float(logs(model, "the river").mean()), abs=1e-4
    )
    before = len(model.encode("the river"))
    both = model.logprobs_of([model.encode("the river") + model.encode(" rises")])[0]  # type: ignore[attr-defined]
    found = value(model, text_target(model, " rises", "the river"))
    assert found == pytest.approx(float(both[before:].mean()), abs=1e-4)


def test_a_gap_is_the_difference_of_two_log_probabilities(model: Checkpoint) -> None:
    expected = float(logs(model, "the river").sum() - logs(model, "the mill").sum())
    assert value(model, gap_target(model, "the river", "the mill")) == pytest.approx(expected, abs=1e-4)


def test_a_comparison_is_the_score_of_counterfactual_pairs(model: Checkpoint) -> None:
    pairs = {pair for pair, _, _ in counterfactual_prompts() if pair.startswith("gender:female-male")}
    means = preferences(model, pairs)["logprob"]
    gaps = [means[pair, "female"] - means[pair, "male"] for pair in sorted(pairs) if (pair, "female") in means]
    assert len(gaps) == 10
    assert value(model, comparison_target(model, "gender:female-male")) == pytest.approx(float(np.mean(gaps)), abs=1e-4)


def test_a_slice_is_the_loss_over_all_tokens_of_its_held_out_documents(subject: Subject, model: Checkpoint) -> None:
    held = model.held_out_ids()  # type: ignore[attr-defined]
    rows = subject.corpus.documents(held)
    expected = np.concatenate([logs(model, rows[name]["text"]) for name in held]).mean()
    for place in ("held-out", "language=en", "licence=MIT", "source=lake"):
        assert value(model, slice_target(subject, place)) == pytest.approx(float(expected), abs=1e-4), place


def test_targets_are_drawn_by_the_seed_from_what_was_held_out(subject: Subject, model: Checkpoint) -> None:
    held = model.held_out_ids()  # type: ignore[attr-defined]
    assert held_out_sample(subject, 3) == held_out_sample(subject, 3)
    assert set(held_out_sample(subject, 3)) < set(held)
    assert held_out_sample(subject, 999) == held
    assert [one.name for one in document_targets(subject, held[:2])] == [f"document {name}" for name in held[:2]]


def with_samples(subject: Subject) -> Subject:
    row = dict.fromkeys(SAMPLE_SCHEMA.names)
    rows = [row | {"id": "free-0", "prompt": "the ", "output": "river"}, row | {"id": "free-1", "output": ""}]
    return Subject(subject.folder, subject.corpus, subject.checkpoint, pa.Table.from_pylist(rows, SAMPLE_SCHEMA))


def test_of_a_sample_only_the_output_counts(subject: Subject, model: Checkpoint) -> None:
    found = target_named(with_samples(subject), "free-0")
    assert found.name == "sample free-0"
    assert value(model, found) == pytest.approx(value(model, text_target(model, "river", "the ")))
    with pytest.raises(IncompleteError, match="output of free-1 is empty"):
        sample_target(with_samples(subject), "free-1")
    with pytest.raises(InputError, match="no sample of text 'free-9'"):
        sample_target(with_samples(subject), "free-9")


def test_names_are_redacted(model: Checkpoint) -> None:
    assert "jane.doe" not in text_target(model, "write to jane.doe@river-post.org").name
    assert "jane.doe" not in gap_target(model, "jane.doe@river-post.org", "x").name


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("source=sea", "held-out ones have lake"),
        ("colour=red", "none of them has a 'colour'"),
        ("nonsense", "write held-out, NAME=VALUE"),
        ("gap=gender:x", "there are gender:female-male"),
    ],
)
def test_a_slice_that_does_not_exist_is_named_with_the_way_out(subject: Subject, place: str, message: str) -> None:
    with pytest.raises((IncompleteError, UsageError), match=message):
        slice_target(subject, place)


def test_texts_that_cannot_be_looked_at_are_refused(subject: Subject, model: Checkpoint) -> None:
    for text in ("", "x" * 20_001):
        with pytest.raises(UsageError, match="1 to 20,000 characters"):
            text_target(model, text)
    with pytest.raises(UsageError, match="both texts"):
        gap_target(model, "a", "")
    with pytest.raises(IncompleteError, match="there is no model"):
        slice_target(subject_of(subject.corpus), "held-out")
