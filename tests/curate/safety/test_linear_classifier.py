"""The detector ``linear-classifier`` and its model."""

import dataclasses
import pickle
from pathlib import Path

import numpy as np
import pytest

from headwater.core import ConfigError, InputError, UsageError
from headwater.curate import TEXT_DETECTORS, build_steps, read_labelled, train_text_classifier
from headwater.curate.safety import LinearModel, load_model
from headwater.curate.safety.linear_model import FOLDS, features

OPTIONS = {"label": "is_toxic", "positive": "Toxic"}


@pytest.fixture
def model(comments: Path) -> LinearModel:
    return train_text_classifier(read_labelled({"path": str(comments), **OPTIONS}))


def test_it_learns_what_the_labels_say(model: LinearModel) -> None:
    low, high = model.scores(["thank you for the river", "you are an idiot, scum"])
    assert low < 0.5 < high


def test_training_twice_gives_the_same_model(model: LinearModel, comments: Path) -> None:
    again = train_text_classifier(read_labelled({"path": str(comments), **OPTIONS}))
    assert again.hash == model.hash and np.array_equal(again.held_out, model.held_out)


def test_a_score_does_not_depend_on_the_other_texts(model: LinearModel) -> None:
    texts = ["you moron", "the river", ""]
    assert model.scores(texts).tolist() == [model.scores([text])[0] for text in texts]


def test_the_error_is_that_of_models_that_did_not_see_the_text(comments: Path) -> None:
    """Labels at random: out of fold nothing can be known, though a model knows its own training texts."""
    labelled = read_labelled({"path": str(comments), **OPTIONS})
    labels = np.random.default_rng(0).permutation(labelled.labels)
    model = train_text_classifier(dataclasses.replace(labelled, labels=labels))
    out_of_fold = ((model.held_out >= 0.5) == labels).mean()
    margins = features(labelled.texts) @ model.weights + model.intercept
    assert out_of_fold < 0.65 < 0.75 < ((margins > 0) == labels).mean()


def test_copies_of_a_text_stand_in_one_fold(comments: Path) -> None:
    labelled = read_labelled({"path": str(comments), **OPTIONS})
    twice = dataclasses.replace(labelled, texts=labelled.texts * 2, labels=np.tile(labelled.labels, 2))
    held_out = train_text_classifier(twice).held_out.reshape(2, -1)
    assert np.array_equal(held_out[0], held_out[1]) and FOLDS > 1


def test_a_saved_model_comes_back_and_its_bytes_repeat(model: LinearModel, tmp_path: Path) -> None:
    for name in ("a.safetensors", "b.safetensors"):
        model.save(tmp_path / name)
    assert (tmp_path / "a.safetensors").read_bytes() == (tmp_path / "b.safetensors").read_bytes()
    loaded = TEXT_DETECTORS.get("linear-classifier")(model=tmp_path / "a.safetensors")
    assert loaded.model.hash == model.hash
    assert loaded.scores(["you moron"]).tolist() == model.scores(["you moron"]).tolist()
    assert loaded.error(0.5).positives == 60


@pytest.mark.parametrize("content", [b"", pickle.dumps({"weights": 1}), b"\x02\0\0\0\0\0\0\0{}"])
def test_another_file_is_refused_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.safetensors").write_bytes(content)
    with pytest.raises(InputError, match="no text classifier of headwater"):
        load_model(tmp_path / "bad.safetensors")


def test_it_is_trained_or_loaded_and_not_both(comments: Path) -> None:
    with pytest.raises(UsageError, match="either 'labelled'"):
        TEXT_DETECTORS.get("linear-classifier")()
    with pytest.raises(ConfigError, match="linear-classifier"):
        build_steps([("toxicity", {"detector": {"linear-classifier": {"model": "/nowhere"}}})])


def test_the_area_under_the_curve_on_real_comments_is_the_documented_one(real_data: Path) -> None:
    from sklearn.metrics import roc_auc_score

    path = real_data / "surge_toxicity" / "toxicity_en.csv"
    model = train_text_classifier(read_labelled({"path": str(path), **OPTIONS}))
    assert roc_auc_score(model.labels, model.held_out) == pytest.approx(0.92, abs=0.015)
