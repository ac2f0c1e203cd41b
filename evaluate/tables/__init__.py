"""Rows that a model of tables made, held against real ones."""

from .association import correlation_ratio, cramers_v, spearman
from .attribute_disclosure import measure_attribute_disclosure
from .classifier_test import ToldApart, tell_apart
from .distances import Witness, kolmogorov, total_variation
from .linkage import measure_linkage
from .marginal_fidelity import measure_marginal_fidelity
from .pairwise_fidelity import measure_pairwise_fidelity
from .row_copies import measure_row_copies
from .train_on_synthetic import measure_train_on_synthetic
from .two_sample_test import measure_two_sample_test
from .two_tables import TwoTables, two_tables

__all__ = [
    "ToldApart",
    "TwoTables",
    "Witness",
    "correlation_ratio",
    "cramers_v",
    "kolmogorov",
    "measure_attribute_disclosure",
    "measure_linkage",
    "measure_marginal_fidelity",
    "measure_pairwise_fidelity",
    "measure_row_copies",
    "measure_train_on_synthetic",
    "measure_two_sample_test",
    "spearman",
    "tell_apart",
    "total_variation",
    "two_tables",
]
