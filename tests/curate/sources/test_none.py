from typing import Any

from headwater.core import SILENT
from headwater.curate import read_source


def test_there_are_no_documents_and_nothing_is_lost(read: Any) -> None:
    assert read(read_source("none")) == ([], [])
    assert not list(read_source("none").batches(lambda _: None, SILENT))


def test_the_fingerprint_never_changes() -> None:
    assert read_source("none").fingerprint() == read_source("none").fingerprint()
