from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pytest

from headwater.core import SILENT, ConfigError, Corpus, Progress, UnknownName
from headwater.curate import Judgement, build_steps
from headwater.curate.steps import NumberedStep, describe_steps, segments, with_seed


@dataclass
class Batchwise:
    name: str

    def judge(self, batch: pa.RecordBatch) -> Judgement:
        return Judgement()


@dataclass
class Whole:
    name: str

    def judge_corpus(self, corpus: Corpus, progress: Progress = SILENT) -> Judgement:
        return Judgement()


def test_steps_are_built_in_order_with_their_parameters() -> None:
    steps = build_steps([("length", {"minimum_words": 3}), ("unicode", {})])
    assert [step.name for step in steps] == ["length", "unicode"]
    assert steps[0].minimum_words == 3  # type: ignore[union-attr]


def test_an_unknown_filter_gets_a_hint_and_its_place() -> None:
    with pytest.raises(UnknownName, match=r'curate\[1\]: no filter .repetitoin.; did you mean "repetition"'):
        build_steps([("unicode", {}), ("repetitoin", {})])


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("length", {"minimun_words": 3}, r'curate\[0\]\.length: no parameter .minimun_words.; did you mean "minimum_w'),
        ("length", {"minimum_words": "3"}, r"curate\[0\]\.length\.minimum_words: .*integer.*given: '3'"),
        ("length", {"minimum_words": -3}, r"curate\[0\]\.length: minimum_words must be"),
        ("repetition", {"text_type": "poetry"}, r"curate\[0\]\.repetition\.text_type: .*'prose'.*given: 'poetry'"),
        ("language", {"keep": "en"}, r"curate\[0\]\.language\.keep"),
        ("language", {"keep": ["english"]}, r"curate\[0\]\.language: keep: no language 'english'"),
        ("sample", {}, r"curate\[0\]\.sample: give either"),
        ("length", ["minimum_words"], r"curate\[0\]\.length: parameters must be a mapping"),
    ],
)
def test_a_wrong_parameter_is_one_sentence_with_its_place(
    name: str, parameters: dict[str, object], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        build_steps([(name, parameters)])


def test_the_place_can_be_set() -> None:
    with pytest.raises(UnknownName, match=r"images\.curate\[0\]"):
        build_steps([("nothing", {})], "images.curate")


def test_a_corpus_step_starts_a_new_segment() -> None:
    steps = [Batchwise("a"), Batchwise("b"), Whole("c"), Whole("d"), Batchwise("e")]
    assert [[step.name for step in part.steps] for part in segments(steps)] == [["a", "b"], ["c"], ["d", "e"]]
    assert [step.number for part in segments(steps) for step in part.steps] == [1, 2, 3, 4, 5]


def test_what_is_no_step_is_refused() -> None:
    with pytest.raises(ConfigError, match="step 1: object is no step"):
        segments([object()])  # type: ignore[list-item]


def test_an_open_seed_becomes_that_of_the_run() -> None:
    free, fixed, none = build_steps(
        [("sample", {"share": 0.5}), ("sample", {"share": 0.5, "seed": 3}), ("unicode", {})]
    )
    assert [getattr(with_seed(step, 7), "seed", None) for step in (free, fixed, none)] == [7, 3, None]


def test_a_description_tells_parameters_apart_and_nothing_else() -> None:
    @dataclass
    class Odd:
        name: str
        values: frozenset[str]
        array: np.ndarray
        _cache: object

        def judge(self, batch: pa.RecordBatch) -> Judgement:
            return Judgement()

    one, same = (Odd("odd", frozenset("abc"), np.arange(3), object()) for _ in range(2))
    other = Odd("odd", frozenset("abd"), np.arange(3), object())
    assert describe_steps([one]) == describe_steps([same]) != describe_steps([other])


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", "a\x00b", "x" * 300, "übel name"])
def test_a_hostile_step_name_stays_one_harmless_file_name(name: str) -> None:
    stem = NumberedStep(3, Batchwise(name)).stem
    assert stem.startswith("03-") and len(stem) < 70
    assert all(character.isascii() and (character.isalnum() or character in "-_") for character in stem)
