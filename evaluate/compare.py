"""Which of two models is better: scores of two runs, or of several that differ in their seed, item by item."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from ..core import InputError, Measurement, Score, StageReport, UsageError, canonical_json, protocol_difference
from .items import ItemValues, Key, read_items
from .paired_runs import Paired, compare_items, compare_other_items, enough
from .statistics import detectable_effect, holm, items_to_detect

ALPHA = 0.05
Verdict = Literal["A better", "B better", "A higher", "B higher", "no difference shown", "the same", "not comparable"]
Runs = Path | str | Sequence[Path | str]


@dataclass(frozen=True, slots=True)
class ScoreComparison:
    """One score of A and B. ``difference`` is A - B (of perplexity the logarithm of A / B), bounded at 95 %.

    ``p`` belongs to no difference, ``adjusted`` is Holm's over all scores compared; the verdict rests on it.
    ``detectable`` is the smallest true difference found with power 0.8, ``more`` the items to add until this one is.
    ``items`` counts those on both sides, ``only_a`` and ``only_b`` what the other side lacks. ``reason`` says why
    nothing is compared. ``least`` is the smallest p that the test can give here: where it is above 0.05 no outcome
    could decide, and the score does not count for Holm's correction (Tarone 1990, Biometrics 46, 515-522).
    ``item`` is true of a score of one item (a canary) whose metric is compared over all such items.
    """

    metric: str
    slice: Mapping[str, str]
    unit: str
    a: float | None
    b: float | None
    verdict: Verdict
    reason: str = ""
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    adjusted: float | None = None
    test: str = ""
    items: int = 0
    only_a: int = 0
    only_b: int = 0
    detectable: float | None = None
    more: int | None = None
    direction: str = "none"
    method: str = ""
    least: float = 0.0
    item: bool = False

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {**asdict(self), "slice": dict(self.slice)}


@dataclass(frozen=True)
class _Run:
    folder: Path
    scores: Mapping[tuple[str, str], Measurement]
    items: Mapping[Key, ItemValues]
    model: str | None = None


def compare(a: Runs, b: Runs, *, seed: int = 0) -> tuple[ScoreComparison, ...]:
    """Compare the evaluations of two run folders, or of several a side that differ in their seed.

    Items are joined by id within a metric, slice and protocol. With several runs a side the variance between seeds is
    part of the interval. Scores of different protocols are not compared. ``seed`` is that of permutation tests.
    Raises :class:`InputError` where a folder holds no evaluation.
    """
    sides = tuple([_open(Path(folder)) for folder in _listed(side)] for side in (a, b))
    if not all(sides):
        raise UsageError("a comparison needs a run on each side")
    for side in sides:
        _other_models(side)
    keys = list(dict.fromkeys(key for side in sides for run in side for key in run.scores))
    found = [_compare(key, sides, seed) for key in keys]
    tested = [one for one in found if one.p is not None and one.least <= ALPHA]
    adjusted = iter(holm([one.p for one in tested if one.p is not None]))
    return tuple(_judged(one, float(next(adjusted)) if one in tested else None) for one in found)


def _listed(side: Runs) -> Sequence[Path | str]:
    return [side] if isinstance(side, str | Path) else side


def _open(folder: Path) -> _Run:
    path = folder / "evaluation.json"
    if not path.is_file():
        raise InputError(f"{folder}: no evaluation.json; 'headwater evaluate' makes one")
    scores: dict[tuple[str, str], Measurement] = {}
    report = StageReport.load(path)
    for score in report.scores:
        scores.setdefault((score.metric, _place(score)), score)
    return _Run(
        folder,
        scores,
        {(one.metric, one.method, one.key[1]): one for one in read_items(folder)},
        report.detail.get("model"),
    )


def _other_models(side: Sequence[_Run]) -> None:
    """Runs of one side are there to show the variance between seeds: the same model twice would hide it."""
    seen: dict[str, Path] = {}
    for run in side:
        if run.model is not None and (first := seen.setdefault(run.model, run.folder)) != run.folder:
            raise UsageError(
                f"{first} and {run.folder} hold the same model; runs of one side need another 'seed:' each"
            )


def _place(score: Measurement) -> str:
    return canonical_json(dict(score.slice)).decode()


def _compare(key: tuple[str, str], sides: tuple[list[_Run], ...], seed: int) -> ScoreComparison:
    measured = [[run.scores.get(key) for run in side] for side in sides]
    flat = [score for side in measured for score in side]
    first = next(score for score in flat if score is not None)
    if reason := _missing(measured):
        return _refused(first, measured, reason)
    scores = [[score for score in side if isinstance(score, Score)] for side in measured]
    base = scores[0][0]
    for other in (score for side in scores for score in side):
        if reason := protocol_difference(base, other):
            return _refused(base, measured, reason)
    wanted = (base.metric, base.method, _place(base))
    items = [[run.items.get(wanted) for run in side] for side in sides]
    lacking = [name for name, side in zip("AB", items, strict=True) if any(one is None for one in side)]
    if lacking and (whole := _whole_of(base, sides[0][0])):
        reason = f"it is one item of {whole}, which is compared as a whole"
        return replace(_refused(base, measured, reason), item=True)
    if lacking:
        both = "it is a value of the whole, without single items"
        alone = f"no values of single items were kept in {lacking[0]}"
        return _refused(base, measured, both if len(lacking) > 1 else alone)
    kept = [[one for one in side if one is not None] for side in items]
    return _compared(base, measured, kept, seed)


def _whole_of(score: Score, run: _Run) -> str:
    """The score that has this one among its items: same metric, a wider slice, and an id that the slice names."""
    for one in run.items.values():
        rest = {key: value for key, value in score.slice.items() if key not in one.slice}
        wider = rest and all(score.slice.get(key) == value for key, value in one.slice.items())
        if one.metric == score.metric and wider and set(rest.values()) & set(one.ids):
            return " ".join((one.metric, *(f"{key} {value}" for key, value in one.slice.items())))
    return ""


def _missing(measured: Sequence[Sequence[Measurement | None]]) -> str:
    reasons = []
    for name, side in zip("AB", measured, strict=True):
        for score in side:
            if not isinstance(score, Score):
                reasons.append(f"{name}: {'not measured there' if score is None else score.reason}")
    return "; ".join(dict.fromkeys(reasons))


def _refused(score: Measurement, measured: Sequence[Sequence[Measurement | None]], reason: str) -> ScoreComparison:
    values = [
        float(np.mean([one.value for one in side if isinstance(one, Score)]))
        if any(isinstance(one, Score) for one in side)
        else None
        for side in measured
    ]
    known = score if isinstance(score, Score) else None
    unit, method = (known.unit, known.method) if known else ("", "")
    return ScoreComparison(
        score.metric, score.slice, unit, values[0], values[1], "not comparable", reason, method=method
    )


def _compared(
    score: Score, measured: Sequence[Sequence[Measurement | None]], kept: Sequence[Sequence[ItemValues]], seed: int
) -> ScoreComparison:
    shared = sorted(set.intersection(*(set(one.ids) for side in kept for one in side)))
    if len(shared) >= 2 and enough(kept[0][0], shared):
        found = compare_items(kept[0], kept[1], shared, seed)
    elif shared or any(len(side) > 1 for side in kept):
        parts = " of each part of the difference" if kept[0][0].transform == "difference" else ""
        return _refused(score, measured, f"{len(shared)} items are on both sides, 2{parts} are needed")
    else:
        found = compare_other_items(kept[0][0], kept[1][0])
    unit = "nats, log(A / B)" if kept[0][0].transform == "exp" else score.unit
    return _filled(score, found, unit, [len(set().union(*(one.ids for one in side)) - set(shared)) for side in kept])


def _filled(score: Score, found: Paired, unit: str, alone: Sequence[int]) -> ScoreComparison:
    estimate = found.difference
    wanted = items_to_detect(estimate, estimate.value) if estimate.value else None
    return ScoreComparison(
        score.metric, score.slice, unit, found.a, found.b, "no difference shown",
        difference=estimate.value, low=estimate.low, high=estimate.high, p=found.p, test=found.test,
        items=found.items, only_a=alone[0], only_b=alone[1], detectable=detectable_effect(estimate),
        more=None if wanted is None else max(1, wanted - estimate.n), direction=score.direction, method=score.method,
        least=found.least,
    )  # fmt: skip


def _judged(one: ScoreComparison, adjusted: float | None) -> ScoreComparison:
    if one.p is None:
        return one
    verdict: Verdict = "no difference shown"
    if one.difference == 0 and one.low == one.high == 0:
        verdict = "the same"
    elif adjusted is not None and adjusted <= ALPHA and one.difference:
        above = one.difference > 0
        if one.direction == "none":
            verdict = "A higher" if above else "B higher"
        else:
            verdict = "A better" if above == (one.direction == "higher") else "B better"
    settled = verdict not in ("no difference shown", "the same")
    return replace(one, adjusted=adjusted, verdict=verdict, more=0 if settled else one.more)
