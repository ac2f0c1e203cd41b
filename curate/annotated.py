"""Labels that steps gave to whole documents, by id: the weights of ``reweigh``, the scores of a classifier."""

from pathlib import Path

import pyarrow.compute as pc

from ..core import read_parquet


def annotated(folder: Path | str, label: str) -> dict[str, float]:
    """Score of each document of a run folder that some step gave this label as a whole; the last step counts."""
    found: dict[str, float] = {}
    for path in sorted((Path(folder) / "annotations").glob("*.parquet")):
        table = read_parquet(path)
        chosen = table.filter(pc.and_(pc.equal(table["label"], label), pc.equal(table["end"], 0)))
        found.update(zip(chosen["id"].to_pylist(), chosen["score"].to_pylist(), strict=True))
    return found
