"""The reference population: what is read, and the sentence for each kind of mistake."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.core import ConfigError, UsageError
from headwater.curate import build_audits
from headwater.curate.fairness.reference import reference_columns, references, share_of

JOINT = [
    {"sex": "f", "race": "x", "share": 0.3},
    {"sex": "f", "race": "y", "share": 0.2},
    {"sex": "m", "race": "x", "share": 0.1},
    {"sex": "m", "race": "y", "share": 0.4},
]


def write(path: Path, text: str) -> str:
    path.write_text(text, "utf-8")
    return str(path)


def test_a_mapping_gives_a_reference_for_each_column() -> None:
    found = references({"sex": {"f": 0.6, "m": 0.4}, "age": {"young": 30, "old": 10}})
    assert share_of(found, ["sex"]) == {("f",): 0.6, ("m",): 0.4}
    assert share_of(found, ["age"]) == {("young",): 0.75, ("old",): 0.25}
    assert share_of(found, ["sex", "age"]) is None and reference_columns({"a": {"b": 1}}) == ["a"]


def test_joint_cells_also_give_the_shares_of_each_column() -> None:
    found = references(JOINT)
    assert share_of(found, ["sex"]) == pytest.approx({("f",): 0.5, ("m",): 0.5})
    assert share_of(found, ["race", "sex"]) == pytest.approx(
        {("x", "f"): 0.3, ("y", "f"): 0.2, ("x", "m"): 0.1, ("y", "m"): 0.4}
    )


def test_a_declared_column_goes_before_what_joint_cells_add_up_to() -> None:
    found = references([*JOINT, {"sex": "f", "count": 3}, {"sex": "m", "count": 1}])
    assert share_of(found, ["sex"]) == {("f",): 0.75, ("m",): 0.25}


def test_rounded_shares_are_scaled_to_1() -> None:
    (found,) = references({"a": {"x": 0.333, "y": 0.333, "z": 0.333}})
    assert sum(found.shares.values()) == pytest.approx(1)


def test_numbers_and_true_are_written_as_the_corpus_writes_them() -> None:
    assert share_of(references([{"a": 7, "share": 0.5}, {"a": True, "share": 0.5}]), ["a"]) == {
        ("7",): 0.5,
        ("true",): 0.5,
    }


def test_csv_and_json_files_give_the_same(tmp_path: Path) -> None:
    csv = write(tmp_path / "a.csv", "sex,race,share\nf,x,0.3\nf,y,0.2\nm,x,0.1\nm,y,0.4\n\n")
    tsv = write(tmp_path / "a.tsv", "\ufeffsex\trace\tcount\nf\tx\t3\nf\ty\t2\nm\tx\t1\nm\ty\t4\n")
    js = write(tmp_path / "a.json", json.dumps(JOINT))
    for path in (csv, tsv, js):
        assert dict(references(path)[0].shares) == pytest.approx(dict(references(JOINT)[0].shares))


def test_an_empty_group_in_a_csv_file_means_any(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "sex,race,share\nf,,0.6\nm,,0.4\n,x,0.2\n,y,0.8\n")
    found = references(path)
    assert [one.keys for one in found] == [("sex",), ("race",)]
    assert share_of(found, ["race"]) == {("x",): 0.2, ("y",): 0.8}


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ({"sex": {"f": 0.5, "m": 0.3}}, "the shares sum to 0.8, not to 1; add the missing groups"),
        ({"sex": {"f": 51.2, "m": 48.8}}, "they look like percentages: divide by 100"),
        ({"sex": {"f": -0.5, "m": 1.5}}, "the share of sex: f is -0.5; a share or count cannot be negative"),
        ({"sex": {"f": "half", "m": 0.5}}, "the share of sex: f is 'half'; write a number such as 0.51"),
        ({"sex": {"f": float("nan"), "m": 0.5}}, "is 'nan'; write a number"),
        ({"sex": {"f": True, "m": 0.5}}, "is 'True'; write a number"),
        ({"sex": 0.5}, "reference.sex: write a mapping of groups to shares"),
        ({"sex": {"f": 0, "m": 0}}, "the shares sum to 0"),
        ({}, "holds no group"),
        ([], "holds no group"),
        ([{"sex": "f"}], "cell 1: needs a share or a count, and has neither"),
        ([{"sex": "f", "share": 1, "count": 2}], "has both"),
        ([{"share": 1}], "names no group"),
        ([{"sex": ["f"], "share": 1}], "a group is a single value"),
        ([{"sex": "f", "share": 0.5}, {"sex": "f", "share": 0.5}], "cell 2: sex: f stands there twice"),
        ([{"sex": "f", "share": 0.5}, {"sex": "m", "count": 5}], "some cells have a share and some a count"),
        ([{"sex": "f", "count": 0}], "every count is 0"),
        ([{**{str(i): "x" for i in range(11)}, "share": 1}], "11 columns are more than 10"),
        ([{"sex": str(i), "count": 1} for i in range(10_001)], "10,001 cells are more than 10,000"),
    ],
)
def test_a_wrong_reference_ends_in_one_sentence(declared: Any, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        references(declared)
    assert message in str(caught.value)
    with pytest.raises(ConfigError, match=r"audit\[0\]\.representation"):
        build_audits([("representation", {"reference": declared})])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["", "f", "0.5", "share", "count"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["sex", "share", "count", "f", "m"]) | st.integers(0, 3), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(JSON)
def test_whatever_is_declared_gives_shares_of_1_or_one_sentence(declared: Any) -> None:
    try:
        found = references(declared if isinstance(declared, (dict, list)) else [declared])
    except UsageError as error:
        assert "\n" not in str(error)
    else:
        assert found and all(sum(one.shares.values()) == pytest.approx(1) for one in found)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.csv", "", "it has nothing"),
        ("a.csv", "sex,part\nf,1\n", "one called share or count, each once; it has sex, part"),
        ("a.csv", "sex,sex,share\nf,f,1\n", "each once"),
        ("a.csv", "sex,share\nf,0.5,9\n", "line 2 has 3 values, the first line 2"),
        ("a.csv", "sex,share\n", "holds no group"),
        ("a.csv", "sex,share\n" + "f,1\n" * 10_002, "more than 10,000 cells"),
        ("a.csv", "sex,share\nf," + "1" * 200_000 + "\n", "line 2 is no CSV"),
        ("a.json", "{", "is no JSON"),
        ("a.json", "[" * 100_000, "is no JSON"),
        ("a.json", "3", "write a mapping of columns"),
        ("a.txt", "sex,share\nf,1\n", "a reference is a .csv, .tsv or .json file"),
    ],
)
def test_a_wrong_file_ends_in_one_sentence(tmp_path: Path, name: str, text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        references(write(tmp_path / name, text))
    assert message in str(caught.value) and name in str(caught.value)


def test_a_file_that_is_missing_too_large_or_not_utf8_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        references(str(tmp_path / "none.csv"))
    (tmp_path / "big.csv").write_bytes(b" " * ((8 << 20) + 1))
    with pytest.raises(UsageError, match="more than 8 MiB"):
        references(str(tmp_path / "big.csv"))
    (tmp_path / "latin.csv").write_bytes(b"sex,share\n\xff,1\n")
    with pytest.raises(UsageError, match="byte 10 is not UTF-8"):
        references(str(tmp_path / "latin.csv"))
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(UsageError, match="cannot be read"):
        references(str(tmp_path / "folder.csv"))
