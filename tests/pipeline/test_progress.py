import io

from rich.console import Console

from headwater.core import SILENT
from headwater.pipeline.progress import RichProgress, progress_for, rate


def test_a_bar_shows_what_is_done_the_rate_and_the_time_left() -> None:
    screen = io.StringIO()
    progress = RichProgress(Console(file=screen, force_terminal=True, width=120))
    with progress.task("near duplicates", total=40) as task:
        for _ in range(10):
            task.advance(2)
            progress.bars.refresh()
    text = screen.getvalue()
    assert "near duplicates" in text and "20/40" in text and "/s" in text


def test_a_rate_has_three_digits_at_any_size() -> None:
    assert [rate(speed) for speed in (0.5, 999, 1_000, 38_800_000, 2e9)] == [
        "0.5/s", "999/s", "1k/s", "38.8M/s", "2G/s",
    ]  # fmt: skip


def test_nothing_is_drawn_where_the_output_is_piped() -> None:
    assert progress_for(Console(file=io.StringIO())) is SILENT
