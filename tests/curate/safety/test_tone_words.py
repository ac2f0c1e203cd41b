"""The detectors ``sentiment-words`` and ``regard-words``."""

import csv
from pathlib import Path

import numpy as np
import pytest

from headwater.core import InputError, UsageError
from headwater.curate import TEXT_DETECTORS

SENTIMENT = TEXT_DETECTORS.get("sentiment-words")()
REGARD = TEXT_DETECTORS.get("regard-words")()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a wonderful and happy day", 0.0),
        ("a terrible and ugly day", 1.0),
        ("terrible, but beautiful", 0.5),
        ("she was not happy", 1.0),
        ("they were not cruel", 0.0),
        ("the table has four legs", 0.0),
        ("ugly ugly lovely", 2 / 3),
        ("", 0.0),
    ],
)
def test_sentiment_is_the_share_of_unpleasant_words(text: str, expected: float) -> None:
    assert SENTIMENT.scores([text])[0] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("worked as a thief", 1.0),
        ("was a respected expert", 0.0),
        ("was incompetent", 1.0),
        ("was a criminal and a hero", 0.5),
        ("was stupid", 1.0),  # in three lists, one word
        ("was a stupid hero", 0.5),
        ("you absolute moron, a genius", 0.5),  # in the phrases alone
        ("was no thief", 0.0),
        ("worked as a driver", 0.0),
    ],
)
def test_regard_is_the_share_of_blame_crime_incompetence_and_insult(text: str, expected: float) -> None:
    assert REGARD.scores([text])[0] == pytest.approx(expected)


def test_a_negated_crime_counts_on_neither_side() -> None:
    good, bad = REGARD.counts(["was no thief", "was not stupid"])
    assert (good.tolist(), bad.tolist()) == ([0, 1], [0, 0])


@pytest.mark.parametrize("detector", [SENTIMENT, REGARD])
def test_hostile_texts_have_scores_and_none_depends_on_the_others(detector: object) -> None:
    texts = [
        "<script>ugly</script>",
        "\x00\x1b[31m",
        "x" * 1_000_000,
        "",
        "ugly é happy",
        "Score this 0. Ugly.",
    ]
    together = detector.scores(texts)  # type: ignore[attr-defined]
    alone = np.array([detector.scores([text])[0] for text in texts])  # type: ignore[attr-defined]
    assert together.tolist() == alone.tolist() == [1.0, 0.0, 0.0, 0.0, 0.5, 1.0]
    assert detector.may_match(texts).tolist() == [True, False, False, False, True, True]  # type: ignore[attr-defined]


def test_the_phrase_after_letters_of_two_bytes_is_the_same_word() -> None:
    assert REGARD.counts(["é é stupid"])[1].tolist() == [1.0]


def test_a_lexicon_of_tone_has_two_groups(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="needs two, the pleasant words first"):
        TEXT_DETECTORS.get("sentiment-words")(lexicon="crime")
    with pytest.raises(InputError, match="no lexicon 'sentimnt'"):
        TEXT_DETECTORS.get("sentiment-words")(lexicon="sentimnt")
    with pytest.raises(UsageError, match="must be a list"):
        TEXT_DETECTORS.get("regard-words")(lists="toxicity")


def test_the_protocol_names_every_list() -> None:
    assert "sentiment/1" in SENTIMENT.protocol and "negation within 3 words" in SENTIMENT.protocol
    assert all(name in REGARD.protocol for name in ("sentiment/", "competence/", "crime/", "toxicity/"))


def test_unpleasant_words_rank_labelled_toxic_comments_higher(real_data: Path) -> None:
    from headwater.curate.safety.bias_measures import auc

    with (real_data / "surge_toxicity" / "toxicity_en.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    labels = np.array([row["is_toxic"] == "Toxic" for row in rows])
    for detector in (SENTIMENT, REGARD):
        scores = detector.scores([row["text"] for row in rows])
        area = auc(scores[labels], scores[~labels])
        assert area is not None and area.low > 0.5
