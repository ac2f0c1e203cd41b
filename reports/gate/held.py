"""A limit of a policy, and every measurement of a run that it is about held against it."""

import difflib
import math
from datetime import timedelta

from ...core import SEVERITIES, Measurement, NotMeasured, Score
from .checks import CHECKS
from .evidence import Part
from .judged_run import JudgedRun, Measured
from .measured_by import way_to_measure
from .policy import Limit, duration
from .statuses import Status

MOST_NEEDED = 10**12
LOOKED = frozenset({"evaluation", "audit"})
TYPING_ERROR = 0.85
"""So alike are two names of which one is a slip of the other."""


def hold(run: JudgedRun, limit: Limit) -> list[Part]:
    """A part for each measurement; none where the limit is about tracks of a kind that this run has not."""
    if limit.modality and not run.has(limit.modality):
        return []
    if limit.findings:
        return [_findings(run, limit)]
    if limit.check:
        measured = CHECKS.get(limit.check)(run, **limit.options)
        found = [Measured("", "", one) for one in measured if _fits(limit, one)]
        bounded = limit.at_most is not None or limit.at_least is not None
        limit = limit if bounded else limit.model_copy(update={"at_least": 1.0})
    else:
        found = [one for one in run.scores(limit.metric or "") if _concerns(run, limit, one)]
    if not found:
        return [Part(limit.name, "not_measured", _absent(run, limit))]
    scores = [one for one in found if isinstance(one.score, Score)]
    gaps = [one for one in found if isinstance(one.score, NotMeasured)]
    kept = [*scores, *gaps] if limit.every_slice or limit.check or not scores else scores
    return [_part(run, limit, one) for one in kept]


def _concerns(run: JudgedRun, limit: Limit, one: Measured) -> bool:
    whole = not limit.only or len(one.score.slice) == len(limit.slice) or isinstance(one.score, NotMeasured)
    return whole and _fits(limit, one.score) and _is_about(run, limit, one.track)


def _fits(limit: Limit, score: Measurement) -> bool:
    """Whether the slice is one that the limit is about."""
    wanted = all(score.slice.get(key) == value for key, value in limit.slice.items())
    return wanted and not any(score.slice.get(key) == value for key, value in limit.without.items())


def _is_about(run: JudgedRun, limit: Limit, track: str) -> bool:
    """Whether the limit is about a track; one without a corpus may be of any kind."""
    return limit.track in (None, track) and (limit.modality is None or run.modality(track) in (None, limit.modality))


def _absent(run: JudgedRun, limit: Limit) -> str:
    stages = {report.stage for _, report in run.reports()}
    if not stages & LOOKED:
        return "neither audit nor evaluation was run"
    where = f" with {', '.join(f'{key} {value}' for key, value in limit.slice.items())}" if limit.slice else ""
    names = {score.metric for _, report in run.reports() for score in report.scores}
    near = [] if limit.name in names else difflib.get_close_matches(limit.name, sorted(names), n=1, cutoff=TYPING_ERROR)
    way = f'it did measure "{near[0]}"' if near else "" if limit.name in names else way_to_measure(limit.name)
    return f"this run did not measure it{where}" + (f"; {way}" if way else "")


def _part(run: JudgedRun, limit: Limit, one: Measured) -> Part:
    if isinstance(one.score, NotMeasured):
        return Part(
            one.score.metric, "not_measured", one.score.reason, one.track, one.stage, slice=dict(one.score.slice)
        )
    status, reason = held(one.score, limit)
    old = too_old(run, limit, one)
    if old and status != "fail":
        status, reason = "stale", old
    needed = more_needed(one.score, limit) if status == "inconclusive" else None
    if needed:
        reason += f"; about {needed:,} more items would settle it"
    threshold = limit.at_most if limit.at_most is not None else limit.at_least
    direction = "" if threshold is None else "at most" if limit.at_most is not None else "at least"
    return Part.of(
        one.score, status, reason=reason, track=one.track, stage=one.stage, direction=direction, threshold=threshold,
        needed=needed,
    )  # fmt: skip


