"""Which columns may be known of a person from elsewhere, told from their names."""

import re
from collections.abc import Sequence

from .column_types import Typed

MOST = 10
WORDS = frozenset({
    "age", "sex", "gender", "race", "ethnicity", "ethnic", "zip", "zipcode", "postcode", "postal", "birth", "birthday",
    "birthdate", "dob", "born", "country", "city", "town", "state", "county", "region", "district", "nationality",
    "citizenship", "marital", "married", "education", "degree", "school", "occupation", "job", "profession", "employer",
    "religion", "language", "height", "weight", "disability", "veteran", "household", "children",
})  # fmt: skip
PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
TYPES = ("boolean", "integer", "real", "date", "category", "mixed")


def proposed(columns: Sequence[Typed], groups: Sequence[str]) -> list[str]:
    """The declared columns of groups, then those with a word in their name that says what others know of a person.

    At most ten, in the order of the table; columns that number rows, hold free text or have one value are none.
    """
    usable = [one.name for one in columns if one.kind in TYPES]
    named = [name for name in usable if WORDS & {part.casefold() for part in PARTS.findall(name)}]
    first = [name for name in groups if name in usable]
    return list(dict.fromkeys([*first, *named]))[:MOST]
