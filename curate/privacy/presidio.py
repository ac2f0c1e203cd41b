"""Entities that Microsoft Presidio finds with its models (extra ``presidio``): persons, places, groups.

Only what patterns cannot find is asked for. Presidio would download a missing model; here that is an error.
"""

import importlib.util
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from ...core import UsageError
from ..base import DETECTORS
from .detector import Reader, Span
from .person_name import MODEL, is_package, pieces

ENTITIES = {"PERSON": "person-name", "LOCATION": "location", "NRP": "group"}
LANGUAGE = "en"


@DETECTORS.register("presidio", source="microsoft/presidio: presidio-analyzer, entities PERSON, LOCATION and NRP")
def presidio(model: str = MODEL) -> Reader:
    """Persons, places and nationalities or religions, guessed by Presidio over a spaCy model; off by default."""
    return analyzer_reader(_analyzer(model))


def analyzer_reader(analyzer: Any) -> Reader:
    """A reader that calls ``analyzer.analyze(text=, language=, entities=)``; types are person-name, location, group."""

    def find(text: str) -> Sequence[Span]:
        found = [span for start, piece in pieces(text) for span in _spans(analyzer, piece, start)]
        found.sort(key=lambda span: (span.start, -span.end, span.type))
        return tuple(span for place, span in enumerate(found) if all(span.start >= one.end for one in found[:place]))

    return Reader("presidio", find)


def _spans(analyzer: Any, piece: str, start: int) -> list[Span]:
    results = analyzer.analyze(text=piece, language=LANGUAGE, entities=sorted(ENTITIES))
    return [
        Span(ENTITIES[one.entity_type], start + one.start, start + one.end, confidence=min(1.0, float(one.score)))
        for one in results
        if one.entity_type in ENTITIES and "[" not in piece[one.start : one.end]
    ]


@lru_cache(maxsize=2)
def _analyzer(model: str) -> Any:
    if importlib.util.find_spec("presidio_analyzer") is None:
        raise UsageError("presidio: needs presidio-analyzer; install it with: pip install 'headwater[presidio]'")
    if not is_package(model):
        raise UsageError(
            f"presidio: the spaCy model {model!r} is not installed; install its package and name it: "
            "personal-data: {types: [presidio], model: NAME}"
        )
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    settings = {"nlp_engine_name": "spacy", "models": [{"lang_code": LANGUAGE, "model_name": model}]}
    engine = NlpEngineProvider(nlp_configuration=settings).create_engine()
    return AnalyzerEngine(nlp_engine=engine, supported_languages=[LANGUAGE])
