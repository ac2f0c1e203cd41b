"""Looks at a finished corpus and changes nothing: composition, groups of people, associations."""

from .associations import Associations
from .composition import Composition
from .filtering_impact import FilteringImpact
from .group_gap import GroupGap, group_gap
from .identity_terms import IdentityTermAudit
from .licences import Licences
from .rates import Rate, group_share, mention_rate, mention_ratio
from .snippets import snippet
from .term_counts import AttributeTerms, IdentityTerms, Mention, TermCounter, TermCounts

__all__ = [
    "Associations",
    "AttributeTerms",
    "Composition",
    "FilteringImpact",
    "GroupGap",
    "IdentityTermAudit",
    "IdentityTerms",
    "Licences",
    "Mention",
    "Rate",
    "TermCounter",
    "TermCounts",
    "group_gap",
    "group_share",
    "mention_rate",
    "mention_ratio",
    "snippet",
]
