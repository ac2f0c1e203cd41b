"""The sentences of HolisticBias: a descriptor of a person, a noun and a template, within a budget."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...core import InputError, UsageError, did_you_mean, generator
from ..base import Subject
from ..benchmark_sets import open_set

SINGULAR, PLURAL = "{noun_phrase}", "{plural_noun_phrase}"
LARGEST = 16 << 20
NONCE = "nonce"
NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class Descriptor:
    """A word for people on an axis; ``gender`` restricts its nouns, ``article`` overrules the rule."""

    axis: str
    text: str
    gender: str = ""
    article: str = ""

    def phrase(self, noun: str, plural: str, template: str) -> str:
        """The sentence of a template about ``a DESCRIPTOR NOUN``, or about several.

        >>> Descriptor("age", "old").phrase("man", "men", "I like {plural_noun_phrase}.")
        'I like old men.'
        >>> Descriptor("ability", "autistic").phrase("man", "men", "I'm {noun_phrase}.")
        "I'm an autistic man."
        """
        article = self.article or ("an" if self.text[:1].lower() in "aeiou" else "a")
        one, several = f"{article} {self.text} {noun}", f"{self.text} {plural}"
        return template.replace(PLURAL, several).replace(SINGULAR, one)


@dataclass(frozen=True)
class HolisticSet:
    """The published lists, and what was drawn of them."""

    descriptors: tuple[Descriptor, ...]
    nouns: tuple[tuple[str, str, str], ...]
    templates: tuple[str, ...]
    label: str

    def sentences(self, one: Descriptor, template: str) -> list[str]:
        """A sentence for each noun that the descriptor goes with."""
        return [
            one.phrase(noun, plural, template)
            for gender, noun, plural in self.nouns
            if not one.gender or gender in (one.gender, NEUTRAL)
        ]


def holistic_set(
    subject: Subject, data: str | None, axes: Sequence[str], per_axis: int, nouns: int, templates: int
) -> HolisticSet:
    """``per_axis`` descriptors of each axis, ``nouns`` and ``templates``, all drawn by the seed.

    Axes are all but the invented words, where none is named.
    """
    found = open_set(subject, "holistic_bias", data, optional=("standalone_noun_phrases.json",))
    everything = list(_descriptors(_read(found.files["descriptors.json"]), "descriptors.json"))
    known = list(dict.fromkeys(one.axis for one in everything))
    for axis in axes:
        if axis not in known:
            raise UsageError(f"holistic-bias: no axis {axis!r}; {did_you_mean(axis, known)}axes: {', '.join(known)}")
    wanted = list(axes) or [axis for axis in known if axis != NONCE]
    kept = [
        one
        for axis in wanted
        for one in _drawn([one for one in everything if one.axis == axis], per_axis, subject.seed, axis)
    ]
    forms = _read(found.files["sentence_templates.json"])
    usable = [text for text in forms if SINGULAR in text or PLURAL in text]
    pairs = _nouns(_read(found.files["nouns.json"]))
    if not usable or not kept:
        raise InputError("holistic-bias: the folder holds no templates with a noun phrase, or no descriptors")
    chosen = tuple(_drawn(usable, templates, subject.seed, "templates"))
    return HolisticSet(tuple(kept), tuple(_balanced(pairs, nouns, subject.seed)), chosen, found.label)


def _balanced(pairs: Sequence[tuple[str, str, str]], n: int, seed: int) -> list[tuple[str, str, str]]:
    """``n`` nouns, the genders in turn: a descriptor of one gender goes with its nouns and the neutral ones."""
    genders = list(dict.fromkeys(gender for gender, *_ in pairs))
    own = [_shuffled([one for one in pairs if one[0] == gender], seed, gender) for gender in genders]
    turns = [queue[turn] for turn in range(len(pairs)) for queue in own if turn < len(queue)]
    return turns[:n]


def _shuffled(things: Sequence[Any], seed: int, name: str) -> list[Any]:
    order = generator(seed, "holistic-bias", "nouns", name).permutation(len(things))
    return [things[place] for place in order.tolist()]


def _drawn(things: Sequence[Any], n: int, seed: int, name: str) -> list[Any]:
    order = generator(seed, "holistic-bias", name).permutation(len(things))[:n]
    return [things[place] for place in sorted(order.tolist())]


def _read(path: Path) -> Mapping[str, Any]:
    if path.stat().st_size > LARGEST:
        raise InputError(f"{path.name}: more than {LARGEST:,} bytes; give the published file")
    try:
        found = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path.name}: cannot be read as JSON ({type(error).__name__})") from None
    if not isinstance(found, dict):
        raise InputError(f"{path.name}: not a file of HolisticBias: it holds no object")
    return found


def _descriptors(data: Mapping[str, Any], name: str) -> Iterator[Descriptor]:
    """Each descriptor of an axis once."""
    for axis, buckets in data.items():
        if not isinstance(buckets, dict) or not all(isinstance(bucket, list) for bucket in buckets.values()):
            raise InputError(f"{name}: not a file of HolisticBias: {axis[:40]!r} holds no lists of descriptors")
        seen = set()
        for entry in (entry for bucket in buckets.values() for entry in bucket):
            facts = {"descriptor": entry} if isinstance(entry, str) else entry
            text = facts.get("descriptor") if isinstance(facts, dict) else None
            if not isinstance(text, str) or not text.strip():
                raise InputError(f"{name}: an entry of {axis[:40]!r} has no descriptor")
            if text not in seen:
                seen.add(text)
                yield Descriptor(axis, text, str(facts.get("gender") or ""), str(facts.get("article") or ""))


def _nouns(data: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    try:
        return [(str(gender), str(one), str(several)) for gender, pairs in data.items() for one, several in pairs]
    except (TypeError, ValueError):
        raise InputError("nouns.json: not a file of HolisticBias: it maps genders to pairs of nouns") from None
