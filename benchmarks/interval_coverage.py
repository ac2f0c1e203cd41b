"""How often each interval holds the truth: nominal 95 %, also at the edges, beside the usual interval of that kind.

    python benchmarks/interval_coverage.py [--repeats 5000] [--only rates,aucs]

Rates are summed exactly over all outcomes; everything else is simulated from the seed. The standard error of a
simulated coverage of 95 % over 5,000 repeats is 0.3 %. "usual" is Wald for rates, t with n - 1 degrees of freedom and
the delta method for ratios and clusters, DeLong's normal interval for areas under a curve, the spread of subsets for
MMD, images as independent events for what depends on neighbours, items alone for seeds. A rate takes few values, and no
interval without randomness can cover 95 % at each of them: "nearby" is the mean over all rates within 0.02, which is
what an interval for display should hold (Brown, Cai and DasGupta 2001, Statistical Science 16, 101-133). A row is
marked by it where it is given.
"""

import argparse
import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from scipy import stats

from headwater import evaluate as ev
from headwater.core import wilson

Bounds = tuple[float | None, float | None]
Both = tuple[Bounds, Bounds]
Draw = Callable[..., Both]
Rng = np.random.Generator
Row = tuple[str, str, float, float]
ExactRow = tuple[str, str, float, float, float]
Z = 1.959963984540054
BAND = (0.93, 0.97)
NEARBY = 0.02


def holds(bounds: Bounds, truth: float) -> bool:
    """Whether the interval holds the truth; one without bounds says nothing wrong, but is counted as a miss."""
    low, high = bounds
    return low is not None and high is not None and low - 1e-12 <= truth <= high + 1e-12


def of(estimate: ev.Estimate) -> Bounds:
    """The bounds of an estimate."""
    return estimate.low, estimate.high


def simulate(repeats: int, seed: int, truth: float, draw: Draw, *case: float | str) -> tuple[float, float]:
    """Coverage of ours and of the usual interval."""
    rng = np.random.default_rng(seed)
    hits = np.zeros(2)
    for _ in range(repeats):
        hits += [holds(bounds, truth) for bounds in draw(rng, *case)]
    return float(hits[0] / repeats), float(hits[1] / repeats)


def rates(_: int = 0) -> Iterator[ExactRow]:
    """Exact coverage of each interval for a rate, and its mean over the rates nearby."""
    kinds = {"Clopper-Pearson (gates)": ev.clopper_pearson, "mid-p": ev.mid_p, "Wilson (display)": wilson}
    for n, rate in ((20, 0.95), (50, 0.98), (100, 0.99), (20, 0.8), (100, 0.5), (1000, 0.01), (1000, 0.2)):
        usual = covered([wald(k, n) for k in range(n + 1)], n, np.array([rate]))
        around = np.linspace(max(0.0, rate - NEARBY), min(1.0, rate + NEARBY), 803)[1:-1:2]
        for name, interval in kinds.items():
            bounds = [interval(k, n) for k in range(n + 1)]
            yield (
                name, f"n={n}, p={rate}", covered(bounds, n, np.array([rate])), usual, covered(bounds, n, around)
            )  # fmt: skip


def covered(bounds: Sequence[tuple[float, float]], n: int, rates: np.ndarray) -> float:
    """The chance that the bounds of the number seen hold the rate, on average over ``rates``."""
    low, high = np.array(bounds).T
    inside = (low[:, None] - 1e-12 <= rates) & (rates <= high[:, None] + 1e-12)
    return float((stats.binom.pmf(np.arange(n + 1)[:, None], n, rates) * inside).sum(0).mean())


def wald(k: int, n: int) -> Bounds:
    """The textbook interval."""
    half = Z * math.sqrt(k / n * (1 - k / n) / n)
    return k / n - half, k / n + half


def rates_in_clusters(rng: Rng, clusters: int, size: int, rate: float, strength: float) -> Both:
    """One trial: the bounds of ours and of the usual interval."""
    trials = rng.integers(1, 2 * size, clusters)
    own = rng.beta(rate * strength, (1 - rate) * strength, clusters)
    events = rng.binomial(trials, own)
    return of(ev.clustered_rate(events, trials)), wilson(int(events.sum()), int(trials.sum()))


def clustered_rates(repeats: int) -> Iterator[Row]:
    """Rates of events that come in clusters: the cluster's own rate is a beta variable."""
    for clusters, size, rate, strength in (
        (10, 10, 0.1, 5.0),
        (30, 10, 0.1, 5.0),
        (30, 20, 0.5, 2.0),
        (30, 10, 0.5, 1e6),
    ):
        yield (
            "clustered rate",
            f"{clusters} clusters, p={rate}, alike {1 / (1 + strength):.2f}",
            *simulate(repeats, 11, rate, rates_in_clusters, clusters, size, rate, strength),
        )


