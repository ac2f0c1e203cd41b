import pytest

from headwater.core import SILENT


def test_the_silent_progress_takes_everything_and_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    with SILENT.task("near duplicates", total=10) as task:
        task.advance()
        task.advance(2.5)
        task.note("loss 3.2")
    assert tuple(capfd.readouterr()) == ("", "")
