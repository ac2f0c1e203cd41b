"""The detectors among some types that read whole texts, with their model."""

import inspect
from collections.abc import Sequence

from ..base import DETECTORS
from .detector import Reader


def readers_of(types: Sequence[str], model: str = "") -> tuple[Reader, ...]:
    """The readers among the types, built with ``model`` where it is given; a wrong name raises ``UnknownName``."""
    found = []
    for name in types:
        factory = DETECTORS.get(name)
        takes_model = "model" in inspect.signature(factory).parameters
        made = factory(model) if takes_model and model else factory()
        if isinstance(made, Reader):
            found.append(made)
    return tuple(found)
