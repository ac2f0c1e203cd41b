from headwater.core import SEVERITIES
from headwater.reports.joins import STATUSES
from headwater.reports.run import Run
from headwater.reports.sections import glossary


def test_every_severity_and_status_is_explained() -> None:
    words = {term.word for _, terms in glossary(Run("t", ())).topics for term in terms}
    assert set(SEVERITIES) | STATUSES <= words
