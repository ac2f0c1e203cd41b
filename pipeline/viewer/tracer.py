"""The box "where does this sentence come from?": one text against one run, one question at a time."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...core import IncompleteError

LONGEST = 20_000
READY = "blocks.json"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the asked text; ``span`` numbers the trace that it belongs to, 0 where it stands in no document."""

    text: str
    span: int = 0


class Tracer:
    """Traces texts. The runs that were asked last stay open: to open one takes seconds."""

    MOST_OPEN = 2

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[Path, Any] = {}

    def trace(self, folder: Path, text: str) -> Any:
        """A :class:`headwater.evaluate.Trace`. The viewer writes nothing, so the index has to be there already.

        Raises :class:`IncompleteError` where it is not, and the errors of :func:`headwater.evaluate.trace`.
        """
        if not (folder / "corpus" / "manifest.json").is_file():
            raise IncompleteError("this run has no corpus to look in")
        if not (folder / "index").is_dir():
            raise IncompleteError(f"this run has no index yet; give once  headwater index {folder.name}")
        with self._lock:
            return self._subject(folder).trace(text)

    def _subject(self, folder: Path) -> Any:
        if folder not in self._open:
            from ...evaluate import open_subject

            while len(self._open) >= self.MOST_OPEN:
                del self._open[next(iter(self._open))]
            self._open[folder] = open_subject(folder)
        return self._open[folder]


def pieces(trace: Any) -> Sequence[Piece]:
    """The traced text cut at its spans; of spans that overlap the first keeps what both cover."""
    found: list[Piece] = []
    at = 0
    for number, span in sorted(enumerate(trace.spans, 1), key=lambda pair: pair[1].start):
        start = max(at, span.start)
        if start >= span.end:
            continue
        if start > at:
            found.append(Piece(trace.text[at:start]))
        found.append(Piece(trace.text[start : span.end], number))
        at = span.end
    return [*found, Piece(trace.text[at:])] if at < len(trace.text) else found
