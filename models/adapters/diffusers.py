"""A pipeline directory of the library diffusers as a model of images (extra ``diffusers``)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ...core import (
    ConfigError,
    IncompleteError,
    InputError,
    UsageError,
    derive_seed,
    read_json,
    safe_content,
)
from .base import ADAPTERS, ExternalModel

INDEX = "model_index.json"
LIBRARIES = frozenset({"diffusers", "transformers"})


@ADAPTERS.register("diffusers", source="https://huggingface.co/docs/diffusers (Apache-2.0)")
class DiffusersModel(ExternalModel):
    """A diffusers pipeline directory that makes images.

    ``path`` is the directory (model_index.json, configurations, safetensors). Pickles, code and parts from other
    libraries than diffusers and transformers are refused before a byte of them is interpreted; nothing is downloaded.
    ``steps`` are those of the sampler, ``guidance`` its scale (null: what the pipeline has), ``prompt`` the text for a
    pipeline that wants one, ``batch`` how many images are made at a time: part of the result, as each batch has a seed.
    """

    kind = "diffusers"

    def __init__(
        self,
        path: str | None = None,
        name: str = "diffusers pipeline",
        steps: int | None = None,
        guidance: float | None = None,
        prompt: str | None = None,
        batch: int = 16,
        content: str | None = None,
    ) -> None:
        if batch < 1 or (steps is not None and steps < 1):
            raise ConfigError("batch and steps: must be 1 or more")
        self.path = Path(path) if path else None
        self.batch, self.prompt = batch, prompt
        self.settings = {"num_inference_steps": steps, "guidance_scale": guidance}
        self.content = content or (check_pipeline(self.path) if self.path else "")
        parameters = {"name": name, "steps": steps, "guidance": guidance, "prompt": prompt, "batch": batch,
                      "content": self.content}  # fmt: skip
        super().__init__(name, ("images", "seedable"), parameters, "image")
        self._pipeline: Any = None

    def _images(self, n: int, seed: int) -> np.ndarray:
        parts = [
            self._draw(min(self.batch, n - low), derive_seed(seed, "batch", low)) for low in range(0, n, self.batch)
        ]
        if not parts:
            raise UsageError(f"{self.name}: the number of images must be 1 or more")
        return np.concatenate(parts)

    def _draw(self, n: int, seed: int) -> np.ndarray:
        chosen = {key: value for key, value in self.settings.items() if value is not None}
        what: dict[str, Any] = {"batch_size": n} if self.prompt is None else {"prompt": [self.prompt] * n}
        try:
            result = self._opened()(**what, **chosen, generator=torch.Generator().manual_seed(seed), output_type="np")
        except TypeError as error:
            raise UsageError(f"{self.name}: this pipeline does not take these options ({error})") from None
        images = np.asarray(result.images, np.float64)
        if images.ndim != 4 or len(images) != n or not np.isfinite(images).all():
            raise InputError(f"{self.name}: the pipeline gave {images.shape} or values that are not finite")
        return np.asarray(np.clip(np.rint(images * 255), 0, 255), np.uint8)

    def _opened(self) -> Any:
        if self._pipeline is None:
            if self.path is None:
                raise IncompleteError(f"{self.name}: where it lies is not recorded; give the config, not the folder")
            if check_pipeline(self.path) != self.content:
                raise InputError(f"{self.path}: has changed since it was read; run again when nobody writes to it")
            library = _library()
            library.utils.logging.disable_progress_bar()
            self._pipeline = library.DiffusionPipeline.from_pretrained(
                str(self.path),
                use_safetensors=True,
                local_files_only=True,
                trust_remote_code=False,
                low_cpu_mem_usage=False,
            )
            self._pipeline.set_progress_bar_config(disable=True)
        return self._pipeline


def check_pipeline(folder: Path) -> str:
    """Refuse a directory that holds a pickle, code or foreign parts; else the SHA-256 of all its files."""
    if not (folder / INDEX).is_file():
        raise InputError(f"{folder}: no diffusers pipeline (no {INDEX})")
    content = safe_content(folder)
    _check_index(folder / INDEX)
    return content


def _check_index(path: Path) -> None:
    index = read_json(path)
    if not isinstance(index, Mapping) or not isinstance(index.get("_class_name"), str):
        raise InputError(f"{path}: names no pipeline class (_class_name); custom pipelines are not run")
    for part, value in index.items():
        if part.startswith("_") or not isinstance(value, list):
            continue
        if len(value) != 2 or any(not isinstance(item, str | None) for item in value):
            raise InputError(f"{path}: {part} is not [library, class]")
        if value[0] is not None and value[0] not in LIBRARIES:
            raise InputError(
                f"{path}: {part} comes from {value[0]!r}; only parts of diffusers and transformers are run"
            )


def _library() -> Any:
    try:
        import diffusers
    except ImportError:
        raise UsageError("the library diffusers is not installed; pip install 'headwater[diffusers]'") from None
    return diffusers
