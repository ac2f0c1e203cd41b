"""What documents are ranked for: an output, a loss on a slice of held-out documents, or a gap between two groups.

Every target is a weighted sum of token log-probabilities, so that it has a gradient and can be measured on any model
with the same tokenizer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...core import IncompleteError, InputError, UsageError, generator
from ...curate import redact
from ...models import Checkpoint, Passage
from ..base import Subject
from ..bias.prompts import COMPARISONS, PLEASANT, UNPLEASANT, counterfactual_prompts

LONGEST = 20_000
SLICE_DOCUMENTS = 64
"""Documents of a slice, drawn by the seed: its loss is a mean over so many at most."""
SHOWN = 60
OWN = ("source", "language", "licence")


@dataclass(frozen=True)
class Target:
    """``name`` says what it is; its value is the sum of weight x log-probability over all tokens of ``passages``.

    ``texts`` are what a baseline that only compares words looks at, each with its share.
    """

    name: str
    passages: tuple[Passage, ...]
    texts: tuple[tuple[str, float], ...]

    @property
    def question(self) -> list[Any]:
        """What its value depends on, as JSON values."""
        return [[list(one.tokens), np.asarray(one.weights, float).tolist()] for one in self.passages]


def text_target(checkpoint: Checkpoint, text: str, given: str = "", name: str = "") -> Target:
    """Mean log-probability of the tokens of ``text`` after ``given``, in nats per token.

    Raises :class:`UsageError` for a text without a token or one of over 20,000 characters.
    """
    if not text or len(given) + len(text) > LONGEST:
        raise UsageError(f"a text has 1 to {LONGEST:,} characters, with what is before it, not {len(text):,}")
    before, tokens = checkpoint.encode(given) if given else [], checkpoint.encode(text)
    if not tokens:
        raise UsageError("the text has no token for this model")
    weights = np.concatenate([np.zeros(len(before)), np.full(len(tokens), 1 / len(tokens))])
    shown = redact(" ".join(text.split()))[:SHOWN]
    return Target(name or f'text "{shown}"', (Passage([*before, *tokens], weights),), ((text, 1.0),))


def sample_target(subject: Subject, name: str) -> Target:
    """Mean log-probability of a sample's output after its prompt."""
    table = subject.samples
    rows = [] if table is None or "output" not in table.schema.names else table.to_pylist()
    row: Mapping[str, Any] | None = next((row for row in rows if row["id"] == name), None)
    if row is None:
        raise InputError(f"no sample of text {name!r} in {subject.folder}; samples/samples.parquet lists them")
    if not row["output"]:
        raise IncompleteError(f"the output of {name} is empty: nothing moved it")
    return text_target(checkpoint_of(subject), row["output"], row["prompt"] or "", f"sample {name}")


def gap_target(checkpoint: Checkpoint, first: str, second: str) -> Target:
    """Log-probability of one text minus that of another, in nats."""
    sides = [(checkpoint.encode(text), text, sign) for text, sign in ((first, 1.0), (second, -1.0))]
    if not all(tokens for tokens, _, _ in sides):
        raise UsageError("both texts of a pair need a token")
    shown = " over ".join(f'"{redact(text)[:SHOWN]}"' for text in (first, second))
    passages = tuple(Passage(tokens, np.full(len(tokens), sign)) for tokens, _, sign in sides)
    return Target(f"gap {shown}", passages, tuple((text, sign) for _, text, sign in sides))


def comparison_target(checkpoint: Checkpoint, name: str) -> Target:
    """The score ``logprob`` of counterfactual-pairs for one comparison (``gender:female-male``), all templates.

    Mean log-probability of the same continuations after prompts of the first group minus that after prompts of the
    second, in nats per token.
    """
    chosen = next((one for one in COMPARISONS if one.name == name), None)
    if chosen is None:
        raise UsageError(f"no comparison {name!r}; there are {', '.join(one.name for one in COMPARISONS)}")
    prompts = [(g, text) for pair, g, text in counterfactual_prompts() if pair.rpartition(":")[0] == name]
    ends = PLEASANT + UNPLEASANT
    share = 2 / (len(prompts) * len(ends))
    passages, texts = [], []
    for group, prompt in prompts:
        sign = share if group == chosen.first else -share
        before = len(checkpoint.encode(prompt))
        for end in ends:
            tokens = checkpoint.encode(prompt + end)
            rest = max(1, len(tokens) - before)
            passages.append(Passage(tokens, np.where(np.arange(len(tokens)) < before, 0.0, sign / rest)))
        texts.append((prompt, sign * len(ends)))
    return Target(f"gap {name}", tuple(passages), tuple(texts))


