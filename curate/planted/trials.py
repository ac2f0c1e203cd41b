"""Plants known items in a sample of texts, runs the real steps over it, and counts what they report."""

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np

from ...core import (
    Corpus,
    CorpusWriter,
    Measurement,
    NotMeasured,
    Progress,
    Score,
    generator,
    record_batch,
    text_record,
    wilson,
)
from ..base import FILTERS, BatchStep, CorpusStep
from .copies import LEVELS, Copy, edited_copy
from .personal_data import MAKERS, Maker

RECALL, FALSE_POSITIVES = "planted-control-recall", "planted-control-false-positive-rate"
METHODS = {
    RECALL: "planted-controls/1 share of planted items reported; Wilson",
    FALSE_POSITIVES: "planted-controls/1 share of planted look-alikes reported; Wilson",
}
LONGEST = 4_000


@dataclass(frozen=True, slots=True)
class Trial:
    """One kind of control: how many of the ``planted`` items a detector ``reported``.

    ``positive``: they should have been reported. ``wrong`` are the ids of documents in which it erred.
    """

    detector: str
    level: str
    positive: bool
    planted: int
    reported: int
    wrong: tuple[str, ...] = ()

    def score(self) -> Measurement:
        """Recall (where the items are real) or false-positive rate (where they are look-alikes), in [0, 1]."""
        metric = RECALL if self.positive else FALSE_POSITIVES
        place = {"detector": self.detector, "level": self.level}
        if not self.planted:
            return NotMeasured(metric, "no document of the sample can carry this control", place)
        low, high = wilson(self.reported, self.planted)
        return Score(
            metric=metric,
            value=self.reported / self.planted,
            n=self.planted,
            unit="share of planted items",
            method=METHODS[metric],
            low=low,
            high=high,
            direction="higher" if self.positive else "lower",
            slice=place,
        )


def duplicate_trials(
    sample: Mapping[str, str], per_level: int, threshold: float, seed: int, progress: Progress
) -> Iterator[Trial]:
    """Exact and edited copies of the sample, judged by the steps ``exact-duplicates`` and ``near-duplicates``.

    ``sample`` maps ids to texts. A copy counts as reported where it ends in one cluster with its original.
    """
    texts = list(sample.values())
    copies = [*_exact_copies(texts, per_level, seed), *_edited_copies(texts, per_level, seed)]
    exact, near = FILTERS.get("exact-duplicates")(), FILTERS.get("near-duplicates")(threshold=threshold)
    with tempfile.TemporaryDirectory() as folder:
        corpus, names = _write(Path(folder) / "corpus", texts, copies)
        found = {step.name: _merged(cast(CorpusStep, step), corpus, names, copies, progress) for step in (exact, near)}
    for level in ("exact", *(f"{level:g}" for level in LEVELS)):
        for detector, limit in (("exact-duplicates", 1.0), ("near-duplicates", threshold)):
            if detector == "exact-duplicates" and level not in ("exact", f"{LEVELS[-1]:g}"):
                continue
            expected = level == "exact" or float(level) >= limit
            # Where the threshold cuts through a level, its copies are of both kinds, and each kind is a trial.
            for positive in (True, False):
                chosen = [
                    place
                    for place, copy in enumerate(copies)
                    if copy.level == level and (copy.similarity >= limit) == positive
                ]
                if chosen or positive == expected:
                    yield _copy_trial(detector, level, positive, copies, chosen, found[detector], list(sample))


def personal_data_trials(sample: Mapping[str, str], per_type: int, seed: int) -> Iterator[Trial]:
    """Synthetic values and look-alikes of each type, judged by the step ``personal-data``.

    A value or look-alike counts as reported where a span of its type touches it.
    """
    step = cast(BatchStep, FILTERS.get("personal-data")())
    for kind, (real, false) in MAKERS.items():
        for maker, positive in ((real, True), (false, False)):
            yield _value_trial(step, kind, maker, positive, sample, per_type, seed)


