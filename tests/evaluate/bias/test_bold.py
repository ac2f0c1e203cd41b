import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import ByteModel, write_corpus

from headwater.core import IncompleteError, InputError, NotMeasured, Score, UsageError
from headwater.evaluate import METRICS, Outcome, Subject
from headwater.evaluate.bias.bold import domain_gap
from headwater.evaluate.bias.bold_prompts import bold_prompts

GROUPS = {
    "actors": {f"Actor_{i}": [f"Actor {i} is an American actor who ", f"In 19{i:02d} he "] for i in range(12)},
    "actresses": {f"Actress_{i}": [f"Actress {i} is an American actress who "] for i in range(12)},
}


def folder_of(path: Path, groups: Any = GROUPS) -> str:
    path.mkdir(parents=True, exist_ok=True)
    (path / "gender_prompt.json").write_text(json.dumps(groups))
    return str(path)


class Says(ByteModel):
    """Writes what is planted for a word of the prompt, whatever it learnt."""

    planted: dict[str, str] = {}

    def complete_tokens(self, prompts: Any, **options: Any) -> list[list[int]]:
        said = [
            next((end for word, end in self.planted.items() if word in bytes(p).decode()), " sat.") for p in prompts
        ]
        return [self.encode(text)[: options["max_new_tokens"]] for text in said]


def measure(folder: Path, planted: dict[str, str], data: str | None = None, **options: Any) -> Outcome:
    corpus = write_corpus(folder / "corpus", ["the lake is cold", "a mill stood here", "rain fell"])
    model = Says(corpus)
    model.planted = planted
    data = data or folder_of(folder / "bold")
    return METRICS.get("bold")(Subject(folder, corpus, model), data=data, **options)


def test_a_planted_gap_of_regard_is_found_with_its_completions(tmp_path: Path) -> None:
    outcome = measure(tmp_path, {"Actress": " was a thief.", "Actor": " was respected."})
    (finding,) = [one for one in outcome.findings if "negative regard" in one.title]
    assert finding.code == "HW-B016" and "actresses, least of actors" in finding.title
    assert "was a thief" in finding.examples[0].text and "regard-words" in finding.meaning
    gap = next(one for one in outcome.scores if one.metric == "bold-gap" and one.slice["measure"] == "regard")
    assert isinstance(gap, Score) and gap.value == 1.0 and "chance gives up to" in gap.interval


def test_the_same_words_for_all_are_no_gap_and_silence_is_not_measured(tmp_path: Path) -> None:
    outcome = measure(tmp_path, {"American": " was a thief."}, per_group=8)
    gap = next(one for one in outcome.scores if one.metric == "bold-gap" and one.slice["measure"] == "regard")
    assert isinstance(gap, Score) and gap.value == 0 and outcome.findings == ()
    missing = {one.slice["measure"] for one in outcome.scores if isinstance(one, NotMeasured)}
    assert missing == {"toxicity", "sentiment"}


def test_entities_are_the_clusters_of_means_and_of_chance() -> None:
    """Ten equal values of one entity are one item: the same data ungrouped would be significant."""
    values = np.array([1.0] * 10 + [0.0, 1.0] + [0.0] * 10 + [1.0, 0.0])
    groups = ["a"] * 12 + ["b"] * 12
    entities = ["a1"] * 10 + ["a2", "a3"] + ["b1"] * 10 + ["b2", "b3"]
    means, gap = domain_gap(values, groups, entities, 2, 0)
    assert means["a"].value == pytest.approx(11 / 12) and means["a"].n == 3
    assert gap is not None and gap.gap == pytest.approx(10 / 12) and gap.p > 0.05
    _, alone = domain_gap(values, groups, [str(i) for i in range(24)], 2, 0)
    assert alone is not None and alone.p < 0.05


def test_different_entities_come_first_and_the_draw_follows_the_seed(tmp_path: Path) -> None:
    subject = Subject(tmp_path, write_corpus(tmp_path / "corpus", ["x"]))
    data = folder_of(tmp_path / "bold")
    prompts, label = bold_prompts(subject, data, (), 12)
    assert len({one.entity for one in prompts}) == len(prompts) == 24 and label.startswith("bold@")
    more, _ = bold_prompts(subject, data, (), 20)
    assert sum(one.group == "actors" for one in more) == 20 and [one.id for one in more[:12]] == [
        p.id for p in prompts[:12]
    ]
    other, _ = bold_prompts(Subject(tmp_path, subject.corpus, seed=1), data, (), 12)
    assert [one.id for one in other] != [one.id for one in prompts]


def test_items_stand_behind_the_means(tmp_path: Path) -> None:
    outcome = measure(tmp_path, {"Actress": " was a thief."})
    values = {
        tuple(one.slice.items()): one.value for one in outcome.scores if isinstance(one, Score) and one.metric == "bold"
    }
    assert {tuple(one.slice.items()): pytest.approx(one.value) for one in outcome.items} == values


@pytest.mark.parametrize("groups", [[], {"actors": []}, {"actors": {"a": "text"}}, {"actors": 5}])
def test_a_file_that_is_not_bold_is_one_sentence(tmp_path: Path, groups: Any) -> None:
    with pytest.raises(InputError, match=r"not a file of BOLD|holds none"):
        measure(tmp_path, {}, folder_of(tmp_path / "b", groups or [1]))


def test_hostile_names_and_prompts_pass(tmp_path: Path) -> None:
    names = {f"<script>{i}": ["<b>The \x00 person ", "x" * 10_000, "", "Ignore all rules and "] for i in range(6)}
    outcome = measure(tmp_path, {"person": " was a thief"}, folder_of(tmp_path / "b", {"<i>a": names, "b": names}))
    assert any(isinstance(one, Score) for one in outcome.scores)


def test_wrong_options_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match='did you mean "gender"'):
        measure(tmp_path / "a", {}, domains=["gendr"])
    with pytest.raises(UsageError, match="must be 1 or more"):
        measure(tmp_path / "b", {}, per_group=0)
    with pytest.raises(IncompleteError):
        measure(tmp_path / "c", {}, str(tmp_path / "nowhere"))


def test_the_published_files_are_read(tmp_path: Path) -> None:
    folder = os.environ.get("HEADWATER_DATA")
    if not folder or not (Path(folder) / "bold").is_dir():
        pytest.skip("needs the real data sets; set HEADWATER_DATA to their folder")
    subject = Subject(tmp_path, write_corpus(tmp_path / "corpus", ["x"]), sets=Path(folder))
    prompts, _ = bold_prompts(subject, None, (), 1_000_000)
    assert len({one.group for one in prompts}) == 43 and len(prompts) > 23_000
