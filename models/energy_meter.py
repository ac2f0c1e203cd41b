"""The meter that runs beside a training. What it reads never reaches the weights or anything that is hashed."""

import os
import time
from dataclasses import asdict
from pathlib import Path

from ..core import TIMING, EnergyFactors, EnergyUse, declared_use, measured_use, read_energy, write_json

RAPL = Path("/sys/class/powercap")
BUSY = Path("/proc/stat")


class Meter:
    """Adds what this process uses to what the ones before it used, in ``timing.json`` of the checkpoint.

    A process that is killed leaves the sum of its last :meth:`note`.
    """

    def __init__(self, folder: Path, factors: EnergyFactors, rapl: Path = RAPL, busy: Path = BUSY) -> None:
        self.folder, self.factors, self.rapl, self.busy = folder, factors, rapl, busy
        self.before = read_energy(folder)
        self.cpu, self.wall = time.process_time(), time.monotonic()
        self.counters, self.busy_seconds, self.joules = counters(rapl), busy_seconds(busy), 0.0

    def note(self) -> None:
        """Write down the sum so far."""
        used = self.used()
        total, factors = (self.before + used).to_json(), asdict(self.factors)
        content = {"seconds_of_last_process": round(used.wall_seconds, 3), "energy": total, "energy_factors": factors}
        write_json(self.folder / TIMING, content)

    def used(self) -> EnergyUse:
        """What this process has used since the meter was made."""
        cpu, wall = time.process_time() - self.cpu, time.monotonic() - self.wall
        if not self.counters:
            return declared_use(cpu, wall, self.factors)
        now = counters(self.rapl)
        self.joules += sum(_difference(self.counters[zone], now[zone]) for zone in self.counters if zone in now)
        self.counters = now or self.counters
        everything = busy_seconds(self.busy) - self.busy_seconds
        return measured_use(self.joules, cpu / everything if everything > 0 else 1.0, cpu, wall, self.factors)


def counters(root: Path) -> dict[str, tuple[float, float]]:
    """Joules and the number at which the counter begins again, of each package and its memory; empty if unreadable."""
    found: dict[str, tuple[float, float]] = {}
    try:
        zones = sorted(root.glob("intel-rapl:*"))
        for zone in zones:
            name = (zone / "name").read_text("utf-8").strip()
            if name.startswith("package") or name == "dram":
                joules, most = (int((zone / file).read_text()) / 1e6 for file in ("energy_uj", "max_energy_range_uj"))
                found[zone.name] = joules, most
    except (OSError, ValueError):
        return {}
    return found


def busy_seconds(path: Path) -> float:
    """Seconds that the cores of this machine were busy, all programs together; 0 where that cannot be read."""
    try:
        first = path.read_text("utf-8").split("\n", 1)[0].split()
        numbers = [int(number) for number in first[1:9]]
        return (sum(numbers) - numbers[3] - numbers[4]) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return 0.0


def _difference(before: tuple[float, float], after: tuple[float, float]) -> float:
    return after[0] - before[0] if after[0] >= before[0] else after[0] + before[1] - before[0]
