"""Which of two forms an English pronoun takes: "her" as "him" or "his", "his" as "her" or "hers".

A rule on the words around it, no parser: what follows tells whether a noun phrase begins there. It is measured on
sentences with known answers; see the page of the filter ``counterfactual``.
"""

from dataclasses import dataclass


def words(listed: str) -> frozenset[str]:
    """The words of a list that is written with blanks between them."""
    return frozenset(listed.split())


_DETERMINERS = "the a an this that these those some any no both each every another such either neither enough"
_PRONOUNS = (
    "i you he she it we they me him us them his her hers my your our their its mine yours ours theirs who whom "
    "which what someone something anything nothing everything everyone anyone one himself herself itself themselves"
)
_PREPOSITIONS = (
    "to for with in on at by from of about after before as into onto over through under until upon within without "
    "toward towards against among around behind below beneath beside between beyond despite during except inside like "
    "near off outside since than throughout unless up via along across aboard alongside amid concerning regarding"
)
_CONJUNCTIONS = "and or but nor so yet because although though while when where whether if how why once whereas lest"
_AUXILIARIES = (
    "is are was were be been being am has have had do does did will would can could shall should may might must "
    "cannot isn't wasn't didn't doesn't won't wouldn't couldn't can't hasn't hadn't"
)
_ADVERBS = (
    "not never again too very there here then now away out down together apart aside aloud alone also just even "
    "soon twice instead anyway afterwards today yesterday tomorrow tonight everywhere somewhere forward "
    "forth ever always often already still further much more less rather quite almost anymore maybe perhaps overnight "
    "anywhere elsewhere ahead "
    "personally directly immediately quickly well happily repeatedly forever alive upstairs downstairs"
)
OBJECT_BEFORE = frozenset(
    " ".join((_DETERMINERS, _PRONOUNS, _PREPOSITIONS, _CONJUNCTIONS, _AUXILIARIES, _ADVERBS)).split()
)
"""After an object pronoun these words may come; after a possessive one hardly ever."""
_VERBS_OF_SENSE = words(
    "see saw seen sees seeing hear heard watch watched let lets letting make makes made making help helps helped "
    "helping have has had feel felt"
)
_BARE_VERBS = words(
    "go come leave know feel do be have take get make see say tell think look understand realise realize become run "
    "walk move give find keep stand sit sleep eat drink cry die live speak learn believe want forget remember decide "
    "pass cross enter return stay build solve lose win write read sing dance fall settle identify fix solve finish "
    "improve prepare choose carry open move work play join grow"
)
_GIVING = words(
    "give gives gave given giving offer offers offered wish wishes wished wishing owe owes owed grant granted ask "
    "asks asked asking teach teaches taught award awarded"
)
_CALLING = words(
    "call calls called calling bring brings brought bringing take takes took taken send sends sent get got pay paid "
    "want wants wanted invite invited win won hold held keep kept let put pull pulled push pushed drive drove follow "
    "followed throw threw"
)
_OFFERED = words(
    "advice money questions information permission instructions directions help happy good credit access time hope "
    "strength feedback tips life-saving luck congratulations flowers food medicine medication candy best"
)
_MAKING = words(
    "keep keeps kept make makes made making prove proves proved treat treats treated leave leaves left drive drives "
    "drove find finds found get got turn turned"
)
_ADJECTIVES = words(
    "family only early daily elderly lovely friendly lonely ugly holy silly jolly ally reply assembly belly likely "
    "unlikely deadly costly monthly weekly yearly july italy fly bully supply homily homely melancholy"
)
_STATES = words(
    "safe angry right wrong bad happy sad famous dead alone sick crazy busy popular unable able responsible guilty "
    "unconscious aware badly"
)
_AFTER_CALL = words("back over off up in out")
_STOPS = frozenset(".,;:!?()[]{}\n\u2014\u2013/|")


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a pronoun: the word before, the text up to the next word, and the two words after it."""

    before: str
    gap: str
    after: str
    second: str = ""


def takes_noun(around: Around) -> bool:
    """Whether a noun phrase begins after the pronoun, so that it is possessive: "her idea", not "told her that".

    >>> takes_noun(Around("because", " ", "idea", "cannot")), takes_noun(Around("slapped", " ", "in", "the"))
    (True, False)
    """
    if around.gap.lstrip()[:1].isdigit() and not around.gap[:1].isdigit():
        return True
    if not around.after or not _STOPS.isdisjoint(around.gap):
        return False
    after, before = around.after.lower(), around.before.lower()
    if after in _AFTER_CALL and "-" not in around.gap:
        return after == "back" and before not in _CALLING
    if after in OBJECT_BEFORE:
        return after == "well" and around.second.lower() in ("being", "wishers")
    if (before in _GIVING and after in _OFFERED) or (before in _MAKING and after in _STATES):
        return False
    if (
        after.endswith("ly")
        and after not in _ADJECTIVES
        and (not around.second or around.second.lower() in OBJECT_BEFORE)
    ):
        return False
    return not (before in _VERBS_OF_SENSE and after in _BARE_VERBS)
