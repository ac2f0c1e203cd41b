import re
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from headwater.core import Table, UsageError
from headwater.curate import licence

Batch = Callable[..., pa.RecordBatch]


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("MIT OR GPL-3.0-only", True),
        ("MIT AND GPL-3.0-only", False),
        ("MIT AND Apache-2.0", True),
        ("(MIT AND Apache-2.0) OR GPL-3.0-only", True),
        ("(MIT OR GPL-3.0-only) AND GPL-3.0-only", False),
        ("Apache-2.0 WITH LLVM-exception", True),
        ("GPL-2.0-only WITH Classpath-exception-2.0", False),
        ("LicenseRef-scancode-own-terms", False),
    ],
)
def test_an_expression_passes_where_a_branch_does(batch_of: Batch, expression: str, allowed: bool) -> None:
    decisions = licence(allow=["MIT", "Apache-2.0"]).judge(batch_of(["text"], licence=expression)).decisions
    assert [decision.rule for decision in decisions] == ([] if allowed else ["licence-not-allowed"])


def test_everyday_names_are_understood(batch_of: Batch) -> None:
    assert licence(allow=["apache 2.0"]).judge(batch_of(["text"], licence="Apache-2.0")).decisions == ()


@pytest.mark.parametrize(("unknown", "action"), [("quarantine", "quarantined"), ("remove", "removed")])
@pytest.mark.parametrize("stated", [None, "unknown", "ask my lawyer", "( )", "MIT AND", "<script>"])
def test_an_unreadable_licence_is_unknown(batch_of: Batch, stated: str | None, unknown: str, action: str) -> None:
    (decision,) = licence(unknown=unknown).judge(batch_of(["text"], licence=stated)).decisions  # type: ignore[arg-type]
    assert (decision.rule, decision.action) == ("unknown-licence", action)


def test_unknown_licences_can_stay(batch_of: Batch) -> None:
    assert licence(unknown="keep").judge(batch_of(["text"])).decisions == ()


@pytest.mark.parametrize("name", ["MTI", "MIT OR BSD-3-Clause", "nonsense", "copyleftt"])
def test_a_list_takes_only_spdx_ids(name: str) -> None:
    with pytest.raises(UsageError, match="not the SPDX id of one licence"):
        licence(allow=[name])


def test_an_empty_list_is_refused() -> None:
    with pytest.raises(UsageError, match="the list is empty"):
        licence(allow=[])


def test_a_denied_family_wins_over_the_list_and_is_named(batch_of: Batch) -> None:
    step = licence(allow=["any"], deny=["non-commercial"])
    (decision,) = step.judge(batch_of(["text"], licence="CC-BY-NC-4.0")).decisions
    assert (decision.rule, decision.action, decision.evidence) == ("licence-denied", "removed", "CC-BY-NC-4.0")
    assert step.judge(batch_of(["text"], licence="CC-BY-4.0")).decisions == ()


def test_what_is_not_allowed_can_be_quarantined(batch_of: Batch) -> None:
    (decision,) = licence(action="quarantine").judge(batch_of(["text"], licence="GPL-3.0-only")).decisions
    assert (decision.rule, decision.action) == ("licence-not-allowed", "quarantined")


def test_a_source_has_settings_of_its_own_and_the_first_that_fits_counts(batch_of: Batch) -> None:
    step = licence(sources={"fake*": {"allow": ["copyleft"]}, "*": {"allow": ["MIT"]}})
    assert step.judge(batch_of(["text"], licence="GPL-3.0-only")).decisions == ()
    assert [one.rule for one in step.judge(batch_of(["text"], licence="MIT")).decisions] == ["licence-not-allowed"]


def test_the_licence_of_a_source_fills_what_is_unknown_and_is_written_down(batch_of: Batch) -> None:
    step = licence(sources={"fake.txt": {"licence": "cc by-sa 4.0", "allow": ["share-alike"]}})
    judgement = step.judge(batch_of(["one", "two"], licence=None))
    assert judgement.decisions == ()
    assert judgement.columns["licence"].to_pylist() == ["CC-BY-SA-4.0", "CC-BY-SA-4.0"]
    assert step.judge(batch_of(["one"], licence="MIT")).columns["licence"].to_pylist() == ["MIT"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"alow": ["MIT"]}, "sources.x.alow: no such setting; did you mean"),
        ({"allow": "MIT"}, "must be a list of licences"),
        ({"unknown": "drop"}, "must be keep, quarantine or remove"),
        ({"licence": "my own"}, "is no SPDX expression"),
        ({"deny": ["MTI"]}, "sources.x.deny: 'MTI' is not the SPDX id"),
    ],
)
def test_a_wrong_setting_of_a_source_is_named(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        licence(sources={"x": settings})


def test_the_report_counts_documents_by_verdict_and_family(batch_of: Batch) -> None:
    step = licence(allow=["permissive"], deny=["proprietary"])
    tallies = step.judge(batch_of(["a", "b"], licence="MIT OR GPL-3.0-only")).tallies
    (table,) = step.exhibits(tallies, 2)
    assert isinstance(table, Table)
    rows = {row[0]: row[1:] for row in table.rows}
    assert rows["all documents"] == rows["permissive"] == rows["strong-copyleft"] == (2, 0, 0, 0)
    assert "proprietary" not in rows
