"""The filter ``synthetic-text``."""

from collections.abc import Callable

import pyarrow as pa

from headwater.curate import FILTERS

TEXTS = ["As an AI language model, I do not have feelings.", "She wrote that robots dream.", "Dear [Your Name],"]


def test_machine_phrases_mark_the_document_and_no_lines(batch_of: Callable[..., pa.RecordBatch]) -> None:
    found = FILTERS.get("synthetic-text")().judge(batch_of(TEXTS))  # type: ignore[union-attr]
    assert [(note.label, note.score) for note in found.annotations] == [
        ("machine-written", 0.95),
        ("machine-written", 0.8),
    ]


def test_removal_states_the_score_and_the_list(batch_of: Callable[..., pa.RecordBatch]) -> None:
    step = FILTERS.get("synthetic-text")(action="remove", threshold=0.9)
    (decision,) = step.judge(batch_of(TEXTS)).decisions  # type: ignore[union-attr]
    assert (decision.action, decision.measured) == ("removed", 0.95)
    assert "machine-text/1" in decision.evidence
