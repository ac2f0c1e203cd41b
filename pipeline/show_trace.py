"""How the trace of a sample, a finding or a source looks on a terminal."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..core import InputError
from .show import counted, one_line, steps_seen, trace_lines

COUNTED = 12
FINDING = re.compile(r"HW-[A-Z]\d{3}")
SAMPLE = re.compile(r"(free|prefix|repeat|counterfactual|image|row)-\d{5,6}")


def refuse_sample_id(folder: Path, name: str) -> None:
    """Raise where a text has the form of a sample's id: no sample of the run is called so."""
    if SAMPLE.fullmatch(name):
        drawn = (folder / "samples" / "samples.parquet").is_file()
        way = "samples/samples.parquet lists them" if drawn else "'headwater sample' draws samples"
        raise InputError(f"{folder}: the run has no sample {name}; {way}")


def sample_lines(found: Mapping[str, Any]) -> Iterator[str]:
    """A sample, the document its prompt was taken from, and its spans or nearest images."""
    sample = found["sample"]
    known = [f"{key} {sample[key]}" for key in ("kind", "group", "label", "seed") if sample.get(key) is not None]
    yield f"sample {sample['id']}  {', '.join(known)}"
    if "prompt" in sample:
        yield f'prompt "{one_line(sample["prompt"])}"'
    if found["prompted_by"]:
        yield "the prompt was taken from"
        yield from _card(found["prompted_by"])
    if found["findings"]:
        yield f"shown by {', '.join(dict.fromkeys(found['findings']))}"
    if found["trace"]:
        from ..evaluate import Trace

        yield from trace_lines(Trace.from_json(found["trace"]))
    elif found["nearest"] is None:
        yield "the output is empty: there is nothing to trace"
    for image in found["nearest"] or ():
        near = "" if image["closeness"] is None else f", {image['closeness']:.2f} times as far as that image's nearest"
        yield f"at distance {image['distance']:.4g}{near}"
        yield from _card(image)


def finding_lines(found: Mapping[str, Any]) -> Iterator[str]:
    """A finding, its examples, and the documents behind it by source and by what curation did."""
    finding = found["finding"]
    yield f"{finding['code']}  {finding['severity']}  {finding['title']}"
    yield finding["meaning"]
    yield f"What to do: {finding['advice']}"
    for example in finding["examples"]:
        marked = " [...] ".join(example["text"][start:end] for start, end in example["spans"]) or example["text"]
        yield ""
        yield f'{example["id"]}  "{one_line(marked)}"' + (f"  ({example['note']})" if example["note"] else "")
        for name in example["document_ids"]:
            yield f"  from {name}"
    yield ""
    number = found["document_count"]
    if not number:
        yield "no single document stands behind it"
        return
    yield f"{counted(number, 'document')} {'stands' if number == 1 else 'stand'} behind it" + _unknown(found["unknown"])
    yield from _counted([(row["documents"], f"{row['source']}  {row['licence']}") for row in found["sources"]])
    if found["decisions"]:
        yield "decisions that curation took on them"
        yield from _counted([(number, what) for what, number in found["decisions"].items()])
    for card in found["documents"]:
        yield from _card(card)


def source_lines(found: Mapping[str, Any]) -> Iterator[str]:
    """What became of a source, by licence, and what repeats it."""
    yield f"source {found['source']}"
    for row in found["licences"]:
        seen = "" if row["trained"] is None else f"; {row['trained']:,} trained on, {row['times_seen']:,} times in all"
        yield f"  {row['licence']}: {row['kept']:,} documents kept, {row['removed']:,} removed{seen}"
        yield (
            f"      repeated by {row['free_samples']:,} free samples and {row['prompted_samples']:,} prompted ones"
            + (f", {row['longest_span']:,} bytes at most" if row["longest_span"] else "")
        )
    if found["removed"]:
        yield "removed by"
        yield from _counted([(row["documents"], f"{row['step']}: {row['rule']}") for row in found["removed"]])
    if found["findings"]:
        yield f"findings that name its documents: {', '.join(dict.fromkeys(found['findings']))}"
    if found["repeated"]:
        yield "documents that most samples repeat"
    for card in found["repeated"]:
        yield from _card(card, f"repeated by {card['samples']} sample{'s' if card['samples'] != 1 else ''}")
    if found["samples"]:
        yield f"samples that repeat it: {', '.join(found['samples'])}"


def _card(card: Mapping[str, Any], more: str = "") -> Iterator[str]:
    yield f"  {card['id']}  {card['status']}  {card['source']}  {card['licence']}  {card['locator']}"
    seen = steps_seen(card["steps"], card["step_count"])
    yield f"      copies: {card['copies_before']} before deduplication, {card['copies_after']} after; {seen}"
    if more:
        yield f"      {more}"


def _unknown(ids: Sequence[str]) -> str:
    return f"; {len(ids):,} of them are not in this run folder" if ids else ""


def _counted(rows: Sequence[tuple[int, str]]) -> Iterator[str]:
    for number, what in rows[:COUNTED]:
        yield f"  {number:>7,}  {what}"
    if len(rows) > COUNTED:
        yield f"  and {len(rows) - COUNTED:,} more"
