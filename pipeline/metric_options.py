"""Metrics that a command names, with their options and the file that they score."""

import inspect
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from ..core import ConfigError, UsageError, did_you_mean
from ..curate import check_value

Requests = tuple[tuple[str, dict[str, Any]], ...]
FILE = "_file"
ASKED_WITH = frozenset({"templates_file", "groups_file", "lexicon_file", "tests_file", "synonyms_file"})
"""Files that a model is asked or judged with: no answers stand in them."""
LONGEST = 100_000


def named_metrics(names: Sequence[str], settings: Sequence[str]) -> Requests:
    """The metrics with their options; ``settings`` are ``[METRIC.]KEY=VALUE``, and files get absolute paths.

    A KEY without the name of a metric is for every one that has such a parameter. Raises
    :class:`~headwater.core.UnknownName` for a metric that does not exist, :class:`UsageError` for a setting that fits
    none of them.
    """
    if settings and not names:
        raise UsageError(f"--set {_shown(settings[0])}: --set gives options to metrics; name them with --metric")
    options: dict[str, dict[str, Any]] = {name: {} for name in names}
    known = {name: parameters(name) for name in options}
    for setting in settings:
        key, mark, text = setting.partition("=")
        if not mark or not key.strip():
            raise UsageError(f"--set {_shown(setting)}: write KEY=VALUE, or METRIC.KEY=VALUE for one metric alone")
        for name, option in _meant(key.strip(), known):
            options[name][option] = _value(name, option, text)
    return tuple(options.items())


def parameters(metric: str) -> Mapping[str, inspect.Parameter]:
    """What a metric may be told, by name."""
    from ..evaluate import METRICS

    own = list(inspect.signature(METRICS.get(metric, "--metric")).parameters.items())
    return dict(own[1:])


def with_file(requests: Requests, file: Path) -> Requests:
    """Each metric with the file as the one that it scores.

    That is its parameter ``..._file``: the one that it must have, or the only one that is not set. Raises
    :class:`UsageError` where there is none or several.
    """
    return tuple((name, _with_file(name, options, str(file.absolute()))) for name, options in requests)


def _with_file(name: str, options: dict[str, Any], file: str) -> dict[str, Any]:
    if file in options.values():
        return options
    files = [key for key in parameters(name) if _scored(key)]
    free = [key for key in files if key not in options]
    needed = [key for key in free if parameters(name)[key].default is inspect.Parameter.empty]
    if len(found := needed or free) == 1:
        return {**options, found[0]: file}
    if found:
        listed = " or ".join(f"--set {name}.{key}={Path(file).name}" for key in found)
        raise UsageError(f"--metric {name}: it takes {len(found)} files; say which one this is: {listed}")
    if files:
        raise UsageError(
            f"--set {name}.{files[0]}={options[files[0]]}: {Path(file).name} is that file already; name one"
        )
    raise UsageError(
        f"--metric {name}: it takes no file of answers; give --model and --corpus, or a run folder. Metrics that score "
        f"a file: {', '.join(_of_files())}"
    )


def _scored(key: str) -> bool:
    return key.endswith(FILE) and key not in ASKED_WITH


def _of_files() -> list[str]:
    from ..evaluate import METRICS

    return [name for name in METRICS.names() if any(_scored(key) for key in parameters(name))]


def _meant(key: str, known: Mapping[str, Mapping[str, inspect.Parameter]]) -> list[tuple[str, str]]:
    """The metrics that a setting is for, each with the parameter."""
    metric, dot, option = key.rpartition(".")
    if dot:
        if metric not in known:
            hint = did_you_mean(metric, known)
            raise UsageError(f"--set {_shown(key)}: no --metric {metric!r}; {hint}named are: {', '.join(known)}")
        if option in known[metric]:
            return [(metric, option)]
        known = {metric: known[metric]}
    found = [(name, key) for name, own in known.items() if key in own]
    if not found:
        names = list(dict.fromkeys(one for own in known.values() for one in own))
        hint = did_you_mean(option, names)
        raise UsageError(
            f"--set {_shown(key)}: {' and '.join(known)} {'has' if len(known) == 1 else 'have'} no option {option!r}; "
            f"{hint}options: {', '.join(names)}"
        )
    return found


def _value(metric: str, option: str, text: str) -> Any:
    """A YAML value; the text as it stands where the option takes a text (``--set positive=yes``)."""
    place = f"--set {metric}.{option}"
    if len(text) > LONGEST:
        raise UsageError(f"{place}: {len(text):,} characters; write such a value into a config")
    if option.endswith(FILE):
        return str(Path(text).expanduser().absolute())
    try:
        value = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError):
        value = text
    wrong = [_wrong(metric, option, one, place) for one in (value, text)]
    if all(wrong):
        raise ConfigError(wrong[0])
    return text if wrong[0] else value


def _wrong(metric: str, option: str, value: Any, place: str) -> str:
    """What is wrong with a value; empty where nothing is."""
    from ..evaluate import METRICS

    try:
        check_value(METRICS.get(metric), option, value, place)
    except ConfigError as error:
        return str(error)
    return ""


def _shown(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:80]}…"
