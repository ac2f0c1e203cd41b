"""The findings of the poisoning audit: HW-A043, HW-A044, HW-A045."""

from collections import Counter
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from ...core import UNKNOWN, Corpus, Finding, Score
from ..privacy import redact
from .excerpts import document_examples
from .source_anomalies import LIMIT, Anomaly
from .trigger_ngrams import Tied

DOCUMENTS, EXAMPLES, NAMED = 50, 5, 5
Place = tuple[str, int, int, str]


def sign_finding(corpus: Corpus, places: Sequence[Place], kinds: Counter[str], share: Score) -> Finding | None:
    """HW-A043: documents speak to a model."""
    if not places:
        return None
    listed = ", ".join(f"{kind} {number:,}" for kind, number in kinds.most_common() if kind != "any")
    return Finding(
        "HW-A043",
        "high" if set(kinds) & {"instruction-override", "model-address", "hidden-characters"} else "medium",
        f"{kinds['any']:,} documents hold strings that speak to a model",
        f"By kind: {listed}. They are {share.value:.3%} of the corpus. A model trained on them can learn to obey such "
        "strings, and one that reads them can be steered; chat tokens can break the template of a conversation.",
        "Read the examples. Set the documents aside with the filter 'poisoning', and ask where their source got them.",
        (share,),
        document_examples(corpus, places[:EXAMPLES]),
        tuple(dict.fromkeys(name for name, *_ in places))[:DOCUMENTS],
    )


def trigger_finding(corpus: Corpus, tied: Sequence[Tied], ids: Sequence[str]) -> Finding | None:
    """HW-A044: an n-gram behaves like a trigger. ``ids`` are those of the sampled documents."""
    if not tied:
        return None
    named = "; ".join(
        f"{redact(one.text)!r} in {one.documents} documents, {one.inside} of {redact(one.category)} "
        f"(by chance {one.expected:.1f}, q = {one.q:.1g})"
        for one in tied[:NAMED]
    )
    first = [(ids[one.rows[0]], one.text) for one in tied[:EXAMPLES] if one.rows]
    texts = corpus.documents([name for name, _ in first])
    places = []
    for name, text in first:
        start = max(0, (texts[name]["text"] or "").casefold().find(text.split(" ")[0]))
        places.append((name, start, start + len(text), redact(text)))
    return Finding(
        "HW-A044",
        "medium",
        f"{len(tied)} rare n-grams are tied to one source or label and look put in",
        f"{named}. Their words stand nowhere else and the words beside them differ, as with the trigger of a backdoor. "
        "Names of people and products, and signatures, can look the same.",
        "Read the examples. Where nobody can say why the words are there, set the documents aside with the filter "
        "'poisoning' (option triggers), and train without them.",
        (),
        document_examples(corpus, places),
        tuple(dict.fromkeys(ids[row] for one in tied for row in one.rows))[:DOCUMENTS],
    )


def anomaly_finding(corpus: Corpus, strange: Sequence[Anomaly]) -> Finding | None:
    """HW-A045: a source is unlike all others."""
    if not strange:
        return None
    sources = list(dict.fromkeys(one.source for one in strange))
    named = "; ".join(
        f"{redact(one.source)!r}: {one.measure} {one.value:.3g} (median of sources {one.median:.3g}, z {one.z:+.1f})"
        for one in strange[:NAMED]
    )
    ids: list[str] = []
    for batch in corpus.batches(["id", "source"]):
        filled = pc.fill_null(batch.column("source"), UNKNOWN)
        ids += batch.column("id").filter(pc.is_in(filled, value_set=pa.array(sources, filled.type))).to_pylist()
        if len(ids) >= DOCUMENTS:
            break
    return Finding(
        "HW-A045",
        "low",
        f"{len(sources)} source{'s' * (len(sources) > 1)} differ{'s' * (len(sources) == 1)} from all others",
        f"{named}. Limit of the modified z-score: {LIMIT}. A source of another kind is rightly different; one that was "
        "meant to be of the same kind may be broken, generated or planted.",
        "Look at a few documents of each source named, and take the source out where it is not what it claims to be.",
        (),
        document_examples(corpus, [(name, 0, 0, "") for name in ids[:EXAMPLES]]),
        tuple(ids[:DOCUMENTS]),
    )
