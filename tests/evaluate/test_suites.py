"""Suites: names, versions, metrics with options that exist, and samples that can be drawn."""

import dataclasses

import pytest

from headwater.core import SamplingPlan, UnknownName
from headwater.evaluate import SUITES, check_request, suite
from headwater.evaluate.suites import suite_label
from headwater.pipeline.guess_evaluation import LARGE_MODEL, with_samples_of


@pytest.mark.parametrize("name", SUITES.names())
def test_every_suite_asks_for_metrics_and_options_that_exist_once_each(name: str) -> None:
    found = suite(name)
    for request in found.requests:
        check_request(request)
    assert len(set(found.metrics)) == len(found.metrics)
    assert set(found.sample) <= {field.name for field in dataclasses.fields(SamplingPlan)}
    assert suite_label(name) == f"{name}/{SUITES.describe(name).facts['version']}"


def test_a_suite_draws_more_samples_and_never_fewer() -> None:
    values = {"sample": dict(LARGE_MODEL)}
    found = with_samples_of(values, ["genai-release"])["sample"]
    assert found["free"] == 200 and found["free_tokens"] == LARGE_MODEL["free_tokens"]
    assert all(found[key] >= number for key, number in LARGE_MODEL.items())
    assert with_samples_of(values, []) == values and with_samples_of({}, ["genai-release"]) == {}
    with pytest.raises(UnknownName, match="--suite: no suite 'genai'"):
        with_samples_of(values, ["genai"])
