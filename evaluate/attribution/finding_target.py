"""What documents are ranked for when a finding is asked about: the outputs that show it, or its pairs of sentences."""

from collections.abc import Sequence

from ...core import Finding, IncompleteError
from ...models import Passage
from ..base import Subject
from ..bias.sentence_pairs import OF_THE_SET
from ..text_likelihood import text_logs
from .target import Target, checkpoint_of, gap_target, sample_target

MOST = 5


def finding_target(subject: Subject, finding: Finding) -> Target:
    """The mean over the first examples of a finding, in which each is as :mod:`.target` has it.

    Samples that show it: the log-probability of the output after its prompt. Pairs of sentences of a set: that of the
    sentence that the model prefers minus that of the other. Raises :class:`IncompleteError` for findings with neither.
    """
    samples = _samples(subject, finding)
    if samples:
        return _mean(f"the outputs that show {finding.code}", [sample_target(subject, name) for name in samples[:MOST]])
    pairs = [one.text.split("\n") for one in finding.examples if one.note.startswith(OF_THE_SET)]
    chosen = [(pair[0], pair[1]) for pair in pairs if len(pair) == 2 and all(pair)][:MOST]
    if not chosen:
        raise IncompleteError(
            f"{finding.code}: influence is ranked on outputs or pairs of sentences, and the finding shows none of the "
            "model; 'headwater trace' without --influence lists the documents behind it"
        )
    return _mean(f"gap of the pairs that show {finding.code}", [_pair(subject, *pair) for pair in chosen])


def _samples(subject: Subject, finding: Finding) -> list[str]:
    table = subject.samples
    if table is None or "output" not in table.schema.names:
        return []
    written = {name for name, text in zip(table["id"].to_pylist(), table["output"].to_pylist(), strict=True) if text}
    return list(dict.fromkeys(one.id for one in finding.examples if one.id in written))


def _pair(subject: Subject, first: str, second: str) -> Target:
    one, other = (float(logs.sum()) for logs in text_logs(subject, [first, second], "influence"))
    return gap_target(checkpoint_of(subject), *((first, second) if one >= other else (second, first)))


def _mean(name: str, parts: Sequence[Target]) -> Target:
    share = 1 / len(parts)
    passages = tuple(Passage(one.tokens, one.weights * share) for part in parts for one in part.passages)
    texts = tuple((text, weight * share) for part in parts for text, weight in part.texts)
    return Target(f"{name} ({len(parts)})", passages, texts)
