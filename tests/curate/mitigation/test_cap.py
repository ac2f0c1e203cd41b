"""The filter ``cap``."""

import json
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.core import SILENT, ConfigError, Corpus, Table, UsageError
from headwater.curate import Judgement, build_steps, cap, curate, source_from
from headwater.curate.mitigation.cap import share_limit

Make = Callable[..., Corpus]
SOURCES = [{"source": name} for name in ["a"] * 60 + ["b"] * 20 + ["c"] * 5]


def judge(corpus: Corpus, **options: Any) -> tuple[Any, Judgement]:
    step = cap(**{"seed": 1} | options)
    return step, step.judge_corpus(corpus, SILENT)


def kept(corpus: Corpus, judgement: Judgement) -> Counter[str]:
    removed = {decision.id for decision in judgement.decisions}
    sources = zip(corpus.ids(), corpus.column("source").to_pylist(), strict=True)
    return Counter(source for name, source in sources if name not in removed)


def test_each_source_keeps_at_most_the_number_and_small_ones_keep_all(corpus_of: Make) -> None:
    corpus = corpus_of(SOURCES)
    _, judgement = judge(corpus, documents=12)
    assert kept(corpus, judgement) == {"a": 12, "b": 12, "c": 5}


def test_a_decision_states_the_rank_and_the_cap(corpus_of: Make) -> None:
    _, judgement = judge(corpus_of(SOURCES), documents=58)
    assert sorted((one.action, one.rule, one.measured, one.limit, one.evidence) for one in judgement.decisions) == [
        ("removed", "over-cap", 59, 58, "60 documents of this source"),
        ("removed", "over-cap", 60, 58, "60 documents of this source"),
    ]


def test_no_source_has_more_than_the_share_of_what_stays(corpus_of: Make) -> None:
    corpus = corpus_of(SOURCES)
    _, judgement = judge(corpus, share=0.5)
    assert kept(corpus, judgement) == {"a": 25, "b": 20, "c": 5}


@given(st.lists(st.integers(1, 60), min_size=1, max_size=8), st.integers(5, 95))
def test_the_share_leaves_as_many_documents_as_any_cap_can(sizes: list[int], percent: int) -> None:
    found = share_limit(np.array(sizes), percent / 100)
    fits = [c for c in range(1, max(sizes) + 1) if 100 * c <= percent * sum(min(size, c) for size in sizes)]
    assert found == max(fits, default=0)


def test_too_few_sources_for_the_share_is_a_finding_and_nothing_is_removed(corpus_of: Make) -> None:
    step, judgement = judge(corpus_of(SOURCES), share=0.3)
    (finding,) = step.findings(judgement.tallies, 85)
    assert judgement.decisions == ()
    assert (finding.code, finding.title) == ("HW-C070", "No cap gives every source a share of at most 30.0%")


def test_the_draw_is_the_same_in_any_order_and_another_with_another_seed(corpus_of: Make) -> None:
    corpus = corpus_of(SOURCES)
    chosen = [{one.id for one in judge(corpus, documents=10, seed=seed)[1].decisions} for seed in (1, 1, 2)]
    assert chosen[0] == chosen[1] != chosen[2]


def test_a_lower_cap_keeps_a_part_of_what_a_higher_one_keeps(corpus_of: Make) -> None:
    corpus = corpus_of(SOURCES)
    few, many = ({one.id for one in judge(corpus, documents=number)[1].decisions} for number in (5, 30))
    assert many < few


def test_documents_without_a_value_stay_and_are_counted(corpus_of: Make) -> None:
    corpus = corpus_of([{"author": "x"}] * 8 + [{}] * 9 + [{"author": " "}])
    step, judgement = judge(corpus, by="author", documents=3)
    assert len(judgement.decisions) == 5
    assert "10 have none and stay" in step.exhibits(judgement.tallies, 18)[0].note


