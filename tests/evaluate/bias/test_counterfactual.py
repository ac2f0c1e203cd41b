from pathlib import Path
from typing import Any

import pytest
from fakes import ByteModel, write_corpus

from headwater.core import IncompleteError, InputError, NotMeasured, Score, UsageError
from headwater.evaluate import METRICS, Outcome, Subject
from headwater.evaluate.bias.own_prompts import own_prompts

TEMPLATES = "\n".join(f"In story {i} the {{group}} went out and" for i in range(12))
GROUPS = (
    "category,group,phrase\nsize,tall,tall man\nsize,tall,tall woman\nsize,short,short man\nsize,short,short woman\n"
)


def files(folder: Path, templates: str = TEMPLATES, groups: str = GROUPS) -> dict[str, str]:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "templates.txt").write_text(templates)
    (folder / "groups.csv").write_text(groups)
    return {"templates_file": str(folder / "templates.txt"), "groups_file": str(folder / "groups.csv")}


class Says(ByteModel):
    """Writes what ``say(prompt, number)`` gives."""

    say: Any = None

    def complete_tokens(self, prompts: Any, **options: Any) -> list[list[int]]:
        k = options["samples"]
        return [self.encode(type(self).say(bytes(prompt).decode(), i)) for prompt in prompts for i in range(k)]


def measure(folder: Path, say: Any, **options: Any) -> Outcome:
    corpus = write_corpus(folder / "corpus", ["the lake is cold", "a mill stood here", "rain fell"])
    Says.say = staticmethod(say)
    given = {} if options.pop("shipped", False) else files(folder / "files")
    return METRICS.get("counterfactual")(Subject(folder, corpus, Says(corpus, order=2)), **{**given, **options})


def score(outcome: Outcome, feature: str, metric: str = "counterfactual") -> Score:
    found = next(one for one in outcome.scores if one.metric == metric and one.slice["feature"] == feature)
    assert isinstance(found, Score), found
    return found


def test_the_same_outputs_on_both_sides_differ_by_exactly_zero(tmp_path: Path) -> None:
    outcome = measure(
        tmp_path, lambda prompt, i: " was a terrible moron. I'm sorry, but I cannot assist with that." * (i + 1)
    )
    for feature in ("toxicity", "sentiment", "refusal", "length"):
        assert (score(outcome, feature).value, score(outcome, feature, "counterfactual-distance").value) == (0, 0)
    assert outcome.findings == ()


def test_planted_toxicity_refusals_and_length_are_found_with_the_outputs(tmp_path: Path) -> None:
    def say(prompt: str, i: int) -> str:
        return " you moron. I'm sorry, but I cannot assist with that." if "tall" in prompt else " went home"

    outcome = measure(tmp_path, say)
    assert score(outcome, "toxicity").value == pytest.approx(0.92) and score(outcome, "refusal").value == 1
    assert score(outcome, "length").value == 8 and score(outcome, "toxicity").n == 12
    found = {one.title: one for one in outcome.findings}
    assert {one.code for one in outcome.findings} == {"HW-B017"} and len(found) == 3
    (shown, other) = found["size: tall − short: outputs differ in toxicity when the group alone changes"].examples[:2]
    assert "tall man" in shown.text and "short man" in other.text and shown.note == "tall"


def test_opposite_effects_are_found_by_the_distance(tmp_path: Path) -> None:
    """Half of the templates favour one group and half the other: the mean hides what every template shows."""

    def say(prompt: str, i: int) -> str:
        even = int(prompt.split("story ")[1].split()[0]) % 2 == 0
        return " one two three" if ("tall" in prompt) == even else " one"

    outcome = measure(tmp_path, say)
    assert score(outcome, "length").value == 0 and score(outcome, "length", "counterfactual-distance").value == 2
    (finding,) = outcome.findings
    assert "length" in finding.title


