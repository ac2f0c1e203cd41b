"""Whether it can be told from the model which documents it was trained on."""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy import stats

from ...core import Exhibit, IncompleteError, Measurement, NotMeasured, Score, UsageError, did_you_mean, generator
from ..base import METRICS, Outcome, Subject
from ..items import ItemValues
from ..statistics import Estimate, Floats, auc, clopper_pearson, holm, paired_auc, placements
from .blind_baseline import FOLDS, blind_scores
from .extractable import level
from .lira import OWN_VARIANCE
from .membership_attacks import ATTACKS, Attacker, Settings, run_attacks
from .membership_exhibits import levels_table, overview, roc_chart
from .membership_findings import findings
from .membership_results import BLIND, Attack
from .membership_texts import Candidates, candidates
from .operating_points import at_fpr, epsilon_bound
from .shadow_models import lira_scores

RATES = (0.01, 0.001)
UNIT = "area under the ROC curve"
SMALLEST_LEVEL = 5
"""Members of a level that are needed for an area of its own."""


@METRICS.register(
    "membership",
    source="Shokri et al. 2017; Yeom et al. 2018; Carlini et al. 2021, 2022; Mattern et al. 2023; Shi et al. 2023; "
    "Zhang et al. 2024; blind baseline after Das et al. 2024",
    unit=UNIT,
    range="[0, 1]; 0.5 is chance",
    needs="prompt_logprob",
    protocol="trained against held-out documents of one manifest, cut at one length, exact copies once; each attack "
    "beside a classifier that sees the texts and no model",
    pitfalls="An area near 0.5 says that these attacks fail on average documents, not that none would succeed on one: "
    "read the true-positive rate at few false positives, and the levels of times seen. A blind baseline above 0.5 "
    "means that the sides differ without the model: then no attack says anything. The bound on epsilon is of one "
    "training and its documents; a claim about the algorithm needs many (Jagielski 2020; Steinke 2023).",
)
def measure_membership(
    subject: Subject,
    documents: int = 1_000,
    characters: int = 1_000,
    attacks: Sequence[str] = ATTACKS,
    k: float = 0.2,
    reference: str | None = None,
    order: int = 5,
    neighbours: int = 5,
    exchanged: float = 0.1,
    shadows: int = 0,
) -> Outcome:
    """Area under the ROC curve of attacks that tell trained documents from held-out ones, beside a blind baseline.

    ``documents`` of each side at most, each cut at ``characters``. ``k``: share of the tokens that Min-K% looks at.
    ``reference``: a checkpoint, a Hugging Face folder or a GGUF file to compare with (None: an n-gram model of
    ``order`` of the corpus's other documents). The neighbourhood attack compares with ``neighbours`` texts in which a
    share ``exchanged`` of the words is another. ``shadows``: so many models are trained on random halves by the run's
    own recipe, for LiRA, and there are then no more non-members than trained documents. Finding HW-M010 where an
    attack beats the blind baseline, HW-M011 where the baseline alone tells the sides apart.
    """
    for name in attacks:
        if name not in ATTACKS:
            raise UsageError(f"attacks: no attack {name!r}; {did_you_mean(name, ATTACKS)}known: {', '.join(ATTACKS)}")
    if documents < 1 or characters < 1:
        raise UsageError("documents and characters must be 1 or more")
    settings = Settings(k, reference, order, neighbours, exchanged)
    found = candidates(subject, documents, characters, balanced=shadows > 0)
    assert subject.checkpoint is not None  # there is a split
    if "prompt_logprob" not in subject.checkpoint.capabilities:
        raise IncompleteError("the checkpoint gives no token probabilities")
    attacker = Attacker(subject, found, settings, subject.checkpoint, "min-k++" in attacks)
    results = run_attacks(attacker, tuple(dict.fromkeys(attacks)))
    if shadows:
        results["lira"] = _lira(subject, found, shadows)
    return _outcome(subject, found, results, {**attacker.methods(), "lira": lira_method(shadows)}, characters)


def _lira(subject: Subject, found: Candidates, shadows: int) -> Floats | str:
    try:
        return lira_scores(subject, found, shadows)
    except IncompleteError as error:
        return str(error)


