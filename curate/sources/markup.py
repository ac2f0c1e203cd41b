"""The words of a Markdown text without its markup."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

DEEPEST = 100  # quotes and lists inside one another: the parser passes over what lies deeper
_BLOCK_ENDS = frozenset({"paragraph_close", "heading_close", "fence", "code_block", "hr", "table_close", "html_block"})
_LINE_ENDS = frozenset({"tr_close"})
_CELL_ENDS = frozenset({"td_close", "th_close"})


def strip_markup(text: str) -> str:
    """The words: paragraphs with a blank line between them, list items a line each, code as it is, images by their
    alternative text, links by their words; HTML goes. Raises :class:`ValueError` for more than 100 levels of nesting.

    >>> strip_markup("# Rivers\\n\\nThey *rise* [somewhere](https://a.example).\\n\\n- one\\n- two")
    'Rivers\\n\\nThey rise somewhere.\\n\\none\\ntwo'
    """
    pieces: list[str] = []
    for token in _parser().parse(text):
        if token.level >= DEEPEST:
            raise ValueError(f"nested deeper than {DEEPEST} levels")
        pieces += _words(token)
        if token.type in _BLOCK_ENDS:
            pieces.append("\n" if token.hidden else "\n\n")
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            pieces.append("\n\n")
        elif token.type in _LINE_ENDS:
            pieces.append("\n")
        elif token.type in _CELL_ENDS:
            pieces.append("\t")
    return _tidy("".join(pieces))


@cache
def _parser() -> Any:
    # Imported here because nobody else should wait for it.
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"maxNesting": DEEPEST + 1}).enable(["table", "strikethrough"])


def _words(token: Any) -> Iterator[str]:
    if token.type in ("fence", "code_block"):
        yield token.content
    elif token.type == "inline":
        yield from _inline(token.children or ())


def _inline(children: Sequence[Any]) -> Iterator[str]:
    for child in children:
        if child.type in ("softbreak", "hardbreak"):
            yield "\n"
        elif child.type == "image":
            yield from _inline(child.children or ())
        elif child.type in ("text", "code_inline", "text_special"):
            yield child.content


def _tidy(text: str) -> str:
    """At most one blank line in a row, and none at the ends."""
    lines: list[str] = []
    for line in text.split("\n"):
        line = line.rstrip()
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines).strip("\n")
