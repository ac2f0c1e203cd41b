"""What one attack came to."""

from dataclasses import dataclass

from ..statistics import Estimate, Floats

BLIND = "blind (no model)"


@dataclass(frozen=True)
class Attack:
    """Scores of all texts and of each side, the area under the curve, and its gap to the blind baseline.

    ``p`` is that of the gap, adjusted for the number of attacks. Both are None where there is no baseline.
    """

    name: str
    scores: Floats
    members: Floats
    others: Floats
    area: Estimate
    method: str
    gap: Estimate | None = None
    p: float | None = None

    @property
    def beats_blind(self) -> bool:
        """Whether it tells members better than chance and than the words do, both beyond chance."""
        if self.gap is None or self.p is None or self.area.low is None:
            return False
        surely = self.gap.value > 0 if self.gap.low is None else self.gap.low > 0
        return surely and self.p < 0.05 and self.area.low > 0.5
