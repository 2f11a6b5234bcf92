"""A nonlinearity that was read off a network has to be one: smooth but for a few places."""

from __future__ import annotations

import numpy as np
import pytest

from grader.checks.kit.curves import POINTS, ReadCurve, read
from grader.checks.kit.nonlinearity import expect_smooth
from grader.checks.kit.probes import Failure

POINTS_READ = np.linspace(-6, 9, POINTS)


def curve_of(values: np.ndarray) -> ReadCurve:
    return read(POINTS_READ, values.astype(np.float32))


@pytest.mark.parametrize(
    "values",
    [
        np.maximum(POINTS_READ, 0),
        np.tanh(POINTS_READ),
        np.exp(POINTS_READ),
        np.clip(POINTS_READ, 0, 6),
        np.sin(20 * POINTS_READ),
        1e-6 * np.tanh(POINTS_READ),
        np.floor(POINTS_READ),
        np.zeros(POINTS),
    ],
)
def test_what_has_a_few_corners_or_jumps_is_smooth(values: np.ndarray) -> None:
    assert expect_smooth(curve_of(values)).jumps < 0.02


@pytest.mark.parametrize("share", [0.1, 0.5, 1.0])
def test_what_jumps_all_over_is_not(share: float) -> None:
    rng = np.random.default_rng(1)
    values = np.where(rng.random(POINTS) < share, rng.standard_normal(POINTS), POINTS_READ)
    with pytest.raises(Failure, match="smooth"):
        expect_smooth(curve_of(values))
