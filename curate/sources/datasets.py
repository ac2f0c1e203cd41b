"""Hugging Face data sets: from a folder that ``save_to_disk`` wrote, or by name from the hub."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from ...core import ConfigError, InputError, Progress, TemporaryError, canonical_json, did_you_mean, sha256, sha256_file
from ..base import SOURCES, Reject, Rejected, Source
from .arrow_rows import Found, numbered, readable_columns, rows_per_batch, table_rows
from .batches import batched
from .columns import Columns, Modality
from .files import find_files

_HUB_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}(?:/[A-Za-z0-9][A-Za-z0-9._-]{0,95})?")
STREAMED_ROWS = 500


@SOURCES.register("datasets", source="https://huggingface.co/docs/datasets")
def datasets(
    path: str | Path | None = None,
    name: str | None = None,
    revision: str | None = None,
    split: str | None = None,
    config: str | None = None,
    text: str = "text",
    fields: Mapping[str, str] | None = None,
    groups: Sequence[str] = (),
    attributes: Sequence[str] | None = None,
    modality: Modality = "text",
    declared: Mapping[str, str] | None = None,
) -> Source:
    """A Hugging Face data set, from a folder or by name.

    ``path`` is a folder that ``save_to_disk`` wrote (``split`` where it holds several). ``name`` is a data set on the
    hub, streamed, with ``revision`` (a commit, so that the run can be repeated; a branch may move), ``split`` and,
    where it has several, ``config``. Only data files are read, never code of the data set. ``text``, ``fields``,
    ``groups``, ``attributes``, ``modality`` and ``declared`` are as in the source jsonl.
    """
    columns = Columns.of(text, fields, groups, attributes, modality, declared)
    if (path is None) == (name is None):
        raise ConfigError("datasets: give either path (a folder) or name (a data set on the hub)")
    if path is not None:
        return _on_disk(Path(path).expanduser(), split, columns)
    return _on_hub(str(name), revision, split, config, columns)


class DatasetSource:
    """Rows of one split in its order. ``identity`` is what the fingerprint is made of beside the columns."""

    name = "datasets"

    def __init__(self, label: str, place: str, load: "Load", columns: Columns, identity: "Identity") -> None:
        self.modality: str = columns.modality
        self._label, self._place, self._load = label, place, load
        self._columns, self._identity = columns, identity

    def batches(self, reject: Reject, progress: Progress) -> Iterator[pa.RecordBatch]:
        """Record batches in the order of the data set; the bar counts rows."""
        data = self._load.dataset()
        total = getattr(data, "num_rows", None)
        with progress.task("read datasets", total=total) as task:
            yield from batched(self._kept(data, reject, task.advance), self.modality)

    def fingerprint(self) -> str:
        """SHA-256 over the files on disk, or over name, revision, split and config; and over the options."""
        return sha256(canonical_json({"source": self.name, **self._identity.values(), **self._columns.options()}))

    def _kept(self, data: Any, reject: Reject, advance: Any) -> Iterator[dict[str, Any]]:
        for found in dataset_rows(data, self._columns, self._label, self._place):
            advance(1)
            if isinstance(found, Rejected):
                reject(found)
            else:
                yield found


def dataset_rows(data: Any, columns: Columns, label: str, place: str) -> Iterator[Found]:
    """A record or a rejected row for each row of a ``Dataset`` or ``IterableDataset``, read as Arrow."""
    size = data.data.nbytes if hasattr(data, "data") else 0
    rows = rows_per_batch(size, data.num_rows) if size else STREAMED_ROWS
    done = 0
    for table in _tables(data, rows, place):
        names = readable_columns(table.schema, columns, place)
        for batch in table.select(names).to_batches():
            yield from table_rows(batch, columns, numbered(label, done), label)
            done += batch.num_rows


@dataclass(frozen=True, slots=True)
class Load:
    """Where the data set comes from; loaded when it is read."""

    path: Path | None = None
    split: str | None = None
    name: str = ""
    revision: str | None = None
    config: str | None = None

    def dataset(self) -> Any:
        """The data set of one split."""
        # Imported here because the library takes a second, which every command of headwater would wait for.
        from datasets import DatasetDict, load_dataset, load_from_disk

        if self.path is None:
            arguments = {"name": self.config, "split": self.split, "revision": self.revision, "streaming": True}
            return _translated(lambda: load_dataset(self.name, **arguments), self.name)
        data = _translated(lambda: load_from_disk(str(self.path)), str(self.path))
        if not isinstance(data, DatasetDict):
            return data
        if self.split is None:
            raise InputError(f"{self.path}: holds the splits {', '.join(data)}; name one with the option split")
        if self.split not in data:
            hint = did_you_mean(self.split, data)
            raise InputError(
                f"{self.path}: split: {self.split!r} is none of its splits; {hint}it has {', '.join(data)}"
            )
        return data[self.split]


@dataclass(frozen=True, slots=True)
class Identity:
    """What names the content: the files of a folder, or the place on the hub."""

    folder: Path | None
    facts: Mapping[str, str | None]

    def values(self) -> dict[str, Any]:
        """JSON values; hashes every file of the folder."""
        files = find_files(self.folder) if self.folder else []
        return {**self.facts, "files": [[file.name, sha256_file(file.path)] for file in files]}


def _on_disk(folder: Path, split: str | None, columns: Columns) -> Source:
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; give one that Dataset.save_to_disk wrote")
    load = Load(folder, split)
    data = load.dataset()
    readable_columns(data.data.schema, columns, str(folder))
    label = folder.absolute().name + (f"/{split}" if split else "")
    return DatasetSource(label, str(folder), load, columns, Identity(folder, {"split": split}))


def _on_hub(name: str, revision: str | None, split: str | None, config: str | None, columns: Columns) -> Source:
    if not _HUB_NAME.fullmatch(name):
        raise ConfigError(f"name: {name!r} is no name of a data set on the hub; write owner/name")
    if Path(name).exists():
        raise ConfigError(f"name: {name!r} is also a file or folder here; write path for it, or the full owner/name")
    if not revision:
        raise ConfigError(f"revision: name the commit of {name!r} that you mean; revision: main follows the newest")
    if not split:
        raise ConfigError(f"split: name the split of {name!r} to read, for example split: train")
    facts = {"name": name, "revision": revision, "split": split, "config": config}
    label = f"{name}@{revision}/{split}"
    return DatasetSource(label, name, Load(None, split, name, revision, config), columns, Identity(None, facts))


def _tables(data: Any, rows: int, place: str) -> Iterator[pa.Table]:
    iterator = iter(data.with_format("arrow").iter(batch_size=rows))
    while (table := _translated(lambda: next(iterator, None), place)) is not None:
        yield table


def _translated(load: Any, place: str) -> Any:
    """The result of ``load``; errors of the library as ours."""
    try:
        return load()
    except FileNotFoundError as error:
        raise InputError(f"{place}: {_first_line(error)}; check the name, the revision and the split") from None
    except (ConnectionError, TimeoutError) as error:
        raise TemporaryError(f"{place}: the hub cannot be reached ({_first_line(error)}); try again later") from None
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
        raise InputError(f"{place}: not a data set that can be read ({_first_line(error)})") from None


def _first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).split("\n")[0][:300]
