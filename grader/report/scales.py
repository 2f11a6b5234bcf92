"""What the plots and the pages share: scales, and which band goes with a curve."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from grader.report.reference import Band

# No curve is drawn to a larger scale than this many times the band's, for the band to be seen.
LARGEST_SCALE = 4.0


def fitting(band: Band | None, values: Sequence[float]) -> Band | None:
    """The band, unless it was measured over another number of epochs."""
    return None if band is None or (values and len(values) != len(band.high)) else band


def scale_of(losses: Sequence[float], band: Band | None) -> float:
    """The loss at the top of the chart: a round number above the band and, in reason, the curve."""
    most = max(losses)
    if band is not None:
        most = min(max(most, *band.high), LARGEST_SCALE * max(band.high))
    if not 0 < most < math.inf:
        return 1.0
    unit = 10.0 ** math.floor(math.log10(most * 1.04))
    return next(step * unit for step in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if step * unit >= most)


def target_density(points: np.ndarray, *, is_uniform: bool) -> np.ndarray:
    """The density of the uniform or the normal distribution of mean 0 and variance 1."""
    if is_uniform:
        return np.where(np.abs(points) <= 3**0.5, 1 / 12**0.5, 0.0)
    density: np.ndarray = np.exp(-(points**2) / 2) / (2 * np.pi) ** 0.5
    return density
