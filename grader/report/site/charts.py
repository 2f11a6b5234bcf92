"""Charts as inline SVG. Matplotlib draws each frame once; a page adds one student's line to it.

A figure of Matplotlib's takes tens of milliseconds, too long for eight a page, so that frames
are kept. Colours are classes for the style sheet to fill in, light or dark: the pages' content
security policy allows no style attributes.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from xml.etree import ElementTree

from markupsafe import Markup
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from grader.report.site.reference import Band

SVG = "http://www.w3.org/2000/svg"
CLASSES = frozenset({"band", "median", "grid", "axis", "bar", "count"})
CURVE_SIZE = (380, 210)  # CSS pixels, about as wide as a phone
HISTOGRAM_SIZE = (480, 300)
# No curve is drawn to a larger scale than this many times the band's, for the band to be seen.
LARGEST_SCALE = 4.0


@dataclass(frozen=True)
class Frame:
    """A drawn chart without its closing tag, and where epoch 1 and the axes' edges lie in it."""

    svg: str
    left: float
    right: float
    top: float
    bottom: float
    epochs: int
    most: float  # the loss at the top edge

    def place(self, epoch: int, loss: float) -> tuple[float, float]:
        """The point of `loss` after `epoch`, which counts from 1; at the edge if it lies beyond."""
        share = (epoch - 1) / (self.epochs - 1) if self.epochs > 1 else 0.5
        height = min(max(loss / self.most, 0.0), 1.0)
        return (
            self.left + share * (self.right - self.left),
            self.bottom + height * (self.top - self.bottom),
        )


def draw_curve(losses: Sequence[float], band: Band | None) -> Markup:
    """One training curve over the band of the reference solution's, as an inline <svg>."""
    if band is not None and len(band.high) != len(losses):
        band = None  # measured with other settings
    frame = draw_frame(len(losses), scale_of(losses, band), _key(band))
    points = [frame.place(epoch, loss) for epoch, loss in enumerate(losses, start=1)]
    parts = [
        frame.svg,
        '<polyline class="curve" points="',
        " ".join(f"{x:.1f},{y:.1f}" for x, y in points),
        '"/>',
    ]
    for (x, y), loss, epoch in zip(points, losses, range(1, len(losses) + 1), strict=True):
        shape = "beyond" if loss > frame.most else "point"
        parts.append(
            f'<circle class="{shape}" cx="{x:.1f}" cy="{y:.1f}" r="3.5">'
            f"<title>epoch {epoch}: {loss:.3g}</title></circle>"
        )
    parts.append("</svg>")
    return Markup("".join(parts))


def scale_of(losses: Sequence[float], band: Band | None) -> float:
    """The loss at the top of the chart: a round number above the band and, in reason, the curve."""
    most = max(losses)
    if band is not None:
        most = min(max(most, *band.high), LARGEST_SCALE * max(band.high))
    if not 0 < most < math.inf:
        return 1.0
    unit = 10.0 ** math.floor(math.log10(most * 1.04))
    return next(step * unit for step in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if step * unit >= most)


Key = tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]


def _key(band: Band | None) -> Key | None:
    """The band as something that a cache can look up."""
    return None if band is None else (tuple(band.low), tuple(band.median), tuple(band.high))


@lru_cache(maxsize=512)
def draw_frame(epochs: int, most: float, band: Key | None) -> Frame:
    """Axes and band for curves of `epochs` points, from 0 to the loss `most`."""
    width, height = CURVE_SIZE
    figure, axes = new_axes(CURVE_SIZE, left=38, right=10, top=12, bottom=38)
    xs = range(1, epochs + 1)
    if band is not None:
        low, median, high = band
        axes.fill_between(xs, low, high, linewidth=0, gid="band")
        axes.plot(xs, median, linewidth=1.5, gid="median")
    axes.set_xlim((1, epochs) if epochs > 1 else (0.5, 1.5))
    axes.set_ylim(0, most)
    axes.set_xticks(xs)
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.set_xlabel("epoch")
    box = axes.get_position()
    return Frame(
        svg=to_svg(figure, axes).removesuffix("</svg>"),
        left=box.x0 * width,
        right=box.x1 * width,
        top=(1 - box.y1) * height,
        bottom=(1 - box.y0) * height,
        epochs=epochs,
        most=most,
    )


