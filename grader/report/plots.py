"""The picture of `grader check --plot`: a row an assignment, training over the reference's band.

Text from student code may be in a report; none of it is parsed as Matplotlib's mathematics.
"""

from __future__ import annotations

import textwrap
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
from matplotlib import rc_context
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from grader.files import replacing
from grader.report.model import REACH, Activations, AssignmentReport, Weights
from grader.report.reference import Band, load_reference
from grader.report.scales import fitting, scale_of, target_density
from grader.report.terminal import score_text

PANEL_INCHES = (4.2, 2.9)
DOTS_PER_INCH = 110
BAND, MEDIAN, TARGET, WRONG = "#d7dde3", "#8a97a3", "#444c54", "#b42318"
COLOURS = ("#1f6fb4", "#d1641a", "#2f8f4e")  # told apart by colour-blind readers, too
MARKERS = (("o", 18), ("x", 7), ("+", 7))  # and their size: those below show under those above
VALIDATION: dict[str, Any] = {"color": COLOURS[1], "markersize": 6, "linestyle": "none"}
NOTE_LINE = 44  # characters
POINTS = 401  # at which a target's density is drawn


def write_plot(path: Path, reports: Sequence[AssignmentReport]) -> None:
    """Replace the file at `path`, a .png or .svg, by the picture of the assignments."""
    with replacing(path) as stream:
        save_plot(stream, path.suffix.lower().removeprefix("."), reports)


def save_plot(stream: IO[bytes], kind: str, reports: Sequence[AssignmentReport]) -> None:
    """Write the picture of the assignments as a "png" or "svg"."""
    told = {
        "Title": "Training curves",
        "Description": "; ".join(map(describe, reports)),  # for whoever can't see them
        "Date" if kind == "svg" else "Software": None,
    }
    # The same picture is the same file: SVG's ids derive from a salt.
    with (
        rc_context({"svg.hashsalt": "grader", "svg.fonttype": "none", "font.size": 9}),
        warnings.catch_warnings(action="ignore"),  # a character that the font does not have
    ):
        draw(reports).savefig(stream, format=kind, dpi=DOTS_PER_INCH, metadata=told)


def describe(report: AssignmentReport) -> str:
    """What the picture of a trained module shows, for whoever can't see it."""
    training = report.training
    if training is None:
        return f"{report.title}: {why_untrained(report)}"
    epochs = f"{len(training.loss)} epoch{'s' if len(training.loss) > 1 else ''}"
    return (
        f"{report.title}: over {epochs} the training loss goes from {training.loss[0]:.2f} to "
        f"{training.loss[-1]:.2f}; {training.valid_accuracy:.0%} of the validation images are read "
        f"right, where {training.threshold:.0%} are asked for"
    )


def draw(reports: Sequence[AssignmentReport]) -> Figure:
    """A row an assignment: loss, accuracy, and what its module does, where some report shows it."""
    columns = 3 if any(report.picture is not None for report in reports) else 2
    width, height = PANEL_INCHES
    figure = Figure((width * columns, height * len(reports)), layout="constrained")
    grid = figure.subplots(len(reports), columns, squeeze=False)
    reference = load_reference()
    for report, panels in zip(reports, grid, strict=True):
        for panel in panels:
            panel.spines[["top", "right"]].set_visible(False)
        score = score_text(report.score, report.max_score)
        title = f"{report.title} ({report.slug})  {score}"
        panels[0].set_title(title, loc="left", fontweight="bold", parse_math=False)
        wrong = what_is_wrong(report)
        if wrong and report.training is not None:
            panels[1].set_title(f"✗ {wrong}", loc="left", color=WRONG, parse_math=False)
        draw_losses(panels[0], report, reference.bands.get(report.slug))
        draw_accuracies(panels[1], report, reference.accuracies.get(report.slug))
        if columns == 3:
            draw_picture(panels[2], report)
    draw_legend(figure)
    return figure


def draw_legend(figure: Figure) -> None:
    """One for all panels, of what is drawn in them: within a panel it would hide a curve."""
    handles: dict[str, Artist] = {}
    for panel in figure.axes:
        drawn = zip(*panel.get_legend_handles_labels(), strict=True)
        handles |= {label: handle for handle, label in drawn}
    if handles:
        figure.legend(
            list(handles.values()),
            list(handles),
            loc="outside upper left",
            ncols=4,
            frameon=False,
        )


def what_is_wrong(report: AssignmentReport) -> str:
    """The first check that says so; "" where none does."""
    failed = [check for check in report.checks if check.verdict not in ("passed", "not_judged")]
    return textwrap.shorten(failed[0].title, NOTE_LINE, placeholder=" …") if failed else ""


# ---------------------------------------------------------------- training


