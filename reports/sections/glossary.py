"""How to read the report."""

from dataclasses import dataclass

from ..run import Run
from .base import SECTIONS


@dataclass(frozen=True, slots=True)
class Term:
    """A word that the report uses, and what it means here."""

    word: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Glossary:
    """Terms by topic."""

    topics: tuple[tuple[str, tuple[Term, ...]], ...]


SEVERITY = (
    Term("high", "Act before the model or the corpus is used; somebody can be harmed or a right infringed."),
    Term("medium", "Look at the examples and decide; likely a problem for some uses."),
    Term("low", "Known and bounded; keep an eye on it between runs."),
    Term("info", "Nothing to do: something a reader should know to understand the rest."),
)
STATUS = (
    Term("kept", "Stands in the corpus as it was read."),
    Term("edited", "Stands in the corpus with changed text (repaired Unicode, redacted personal data)."),
    Term("removed", "Taken out by a rule; the row is kept beside the corpus with the rule, the value and the limit."),
    Term("planted", "A secret that was put into the training stream on purpose, to measure memorization; never real."),
    Term("quarantined", "Set aside for a person to decide; not in the corpus until then."),
)
NUMBERS = (
    Term(
        "interval",
        "The range in which the value lies with the stated confidence, usually 95 %. A narrow one means many items. "
        "Two values whose intervals overlap widely may well be equal.",
    ),
    Term("n", "The number of independent items behind a value."),
    Term("method", "The protocol with its version. Values with different methods must not be compared."),
    Term(
        "planted control",
        "Something with a known answer, put into a copy of the corpus to measure how much a detector finds. "
        "Recall is the share found; a detector with low recall proves little when it finds nothing.",
    ),
    Term("not measured", "The value could not be computed, for the reason given. It never counts as a pass."),
)
TRACING = (
    Term("highlight", "The passage that output and document share, word for word."),
    Term("copies", "How often the document's text stood in the corpus before and after deduplication."),
    Term("seen at steps", "The optimizer steps whose batch held text of the document, from the training ledger."),
    Term("⟨U+202E⟩", "A character that would be invisible or would reorder the text, shown by its code point."),
)


@SECTIONS.register("glossary", title="How to read this", order="95")
def glossary(run: Run) -> Glossary:
    """What severities, statuses, intervals and the parts of a trace mean."""
    severity, numbers = ("Severity", SEVERITY), ("Numbers", NUMBERS)
    if run.main.apart:  # no document and no trace stands on such a page
        return Glossary((severity, numbers) if run.findings() else (numbers,))
    return Glossary((severity, ("Status of a document", STATUS), numbers, ("Tracing", TRACING)))
