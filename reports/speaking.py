"""The language in which a page is being laid out: set once for a rendering, asked by whatever makes words."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from .catalogue import DEFAULT, THIN, Catalogue

_LANGUAGE: ContextVar[str] = ContextVar("language of the page", default=DEFAULT)


@contextmanager
def speaking(language: str) -> Iterator[Catalogue]:
    """Everything within speaks this language; outside of it, English."""
    texts = Catalogue(language)
    token = _LANGUAGE.set(language)
    try:
        yield texts
    finally:
        _LANGUAGE.reset(token)


def say(key: str, **values: object) -> str:
    """A text of the catalogue in the language of the page."""
    return Catalogue(_LANGUAGE.get())(key, **values)


def local(digits: str) -> str:
    """An English number as the language of the page writes it.

    >>> with speaking("de"):
    ...     local("12,345.6")
    '12\\u202f345,6'
    """
    if _LANGUAGE.get() != "de":
        return digits
    return digits.replace(",", THIN).replace(".", ",")
