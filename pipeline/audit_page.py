"""The page of an audit that a program made: what ``AuditReport.to_html`` gives."""

from collections.abc import Mapping
from typing import Any

from .. import reports
from ..core import Corpus
from ..curate import AuditReport, document_cards
from .run import named_documents


def audit_page(report: AuditReport) -> str:
    """The page, with a card for every document that a finding names, where the corpus is at hand."""
    return reports.audit_page(report, _cards(report, report.corpus), title=report.title)


def _cards(report: AuditReport, corpus: Corpus | None) -> Mapping[str, Mapping[str, Any]]:
    if corpus is None:
        return {}
    run = corpus.folder.parent
    folder = run if (run / "curation.json").is_file() else corpus.folder  # what curation removed lies beside its corpus
    return document_cards(folder, named_documents(report), corpus)
