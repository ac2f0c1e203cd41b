"""headwater: clean and audit a corpus, train a model on it, score it, and trace every bad output upstream.

The stages are sub-packages: ``from headwater import curate, evaluate, models, reports``.
"""

__version__ = "0.1.0"
