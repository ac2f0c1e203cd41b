"""The claims whose support is looked for: sentences of samples or rows of a file, and the controls beside them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ...core import IncompleteError, InputError, generator, sha256
from ...curate import redact
from ..answer_file import empty, questions_hash, read_answers, truth_of
from ..base import Subject
from ..lineage import subject_split
from .passage_search import words
from .passages import LONGEST, sentence_spans

FEWEST_WORDS = 5
OWN, NEW, CROSSED = "sentences of the corpus", "sentences of left-out documents", "crossed sentences"


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence to look up. ``cluster`` is the sample that it stands in, ``truth`` what a file says of it.

    ``cut``: it is longer than :data:`LONGEST` characters; what stands in a part of it supports no whole.
    """

    id: str
    text: str
    cluster: str
    group: str = ""
    without: str | None = None
    truth: bool | None = None
    cut: bool = False


def is_claim(text: str) -> bool:
    """Whether a sentence states something whole: five words or more, and an end that is no question.

    >>> [is_claim(text) for text in ("The river rises in the north.", "Why does it rise there?", "The river rises in")]
    [True, False, False]
    """
    body = text.rstrip("\"')]\u201d\u2019")
    return body.endswith((".", "!")) and len(text) < LONGEST and len(words(text)) >= FEWEST_WORDS


def sample_claims(subject: Subject, kinds: Sequence[str]) -> list[Claim]:
    """The whole sentences of the samples; the first only where the prompt ends with a sentence, or there is none."""
    found = []
    for row in (row for kind in kinds for row in subject.samples_of(kind)):
        text, prompt = str(row["output"] or ""), str(row["prompt"] or "").rstrip()
        whole = not prompt or prompt.endswith((".", "!", "?", ":"))
        for number, (start, end) in enumerate(sentence_spans(text)):
            if (number or whole) and is_claim(text[start:end]):
                found.append(Claim(f"{row['id']}:{start}", text[start:end], str(row["id"])))
    return found


def file_claims(path: str, subject: Subject) -> tuple[list[Claim], str]:
    """The claims of a file, and a hash of them: columns ``claim``, and ``id``, ``source``, ``supported`` if there are.

    ``source`` names what several claims come from: they make one cluster.
    """
    found: list[Claim] = []
    seen: dict[str, str] = {}
    for row in read_answers(path, ("claim",), subject.progress).rows:
        if empty(text := row.values.get("claim")):
            raise InputError(f"{row.place}: no claim; remove the row or give it")
        own, source = row.values.get("id"), row.values.get("source")
        name = sha256(str(text).encode())[:16] if empty(own) else str(own)
        if name in seen:
            raise InputError(f"{row.place}: the claim {redact(name[:60])!r} stands at {seen[name]} already")
        seen[name] = row.place
        cluster = name if empty(source) else str(source)
        cut = len(str(text)) > LONGEST
        found.append(Claim(name, str(text)[:LONGEST], cluster, truth=truth_of(row, "supported"), cut=cut))
    return found, questions_hash(seen)


def searched_documents(subject: Subject) -> tuple[frozenset[str] | None, str]:
    """The ids of the documents that training saw, and what they are; None (all) where that is not known."""
    try:
        trained = subject_split(subject).trained
    except IncompleteError:
        return None, "all documents of the corpus"
    return (frozenset(trained), "documents that training saw") if trained else (None, "all documents of the corpus")


def control_claims(subject: Subject, searched: frozenset[str] | None, n: int) -> list[Claim]:
    """``n`` claims of each control, or as many as the corpus gives.

    Sentences of searched documents (support must be found), of documents that are not searched for them (what true
    claims get that are new), and the first half of a sentence with the second of one of another document (about nothing
    in the corpus).
    """
    if not n:
        return []
    ids = subject.once("corpus ids", subject.corpus.ids)
    order = [ids[place] for place in generator(subject.seed, "corpus-support").permutation(len(ids))]
    inside = [name for name in order if searched is None or name in searched]
    outside = [name for name in order if searched is not None and name not in searched]
    own = _sentences(subject, inside[: 4 * n], n)
    new = _sentences(subject, (outside or inside[::-1])[: 4 * n], n)
    found = [Claim(f"own-{i}", text, name, OWN) for i, (name, text) in enumerate(own)]
    found += [Claim(f"new-{i}", text, name, NEW, name) for i, (name, text) in enumerate(new)]
    other = own[1:] + own[:1]
    if len({name for name, _ in own}) > 1:
        pairs = zip(own, other, strict=True)
        found += [Claim(f"crossed-{i}", _crossed(a, b), name, CROSSED) for i, ((name, a), (_, b)) in enumerate(pairs)]
    return found


def _sentences(subject: Subject, ids: Iterable[str], n: int) -> list[tuple[str, str]]:
    """One whole sentence of each document, drawn by seed: (document, sentence), ``n`` at most."""
    wanted = list(ids)
    rows: dict[str, dict[str, Any]] = subject.corpus.documents(wanted)
    found = []
    for place, name in enumerate(wanted):
        text = rows[name]["text"]
        claims = [text[a:b] for a, b in sentence_spans(text) if is_claim(text[a:b])]
        if claims:
            found.append((name, claims[int(generator(subject.seed, "claim", place).integers(len(claims)))]))
    return found[:n]


def _crossed(first: str, second: str) -> str:
    a, b = first.split(), second.split()
    return " ".join([*a[: len(a) // 2], *b[len(b) // 2 :]])
