"""The detector ``profanity``: the model of alt-profanity-check, whose files are checked before they load."""

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from ...core import IncompleteError, IntegrityError, UsageError, sha256_file
from .text_detector import TEXT_DETECTORS, Floats

VERSION = "1.9.1"
FILES = {
    "model.joblib": "aeafc04849d4d93db4721cf30a86ebf22085595294b8a07d51918e7fa98f538b",
    "vectorizer.joblib": "19c5200dc6a41f026e0558e2f164f5fe8d8f58e502b46b37e4385037fcfa4831",
}
CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class Profanity:
    """Scores a text by a linear model of words, trained by the package's authors on English comments."""

    name: str = "profanity"

    @property
    def protocol(self) -> str:
        """The release of the package and the hash of its model."""
        return f"profanity/1 alt-profanity-check {VERSION} {FILES['model.joblib'][:8]}"

    def scores(self, texts: Sequence[str]) -> Floats:
        """Calibrated probabilities of profanity or offence: float64 (n,)."""
        predict = _opened()
        parts = [predict(list(texts[low : low + CHUNK])) for low in range(0, len(texts), CHUNK)]
        return np.concatenate([np.zeros(0), *(np.asarray(part, np.float64) for part in parts)])


@TEXT_DETECTORS.register("profanity", source="alt-profanity-check 1.9.1 (MIT), extra profanity", range="[0, 1]")
def profanity() -> Profanity:
    """Probability of profanity by alt-profanity-check's linear model of words (extra ``profanity``); English only.

    Its model is a pickle inside of the package. It is loaded only from the installed package, and only where its bytes
    are those of release 1.9.1.
    """
    check_package(package_folder())
    return Profanity()


def package_folder() -> Path:
    """Where the package lies; it is found without being imported, for importing it loads the pickles."""
    package = importlib.util.find_spec("profanity_check")
    folders = list(package.submodule_search_locations or ()) if package else []
    if not folders:
        raise UsageError("profanity: alt-profanity-check is not installed; pip install 'headwater[profanity]'")
    return Path(folders[0])


def check_package(folder: Path) -> None:
    """Raise :class:`IntegrityError` where the model files are not those that were looked at."""
    for name, expected in FILES.items():
        path = folder / "data" / name
        if not path.is_file():
            raise IncompleteError(
                f"profanity: the installed alt-profanity-check has no data/{name}; "
                f"pip install alt-profanity-check=={VERSION}"
            )
        if sha256_file(path) != expected:
            raise IntegrityError(
                f"profanity: data/{name} of the installed alt-profanity-check is not that of release {VERSION}, and a "
                f"pickle runs code when it is loaded; pip install --force-reinstall alt-profanity-check=={VERSION}"
            )


@cache
def _opened() -> Any:
    check_package(package_folder())
    from profanity_check import predict_prob

    return predict_prob
