from pathlib import Path
from typing import Any

import pytest

from headwater.core import (
    ConfigError,
    Corpus,
    CorpusWriter,
    EmptyCorpus,
    UnknownName,
    UsageError,
    canonical_json,
    record_batch,
    text_record,
)
from headwater.curate import AuditReport, audit

OWN = ("composition", "identity-terms", "associations")


def corpus(folder: Path, texts: list[str]) -> Corpus:
    with CorpusWriter(folder) as writer:
        writer.write(record_batch([text_record(text, f"{i}", "made") for i, text in enumerate(texts)]))
    return Corpus(folder)


def test_reports_come_together_in_the_order_asked_for(tmp_path: Path) -> None:
    report = audit(corpus(tmp_path, ["She came.", "He came."]), OWN)
    assert (report.stage, list(report.detail)) == ("audit", list(OWN))
    assert report.facts["Documents"] == 2 and "Associations tested" in report.facts


def test_options_reach_their_audit(tmp_path: Path) -> None:
    made = corpus(tmp_path, ["a", "b"])
    assert [one.code for one in audit(made, [("composition", {"largest_source": 1.0})]).findings] == ["HW-A002"]


def test_an_unknown_audit_offers_the_nearest_name(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="composition"):
        audit(corpus(tmp_path, ["a"]), ["compositon"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"largest_sourc": 0.5}, r"audit\[1\].composition: no parameter 'largest_sourc'; did you mean .largest_source"),
        ({"largest_source": "much"}, r"audit\[1\].composition.largest_source: .*given: 'much'"),
        ("0.5", r"audit\[1\].composition: parameters must be a mapping"),
    ],
)
def test_a_wrong_option_of_an_audit_is_told_with_its_place(tmp_path: Path, options: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        audit(corpus(tmp_path, ["a"]), ["identity-terms", ("composition", options)])


def test_the_same_audit_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="runs once"):
        audit(corpus(tmp_path, ["a"]), ["composition", "composition"])


def test_an_empty_corpus_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EmptyCorpus):
        audit(corpus(tmp_path, []), OWN)


def test_the_report_survives_json_and_is_the_same_every_time(tmp_path: Path) -> None:
    made = corpus(tmp_path, ["She is a poet."] * 30 + ["He is a scientist."] * 30)
    one, other = audit(made, OWN, seed=1), audit(made, OWN, seed=1)
    assert AuditReport.from_json(one.to_json()) == one
    assert canonical_json(one.to_json()) == canonical_json(other.to_json())
