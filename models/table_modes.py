"""Modes of a numeric column: the variational Gaussian mixture of mode-specific normalisation.

Xu et al. 2019 (CTGAN and TVAE, arXiv 1907.00503), section 4.2: a mixture whose number of parts is found by a Dirichlet
process prior; a value becomes its mode, drawn by how likely each is, and how many of four standard deviations it lies
from the mode's mean.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core import derive_seed

Floats = NDArray[np.float64]
SPREAD = 4.0
"""A mode reaches so many standard deviations to each side; section 4.2."""
LEAST_WEIGHT = 0.005
"""A part of the mixture with less weight is no mode; as in the authors' code, github.com/sdv-dev/CTGAN."""
CONCENTRATION = 0.001
FITTED = 10_000
"""At most so many values are fitted."""
ITERATIONS = 100


@dataclass(frozen=True, slots=True)
class Modes:
    """Weights, means and standard deviations of the modes, (modes,) each, in the units of the column."""

    weights: Floats
    means: Floats
    sds: Floats

    def responsibilities(self, x: Floats) -> Floats:
        """How likely each mode is for each value, (values, modes), rows of sum 1."""
        scaled = (x[:, None] - self.means) / self.sds
        logs = np.log(self.weights) - np.log(self.sds) - 0.5 * np.square(np.clip(scaled, -1e6, 1e6))
        shares = np.exp(logs - logs.max(1, keepdims=True))
        return np.asarray(shares / shares.sum(1, keepdims=True))


def fit_modes(x: Floats, most: int, seed: int, name: str, step: float = 0.0) -> Modes:
    """The modes of finite values; ``step`` is the grid they lie on (0: none), and no mode is narrower than half of it.

    Fitted in one thread to at most 10,000 values, drawn by the seed and the column's name.
    """
    from warnings import catch_warnings, simplefilter

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import BayesianGaussianMixture
    from threadpoolctl import threadpool_limits

    stream = np.random.default_rng(derive_seed(seed, "modes", name))
    sample = x if len(x) <= FITTED else x[np.sort(stream.permutation(len(x))[:FITTED])]
    largest = max(float(np.abs(sample).max()), np.finfo(float).tiny)
    centre, scale = float((sample / largest).mean()) * largest, float((sample / largest).std()) * largest
    if not scale > 0:
        return Modes(np.ones(1), np.array([centre]), np.array([max(step / 2, 1e-6 * max(abs(centre), 1e-300))]))
    model = BayesianGaussianMixture(
        n_components=min(most, len(np.unique(sample))),
        weight_concentration_prior_type="dirichlet_process",
        weight_concentration_prior=CONCENTRATION,
        max_iter=ITERATIONS,
        random_state=derive_seed(seed, "modes", name) % 2**32,
    )
    with catch_warnings(), threadpool_limits(1):
        simplefilter("ignore", ConvergenceWarning)
        model.fit((sample[:, None] - centre) / scale)
    kept = np.flatnonzero(model.weights_ > LEAST_WEIGHT)
    sds = np.sqrt(model.covariances_[kept, 0, 0]) * scale
    weights = model.weights_[kept] / model.weights_[kept].sum()
    return Modes(weights, model.means_[kept, 0] * scale + centre, np.maximum(sds, step / 2))
