"""Whether the electricity of training was recorded."""

from collections.abc import Sequence

from ....core import TIMING, Measurement, NotMeasured, read_energy
from ..judged_run import JudgedRun
from .base import CHECKS, share

NAME = "energy-recorded"


@CHECKS.register(NAME, source="NIST AI 600-1 MS-2.12-003; Lannelongue et al. 2021 (Green Algorithms)")
def energy_recorded(run: JudgedRun) -> Sequence[Measurement]:
    """1 for each track whose training recorded its energy; kWh, kgCO2e and how they were found stand beside it."""
    found: list[Measurement] = []
    for track in run.tracks():
        folder = run.folder / track / "checkpoint"
        if not folder.is_dir():
            continue
        where = {"track": track} if track else {}
        use = read_energy(folder) if (folder / TIMING).is_file() else None
        if use is None or not use.processes:
            found.append(NotMeasured(NAME, "training wrote down no time and no energy", where))
            continue
        how = "measured by the processor's counter" if use.measured_kwh >= use.kwh > 0 else "declared power x time"
        numbers = {"kWh": f"{use.kwh:.3g}", "kgCO2e": f"{use.kgco2e:.3g}"}
        found.append(share(NAME, 1, 1, f"energy of training, {how}", **numbers, **where))
    return found or [NotMeasured(NAME, "nothing was trained in this run")]
