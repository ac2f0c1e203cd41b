import re

from hypothesis import given
from hypothesis import strategies as st

from headwater.curate.wildcards import matches

patterns = st.text("ab*", max_size=12)
texts = st.text("abc", max_size=20)


@given(patterns, texts)
def test_a_pattern_means_what_the_regular_expression_means(pattern: str, text: str) -> None:
    expression = re.compile(".*".join(map(re.escape, pattern.split("*"))))
    assert matches(pattern, text) == bool(expression.fullmatch(text))
    assert matches(pattern, text, anchored=False) == bool(expression.match(text))


def test_a_hostile_pattern_ends() -> None:
    assert not matches("*a" * 2_000 + "b", "a" * 20_000)
