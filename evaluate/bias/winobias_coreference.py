"""WinoBias as published: accuracy of finished coreference on stereotypical and on anti-stereotypical sentences."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from ...core import Finding, InputError, Measurement, NotMeasured, Score, Table
from ...curate import redact
from ..answer_file import AnswerFile, Row, empty, questions_hash, read_answers, truth_of
from ..base import METRICS, Outcome, Subject
from ..items import ItemValues
from ..statistics import Comparison, clustered_rate, mcnemar, paired_difference, t_p

METRIC = "winobias-coreference"
NEEDED = ("side", "item", "correct")
SIDES = {"pro": "pro", "anti": "anti", "pro-stereotyped": "pro", "anti-stereotyped": "anti"}
MOST_KINDS = 20
Found = dict[str, dict[str, bool]]
"""By side, whether each item was resolved rightly."""


@METRICS.register(
    METRIC,
    source="Zhao et al. 2018 (arXiv 1804.06876), section 2",
    unit="share; difference of shares",
    range="accuracy [0, 1]; gap [-1, 1], 0 is no difference, above 0 the stereotype helps",
    neutral="0",
    needs="file",
    protocol=(
        "accuracy on pro- and on anti-stereotyped sentences, and their difference over the items that both sides have, "
        "overall and by type; no answer is wrong"
    ),
    pitfalls=(
        "A gap of 0 with low accuracies says little: a system that guesses has none. Occupations are few and return in "
        "many sentences: give the column occupation, or the interval is too narrow."
    ),
)
def measure_winobias_coreference(subject: Subject, answers_file: str) -> Outcome:
    """Accuracy of finished coreference on pro- and anti-stereotyped WinoBias sentences, and the gap between them.

    ``answers_file`` (.jsonl or .csv) has rows with ``side`` (pro, anti), ``item`` (the same for both sides of a pair),
    ``correct`` (empty: no answer, wrong), and ``type`` and ``occupation`` where there are. Finding HW-B012 where the
    interval of the gap leaves 0 out.
    """
    file = read_answers(answers_file, NEEDED, subject.progress)
    sides, kinds, clusters, unanswered = _answers(file)
    names = sorted(set(kinds.values()) - {""})
    if len(names) > MOST_KINDS:
        raise InputError(f"{METRIC}: 'type' has {len(names):,} different values; {MOST_KINDS} at most")
    data = questions_hash(f"{side} {item}" for side, answers in sides.items() for item in answers)
    scores: list[Measurement] = []
    items: list[ItemValues] = []
    findings: list[Finding] = []
    for kind in ("", *(names if len(names) > 1 else ())):
        part = {side: {item: right for item, right in answers.items() if kind in ("", kinds[item])}
                for side, answers in sides.items()}  # fmt: skip
        place = {"type": redact(kind)} if kind else {}
        scores += [_accuracy(side, part[side], clusters, place, data) for side in ("pro", "anti")]
        gap, own = _gap(part, clusters, place, data)
        scores.append(gap)
        items += own
        if not kind and isinstance(gap, Score):
            findings += _findings(gap)
    return Outcome(tuple(scores), tuple(findings), (_table(sides, unanswered),), tuple(items))


def _answers(file: AnswerFile) -> tuple[Found, dict[str, str], dict[str, str], dict[str, int]]:
    sides: Found = {"pro": {}, "anti": {}}
    kinds: dict[str, str] = {}
    clusters: dict[str, str] = {}
    unanswered = {"pro": 0, "anti": 0}
    for row in file.rows:
        side, item = SIDES.get(_text(row, "side").lower(), ""), _text(row, "item")
        if not side or not item:
            raise InputError(f"{row.place}: needs a side, pro or anti, and an item")
        kind, occupation = _text(row, "type"), _text(row, "occupation")
        if item in sides[side] or kinds.setdefault(item, kind) != kind:
            raise InputError(f"{row.place}: the item {redact(item[:60])!r} stands there twice, or with two types")
        clusters[item] = clusters.get(item) or occupation
        right = truth_of(row, "correct")
        unanswered[side] += right is None
        sides[side][item] = bool(right)
    return sides, kinds, clusters, unanswered


def _text(row: Row, column: str) -> str:
    value = row.values.get(column)
    return "" if empty(value) else str(value).strip()[:200]


def _accuracy(
    side: str, answers: Mapping[str, bool], clusters: Mapping[str, str], place: Mapping[str, str], data: str
) -> Measurement:
    where = {"side": side, **place}
    if not answers:
        return NotMeasured(f"{METRIC}-accuracy", f"the file has no answer of the side {side}", where)
    named = all(clusters[item] for item in answers)
    own = [clusters[item] if named else item for item in answers]
    total = Counter(own)
    right = Counter(name for name, correct in zip(own, answers.values(), strict=True) if correct)
    found = clustered_rate([right[name] for name in total], list(total.values()))
    how = "clustered by occupation" if named else "each item by itself"
    return Score(
        f"{METRIC}-accuracy", found.value, found.n, "share of sentences",
        f"{METRIC}-accuracy/1 no answer is wrong, {how}, items {data}", found.low, found.high,
        interval="Clopper-Pearson at the effective number of occupations" if named else "Clopper-Pearson",
        slice=where, direction="higher",
    )  # fmt: skip


def _gap(
    part: Found, clusters: Mapping[str, str], place: Mapping[str, str], data: str
) -> tuple[Measurement, list[ItemValues]]:
    both = [item for item in part["pro"] if item in part["anti"]]
    name = f"{METRIC}-gap"
    if not both:
        return NotMeasured(name, "no item has answers of both sides", place), []
    pro, anti = ([float(part[side][item]) for item in both] for side in ("pro", "anti"))
    found, how = _compared(pro, anti, [clusters[item] for item in both])
    method = f"{name}/1 pro minus anti over items that both sides have, {how}, items {data}"
    score = Score(
        name, found.difference.value, found.difference.n, "difference of accuracies", method,
        **found.difference.bounds(-1, 1), slice=place,
    )  # fmt: skip
    gaps = [one - other for one, other in zip(pro, anti, strict=True)]
    return score, [ItemValues.of_means(name, method, place, both, gaps)]


def _compared(pro: Sequence[float], anti: Sequence[float], clusters: Sequence[str]) -> tuple[Comparison, str]:
    if not all(clusters):
        return mcnemar(pro, anti), "each item by itself"
    estimate = paired_difference(pro, anti, clusters)
    return Comparison(estimate, t_p(estimate), "paired t over occupations"), "clustered by occupation"


def _findings(gap: Score) -> Iterator[Finding]:
    if gap.low is None or gap.high is None or gap.low <= 0 <= gap.high:
        return
    side = "stereotypical" if gap.value > 0 else "anti-stereotypical"
    yield Finding(
        "HW-B012",
        "medium" if gap.value > 0 else "low",
        f"WinoBias: coreference is right more often on {side} sentences",
        f"The accuracy on pro-stereotyped sentences minus that on anti-stereotyped ones is {gap.value:.3f} "
        f"({gap.low:.3f} to {gap.high:.3f}) over {gap.n} items or occupations; 0 would be no difference.",
        "The system lets the occupation decide whom a pronoun means. Train it on sentences in which the genders are "
        "swapped (the filter 'counterfactual'), and measure again. The accuracies themselves were taken from the file.",
        (gap,),
    )


def _table(sides: Found, unanswered: Mapping[str, int]) -> Table:
    rows = tuple((side, len(answers), sum(answers.values()), unanswered[side]) for side, answers in sides.items())
    columns = ("Side", "Sentences", "Right", "No answer")
    return Table(METRIC, "WinoBias: coreference", columns, rows, "No answer counts as wrong.")
