import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from headwater.core import IMAGE_SCHEMA, SILENT, InputError, Table, UsageError, record_batch
from headwater.curate import consent, curate, read_source

Batch = Callable[..., pa.RecordBatch]
ROBOTS = "User-agent: GPTBot\nDisallow: /news/\n\nUser-agent: *\nAllow: /\n"


def judged(step: Any, batch: pa.RecordBatch) -> tuple[str, str, str]:
    """State of the one document, rule and evidence of its decision."""
    judgement = step.judge(batch)
    state = dict(judgement.columns["attributes"].to_pylist()[0])["consent.state"]
    rule, evidence = next(((one.rule, one.evidence) for one in judgement.decisions), ("", ""))
    return state, rule, evidence


@pytest.mark.parametrize(
    ("attributes", "state"),
    [
        ({"robots": "index, NOAI"}, "refused"),
        ({"X-Robots-Tag": "noai, noimageai"}, "refused"),
        ({"x_robots_tag": "gptbot: noai"}, "refused"),
        ({"x_robots_tag": "searchbot: noai"}, "none"),
        ({"x_robots_tag": "unavailable_after: 25 Jun 2026, noai"}, "refused"),
        ({"robots": "noindex"}, "none"),
        ({"robots": "noimageai"}, "none"),
        ({"robots": "none-of-noai-here"}, "none"),
        ({"tdm-reservation": "1"}, "refused"),
        ({"tdm-reservation": "0"}, "allowed"),
        ({"tdm-reservation": "yes"}, "none"),
        ({"Content-Signal": "search=yes, ai-train=no"}, "refused"),
        ({"content-signal": "ai-train=yes"}, "allowed"),
        ({"Content-Usage": "train-ai=n"}, "refused"),
        ({"c2pa.ai_generative_training": "notAllowed"}, "refused"),
        ({"c2pa.ai_training": "constrained"}, "refused"),
        ({"cawg.data_mining": "allowed"}, "allowed"),
        ({"tdm-reservation": "0", "robots": "noai"}, "refused"),
        ({"title": "noai"}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_stored_attributes_give_the_state(batch_of: Batch, attributes: dict[str, str], state: str) -> None:
    found, rule, _ = judged(consent(), batch_of(["text"], attributes=attributes))
    assert (found, bool(rule)) == (state, state == "refused")


def test_the_decision_names_signal_value_and_time(batch_of: Batch) -> None:
    batch = batch_of(["text"], attributes={"X-Robots-Tag": "noai"}, collected="2026-05-01")
    _, rule, evidence = judged(consent(), batch)
    assert rule == "consent-refused:x-robots-tag"
    assert evidence == "x-robots-tag = noai (collected 2026-05-01)"


def test_every_signal_is_stored_with_value_and_time_and_annotated(batch_of: Batch) -> None:
    batch = batch_of(["text"], attributes={"robots": "all", "tdm-reservation": "1"}, collected="2026-05-01")
    judgement = consent(action="annotate").judge(batch)
    assert judgement.decisions == ()
    stored = dict(judgement.columns["attributes"].to_pylist()[0])
    assert json.loads(stored["consent.signals"]) == [
        {"signal": "robots", "value": "all", "stance": "none", "collected": "2026-05-01"},
        {"signal": "tdm-reservation", "value": "1", "stance": "refused", "collected": "2026-05-01"},
    ]
    assert stored["robots"] == "all" and "locator" in stored
    assert [note.label for note in judgement.annotations] == ["consent:none:robots", "consent:refused:tdm-reservation"]


@pytest.mark.parametrize(
    ("files", "url", "state", "rule"),
    [
        ({"robots.txt": ROBOTS}, "https://site.org/news/1", "refused", "consent-refused:robots.txt"),
        ({"robots.txt": ROBOTS}, "https://site.org/open/1", "none", ""),
        ({"robots.txt": ROBOTS}, "https://other.org/news/1", "unknown", ""),
        ({"robots.txt": ROBOTS}, None, "unknown", ""),
        ({"ai.txt": "User-Agent: *\nDisallow: *.txt\n"}, "https://site.org/a.txt", "refused", "consent-refused:ai.txt"),
        ({"ai.txt": "User-Agent: *\nDisallow: *.txt$\nAllow: /\n"}, "https://site.org/a.png", "none", ""),
        (
            {"tdmrep.json": '[{"location": "/", "tdm-reservation": 1}, {"location": "/open/", "tdm-reservation": 0}]'},
            "https://site.org/open/x",
            "allowed",
            "",
        ),
        (
            {".well-known/tdmrep.json": '[{"location": "/*.html$", "tdm-reservation": 1}]'},
            "https://site.org/a.html",
            "refused",
            "consent-refused:tdmrep.json",
        ),
        ({"tdmrep.json": "[]"}, "https://site.org/a", "none", ""),
    ],
)
def test_stored_files_of_the_host_count(
    tmp_path: Path, batch_of: Batch, files: dict[str, str], url: str | None, state: str, rule: str
) -> None:
    for name, content in files.items():
        (tmp_path / "site.org" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "site.org" / name).write_text(content)
    found = judged(consent(folder=str(tmp_path)), batch_of(["text"], url=url))
    assert found[:2] == (state, rule)


def test_the_time_of_a_file_stands_beside_it_or_in_the_option(tmp_path: Path, batch_of: Batch) -> None:
    (tmp_path / "site.org").mkdir()
    (tmp_path / "site.org" / "robots.txt").write_text("User-agent: *\nDisallow: /")
    batch = batch_of(["text"], url="http://site.org/")
    assert "(collected unknown)" in judged(consent(folder=str(tmp_path)), batch)[2]
    assert "(collected 2026-04)" in judged(consent(folder=str(tmp_path), collected="2026-04"), batch)[2]
    (tmp_path / "site.org" / "collected.txt").write_text("2026-03-02T10:00:00Z\n")
    assert "(collected 2026-03-02T10:00:00Z)" in judged(consent(folder=str(tmp_path), collected="2026-04"), batch)[2]


def test_a_robots_file_can_be_given_for_a_host(tmp_path: Path, batch_of: Batch) -> None:
    (tmp_path / "r.txt").write_text(ROBOTS)
    step = consent(robots={"Site.org": str(tmp_path / "r.txt")})
    assert judged(step, batch_of(["text"], url="https://site.org/news/1"))[0] == "refused"


def test_a_changed_file_changes_what_identifies_the_step(tmp_path: Path) -> None:
    (tmp_path / "r.txt").write_text(ROBOTS)
    first = consent(robots={"site.org": str(tmp_path / "r.txt")})
    (tmp_path / "r.txt").write_text(ROBOTS + "\n")
    assert first.files != consent(robots={"site.org": str(tmp_path / "r.txt")}).files


def test_declared_columns_refuse_by_value(batch_of: Batch) -> None:
    step = consent(declared={"opt_out": [True, "yes"]})
    assert judged(step, batch_of(["text"], attributes={"opt_out": "True"}))[0] == "refused"
    assert judged(step, batch_of(["text"], attributes={"opt_out": "no"}))[0] == "none"


def test_noindex_counts_on_demand(batch_of: Batch) -> None:
    assert judged(consent(noindex=True), batch_of(["text"], attributes={"robots": "noindex"}))[0] == "refused"


def test_images_heed_noimageai() -> None:
    row = {"id": "a", "image": b"", "height": 0, "width": 0, "channels": 0, "attributes": [("robots", "noimageai")]}
    assert judged(consent(), record_batch([row], IMAGE_SCHEMA))[0] == "refused"


@pytest.mark.parametrize(("unknown", "action"), [("quarantine", "quarantined"), ("remove", "removed")])
def test_unknown_consent_can_be_acted_upon(batch_of: Batch, unknown: Any, action: str) -> None:
    (decision,) = consent(unknown=unknown).judge(batch_of(["text"])).decisions
    assert (decision.rule, decision.action) == ("consent-unknown", action)


def test_evidence_quotes_no_personal_data(batch_of: Batch) -> None:
    batch = batch_of(["text"], attributes={"robots": "noai, ask jane.doe@home-page.net"})
    assert "jane.doe" not in judged(consent(), batch)[2]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"agents": []}, "agents must be a list"),
        ({"declared": {"a": "yes"}}, "declared.a must be a list"),
    ],
)
def test_wrong_options_are_named(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        consent(**options)


@pytest.mark.parametrize(
    "content", ["{", "{}", '[{"tdm-reservation": 1}]', '[{"location": "/", "tdm-reservation": 2}]']
)
def test_a_bad_tdmrep_file_ends_in_one_sentence(tmp_path: Path, content: str) -> None:
    (tmp_path / "site.org").mkdir()
    (tmp_path / "site.org" / "tdmrep.json").write_text(content)
    with pytest.raises(InputError, match="site.org: tdmrep.json: .*; mend the file"):
        consent(folder=str(tmp_path))


def test_missing_places_are_named(tmp_path: Path) -> None:
    for options in ({"folder": str(tmp_path / "none")}, {"folder": str(tmp_path)}, {"robots": {"a b": "x"}}):
        with pytest.raises(InputError, match="^consent: "):
            consent(**options)  # type: ignore[arg-type]


def test_a_run_shows_signals_by_stance(tmp_path: Path) -> None:
    rows = [{"text": f"text {n}", "tdm-reservation": str(n % 2)} for n in range(10)] + [{"text": "untold"}]
    (tmp_path / "c.jsonl").write_text("\n".join(map(json.dumps, rows)))
    report = curate(
        read_source("jsonl", path=str(tmp_path / "c.jsonl")), [consent()], tmp_path / "out", progress=SILENT
    )
    (table,) = (one for one in report.exhibits if one.name == "consent")
    assert isinstance(table, Table)
    assert table.rows == (("all signals", 5, 5, 0, 1), ("tdm-reservation", 5, 5, 0, None))
    assert report.facts["quarantined"] == 5
