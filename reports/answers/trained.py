"""What was this trained on, and under which licences?"""

from ...core import Score, StageReport, Table
from ..judgement import in_words, share
from ..removal import flow_of
from ..run import Run, Track
from .base import Answer, Speaker, Statement

TRAINED = "documents trained on"
PARENT = "parent"
NOTHING = StageReport("evaluation", "")


def trained(run: Run) -> Answer:
    """Model, documents, sources and licences of every track."""
    say = Speaker(run)
    found = [
        say.of_track(track.name, statement)
        for track in run.tracks
        if track.stages
        for statement in (*_model(track, say), *_corpus(track, say))
    ]
    return Answer("trained", tuple(found) or (say("trained.nothing", gap=True),))


def _model(track: Track, say: Speaker) -> list[Statement]:
    report = track.stages.get("training")
    home = "images" if track.name else "training"
    if report is None:
        if any(isinstance(one, Score) for one in track.stages.get("evaluation", NOTHING).scores):
            return [say("trained.elsewhere", home if track.name else "scores", gap=True)]
        return [say("trained.no-model", "images" if track.name else "corpus-audit")] if track.stages else []
    facts = report.facts
    family = str(facts.get("family", "?"))
    parent = []
    if facts.get(PARENT):
        kind, name = str(facts.get("parent is", "")), str(facts[PARENT])
        parent = [say("trained.parent", home, gap=True, kind=kind or "model", parent=name)]
    count = facts.get(TRAINED)
    if isinstance(count, int):
        flow = flow_of(track)
        whole = flow.stayed if flow else 0
        key = "trained.some" if whole > count else "trained.all"
        return [say(key, home, family=family, count=count, whole=whole or count), *parent]
    if facts.get("steps") == 0 or not isinstance(facts.get("steps"), int):
        return [say("trained.not-here", home, gap=True, family=family), *parent]
    return [say("trained.unknown", home, gap=True, family=family), *parent]


def _corpus(track: Track, say: Speaker) -> list[Statement]:
    audit, home = track.stages.get("audit"), "images" if track.name else "corpus-audit"
    sources, licences = _shares(audit, "composition-source"), _shares(audit, "composition-licence")
    found = []
    if sources:
        total = _count(audit, "source-largest") or len(sources)
        names = [f"{name} ({share(part)})" for name, part in sources]
        if total > len(sources):
            names += [""] * (total - len(sources))
        found.append(say("trained.sources", home, count=total, names=say.listed(names)))
    else:
        found.append(say("trained.no-sources", gap=True, anchor="not-measured"))
    if licences and not _all_unknown(licences):
        names = [f"{name} ({share(part)})" for name, part in licences]
        found.append(say("trained.licences", home, count=len(licences), names=say.listed(names)))
    unknown = _unknown(track)
    if unknown is not None:
        place = home if unknown[1] == "audit" else "images" if track.name else "curation"
        all_unknown = unknown[0].value == 1
        key = "trained.all-unknown" if all_unknown else "trained.unknown-licences"
        found.append(say(key, place, gap=all_unknown, value=in_words(unknown[0], say.words)))
    elif not licences or _all_unknown(licences):
        found.append(say("trained.no-licences", "not-measured", gap=True))
    return found


def _all_unknown(licences: list[tuple[str, float]]) -> bool:
    return all(name == "unknown" for name, _ in licences)


def _unknown(track: Track) -> tuple[Score, str] | None:
    """The share of documents without a known licence, of the corpus as it was audited rather than as it was read."""
    for stage in ("audit", "curation"):
        report = track.stages.get(stage)
        for score in report.scores if report else ():
            if score.metric == "unknown-licence-share" and isinstance(score, Score) and not score.slice:
                return score, stage
    return None


def _shares(audit: StageReport | None, name: str) -> list[tuple[str, float]]:
    """What a corpus is made of, by share of documents, the largest first."""
    tables = [one for one in (audit.exhibits if audit else ()) if isinstance(one, Table) and one.name == name]
    if not tables or "Share of documents" not in tables[0].columns:
        return []
    at = tables[0].columns.index("Share of documents")
    rows = [(str(row[0]), float(cell)) for row in tables[0].rows if isinstance(cell := row[at], int | float)]
    return sorted(rows, key=lambda row: -row[1])


def _count(audit: StageReport | None, metric: str) -> int:
    found = (one.n for one in (audit.scores if audit else ()) if one.metric == metric and isinstance(one, Score))
    return next(found, 0)
