"""Whether an answer in words is one of the known ones: exact, contained, or by the words they share.

Both sides are normalised as in SQuAD (Rajpurkar et al. 2016): lower case, no punctuation, no articles. Numbers are read
on top: 1,000 = 1000 = 1000.0, and zero to twelve in words are digits.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

ARTICLES = frozenset({"a", "an", "the"})
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
NUMBERS = {word: str(value) for value, word in enumerate(WORDS)}
TOKEN = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?|[^\W_]+|%", re.UNICODE)
LONGEST = 100_000
"""Characters of an answer that are read."""
LONGEST_NUMBER = 40


def words_of(text: str) -> list[str]:
    """The normalised words of a text.

    >>> words_of("The 1,000.50 Lakes, e.g. two -- or 5%!")
    ['1000.5', 'lakes', 'e', 'g', '2', 'or', '5', '%']
    """
    plain = unicodedata.normalize("NFKC", text[:LONGEST]).replace("\u2212", "-").replace("percent", "%").lower()
    found, before = [], ""
    for match in TOKEN.finditer(plain):
        token, before = match[0], plain[match.start() - 1 : match.start()]
        if token[0] in "+-" and (before.isalnum() or token[0] == "+"):  # a range or a hyphen, and no sign
            token = token[1:]
        found.append(_number(token) if any(sign.isdigit() for sign in token[:2]) else NUMBERS.get(token, token))
    return [token for token in found if token not in ARTICLES] or found


def _number(token: str) -> str:
    digits = token.replace(",", "")
    if len(digits) > LONGEST_NUMBER:
        return digits
    try:
        value = Decimal(digits)
    except InvalidOperation:
        return digits
    if value.is_zero():
        return "0"
    return format(value.normalize(), "f")


def exact(answer: str, known: Sequence[str]) -> bool:
    """Whether the answer is a known one once both are normalised.

    >>> exact("The answer: 1000.", ["1,000"]), exact("An Eiffel tower!", ["Eiffel Tower"])
    (False, True)
    """
    mine = words_of(answer)
    return bool(mine) and any(mine == words_of(one) for one in known)


def contains(answer: str, known: Sequence[str]) -> bool:
    """Whether all words of a known answer stand in the answer, one after the other.

    >>> contains("It is the Eiffel tower in Paris.", ["Eiffel Tower"]), contains("Parisian", ["Paris"])
    (True, False)
    """
    mine = " " + " ".join(words_of(answer)) + " "
    return any(f" {' '.join(theirs)} " in mine for theirs in map(words_of, known) if theirs)


def token_f1(answer: str, known: Sequence[str]) -> float:
    """The largest F1 of the words shared with a known answer, each as often as both have it. Range [0, 1].

    >>> token_f1("the big lake", ["a lake"])
    0.6666666666666666
    """
    mine = Counter(words_of(answer))
    return max((_f1(mine, Counter(words_of(one))) for one in known), default=0.0)


def _f1(mine: Counter[str], theirs: Counter[str]) -> float:
    shared = sum((mine & theirs).values())
    return 2 * shared / (sum(mine.values()) + sum(theirs.values())) if shared else 0.0
