"""Checks what a config sets for a registered factory, before it is called."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any, get_type_hints

from pydantic import ConfigDict, TypeAdapter, ValidationError

from ..core import ConfigError, UsageError, did_you_mean


def call_checked(factory: Callable[..., Any], values: Mapping[str, Any], place: str) -> Any:
    """``factory(**values)``; an unknown, missing or wrong parameter raises :class:`ConfigError` with its place."""
    parameters = inspect.signature(factory).parameters
    for key in values:
        if key not in parameters:
            hint = did_you_mean(str(key), parameters)
            raise ConfigError(f"{place}: no parameter {key!r}; {hint}parameters: {', '.join(parameters) or 'none'}")
    for key, parameter in parameters.items():
        if parameter.default is parameter.empty and key not in values:
            raise ConfigError(f"{place}: the parameter {key!r} is missing")
    constructor: Any = vars(factory).get("__init__", factory) if isinstance(factory, type) else factory
    hints = get_type_hints(constructor)
    for key, value in values.items():
        _check(value, hints.get(key, Any), f"{place}.{key}")
    try:
        return factory(**values)
    except UsageError as error:
        raise ConfigError(f"{place}: {_without_name(str(error), place)}") from None


def _without_name(message: str, place: str) -> str:
    """A message that begins with the name in which the place ends, without that name."""
    return message.removeprefix(f"{place.rpartition('.')[2]}: ")


def _check(value: Any, hint: Any, place: str) -> None:
    try:
        TypeAdapter(hint, config=ConfigDict(arbitrary_types_allowed=True)).validate_python(value, strict=True)
    except ValidationError as error:
        if isinstance(value, str) and all(problem["type"] == "sequence_str" for problem in error.errors()):
            raise ConfigError(f"{place}: write a list, [{value}], not {value!r}") from None
        reasons = list(dict.fromkeys(problem["msg"].lower() for problem in error.errors()))
        given = f" (given: {value!r})" if isinstance(value, (str, int, float, bool, type(None))) else ""
        raise ConfigError(f"{place}: {' or '.join(reasons[:3])}{given}") from None
