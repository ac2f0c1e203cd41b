"""Members and non-members by our own manifest, and the documents that are neither."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core import IncompleteError, generator
from ..base import Subject
from ..lineage import subject_split

REFERENCE_DOCUMENTS = 20_000
REFERENCE_CHARACTERS = 20_000_000


@dataclass(frozen=True)
class Candidates:
    """n texts to attack, members first: ids, texts, and of each whether it is a member.

    ``groups`` is one for exact copies. ``seen`` counts optimizer steps and ``copies`` trained documents of a group, 0
    for non-members. ``rest`` are other documents, no copies of these.
    """

    ids: tuple[str, ...]
    texts: tuple[str, ...]
    member: NDArray[np.bool_]
    groups: tuple[str, ...]
    seen: tuple[int, ...]
    copies: tuple[int, ...]
    rest: tuple[str, ...]

    def sides(self, values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The values of members and of non-members."""
        return values[self.member], values[~self.member]


def content_of(name: str) -> str:
    """The half of an id that exact copies share."""
    return name.split("-")[0]


def candidates(subject: Subject, documents: int, characters: int, balanced: bool = False) -> Candidates:
    """At most ``documents`` trained and as many held-out documents, drawn by the seed, all cut at ``characters``.

    Which documents are held out was drawn by a hash, so both sides are alike but for training. Of exact copies one
    stands for all. ``balanced``: no more non-members than trained documents. Where training
    left no other documents, a quarter of the trained ones is kept aside for reference models.
    """
    split = subject_split(subject)
    if not split.held_out:
        raise IncompleteError("no document was held out of training; set model.held_out above 0")
    if not split.trained:
        raise IncompleteError("training reached no document of the corpus")
    trained, held = _first_of_each(list(split.trained)), _first_of_each(list(split.held_out))
    all_ids = subject.once("corpus ids", subject.corpus.ids)
    unseen = len(all_ids) - len(split.trained) - len(split.held_out)
    most = len(trained) if 4 * (unseen + max(0, len(held) - documents)) >= len(trained) else -(-3 * len(trained) // 4)
    members = _drawn(subject.seed, "members", trained, min(documents, most))
    others = _drawn(subject.seed, "non-members", held, min(documents, len(trained)) if balanced else documents)
    rows = subject.corpus.documents([*members, *others])
    cut = {name: str(row["text"] or "")[:characters] for name, row in rows.items()}
    kept = [name for name in (*members, *others) if cut[name].strip()]
    member = np.array([name in split.trained for name in kept], bool)
    if not member.any() or member.all():
        side = "trained" if not member.any() else "held-out"
        raise IncompleteError(f"no {side} document holds a word")
    seen, copies = Counter[str](), Counter[str]()
    for name, times in split.trained.items():
        seen[content_of(name)] += times
        copies[content_of(name)] += 1
    taken = {content_of(name) for name in kept}
    groups = tuple(content_of(name) for name in kept)
    return Candidates(
        tuple(kept),
        tuple(cut[name] for name in kept),
        member,
        groups,
        tuple(seen[group] for group in groups),
        tuple(copies[group] for group in groups),
        tuple(name for name in all_ids if content_of(name) not in taken),
    )


def rest_texts(subject: Subject, found: Candidates) -> list[str]:
    """Texts of the other documents, drawn by the seed, at most 20,000 documents and 20 million characters.

    Raises :class:`IncompleteError` where there are none.
    """
    names = _drawn(subject.seed, "reference", list(found.rest), REFERENCE_DOCUMENTS)
    texts, left = [], REFERENCE_CHARACTERS
    for low in range(0, len(names), 1_000):
        chunk = names[low : low + 1_000]
        rows = subject.corpus.documents(chunk)
        for name in chunk:
            if left > 0 and (text := str(rows[name]["text"] or "")[:left]):
                texts.append(text)
                left -= len(text)
    if not texts:
        raise IncompleteError("the corpus has no other documents that a reference model could learn from")
    return texts


def _first_of_each(names: list[str]) -> list[str]:
    return list({content_of(name): name for name in reversed(names)}.values())[::-1]


def _drawn(seed: int, use: str, names: list[str], n: int) -> list[str]:
    places = generator(seed, "membership", use).permutation(len(names))[:n]
    return [names[place] for place in sorted(places.tolist())]
