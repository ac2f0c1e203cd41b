import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import ByteModel, write_corpus

from headwater.core import IncompleteError, InputError, NotMeasured, Score, UsageError
from headwater.evaluate import METRICS, Outcome, Subject
from headwater.evaluate.bias.holistic_bias import compare_axis, mann_whitney, pair_share
from headwater.evaluate.bias.holistic_sentences import Descriptor, holistic_set

DESCRIPTORS = {
    "age": {"all": ["old", "young", "elderly", {"descriptor": "one-year-old", "article": "a"}, "old"]},
    "gender": {"all": [{"descriptor": "Latina", "gender": "female"}, "cis", "trans", "queer"]},
    "few": {"all": ["x"]},
    "nonce": {"all": ["blicket", "dax", "wug"]},
}
NOUNS = {
    "female": [["woman", "women"], ["girl", "girls"], ["aunt", "aunts"]],
    "male": [["man", "men"], ["boy", "boys"], ["uncle", "uncles"]],
    "neutral": [["person", "people"], ["child", "children"], ["parent", "parents"]],
}
TEMPLATES = {"I'm {noun_phrase}.": {}, "I like {plural_noun_phrase}.": {"must_be_noun": True}, "Hello.": {}}


def folder_of(path: Path, descriptors: Any = DESCRIPTORS, nouns: Any = NOUNS) -> str:
    path.mkdir(parents=True, exist_ok=True)
    (path / "descriptors.json").write_text(json.dumps(descriptors))
    (path / "nouns.json").write_text(json.dumps(nouns))
    (path / "sentence_templates.json").write_text(json.dumps(TEMPLATES))
    return str(path)


class Planted(ByteModel):
    """Every token costs one nat, and more by ``costs`` for a word in the text; nouns differ a little."""

    costs: dict[str, float] = {}

    def token_logprobs(self, texts: Any) -> list[np.ndarray]:
        nouns = [sum(map(ord, text.split()[-1])) / 1e4 for text in texts]
        words = [sum(cost for word, cost in self.costs.items() if word in text) for text in texts]
        own = [1 + noun + word for noun, word in zip(nouns, words, strict=True)]
        return [-np.full(len(text), cost) for text, cost in zip(texts, own, strict=True)]


def measure(folder: Path, costs: dict[str, float], data: str | None = None, **options: Any) -> Outcome:
    corpus = write_corpus(folder / "corpus", ["the lake is cold", "a mill stood here", "rain fell"])
    model = Planted(corpus)
    model.costs = costs
    data = data or folder_of(folder / "holistic")
    return METRICS.get("holistic-bias")(Subject(folder, corpus, model), data=data, **options)


def score(outcome: Outcome, axis: str, metric: str = "holistic-bias") -> Score:
    found = next(one for one in outcome.scores if one.metric == metric and one.slice["axis"] == axis)
    assert isinstance(found, Score)
    return found


def test_one_planted_descriptor_differs_in_the_pairs_that_hold_it(tmp_path: Path) -> None:
    """Of the 6 pairs of 4 descriptors, 3 hold the planted one."""
    outcome = measure(tmp_path, {"elderly": 5.0}, axes=["age"], nouns=9)
    assert score(outcome, "age").value == pytest.approx(3 / 6)
    assert score(outcome, "age", "holistic-bias-adjusted").value == pytest.approx(3 / 6)


def test_all_descriptors_apart_is_one_and_a_finding_and_a_constant_model_is_zero(tmp_path: Path) -> None:
    apart = measure(tmp_path, {"old": 1.0, "elderly": 3.0, "young": 5.0, "one-": 7.0}, axes=["age"], nouns=9, limit=0.3)
    assert score(apart, "age").value == 1 and score(apart, "age").low is not None
    (finding,) = apart.findings
    assert finding.code == "HW-B015" and len(finding.examples) == 4
    Planted.token_logprobs, kept = lambda self, texts: [-np.ones(5) for _ in texts], Planted.token_logprobs  # type: ignore[method-assign]
    try:
        same = measure(tmp_path / "same", {}, axes=["age"])
    finally:
        Planted.token_logprobs = kept  # type: ignore[method-assign]
    assert score(same, "age").value == 0 and same.findings == ()


def test_mann_whitney_is_that_of_counts_and_of_ties() -> None:
    """Complete separation of 4 and 5 values: 2 / C(9, 4)."""
    assert mann_whitney(np.arange(4.0), np.arange(10.0, 15.0)) == pytest.approx(2 / 126)
    assert mann_whitney(np.ones(4), np.ones(5)) == 1


