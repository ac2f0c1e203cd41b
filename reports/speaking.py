"""The language in which a page is being laid out: set once for a rendering, asked by whatever makes words."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from .catalogue import DEFAULT, THIN, Catalogue

_LANGUAGE: ContextVar[str] = ContextVar("language of the page", default=DEFAULT)
_APART: ContextVar[bool] = ContextVar("whether the page stands apart from runs", default=False)


@contextmanager
def speaking(language: str, apart: bool = False) -> Iterator[Catalogue]:
    """Everything within speaks this language, of a run or ``apart`` from runs; outside of it, English and of a run."""
    texts = Catalogue(language, apart)
    before, was_apart = _LANGUAGE.set(language), _APART.set(apart)
    try:
        yield texts
    finally:
        _LANGUAGE.reset(before)
        _APART.reset(was_apart)


def say(key: str, **values: object) -> str:
    """A text of the catalogue in the language of the page."""
    return Catalogue(_LANGUAGE.get(), _APART.get())(key, **values)


def local(digits: str) -> str:
    """An English number as the language of the page writes it.

    >>> with speaking("de"):
    ...     local("12,345.6")
    '12\\u202f345,6'
    """
    if _LANGUAGE.get() != "de":
        return digits
    return digits.replace(",", THIN).replace(".", ",")
