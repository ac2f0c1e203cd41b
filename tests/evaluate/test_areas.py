import pytest

from headwater.evaluate import AREAS, METRICS, area_of


@pytest.mark.parametrize("name", METRICS.names())
def test_every_metric_of_ours_has_an_area(name: str) -> None:
    assert area_of(name) in AREAS[:-1]


@pytest.mark.parametrize(
    ("name", "area"),
    [
        ("crows-pairs", "Bias"), ("output-privacy", "Privacy and memorization"), ("detector-bias", "Detectors"),
        ("perplexity", "Quality"), ("corpus-support", "Hallucination"), ("judge", "Judge"),
    ],
)  # fmt: skip
def test_the_area_is_what_the_metric_is_about(name: str, area: str) -> None:
    assert area_of(name) == area
