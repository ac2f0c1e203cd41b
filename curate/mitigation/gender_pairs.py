"""The paired lexicon of counterfactual texts: forms that stand for each other, and what keeps a passage as it is."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ...core import InputError, did_you_mean, sha256

FOLDER = Path(__file__).parent / "lists"
SHIPPED = ("gender-pairs",)
MAX_BYTES = 1_000_000
LONGEST = 60


@dataclass(frozen=True, slots=True)
class Pairs:
    """``forms`` maps a lower-cased form to its counterpart and the side (0 or 1) that it names; names likewise.

    ``one_way`` forms are not reached again from their counterpart. ``protocol`` is name, version and hash.
    """

    protocol: str
    sides: tuple[str, str]
    forms: Mapping[str, tuple[str, int]]
    names: Mapping[str, tuple[str, int]]
    one_way: frozenset[str]
    biology: tuple[str, ...]
    titles: frozenset[str]


@lru_cache(maxsize=8)
def load_pairs(lexicon: str) -> Pairs:
    """A shipped lexicon by its name, or one of your own by its path. Raises :class:`InputError` where it is not one."""
    if lexicon not in SHIPPED and not lexicon.endswith(".json"):
        raise InputError(f"no paired lexicon {lexicon!r}; {did_you_mean(lexicon, SHIPPED)}or give a path to a .json")
    path = FOLDER / f"{lexicon}.json" if lexicon in SHIPPED else Path(lexicon)
    content = _read(path)
    try:
        return _pairs(json.loads(content), sha256(content))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(
            f"{path}: not a paired lexicon ({type(error).__name__}: {error}); docs/filters/counterfactual.md shows one"
        ) from None


def _pairs(data: Mapping[str, Any], digest: str) -> Pairs:
    both = dict(_both(data["pairs"]))
    one_way = {form.lower(): (other, _side(both, other)) for form, other in data.get("one_way", ())}
    return Pairs(
        f"{data['id']}/{data['version']} {digest[:8]}",
        (str(data["first"]), str(data["second"])),
        {**one_way, **both},
        dict(_both(data.get("names", ()))),
        frozenset(one_way),
        tuple(str(stem).lower() for stem in data.get("biology", ())),
        frozenset(str(title).lower() for title in data.get("titles", ())),
    )


def _both(pairs: Any) -> Iterator[tuple[str, tuple[str, int]]]:
    seen: set[str] = set()
    for first, second in pairs:
        for form, other, side in ((first, second, 0), (second, first, 1)):
            if not 0 < len(form) <= LONGEST or " " in form or form.lower() in seen:
                raise ValueError(f"{form!r} is empty, long, two words, or stands in two pairs")
            seen.add(form.lower())
            yield form.lower(), (other, side)


def _side(both: Mapping[str, tuple[str, int]], other: str) -> int:
    """The side of a form whose counterpart is ``other``."""
    return 1 - both[other.lower()][1]


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path}: a paired lexicon may have {MAX_BYTES:,} bytes at most")
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); give the path of a .json file") from None
