"""The filter ``quarantine-contributors``."""

import math
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.core import SILENT, ConfigError, Corpus, UsageError
from headwater.curate import Judgement, build_steps, quarantine_contributors
from headwater.curate.audits.association_tests import odds_ratio
from headwater.curate.mitigation.contributions import contributions, ranked, ratios_without

Make = Callable[..., Corpus]
PLANTED = ["She is a nurse at home with her family and children."] * 12
OTHERS = [
    *["He is at the office.", "She is at the office.", "He walks.", "She reads.", "He reads."] * 8,
    "He likes his family.",
]
WORDS = {"group": "gender: female", "attribute": "career-family: family"}


def judge(corpus: Corpus, **options: Any) -> tuple[Any, Judgement]:
    step = quarantine_contributors(**WORDS | options)
    return step, step.judge_corpus(corpus, SILENT)


def odds(cells: list[tuple[int, ...]]) -> float:
    a, b, c, d = (sum(cell[place] for cell in cells) + 0.5 for place in range(4))
    return a * d / (b * c)


@given(st.lists(st.tuples(*[st.integers(0, 4)] * 4), min_size=1, max_size=7))
def test_contributions_and_ratios_by_brute_force(cells: list[tuple[int, ...]]) -> None:
    array = np.array(cells, np.int64)
    for row, found in enumerate(contributions(array)):
        rest = cells[:row] + cells[row + 1 :]
        assert found == pytest.approx(math.log(odds(cells)) - math.log(odds(rest)), abs=1e-9)
    order = ranked(array)
    for number, ratio in enumerate(ratios_without(array, order)):
        gone = set(order[:number].tolist())
        assert ratio == pytest.approx(odds([cell for row, cell in enumerate(cells) if row not in gone]))


def test_the_first_to_go_is_the_document_that_lowers_the_ratio_most() -> None:
    cells = [(3, 0, 0, 1), (1, 0, 1, 0), (1, 1, 0, 0), (0, 2, 2, 5)]
    best = min(combinations(range(4), 3), key=lambda kept: odds([cells[row] for row in kept]))
    (gone,) = set(range(4)) - set(best)
    assert ranked(np.array(cells))[0] == gone


def test_the_fewest_documents_bring_the_ratio_of_the_audit_below_the_target(make_corpus: Make) -> None:
    from headwater.curate.audits.sentences import sentences_with_groups
    from headwater.curate.audits.term_counts import AttributeTerms, IdentityTerms

    texts = [*PLANTED, *OTHERS]
    step, judgement = judge(make_corpus(texts), target=2.0, most=0.5)
    assert all(decision.action == "quarantined" for decision in judgement.decisions)
    ids = make_corpus(texts).ids()
    gone = {ids.index(decision.id) for decision in judgement.decisions}
    assert gone < set(range(12))

    def ratio(kept: list[str]) -> float:
        terms = IdentityTerms(["gender"]), AttributeTerms(["career-family"])
        found = sentences_with_groups(make_corpus(kept, "other"), *terms, SILENT)
        column, word = terms[0].groups.index(("gender", "female")), terms[1].groups.index(("career-family", "family"))
        return odds_ratio(found.identity[:, column], found.attribute[:, word], found.document)[0]

    left = [text for row, text in enumerate(texts) if row not in gone]
    assert ratio(texts) > 2 >= ratio(left)
    assert ratio([*left, PLANTED[0]]) > 2  # one fewer would not do
    table = step.exhibits(judgement.tallies, 53)[0]
    assert table.rows[0][1] == pytest.approx(ratio(texts), abs=1e-6)
    assert table.rows[-1] == (len(gone), pytest.approx(ratio(left), abs=1e-6))
    assert step.findings(judgement.tallies, 53) == ()
    assert f"{ratio(left):.3f} without it" in " ".join(decision.evidence for decision in judgement.decisions)


def test_a_number_of_documents_and_a_limit(make_corpus: Make) -> None:
    corpus = make_corpus([*PLANTED, *OTHERS])
    assert len(judge(corpus, documents=3)[1].decisions) == 3
    step, judgement = judge(corpus, target=1.0, most=0.05)
    assert len(judgement.decisions) == 2
    (finding,) = step.findings(judgement.tallies, 53)
    assert (finding.code, "more than 5% of the documents may not go" in finding.meaning) == ("HW-C084", True)


def test_rows_of_a_table_go_until_the_odds_are_those_that_were_asked(table_corpus: Make, tmp_path: Path) -> None:
    cells = {("m", "y"): 60, ("m", "n"): 40, ("f", "y"): 30, ("f", "n"): 70}
    rows = [{"sex": sex, "pay": pay} for (sex, pay), n in cells.items() for _ in range(n)]
    step = quarantine_contributors("sex: m", "pay: y", target=2.0, most=0.5)
    judgement = step.judge_corpus(table_corpus(tmp_path / "c", rows), SILENT)
    number = next(k for k in range(61) if (60 - k + 0.5) * 70.5 / (40.5 * 30.5) <= 2 or False)
    gone = [int(decision.id.removeprefix("row-")) for decision in judgement.decisions]
    taken = [rows[row] for row in gone]
    assert len({(row["sex"], row["pay"]) for row in taken}) <= 2
    counts = {cell: n - sum((row["sex"], row["pay"]) == cell for row in taken) for cell, n in cells.items()}
    ratio = (counts["m", "y"] + 0.5) * (counts["f", "n"] + 0.5) / ((counts["m", "n"] + 0.5) * (counts["f", "y"] + 0.5))
    assert ratio <= 2
    assert 0 < len(gone) <= number + 1


def test_an_association_that_is_not_there(make_corpus: Make) -> None:
    step, judgement = judge(make_corpus(OTHERS), target=3.0)
    assert judgement.decisions == ()
    (finding,) = step.findings(judgement.tallies, 41)
    assert finding.code == "HW-C085"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"group": "gender", "attribute": "a: b", "target": 2.0}, "write group as 'gender: female'"),
        ({**WORDS}, "give either target or documents"),
        ({**WORDS, "target": 0.5}, "must be at least 1"),
        ({**WORDS, "documents": 1, "most": 0.0}, "most above 0"),
        ({**WORDS, "documents": 1, "per_document": 0}, "per_document must be at least 1"),
    ],
)
def test_impossible_options_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        build_steps([("quarantine-contributors", options)])


def test_names_that_are_not_there_get_a_hint(make_corpus: Make, table_corpus: Make, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="gender has no 'femal'; did you mean .female"):
        judge(make_corpus(OTHERS), group="gender: femal", target=2.0)
    corpus = table_corpus(tmp_path / "c", [{"sex": "m", "pay": "y"}])
    with pytest.raises(UsageError, match="no row has 'f' in 'sex'"):
        quarantine_contributors("sex: f", "pay: y", target=2.0).judge_corpus(corpus, SILENT)
