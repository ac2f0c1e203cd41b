"""The words for which a detector finds outputs hurtful or unpleasant: what is then counted in the corpus."""

from collections import Counter
from collections.abc import Iterator, Sequence

from ...curate import AttributeTerms, safety

UNPLEASANT = ("sentiment", "unpleasant")


def telling_words(detector: safety.TextDetector, texts: Sequence[str]) -> tuple[list[str], str]:
    """The words that a detector scores by in some texts, most frequent first, lower case, and what to call them.

    A detector that is no word list does not tell them: then these are unpleasant words of the lexicon and phrases of
    the list of toxic ones.
    """
    own = True
    if isinstance(detector, safety.ToneWords):
        bad = {key for key, is_bad in zip(detector.terms.groups, detector.bad, strict=True) if is_bad}
        terms, lists = detector.terms, detector.lists
    elif isinstance(detector, safety.PhraseDetector):
        terms, bad, lists = None, set(), detector.lists
    else:
        own, terms, bad = False, AttributeTerms(("sentiment",)), {UNPLEASANT}
        lists = (safety.load_phrases("toxicity"),)
    found: Counter[str] = Counter()
    for text in texts:
        found.update(_words(text, terms, bad, lists))
    words = [word for word, _ in sorted(found.items(), key=lambda item: (-item[1], item[0]))]
    name = f"the words for which {detector.name} scores these outputs" if own else "unpleasant words of these outputs"
    return words, name


def _words(
    text: str, terms: AttributeTerms | None, bad: set[tuple[str, str]], lists: Sequence[safety.PhraseList]
) -> Iterator[str]:
    for one in terms.find(text) if terms is not None else ():
        if (one.category, one.group) in bad:
            yield one.term.lower()
    for hit in safety.find_all(lists, text) if any(one.may_match(text) for one in lists) else ():
        yield " ".join(text[hit.start : hit.end].lower().split())
