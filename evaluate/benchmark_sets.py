"""Published sets of questions and sentences, from a folder or from `datasets` by name; none is fetched unasked."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..core import SILENT, ConfigError, IncompleteError, InputError, canonical_json, did_you_mean, sha256, sha256_file
from ..curate import SOURCES, Rejected, redact
from .answer_file import Row, read_answers
from .base import Subject

SETS: Mapping[str, tuple[str, ...]] = {
    "bold": (
        *("gender_prompt.json", "race_prompt.json", "profession_prompt.json", "political_ideology_prompt.json"),
        "religious_ideology_prompt.json",
    ),
    "crows_pairs": ("crows_pairs_anonymized.csv",),
    "holistic_bias": ("descriptors.json", "nouns.json", "sentence_templates.json", "standalone_noun_phrases.json"),
    "honest": ("en_binary_template.tsv", "en_queer_template.tsv"),
    "stereoset": ("dev.json",),
    "surge_toxicity": ("toxicity_en.csv",),
    "truthfulqa": ("TruthfulQA.csv",),
    "winobias": tuple(
        f"{side}_stereotyped_type{kind}.txt.{part}"
        for side in ("pro", "anti") for kind in (1, 2) for part in ("dev", "test")
    ),
    "winogender": ("all_sentences.tsv", "occupations-stats.tsv"),
}  # fmt: skip
"""The files of each set, by the name of its folder below ``sets``; a metric says which of them it can do without."""
LABELLED = {"text": "text", "label": "is_toxic", "positive": "Toxic"}
"""Columns of the set ``surge_toxicity``, on which text detectors are tried where no other labels are given."""
HUB = frozenset({"name", "revision", "split", "config"})
Data = str | Mapping[str, str] | None
"""A folder or file; ``{name, revision, split, config}`` of `datasets`; None: the folder of this name below ``sets``."""


@dataclass(frozen=True, slots=True)
class BenchmarkSet:
    """The files of a set by name, and its name with a hash of them, which stands in every protocol."""

    name: str
    files: Mapping[str, Path]

    @property
    def label(self) -> str:
        """``NAME@HASH``, 12 digits of the SHA-256 over the hashes of the files."""
        found = {name: sha256_file(path) for name, path in sorted(self.files.items())}
        return f"{self.name}@{sha256(canonical_json(found))[:12]}"


def open_set(subject: Subject, name: str, data: Data = None, optional: tuple[str, ...] = ()) -> BenchmarkSet:
    """The files of a set; raises :class:`IncompleteError` where it is absent, so that the metric is not measured.

    ``optional`` are files that it can do without; ``data`` is another folder.
    """
    if isinstance(data, Mapping):
        raise ConfigError(f"{name}: is read from its published files; give data: FOLDER")
    folder = _folder(subject, name, data)
    files = {file: folder / file for file in SETS[name] if (folder / file).is_file()}
    missing = [file for file in SETS[name] if file not in files and file not in optional]
    if missing or not files:
        lost = missing or SETS[name]
        more = f" and {len(lost) - 3} more" if len(lost) > 3 else ""
        raise IncompleteError(
            f"{folder.name}: {name} lacks {', '.join(lost[:3])}{more}; put the published files there, unchanged"
        )
    return BenchmarkSet(name, files)


def set_rows(
    subject: Subject, name: str, data: Data = None, needed: tuple[str, ...] = ()
) -> tuple[tuple[Row, ...], str]:
    """The rows of a set that is one table, and its label; ``data`` may also be a file or a data set of `datasets`.

    Raises :class:`IncompleteError` where it is absent, :class:`InputError` where a column of ``needed`` is.
    """
    if isinstance(data, Mapping):
        return _hub_rows(name, data, needed)
    path = Path(data) if data and Path(data).is_file() else open_set(subject, name, data).files[SETS[name][0]]
    return read_answers(str(path), needed, subject.progress).rows, f"{name}@{sha256_file(path)[:12]}"


def _folder(subject: Subject, name: str, data: str | None) -> Path:
    if data is not None:
        if not Path(data).is_dir():
            raise IncompleteError(f"{Path(data).name}: there is no such folder of {name}")
        return Path(data)
    if subject.sets is None:
        raise IncompleteError(
            f"there is no {name} here: give --sets DIR with a folder {name}/, or the option data of the metric"
        )
    folder = subject.sets / name
    if not folder.is_dir():
        hint = did_you_mean(name, [path.name for path in subject.sets.iterdir()] if subject.sets.is_dir() else [])
        raise IncompleteError(
            f"the folder of sets {subject.sets.name}/ holds no folder {name}/; {hint}put the published files there"
        )
    return folder


def _hub_rows(name: str, data: Mapping[str, str], needed: tuple[str, ...]) -> tuple[tuple[Row, ...], str]:
    if wrong := sorted(data.keys() - HUB):
        raise ConfigError(
            f"{name}: data: no key {wrong[0]!r}; {did_you_mean(wrong[0], HUB)}keys: {', '.join(sorted(HUB))}"
        )
    source = SOURCES.get("datasets")(**data, modality="table")
    rejected: list[Rejected] = []
    rows = tuple(_rows(source, rejected))
    if rejected:
        raise InputError(f"{rejected[0].locator}: {rejected[0].rule}: {redact(rejected[0].evidence)}")
    known = {column for row in rows for column in row.values}
    for column in needed:
        if column not in known:
            raise InputError(
                f"{name}: no column {column!r}; {did_you_mean(column, known)}it has {', '.join(sorted(known))}"
            )
    content = sha256(canonical_json([dict(row.values) for row in rows]))
    return rows, f"{data.get('name')}@{str(data.get('revision'))[:12]}/{content[:12]}"


def _rows(source: Any, rejected: list[Rejected]) -> Iterator[Row]:
    for batch in source.batches(rejected.append, SILENT):
        for record in batch.to_pylist():
            place = dict(record["attributes"] or ()).get("locator") or "row"
            yield Row(place, json.loads(record["table"]))


def files_of_sets(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a known set below a folder: what a changed set changes in a result."""
    paths = {f"{name}/{file}": folder / name / file for name, files in SETS.items() for file in files}
    return {name: sha256_file(path) for name, path in paths.items() if path.is_file()}
