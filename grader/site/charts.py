"""Charts as inline SVG. Matplotlib draws each frame once; a page adds what is one student's to it.

A figure of Matplotlib's takes tens of milliseconds, too long for a dozen a page, so that frames
are kept. Colours are classes for the style sheet to fill in, light or dark: the pages' content
security policy allows no style attributes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from xml.etree import ElementTree

import numpy as np
from markupsafe import Markup
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

Values = Sequence[float] | np.ndarray
SVG = "http://www.w3.org/2000/svg"
CLASSES = frozenset({"band", "median", "grid", "axis", "bar", "count", "target"})
CHART_SIZE = (380, 210)  # CSS pixels, about as wide as a phone
HISTOGRAM_SIZE = (480, 300)


@dataclass(frozen=True)
class Frame:
    """A drawn chart without its closing tag, and where the edges of its axes lie in it."""

    svg: str
    box: tuple[float, float, float, float]  # left, right, top, bottom
    xs: tuple[float, float]
    ys: tuple[float, float]

    def places(self, xs: Values, ys: Values) -> list[list[float]]:
        """Where the points lie in the chart, (N, 2); at the edge if they lie beyond."""
        left, right, top, bottom = self.box
        across = left + shares(xs, *self.xs) * (right - left)
        down = bottom + shares(ys, *self.ys) * (top - bottom)
        placed: list[list[float]] = np.stack((across, down), axis=1).round(1).tolist()
        return placed

    def line(self, xs: Values, ys: Values, kind: str) -> str:
        """A line of this class through the points."""
        placed = " ".join(f"{x},{y}" for x, y in self.places(xs, ys))
        return f'<polyline class="{kind}" points="{placed}"/>'

    def dots(self, xs: Values, ys: Values, kind: str) -> str:
        """Many dots of this class as one shape: lines of no length, which get round ends."""
        placed = "".join(f"M{x} {y}h0" for x, y in self.places(xs, ys))
        return f'<path class="{kind}" d="{placed}"/>'

    def marks(self, marks: Sequence[Mark]) -> str:
        """Dots that have a class and a tooltip each."""
        placed = self.places([mark.x for mark in marks], [mark.y for mark in marks])
        return "".join(
            f'<circle class="{mark.kind}" cx="{x}" cy="{y}" r="3.5">'
            f"<title>{mark.title}</title></circle>"
            for mark, (x, y) in zip(marks, placed, strict=True)
        )

    def filled(self, *parts: str) -> Markup:
        """The chart with these parts in it."""
        return Markup("".join((self.svg, *parts, "</svg>")))


class Mark(NamedTuple):
    """A point of a chart that says what it is."""

    x: float
    y: float
    kind: str
    title: str


def shares(values: Values, low: float, high: float) -> np.ndarray:
    """How far each of the values lies from `low` to `high`, from 0 to 1."""
    return np.clip((np.asarray(values, np.float64) - low) / (high - low), 0.0, 1.0)


def new_chart() -> tuple[Figure, Axes]:
    """A figure for a frame."""
    return new_axes(CHART_SIZE, left=38, right=10, top=12, bottom=38)


def frame_of(figure: Figure, axes: Axes) -> Frame:
    """The frame that was drawn in a new chart."""
    width, height = CHART_SIZE
    box = axes.get_position()
    return Frame(
        svg=to_svg(figure, axes).removesuffix("</svg>"),
        box=(box.x0 * width, box.x1 * width, (1 - box.y1) * height, (1 - box.y0) * height),
        xs=axes.get_xlim(),
        ys=axes.get_ylim(),
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
    axes.set_xlabel("total, in percent of the points", labelpad=8)  # on phones letters are larger
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
