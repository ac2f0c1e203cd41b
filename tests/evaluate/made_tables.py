"""Two tables as a subject: real rows as a corpus, synthetic ones as finished samples."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from headwater.core import TABLE_SCHEMA, Corpus, CorpusWriter, Score, document_id, generator, record_batch
from headwater.evaluate import TABLE_SAMPLE_SCHEMA, Outcome, Subject
from headwater.evaluate.tables import TwoTables, two_tables

Rows = Sequence[Mapping[str, Any]]


def subject_of(folder: Path, real: Rows, made: Rows, groups: Sequence[str] = (), seed: int = 0) -> Subject:
    """Rows as they would be read: content decides the first half of an id, the place the second."""
    found = []
    for k, row in enumerate(real):
        content = json.dumps(dict(row))
        one: dict[str, Any] = {name: None for name in TABLE_SCHEMA.names}
        declared = [(name, str(row[name])) for name in groups if row.get(name)]
        one |= {
            "id": document_id(content.encode(), f"real:{k}"),
            "table": content,
            "source": "tests",
            "groups": declared,
        }
        found.append(one)
    with CorpusWriter(folder / "corpus", TABLE_SCHEMA) as writer:
        writer.write(record_batch(found, TABLE_SCHEMA))
    rows = [{"id": f"row-{k:06d}", "table": json.dumps(dict(row)), "model": "fake"} for k, row in enumerate(made)]
    samples = pa.Table.from_pylist(rows, TABLE_SAMPLE_SCHEMA)
    return Subject(folder, Corpus(folder / "corpus"), None, samples, seed)


def tables_of(folder: Path, real: Rows, made: Rows) -> TwoTables:
    return two_tables(subject_of(folder, real, made))


def people(n: int, seed: int, shift: float = 0.0) -> list[dict[str, Any]]:
    """Income goes with the city and decides ``rich``; ``shift`` moves incomes."""
    rng = generator(seed, "people")
    city = rng.integers(0, 3, n)
    income = 20 + 10 * city + 6 * rng.standard_normal(n) + shift
    age = rng.integers(18, 80, n)
    work = np.where(rng.random(n) < 0.2, np.nan, np.maximum(0, age - 20))
    rich = income + 2 * rng.standard_normal(n) > 30
    sex = rng.choice(["f", "m"], n)
    return [
        {
            "age": int(age[k]),
            "work": None if np.isnan(work[k]) else int(work[k]),
            "city": "ABC"[city[k]],
            "income": round(float(income[k]), 2),
            "sex": str(sex[k]),
            "rich": "yes" if rich[k] else "no",
        }
        for k in range(n)
    ]


def scores_of(outcome: Outcome) -> dict[str, Score]:
    """Scores by the values of their slices."""
    return {" ".join(one.slice.values()): one for one in outcome.scores if isinstance(one, Score)}


def values(outcome: Outcome) -> list[tuple[Any, ...]]:
    """Everything of the scores that must not depend on the order of rows."""
    return [
        (one.metric, dict(one.slice), one.value, one.low, one.high, one.method)
        if isinstance(one, Score)
        else (one.metric, dict(one.slice), one.reason)
        for one in outcome.scores
    ]
