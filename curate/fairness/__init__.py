"""Audits of groups of people in the columns of a corpus: who is in it, decisions, proxies, what is missing."""

from .decisions import Decisions
from .missingness import Missingness
from .proxies import Proxies
from .reference import reference_columns
from .representation import Representation

__all__ = ["Decisions", "Missingness", "Proxies", "Representation", "reference_columns"]
