from collections.abc import Callable

import pytest

from headwater.core import SILENT, Corpus, NotMeasured, Score, StageReport, Table
from headwater.curate.audits import IdentityTermAudit

MakeCorpus = Callable[..., Corpus]
BALANCED = ["She came.", "He came.", "An agender friend came."] * 60


def examine(corpus: Corpus) -> StageReport:
    return IdentityTermAudit(("gender",)).examine(corpus, 0, SILENT)


def score(report: StageReport, metric: str, group: str = "") -> Score | NotMeasured:
    return next(one for one in report.scores if one.metric == metric and group in one.slice.get("group", ""))


def test_a_rate_is_mentions_per_million_words(make_corpus: MakeCorpus) -> None:
    found = score(examine(make_corpus(["She and her dog", "a b c d e f"])), "mentions-per-million-words", "female")
    assert isinstance(found, Score) and found.value == pytest.approx(200_000) and found.n == 1


def test_equal_groups_have_ratio_one_and_no_finding(make_corpus: MakeCorpus) -> None:
    report = examine(make_corpus(BALANCED))
    ratio = score(report, "representation-ratio")
    assert isinstance(ratio, Score) and ratio.value == 1 and report.findings == ()


def test_a_strong_imbalance_is_a_finding_with_its_documents(make_corpus: MakeCorpus) -> None:
    corpus = make_corpus([*BALANCED, *(["He met his son and he left."] * 100)])
    finding = examine(corpus).findings[0]
    assert finding.code == "HW-A004" and set(finding.document_ids) <= set(corpus.ids()[180:])
    assert {finding.examples[0].text[a:b] for a, b in finding.examples[0].spans} == {"He", "he", "his", "son"}


def test_a_missing_group_is_named(make_corpus: MakeCorpus) -> None:
    report = examine(make_corpus(["She came.", "He came."] * 60))
    assert "Never mentioned: non-binary" in report.findings[0].meaning
    assert isinstance(score(report, "representation-ratio"), NotMeasured)


def test_few_mentions_are_not_measured_and_no_finding(make_corpus: MakeCorpus) -> None:
    report = examine(make_corpus(["He came."] * 10))
    assert isinstance(score(report, "representation-ratio"), NotMeasured) and report.findings == ()


def test_sources_are_listed_with_their_rates(make_corpus: MakeCorpus) -> None:
    report = examine(make_corpus(["he is", "no one at all"], source=["a", "b"]))
    table = next(one for one in report.exhibits if isinstance(one, Table) and one.name == "identity-terms-sources")
    assert [row[:6] for row in table.rows] == [("b", "gender", 1, 4, 0, 0.0), ("a", "gender", 1, 2, 1, 500_000.0)]
    (_, _, _, _, _, value, low, high) = table.rows[1]
    assert low < value < high  # type: ignore[operator]


def test_a_corpus_without_words_is_not_measured(make_corpus: MakeCorpus) -> None:
    assert isinstance(examine(make_corpus(["", " "])).scores[0], NotMeasured)


def test_examples_are_redacted(make_corpus: MakeCorpus) -> None:
    texts = ["He wrote to john.smith@mail.org and his son."] * 100
    finding = examine(make_corpus([*BALANCED, *texts])).findings[0]
    assert all("john.smith" not in example.text for example in finding.examples)