def _exact_copies(texts: Sequence[str], wanted: int, seed: int) -> list[Copy]:
    hosts = generator(seed, "planted-controls", "exact").permutation(len(texts)).tolist()
    usable = [host for host in hosts if texts[host].strip()]
    return [Copy(host, texts[host], 1.0, "exact") for host in usable[:wanted]]


def _edited_copies(texts: Sequence[str], wanted: int, seed: int) -> Iterator[Copy]:
    for level in LEVELS:
        rng = generator(seed, "planted-controls", "edited", f"{level:g}")
        made = 0
        for host in rng.permutation(len(texts)).tolist():
            copy = edited_copy(host, texts[host], level, rng) if made < wanted else None
            if copy is not None:
                made += 1
                yield copy


def _write(folder: Path, texts: Sequence[str], copies: Sequence[Copy]) -> tuple[Corpus, list[str]]:
    """The sample and after it the copies as a corpus, and the ids in order."""
    everything = [*texts, *(copy.text for copy in copies)]
    rows = [text_record(text, f"planted:{number}", "planted-controls") for number, text in enumerate(everything)]
    with CorpusWriter(folder) as writer:
        writer.write(record_batch(rows))
    return Corpus(folder), [row["id"] for row in rows]


def _merged(
    step: CorpusStep, corpus: Corpus, names: Sequence[str], copies: Sequence[Copy], progress: Progress
) -> list[bool]:
    """For each copy, whether the step puts it into one cluster with its original."""
    kept = {decision.id: decision.duplicate_of for decision in step.judge_corpus(corpus, progress).decisions}
    first = len(names) - len(copies)
    return [
        kept.get(names[first + place], names[first + place]) == kept.get(names[copy.host], names[copy.host])
        for place, copy in enumerate(copies)
    ]


def _copy_trial(
    detector: str,
    level: str,
    positive: bool,
    copies: Sequence[Copy],
    chosen: Sequence[int],
    merged: Sequence[bool],
    ids: Sequence[str],
) -> Trial:
    wrong = tuple(sorted({ids[copies[place].host] for place in chosen if merged[place] != positive}))
    return Trial(detector, level, positive, len(chosen), sum(merged[place] for place in chosen), wrong)


def _value_trial(
    step: BatchStep, kind: str, maker: Maker, positive: bool, sample: Mapping[str, str], wanted: int, seed: int
) -> Trial:
    rng = generator(seed, "planted-controls", kind, "value" if positive else "look-alike")
    ids = list(sample)
    hosts = [ids[place] for place in rng.integers(0, len(ids), wanted).tolist()]
    planted = [insert(sample[host][:LONGEST], maker(rng), rng) for host in hosts]
    rows = [text_record(text, f"{kind}:{number}", "planted-controls") for number, (text, _, _) in enumerate(planted)]
    spans: dict[str, list[tuple[int, int]]] = {row["id"]: [] for row in rows}
    for note in step.judge(record_batch(rows)).annotations:
        if note.label == kind:
            spans[note.id].append((note.start, note.end))
    reported = [_hit(spans[row["id"]], start, end) for row, (_, start, end) in zip(rows, planted, strict=True)]
    wrong = tuple(sorted({host for host, hit in zip(hosts, reported, strict=True) if hit != positive}))
    return Trial(kind, "planted" if positive else "look-alike", positive, wanted, sum(reported), wrong)


def insert(text: str, value: str, rng: np.random.Generator) -> tuple[str, int, int]:
    """The text with the value between two of its words, and where the value starts and ends."""
    gaps = [match.start() for match in re.finditer(" ", text)]
    place = gaps[int(rng.integers(0, len(gaps)))] if gaps else len(text)
    return f"{text[:place]} {value} {text[place:]}", place + 1, place + 1 + len(value)


def _hit(spans: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    return any(begin < end and stop > start for begin, stop in spans)
