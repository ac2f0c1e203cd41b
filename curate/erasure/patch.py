"""Files without the rows of erased documents. A file that holds none of them is copied byte for byte."""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ...core import Corpus, IntegrityError, Manifest, Progress, read_parquet, sha256_file, write_parquet
from ..table_writer import GROUP_ROWS, TableWriter
from .rows import cells
from .words import Strings, words_of

ERASED = "; the document that stayed was erased"


def patch_rows(rows: pa.Table, erased: pa.Array, strings: Strings) -> pa.Table:
    """The rows of other documents. Where one names an erased document as its survivor, the name goes."""
    kept = rows.filter(pc.invert(pc.is_in(rows.column("id"), value_set=erased)))
    if "duplicate_of" in kept.schema.names:
        gone = pc.is_in(kept.column("duplicate_of"), value_set=erased)
        kept = _set(kept, "duplicate_of", pc.if_else(gone, pa.scalar(None, pa.string()), kept.column("duplicate_of")))
        marked = pc.binary_join_element_wise(pc.fill_null(kept.column("evidence"), ""), ERASED, "")
        kept = _set(kept, "evidence", pc.if_else(gone, marked, kept.column("evidence")))
    if "evidence" in kept.schema.names and len(strings):
        hits = {row for row, text in cells(kept, ["evidence"]) if strings.found(words_of(text))}
        mask = pa.array([row in hits for row in range(kept.num_rows)], pa.bool_())
        kept = _set(kept, "evidence", pc.if_else(mask, pa.scalar("", pa.string()), kept.column("evidence")))
    return kept


def patch_corpus(
    corpus: Corpus, folder: Path, erased: pa.Array, strings: Strings, counts: Mapping[str, int],
    parents: Mapping[str, str], progress: Progress,
) -> Manifest:  # fmt: skip
    """Write the corpus without the erased rows; shards keep their borders, so that only those with such rows change.

    ``counts`` and ``parents`` are added to those of the manifest.
    """
    folder.mkdir(parents=True)
    files, documents = {}, 0
    with progress.task(f"write {folder.name}", len(corpus.shards)) as task:
        for shard in corpus.shards:
            rows = read_parquet(shard)
            kept = patch_rows(rows, erased, strings)
            if kept.equals(rows):
                shutil.copyfile(shard, folder / shard.name)
            else:
                write_parquet(folder / shard.name, kept)
            files[shard.name] = sha256_file(folder / shard.name)
            documents += kept.num_rows
            task.advance()
    manifest = replace(
        corpus.manifest,
        files=files,
        counts={**corpus.manifest.counts, **counts, "documents": documents},
        parents={**corpus.manifest.parents, **parents},
    )
    manifest.save(folder)
    return manifest


def patch_table(source: Path, target: Path, erased: pa.Array, strings: Strings) -> int:
    """Write a table of decisions or annotations without the erased rows; returns how many rows went."""
    target.parent.mkdir(parents=True, exist_ok=True)
    changed, gone = False, 0
    try:
        file = pq.ParquetFile(source)
        with file, TableWriter(target, file.schema_arrow) as writer:
            for batch in file.iter_batches(GROUP_ROWS):
                rows = pa.Table.from_batches([batch])
                kept = patch_rows(rows, erased, strings)
                changed, gone = changed or not kept.equals(rows), gone + rows.num_rows - kept.num_rows
                writer.write(kept)
    except pa.ArrowInvalid as error:
        raise IntegrityError(f"{source}: not a readable Parquet file ({error}); make the stage again") from None
    if not changed:
        shutil.copyfile(source, target)
    return gone


def _set(rows: pa.Table, name: str, values: pa.ChunkedArray) -> pa.Table:
    place = rows.schema.get_field_index(name)
    return rows.set_column(place, rows.schema.field(place), values)
