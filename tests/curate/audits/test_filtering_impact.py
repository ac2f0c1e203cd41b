"""Records are made by the real curator with a step whose rate for each group is known."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from headwater.core import (
    SILENT,
    Chart,
    Corpus,
    IntegrityError,
    NotMeasured,
    Progress,
    Score,
    StageReport,
    Table,
    UsageError,
    read_parquet,
    text_record,
    write_parquet,
)
from headwater.curate import Decision, Judgement, audit, curate
from headwater.curate.audits import FilteringImpact

SHE, HE, NOBODY = "She came home.", "He came home.", "The door is open."


class Told:
    """Takes out the documents that end in its mark."""

    def __init__(self, name: str, mark: str, private: bool = False, copies: bool = False) -> None:
        self.name, self.mark, self.private, self.copies = name, mark, private, copies

    def judge(self, batch: pa.RecordBatch) -> Judgement:
        rows = zip(batch.column("id").to_pylist(), batch.column("text").to_pylist(), strict=True)
        gone = [(name, float(len(text))) for name, text in rows if text.endswith(self.mark)]
        other = batch.column("id")[0].as_py() if self.copies else None
        return Judgement(tuple(Decision(name, "removed", "told", size, 10.0, "", other) for name, size in gone))


Record = Callable[..., Corpus]


@pytest.fixture
def record(tmp_path: Path, source: Callable[..., Any]) -> Record:
    def make(texts: Sequence[str], *steps: Any, name: str = "", **columns: Sequence[Any]) -> Corpus:
        """A run folder made by curating the texts; ``columns`` gives source, licence, language, groups of each."""
        rows = []
        for number, text in enumerate(texts):
            fields: dict[str, Any] = {key: values[number] for key, values in columns.items()}
            rows.append(text_record(text, f"made:{number}", fields.pop("source", "made"), **fields))
        curate(replace(source([]), rows=rows), steps, tmp_path / name)
        return Corpus(tmp_path / name / "corpus")

    return make


def marked(text: str, documents: int, removed: int, mark: str = "!") -> list[str]:
    """``documents`` texts of which the first ``removed`` carry the mark."""
    return [text + (mark if number < removed else "") for number in range(documents)]


def examine(corpus: Corpus, **options: Any) -> StageReport:
    return FilteringImpact(("gender",), **options).examine(corpus, 0, SILENT)


def rows_of(report: StageReport, name: str) -> dict[tuple[str, str], Mapping[str, Any]]:
    table = next(one for one in report.exhibits if isinstance(one, Table) and one.name == name)
    return {(str(row[0]), str(row[1])): dict(zip(table.columns, row, strict=True)) for row in table.rows}


def test_a_planted_rate_is_recovered_exactly(record: Record) -> None:
    texts = [*marked(SHE, 100, 30), *marked(HE, 200, 20), *marked(NOBODY, 50, 50)]
    report = examine(record(texts, Told("told", "!")))
    row = rows_of(report, "filtering-impact-01")["identity term", "gender: female"]
    assert (row["Documents"], row["Taken out"], row["Rate"], row["Rate of the rest"]) == (100, 30, 0.3, 0.1)
    assert row["Ratio"] == pytest.approx(3) and row["Difference"] == pytest.approx(0.2)


def test_a_disparity_is_a_finding_with_its_documents(record: Record, tmp_path: Path) -> None:
    corpus = record([*marked(SHE, 100, 30), *marked(HE, 200, 20)], Told("told", "!"))
    (finding,) = examine(corpus).findings
    assert finding.code == "HW-A020"
    assert finding.title.startswith("Step told takes out documents that mention 'female' (gender) 3.0 times as often")
    removed = Corpus(tmp_path / "removed")
    mention = {row["id"] for batch in removed.batches() for row in batch.to_pylist() if row["text"].startswith("She")}
    assert len(finding.document_ids) == 20 and set(finding.document_ids) <= mention
    example = finding.examples[0]
    assert [example.text[start:end] for start, end in example.spans] == ["She"]
    (score,) = finding.scores
    assert isinstance(score, Score) and score.slice["step"] == "told" and score.low is not None and score.low > 1


def test_documents_nearest_to_the_limit_come_first(record: Record, tmp_path: Path) -> None:
    texts = [f"She {'x' * (40 - number)}!" for number in range(40)] + [HE] * 100
    corpus = record(texts, Told("told", "!"))
    (finding,) = examine(corpus).findings
    found = Corpus(tmp_path / "removed").documents(finding.document_ids)
    lengths = [abs(len(found[name]["text"]) - 10) for name in finding.document_ids]
    assert lengths == sorted(lengths)


def test_equal_removal_is_no_finding(record: Record) -> None:
    report = examine(record([*marked(SHE, 100, 20), *marked(HE, 200, 40)], Told("told", "!")))
    assert report.findings == ()
    assert rows_of(report, "filtering-impact-01")["identity term", "gender: female"]["Difference"] == 0


def test_a_significant_but_small_effect_is_no_finding(record: Record) -> None:
    texts = [*marked(SHE, 4000, 400), *marked(HE, 4000, 240)]
    report = examine(record(texts, Told("told", "!")))
    row = rows_of(report, "filtering-impact-01")["identity term", "gender: female"]
    assert row["q"] < 1e-6 and row["Cohen's h"] < 0.2 and report.findings == ()


def test_a_large_effect_of_few_documents_is_no_finding(record: Record) -> None:
    report = examine(record([*marked(SHE, 20, 4), *marked(HE, 20, 2)], Told("told", "!")))
    assert rows_of(report, "filtering-impact-01")["identity term", "gender: female"]["Cohen's h"] > 0.2
    assert report.findings == ()


def test_groups_below_the_minimum_are_left_out(record: Record) -> None:
    corpus = record([*marked(SHE, 19, 19), *marked(HE, 200, 20)], Told("told", "!"))
    cells = [key for name in ("filtering-impact-01",) for key in rows_of(examine(corpus, minimum=19), name)]
    assert ("identity term", "gender: female") in cells
    assert examine(corpus).findings == ()


@pytest.mark.parametrize(
    ("dimension", "code", "values"),
    [
        ("source", "HW-A021", ("a", "b")),
        ("licence", "HW-A021", ("MIT", "GPL-3.0-only")),
        ("language", "HW-A020", ("de", "en")),
        ("declared group", "HW-A020", ({"region": "north"}, {"region": "south"})),
    ],
)
def test_every_dimension_has_its_rates_and_finding(
    record: Record, dimension: str, code: str, values: tuple[Any, Any]
) -> None:
    column = "groups" if dimension == "declared group" else dimension
    texts = [*marked(NOBODY, 100, 60), *marked(NOBODY, 100, 10)]
    corpus = record(texts, Told("told", "!"), **{column: [values[0]] * 100 + [values[1]] * 100})
    report = examine(corpus)
    assert [one.code for one in report.findings] == [code]
    assert "6.0 times" in report.findings[0].title
    rates = {key[1]: row["Rate"] for key, row in rows_of(report, "filtering-impact-01").items() if key[0] == dimension}
    assert sorted(rates.values()) == [0.1, 0.6]


def test_a_step_counts_only_the_documents_that_reach_it(record: Record) -> None:
    texts = [*marked(SHE, 60, 20, "?"), *marked(SHE, 40, 20), *marked(HE, 100, 10)]
    report = examine(record(texts, Told("one", "?"), Told("two", "!")))
    row = rows_of(report, "filtering-impact-02")["identity term", "gender: female"]
    assert (row["Documents"], row["Taken out"]) == (80, 20)
    whole = rows_of(report, "filtering-impact-all-steps")["identity term", "gender: female"]
    assert (whole["Documents"], whole["Taken out"]) == (100, 40)


def test_a_filter_that_stands_twice_is_two_steps(record: Record) -> None:
    texts = [*marked(SHE, 60, 30, "?"), *marked(SHE, 60, 30), *marked(HE, 100, 10)]
    report = examine(record(texts, Told("same", "?"), Told("same", "!")))
    taken = [rows_of(report, f"filtering-impact-0{n}")["identity term", "gender: female"]["Taken out"] for n in (1, 2)]
    assert taken == [30, 30]


def test_what_a_step_is_meant_to_select_by_is_shown_and_not_tested(record: Record) -> None:
    texts = [*marked(NOBODY, 100, 90), *marked(NOBODY, 100, 1)]
    corpus = record(texts, Told("told", "!"), source=["a"] * 100 + ["b"] * 100)
    report = examine(corpus, by_design={"told": ["source"]})
    assert report.findings == () and report.facts["Removal rates compared"] == 0
    assert rows_of(report, "filtering-impact-01")["source", "a"]["q"] is None


def test_copies_that_are_removed_weigh_little(record: Record) -> None:
    texts = [*marked(SHE, 100, 90), *marked(HE, 200, 10)]
    (finding,) = examine(record(texts, Told("told", "!", copies=True))).findings
    assert finding.severity == "low" and "copies of documents that stayed" in finding.meaning


def test_a_step_that_keeps_no_text_is_not_measured_and_says_why(record: Record) -> None:
    texts = [*marked(SHE, 100, 90), *marked(HE, 200, 10)]
    report = examine(record(texts, Told("secret", "!", private=True)))
    gaps = [one for one in report.scores if isinstance(one, NotMeasured) and one.slice.get("step") == "secret"]
    assert {one.slice["dimension"] for one in gaps} == {"identity term", "declared group"}
    assert "of 100 documents" in gaps[0].reason and "personal data" in gaps[0].reason
    assert report.findings == ()


def test_documents_whose_text_is_unknown_stand_outside_the_terms_of_earlier_steps(record: Record) -> None:
    texts = [*marked(SHE, 60, 30, "?"), *marked(SHE, 40, 20), *marked(HE, 100, 10)]
    report = examine(record(texts, Told("one", "?"), Told("two", "!", private=True)))
    row = rows_of(report, "filtering-impact-01")["identity term", "gender: female"]
    assert (row["Documents"], row["Taken out"]) == (80, 30)


def test_languages_are_not_compared_before_the_step_that_decides_them(record: Record) -> None:
    class Language(Told):
        def judge(self, batch: pa.RecordBatch) -> Judgement:
            return Judgement(columns={"language": pa.array(["en"] * batch.num_rows)})

    report = examine(record(marked(SHE, 100, 50), Told("told", "!"), Language("language", "")))
    assert [one.slice for one in report.scores if isinstance(one, NotMeasured) and one.slice.get("step")] == [
        {"step": "told", "dimension": "language"}
    ]
    assert not any(isinstance(one, Score) and one.slice["dimension"] == "language" for one in report.scores)


def test_a_corpus_without_a_record_is_not_measured_and_has_no_such_audit_by_default(
    record: Record, tmp_path: Path
) -> None:
    record([SHE] * 3, Told("told", "!"), name="run")
    (tmp_path / "run" / "corpus").rename(tmp_path / "alone")
    corpus = Corpus(tmp_path / "alone")
    (gap,) = examine(corpus).scores
    assert isinstance(gap, NotMeasured) and "beside the corpus" in gap.reason
    assert "filtering-impact" not in audit(corpus, None).detail


def test_it_runs_by_default_where_the_record_lies(record: Record) -> None:
    corpus = record([*marked(SHE, 100, 30), *marked(HE, 200, 20)], Told("told", "!"))
    assert "HW-A020" in [finding.code for finding in audit(corpus).findings]


def test_a_curation_that_removed_nothing_says_so(record: Record) -> None:
    (gap,) = examine(record([SHE] * 30, Told("told", "!"))).scores
    assert isinstance(gap, NotMeasured) and "no step" in gap.reason


def test_a_lost_row_is_an_integrity_error(record: Record, tmp_path: Path) -> None:
    corpus = record([*marked(SHE, 100, 30), *marked(HE, 200, 20)], Told("told", "!"))
    path = tmp_path / "decisions" / "01-told.parquet"
    write_parquet(path, read_parquet(path).slice(1))
    with pytest.raises(IntegrityError, match="49 documents by decisions/, but removed/ holds 50"):
        examine(corpus)


def test_a_truncated_file_of_decisions_is_an_integrity_error(record: Record, tmp_path: Path) -> None:
    corpus = record([*marked(SHE, 100, 30), *marked(HE, 200, 20)], Told("told", "!"))
    path = tmp_path / "decisions" / "01-told.parquet"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(IntegrityError, match="not a readable Parquet file"):
        examine(corpus)


def test_a_record_elsewhere_can_be_named(record: Record, tmp_path: Path) -> None:
    record([*marked(SHE, 100, 30), *marked(HE, 200, 20)], Told("told", "!"), name="one")
    other = record([SHE] * 30, Told("told", "!"), name="two")
    assert examine(other, record=str(tmp_path / "one")).findings


def test_nothing_shown_is_unredacted(record: Record) -> None:
    texts = [*marked("She wrote to jane.doe@corp-mail.org.", 100, 50), *marked(HE, 200, 10)]
    corpus = record(texts, Told("told", "!"), source=["jane.doe@corp-mail.org"] * 100 + ["b"] * 200)
    assert "jane.doe" not in str(examine(corpus).to_json())


def test_the_chart_shows_the_worst_cells_with_their_intervals(record: Record) -> None:
    corpus = record([*marked(SHE, 100, 30), *marked(HE, 200, 20)], Told("told", "!"))
    chart = next(one for one in examine(corpus).exhibits if isinstance(one, Chart))
    assert chart.series[0].x[0] == "told: gender: female" and chart.series[0].y[0] == pytest.approx(0.2)
    assert chart.series[0].low[0] > 0


@pytest.mark.parametrize(
    "options", [{"minimum": 0}, {"effect": 0.0}, {"rate": 1.0}, {"by_design": {"quality": ["colour"]}}]
)
def test_wrong_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="filtering-impact"):
        FilteringImpact(**options)


def test_other_kinds_of_steps_are_left_alone(record: Record) -> None:
    """A step on the whole corpus is a step like any other."""

    class Whole:
        name = "whole"

        def judge_corpus(self, corpus: Corpus, progress: Progress) -> Judgement:
            rows = zip(corpus.ids(), corpus.column("text").to_pylist(), strict=True)
            return Judgement(tuple(Decision(name, "quarantined", "r") for name, text in rows if text.endswith("!")))

    report = examine(record([*marked(SHE, 100, 30), *marked(HE, 200, 20)], Whole()))
    assert report.findings[0].title.startswith("Step whole takes out")
