"""Models of tables on UCI Adult: how near their rows come to real ones, and what a classifier learns from them.

    python benchmarks/table_models.py [--steps 3000] [--seeds 1] [--data FOLDER]

FOLDER holds adult/ (adult-train.csv, adult-test.csv, without header lines); the default is the variable HEADWATER_DATA.
All models learn from the training file in one thread and make as many rows as it has.

Printed for each: CPU seconds of training and of sampling; the mean total variation distance of single columns and of
pairs of columns to the training rows (numbers in ten parts of equal size; the floor is that of the test file); how
well a gradient boosting tells made rows from training rows (area under the curve, 0.5: not at all); the share of rows
that repeat a training row; and accuracy and F1 for incomes above 50K, on the test file, of a gradient boosting that
learns from the made rows. Beside them, what it learns from the real ones, and the majority. Last, the median of nats a
test row.
Target: tvae nearer than gaussian-mixture in pairs of columns and in what is learnt.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import accuracy_score, f1_score

from headwater.core import TABLE_SCHEMA, Corpus, CorpusWriter, Recipe, canonical_json, record_batch
from headwater.models import TableCheckpoint, fit

COLUMNS = (
    "age", "workclass", "fnlwgt", "education", "education-num", "marital-status", "occupation", "relationship", "race",
    "sex", "capital-gain", "capital-loss", "hours-per-week", "native-country", "income",
)  # fmt: skip
LABEL, POSITIVE, PARTS = "income", ">50K", 10
Options = dict[str, Any]
RUNS: dict[str, tuple[str, Options, Options]] = {
    "tvae": ("tvae", {}, {}),
    "tvae, ex-post": ("tvae", {}, {"sampler": "ex-post"}),
    "gaussian-mixture": ("gaussian-mixture", {}, {}),
    "copying": ("copying", {}, {}),
}


def read(path: Path) -> pd.DataFrame:
    """One of the two files; the test labels end with a dot, which goes."""
    frame = pd.read_csv(path, header=None, names=COLUMNS, skipinitialspace=True)
    return frame.assign(income=frame.income.str.rstrip("."))


def corpus_of(frame: pd.DataFrame, folder: Path) -> Corpus:
    """The rows as a corpus."""
    rows = []
    for k, values in enumerate(frame.to_dict("records")):
        row: Options = {name: None for name in TABLE_SCHEMA.names}
        rows.append(row | {"id": f"{k:016x}-00000000", "table": canonical_json(values).decode(), "source": "adult"})
    with CorpusWriter(folder, TABLE_SCHEMA) as writer:
        writer.write(record_batch(rows, TABLE_SCHEMA))
    return Corpus(folder)


def coded(frame: pd.DataFrame, like: pd.DataFrame) -> np.ndarray:
    """Each column as whole numbers, (rows, columns): categories of ``like``, or in which tenth of it a number lies."""
    found = []
    for name in COLUMNS:
        if like[name].dtype.kind in "if":
            borders = np.unique(np.quantile(like[name], np.linspace(0, 1, PARTS + 1)[1:-1]))
            found.append(np.searchsorted(borders, frame[name].to_numpy(float), "right"))
        else:
            names = {value: k for k, value in enumerate(sorted(like[name].unique()))}
            found.append(frame[name].map(names).fillna(len(names)).to_numpy(int))
    return np.stack(found, 1)


def total_variation(a: np.ndarray, b: np.ndarray, columns: Sequence[int]) -> float:
    """Half the sum of the differences between the shares of all combinations of values: [0, 1]."""
    sizes = [int(max(a[:, c].max(), b[:, c].max())) + 1 for c in columns]
    one, two = (np.ravel_multi_index([each[:, c] for c in columns], sizes) for each in (a, b))
    shares = [np.bincount(each, minlength=int(np.prod(sizes))) / len(each) for each in (one, two)]
    return float(np.abs(shares[0] - shares[1]).sum() / 2)


def distances(made: pd.DataFrame, real: pd.DataFrame) -> tuple[float, float]:
    """Mean total variation distance of single columns and of pairs."""
    a, b = coded(made, real), coded(real, real)
    single = [total_variation(a, b, [c]) for c in range(len(COLUMNS))]
    pairs = [total_variation(a, b, pair) for pair in combinations(range(len(COLUMNS)), 2)]
    return float(np.mean(single)), float(np.mean(pairs))


def as_numbers(column: pd.Series) -> pd.Series:
    """A column for a classifier."""
    return column if column.dtype.kind in "if" else column.astype("category").cat.codes


def learnt(made: pd.DataFrame, test: pd.DataFrame) -> tuple[float, float]:
    """Accuracy and F1 on the test rows of a gradient boosting that learnt from ``made``."""
    both = pd.concat([made, test])
    features = [name for name in COLUMNS if name != LABEL]
    x = both[features].apply(as_numbers)
    y = (both[LABEL] == POSITIVE).to_numpy()
    if len(set(y[: len(made)])) < 2:
        return float((y[len(made) :] == y[0]).mean()), 0.0
    model = HistGradientBoostingClassifier(random_state=0).fit(x[: len(made)], y[: len(made)])
    found = model.predict(x[len(made) :])
    return float(accuracy_score(y[len(made) :], found)), float(f1_score(y[len(made) :], found))


def told_apart(made: pd.DataFrame, real: pd.DataFrame) -> float:
    """Area under the curve of a gradient boosting that tells made rows from real ones, on half of them."""
    from sklearn.metrics import roc_auc_score

    both = pd.concat([made, real]).sample(frac=1, random_state=0)
    y = np.repeat([1, 0], [len(made), len(real)])
    y = y[pd.Series(range(len(y))).sample(frac=1, random_state=0).to_numpy()]
    x = both.apply(as_numbers)
    half = len(x) // 2
    model = HistGradientBoostingClassifier(random_state=0, max_iter=50).fit(x[:half], y[:half])
    return float(roc_auc_score(y[half:], model.predict_proba(x[half:])[:, 1]))


def repeated(made: pd.DataFrame, real: pd.DataFrame) -> float:
    """Share of made rows that are training rows, value for value."""
    known = set(map(tuple, real.astype(str).to_numpy()))
    return float(np.mean([row in known for row in map(tuple, made.astype(str).to_numpy())]))


def measured(name: str, corpus: Corpus, real: pd.DataFrame, test: pd.DataFrame, steps: int, seed: int) -> list[float]:
    """Train, sample, and every figure of one model."""
    family, options, how = RUNS[name]
    recipe = Recipe(family=family, steps=steps, held_out=0.0, canaries=None, options=options, seed=seed)
    with tempfile.TemporaryDirectory() as scratch:
        start = time.process_time()
        model = fit(corpus, recipe, Path(scratch) / "checkpoint")
        trained = time.process_time()
        assert isinstance(model, TableCheckpoint)
        made = model.sample_rows(len(real), seed=seed + 1, **how).to_pandas()[list(COLUMNS)]
        sampled = time.process_time()
        nats = np.nan
        if "likelihood" in model.capabilities:
            nats = -float(np.median(model.log_likelihood(test[:500].to_dict("records"))))  # type: ignore[attr-defined]
    return [trained - start, sampled - trained, *figures(made, real, test), nats]


def figures(made: pd.DataFrame, real: pd.DataFrame, test: pd.DataFrame) -> list[float]:
    """What is measured of rows, whoever made them."""
    return [*distances(made, real), told_apart(made, real), repeated(made, real), *learnt(made, test)]


HEADS = ("train s", "sample s", "single", "pairs", "told apart", "repeated", "accuracy", "F1", "nats")


def line(name: str, values: Sequence[float]) -> None:
    """Print one row of the table."""
    print(f"{name:18}" + "".join(f"{value:11.4g}" for value in values), flush=True)


def main() -> None:
    """Train, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--steps", type=int, default=3_000)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=list(RUNS))
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("HEADWATER_DATA", "data")))
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    real, test = (read(arguments.data / "adult" / f"adult-{part}.csv") for part in ("train", "test"))
    print(f"{'':18}" + "".join(f"{head:>11}" for head in HEADS))
    line("real rows", [0, 0, *figures(test, real, test)[:4], *learnt(real, test), np.nan])
    majority = real[LABEL].mode()[0]
    line("majority", [0, 0, np.nan, np.nan, np.nan, np.nan, float((test[LABEL] == majority).mean()), 0.0, np.nan])
    with tempfile.TemporaryDirectory() as scratch:
        corpus = corpus_of(real, Path(scratch) / "corpus")
        for name in arguments.only:
            runs = [measured(name, corpus, real, test, arguments.steps, seed) for seed in range(arguments.seeds)]
            line(name, np.mean(runs, 0).tolist())


if __name__ == "__main__":
    main()
