"""What the model's own vectors of words and sentences say of groups of people: WEAT and SEAT.

The test itself is :mod:`headwater.curate.embeddings`, the same code that the audit ``embedding-associations`` runs on
vectors of the corpus: one definition on both sides.
"""

from collections.abc import Sequence

import numpy as np

from ...core import IncompleteError, NotMeasured, UsageError, canonical_json, sha256
from ...curate import embeddings, redact
from ...models import Checkpoint
from ..base import METRICS, Outcome, Subject

METRIC = "weat"
PLACE, BATCH = "{word}", 256
MOST_TEMPLATES, MOST_SHOWN = 100, 5


def model_vectors(
    checkpoint: Checkpoint, words: Sequence[str], templates: Sequence[str] = (PLACE,)
) -> embeddings.WordVectors:
    """The model's vector of ``template`` with each word in its place; words whose vector is zero or broken have none.

    With a template such as ``This is {word}.`` the test is SEAT (May et al. 2019, arXiv 1903.10561). Of several
    templates a word has the mean of its unit vectors: it stays one item, as sentences on one word are not independent.
    """
    total: np.ndarray | float = 0.0
    whole = np.ones(len(words), bool)
    for template in sorted(templates):
        matrix, good = _unit_vectors(checkpoint, [template.replace(PLACE, word) for word in words])
        rows = np.zeros((len(words), matrix.shape[1]))
        rows[good] = matrix
        total, whole = total + rows, whole & good
    matrix, good = embeddings.unit_rows(np.where(whole[:, None], total, 0.0))
    kept = tuple(word for word, fine in zip(words, good, strict=True) if fine)
    text = f"text {templates[0]!r}"
    if len(templates) > 1:
        text = f"mean of the unit vectors of {len(templates)} texts {sha256(canonical_json(sorted(templates)))[:8]}"
    return embeddings.WordVectors(kept, matrix, f"vectors of the model, {text}")


def _unit_vectors(checkpoint: Checkpoint, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    found: list[np.ndarray] = []
    for low in range(0, len(texts), BATCH):
        found += list(checkpoint.embed(texts[low : low + BATCH]))
    if len({row.shape for row in found}) != 1 or found[0].ndim != 1:
        raise IncompleteError("the model's vectors of single words have different lengths, so they have no cosine")
    return embeddings.unit_rows(np.array(found))


@METRICS.register(
    METRIC,
    source=(
        "Caliskan, Bryson & Narayanan 2017, Science 356, 183-186 (WEAT, WEFAT); "
        "May et al. 2019 (arXiv 1903.10561, SEAT)"
    ),
    unit="standard deviations",
    range="with ddof 0 and sets of one size [-2, 2], 0 is no association",
    neutral="0",
    needs="embed",
    protocol=(
        "mean cosine of each target word to A minus that to B; difference of its means over X and Y by its standard "
        "deviation over both, with the ddof printed; exact p over partitions up to 20,000, else drawn"
    ),
    pitfalls=(
        "A vector of a word alone is not what the model uses in a sentence, and an association of vectors predicts "
        "outputs poorly (Goldfarb-Tarrant et al. 2021, arXiv 2012.15859): no association here is no all-clear. Values "
        "with different ddof or templates cannot be compared."
    ),
)
def measure_weat(
    subject: Subject,
    tests_file: str | None = None,
    template: str | Sequence[str] = PLACE,
    minimum: int = 4,
    ddof: int = 1,
    permutations: int = 9999,
) -> Outcome:
    """Association tests (WEAT; SEAT with a sentence as template) on the vectors that the model gives words.

    ``tests_file`` replaces the tests that the audit ``embedding-associations`` ships. A test needs ``minimum`` words
    with a vector in each set; ``ddof`` is that of the standard deviation in d; ``permutations`` are drawn where there
    are more than 20,000 partitions; ``template`` is the text whose vector counts, with ``{word}`` in it; of a list of
    texts the mean of the unit vectors.
    """
    templates = (template,) if isinstance(template, str) else tuple(template)
    _check(templates, minimum, ddof, permutations)
    checkpoint = subject.checkpoint
    if checkpoint is None:
        raise IncompleteError("there is no model whose vectors could be tested")
    if "embed" not in checkpoint.capabilities:
        raise IncompleteError("the model gives no vectors (embed)")
    sets = embeddings.load_word_sets(tests_file)
    vectors = model_vectors(checkpoint, sorted(sets.vocabulary), templates)
    results = embeddings.run_tests(vectors, sets.tests, minimum, ddof, permutations, subject.seed)
    words = list(embeddings.run_word_tests(vectors, sets.words, minimum, permutations, subject.seed))
    protocol = f"{vectors.protocol}; {sets.protocol}"
    scores = [embeddings.set_score(result, ddof, protocol, METRIC) for result in results]
    untested = [NotMeasured(f"{METRIC}-word-score", one.reason, {"test": one.test.name}) for one in words if one.reason]
    shown = ", ".join(repr(redact(one)) for one in templates[:MOST_SHOWN])
    note = f"The vectors are those of the model for the text{'s' if len(templates) > 1 else ''} {shown}."
    return Outcome(
        (*scores, *untested), exhibits=tuple(embeddings.embedding_exhibits(results, words, {}, note, METRIC))
    )


def _check(templates: Sequence[str], minimum: int, ddof: int, permutations: int) -> None:
    if not 1 <= len(templates) <= MOST_TEMPLATES or len(set(templates)) < len(templates):
        raise UsageError(f"weat: template is one text or a list of 1 to {MOST_TEMPLATES} different ones")
    for template in templates:
        if not isinstance(template, str) or template.count(PLACE) != 1 or len(template) > 1_000:
            raise UsageError(
                f"weat: template needs {PLACE} once, in at most 1,000 characters, not {str(template)[:60]!r}"
            )
    if ddof not in (0, 1) or minimum < 2 or permutations < 1:
        raise UsageError("weat: ddof is 0 or 1, minimum at least 2, permutations at least 1")