def draw_histogram(counts: Sequence[int], edges: Sequence[int]) -> Markup:
    """How many students' totals lie from each edge to the next, in percent, as an inline <svg>."""
    figure, axes = new_axes(HISTOGRAM_SIZE, left=44, right=18, top=24, bottom=40)
    for number, count in enumerate(counts):
        left, right = edges[number], edges[number + 1]
        bar = axes.bar((left + right) / 2, count, 0.86 * (right - left), linewidth=0)[0]
        bar.set_gid(f"bar {number}")
        if count:
            axes.annotate(
                f"{count}",
                ((left + right) / 2, count),
                xytext=(0, 5),
                textcoords="offset points",
                ha="center",
                gid="count",
            )
    axes.set_xlim(edges[0], edges[-1])
    axes.set_ylim(0, max([*counts, 1]) * 1.02)
    axes.set_xticks(edges)
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.set_xlabel("total, in percent of the points")
    titles = {
        f"bar {i}": f"{edges[i]} to {edges[i + 1]} %: {count}" for i, count in enumerate(counts)
    }
    return Markup(to_svg(figure, axes, titles))


def new_axes(
    size: tuple[int, int], *, left: int, right: int, top: int, bottom: int
) -> tuple[Figure, Axes]:
    """A figure of `size` CSS pixels, whose axes have these margins and no ticks."""
    width, height = size
    figure = Figure(figsize=(width / 72, height / 72), dpi=72)  # SVG is written at 72 a unit
    axes = figure.add_axes(
        (left / width, bottom / height, 1 - (left + right) / width, 1 - (top + bottom) / height)
    )
    figure.patch.set_visible(False)
    axes.patch.set_visible(False)
    for name in ("left", "right", "top"):
        axes.spines[name].set_visible(False)
    axes.spines["bottom"].set_gid("axis")
    axes.tick_params(length=0, pad=6, labelsize=12)
    axes.xaxis.label.set_fontsize(12)
    axes.grid(axis="y", linewidth=1, gid="grid")
    axes.set_axisbelow(True)
    return figure, axes


def to_svg(figure: Figure, axes: Axes, titles: dict[str, str] | None = None) -> str:
    """The figure for use within a page: flat, with the artists' gids as classes, no styles or ids.

    Args:
        titles: what to show for the artist of a gid, as a tooltip.
    """
    for artist in (*axes.get_children(), *axes.get_ygridlines()):
        artist.set_clip_on(False)  # clip paths need ids, and nothing lies outside
    FigureCanvasSVG(figure)
    buffer = io.StringIO()
    with rc_context({"svg.fonttype": "none"}):  # text stays text
        figure.savefig(buffer, format="svg")
    drawn = ElementTree.fromstring(buffer.getvalue())
    size = drawn.attrib["viewBox"]
    page = ElementTree.Element(
        "svg", {"class": "chart", "viewBox": size, "aria-hidden": "true", "focusable": "false"}
    )
    flatten(drawn, "", page, titles or {})
    return ElementTree.tostring(page, encoding="unicode")


def flatten(
    group: ElementTree.Element, gid: str, page: ElementTree.Element, titles: dict[str, str]
) -> None:
    """Append the paths and texts below `group` to `page`; `gid` is the one they inherit."""
    for element in group:
        kind = element.tag.removeprefix(f"{{{SVG}}}")
        if kind == "g":
            name = element.get("id", "")
            flatten(element, name if is_class(name) else gid, page, titles)
        elif kind == "path":
            shape = ElementTree.SubElement(
                page, "path", {"class": gid.split()[0], "d": short_path(element.attrib["d"])}
            )
            if gid in titles:
                ElementTree.SubElement(shape, "title").text = titles[gid]
        elif kind == "text":
            x, y = (f"{float(element.attrib[name]):.1f}" for name in "xy")
            anchor = re.search("text-anchor: *([a-z]+)", element.get("style", ""))
            attributes = {"x": x, "y": y, "text-anchor": anchor[1] if anchor else "start"}
            if gid:
                attributes["class"] = gid
            ElementTree.SubElement(page, "text", attributes).text = element.text


def is_class(name: str) -> bool:
    """Whether a group's id is a gid of ours, not one that Matplotlib numbered itself."""
    return name.partition(" ")[0] in CLASSES


def short_path(d: str) -> str:
    """Path data to a tenth of a pixel."""
    return re.sub(r"-?\d+\.\d+", lambda match: f"{float(match[0]):.1f}", " ".join(d.split()))
