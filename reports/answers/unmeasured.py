"""What was not measured?"""

from ...core import Score
from ..run import Run
from ..sections.not_measured import Gap, gaps
from .base import Answer, Speaker, Statement

NAMED = 6


def unmeasured(run: Run) -> Answer:
    """Stages that were not run, metrics without any value, metrics that lack single groups, and open controls."""
    say, missing = Speaker(run), gaps(run)
    stages = [gap for gap in missing if gap.what.startswith("the whole ")]
    scores = [gap for gap in missing if gap not in stages]
    values = [placed for placed in run.scores() if isinstance(placed.score, Score)]
    measured = {(placed.score.metric, placed.track, placed.stage) for placed in values}
    whole = [gap for gap in scores if not _has_value(gap, measured)]
    partial = [gap for gap in scores if gap not in whole]
    found = [
        *([say("unmeasured.stages", "not-measured", gap=True, names=_names(stages, say))] if stages else []),
        *_metrics(whole, say),
        *([say("unmeasured.slices", "not-measured", gap=True, count=len(partial), names=_names(partial, say))]
          if partial else []),
        *_controls(run, say),
    ]  # fmt: skip
    return Answer("unmeasured", tuple(found) or (say("unmeasured.nothing", "not-measured"),))


def _has_value(gap: Gap, measured: set[tuple[str, str, str]]) -> bool:
    return any(metric == gap.what and f"{track} {stage}".strip() == gap.where for metric, track, stage in measured)


def _names(found: list[Gap], say: Speaker) -> str:
    return say.listed(list(dict.fromkeys(gap.what.removeprefix("the whole ") for gap in found)), NAMED)


def _metrics(whole: list[Gap], say: Speaker) -> list[Statement]:
    names = list(dict.fromkeys(gap.what for gap in whole))
    if not names:
        return []
    reason = next(gap.reason for gap in whole if gap.what == names[0])
    return [say("unmeasured.metrics", "not-measured", gap=True, count=len(names), names=say.listed(names, NAMED),
                first=names[0], reason=reason)]  # fmt: skip


def _controls(run: Run, say: Speaker) -> list[Statement]:
    open_ones = [one.control for one in run.evidence if one.status == "not_measured"]
    if not open_ones:
        return []
    return [say("unmeasured.controls", "checklist", gap=True, count=len(open_ones), names=say.listed(open_ones, NAMED))]
