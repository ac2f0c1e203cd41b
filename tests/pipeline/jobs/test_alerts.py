"""Alerts: on a change of state only, once a channel, signed, escaped, and without anything of the data."""

import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from headwater.core import ConfigError, TemporaryError, UsageError
from headwater.pipeline.jobs.alerts import delivery
from headwater.pipeline.jobs.alerts.changes import Alert, alerts_of
from headwater.pipeline.jobs.alerts.delivery import report_changes
from headwater.pipeline.jobs.alerts.messages import mail, slack_body
from headwater.pipeline.jobs.alerts.transport import post, send_mail
from headwater.pipeline.jobs.config import JobsFile, Mail, load_jobs
from headwater.pipeline.jobs.slots import Slot, record_end, start_slot, transaction
from headwater.reports import open_history, read_ledger

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
CANARIES = ["jane.doe@mail.org", "4111 1111 1111 1111", "<script>", "<!channel>", "@everyone"]


@dataclass
class Server:
    """A server on this machine that keeps what it was sent, and answers with ``status``."""

    url: str = ""
    status: int = 200
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def server() -> Iterator[Server]:
    found = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.got.append((dict(self.headers), body))
            self.send_response(found.status)
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    http = HTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{http.server_port}/hook?x=1"
    threading.Thread(target=http.serve_forever, daemon=True).start()
    yield found
    http.shutdown()
    http.server_close()


def jobs_with(folder: Path, channels: str, names: str = "c") -> JobsFile:
    text = f"channels: {{{channels}}}\njobs:\n  a: {{config: r, schedule: every 1h, alerts: [{names}]}}\n"
    (folder / "jobs.yaml").write_text(text, "utf-8")
    return load_jobs(folder / "jobs.yaml")


def ran(code: int | None, state: str = "", hour: int = 1) -> Slot:
    state = state or ("succeeded" if code == 0 else "failed")
    return Slot("a", f"2026-05-04T{hour:02d}:00:00+00:00", state, 1, folder=f"run-{hour}", exit_code=code)


def told(jobs: JobsFile, *slots: Slot, **more: Any) -> None:
    report_changes(jobs, slots, NOW, lambda _: None, sleep=lambda _: None, **more)


def lines(folder: Path) -> list[dict[str, Any]]:
    path = folder / "alerts.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def topics(folder: Path) -> list[tuple[str, str, bool]]:
    return [(line["topic"], line["state"], line["recovered"]) for line in lines(folder)]


FILE = "c: {kind: file, path: alerts.jsonl}"


