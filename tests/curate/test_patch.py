from pathlib import Path

import pytest

from headwater.core import InputError, record_batch, text_record
from headwater.curate import PATCH_WEIGHT, Patch, patch, text_hash
from headwater.curate.filters.patch import judge_by

TEXTS = ["write to ann@post.org now", "nothing here", "a third text, née four", "copy"]


def batch():
    return record_batch([text_record(text, f"f:{i}", "f", attributes={"a": "b"}) for i, text in enumerate(TEXTS)])


@pytest.fixture
def ids() -> list[str]:
    return batch()["id"].to_pylist()


def test_documents_are_removed_redacted_and_weighed(ids: list[str], tmp_path: Path) -> None:
    made = Patch(
        "HW-M021", "why", {ids[3]: ids[2], "elsewhere": None}, {ids[0]: ((9, 21),), ids[2]: ((2, 7), (14, 17))},
        {ids[0]: text_hash(TEXTS[0]), ids[2]: text_hash(TEXTS[2])}, {ids[1]: 0.25},
    )  # fmt: skip
    made.save(tmp_path / "patch.json")
    found = patch(str(tmp_path / "patch.json")).judge(batch())
    assert found.edits == {ids[0]: "write to [REDACTED] now", ids[2]: "a [REDACTED] text, [REDACTED] four"}
    told = {one.id: (one.action, one.rule, one.measured, one.duplicate_of) for one in found.decisions}
    assert told == {
        ids[3]: ("removed", "HW-M021", None, ids[2]),
        ids[0]: ("edited", "HW-M021", 1.0, None),
        ids[2]: ("edited", "HW-M021", 2.0, None),
    }
    weights = [{k: v for k, v in row if k != "locator"} for row in found.columns["attributes"].to_pylist()]
    assert weights == [{"a": "b", PATCH_WEIGHT: value} for value in ("1.0", "0.25", "1.0", "1.0")]
    assert Patch.load(tmp_path / "patch.json") == made


def test_a_patch_holds_no_text(ids: list[str], tmp_path: Path) -> None:
    Patch("HW-M021", "why", redact={ids[0]: ((9, 21),)}, texts={ids[0]: text_hash(TEXTS[0])}).save(tmp_path / "p")
    assert "ann@post" not in (tmp_path / "p").read_text()


def test_a_text_that_has_changed_is_refused(ids: list[str]) -> None:
    with pytest.raises(InputError, match="holds another text"):
        judge_by(Patch("HW-M021", "why", redact={ids[0]: ((0, 4),)}, texts={ids[0]: text_hash("other")}), batch())


@pytest.mark.parametrize(("content", "message"), [
    ('{"format": "other"}', "not a patch"), ("[]", "not a patch"),
    ('{"format": "headwater patch/1"}', "a damaged patch"), ("{", "not valid JSON"),
])  # fmt: skip
def test_another_file_is_refused(content: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "p").write_text(content)
    with pytest.raises(Exception, match=message):
        patch(str(tmp_path / "p")).judge(batch())


def test_a_missing_patch_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file; 'headwater remedy' writes patches"):
        patch(str(tmp_path / "none")).judge(batch())


def test_an_empty_patch_changes_nothing() -> None:
    found = judge_by(Patch("HW-M001", ""), batch())
    assert not (found.decisions or found.edits or found.columns) and len(Patch("HW-M001", "")) == 0