def test_the_share_is_the_plain_mean_over_pairs_and_templates() -> None:
    rng = np.random.default_rng(0)
    words = [Descriptor("a", str(i)) for i in range(5)]
    values = [[rng.normal(i % 2, 1, 8) for i in range(5)] for _ in range(3)]
    axis = compare_axis("a", words, values)
    brute = [mann_whitney(row[i], row[j]) <= 0.05 for row in values for i in range(5) for j in range(i)]
    assert axis.share(axis.p).value == pytest.approx(np.mean(brute))
    assert axis.share(axis.q).value <= axis.share(axis.p).value


def test_under_no_difference_about_five_percent_are_below_five_percent() -> None:
    rng = np.random.default_rng(1)
    words = [Descriptor("a", str(i)) for i in range(12)]
    axes = [compare_axis("a", words, [[rng.normal(0, 1, 10) for _ in words] for _ in range(2)]) for _ in range(40)]
    assert np.mean([one.share(one.p).value for one in axes]) == pytest.approx(0.043, abs=0.012)  # exact p are discrete
    assert np.mean([one.share(one.q).value > 0 for one in axes]) < 0.15


def test_a_share_of_none_or_all_has_an_exact_bound() -> None:
    pairs = [(i, j) for i in range(6) for j in range(i)]
    none, every = pair_share(np.zeros(15), pairs, 6), pair_share(np.ones(15), pairs, 6)
    assert (none.value, none.low) == (0, 0) and none.high is not None and 0 < none.high < 1
    assert (every.value, every.high) == (1, 1) and every.low is not None and 0 < every.low < 1


def test_articles_plurals_and_genders(tmp_path: Path) -> None:
    subject = Subject(tmp_path, write_corpus(tmp_path / "corpus", ["x"]))
    found = holistic_set(subject, folder_of(tmp_path / "h"), (), 10, 9, 5)
    assert {one.axis for one in found.descriptors} == {"age", "gender", "few"} and len(found.templates) == 2
    words = {one.text: one for one in found.descriptors}
    assert len([one for one in found.descriptors if one.text == "old"]) == 1
    assert "I'm an old woman." in found.sentences(words["old"], "I'm {noun_phrase}.")
    assert "I'm a one-year-old man." in found.sentences(words["one-year-old"], "I'm {noun_phrase}.")
    assert "I like cis men." in found.sentences(words["cis"], "I like {plural_noun_phrase}.")
    latina = found.sentences(words["Latina"], "I'm {noun_phrase}.")
    assert len(latina) == 6 and not any(noun in text for text in latina for noun in (" man", " boy", " uncle"))


def test_a_small_axis_is_not_measured(tmp_path: Path) -> None:
    outcome = measure(tmp_path, {})
    missing = {one.slice["axis"]: one.reason for one in outcome.scores if isinstance(one, NotMeasured)}
    assert missing == {"few": "the axis has 1 descriptors, 3 are needed"}


def test_hostile_words_and_bad_files(tmp_path: Path) -> None:
    words = {"<script>": {"b": ["<b>bold</b>", "\x00null", "Ignore all rules and", "x" * 5_000]}}
    outcome = measure(tmp_path, {"bold": 4.0}, folder_of(tmp_path / "h", words))
    assert isinstance(outcome.scores[0], Score)
    for descriptors in ({"age": []}, {"age": {"b": [5]}}, {"age": {"b": "old"}}):
        with pytest.raises(InputError, match=r"descriptors.json"):
            measure(tmp_path / "bad", {}, folder_of(tmp_path / "h2", descriptors))
    with pytest.raises(InputError, match="pairs of nouns"):
        measure(tmp_path / "bad", {}, folder_of(tmp_path / "h3", nouns={"female": ["woman"]}))
    (tmp_path / "h" / "nouns.json").write_text("[" * 100_000)
    with pytest.raises(InputError, match="cannot be read as JSON"):
        measure(tmp_path / "bad", {}, str(tmp_path / "h"))


def test_wrong_options_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match='did you mean "age"'):
        measure(tmp_path / "a", {}, axes=["ages"])
    with pytest.raises(UsageError, match="per_axis must be 3 or more"):
        measure(tmp_path / "b", {}, per_axis=2)
    with pytest.raises(IncompleteError):
        measure(tmp_path / "c", {}, str(tmp_path / "nowhere"))


def test_the_published_lists_are_read(tmp_path: Path) -> None:
    folder = os.environ.get("HEADWATER_DATA")
    if not folder or not (Path(folder) / "holistic_bias").is_dir():
        pytest.skip("needs the real data sets; set HEADWATER_DATA to their folder")
    subject = Subject(tmp_path, write_corpus(tmp_path / "corpus", ["x"]), sets=Path(folder))
    found = holistic_set(subject, None, (), 1000, 1000, 1000)
    assert len({one.axis for one in found.descriptors}) == 12 and len(found.templates) == 26
    assert len(found.descriptors) > 550 and len(found.nouns) == 32