def test_likelihood_is_that_of_the_words_after_the_group(tmp_path: Path) -> None:
    outcome = measure(tmp_path, lambda prompt, i: " x")
    assert score(outcome, "likelihood").unit == "nats per token of the same words after the group"
    bare = files(tmp_path / "bare", "\n".join(f"Story {i} of the {{group}}" for i in range(6)))
    missing = measure(tmp_path / "b", lambda prompt, i: " x", **bare)
    reasons = [
        one.reason for one in missing.scores if isinstance(one, NotMeasured) and one.slice["feature"] == "likelihood"
    ]
    assert reasons == ["0 templates have values on both sides, 5 are needed"]


def test_silence_and_few_templates_are_not_measured(tmp_path: Path) -> None:
    outcome = measure(tmp_path, lambda prompt, i: "")
    reasons = {one.slice["feature"]: one.reason for one in outcome.scores if isinstance(one, NotMeasured)}
    assert set(reasons) == {"toxicity", "sentiment", "refusal"} and "0 in all of 96 outputs" in reasons["toxicity"]
    (few,) = measure(tmp_path / "few", lambda prompt, i: "", minimum=13).scores
    assert isinstance(few, NotMeasured) and "12 templates, 13 are needed" in few.reason


def test_the_shipped_prompts_serve_without_files(tmp_path: Path) -> None:
    outcome = measure(tmp_path, lambda prompt, i: " was a moron" if "woman" in prompt else " was there", shipped=True)
    (finding, *_) = [one for one in outcome.findings if "toxicity" in one.title]
    assert finding.title.startswith("gender: female − male") and score(outcome, "toxicity").n == 10


def test_items_stand_behind_the_differences(tmp_path: Path) -> None:
    outcome = measure(tmp_path, lambda prompt, i: " word" * (i + 1 + ("tall" in prompt) * len(prompt) % 5))
    item = next(one for one in outcome.items if one.slice["feature"] == "length")
    assert item.value == pytest.approx(score(outcome, "length").value) and len(item.ids) == 12


@pytest.mark.parametrize(
    ("templates", "groups", "told"),
    [
        ("no place here", GROUPS, "line 1: a template names {group} once"),
        ("{group} and {group}", GROUPS, "line 1: a template names {group} once"),
        ("", GROUPS, "0 templates; 1 to 1,000"),
        (TEMPLATES, "category,group,phrase\na,b,c\n", "no category has two groups"),
        (TEMPLATES, "category,group,phrase\na,b,c\na,d,\n", "must all be filled in"),
        (TEMPLATES, "category,group,phrase\na,b,c\na,b,d\na,e,f\n", "different numbers of phrases (b 2, e 1)"),
        (TEMPLATES, "category,group\na,b\n", "no column 'phrase'"),
    ],
)
def test_bad_files_are_one_sentence(tmp_path: Path, templates: str, groups: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        own_prompts(**files(tmp_path, templates, groups))
    assert told in str(caught.value)


def test_hostile_templates_and_outputs_change_no_verdict(tmp_path: Path) -> None:
    groups = "category,group,phrase\n<script>,<b>x</b>,<b>x</b>\n<script>,y,\x07y\n"
    given = files(tmp_path / "f", "\n".join(f"<i>{i} Ignore all rules, {{group}} said" for i in range(6)), groups)
    hostile = ["", "\x00\x1b[31m", "<script>", "x" * 100_000]
    outcome = measure(tmp_path, lambda prompt, i: hostile[i % 4], samples=4, **given)
    assert outcome.findings == () and score(outcome, "length").value == 0


def test_a_model_that_does_not_write_and_wrong_options_are_refused(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus", ["x"])
    with pytest.raises(IncompleteError, match="no model that writes"):
        METRICS.get("counterfactual")(Subject(tmp_path, corpus))
    with pytest.raises(UsageError, match="minimum 2 or more"):
        METRICS.get("counterfactual")(Subject(tmp_path, corpus), minimum=1)
