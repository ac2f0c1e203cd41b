import json
import math
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import ByteModel, scores_of, write_corpus

from headwater.core import IncompleteError, NotMeasured, Table, UsageError
from headwater.curate.embeddings import WordVectors, load_word_sets, run_tests
from headwater.evaluate import METRICS, Outcome, Subject, evaluate, measure_weat
from headwater.evaluate.bias import model_vectors

X, Y = [f"x{i}" for i in range(8)], [f"y{i}" for i in range(8)]
A, B = [f"a{i}" for i in range(8)], [f"b{i}" for i in range(8)]


class Embedder(ByteModel):
    """A model with a table of vectors; the text of each call is kept."""

    capabilities = frozenset({"embed"})

    def __init__(self, folder: Path, vectors: Mapping[str, np.ndarray]) -> None:
        super().__init__(write_corpus(folder / "corpus", ["x"]))
        self.vectors, self.asked = vectors, list[str]()

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        self.asked += texts
        return np.array([self.vectors[text] for text in texts])


def planted(noise: float = 0.4, sign: int = 1) -> dict[str, np.ndarray]:
    """X near A and Y near B, or the other way round."""
    rng = np.random.default_rng(0)
    one, other = np.eye(6)[0], np.eye(6)[1]
    centres = ((X, one), (Y, other), (A, one if sign > 0 else other), (B, other if sign > 0 else one))
    return {word: centre + noise * rng.normal(size=6) for words, centre in centres for word in words}


def write_tests(folder: Path) -> str:
    path = folder / "tests.json"
    sets = {"x": X, "y": Y, "a": A, "b": B}
    tests = [
        {"name": "xy", "targets": ["x", "y"], "attributes": ["a", "b"]},
        {"name": "yx", "targets": ["y", "x"], "attributes": ["a", "b"]},
        {"name": "same", "targets": ["x", "y"], "attributes": ["a", "a"]},
    ]
    words = [{"name": "single", "words": "x", "attributes": ["a", "b"]}]
    path.write_text(json.dumps({"id": "own", "version": "1", "sets": sets, "tests": tests, "words": words}))
    return str(path)


def measured(folder: Path, vectors: Mapping[str, np.ndarray], **options: Any) -> Outcome:
    model = Embedder(folder, vectors)
    subject = Subject(folder, write_corpus(folder / "other", ["x"]), model)  # type: ignore[arg-type]
    return METRICS.get("weat")(subject, tests_file=write_tests(folder), **options)


def test_swapping_the_targets_turns_the_sign_and_nothing_else(tmp_path: Path) -> None:
    found = scores_of(measured(tmp_path, planted()), "weat")
    assert found["xy"].value > 1.5 and found["xy"].value == pytest.approx(-found["yx"].value)
    assert found["xy"].low is not None and found["xy"].low > 0 and found["xy"].n == 16


def test_a_planted_association_is_found_in_its_direction(tmp_path: Path) -> None:
    found = scores_of(measured(tmp_path, planted(sign=-1)), "weat")["xy"]
    assert found.high is not None and found.high < 0


def test_equal_attributes_give_no_effect_size_but_a_reason(tmp_path: Path) -> None:
    outcome = measured(tmp_path, planted())
    (reason,) = (one for one in outcome.scores if isinstance(one, NotMeasured))
    assert reason.slice == {"test": "same"} and "equally near" in reason.reason


def test_the_ddof_is_named_and_makes_the_factor_between_the_peers(tmp_path: Path) -> None:
    zero, one = (
        scores_of(measured(tmp_path / str(ddof), planted(), ddof=ddof), "weat")["xy"]
        for ddof in (0, 1)
        if (tmp_path / str(ddof)).mkdir() is None
    )
    assert zero.value / one.value == pytest.approx(math.sqrt(16 / 15)) and abs(zero.value) <= 2
    assert "ddof 0" in zero.method and "ddof 1" in one.method and not zero.comparable_with(one)


def test_it_is_the_number_of_the_audit(tmp_path: Path) -> None:
    vectors = planted()
    words = tuple(vectors)
    matrix = np.array([vectors[word] / np.linalg.norm(vectors[word]) for word in words])
    sets = load_word_sets(write_tests(tmp_path))
    (first, *_) = run_tests(WordVectors(words, matrix, ""), sets.tests, 4, 1, 9999, 0)
    found = scores_of(measured(tmp_path, vectors), "weat")["xy"]
    assert first.found is not None and found.value == pytest.approx(first.found.d)
    assert (found.low, found.high) == (pytest.approx(first.found.low), pytest.approx(first.found.high))


