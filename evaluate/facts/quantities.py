"""Numbers of a text with their units, normalised exactly: "1,000" is "1000", "1 thousand" and "one thousand"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

_ONE_NAMES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TEN_NAMES = "twenty thirty forty fifty sixty seventy eighty ninety"
ONES = {name: value for value, name in enumerate(_ONE_NAMES.split())}
TENS = {name: 10 * value for value, name in enumerate(_TEN_NAMES.split(), 2)}
SCALES = {"hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
SHORT_SCALES = {"k": 10**3, "bn": 10**9, "tn": 10**12, "mn": 10**6}
CURRENCIES = {
    "$": "dollar", "us$": "dollar", "€": "euro", "£": "pound sterling", "¥": "yen", "dollar": "dollar",
    "dollars": "dollar", "usd": "dollar", "euro": "euro", "euros": "euro", "eur": "euro", "yen": "yen", "jpy": "yen",
    "gbp": "pound sterling",
}  # fmt: skip
UNITS: dict[str, tuple[str, Fraction]] = {}
for _base, _names in {
    "metre": {"m|metre|meter": "1", "km|kilometre|kilometer": "1000", "cm|centimetre|centimeter": "1/100",
              "mm|millimetre|millimeter": "1/1000", "mile|mi": "1609344/1000", "foot|feet|ft": "3048/10000",
              "yard|yd": "9144/10000", "inch|inche": "254/10000"},
    "gram": {"g|gram|gramme": "1", "kg|kilogram|kilo": "1000", "mg|milligram": "1/1000", "tonne": "1000000",
             "lb|pound": "45359237/100000", "ounce|oz": "28349523125/1000000000"},
    "second": {"s|sec|second": "1", "min|minute": "60", "h|hr|hour": "3600", "day": "86400", "week": "604800",
               "ms|millisecond": "1/1000"},
    "month": {"month": "1", "year|yr": "12", "decade": "120", "century|centurie": "1200"},
    "litre": {"l|litre|liter": "1", "ml|millilitre|milliliter": "1/1000"},
    "byte": {"byte": "1", "kb|kilobyte": "1000", "mb|megabyte": "1000000", "gb|gigabyte": "1000000000"},
    "watt": {"watt": "1", "kw|kilowatt": "1000", "mw|megawatt": "1000000", "gw|gigawatt": "1000000000"},
}.items():  # fmt: skip
    for _spellings, _factor in _names.items():
        for _name in _spellings.split("|"):
            UNITS |= {_name: (_base, Fraction(_factor)), f"{_name}s": (_base, Fraction(_factor))}
PERCENT = {"%", "percent", "percents", "per cent", "pct"}
_ONES, _TENS, _SCALES = ("|".join(names) for names in (ONES, TENS, SCALES))
_SMALL = rf"(?:(?:{_TENS})(?:[ -](?:{'|'.join(list(ONES)[1:10])}))?|{_ONES})(?!\w)"
_NUMBER = re.compile(
    r"(?<![\w.,])(?P<sign>[-−](?=\d))?(?P<money>US\$|[$€£¥])?\s?"
    r"(?P<digits>\d{1,3}(?:[,\u00a0\u202f]\d{3}){1,9}(?!\d)|\d{1,30})(?P<part>\.\d{1,20})?(?P<ordinal>st|nd|rd|th|s)?(?![\d])"
    rf"|(?<!\w)(?P<words>{_SMALL}(?:[ -](?:{_SCALES})(?!\w)(?:[ -](?:and[ -])?{_SMALL})?){{0,8}})",
    re.IGNORECASE,
)
_AFTER = re.compile(r"[ \u00a0-]?(per cent\b|[A-Za-z]{1,12}\b|%)")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in base units. ``unit`` is empty, ``%``, a currency or a base unit; ``text`` stands at [start, end)."""

    value: Fraction
    unit: str
    text: str
    start: int
    end: int

    def supported_by(self, other: "Quantity") -> bool:
        """Whether the other one says so: equal values, and a unit that it does not lack or contradict."""
        return self.value == other.value and self.unit in ("", other.unit)


def quantities(text: str) -> list[Quantity]:
    """Every number in digits or English words, in order. A lone "one" is a pronoun as often as a number: left out.

    A comma groups thousands and a point is decimal. Numbers of more than 30 digits are left out.

    >>> [(str(one.value), one.unit) for one in quantities("$1.5 million, 2 km, five per cent and 1,000")]
    [('1500000', 'dollar'), ('2000', 'metre'), ('5', '%'), ('1000', '')]
    """
    return list(_quantities(text))


def _quantities(text: str) -> Iterator[Quantity]:
    after = 0
    for match in _NUMBER.finditer(text):
        if match.start() < after:
            continue
        value = _digits(match) if match["digits"] else _words(match["words"].lower())
        if value is None:
            continue
        end, unit = match.end(), CURRENCIES.get((match["money"] or "").lower(), "")
        if not match["ordinal"]:
            value, unit, end = _with_unit(text, value, unit, end)
        elif match["ordinal"].lower() == "s":
            unit = "decade"
        after = end
        yield Quantity(value, unit, text[match.start() : end].strip(), match.start(), end)


def _digits(match: re.Match[str]) -> Fraction:
    whole = re.sub(r"\D", "", match["digits"])
    number = Fraction(whole + (match["part"] or ""))
    return -number if match["sign"] else number


def _words(text: str) -> Fraction | None:
    """English words as a number; None for a lone "one"."""
    words = [word for word in re.split(r"[ -]", text) if word != "and"]
    if words == ["one"]:
        return None
    total = current = 0
    for word in words:
        if word == "hundred":
            current = max(1, current) * 100
        elif word in SCALES:
            total, current = total + max(1, current) * SCALES[word], 0
        else:
            current += ONES.get(word, TENS.get(word, 0))
    return Fraction(total + current)


def _with_unit(text: str, value: Fraction, unit: str, end: int) -> tuple[Fraction, str, int]:
    """The value times the scale and unit that follow, such as "million" and "dollars"."""
    for _ in range(2):
        found = _AFTER.match(text, end)
        if not found:
            break
        word = found[1].lower()
        if word in SCALES or (word in SHORT_SCALES and text[end : end + 1] != "-"):
            value, end = value * {**SCALES, **SHORT_SCALES}[word], found.end()
            continue
        if not unit and word in PERCENT:
            return value, "%", found.end()
        if not unit and word in CURRENCIES:
            return value, CURRENCIES[word], found.end()
        if unit and word == "m":
            return value * 10**6, unit, found.end()
        if not unit and word in UNITS:
            base, factor = UNITS[word]
            return value * factor, base, found.end()
        break
    return value, unit, end
