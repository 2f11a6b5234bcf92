"""Which band goes with a curve, and the loss at the top of its chart."""

from __future__ import annotations

import math

import pytest

from grader.report.reference import Band
from grader.report.scales import fitting, scale_of

BAND = Band([1.0, 0.5], [1.5, 0.7], [2.0, 0.9])


def test_a_band_goes_with_curves_of_as_many_epochs() -> None:
    assert fitting(BAND, [1.0, 2.0]) is BAND
    assert fitting(BAND, []) is BAND  # accuracies that an older report does not have
    assert fitting(BAND, [1.0]) is fitting(BAND, [1.0] * 3) is fitting(None, [1.0]) is None


@pytest.mark.parametrize(
    ("losses", "band", "top"),
    [
        ([2.3, 1.0], None, 2.5),
        ([0.021], None, 0.025),
        ([10.0], None, 10.0),
        ([101.0], None, 150.0),
        ([0.1], BAND, 2.0),  # the band is seen, too
        ([7.9], BAND, 8.0),
        ([1e9], BAND, 8.0),  # and is four times as high as anything beyond
        ([1e9], Band([1.0], [1.1], [1.26]), 6.0),  # 5.04, and not less
        ([0.0], None, 1.0),
        ([math.inf], None, 1.0),
    ],
)
def test_the_top_of_a_chart_is_a_round_number_above_curve_and_band(
    losses: list[float], band: Band | None, top: float
) -> None:
    assert scale_of(losses, band) == pytest.approx(top)
