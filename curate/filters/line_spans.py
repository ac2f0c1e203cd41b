"""Spans of neighbouring lines that share a fault, for annotations."""

from collections.abc import Iterator, Sequence

import numpy as np

from .text_lines import Lines


def runs(lines: Lines, faults: np.ndarray, labels: Sequence[str]) -> Iterator[tuple[int, tuple[str, int, int, float]]]:
    """Row and (label, start, end, number of lines) of each run of lines of one text with the same fault.

    ``faults`` holds for each line 0 or, from 1, the place of its label. Offsets are characters of the text.
    """
    bad = np.flatnonzero(faults)
    if not bad.size:
        return
    document = lines.document[bad]
    new = np.ones(bad.size, bool)
    new[1:] = (np.diff(bad) != 1) | (np.diff(document) != 0) | (np.diff(faults[bad]) != 0)
    first = np.flatnonzero(new)
    last = np.append(first[1:], bad.size) - 1
    starts, ends = lines.spans()
    rows = zip(document[first].tolist(), faults[bad[first]].tolist(), (last - first + 1).tolist(), strict=True)
    edges = zip(starts[bad[first]].tolist(), ends[bad[last]].tolist(), strict=True)
    for (row, fault, size), (start, end) in zip(rows, edges, strict=True):
        yield row, (labels[fault - 1], start, end, float(size))
