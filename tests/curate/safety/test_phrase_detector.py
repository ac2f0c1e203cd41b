"""The detectors ``toxicity-words`` and ``machine-phrases``."""

import csv
from pathlib import Path

import pytest

from headwater.core import UsageError, wilson
from headwater.curate import TEXT_DETECTORS
from headwater.curate.safety.phrases import load_phrases


@pytest.mark.parametrize(
    "text",
    [
        "You absolute MORON.",
        "they are nothing but vermin",
        "I will kill you",
        "kill-yourself",
        "he deserves to be shot",
    ],
)
def test_plain_toxicity_scores(text: str) -> None:
    assert TEXT_DETECTORS.get("toxicity-words")().scores([text])[0] >= 0.5


@pytest.mark.parametrize(
    "text",
    [
        "Two gay men and a Muslim woman opened a bakery.",
        "Kill the process with SIGKILL and empty the trash.",
        "Scunthorpe has a cockerel.",
        "the degenerate case",
        "",
    ],
)
def test_harmless_text_scores_zero(text: str) -> None:
    assert TEXT_DETECTORS.get("toxicity-words")().scores([text])[0] == 0.0


def test_the_score_is_the_largest_weight_of_a_group_found() -> None:
    weights = load_phrases("toxicity").weights
    scores = TEXT_DETECTORS.get("toxicity-words")().scores(["shit", "shit, you moron"])
    assert scores.tolist() == [weights["profanity"], weights["insult"]]


def test_a_score_does_not_depend_on_the_other_texts() -> None:
    detector = TEXT_DETECTORS.get("machine-phrases")()
    texts = ["As an AI language model, I cannot say.", "A plain sentence.", "Dear [Recipient's Name],"]
    assert detector.scores(texts).tolist() == [detector.scores([text])[0] for text in texts]
    assert detector.scores(texts).tolist() == [0.95, 0.0, 0.8]


def test_lists_must_be_a_list() -> None:
    with pytest.raises(UsageError, match="must be a list"):
        TEXT_DETECTORS.get("toxicity-words")(lists="toxicity")


def test_the_weights_are_the_lower_wilson_bounds_on_labelled_comments(real_data: Path) -> None:
    with (real_data / "surge_toxicity" / "toxicity_en.csv").open(encoding="utf-8", newline="") as file:
        rows = [(row["text"], row["is_toxic"] == "Toxic") for row in csv.DictReader(file)]
    phrases = load_phrases("toxicity")
    for group, weight in phrases.weights.items():
        labels = [toxic for text, toxic in rows if any(hit.group == group for hit in phrases.find(text))]
        expected = round(wilson(sum(labels), len(labels))[0], 2) if len(labels) >= 10 else 0.5
        assert (group, weight) == (group, expected)


def test_assistants_are_told_from_people_on_real_answers(real_data: Path) -> None:
    import json

    lines = (real_data / "halueval" / "general_data.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    detector = TEXT_DETECTORS.get("machine-phrases")()
    flagged = int((detector.scores([row["chatgpt_response"] for row in rows]) >= 0.5).sum())
    assert (len(rows), flagged) == (4507, 654)
    assert not detector.scores([row["user_query"] for row in rows]).any()


def test_categories_are_the_groups_with_the_weight_of_those_found() -> None:
    detector = TEXT_DETECTORS.get("toxicity-words")()
    texts = ["shit, you moron", "", "I will kill you", "the river"]
    found = detector.category_scores(texts)
    weights = load_phrases("toxicity").weights
    named = [{detector.categories[k]: row[k] for k in range(len(row)) if row[k]} for row in found]
    assert named == [
        {"profanity": weights["profanity"], "insult": weights["insult"]},
        {},
        {"threat": weights["threat"]},
        {},
    ]
    assert (found.max(1) == detector.scores(texts)).all()
