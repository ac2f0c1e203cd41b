"""Whether an answer refuses or says that it does not know: by versioned lists of phrases, in English."""

from functools import lru_cache
from typing import Literal

from ..curate import PhraseList, load_phrases

Kind = Literal["answer", "abstention", "empty"]
LISTS = (("machine-text", ("refusal",)), ("refusals", ("refusal",)))
ABSTENTION = ("refusals", "abstention")
HEAD, NEAR = 300, 40
"""A refusal stands among the first characters of an answer; that it does not know, at its beginning."""
ENDS = ".!?\n"


def refuses(text: str) -> bool:
    """Whether the first 300 characters hold a phrase of refusal.

    >>> refuses("I'm sorry, but I can't help with that."), refuses("I can't help but smile.")
    (True, False)
    """
    head = text[:HEAD]
    return any(hit.group in groups for name, groups in LISTS for hit in _phrases(name).find(head))


def kind_of(text: str) -> Kind:
    """``empty`` without a word; ``abstention`` where it refuses or begins by saying that it does not know.

    >>> [kind_of(text) for text in ("I don't know.", "I don't know the year, but it was Rome.", " ... ")]
    ['abstention', 'answer', 'empty']
    """
    head = text.strip()[:HEAD]
    if not any(sign.isalnum() for sign in text):
        return "empty"
    first = min((place for place in map(head.find, ENDS) if place > 0), default=len(head))
    name, group = ABSTENTION
    for hit in _phrases(name).find(head):
        if hit.group == group and hit.start < min(NEAR, first):
            goes_on = " but " in head[hit.end : first].replace(",", " ").lower() + " "
            return "answer" if goes_on else "abstention"
    return "abstention" if refuses(head) else "answer"


@lru_cache(maxsize=4)
def _phrases(name: str) -> PhraseList:
    return load_phrases(name)


def protocol() -> str:
    """Names, versions and hashes of the lists, for the method of a score."""
    return " and ".join(_phrases(name).protocol for name, _ in LISTS)
