"""The detector ``linear-classifier``: trained on the user's labelled texts, for toxicity or any other question."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...core import UsageError
from .labelled import read_labelled
from .linear_model import LinearModel, load_model, train_text_classifier
from .quantification import DetectorError
from .text_detector import TEXT_DETECTORS, Bools, Floats


@dataclass(frozen=True, slots=True)
class LinearClassifier:
    """Scores a text by a :class:`LinearModel`; see :func:`linear_classifier`."""

    name: str
    model: LinearModel

    @property
    def protocol(self) -> str:
        """The hashes of the model and of what it was trained on."""
        return f"{self.name}/1 {self.model.hash[:8]} trained on {self.model.trained_on[:8]}"

    def scores(self, texts: Sequence[str]) -> Floats:
        """Calibrated probabilities."""
        return self.model.scores(texts)

    def unseen(self, texts: Sequence[str]) -> Bools:
        """Whether the model was not trained on a text."""
        return self.model.unseen(texts)

    def error(self, threshold: float) -> DetectorError:
        """Hits and false alarms on the labelled texts, each judged by a model that did not see it."""
        return DetectorError.of(*self.known(), threshold)

    def known(self) -> tuple[Floats, Bools]:
        """Scores of the labelled texts, each by a model that did not see it, and their labels: (n,) both."""
        return self.model.held_out, self.model.labels


@TEXT_DETECTORS.register(
    "linear-classifier", source="Platt 1999 (calibration); Weinberger et al. 2009 (feature hashing)", range="[0, 1]"
)
def linear_classifier(labelled: Mapping[str, Any] | None = None, model: str | Path | None = None) -> LinearClassifier:
    """A classifier of your own: hashed character n-grams, logistic regression, calibrated; trained or loaded.

    ``labelled`` names the texts that it is trained on when the run starts; ``model`` a file that
    ``train_text_classifier(...).save(path)`` wrote. Its error is measured out of fold on the labelled texts.
    """
    if (labelled is None) == (model is None):
        raise UsageError("linear-classifier: give either 'labelled' (to train) or 'model' (to load), and not both")
    found = load_model(Path(model)) if model is not None else train_text_classifier(read_labelled(labelled or {}))
    return LinearClassifier("linear-classifier", found)
