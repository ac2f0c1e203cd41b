from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from headwater.core import InputError, NotMeasured, Score, StageReport, UsageError
from headwater.evaluate import ItemValues, compare, read_items, write_items

RNG = np.random.default_rng(0)
IDS = [f"doc-{i:03d}" for i in range(60)]


def item_run(
    folder: Path,
    x: Sequence[float],
    y: Sequence[float] | None = None,
    *,
    ids: Sequence[str] = IDS,
    method: str = "m/1 greedy, 10 tokens",
    transform: str = "none",
    direction: str = "lower",
    place: Mapping[str, str] | None = None,
    metric: str = "m",
) -> Path:
    x = np.asarray(x, float)
    y = np.ones_like(x) if y is None else np.asarray(y, float)
    folder.mkdir(parents=True, exist_ok=True)
    score = Score(metric, float(x.sum() / y.sum()), len(x), "units", method, direction=direction, slice=place or {})
    StageReport("evaluate", "t", scores=(score,)).save(folder / "evaluation.json")
    write_items(folder, [ItemValues(metric, method, place or {}, tuple(ids), x, y, transform)])
    return folder


def test_a_shift_of_every_item_is_seen_where_two_intervals_overlap(tmp_path: Path) -> None:
    noise = RNG.normal(0, 10, 60)
    b = noise + 0.5 + RNG.normal(0, 0.3, 60)
    found = compare(item_run(tmp_path / "a", noise), item_run(tmp_path / "b", b))[0]
    assert (found.verdict, found.test, found.items) == ("A better", "paired t", 60)
    assert found.p == pytest.approx(stats.ttest_rel(noise, b).pvalue)
    assert found.low < found.difference < found.high < 0


def test_direction_decides_who_is_better(tmp_path: Path) -> None:
    x = RNG.normal(size=60)
    for direction, verdict in (("higher", "B better"), ("lower", "A better"), ("none", "B higher")):
        a = item_run(tmp_path / direction / "a", x, direction=direction)
        b = item_run(tmp_path / direction / "b", x + 1 + RNG.normal(0, 0.1, 60), direction=direction)
        assert compare(a, b)[0].verdict == verdict


def test_sides_turned_around_turn_the_verdict_around(tmp_path: Path) -> None:
    x, y = RNG.normal(size=60), RNG.integers(50, 400, 60)
    a, b = item_run(tmp_path / "a", x * y, y), item_run(tmp_path / "b", (x + 0.3) * y + RNG.normal(0, 5, 60), y)
    one, two = compare(a, b)[0], compare(b, a)[0]
    assert (one.verdict, two.verdict) == ("A better", "B better")
    assert (one.difference, one.low) == pytest.approx((-two.difference, -two.high))
    assert one.p == pytest.approx(two.p)


def test_a_run_against_itself_is_the_same(tmp_path: Path) -> None:
    a = item_run(tmp_path / "a", RNG.normal(size=60))
    found = compare(a, a)[0]
    assert (found.verdict, found.p, found.difference) == ("the same", 1.0, 0.0)


def test_what_chance_explains_says_how_many_more_items_would_settle_it(tmp_path: Path) -> None:
    x = RNG.normal(size=60)
    b = x + RNG.normal(0.05, 1, 60)
    found = compare(item_run(tmp_path / "a", x), item_run(tmp_path / "b", b))[0]
    assert found.verdict == "no difference shown"
    assert found.detectable > abs(found.difference)
    assert found.more > 60


def test_rates_are_compared_by_mcnemar(tmp_path: Path) -> None:
    a = np.array([1.0] * 30 + [0.0] * 30)
    b = np.array([1.0] * 10 + [0.0] * 50)
    found = compare(item_run(tmp_path / "a", a), item_run(tmp_path / "b", b))[0]
    assert (found.test, found.verdict) == ("McNemar, exact", "B better")
    assert found.p == pytest.approx(stats.binomtest(20, 20).pvalue)


