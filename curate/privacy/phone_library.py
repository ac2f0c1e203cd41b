"""What Google's metadata of numbering plans say of a number, where ``phonenumbers`` is installed (extra ``ids``)."""

import re
from functools import cache
from typing import Any

_OTHER = re.compile(rb"\(0\)|[^0-9]")


def judged(number: bytes) -> tuple[bool, bool]:
    """Whether a number written with its country code can be one by its length, and whether its range is given out.

    Without the library, and for numbers without a country code, both are True: our own rules have to do.
    """
    library = _library()
    if library is None or not number.startswith((b"+", b"(+")):
        return True, True
    digits = _OTHER.sub(b"", number).decode("ascii")
    size = next((size for size in (1, 2, 3) if int(digits[:size]) in library.COUNTRY_CODE_TO_REGION_CODE), 0)
    national = digits[size:]
    if not size or not national:
        return False, False
    # Built instead of parsed: the parser looks for the country in free text, which takes ten times as long.
    parsed = library.PhoneNumber(
        country_code=int(digits[:size]), national_number=int(national), italian_leading_zero=national[0] == "0"
    )
    # Lengths that only a neighbour can dial do not count: with a country code, this is no such number.
    possible = library.is_possible_number_with_reason(parsed) == library.ValidationResult.IS_POSSIBLE
    return possible, possible and bool(library.is_valid_number(parsed))


def is_confirmed(number: bytes) -> bool:
    """Whether the library is there and has the number's length."""
    return _library() is not None and judged(number)[0]


@cache
def _library() -> Any:
    try:
        import phonenumbers
    except ImportError:
        return None
    return phonenumbers
