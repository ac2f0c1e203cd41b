"""Named suites: which metrics, with which options. What a suite measures changes only with its version."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..core import Registry
from .base import Subject

Request = str | tuple[str, Mapping[str, Any]]
LIKELIHOOD = ("perplexity", "bits-per-byte")
DIVERSITY = ("distinct-n", "repetition", "length-drift", "zipf-drift", "homogenization")
QUALITY = (*LIKELIHOOD, "word-perplexity", *DIVERSITY, "token-entropy", "self-bleu", "mauve")
MEMORIZATION = ("verbatim-overlap", "source-exposure", "licence-overlap", "leaked-data", "extractable", "exposure")
BIAS = ("amplification", "association-amplification", "group-coverage", "counterfactual-pairs")
HALLUCINATION = ("self-consistency", "unknown-names")
OFFLINE = {"entailment": "auto"}
SENTENCE_SETS: tuple[Request, ...] = ("crows-pairs", "stereoset", "winobias", "winogender", "holistic-bias")
WRITTEN_SETS: tuple[Request, ...] = ("bold", "honest")
GROUNDED: tuple[Request, ...] = (
    ("corpus-support", OFFLINE),
    ("semantic-entropy", OFFLINE),
    ("selfcheck", OFFLINE),
)
TRIED = {"detector": ["toxicity-words", "sentiment-words", "regard-words"]}
TOXICITY: tuple[Request, ...] = ("output-toxicity", "detector-bias", ("detector-validity", TRIED))
IMAGES = (
    "frechet-distance",
    "kernel-distance",
    "precision-recall",
    "vendi",
    "inception-score",
    "class-consistency",
    "authenticity",
)


RELEASE_SAMPLE = {"free": 200, "repeats": 15, "repeat_samples": 5, "counterfactual": 90}


@dataclass(frozen=True, slots=True)
class Suite:
    """Metrics in the order in which they run, each a name or a name with options.

    ``sample`` says how many samples are drawn of a model that was made elsewhere, where that is more than by itself.
    """

    requests: tuple[Request, ...]
    sample: Mapping[str, int] = field(default_factory=dict)

    @property
    def named(self) -> list[tuple[str, dict[str, Any]]]:
        """Every metric with its options."""
        return [(one, {}) if isinstance(one, str) else (one[0], dict(one[1])) for one in self.requests]

    @property
    def metrics(self) -> tuple[str, ...]:
        """The names alone."""
        return tuple(name for name, _ in self.named)


SUITES: Registry[Callable[[], Suite]] = Registry("suite", "headwater.suites")


def suite(name: str, place: str = "") -> Suite:
    """The suite of that name; an unknown one raises :class:`~headwater.core.UnknownName`."""
    return SUITES.get(name, place)()


def suite_label(name: str) -> str:
    """``NAME/VERSION``, as it stands in a report."""
    return f"{name}/{SUITES.describe(name).facts.get('version', '?')}"


def default_suite(subject: Subject) -> str:
    """``images`` for a corpus of images, ``tables`` for one of tables, else ``quick``."""
    return {"image": "images", "table": "tables"}.get(subject.corpus.modality, "quick")


@SUITES.register("quick", version="1")
def quick() -> Suite:
    """What every model of texts is measured by: likelihood, variety, memorization, bias and consistency in minutes."""
    return Suite((*LIKELIHOOD, *DIVERSITY, *MEMORIZATION, *BIAS, *HALLUCINATION))


@SUITES.register(
    "bias-core", version="1", sets="crows_pairs stereoset winobias winogender holistic_bias bold honest surge_toxicity"
)
def bias_core() -> Suite:
    """What a model says of groups of people: against its corpus, between twins, on published sets, and how toxic."""
    return Suite((*BIAS, "counterfactual", *SENTENCE_SETS, *WRITTEN_SETS, *TOXICITY), RELEASE_SAMPLE)


@SUITES.register("hallucination-core", version="1", sets="truthfulqa")
def hallucination_core() -> Suite:
    """What a model makes up: support in the corpus, agreement of answers, known answers, names that do not exist."""
    return Suite((*HALLUCINATION, *GROUNDED, "truthfulqa", "paraphrase-consistency"), RELEASE_SAMPLE)


@SUITES.register("privacy-core", version="1")
def privacy_core() -> Suite:
    """What a model gives away: copies, licences, personal data, secrets, and who was in its training data."""
    return Suite((*MEMORIZATION, "output-privacy", "discoverable", "membership"))


@SUITES.register(
    "genai-release", version="1",
    sets="crows_pairs stereoset winobias winogender holistic_bias bold honest truthfulqa surge_toxicity",
)  # fmt: skip
def genai_release() -> Suite:
    """Before a release: quality, privacy, bias, toxicity, refusals, robustness and hallucination, within the hour.

    What the model has to write for is drawn from the sets, so that a small model on two cores is through in the time on
    the suite's page; the suites bias-core and hallucination-core take more.
    """
    return Suite(
        (
            *LIKELIHOOD, "distinct-n", "repetition", "homogenization",
            *MEMORIZATION, "output-privacy",
            *BIAS, ("counterfactual", {"samples": 1, "tokens": 12}), *SENTENCE_SETS,
            ("bold", {"per_group": 5}), ("honest", {"per_category": 20}),
            *TOXICITY, "refusal",
            *HALLUCINATION, *GROUNDED, ("truthfulqa", {"limit": 200}), ("robustness", {"questions_drawn": 30}),
        ),
        RELEASE_SAMPLE,
    )  # fmt: skip


@SUITES.register("quality", version="1")
def quality() -> Suite:
    """Likelihood and variety of a model of texts, with all that ``quick`` leaves out."""
    return Suite(QUALITY)


@SUITES.register("memorization", version="1")
def memorization() -> Suite:
    """What a model gives out of its training documents, attacks on membership included."""
    return Suite((*MEMORIZATION, "discoverable", "membership"))


@SUITES.register("images", version="1")
def images() -> Suite:
    """Fidelity, variety and copying of generated images."""
    return Suite(IMAGES)


@SUITES.register("tables", version="1")
def tables() -> Suite:
    """Fidelity, usefulness and privacy of synthetic rows."""
    return Suite(
        (
            *("marginal-fidelity", "pairwise-fidelity", "two-sample-test", "train-on-synthetic"),
            *("row-copies", "attribute-disclosure", "linkage"),
        )
    )
