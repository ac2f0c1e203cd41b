import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.evaluate.hallucination.known_names import KnownNames, identifiers

PIECES = st.sampled_from(["np", "dot", "read_csv", "DataFrame", ".", " ", "_", "x", "\n", "é", "(", "9", "Frame"])
TEXTS = st.lists(st.lists(PIECES, max_size=12).map("".join), max_size=5)
NAMES = [
    "np.dot",
    "read_csv",
    "DataFrame",
    "np.read_csv",
    "dot.DataFrame",
    "x_xy",
    "DataFrame.read_csv",
    "np.DataFrame.dot",
]


@given(TEXTS)
def test_looking_up_equals_searching_every_text(texts: list[str]) -> None:
    known = KnownNames()
    known.add(texts)
    whole = "\n".join(texts)
    expected = {name for name in NAMES if not re.search(rf"(?a:\b){re.escape(name)}(?a:\b)", whole)}
    assert known.unknown(NAMES) == expected


@given(TEXTS)
def test_identifiers_equal_a_regular_expression(texts: list[str]) -> None:
    data = "\0".join(texts)
    runs = re.findall(r"[A-Za-z0-9_]+(?:\.[A-Za-z_][A-Za-z0-9_]*)*", data)
    marked = {run for run in runs if len(run) >= 4 and re.search(r"_|\.|[a-z0-9][A-Z]", run)}
    assert set(identifiers(data.encode()).to_pylist()) == marked


def test_adding_in_parts_changes_nothing() -> None:
    texts = [f"call lake.pump_{i} and Mill{i}Race" for i in range(30)]
    whole, parts = KnownNames(), KnownNames()
    whole.add(texts)
    for text in texts:
        parts.add([text])
    assert whole.identifiers.to_pylist() == parts.identifiers.to_pylist()


def test_entities_are_found_across_line_ends_and_overlaps() -> None:
    known = KnownNames(["New York City", "York City Council", "City Council", "Lake Como"])
    known.add(["in New York\n  City Council today"])
    assert known.unknown(["New York City", "York City Council", "City Council", "Lake Como"]) == {"Lake Como"}


def test_a_part_of_a_longer_dotted_name_is_known() -> None:
    known = KnownNames()
    known.add(["scipy.sparse.linalg.eigs"])
    assert known.unknown(["sparse.linalg", "linalg.eigs", "scipy.linalg"]) == {"scipy.linalg"}


def test_a_piece_of_a_word_is_not_known() -> None:
    known = KnownNames()
    known.add(["get_params_all"])
    assert known.unknown(["get_params"]) == {"get_params"}


def test_an_empty_corpus_knows_nothing() -> None:
    known = KnownNames(["Lake Como"])
    assert known.unknown(["a_b", "Lake Como"]) == {"a_b", "Lake Como"} and known.nearest("a_bc") == ""


@pytest.mark.parametrize(("name", "nearest"), [("read_cvs", "read_csv"), ("DataFrames", "DataFrame"), ("qqq_zzz", "")])
def test_the_nearest_real_name_is_found(name: str, nearest: str) -> None:
    known = KnownNames()
    known.add(["read_csv read_json DataFrame write_csv"])
    assert known.nearest(name) == nearest


def test_names_are_text_and_never_patterns() -> None:
    known = KnownNames()
    known.add(["axb_c.d"])
    assert known.unknown(["a.b_c"]) == {"a.b_c"}
