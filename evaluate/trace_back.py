"""From a sample, a finding or a source of documents back to the documents, and from there to what became of them."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from ..core import Finding, InputError
from ..curate import redact, redacted
from .base import Subject
from .memorization.source_exposure import SourceUse, source_uses
from .nearest_images import nearest_images
from .trace import LONGEST_TEXT, document_cards, trace

DOCUMENTS, SAMPLES, SHOWN = 10, 20, 10
FACTS = ("kind", "group", "pair", "label", "seed", "model")


def is_sample_id(subject: Subject, name: str) -> bool:
    """Whether the run has a sample of this id."""
    return subject.samples is not None and _sample(subject, name) is not None


def trace_sample(
    subject: Subject, name: str, findings: Iterable[Finding] = (), *, minimum: int = 32, documents: int = 10
) -> dict[str, Any]:
    """A sample, and the documents that it comes from, as JSON values; texts are redacted.

    ``sample`` holds what is known of it, ``trace`` its :class:`Trace` where it is text (that of the first 100,000
    characters), ``nearest`` the training images that it is nearest to where it is an image, ``prompted_by`` the card of
    the document that its prompt was taken from, ``findings`` the codes of those ``findings`` that show it. Raises
    :class:`InputError` for an id that no sample has, and for rows of tables.
    """
    row = _sample(subject, name)
    if row is None:
        raise InputError(f"no sample {name!r} in {subject.folder}; samples/samples.parquet lists them")
    if "table" in row:
        raise InputError(f"{name} is a row of a table; its nearest rows of the corpus stand in the report")
    origin = row.get("document_id")
    return {
        "sample": _facts(row),
        "trace": _text_trace(subject, row, minimum, documents),
        "nearest": nearest_images(subject, name) if "image" in row else None,
        "prompted_by": document_cards(subject, [origin]).get(origin) if origin else None,
        "findings": [found.code for found in findings if name in _examples(found)],
    }


def trace_finding(subject: Subject, finding: Finding, limit: int = DOCUMENTS) -> dict[str, Any]:
    """A finding with the documents behind it, as JSON values.

    ``documents`` are the cards of the first ``limit``, ``document_count`` counts all; ``sources`` counts them by source
    and licence, ``decisions`` by what curation did with them; ``unknown`` are ids that this run does not hold.
    """
    ids = list(dict.fromkeys([*finding.document_ids, *(i for one in finding.examples for i in one.document_ids)]))
    cards = document_cards(subject, ids)
    owners = Counter((card["source"], card["licence"]) for card in cards.values())
    done = Counter(
        f"{decision['action']} by {decision['step']}: {decision['rule']}"
        for card in cards.values() for decision in card["decisions"]
    )  # fmt: skip
    return {
        "finding": {key: value for key, value in finding.to_json().items() if key not in ("scores", "document_ids")},
        "documents": list(cards.values())[:limit],
        "document_count": len(ids),
        "sources": [
            {"source": redact(s), "licence": licence, "documents": n} for (s, licence), n in owners.most_common()
        ],
        "decisions": dict(done.most_common()),
        "unknown": [name for name in ids if name not in cards],
    }


def trace_source(subject: Subject, name: str, findings: Iterable[Finding] = (), minimum: int = 50) -> dict[str, Any]:
    """What became of a source: its documents by licence, what took them out, training, and the outputs that repeat it.

    JSON values; ``licences`` holds a row for each licence, ``removed`` counts documents by step and rule, ``repeated``
    the cards of the documents that most samples repeat, ``samples`` the ids of these samples, ``findings`` the codes of
    those ``findings`` that name a document of the source. Raises :class:`InputError` for a source that is not there.
    """
    uses = [use for use in source_uses(subject, minimum) if use.source == name]
    if not uses:
        raise InputError(_no_source(name, [redact(use.source) for use in source_uses(subject, minimum)]))
    ids, removed = _documents_of(subject, name)
    repeated = sum((use.repeated for use in uses), Counter[str]())
    told = [one for one, _ in sorted(repeated.items(), key=lambda entry: (-entry[1], entry[0]))[:DOCUMENTS]]
    cards = document_cards(subject, told)
    return {
        "source": redact(name),
        "licences": [_licence_row(use) for use in uses],
        "removed": [{"step": step, "rule": rule, "documents": n} for (step, rule), n in removed.most_common()],
        "repeated": [{**cards[one], "samples": repeated[one]} for one in told if one in cards],
        "samples": sorted(set().union(*(use.free | use.prompted for use in uses)))[:SAMPLES],
        "findings": [found.code for found in findings if ids & {*found.document_ids, *_behind(found)}],
    }


def _sample(subject: Subject, name: str) -> dict[str, Any] | None:
    if subject.samples is None:
        return None
    ids = subject.samples["id"].to_pylist()
    return subject.samples.slice(ids.index(name), 1).to_pylist()[0] if name in ids else None


def _facts(row: Mapping[str, Any]) -> dict[str, Any]:
    known = {key: row[key] for key in FACTS if row.get(key) is not None}
    prompt = {"prompt": redacted(row["prompt"])[0]} if row.get("prompt") else {}
    return {"id": row["id"], **known, **prompt, "parameters": json.loads(row.get("parameters") or "{}")}


def _text_trace(subject: Subject, row: Mapping[str, Any], minimum: int, documents: int) -> dict[str, Any] | None:
    text = (row.get("output") or "")[:LONGEST_TEXT]
    return trace(subject, text, minimum=minimum, documents=documents).to_json() if text else None


def _examples(finding: Finding) -> set[str]:
    shown = {name for score in finding.scores for name in getattr(score, "example_ids", ())}
    return shown | {example.id for example in finding.examples}


def _behind(finding: Finding) -> list[str]:
    return [name for example in finding.examples for name in example.document_ids]


def _no_source(name: str, known: Sequence[str]) -> str:
    near, names = get_close_matches(name, known, 1), list(dict.fromkeys(known))
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    meant = f'; did you mean "{near[0]}"?' if near else f"; the sources are {', '.join(names[:SHOWN])}{more}"
    return f"no document of the run comes from a source {name!r}{meant}"


def _documents_of(subject: Subject, source: str) -> tuple[set[str], Counter[tuple[str, str]]]:
    """Ids of a source's documents, and how many were removed by each step and rule."""
    ids: set[str] = set()
    removed: Counter[tuple[str, str]] = Counter()
    for batch in subject.corpus.batches(["id", "source"]):
        ids |= {row["id"] for row in batch.to_pylist() if (row["source"] or "unknown") == source}
    for batch in subject.removed.batches(["id", "source", "step", "rule"]) if subject.removed else ():
        gone = [row for row in batch.to_pylist() if (row["source"] or "unknown") == source]
        ids |= {row["id"] for row in gone}
        removed.update((row["step"], row["rule"]) for row in gone)
    return ids, removed


def _licence_row(use: SourceUse) -> dict[str, Any]:
    return {
        "licence": use.licence,
        "kept": use.kept,
        "removed": use.removed,
        "characters": use.characters,
        "trained": use.trained,
        "times_seen": use.times,
        "free_samples": len(use.free),
        "prompted_samples": len(use.prompted),
        "documents_repeated": len(use.repeated),
        "longest_span": use.longest,
    }
