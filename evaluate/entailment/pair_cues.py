"""What can be counted on a pair of texts: words in common, negation, opposites, and facts that the premise lacks."""

from ..facts import SourceFacts, facts_of
from ..facts.negation import denies, opposed, words_of

NAMES = (
    "hypothesis words shared", "premise words shared", "negation added", "negation dropped", "new words",
    "length ratio", "opposites", "equal", "names unsupported", "numbers unsupported", "dates unsupported",
    "facts supported",
)  # fmt: skip


def pair_cues(premise: str, hypothesis: str, source: SourceFacts | None = None) -> list[float]:
    """The values of :data:`NAMES`, each about 0 to 2. ``source`` are the facts of the premise, where they are known."""
    known, said = words_of(premise), words_of(hypothesis)
    shared = len(known & said)
    facts = facts_of(hypothesis, SourceFacts(premise) if source is None else source)
    missing = [fact.kind for fact in facts if not fact.supported]
    return [
        shared / max(1, len(said)),
        shared / max(1, len(known)),
        float(denies(said) and not denies(known)),
        float(denies(known) and not denies(said)),
        min(2.0, len(said - known) / 5),
        min(2.0, len(said) / max(1, len(known))),
        min(2.0, float(len(opposed(said, known)))),
        float(" ".join(premise.split()).casefold() == " ".join(hypothesis.split()).casefold()),
        *(min(2.0, float(missing.count(kind))) for kind in ("name", "number", "date")),
        min(2.0, (len(facts) - len(missing)) / 2),
    ]
