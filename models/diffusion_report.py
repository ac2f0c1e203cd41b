"""What the report of a training says of a diffusion model: the loss at each noise level."""

from collections.abc import Mapping
from typing import Any

from ..core import Chart, Exhibit, Finding, Score, Series

METHOD = "edm-loss/1, averaged weights"
NORMAL = 1.96
SURE = 3.0
"""Standard errors: one false alarm in some hundred trainings over all noise levels."""
APART = 0.1


def diffusion_exhibits(run: Mapping[str, Any]) -> tuple[Exhibit, ...]:
    """A chart of the loss in each bin; none for other families."""
    found = run["diagnostics"].get("loss_by_noise")
    if not found:
        return ()
    names = _bins(found)
    series = tuple(
        Series(
            f"{side} ({values['n']} images)",
            names,
            tuple(values["mean"]),
            tuple(mean - NORMAL * error for mean, error in _pairs(values)),
            tuple(mean + NORMAL * error for mean, error in _pairs(values)),
        )
        for side, values in _sides(found)
    )
    note = (
        "Weighted so that a network that says nothing loses 1 at every level; at the lowest ones images that are noisy "
        "themselves leave little to gain. Where held-out images lose more than trained ones, the model knows the "
        "latter."
    )
    title = "Loss at each noise level"
    return (Chart("noise-loss", title, "interval", "noise level sigma", "weighted squared error", series, note),)


def diffusion_scores(run: Mapping[str, Any]) -> tuple[Score, ...]:
    """The same as scores; none for other families."""
    found = run["diagnostics"].get("loss_by_noise")
    if not found:
        return ()
    return tuple(
        Score(
            "noise-level-loss",
            mean,
            values["n"],
            "weighted squared error",
            METHOD,
            mean - NORMAL * error,
            mean + NORMAL * error,
            "normal",
            direction="lower",
            slice={"images": side, "sigma": name},
        )
        for side, values in _sides(found)
        for name, (mean, error) in zip(_bins(found), _pairs(values), strict=True)
    )


def diffusion_findings(run: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Whether trained images are denoised better than held-out ones; none for other families."""
    found = run["diagnostics"].get("loss_by_noise")
    if not found or set(found["sides"]) != {"trained", "held out"}:
        return ()
    trained, held = (_pairs(found["sides"][side]) for side in ("trained", "held out"))
    known = [
        name
        for name, (one, error), (other, more) in zip(_bins(found), trained, held, strict=True)
        if other - one > SURE * (error**2 + more**2) ** 0.5 and other > (1 + APART) * one
    ]
    if not known:
        return ()
    return (
        Finding(
            code="HW-T013",
            severity="medium",
            title="The denoiser knows its training images",
            meaning=f"At noise levels {', '.join(known)} it denoises the images that it was trained on more than "
            f"{APART:.0%} better than held-out ones, beyond {SURE:.0f} standard errors. Whoever can ask it for losses "
            "can tell who was in the training data, and samples may repeat them. Images of different kinds on the two "
            "sides would look the same here.",
            advice="Train on more images or for fewer steps, set dropout, and read the samples beside their nearest "
            "training images.",
            scores=tuple(score for score in diffusion_scores(run) if score.slice["sigma"] in known),
        ),
    )


def _bins(found: Mapping[str, Any]) -> tuple[str, ...]:
    edges = found["edges"]
    return tuple(f"{low:g} to {high:g}" for low, high in zip(edges[:-1], edges[1:], strict=True))


def _sides(found: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(side, found["sides"][side]) for side in ("trained", "held out") if side in found["sides"]]


def _pairs(values: Mapping[str, Any]) -> list[tuple[float, float]]:
    return list(zip(values["mean"], values["error"], strict=True))
