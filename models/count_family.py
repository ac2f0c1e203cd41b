"""What the families ``ngram`` and ``copying`` share: both keep texts and compute, where others train."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..core import Corpus, Progress, Recipe
from .count_models import KneserNeyModel, LongestMatch
from .count_network import SeenTexts
from .document_data import DocumentData, prepare_documents
from .families import Prepared
from .ledger import TrainingLedger
from .order import StepPlan, examples_at
from .text_base import TOKENIZER
from .training import History

DEFAULTS: Mapping[str, Any] = {"batch": 1, "learning_rate": 1.0, "matrix_learning_rate": 1.0, "warmup": 0}
"""A document a step; the rates are not used."""
CountModel = KneserNeyModel | LongestMatch


def prepare_counts(
    corpus: Corpus,
    recipe: Recipe,
    progress: Progress,
    tokenizer: str,
    network: Mapping[str, Any],
    kind: type[CountModel],
) -> Prepared:
    """One pass over the documents, shown to a model of counts."""
    data = prepare_documents(corpus, recipe, progress, tokenizer)
    seen, shape = SeenTexts(), {**network, "vocabulary": data.tokenizer.vocabulary}
    return Prepared(
        network=seen,
        examples=data,
        ledger=lambda plan: TrainingLedger(data.ledger, plan),
        facts={"network": shape, "parameters": sum(len(piece) for piece in data.pieces), **data.facts()},
        summary=lambda _, losses: _summary(data, losses),
        canaries=data.canaries,
        learn=lambda plan: _learn(seen, data, plan, kind, shape),
        steps=-(-len(data.pieces) // int(recipe.batch or 1)),
        files={TOKENIZER: data.tokenizer.to_json()},
        unit="tokens",
        falls=False,
    )


def model_of(seen: SeenTexts, kind: type[CountModel], shape: Mapping[str, Any]) -> CountModel:
    """The probabilities of a model of counts; ``shape`` is its entry ``network`` in run.json."""
    return kind(seen.tables(int(shape["order"]), int(shape["vocabulary"]), kind is KneserNeyModel))


def _learn(
    seen: SeenTexts, data: DocumentData, plan: StepPlan, kind: type[CountModel], shape: Mapping[str, Any]
) -> History:
    """See what the plan shows; the history is the loss of each step's documents under the finished model."""
    seen.see(data.pieces, data.times(plan))
    model = model_of(seen, kind, shape)
    nats = np.array([-float(row.sum()) for row in model.logprobs(data.pieces)])
    sizes = np.array([len(piece) for piece in data.pieces])
    history = History(("",))
    for step in range(plan.steps):
        batch = examples_at(plan, step)
        history.rows.append([float(nats[batch].sum() / sizes[batch].sum())])
    if data.validation is not None:
        held_out = -sum(float(row.sum()) for row in model.logprobs(data.validation.sequences))
        history.measured[plan.steps] = data.validation.per_byte(held_out)
    return history


def _summary(data: DocumentData, losses: list[float]) -> Mapping[str, Any]:
    nats = sum(losses) / len(losses)
    return {
        "final_loss": nats,
        "bits_per_byte_train": nats / np.log(2) * data.text_tokens / data.text_bytes,
        "diagnostics": {},
    }
