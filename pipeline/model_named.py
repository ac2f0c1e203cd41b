"""The model that ``--model`` names: a path, the address of a server, or an installed package with weights in it."""

from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag

from ..core import InputError, UsageError

WEIGHTS = (".gguf", ".safetensors")


def model_named(spec: str) -> Path | dict[str, Any]:
    """A path, or the options of the adapter ``openai`` for an address (``http://HOST/v1`` or ``http://HOST/v1#NAME``).

    Raises :class:`InputError` where nothing of that name holds a model.
    """
    if spec.startswith(("http://", "https://")):
        return _served(spec)
    if Path(spec).exists():
        return Path(spec)
    found = sorted(set(_in_package(spec)))
    if not found and is_installed(spec):
        raise InputError(
            f"{spec}: the installed package holds no model (no .gguf file, no .safetensors beside a config.json); give "
            "another package, or the path of a model"
        )
    if not found:
        raise InputError(
            f"{spec}: no file, folder or installed package with a model; give a checkpoint, a Hugging Face folder, a "
            ".gguf file, the name of a package that holds one, or the address of a server (http://HOST/v1)"
        )
    if len(found) > 1:
        listed = ", ".join(path.name for path in found)
        raise UsageError(f"{spec}: the package holds {len(found)} models ({listed}); give the path of one")
    return found[0]


def is_installed(name: str) -> bool:
    """Whether a package of that name is installed."""
    try:
        return bool(metadata.distribution(name))
    except (metadata.PackageNotFoundError, ValueError):
        return False


def _in_package(name: str) -> Iterator[Path]:
    """GGUF files and Hugging Face folders among the files of an installed package; nothing of it is imported."""
    try:
        files = metadata.files(name) or []
    except (metadata.PackageNotFoundError, ValueError):
        return
    for file in files:
        if file.suffix in WEIGHTS:
            path = Path(str(file.locate()))
            if file.suffix == ".gguf":
                yield path
            elif (path.parent / "config.json").is_file():
                yield path.parent


def _served(spec: str) -> dict[str, Any]:
    from ..models import served_models

    url, name = urldefrag(spec)
    models = served_models(url)
    if not name and len(models) != 1:
        listed = ", ".join(list(models)[:10]) or "none"
        raise UsageError(f"{url}: name one of the models there, as {url}#NAME: {listed}")
    name = name or next(iter(models))
    capabilities = models.get(name) or ["sample"]
    return {"kind": "openai", "url": url.rstrip("/"), "model": name, "capabilities": capabilities}
