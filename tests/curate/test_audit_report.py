import json
from pathlib import Path
from typing import Any

import pandas
import pyarrow as pa
import pytest

from headwater.core import Corpus, CorpusWriter, EmptyCorpus, InputError, UsageError, record_batch, text_record
from headwater.curate import AuditReport, audit

HOSTILE = "<script>alert(1)</script>"
PEOPLE = [
    {"sex": sex, "city": "Ghent" if number % 2 else HOSTILE, "hired": "yes" if number < hired else "no"}
    for sex, hired in (("f", 20), ("m", 80))
    for number in range(100)
]  # fmt: skip
HALVES = {"f": 0.5, "m": 0.5}
DECISIONS = [("decisions", {"groups": ["sex"], "label": "hired", "positive": "yes"})]


@pytest.fixture(scope="module")
def report() -> AuditReport:
    return audit(pandas.DataFrame(PEOPLE), DECISIONS)


@pytest.mark.parametrize("kind", [list, pandas.DataFrame, pa.Table.from_pylist], ids=["list", "frame", "table"])
def test_the_same_rows_give_the_same_report_whatever_holds_them(kind: Any, report: AuditReport) -> None:
    assert audit(kind(PEOPLE), DECISIONS) == report


def test_a_path_is_read_as_the_command_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "texts.jsonl"
    path.write_text("".join(json.dumps({"text": f"She came {number} times."}) + "\n" for number in range(3)))
    assert audit(path, ["composition"]).facts["Documents"] == 3


def test_a_corpus_is_audited_as_it_is(tmp_path: Path) -> None:
    with CorpusWriter(tmp_path) as writer:
        writer.write(record_batch([text_record("One.", "1", "made")]))
    assert audit(Corpus(tmp_path), ["composition"]).facts["Documents"] == 1


def test_frame_has_a_row_a_score_and_a_column_a_part_of_the_slice(report: AuditReport) -> None:
    frame = report.to_frame()
    assert len(frame) == len(report.scores)
    rates = frame[frame.metric == "base-rate"].set_index("group").value
    assert rates.to_dict() == {"f": 0.2, "m": 0.8}
    (gap,) = frame[frame.metric == "base-rate-difference"].itertuples()
    assert (gap.value, gap.dimension, gap.n) == (pytest.approx(0.6), "sex", 200)


def test_a_number_without_a_value_has_its_reason() -> None:
    frame = audit(pandas.DataFrame(PEOPLE), [("decisions", {"groups": ["city"], "label": "nothing"})]).to_frame()
    assert frame.value.isna().all() and frame.reason.str.contains("no row has a value in a column 'nothing'").any()


def test_rows_are_those_of_the_data(report: AuditReport) -> None:
    rows = report.rows("HW-A080")
    assert len(rows) and set(rows.sex) == {"f"} and set(rows.hired) == {"no"}
    assert [PEOPLE[place]["city"] for place in rows.row] == list(rows.city)
    assert report.rows(report.findings[0]).equals(rows)


def test_rows_of_an_unknown_code_and_of_a_report_from_a_file_are_refused(report: AuditReport, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no finding 'HW-A999'; there are: HW-A080"):
        report.rows("HW-A999")
    report.save(tmp_path / "audit.json")
    with pytest.raises(UsageError, match="read from a file"):
        AuditReport.load(tmp_path / "audit.json").rows("HW-A080")


def test_page_stands_alone_and_shows_the_rows(report: AuditReport, tmp_path: Path) -> None:
    page = report.to_html(tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text("utf-8") == page
    assert "HW-A080" in page and report.findings[0].document_ids[0] in page
    assert "<script>alert" not in page and "Training" not in page


def test_page_of_a_report_from_a_file_has_no_documents(report: AuditReport) -> None:
    assert "HW-A080" in AuditReport.from_json(report.to_json()).to_html()


def test_short_forms_name_the_worst_findings_and_escape(report: AuditReport) -> None:
    assert repr(report).startswith("Corpus audit: 1 finding (1 ")
    assert "HW-A080" in repr(report) and "HW-A080" in report._repr_html_()
    hostile = audit(pandas.DataFrame(PEOPLE).rename(columns={"sex": "<script>"}), [
        ("decisions", {"groups": ["<script>"], "label": "hired", "positive": "yes"})
    ])  # fmt: skip
    assert "<script>" not in hostile._repr_html_() and "&lt;script&gt;" in hostile._repr_html_()


def test_what_could_not_be_read_is_counted() -> None:
    assert audit([*PEOPLE, 7], ["composition"]).facts["Rows that could not be read"] == 1


def test_what_holds_no_rows_is_refused() -> None:
    with pytest.raises(InputError, match="cannot audit int; give a Corpus, a path, a DataFrame"):
        audit(7)
    with pytest.raises(EmptyCorpus):
        audit([])


def test_temporary_folder_goes_with_the_report() -> None:
    made = audit(pandas.DataFrame(PEOPLE), ["composition"])
    assert made.corpus is not None
    folder = made.corpus.folder
    assert folder.is_dir()
    del made
    assert not folder.exists()


def test_named_columns_reach_the_usual_audits() -> None:
    report = audit(pandas.DataFrame(PEOPLE), groups=["sex"], label="hired", positive="yes", reference={"sex": HALVES})
    assert {"decisions", "representation", "composition"} <= set(report.detail)
    frame = report.to_frame()
    assert frame[frame.metric == "base-rate"].set_index("group").value.to_dict() == {"f": 0.2, "m": 0.8}
    assert (frame[frame.metric == "representation-ratio"].value == 1.0).all()


def test_named_columns_are_audited_in_texts_too() -> None:
    rows = [{"text": f"Letter {number}: {row['sex']}", **row} for number, row in enumerate(PEOPLE)]
    frame = audit(rows, groups=["sex"], label="hired", positive="yes").to_frame()
    assert frame[frame.metric == "base-rate"].set_index("group").value.to_dict() == {"f": 0.2, "m": 0.8}


@pytest.mark.parametrize("named", [{"groups": ["sexx"]}, {"label": "sexx"}, {"split": "sexx"}])
def test_a_column_that_is_not_there_is_refused_with_the_nearest_one(named: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="no column 'sexx'; did you mean \"sex\""):
        audit(pandas.DataFrame(PEOPLE), **named)


def test_columns_belong_to_the_usual_audits_or_to_a_named_one() -> None:
    with pytest.raises(UsageError, match="give groups, label and the like to the audits in names"):
        audit(pandas.DataFrame(PEOPLE), ["decisions"], groups=["sex"])
