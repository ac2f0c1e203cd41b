"""One card for each document that the report names."""

from dataclasses import dataclass

from ..cards import DocumentCard
from ..run import Run
from .base import SECTIONS, FindingLink, finding_links

TOGETHER = 20


@dataclass(frozen=True, slots=True)
class CitedDocument:
    """A document's card and the findings that cite it."""

    card: DocumentCard
    cited_by: tuple[FindingLink, ...]


@dataclass(frozen=True, slots=True)
class Documents:
    """Cited documents first: 20 of each finding in their order, then the next, so that none fills the page."""

    documents: tuple[CitedDocument, ...]


@SECTIONS.register("documents", title="Documents", order="85")
def documents(run: Run) -> Documents:
    """A card for each document behind a finding: origin, licence, copies, training steps, decisions, excerpt."""
    links = {link.anchor: link for link in finding_links(run)}
    citing: dict[str, list[FindingLink]] = {}
    rank: dict[str, int] = {}
    for placed in run.findings():
        named = [id for example in placed.finding.examples for id in (example.id, *example.document_ids)]
        for place, id in enumerate(dict.fromkeys([*named, *placed.finding.document_ids])):
            citing.setdefault(id, []).append(links[placed.anchor])
            rank[id] = min(place, rank.get(id, place))
    cited = sorted((id for id in citing if id in run.documents), key=lambda id: rank[id] // TOGETHER)
    order = [*cited, *(id for id in run.documents if id not in citing)]
    return Documents(tuple(CitedDocument(run.documents[id], tuple(citing.get(id, ()))) for id in order))
