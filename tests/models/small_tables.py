"""Small tables that tests of models of tables share."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from headwater.core import TABLE_SCHEMA, Corpus, CorpusWriter, Recipe, generator, record_batch

TABLE_RECIPE = Recipe(
    family="tvae", steps=60, batch=32, held_out=0.1, warmup=5, checkpoint_every=10, precision="float32"
)
CITIES = ("Aarhus", "Bergen", "Cork", "Delft")


def table_rows(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    found = []
    for k, row in enumerate(rows):
        one: dict[str, Any] = {name: None for name in TABLE_SCHEMA.names}
        content = json.dumps(dict(row), ensure_ascii=False)
        found.append(one | {"id": f"{k:016x}-00000000", "table": content, "source": "tests", "groups": []})
    return found


def table_corpus(folder: Path, rows: Sequence[Mapping[str, Any]]) -> Corpus:
    with CorpusWriter(folder, TABLE_SCHEMA) as writer:
        writer.write(record_batch(table_rows(rows), TABLE_SCHEMA))
    return Corpus(folder)


def people(n: int, seed: int = 0) -> list[dict[str, Any]]:
    """Rows of every kind of column: the city goes with the income, the age with the years of work."""
    rng, rows = generator(seed, "people"), []
    for k in range(n):
        city = int(rng.integers(0, 4))
        age = int(rng.integers(18, 80))
        rows.append(
            {
                "age": age,
                "work": None if rng.random() < 0.2 else max(0, age - 20 + int(rng.integers(-3, 4))),
                "city": CITIES[city],
                "income": round(20_000 + 15_000 * city + 2_000 * float(rng.standard_normal()), 2),
                "gain": 0 if rng.random() < 0.7 else int(rng.integers(100, 10_000)),
                "height": float(rng.normal(170, 9)),
                "member": bool(rng.random() < 0.3),
                "joined": date(2010, 1, 1)
                .replace(year=int(rng.integers(2010, 2024)), month=int(rng.integers(1, 13)))
                .replace(day=int(rng.integers(1, 29)))
                .isoformat(),
                "always": "yes",
                "never": None,
                "id": f"P-{k:05d}",
            }
        )
    return rows
