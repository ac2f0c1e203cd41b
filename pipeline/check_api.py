"""``headwater.check``: the gate from Python, and inside a user's own tests."""

from datetime import datetime
from pathlib import Path

from ..core import UsageError
from ..reports import Judgement, load_policy, refuse_signed
from .check_command import policy_of
from .clock import utc_now
from .current_run import CURRENT, IN_TEST
from .gate import judged, keep
from .stages import locked


def check(
    policy: str | Path | None,
    run: str | Path | None,
    time: datetime | None,
    strict: bool | None,
    record: bool,
) -> Judgement:
    """See :func:`headwater.check`."""
    folder = Path(run) if run is not None else CURRENT.get()
    if folder is None:
        raise UsageError(
            "no run to check: give run=, or in tests the option --headwater-run or headwater_run in pytest.ini"
        )
    chosen = policy_of(folder, None) if policy is None else load_policy(str(policy))
    if record:
        refuse_signed(folder, "recording another judgement", "record=False judges it and writes nothing")
    judgement = judged(folder, chosen, time or utc_now())
    if record:
        with locked(folder):
            judgement = keep(folder, chosen, judgement)
    if strict is None:
        strict = run is None or IN_TEST.get()
    if strict:
        judgement.raise_for_status()
    return judgement
