"""The passages that extraction is asked for, with the probability that the model and a reference draw each of them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from ...core import HeadwaterError, IncompleteError, TemporaryError
from ...models import Checkpoint, Reading, ShowsVocabulary, counted_readings, kneser_ney, training_is_known
from ..base import Subject
from ..lineage import subject_split
from ..sampling import LONGEST_TEXT
from .drawing_chance import drawn_logprobs
from .membership_attacks import opened_reference
from .membership_texts import content_of

REFERENCE_CHARACTERS = 4_000_000
BATCH = 256


@dataclass(frozen=True, slots=True)
class Passage:
    """A true passage: natural-log probability that its continuation is drawn, by the model and by the reference.

    ``before`` and ``tokens`` count those of prefix and continuation; ``reference`` is None where there is none.
    ``greedy``: the greedy continuation is the true one.
    """

    id: str
    split: str
    document_id: str
    offset: int
    prompt: str
    text: str
    before: int
    tokens: int
    times_seen: int
    kept_copies: int
    greedy: bool
    log_p: float
    reference: float | None


def scheme_of(subject: Subject) -> dict[str, Any]:
    """How the run draws its free samples; plain sampling where there are none."""
    rows = subject.samples_of("free")
    facts = json.loads(str(rows[0]["parameters"])) if rows else {}
    if facts.get("repetition_penalty", 1) != 1:
        raise IncompleteError(
            "the run samples with a repetition penalty, under which probabilities depend on the text so far; give "
            "temperature and set sample.repetition_penalty to 1"
        )
    return {"temperature": facts.get("temperature", 1.0)} | {
        name: facts[name] for name in ("top_k", "top_p", "min_p") if facts.get(name) is not None
    }


def passages(
    subject: Subject, scheme: Mapping[str, Any], reference: str | None, order: int
) -> tuple[list[Passage], str]:
    """All prefix samples, and what the reference was or why there is none."""
    model = subject.checkpoint
    if model is not None and not training_is_known(model):
        subject_split(subject)  # it says what is missing
    if not isinstance(model, ShowsVocabulary) or model is None:
        raise IncompleteError("the chance of a passage needs the probability of every token, which this model hides")
    rows = subject.samples_of("prefix")
    if not rows:
        raise IncompleteError(
            "there are no prefix samples: sample.prefixes is 0, or no trained document has as many tokens as "
            "sample.prefix_tokens and sample.continuation_tokens together"
        )
    read: Reading = partial(drawn_logprobs, **scheme)
    facts = [json.loads(str(row["parameters"])) for row in rows]
    sequences = _sequences(subject, rows, facts)
    _fits(model, sequences)
    own = _sums(model, sequences, [one["prefix_tokens"] for one in facts], read)
    beside, named = _reference(subject, rows, sequences, facts, read, reference, order)
    found = []
    for row, one, log_p, other in zip(rows, facts, own, beside, strict=True):
        prompt, text = str(row["prompt"] or ""), str(row["reference"] or "")
        whole = (prompt + text).encode("utf-8", "surrogatepass")
        found.append(
            Passage(
                str(row["id"]), one["split"], str(row["document_id"]), one["offset"], prompt, text,
                one["prefix_tokens"], one["max_new_tokens"], one["times_seen"],
                max(1, subject.index.document_counts(whole)["kept"]),
                one["matched_tokens"] == one["max_new_tokens"], log_p, other,
            )
        )  # fmt: skip
    return found, named


def _sequences(
    subject: Subject, rows: Sequence[Mapping[str, object]], facts: Sequence[Mapping[str, Any]]
) -> list[list[int]]:
    """The tokens of prefix and continuation, as the document has them."""
    assert subject.checkpoint is not None
    documents = subject.corpus.documents([str(row["document_id"]) for row in rows])
    sequences = []
    for row, one in zip(rows, facts, strict=True):
        held = documents.get(str(row["document_id"]))
        need = one["prefix_tokens"] + one["max_new_tokens"]
        tokens = subject.checkpoint.encode(str(held["text"] or "")[:LONGEST_TEXT]) if held else []
        passage = list(tokens[one["offset"] : one["offset"] + need])
        if len(passage) < need:
            raise IncompleteError(f"{row['id']} is not of this corpus and model; draw the samples again")
        sequences.append(passage)
    return sequences


def _fits(model: Any, sequences: Sequence[Sequence[int]]) -> None:
    window, longest = getattr(model, "window", None), max(map(len, sequences))
    if window is not None and longest > window:
        raise IncompleteError(
            f"passages of {longest} tokens do not fit in the model's window of {window}; lower sample.prefix_tokens or "
            "sample.continuation_tokens"
        )


def _sums(
    model: ShowsVocabulary, sequences: Sequence[Sequence[int]], skipped: Sequence[int], read: Reading
) -> list[float]:
    sums: list[float] = []
    for low in range(0, len(sequences), BATCH):
        values = model.over_vocabulary(sequences[low : low + BATCH], read)
        sums += [float(row[skip:].sum()) for row, skip in zip(values, skipped[low : low + BATCH], strict=True)]
    if np.isnan(sums).any():
        raise IncompleteError("the model gave a passage a probability that is no number")
    return sums


def _reference(
    subject: Subject, rows: Sequence[Mapping[str, object]], sequences: Sequence[Sequence[int]],
    facts: Sequence[Mapping[str, Any]], read: Reading, path: str | None, order: int,
) -> tuple[Sequence[float | None], str]:  # fmt: skip
    """What a model that did not see the passages makes of them: more than a little means boilerplate."""
    try:
        if path is not None:
            return _by_checkpoint(opened_reference(path), rows, read)
        texts = _held_out_tokens(subject, {content_of(str(row["document_id"])) for row in rows})
        model = kneser_ney(texts, order, max(max(row) for row in (*texts, *sequences)) + 2)
        values = counted_readings(model, sequences, read)
        sums = [float(row[one["prefix_tokens"] :].sum()) for row, one in zip(values, facts, strict=True)]
        return sums, f"{order}-gram of {len(texts):,} held-out documents"
    except TemporaryError:
        raise
    except HeadwaterError as error:
        return [None] * len(rows), f"no reference ({error})"


def _by_checkpoint(
    model: Checkpoint, rows: Sequence[Mapping[str, object]], read: Reading
) -> tuple[Sequence[float | None], str]:
    if not isinstance(model, ShowsVocabulary):
        raise IncompleteError("the reference model does not show the probability of every token")
    pairs = [
        (list(model.encode(str(row["prompt"] or ""))), list(model.encode(str(row["reference"] or "")))) for row in rows
    ]
    sums = _sums(model, [[*one, *two] for one, two in pairs], [len(one) for one, _ in pairs], read)
    return sums, f"checkpoint {model.hash[:12]}"


def _held_out_tokens(subject: Subject, taken: set[str]) -> list[list[int]]:
    """Tokens of held-out documents that no passage comes from."""
    assert subject.checkpoint is not None
    names = [name for name in subject_split(subject).held_out if content_of(name) not in taken]
    texts: list[list[int]] = []
    left = REFERENCE_CHARACTERS
    for low in range(0, len(names), 1_000):
        rows = subject.corpus.documents(names[low : low + 1_000])
        for name in names[low : low + 1_000]:
            text = str(rows[name]["text"] or "")[:left]
            left -= len(text)
            if text and (tokens := list(subject.checkpoint.encode(text))):
                texts.append(tokens)
    if not texts:
        raise IncompleteError("no held-out document is left to learn from")
    return texts
