"""Facts that can be checked by their form: numbers with units, dates and names, each normalised."""

from .dates import Date, dates
from .names import SourceNames, capitalised_names
from .quantities import Quantity, quantities
from .sentences import Sentence, sentences
from .source_facts import Fact, SourceFacts, facts_of

__all__ = [
    "Date",
    "Fact",
    "Quantity",
    "Sentence",
    "SourceFacts",
    "SourceNames",
    "capitalised_names",
    "dates",
    "facts_of",
    "quantities",
    "sentences",
]
