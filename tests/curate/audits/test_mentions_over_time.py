from collections.abc import Callable

import pytest

from headwater.core import SILENT, Corpus, NotMeasured, Score, StageReport, Table, UsageError
from headwater.curate.audits import IdentityTermAudit

MakeCorpus = Callable[..., Corpus]


def examine(corpus: Corpus, **options: float) -> StageReport:
    return IdentityTermAudit(["gender"], **options).examine(corpus, 0, SILENT)  # type: ignore[arg-type]


def rising() -> tuple[list[str], list[str | None]]:
    """Women in one of ten documents of 2015, in nine of ten of 2024; men always in half of them."""
    texts, dates = [], []
    for year in range(2015, 2025):
        for i in range(40):
            share = 0.1 + 0.8 * (year - 2015) / 9
            who = ("a woman came. " if i < 40 * share else "") + ("a man came. " if i % 2 else "")
            texts.append(f"In {year} at {i} {who}It rained.")
            dates.append(f"{year}-03-0{i % 9 + 1}")
    return texts, dates


def trend(report: StageReport, group: str) -> Score:
    return next(
        one
        for one in report.scores
        if isinstance(one, Score) and one.metric == "mentions-trend" and one.slice["group"] == group
    )


def test_a_rising_group_is_a_finding_with_its_documents(make_corpus: MakeCorpus) -> None:
    texts, dates = rising()
    corpus = make_corpus(texts, collected=dates)
    report = examine(corpus)
    (finding,) = (one for one in report.findings if one.code == "HW-A006")
    assert "'female'" in finding.title and "in 2024 as in 2015" in finding.title
    rows = corpus.documents(finding.document_ids).values()
    assert rows and all("woman" in row["text"] and row["collected"] > "2020" for row in rows)
    assert all("female, 20" in example.note and example.spans for example in finding.examples)
    assert trend(report, "female").value > 3 and trend(report, "male").value == pytest.approx(1, rel=0.4)


def test_rates_by_period_are_those_of_the_documents(make_corpus: MakeCorpus) -> None:
    texts, dates = rising()
    report = examine(make_corpus(texts, collected=dates))
    table = next(one for one in report.exhibits if isinstance(one, Table) and one.name == "identity-terms-over-time")
    (row,) = (row for row in table.rows if row[1:3] == ("female", "2015"))
    words = sum(len(text.split()) for text in texts[:40])
    assert row[3:6] == (40, 4, pytest.approx(4 / words * 1e6))


def test_a_falling_group_says_so(make_corpus: MakeCorpus) -> None:
    texts, dates = rising()
    report = examine(make_corpus(texts, collected=dates[::-1]))
    (finding,) = (one for one in report.findings if one.code == "HW-A006")
    assert "times more rarely in 2024" in finding.title


def test_a_large_effect_is_needed(make_corpus: MakeCorpus) -> None:
    texts, dates = rising()
    assert not [
        one for one in examine(make_corpus(texts, collected=dates), trend=50.0).findings if one.code == "HW-A006"
    ]


def test_undated_documents_are_counted_and_left_out(make_corpus: MakeCorpus) -> None:
    texts, dates = rising()
    corpus = make_corpus([*texts, "a woman came"], collected=[*dates, None])
    (finding,) = (one for one in examine(corpus).findings if one.code == "HW-A006")
    assert "1 documents have no date" in finding.meaning


@pytest.mark.parametrize(
    ("dates", "reason"), [(None, "no document has a date"), ("2024-05-01", "make neither 3 to 24 years")]
)
def test_without_periods_it_is_not_measured(make_corpus: MakeCorpus, dates: str | None, reason: str) -> None:
    report = examine(make_corpus(["a woman came"] * 60, collected=[dates] * 60))
    (found,) = (one for one in report.scores if one.metric == "mentions-trend")
    assert isinstance(found, NotMeasured) and reason in found.reason


def test_groups_with_few_mentions_are_counted_as_not_measured(make_corpus: MakeCorpus) -> None:
    texts, dates = rising()
    report = examine(make_corpus(texts, collected=dates))
    (found,) = (one for one in report.scores if one.metric == "mentions-trend" and isinstance(one, NotMeasured))
    assert "1 groups (0 of them mentioned)" in found.reason


@pytest.mark.parametrize("options", [{"trend": 1.0}, {"rate": 0.0}, {"minimum": 0}])
def test_an_option_out_of_range_is_one_clear_error(options: dict[str, float], make_corpus: MakeCorpus) -> None:
    with pytest.raises(UsageError, match="identity-terms"):
        IdentityTermAudit(["gender"], **options)  # type: ignore[arg-type]
