"""Model families, one training loop, checkpoints."""

from .base import Canary, CanaryPlan, Checkpoint, Ledger, Recipe

__all__ = ["Canary", "CanaryPlan", "Checkpoint", "Ledger", "Recipe"]
