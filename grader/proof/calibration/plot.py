"""The accuracies that right and wrong modules reached, drawn over each other: a panel a slug."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from grader.files import replacing

COLUMNS = 2
PANEL_INCHES = (5.0, 2.6)
BIN = 0.02  # of accuracy
# Told apart without colour too: one is filled, the other hatched. Okabe and Ito's blue, vermilion.
RIGHT, WRONG = "#0072b2", "#d55e00"


@dataclass(frozen=True)
class Distributions:
    """One assignment's accuracies, from 0 to 1, each module's as an array (N,)."""

    title: str
    right: Sequence[np.ndarray]
    wrong: Sequence[np.ndarray]
    threshold: float


def draw_distributions(shown: Sequence[Distributions], path: Path) -> None:
    """Write the picture to `path`, as SVG or PNG by its name."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    columns = min(COLUMNS, len(shown))
    rows = math.ceil(len(shown) / columns)
    # The same numbers give the same file.
    with rc_context({"svg.hashsalt": "grader", "svg.fonttype": "none"}):
        size = (columns * PANEL_INCHES[0], rows * PANEL_INCHES[1] + 0.3)
        figure = Figure(figsize=size, layout="constrained")
        panels = figure.subplots(rows, columns, squeeze=False).flatten()
        for panel, distributions in zip(panels, shown, strict=False):
            draw_panel(panel, distributions)
        for panel in panels[len(shown) :]:
            panel.remove()
        suffix = path.suffix.lower().removeprefix(".")
        metadata: Mapping[str, None] = {"Date": None} if suffix == "svg" else {}
        with replacing(path) as stream:
            figure.savefig(stream, format=suffix, dpi=150, metadata=metadata)


def draw_panel(panel, distributions: Distributions) -> None:  # type: ignore[no-untyped-def]
    """Both histograms, every module with the same weight, and the threshold."""
    bins = np.arange(0, 1 + BIN, BIN)
    for samples, style in (
        (distributions.wrong, {"color": WRONG, "histtype": "step", "hatch": "////"}),
        (distributions.right, {"color": RIGHT, "alpha": 0.7}),
    ):
        kind = "wrong" if samples is distributions.wrong else "right"
        if samples:
            weights = [np.full(len(each), 1 / len(each) / len(samples)) for each in samples]
            panel.hist(
                np.concatenate(samples),
                bins,
                weights=np.concatenate(weights),
                label=f"{kind} modules: {len(samples)}",
                **style,
            )
    threshold = distributions.threshold
    panel.axvline(threshold, color="black", linestyle="--", label=f"threshold {threshold:.2f}")
    panel.set_title(distributions.title, fontsize=10, pad=20)
    panel.set_xlim(0, 1)
    panel.set_xlabel("validation accuracy")
    panel.set_ylabel("share of runs")
    # Above the panel, where it hides nothing.
    panel.legend(fontsize=7, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, frameon=False)
