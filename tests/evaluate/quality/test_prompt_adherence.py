from pathlib import Path

import numpy as np
import pytest
from fakes import scores_of
from image_subjects import classes, image_subject, noise

from headwater.core import Gallery, IncompleteError, NotMeasured
from headwater.evaluate import Subject, evaluate, measure_prompt_adherence

LABELS = [str(i % 4) for i in range(240)]


def columns(images: np.ndarray) -> np.ndarray:
    """How bright each column is: the bar of a class stands out."""
    return images.mean((1, 3)) ** 4


def places(texts: list[str]) -> np.ndarray:
    """The column that a prompt asks for."""
    return np.array([np.eye(8)[int(text.split()[-1])] for text in texts])


PAIR = (columns, places)


def subject_of(folder: Path, drawn: list[str], asked: list[str], labels: list[str] | None = LABELS) -> Subject:
    return image_subject(folder, classes(0, LABELS), classes(1, drawn), labels, asked)


def test_samples_that_show_what_they_were_asked_for_are_no_finding(tmp_path: Path) -> None:
    outcome = measure_prompt_adherence(subject_of(tmp_path, LABELS[:120], LABELS[:120]), PAIR)
    assert not outcome.findings
    own, first = scores_of(outcome, "prompt-adherence"), scores_of(outcome, "prompt-precision")
    assert own[""].value > 2.4 and own["another"].value < 0.1 and own["real"].value > 2.4
    assert first[""].value == 1 and first["real"].value == 1
    assert scores_of(outcome, "prompt-gain")[""].low > 2
    assert "template 'A photo depicts {}', 4 prompts, 4 ranked" in outcome.scores[0].method


def test_samples_that_ignore_the_prompt_are_found_with_what_they_show(tmp_path: Path) -> None:
    drawn = [str(value) for value in np.random.default_rng(0).integers(0, 4, 120)]
    outcome = measure_prompt_adherence(subject_of(tmp_path, drawn, LABELS[:120]), PAIR)
    (finding,) = outcome.findings
    assert (finding.code, finding.severity) == ("HW-Q044", "high") and "no more than by chance" in finding.title
    assert "real images find it in 100%" in finding.meaning
    gallery = next(exhibit for exhibit in outcome.exhibits if isinstance(exhibit, Gallery))
    assert gallery.tiles[0].caption.startswith("asked ")
    assert scores_of(outcome, "prompt-gain")[""].low < 0 < scores_of(outcome, "prompt-gain")[""].high


def test_one_prompt_in_four_that_is_missed_is_found_by_prompt(tmp_path: Path) -> None:
    drawn = ["0" if label == "3" else label for label in LABELS[:160]]
    outcome = measure_prompt_adherence(subject_of(tmp_path, drawn, LABELS[:160]), PAIR)
    (finding,) = outcome.findings
    assert finding.severity == "medium" and "asked 3, likest 0" in finding.examples[0].note
    by_prompt = {s.slice["class"]: s.value for s in outcome.scores if set(s.slice) == {"class"}}
    assert by_prompt["3"] < 0.1 < 2 < by_prompt["0"]


def test_an_encoder_that_sees_nothing_in_real_images_judges_no_sample(tmp_path: Path) -> None:
    def blind(images: np.ndarray) -> np.ndarray:
        return np.random.default_rng(len(images)).random((len(images), 8)) + 0.1

    assert not measure_prompt_adherence(subject_of(tmp_path, LABELS[:120], LABELS[:120]), (blind, places)).findings


def test_values_of_samples_are_kept_for_comparisons(tmp_path: Path) -> None:
    outcome = measure_prompt_adherence(subject_of(tmp_path, LABELS[:80], LABELS[:80]), PAIR)
    for item in outcome.items:
        assert item.numerators.mean() == pytest.approx(scores_of(outcome, item.metric)[""].value)
        assert item.ids[0] == "image-00000 of seed 0"
    assert {item.metric for item in outcome.items} == {"prompt-adherence", "prompt-gain", "prompt-precision"}


def test_without_an_encoder_it_is_not_measured_and_says_how_to_give_one(tmp_path: Path) -> None:
    (score,) = evaluate(subject_of(tmp_path, LABELS[:40], LABELS[:40]), ["prompt-adherence"]).scores
    assert isinstance(score, NotMeasured) and "give encoder=(image half, text half)" in score.reason


def test_one_prompt_has_no_others_and_a_corpus_without_labels_no_real_side(tmp_path: Path) -> None:
    one = measure_prompt_adherence(
        image_subject(tmp_path / "a", noise(0, 60), classes(1, ["1"] * 40), None, ["1"] * 40), PAIR
    )
    reasons = {
        (score.metric, *score.slice.values()): score.reason for score in one.scores if isinstance(score, NotMeasured)
    }
    assert "all images have one prompt" in reasons["prompt-precision",]
    assert "fewer than two real images" in reasons["prompt-adherence", "real"]
    assert not one.findings


@pytest.mark.parametrize("asked", [None, ["1"] + [None] * 39])
def test_samples_without_prompts_are_said(tmp_path: Path, asked: list[str] | None) -> None:
    subject = image_subject(tmp_path, classes(0, LABELS), classes(1, ["1"] * 40), LABELS, asked)
    with pytest.raises(IncompleteError, match="samples carry a label that was asked for, 2 are needed"):
        measure_prompt_adherence(subject, PAIR)


def test_a_template_without_a_place_for_the_label_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IncompleteError, match="must hold {} where the label goes"):
        measure_prompt_adherence(subject_of(tmp_path, LABELS[:9], LABELS[:9]), PAIR, template="a photo")
