"""The audit ``annotator-agreement``: long and wide tables, groups, bad input."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from headwater.core import SILENT, ConfigError, Corpus, EmptyCorpus, NotMeasured, Score, StageReport, Table
from headwater.curate import build_audits
from headwater.curate.labels import AnnotatorAgreement

MakeTable = Callable[..., Corpus]
LONG = {"item": "q", "annotator": "who", "label": "answer"}
FAST = {"resamples": 100, "permutations": 99}
SHEET = {
    "A": "12332141 2...", "B": "123322412 5.3", "C": ".33323422 51.", "D": "123324412 51."
}  # fmt: skip


def sheet() -> list[dict[str, Any]]:
    """Krippendorff's four observers and twelve units, one row a label."""
    rows = []
    for who, labels in SHEET.items():
        for unit, label in enumerate(labels.replace(" ", ""), 1):
            if label != ".":
                rows.append({"q": f"u{unit}", "who": who, "answer": int(label)})
    return rows


def crowd(items: int = 120, hard: float = 0.9, people: int = 4) -> list[dict[str, Any]]:
    """Labels of which ``hard`` (of the items in dialect) or 0.9 (of the others) are true, the others at random."""
    rng = np.random.default_rng(7)
    rows = []
    for item in range(items):
        true, dialect = int(rng.integers(2)), item % 2 == 1
        for who in range(people):
            known = rng.random() < (hard if dialect else 0.9)
            label = true if known else int(rng.integers(2))
            rows.append(
                {"q": f"i{item:03d}", "who": f"w{who}", "answer": "ny"[label], "dialect": "yes" if dialect else "no",
                 "region": "north" if who < people / 2 else "south"}
            )  # fmt: skip
    return rows


def examine(corpus: Corpus, **options: Any) -> StageReport:
    return AnnotatorAgreement(**{**FAST, **options}).examine(corpus, 0, SILENT)


def numbers(report: StageReport, metric: str) -> list[Score]:
    return [one for one in report.scores if isinstance(one, Score) and one.metric == metric]


def reasons(report: StageReport, metric: str) -> list[str]:
    return [one.reason for one in report.scores if isinstance(one, NotMeasured) and one.metric == metric]


