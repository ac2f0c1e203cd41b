import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import write_corpus

from headwater.core import IncompleteError, InputError, UsageError
from headwater.evaluate import (
    INFLUENCE_METHODS,
    InfluenceOptions,
    Subject,
    gap_target,
    influence,
    influences,
    open_subject,
    text_target,
)
from headwater.models import Passage, Recipe, fit, text_gradients

TEXT = "the old mill rises above seven quiet farms"


def test_every_document_that_was_trained_on_is_ranked(subject: Subject) -> None:
    assert subject.checkpoint is not None
    found = influence(subject, text_target(subject.checkpoint, TEXT), method="tracin")
    assert set(found.ids) == set(subject.checkpoint.trained_ids())  # type: ignore[attr-defined]
    top, bottom = found.top(5), found.bottom(5)
    values = dict(zip(found.ids, found.scores.tolist(), strict=True))
    ordered = sorted(values.values(), reverse=True)
    assert [values[name] for name in top] == [value for value in ordered[:5] if value > 0]
    assert [values[name] for name in bottom] == [value for value in ordered[::-1][:5] if value < 0]
    assert found.parts.shape == (2, len(found.ids))
    assert "steps 2 6" in found.protocol and not found.notes


def test_the_finished_model_alone_is_the_dot_product_of_two_gradients(subject: Subject) -> None:
    assert subject.checkpoint is not None
    found = influence(subject, text_target(subject.checkpoint, TEXT), method="last")
    gradients, name = text_gradients(subject.checkpoint), found.ids[3]
    text = subject.corpus.documents([name])[name]["text"]
    tokens = subject.checkpoint.encode(TEXT)
    mine = gradients.of([Passage.whole(subject.checkpoint.encode(text))])
    theirs = gradients.of([Passage(tokens, np.full(len(tokens), 1 / len(tokens)))])
    assert found.scores[3] == pytest.approx(float(mine @ theirs), rel=1e-3)
    assert found.estimate(name).low is None  # one model, no interval


def test_rankings_repeat_with_and_without_what_was_kept(subject: Subject) -> None:
    assert subject.checkpoint is not None
    target = text_target(subject.checkpoint, TEXT)
    options = InfluenceOptions(dimensions=64, seed=3)
    first, again = (influences(subject, [target], options=options) for _ in range(2))
    for path in (subject.folder / "influence").rglob("*.safetensors"):
        path.unlink()
    anew = influences(subject, [target], options=options)
    assert list(first) == list(INFLUENCE_METHODS)
    for method, (one,) in first.items():
        assert np.array_equal(one.parts, again[method][0].parts), method
        assert np.array_equal(one.parts, anew[method][0].parts), method
    other = influence(subject, target, method="projected", options=replace(options, seed=4))
    assert not np.array_equal(other.parts, first["projected"][0].parts)


def test_the_sides_of_a_gap_take_opposite_signs(subject: Subject) -> None:
    assert subject.checkpoint is not None
    one = influence(subject, gap_target(subject.checkpoint, "the river", "the mill"))
    other = influence(subject, gap_target(subject.checkpoint, "the mill", "the river"))
    assert one.scores == pytest.approx(-other.scores, rel=1e-4, abs=1e-6)
    assert one.top(3) == other.bottom(3)


def test_some_documents_alone_have_the_same_influence(subject: Subject) -> None:
    assert subject.checkpoint is not None
    target = text_target(subject.checkpoint, TEXT)
    whole = influence(subject, target, method="tracin")
    some = influence(subject, target, whole.ids[2:6], method="tracin")
    assert some.ids == whole.ids[2:6]
    assert some.scores == pytest.approx(whole.scores[2:6], rel=1e-4)
    json.dumps(some.to_json())


def test_the_interval_is_over_kept_steps(subject: Subject) -> None:
    assert subject.checkpoint is not None
    found = influence(subject, text_target(subject.checkpoint, TEXT), method="tracin")
    one = found.estimate(found.ids[0])
    assert one.n == 2 and one.low is not None and one.high is not None
    assert one.low <= found.scores[0] <= one.high


def test_without_kept_weights_the_last_alone_is_used_and_said_so(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus", [f"the river number {k} rises" for k in range(12)])
    recipe = Recipe(steps=4, batch=4, context=16, vocabulary=270, precision="float32", canaries=None)
    fit(corpus, recipe, tmp_path / "checkpoint")
    subject = open_subject(tmp_path)
    assert subject.checkpoint is not None
    target = text_target(subject.checkpoint, "the river")
    found, last = (influence(subject, target, method=method) for method in ("tracin", "last"))
    assert "finished model alone" in found.protocol and "keep_checkpoints" in found.notes[0]
    assert np.array_equal(found.scores, last.scores)


def test_what_cannot_be_ranked_is_refused(subject: Subject, tmp_path: Path) -> None:
    assert subject.checkpoint is not None
    target = text_target(subject.checkpoint, TEXT)
    with pytest.raises(UsageError, match="no method \"tracing\"|no method 'tracing'"):
        influence(subject, target, method="tracing")
    with pytest.raises(InputError, match="'abc' was not trained on"):
        influence(subject, target, ["abc"])
    held = subject.checkpoint.held_out_ids()  # type: ignore[attr-defined]
    with pytest.raises(InputError, match="was not trained on"):
        influence(subject, target, held[:1])
    with pytest.raises(UsageError, match="dimensions"):
        influence(subject, target, options=InfluenceOptions(dimensions=0))
    with pytest.raises(InputError, match="was not ranked"):
        influence(subject, target, method="tracin").estimate("abc")
    counts = fit(subject.corpus, Recipe(family="ngram", vocabulary=280, canaries=None), tmp_path / "n" / "checkpoint")
    other = Subject(tmp_path / "n", subject.corpus, counts)
    with pytest.raises(IncompleteError, match="a ngram model has no gradient"):
        influence(other, text_target(counts, TEXT))
