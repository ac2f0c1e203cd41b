"""Fifty nights with planted regressions through the real code path: alerts, false ones, delay and power.

    python benchmarks/nightly.py [--seeds 40] [--nights 50]

Each night writes a run folder (manifest, ledger, evaluation.json, items.parquet), updates the index and calls
``detect``. Runs vary by themselves: each metric has a night's own shift (another training seed) besides the draw of its
items. The first table is that; the second asks the rule alone, on many more series.
"""

import argparse
import math
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from headwater.core import Manifest, Score, StageReport, generator, hash_files, wilson, write_text
from headwater.evaluate import ItemValues, write_items
from headwater.reports import append_entry, detect
from headwater.reports.history.chart_rule import WINDOWS, shift_p
from headwater.reports.history.regression import RATE

START = datetime(2026, 1, 1, 3, tzinfo=UTC)
ITEMS = 400
METRICS = ("accuracy", "supported", "refusals", "leaks", "perplexity", "kid")
PAIRED = {"accuracy": 0.82, "supported": 0.64, "refusals": 0.93, "leaks": 0.06}
WHOLE = {"perplexity": (31.0, 0.25), "kid": (0.052, 0.002)}
LOWER = {"leaks", "perplexity", "kid"}
NIGHTLY = 0.006


@dataclass(frozen=True)
class Plan:
    """A regression of ``metric`` by ``size`` standard deviations between nights, from a night until another."""

    metric: str
    size: float
    start: int
    end: int


def deviation(metric: str) -> float:
    """The standard deviation of a night: its own shift, and the items that fell out otherwise."""
    if metric in WHOLE:
        return WHOLE[metric][1]
    rate = PAIRED[metric]
    return math.sqrt(NIGHTLY**2 + 0.2 * rate * (1 - rate) / ITEMS)


def night_scores(
    night: int, plans: tuple[Plan, ...], random: np.random.Generator, ease: Mapping[str, np.ndarray]
) -> tuple[list[Score], list[ItemValues]]:
    """Scores and items of a night. An item keeps most of its difficulty from night to night."""
    scores, items = [], []
    for metric in METRICS:
        worse = sum(p.size for p in plans if p.metric == metric and p.start <= night < p.end) * deviation(metric)
        sign = 1 if metric in LOWER else -1
        if metric in WHOLE:
            middle, spread = WHOLE[metric]
            value = middle + sign * worse + spread * random.standard_normal()
            scores.append(Score(metric, value, 500, "x", f"{metric}/1", value - spread, value + spread,
                                direction="lower"))  # fmt: skip
            continue
        rate = min(max(PAIRED[metric] + sign * worse + NIGHTLY * random.standard_normal(), 0.001), 0.999)
        again = random.random(ITEMS) < 0.1
        draw = np.where(again, random.random(ITEMS), ease[metric])
        hits = (draw < rate).astype(float)
        ids = [f"item-{number}" for number in range(ITEMS)]
        low, high = wilson(int(hits.sum()), ITEMS)
        direction = "lower" if metric in LOWER else "higher"
        scores.append(Score(metric, hits.mean(), ITEMS, "share", f"{metric}/1", low, high, direction=direction))
        items.append(ItemValues.of_means(metric, f"{metric}/1", {}, ids, hits))
    return scores, items


def write_night(root: Path, night: int, scores: list[Score], items: list[ItemValues]) -> tuple[Path, datetime]:
    """A finished run folder of a night."""
    folder, when = root / f"night-{night:03}", START + timedelta(days=night)
    folder.mkdir(parents=True)
    write_text(folder / "config.yaml", "title: nightly\n")
    StageReport("evaluation", "nightly", scores=tuple(scores)).save(folder / "evaluation.json")
    write_items(folder, items)
    manifest = Manifest("run", hash_files(folder, ["evaluation.json", "items.parquet"]), seed=night)
    manifest.save(folder)
    append_entry(folder, "run-started", when.isoformat())
    append_entry(folder, "run-finished", (when + timedelta(minutes=9)).isoformat(), manifest.hash, ran=["evaluate"])
    return folder, when + timedelta(minutes=10)


def simulate(root: Path, seed: int, nights: int, plans: tuple[Plan, ...]) -> list[tuple[int, str, str]]:
    """Night, metric and state of every change of a series."""
    random = generator(seed, "nightly")
    ease = {metric: random.random(ITEMS) for metric in PAIRED}
    found = []
    for night in range(nights):
        folder, now = write_night(root, night, *night_scores(night, plans, random, ease))
        found += [(night, change.metric, change.state) for change in detect(root, folder, now)]
    return found