def test_the_table_shows_shares_before_and_after(corpus_of: Make) -> None:
    step, judgement = judge(corpus_of(SOURCES), documents=20)
    (table,) = step.exhibits(judgement.tallies, 85)
    assert table.rows == (
        ("a", 60, 20, 40, 60 / 85, 20 / 45),
        ("b", 20, 20, 0, 20 / 85, 20 / 45),
        ("c", 5, 5, 0, 5 / 85, 5 / 45),
    )


def test_of_many_values_the_rest_stands_in_one_last_row(corpus_of: Make) -> None:
    step, judgement = judge(corpus_of([{"n": str(number % 70)} for number in range(140)]), by="n", documents=1)
    (table,) = step.exhibits(judgement.tallies, 140)
    assert len(table.rows) == 51
    assert table.rows[-1][:4] == ("other values", 40, 20, 20)


def test_personal_data_in_a_value_is_not_shown(corpus_of: Make) -> None:
    step, judgement = judge(corpus_of([{"author": "jane.doe@corp-mail.org"}] * 4), by="author", documents=1)
    assert "jane" not in str(step.exhibits(judgement.tallies, 4)) + str(judgement)


@pytest.mark.parametrize("modality", ["table", "image"])
def test_groups_of_table_rows_and_images_are_capped(records_of: Make, modality: str) -> None:
    contents = ["{}" if modality == "table" else b"\0"] * 9
    corpus = records_of(modality, [{"sex": "f"}] * 7 + [{"sex": "m"}] * 2, contents)
    _, judgement = judge(corpus, by="sex", documents=4)
    assert {one.id for one in judgement.decisions} < set(corpus.ids()[:7])
    assert len(judgement.decisions) == 3


def test_a_column_of_the_table_is_read_from_the_row(records_of: Make) -> None:
    rows = [json.dumps({"n": 3, "flag": True, "none": None})] * 5 + ["[]", "{", "", '{"flag": {"a": 1}}', "[" * 9_000]
    corpus = records_of("table", [{}] * 10, rows)
    for column in ("n", "flag"):
        step, judgement = judge(corpus, by=column, documents=2)
        assert len(judgement.decisions) == 3
        assert judgement.tallies["none"] == 5


def test_a_column_that_nobody_has_is_one_sentence_with_the_nearest_name(corpus_of: Make) -> None:
    with pytest.raises(UsageError, match=r"cap: no document has a value in column 'athor'; did you mean .author."):
        judge(corpus_of([{"author": "x"}] * 3), by="athor", documents=1)


def test_a_column_named_like_markup_is_a_column(corpus_of: Make) -> None:
    step, judgement = judge(corpus_of([{"<script>": "x"}] * 3), by="<script>", documents=1)
    (table,) = step.exhibits(judgement.tallies, 3)
    assert isinstance(table, Table)
    assert (table.columns[0], table.rows[0][:2]) == ("<script>", ("x", 3))


def test_a_column_of_too_many_values_is_refused(corpus_of: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["headwater.curate.mitigation.cap"], "MOST_VALUES", 20)
    with pytest.raises(UsageError, match="cap: 'locator' has more than 20 values; name a column that forms groups"):
        judge(corpus_of(SOURCES), by="locator", documents=1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "give either documents or share"),
        ({"documents": 3, "share": 0.5}, "give either documents or share"),
        ({"documents": 0}, "documents must be at least 1"),
        ({"share": 1.0}, "share must be above 0 and below 1"),
    ],
)
def test_impossible_caps_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        build_steps([("cap", options)])


def test_the_report_of_a_run_holds_the_table(tmp_path: Path) -> None:
    rows = [{"text": f"Text number {number}.", "site": "ab"[number % 4 == 0]} for number in range(40)]
    report = curate(source_from(rows), build_steps([("cap", {"by": "site", "documents": 10})]), tmp_path)
    (table,) = (exhibit for exhibit in report.exhibits if exhibit.name == "cap")
    assert isinstance(table, Table)
    assert table.rows == (("a", 30, 10, 20, 0.75, 0.5), ("b", 10, 10, 0, 0.25, 0.5))
