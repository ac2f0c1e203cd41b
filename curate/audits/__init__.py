"""Looks at a finished corpus and changes nothing: composition, groups of people, associations."""

from .association_tests import log_odds_ratio, odds_ratio
from .associations import Associations
from .composition import Composition
from .filtering_impact import FilteringImpact
from .group_gap import GroupGap, group_gap
from .identity_terms import IdentityTermAudit
from .lexicon import Lexicon, made_lexicon, plural
from .licences import Licences
from .rates import Rate, group_share, mention_rate, mention_ratio
from .sentence_evidence import examples_of
from .sentences import Sentences, sentences_in, sentences_with_groups
from .snippets import snippet
from .source_effects import SourceEffect, first_of_source, source_effects
from .term_counts import AttributeTerms, IdentityTerms, Mention, TermCounter, TermCounts

__all__ = [
    "Associations",
    "AttributeTerms",
    "Composition",
    "FilteringImpact",
    "GroupGap",
    "IdentityTermAudit",
    "IdentityTerms",
    "Lexicon",
    "Licences",
    "Mention",
    "Rate",
    "Sentences",
    "SourceEffect",
    "TermCounter",
    "TermCounts",
    "examples_of",
    "first_of_source",
    "group_gap",
    "group_share",
    "log_odds_ratio",
    "made_lexicon",
    "mention_rate",
    "mention_ratio",
    "odds_ratio",
    "plural",
    "sentences_in",
    "sentences_with_groups",
    "snippet",
    "source_effects",
]