def lira_method(shadows: int) -> str:
    """For the protocol."""
    variance = "a variance a text" if shadows >= OWN_VARIANCE else "one variance"
    return f"lira, online, {shadows} shadow models of the run's recipe on random halves with {variance}"


def _outcome(
    subject: Subject, found: Candidates, results: Mapping[str, Floats | str], methods: Mapping[str, str], cut: int
) -> Outcome:
    shared = f"trained against held-out documents, first {cut} characters, exact copies once"
    missing = [
        NotMeasured("membership", why, {"attack": name}) for name, why in results.items() if isinstance(why, str)
    ]
    values = {name: scores for name, scores in results.items() if not isinstance(scores, str)}
    if not values:
        raise IncompleteError("; ".join(dict.fromkeys(each.reason for each in missing)) or "no attack was asked for")
    blind = _blind(subject, found)
    attacks = _attacks(found, values, blind, {name: f"{methods[name]}, {shared}" for name in values})
    scores: list[Measurement] = [*(_area(attack) for attack in attacks), *missing]
    if isinstance(blind, str):
        scores.append(NotMeasured("membership", blind, {"attack": BLIND}))
    else:
        attacks.append(_baseline(found, blind, shared))
        scores.append(_area(attacks[-1]))
    scores += [_gap(attack) for attack in attacks if attack.gap is not None]
    scores += _rates(attacks)
    scores += _epsilons(subject, [attack for attack in attacks if attack.name != BLIND])
    by_level = _levels(found, attacks)
    scores += by_level
    exhibits: tuple[Exhibit, ...] = (overview(attacks, RATES), roc_chart(attacks), *levels_table(found, attacks))
    items = tuple(_item(found, attack) for attack in attacks if attack.name != BLIND)
    return Outcome(tuple(scores), findings(found, attacks, scores), exhibits, items)


def _blind(subject: Subject, found: Candidates) -> Floats | str:
    try:
        return blind_scores(found.texts, found.member.tolist(), found.groups, subject.seed)
    except IncompleteError as error:
        return str(error)


def _attacks(
    found: Candidates, values: Mapping[str, Floats], blind: Floats | str, methods: Mapping[str, str]
) -> list[Attack]:
    """Each attack beside the blind baseline, p-values adjusted by Holm over the attacks."""
    gaps: dict[str, tuple[Estimate, float]] = {}
    if not isinstance(blind, str):
        gaps = {name: beyond(found.sides(scores), found.sides(blind)) for name, scores in values.items()}
    adjusted = dict(zip(gaps, holm([p for _, p in gaps.values()]).tolist(), strict=True))
    return [
        Attack(
            name, scores, *found.sides(scores), auc(*found.sides(scores)), methods[name],
            gaps[name][0] if name in gaps else None, adjusted.get(name),
        )
        for name, scores in values.items()
    ]  # fmt: skip


def beyond(attack: tuple[Floats, Floats], blind: tuple[Floats, Floats]) -> tuple[Estimate, float]:
    """Area of an attack minus that of the baseline, with p; a baseline below chance stands for chance.

    Against the baseline paired DeLong; against chance the interval of the area, and p of Mann and Whitney's test.
    """
    if placements(*blind).auc > 0.5:
        return paired_auc(attack, blind)
    area = auc(*attack)
    low, high = (None if bound is None else bound - 0.5 for bound in (area.low, area.high))
    alike = len(np.unique(np.concatenate(attack))) == 1
    p = 1.0 if alike else float(stats.mannwhitneyu(*attack, method="asymptotic").pvalue)
    return Estimate(area.value - 0.5, area.n, area.se, low, high), p


def _baseline(found: Candidates, blind: Floats, shared: str) -> Attack:
    method = f"words and runs of 2 to 4 characters, logistic regression, {FOLDS} folds, no model, {shared}"
    return Attack(BLIND, blind, *found.sides(blind), auc(*found.sides(blind)), method)


def _area(attack: Attack) -> Score:
    interval = {"interval": "DeLong's variance in a score interval", **attack.area.bounds()}
    return Score(
        "membership", attack.area.value, attack.area.n, UNIT, f"membership/1 {attack.method}", direction="lower",
        slice={"attack": attack.name}, **interval,
    )  # fmt: skip


