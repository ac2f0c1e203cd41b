"""How often each document is to be seen: weights that the corpus carries, equal shares for groups, or both.

A weight says how often an example comes in a pass, on average; a pass has as many examples as there are, whatever they
weigh. Reweighing: Kamiran & Calders 2012, KAIS 33, 1-33.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core import UNKNOWN, ConfigError, Corpus, Recipe, canonical_json, did_you_mean, sha256
from ..curate import annotated
from .selection import Selection

OWN = ("source", "licence", "language")
MOST_GROUPS = 1_000


@dataclass(frozen=True)
class DocumentWeights:
    """``values``: float64 of shape (documents,), finite and from 0 up. ``groups``: the group of each, if balanced."""

    values: np.ndarray
    groups: Sequence[str] | None
    column: str | None
    balance: str | None

    def for_sizes(self, sizes: np.ndarray) -> np.ndarray:
        """The weight of each document where groups get equal shares: ``sizes`` says how much of each there is."""
        if self.groups is None:
            return self.values
        names, codes = np.unique(np.asarray(self.groups, object).astype(str), return_inverse=True)
        amounts = np.bincount(codes, self.values * sizes, len(names))
        empty = [str(name) for name, amount in zip(names, amounts, strict=True) if amount <= 0]
        if empty:
            raise ConfigError(
                f"model.balance: group {empty[0]!r} of {self.balance!r} has nothing to train on (its documents are "
                "empty or weigh 0), so it cannot have an equal share; remove it in curation"
            )
        return np.asarray(self.values * (amounts.sum() / len(names) / amounts)[codes])

    def facts(self, sizes: np.ndarray, final: np.ndarray) -> dict[str, Any]:
        """For run.json: the columns, the effective number of documents, and the share of each group before and after.

        The effective number is (sum w)^2 / sum w^2 (Kish 1965, Survey Sampling).
        """
        found: dict[str, Any] = {"weights": self.column, "balance": self.balance}
        found["effective_documents"] = float(final.sum() ** 2 / np.square(final).sum())
        if self.groups is not None:
            labels = np.asarray(self.groups, object).astype(str)
            found["groups"] = {
                str(name): {
                    "documents": int((labels == name).sum()),
                    "share": float(sizes[labels == name].sum() / sizes.sum()),
                    "weighted_share": float((sizes * final)[labels == name].sum() / (sizes * final).sum()),
                }
                for name in np.unique(labels)
            }
        return found


def document_weights(corpus: Corpus, chosen: Selection, recipe: Recipe) -> DocumentWeights | None:
    """What the recipe asks for, for the documents that are trained on; None where all count alike.

    Raises :class:`ConfigError` for a column that no document has, a document without a weight, a value that is none.
    """
    if recipe.weights is None and recipe.balance is None:
        return None
    values = np.ones(len(chosen.ids))
    if recipe.weights is not None:
        column = _column(corpus, recipe.weights, "weights")
        values = np.array([_weight(name, column.get(name), recipe.weights) for name in chosen.ids])
        if not values.any():
            raise ConfigError(f"model.weights: every document trained on has the weight 0 in {recipe.weights!r}")
        values = values / values.max()
    groups = None
    if recipe.balance is not None:
        column = _column(corpus, recipe.balance, "balance")
        groups = [column.get(name) or UNKNOWN for name in chosen.ids]
        if len(set(groups)) > MOST_GROUPS:
            raise ConfigError(
                f"model.balance: {recipe.balance!r} has {len(set(groups)):,} values; more than {MOST_GROUPS:,} are no "
                "groups to balance"
            )
    return DocumentWeights(values, groups, recipe.weights, recipe.balance)


def weights_hash(corpus: Corpus, recipe: Recipe) -> str | None:
    """SHA-256 of what the named columns say of every document: the corpus hash does not cover labels of steps."""
    asked = _asked(recipe)
    columns = [sorted(_column(corpus, name, place).items()) for name, place in asked]
    return sha256(canonical_json([asked, columns])) if asked else None


def _asked(recipe: Recipe) -> list[tuple[str, str]]:
    asked = ((recipe.weights, "weights"), (recipe.balance, "balance"))
    return [(name, place) for name, place in asked if name is not None]


def _column(corpus: Corpus, name: str, place: str) -> dict[str, str]:
    """The value of each document that has one: an attribute, a declared group, or a label that a step gave it."""
    found: dict[str, str] = {}
    known: set[str] = set(OWN)
    for batch in corpus.batches(["id", "groups", "attributes", *OWN]):
        for row in batch.to_pylist():
            values = {**{key: row[key] for key in OWN}, **dict(row["groups"] or ()), **dict(row["attributes"] or ())}
            known.update(values)
            if values.get(name) is not None:
                found[row["id"]] = str(values[name])
    found |= {id: repr(score) for id, score in annotated(corpus.folder.parent, name).items()}
    if not found:
        raise ConfigError(
            f"model.{place}: no document has an attribute, group or label {name!r}; {did_you_mean(name, known)}"
            "the step reweigh writes the label weight"
        )
    return found


def _weight(name: str, value: str | None, column: str) -> float:
    if value is None:
        raise ConfigError(
            f"model.weights: document {name} has no {column!r}; give every document one, or remove those without in "
            "curation"
        )
    try:
        weight = float(value)
    except ValueError:
        weight = math.nan
    if not 0 <= weight < math.inf:
        raise ConfigError(f"model.weights: {column!r} of document {name} is {value!r}; a weight is a number from 0 up")
    return weight
