"""The filter ``toxicity``, and what it shares with ``synthetic-text``."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from headwater.core import ConfigError, Table, UsageError, wilson
from headwater.curate import FILTERS, build_steps, curate

BatchOf = Callable[..., pa.RecordBatch]
TEXTS = ["A kind word.\nYou moron!\nBye.", "Gay and Muslim neighbours met.", "nothing"]


def judge(batch: pa.RecordBatch, **options: Any) -> Any:
    return FILTERS.get("toxicity")(**options).judge(batch)


def test_by_default_documents_and_lines_are_marked_and_nothing_is_taken_out(batch_of: BatchOf) -> None:
    found = judge(batch_of(TEXTS))
    assert found.decisions == ()
    assert [(note.label, TEXTS[0][note.start : note.end]) for note in found.annotations] == [
        ("toxic", ""),
        ("toxic-line", "You moron!"),
    ]


@pytest.mark.parametrize(("action", "outcome"), [("remove", "removed"), ("quarantine", "quarantined")])
def test_a_decision_holds_score_threshold_and_detector_and_quotes_nothing(
    batch_of: BatchOf, action: str, outcome: str
) -> None:
    (decision,) = judge(batch_of(TEXTS), action=action).decisions
    assert (decision.action, decision.rule, decision.measured, decision.limit) == (outcome, "toxic", 0.92, 0.5)
    assert decision.evidence.startswith("1 line; toxicity-words/1") and "moron" not in decision.evidence


def test_a_higher_threshold_spares_what_scores_below(batch_of: BatchOf) -> None:
    assert judge(batch_of(TEXTS), action="remove", threshold=0.95).decisions == ()


def test_any_function_can_be_the_detector(batch_of: BatchOf) -> None:
    found = judge(batch_of(TEXTS), detector=lambda texts: [float("nothing" in text) for text in texts], action="remove")
    assert [decision.id for decision in found.decisions] == [batch_of(TEXTS).column("id")[2].as_py()]


def test_the_report_shows_the_flagged_share_with_its_interval(batch_of: BatchOf) -> None:
    step = FILTERS.get("toxicity")()
    table, chart = step.exhibits(step.judge(batch_of(TEXTS)).tallies, 3)  # type: ignore[attr-defined,union-attr]
    assert isinstance(table, Table)
    assert table.rows[0][2:] == (3, 1, 1 / 3, *wilson(1, 3))
    assert sum(chart.series[0].y) == 3


@pytest.mark.parametrize("options", [{"threshold": 0.0}, {"threshold": 1.5}, {"action": "drop"}])
def test_a_wrong_option_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        FILTERS.get("toxicity")(**options)
    with pytest.raises(ConfigError, match="toxicity"):
        build_steps([("toxicity", options)])


def test_the_result_does_not_depend_on_batches_and_workers(source: Any, tmp_path: Path) -> None:
    spec = [("toxicity", {"action": "quarantine"}), ("synthetic-text", {"action": "remove"})]
    texts = [*TEXTS, "As an AI language model, I cannot know.", *(f"line {n}" for n in range(30))]
    for batch, workers in ((100, 1), (3, 2)):
        curate(source(texts, batch=batch), build_steps(spec), tmp_path / f"{batch}", seed=0, workers=workers)
    names = sorted(path.relative_to(tmp_path / "100") for path in (tmp_path / "100").rglob("*.parquet"))
    assert names
    for name in names:
        assert (tmp_path / "100" / name).read_bytes() == (tmp_path / "3" / name).read_bytes()