def draw_losses(axes: Axes, report: AssignmentReport, band: Band | None) -> None:
    if report.training is None:
        axes.set_axis_off()
        say(axes, why_untrained(report))
        return
    losses = report.training.loss
    band = fitting(band, losses)
    draw_band(axes, band)
    most = scale_of(losses, band)
    draw_curve(axes, [min(loss, most) for loss in losses], is_wrong=bool(what_is_wrong(report)))
    if max(losses) > most:
        say(axes, f"up to {max(losses):.3g}, beyond this scale")
    axes.set_ylim(0, most)
    axes.set_ylabel("training loss, nats")
    finish(axes)


def draw_accuracies(axes: Axes, report: AssignmentReport, band: Band | None) -> None:
    training = report.training
    if training is None:
        axes.set_axis_off()
        return
    draw_band(axes, fitting(band, training.accuracy))
    # Two quantities share the axis: what belongs to the validation images has their colour.
    axes.axhline(
        training.threshold,
        color=COLOURS[1],
        linewidth=1,
        linestyle="--",
        label="asked for on the validation images",
    )
    draw_curve(axes, training.accuracy, is_wrong=bool(what_is_wrong(report)))
    last = [len(training.loss)], [training.valid_accuracy]
    axes.plot(
        *last, "D", clip_on=False, zorder=3, label="yours on the validation images", **VALIDATION
    )
    axes.set_ylim(0, 1)
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.set_ylabel("accuracy")
    finish(axes)


def draw_band(axes: Axes, band: Band | None) -> None:
    if band is not None:
        epochs = range(1, len(band.high) + 1)
        axes.plot(
            epochs,
            band.median,
            color=MEDIAN,
            linewidth=1,
            label="the reference solution's median",
        )
        label = f"its range over {load_reference().seeds} seeds"
        axes.fill_between(epochs, band.low, band.high, color=BAND, linewidth=0, label=label)


def draw_curve(axes: Axes, values: Sequence[float], *, is_wrong: bool) -> None:
    """A module's curve on the training images, broken where a check says that it is wrong."""
    axes.plot(
        range(1, len(values) + 1),
        values,
        color=COLOURS[0],
        marker="o",
        markersize=4,
        clip_on=False,
        linestyle=":" if is_wrong else "-",
        label="yours, wrong as a check says" if is_wrong else "yours, on the training images",
    )


def finish(axes: Axes) -> None:
    axes.set_xlabel("epoch")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def why_untrained(report: AssignmentReport) -> str:
    """Why there is no curve, in a line."""
    here = (check for check in report.checks if not check.deferred)
    first = next((check for check in here if check.verdict != "passed"), None)
    if first is None:
        return "no training run"
    if first.verdict == "not_judged":
        return first.message
    return f"no training run; look first at: {first.title}"


# ---------------------------------------------------------------- what the module does


def draw_picture(axes: Axes, report: AssignmentReport) -> None:
    if isinstance(report.picture, Weights):
        draw_weights(axes, report.picture)
    elif isinstance(report.picture, Activations):
        draw_activations(axes, report.picture)
    else:
        axes.set_axis_off()


def draw_weights(axes: Axes, weights: Weights) -> None:
    """Histograms over the target's density; what lies further out is counted at the edges."""
    variances: list[str] = []
    for name, variance, density, colour in zip(
        ("first weight", "second weight"),
        weights.variances,
        weights.densities,
        COLOURS,
        strict=False,
    ):
        edges = np.linspace(-REACH, REACH, len(density) + 1)
        axes.stairs(density, edges, color=colour, label=name)
        variances.append(f"{variance:.2g}")
    points = np.linspace(-REACH, REACH, POINTS)
    kind = "uniform" if weights.is_uniform else "normal"
    axes.plot(
        points,
        target_density(points, is_uniform=weights.is_uniform),
        color=TARGET,
        linestyle="--",
        label=f"{kind}, as asked for",
    )
    axes.set_title(f"New weights: variance {' and '.join(variances)} · {weights.rule}", loc="left")
    # From about the normal distribution's peak on.
    axes.set_ylim(0, 1.1 * max(0.4, *(max(density) for density in weights.densities)))
    axes.set_xlabel(f"initial weight / √({weights.rule})")
    axes.set_ylabel("density")


def draw_activations(axes: Axes, activations: Activations) -> None:
    for mode, colour, (marker, size) in zip(activations.modes, COLOURS, MARKERS, strict=False):
        axes.scatter(
            activations.inputs,
            mode.values,
            s=size,
            linewidths=0.7,
            marker=marker,
            color=colour,
            label=f"activations, {mode.name}",
        )
    axes.set_title("A new network's activations", loc="left")
    axes.set_xlabel("input of a hidden unit")
    axes.set_ylabel("its activation")


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
