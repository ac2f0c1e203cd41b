"""Finished samples: outputs of a model that nobody can ask any more."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from ...core import ConfigError, IncompleteError
from ...curate import Source, read_source
from .base import ADAPTERS, ExternalModel

Format = Literal["jsonl", "csv", "parquet", "image-folder"]
SUFFIXES: Mapping[str, Format] = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl", ".csv": "csv", ".tsv": "csv", ".parquet": "parquet",
}  # fmt: skip
COMPRESSED = (".gz", ".zst", ".bz2")


@ADAPTERS.register("samples", source="JSON Lines, CSV or Parquet with a column of outputs; a folder of images")
class FinishedSamples(ExternalModel):
    """Outputs that were made before, in a file or folder; the model itself cannot be asked anything.

    ``path`` is a file, folder or pattern, ``format`` jsonl, csv, parquet or image-folder (null: by the suffix; a folder
    without data files is one of images). ``output`` is the column of what the model wrote; columns called id, kind,
    prompt, reference, document_id, group, pair and seed are taken where they stand. ``name`` is that of the model.
    ``size`` and ``mode`` (RGB, L) are those of the source image-folder. ``modality`` is text, image or table: with
    table every row of the file is a synthetic row under its columns (null: image for a folder of images, else text).
    """

    kind = "samples"

    def __init__(
        self,
        path: str | None = None,
        name: str = "finished samples",
        format: Format | None = None,
        output: str = "output",
        size: int | None = None,
        mode: Literal["L", "RGB"] = "RGB",
        content: str | None = None,
        modality: Literal["text", "image", "table"] | None = None,
    ) -> None:
        self.path, self.output = path, output
        self.format: str = format or (_guessed(path) if path else "jsonl")
        self._image = {"size": size, "mode": mode}
        self.content = content or (self.source().fingerprint() if path else "")
        parameters = {"name": name, "format": self.format, "output": output, "size": size, "mode": mode,
                      "content": self.content}  # fmt: skip
        own = "image" if self.format == "image-folder" else "text"
        if (modality or own) != own and (modality, own) != ("table", "text"):
            raise ConfigError(f"model.external.modality: the format {self.format} cannot hold {modality}s")
        if modality == "table":
            parameters["modality"] = modality
        super().__init__(name, (), parameters, modality or own)

    def source(self) -> Source:
        """The samples as rows: tables (one JSON object a row), or images."""
        if not self.path:
            raise IncompleteError(
                f"{self.name}: where its samples lie is not recorded; give the config, not the folder"
            )
        options: Mapping[str, Any] = self._image if self.format == "image-folder" else {"modality": "table"}
        return read_source(self.format, "model.external", path=self.path, **options)


def _guessed(path: str) -> Format:
    names = [path] if not Path(path).is_dir() else sorted(item.name for item in Path(path).iterdir())
    for name in names:
        for suffix in COMPRESSED:
            name = name.removesuffix(suffix)
        found = next((kind for suffix, kind in SUFFIXES.items() if name.lower().endswith(suffix)), None)
        if found:
            return found
    return "image-folder"
