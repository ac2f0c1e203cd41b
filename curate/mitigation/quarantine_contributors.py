"""The filter that sets the documents apart which carry an association or a disparity."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ...core import Cell, Corpus, Exhibit, Finding, Progress, Table, UsageError, derive_seed, did_you_mean
from ..audits.association_tests import at_most
from ..audits.sentences import sentences_with_groups
from ..audits.term_counts import AttributeTerms, IdentityTerms
from ..base import FILTERS, Decision, Judgement
from ..duplicates.text_spans import ids_at
from ..filters.sample import draw
from ..privacy import redact
from .cells import read_cells
from .contributions import contributions, ranked, ratios_without

RULE = "top-contributor"
SCALE = 1_000_000
MOST_CELLS = 10_000
MOST_STEPS = 20
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class QuarantineContributors:
    """Quarantines what carries an odds ratio; see :func:`quarantine_contributors`."""

    mitigates: ClassVar[bool] = True
    name: str
    group: tuple[str, str]
    attribute: tuple[str, str]
    target: float | None
    documents: int | None
    most: float
    per_document: int
    seed: int | None

    def judge_corpus(self, corpus: Corpus, progress: Progress) -> Judgement:
        """A quarantine for each of the fewest documents, by contribution. Memory: 32 bytes a document."""
        if not len(corpus):
            return Judgement()
        cells = self._in_texts(corpus, progress) if corpus.modality == "text" else self._in_columns(corpus, progress)
        order = self._order(corpus, cells)
        limit = int(self.most * len(corpus))
        ratios = ratios_without(cells, order)
        number = self._number(ratios, min(limit, len(order)))
        found = contributions(cells)
        chosen = order[:number]
        ids = ids_at(corpus, np.sort(chosen))
        decisions = tuple(
            Decision(
                ids[row], "quarantined", RULE, float(found[row]), None,
                f"rank {rank:,}; {int(cells[row, 0]):,} with both; odds ratio {ratios[rank - 1]:.3f} before it, "
                f"{ratios[rank]:.3f} without it",
            )
            for rank, row in enumerate(chosen.tolist(), 1)
        )  # fmt: skip
        facts = {"able": len(order), "limit": limit, "chosen": number, "rows": int((cells.sum(1) > 0).sum())}
        curve = {f"curve\t{k}": round(float(ratios[k]) * SCALE) for k in _steps(number)}
        sides = (("before", cells.sum(0)), ("after", cells.sum(0) - cells[chosen].sum(0)))
        totals = {f"cell\t{side}\t{place}": int(n) for side, table in sides for place, n in enumerate(table)}
        return Judgement(decisions, tallies=facts | curve | totals)

    def exhibits(self, tallies: Mapping[str, int], documents: int) -> tuple[Exhibit, ...]:
        """The odds ratio as documents leave, and the cells of its table before and after."""
        curve: list[tuple[Cell, ...]] = [(k, ratio) for k, ratio in _curve(tallies)]
        goal = f"at most {self.target:g}" if self.target is not None else f"{self.documents or 0:,} documents"
        note = (
            f"{self._what()}. Wanted: {goal}; never more than {self.most:.0%} of the documents. Recomputed exactly on "
            "the same counts, 0.5 added to each cell. In order of what each document contributes by itself: another "
            "choice of as many documents may bring it lower."
        )
        names = ("group and attribute", "group without attribute", "others with attribute", "others without")
        rows: list[tuple[Cell, ...]] = [
            (name, *(tallies.get(f"cell\t{side}\t{place}", 0) for side in ("before", "after")))
            for place, name in enumerate(names)
        ]
        return (
            Table("contributors", "Odds ratio as documents leave", ("documents out", "odds ratio"), tuple(curve), note),
            Table("contributors-cells", "Counts before and after", ("what", "before", "after"), tuple(rows)),
        )

    def findings(self, tallies: Mapping[str, int], documents: int) -> tuple[Finding, ...]:
        """HW-C084 where the target is out of reach, HW-C085 where there is no association to begin with."""
        if not documents:
            return ()
        curve = _curve(tallies)
        first, last = (curve[0][1], curve[-1][1]) if curve else (1.0, 1.0)
        if not tallies.get("chosen"):
            return (
                Finding(
                    "HW-C085", "low", "Nothing was quarantined: the association is not there",
                    f"{self._what()}: the odds ratio is {first:.2f} before anything was taken out.",
                    "Check the names, or take the step out.",
                ),
            )  # fmt: skip
        if self.target is None or last <= self.target:
            return ()
        return (
            Finding(
                "HW-C084", "medium",
                f"The odds ratio stays at {last:.2f}, above the target of {self.target:g}",
                f"{self._what()}: {tallies['chosen']:,} documents were quarantined, from {first:.2f}; "
                + (f"more than {self.most:.0%} of the documents may not go." if tallies["chosen"] >= tallies["limit"]
                   else "no other document raises it."),
                "Raise most, or let the association be spread out instead: counterfactual, or more documents of other "
                "groups with the attribute.",
            ),
        )  # fmt: skip

    def _what(self) -> str:
        return redact(f"{self.group[0]}: {self.group[1]} with {self.attribute[0]}: {self.attribute[1]}")

    def _number(self, ratios: NDArray[np.float64], most: int) -> int:
        """The fewest documents that reach the target, or all that may go."""
        if self.target is None:
            return min(self.documents or 0, most)
        reached = np.flatnonzero(ratios[: most + 1] <= self.target)
        return int(reached[0]) if len(reached) else most

    def _order(self, corpus: Corpus, cells: Ints) -> Ints:
        """By contribution; equal ones (all rows of a table are) by the draw of the seed."""
        order = ranked(cells)
        found = contributions(cells)
        ids = ids_at(corpus, np.sort(order))
        places = draw([ids[row] for row in order.tolist()], derive_seed(self.seed or 0, self.name))
        return np.asarray(order[np.lexsort((places, -np.round(found[order], 12)))])

    def _in_texts(self, corpus: Corpus, progress: Progress) -> Ints:
        """Sentences of each document by cell, of those that name a group of the category, as the audit draws them."""
        identity, attribute = IdentityTerms([self.group[0]]), AttributeTerms([self.attribute[0]])
        column = _place(identity.groups, self.group, self.name)
        word = _place(attribute.groups, self.attribute, self.name)
        found = sentences_with_groups(corpus, identity, attribute, progress)
        rows = at_most(found.document, self.per_document, self.seed or 0)
        return _cells(found.document[rows], found.identity[rows, column], found.attribute[rows, word], len(corpus))

    def _in_columns(self, corpus: Corpus, progress: Progress) -> Ints:
        """One cell a row, of those that have both columns."""
        cells = read_cells(corpus, [self.group[0], self.attribute[0]], self.name, 0, MOST_CELLS, progress)
        for place, (column, value) in enumerate((self.group, self.attribute)):
            known = sorted({name[place] for name in cells.names})
            if value not in known:
                hint = did_you_mean(value, known)
                raise UsageError(
                    f"{self.name}: no row has {redact(value)!r} in {redact(column)!r}; {hint}see the column"
                )
        usable = np.flatnonzero(cells.codes >= 0)
        of_group, of_attribute = (
            np.array([name[place] == value for name in cells.names])
            for place, value in enumerate((self.group[1], self.attribute[1]))
        )
        codes = cells.codes[usable]
        return _cells(usable, of_group[codes], of_attribute[codes], len(corpus))


def _cells(document: Ints, label: NDArray[np.bool_], attribute: NDArray[np.bool_], documents: int) -> Ints:
    place = 2 * (~label).astype(np.int64) + (~attribute).astype(np.int64)
    return np.bincount(document * 4 + place, minlength=4 * documents).reshape(-1, 4).astype(np.int64)


def _place(groups: tuple[tuple[str, str], ...], wanted: tuple[str, str], step: str) -> int:
    if wanted not in groups:
        names = [group for _, group in groups]
        hint = did_you_mean(wanted[1], names)
        raise UsageError(f"{step}: {wanted[0]} has no {wanted[1]!r}; {hint}it has {', '.join(names)}")
    return groups.index(wanted)


def _steps(number: int) -> list[int]:
    """Places on the curve: all of a short one, else evenly spread ones with both ends."""
    return sorted({round(place) for place in np.linspace(0, number, min(number, MOST_STEPS) + 1)})


def _curve(tallies: Mapping[str, int]) -> list[tuple[int, float]]:
    found = ((int(key.split("\t")[1]), n / SCALE) for key, n in tallies.items() if key.startswith("curve\t"))
    return sorted(found)


def _pair(value: str, name: str) -> tuple[str, str]:
    first, mark, second = value.partition(": ")
    if not mark or not first.strip() or not second.strip():
        raise UsageError(f"quarantine-contributors: write {name} as 'gender: female' or 'sex: Female', not {value!r}")
    return first.strip(), second.strip()


@FILTERS.register("quarantine-contributors", source="Haldane 1956, Annals of Human Genetics 20 (0.5 in each cell)")
def quarantine_contributors(
    group: str,
    attribute: str,
    target: float | None = None,
    documents: int | None = None,
    most: float = 0.1,
    per_document: int = 16,
    seed: int | None = None,
) -> QuarantineContributors:
    """Quarantine the documents that contribute most to an association, or the fewest that bring it below a target.

    ``group`` and ``attribute`` are a lexicon and its group for texts (``gender: female``, ``career-family: family``:
    the slice of a finding HW-A005), a column and its value for tables (``sex: Male``, ``income: >50K``). Give
    ``target``, the odds ratio to come down to, or ``documents``. At most the share ``most`` of the corpus goes. Of a
    text at most ``per_document`` sentences count, as in the audit. Rule ``top-contributor``: ``measured`` is by how
    much ln(odds ratio) falls without this document.
    """
    if (target is None) == (documents is None):
        raise UsageError("quarantine-contributors: give either target or documents")
    if (target is not None and target < 1) or (documents is not None and documents < 1) or not 0 < most <= 1:
        raise UsageError("quarantine-contributors: target and documents must be at least 1, most above 0 and at most 1")
    if per_document < 1:
        raise UsageError(f"quarantine-contributors: per_document must be at least 1, not {per_document}")
    return QuarantineContributors(
        "quarantine-contributors", _pair(group, "group"), _pair(attribute, "attribute"), target, documents, most,
        per_document, seed,
    )  # fmt: skip
