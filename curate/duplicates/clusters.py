"""From candidate pairs to clusters: every edge is verified before it joins two documents."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from .jaccard import Verifier

Pair = tuple[int, int]
Portion = tuple[list[Pair], dict[int, bytes]]
Share = Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[Any]]
CHUNK_BYTES = 8_000_000
TRIALS = 64


@dataclass(frozen=True, slots=True)
class Cluster:
    """Documents joined by verified edges. ``members`` ascend; ``kept`` is the one that stays.

    ``similarity`` holds, for each other member, its Jaccard similarity to the one that stays; ``link`` the highest of
    its verified edges. A member whose similarity lies below the threshold is in the cluster by a chain.
    """

    members: tuple[int, ...]
    kept: int
    similarity: Mapping[int, float]
    link: Mapping[int, float]


@dataclass(slots=True)
class Forest:
    """Disjoint sets in which the smallest number is the root, and the verified similarity of each pair tried."""

    threshold: float
    parents: dict[int, int] = field(default_factory=dict)
    measured: dict[tuple[int, int], float] = field(default_factory=dict)

    def root(self, member: int) -> int:
        """The smallest member of the set."""
        path = []
        while (parent := self.parents.get(member, member)) != member:
            path.append(member)
            member = parent
        self.parents.update(dict.fromkeys(path, member))
        return member

    def record(self, first: int, second: int, similarity: float) -> None:
        """Remember a verified pair, and join its documents where they are similar enough."""
        self.measured[first, second] = similarity
        if similarity >= self.threshold:
            one, other = sorted((self.root(first), self.root(second)))
            self.parents[other] = self.parents.setdefault(one, one)


def find_clusters(
    groups: Sequence[np.ndarray],
    texts: Mapping[int, bytes],
    threshold: float,
    survivor: Callable[[Sequence[int]], int] = min,
    share: Share = map,
) -> list[Cluster]:
    """Clusters of documents whose verified Jaccard similarity reaches ``threshold``, ordered by their first member.

    ``groups`` are buckets of ascending document numbers, ``texts`` the canonical words of every document in them. In
    each bucket the first member is tried with every other one; whoever fails is tried with up to 64 others.
    ``survivor`` chooses the member that stays. ``share`` is ``map``, or one like it on several processes.
    """
    forest = Forest(threshold)
    _verify(forest, _first_pairs(groups), texts, share)
    _verify(forest, _other_pairs(groups, forest), texts, share)
    sets: dict[int, list[int]] = {}
    for member in sorted(forest.parents):
        sets.setdefault(forest.root(member), []).append(member)
    kept = {root: survivor(members) for root, members in sets.items()}
    others = [_pair(kept[root], member) for root, members in sets.items() for member in members if member != kept[root]]
    _measure(forest, sorted(others), texts)
    links = _best_links(forest)
    return [_cluster(forest, members, kept[root], links) for root, members in sets.items()]


def _pair(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one < other else (other, one)


def _first_pairs(groups: Sequence[np.ndarray]) -> list[tuple[int, int]]:
    packed = [(group[:1].astype(np.int64) << 32) + group[1:] for group in groups]
    pairs = np.unique(np.concatenate([np.zeros(0, np.int64), *packed]))
    return list(zip((pairs >> 32).tolist(), (pairs & 0xFFFFFFFF).tolist(), strict=True))


def _other_pairs(groups: Sequence[np.ndarray], forest: Forest) -> list[tuple[int, int]]:
    """Pairs for members that failed with the first of their bucket: up to 64 a document, in corpus order."""
    pairs: set[tuple[int, int]] = set()
    trials: dict[int, int] = {}
    for group in groups:
        members = group.tolist()
        for member in members[1:]:
            if len(members) == 2 or forest.root(member) == forest.root(members[0]):
                continue
            for other in members[1:]:
                pair = (min(member, other), max(member, other))
                if other == member or pair in pairs or pair in forest.measured:
                    continue
                if trials.get(member, 0) >= TRIALS:
                    break
                trials[member] = trials.get(member, 0) + 1
                pairs.add(pair)
    return sorted(pairs)


def _verify(forest: Forest, pairs: Sequence[Pair], texts: Mapping[int, bytes], share: Share) -> None:
    """Record the similarity of each pair, unless its documents are in one set by then.

    Portions are measured apart, before the sets of earlier ones are known; a pair that then turns out to be in one set
    is not recorded, so that the result is that of one pair after the other.
    """
    open_pairs = (pair for pair in pairs if forest.root(pair[0]) != forest.root(pair[1]))
    for found in share(partial(_similarities, threshold=forest.threshold), portions(open_pairs, texts)):
        for (first, second), similarity in found:
            if forest.root(first) != forest.root(second):
                forest.record(first, second, similarity)


def _similarities(portion: Portion, threshold: float) -> list[tuple[Pair, float]]:
    """The pairs with their similarity, without those whose documents the pairs before have joined."""
    pairs, documents = portion
    verifier, forest = Verifier(documents), Forest(threshold)
    for first, second in pairs:
        if forest.root(first) != forest.root(second):
            forest.record(first, second, verifier.jaccard(first, second, threshold))
    return list(forest.measured.items())


def _measure(forest: Forest, pairs: Sequence[Pair], texts: Mapping[int, bytes]) -> None:
    missing = [pair for pair in pairs if pair not in forest.measured]
    for chunk, documents in portions(missing, texts):
        verifier = Verifier(documents)
        for first, second in chunk:
            forest.measured[first, second] = verifier.jaccard(first, second)


def portions(pairs: Iterable[Pair], texts: Mapping[int, bytes]) -> Iterator[Portion]:
    """The pairs in portions whose documents fit a fixed amount of memory, each with the words of its documents."""
    chunk: list[tuple[int, int]] = []
    needed: dict[int, bytes] = {}
    size = 0
    for pair in pairs:
        chunk.append(pair)
        for document in pair:
            if document not in needed:
                needed[document] = texts[document]
                size += len(needed[document])
        if size >= CHUNK_BYTES:
            yield chunk, needed
            chunk, needed, size = [], {}, 0
    if chunk:
        yield chunk, needed


def _best_links(forest: Forest) -> dict[int, float]:
    links: dict[int, float] = {}
    for pair, similarity in forest.measured.items():
        if similarity >= forest.threshold:
            for member in pair:
                links[member] = max(similarity, links.get(member, 0.0))
    return links


def _cluster(forest: Forest, members: list[int], kept: int, links: Mapping[int, float]) -> Cluster:
    others = [member for member in members if member != kept]
    similarity = {member: forest.measured[_pair(kept, member)] for member in others}
    return Cluster(tuple(members), kept, similarity, {member: links[member] for member in others})
