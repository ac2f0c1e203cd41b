from collections.abc import Callable

import pytest

from headwater.core import SILENT, Corpus, NotMeasured, Score, Table, wilson
from headwater.curate import IdentityTerms
from headwater.curate.audits.removal_rates import Removal, removal_rates

MakeCorpus = Callable[..., Corpus]
TERMS = IdentityTerms(("gender",))
SHE, HE = "She came.", "He came."


def removal(corpus: Corpus) -> Removal:
    return removal_rates(corpus, TERMS.count_corpus(corpus), TERMS, 0, SILENT)


def test_a_group_removed_more_often_shows_as_a_gap_beyond_chance(make_corpus: MakeCorpus) -> None:
    make_corpus([SHE] * 60 + [HE] * 20, "removed")
    found = removal(make_corpus([SHE] * 40 + [HE] * 80))
    score = found.scores[0]
    assert isinstance(score, Score) and score.value == pytest.approx(0.6 - 0.2) and score.n == 200
    assert "p = 0.001" in score.interval


def test_equal_removal_has_no_gap(make_corpus: MakeCorpus) -> None:
    make_corpus([SHE, HE] * 20, "removed")
    score = removal(make_corpus([SHE, HE] * 60)).scores[0]
    assert isinstance(score, Score) and score.value == 0


def test_shares_have_wilson_intervals(make_corpus: MakeCorpus) -> None:
    make_corpus([SHE] * 5, "removed")
    table = removal(make_corpus([SHE] * 15)).exhibits[0]
    assert isinstance(table, Table) and table.rows == (("gender", "female", 20, 5, 0.25, *wilson(5, 20), None, None),)


def test_small_groups_are_not_measured(make_corpus: MakeCorpus) -> None:
    make_corpus([SHE] * 30, "removed")
    assert isinstance(removal(make_corpus([HE] * 3)).scores[0], NotMeasured)


def test_a_corpus_by_itself_is_not_measured(make_corpus: MakeCorpus) -> None:
    found = removal(make_corpus([SHE]))
    assert isinstance(found.scores[0], NotMeasured) and found.exhibits == ()
