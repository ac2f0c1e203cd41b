import math
from pathlib import Path

import numpy as np
import pytest
from fakes import ByteModel, random_text, subject_of, write_corpus

from headwater.core import IntegrityError, SamplingPlan, Score, UsageError
from headwater.evaluate import ItemValues, evaluate_items, read_items, write_items

PLAN = SamplingPlan(
    free=6, free_tokens=80, prefixes=6, prefix_tokens=12, continuation_tokens=30, repeats=3, counterfactual=90
)
METRICS = ("perplexity", "bits-per-byte", "extractable", "verbatim-overlap", "exposure", "counterfactual-pairs",
           "self-consistency")  # fmt: skip


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory: pytest.TempPathFactory):
    corpus = write_corpus(tmp_path_factory.mktemp("run") / "corpus", [random_text(seed, 120) for seed in range(30)])
    return evaluate_items(subject_of(corpus, ByteModel(corpus), PLAN), METRICS)


def test_items_give_the_value_of_their_score(evaluated) -> None:
    report, items = evaluated
    scores = {(s.metric, s.method, tuple(s.slice.items())): s for s in report.scores if isinstance(s, Score)}
    assert {one.metric for one in items} >= {
        "perplexity", "loss-gap", "bits-per-byte", "byte-perplexity", "extractable", "verbatim-overlap",
    }  # fmt: skip
    for one in items:
        score = scores[one.metric, one.method, tuple(one.slice.items())]
        assert one.value == pytest.approx(score.value)
        if one.transform == "none":
            assert np.sum(one.numerators) / np.sum(one.denominators) == pytest.approx(score.value)


def test_what_is_written_is_read(evaluated, tmp_path: Path) -> None:
    _, items = evaluated
    write_items(tmp_path, items)
    again = read_items(tmp_path)
    assert [one.key for one in again] == [one.key for one in items]
    for one, two in zip(items, again, strict=True):
        assert (tuple(one.ids), one.method, dict(one.slice)) == (tuple(two.ids), two.method, dict(two.slice))
        assert one.numerators.tolist() == two.numerators.tolist()
        assert one.denominators.tolist() == two.denominators.tolist()


def test_the_same_items_are_the_same_bytes(evaluated, tmp_path: Path) -> None:
    _, items = evaluated
    contents = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_items(tmp_path / name, items)
        contents.append((tmp_path / name / "items.parquet").read_bytes())
    assert contents[0] == contents[1]


def test_a_run_without_items_has_none(tmp_path: Path) -> None:
    assert read_items(tmp_path) == ()
    write_items(tmp_path, ())
    assert read_items(tmp_path) == ()


def test_a_damaged_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "items.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(IntegrityError, match="make the stage again"):
        read_items(tmp_path)


@pytest.mark.parametrize(("ids", "values"), [(("a", "a"), [1, 2]), (("a",), [1, 2]), (("a", "b"), [1, math.nan])])
def test_items_without_a_name_or_a_number_of_their_own_are_refused(ids: tuple[str, ...], values: list[float]) -> None:
    with pytest.raises(UsageError):
        ItemValues.of_means("m", "m/1 x", {}, ids, values)


def test_a_difference_is_of_its_two_parts() -> None:
    score = Score("m", 1.5, 3, "units", "m/1 x")
    items = ItemValues.of_difference(score, (("a", "b"), [4, 8], [2, 2]), (("c", "d"), [3, 6], [1, 5]))
    assert items.value == 12 / 4 - 9 / 6
    with pytest.raises(UsageError, match="above 0"):
        ItemValues.of_difference(score, (("a",), [1], [1]), (("c",), [1], [0]))
