"""The picture of `grader check --plot`: a row an assignment, training over the reference's band.

Text from student code may be in a report; none of it is parsed as Matplotlib's mathematics.
"""

from __future__ import annotations

import textwrap
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator, PercentFormatter

from grader.report.model import AssignmentReport, replacing
from grader.report.site.charts import scale_of
from grader.report.site.reference import Band
from grader.report.terminal import score_of

PANEL_INCHES = (4.2, 2.9)
DOTS_PER_INCH = 110
BAND, MEDIAN, TARGET = "#d7dde3", "#8a97a3", "#444c54"
COLOURS = ("#1f6fb4", "#d1641a", "#2f8f4e")  # told apart by colour-blind readers, too
MARKERS = (("o", 18), ("x", 7), ("+", 7))  # and their size: those below show under those above
NOTE_LINE = 44  # characters
REACH = 4.0  # weights are shown to so many of the target's standard deviations


@dataclass(frozen=True)
class Weights:
    """A new network's weights, each over the standard deviation that the rule asks for."""

    values: dict[str, np.ndarray]  # by what to call it, (N,)
    rule: str  # of the variance
    is_uniform: bool  # the target, otherwise normal


@dataclass(frozen=True)
class Activations:
    """What goes into a network's hidden units, (N, H), and by mode what comes out, (N, H)."""

    inputs: np.ndarray
    modes: dict[str, np.ndarray]


@dataclass(frozen=True)
class Row:
    """What is drawn of one assignment; a band is None where there is no reference."""

    report: AssignmentReport
    losses: list[float]  # on the training images, after each epoch; empty without a training run
    accuracies: list[float]  # on the validation images, after each epoch; empty if unknown
    losses_band: Band | None
    accuracies_band: Band | None
    detail: Weights | Activations | None
    note: str  # why there is no detail where one belongs


def write_plot(path: Path, rows: Sequence[Row]) -> None:
    """Replace the file at `path`, a .png or .svg, by the picture of `rows`."""
    kind = path.suffix.lower().removeprefix(".")
    undated: dict[str, None] = {"Date" if kind == "svg" else "Software": None}
    # The same picture is the same file: SVG's ids derive from a salt.
    with (
        rc_context({"svg.hashsalt": "grader", "svg.fonttype": "none", "font.size": 9}),
        warnings.catch_warnings(action="ignore"),  # a character that the font does not have
        replacing(path) as stream,
    ):
        draw(rows).savefig(stream, format=kind, dpi=DOTS_PER_INCH, metadata=undated)


def draw(rows: Sequence[Row]) -> Figure:
    """A row an assignment: loss, accuracy, and where some assignment has one, its detail."""
    columns = 3 if any(row.detail is not None or row.note for row in rows) else 2
    width, height = PANEL_INCHES
    figure = Figure((width * columns, height * len(rows)), layout="constrained")
    grid = figure.subplots(len(rows), columns, squeeze=False)
    for row, panels in zip(rows, grid, strict=True):
        for panel in panels:
            panel.spines[["top", "right"]].set_visible(False)
        score = score_of(row.report.score, row.report.max_score)
        title = f"{row.report.title} ({row.report.slug})  {score}"
        panels[0].set_title(title, loc="left", fontweight="bold", parse_math=False)
        draw_losses(panels[0], row)
        draw_accuracies(panels[1], row)
        if columns == 3:
            draw_detail(panels[2], row)
    # One for all panels: within them it would hide a curve.
    handles = [
        Line2D([], [], color=COLOURS[0], marker="o", markersize=4, label="yours"),
        Line2D([], [], color=MEDIAN, linewidth=1, label="the reference's median"),
        Patch(color=BAND, label="from its least to its most"),
    ]
    figure.legend(handles=handles, loc="outside upper left", ncols=3, frameon=False)
    return figure


# ---------------------------------------------------------------- training


def draw_losses(axes: Axes, row: Row) -> None:
    losses = row.losses
    band = fitting(row.losses_band, losses)
    draw_band(axes, band)
    most = scale_of(losses or [0.0], band)
    if losses:
        draw_curve(axes, [min(loss, most) for loss in losses])
        if max(losses) > most:
            say(axes, f"up to {max(losses):.3g}, beyond this scale")
    else:
        say(axes, why_untrained(row.report))
    axes.set_ylim(0, most)
    axes.set_ylabel("training loss, nats")
    finish(axes)