@pytest.mark.parametrize(("level", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_the_worked_example_comes_out_of_a_long_table(
    tmp_path: Path, table_corpus: MakeTable, level: str, published: float
) -> None:
    report = examine(table_corpus(tmp_path / "c", sheet()), **LONG, level=level)
    (alpha,) = numbers(report, "krippendorff-alpha")
    assert alpha.value == pytest.approx(published, abs=5e-4) and alpha.n == 11
    assert alpha.low is not None and alpha.low < alpha.value < (alpha.high or 0)
    assert "items have between 1 and 4 labels" in reasons(report, "fleiss-kappa")[0]


def test_wide_and_long_give_the_same(tmp_path: Path, table_corpus: MakeTable) -> None:
    long = sheet()
    units = dict.fromkeys(row["q"] for row in sorted(long, key=lambda row: int(row["q"][1:])))
    wide = [{row["who"]: row["answer"] for row in long if row["q"] == unit} for unit in units]
    one = examine(table_corpus(tmp_path / "long", long), **LONG)
    other = examine(table_corpus(tmp_path / "wide", wide), annotators=["A", "B", "C", "D"])
    for metric in ("krippendorff-alpha", "pair-agreement"):
        assert numbers(one, metric)[0].value == pytest.approx(numbers(other, metric)[0].value)


def test_pairs_have_scikit_learns_kappa(tmp_path: Path, table_corpus: MakeTable) -> None:
    rows = crowd()
    report = examine(table_corpus(tmp_path / "c", rows), **LONG)
    found = {one.slice["annotators"]: one for one in numbers(report, "cohen-kappa")}
    assert len(found) == 6
    by_person = {who: [row["answer"] for row in rows if row["who"] == who] for who in ("w0", "w3")}
    kappa = found["w0 × w3"]
    assert kappa.value == pytest.approx(cohen_kappa_score(by_person["w0"], by_person["w3"])) and kappa.n == 120
    (fleiss,) = numbers(report, "fleiss-kappa")
    assert fleiss.n == 120 and abs(fleiss.value - numbers(report, "krippendorff-alpha")[0].value) < 0.01


def test_low_agreement_is_a_finding_with_the_items_that_divide(tmp_path: Path, table_corpus: MakeTable) -> None:
    corpus = table_corpus(tmp_path / "c", crowd(hard=0.3))
    report = examine(corpus, **LONG)
    finding = next(one for one in report.findings if one.code == "HW-A092")
    assert finding.severity == "high" and len(finding.document_ids) == 20
    assert finding.examples[0].note == "labels: 2 × n, 2 × y"
    table = next(one for one in report.exhibits if isinstance(one, Table) and one.name == "annotator-agreement-items")
    shares = [row[2] for row in table.rows]
    assert shares == sorted(shares, reverse=True) and table.rows[0][3] == finding.document_ids[0]


def test_a_group_of_items_with_less_agreement_is_found(tmp_path: Path, table_corpus: MakeTable) -> None:
    corpus = table_corpus(tmp_path / "c", crowd(hard=0.3))
    report = examine(corpus, **LONG, groups=["dialect"])
    (gap,), (chance,) = (numbers(report, f"krippendorff-alpha-difference{end}") for end in ("", "-by-chance"))
    assert gap.low is not None and gap.low > chance.value
    finding = next(one for one in report.findings if one.code == "HW-A093")
    assert "less on dialect: yes" in finding.title
    assert all('"dialect": "yes"' in corpus.documents([id])[id]["table"] for id in finding.document_ids)
    by_group = {one.slice["group"]: one.n for one in numbers(report, "krippendorff-alpha") if "group" in one.slice}
    assert by_group == {"no": 60, "yes": 60}


def test_groups_that_agree_alike_are_no_finding(tmp_path: Path, table_corpus: MakeTable) -> None:
    report = examine(
        table_corpus(tmp_path / "c", crowd()), **LONG, groups=["dialect"], annotator_groups=["region"], wanted=0.5
    )
    assert report.findings == () and len(numbers(report, "krippendorff-alpha-difference")) == 2


def test_the_second_label_of_one_annotator_is_counted_and_left_out(tmp_path: Path, table_corpus: MakeTable) -> None:
    rows = crowd(40)
    again = [{**rows[0], "answer": "other"}]
    one, other = (
        examine(table_corpus(tmp_path / name, table), **LONG) for name, table in (("a", rows), ("b", rows + again))
    )
    assert (one.detail["repeated"], other.detail["repeated"]) == (0, 1)
    assert numbers(one, "krippendorff-alpha") == numbers(other, "krippendorff-alpha")


def test_an_order_names_the_ranks_of_words(tmp_path: Path, table_corpus: MakeTable) -> None:
    words = {1: "low", 2: "medium", 3: "high", 4: "severe", 5: "fatal"}
    rows = [{**row, "answer": words[row["answer"]]} for row in sheet()]
    corpus = table_corpus(tmp_path / "c", rows)
    report = examine(corpus, **LONG, level="ordinal", order=list(words.values()))
    assert numbers(report, "krippendorff-alpha")[0].value == pytest.approx(0.815, abs=5e-4)
    assert "not every label is a number" in reasons(examine(corpus, **LONG, level="ordinal"), "krippendorff-alpha")[0]
    flags = table_corpus(tmp_path / "flags", [{**row, "answer": row["answer"] > 2} for row in sheet()])
    assert numbers(examine(flags, **LONG, level="ordinal", order=[False, True]), "krippendorff-alpha")
    short = examine(corpus, **LONG, level="ordinal", order=["low", "high"])
    assert "is not in order" in reasons(short, "krippendorff-alpha")[0]


def test_the_same_seed_gives_the_same_report_and_it_survives_its_file(tmp_path: Path, table_corpus: MakeTable) -> None:
    corpus = table_corpus(tmp_path / "c", crowd())
    one, other = (examine(corpus, **LONG, groups=["dialect"], annotator_groups=["region"]) for _ in range(2))
    assert one.to_json() == other.to_json()
    one.save(tmp_path / "audit.json")
    assert StageReport.load(tmp_path / "audit.json").to_json() == one.to_json()


def test_texts_that_were_labelled_are_shown_redacted(make_corpus: Callable[..., Corpus]) -> None:
    texts = [f"Write to a.b{item}@example.org about item {item}." for item in range(12)]
    labels = [{"one": "xy"[item % 2], "two": "xy"[item // 3 % 2]} for item in range(12)]
    report = examine(make_corpus(texts, attributes=labels), annotators=["one", "two"])
    (finding,) = report.findings
    assert finding.examples and "example.org" not in str(report.to_json())


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        ({}, {}, "no columns are named"),
        ({}, {**LONG, "item": "absent"}, "no row has a value in the column 'absent'"),
        ({}, {"annotators": ["answer", "absent"]}, "no row has a value in the column 'absent'"),
        ({"who": "w1"}, LONG, "there is only one annotator"),
        ({"answer": "y"}, LONG, "every label of an item with two labels is 'y'"),
        ({"answer": None}, LONG, "no row has a value in the column 'answer'"),
        ({}, {**LONG, "level": "interval"}, "the level is interval and not every label is a number"),
    ],
)
def test_what_cannot_be_compared_is_not_measured(
    tmp_path: Path, change: dict[str, Any], options: dict[str, Any], message: str, table_corpus: MakeTable
) -> None:
    report = examine(table_corpus(tmp_path / "c", [{**row, **change} for row in crowd()]), **options)
    (gap,) = report.scores
    assert isinstance(gap, NotMeasured) and message in gap.reason and not report.findings


def test_too_many_labels_are_refused_but_at_the_interval_level(tmp_path: Path, table_corpus: MakeTable) -> None:
    corpus = table_corpus(tmp_path / "c", sheet())
    (gap,) = examine(corpus, **LONG, maximum_labels=4).scores
    assert isinstance(gap, NotMeasured) and "5 different labels, more than maximum_labels (4)" in gap.reason
    assert numbers(examine(corpus, **LONG, maximum_labels=4, level="interval"), "krippendorff-alpha")


def test_annotators_who_share_no_item_are_not_measured(tmp_path: Path, table_corpus: MakeTable) -> None:
    rows = [{"q": item, "who": "ab"[item % 2], "answer": "xy"[item % 3 % 2]} for item in range(20)]
    (gap,) = examine(table_corpus(tmp_path / "c", rows), **LONG).scores
    assert isinstance(gap, NotMeasured) and gap.reason == "no item has labels by two annotators"


def test_one_group_only_and_absent_groups_are_not_measured(tmp_path: Path, table_corpus: MakeTable) -> None:
    rows = [{**row, "dialect": "no", "region": row["who"]} for row in crowd()]
    report = examine(
        table_corpus(tmp_path / "c", rows), **LONG, groups=["dialect", "nothing"], annotator_groups=["region"]
    )
    found = {one.slice["dimension"]: one.reason for one in report.scores if isinstance(one, NotMeasured)}
    assert "this one has 1" in found["dialect"] and "no row has a value" in found["nothing"]
    assert "fewer than two groups of annotators" in found["region"]


def test_hostile_names_are_data(tmp_path: Path, table_corpus: MakeTable) -> None:
    rows = [{"<script>": row["q"], "who": f"{row['who']}@example.org", "answer": row["answer"]} for row in crowd(40)]
    report = examine(table_corpus(tmp_path / "c", rows), **{**LONG, "item": "<script>"})
    assert numbers(report, "krippendorff-alpha") and "example.org" not in str(report.to_json())


def test_an_empty_corpus_is_refused(tmp_path: Path, table_corpus: MakeTable) -> None:
    with pytest.raises(EmptyCorpus):
        examine(table_corpus(tmp_path / "c", []), **LONG)


@pytest.mark.parametrize(
    "options",
    [
        {"item": "a"}, {**LONG, "annotators": ["a", "b"]}, {"annotators": ["a"]}, {"annotators": ["a", "a"]},
        {"annotators": ["a", "b"], "annotator_groups": ["c"]}, {**LONG, "groups": ["q"]}, {**LONG, "minimum": 1},
        {**LONG, "level": "ratio"}, {**LONG, "order": ["a", "a"]}, {**LONG, "wanted": 0.0}, {**LONG, "resamples": 1},
        {**LONG, "permutations": 1}, {**LONG, "effect": 0.0}, {**LONG, "rate": 1.0},
    ],
)  # fmt: skip
def test_wrong_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="annotator-agreement"):
        build_audits([("annotator-agreement", options)])
