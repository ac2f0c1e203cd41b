"""Steps that change how much groups and sources weigh in a corpus, and what they changed and cost."""

from .cap import Cap, cap
from .changes import ScoreChange, audited_scores, place_of, score_changes
from .compare_audits import compare_audits
from .correlation_remover import CorrelationRemover, correlation_remover
from .cost import mitigation_cost
from .counterfactual import Counterfactual, counterfactual
from .quarantine_contributors import QuarantineContributors, quarantine_contributors
from .resample import Resample, resample
from .reweigh import Reweigh, reweigh
from .text_cost import COUNTERFACTUAL_OF

__all__ = [
    "COUNTERFACTUAL_OF",
    "Cap",
    "CorrelationRemover",
    "Counterfactual",
    "QuarantineContributors",
    "Resample",
    "Reweigh",
    "ScoreChange",
    "audited_scores",
    "cap",
    "compare_audits",
    "correlation_remover",
    "counterfactual",
    "mitigation_cost",
    "place_of",
    "quarantine_contributors",
    "resample",
    "reweigh",
    "score_changes",
]