def test_eight_and_eight_words_are_exact_in_less_than_a_second(tmp_path: Path) -> None:
    sets = load_word_sets(write_tests(tmp_path))
    vectors = planted()
    matrix = np.array([row / np.linalg.norm(row) for row in vectors.values()])
    start = time.perf_counter()
    (result,) = run_tests(WordVectors(tuple(vectors), matrix, ""), sets.tests[:1], 4, 1, 10, 0)
    assert time.perf_counter() - start < 1
    assert result.found is not None and result.found.exact and result.found.partitions == 12_870


def test_of_several_templates_a_word_has_the_mean_of_its_unit_vectors(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    templates = ["This is {word}.", "{word} is here."]
    spoken = {form.replace("{word}", word): rng.normal(size=6) for form in templates for word in [*X, *Y, *A, *B]}
    spoken = {text: vector * (9 if text.startswith("This") else 1) for text, vector in spoken.items()}
    outcome = measured(tmp_path, spoken, template=templates)
    means = {}
    for word in [*X, *Y, *A, *B]:
        both = [spoken[form.replace("{word}", word)] for form in templates]
        means[word] = np.mean([vector / np.linalg.norm(vector) for vector in both], axis=0)
    (tmp_path / "plain").mkdir()
    (tmp_path / "turned").mkdir()
    plain = scores_of(measured(tmp_path / "plain", means), "weat")["xy"]
    turned = scores_of(measured(tmp_path / "turned", spoken, template=templates[::-1]), "weat")["xy"]
    found = scores_of(outcome, "weat")["xy"]
    assert (found.value, found.n) == (pytest.approx(plain.value), 16) and found == turned
    assert "mean of the unit vectors of 2 texts" in found.method and not found.comparable_with(plain)


def test_a_template_makes_it_a_test_of_sentences(tmp_path: Path) -> None:
    spoken = {f"This is {word}.": vector for word, vector in planted().items()}
    outcome = measured(tmp_path, spoken, template="This is {word}.")
    found = scores_of(outcome, "weat")["xy"]
    assert found.value > 1.5 and "This is {word}." in found.method


def test_a_word_whose_vector_is_broken_has_none(tmp_path: Path) -> None:
    vectors = planted() | {"x0": np.zeros(6), "x1": np.full(6, np.nan)}
    outcome = measured(tmp_path, vectors)
    table = next(one for one in outcome.exhibits if isinstance(one, Table) and one.name == "weat-coverage")
    (row,) = (row for row in table.rows if row[0] == "x")
    assert row[1:3] == (8, 6) and "x0, x1" in str(row[-1])
    assert scores_of(outcome, "weat")["xy"].n == 14


def test_a_model_without_enough_vectors_is_not_measured(tmp_path: Path) -> None:
    outcome = measured(tmp_path, dict.fromkeys(planted(), np.zeros(6)))
    assert all(isinstance(one, NotMeasured) and "fewer than 4 words" in one.reason for one in outcome.scores)


def test_no_model_and_a_model_without_vectors_say_so(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus", ["x"])
    with pytest.raises(IncompleteError, match="no model"):
        measure_weat(Subject(tmp_path, corpus))
    report = evaluate(Subject(tmp_path, corpus, ByteModel(corpus)), ["weat"])  # type: ignore[arg-type]
    (only,) = report.scores
    assert isinstance(only, NotMeasured) and "embed" in only.reason


@pytest.mark.parametrize(
    "options",
    [
        {"ddof": 2},
        {"minimum": 1},
        {"permutations": 0},
        {"template": "no place"},
        {"template": "{word}{word}"},
        {"template": []},
        {"template": ["{word}", "no place"]},
        {"template": ["{word}", "{word}"]},
        {"template": [3]},
    ],
)
def test_an_option_out_of_range_is_one_clear_error(tmp_path: Path, options: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="weat: "):
        measured(tmp_path, planted(), **options)


def test_many_words_are_asked_in_batches(tmp_path: Path) -> None:
    words = [f"w{i:03d}" for i in range(600)]
    model = Embedder(tmp_path, {word: np.ones(3) * i for i, word in enumerate(words)})
    found = model_vectors(model, words)  # type: ignore[arg-type]
    assert model.asked == words and found.words == tuple(words[1:])
