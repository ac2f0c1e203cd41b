"""What the templates may call: the run's data turned into things that only need laying out."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from markupsafe import Markup

from ..core import Cell, Chart, Exhibit, Finding, Gallery, Measurement, NotMeasured, Score, Table
from .caps import Caps, clip, cut_note
from .cards import DocumentCard
from .catalogue import Catalogue
from .charts import chart_table, cuts, draw
from .finding_groups import FindingGroup, grouped
from .galleries import GalleryView, gallery_view
from .joins import STATUSES, CardView, JoinView, card_view, decisions_table, join_view
from .judgement import policy_label, share
from .numbers import number, score_interval, score_value
from .run import PlacedFinding, Run
from .score_table import Held, ScoreGroup, part_label, score_groups, slice_label
from .sections.documents import CitedDocument
from .sections.not_measured import COMMANDS, Gap
from .speaking import say
from .stream_chart import stream_chart
from .tables import TableView, packed, table_view

T = TypeVar("T")
HEADLINE = 4
SAMPLE = re.compile("(free|prefix|repeat|counterfactual|image|row)-[0-9-]+")
FEW = 12
NARROW = 3
FEWEST_WAITING = 4  # rows: fewer are not worth a button
NAME = 100
HOMES = {
    "calibration": "calibration",
    "comparison": "comparison",
    "difference": "difference",
    "curation": "curation",
    "audit": "corpus-audit",
    "training": "training",
    "evaluation": "scores",
}


@dataclass(frozen=True, slots=True)
class ExhibitView:
    """A table, chart or gallery ready to be laid out; only the parts of its kind are set."""

    kind: str
    title: str
    note: str
    wide: bool = False
    cut: str = ""
    table: TableView | None = None
    drawing: Markup = Markup("")
    gallery: GalleryView | None = None


class PageView:
    """One rendering of one run. It numbers the tables and collects the rows that the script adds on demand."""

    statuses = STATUSES

    def __init__(self, run: Run, caps: Caps, cited: Sequence[CitedDocument]) -> None:
        self.run, self.caps = run, caps
        self.anchors = {item.card.id: f"document-{at + 1}" for at, item in enumerate(cited[: caps.documents])}
        self.rows: dict[str, Any] = {}
        self.finding_groups = grouped(run.findings(), caps.findings)
        self._places = {one.anchor: group.anchor for group in self.finding_groups for one in group.rest}
        self.stays = Markup(' lang="en"') if run.language != "en" else Markup("")
        self._judged = {
            (part.name, part_label(part.slice), part.value, part.n): part for one in run.evidence for part in one.parts
        }
        self._tables = 0

    def table(self, table: Table, first: int | None = None) -> TableView:
        """A table within the caps, ``first`` rows of it at once."""
        self._tables += 1
        view = table_view(table, f"table-{self._tables}", self.caps, self.anchors, first)
        if view.more:
            self.rows[view.key] = packed(view.more)
        return view

    def exhibits(self, items: Sequence[Exhibit], group: str = "", folded: bool = False) -> list[ExhibitView]:
        """The exhibits of a part: a stream first, then what fits side by side, then what needs the whole width."""
        views = [self._exhibit(item, folded or bool(group)) for item in self._shown(items) if item.group == group]
        return sorted(views, key=lambda view: (not (view.wide and view.drawing), view.wide))

    def groups(self, items: Sequence[Exhibit]) -> list[tuple[str, str]]:
        """The parts of a stage that are folded, by what they are called and how much they hold, in order."""
        counts = Counter(item.group for item in self._shown(items) if item.group)
        return [(group, say("page.exhibits-in", count=count)) for group, count in counts.items()]

    def _shown(self, items: Sequence[Exhibit]) -> list[Exhibit]:
        return sorted(items, key=lambda item: bool(item.group))[: self.caps.exhibits]

    def exhibits_cut(self, items: Sequence[Exhibit]) -> str:
        """What the cap left out."""
        return cut_note(min(len(items), self.caps.exhibits), len(items), "exhibits")

    def _exhibit(self, item: Exhibit, folded: bool) -> ExhibitView:
        if isinstance(item, Chart):
            data, title = self.table(chart_table(item), self.caps.folded_rows), self.clip(item.title or item.name)
            return ExhibitView("chart", title, item.note, False, cuts(item, self.caps), data, draw(item, self.caps))
        if isinstance(item, Gallery):
            gallery = gallery_view(item, self.caps)
            return ExhibitView("gallery", gallery.title, gallery.note, wide=True, gallery=gallery)
        table = self.table(item, self.caps.folded_rows if folded else None)
        drawing = stream_chart(item)
        wide = bool(drawing) or len(table.columns) > NARROW
        return ExhibitView("table", table.title, table.note, wide=wide, table=table, drawing=drawing)

    def later(self, html: str, instead: str = "") -> Markup:
        """A folded part that the script lays out when it is opened; ``instead`` stands there without the script.

        ``html`` comes from our own templates, escaped like everything else; the policy of the page holds for it too.
        """
        key = f"part-{len(self.rows) + 1}"
        self.rows[key] = str(html)
        return Markup('<div class="later" data-part="{}">{}</div>').format(key, Markup(instead))

    def facts(self, values: Mapping[str, Cell]) -> list[tuple[str, str]]:
        """Labels and formatted values."""
        pairs = list(values.items())[: self.caps.facts]
        return [(clip(label, 80), clip(number(value), self.caps.cell_characters)) for label, value in pairs]

    def facts_cut(self, values: Mapping[str, Cell]) -> str:
        """What the cap left out."""
        return cut_note(min(len(values), self.caps.facts), len(values), "facts")

    def headline(self, values: Mapping[str, Cell]) -> list[tuple[str, str]]:
        """The first few facts, short enough for the first screen."""
        return [(clip(label, 40), clip(number(value), 60)) for label, value in list(values.items())[:HEADLINE]]

    def scores(self, items: Sequence[Measurement]) -> tuple[ScoreGroup, ...]:
        """Scores by protocol; of each, the rows beyond the first few wait for the script."""
        groups = score_groups(items[: self.caps.scores], self.caps.cell_characters, self.verdict)
        return tuple(self._waiting(group) for group in groups)

    def verdict(self, score: Score) -> Held | None:
        """What the policy said of a score, with its limit: in words, for no colour is needed to read it."""
        part = self._judged.get((score.metric, slice_label(score), score.value, score.n))
        if part is None or part.threshold is None:
            return None
        words = say(f"page.verdict-{part.status}", limit=number(part.threshold))
        return Held(words, part.status, part.threshold)

    def _waiting(self, group: ScoreGroup) -> ScoreGroup:
        rows, rest = group.rows[: self.caps.score_rows], group.rows[self.caps.score_rows :]
        if len(rest) < FEWEST_WAITING:
            return group
        self._tables += 1
        group = replace(group, rows=rows, more=tuple(row.waiting for row in rest), key=f"scores-{self._tables}")
        self.rows[group.key] = packed(group.more)
        return group

    def scores_cut(self, items: Sequence[Measurement]) -> str:
        """What the cap left out."""
        return cut_note(min(len(items), self.caps.scores), len(items), "scores")

    def place(self, anchor: str) -> str:
        """Where a link to a finding leads: to its card, or to the table that holds it."""
        return self._places.get(anchor, anchor)

    def rest(self, group: FindingGroup) -> TableView:
        """The findings of a code that have no card."""
        rows = tuple(_finding_row(placed) for placed in group.rest)
        columns = tuple(say(f"page.column-{name}") for name in ("severity", "code", "finding", "stage", "documents"))
        return self.table(Table(group.anchor, self.rest_label(group), columns, rows))

    def rest_label(self, group: FindingGroup) -> str:
        """What the table of the findings without a card holds."""
        count = len(group.rest)
        return (
            say("page.rest-of", count=count, code=self.name(group.code))
            if group.code
            else say("page.rest-other", count=count)
        )

    def joins(self, finding: Finding) -> list[JoinView]:
        """The examples of a finding beside their documents."""
        shown = finding.examples[: self.caps.examples]
        return [join_view(example, self.run.documents, self.anchors, self.caps) for example in shown]

    def of_example(self, id: str) -> str:
        """What the example of an evaluation is: samples have ids by their kind; others may be sentences of a set."""
        return say("page.output" if SAMPLE.fullmatch(id) else "page.example-title")

    def head(self, items: Sequence[Measurement]) -> str:
        """What a metric says first: its first value with interval and n, or why there is none."""
        found = next((one for one in items if isinstance(one, Score)), None)
        if found is None:
            return (
                f"{say('page.not-measured')}: {self.clip(items[0].reason)}"
                if items and isinstance(items[0], NotMeasured)
                else ""
            )
        span = "" if found.low is None else f" ({score_interval(found)})"
        place = slice_label(found)
        named = "" if place == say("page.all") else f"{place}: "
        return self.clip(f"{named}{score_value(found)} {found.unit}{span}, n {number(found.n)}")

    def pick(self, items: Sequence[T], places: Sequence[int]) -> Sequence[T]:
        """Some of a sequence, by their places."""
        return [items[place] for place in places]

    def examples_cut(self, finding: Finding) -> str:
        """What the cap left out."""
        return cut_note(min(len(finding.examples), self.caps.examples), len(finding.examples), "examples")

    def other_documents(self, finding: Finding) -> list[tuple[str, str]]:
        """Documents of the finding that none of its shown examples names: id and anchor of the card."""
        return [(id, self.anchors.get(id, "")) for id in self._others(finding)[:FEW]]

    def others_label(self, finding: Finding) -> str:
        """``3 more documents``, with how many of them are listed."""
        count = len(self._others(finding))
        listed = f" {say('page.listed', count=FEW)}" if count > FEW else ""
        return say("page.behind-finding", count=count) + listed

    def _others(self, finding: Finding) -> list[str]:
        shown = finding.examples[: self.caps.examples]
        named = {id for example in shown for id in (example.id, *example.document_ids)}
        return [id for id in dict.fromkeys(finding.document_ids) if id not in named]

    def documents(self, items: Sequence[CitedDocument]) -> Sequence[CitedDocument]:
        """The documents that the page has room for."""
        return items[: self.caps.documents]

    def documents_cut(self, items: Sequence[CitedDocument]) -> str:
        """What the cap left out."""
        return cut_note(min(len(items), self.caps.documents), len(items), "documents")

    def card(self, card: DocumentCard) -> CardView:
        """The full card of a document."""
        return card_view(card, (), True, self.anchors, self.caps)

    def decisions(self, card: DocumentCard) -> TableView:
        """The curation decisions on a document."""
        return self.table(decisions_table(card, self.caps))

    def gaps(self, items: Sequence[Gap]) -> TableView:
        """What was not measured, as a table."""
        rows = tuple(_gap_row(gap) for gap in items[: self.caps.gaps])
        note = cut_note(len(rows), len(items), "gaps")
        columns = tuple(say(f"page.column-{name}") for name in ("what", "stage", "slice", "reason"))
        return self.table(Table("gaps", say("page.gaps-title"), columns, rows, note))

    def entries(self, items: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        """Provenance by label."""
        limit = 20 * self.caps.cell_characters
        return [(clip(label, 80), clip(value, limit)) for label, value in items[: self.caps.provenance]]

    def entries_cut(self, items: Sequence[tuple[str, str]]) -> str:
        """What the cap left out."""
        return cut_note(min(len(items), self.caps.provenance), len(items), "entries")

    def few(self, items: Iterable[T]) -> list[T]:
        """The first few of a list that another section shows in full."""
        return list(items)[:FEW]

    def few_cut(self, items: Sequence[object]) -> str:
        """What the cap left out."""
        return cut_note(min(len(items), FEW), len(items), "items here")

    def policy(self, text: str) -> str:
        """A policy by name and version."""
        return self.clip(policy_label(text, Catalogue(self.run.language)))

    def name(self, text: str) -> str:
        """An id, code or status: short, and never empty."""
        return clip(text, NAME) if text.strip() else f"({say('page.nameless')})"

    def clip(self, text: str) -> str:
        """A text cut to the length of a cell."""
        return clip(text, self.caps.cell_characters)

    def whole(self, text: str) -> str:
        """A clipped text whose numbers stay beside their percent sign."""
        return self.clip(text).replace(" %", "\u00a0%")

    def long(self, text: str) -> str:
        """A text cut to the length of an example."""
        return clip(text, self.caps.example_characters)

    def number(self, value: Cell) -> str:
        """A number with its separators."""
        return number(value)

    def percent(self, value: float) -> str:
        """A share as percent."""
        return share(value)

    def home(self, stage: str) -> str:
        """The section in which a stage of the main track stands."""
        return HOMES[stage]


def _gap_row(gap: Gap) -> tuple[Cell, ...]:
    """What was not measured and why; that a stage was not run is said in our own words."""
    if not gap.whole:
        return gap.what, gap.where, gap.slice, gap.reason
    stage = f"{gap.where.removesuffix(gap.whole)}{say(f'page.stage-{gap.whole}')}"
    return say("page.whole-stage", stage=stage), gap.where, "", say("page.run-it", command=COMMANDS[gap.whole])


def _finding_row(placed: PlacedFinding) -> tuple[Cell, ...]:
    found = placed.finding
    stage = f"{placed.track} {placed.stage}".strip()
    return say(f"page.severity-{found.severity}"), found.code, found.title, stage, len(found.document_ids)
