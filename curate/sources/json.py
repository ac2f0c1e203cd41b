"""JSON: one array of objects in a file. Each element ends as a row or as a rejected row with its number."""

from collections.abc import Mapping, Sequence

from ...core import ConfigError
from ..base import SOURCES, Reject, Source
from .columns import Columns, Modality
from .file_source import FileSource, Rows
from .files import Advance, InputFile, Paths, find_files, open_input
from .json_elements import elements
from .jsonl import object_rows
from .lines import LONGEST_LINE

SUFFIXES = (".json",)


@SOURCES.register("json", source="RFC 8259")
def json(
    path: Paths,
    array: str | None = None,
    text: str = "text",
    fields: Mapping[str, str] | None = None,
    groups: Sequence[str] = (),
    attributes: Sequence[str] | None = None,
    modality: Modality = "text",
    declared: Mapping[str, str] | None = None,
    maximum_element_bytes: int = LONGEST_LINE,
) -> Source:
    """JSON files that hold one array of objects, also as .gz, .zst and .bz2.

    ``path`` is a file, a folder (every .json in it), a pattern or a URL. ``array`` names the array where the file is an
    object: a key, or keys with dots between them (``data.rows``); without it the file is the array itself or an object
    with one array among its values. ``text``, ``fields``, ``groups``, ``attributes``, ``modality`` and ``declared`` are
    as in the source jsonl. The file is streamed: its size does not matter, and one element may have
    ``maximum_element_bytes``. An element that breaks a rule of jsonl is rejected with its number; a file without such
    an array, cut off within it or with something after it is an error.
    """
    keys = None if array is None else array.split(".")
    if keys is not None and not all(keys):
        raise ConfigError(f"array: {array!r} is no path to an array; write a key, or keys with dots: data.rows")
    columns = Columns.of(text, fields, groups, attributes, modality, declared)

    def read(file: InputFile, reject: Reject, advance: Advance) -> Rows:
        with open_input(file, advance) as chunks:
            found = elements(chunks, keys, maximum_element_bytes, file.place)
            yield from object_rows(found, file, columns, maximum_element_bytes, reject)

    options = columns.options() | {"array": array, "maximum_element_bytes": maximum_element_bytes}
    return FileSource("json", find_files(path, SUFFIXES), read, options, modality)
