"""Sources and outputs: rows of a file, or samples with their prompts as sources."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ...core import InputError, UsageError, sha256
from ...curate import redact
from ..answer_file import AnswerFile, Row, empty, read_answers, truth_of
from ..base import Subject

MOST_CHARACTERS = 1_000_000
KINDS = ("prefix", "free", "repeat", "counterfactual")


@dataclass(frozen=True, slots=True)
class Pair:
    """One output and its source. ``id`` names the question: equal in the runs of two models. ``hallucinated`` may be
    unknown."""

    id: str
    place: str
    source: str
    output: str
    hallucinated: bool | None = None


def pairs_in_file(
    subject: Subject, path: str, source: str, output: str, label: str | None, positive: str | None
) -> list[Pair]:
    """The pairs of a .jsonl or .csv file; raises :class:`InputError` with the place for a row that has no text."""
    needed = (source, output, *((label,) if label else ()))
    file = read_answers(path, needed, subject.progress)
    return _named([_pair(row, source, output, label, positive) for row in file.rows], file)


def _pair(row: Row, source: str, output: str, label: str | None, positive: str | None) -> Pair:
    texts = [text_of(row, column) for column in (source, output)]
    own = row.values.get("id")
    known = label_of(row, label, positive) if label else None
    return Pair("" if empty(own) else str(own), row.place, texts[0], texts[1], known)


def text_of(row: Row, column: str) -> str:
    """The text of a cell; an empty cell is an empty text. Raises :class:`InputError` where it is longer than 10^6."""
    value = row.values.get(column)
    text = "" if value is None else value if isinstance(value, str) else str(value)
    if len(text) > MOST_CHARACTERS:
        raise InputError(f"{row.place}: {column} has {len(text):,} characters; {MOST_CHARACTERS:,} at most, split it")
    return text


def label_of(row: Row, label: str, positive: str | None) -> bool | None:
    """Whether the label is the positive one: equal to ``positive`` case apart, or without it yes, true or 1."""
    if positive is None:
        return truth_of(row, label)
    value = row.values.get(label)
    return None if empty(value) else str(value).strip().casefold() == positive.strip().casefold()


def _named(pairs: Sequence[Pair], file: AnswerFile) -> list[Pair]:
    """Each with an id of its own: that of its row, or a hash of its source with a count of those that share it."""
    seen: Counter[str] = Counter()
    found: list[Pair] = []
    ids: dict[str, str] = {}
    for pair in pairs:
        base = pair.id or sha256(pair.source.encode("utf-8", "replace"))[:16]
        name = pair.id or f"{base}-{seen[base]}"
        seen[base] += 1
        if name in ids:
            raise InputError(f"{pair.place}: the id {redact(name[:60])!r} stands at {ids[name]} already")
        ids[name] = pair.place
        found.append(Pair(name, pair.place, pair.source, pair.output, pair.hallucinated))
    return found


def pairs_of_samples(subject: Subject, kinds: Sequence[str]) -> list[Pair]:
    """Samples that have a prompt, which is their source."""
    if wrong := [kind for kind in kinds if kind not in KINDS]:
        raise UsageError(f"kinds: {wrong[0]!r} is no kind of sample; kinds: {', '.join(KINDS)}")
    rows = [row for kind in kinds for row in subject.samples_of(kind)]
    return [
        Pair(str(row["id"]), f"sample {row['id']}", str(row["prompt"]), str(row["output"] or ""))
        for row in rows
        if row["prompt"]
    ]
