"""Reverse water-filling against the minimum that SciPy finds, axis by axis."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from utils.measures.rate_distortion import optimum


@pytest.mark.parametrize("noise", [0.1, 0.5])
@pytest.mark.parametrize("beta", [0.3, 1.0, 4.0])
def test_the_optimum_is_the_minimum_of_each_axis(noise, beta):
    variances = [4.0, 0.5, 0.01]
    errors = []
    for variance in variances:

        def loss(log_e, variance=variance):
            kl = 0.5 * (np.log(variance) - log_e)
            return np.exp(log_e) / (2 * noise) + beta * kl

        bounds = (np.log(variance) - 20, np.log(variance))
        best = minimize_scalar(loss, bounds=bounds, options={"xatol": 1e-9})
        errors.append(np.exp(best.x))
    kl = 0.5 * np.log(np.array(variances) / errors)
    wanted = sum(errors), kl.sum()
    assert optimum(variances, noise, beta) == pytest.approx(wanted, rel=1e-5, abs=1e-7)
