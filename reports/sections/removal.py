"""Where every document went, and whose text was taken out."""

from dataclasses import dataclass

from ...core import Cell, Table
from ..catalogue import Catalogue
from ..removal import Flow, Loss, flow_of, losses_of, was_audited
from ..run import Run, Track
from .base import SECTIONS

DIMENSIONS = ("declared group", "identity term", "language", "licence", "source")
SHOWN = 8


@dataclass(frozen=True, slots=True)
class TrackRemoval:
    """One track: its flow, the groups that lost the largest share of their documents, and all of them as a table.

    ``audited`` is False where no audit compared the groups: then there are no tests behind the shares.
    """

    flow: Flow
    hardest: tuple[tuple[str, tuple[Loss, ...]], ...]
    losses: tuple[Loss, ...]
    reasons: Table
    groups: Table
    audited: bool

    @property
    def whole(self) -> float:
        """Share of all documents that were taken out."""
        entered = self.flow.read + self.flow.added
        return self.flow.out / entered if entered else 0.0


@dataclass(frozen=True, slots=True)
class Removal:
    """Every track that was curated."""

    tracks: tuple[TrackRemoval, ...]


@SECTIONS.register("removal", title="What was removed, and whose it was", order="18")
def removal(run: Run) -> Removal | None:
    """The flow of documents by reason, and the share that each source, licence, language and group lost."""
    words = Catalogue(run.language)
    flows = [(track, flow) for track in run.tracks if (flow := flow_of(track)) is not None]
    return Removal(tuple(_track(track, flow, words) for track, flow in flows)) if flows else None


def _track(track: Track, flow: Flow, words: Catalogue) -> TrackRemoval:
    losses = losses_of(track)
    return TrackRemoval(
        flow, _hardest(losses) if flow.out else (), losses, _reason_table(flow, words), _group_table(losses, words),
        was_audited(track),
    )  # fmt: skip


def _hardest(losses: tuple[Loss, ...]) -> tuple[tuple[str, tuple[Loss, ...]], ...]:
    """The groups that lost the most by dimension; those of a few documents are in the table alone."""
    names = [name for name in DIMENSIONS if any(loss.dimension == name for loss in losses)]
    names += sorted({loss.dimension for loss in losses} - set(names))
    found = []
    for name in names:
        big = [loss for loss in losses if loss.dimension == name and loss.documents >= 20]
        big.sort(key=lambda loss: (-loss.share, -loss.documents, loss.group))
        if big:
            found.append((name, tuple(big[:SHOWN])))
    return tuple(found)


def _reason_table(flow: Flow, words: Catalogue) -> Table:
    entered = flow.read + flow.added or 1
    outcomes = [
        ("kept", flow.kept), ("edited", flow.edited), ("added", flow.kept_added), ("removed", flow.removed),
        ("quarantined", flow.quarantined),
    ]  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (words(f"removal.{name}"), "", "", count, count / entered)
        for name, count in outcomes
        if count or name != "added"
    ]
    rows += [
        (words(f"removal.{one.action}"), one.step, one.rule, one.documents, one.documents / entered)
        for one in flow.reasons
    ]
    columns = tuple(words(f"removal.{name}") for name in ("outcome", "step", "rule", "documents", "share"))
    return Table("removal-reasons", words("removal.reasons-table"), columns, tuple(rows))


def _group_table(losses: tuple[Loss, ...], words: Catalogue) -> Table:
    names = ("dimension", "group", "documents", "taken-out", "share-lost", "low", "high", "rest")
    rows = tuple(
        (one.dimension, one.group, one.documents, one.taken, one.share, one.low, one.high, one.rest) for one in losses
    )
    columns = tuple(words(f"removal.{name}") for name in names)
    return Table("removal-groups", words("removal.groups-table"), columns, rows)