def test_perplexity_is_compared_on_its_logarithm(tmp_path: Path) -> None:
    tokens = RNG.integers(50, 400, 60).astype(float)
    nats = tokens * RNG.normal(3, 0.3, 60)
    a = item_run(tmp_path / "a", nats, tokens, transform="exp")
    b = item_run(tmp_path / "b", nats + 0.1 * tokens, tokens, transform="exp")
    found = compare(a, b)[0]
    assert found.a == pytest.approx(np.exp(nats.sum() / tokens.sum()))
    assert found.difference == pytest.approx(-0.1) == np.log(found.a / found.b)
    assert found.unit == "nats, log(A / B)"


def test_items_are_joined_by_id_whatever_their_order(tmp_path: Path) -> None:
    x = RNG.normal(size=60)
    order = RNG.permutation(60)
    a = item_run(tmp_path / "a", x)
    b = item_run(tmp_path / "b", (x + 1)[order], ids=[IDS[i] for i in order])
    found = compare(a, b)[0]
    assert found.difference == pytest.approx(-1.0)
    assert (found.low, found.high) == (None, None)  # 60 equal differences say nothing of the spread of others


def test_items_of_one_side_alone_are_left_out_and_counted(tmp_path: Path) -> None:
    x = RNG.normal(size=60)
    a = item_run(tmp_path / "a", x[:50], ids=IDS[:50])
    b = item_run(tmp_path / "b", x[20:] + 1, ids=IDS[20:])
    found = compare(a, b)[0]
    assert (found.items, found.only_a, found.only_b) == (30, 20, 10)


def test_without_common_items_the_sides_are_independent_samples(tmp_path: Path) -> None:
    x, y = RNG.normal(size=40), RNG.normal(0.2, 1, size=50)
    a = item_run(tmp_path / "a", x, ids=[f"a{i}" for i in range(40)])
    b = item_run(tmp_path / "b", y, ids=[f"b{i}" for i in range(50)])
    found = compare(a, b)[0]
    assert found.test == "Welch, other items"
    assert found.p == pytest.approx(stats.ttest_ind(x, y, equal_var=False).pvalue, rel=1e-4)


def test_other_protocols_are_refused_with_the_part_that_differs(tmp_path: Path) -> None:
    x = RNG.normal(size=60)
    a = item_run(tmp_path / "a", x)
    for method, reason in (
        ("m/1 greedy, 20 tokens", '"10 tokens" against "20 tokens"'),
        ("m/2 greedy, 10 tokens", "protocols m/1 and m/2"),
    ):
        found = compare(a, item_run(tmp_path / method[:3] / method[-9:-7], x + 1, method=method))[0]
        assert found.verdict == "not comparable" and reason in found.reason
        assert (found.difference, found.p) == (None, None)


def test_what_was_not_measured_repeats_its_reason(tmp_path: Path) -> None:
    a = item_run(tmp_path / "a", RNG.normal(size=60))
    b = tmp_path / "b"
    b.mkdir()
    StageReport("evaluate", "t", scores=(NotMeasured("m", "no lake"),)).save(b / "evaluation.json")
    found = compare(a, b)[0]
    assert (found.verdict, found.reason) == ("not comparable", "B: no lake")


def test_runs_without_items_say_so(tmp_path: Path) -> None:
    a, b = (item_run(tmp_path / name, RNG.normal(size=60)) for name in "ab")
    (b / "items.parquet").unlink()
    assert compare(a, b)[0].reason == "no values of single items were kept in B"


def test_a_folder_without_evaluation_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no evaluation.json"):
        compare(tmp_path, tmp_path)
    with pytest.raises(UsageError, match="each side"):
        compare([], [])


def seeds(folder: Path, shift: float, sd: float, rng: np.random.Generator, items: np.ndarray, k: int) -> list[Path]:
    return [
        item_run(folder / str(i), items + shift + rng.normal(0, sd) + rng.normal(0, 0.2, len(items))) for i in range(k)
    ]