def test_a_gate_that_goes_on_failing_is_told_once_and_its_recovery_too(tmp_path: Path) -> None:
    jobs = jobs_with(tmp_path, FILE)
    for hour, code in enumerate([0, 1, 1, 1, 0, 0, 3, 1]):
        told(jobs, ran(code, hour=hour))
    assert topics(tmp_path) == [
        ("gate", "fail", False), ("gate", "pass", True), ("gate", "incomplete", False), ("gate", "fail", False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("bad", "topic", "state"),
    [
        (ran(None, "crashed"), "run", "crashed"),
        (ran(None, "timed_out"), "run", "timed_out"),
        (ran(2), "run", "failed"),
        (Slot("a", "2026-05-04T01:00:00+00:00", "missed"), "times", "missed"),
        (ran(5), "gate", "stale"),
    ],
)
def test_each_bad_state_is_told_and_recovers(tmp_path: Path, bad: Slot, topic: str, state: str) -> None:
    jobs = jobs_with(tmp_path, FILE)
    for slot in (ran(0, hour=0), bad, bad, ran(0, hour=2)):
        told(jobs, slot)
    assert [line[:2] for line in topics(tmp_path)][0] == (topic, state)
    assert [line[2] for line in topics(tmp_path)] == [False, True]


@dataclass
class Found:
    """What a comparison of runs says."""

    metric: str
    state: str
    slice: dict[str, str] = field(default_factory=dict)
    before: float | None = 0.4
    after: float | None = 0.7


def test_a_regression_is_told_with_its_numbers_and_its_recovery_too(tmp_path: Path) -> None:
    jobs = jobs_with(tmp_path, FILE)
    for state in ("regressed", "regressed", "recovered"):
        told(jobs, ran(0), detect=lambda slot, state=state: [Found("perplexity", state, {"language": "en"})])
    assert topics(tmp_path) == [
        ("perplexity (language=en)", "regressed", False), ("perplexity (language=en)", "recovered", True),
    ]  # fmt: skip
    assert lines(tmp_path)[0]["numbers"] == {"before": 0.4, "after": 0.7}


def test_nothing_of_the_data_reaches_any_channel_or_the_ledger(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK", server.url)
    monkeypatch.setenv("KEY", "k")
    channels = f"{FILE}, w: {{kind: webhook, url_env: HOOK, key_env: KEY}}, s: {{kind: slack, url_env: HOOK}}"
    jobs = jobs_with(tmp_path, channels, "c, w, s")
    hostile = " ".join(CANARIES)
    told(jobs, ran(0), detect=lambda _: [Found(hostile, "regressed", {hostile: hostile})])
    everything = (tmp_path / "alerts.jsonl").read_text() + (Path(jobs.out) / "jobs" / "ledger.jsonl").read_text()
    everything += "".join(body.decode() for _, body in server.got)
    assert len(server.got) == 2
    assert [canary for canary in CANARIES if canary in everything] == []


def test_a_webhook_is_signed_over_time_and_body(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEY", "secret")
    told(jobs_with(tmp_path, f"c: {{kind: webhook, url: '{server.url}', key_env: KEY}}"), ran(1))
    ((headers, body),) = server.got
    signed = headers["X-Headwater-Timestamp"].encode() + b"." + body
    expected = hmac.new(b"secret", signed, hashlib.sha256).hexdigest()
    assert headers["X-Headwater-Signature"] == f"sha256={expected}"
    assert headers["X-Headwater-Timestamp"] == str(int(NOW.timestamp()))
    assert json.loads(body)["state"] == "fail" and b"secret" not in body


def test_a_message_for_slack_can_mention_and_link_nobody() -> None:
    alert = Alert("a", "<!channel> @here <https://x|y> & *b* _i_ `c`", "fail")
    text = json.loads(slack_body(alert))["text"]
    assert not set("<>@*_`") & set(text.replace("&lt;", "").replace("&gt;", ""))
    assert "&amp;" in text


def test_an_alert_that_cannot_be_delivered_is_tried_again_next_time_and_sent_once(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEY", "secret")
    jobs = jobs_with(tmp_path, f"c: {{kind: webhook, url: '{server.url}', key_env: KEY}}")
    server.status = 503
    told(jobs, ran(1))
    assert len(server.got) == delivery.TRIES
    server.status = 200
    told(jobs, ran(1))
    told(jobs, ran(1))
    assert len(server.got) == delivery.TRIES + 1
    events = [entry.event for entry in read_ledger(Path(jobs.out) / "jobs")]
    assert events == ["alert", "alert-failed", "alert-sent"]


def test_a_recovery_takes_the_place_of_an_alert_that_never_arrived(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEY", "secret")
    jobs = jobs_with(tmp_path, f"c: {{kind: webhook, url: '{server.url}', key_env: KEY}}")
    server.status = 500
    told(jobs, ran(1))
    server.status, server.got = 200, []
    told(jobs, ran(0))
    assert [json.loads(body)["state"] for _, body in server.got] == ["pass"]


def test_a_redirect_is_not_followed(server: Server) -> None:
    server.status = 302
    with pytest.raises(TemporaryError, match="302"):
        post(server.url, b"{}", {})


@pytest.mark.parametrize(
    "url", ["http://example.org/x", "ftp://localhost/x", "https://user:pw@example.org/", "file:///etc/passwd", "x"]
)
def test_an_address_that_is_not_safe_is_refused_and_never_shown(url: str) -> None:
    with pytest.raises(UsageError) as error:
        post(url, b"{}", {})
    assert url not in str(error.value) and "pw" not in str(error.value)


def test_a_missing_secret_is_a_reason_in_the_ledger_and_no_error(tmp_path: Path) -> None:
    jobs = jobs_with(tmp_path, "c: {kind: slack, url_env: HEADWATER_TEST_NOT_SET}")
    told(jobs, ran(1))
    (failed,) = [entry for entry in read_ledger(Path(jobs.out) / "jobs") if entry.event == "alert-failed"]
    assert "HEADWATER_TEST_NOT_SET is not set" in failed.data["reason"]


def test_a_header_with_a_line_break_is_refused() -> None:
    channel = Mail(kind="smtp", host="localhost", sender="a@b.org", to=("c@d.org",))
    with pytest.raises(ConfigError, match="line break"):
        mail(Alert("a", "gate\r\nBcc: e@f.org", "fail"), channel)


class Sink:
    """A mail server made of a socket: says yes to everything and keeps what it was told."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.got: list[str] = []
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self) -> None:
        connection, _ = self.socket.accept()
        with connection, connection.makefile("rwb") as stream:

            def say(text: str) -> None:
                stream.write(text.encode() + b"\r\n")
                stream.flush()

            say("220 sink")
            data = False
            for line in stream:
                text = line.decode().rstrip("\r\n")
                self.got.append(text)
                if data:
                    data = text != "."
                    if data:
                        continue
                data = text.upper() == "DATA"
                say("354 go on" if data else "221 bye" if text == "QUIT" else "250 yes")
                if text == "QUIT":
                    return


def test_a_mail_arrives_with_one_recipient_a_line_and_the_state(tmp_path: Path) -> None:
    sink = Sink()
    server = f"host: 127.0.0.1, port: {sink.port}, starttls: false"
    text = f"c: {{kind: smtp, {server}, sender: a@b.org, to: [c@d.org, e@f.org]}}"
    told(jobs_with(tmp_path, text), ran(1))
    sink.thread.join(5)
    assert [line for line in sink.got if line.lower().startswith("rcpt")] == ["rcpt TO:<c@d.org>", "rcpt TO:<e@f.org>"]
    assert "Subject: [headwater] alert: a: gate is fail" in sink.got


def test_a_mail_without_encryption_leaves_this_machine_never_and_a_server_without_it_is_refused() -> None:
    channel = Mail(kind="smtp", host="mail.example.org", sender="a@b.org", to=("c@d.org",))
    message = mail(Alert("a", "gate", "fail"), channel)
    with pytest.raises(UsageError, match="this machine only"):
        send_mail(message, "mail.example.org", 25, starttls=False, login=None)
    sink = Sink()
    with pytest.raises(TemporaryError):
        send_mail(message, "127.0.0.1", sink.port, starttls=True, login=("u", "p"), timeout=5)
    assert not any("AUTH" in line for line in sink.got)


def test_the_first_good_state_is_no_news() -> None:
    assert alerts_of([ran(0)], [], {}, "") == []


def written(jobs: JobsFile, slot: Slot) -> None:
    """The slot as a scheduler writes it, which is killed before it tells of it."""
    root = Path(jobs.out)
    with open_history(root) as connection, transaction(connection):
        start_slot(connection, root, replace(slot, state="running", started=NOW.isoformat(), exit_code=None))
        record_end(connection, root, replace(slot, finished=NOW.isoformat()))


def test_what_a_killed_scheduler_did_not_tell_is_told_by_the_next_once(tmp_path: Path) -> None:
    jobs = jobs_with(tmp_path, "c: {kind: file, path: alerts.jsonl}")
    written(jobs, ran(1))
    told(jobs)
    told(jobs)
    assert [(one["topic"], one["state"], one["run"]) for one in lines(tmp_path)] == [("gate", "fail", "run-1")]
    written(jobs, ran(0, hour=2))
    told(jobs)
    assert [one["state"] for one in lines(tmp_path)] == ["fail", "pass"]


def test_a_slot_that_another_scheduler_tries_again_is_not_told_of_yet(tmp_path: Path) -> None:
    jobs = jobs_with(tmp_path, "c: {kind: file, path: alerts.jsonl}")
    written(jobs, ran(75))
    told(jobs)
    assert lines(tmp_path) == []
    written(jobs, replace(ran(75), attempt=3))
    told(jobs)
    assert [one["state"] for one in lines(tmp_path)] == ["failed"]


def test_missed_times_name_no_run_but_when_they_were_due(tmp_path: Path) -> None:
    jobs = jobs_with(tmp_path, "c: {kind: file, path: alerts.jsonl}")
    told(jobs, Slot("a", "2026-05-04T01:00:00+00:00", "missed"))
    assert [(one["run"], one["scheduled_for"]) for one in lines(tmp_path)] == [("", "2026-05-04T01:00:00+00:00")]
