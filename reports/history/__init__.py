"""Runs over time: an index that can be thrown away and made again from the run folders."""

from .changes import Change, Journal, read_journal
from .database import DATABASE, open_history
from .index import Difference, Indexed, check_index, index_runs, reindex
from .regression import accept, detect, watch
from .standing import ControlAge, Standing, all_series, exit_code_of, newest_judged, own_policy, standing, standings
from .timeline import Night, TrendLine, TrendPoint, known_metrics, score_lines, timeline

__all__ = [
    "DATABASE",
    "Change",
    "ControlAge",
    "Difference",
    "Indexed",
    "Journal",
    "Night",
    "Standing",
    "TrendLine",
    "TrendPoint",
    "accept",
    "all_series",
    "check_index",
    "detect",
    "exit_code_of",
    "index_runs",
    "known_metrics",
    "newest_judged",
    "open_history",
    "own_policy",
    "read_journal",
    "reindex",
    "score_lines",
    "standing",
    "standings",
    "timeline",
    "watch",
]
