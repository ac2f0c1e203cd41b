"""Documents cut into passages."""

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from headwater.curate.safety.passages import LONGEST_LINE, score_passages
from headwater.curate.safety.text_detector import Floats, FunctionDetector


class Shouting:
    """Scores a text by whether it holds an exclamation mark."""

    name = protocol = "shouting"

    def may_match(self, texts: Sequence[str]) -> list[bool]:
        return ["!" in text for text in texts]

    def scores(self, texts: Sequence[str]) -> Floats:
        assert all(self.may_match(texts)) or any("\n" not in text for text in texts)
        return np.array([float("!" in text) for text in texts])


def test_a_document_has_the_score_of_its_loudest_line() -> None:
    texts = ["calm\nloud!\ncalm", "calm", ""]
    found = score_passages(Shouting(), texts, "line")
    assert found.highest(3).tolist() == [1.0, 0.0, 0.0]
    (loud,) = np.flatnonzero(found.scores).tolist()
    assert texts[0][found.start[loud] : found.end[loud]] == "loud!"


def test_a_document_without_a_candidate_is_not_cut() -> None:
    assert set(score_passages(Shouting(), ["calm\ncalm", "a!\nb"], "line").document.tolist()) == {1}


@given(st.lists(st.text(st.sampled_from("ab \n\r\u2028"), max_size=60), max_size=5))
def test_lines_are_what_splitlines_gives(texts: list[str]) -> None:
    found = score_passages(FunctionDetector(lambda given: [0.0] * len(given)), texts, "line")
    pieces = [
        texts[d][s:e] for d, s, e in zip(found.document.tolist(), found.start.tolist(), found.end.tolist(), strict=True)
    ]
    assert pieces == [line.rstrip() for text in texts for line in text.splitlines() if line.strip()]


def test_a_long_line_is_cut_at_blanks_and_loses_nothing() -> None:
    text = "word " * 1000 + "x" * 5000
    found = score_passages(FunctionDetector(lambda given: [0.0] * len(given)), [text], "line")
    pieces = [text[s:e] for s, e in zip(found.start.tolist(), found.end.tolist(), strict=True)]
    assert "".join(pieces) == text and max(map(len, pieces)) <= LONGEST_LINE


def test_the_whole_document_is_one_passage_of_that_unit() -> None:
    found = score_passages(Shouting(), ["a\nb!", " \n"], "document")
    assert (found.start.tolist(), found.end.tolist()) == ([0], [4])
