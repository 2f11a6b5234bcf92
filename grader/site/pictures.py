"""What a module's weights or activations look like, over what they should."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from markupsafe import Markup
from matplotlib.ticker import MaxNLocator

from grader.report.model import REACH, Activations, Picture, Weights
from grader.report.scales import scale_of, target_density
from grader.site.charts import Frame, frame_of, new_chart

POINTS = 161  # at which a target's density is drawn
SERIES = ("first", "second", "third")  # classes of the lines and dots, in this order
FARTHEST = 10.0  # times the largest input, to which activations are shown


def draw_picture(picture: Picture) -> Markup:
    """The picture as an inline <svg>."""
    return draw_weights(picture) if isinstance(picture, Weights) else draw_activations(picture)


def draw_weights(weights: Weights) -> Markup:
    """Histograms over the target's density."""
    peak = max(0.4, *(max(density) for density in weights.densities))
    frame = weights_frame(scale_of([peak], None), weights.rule, weights.is_uniform)
    return frame.filled(
        *(
            frame.line(*stairs(density), f"line {kind}")
            for density, kind in zip(weights.densities, SERIES, strict=False)
        )
    )


def stairs(density: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    """The outline of a histogram from -REACH to REACH: where its corners lie."""
    edges = np.linspace(-REACH, REACH, len(density) + 1)
    return edges.repeat(2)[1:-1], np.repeat(density, 2)


@lru_cache(maxsize=64)
def weights_frame(top: float, rule: str, is_uniform: bool) -> Frame:
    """Axes and target for histograms up to the density `top`."""
    figure, axes = new_chart()
    points = np.linspace(-REACH, REACH, POINTS)
    axes.plot(points, target_density(points, is_uniform=is_uniform), gid="target")
    axes.set_xlim(-REACH, REACH)
    axes.set_ylim(0, top)
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.set_xlabel(f"initial weight / √({rule})")
    return frame_of(figure, axes)


def rows_of(weights: Weights) -> list[tuple[float, float, list[float]]]:
    """The histograms in a few ranges: from, to, and the mean density of each weight there."""
    rows = []
    for start in range(int(-REACH), int(REACH)):
        means = []
        for density in weights.densities:
            width = len(density) / (2 * REACH)  # bins in a range of 1
            first = round((start + REACH) * width)
            bins = density[first : max(round((start + 1 + REACH) * width), first + 1)]
            means.append(sum(bins) / len(bins) if bins else 0.0)
        rows.append((float(start), float(start + 1), means))
    return rows


def draw_activations(activations: Activations) -> Markup:
    """What comes out over what goes in, by mode."""
    inputs = activations.inputs
    farthest = FARTHEST * max(map(abs, inputs))
    values = [value for mode in activations.modes for value in mode.values]
    lowest, highest = max(min(values), -farthest), min(max(values), farthest)
    frame = activations_frame(
        (math.floor(min(inputs)), math.ceil(max(inputs))),
        (-scale_of([-lowest], None) if lowest < 0 else 0.0, scale_of([highest], None)),
    )
    return frame.filled(
        *(
            frame.dots(inputs, mode.values, f"dots {kind}")
            for mode, kind in zip(activations.modes, SERIES, strict=False)
        )
    )


@lru_cache(maxsize=512)
def activations_frame(xs: tuple[float, float], ys: tuple[float, float]) -> Frame:
    """Axes for inputs and activations in these ranges."""
    figure, axes = new_chart()
    axes.set_xlim(xs)
    axes.set_ylim(ys)
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.set_xlabel("input of a hidden unit")
    return frame_of(figure, axes)
