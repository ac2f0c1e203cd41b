"""Plants sentences in which a group goes with an attribute at known odds, and counts what the audit reports."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from ...core import Corpus, CorpusWriter, Progress, generator, record_batch, text_record
from ..audits.associations import Associations
from ..audits.lexicon import ATTRIBUTES, IDENTITY, load_lexicon
from ..audits.sentences import sentences_with_groups
from ..audits.term_counts import TermCounter
from .picks import pick
from .trials import Trial

GROUP = 60
"""Sentences of each of two groups. The planted attribute stands in 40 of the one and 20 of the other: odds ratio 4."""
OFTEN, SELDOM, EVEN = 40, 20, 30
HOST = 300
NEUTRAL = ("roads", "weather", "rain", "bread", "chairs", "rivers")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two groups of one category, an attribute that goes with the first of them and one that goes with neither."""

    category: str
    groups: tuple[str, str]
    tied: tuple[str, str]
    free: tuple[str, str]


def association_trials(sample: Mapping[str, str], seed: int, progress: Progress) -> Iterator[Trial]:
    """One association in each category of groups that the sample has room for, and one attribute without any.

    Each takes 120 documents whose beginnings name no group, so that what is there by nature is not taken for an error;
    the beginnings get one sentence more.
    """
    audit, rng = Associations(), generator(seed, "planted-controls", "associations")
    texts = [text[:HOST] for text in sample.values()]
    plain = np.flatnonzero(TermCounter(IDENTITY).count(texts).mentions.sum(1) == 0)
    hosts = [texts[place] for place in rng.permutation(plain).tolist()]
    pairs = [_pair(category, rng) for category in IDENTITY][: len(hosts) // (2 * GROUP)]
    reported = _reported(audit, hosts, pairs, rng, seed, progress) if pairs else set()
    for level, positive in (("odds ratio 4", True), ("odds ratio 1", False)):
        wanted = [(pair.category, pair.groups[0], pair.tied if positive else pair.free) for pair in pairs]
        yield Trial("associations", level, positive, len(wanted), sum(one in reported for one in wanted))


def _pair(category: str, rng: np.random.Generator) -> Pair:
    groups = [name for name in load_lexicon(category).groups if _terms(category, name)]
    first, second = (groups[place] for place in rng.permutation(len(groups))[:2])
    attributes = [(name, group) for name in ATTRIBUTES for group in load_lexicon(name).groups if _terms(name, group)]
    tied, free = (attributes[place] for place in rng.permutation(len(attributes))[:2])
    return Pair(category, (first, second), tied, free)


@lru_cache(maxsize=256)
def _terms(category: str, group: str) -> tuple[str, ...]:
    """Single words of a group that the counters take for this group and nothing else."""
    lexicon = load_lexicon(category)
    words = sorted(word for word, name in lexicon.terms.items() if name == group and word.isascii() and word.isalpha())
    counts = TermCounter([*IDENTITY, *ATTRIBUTES]).count([_sentence(word, "roads", "rain") for word in words])
    alone = (counts.mentions.sum(1) == 1) & (counts.of(category, group) == 1)
    return tuple(word for word, good in zip(words, alone.tolist(), strict=True) if good)


def _sentence(group: str, first: str, second: str) -> str:
    return f"The {group} there spoke of {first} and then of {second}."


def _reported(
    audit: Associations, hosts: Sequence[str], pairs: Sequence[Pair], rng: np.random.Generator, seed: int,
    progress: Progress,
) -> set[tuple[str, str, tuple[str, str]]]:  # fmt: skip
    """Category, group and attribute of every finding in the copy."""
    sentences = [sentence for pair in pairs for sentence in _sentences(pair, rng)]
    rows = [
        text_record(f"{host}\n\n{sentence}", f"planted:{place}", "planted")
        for place, (host, sentence) in enumerate(zip(hosts, sentences, strict=False))
    ]
    with tempfile.TemporaryDirectory() as folder:
        with CorpusWriter(Path(folder)) as writer:
            writer.write(record_batch(rows))
        read = sentences_with_groups(Corpus(folder), audit.identity, audit.attributes, progress)
        tested = audit.test(read, seed, progress)
    return {(one.category, one.group, one.attribute) for one in tested if audit.is_finding(one)}


def _sentences(pair: Pair, rng: np.random.Generator) -> Iterator[str]:
    """120 sentences: the tied attribute in 40 of the first group and 20 of the second, the free one in half of each."""
    for group, tied in zip(pair.groups, (OFTEN, SELDOM), strict=True):
        people = _terms(pair.category, group)
        with_tied, with_free = rng.permutation(GROUP) < tied, rng.permutation(GROUP) < EVEN
        for first, second in zip(with_tied.tolist(), with_free.tolist(), strict=True):
            words = [
                pick(rng, _terms(*attribute) if held else NEUTRAL)
                for attribute, held in ((pair.tied, first), (pair.free, second))
            ]
            yield _sentence(pick(rng, people), *words)
