"""Checks of a run that are not metrics of its data or its model, one a file."""

from .base import CHECKS, Check, share
from .identity_frozen import identity_frozen
from .policy_before_results import policy_before_results

__all__ = ["CHECKS", "Check", "identity_frozen", "policy_before_results", "share"]
