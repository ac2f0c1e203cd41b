"""What electricity a computation took and what that emitted: factors that are declared, sums that are kept.

Energy = power of a core x CPU time x PUE, emissions = energy x intensity of the grid: the method of Lannelongue,
Grealey and Inouye 2021 (Green Algorithms, Advanced Science 8, 2100707). Where the processor's own counter can be read,
it takes the place of power x time. No network is asked.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from .errors import ConfigError, HeadwaterError
from .files import read_json

TIMING = "timing.json"
"""In a checkpoint folder, outside of every hash: clocks and energy."""
JOULES_PER_KWH = 3.6e6


@dataclass(frozen=True, slots=True)
class EnergyFactors:
    """What is declared of machine and grid; ``low`` and ``high`` bound ``watts``, the power of one busy core.

    Defaults: 12 W a core, between those of a server (AMD EPYC 7763: 280 W for 64 cores) and of a desktop (Intel Core
    i7-8700K: 95 W for 6); 475 g/kWh, the world's mean of 2018 (IEA, Global Energy & CO2 Status Report 2019); PUE 1, a
    machine without a data centre around it. Without bounds other watts keep the relative bounds of the default.
    """

    watts: float = 12.0
    low: float | None = None
    high: float | None = None
    kgco2e_per_kwh: float = 0.475
    pue: float = 1.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value is not None and not 0 <= value < float("inf"):
                raise ConfigError(f"energy.{field.name}: {value} must be a number from 0 up")
        if not self.pue >= 1:
            raise ConfigError(f"energy.pue: {self.pue} must be 1 or more; it is all energy over that of the machines")
        if not self.bounds[0] <= self.watts <= self.bounds[1]:
            raise ConfigError(f"energy: watts {self.watts} must lie between low {self.low} and high {self.high}")

    @property
    def bounds(self) -> tuple[float, float]:
        """The least and the most that a busy core may draw, in watts."""
        low = self.watts * (280 / 64) / 12 if self.low is None else self.low
        return low, self.watts * (95 / 6) / 12 if self.high is None else self.high


@dataclass(frozen=True, slots=True)
class EnergyUse:
    """Sums over the processes that worked on one thing. ``kwh`` and ``kgco2e`` come with the bounds of their error.

    ``measured_kwh`` is the part of ``kwh`` that a counter of the processor gave; the rest is declared power x time.
    """

    processes: int = 0
    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0
    kwh: float = 0.0
    kwh_low: float = 0.0
    kwh_high: float = 0.0
    measured_kwh: float = 0.0
    kgco2e: float = 0.0
    kgco2e_low: float = 0.0
    kgco2e_high: float = 0.0

    def __add__(self, other: "EnergyUse") -> "EnergyUse":
        return EnergyUse(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Any) -> "EnergyUse":
        """What :meth:`to_json` gave; nothing used where it is anything else: these sums decide nothing."""
        names = {field.name for field in fields(cls)}
        if not isinstance(data, Mapping) or set(data) != names:
            return cls()
        numbers = [data[field.name] for field in fields(cls)]
        if not all(isinstance(number, (int, float)) and 0 <= number < float("inf") for number in numbers):
            return cls()
        return cls(*numbers)

    @property
    def method(self) -> str:
        """How the energy was found, in words."""
        share = self.measured_kwh / self.kwh if self.kwh else 0.0
        if share > 0.995:
            return "RAPL counters of the processor; the lower bound leaves out what other programs took"
        declared = "declared watts of a core x CPU seconds; memory, disks and screens are not counted"
        return declared if share < 0.005 else f"{share:.0%} by RAPL counters, the rest {declared}"


def declared_use(cpu_seconds: float, wall_seconds: float, factors: EnergyFactors) -> EnergyUse:
    """The use of one process by declared power."""
    low, high = (watts * cpu_seconds / JOULES_PER_KWH for watts in factors.bounds)
    return _use(cpu_seconds, wall_seconds, (factors.watts * cpu_seconds / JOULES_PER_KWH, low, high), 0.0, factors)


def measured_use(
    joules: float, share: float, cpu_seconds: float, wall_seconds: float, factors: EnergyFactors
) -> EnergyUse:
    """The use of one process by a counter of all that the processor did; ``share`` is its part of all CPU time."""
    kwh = joules / JOULES_PER_KWH
    return _use(cpu_seconds, wall_seconds, (kwh, kwh * min(1.0, share), kwh), kwh, factors)


def _use(
    cpu: float, wall: float, kwh: tuple[float, float, float], measured: float, factors: EnergyFactors
) -> EnergyUse:
    value, low, high = (each * factors.pue for each in kwh)
    emitted = (each * factors.kgco2e_per_kwh for each in (value, low, high))
    return EnergyUse(1, cpu, wall, value, low, high, measured * factors.pue, *emitted)


def read_energy(checkpoint: Path) -> EnergyUse:
    """What the training of a checkpoint folder used; nothing where its ``timing.json`` is missing or broken."""
    try:
        content = read_json(checkpoint / TIMING)
    except (HeadwaterError, OSError):
        return EnergyUse()
    return EnergyUse.from_json(content.get("energy") if isinstance(content, dict) else None)
