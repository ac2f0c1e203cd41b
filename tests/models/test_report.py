import base64
import copy
import io
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from headwater.core import Chart, Gallery, StageReport, Table
from headwater.models import ImageCheckpoint, TextCheckpoint, load, training_report


def changed(checkpoint: TextCheckpoint | ImageCheckpoint, **run: Any) -> Any:
    merged = {**copy.deepcopy(dict(checkpoint.run)), **run}
    kept = {name: getattr(checkpoint, name) for name in ("ledger", "canaries", "hash")}
    return SimpleNamespace(run=merged, capabilities=frozenset(), **kept)


def codes(checkpoint: Any) -> list[str]:
    return [finding.code for finding in training_report(checkpoint).findings]


def test_the_report_is_a_pure_function_of_the_checkpoint(checkpoint: TextCheckpoint) -> None:
    report = training_report(checkpoint)
    assert report == training_report(load(checkpoint.folder))
    assert StageReport.from_json(report.to_json()) == report


def test_the_loss_curve_ends_at_the_last_step(checkpoint: TextCheckpoint) -> None:
    chart = next(exhibit for exhibit in training_report(checkpoint).exhibits if isinstance(exhibit, Chart))
    assert chart.series[0].x[-1] == checkpoint.run["steps"]
    assert chart.series[0].y == tuple(loss for _, loss in checkpoint.run["loss"]["history"])


def test_the_canary_table_has_no_secret_and_the_steps_of_the_ledger(checkpoint: TextCheckpoint) -> None:
    table = next(exhibit for exhibit in training_report(checkpoint).exhibits if isinstance(exhibit, Table))
    for canary, row in zip(checkpoint.canaries, table.rows, strict=True):
        assert row[0] == canary.id and row[2:] == (canary.repetitions, len(checkpoint.ledger.steps_of(canary.id)))
        assert canary.secret not in str(row)


def test_facts_are_those_of_the_run(checkpoint: TextCheckpoint, image_checkpoint: ImageCheckpoint) -> None:
    facts = training_report(checkpoint).facts
    assert facts["parameters"] == checkpoint.run["parameters"]
    assert facts["tokens trained on"] == 12 * 4 * 32
    assert "bits per byte (training)" in facts and "bits per dimension (training)" not in facts
    assert "active units" in training_report(image_checkpoint).facts


@pytest.mark.parametrize(("first", "final", "found"), [(5.0, 4.0, False), (5.0, 5.0, True), (5.0, 7.0, True)])
def test_a_loss_that_did_not_fall_is_a_finding(
    checkpoint: TextCheckpoint, first: float, final: float, found: bool
) -> None:
    loss = {**checkpoint.run["loss"], "first": first}
    assert ("HW-T001" in codes(changed(checkpoint, loss=loss, final_loss=final))) == found


@pytest.mark.parametrize(("active", "severity"), [(0, "high"), (3, "medium"), (4, None), (16, None)])
def test_a_collapsed_latent_space_is_a_finding(
    image_checkpoint: ImageCheckpoint, active: int, severity: str | None
) -> None:
    diagnostics = {**image_checkpoint.run["diagnostics"], "active_units": active}
    findings = training_report(changed(image_checkpoint, diagnostics=diagnostics)).findings
    assert [finding.severity for finding in findings if finding.code == "HW-T002"] == ([severity] if severity else [])


@pytest.mark.parametrize(
    ("examples", "planted", "code"),
    [(100, 0, "HW-T003"), (48, 0, None), (12, 0, None), (11, 0, "HW-T004")]
    + [(33, 16, "HW-T003"), (32, 16, None), (8, 16, None), (7, 16, "HW-T004")],
)
def test_too_few_and_too_many_passes_are_told(
    checkpoint: TextCheckpoint, examples: int, planted: int, code: str | None
) -> None:
    seen = changed(checkpoint, examples=examples, planted_examples=planted)
    assert {"HW-T003", "HW-T004"} & set(codes(seen)) == ({code} if code else set())


def test_the_samples_of_a_model_of_images_are_shown_as_they_come(image_checkpoint: ImageCheckpoint) -> None:
    gallery = next(exhibit for exhibit in training_report(image_checkpoint).exhibits if isinstance(exhibit, Gallery))
    shown = Image.open(io.BytesIO(base64.b64decode(gallery.tiles[7].png)))
    assert np.array_equal(np.asarray(shown), image_checkpoint.sample_images(8, 0)[7, :, :, 0])
