"""Faults of servers, and a key that goes nowhere else."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from loopback import KEY, Lake

from headwater.core import ConfigError, HeadwaterError, InputError, TemporaryError
from headwater.models.adapters.transport import Client, Limits, is_loopback

BODY = {"model": "lake", "prompt": "Once", "seed": 1}


def client(lake: Lake, key: str | None = None, **limits: float) -> tuple[Client, list[float]]:
    pauses: list[float] = []
    return Client(lake.url, key, Limits(**{"retries": 3, **limits}), wait=pauses.append), pauses  # type: ignore[arg-type]


@pytest.mark.parametrize("fault", ["500", "503", "429", "cut", "no json at all"])
def test_a_passing_fault_is_tried_again(lake: Lake, fault: str) -> None:
    lake.faults = [fault, fault]
    asking, pauses = client(lake)
    assert asking.post("/completions", BODY)["usage"]["prompt_tokens"] == 10
    assert (len(lake.asked), pauses) == (3, [0.5, 1.0])


def test_pauses_double_and_then_it_gives_up_with_the_way_out(lake: Lake) -> None:
    lake.faults = ["500"] * 9
    asking, pauses = client(lake)
    with pytest.raises(TemporaryError, match=r"status 500.*\(4 tries\); give the same command again later"):
        asking.post("/completions", BODY)
    assert pauses == [0.5, 1.0, 2.0]


def test_the_server_says_how_long_to_wait(lake: Lake) -> None:
    in_a_while = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    lake.faults = ["wait 7", f"wait {in_a_while}", "wait 1e9"]
    asking, pauses = client(lake)
    asking.post("/completions", BODY)
    assert pauses[0] == 7
    assert 25 < pauses[1] <= 30
    assert pauses[2] == 60


def test_a_slow_answer_is_given_up(lake: Lake) -> None:
    lake.faults = ["slow"]
    asking, _ = client(lake, timeout=0.2, retries=0)
    with pytest.raises(TemporaryError, match=r"no answer within 0.2 s|broke off"):
        asking.post("/completions", BODY)


def test_a_huge_answer_is_not_read_to_its_end(lake: Lake) -> None:
    lake.faults = ["huge"]
    asking, _ = client(lake, maximum_bytes=100_000)
    with pytest.raises(InputError, match="more than 100,000 bytes; raise maximum_bytes"):
        asking.post("/completions", BODY)
    assert len(lake.asked) == 1


def test_a_redirect_is_not_followed(lake: Lake, key: str) -> None:
    lake.faults = ["redirect"]
    asking, _ = client(lake, key)
    with pytest.raises(InputError, match="status 307; redirects are not followed"):
        asking.post("/completions", BODY)


def test_nobody_there_is_a_sentence() -> None:
    asking = Client("http://127.0.0.1:9/v1", limits=Limits(retries=1), wait=lambda _: None)
    with pytest.raises(TemporaryError, match=r"127.0.0.1:9/v1/completions: cannot be reached: .*\(2 tries\)"):
        asking.post("/completions", BODY)


def test_requests_start_no_faster_than_the_rate(lake: Lake) -> None:
    clock, pauses = [0.0], list[float]()

    def wait(seconds: float) -> None:
        pauses.append(seconds)
        clock[0] += seconds

    asking = Client(lake.url, None, Limits(per_minute=30), wait=wait, now=lambda: clock[0])
    for _ in range(4):
        asking.post("/completions", BODY)
    assert pauses == pytest.approx([2.0, 2.0, 2.0])


def test_the_key_stands_in_the_header_and_in_nothing_that_comes_back(lake: Lake, key: str) -> None:
    asking, _ = client(lake, key)
    answer = asking.post("/completions", BODY)
    assert lake.headers[0]["Authorization"] == f"Bearer {KEY}"
    assert KEY not in repr(answer)
    assert "[key]" in repr(answer)


@pytest.mark.parametrize("status", ["400", "401", "403", "404", "500"])
def test_an_error_repeats_neither_the_key_nor_personal_data(lake: Lake, key: str, status: str) -> None:
    lake.faults = [status] * 4
    asking, _ = client(lake, key)
    with pytest.raises(HeadwaterError) as caught:
        asking.post("/completions", BODY)
    assert "[key]" in str(caught.value)
    assert KEY not in str(caught.value) and "ada@lake.org" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_missing_key_is_named_by_its_variable(lake: Lake) -> None:
    with pytest.raises(TemporaryError, match="environment variable LAKE_KEY is not set"):
        Client(lake.url, "LAKE_KEY").post("/completions", BODY)
    assert lake.asked == []


def test_a_key_with_a_line_break_never_becomes_a_header(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAKE_KEY", f"{KEY}\r\nX-Other: 1")
    with pytest.raises(InputError, match="holds white space") as caught:
        Client(lake.url, "LAKE_KEY").post("/completions", BODY)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "key", "reason"),
    [
        ("https://ada:pw@lake.org/v1", None, "no user, password or query"),
        ("https://lake.org/v1?api_key=pw", None, "no user, password or query"),
        ("file:///etc/passwd", None, "http:// or https://"),
        ("ftp://lake.org/v1", None, "http:// or https://"),
        ("lake.org/v1", None, "http:// or https://"),
        ("http://[::1", None, "no address"),
        ("http://lake.org:pw/v1", None, "no address"),
        ("http://lake.org/v1", "LAKE_KEY", "must not travel unencrypted"),
        ("https://lake.org/v1", KEY, "NAME of an environment variable"),
    ],
)
def test_an_address_that_could_leak_a_key_is_refused_unseen(url: str, key: str | None, reason: str) -> None:
    with pytest.raises(ConfigError, match=reason) as caught:
        Client(url, key)
    assert "pw" not in str(caught.value) and KEY not in str(caught.value)


def test_a_loopback_is_told_from_another_host() -> None:
    hosts = ["127.0.0.1", "localhost", "[::1]", "lake.org", "10.0.0.1"]
    assert [is_loopback(f"http://{host}:1/v1") for host in hosts] == [True, True, True, False, False]
