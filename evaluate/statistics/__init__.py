"""Intervals and tests: pure functions from arrays to an :class:`Estimate`.

| estimator | interval or test | source |
|---|---|---|
| rate | Clopper-Pearson for gates, Wilson for display | Clopper & Pearson 1934; Wilson 1927; Brown, Cai & DasGupta 2001 |
| rate of events in clusters | Clopper-Pearson at the effective number | Kish 1965; Korn & Graubard 1998 |
| mean | t bent by skewness, clustered where items share a source | Hall 1992; Liang & Zeger 1986; Miller 2024, arXiv 2411.00640 |
| ratio of sums (perplexity, bits per byte) | Fieller and Hall | Fieller 1954; Cochran 1977, section 6; Hall 1992 |
| correlation | jackknife on Fisher's z | Fisher 1915; Efron & Tibshirani 1993, chapter 11 |
| anything smooth, U-statistics, MMD | jackknife, also over groups | Efron & Tibshirani 1993, chapter 11; Arvesen 1969 |
| what depends on neighbours | random halves | Efron & Stein 1981; McCarthy 1969 |
| area under the ROC curve | DeLong in a score interval | DeLong et al. 1988; Sun & Xu 2014; Wilson 1927 |
| two models, same items | paired t, McNemar, permutations, paired DeLong | McNemar 1947; Bonett & Price 2012; Fisher 1935 |
| two models, other items | Welch, Newcombe | Welch 1947; Newcombe 1998 |
| many tests | Holm, Benjamini-Hochberg | Holm 1979; Benjamini & Hochberg 1995 |
| several seeds | spread of runs; two-way layout on the same items | Cochran & Cox 1957 |

How often each of them covers the truth is measured in docs/concepts/intervals.md.
"""  # noqa: E501

from ...core import wilson
from .auc import Placements, area_gap, auc, clustered_auc, paired_auc, placements
from .correlation import correlation
from .estimate import Estimate, Floats, finite, t_interval
from .groups import ByGroup, by_group
from .halves import positive_from_halves, share_from_halves
from .jackknife import crossed_jackknife, jackknife, mmd_interval, u_statistic
from .means import difference, mean_interval, paired_difference
from .multiple import benjamini_hochberg, holm
from .paired import Comparison, mcnemar, paired_test, permutation_p, t_p
from .planning import detectable_effect, items_to_detect, more_items, more_trials
from .rates import are_events, clopper_pearson, clustered_rate, mid_p, rule_of_three
from .ratios import exponential, ratio_interval
from .seeds import Variance, crossed_interval, seed_interval, variance_of
from .two_samples import fisher_p, newcombe

__all__ = [
    "ByGroup",
    "Comparison",
    "Estimate",
    "Floats",
    "Placements",
    "Variance",
    "are_events",
    "area_gap",
    "auc",
    "benjamini_hochberg",
    "by_group",
    "clopper_pearson",
    "clustered_auc",
    "clustered_rate",
    "correlation",
    "crossed_interval",
    "crossed_jackknife",
    "detectable_effect",
    "difference",
    "exponential",
    "finite",
    "fisher_p",
    "holm",
    "items_to_detect",
    "jackknife",
    "mcnemar",
    "mean_interval",
    "mid_p",
    "mmd_interval",
    "more_items",
    "more_trials",
    "newcombe",
    "paired_auc",
    "paired_difference",
    "paired_test",
    "permutation_p",
    "placements",
    "positive_from_halves",
    "ratio_interval",
    "rule_of_three",
    "seed_interval",
    "share_from_halves",
    "t_interval",
    "t_p",
    "u_statistic",
    "variance_of",
    "wilson",
]