NOISE: dict[str, Callable[[Rng, int], np.ndarray]] = {
    "normal": lambda rng, n: rng.normal(size=n),
    "exponential": lambda rng, n: rng.exponential(1, n) - 1,
    "uniform": lambda rng, n: rng.random(n) - 0.5,
    "Student's t(3)": lambda rng, n: rng.standard_t(3, n),
}


def mean_of_items(rng: Rng, n: int, noise: str) -> Both:
    """One trial: the bounds of ours and of the usual interval."""
    x = NOISE[noise](rng, n)
    return of(ev.mean_interval(x)), of(ev.paired_difference(x, np.zeros(n)))


def means(repeats: int) -> Iterator[Row]:
    """Means of skewed items, and of items that are not."""
    for n in (10, 30, 200):
        for noise in NOISE:
            yield "mean (t, skewness)", f"n={n}, {noise}", *simulate(repeats, 1, 0.0, mean_of_items, n, noise)


def mean_over_clusters(rng: Rng, groups: int, spread: float) -> Both:
    """One trial: the bounds of ours and of the usual interval."""
    sizes = np.maximum(1, np.round(10 * np.exp(rng.normal(0, spread, groups)))).astype(int)
    which = np.repeat(np.arange(groups), sizes)
    x = rng.normal(size=groups)[which] + rng.normal(size=len(which))
    totals = np.bincount(which, x - x.mean())
    half = float(stats.t.ppf(0.975, groups - 1))
    half *= math.sqrt(groups / (groups - 1) * float(totals @ totals)) / len(x)
    return of(ev.mean_interval(x, which.tolist())), (x.mean() - half, x.mean() + half)


def clustered_means(repeats: int) -> Iterator[Row]:
    """Means over clusters of equal and of very different sizes."""
    for groups in (5, 10, 30):
        for name, spread in (("equal sizes", 0.0), ("sizes lognormal(1)", 1.0)):
            yield (
                "mean over clusters",
                f"{groups} clusters, {name}",
                *simulate(repeats, 2, 0.0, mean_over_clusters, groups, spread),
            )


def perplexity_like(rng: Rng, n: int, spread: float, noise: str, level: float) -> Both:
    """One trial: bounds of ours and of the usual interval; ``level``: correlation of a document with its length."""
    length = rng.normal(size=n)
    y = np.ceil(np.exp(5 + spread * length))
    own = math.sqrt(1 - level**2) * NOISE[noise](rng, n) + level * length
    x = 3 * y + 0.5 * own * y
    return of(ev.ratio_interval(x, y)), delta(x, y)


def ratios(repeats: int) -> Iterator[Row]:
    """Log-likelihood over tokens: documents of lognormal length, each with its own level."""
    for n, spread, noise, level in (
        (8, 0.5, "normal", 0.0), (8, 1.0, "normal", 0.0), (30, 1.0, "normal", 0.0), (30, 1.5, "normal", 0.0),
        (200, 1.5, "normal", 0.0), (30, 1.0, "exponential", 0.0), (200, 1.0, "exponential", 0.0),
        (30, 1.0, "normal", 0.3), (30, 1.0, "normal", 0.5), (200, 1.0, "normal", 0.5),
    ):  # fmt: skip
        case = f"{n} documents, lengths lognormal({spread}), {noise}" + (f", r={level} with length" if level else "")
        truth = 3 + 0.5 * level * spread
        yield "ratio (Fieller, skewness)", case, *simulate(repeats, 3, truth, perplexity_like, n, spread, noise, level)


def delta(x: np.ndarray, y: np.ndarray) -> Bounds:
    """The delta method with Student's t."""
    n, ratio = len(x), x.sum() / y.sum()
    residuals = x - ratio * y
    half = float(stats.t.ppf(0.975, n - 1)) * math.sqrt(n / (n - 1) * float(residuals @ residuals)) / y.sum()
    return ratio - half, ratio + half


def two_normals(rng: Rng, m: int, n: int, shift: float, sd: float) -> Both:
    """One trial: the bounds of ours and of the usual interval."""
    x, y = rng.normal(shift, sd, m), rng.normal(size=n)
    found = ev.placements(x, y)
    half = Z * math.sqrt(found.variance)
    return of(ev.auc(x, y)), (found.auc - half, found.auc + half)


