"""An answer: sentences, each with the part of the page that proves it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ..caps import clip
from ..catalogue import Catalogue
from ..numbers import number
from ..run import Run
from ..sections.scores import areas_of

LONGEST = 160
NAME = 60
State = Literal["measured", "partly", "not-measured"]


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence. ``anchor`` is where the page proves it; ``gap`` marks one that says what is not known; ``track`` is
    the track that it is about, empty for the main one."""

    text: str
    anchor: str = ""
    gap: bool = False
    track: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """``question`` names it (``trained``); the first statement is the short answer."""

    question: str
    statements: tuple[Statement, ...]

    @property
    def state(self) -> State:
        """Whether it rests on measurements alone, on some, or on none."""
        gaps = [statement.gap for statement in self.statements]
        return "not-measured" if all(gaps) else "partly" if any(gaps) else "measured"


class Speaker:
    """Makes statements in the language of a run. Values are data: they are cut, and never taken for a template."""

    def __init__(self, run: Run) -> None:
        self.words = Catalogue(run.language)
        self.anchors = {
            part.name: part.anchor
            for area in areas_of(run.main.stages.get("evaluation"))
            for part in area.metrics
        }  # fmt: skip

    def __call__(self, key: str, anchor: str = "", gap: bool = False, **values: str | int | float) -> Statement:
        """The statement ``key`` of the catalogue; ``count`` chooses between one and many."""
        return Statement(self.text(key, **values), anchor, gap)

    def text(self, key: str, **values: str | int | float) -> str:
        """The words of a statement."""
        shown = {name: value if name in ("count", "names") else _shown(value) for name, value in values.items()}
        if "count" in values:
            shown["counted"] = _shown(values["count"])
        return self.words(f"answers.{key}", **shown)

    def of_track(self, track: str, statement: Statement) -> Statement:
        """The statement as one of a track beside the main one."""
        return replace(statement, track=clip(track, 40))

    def listed(self, items: Sequence[str], most: int = 3) -> str:
        """``a, b, c and 4 more``."""
        shown = [item if len(item) <= NAME else f"{item[: NAME - 1]}…" for item in items[:most]]
        rest = len(items) - len(shown)
        if rest:
            return self.words("answers.and-more", items=", ".join(shown), rest=number(rest))
        if len(shown) > 1:
            return self.words("answers.and", items=", ".join(shown[:-1]), last=shown[-1])
        return "".join(shown)

    def home(self, metric: str, track: str) -> str:
        """The part of the page that shows a metric."""
        return "images" if track else self.anchors.get(metric, "scores")


def _shown(value: str | int | float) -> str:
    return clip(value, LONGEST) if isinstance(value, str) else number(value)
