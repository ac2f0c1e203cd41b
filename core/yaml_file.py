"""YAML read with caps and with the line of every key, so that an error can point at it."""

from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .errors import ConfigError, InputError

MAXIMUM_BYTES = 1 << 20
MAXIMUM_DEPTH = 20
MAXIMUM_VALUES = 20_000
MAXIMUM_DIGITS = 100
PLAIN_TAGS = {"map", "seq", "str", "int", "float", "bool", "null", "timestamp"}
KeyPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class YamlFile:
    """Parsed values, and the line (from 1) of each key or list item by its path."""

    path: Path
    values: dict[str, Any]
    lines: dict[KeyPath, int]

    def place(self, key: KeyPath) -> str:
        """``demo.yaml:12: curate[2].repetition`` for the nearest key that stands in the file."""
        known = next((key[:size] for size in range(len(key), -1, -1) if key[:size] in self.lines), ())
        return f"{self.path.name}:{self.lines.get(known, 1)}: {dotted(key)}"


def dotted(key: KeyPath) -> str:
    """``curate[2].repetition`` for ``("curate", 2, "repetition")``."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in key)
    return text.lstrip(".") or "(top level)"


def load_yaml(path: Path, missing: str = "'headwater init' writes a starter config") -> YamlFile:
    """Read a YAML mapping. Too big, too deep, aliases, duplicate keys and custom tags are errors with their line.

    ``missing`` is the advice of the error where there is no such file.
    """
    try:
        content = path.read_bytes()
    except (FileNotFoundError, IsADirectoryError):
        raise InputError(f"{path}: no such file; {missing}") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    if len(content) > MAXIMUM_BYTES:
        raise ConfigError(f"{path.name}: {len(content):,} bytes; a config may have at most {MAXIMUM_BYTES:,}")
    try:
        _check_events(path, content)
        node = yaml.compose(content, Loader=yaml.SafeLoader)
        lines: dict[KeyPath, int] = {}
        values = _construct(path, node, (), lines) if node is not None else {}
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(f"{path.name}: not valid YAML: {_first_line(error)}") from None
    if not isinstance(values, dict):
        raise ConfigError(f"{path.name}:1: a config is a mapping of keys to values, not a {type(values).__name__}")
    return YamlFile(path, values, lines)


def _check_events(path: Path, content: bytes) -> None:
    depth = values = 0
    for event in yaml.parse(content, Loader=yaml.SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            raise ConfigError(f"{path.name}:{line}: aliases (*name) are not allowed in a config")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAXIMUM_DEPTH:
            raise ConfigError(f"{path.name}:{line}: nested deeper than {MAXIMUM_DEPTH} levels")
        values += isinstance(event, yaml.NodeEvent)
        if values > MAXIMUM_VALUES:
            raise ConfigError(f"{path.name}:{line}: more than {MAXIMUM_VALUES:,} values; a config is not for data")


def _construct(path: Path, node: yaml.Node, key: KeyPath, lines: dict[KeyPath, int]) -> Any:
    lines[key] = node.start_mark.line + 1
    if node.tag.removeprefix("tag:yaml.org,2002:") not in PLAIN_TAGS:
        raise ConfigError(f"{path.name}:{lines[key]}: the tag {node.tag!r} is not allowed in a config")
    if isinstance(node, yaml.SequenceNode):
        return [_construct(path, item, (*key, index), lines) for index, item in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        return _scalar(path, node)
    values: dict[str, Any] = {}
    for key_node, value_node in node.value:
        name = _scalar(path, key_node) if isinstance(key_node, yaml.ScalarNode) else None
        line = key_node.start_mark.line + 1
        if not isinstance(name, str):
            raise ConfigError(f"{path.name}:{line}: a key must be a word, not {name!r}")
        if name in values:
            raise ConfigError(f"{path.name}:{line}: key {name!r} is given twice; keep one of them")
        values[name] = _construct(path, value_node, (*key, name), lines)
        lines[(*key, name)] = line
    return values


def _scalar(path: Path, node: yaml.Node) -> Hashable:
    place = f"{path.name}:{node.start_mark.line + 1}"
    if node.tag.endswith((":int", ":float")) and len(node.value) > MAXIMUM_DIGITS:
        raise ConfigError(f"{place}: a number of {len(node.value):,} characters; at most {MAXIMUM_DIGITS} are read")
    try:
        value: Hashable = yaml.SafeLoader("").construct_object(node)
    except (ValueError, ArithmeticError, LookupError, TypeError, AttributeError):
        kind = node.tag.removeprefix("tag:yaml.org,2002:")
        raise ConfigError(
            f"{place}: {str(node.value)[:60]!r} cannot be read as {kind}; quote it to make it text"
        ) from None
    # A date is text here: the config is stored again as JSON and YAML and must stay the same.
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


def _first_line(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    where = f"line {mark.line + 1}: " if mark else ""
    return where + str(getattr(error, "problem", None) or error).split("\n")[0]
