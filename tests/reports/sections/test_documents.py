from headwater.core import Example, Finding, StageReport
from headwater.reports import DocumentCard
from headwater.reports.run import Run, Track
from headwater.reports.sections import documents

CARDS = {id: DocumentCard(id) for id in ("a", "b", "c", "d")}


def run(*findings: Finding) -> Run:
    return Run("t", (Track("", {"evaluation": StageReport("evaluation", "e", findings=findings)}),), CARDS)


def finding(code: str, severity: str, *ids: str) -> Finding:
    return Finding(code, severity, "t", "m", "a", (), (Example("s", "text", "", (), ids[:1]),), ids)  # type: ignore[arg-type]


def test_documents_come_in_the_order_in_which_findings_cite_them() -> None:
    data = documents(run(finding("L", "low", "b"), finding("H", "high", "d", "c")))
    assert [item.card.id for item in data.documents] == ["d", "c", "b", "a"]


def test_a_card_names_every_finding_that_cites_it() -> None:
    data = documents(run(finding("L", "low", "b"), finding("H", "high", "b")))
    assert [link.code for link in data.documents[0].cited_by] == ["H", "L"]
    assert data.documents[1].cited_by == ()


def test_a_cited_document_without_a_card_has_none() -> None:
    assert len(documents(run(finding("L", "low", "nobody"))).documents) == len(CARDS)


def test_a_finding_with_many_documents_leaves_room_for_the_next() -> None:
    many = [f"x{k}" for k in range(20)]
    data = documents(run(finding("H", "high", *many, "a", "b"), finding("L", "low", "c")))
    assert [item.card.id for item in data.documents][:3] == ["c", "a", "b"]
