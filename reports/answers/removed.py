"""What was removed and why, and whose text was it?"""

from ..judgement import share
from ..numbers import number
from ..removal import Flow, Loss, flow_of, losses_of, was_audited
from ..run import Run, Track
from .base import Answer, Speaker, Statement

MOST = 3
PEOPLE = ("identity term", "declared group")


def removed(run: Run) -> Answer:
    """Counts, reasons, and the sources, licences, languages and groups that lost most."""
    say = Speaker(run)
    found = [
        say.of_track(track.name, statement)
        for track in run.tracks
        if track.stages
        for statement in _track(track, say)
    ]  # fmt: skip
    return Answer("removed", tuple(found) or (say("removed.not-curated", "not-measured", gap=True),))


def _track(track: Track, say: Speaker) -> list[Statement]:
    flow = flow_of(track)
    if flow is None:
        return [say("removed.not-curated", "not-measured", gap=True)]
    if not flow.out:
        key = "removed.nothing-edited" if flow.edited else "removed.nothing"
        before = say("removed.before", gap=True)
        return [say(key, "removal", count=flow.read, edited=flow.edited), before]
    whole = flow.out / (flow.read + flow.added)
    key = "removed.counts" if flow.quarantined else "removed.counts-all"
    found = [
        say(
            key, "removal", count=flow.removed, whole=flow.read, share=share(whole),
            edited=flow.edited, quarantined=flow.quarantined, stayed=flow.stayed,
        ),
        *_reasons(flow, say),
    ]  # fmt: skip
    losses = [loss for loss in losses_of(track) if loss.is_clear(whole)]
    found += _whose(losses, whole, say)
    if not was_audited(track):
        found.append(say("removed.not-audited", "not-measured", gap=True))
    elif not (people := [loss for loss in losses_of(track) if loss.dimension in PEOPLE]):
        found.append(say("removed.no-groups", "not-measured", gap=True))
    elif not any(loss.is_clear(whole) for loss in people):
        found.append(say("removed.groups-fair", "removal"))
    return found


def _reasons(flow: Flow, say: Speaker) -> list[Statement]:
    if not flow.by_step:
        return []
    names = say.listed([f"{step} ({number(n)})" for step, n in flow.by_step], MOST)
    return [say("removed.reasons", "removal", names=names)]


def _whose(losses: list[Loss], whole: float, say: Speaker) -> list[Statement]:
    """The hardest hit group of each dimension."""
    if not losses:
        return [say("removed.nobody", "removal", share=share(whole))]
    worst: dict[str, Loss] = {}
    for loss in sorted(losses, key=lambda one: (-one.share, -one.documents)):
        worst.setdefault(loss.dimension, loss)
    names = [
        say.text("removed.lost", dimension=_dimension(name, say), group=loss.group, share=share(loss.share),
                 taken=loss.taken, documents=loss.documents)
        for name, loss in list(worst.items())[:4]
    ]  # fmt: skip
    return [say("removed.whose", "removal", share=share(whole), names="; ".join(names))]


def _dimension(name: str, say: Speaker) -> str:
    return say.words.get(f"answers.dimension-{name.replace(' ', '-')}", name)
