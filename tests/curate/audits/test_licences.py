"""The audit ``licences``."""

from collections.abc import Callable

import pytest

from headwater.core import SILENT, Corpus, EmptyCorpus, Score, StageReport, Table, UsageError, wilson
from headwater.curate import AUDITS

MakeCorpus = Callable[..., Corpus]
LICENCES = ["CC-BY-4.0", "CC-BY-4.0", "CC0-1.0", "MIT OR CC0-1.0", "CC-BY-NC-4.0 AND MIT", "CC-BY-ND-4.0", "unknown"]
SOURCES = ["wiki", "wiki", "free", "free", "mixed", "mixed", "mixed"]
AUTHORS = [{"author": "A. Writer"}, {"author": "B. Writer"}, {}, {}, {"creator": "me@home.net"}, {}, {}]


def examine(corpus: Corpus, **options: object) -> StageReport:
    report: StageReport = AUDITS.get("licences")(**options).examine(corpus, 0, SILENT)
    return report


@pytest.fixture
def corpus(make_corpus: MakeCorpus) -> Corpus:
    texts = [f"text {number}" for number in range(len(LICENCES))]
    return make_corpus(texts, licence=LICENCES, source=SOURCES, attributes=AUTHORS)


def table(report: StageReport, name: str) -> Table:
    (found,) = (exhibit for exhibit in report.exhibits if exhibit.name == name)
    assert isinstance(found, Table)
    return found


def test_the_list_names_source_author_and_licence_with_what_is_owed(corpus: Corpus) -> None:
    rows = table(examine(corpus), "licences-attribution").rows
    assert [row[:4] for row in rows] == [
        ("mixed", None, "CC-BY-ND-4.0", 1),
        ("mixed", "[EMAIL]", "CC-BY-NC-4.0 AND MIT", 1),
        ("mixed", "[EMAIL]", "CC-BY-NC-4.0 AND MIT", 1),
        ("wiki", "A. Writer", "CC-BY-4.0", 1),
        ("wiki", "B. Writer", "CC-BY-4.0", 1),
    ]
    assert rows[3][5] == "wiki by A. Writer, licensed under CC-BY-4.0, https://spdx.org/licenses/CC-BY-4.0.html"


def test_what_asks_for_nothing_is_not_on_the_list(corpus: Corpus) -> None:
    report = examine(corpus)
    assert "free" not in {row[0] for row in table(report, "licences-attribution").rows}
    assert report.facts == {
        "Documents that owe attribution": 4,
        "Sources that owe attribution": 2,
        "Authors named for attribution": 3,
        "Licences that owe attribution": 4,
    }


def test_the_share_that_owes_has_wilsons_interval(corpus: Corpus) -> None:
    (score,) = examine(corpus).scores
    assert isinstance(score, Score)
    assert (score.value, score.n, (score.low, score.high)) == (4 / 7, 7, wilson(4, 7))


def test_findings_name_the_documents_that_bind_the_whole(corpus: Corpus) -> None:
    findings = {finding.code: finding for finding in examine(corpus).findings}
    names = corpus.ids()
    assert findings["HW-A070"].document_ids == (names[4],)
    assert findings["HW-A071"].document_ids == (names[5],)
    assert findings["HW-A073"].document_ids == (names[5],)
    assert "HW-A072" not in findings


def test_a_choice_that_avoids_a_family_binds_nobody(make_corpus: MakeCorpus) -> None:
    report = examine(make_corpus(["a", "b"], licence=["MIT OR GPL-3.0-only", "CC0-1.0"]))
    assert table(report, "licences-binding").rows == ()


def test_other_attributes_can_name_the_author(make_corpus: MakeCorpus) -> None:
    made = make_corpus(["a"], licence=["MIT"], attributes=[{"rightsholder": "The Trust"}])
    assert table(examine(made, authors=["rightsholder"]), "licences-attribution").rows[0][1] == "The Trust"


def test_the_report_holds_the_list_as_data(corpus: Corpus) -> None:
    detail = examine(corpus).detail
    assert detail["attribution_rows"] == len(detail["attribution"]) == 5
    assert set(detail["attribution"][0]) == {"source", "author", "licence", "documents", "owed", "credit"}


def test_an_empty_corpus_and_a_wrong_option_are_errors(make_corpus: MakeCorpus) -> None:
    with pytest.raises(EmptyCorpus):
        examine(make_corpus([]))
    with pytest.raises(UsageError, match="must be a list of attributes"):
        AUDITS.get("licences")(authors="author")
