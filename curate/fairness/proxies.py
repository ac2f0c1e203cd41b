"""Audit ``proxies``: how well the other columns tell the group that a row belongs to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import false_discovery_control

from ...core import (
    Chart,
    Corpus,
    Example,
    Exhibit,
    Finding,
    NotMeasured,
    Progress,
    Score,
    Series,
    StageReport,
    Table,
    UsageError,
    generator,
)
from ..base import AUDITS
from ..privacy import redact
from .proxy_strength import Strength, adjusted_accuracy, codes_of, mutual_information, out_of_fold
from .row_columns import Column, declared_groups, read_columns

METRIC = "proxy-accuracy"
LISTED, DOCUMENTS, EXAMPLES, EXCERPT, COLUMNS = 20, 20, 3, 400, 200


@dataclass(frozen=True)
class _Found:
    """What was found for one column of groups; ``columns`` holds (name, strength, q), the strongest first."""

    name: str
    groups: int
    rows: int
    accuracy: Strength
    area: float
    columns: tuple[tuple[str, Strength, float], ...]
    surest: tuple[int, ...]


@AUDITS.register(
    "proxies",
    source="Youden 1950; Brodersen et al. 2010, ICPR; Kvalseth 1987; Roulston 1999; Benjamini & Hochberg 1995",
    unit="adjusted balanced accuracy; normalised mutual information",
)
class Proxies:
    """How well the other columns predict each column of groups, together and one by one.

    ``groups`` are columns of groups; empty means the declared ones. ``ignore`` are columns that are left out, besides
    those of groups. At most ``rows`` rows are drawn. Groups of fewer than ``minimum`` drawn rows are left out. A
    finding needs an adjusted balanced accuracy of ``effect``, and the whole interval above 0.
    """

    name = "proxies"

    def __init__(
        self, groups: Sequence[str] = (), ignore: Sequence[str] = (), rows: int = 20_000, minimum: int = 30,
        effect: float = 0.2, maximum_groups: int = 50,
    ) -> None:  # fmt: skip
        if rows < 100 or minimum < 3 or not 0 < effect < 1 or maximum_groups < 2:
            raise UsageError(
                "proxies: rows must be at least 100, minimum 3, effect between 0 and 1 and maximum_groups at least 2, "
                f"not {rows}, {minimum}, {effect} and {maximum_groups}"
            )
        self.groups, self.ignore, self.rows, self.minimum = tuple(groups), tuple(ignore), rows, minimum
        self.effect, self.maximum_groups = effect, maximum_groups

    def examine(self, corpus: Corpus, seed: int, progress: Progress) -> StageReport:
        """A table and a chart of the columns for each column of groups, and the finding HW-A083."""
        corpus.require_documents()
        names = self.groups or declared_groups(corpus)
        columns = read_columns(corpus, most=COLUMNS + len(names)) if names else {}
        absent = [name for name in names if name not in columns]
        columns |= read_columns(corpus, absent) if absent else {}
        chosen = np.sort(generator(seed, "proxies").permutation(len(corpus))[: self.rows])
        left_out = {"locator", *names, *self.ignore}
        features = {name: codes_of(column)[chosen] for name, column in columns.items() if name not in left_out}
        found, gaps = [], []
        if not names:
            gaps.append(NotMeasured(METRIC, "no column of groups is named; set groups: [COLUMN] (--groups COLUMN)"))
        for name in names:
            one = self._one(columns.get(name), name, features, chosen, seed)
            if isinstance(one, _Found):
                found.append(one)
            else:
                gaps.append(one)
        scores = [score for one in found for score in _scores(one)]
        exhibits = tuple(exhibit for one in found for exhibit in _exhibits(one))
        findings = tuple(
            _finding(corpus, one) for one in found if one.accuracy.value >= self.effect and one.accuracy.low > 0
        )
        facts = {"Columns that were tried as proxies": len(features) if found else 0}
        return StageReport("audit", "Proxies of groups", facts, (*scores, *gaps), findings, exhibits)

    def _one(
        self, column: Column | None, name: str, features: dict[str, NDArray[np.int64]], chosen: NDArray[np.int64],
        seed: int,
    ) -> "_Found | NotMeasured":  # fmt: skip
        place = {"groups": redact(name)}
        if column is None:
            return NotMeasured(METRIC, f"no row has a value in a column {redact(name)!r}", place)
        if len(column.values) > self.maximum_groups:
            reason = f"{len(column.values):,} values, more than maximum_groups ({self.maximum_groups})"
            return NotMeasured(METRIC, reason, place)
        codes = column.codes[chosen]
        sizes = np.bincount(codes[codes >= 0], minlength=len(column.values))
        used = np.flatnonzero(np.isin(codes, np.flatnonzero(sizes >= self.minimum)))
        if not features or not len(used) or len(np.unique(codes[used])) < 2:
            why = (
                "there is no other column" if not features else f"fewer than two groups have {self.minimum} drawn rows"
            )
            return NotMeasured(METRIC, why, place)
        group = np.unique(codes[used], return_inverse=True)[1].astype(np.int64)
        return _measure(name, {key: values[used] for key, values in features.items()}, group, chosen[used], seed)


def _measure(
    name: str, features: dict[str, NDArray[np.int64]], group: NDArray[np.int64], places: NDArray[np.int64], seed: int
) -> _Found:
    from sklearn.metrics import roc_auc_score

    probability = out_of_fold(list(features.values()), group, seed)
    accuracy = adjusted_accuracy(probability.argmax(1), group)
    score = probability[:, 1] if probability.shape[1] == 2 else probability
    area = float(roc_auc_score(group, score, multi_class="ovr"))
    strengths = [(key, mutual_information(values, group)) for key, values in features.items()]
    q = false_discovery_control([one.p for _, one in strengths], method="bh").tolist()
    ranked = sorted(
        ((key, one, value) for (key, one), value in zip(strengths, q, strict=True)), key=lambda x: (-x[1].value, x[0])
    )
    own = probability[np.arange(len(group)), group]
    surest = places[np.argsort(-own, kind="stable")[:DOCUMENTS]]
    return _Found(name, probability.shape[1], len(group), accuracy, area, tuple(ranked), tuple(int(x) for x in surest))


def _scores(one: _Found) -> Iterator[Score]:
    place = {"groups": redact(one.name)}
    yield _accuracy(one)
    yield Score(
        "proxy-auc", one.area, one.rows, "area under the ROC curve",
        "proxy-auc/1 one group against the rest, unweighted",
        interval="see proxy-accuracy, of the same predictions", direction="lower", slice=place,
    )  # fmt: skip
    for name, strength, _ in one.columns[:LISTED]:
        yield Score(
            "proxy-nmi", strength.value, one.rows, "normalised mutual information",
            "proxy-nmi/1 over the mean entropy; normal", strength.low, strength.high, direction="lower",
            slice={**place, "column": redact(name)},
        )  # fmt: skip


def _accuracy(one: _Found) -> Score:
    return Score(
        METRIC, one.accuracy.value, one.rows, "adjusted balanced accuracy",
        "proxy-accuracy/1 decision tree of depth 8, three folds; 0: the majority class, 1: every group known; normal",
        one.accuracy.low, one.accuracy.high, direction="lower", slice={"groups": redact(one.name)},
    )  # fmt: skip


def _exhibits(one: _Found) -> Iterator[Exhibit]:
    name, shown = redact(one.name), one.columns[:LISTED]
    rest = f" {len(one.columns) - LISTED:,} weaker columns are not listed." if len(one.columns) > LISTED else ""
    note = (
        f"All columns together tell {name} with an adjusted balanced accuracy of {one.accuracy.value:.2f} "
        f"({one.accuracy.low:.2f} to {one.accuracy.high:.2f}; 0 is the majority class) and an AUC of {one.area:.2f}, "
        f"over {one.rows:,} rows and {one.groups} groups. q: G-test, Benjamini-Hochberg.{rest}"
    )
    rows = tuple((redact(key), x.value, x.low, x.high, x.p, q) for key, x, q in shown)
    columns = ("Column", "NMI", "Low", "High", "p", "q")
    yield Table(f"proxies-{name}", f"Columns that tell {name}", columns, rows, note)
    labels = tuple(redact(key)[:60] for key, _, _ in shown)
    bounds = (tuple(getattr(x, place) for _, x, _ in shown) for place in ("value", "low", "high"))
    title = f"How much single columns tell about {name}"
    series = Series("normalised mutual information", labels, *bounds)
    yield Chart(f"proxies-{name}-chart", title, "interval", "column", "normalised mutual information", (series,))


def _finding(corpus: Corpus, one: _Found) -> Finding:
    name, accuracy = redact(one.name), one.accuracy
    best = ", ".join(f"{redact(key)} ({x.value:.3f})" for key, x, _ in one.columns[:5])
    ids = corpus.column("id").take(list(one.surest)).to_pylist()
    return Finding(
        "HW-A083",
        "medium" if accuracy.value >= 0.5 else "low",
        f"The other columns tell {name}: adjusted balanced accuracy {accuracy.value:.2f}",
        f"A small decision tree that sees every column but those of groups finds the right one of {one.groups} groups "
        f"with an adjusted balanced accuracy of {accuracy.value:.2f} ({accuracy.low:.2f} to {accuracy.high:.2f}; "
        f"guessing the majority gives 0) and an AUC of {one.area:.2f}. Strongest single columns by normalised mutual "
        f"information: {best}. Leaving {name} out of the training data does not keep a model from using it. "
        "The rows listed are those whose group is told most surely.",
        f"Do not rely on leaving {name} out. Compare decisions by group, and drop, coarsen or decorrelate the "
        "strongest columns where they have no ground of their own.",
        (_accuracy(one),),
        tuple(_examples(corpus, ids[:EXAMPLES])),
        tuple(ids),
    )  # fmt: skip


def _examples(corpus: Corpus, ids: list[str]) -> Iterator[Example]:
    documents = corpus.documents(ids)
    for id in ids:
        text = documents[id].get("table") or documents[id].get("text") or ""
        if text:
            yield Example(id, redact(text[: 10 * EXCERPT])[:EXCERPT], "told most surely", (), (id,))
