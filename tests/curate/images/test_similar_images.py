from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headwater.core import SILENT, InputError, UsageError, wilson
from headwater.curate import similar_images

from .conftest import smooth


def pairs(judgement: Any) -> set[tuple[str, str]]:
    return {(note.id, note.label.partition(":")[2]) for note in judgement.annotations}


def judged(corpus: Any, **options: Any) -> Any:
    return similar_images(**options).judge_corpus(corpus, SILENT)


def test_crop_and_mirror_image_are_found_on_both_sides(images: Any) -> None:
    first, second = smooth(1, 80), smooth(2, 80)
    corpus = images([first, second, smooth(3, 80), first[4:-4, 4:-4], np.ascontiguousarray(second[:, ::-1])])
    ids = corpus.ids()
    expected = {(ids[0], ids[3]), (ids[3], ids[0]), (ids[1], ids[4]), (ids[4], ids[1])}
    found = judged(corpus)
    assert pairs(found) == expected
    assert (found.decisions, found.edits) == ((), {})
    assert found.tallies["pairs"] == 2 and found.tallies["compared"] == 5


def test_recall_is_measured_on_planted_copies_of_this_corpus(images: Any) -> None:
    step = similar_images()
    found = step.judge_corpus(images([smooth(n, 48) for n in range(30)]), SILENT)
    table = step.exhibits(found.tallies, 30)[0]
    by_kind = {row[0]: row for row in table.rows}
    assert by_kind["mirror image"][1:4] == (30, 30, 1.0) and by_kind["mirror image"][4:] == wilson(30, 30)
    assert by_kind["cropped by a tenth"][3] > 0.8


def test_only_pairs_across_the_named_attribute_are_kept(images: Any) -> None:
    first = smooth(1, 60)
    told = [{"split": "train"}, {"split": "train"}, {"split": "test"}, {}]
    corpus = images([first, first[3:-3, 3:-3], first[2:-2, 2:-2], first[1:-1, 1:-1]], told)
    ids = corpus.ids()
    found = {frozenset(pair) for pair in pairs(judged(corpus, across="split"))}
    assert found == {frozenset((ids[0], ids[2])), frozenset((ids[1], ids[2]))}


def test_pairs_of_different_labels_and_of_equal_pixels_are_counted(images: Any) -> None:
    first = smooth(1, 60)
    corpus = images([first, first, first[3:-3, 3:-3]], [{"label": "a"}, {"label": "b"}, {}])
    tallies = judged(corpus).tallies
    assert (tallies["labelled"], tallies["other label"]) == (1, 1) and tallies["near"] >= 1
    (finding,) = similar_images().findings(tallies, 3)
    assert finding.code == "HW-C090" and finding.severity == "info"


def test_vectors_of_a_file_are_taken_by_id_or_locator(images: Any, tmp_path: Path) -> None:
    corpus = images([smooth(n) for n in range(3)])
    values = [[1.0, 0.0], [0.0, 2.0], [0.1, 5.0]]
    for key, names in (("id", corpus.ids()), ("locator", ["0.png", "1.png", "2.png"])):
        pq.write_table(pa.table({key: names, "vector": values}), tmp_path / "v.parquet")
        found = pairs(judged(corpus, vectors=str(tmp_path / "v.parquet")))
        assert found == {(corpus.ids()[1], corpus.ids()[2]), (corpus.ids()[2], corpus.ids()[1])}


@pytest.mark.parametrize(
    "table",
    [
        {"name": ["a"], "vector": [[1.0]]},
        {"id": ["a"], "vector": ["text"]},
        {"id": ["a", "b"], "vector": [[1.0], [1.0, 2.0]]},
        {"id": ["a"], "vector": [[float("nan")]]},
        {"id": ["a"], "vector": [[1.0]]},
    ],
)
def test_file_of_other_vectors_ends_in_a_sentence(images: Any, tmp_path: Path, table: dict[str, Any]) -> None:
    pq.write_table(pa.table(table), tmp_path / "v.parquet")
    with pytest.raises(InputError, match="vector"):
        judged(images([smooth(1)]), vectors=str(tmp_path / "v.parquet"))


def test_callable_embeds_and_its_answer_is_checked(images: Any) -> None:
    corpus = images([smooth(n) for n in range(3)])
    found = judged(corpus, embedder=lambda images: np.ones((len(images), 2)))
    assert found.tallies["pairs"] == 3 and not [key for key in found.tallies if key.startswith("planted")]
    with pytest.raises(UsageError, match="a row for each"):
        judged(corpus, embedder=lambda images: np.ones(3))


def test_gallery_shows_pairs_that_are_no_near_duplicates(images: Any) -> None:
    first = smooth(1, 80)
    (gallery,) = judged(images([first, first, first[8:-8, 8:-8]]), threshold=0.8).galleries
    assert len(gallery.tiles) == 2


def test_corpus_of_one_blank_image_has_no_pair(images: Any) -> None:
    found = judged(images([np.zeros((9, 9, 3), np.uint8)]))
    assert found.tallies["pairs"] == 0 and found.galleries == () and similar_images().findings(found.tallies, 1) == ()


@pytest.mark.parametrize("options", [{"threshold": 0.0}, {"maximum_images": 1}, {"embedder": "clip"}])
def test_wrong_options_end_in_a_sentence(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="similar-images"):
        similar_images(**options)
