"""How the numbers were made, and what the report cannot tell."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from ...core import NotMeasured, Score, Table
from ..judgement import HASH
from ..run import Run, is_control
from .base import SECTIONS
from .not_measured import gaps

DETECTORS = 40


@dataclass(frozen=True, slots=True)
class Method:
    """One protocol, and how many scores were made by it."""

    metric: str
    protocol: str
    scores: int


@dataclass(frozen=True, slots=True)
class Methods:
    """Everything from the manifest and the scores themselves.

    ``seeds`` by what they are of; ``intervals`` how often each way of making an interval was used; ``detectors`` how
    many planted items each detector was tried on and its lowest recall; ``limits`` are keys of the texts that apply to
    this run.
    """

    version: str
    manifest: str
    seeds: tuple[tuple[str, str], ...]
    scores: int
    without_interval: int
    confidences: tuple[str, ...]
    intervals: tuple[tuple[str, int], ...]
    protocols: tuple[Method, ...]
    detectors: tuple[tuple[str, float, int], ...]
    limits: tuple[str, ...]

    def table(self, words: Callable[[str], str]) -> Table:
        """The protocols as a table."""
        columns = tuple(words(f"methods.{name}") for name in ("metric", "protocol", "scores"))
        rows = tuple((one.metric, one.protocol, one.scores) for one in self.protocols)
        return Table("protocols", words("methods.protocols-table"), columns, rows)


@SECTIONS.register("methods", title="Methods and limits", order="93")
def methods(run: Run) -> Methods | None:
    """Version, seeds, protocols, ways of making intervals, power of detectors, limits, and how to verify."""
    scores = [placed.score for placed in run.scores() if isinstance(placed.score, Score)]
    if not any(track.stages for track in run.tracks):
        return None
    counts = Counter((score.metric, score.method) for score in scores)
    return Methods(
        version=str(run.provenance.get("headwater", "")),
        manifest=str(run.provenance.get(HASH, "")),
        seeds=_seeds(run),
        scores=len(scores),
        without_interval=sum(score.low is None for score in scores),
        confidences=tuple(sorted({f"{score.confidence:.0%}" for score in scores if score.low is not None})),
        intervals=tuple(
            Counter(score.interval for score in scores if score.low is not None and score.interval).most_common()
        ),
        protocols=tuple(Method(metric, method, count) for (metric, method), count in sorted(counts.items())),
        detectors=_detectors(run),
        limits=_limits(run),
    )


def _seeds(run: Run) -> tuple[tuple[str, str], ...]:
    found = [("run", str(run.provenance["seed"]))] if run.provenance.get("seed") else []
    for track, report in run.stages():
        recipe = report.detail.get("recipe")
        seed = recipe.get("seed") if isinstance(recipe, dict) else report.detail.get("seed")
        if isinstance(seed, int):
            found.append((f"{track.name} {report.stage}".strip(), str(seed)))
    return tuple(found)


def _detectors(run: Run) -> tuple[tuple[str, float, int], ...]:
    """The lowest recall of each detector over its kinds and levels, with the number of items behind it."""
    worst: dict[str, Score] = {}
    for placed in run.scores():
        score = placed.score
        if isinstance(score, Score) and is_control(score, placed.stage) and "recall" in score.metric:
            name = score.slice["detector"]
            worst[name] = min(worst.get(name, score), score, key=lambda one: one.value)
    return tuple((name, worst[name].value, worst[name].n) for name in sorted(worst))[:DETECTORS]


def _limits(run: Run) -> tuple[str, ...]:
    """Keys of the limits that hold for this run."""
    findings = run.findings()
    evaluated = any("evaluation" in track.stages for track in run.tracks)
    licensed = any(score.score.metric == "unknown-licence-share" for score in run.scores())
    truths = (
        ("absence", True),
        ("detectors", not any(is_control(placed.score, placed.stage) for placed in run.scores())),
        ("prompts", evaluated),
        ("licences", licensed),
        ("gaps", bool(gaps(run))),
        ("no-evaluation", not evaluated),
        ("causes", bool(findings)),
        ("tests", sum(not isinstance(placed.score, NotMeasured) for placed in run.scores()) > 20),
        ("chain", bool(run.evidence or run.ledger)),
    )
    return tuple(key for key, holds in truths if holds)
