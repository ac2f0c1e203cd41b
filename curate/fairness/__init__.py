"""Audits of groups of people in the columns of a corpus: decisions about them, proxies for them, what is missing."""

from .decisions import Decisions
from .missingness import Missingness
from .proxies import Proxies

__all__ = ["Decisions", "Missingness", "Proxies"]
