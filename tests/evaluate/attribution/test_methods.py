from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest
import torch

from headwater.evaluate import InfluenceOptions, Subject, Target, document_targets
from headwater.evaluate.attribution import methods
from headwater.evaluate.attribution.methods import _at_step, contributions, preconditioned
from headwater.evaluate.attribution.store import Store
from headwater.models import KeptWeights, Passage, kept_weights

OPTIONS = InfluenceOptions(dimensions=2_048, projections=2, seed=5)
GRADIENT_METHODS = ("tracin", "last", "cosine", "projected", "preconditioned")


@dataclass
class Linear:
    """A linear model with squared loss, whose examples are numbers: x and then y; the value is minus the loss."""

    w: np.ndarray

    @property
    def size(self) -> int:
        return len(self.w)

    def value(self, passages: Sequence[Passage]) -> float:
        return -sum((self.w @ p.weights[:-1] - p.weights[-1]) ** 2 / 2 for p in passages)

    def of(self, passages: Sequence[Passage]) -> torch.Tensor:
        parts = [(p.weights[-1] - self.w @ p.weights[:-1]) * p.weights[:-1] for p in passages]
        return torch.from_numpy(np.sum(parts, 0)).float()


def example(seed: int, size: int = 40) -> Passage:
    return Passage([], np.random.default_rng(seed).normal(size=size + 1))


def at_step(model: Linear, rate: float, documents: list[Passage], targets: list[Passage]) -> dict[str, np.ndarray]:
    weights = KeptWeights(10, rate, model, last=False)  # type: ignore[arg-type]
    aims = [Target(str(k), (one,), ()) for k, one in enumerate(targets)]
    return _at_step(weights, documents, aims, GRADIENT_METHODS, OPTIONS)


def test_tracin_is_the_change_of_a_linear_model_up_to_the_square_of_the_rate() -> None:
    model, rate = Linear(np.random.default_rng(0).normal(size=40)), 1e-3
    documents, targets = [example(k) for k in range(5)], [example(k) for k in range(10, 13)]
    found = at_step(model, rate, documents, targets)["tracin"][0]
    for row, document in enumerate(documents):
        step = rate * model.of([document]).double().numpy()
        moved = Linear(model.w + step)
        for column, target in enumerate(targets):
            change = moved.value([target]) - model.value([target])
            second_order = (step @ target.weights[:-1]) ** 2 / 2  # squared loss is a parabola along the step
            assert found[row, column] == pytest.approx(change + second_order, rel=1e-4, abs=1e-6)


def test_influence_of_a_document_on_itself_is_the_squared_norm_of_its_gradient() -> None:
    model, documents = Linear(np.ones(40)), [example(k) for k in range(6)]
    found = at_step(model, 1.0, documents, documents)
    norms = np.array([float(model.of([one]).norm()) ** 2 for one in documents])
    assert np.diag(found["tracin"][0]) == pytest.approx(norms, rel=1e-5)
    assert np.diag(found["last"][0]) == pytest.approx(norms, rel=1e-5)
    assert np.diag(found["cosine"][0]) == pytest.approx(np.ones(6), rel=1e-5)
    for method in ("projected", "preconditioned"):
        assert (np.diagonal(found[method], axis1=1, axis2=2) >= 0).all()


def test_projected_influence_is_that_of_the_gradients_within_the_bound() -> None:
    model, documents = Linear(np.ones(40)), [example(k) for k in range(8)]
    found = at_step(model, 0.5, documents, documents)
    norms = np.sqrt(np.diag(found["tracin"][0]) / 0.5)
    bound = 5 * (2 / OPTIONS.dimensions) ** 0.5 * 0.5 * np.outer(norms, norms)
    assert found["projected"].shape == (2, 8, 8)
    assert (np.abs(found["projected"] - found["tracin"]) < bound).all()
    assert not np.array_equal(found["projected"][0], found["projected"][1])


def test_preconditioning_is_the_inverse_of_the_damped_covariance() -> None:
    rng = np.random.default_rng(1)
    documents, targets = rng.normal(size=(50, 6)), rng.normal(size=(3, 6))
    covariance = documents.T @ documents / 50
    damped = covariance + 0.1 * np.trace(covariance) / 6 * np.eye(6)
    assert preconditioned(documents, targets, 0.1) == pytest.approx(documents @ np.linalg.inv(damped) @ targets.T)
    assert not preconditioned(np.zeros((4, 6)), targets, 0.1).any()


def test_blocks_that_memory_allows_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    model, documents = Linear(np.ones(40)), [example(k) for k in range(7)]
    whole = at_step(model, 1.0, documents, documents[:5])
    monkeypatch.setattr(methods, "HELD", 4 * 40 * 2)
    parts = at_step(model, 1.0, documents, documents[:5])
    assert whole.keys() == parts.keys()
    for method, values in whole.items():
        assert parts[method] == pytest.approx(values, rel=1e-4, abs=1e-5), method


def test_steps_that_were_kept_count_by_their_rate_and_the_last_model_alone(subject: Subject) -> None:
    checkpoint = subject.checkpoint
    assert checkpoint is not None
    (target, *_) = document_targets(subject, checkpoint.held_out_ids()[:1])  # type: ignore[attr-defined]
    documents = [Passage.whole(checkpoint.encode(text)) for text in ("the river rises", "seven quiet farms")]
    store = Store(subject.folder, checkpoint.hash)
    found = contributions(checkpoint, documents, [target], GRADIENT_METHODS, OPTIONS, store, subject.progress)
    assert {method: len(values) for method, values in found.items()} == {
        "tracin": 2, "last": 1, "cosine": 2, "projected": 4, "preconditioned": 4,
    }  # fmt: skip
    assert (np.abs(found["cosine"]) <= 1).all()
    parts = iter(found["tracin"])
    for weights in kept_weights(checkpoint):
        aim = weights.gradients.of(target.passages)
        dots = np.array([float(weights.gradients.of([document]) @ aim) for document in documents])
        expected = dots if weights.last else weights.rate * dots
        assert (found["last"][0] if weights.last else next(parts))[:, 0] == pytest.approx(expected, rel=1e-3, abs=1e-7)
    again = contributions(checkpoint, documents, [target], GRADIENT_METHODS, OPTIONS, store, subject.progress)
    assert all(np.array_equal(again[method], found[method]) for method in found)
    for path in store.folder.rglob("*.safetensors"):
        path.write_bytes(b"damaged")
    anew = contributions(checkpoint, documents, [target], GRADIENT_METHODS, OPTIONS, store, subject.progress)
    assert all(np.array_equal(anew[method], found[method]) for method in found)