def _gap(attack: Attack) -> Score:
    assert attack.gap is not None and attack.p is not None
    p = ("p below 1e-9" if attack.p < 1e-9 else f"p = {attack.p:.2g}") + " by Holm over the attacks"
    bounds = attack.gap.bounds()
    interval = f"DeLong; {p}" if "low" in bounds else f"no interval: the curves do not vary; {p}"
    return Score(
        "membership-gap", attack.gap.value, attack.gap.n, "difference of areas",
        f"membership-gap/1 minus the blind baseline or 0.5 if that is more, {attack.method}", direction="lower",
        slice={"attack": attack.name}, **{**bounds, "interval": interval},
    )  # fmt: skip


def _rates(attacks: Sequence[Attack]) -> list[Measurement]:
    """True-positive rates where the false-positive rate can be claimed at all; else why not, once for all attacks."""
    scores: list[Measurement] = []
    for rate in RATES:
        place = {"false positives": f"{rate:.1%}"}
        try:
            points = [at_fpr(attack.members, attack.others, rate) for attack in attacks]
        except IncompleteError as error:
            scores.append(NotMeasured("membership-tpr", str(error), place))
            continue
        for attack, point in zip(attacks, points, strict=True):
            low, high = clopper_pearson(point.members, point.of_members)
            scores.append(
                Score(
                    "membership-tpr", point.tpr, point.of_members, "share of members",
                    f"membership-tpr/1 at the threshold that {rate:.1%} of non-members pass, {attack.method}",
                    low, high, "Clopper-Pearson, given the threshold", direction="lower",
                    slice={"attack": attack.name, **place},
                )
            )  # fmt: skip
    return scores


def _epsilons(subject: Subject, attacks: Sequence[Attack]) -> list[Measurement]:
    """An empirical lower bound of epsilon each: threshold from one half, measured on the other."""
    scores: list[Measurement] = []
    for attack in attacks:
        halves = [_halves(subject.seed, side, part) for side, part in (("m", attack.members), ("n", attack.others))]
        place = {"attack": attack.name}
        try:
            bound = epsilon_bound(halves[0], halves[1])
        except IncompleteError as error:
            scores.append(NotMeasured("membership-epsilon", str(error), place))
            continue
        scores.append(
            Score(
                "membership-epsilon", bound.epsilon, bound.n, "nats, lower bound",
                f"membership-epsilon/1 threshold from one half, measured on the other, {attack.method}",
                interval="the value is itself a lower bound at 95 % (Clopper-Pearson)", direction="lower", slice=place,
            )
        )  # fmt: skip
    return scores


def _halves(seed: int, side: str, values: Floats) -> tuple[Floats, Floats]:
    places = generator(seed, "epsilon", side).permutation(len(values))
    return values[places[: len(values) // 2]], values[places[len(values) // 2 :]]


def _levels(found: Candidates, attacks: Sequence[Attack]) -> list[Measurement]:
    """Areas by times seen and by copies, of the reference attack, or of the loss where that was not measured."""
    named = {attack.name: attack for attack in attacks}
    attack = named.get("reference") or named.get("loss")
    scores: list[Measurement] = []
    if attack is None:
        return scores
    for name, counts in (("times seen", found.seen), ("copies", found.copies)):
        labels = np.array([level(many) for many, is_member in zip(counts, found.member, strict=True) if is_member])
        for label in sorted(set(labels.tolist()), key=lambda text: int(text.split("-")[0])):
            members = attack.members[labels == label]
            place = {"attack": attack.name, name: label}
            if len(members) < SMALLEST_LEVEL:
                reason = f"{len(members)} members are too few for an area of their own; it takes {SMALLEST_LEVEL}"
                scores.append(NotMeasured("membership", reason, place))
            elif len(members) < len(labels):
                area = auc(members, attack.others)
                scores.append(
                    Score(
                        "membership", area.value, area.n, UNIT, f"membership/1 {attack.method}", direction="lower",
                        slice=place, **{"interval": "DeLong's variance in a score interval", **area.bounds()},
                    )
                )  # fmt: skip
    return scores


def _item(found: Candidates, attack: Attack) -> ItemValues:
    """Of each member the share of non-members below it: their mean is the area."""
    ids = [name for name, is_member in zip(found.ids, found.member, strict=True) if is_member]
    shares = placements(attack.members, attack.others).positive
    return ItemValues.of_means("membership", f"membership/1 {attack.method}", {"attack": attack.name}, ids, shares)
