import math
import random
from collections import Counter
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from headwater.core import SILENT, Corpus, NotMeasured, Score, StageReport, Table
from headwater.curate import build_audits
from headwater.curate.tabular import DriftAudit, PrivacyRisk

MakeTable = Callable[..., Corpus]
Rows = list[dict[str, Any]]


def table(rows: int = 120, seed: int = 3) -> Rows:
    rng = random.Random(seed)
    return [
        {"age": rng.randrange(6), "sex": rng.choice("fm"), "city": rng.choice("pqr"), "ill": rng.choice("xyz"),
         "pay": rng.randrange(5)}
        for _ in range(rows)
    ]  # fmt: skip


def examine(corpus: Corpus, **options: Any) -> StageReport:
    return PrivacyRisk(**options).examine(corpus, 0, SILENT)


def value(report: StageReport, metric: str, **where: str) -> float:
    (score,) = [s for s in report.scores if s.metric == metric and where.items() <= dict(s.slice).items()]
    assert isinstance(score, Score)
    return score.value


def classes(rows: Rows, names: tuple[str, ...]) -> dict[tuple[Any, ...], Rows]:
    found: dict[tuple[Any, ...], Rows] = {}
    for row in rows:
        found.setdefault(tuple(row[name] for name in names), []).append(row)
    return found


@pytest.mark.parametrize("seed", range(4))
def test_k_l_and_t_equal_a_count_class_by_class(tmp_path: Path, table_corpus: MakeTable, seed: int) -> None:
    rows, quasi = table(seed=seed), ("sex", "city")
    report = examine(table_corpus(tmp_path / "c", rows), quasi=quasi, sensitive=["ill", "pay"])
    found = list(classes(rows, quasi).values())
    assert value(report, "k-anonymity") == min(map(len, found))
    for name, ordered in (("ill", False), ("pay", True)):
        whole = Counter(row[name] for row in rows)
        names = sorted(whole)
        worst, entropies, distinct = 0.0, [], []
        for members in found:
            counts = Counter(row[name] for row in members)
            shares = [counts[key] / len(members) for key in names]
            distinct.append(len(counts))
            entropies.append(-sum(p * math.log(p) for p in shares if p))
            gaps = [p - whole[key] / len(rows) for p, key in zip(shares, names, strict=True)]
            sums = [abs(sum(gaps[: n + 1])) for n in range(len(gaps) - 1)]
            distance = sum(sums) / (len(names) - 1) if ordered else sum(map(abs, gaps)) / 2
            worst = max(worst, distance)
        assert value(report, "distinct-l-diversity", sensitive=name) == min(distinct)
        assert value(report, "entropy-l-diversity", sensitive=name) == pytest.approx(math.exp(min(entropies)))
        assert value(report, "t-closeness", sensitive=name) == pytest.approx(worst)


def test_combinations_and_rows_at_risk_equal_a_search(tmp_path: Path, table_corpus: MakeTable) -> None:
    rows, quasi = table(60), ("age", "sex", "city", "pay")
    report = examine(table_corpus(tmp_path / "c", rows), quasi=quasi, k=3)
    alone: dict[tuple[str, ...], set[int]] = {}
    for size in (1, 2, 3):
        for names in combinations(quasi, size):
            sizes = {key: len(members) for key, members in classes(rows, names).items()}
            alone[names] = {n for n, row in enumerate(rows) if sizes[tuple(row[name] for name in names)] == 1}
    (shown,) = [e for e in report.exhibits if isinstance(e, Table) and e.name == "unique-combinations"]
    for _, names_, number, _, _, _, minimal in shown.rows:
        names = tuple(str(names_).split(", "))
        smaller = [alone[part] for part in combinations(names, len(names) - 1)] if len(names) > 1 else []
        assert number == len(alone[names]) and minimal == len(alone[names] - set().union(*smaller))
    sizes = classes(rows, quasi)
    small = [n for n, row in enumerate(rows) if len(sizes[tuple(row[name] for name in quasi)]) < 3]
    assert value(report, "small-class-share") == pytest.approx(len(small) / len(rows))
    (finding,) = [f for f in report.findings if f.code == "HW-A112"]
    assert finding.examples == () and {int(id[4:]) for id in finding.document_ids} <= set(small)