def aucs(repeats: int) -> Iterator[Row]:
    """Areas of two normal distributions, up to 0.995."""
    shapes = [(0.0, 1.0), (1.0, 1.0), (2.0, 1.0), (3.0, 1.0), (3.6, 1.0), (2 * math.sqrt(10), 3.0)]
    for m, n in ((20, 20), (100, 100), (10, 200)):
        for shift, sd in shapes:
            truth = float(stats.norm.cdf(shift / math.sqrt(1 + sd * sd)))
            wide = " (sd 3 and 1)" if sd > 1 else ""
            yield (
                "AUC",
                f"{m} against {n}, AUC {truth:.3f}{wide}",
                *simulate(repeats, 4, truth, two_normals, m, n, shift, sd),
            )


def gini(rng: Rng, n: int) -> Both:
    """One trial: the bounds of ours and of the usual interval."""
    x = rng.normal(size=n)
    rows = np.abs(x[:, None] - x[None]).sum(1)
    value = rows.sum() / (n * (n - 1))
    half = Z * 2 * (rows / (n - 1)).std(ddof=1) / math.sqrt(n)
    return of(ev.u_statistic(rows)), (value - half, value + half)


def kid(rng: Rng, n: int, d: int, shift: float) -> Both:
    """One trial: the bounds of ours and of the usual interval."""
    x, y = rng.normal(size=(n, d)), rng.normal(size=(n, d))
    y[:, 0] += shift * math.sqrt(d)
    xx, yy, xy = ((a @ b.T / d + 1) ** 3 for a, b in ((x, x), (y, y), (x, y)))
    rows = [k.sum(1) - np.diag(k) for k in (xx, yy)]
    estimate = ev.mmd_interval(rows[0], rows[1], xy.sum(1), xy.sum(0))
    blocks = [mmd(part, other) for part, other in zip(np.split(x, 10), np.split(y, 10), strict=True)]
    half = Z * float(np.std(blocks, ddof=1)) / math.sqrt(10)
    return of(estimate), (float(np.mean(blocks)) - half, float(np.mean(blocks)) + half)


