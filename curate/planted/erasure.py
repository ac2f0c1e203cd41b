"""Planted returns of erased documents, judged by the search of the step ``erased``."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from ...core import generator, record_batch, text_record
from ..erasure import ErasureList, Sealer, shingles_of, strings_of, words_of
from ..filters.erased import judge_by
from .trials import Trial

DETECTOR = "erased"
SHARES = {"0.9 of it": 0.9, "half of it": 0.5}
_FEWEST_WORDS = 60
_LONGEST = 20_000
_SUBJECT = ("quentalis", "zarvane")  # a name that no corpus holds


def erasure_trials(sample: Mapping[str, str], wanted: int, seed: int) -> Iterator[Trial]:
    """Documents of the sample are put on a list, and come back whole, in part, and as a string.

    A tenth missing is still a near copy (the limit is 0.7 of the shingles), half of a document is none. A string in
    other capitals and punctuation is to be found, the same words grown into longer ones is not.
    """
    rng = generator(seed, "planted-controls", DETECTOR)
    order = [list(sample)[place] for place in rng.permutation(len(sample)).tolist()]
    usable = [name for name in order if len(words_of(sample[name][:_LONGEST])) >= _FEWEST_WORDS][:wanted]
    texts = [sample[name][:_LONGEST] for name in usable]
    sealer = Sealer(b"planted-controls", b"planted-controls")
    whole = ErasureList(sealer, frozenset(), tuple(shingles_of(sealer, text) for text in texts))
    for level, share in SHARES.items():
        parts = [_part(text, share, rng) for text in texts]
        yield _trial(level, share > 0.7, usable, parts, whole)
    named = ErasureList(sealer, strings=strings_of(sealer, [_SUBJECT]))
    first, last = _SUBJECT
    hosts = list(order[:wanted])
    for level, name in (("string", f"{first.title()}-{last.upper()}"), ("longer word", f"{first} {last}x")):
        yield _trial(level, level == "string", hosts, [f"{sample[host][:200]} {name}." for host in hosts], named)


def _part(text: str, share: float, rng: np.random.Generator) -> str:
    """A run of words that is the share of a text, at a random place."""
    words = words_of(text)
    size = int(len(words) * share)
    start = int(rng.integers(0, len(words) - size + 1))
    return " ".join(words[start : start + size])


def _trial(level: str, positive: bool, hosts: Sequence[str], texts: Sequence[str], known: ErasureList) -> Trial:
    rows = [text_record(text, f"{level}:{number}", "planted-controls") for number, text in enumerate(texts)]
    removed = {decision.id for decision in judge_by(known, record_batch(rows)).decisions}
    hits = [row["id"] in removed for row in rows]
    wrong = tuple(sorted({host for host, hit in zip(hosts, hits, strict=True) if hit != positive}))
    return Trial(DETECTOR, level, positive, len(rows), sum(hits), wrong)
