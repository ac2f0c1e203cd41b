"""What the training used and emitted, with its error."""

from dataclasses import dataclass

from ..run import Run
from .base import SECTIONS


@dataclass(frozen=True, slots=True)
class TrackEnergy:
    """One training in words and numbers; each number with its bounds."""

    track: str
    energy: str
    emissions: str
    cpu: str
    wall: str
    processes: int
    method: str


@dataclass(frozen=True, slots=True)
class Energy:
    """A row for each training that kept a ledger of its energy."""

    rows: tuple[TrackEnergy, ...]


@SECTIONS.register("energy", title="Energy", order="55")
def energy(run: Run) -> Energy | None:
    """Electricity and emissions of each training, resumed processes included, with their bounds."""
    rows = tuple(
        TrackEnergy(
            track=name or "main",
            energy=_bounds(use.kwh * 1000, use.kwh_low * 1000, use.kwh_high * 1000, "Wh"),
            emissions=_bounds(use.kgco2e * 1000, use.kgco2e_low * 1000, use.kgco2e_high * 1000, "g CO2e"),
            cpu=_seconds(use.cpu_seconds),
            wall=_seconds(use.wall_seconds),
            processes=use.processes,
            method=use.method,
        )
        for name, use in run.energy.items()
        if use.processes
    )
    return Energy(rows) if rows else None


def _bounds(value: float, low: float, high: float, unit: str) -> str:
    return f"{value:.3g} {unit} ({low:.3g} to {high:.3g})"


def _seconds(seconds: float) -> str:
    return f"{seconds:,.1f} s" if seconds < 600 else f"{seconds / 3600:,.2f} h"
