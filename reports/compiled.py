"""Compiled templates, kept for the next page of this process: to compile them took a quarter of the time of a page."""

from functools import cache
from types import CodeType

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket


class CompiledTemplates(BytecodeCache):
    """Code by the name of a template and its content, so that an edited template is compiled again."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """What an earlier page compiled from the same content."""
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it."""
        self._codes[bucket.key, bucket.checksum] = bucket.code


@cache
def compiled_templates(autoescape: bool) -> CompiledTemplates:
    """One store for each kind of escaping: the code of a template differs by it."""
    return CompiledTemplates()
