import copy
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from small_models import IMAGE_RECIPE, bars

from headwater.core import Chart, ConfigError, Corpus, NotMeasured, Score, UsageError
from headwater.models import FAMILIES, GANCheckpoint, fit, load, training_report

RECIPE = replace(IMAGE_RECIPE, family="gan", steps=120, batch=16, learning_rate=2e-3, held_out=0.2)


@pytest.fixture(scope="module")
def model(pictures: Corpus, tmp_path_factory: pytest.TempPathFactory) -> GANCheckpoint:
    recipe = replace(RECIPE, options={"conditional": True, "ema": 0.9})
    made = fit(pictures, recipe, tmp_path_factory.mktemp("gan"))
    assert isinstance(made, GANCheckpoint)
    return made


def changed(model: GANCheckpoint, **diagnostics: Any) -> Any:
    run = copy.deepcopy(dict(model.run))
    run["diagnostics"] |= diagnostics
    kept = {name: getattr(model, name) for name in ("ledger", "canaries", "hash")}
    return SimpleNamespace(run=run, capabilities=frozenset(), **kept)


def found(model: Any, code: str) -> list[Any]:
    return [finding for finding in training_report(model).findings if finding.code == code]


def rate(count: int, n: int = 100) -> dict[str, int]:
    return {"count": count, "n": n}


def test_the_family_is_registered_with_its_source_and_a_wrong_option_is_one_sentence() -> None:
    assert "1406.2661" in FAMILIES.describe("gan").facts["source"]
    for options in ({"loss": "wgan"}, {"gamma": -1}, {"lazy": 0}, {"ema": 1}):
        with pytest.raises(ConfigError, match=next(iter(options))):
            FAMILIES.get("gan")(**options)


def test_both_phases_have_a_curve_and_a_loss_that_does_not_fall_is_no_finding(model: GANCheckpoint) -> None:
    assert set(model.run["loss"]["phases"]) == {"discriminator", "generator"} and not model.run["loss"]["falls"]
    facts = training_report(model).facts
    assert facts["final loss of the discriminator (per image, training)"] == round(model.run["final_loss"], 4)
    assert not found(model, "HW-T001")


def test_bars_are_learnt_where_the_label_says(model: GANCheckpoint) -> None:
    def direction(images: np.ndarray) -> float:
        pixels = images[..., 0].astype(float)
        return float(pixels.mean(2).std(1).mean() / pixels.mean(1).std(1).mean())

    row, column = (direction(model.sample_images(64, label=label)) for label in ("row", "column"))
    assert row > 1.2 * column


def test_samples_are_the_same_to_the_bit_in_any_number(model: GANCheckpoint) -> None:
    many = model.sample_images(70, seed=1)
    np.testing.assert_array_equal(many[:3], model.sample_images(3, seed=1))
    np.testing.assert_array_equal(many[64:], load(model.folder).sample_images(6, seed=1, first=64))


def test_a_gan_has_no_likelihood_and_says_so(model: GANCheckpoint) -> None:
    assert model.capabilities == {"images", "seedable"} and model.network.logprob(None, None) is None
    with pytest.raises(UsageError, match="no sampler 'heun'; known: prior"):
        model.sample_images(1, sampler="heun")


def test_the_diagnostics_have_counts_for_both_sides_and_the_held_out(model: GANCheckpoint) -> None:
    diagnostics = model.run["diagnostics"]
    assert set(diagnostics["discriminator_right"]) == {"trained", "generated", "held out"}
    assert diagnostics["discriminator_right"]["held out"]["n"] == len(model.held_out_ids())
    assert set(diagnostics["uncovered"]) <= set(model.trained_ids())
    report = training_report(model)
    scores = {(score.metric, *score.slice.values()): score for score in report.scores if isinstance(score, Score)}
    right = diagnostics["discriminator_right"]["generated"]
    score = scores["discriminator-accuracy", "generated"]
    assert score.value == right["count"] / right["n"] and score.low < score.value <= score.high  # type: ignore[operator]
    assert {"discriminator", "coverage"} <= {chart.name for chart in report.exhibits if isinstance(chart, Chart)}


@pytest.mark.parametrize(("generated", "covered", "severity"), [(4, 3, "high"), (80, 30, "medium"), (80, 80, None)])
def test_collapse_is_a_finding_with_the_images_that_were_left_out(
    model: GANCheckpoint, generated: float, covered: int, severity: str | None
) -> None:
    spread = {"generated": generated, "real": 90.0, "n": 100}
    hit = {"generated": rate(covered), "real": rate(97)}
    findings = found(changed(model, diversity=spread, covered=hit, uncovered=["a", "b"]), "HW-T010")
    assert [finding.severity for finding in findings] == ([severity] if severity else [])
    assert all(finding.document_ids == ("a", "b") and finding.scores for finding in findings)


@pytest.mark.parametrize(("trained", "generated", "told"), [(99, 99, True), (99, 60, False), (50, 50, False)])
def test_a_discriminator_that_is_always_right_is_a_finding(
    model: GANCheckpoint, trained: int, generated: int, told: bool
) -> None:
    right = {"trained": rate(trained), "generated": rate(generated)}
    assert bool(found(changed(model, discriminator_right=right), "HW-T011")) == told


@pytest.mark.parametrize(("held", "told"), [(95, False), (88, False), (60, True)])
def test_a_discriminator_that_knows_its_training_images_is_a_finding(
    model: GANCheckpoint, held: int, told: bool
) -> None:
    right = {"trained": rate(95), "generated": rate(60), "held out": rate(held)}
    assert bool(found(changed(model, discriminator_right=right), "HW-T012")) == told


def test_a_copy_of_one_image_is_a_collapse_and_real_images_are_none(model: GANCheckpoint) -> None:
    import torch

    from headwater.models.gan import _spread
    from headwater.models.image_data import Images, as_tensor

    pixels, labels = bars(80)
    data: Any = SimpleNamespace(images=Images([f"image-{k}" for k in range(80)], pixels, labels))
    halves = np.arange(40), np.arange(40, 80)
    one = changed(model, **_spread(data, *halves, as_tensor(pixels[:1]).repeat(40, 1, 1, 1)))
    same = changed(model, **_spread(data, *halves, torch.flip(as_tensor(pixels[40:]), [0])))
    assert found(one, "HW-T010")[0].severity == "high" and not found(same, "HW-T010")


def test_too_few_images_to_have_neighbours_are_not_measured(model: GANCheckpoint) -> None:
    bare = changed(model)
    del bare.run["diagnostics"]["covered"]
    bare.run["diagnostics"]["diversity"] = {"generated": 0.0, "real": 0.0, "n": 2}
    unmeasured = [score.metric for score in training_report(bare).scores if isinstance(score, NotMeasured)]
    assert unmeasured == ["pixel-coverage", "pixel-diversity"]
