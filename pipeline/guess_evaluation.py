"""The config behind ``headwater evaluate SUBJECT --against DATA``: what is scored, and what it is held against."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..core import InputError, UsageError
from ..curate import guess_corpus

MODEL_SUFFIXES = (".gguf",)
LARGE_MODEL: Mapping[str, int] = {
    "free": 32, "free_tokens": 64, "prefixes": 32, "repeats": 5, "repeat_samples": 3, "repeat_tokens": 32,
    "counterfactual": 45, "counterfactual_tokens": 16,
}  # fmt: skip
"""A model made elsewhere writes some tens of tokens a second on a processor: minutes instead of an hour."""


Subject = Path | Mapping[str, Any]


def guess_evaluation(subject: Subject, data: Path, label: str | None = None, groups: str = "") -> dict[str, Any]:
    """The keys of a config that scores a model, or finished samples, against data; nothing is trained.

    ``subject`` is a model (checkpoint, run, Hugging Face folder, GGUF file), samples (a folder of images, a table, a
    file of outputs), or the options of the adapter of a server. Of tables, ``label`` is the column that a classifier
    learns and ``groups`` name columns of groups, separated by commas. Raises :class:`InputError` where either does not
    exist or their kinds do not fit.
    """
    for path in (subject, data):
        if isinstance(path, Mapping):
            continue
        if not path.exists():
            raise InputError(
                f"{path}: no such file or folder; give a model or samples, and with --against (--corpus) the data"
            )
        if path.is_file() and not path.stat().st_size:
            raise InputError(f"{path}: the file is empty; there is nothing to score")
    corpus = guess_corpus(data)
    kind = modality_of(corpus)
    named = [name.strip() for name in groups.split(",") if name.strip()]
    if (label or named) and kind != "table":
        raise UsageError(f"--label and --groups name columns of a table, and {data} holds {kind}s")
    if named:
        corpus["groups"] = named
    common: dict[str, Any] = {
        "title": f"Evaluation of {name_of(subject)} against {data.name}",
        "corpus": corpus,
        "curate": [],
        "audit": [],
    }
    if label:
        common["evaluate"] = {"metrics": [{"train-on-synthetic": {"label": label}}]}
    if isinstance(subject, Mapping) or is_model(subject):
        if kind != "text":
            raise UsageError(f"--against {data}: holds {kind}s; a language model is scored on texts")
        if isinstance(subject, Mapping):
            return common | {"model": {"external": dict(subject)}, "sample": dict(LARGE_MODEL)}
        return common | {"model": {"start": str(subject.absolute()), "steps": 0, "held_out": 0.9, "canaries": None},
                         "sample": dict(LARGE_MODEL)}  # fmt: skip
    return common | {"model": {"external": _samples(subject, kind)}}


def with_samples_of(values: dict[str, Any], suites: Sequence[str]) -> dict[str, Any]:
    """The keys of a config with as many samples as its suites ask for, where a model draws them."""
    if "sample" not in values or not suites:
        return values
    from ..evaluate import suite

    wanted = dict(values["sample"])
    for name in suites:
        for key, number in suite(name, "--suite").sample.items():
            wanted[key] = max(number, wanted.get(key, 0))
    return {**values, "sample": wanted}


def name_of(subject: Subject) -> str:
    """What a title and a run folder call it."""
    return str(subject["model"]) if isinstance(subject, Mapping) else subject.name


def is_model(path: Path) -> bool:
    """Whether a path holds a model and not what one made."""
    names = ("run.json", "config.json", "checkpoint/run.json")
    return path.suffix in MODEL_SUFFIXES or any((path / name).is_file() for name in names)


def modality_of(corpus: Mapping[str, Any]) -> str:
    """Text, image or table: what a guessed source gives."""
    return str(corpus.get("modality") or ("image" if corpus["source"] == "image-folder" else "text"))


def _samples(path: Path, kind: str) -> dict[str, Any]:
    found = guess_corpus(path)
    own = modality_of(found)
    asked: dict[str, Any] = {"kind": "samples", "path": str(path.absolute()), "name": path.name}
    if kind == own:
        options = {"text": {"output": "text"}, "table": {"modality": "table"}}
        return asked | options.get(own, {})
    if kind == "text" and own == "table":  # rows whose outputs stand in a column of their own
        return asked
    raise UsageError(f"{path} holds {own}s, and what it is held against holds {kind}s; give two of a kind")
