import json

from hypothesis import given
from hypothesis import strategies as st

from headwater.core import SEVERITIES, Example, Finding


@given(st.from_type(Finding))
def test_a_finding_survives_json(finding: Finding) -> None:
    assert Finding.from_json(json.loads(json.dumps(finding.to_json()))) == finding


@given(st.from_type(Example))
def test_an_example_survives_json(example: Example) -> None:
    assert Example.from_json(json.loads(json.dumps(example.to_json()))) == example


def test_severities_go_from_worst_to_least() -> None:
    assert SEVERITIES == ("high", "medium", "low", "info")
