"""Checks what a config sets for a registered factory, before it is called."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_type_hints

from pydantic import ConfigDict, TypeAdapter, ValidationError

from ..core import ConfigError, UsageError, did_you_mean


def call_checked(factory: Callable[..., Any], values: Mapping[str, Any], place: str) -> Any:
    """``factory(**values)``; an unknown, missing or wrong parameter raises :class:`ConfigError` with its place."""
    check_parameters(factory, values, place)
    try:
        return factory(**values)
    except UsageError as error:
        raise ConfigError(f"{place}: {_without_name(str(error), place)}") from None


def check_parameters(
    factory: Callable[..., Any], values: Mapping[str, Any], place: str, given: Sequence[str] = ()
) -> None:
    """Raise :class:`ConfigError` for an unknown, missing or wrong parameter; ``given`` are set by others."""
    signature = inspect.signature(factory).parameters
    parameters = {name: parameter for name, parameter in signature.items() if name not in given}
    for key in values:
        if key not in parameters:
            hint = did_you_mean(str(key), parameters)
            raise ConfigError(f"{place}: no parameter {key!r}; {hint}parameters: {', '.join(parameters) or 'none'}")
    for key, parameter in parameters.items():
        if parameter.default is parameter.empty and key not in values:
            raise ConfigError(f"{place}: the parameter {key!r} is missing")
    for key, value in values.items():
        check_value(factory, key, value, f"{place}.{key}")


def check_value(factory: Callable[..., Any], key: str, value: Any, place: str) -> None:
    """Raise :class:`ConfigError` for a value that is not of the type of the parameter ``key``."""
    constructor: Any = vars(factory).get("__init__", factory) if isinstance(factory, type) else factory
    _check(value, get_type_hints(constructor).get(key, Any), place)


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
