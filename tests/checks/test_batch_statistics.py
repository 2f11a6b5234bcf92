"""What is read off the logits of a run that normalises."""

from __future__ import annotations

import numpy as np
import pytest

from grader.checks.kit.batch_statistics import Normalisation, NormalisedPass, fitted
from grader.checks.kit.curves import relu


@pytest.mark.parametrize("eps", [1e-5, 1e-4, 1e-3])
@pytest.mark.parametrize("seed", range(5))
def test_eps_is_found_where_units_are_off_for_nearly_all_rows(seed: int, eps: float) -> None:
    rng = np.random.default_rng(seed)
    weights = {
        "W1": rng.normal(0, 0.02, (64, 30)),
        "b1": rng.normal(-0.2, 0.1, 64),  # so that most units are on for a row or two of a hundred
        "gamma": np.ones(64),
        "beta": np.zeros(64),
        "W2": rng.normal(0, 0.1, (10, 64)),
        "b2": np.zeros(10),
    }
    how = Normalisation("after", 0, relu, eps)
    passed = NormalisedPass(weights, how, rng.normal(size=(100, 30)))
    found = fitted(passed, passed.logits.astype(np.float32))
    assert found.eps == pytest.approx(eps, rel=0.01)
    assert not found.beside
