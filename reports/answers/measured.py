"""What leaks, whom does it treat worse, what does it make up? Each from findings and scores of its own area."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ...core import Measurement, NotMeasured, Score
from ..judgement import in_words
from ..run import PlacedFinding, Run
from ..sections.base import finding_links
from ..sections.scores import areas_of
from .base import LONGEST, Answer, Speaker, Statement

TOP = 3
SENTENCE = re.compile(r"[.;] (?=[A-Z])|; ")
NAMED = 6
COUNTS = frozenset({"mentions-per-million-words"})
"""By group, but each alone: they compare nobody with anybody."""


@dataclass(frozen=True, slots=True)
class Topic:
    """What belongs to a question: areas and metrics of the evaluation, codes of findings, and the scores that are told
    in a sentence of their own (metric, its slice, key of the sentence)."""

    name: str
    areas: tuple[str, ...]
    codes: tuple[str, ...]
    metrics: tuple[str, ...]
    told: tuple[tuple[str, Mapping[str, str]], ...]
    audited: tuple[str, ...] = ()
    explained: bool = False


@dataclass(slots=True)
class Found:
    """What a run has of a topic, by metric: its scores, and reasons where there are none."""

    scores: dict[tuple[str, str], list[Score]] = field(default_factory=dict)
    reasons: dict[tuple[str, str], str] = field(default_factory=dict)
    codes: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)

    def add(self, track: str, metric: str, items: list[Measurement]) -> None:
        """One metric of one track."""
        scores = [one for one in items if isinstance(one, Score)]
        if scores:
            self.scores[track, metric] = scores
        else:
            self.reasons[track, metric] = next((one.reason for one in items if isinstance(one, NotMeasured)), "")


LEAKS = Topic(
    "leaks",
    ("Privacy and memorization",),
    ("HW-M", "HW-A112", "HW-A113"),
    (
        "extractable", "discoverable", "planted-documents", "exposure", "membership", "verbatim-overlap",
        "source-exposure", "licence-overlap", "leaked-data", "output-privacy", "authenticity", "row-copies", "linkage",
        "attribute-disclosure",
    ),
    (
        ("extractable", {"split": "trained"}),
        ("samples-with-overlap", {}),
        ("leaked-data", {}),
        ("output-privacy", {}),
        ("near-copies", {}),
        ("row-copies", {}),
        ("licence-overlap", {}),
    ),
)  # fmt: skip
WORSE = Topic(
    "worse",
    ("Bias",),
    (
        "HW-B", "HW-A004", "HW-A005", "HW-A006", "HW-A007", "HW-A008", "HW-A009", "HW-A012", "HW-A041", "HW-A042",
        "HW-A080", "HW-A081", "HW-A082", "HW-A083", "HW-A084", "HW-A085", "HW-A086", "HW-A087",
    ),
    ("image-representation", "group-coverage"),
    (),
    ("group", "category"),
    explained=True,
)  # fmt: skip
MADE_UP = Topic(
    "made-up",
    ("Hallucination",),
    ("HW-H",),
    ("unknown-names", "corpus-support", "self-consistency", "grounding", "truthfulqa", "code-names", "captions"),
    (
        ("unknown-names", {}),
        ("corpus-support-unsupported", {}),
        ("truthfulqa-mc1", {}),
        ("code-names", {}),
    ),
)


def leaks(run: Run) -> Answer:
    """Whether training texts, pictures, rows, secrets or personal data come out again."""
    return _answer(run, LEAKS)


def treats_worse(run: Run) -> Answer:
    """Whom the model, or the corpus, treats worse."""
    return _answer(run, WORSE)


def makes_up(run: Run) -> Answer:
    """What the model states that nothing supports."""
    return _answer(run, MADE_UP)


def _answer(run: Run, topic: Topic) -> Answer:
    say, found = Speaker(run), _found(run, topic)
    findings = [placed for placed in run.findings() if placed.finding.code.startswith(topic.codes)]
    audited = _audited(run, topic)
    if not (found.scores or findings or audited):
        return Answer(topic.name, (say(f"{topic.name}.not-measured", "not-measured", gap=True), *_reasons(found, say)))
    shown = _shown(findings)
    told = _told(topic, found, {(one.track, one.finding.code) for one in shown}, say)
    statements = [_lead(topic, findings, say), *_top(topic, shown, say), *told]
    statements += _rest(topic, found, {(one.track, one.finding.code) for one in shown}, say)
    if not found.scores and not any(placed.stage == "evaluation" for placed in findings):
        statements.append(say(f"{topic.name}.data-only", "not-measured", gap=True))
    return Answer(topic.name, tuple(statements))


def _found(run: Run, topic: Topic) -> Found:
    found = Found()
    for track in run.tracks:
        report = track.stages.get("evaluation")
        if report is None:
            continue
        links = tuple(link for link in finding_links(run) if (link.track, link.stage) == (track.name, "evaluation"))
        areas = areas_of(report, links)
        if areas:
            for area in areas:
                for part in area.metrics:
                    if area.title in topic.areas or part.name in topic.metrics:
                        found.add(track.name, part.name, [report.scores[place] for place in part.scores])
                        found.codes[track.name, part.name] = tuple(link.code for link in part.findings)
        else:
            for name in topic.metrics:
                items = [one for one in report.scores if one.metric == name or one.metric.startswith(f"{name}-")]
                if items:
                    found.add(track.name, name, items)
    return found


def _audited(run: Run, topic: Topic) -> bool:
    """Whether an audit of data compared groups."""
    audits = [track.stages["audit"] for track in run.tracks if "audit" in track.stages]
    scores = [one for report in audits for one in report.scores if isinstance(one, Score)]
    return any(set(topic.audited) & set(one.slice) and one.metric not in COUNTS for one in scores)


def _lead(topic: Topic, findings: list[PlacedFinding], say: Speaker) -> Statement:
    if not findings:
        return say(f"{topic.name}.nothing", "controls")
    worst = say.words(f"judgement.severity-{findings[0].finding.severity}")
    return say(f"{topic.name}.found", "findings", count=len(findings), severity=worst)


def _top(topic: Topic, shown: list[PlacedFinding], say: Speaker) -> list[Statement]:
    """The worst findings in their own words; where a title alone would not say who, with the first of what it means."""
    found = []
    for placed in shown:
        title = placed.finding.title or placed.finding.code
        why = _first_sentence(placed.finding.meaning.strip()) if topic.explained else ""
        why = why if len(why) <= LONGEST else f"{why[: LONGEST - 1]}…"
        key, more = ("finding-why", {"why": why}) if why else ("finding", {})
        said = Statement(say.text(key, title=title, **more), placed.anchor)
        found.append(say.of_track(placed.track, said))
    return found


def _first_sentence(text: str) -> str:
    """Up to the first end of a sentence that stands in no brackets: an interval with its n is told whole."""
    for end in SENTENCE.finditer(text):
        said = text[: end.start()]
        if said.count("(") == said.count(")"):
            return said
    return text.rstrip(".")


def _shown(findings: list[PlacedFinding]) -> list[PlacedFinding]:
    """The worst few: one of each code first, then more of the same."""
    seen: dict[str, PlacedFinding] = {}
    for placed in findings:
        seen.setdefault(placed.finding.code, placed)
    firsts = list(seen.values())
    return [*firsts, *(placed for placed in findings if placed not in firsts)][:TOP]


def _told(topic: Topic, found: Found, shown: set[tuple[str, str]], say: Speaker) -> list[Statement]:
    """Scores with a sentence of their own, those apart of which a finding was told already."""
    statements = []
    for name, place in topic.told:
        for (track, metric), scores in found.scores.items():
            score = next((one for one in scores if one.metric == name and dict(one.slice) == dict(place)), None)
            if score is not None and not shown & {(track, code) for code in found.codes.get((track, metric), ())}:
                told = say(f"told.{name}", say.home(metric, track), value=in_words(score, say.words))
                statements.append(say.of_track(track, told))
    return statements


def _rest(topic: Topic, found: Found, shown: set[tuple[str, str]], say: Speaker) -> list[Statement]:
    """What else was measured, with findings or without, and what was not."""
    told = {name for name, _ in topic.told}
    also: dict[str, list[str]] = {"also-clean": [], "also": []}
    for (track, metric), scores in found.scores.items():
        codes = found.codes.get((track, metric))
        if not told & {one.metric for one in scores} and not shown & {(track, code) for code in codes or ()}:
            also["also" if codes or codes is None else "also-clean"].append(metric)
    distinct = {key: list(dict.fromkeys(names)) for key, names in also.items() if names}
    said = [say(key, "scores", names=say.listed(names, NAMED)) for key, names in distinct.items()]
    return [*said, *_reasons(found, say)]


def _reasons(found: Found, say: Speaker) -> list[Statement]:
    """What of the topic was not measured, and why the first of it was not."""
    if not found.reasons:
        return []
    names = list(dict.fromkeys(metric for _, metric in found.reasons))
    first, reason = names[0], next(iter(found.reasons.values()))
    return [say("missing", "not-measured", gap=True, count=len(names), names=say.listed(names, NAMED), first=first,
                reason=reason)]  # fmt: skip
