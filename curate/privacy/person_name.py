"""Names of persons by a model of named entities of spaCy (extra ``ner``).

A model guesses: it misses names and takes other words for names. It runs on the processor, a piece of a document at a
time, so that its result does not depend on what else stands in a batch.
"""

import importlib.util
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from ...core import UsageError
from ..base import DETECTORS
from .detector import Reader, Span

MODEL = "en_core_web_sm"
CONFIDENCE = 0.6
PIECE = 50_000
_LABELS = frozenset(("PERSON", "PER"))
_SHORTEST = 2

Pipeline = Callable[[str], Any]


@DETECTORS.register("person-name", source="spaCy named entities, label PERSON or PER, of the model that is given")
def person_name(model: str = MODEL) -> Reader:
    """Names of persons, guessed by a spaCy model that is installed or stands in a folder; off by default."""
    return entity_reader(load_pipeline(model))


def entity_reader(pipeline: Pipeline) -> Reader:
    """A reader that calls a pipeline: text in, object with ``ents`` (``start_char``, ``end_char``, ``label_``) out."""

    def find(text: str) -> Sequence[Span]:
        return tuple(span for start, piece in pieces(text) for span in _spans(pipeline(piece), piece, start))

    return Reader("person-name", find)


def pieces(text: str, size: int = PIECE) -> Iterator[tuple[int, str]]:
    """The text in pieces of at most ``size`` characters, cut at the last line break or space, with their starts."""
    start = 0
    while start < len(text):
        end = start + size
        if end < len(text):
            cut = max(text.rfind("\n", start, end), text.rfind(" ", start, end))
            end = cut + 1 if cut > start else end
        yield start, text[start:end]
        start = end


def _spans(document: Any, piece: str, start: int) -> Iterator[Span]:
    position = 0
    for entity in document.ents:
        first, last = entity.start_char, entity.end_char
        name = piece[first:last]
        if entity.label_ not in _LABELS or first < position or "\n" in name or len(name.strip()) < _SHORTEST:
            continue
        if "[" in name or "]" in name or not any(character.isalpha() for character in name):
            continue
        position = last
        yield Span("person-name", start + first, start + last, confidence=CONFIDENCE)


@lru_cache(maxsize=2)
def load_pipeline(model: str) -> Pipeline:
    """The spaCy pipeline of an installed package or a folder. Nothing is downloaded."""
    if importlib.util.find_spec("spacy") is None:
        raise UsageError("person-name: needs spaCy; install it with: pip install 'headwater[ner]'")
    import spacy

    if not (is_package(model) or (Path(model) / "config.cfg").is_file()):
        raise UsageError(
            f"person-name: no spaCy model {model!r}; neither an installed package nor a folder with a config.cfg. "
            "Install a model package and name it: personal-data: {types: [person-name], model: NAME}"
        )
    pipeline: Pipeline = spacy.load(model, disable=["tagger", "parser", "attribute_ruler", "lemmatizer"])
    return pipeline


def is_package(model: str) -> bool:
    """Whether a package of this name is installed; a name with other than letters, digits and _ is none."""
    return model.isidentifier() and importlib.util.find_spec(model) is not None