def held(score: Score, limit: Limit) -> tuple[Status, str]:
    """The status of one score against a limit, and why. A bound that touches the limit is within it."""
    if score.n < limit.minimum_n:
        return "inconclusive", f"n is {score.n:,}, and the policy asks for {limit.minimum_n:,}"
    if limit.at_most is None and limit.at_least is None:
        return "pass", "measured; the policy sets no limit"
    low, high = score.low, score.high
    if low is None or high is None:
        if not limit.exact:
            return "inconclusive", f"no interval ({score.interval or 'undefined'}), so no limit can be held against it"
        low = high = score.value
    if limit.at_most is not None:
        good, bad, word, end = high <= limit.at_most, low > limit.at_most, "at most", limit.at_most
    else:
        end = limit.at_least if limit.at_least is not None else -math.inf
        good, bad, word = low >= end, high < end, "at least"
    subject = "counted" if low == high else "the whole interval is"
    if good:
        return "pass", f"{subject}: {word} {end:g}" if low == high else f"{subject} {word} {end:g}"
    if bad:
        return "fail", f"{subject}: not {word} {end:g}" if low == high else f"the whole interval misses {word} {end:g}"
    return "inconclusive", f"the limit {end:g} lies inside the interval"


def more_needed(score: Score, limit: Limit) -> int | None:
    """About how many more items would take the limit out of the interval, if the value stays: its width goes with
    1 / sqrt(n). None where the value stands on the limit or there is no interval."""
    short = limit.minimum_n - score.n if score.n < limit.minimum_n else None
    end = limit.at_most if limit.at_most is not None else limit.at_least
    if end is None or score.low is None or score.high is None or score.value == end:
        return short
    reach = score.high - score.value if end > score.value else score.value - score.low
    wanted = score.n * (reach / abs(score.value - end)) ** 2
    if wanted > MOST_NEEDED:
        return short
    return max(limit.minimum_n, math.ceil(wanted)) - score.n if wanted > score.n else short


def too_old(run: JudgedRun, limit: Limit, one: Measured | None = None) -> str:
    """Why a measurement is too old; empty where it is not. A check is as old as the oldest stage of the run."""
    allowed = limit.maximum_age or run.policy.maximum_age
    if allowed is None:
        return ""
    when = run.measured_at(one.track, one.stage) if one and one.stage else run.oldest
    if when is None:
        return f"nobody knows when it was measured (no ledger), and the policy allows {allowed}"
    age = run.now - when
    if age <= duration(allowed):
        return ""
    days, hours = age // timedelta(days=1), age // timedelta(hours=1)
    spent = f"{days} days" if days > 1 else f"{hours} hours" if hours > 1 else f"{age // timedelta(seconds=1)} seconds"
    return f"measured {spent} ago, and the policy allows {allowed}"


def _findings(run: JudgedRun, limit: Limit) -> Part:
    """Absent findings pass only where what would have made them was measured."""
    counted = SEVERITIES[: SEVERITIES.index(limit.severity) + 1]
    found = [
        (track, report.stage, finding)
        for track, report in run.reports()
        for finding in report.findings
        if finding.code.startswith(limit.findings) and finding.severity in counted and _is_about(run, limit, track)
    ]  # fmt: skip
    if found:
        track, stage, first = found[0]
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        return Part(first.code, "fail", f"{first.title}{more}", track, stage)
    needed = [one for one in run.scores(limit.needs or "") if _is_about(run, limit, one.track)]
    looked = [one for one in needed if isinstance(one.score, Score)]
    if limit.needs and not looked:
        gaps = [one.score.reason for one in run.scores(limit.needs) if isinstance(one.score, NotMeasured)]
        why = gaps[0] if gaps else way_to_measure(limit.needs)
        reason = f"{limit.needs} was not measured, so nothing could be found" + (f": {why}" if why else "")
        return Part(limit.name, "not_measured", reason)
    if not limit.needs and not {report.stage for _, report in run.reports()} & LOOKED:
        return Part(limit.name, "not_measured", "neither audit nor evaluation was run, so nothing could be found")
    old = too_old(run, limit, looked[0] if looked else None)
    return Part(limit.name, "stale" if old else "pass", old or "no such finding")
