"""How a training run went, epoch by epoch, over what the reference solution's runs came to."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, PercentFormatter

from grader.report.model import Training
from grader.report.reference import Band
from grader.report.scales import fitting, scale_of
from grader.site.charts import Frame, Mark, frame_of, new_chart


def draw_losses(losses: Sequence[float], band: Band | None, *, is_wrong: bool) -> Markup:
    """The loss of each epoch as an inline <svg>, over the band if it fits.

    Where a check says that the module is wrong, its curve is broken.
    """
    band = fitting(band, losses)
    most = scale_of(losses, band)
    frame = loss_frame(len(losses), most, _key(band))
    epochs = range(1, len(losses) + 1)
    marks = [
        Mark(epoch, loss, "beyond" if loss > most else "point", f"epoch {epoch}: {loss:.3g}")
        for epoch, loss in zip(epochs, losses, strict=True)
    ]
    return frame.filled(frame.line(epochs, losses, kind_of_curve(is_wrong)), frame.marks(marks))


def draw_accuracies(training: Training, band: Band | None, *, is_wrong: bool) -> Markup:
    """The training accuracy of each epoch as an inline <svg>; at its end that of validation."""
    band = fitting(band, training.accuracy)
    last = len(training.accuracy)
    frame = accuracy_frame(last, training.threshold, _key(band))
    epochs = range(1, last + 1)
    marks = [
        Mark(epoch, value, "point", f"epoch {epoch}: {value:.3g}")
        for epoch, value in zip(epochs, training.accuracy, strict=True)
    ]
    valid = training.valid_accuracy
    marks.append(Mark(last, valid, "valid", f"validation: {valid:.3g}"))
    return frame.filled(
        frame.line(epochs, training.accuracy, kind_of_curve(is_wrong)), frame.marks(marks)
    )


def kind_of_curve(is_wrong: bool) -> str:
    return "curve wrong" if is_wrong else "curve"


BandKey = tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]


def _key(band: Band | None) -> BandKey | None:
    """The band as something that a cache can look up."""
    return None if band is None else (tuple(band.low), tuple(band.median), tuple(band.high))


@lru_cache(maxsize=512)
def loss_frame(epochs: int, most: float, band: BandKey | None) -> Frame:
    """Axes and band for curves of `epochs` points, from 0 to the loss `most`."""
    figure, axes = new_chart()
    draw_band(axes, epochs, band)
    axes.set_ylim(0, most)
    axes.yaxis.set_major_locator(MaxNLocator(4))
    return frame_of(figure, axes)


@lru_cache(maxsize=512)
def accuracy_frame(epochs: int, threshold: float, band: BandKey | None) -> Frame:
    """Axes, band and threshold for curves of `epochs` points, from 0 to 1."""
    figure, axes = new_chart()
    draw_band(axes, epochs, band)
    axes.axhline(threshold, gid="target")
    axes.set_ylim(0, 1)
    axes.set_yticks((0, 0.25, 0.5, 0.75, 1))
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    return frame_of(figure, axes)


def draw_band(axes: Axes, epochs: int, band: BandKey | None) -> None:
    xs = range(1, epochs + 1)
    if band is not None:
        low, median, high = band
        axes.fill_between(xs, low, high, linewidth=0, gid="band")
        axes.plot(xs, median, linewidth=1.5, gid="median")
    axes.set_xlim((1, epochs) if epochs > 1 else (0.5, 1.5))
    axes.set_xticks(xs)
    axes.set_xlabel("epoch")
