"""What the report of a training says of a GAN: is the discriminator fooled, and are the real images covered."""

from collections.abc import Mapping
from typing import Any

from ..core import Chart, Exhibit, Finding, Measurement, NotMeasured, Score, Series, wilson

METHOD = "gan-diagnostics/1, pixels, k = 5"
HALF = 0.5
"""Of what real images reach among themselves: headwater's own line between a loss of variety and a collapse."""
WON = 0.95
"""Right on so large a share of both sides, the discriminator teaches little (Arjovsky & Bottou 2017, section 2)."""


def gan_exhibits(run: Mapping[str, Any]) -> tuple[Exhibit, ...]:
    """Charts of the discriminator's verdicts and of coverage; none for other families."""
    diagnostics = run["diagnostics"]
    if "discriminator_right" not in diagnostics:
        return ()
    charts = [_chart("discriminator", "What the discriminator gets right", _right(diagnostics), _RIGHT)]
    if "covered" in diagnostics:
        charts.append(_chart("coverage", "Real images that are covered", diagnostics["covered"], _COVERED))
    return tuple(charts)


def gan_scores(run: Mapping[str, Any]) -> tuple[Measurement, ...]:
    """The same as scores with intervals; none for other families."""
    diagnostics = run["diagnostics"]
    if "discriminator_right" not in diagnostics:
        return ()
    scores: list[Measurement] = [
        _rate("discriminator-accuracy", side, rate) for side, rate in _right(diagnostics).items()
    ]
    if "covered" in diagnostics:
        scores += [_rate("pixel-coverage", side, rate) for side, rate in diagnostics["covered"].items()]
    else:
        scores.append(NotMeasured("pixel-coverage", "fewer than 12 training images: no nearest neighbours to compare"))
    spread = diagnostics["diversity"]
    if spread["real"] > 0:
        share, why = spread["generated"] / spread["real"], "pairs of images depend on each other; none is given"
        scores.append(Score("pixel-diversity", share, spread["n"], "share of real", METHOD, interval=why))
    else:
        scores.append(NotMeasured("pixel-diversity", "the real images do not differ from each other"))
    return tuple(scores)


def gan_findings(run: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Collapse, a discriminator that has won, and one that knows its training images."""
    if "discriminator_right" not in run["diagnostics"]:
        return ()
    return tuple(finding for finding in (_collapsed(run), _won(run), _learnt_by_heart(run)) if finding)


def _collapsed(run: Mapping[str, Any]) -> Finding | None:
    diagnostics = run["diagnostics"]
    spread, covered = diagnostics["diversity"], diagnostics.get("covered")
    alike = spread["generated"] < HALF * spread["real"]
    narrow = covered is not None and _share(covered["generated"]) < HALF * _share(covered["real"])
    if not alike and not narrow:
        return None
    parts = [f"generated images differ by {spread['generated']:.0f} grey levels on average, real ones by "
             f"{spread['real']:.0f}"]  # fmt: skip
    if covered is not None:
        parts.append(
            f"they cover {_share(covered['generated']):.0%} of real images, where other real images cover "
            f"{_share(covered['real']):.0%}"
        )
    return Finding(
        code="HW-T010",
        severity="high" if alike else "medium",
        title="The generator has collapsed" if alike else "The generator covers few of the real images",
        meaning="; ".join(parts).capitalize() + ". What it leaves out will be missing from whatever is made of its "
        "samples. The documents below are those farthest from any sample. Pixel distances do not see meaning: blurred "
        "images may look near, shifted ones far.",
        advice="Train for more steps, raise options.gamma, or compare with loss: wgan-gp; read the samples.",
        scores=tuple(score for score in gan_scores(run) if score.metric.startswith("pixel")),
        document_ids=tuple(diagnostics.get("uncovered", ())),
    )


def _won(run: Mapping[str, Any]) -> Finding | None:
    right = run["diagnostics"]["discriminator_right"]
    if min(_share(right["trained"]), _share(right["generated"])) < WON:
        return None
    return Finding(
        code="HW-T011",
        severity="medium",
        title="The discriminator has won",
        meaning=f"It knows {_share(right['generated']):.0%} of the generated images for what they are, and "
        f"{_share(right['trained']):.0%} of the real ones: the generator learns little from it any more.",
        advice="Train for longer, lower model.learning_rate, or raise options.gamma.",
        scores=tuple(score for score in gan_scores(run) if score.metric == "discriminator-accuracy"),
    )


def _learnt_by_heart(run: Mapping[str, Any]) -> Finding | None:
    right = run["diagnostics"]["discriminator_right"]
    if "held out" not in right:
        return None
    trained, held = right["trained"], right["held out"]
    if wilson(trained["count"], trained["n"])[0] <= wilson(held["count"], held["n"])[1]:
        return None
    return Finding(
        code="HW-T012",
        severity="medium",
        title="The discriminator knows its training images",
        meaning=f"It calls {_share(trained):.0%} of the images that it was trained on real, and {_share(held):.0%} of "
        "those it never saw: it has begun to learn them by heart, and drives the generator towards copies.",
        advice="Train on more images or for fewer steps, and raise options.gamma.",
        scores=tuple(score for score in gan_scores(run) if score.metric == "discriminator-accuracy"),
    )


def _right(diagnostics: Mapping[str, Any]) -> dict[str, Any]:
    found = diagnostics["discriminator_right"]
    return {side: found[side] for side in ("trained", "held out", "generated") if side in found}


def _share(rate: Mapping[str, int]) -> float:
    return rate["count"] / rate["n"]


def _rate(metric: str, side: str, rate: Mapping[str, int]) -> Score:
    low, high = wilson(rate["count"], rate["n"])
    return Score(
        metric, _share(rate), rate["n"], "share", METHOD, low, high, "Wilson", slice={"images": side}, direction="none"
    )


_RIGHT = (
    "Real images called real and generated ones called generated. Near half on both sides, the generator keeps up; "
    "real images that training never saw should do as well as those it saw."
)
_COVERED = (
    "Share of real images with a sample nearer than their fifth nearest real image (Naeem et al. 2020), in pixels; "
    "beside it the share that as many other real images cover."
)


def _chart(name: str, title: str, rates: Mapping[str, Mapping[str, int]], note: str) -> Chart:
    bounds = [wilson(rate["count"], rate["n"]) for rate in rates.values()]
    series = Series(
        "share",
        tuple(f"{side} ({rate['n']})" for side, rate in rates.items()),
        tuple(_share(rate) for rate in rates.values()),
        tuple(low for low, _ in bounds),
        tuple(high for _, high in bounds),
    )
    return Chart(name, title, "interval", "images", "share", (series,), note)