def test_seeds_widen_the_interval(tmp_path: Path) -> None:
    rng, items = np.random.default_rng(3), RNG.normal(size=60)
    a, b = (seeds(tmp_path / name, 0.0, 0.5, rng, items, 3) for name in "ab")
    one, several = compare(a[0], b[0])[0], compare(a, b)[0]
    assert several.high - several.low > 2 * (one.high - one.low)
    assert several.test == "seeds and items (t)"


def test_over_seeds_a_false_verdict_stays_rare(tmp_path: Path) -> None:
    rng, items = np.random.default_rng(4), RNG.normal(size=60)
    wrong = {"several": 0, "one": 0}
    for trial in range(60):
        a, b = (seeds(tmp_path / f"{trial}{name}", 0.0, 0.5, rng, items, 3) for name in "ab")
        wrong["several"] += compare(a, b)[0].p <= 0.05
        wrong["one"] += compare(a[0], b[0])[0].p <= 0.05
    assert wrong["several"] <= 9
    assert wrong["one"] > 30


def test_many_scores_share_one_error_rate(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    folders = []
    for name in "ab":
        scores, items = [], []
        for k in range(20):
            x = rng.normal(size=40)
            scores.append(Score("m", float(x.mean()), 40, "units", "m/1 x", direction="lower", slice={"k": str(k)}))
            items.append(ItemValues.of_means("m", "m/1 x", {"k": str(k)}, IDS[:40], x))
        folder = tmp_path / name
        folder.mkdir()
        StageReport("evaluate", "t", scores=tuple(scores)).save(folder / "evaluation.json")
        write_items(folder, items)
        folders.append(folder)
    found = compare(*folders)
    assert min(one.adjusted for one in found) == pytest.approx(min(1.0, 20 * min(one.p for one in found)))
    assert all(one.verdict == "no difference shown" for one in found)


def test_the_same_model_twice_is_no_second_seed(tmp_path: Path) -> None:
    x, folders = RNG.normal(size=60), []
    for name in "abc":
        folder = item_run(tmp_path / name, x)
        report = StageReport.load(folder / "evaluation.json")
        StageReport("evaluate", "t", scores=report.scores, detail={"model": "same"}).save(folder / "evaluation.json")
        folders.append(folder)
    with pytest.raises(UsageError, match="another 'seed:' each"):
        compare(folders[:2], folders[2])


def test_where_no_outcome_could_decide_a_score_does_not_count(tmp_path: Path) -> None:
    x = np.zeros(60)
    b = x.copy()
    b[:4] = 1
    found = compare(item_run(tmp_path / "a", x), item_run(tmp_path / "b", b))[0]
    assert (found.verdict, found.adjusted, found.least) == ("no difference shown", None, 0.125)


def gap_run(folder: Path, seen: np.ndarray, unseen: np.ndarray, tokens: np.ndarray, split: int = 30) -> Path:
    """The gap between ``unseen`` and ``seen`` losses a token, over documents of so many tokens."""
    value = (unseen * tokens[:split]).sum() / tokens[:split].sum() - (seen * tokens[split:]).sum() / tokens[
        split:
    ].sum()
    folder.mkdir(parents=True, exist_ok=True)
    score = Score("gap", float(value), 60, "nats", "gap/1 x", direction="lower")
    StageReport("evaluate", "t", scores=(score,)).save(folder / "evaluation.json")
    first = (IDS[:split], unseen * tokens[:split], tokens[:split])
    write_items(folder, [ItemValues.of_difference(score, first, (IDS[split:], seen * tokens[split:], tokens[split:]))])
    return folder


def test_a_difference_of_two_parts_is_paired_in_each_of_them(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    hard = rng.normal(0, 5, 60)  # what documents differ by is far more than what models do
    a = gap_run(tmp_path / "a", hard[30:] + rng.normal(0, 0.1, 30), hard[:30] + rng.normal(0.5, 0.1, 30), np.ones(60))
    b = gap_run(tmp_path / "b", hard[30:] + rng.normal(0, 0.1, 30), hard[:30] + rng.normal(0.0, 0.1, 30), np.ones(60))
    found = compare(a, b)[0]
    one, two = (np.array(each.numerators) for each in (read_items(a)[0], read_items(b)[0]))
    gaps = [(one - two)[part] for part in (slice(0, 30), slice(30, 60))]
    welch = stats.ttest_ind(*gaps, equal_var=False)
    assert found.difference == pytest.approx(gaps[0].mean() - gaps[1].mean())
    assert found.p == pytest.approx(welch.pvalue, rel=1e-3, abs=1e-12)
    assert (found.low, found.high) == pytest.approx(welch.confidence_interval())
    assert (found.verdict, found.items) == ("B better", 60)


def test_a_difference_of_equal_models_is_seldom_called_one(tmp_path: Path) -> None:
    rng, wrong = np.random.default_rng(4), 0
    for k in range(100):
        tokens, hard = rng.integers(20, 200, 60).astype(float), rng.normal(3, 1, 60)
        runs = []
        for side in "ab":
            own = hard + rng.normal(0, 0.2, 60)
            runs.append(gap_run(tmp_path / f"{k}{side}", own[30:], own[:30], tokens))
        found = compare(*runs)[0]
        wrong += not found.low <= 0 <= found.high
    assert wrong <= 11  # 5 of 100 are expected; more than 11 have a chance of 0.4 %


def test_several_seeds_of_a_difference_hold_the_true_one(tmp_path: Path) -> None:
    rng, hard, tokens = np.random.default_rng(5), np.random.default_rng(6).normal(3, 1, 60), np.full(60, 9.0)
    held = 0
    for trial in range(60):
        sides = [
            [gap_run(tmp_path / f"{trial}{side}{k}", hard[30:] + rng.normal(0, 0.2, 30),
                     hard[:30] + shift + rng.normal(0, 0.05) + rng.normal(0, 0.2, 30), tokens) for k in range(3)]
            for side, shift in (("a", 0.4), ("b", 0.0))
        ]  # fmt: skip
        found = compare(*sides)[0]
        assert found.test == "seeds and items (t)"
        assert found.difference == pytest.approx(found.a - found.b)
        held += found.low < 0.4 < found.high
    assert held >= 51  # 57 of 60 are expected; fewer than 51 have a chance of 0.4 %


def test_a_difference_with_one_part_in_common_is_refused(tmp_path: Path) -> None:
    tokens = np.ones(60)
    a = gap_run(tmp_path / "a", np.ones(30), np.ones(30), tokens)
    b = gap_run(tmp_path / "b", np.ones(30), np.ones(30), tokens)
    items = read_items(b)[0]
    others = (*IDS[:30], *(f"other-{k}" for k in range(30)))
    write_items(b, [ItemValues("gap", items.method, {}, others, items.numerators, items.denominators, "difference")])
    assert "each part" in compare(a, b)[0].reason


def test_one_item_of_a_score_is_not_listed_as_a_score_without_items(tmp_path: Path) -> None:
    for side in "ab":
        folder = item_run(tmp_path / side, RNG.normal(size=3), ids=("c0", "c1", "c2"), place={"repetitions": "4"})
        report = StageReport.load(folder / "evaluation.json")
        single = Score("m", 1.0, 9, "units", "m/1 one", slice={"canary": "c1", "repetitions": "4"})
        StageReport("evaluate", "t", scores=(*report.scores, single)).save(folder / "evaluation.json")
    whole, one = compare(tmp_path / "a", tmp_path / "b")
    assert (whole.item, one.item, one.verdict) == (False, True, "not comparable")
    assert one.reason == "it is one item of m repetitions 4, which is compared as a whole"
