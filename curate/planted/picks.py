"""Drawing one of several options, as planted items are composed."""

from collections.abc import Sequence

import numpy as np


def pick(rng: np.random.Generator, options: Sequence[str]) -> str:
    """One of the options, each as likely as the others."""
    return options[int(rng.integers(0, len(options)))]