def u_statistics(repeats: int) -> Iterator[Row]:
    """Gini's mean difference, and squared MMD with the kernel of KID between two normal distributions."""
    for n in (20, 100):
        yield "U-statistic (jackknife)", f"Gini, n={n}", *simulate(repeats, 5, 2 / math.sqrt(math.pi), gini, n)
    d, shift = 16, 0.5
    truth = kid_truth(d, shift)
    for n in (30, 100):
        yield "MMD (jackknife)", f"KID kernel, n={n}", *simulate(repeats // 4, 6, truth, kid, n, d, shift)


def mmd(x: np.ndarray, y: np.ndarray) -> float:
    """Unbiased squared MMD with the kernel of KID."""
    d = x.shape[1]
    xx, yy, xy = ((a @ b.T / d + 1) ** 3 for a, b in ((x, x), (y, y), (x, y)))
    m = len(x)
    return float((xx.sum() - np.trace(xx) + yy.sum() - np.trace(yy)) / (m * (m - 1)) - 2 * xy.mean())


def kid_truth(d: int, shift: float) -> float:
    """E k(x, x') + E k(y, y') - 2 E k(x, y), k = (1 + t)^3, for N(0, I) and a mean of squared length shift^2 d.

    t is x.y / d. With E t = mean.mean' / d = m and Var t = (d + |mean|^2 + |mean'|^2) / d^2 = v, E t^3 = m^3 + 3 m v +
    6 m / d^2 (the third cumulant of a scalar product of two normal vectors).
    """
    total = 0.0
    for sign, one, two in ((1, 0.0, 0.0), (1, 1.0, 1.0), (-2, 0.0, 1.0)):
        m = shift**2 if one and two else 0.0
        v = (d + (one + two) * shift**2 * d) / d**2
        total += sign * (1 + 3 * m + 3 * (v + m * m) + m**3 + 3 * m * v + 6 * m / d**2)
    return total


def neighbours(repeats: int) -> Iterator[Row]:
    """Precision, recall, density and coverage of normal laws; the truth is the mean of other samples, 2,000 at most."""
    for n, d, shift, sd in ((60, 6, 0.3, 1.0), (200, 8, 0.0, 1.0), (200, 8, 0.35, 0.8), (200, 32, 0.1, 0.9)):
        rng = np.random.default_rng(12)
        truth = np.mean([rates_of(*two_clouds(rng, n, d, shift, sd)) for _ in range(min(2000, 4 * repeats))], 0)
        hits = np.zeros((repeats // 4, 4, 2))
        for trial in range(len(hits)):
            x, y = two_clouds(rng, n, d, shift, sd)
            found = ev.neighbourhoods(x, y)
            terms = (found.in_manifold, found.reached, found.density_terms, found.covered)
            for place, estimate in enumerate(ev.precision_recall(x, y, found=found).values()):
                independent = of(ev.mean_interval(terms[place]))
                if place != 2:
                    independent = wilson(float(terms[place].sum()), n)
                hits[trial, place] = [holds(bounds, truth[place]) for bounds in (of(estimate), independent)]
        for place, name in enumerate(("precision", "recall", "density", "coverage")):
            ours, usual = hits[:, place].mean(0)
            yield f"{name} (halves)", f"n={n}, d={d}, shift {shift}, sd {sd}", float(ours), float(usual)


def two_clouds(rng: Rng, n: int, d: int, shift: float, sd: float) -> tuple[np.ndarray, np.ndarray]:
    """Normal rows of two laws."""
    return rng.normal(size=(n, d)), rng.normal(shift, sd, (n, d))


def rates_of(x: np.ndarray, y: np.ndarray) -> tuple[float, ...]:
    """Precision, recall, density, coverage."""
    found = ev.neighbourhoods(x, y)
    parts = (found.in_manifold, found.reached, found.density_terms, found.covered)
    return tuple(float(part.mean()) for part in parts)


def same_items(rng: Rng, n: int, a: float, b: float, together: float) -> Both:
    """One trial: the bounds of ours and of the usual interval."""
    kinds = rng.choice(4, n, p=[together, a - together, b - together, 1 - a - b + together])
    x, y = kinds < 2, (kinds == 0) | (kinds == 2)
    found = ev.mcnemar(x, y).difference
    return of(found), of(ev.paired_difference(x, y))


def other_items(rng: Rng, n: int, a: float, b: float) -> Both:
    """One trial: the bounds of ours and of the usual interval."""
    k, j = int(rng.binomial(n, a)), int(rng.binomial(n, b))
    p, q = k / n, j / n
    half = Z * math.sqrt((p * (1 - p) + q * (1 - q)) / n)
    return of(ev.newcombe(k, n, j, n)), (p - q - half, p - q + half)


def differences(repeats: int) -> Iterator[Row]:
    """Two rates: on the same items (Bonett and Price), and on others (Newcombe)."""
    for n, a, b, together in ((30, 0.1, 0.05, 0.02), (100, 0.5, 0.4, 0.35), (50, 0.98, 0.9, 0.89)):
        yield "paired rates", f"n={n}, {a} and {b}", *simulate(repeats, 7, a - b, same_items, n, a, b, together)
        yield "two rates (Newcombe)", f"n={n} each, {a} and {b}", *simulate(repeats, 8, a - b, other_items, n, a, b)


def runs_and_items(rng: Rng, k: int, n: int, spread: float) -> Both:
    """One trial: the bounds of ours and of the usual interval."""
    x = rng.normal(0, spread, (k, 1)) + rng.normal(size=(1, n)) + 0.5 * rng.normal(size=(k, n))
    return of(ev.crossed_interval(x)), of(ev.mean_interval(x.mean(0)))


def seeds(repeats: int) -> Iterator[Row]:
    """Several seeds on the same items; usual: the items alone."""
    for k, n, spread in ((2, 50, 0.0), (2, 50, 0.3), (2, 50, 1.0), (3, 50, 0.3), (3, 50, 1.0), (5, 200, 0.3)):
        case = f"{k} seeds (sd {spread}), {n} items (sd 1)"
        yield "seeds and items", case, *simulate(repeats, 9, 0.0, runs_and_items, k, n, spread)


PARTS: dict[str, Callable[[int], Iterator[Row] | Iterator[ExactRow]]] = {
    part.__name__: part
    for part in (
        rates, clustered_rates, means, clustered_means, ratios, aucs, u_statistics, neighbours, differences, seeds,
    )
}  # fmt: skip


def mark(coverage: float) -> str:
    """What is said of a coverage outside of the aim."""
    return "below 93 %" if coverage < BAND[0] else "above 97 %" if coverage > BAND[1] else ""


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--repeats", type=int, default=5000)
    parser.add_argument("--only", default="", help="names of parts, separated by commas")
    options = parser.parse_args(arguments)
    print("| interval | case | coverage | nearby | usual | |\n|---|---|---|---|---|---|")
    for name in options.only.split(",") if options.only else PARTS:
        for interval, case, ours, usual, *nearby in PARTS[name](options.repeats):
            near = f"{100 * nearby[0]:.1f} %" if nearby else ""
            told = mark(nearby[0] if nearby else ours)
            print(f"| {interval} | {case} | {100 * ours:.1f} % | {near} | {100 * usual:.1f} % | {told} |", flush=True)


if __name__ == "__main__":
    main()
