"""Regressions: exact p-values, an alert for each change of state, few false ones, and planted ones found."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from headwater.core import InputError, IntegrityError, Score, generator
from headwater.reports import Change, accept, detect, index_runs, read_journal, watch
from headwater.reports.history.changes import JOURNAL
from headwater.reports.history.chart_rule import WINDOWS, Spread, shift_p, spread_of
from headwater.reports.history.regression import RATE, holm

from .made import at, rate_items, score, write_run


def series(root: Path, values: list[float], first: int = 0, **more: object) -> list[tuple[int, str, str]]:
    """Write a night a value, and give night, metric and state of every change."""
    found = []
    for night, value in enumerate(values, first):
        folder = write_run(root, night, [score(value)], **more)  # type: ignore[arg-type]
        found += [(night, change.metric, change.state) for change in detect(root, folder, at(night))]
    return found


def noise(n: int, level: float = 0.8, spread: float = 0.01, seed: int = 1) -> list[float]:
    return (level + spread * generator(seed, "noise").standard_normal(n)).tolist()


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("width", [1, 4])
def test_p_is_that_of_the_pooled_t_test(sign: int, width: int) -> None:
    values = noise(14)
    reference, window = values[: 14 - width], [value + 0.02 * sign for value in values[14 - width :]]
    expected = stats.ttest_ind(window, reference, alternative="greater" if sign == 1 else "less").pvalue
    assert shift_p(reference, window, sign) == pytest.approx(expected, rel=1e-10)


def test_one_new_value_is_held_against_the_prediction_interval() -> None:
    reference = noise(9)
    mean, deviation = np.mean(reference), np.std(reference, ddof=1)
    edge = mean - stats.t.ppf(0.975, 8) * deviation * np.sqrt(1 + 1 / 9)
    assert shift_p(reference, [edge], -1) == pytest.approx(0.025, rel=1e-9)


def test_variance_of_earlier_references_is_pooled_in() -> None:
    earlier, reference, window = noise(10, 0.6), noise(5, seed=2), [0.75]
    more = spread_of([earlier])
    squares = sum(
        (np.array(group) - np.mean(group)) @ (np.array(group) - np.mean(group)) for group in (earlier, reference)
    )
    t = (np.mean(reference) - 0.75) / np.sqrt(squares / 13 * (1 / 5 + 1))
    assert shift_p(reference, window, -1, more) == pytest.approx(stats.t.sf(t, 13), rel=1e-9)


def test_without_variance_nothing_is_said_and_with_none_at_all_every_move_counts() -> None:
    assert shift_p([0.8], [0.5], -1) is None
    assert shift_p([0.8, 0.8], [0.5], -1) == 0.0
    assert shift_p([0.8, 0.8], [0.8], -1) == shift_p([0.8, 0.8], [0.9], -1) == 1.0
    assert shift_p([0.8, 0.8], [0.79], -1, Spread(), 0.02) == pytest.approx(stats.t.sf(0.5 / np.sqrt(1.5), 1))


def test_holm_agrees_with_the_one_of_the_evaluation() -> None:
    from headwater.evaluate import holm as theirs

    p = {str(n): value for n, value in enumerate(generator(3, "p").random(40) ** 3)}
    assert list(holm(p)[key] for key in p) == pytest.approx(theirs(list(p.values())).tolist())


def test_a_regression_that_stays_is_announced_once_and_its_end_too(tmp_path: Path) -> None:
    values = noise(15) + noise(10, 0.65, seed=2) + noise(6, seed=3)
    assert series(tmp_path, values) == [(15, "accuracy", "regressed"), (25, "accuracy", "recovered")]


def test_a_second_regression_after_the_recovery_is_news(tmp_path: Path) -> None:
    values = noise(15) + noise(5, 0.65, seed=2) + noise(8, seed=3) + noise(4, 0.65, seed=4)
    states = [state for _, _, state in series(tmp_path, values)]
    assert states == ["regressed", "recovered", "regressed"]


def test_a_small_shift_that_stays_is_found_by_the_window(tmp_path: Path) -> None:
    found = series(tmp_path, noise(22) + noise(10, 0.755, seed=2))
    assert [state for _, _, state in found] == ["regressed"] and 22 <= found[0][0] <= 27


def test_what_gets_better_is_no_alert(tmp_path: Path) -> None:
    assert series(tmp_path, noise(15) + noise(5, 0.95, seed=2)) == []


def test_the_same_run_says_the_same_again_and_adds_nothing(tmp_path: Path) -> None:
    series(tmp_path, noise(15))
    folder = write_run(tmp_path, 15, [score(0.6)])
    first = detect(tmp_path, folder, at(15))
    journal = (tmp_path / JOURNAL / "ledger.jsonl").read_bytes()
    assert [one.alert for one in first] == [True]
    assert detect(tmp_path, folder, at(16)) == first
    assert (tmp_path / JOURNAL / "ledger.jsonl").read_bytes() == journal
    assert Change.from_json(first[0].to_json()) == first[0] and len({one.id for one in first}) == 1


def test_an_accepted_baseline_makes_the_new_level_normal_and_keeps_the_variance(tmp_path: Path) -> None:
    assert len(series(tmp_path, noise(15) + noise(5, 0.65, seed=2))) == 1
    assert accept(tmp_path, tmp_path / "night-019", at(19.5)) == "nightly"
    assert series(tmp_path, noise(6, 0.65, seed=4), 20) == []
    assert series(tmp_path, [0.5], 26) == [(26, "accuracy", "regressed")]


def test_other_protocols_are_never_held_against_each_other(tmp_path: Path) -> None:
    series(tmp_path, noise(15))
    folder = write_run(tmp_path, 15, [score(0.2, method="accuracy/2")])
    assert detect(tmp_path, folder, at(15)) == ()


def test_series_with_other_titles_do_not_meet(tmp_path: Path) -> None:
    series(tmp_path, noise(15))
    assert series(tmp_path, [0.2, 0.2, 0.2], 20, title="another") == []


def test_a_score_without_a_direction_is_not_tested(tmp_path: Path) -> None:
    for night, value in enumerate([*noise(15), 0.1]):
        folder = write_run(tmp_path, night, [score(value, direction="none")])
        assert detect(tmp_path, folder, at(night)) == ()


def test_the_same_weights_are_compared_item_by_item_from_the_second_run_on(tmp_path: Path) -> None:
    hits = [1.0] * 300 + [0.0] * 100
    worse = [1.0] * 240 + [0.0] * 160
    for night, one in enumerate((hits, worse)):
        folder = write_run(tmp_path, night, [score(sum(one) / 400)], items=[rate_items(one)], weights="same")
        found = detect(tmp_path, folder, at(night))
    assert [one.state for one in found] == ["regressed"]
    exact = stats.binomtest(0, 60, 0.5, alternative="less").pvalue
    assert found[0].p == pytest.approx(exact, rel=1e-6)
    assert found[0].difference == pytest.approx(-0.15) and found[0].low is not None and found[0].low < -0.15


def test_items_that_do_not_agree_silence_the_chart(tmp_path: Path) -> None:
    """The mean fell far for its runs; of the items 8 got worse and 3 better, which sampling explains (p = 0.11)."""
    for night in range(13):
        one = np.r_[np.ones(360), np.zeros(40)]
        one[0] = night % 2
        if night == 12:
            one[:8], one[360:363] = 0, 1
        folder = write_run(tmp_path, night, [score(float(one.mean()))], items=[rate_items(one.tolist())])
        assert detect(tmp_path, folder, at(night)) == ()


def test_without_items_a_deviation_within_the_runs_own_interval_is_none(tmp_path: Path) -> None:
    assert series(tmp_path, [0.8] * 10 + [0.79]) == []


def test_a_gate_that_shuts_and_opens_is_said_once_each(tmp_path: Path) -> None:
    found = []
    for night, status in enumerate(["pass", "pass", "fail", "fail", "not_measured", "pass"]):
        folder = write_run(tmp_path, night, [score(0.8)], status=status)
        found += [(night, change.state) for change in detect(tmp_path, folder, at(night))]
    assert found == [(2, "gate-failed"), (4, "gate-incomplete"), (5, "gate-passed")]


def test_evidence_that_grows_stale_is_said_once(tmp_path: Path) -> None:
    write_run(tmp_path, 0, [score(0.8)], status="pass")
    assert watch(tmp_path, at(1), "30d") == ()
    assert [one.state for one in watch(tmp_path, at(47), "30d")] == ["stale"]
    assert watch(tmp_path, at(48), "30d") == ()
    write_run(tmp_path, 48, [score(0.8)], status="pass")
    assert [one.state for one in watch(tmp_path, at(49), "30d")] == ["fresh"]


def test_a_folder_elsewhere_or_without_a_manifest_is_refused(tmp_path: Path) -> None:
    root = tmp_path / "root"
    write_run(root, 0, [score(0.8)])
    for folder in (tmp_path, root / "absent"):
        with pytest.raises(InputError):
            detect(root, folder, at(0))


def test_a_journal_that_was_changed_is_refused(tmp_path: Path) -> None:
    """The last line is bound by nothing yet: a change shows from the next line on."""
    series(tmp_path, [*noise(15), 0.5, 0.5])
    path = tmp_path / JOURNAL / "ledger.jsonl"
    path.write_text(path.read_text().replace('"regressed"', '"recovered"'))
    with pytest.raises(IntegrityError):
        read_journal(tmp_path)


def test_a_lost_index_changes_no_state(tmp_path: Path) -> None:
    series(tmp_path, [*noise(15), 0.5])
    for path in tmp_path.glob("history.db*"):
        path.unlink()
    assert series(tmp_path, [0.5, 0.5], 16) == []


def test_chance_alone_raises_no_more_alarms_than_promised() -> None:
    """2,000 series of 30 nights, 6 scores: at most what the rate allows (a looser rate fails this)."""
    draw = generator(5, "chance")
    alarms = sum(_alarm(draw.standard_normal(50)) for _ in range(2000))
    assert alarms <= stats.binom.ppf(0.999, 2000, 30 * RATE / 6)


def _alarm(values: np.ndarray) -> bool:
    reference = values[:20].tolist()
    for night in range(20, 50):
        for width in WINDOWS:
            window = values[max(20, night + 1 - width) : night + 1].tolist()
            p = shift_p(reference, window, 1)
            if len(window) == width and p is not None and p * len(WINDOWS) * 6 <= RATE:
                return True
    return False


def test_fifty_nights_with_two_planted_regressions_give_two_alerts(tmp_path: Path) -> None:
    draw = generator(11, "fifty")
    found = []
    for night in range(50):
        values = 0.8 + 0.01 * draw.standard_normal(5)
        values[1] -= 0.09 if 20 <= night < 32 else 0
        values[3] -= 0.09 if night >= 36 else 0
        scores: list[Score] = [score(float(value), f"m{n}") for n, value in enumerate(values)]
        folder = write_run(tmp_path, night, scores)
        found += [(night, one.metric) for one in detect(tmp_path, folder, at(night)) if one.state == "regressed"]
    assert [metric for _, metric in found] == ["m1", "m3"]
    assert 20 <= found[0][0] < 24 and 36 <= found[1][0] < 40


def test_a_clock_that_is_wrong_moves_the_run_and_breaks_nothing(tmp_path: Path) -> None:
    series(tmp_path, noise(5))
    folder = write_run(tmp_path, 9, [score(0.8)], when=at(0) - timedelta(days=4000))
    assert detect(tmp_path, folder, at(9)) == ()
    assert index_runs(tmp_path).runs == 6
