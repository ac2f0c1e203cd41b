"""Words that deny, and a small list of opposites: what vectors of words hardly tell apart."""

import re

_WORD = re.compile(r"\w{1,60}(?:['’]\w{1,10})?")
_NEGATIONS_WORDS = "no not never none nobody nothing neither nor without cannot nowhere hardly"
NEGATIONS = frozenset(_NEGATIONS_WORDS.split())
_PAIRS = (
    "man woman|men women|boy girl|boys girls|male female|husband wife|father mother|son daughter|"
    "brother sister|he she|his her|him her|inside outside|indoors outdoors|indoor outdoor|asleep awake|"
    "sleeping running|sitting standing|sit stand|sits stands|sitting walking|sitting running|standing lying|"
    "day night|morning evening|summer winter|hot cold|old young|big small|large small|tall short|long short|"
    "high low|up down|above below|before after|first last|early late|black white|red blue|red green|happy sad|"
    "smiling crying|laughing crying|empty full|open closed|alone together|alive dead|born died|won lost|"
    "win lose|wins loses|increase decrease|increased decreased|increases decreases|rise fall|rose fell|"
    "gain loss|gained lost|buy sell|bought sold|accept reject|accepted rejected|allow ban|allowed banned|"
    "start end|began ended|begin end|arrive leave|arrived left|more less|most least|many few|always never|"
    "everyone nobody|everybody nobody|everything nothing|all none|left right|north south|east west|"
    "northern southern|eastern western|true false|right wrong|good bad|best worst|better worse|love hate|"
    "friend enemy|public private|rich poor|cat dog|adult child|adults children|wet dry|dirty clean|"
    "success failure|succeeded failed|guilty innocent|possible impossible"
)
OPPOSITES = frozenset(frozenset(pair.split()) for pair in _PAIRS.split("|"))
_PARTNERS: dict[str, set[str]] = {}
for _pair in OPPOSITES:
    for _word in _pair:
        _PARTNERS.setdefault(_word, set()).update(_pair - {_word})


def words_of(text: str) -> set[str]:
    """The different words of a text in lower case; "isn't" is one."""
    return {match[0].lower().replace("’", "'") for match in _WORD.finditer(text)}


def denies(words: set[str]) -> bool:
    """Whether one of the words is a negation."""
    return any(word in NEGATIONS or word.endswith("n't") for word in words)


def opposed(words: set[str], others: set[str]) -> list[tuple[str, str]]:
    """Words that the other text lacks, each with an opposite of it that stands there and not here."""
    fresh = words - others
    return [
        (word, other)
        for word in sorted(fresh)
        for other in sorted(_PARTNERS.get(word, ()))
        if other in others and other not in words
    ]
