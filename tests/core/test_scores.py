import dataclasses
import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.core import Measurement, NotMeasured, Score, UsageError, measurement_from_json

PERPLEXITY = Score("perplexity", 41.5, n=120, unit="1", method="perplexity/1", low=38.0, high=45.2, direction="lower")


@given(st.from_type(Score) | st.builds(NotMeasured, st.text(), st.text(), st.dictionaries(st.text(), st.text())))
def test_a_measurement_survives_json(measurement: Measurement) -> None:
    assert measurement_from_json(json.loads(json.dumps(measurement.to_json()))) == measurement


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_score_that_is_not_finite_is_refused_with_the_way_out(value: float) -> None:
    with pytest.raises(UsageError, match="use NotMeasured with a reason"):
        Score("perplexity", value, n=1, unit="1", method="perplexity/1")


@pytest.mark.parametrize("bounds", [{"low": 0.0}, {"high": 1.0}])
def test_half_an_interval_is_refused(bounds: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="both bounds"):
        Score("rate", 0.5, n=1, unit="share", method="rate/1", **bounds)


@pytest.mark.parametrize("change", [{"method": "perplexity/2"}, {"unit": "bits"}, {"metric": "loss"}])
def test_scores_of_different_protocols_are_not_comparable(change: dict[str, Any]) -> None:
    assert not PERPLEXITY.comparable_with(dataclasses.replace(PERPLEXITY, **change))


def test_scores_of_one_protocol_are_comparable_whatever_their_values() -> None:
    assert PERPLEXITY.comparable_with(dataclasses.replace(PERPLEXITY, value=1.0, n=3, slice={"group": "x"}))


def test_a_score_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        PERPLEXITY.value = 1.0  # type: ignore[misc]


def test_not_measured_is_never_a_number() -> None:
    with pytest.raises(TypeError):
        float(NotMeasured("perplexity", "no checkpoint"))  # type: ignore[arg-type]