def draw_accuracies(axes: Axes, row: Row) -> None:
    training = row.report.training
    band = fitting(row.accuracies_band, row.accuracies)
    draw_band(axes, band)
    if training is not None:
        axes.axhline(training.threshold, color=TARGET, linewidth=1, linestyle="--")
        axes.annotate(
            f"wanted: {training.threshold:.0%}",
            (1, training.threshold),
            xycoords=("axes fraction", "data"),
            xytext=(0, -2),
            textcoords="offset points",
            ha="right",
            va="top",
            color=TARGET,
        )
        if row.accuracies:
            draw_curve(axes, row.accuracies)
        else:
            axes.plot(len(training.loss), training.valid_accuracy, "o", color=COLOURS[0])
    axes.set_ylim(0, 1)
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.set_ylabel("validation accuracy")
    finish(axes)


def fitting(band: Band | None, values: Sequence[float]) -> Band | None:
    """The band, unless it was measured over another number of epochs."""
    return None if band is None or (values and len(values) != len(band.high)) else band


def draw_band(axes: Axes, band: Band | None) -> None:
    if band is not None:
        epochs = range(1, len(band.high) + 1)
        axes.fill_between(epochs, band.low, band.high, color=BAND, linewidth=0)
        axes.plot(epochs, band.median, color=MEDIAN, linewidth=1)


def draw_curve(axes: Axes, values: Sequence[float]) -> None:
    epochs = range(1, len(values) + 1)
    axes.plot(epochs, values, color=COLOURS[0], marker="o", markersize=4, clip_on=False)


def finish(axes: Axes) -> None:
    axes.set_xlabel("epoch")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def why_untrained(report: AssignmentReport) -> str:
    """Why there is no curve, in a line."""
    first = next((check for check in report.checks if check.verdict != "passed"), None)
    if first is None:
        return "no training run"
    if first.verdict == "not_judged":
        return first.message
    return f"no training run; look first at: {first.title}"


# ---------------------------------------------------------------- details


def draw_detail(axes: Axes, row: Row) -> None:
    if isinstance(row.detail, Weights):
        draw_weights(axes, row.detail)
    elif isinstance(row.detail, Activations):
        draw_activations(axes, row.detail)
    else:
        axes.set_axis_off()
        if row.note:
            say(axes, row.note)


def draw_weights(axes: Axes, weights: Weights) -> None:
    """Histograms over the target's density; what lies further out is counted at the edges."""
    edges = np.linspace(-REACH, REACH, 65)
    peak = 0.4  # about that of the normal distribution
    for (name, values), colour in zip(weights.values.items(), COLOURS, strict=False):
        shares, _ = np.histogram(np.clip(values, -REACH, REACH), edges, density=True)
        peak = max(peak, float(shares.max()))
        label = f"{name}, variance {values.var():.2g} · {weights.rule}"
        axes.stairs(shares, edges, color=colour, label=label)
    points = np.linspace(-REACH, REACH, 401)
    if weights.is_uniform:
        density = np.where(np.abs(points) <= 3**0.5, 1 / 12**0.5, 0.0)
    else:
        density = np.exp(-(points**2) / 2) / (2 * np.pi) ** 0.5
    kind = "uniform" if weights.is_uniform else "normal"
    axes.plot(
        points, density, color=TARGET, linestyle="--", label=f"{kind}, variance {weights.rule}"
    )
    axes.set_ylim(0, 1.6 * peak)  # room for the legend
    axes.set_xlabel(f"initial weight / √({weights.rule})")
    axes.set_ylabel("density")
    axes.legend(frameon=False, fontsize=8, loc="upper center")


def draw_activations(axes: Axes, activations: Activations) -> None:
    order = activations.inputs.ravel()
    for (name, values), colour, (marker, size) in zip(
        activations.modes.items(), COLOURS, MARKERS, strict=False
    ):
        axes.scatter(
            order, values.ravel(), s=size, linewidths=0.7, marker=marker, color=colour, label=name
        )
    axes.set_xlabel("input of a hidden unit")
    axes.set_ylabel("its activation")
    axes.legend(frameon=False, fontsize=8, loc="upper left", markerscale=2)


def say(axes: Axes, text: str) -> None:
    """A note in the middle of a panel."""
    axes.text(
        0.5,
        0.5,
        textwrap.fill(text, NOTE_LINE),
        transform=axes.transAxes,
        ha="center",
        va="center",
        parse_math=False,
        color=TARGET,
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8},
    )
