"""Sources whose texts are unlike those of all others: robust z-scores of simple measures.

The modified z-score is 0.6745 (x - median) / MAD, and 3.5 its limit (Iglewicz & Hoaglin 1993, section 3.5); where more
than half of the sources agree exactly, the mean absolute deviation takes the place of the MAD, as they advise.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..filters.text_column import per_document, text_bytes

Floats = NDArray[np.float64]
MEASURES = ("log length", "compression", "letters", "digits", "punctuation", "white space", "not ASCII")
LIMIT = 3.5
FEWEST_SOURCES, FEWEST_DOCUMENTS = 8, 20
LONGEST = 20_000
_CLASSES = {
    "letters": [*range(65, 91), *range(97, 123)],
    "digits": [*range(48, 58)],
    "punctuation": [*range(33, 48), *range(58, 65), *range(91, 97), *range(123, 127)],
    "white space": [9, 10, 11, 12, 13, 32],
    "not ASCII": [*range(128, 256)],
}


@dataclass(frozen=True, slots=True)
class Anomaly:
    """A source with a measure beyond the limit; ``median`` is that of all compared sources."""

    source: str
    measure: str
    value: float
    median: float
    z: float
    documents: int


def measure_texts(texts: pa.Array) -> Floats:
    """The seven measures of each text in the order of :data:`MEASURES`: (n, 7); an empty text has zeros.

    Length is the natural logarithm of bytes + 1; compression is compressed over plain bytes (zlib, level 1, of at most
    the first 20,000 bytes); the others are shares of bytes.
    """
    content, offsets = text_bytes(texts)
    sizes = np.diff(offsets)
    columns = [np.log1p(sizes), _compression(content, offsets)]
    for codes in _CLASSES.values():
        table = np.zeros(256, bool)
        table[codes] = True
        columns.append(per_document(table[content], offsets) / np.maximum(sizes, 1))
    return np.stack(columns, 1) if len(sizes) else np.zeros((0, len(MEASURES)))


def _compression(content: NDArray[np.uint8], offsets: NDArray[np.int64]) -> Floats:
    raw = content.tobytes()
    ratios = np.zeros(len(offsets) - 1)
    for place, (start, end) in enumerate(zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)):
        piece = raw[start : min(end, start + LONGEST)]
        ratios[place] = len(zlib.compress(piece, 1)) / len(piece) if piece else 0.0
    return ratios


def anomalies(sums: Mapping[str, Floats], counts: Mapping[str, int]) -> list[Anomaly] | None:
    """Sources beyond the limit, farthest first; None where fewer than eight sources have twenty documents.

    ``sums`` are the summed measures (7,) of each source, ``counts`` its documents.
    """
    names = sorted(name for name, count in counts.items() if count >= FEWEST_DOCUMENTS)
    if len(names) < FEWEST_SOURCES:
        return None
    means = np.stack([sums[name] / counts[name] for name in names])
    scores = modified_z(means)
    medians = np.median(means, axis=0)
    found = [
        Anomaly(
            names[row], MEASURES[k], float(means[row, k]), float(medians[k]), float(scores[row, k]), counts[names[row]]
        )
        for row, k in zip(*np.nonzero(np.abs(scores) > LIMIT), strict=True)
    ]
    return sorted(found, key=lambda one: (-abs(one.z), one.source, one.measure))


def modified_z(values: Sequence[Sequence[float]] | Floats) -> Floats:
    """Modified z-scores of each column of ``values`` (n, k); zeros for a column without any deviation.

    >>> modified_z([[1.0], [2.0], [3.0], [4.0], [100.0]]).round(2).ravel().tolist()
    [-1.35, -0.67, 0.0, 0.67, 65.43]
    """
    x = np.asarray(values, np.float64)
    deviation = x - np.median(x, axis=0)
    mad = np.median(np.abs(deviation), axis=0)
    mean = np.abs(deviation).mean(axis=0)
    scale = np.where(mad > 1e-12, mad / 0.6745, mean * 1.253314)
    result: Floats = np.divide(deviation, scale, out=np.zeros_like(deviation), where=scale > 1e-12)
    return result
