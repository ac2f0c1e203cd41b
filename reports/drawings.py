"""Drawings of the sections that have their own: flows, chains, bars of statuses."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from ..core import Chart, Series
from .caps import Caps
from .catalogue import Catalogue
from .chain_chart import chain_chart
from .charts import draw
from .flow_chart import Branch, flow_chart
from .gate.statuses import Status
from .lineage import Chain
from .numbers import number
from .removal import Flow, Loss
from .svg import element, shorten

REASONS = 12
GROUP = 125.0
BAR_WIDTH, BAR_HEIGHT = 640.0, 14.0
OUTCOMES = (("kept", "kept"), ("edited", "edited"), ("added", "kept"), ("removed", "removed"),
            ("quarantined", "quarantined"))  # fmt: skip


class Drawings:
    """What templates may draw, in the language of the page."""

    def __init__(self, words: Catalogue) -> None:
        self.words = words

    def flow(self, flow: Flow) -> Markup:
        """What became of all documents."""
        counts = {
            "kept": flow.kept, "edited": flow.edited, "added": flow.kept_added, "removed": flow.removed,
            "quarantined": flow.quarantined,
        }  # fmt: skip
        branches = [Branch(self.words(f"removal.{name}"), counts[name], kind) for name, kind in OUTCOMES]
        source = self.words("removal.came-in", count=number(flow.read + flow.added))
        return flow_chart(self.words("removal.flow-title"), source, branches)

    def reasons(self, flow: Flow) -> Markup:
        """What was taken out by step and rule, drawn larger."""
        shown, rest = flow.reasons[:REASONS], flow.reasons[REASONS:]
        branches = [Branch(f"{one.step}: {one.rule}".rstrip(": "), one.documents, one.action) for one in shown]
        if rest:
            label = self.words("removal.more-rules", count=len(rest), counted=number(len(rest)))
            branches.append(Branch(label, sum(one.documents for one in rest), "removed"))
        source = self.words("removal.taken", count=number(flow.out))
        return flow_chart(self.words("removal.reasons-title"), source, branches)

    def losses(self, dimension: str, losses: Sequence[Loss]) -> Markup:
        """The share that each group lost, with its interval."""
        names = tuple(f"{shorten(loss.group, GROUP)} {loss.taken:,}/{loss.documents:,}" for loss in losses)
        series = Series(
            "share", names, tuple(loss.share for loss in losses), tuple(loss.low for loss in losses),
            tuple(loss.high for loss in losses),
        )  # fmt: skip
        chart = Chart("losses", dimension, "interval", dimension, self.words("removal.share-lost"), (series,))
        return draw(chart, Caps())

    def chain(self, chain: Chain) -> Markup:
        """A chain of the lineage."""
        track = self.words("lineage.whole") if chain.track is None else chain.track or self.words("lineage.main")
        return chain_chart(self.words("lineage.chart-title", track=track), chain.nodes)

    def statuses(self, counts: Mapping[Status, int]) -> Markup:
        """A bar in which each status has the width of its count."""
        whole, left, marks = sum(counts.values()), 0.0, []
        for status, count in counts.items():
            width = BAR_WIDTH * count / whole
            title = element("title", f"{self.words(f'judgement.{status}')}: {count}")
            marks.append(
                element("rect", title, x=left, y=0, width=max(width - 2, 1), height=BAR_HEIGHT, rx=2,
                        class_=f"fill gate-{status.replace('_', '-')}")
            )  # fmt: skip
            left += width
        told = ", ".join(f"{self.words(f'judgement.{status}')} {count}" for status, count in counts.items())
        if not whole:
            return Markup("")
        return element(
            "svg", element("title", f"{self.words('judgement.bar')}: {told}"), *marks, class_="status-bar", role="img",
            viewBox=f"0 0 {BAR_WIDTH:g} {BAR_HEIGHT:g}", preserveAspectRatio="none",
        )  # fmt: skip
