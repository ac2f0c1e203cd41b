"""Files that a config names stand beside the config: relative paths become absolute when it is read."""

from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from ..core import ConfigError, sha256_file

FILES = frozenset({"path", "folder", "suites", "robots", "erased", "start", "adapter", "search"})
# else the name of something built in; data that is an object names a set of `datasets`
PERHAPS_FILES = frozenset({"model", "key", "lists", "reference", "lexicons", "attributes", "sentiment", "data"})
MOST_FILES = 100_000


def with_absolute_paths(values: Mapping[str, Any], base: Path) -> dict[str, Any]:
    """The values of a config with the paths of its corpus, steps, audits, model, metrics and images made absolute."""
    result = dict(values)
    for key in ("corpus", "curate", "audit", "model", "erased"):
        if key in result:
            result[key] = _absolute(result[key], base, key)
    if metrics := _metrics(result):
        result["evaluate"] = {**result["evaluate"], "metrics": _absolute(metrics, base, "metrics")}
    if isinstance(result.get("evaluate"), Mapping) and isinstance(sets := result["evaluate"].get("sets"), str):
        result["evaluate"] = {**result["evaluate"], "sets": _path(sets, base, "path")}
    if path := _model_path(result):
        external = {**result["model"]["external"], "path": _path(path, base, "path") if "://" not in path else path}
        result["model"] = {**result["model"], "external": external}
    if isinstance(policy := result.get("policy"), str) and policy.endswith((".yaml", ".yml")):
        result["policy"] = str((base / policy).absolute())
    if isinstance(result.get("images"), Mapping):
        result["images"] = with_absolute_paths(result["images"], base)
    return result


def without_paths(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values without what :func:`with_absolute_paths` made absolute: where a file lies does not change a result."""
    result = dict(values)
    result.pop("erased", None)
    for key in ("corpus", "curate", "audit", "model"):
        if key in result:
            result[key] = _pathless(result[key], key)
    if metrics := _metrics(result):
        result["evaluate"] = {**result["evaluate"], "metrics": _pathless(metrics, "metrics")}
    if isinstance(result.get("evaluate"), Mapping):
        result["evaluate"] = {name: value for name, value in result["evaluate"].items() if name != "sets"}
    if _model_path(result):
        kept = {name: value for name, value in result["model"]["external"].items() if name != "path"}
        result["model"] = {"external": kept}
    if isinstance(result.get("images"), Mapping):
        result["images"] = without_paths(result["images"])
    return result


def _metrics(values: Mapping[str, Any]) -> Any:
    """The metrics of a config with their options; the suites beside them are names, never files."""
    evaluate = values.get("evaluate")
    return evaluate.get("metrics") if isinstance(evaluate, Mapping) else None


def _model_path(values: Mapping[str, Any]) -> str:
    """The path of a model made elsewhere; empty where there is none."""
    model = values.get("model")
    external = model.get("external") if isinstance(model, Mapping) else None
    path = external.get("path") if isinstance(external, Mapping) else None
    return path if isinstance(path, str) else ""


def option_files(value: Any, key: str = "") -> list[list[str]]:
    """Option and SHA-256 of every file that such options name, or that lies in a folder they name: a changed file
    changes what audits and metrics find."""
    if isinstance(value, Mapping):
        return [found for name, part in value.items() for found in option_files(part, _key(name, value))]
    if isinstance(value, (list, tuple)):
        return [found for part in value for found in option_files(part, key)]
    named = isinstance(value, str) and (_is_file(key) or key in PERHAPS_FILES) and "://" not in value
    if named and Path(value).is_dir():
        return [[f"{key}/{name}", content] for name, content in _files_below(Path(value))]
    return [[key, sha256_file(Path(value))]] if named and Path(value).is_file() else []


def _key(name: Any, options: Mapping[Any, Any]) -> str:
    """The option a value stands under; beside an address ``model`` is the server's name for one, and never a file."""
    return "" if name == "model" and "url" in options else str(name)


def _files_below(folder: Path) -> list[tuple[str, str]]:
    """Name and SHA-256 of every file of a folder that an option names, such as a published set."""
    paths = sorted(islice((path for path in folder.rglob("*") if path.is_file()), MOST_FILES + 1))
    if len(paths) > MOST_FILES:
        raise ConfigError(f"{folder.name}: holds more than {MOST_FILES:,} files; name the folder of one set")
    return [(path.relative_to(folder).as_posix(), sha256_file(path)) for path in paths]


def _pathless(value: Any, key: str) -> Any:
    """The same walk as :func:`_absolute`; names of suites and hosts stay."""
    if isinstance(value, Mapping):
        inherited = key if key in ("suites", "robots") else ""
        kept = {name: _pathless(part, inherited or _key(name, value)) for name, part in value.items()}
        return {name: part for name, part in kept.items() if inherited or part is not None or value[name] is None}
    if isinstance(value, (list, tuple)):
        kept_parts = [_pathless(part, key) for part in value]
        return None if _is_file(key) else kept_parts
    is_path = isinstance(value, str) and (_is_file(key) or (key in PERHAPS_FILES and Path(value).is_absolute()))
    return None if is_path else value


def _is_file(key: str) -> bool:
    return key in FILES or key.endswith(("_path", "_file"))


def _absolute(value: Any, base: Path, key: str) -> Any:
    """A value below an option: strings and lists of strings under the option of a file are paths; URLs stay."""
    if isinstance(value, Mapping):
        inherited = key if key in ("suites", "robots") else ""
        return {name: _absolute(part, base, inherited or _key(name, value)) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_absolute(part, base, key) for part in value]
    return _path(value, base, key) if isinstance(value, str) and "://" not in value else value


def _path(value: str, base: Path, key: str) -> str:
    path = (base / value).absolute()
    return str(path) if _is_file(key) or (key in PERHAPS_FILES and path.exists()) else value
