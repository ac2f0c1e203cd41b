"""What a finding of the audit representation needs."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """The least effects of a finding, and the false discovery ``rate``."""

    ratio: float
    drift: float
    imbalance: float
    association: float
    rate: float
