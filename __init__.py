"""headwater: clean and audit a corpus, train a model on it, score it, and trace every bad output upstream.

The stages are sub-packages: ``from headwater import curate, evaluate, models, reports``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from .reports import Judgement

__version__ = "0.1.0"


def check(
    policy: str | Path | None = None,
    run: str | Path | None = None,
    *,
    time: datetime | None = None,
    strict: bool | None = None,
    record: bool = False,
) -> Judgement:
    """Judge a run folder by a policy: a pack's name or a YAML file; the run's own policy where it is None.

    Without ``run`` it is the run of the test session (``--headwater-run``). ``strict`` raises an ``AssertionError``
    whose message is the checklist unless the gate passes; by default in tests, and where no ``run`` is given.
    ``record`` appends the evidence to the run, as the command line does. What cannot be judged raises a
    ``headwater.core.HeadwaterError``.
    """
    from .pipeline.check_api import check as judge

    return judge(policy, run, time, strict, record)
