from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from headwater.core import (
    IMAGE_SCHEMA,
    SILENT,
    Chart,
    Corpus,
    CorpusWriter,
    EmptyCorpus,
    Score,
    StageReport,
    Table,
    record_batch,
)
from headwater.curate.audits import Composition

MakeCorpus = Callable[..., Corpus]


def examine(corpus: Corpus, **options: float) -> StageReport:
    return Composition(**options).examine(corpus, 0, SILENT)


def value(report: StageReport, metric: str) -> float:
    return next(score.value for score in report.scores if isinstance(score, Score) and score.metric == metric)


def table(report: StageReport, name: str) -> Table:
    return next(one for one in report.exhibits if isinstance(one, Table) and one.name == name)


def codes(report: StageReport) -> list[str]:
    return [finding.code for finding in report.findings]


def test_documents_and_bytes_are_counted_by_source(make_corpus: MakeCorpus) -> None:
    report = examine(make_corpus(["abcd", "é", "xyz"], source=["a", "b", "b"]))
    assert table(report, "composition-source").rows == (("b", 2, 2 / 3, 5, 5 / 9), ("a", 1, 1 / 3, 4, 4 / 9))
    assert report.facts["Documents"] == 3 and report.facts["Bytes"] == 9


def test_concentration_is_that_of_bytes(make_corpus: MakeCorpus) -> None:
    report = examine(make_corpus(["xxx", "x"], source=["a", "b"]))
    assert value(report, "source-hhi") == pytest.approx(0.75**2 + 0.25**2)
    assert value(report, "source-largest") == 0.75


def test_a_dominant_source_is_a_finding_with_its_documents(make_corpus: MakeCorpus) -> None:
    corpus = make_corpus(["xxxxxx", "x", "y"], source=["a", "b", "c"], licence=["MIT"] * 3)
    report = examine(corpus)
    assert codes(report) == ["HW-A001"] and report.findings[0].document_ids == (corpus.ids()[0],)


def test_a_single_source_is_no_finding_and_keeps_its_score(make_corpus: MakeCorpus) -> None:
    report = examine(make_corpus(["xx", "yy"], licence=["MIT", "MIT"]))
    assert codes(report) == [] and value(report, "source-largest") == 1.0


def test_balanced_sources_are_no_finding(make_corpus: MakeCorpus) -> None:
    report = examine(make_corpus(["xx", "yy"], source=["a", "b"], licence=["MIT", "MIT"]))
    assert codes(report) == []


def test_unknown_licences_have_a_wilson_interval_and_documents(make_corpus: MakeCorpus) -> None:
    corpus = make_corpus(["a", "b", "c", "d"], source=list("wxyz"), licence=["MIT", None, "unknown", "MIT"])
    report = examine(corpus)
    score = next(one for one in report.scores if one.metric == "unknown-licence-share")
    assert isinstance(score, Score) and (score.value, score.n) == (0.5, 4)
    assert (score.low, score.high) == pytest.approx((0.15003, 0.84997), abs=1e-4)
    assert codes(report) == ["HW-A002"] and report.findings[0].document_ids == tuple(corpus.ids()[1:3])


def test_conflicting_share_alike_licences_are_a_finding(make_corpus: MakeCorpus) -> None:
    corpus = make_corpus(["a", "b"], source=["x", "y"], licence=["GPL-2.0-only", "CC-BY-SA-4.0"])
    report = examine(corpus)
    assert codes(report) == ["HW-A003"] and set(report.findings[0].document_ids) == set(corpus.ids())


def test_lengths_fall_into_powers_of_two(make_corpus: MakeCorpus) -> None:
    report = examine(make_corpus(["é", "ab", "abc", "abcd", ""]))
    chart = next(one for one in report.exhibits if isinstance(one, Chart) and one.name == "composition-length")
    assert dict(zip(chart.series[0].x, chart.series[0].y, strict=True)) == {"0": 1, "1": 1, "2–3": 2, "4–7": 1}


def test_declared_groups_are_counted(make_corpus: MakeCorpus) -> None:
    report = examine(make_corpus(["a", "b", "c"], groups=[{"dialect": "x"}, {"dialect": "x"}, {}]))
    assert table(report, "composition-group-dialect").rows == (("x", 2),)


def test_images_are_counted_by_class(tmp_path: Path) -> None:
    pixels = np.zeros((2, 2, 1), np.uint8).tobytes()
    rows = [
        {"id": str(i), "image": pixels, "height": 2, "width": 2, "channels": 1, "source": "s", "licence": "CC0-1.0",
         "language": "unknown", "groups": [], "attributes": [("label", label)]}
        for i, label in enumerate(["cat", "dog", "cat"])
    ]  # fmt: skip
    with CorpusWriter(tmp_path, IMAGE_SCHEMA) as writer:
        writer.write(record_batch(rows, IMAGE_SCHEMA))
    report = examine(Corpus(tmp_path))
    assert table(report, "composition-group-label").rows == (("cat", 2), ("dog", 1))
    assert report.facts["Bytes"] == 12


def test_documents_of_no_bytes_still_have_shares(make_corpus: MakeCorpus) -> None:
    assert value(examine(make_corpus(["", ""], source=["a", "b"])), "source-largest") == 0.5


def test_an_empty_corpus_is_refused(make_corpus: MakeCorpus) -> None:
    with pytest.raises(EmptyCorpus):
        examine(make_corpus([]))


def test_the_report_survives_json(make_corpus: MakeCorpus) -> None:
    report = examine(make_corpus(["a", "b"], source=["<script>", "b"]))
    assert StageReport.from_json(report.to_json()) == report


def test_personal_data_in_a_source_name_is_not_shown(make_corpus: MakeCorpus) -> None:
    report = examine(
        make_corpus(["abc", "d"], source=["jane.doe@mail.org", "b"], groups=[{"by": "jane.doe@mail.org"}, {}])
    )
    assert "jane.doe" not in str(report.to_json())
