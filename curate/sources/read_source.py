"""A source by its name, with its options checked."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any, get_type_hints

from pydantic import ConfigDict, TypeAdapter, ValidationError

from ...core import ConfigError, HeadwaterError, did_you_mean
from ..base import SOURCES, Source
from .provenance import PROVENANCE


def read_source(name: str, /, place: str = "", **options: Any) -> Source:
    """The registered source ``name`` with these options; nothing is read yet but what shows that it can be.

    ``place`` says in error messages where the options stand ("demo.yaml:3: corpus"). Raises :class:`UnknownName` for
    the name, :class:`ConfigError` for an option and :class:`InputError` for a path with nothing behind it.
    """
    factory = SOURCES.get(name, place)
    where = f"{place}: " if place else ""
    checked = _checked(name, factory, options, where)
    try:
        return factory(**checked)
    except HeadwaterError as error:
        raise type(error)(f"{where}{error}") from None


def _checked(name: str, factory: Callable[..., Any], options: Mapping[str, Any], where: str) -> dict[str, Any]:
    parameters = inspect.signature(factory).parameters
    for key in options:
        if key not in parameters:
            hint = did_you_mean(key, parameters)
            if key in PROVENANCE and "declared" in parameters:
                hint = f"write declared: {{{key}: ...}}; "
            raise ConfigError(f"{where}no option {key!r} of source {name!r}; {hint}options: {', '.join(parameters)}")
    for key, parameter in parameters.items():
        if parameter.default is parameter.empty and key not in options:
            raise ConfigError(f"{where}source {name!r} needs the option {key!r}; 'headwater explain {name}' shows it")
    hints = get_type_hints(factory)
    return {key: _valid(key, value, hints.get(key, Any), where) for key, value in options.items()}


def _valid(key: str, value: Any, hint: Any, where: str) -> Any:
    try:
        TypeAdapter(hint, config=ConfigDict(arbitrary_types_allowed=True)).validate_python(value, strict=True)
        return value
    except ValidationError as error:
        reasons = list(dict.fromkeys(problem["msg"].lower() for problem in error.errors()))
        given = f" (given: {value!r})" if isinstance(value, (str, int, float, bool, type(None))) else ""
        raise ConfigError(f"{where}{key}: {' or '.join(reasons[:3])}{given}") from None
