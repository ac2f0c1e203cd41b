from collections.abc import Callable

import pyarrow as pa
import pytest

from headwater.core import UsageError
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


@pytest.mark.parametrize("name", ["MTI", "MIT OR BSD-3-Clause", "nonsense"])
def test_a_list_takes_only_spdx_ids(name: str) -> None:
    with pytest.raises(UsageError, match="not the SPDX id of one licence"):
        licence(allow=[name])


def test_an_empty_list_is_refused() -> None:
    with pytest.raises(UsageError, match="the list is empty"):
        licence(allow=[])
