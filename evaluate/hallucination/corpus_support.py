"""Whether documents of the corpus support what outputs claim: retrieval, entailment, a guard of numbers and names."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ...core import Corpus, Measurement, NotMeasured, Score, UsageError, generator
from ..base import METRICS, Outcome, Subject
from ..entailment import Spec, build_entailment
from ..items import ItemValues
from ..statistics import Estimate, clustered_auc, clustered_rate
from .corpus_support_exhibits import exhibits, findings
from .passage_search import nearest_passages
from .support_claims import (
    CROSSED,
    NEW,
    OWN,
    Claim,
    control_claims,
    file_claims,
    sample_claims,
    searched_documents,
)
from .support_verdicts import VERDICTS, Judged, Verdict, judge

METRIC = "corpus-support"
LEAST_LABELLED = 5


@METRICS.register(
    METRIC,
    source="BM25, Robertson & Zaragoza 2009; entailment as in SummaC, Laban et al. 2022 (arXiv 2111.09525)",
    unit="share of claims",
    range="[0, 1]; supported: higher is better, contradicted and unsupported: lower",
    needs="sample|file",
    protocol=(
        "whole sentences of samples, or claims of a file; the nearest sentences of the corpus by BM25; a model of "
        "entailment; numbers, names and negations of the claim must stand in a passage that supports it; bounds "
        "clustered by sample"
    ),
    pitfalls=(
        "Unsupported is not false: one sentence of one document has to say it all. Supported is not true: the corpus "
        "can be wrong. Read the shares beside those of the controls: sentences of the corpus, sentences of documents "
        "that are not searched, and crossed halves about nothing."
    ),
)
def measure_corpus_support(
    subject: Subject,
    claims_file: str | None = None,
    kinds: Sequence[str] = ("free", "repeat"),
    entailment: Spec = "words",
    threshold: float = 0.8,
    passages: int = 5,
    claims: int = 1000,
    controls: int = 100,
    minimum: int = 10,
) -> Outcome:
    """Share of claims that documents of the corpus support, contradict or leave open, with the documents.

    ``claims_file`` (.jsonl or .csv, column ``claim``) takes the place of the samples. A passage supports or contradicts
    where ``entailment`` gives that ``threshold`` or more. At most ``claims`` are looked up, drawn by seed.
    """
    _check(threshold, passages, claims, controls)
    subject.corpus.require_documents()
    model = build_entailment(entailment, f"{METRIC}.entailment")
    found, label = file_claims(claims_file, subject) if claims_file else (sample_claims(subject, kinds), "")
    if len(found) < minimum:
        return Outcome((NotMeasured(METRIC, _why_few(subject, found, kinds, minimum, claims_file)),))
    found = _drawn(found, claims, subject.seed)
    searched, which = searched_documents(subject)
    every = [*found, *control_claims(subject, searched, controls)]
    judged = judge(every, _nearest(subject, every, searched, passages), model, threshold)
    origin = f"claims {label}" if label else f"kinds {'+'.join(kinds)}"
    method = f"{METRIC}/1 {origin}, {which}, {passages} passages, {model.protocol} at {threshold:g}"
    own = judged.verdicts[: len(found)]
    scores = [*_shares(own, judged, method, {}), *_controls(judged.verdicts[len(found) :], judged, method)]
    scores += list(_validity(own, method)) if claims_file else []
    items = tuple(_items(own, scores))
    return Outcome(
        tuple(scores), tuple(findings(own, scores, which)), tuple(exhibits(own, scores, judged.verdicts)), items
    )


def _check(threshold: float, passages: int, claims: int, controls: int) -> None:
    if not 0 < threshold <= 1:
        raise UsageError(f"{METRIC}: threshold is a probability above 0, up to 1, not {threshold}")
    for name, value, most in (("passages", passages, 50), ("claims", claims, 100_000)):
        if not 1 <= value <= most:
            raise UsageError(f"{METRIC}: {name} is from 1 to {most:,}, not {value}")
    if not 0 <= controls <= 10_000:
        raise UsageError(f"{METRIC}: controls is from 0 to 10,000, not {controls}")


def _why_few(subject: Subject, found: Sequence[Claim], kinds: Sequence[str], minimum: int, file: str | None) -> str:
    if file:
        return f"the file holds {len(found)} claims, {minimum} are needed"
    rows = sum(len(subject.samples_of(kind)) for kind in kinds)
    if not rows:
        return f"there are no samples of kind {' or '.join(kinds)}, and no claims_file is given"
    return f"{rows} samples hold {len(found)} whole sentences of five words or more, {minimum} are needed"


def _drawn(found: list[Claim], limit: int, seed: int) -> list[Claim]:
    if len(found) <= limit:
        return found
    chosen = np.sort(generator(seed, METRIC, "claims").permutation(len(found))[:limit])
    return [found[place] for place in chosen]


def _nearest(subject: Subject, claims: Sequence[Claim], searched: frozenset[str] | None, k: int) -> Any:
    corpus: Corpus = subject.corpus
    with subject.progress.task("looking for support", 2 * len(corpus)) as task:

        def documents() -> Iterator[tuple[str, str]]:
            for batch in corpus.batches(["id", "text"]):
                for name, text in zip(batch.column("id").to_pylist(), batch.column("text").to_pylist(), strict=True):
                    if searched is None or name in searched:
                        yield name, text
                task.advance(batch.num_rows)

        return nearest_passages([one.text for one in claims], documents, k, [one.without for one in claims])


def share_of(verdicts: Sequence[Verdict], wanted: str) -> Estimate:
    """Share of verdicts, clustered by the samples that the claims stand in."""
    names, own = np.unique(np.array([one.claim.cluster for one in verdicts]), return_inverse=True)
    events = np.array([one.verdict == wanted for one in verdicts], np.float64)
    own = own.reshape(-1)
    return clustered_rate(np.bincount(own, events, len(names)), np.bincount(own, minlength=len(names)))


def _shares(
    verdicts: Sequence[Verdict], judged: Judged, method: str, place: dict[str, str], control: bool = False
) -> Iterator[Measurement]:
    directions = dict(zip(VERDICTS, ("higher", "lower", "lower"), strict=True))
    for verdict in VERDICTS:
        if verdict == "contradicted" and not judged.contradicts:
            if control:
                continue
            reason = "the model of entailment gives no pair any probability of contradiction; choose one that can"
            yield NotMeasured(f"{METRIC}-contradicted", reason, place)
            continue
        found = share_of(verdicts, verdict)
        yield Score(
            METRIC if verdict == "supported" else f"{METRIC}-{verdict}", found.value, found.n, "share of claims",
            method, found.low, found.high, interval="Clopper-Pearson at the effective number of samples", slice=place,
            direction="none" if control else directions[verdict],  # type: ignore[arg-type]
        )  # fmt: skip


def _controls(verdicts: Sequence[Verdict], judged: Judged, method: str) -> Iterator[Measurement]:
    for group in (OWN, NEW, CROSSED):
        if own := [one for one in verdicts if one.claim.group == group]:
            yield from _shares(own, judged, method, {"control": group}, control=True)


def _validity(verdicts: Sequence[Verdict], method: str) -> Iterator[Measurement]:
    """How well the support tells claims that the file calls supported from the others."""
    labelled = [one for one in verdicts if one.claim.truth is not None]
    if not labelled:
        return
    true, false = ([(one.score, one.claim.cluster) for one in labelled if one.claim.truth is side]
                   for side in (True, False))  # fmt: skip
    if min(len(true), len(false)) < LEAST_LABELLED:
        reason = f"{len(true)} claims are labelled as supported and {len(false)} as not; 5 of each are needed"
        yield NotMeasured(f"{METRIC}-auc", reason)
        return
    scores, clusters = ([[one[part] for one in side] for side in (true, false)] for part in (0, 1))
    area = clustered_auc(*scores, *clusters)  # type: ignore[arg-type]
    yield Score(
        f"{METRIC}-auc", area.value, area.n, "area under ROC", f"{method}, clustered by source",
        direction="higher", **area.bounds(0.0, 1.0),
    )  # fmt: skip


def _items(verdicts: Sequence[Verdict], scores: Sequence[Measurement]) -> Iterator[ItemValues]:
    """Supported and all claims of each sample."""
    total = Counter(one.claim.cluster for one in verdicts)
    for score in scores:
        if isinstance(score, Score) and not score.slice and not score.metric.endswith("auc"):
            wanted = "supported" if score.metric == METRIC else score.metric.removeprefix(f"{METRIC}-")
            events = Counter(one.claim.cluster for one in verdicts if one.verdict == wanted)
            numbers = np.array([(events[name], total[name]) for name in total], np.float64)
            yield ItemValues(score.metric, score.method, {}, tuple(total), numbers[:, 0], numbers[:, 1])
