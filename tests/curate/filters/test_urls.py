from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.core import InputError, UsageError, record_batch, text_record
from headwater.curate import urls
from headwater.curate.filters.urls import Urls

LIST = "# mine\nhttps://bad.example/\n*.worse.example\nmixed.example/shop # only that\nb\u00fccher.example\n"


@pytest.fixture
def blocking(tmp_path: Path) -> Urls:
    (tmp_path / "block.txt").write_text(LIST, "utf-8")
    return urls(block_path=str(tmp_path / "block.txt"))


@pytest.mark.parametrize(
    ("url", "entry"),
    [
        ("http://bad.example", "bad.example"),
        ("https://www.BAD.example:8080/a?b#c", "bad.example"),
        ("bad.example/page", "bad.example"),
        ("http://user:pass@bad.example./", "bad.example"),
        ("http://a.worse.example/x", "worse.example"),
        ("http://mixed.example/shop", "mixed.example/shop"),
        ("http://mixed.example/shop/item", "mixed.example/shop"),
        ("http://xn--bcher-kva.example/", "xn--bcher-kva.example"),
        ("http://b\u00fccher.example/", "xn--bcher-kva.example"),
    ],
)
def test_an_address_on_the_list_is_blocked(blocking: Urls, url: str, entry: str) -> None:
    assert blocking.fault(url) == ("blocked", 1.0, 0.0, entry)


@pytest.mark.parametrize(
    "url",
    [
        "http://notbad.example",
        "http://bad.example.org",
        "http://mixed.example/shopping",
        "http://mixed.example",
        "http://[::1",
        "",
        "?",
    ],
)
def test_an_address_that_only_looks_like_one_on_the_list_stays(blocking: Urls, url: str) -> None:
    assert blocking.fault(url) is None


def test_the_evidence_is_the_entry_and_never_the_address(blocking: Urls) -> None:
    batch = record_batch(
        [text_record("a", "a", "a", url="http://bad.example/jane.doe@mail.org"), text_record("b", "b", "b")]
    )
    judgement = blocking.judge(batch)
    (decision,) = judgement.decisions
    assert (decision.rule, decision.evidence) == ("blocked", "bad.example")
    assert judgement.tallies == {"blocked": 1, "no-url": 1}


def test_allowed_entries_are_never_removed_and_others_on_demand(tmp_path: Path) -> None:
    (tmp_path / "block.txt").write_text("example\n")
    (tmp_path / "allow.txt").write_text("good.example\n")
    step = urls(block_path=str(tmp_path / "block.txt"), allow_path=str(tmp_path / "allow.txt"))
    assert step.fault("http://good.example/x") is None
    assert step.fault("http://other.example/x") is not None
    assert step.fault("http://other.org/x") is None
    only = urls(allow_path=str(tmp_path / "allow.txt"), only_allowed=True)
    assert [only.fault(f"http://{host}/") is None for host in ("www.good.example", "other.org")] == [True, False]


def test_words_are_whole_and_soft_ones_need_company() -> None:
    step = urls(hard_words=["Casino"], soft_words=["free", "win"])
    found = [
        step.fault(url)
        for url in ("http://x.example/my-casino", "http://casinos.example/free", "http://free.example/win%20big")
    ]
    assert [fault and fault[0] for fault in found] == ["hard-word", None, "soft-words"]


@pytest.mark.parametrize(("missing", "done"), [("keep", []), ("remove", ["removed"]), ("quarantine", ["quarantined"])])
def test_documents_without_an_address(missing: str, done: list[str]) -> None:
    step = urls(hard_words=["x"], missing=missing)  # type: ignore[arg-type]
    decisions = step.judge(record_batch([text_record("a", "a", "a")])).decisions
    assert [decision.action for decision in decisions] == done


def test_wrong_options_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing to look for"):
        urls()
    with pytest.raises(UsageError, match="only_allowed needs allow_path"):
        urls(only_allowed=True)
    with pytest.raises(InputError, match="block_path: no such file"):
        urls(block_path=str(tmp_path / "absent"))


def test_the_hash_of_a_list_is_part_of_the_step(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a.example")
    (tmp_path / "b").write_text("b.example")
    assert urls(block_path=str(tmp_path / "a")).block_sha256 != urls(block_path=str(tmp_path / "b")).block_sha256


@given(st.text(max_size=60))
def test_no_address_makes_the_step_fail(url: str) -> None:
    fault = urls(hard_words=["casino"]).fault(url)
    assert fault is None or (fault[0] == "hard-word" and "casino" in unquote(url).lower())
