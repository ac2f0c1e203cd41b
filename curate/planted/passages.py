"""Plants leaked evaluation items, repeated passages and leaks between splits, and counts what the filters find."""

import json
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np

from ...core import SILENT, Corpus, CorpusWriter, generator, record_batch, text_record
from ..base import FILTERS, Annotation, CorpusStep
from .copies import Copy, edited_copy
from .trials import LONGEST, Trial

ITEM_WORDS, PARAGRAPH_WORDS, STRETCH_WORDS, SHORT_STRETCH_WORDS = 25, 40, 60, 45
SPLIT_LEVELS = (0.5, 0.8, 0.95)
MEANING_LENGTH = 2_000
_WORD = re.compile(r"[A-Za-z]{3,20}")
Draw = Callable[[int], list[str]]


@dataclass(frozen=True, slots=True)
class Planted:
    """A text in which something stands at [start, end), made from the document ``host`` of the sample."""

    host: str
    text: str
    start: int
    end: int
    attributes: Mapping[str, str]


def passage_trials(sample: Mapping[str, str], per_level: int, seed: int) -> Iterator[Trial]:
    """Trials of decontaminate, paragraph-, substring- and cross-split-duplicates and semantic-duplicates.

    ``sample`` maps ids to texts; what is planted is made of words of the sample in random order.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        yield from _item_trials(sample, per_level, seed, folder)
        for kind in (_Paragraphs, _Stretches):
            yield from kind(sample, per_level, seed, folder).trials()
        yield from _split_trials(sample, per_level, seed, folder)
        yield from _meaning_trials(sample, per_level, seed, folder)


def _item_trials(sample: Mapping[str, str], wanted: int, seed: int, folder: Path) -> Iterator[Trial]:
    """Items in a document as they are, re-typed (other case, punctuation and line breaks), and with words shuffled."""
    rng = generator(seed, "planted-controls", "items")
    draw = _words(sample, rng)
    forms: tuple[tuple[str, Callable[[list[str]], str]], ...] = (
        ("verbatim", " ".join),
        ("re-typed", lambda words: ",\n".join(word.upper() for word in words)),
        ("shuffled", lambda words: " ".join(_shuffled(words, rng))),
    )
    items, planted = [], []
    for _, form in forms:
        for _ in range(wanted):
            item = draw(ITEM_WORDS)
            items.append(" ".join(item))
            planted.append(_insert(sample, form(item), rng))
    (folder / "items.jsonl").write_text("\n".join(json.dumps({"text": item}) for item in items), "utf-8")
    step = FILTERS.get("decontaminate")(suites={"planted": str(folder / "items.jsonl")}, action="report")
    hits = _hits(cast(CorpusStep, step), folder / "items", planted)
    for number, (level, _) in enumerate(forms):
        part = slice(number * wanted, (number + 1) * wanted)
        yield _trial("decontaminate", level, level != "shuffled", planted[part], hits[part])


@dataclass(frozen=True, slots=True)
class _Repeated:
    """A passage planted in one document and, in some form, in a later one."""

    sample: Mapping[str, str]
    wanted: int
    seed: int
    folder: Path

    def forms(self, rng: np.random.Generator) -> tuple[tuple[str, bool, Callable[[list[str]], str]], ...]:
        """Level, whether it should be found, and the form of the later passage."""
        raise NotImplementedError

    def measure(self, detector: str, length: int, break_: str) -> Iterator[Trial]:
        """A trial for each form."""
        rng = generator(self.seed, "planted-controls", detector)
        draw = _words(self.sample, rng)
        firsts, laters = [], []
        for _, _, form in self.forms(rng):
            for _ in range(self.wanted):
                words = draw(length)
                firsts.append(_insert(self.sample, " ".join(words), rng, break_))
                laters.append(_insert(self.sample, form(words), rng, break_))
        step = cast(CorpusStep, FILTERS.get(detector)())
        hits = _hits(step, self.folder / detector, [*firsts, *laters])[len(firsts) :]
        for number, (level, positive, _) in enumerate(self.forms(rng)):
            part = slice(number * self.wanted, (number + 1) * self.wanted)
            yield _trial(detector, level, positive, laters[part], hits[part])


class _Paragraphs(_Repeated):
    def forms(self, rng: np.random.Generator) -> tuple[tuple[str, bool, Callable[[list[str]], str]], ...]:
        """As it is, set differently, and with one word changed."""
        return (
            ("verbatim", True, " ".join),
            ("re-set", True, lambda words: "\n".join(word.upper() for word in words)),
            ("one word changed", False, lambda words: " ".join(_changed(words, rng))),
        )

    def trials(self) -> Iterator[Trial]:
        """Paragraphs of 40 words."""
        return self.measure("paragraph-duplicates", PARAGRAPH_WORDS, "\n\n")


class _Stretches(_Repeated):
    def forms(self, rng: np.random.Generator) -> tuple[tuple[str, bool, Callable[[list[str]], str]], ...]:
        """All of it, and fewer words than are asked for."""
        return (
            ("60 tokens", True, " ".join),
            ("45 tokens", False, lambda words: " ".join(words[:SHORT_STRETCH_WORDS])),
        )

    def trials(self) -> Iterator[Trial]:
        """Stretches of 60 words in the middle of a text."""
        return self.measure("substring-duplicates", STRETCH_WORDS, " ")


def _split_trials(sample: Mapping[str, str], wanted: int, seed: int, folder: Path) -> Iterator[Trial]:
    """Copies edited to a known Jaccard similarity, in another split than their originals."""
    ids, texts = list(sample), list(sample.values())
    copies: list[Copy] = []
    for level in SPLIT_LEVELS:
        rng = generator(seed, "planted-controls", "splits", f"{level:g}")
        made = (edited_copy(host, texts[host], level, rng) for host in rng.permutation(len(texts)).tolist())
        copies += [copy for copy, _ in zip((copy for copy in made if copy), range(wanted), strict=False)]
    if not copies:
        yield Trial("cross-split-duplicates", f"{SPLIT_LEVELS[-1]:g}", True, 0, 0)
        return
    planted = [Planted(name, text, 0, 0, {"split": "train"}) for name, text in sample.items()]
    planted += [Planted(ids[copy.host], copy.text, 0, 0, {"split": "test"}) for copy in copies]
    step = cast(CorpusStep, FILTERS.get("cross-split-duplicates")())
    hits = _hits(step, folder / "splits", planted)[len(sample) :]
    for level in SPLIT_LEVELS:
        chosen = [place for place, copy in enumerate(copies) if copy.level == f"{level:g}"]
        hosts = [planted[len(sample) + place] for place in chosen]
        yield _trial("cross-split-duplicates", f"{level:g}", level >= 0.7, hosts, [hits[place] for place in chosen])


def _meaning_trials(sample: Mapping[str, str], wanted: int, seed: int, folder: Path) -> Iterator[Trial]:
    """Documents with their parts in another order, and with half of their words replaced."""
    rng = generator(seed, "planted-controls", "meaning")
    draw = _words(sample, rng)
    hosts = [name for name, text in sample.items() if len(text[:MEANING_LENGTH].split()) >= ITEM_WORDS]
    hosts = [hosts[place] for place in rng.permutation(len(hosts))[: 2 * wanted].tolist()]
    half = len(hosts) // 2
    planted = []
    for place, name in enumerate(hosts):
        words = sample[name][:MEANING_LENGTH].split()
        if place < half:
            cut = len(words) // 3
            words = words[cut:] + words[:cut]
        else:
            replaced = rng.permutation(len(words))[: len(words) // 2].tolist()
            for index, word in zip(replaced, draw(len(replaced)), strict=True):
                words[index] = word
        planted.append(Planted(name, " ".join(words), 0, 0, {}))
    originals = [Planted(name, sample[name][:MEANING_LENGTH], 0, 0, {}) for name in hosts]
    step = cast(CorpusStep, FILTERS.get("semantic-duplicates")(seed=seed))
    ids, notes = _run(step, folder / "meaning", [*originals, *planted])
    pairs = {(note.id, note.label.split(":", 1)[1]) for note in notes}
    hits = [(ids[len(hosts) + place], ids[place]) in pairs for place in range(len(hosts))]
    yield _trial("semantic-duplicates", "parts re-ordered", True, planted[:half], hits[:half])
    yield _trial("semantic-duplicates", "half of the words replaced", False, planted[half:], hits[half:])


def _words(sample: Mapping[str, str], rng: np.random.Generator) -> Draw:
    """Draws words of the sample; where it has few, made-up ones, so that no passage is there by chance."""
    known: dict[str, None] = {}
    for text in sample.values():
        known |= dict.fromkeys(word.lower() for word in _WORD.findall(text[:LONGEST]))
        if len(known) >= 5_000:
            break
    vocabulary = list(known) if len(known) >= 500 else [f"q{rng.integers(2**40):010x}" for _ in range(2_000)]
    return lambda count: [vocabulary[place] for place in rng.integers(0, len(vocabulary), count).tolist()]


def _shuffled(words: Sequence[str], rng: np.random.Generator) -> list[str]:
    return [words[place] for place in rng.permutation(len(words)).tolist()]


def _changed(words: Sequence[str], rng: np.random.Generator) -> list[str]:
    place = int(rng.integers(0, len(words)))
    return [*words[:place], f"q{rng.integers(2**60):015x}", *words[place + 1 :]]


def _insert(sample: Mapping[str, str], passage: str, rng: np.random.Generator, break_: str = " ") -> Planted:
    """The passage between two words (or, with a blank line around it, two lines) of a document drawn by chance."""
    ids = list(sample)
    host = ids[int(rng.integers(0, len(ids)))]
    text = sample[host][:LONGEST]
    gaps = [found.start() for found in re.finditer(r"\s", text)]
    place = gaps[int(rng.integers(0, len(gaps)))] if gaps else len(text)
    # a word of its own on either side, so that the passage never agrees by more than was meant
    edge = [f"q{rng.integers(2**60):015x}" for _ in range(2)] if break_ == " " else ["", ""]
    before = f"{text[:place]}{break_}{edge[0]}{break_ if edge[0] else ''}"
    after = f"{break_ if edge[1] else ''}{edge[1]}{break_}{text[place:]}"
    return Planted(host, before + passage + after, len(before), len(before) + len(passage), {})


def _run(step: CorpusStep, folder: Path, planted: Sequence[Planted]) -> tuple[list[str], Sequence[Annotation]]:
    rows = [
        text_record(one.text, f"planted:{number}", "planted-controls", attributes=one.attributes)
        for number, one in enumerate(planted)
    ]
    with CorpusWriter(folder) as writer:
        if rows:
            writer.write(record_batch(rows))
    return [row["id"] for row in rows], step.judge_corpus(Corpus(folder), SILENT).annotations


def _hits(step: CorpusStep, folder: Path, planted: Sequence[Planted]) -> list[bool]:
    """For each document whether an annotation touches what was planted in it."""
    ids, notes = _run(step, folder, planted)
    spans: dict[str, list[tuple[int, int]]] = {name: [] for name in ids}
    for note in notes:
        spans[note.id].append((note.start, note.end))
    return [
        any(start <= one.start == one.end or (start < one.end and end > one.start) for start, end in spans[name])
        for name, one in zip(ids, planted, strict=True)
    ]


def _trial(detector: str, level: str, positive: bool, planted: Sequence[Planted], hits: Sequence[bool]) -> Trial:
    wrong = tuple(sorted({one.host for one, hit in zip(planted, hits, strict=True) if hit != positive}))
    return Trial(detector, level, positive, len(planted), sum(hits), wrong)
