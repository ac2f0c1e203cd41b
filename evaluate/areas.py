"""What a metric is about: the parts under which a report shows what was measured."""

from .base import METRICS

FOLDERS = {
    "bias": "Bias",
    "safety": "Toxicity and safety",
    "hallucination": "Hallucination",
    "robustness": "Robustness",
    "memorization": "Privacy and memorization",
    "quality": "Quality",
    "attribution": "Attribution",
    "tables": "Synthetic rows",
    "judge": "Judge",
}
DETECTORS = "Detectors"
OTHERS = "Further metrics"
APART = {
    "output-privacy": FOLDERS["memorization"],
    "authenticity": FOLDERS["memorization"],
    "detector-bias": DETECTORS,
    "detector-validity": DETECTORS,
}
"""Metrics that lie in a folder of another area."""
AREAS = (*FOLDERS.values(), DETECTORS, OTHERS)
"""In the order in which a report shows them."""


def area_of(metric: str) -> str:
    """The area of a registered metric; that of a third party is :data:`OTHERS`."""
    place = METRICS.get(metric).__module__.split(".")
    own = place[place.index("evaluate") + 1] if "evaluate" in place[:-1] else ""
    return APART.get(metric) or FOLDERS.get(own, OTHERS)
