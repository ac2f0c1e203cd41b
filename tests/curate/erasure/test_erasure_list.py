import json
import random
from pathlib import Path

import pytest

from headwater.core import InputError, IntegrityError, record_batch, sha256, text_record, write_json
from headwater.curate import erasure

SEALER = erasure.Sealer(b"s" * 32, b"salt")
RNG = random.Random(3)
WORDS = [f"word{number}" for number in range(400)]
TEXT = " ".join(RNG.choice(WORDS) for _ in range(300))
SHORT = "only five words stand here"


def known(*texts: str, strings: list[str] | None = None) -> erasure.ErasureList:
    needles = erasure.Strings(strings or []).needles
    names = [SEALER.seal("content", sha256(text.encode())[:16]) for text in texts]
    shingles = tuple(values for text in texts if len(values := erasure.shingles_of(SEALER, text)))
    return erasure.ErasureList(SEALER, frozenset(names), shingles, erasure.strings_of(SEALER, needles))


def rules(found: erasure.ErasureList, *texts: str) -> list[str]:
    rows = record_batch([text_record(text, f"new:{line}", "new") for line, text in enumerate(texts)])
    hits = {hit.row: hit.rule for hit in found.hits(rows)}
    return [hits.get(row, "") for row in range(len(texts))]


def test_the_same_content_is_known_however_short_it_is() -> None:
    assert rules(known(SHORT, TEXT), SHORT, "other", TEXT) == ["content", "", "content"]


def test_an_edited_text_is_known_by_the_id_it_got_when_it_was_read() -> None:
    row = text_record(SHORT, "a:1", "a") | {"text": "something else by now"}
    assert [hit.rule for hit in known(SHORT).hits(record_batch([row]))] == ["content"]


def test_a_document_that_holds_an_erased_one_is_a_near_copy() -> None:
    words = TEXT.split()
    most, half = " ".join(words[:240]), " ".join(words[:120])
    before = " ".join(RNG.choice(WORDS) for _ in range(2_000))
    assert rules(known(TEXT), f"{before} {TEXT.upper()}!", most, half, before) == ["near-copy", "near-copy", "", ""]


def test_the_share_is_that_of_the_shingles_of_the_erased_document() -> None:
    short = " ".join(f"w{number}" for number in range(47))  # 40 shingles, all kept
    held = " ".join(f"w{number}" for number in range(39))  # 32 of them
    values = SEALER.words(held.split())
    assert known(short).share(values) == pytest.approx(32 / 40)


def test_two_erased_documents_do_not_add_up_to_one_copy() -> None:
    one, two = (" ".join(f"{kind}{number}" for number in range(60)) for kind in "ab")
    mixed = " ".join(one.split()[:30] + two.split()[:30])
    assert rules(known(one, two), mixed) == [""]


def test_strings_are_found_in_every_column_that_comes_from_outside() -> None:
    rows = [
        text_record("by jane-doe", "a:1", "a"),
        text_record("x", "a:2", "a", url="https://x.org/Jane_Doe/1"),
        text_record("x", "a:3", "a", groups={"author": "JANE DOE"}),
        text_record("x", "a:4", "a", attributes={"note": "jane doering"}),
    ]
    assert [hit.row for hit in known(strings=["Jane Doe"]).hits(record_batch(rows))] == [0, 1, 2]


def test_a_list_that_is_read_again_says_the_same(tmp_path: Path) -> None:
    (tmp_path / "k").write_bytes(b"s" * 32)
    write_json(tmp_path / "list.json", known(TEXT, SHORT, strings=["jane", "jane doe"]).to_json())
    again = erasure.read_list(tmp_path / "list.json", tmp_path / "k")
    assert again.to_json() == known(TEXT, SHORT, strings=["jane", "jane doe"]).to_json()
    assert rules(again, TEXT, SHORT, "jane", "x") == ["content", "content", "string", ""]


def test_the_file_holds_no_string_and_no_plain_hash(tmp_path: Path) -> None:
    content = json.dumps(known(SHORT, strings=["Jane Doe"]).to_json())
    plain = [sha256(text.encode())[:16] for text in ("Jane Doe", "jane doe", "jane", SHORT)]
    assert not [word for word in ["jane", "Jane", *plain] if word in content]


def test_another_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "k").write_bytes(b"t" * 32)
    write_json(tmp_path / "list.json", known(TEXT).to_json())
    with pytest.raises(IntegrityError, match="not the key of"):
        erasure.read_list(tmp_path / "list.json", tmp_path / "k")


@pytest.mark.parametrize("content", ["[]", "{}", '{"format": "other"}', "3"])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "k").write_bytes(b"s" * 32)
    (tmp_path / "list.json").write_text(content)
    with pytest.raises(InputError, match="not an erasure list"):
        erasure.read_list(tmp_path / "list.json", tmp_path / "k")


@pytest.mark.parametrize("change", [{"salt": "zz"}, {"contents": 5}, {"shingles": ["abc"]}, {"strings": [{}]}])
def test_a_broken_list_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    (tmp_path / "k").write_bytes(b"s" * 32)
    write_json(tmp_path / "list.json", known(TEXT).to_json() | change)
    with pytest.raises(IntegrityError, match="broken erasure list"):
        erasure.read_list(tmp_path / "list.json", tmp_path / "k")
