"""Made runs that a policy judges: a folder with a manifest, a ledger and stage reports of any scores."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from headwater.core import Manifest, Measurement, Score, StageReport, sha256_file, write_text
from headwater.reports import JudgedRun, Policy, append_entry, open_judged

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
BEGUN, ENDED = "2026-11-20T08:00:00+00:00", "2026-11-20T09:00:00+00:00"
Make = Callable[..., JudgedRun]


def score(value: float, low: float | None = None, high: float | None = None, n: int = 100, **more: Any) -> Score:
    """A score of the metric ``m``."""
    return Score(**{"metric": "m", "unit": "share", "method": "m/1", **more}, value=value, n=n, low=low, high=high)


def made_run(folder: Path, scores: Sequence[Measurement] = (), ledger: Mapping[str, Any] | None = None) -> Path:
    """A finished run folder with an evaluation; ``ledger`` is data of its start, None for a run without a ledger."""
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / "config.yaml", "corpus: {source: none}\n")
    StageReport("evaluate", "Evaluation", scores=tuple(scores)).save(folder / "evaluation.json")
    manifest = Manifest("run", {"evaluation.json": sha256_file(folder / "evaluation.json")}, seed=7, config_hash="c")
    manifest.save(folder)
    if ledger is not None:
        append_entry(folder, "run-started", BEGUN, **ledger)
        append_entry(folder, "run-finished", ENDED, manifest.hash, ran=["evaluate"], cached=[])
    return folder


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Makes a judged run of a policy with these scores."""

    def run(policy: Policy, *scores: Measurement, ledger: Mapping[str, Any] | None = None, **more: Any) -> JudgedRun:
        found = open_judged(made_run(tmp_path / "run", scores, ledger), policy, NOW)
        return replace(found, **more)

    return run