def tell(seeds: int, nights: int) -> None:
    """The table of simulated series."""
    both = (Plan("accuracy", 8.0, 22, 34), Plan("perplexity", 8.0, 38, nights))
    print(f"{nights} nights, {len(METRICS)} metrics, {seeds} seeds; planted: accuracy nights 22-33, perplexity from 38")
    print(f"{'planted':<9} {'size':>5} {'alerts right':>12} {'found both':>10} {'false/series':>12} "
          f"{'series >1 false':>15} {'recovered':>9} {'delay':>6}")  # fmt: skip
    for size in (0.0, 4.0, 6.0, 8.0, 12.0):
        plans = tuple(Plan(p.metric, size, p.start, p.end) for p in both) if size else ()
        right = whole = false = many = again = 0
        delays: list[int] = []
        for seed in range(seeds):
            root = Path(tempfile.mkdtemp())
            try:
                found = simulate(root, seed, nights, plans)
            finally:
                shutil.rmtree(root)
            alerts = [(night, metric) for night, metric, state in found if state == "regressed"]
            hits = [
                [night for night, metric in alerts if metric == p.metric and p.start <= night < p.end] for p in plans
            ]
            wrong = len(alerts) - sum(bool(one) for one in hits)
            right += sum(bool(one) for one in hits)
            whole += bool(plans) and all(hits) and len(alerts) == 2
            false, many = false + wrong, many + (wrong > 1)
            again += any(s == "recovered" and m == "accuracy" and n >= 34 for n, m, s in found)
            delays += [one[0] - p.start for one, p in zip(hits, plans, strict=True) if one]
        delay = f"{np.mean(delays):.1f}" if delays else "-"
        print(f"{len(plans):<9} {size:>5} {right:>9}/{len(plans) * seeds:<3}{whole:>7}/{seeds:<3} "
              f"{false / seeds:>12.3f} {many:>15} {again:>9} {delay:>6}")  # fmt: skip


def tell_rule(series: int) -> None:
    """The rule alone: one metric, 20 runs of reference; alarms in 30 nights by noise, and power by size."""
    print(f"\nrule alone, one score of {len(METRICS)}, 20 runs of reference, 30 nights, {series:,} series")
    print(f"{'noise':<22} {'size':>5} {'alarm':>9} {'within 1 night':>14} {'within 4':>9} {'median delay':>12}")
    for noise in ("normal", "Student t, 5 df", "autocorrelated 0.3"):
        for size in (0, 2, 3, 4, 6, 8) if noise == "normal" else (0,):
            random = generator(7, noise, str(size))
            delays = [_first(_draw(noise, 50, random) + np.r_[np.zeros(20), np.full(30, float(size))])
                      for _ in range(series)]  # fmt: skip
            seen = [delay for delay in delays if delay is not None]
            shares = [len([d for d in seen if d < limit]) / series for limit in (1, 4)]
            median = f"{int(np.median(seen))}" if size and seen else "-"
            print(f"{noise:<22} {size:>5} {len(seen) / series:>9.4f} {shares[0]:>14.3f} {shares[1]:>9.3f} {median:>12}")


def _draw(noise: str, n: int, random: np.random.Generator) -> np.ndarray:
    if noise.startswith("Student"):
        return random.standard_t(5, n) / math.sqrt(5 / 3)
    draw = random.standard_normal(n)
    if noise.startswith("auto"):
        for at in range(1, n):
            draw[at] = 0.3 * draw[at - 1] + math.sqrt(1 - 0.09) * draw[at]
    return draw


def _first(values: np.ndarray) -> int | None:
    reference = values[:20].tolist()
    for night in range(20, len(values)):
        for width in WINDOWS:
            window = values[max(20, night + 1 - width) : night + 1].tolist()
            p = shift_p(reference, window, 1) if len(window) == width else None
            if p is not None and p * len(WINDOWS) * len(METRICS) <= RATE:
                return night - 20
    return None


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=40)
    parser.add_argument("--nights", type=int, default=50)
    parser.add_argument("--series", type=int, default=4000)
    arguments = parser.parse_args()
    tell(arguments.seeds, arguments.nights)
    tell_rule(arguments.series)


if __name__ == "__main__":
    main()
