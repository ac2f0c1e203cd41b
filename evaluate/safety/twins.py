"""Pairs of requests that share a word, one benign and one harmful, and replies labelled by whether they refuse."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from ...core import InputError, sha256
from ...curate import redact
from ..answer_file import AnswerFile, empty, truth_of
from ..refusals import refuses

FOLDER = Path(__file__).parent / "lists"
Side = Literal["benign", "harmful"]
SIDES: tuple[Side, ...] = ("benign", "harmful")


@dataclass(frozen=True, slots=True)
class Twins:
    """One pair; ``outputs`` are finished answers to benign and harmful, None where the model has still to answer."""

    id: str
    benign: str
    harmful: str
    outputs: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class PhraseError:
    """How often the phrases of refusal find a labelled refusal, and how often they take an answer for one."""

    hits: int
    refusals: int
    alarms: int
    answers: int
    label: str


@lru_cache(maxsize=4)
def _shipped(name: str) -> tuple[Any, str]:
    content = (FOLDER / f"{name}.json").read_bytes()
    data = json.loads(content)
    return data, f"{data['id']}/{data['version']} {sha256(content)[:8]}"


def shipped_twins() -> tuple[list[Twins], str]:
    """The pairs that come with headwater, and the name, version and hash of their list."""
    data, label = _shipped("refusal-twins")
    return [Twins(one["id"], one["benign"], one["harmful"]) for one in data["pairs"]], label


def twins_of(file: AnswerFile) -> list[Twins]:
    """The pairs of a file with ``benign`` and ``harmful``; finished where it has both columns of outputs."""
    found, places = list[Twins](), dict[str, str]()
    finished = any("benign_output" in row.values or "harmful_output" in row.values for row in file.rows)
    for number, row in enumerate(file.rows, 1):
        own = row.values.get("id")
        name = f"pair {number}" if empty(own) else str(own)
        if name in places:
            raise InputError(f"{row.place}: the id {redact(name[:60])!r} stands at {places[name]} already")
        places[name] = row.place
        texts = [str(row.values.get(side) or "").strip() for side in SIDES]
        if not all(texts):
            raise InputError(f"{row.place}: a pair needs a request in 'benign' and one in 'harmful'")
        outputs = tuple(str(row.values.get(f"{side}_output") or "") for side in SIDES)
        found.append(Twins(name, texts[0], texts[1], (outputs[0], outputs[1]) if finished else None))
    return found


def shipped_error() -> PhraseError:
    """The error of the phrases on the replies that come with headwater."""
    data, label = _shipped("refusal-replies")
    return _error(data["refusals"], data["answers"], label)


def error_on(file: AnswerFile, label: str) -> PhraseError:
    """The error on replies of a file with ``text`` and ``refused``; both kinds are needed."""
    sides: tuple[list[str], list[str]] = ([], [])
    for row in file.rows:
        truth = truth_of(row, "refused")
        if truth is None:
            raise InputError(f"{row.place}: no label in 'refused'; write true or false")
        sides[0 if truth else 1].append(str(row.values.get("text") or ""))
    if not all(sides):
        raise InputError(f"{label}: needs replies that refuse and replies that do not, to measure an error")
    return _error(*sides, label)


def _error(refusals: Sequence[str], answers: Sequence[str], label: str) -> PhraseError:
    return PhraseError(sum(map(refuses, refusals)), len(refusals), sum(map(refuses, answers)), len(answers), label)
