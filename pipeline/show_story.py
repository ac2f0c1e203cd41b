"""How a document's story looks on a terminal."""

from collections.abc import Iterator, Mapping
from typing import Any

from .show import decision_line, one_line, steps_seen

COPIES = 8


def story_lines(story: Mapping[str, Any]) -> Iterator[str]:
    """What is known of one document, from its source to the outputs that repeat it."""
    yield f"{story['id']}  {story['status']}" + (f"  ({story['reason']})" if story["reason"] else "")
    yield from _read(story)
    if story["path"]:
        yield ""
        yield "Steps"
    for step in story["path"]:
        yield from _step(step)
    yield from _copies(story)
    yield ""
    yield "Training  " + (f"{story['split']}, " if story["split"] else "") + steps_seen(story["steps"])
    yield from _samples(story)
    for note in story["notes"]:
        yield f"Note      {note}"
    yield ""
    yield f"Text      {story['characters']:,} characters; redacted excerpt:"
    yield story["excerpt"] or "(not kept)"


def _read(story: Mapping[str, Any]) -> Iterator[str]:
    read = story["read"]
    if not read:
        yield f"Planted   {story['source']}"
        return
    known = [("licence", read["licence"]), ("language", read["language"]), ("collected", read["collected"])]
    told = [f"{key} {value}" for key, value in [*known, ("url", read["url"])] if value]
    yield f"Read      {read['source']}  {read['locator']}"
    yield f"          {', '.join(told)}"
    for name in ("groups", "attributes"):
        if read[name]:
            yield f"          {name}: " + ", ".join(f"{key}={value}" for key, value in read[name].items())


def _step(step: Mapping[str, Any]) -> Iterator[str]:
    decided = step["rule"] is not None
    kept = "read" if step["number"] == 0 and step["outcome"] == "kept" else step["outcome"]
    words = decision_line({**step, "action": step["outcome"]}) if decided else kept
    words = words.replace(f" by {step['step']}:", ":", 1)
    evidence = f"  ({one_line(step['evidence'])})" if step["evidence"] else ""
    yield f"  {step['number']:>2} {step['step']:<22} {words}{evidence}"
    if step["annotation_count"]:
        yield f"     {'':<22} noted: {_annotations(step)}"
    edit = step["edit"]
    for change in edit["changes"] if edit else ():
        yield f"       - {one_line(change['before'])}"
        yield f"       + {one_line(change['after'])}"
    if edit and edit["count"] > len(edit["changes"]):
        yield f"       {edit['count']:,} changes in all"


def _annotations(step: Mapping[str, Any]) -> str:
    shown = step["annotations"][:COPIES]
    more = step["annotation_count"] - len(shown)
    words = [
        f"{note['label']} {note['start']}-{note['end']}" if note["end"] else f"{note['label']} {note['score']:.4g}"
        for note in shown
    ]
    return ", ".join(words) + (f" and {more:,} more" if more > 0 else "")


def _copies(story: Mapping[str, Any]) -> Iterator[str]:
    survivor = story["survivor"]
    if survivor:
        told = [survivor.get(key) for key in ("source", "licence", "locator")]
        yield ""
        yield f"Stayed    {survivor['id']}  {survivor['status']}  {'  '.join(str(one) for one in told if one)}"
    if story["duplicate_count"]:
        yield ""
        yield f"Copies    {story['duplicate_count']:,} documents were removed for this one"
    for copy in story["duplicates"][:COPIES]:
        yield f"          {copy['id']}  {decision_line({**copy, 'action': 'removed', 'duplicate_of': None})}"


def _samples(story: Mapping[str, Any]) -> Iterator[str]:
    if story["samples"] is None:
        return
    number = len(story["samples"])
    yield f"Samples   {number or 'none'} of the model repeat{'s' if number == 1 else ''} 50 characters of it or more"
    for sample in story["samples"]:
        shared = f"{sample['characters']:,} characters: {one_line(sample['excerpt'])}"
        yield f"          {sample['id']} ({sample['kind']}): {shared}"
