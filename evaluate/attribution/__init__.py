"""Influence: which documents moved an output or a score, for what does not stand in the corpus word for word."""
