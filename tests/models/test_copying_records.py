from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from small_tables import people, table_corpus

from headwater.core import Corpus, InputError, Recipe, UsageError
from headwater.models import CopyingImages, CopyingRows, fit, load, read_images, training_report

RECIPE = Recipe(family="copying", held_out=0.2, canaries=None)


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> tuple[CopyingRows, Corpus]:
    folder = tmp_path_factory.mktemp("rows")
    corpus = table_corpus(folder / "corpus", people(80))
    made = fit(corpus, RECIPE, folder / "model")
    assert isinstance(made, CopyingRows)
    return made, corpus


@pytest.fixture(scope="module")
def images(pictures: Corpus, tmp_path_factory: pytest.TempPathFactory) -> CopyingImages:
    made = fit(pictures, RECIPE, tmp_path_factory.mktemp("pictures"))
    assert isinstance(made, CopyingImages)
    return made


def test_every_row_is_the_training_row_that_it_names(rows: tuple[CopyingRows, Corpus]) -> None:
    model, _ = rows
    drawn, ids = model.sample_records(200, 1), model.copied_ids(200, 1)
    every = people(80)
    assert drawn == [every[int(name[:16], 16)] for name in ids]
    assert set(ids) <= set(model.trained_ids()) and len(set(ids)) > 40
    assert model.sample_records(20, 1, first=50) == drawn[50:70]


def test_rows_can_be_asked_for_by_any_column(rows: tuple[CopyingRows, Corpus]) -> None:
    model, _ = rows
    assert {row["city"] for row in model.sample_records(50, where={"city": "Cork"})} == {"Cork"}
    with pytest.raises(UsageError, match="no column 'citi'; did you mean \"city\""):
        model.sample_records(1, where={"citi": "Cork"})
    with pytest.raises(UsageError, match="no training row has"):
        model.sample_records(1, where={"city": "Nowhere"})
    with pytest.raises(UsageError, match="none to choose from"):
        model.sample_records(1, sampler="prior")


def test_typed_rows_hold_what_the_rows_hold(rows: tuple[CopyingRows, Corpus]) -> None:
    model, _ = rows
    table, records = model.sample_rows(60, 2), model.sample_records(60, 2)
    assert str(table.schema.field("age").type) == "int64"
    assert table["age"].to_pylist() == [row["age"] for row in records]
    assert table["id"].to_pylist() == [row["id"] for row in records]


def test_every_image_is_the_training_image_that_it_names_with_its_label(
    images: CopyingImages, pictures: Corpus
) -> None:
    found = read_images(pictures)
    place = {name: row for row, name in enumerate(found.ids)}
    ids = images.copied_ids(90, 4)
    np.testing.assert_array_equal(images.sample_images(90, 4), found.pixels[[place[name] for name in ids]])
    assert images.sample_labels(90, 4) == [found.labels[place[name]] for name in ids]
    assert set(ids) <= set(images.trained_ids()) and len(set(ids)) > 30
    np.testing.assert_array_equal(images.sample_images(5, 4, first=70), images.sample_images(90, 4)[70:75])


def test_images_of_a_label_are_copies_of_that_label(images: CopyingImages) -> None:
    assert set(images.sample_labels(40, 1, label="row")) == {"row"}
    assert images.sample_images(3, 1, label="row").shape == (3, 9, 10, 1)
    with pytest.raises(UsageError, match="no label 'rwo'; did you mean \"row\""):
        images.sample_images(3, 1, label="rwo")
    with pytest.raises(UsageError, match="none to choose from"):
        images.sample_images(3, sampler="prior")


def test_weights_say_how_often_a_row_comes(tmp_path: Path) -> None:
    corpus = table_corpus(tmp_path / "corpus", [{"a": k} for k in range(40)])
    model = fit(corpus, replace(RECIPE, held_out=0.0), tmp_path / "m")
    assert isinstance(model, CopyingRows)
    assert model.run["final_loss"] == pytest.approx(np.log(40))
    assert model.ledger.steps_of(model.trained_ids()[0]) != ()


def test_copies_are_reported_and_loaded_again(rows: tuple[CopyingRows, Corpus], images: CopyingImages) -> None:
    for model, shown in ((rows[0], "training-samples"), (images, "training-samples")):
        report = training_report(model)
        assert shown in {exhibit.name for exhibit in report.exhibits} and "size" not in report.facts
    assert load(images.folder).capabilities == {"images", "seedable"}
    assert load(rows[0].folder).capabilities == {"rows", "seedable"}


def test_a_family_for_other_documents_says_what_it_is_for(rows: tuple[CopyingRows, Corpus], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds table, but family 'vae' is for image"):
        fit(rows[1], Recipe(family="vae"), tmp_path)
