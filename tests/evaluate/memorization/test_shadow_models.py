from pathlib import Path

import pytest
from fakes import ByteModel, random_text, scores_of, write_corpus

from headwater.core import Corpus, NotMeasured, Recipe, UsageError
from headwater.evaluate import Subject, measure_membership
from headwater.evaluate.memorization.membership_texts import candidates
from headwater.evaluate.memorization.shadow_models import lira_scores
from headwater.models import fit, load

RECIPE = Recipe(family="ngram", held_out=0.5, vocabulary=300, canaries=None, options={"order": 3}, seed=3)


@pytest.fixture
def subject(tmp_path: Path) -> Subject:
    corpus = write_corpus(tmp_path / "corpus", [random_text(seed, 150) for seed in range(60)])
    return Subject(tmp_path, corpus, fit(corpus, RECIPE, tmp_path / "checkpoint"))


def test_lira_recognises_the_documents_of_a_model_that_counts(subject: Subject) -> None:
    outcome = measure_membership(subject, attacks=("loss",), shadows=6)
    areas = scores_of(outcome, "membership")
    assert areas["lira"].value > 0.95 and "6 shadow models" in areas["lira"].method
    assert areas["lira"].low is not None and areas["lira"].low > 0.5


def test_shadow_models_are_kept_and_a_second_call_trains_nothing(subject: Subject) -> None:
    found = candidates(subject, 100, 1000, balanced=True)
    first = lira_scores(subject, found, 4)
    (folder,) = (subject.folder / "shadows").iterdir()
    made = {path.name: path.stat().st_mtime_ns for path in folder.glob("*/model.safetensors")}
    again = lira_scores(Subject(subject.folder, subject.corpus, subject.checkpoint), found, 4)
    assert first.tolist() == again.tolist()
    assert made == {path.name: path.stat().st_mtime_ns for path in folder.glob("*/model.safetensors")}
    assert len(list(folder.glob("[0-9]*"))) == 4


def test_a_call_that_was_killed_goes_on_with_the_same_models(subject: Subject) -> None:
    found = candidates(subject, 100, 1000, balanced=True)
    whole = lira_scores(subject, found, 4)
    (folder,) = (subject.folder / "shadows").iterdir()
    for path in (folder / "002").iterdir():
        path.unlink()
    (folder / "003" / "run.json").unlink()
    assert lira_scores(subject, found, 4).tolist() == whole.tolist()


def test_each_shadow_model_holds_about_half_and_copies_stand_together(tmp_path: Path) -> None:
    texts = [random_text(seed, 100) for seed in range(40)]
    corpus = write_corpus(tmp_path / "corpus", [*texts, *texts])
    subject = Subject(tmp_path, corpus, fit(corpus, RECIPE, tmp_path / "checkpoint"))
    found = candidates(subject, 100, 1000, balanced=True)
    lira_scores(subject, found, 4)
    for folder in sorted((tmp_path / "shadows").glob("*/00*")):
        ids = Corpus(folder.parent / "corpus").ids()
        trained = {name.split("-")[0] for name in load(folder).trained_ids()}  # type: ignore[attr-defined]
        out = {name.split("-")[0] for name in load(folder).held_out_ids()}  # type: ignore[attr-defined]
        assert not trained & out and len(trained | out) == len({name.split("-")[0] for name in ids})


def test_a_model_without_a_recipe_gets_no_shadows_and_keeps_its_other_attacks(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus", [random_text(seed, 80) for seed in range(40)])
    model = ByteModel(corpus, 3, recipe=Recipe(held_out=0.5, canaries=None))
    outcome = measure_membership(Subject(tmp_path, corpus, model), attacks=("loss",), shadows=4)
    (gap,) = [score for score in outcome.scores if isinstance(score, NotMeasured) and "attack" in score.slice]
    assert gap.slice["attack"] == "lira" and "how the model was trained" in gap.reason
    assert "loss" in scores_of(outcome, "membership")


def test_too_few_shadow_models_are_refused(subject: Subject) -> None:
    with pytest.raises(UsageError, match="4 or more"):
        measure_membership(subject, attacks=("loss",), shadows=2)
