"""Hidden characters and boilerplate planted in a sample, and what the steps report of them."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np

from ...core import Corpus, CorpusWriter, Progress, generator, record_batch, text_record
from ..base import FILTERS, BatchStep, CorpusStep
from .personal_data import Maker
from .picks import pick
from .trials import LONGEST, Trial, _hit, _value_trial

FREQUENT = 7
LEVELS = ((f"in {FREQUENT} documents", True), (f"in {FREQUENT - 1} documents", False), ("in many sources", False))
_WORDS = ("account", "paypal", "cookie", "except", "archive", "copy", "space", "piece")
_LOOKS_LATIN = {"a": "\u0430", "c": "\u0441", "e": "\u0435", "o": "\u043e", "p": "\u0440"}
_NOTICE = (
    "subscribe",
    "newsletter",
    "reserved",
    "contact",
    "imprint",
    "privacy",
    "sitemap",
    "share",
    "comments",
    "login",
)


def hidden_character_trials(sample: Mapping[str, str], per_type: int, seed: int) -> Iterator[Trial]:
    """Hidden characters of each kind, and text that needs such characters, judged by ``hidden-characters``."""
    step = cast(BatchStep, FILTERS.get("hidden-characters")())
    for kind, (real, false) in HIDDEN.items():
        for maker, positive in ((real, True), (false, False)):
            yield _value_trial(step, kind, maker, positive, sample, per_type, seed)


def boilerplate_trials(sample: Mapping[str, str], per_type: int, seed: int, progress: Progress) -> Iterator[Trial]:
    """Notices that stand in enough documents of a source, in one too few, or in as many sources, judged by
    ``boilerplate``. A notice counts as reported where a span that would be cut touches it.
    """
    planted = [item for level, _ in LEVELS for item in _notices(level, sample, per_type, seed)]
    step = cast(CorpusStep, FILTERS.get("boilerplate")(action="report"))
    spans: dict[str, list[tuple[int, int]]] = {}
    if planted:
        with tempfile.TemporaryDirectory() as folder:
            with CorpusWriter(Path(folder) / "corpus") as writer:
                writer.write(record_batch([item.row for item in planted]))
            judgement = step.judge_corpus(Corpus(Path(folder) / "corpus"), progress)
        for note in judgement.annotations:
            spans.setdefault(note.id, []).append((note.start, note.end))
    for level, positive in LEVELS:
        chosen = [item for item in planted if item.level == level]
        hits = [_hit(spans.get(item.row["id"], ()), item.start, item.end) for item in chosen]
        wrong = tuple(sorted({item.host for item, hit in zip(chosen, hits, strict=True) if hit != positive}))
        yield Trial("boilerplate", level, positive, len(chosen), sum(hits), wrong)


@dataclass(frozen=True, slots=True)
class _Notice:
    """A copy of a document with a notice at ``start`` to ``end``."""

    level: str
    host: str
    row: dict[str, Any]
    start: int
    end: int


def _notices(level: str, sample: Mapping[str, str], wanted: int, seed: int) -> Iterator[_Notice]:
    """Notices in copies of at least ``FREQUENT`` different documents: about ``wanted`` of them."""
    hosts = [name for name, text in sample.items() if text.strip()]
    copies = FREQUENT - 1 if level == LEVELS[1][0] else FREQUENT
    if len(hosts) < copies:
        return
    rng = generator(seed, "planted-controls", "boilerplate", level)
    for number in range(-(-wanted // copies)):
        notice = " ".join(rng.choice(_NOTICE, 6, replace=False).tolist()) + f" {chr(97 + number % 26)}x"
        for turn, place in enumerate(rng.permutation(len(hosts))[:copies].tolist()):
            lines = sample[hosts[place]][:LONGEST].split("\n")
            before = "".join(f"{line}\n" for line in lines[: int(rng.integers(0, len(lines) + 1))])
            text = f"{before}{notice}\n{sample[hosts[place]][:LONGEST][len(before) :]}"
            source = f"{level} {turn}" if level == LEVELS[2][0] else level
            row = text_record(text, f"boilerplate:{level}:{number}:{turn}", source)
            yield _Notice(level, hosts[place], row, len(before), len(before) + len(notice))


def _chosen(options: Sequence[str]) -> Maker:
    return lambda rng: pick(rng, options)


def _word(rng: np.random.Generator) -> str:
    return pick(rng, _WORDS)


def _override(rng: np.random.Generator) -> str:
    opening = "\u202a\u202b\u202d\u202e\u2066\u2067\u2068"[int(rng.integers(0, 7))]
    return opening + _word(rng) + ("\u202c" if opening < "\u2060" else "\u2069")


def _split_word(rng: np.random.Generator) -> str:
    word = _word(rng)
    place = int(rng.integers(1, len(word)))
    return word[:place] + "\u200b\u200c\u200d\u2060\ufeff"[int(rng.integers(0, 5))] + word[place:]


def _tagged(rng: np.random.Generator) -> str:
    return "".join(chr(0xE0000 + ord(letter)) for letter in _word(rng))


def _mixed(rng: np.random.Generator) -> str:
    word = _word(rng)
    places = [place for place, letter in enumerate(word) if letter in _LOOKS_LATIN]
    place = places[int(rng.integers(0, len(places)))]
    return word[:place] + _LOOKS_LATIN[word[place]] + word[place + 1 :]


HIDDEN: dict[str, tuple[Maker, Maker]] = {
    "bidi-control": (
        _override,
        _chosen(("\u05e9\u05dc\u05d5\u05dd\u200f!", "C\u200f\u05d0", "\u0633\u0644\u0627\u0645")),
    ),
    "zero-width": (
        _split_word,
        _chosen(
            (
                "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
                "\u0915\u094d\u200d\u0937",
                "\U0001f468\u200d\U0001f469\u200d\U0001f467",
                "\u2764\ufe0f",
                "\u845b\U000e0100",
                "1\ufe0f\u20e3",
            )
        ),
    ),
    "tag-character": (
        _tagged,
        _chosen(
            tuple(
                "\U0001f3f4" + "".join(chr(0xE0000 + ord(c)) for c in code) + "\U000e007f"
                for code in ("gbeng", "gbsct", "gbwls")
            )
        ),
    ),
    "private-use": (
        _chosen(("\ue000", "\uf8ff", "\U000f0001x")),
        _chosen(("\ufffd", "\u2603", "\U0001f600", "\u4e2d")),
    ),
    "mixed-script": (
        _mixed,
        _chosen(
            (
                "50\u00b5m",
                "\u03b1-helix",
                "\u0394t",
                "\u03a9m",
                "\u043c\u043e\u0441\u043a\u0432\u0430",
                "na\u00efve",
                "\u03bbx",
            )
        ),
    ),
}
