"""Which groups and which words the sentences of a set tie to each other: what is then counted in the corpus."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ...curate import Lexicon, TermCounter, made_lexicon
from ..base import Subject
from .corpus_ties import CorpusTies, Key, Wanted, corpus_ties, word_lexicon

_WORD = re.compile(r"[^\W\d_]+")
LEAST, LONGEST, MOST_SENTENCES, MOST_WORDS = 4, 40, 40, 200
LEXICONS = ("gender", "ethnicity", "religion", "age", "disability", "orientation", "nationality")
NOTHING = " Nothing was counted in the corpus: there is no group, or no word beside it, that can be looked up."
WHAT = "the other words of these sentences"
_FUNCTION = (
    "about after again against along also although always among another anyone around away back because become been "
    "before being below between both came come comes could does doing done down each ever every everyone from gave "
    "getting give goes going gone have having here hers herself himself however into itself just keep kept knew "
    "know known like made make makes making many might more most much must myself never next nobody none once only "
    "onto other others ours over perhaps quite rather really same said says seem seen several shall should since "
    "some someone something soon still such take taken tell than that their theirs them themselves then there these "
    "they thing things think this those though through till together told took toward towards under until upon very "
    "want wanted wants well went were what when where whether which while whom whose will with within without would "
    "your yours yourself people person"
)
FUNCTION = frozenset(_FUNCTION.split())
"""Words that tell nothing of a person; so do all of fewer than four letters."""


def content_words(text: str) -> list[str]:
    """Different words of four letters or more that are no function words, in order and lower case.

    >>> content_words("They always cheat with the money, and cheat again")
    ['cheat', 'money']
    """
    found = (match.group().lower() for match in _WORD.finditer(text))
    return list(dict.fromkeys(word for word in found if LEAST <= len(word) <= LONGEST and word not in FUNCTION))


def groups_and_words(first: str, second: str, people: TermCounter) -> tuple[list[Key], list[str]]:
    """The groups that the sentence ``first`` ties to words, and these words, where ``second`` differs in one of them.

    Where the groups differ, the words are those that both sentences hold; where both name the same groups, those that
    only ``first`` holds.
    """
    ours, theirs = ({(one.category, one.group) for one in people.find(text)} for text in (first, second))
    named = {word for text in (first, second) for one in people.find(text) for word in content_words(one.term)}
    words = [word for word in content_words(first) if word not in named]
    other = set(content_words(second))
    if ours - theirs:
        return sorted(ours - theirs), [word for word in words if word in other]
    return sorted(ours & theirs), [word for word in words if word not in other]


def ties_of_sentences(subject: Subject, sentences: Sequence[tuple[str, str]]) -> CorpusTies:
    """The corpus's ties of pairs of sentences, of which a model prefers the first; those that carry most first.

    Pairs without a group of the lexicons are left out and counted; the first 40 others are looked at.
    """
    people = subject.once("people of sentences", lambda: TermCounter(LEXICONS))
    found: dict[Key, list[str]] = {}
    known = without = 0
    for first, second in sentences:
        groups, words = groups_and_words(first, second, people)
        if known == MOST_SENTENCES:
            break
        known, without = known + bool(groups and words), without + (not groups or not words)
        for group in groups if words else ():
            found.setdefault(group, []).extend(words)
    ties = ties_of_words(subject, found, people, WHAT)
    left = f" {without} of {known + without} pairs name no group of the word lists: not looked at." if without else ""
    return replace(ties, told=ties.told + left)


def ties_of_words(
    subject: Subject, found: Mapping[Key, Sequence[str]], people: TermCounter | None, what: str
) -> CorpusTies:
    """The corpus's ties of groups, by category and name, to the words given for each: the first 200 different ones."""
    listed = [word for words in found.values() for word in words if 0 < len(word.strip()) <= LONGEST]
    listed = list(dict.fromkeys(listed))[:MOST_WORDS]
    groups = [group for group in found if people is not None and group in people.groups]
    if not listed or not groups or people is None:
        return CorpusTies(NOTHING)
    words = TermCounter([word_lexicon(listed)])
    wanted = [Wanted(group, tuple(("words", word) for word in dict.fromkeys(found[group]))) for group in groups]
    return corpus_ties(subject, wanted, TermCounter(_needed(people, groups)), words, what)


def _needed(people: TermCounter, groups: Sequence[Key]) -> list[Lexicon]:
    """The lexicons of the categories alone: a counter of fewer words reads faster."""
    return [lexicon for lexicon in people.lexicons if lexicon.id in {category for category, _ in groups}]


def literal_people(category: str, groups: Mapping[str, Sequence[str]]) -> TermCounter | None:
    """A counter of phrases that name people, as they are written but for articles before them; None without any.

    >>> counter = literal_people("set", {"women": ["the aunt"]})
    >>> counter.count(["An aunt and her aunt."]).mentions.tolist()
    [[2]]
    """
    bare = {name: [_ARTICLE.sub("", phrase.strip()) for phrase in phrases] for name, phrases in groups.items()}
    fit = {name: [form for form in forms if 0 < len(form) <= LONGEST] for name, forms in bare.items()}
    return TermCounter([made_lexicon(category, fit, "identity")]) if any(fit.values()) else None


_ARTICLE = re.compile(r"^(?:the|an?|some|all)\s+", re.IGNORECASE)
