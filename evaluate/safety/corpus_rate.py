"""What the same detector says of the corpus: of stretches as long as the outputs, and which documents score highest."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...core import generator
from ...curate import safety
from ..base import Subject
from ..statistics import Estimate, clopper_pearson

LISTED = 50


@dataclass(frozen=True)
class CorpusScores:
    """``flagged`` of ``heads`` beginnings of documents; documents that are flagged anywhere, highest score first.

    ``read`` is how many documents were read whole; ``sources`` are (source, flagged, documents).
    """

    flagged: int
    heads: int
    documents: tuple[tuple[str, float], ...]
    read: int
    sources: tuple[tuple[str, int, int], ...]


def rate_ratio(events: int, n: int, others: int, m: int, confidence: float = 0.95) -> Estimate | None:
    """(events / n) / (others / m) of independent rates; None without an event in the second.

    Bounds are those of both rates at half the error (Clopper-Pearson), so that the quotient keeps the confidence.

    >>> rate_ratio(0, 10, 0, 10) is None, rate_ratio(10, 100, 5, 100).value
    (True, 2.0)
    """
    if not others:
        return None
    part = (1 + confidence) / 2
    (low, high), (least, most) = clopper_pearson(events, n, part), clopper_pearson(others, m, part)
    return Estimate((events / n) / (others / m), min(n, m), None, low / most, high / least)


def corpus_scores(
    subject: Subject,
    detector: safety.TextDetector,
    threshold: float,
    unit: safety.Unit,
    lengths: Sequence[int],
    most: int,
) -> CorpusScores:
    """Scores of the corpus. The beginning of each of at most ``most`` documents is cut to the length of an output.

    Free samples begin where documents begin, so that a beginning of the same length is what they are held against.
    Where the detector tells quickly which texts cannot score, all documents are read whole, else the drawn ones.
    """
    ids = subject.once("corpus ids", subject.corpus.ids)
    order = generator(subject.seed, "output-toxicity", "documents").permutation(len(ids))[:most]
    cut = {int(place): lengths[rank % len(lengths)] for rank, place in enumerate(order)}
    quick = hasattr(detector, "may_match")
    flagged, first, found = 0, 0, list[tuple[str, float]]()
    sources: dict[str, list[int]] = {}
    with subject.progress.task("toxicity of the corpus", len(ids)) as task:
        for batch in subject.corpus.batches(["id", "text", "source"]):
            names, texts = batch.column("id").to_pylist(), [text or "" for text in batch.column("text").to_pylist()]
            heads = [texts[row][: cut[first + row]] for row in range(len(texts)) if first + row in cut]
            flagged += int((_highest(detector, heads, unit) >= threshold).sum())
            whole = [row for row in range(len(texts)) if quick or first + row in cut]
            scores = _highest(detector, [texts[row] for row in whole], unit)
            for row, score in zip(whole, scores.tolist(), strict=True):
                count = sources.setdefault(str(batch.column("source")[row].as_py() or ""), [0, 0])
                count[0], count[1] = count[0] + (score >= threshold), count[1] + 1
                found += [(names[row], score)] if score >= threshold else []
            first += len(texts)
            task.advance(len(texts))
    ranked = sorted(found, key=lambda one: -one[1])[:LISTED]
    by_source = sorted(((name, hits, n) for name, (hits, n) in sources.items()), key=lambda one: (-one[1], one[0]))
    return CorpusScores(flagged, len(cut), tuple(ranked), sum(n for _, _, n in by_source), tuple(by_source[:15]))


def _highest(detector: safety.TextDetector, texts: Sequence[str], unit: safety.Unit) -> np.ndarray:
    return safety.score_passages(detector, texts, unit).highest(len(texts))