def test_leaving_a_column_out_is_counted_anew(tmp_path: Path, table_corpus: MakeTable) -> None:
    rows = table()
    report = examine(table_corpus(tmp_path / "c", rows), quasi=["age", "sex", "city"], k=4)
    (shown,) = [e for e in report.exhibits if isinstance(e, Table) and e.name == "generalisation"]
    without = sum(len(m) for m in classes(rows, ("sex", "city")).values() if len(m) < 4)
    assert {row[0]: row[1] for row in shown.rows}["age"] == without


def test_a_group_that_is_singled_out_more_often_is_a_finding(tmp_path: Path, table_corpus: MakeTable) -> None:
    rows = [{"race": "few" if n < 60 else "many", "age": n if n < 60 else n % 10} for n in range(600)]
    report = examine(table_corpus(tmp_path / "c", rows), quasi=["race", "age"], groups=["race"])
    (finding,) = [f for f in report.findings if f.code == "HW-A113"]
    assert "few is singled out more often than many" in finding.title
    assert value(report, "unique-row-share-difference", dimension="race") == 1.0


def test_quasi_identifiers_are_proposed_by_their_names(tmp_path: Path, table_corpus: MakeTable) -> None:
    rows = [{**row, "marital-status": "x" if n % 2 else "y", "birthDate": "2000-01-01", "average": n % 9}
            for n, row in enumerate(table())]  # fmt: skip
    report = examine(table_corpus(tmp_path / "c", rows))
    assert report.detail["quasi"] == [
        "age",
        "sex",
        "city",
        "marital-status",
    ]  # one date is no column; no other name fits


def test_rows_that_are_all_alike_are_at_no_risk(tmp_path: Path, table_corpus: MakeTable) -> None:
    report = examine(table_corpus(tmp_path / "c", [{"sex": "fm"[n % 2], "label": n % 3} for n in range(60)]))
    assert value(report, "k-anonymity") == 30 and report.findings == ()
    assert value(report, "t-closeness") == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("rows", "options", "message"),
    [
        ([{"x": n} for n in range(9)], {}, "set quasi"),
        ([{"x": n} for n in range(9)], {"quasi": ["y"]}, "no row has a value in a column 'y'"),
        ([{"sex": "fm"[n % 2]} for n in range(9)], {}, "set sensitive"),
        ([{"sex": None}] * 9, {"quasi": ["sex"]}, "no row has a value"),
    ],
)
def test_what_cannot_be_measured_says_why(
    tmp_path: Path, table_corpus: MakeTable, rows: Rows, options: dict[str, Any], message: str
) -> None:
    report = examine(table_corpus(tmp_path / "c", rows), **options)
    assert any(message in s.reason for s in report.scores if isinstance(s, NotMeasured))


@pytest.mark.parametrize("options", [{"k": 1}, {"quasi": [f"c{n}" for n in range(11)]}])
def test_wrong_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(Exception, match="must be"):
        build_audits([("privacy-risk", options)])


@pytest.mark.parametrize(("columns", "said"), [(198, False), (203, True)])
def test_columns_after_the_first_200_are_said_to_be_left_out(
    tmp_path: Path, table_corpus: MakeTable, columns: int, said: bool
) -> None:
    wide = [{**row, **{f"c{number}": place % 3 for number in range(columns - 5)}} for place, row in enumerate(table())]
    corpus = table_corpus(tmp_path / "c", wide)
    for report in (examine(corpus), DriftAudit(split="sex").examine(corpus, 0, SILENT)):
        reasons = [score.reason for score in report.scores if isinstance(score, NotMeasured)]
        assert any("3 further columns are not looked at" in reason for reason in reasons) == said