def document_targets(subject: Subject, ids: Sequence[str]) -> list[Target]:
    """Mean log-probability of each document that has a token, cut to 20,000 characters."""
    checkpoint, rows = checkpoint_of(subject), subject.corpus.documents(ids)
    texts = {name: (rows[name]["text"] or "")[:LONGEST] for name in ids if name in rows}
    return [
        text_target(checkpoint, text, name=f"document {name}")
        for name, text in texts.items() if text and checkpoint.encode(text)
    ]  # fmt: skip


def held_out_sample(subject: Subject, count: int, place: str = "held-out") -> list[str]:
    """Ids of held-out documents of a slice, drawn by the seed. Raises :class:`IncompleteError` where there are none."""
    names = _in_slice(subject, place)
    order = generator(subject.seed, "influence targets", place).permutation(len(names))[:count]
    return [names[row] for row in sorted(order)]


def slice_target(subject: Subject, place: str) -> Target:
    """Log-probability of held-out documents, in nats per token: of all (``held-out``) or of those with ``NAME=VALUE``.

    NAME is ``source``, ``language``, ``licence``, an attribute or a declared group; ``gap=COMPARISON`` gives
    :func:`comparison_target`. At most 64 documents, drawn by the seed of the subject.
    """
    checkpoint = checkpoint_of(subject)
    if place.startswith("gap="):
        return comparison_target(checkpoint, place.removeprefix("gap="))
    parts = document_targets(subject, held_out_sample(subject, SLICE_DOCUMENTS, place))
    sizes = [len(one.passages[0].tokens) for one in parts]
    total = sum(sizes)
    passages = tuple(
        Passage(one.passages[0].tokens, np.full(size, 1 / total)) for one, size in zip(parts, sizes, strict=True)
    )
    texts = tuple((one.texts[0][0], 1 / len(parts)) for one in parts)
    return Target(f"slice {redact(place)} ({len(parts)} held-out documents)", passages, texts)


def checkpoint_of(subject: Subject) -> Checkpoint:
    """The model of a run. Raises :class:`IncompleteError` where there is none."""
    if subject.checkpoint is None:
        raise IncompleteError(f"{subject.folder}: there is no model; 'headwater train' makes one")
    return subject.checkpoint


def _in_slice(subject: Subject, place: str) -> list[str]:
    held: list[str] = getattr(checkpoint_of(subject), "held_out_ids", list)()
    if not held:
        raise IncompleteError("no document was held out of training; set model.held_out above 0")
    if place == "held-out":
        return held
    name, sign, value = place.partition("=")
    if not sign:
        raise UsageError(f"no slice {place!r}; write held-out, NAME=VALUE (source=docs) or gap=COMPARISON")
    rows = subject.corpus.documents(held)
    known = {each: _label(rows[each], name) for each in held if each in rows}
    chosen = [each for each in held if known.get(each) == value]
    if not chosen:
        there = sorted({label for label in known.values() if label is not None})[:10]
        raise IncompleteError(
            f"no held-out document has {name} {value!r}; "
            + (f"held-out ones have {', '.join(map(redact, there))}" if there else f"none of them has a {name!r}")
        )
    return chosen


def _label(row: Mapping[str, Any], name: str) -> str | None:
    if name in OWN:
        return row[name] or "unknown"
    for column in ("groups", "attributes"):
        found = dict(row.get(column) or {}).get(name)
        if found is not None:
            return str(found)
    return None
