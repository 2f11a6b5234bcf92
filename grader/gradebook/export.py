"""The formats that a gradebook is written in, and one way in for all of them.

A new format is a module in `formats` and a row of FORMATS, which the command's help and the
documents cite.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.course.manifest import Course
from grader.files import replacing
from grader.gradebook.formats.blackboard import write_blackboard
from grader.gradebook.formats.brightspace import write_brightspace
from grader.gradebook.formats.canvas import write_canvas
from grader.gradebook.formats.csv_files import write_csv
from grader.gradebook.formats.gradescope import write_gradescope
from grader.gradebook.formats.jplag import Sources, write_jplag
from grader.gradebook.formats.json_file import write_json
from grader.gradebook.formats.junit_file import write_junit_file
from grader.gradebook.formats.moodle import write_moodle
from grader.gradebook.formats.nbgrader import write_nbgrader
from grader.gradebook.model import Gradebook
from grader.gradebook.scores import Cleaned, ExportError


@dataclass(frozen=True)
class Format:
    """A format: its name, and in a few words what it is.

    `write(gradebook, stream or folder, **options)` takes a folder where the format `is_folder`, and
    of the options those in `options`. One that is `for_students` shows them what each check said,
    not only their scores.
    """

    name: str
    what: str
    write: Callable[..., None]
    is_folder: bool = False
    options: tuple[str, ...] = ()
    for_students: bool = False


FORMATS = {
    each.name: each
    for each in (
        Format("csv", "a spreadsheet", write_csv, options=("decimal", "delimiter")),
        Format("canvas", "for Canvas to import", write_canvas, options=("canvas_csv", "columns")),
        Format("brightspace", "for Brightspace", write_brightspace, options=("columns",)),
        Format("blackboard", "for Blackboard", write_blackboard, options=("columns",)),
        Format("moodle", "for Moodle to import", write_moodle, for_students=True),
        Format("nbgrader", "as nbgrader export writes it", write_nbgrader),
        Format("gradescope", "a results.json a student", write_gradescope, True, for_students=True),
        Format("junit", "JUnit XML", write_junit_file),
        Format("json", "all there is", write_json),
        Format("jplag", "the modules, for JPlag to compare", write_jplag, True, ("sources",)),
    )
}
OPTIONS = {
    "canvas_csv": "--canvas", "columns": "--column", "decimal": "--decimal",
    "delimiter": "--delimiter",
}  # fmt: skip


def find_format(name: str) -> Format:
    """The format of this name; ExportError if there is none."""
    if name not in FORMATS:
        raise ExportError(f"no format {name!r}; there are {', '.join(FORMATS)}")
    return FORMATS[name]


def export(
    gradebook: Gradebook,
    format: str,
    output: Path | None,
    *,
    sources: Sources | None = None,
    **options: Any,
) -> None:
    """Write `gradebook` to `output`, or to stdout if that is None.

    A file appears whole or not at all. A format that is a folder needs one, made if need be.
    What the format can't take is left out, and said on stderr in a line each.

    Args:
        sources: what was handed in, for the formats that write it.
        options: what the format is to do otherwise, by the names in OPTIONS; None: as it does.

    Raises:
        ExportError: an unknown format, an option that is of no use to it, or an input that is not
            what it should be.
        OSError: a file can't be read or written.
    """
    chosen = find_format(format)
    given = {name: value for name, value in options.items() if value is not None}
    for name in given.keys() - set(chosen.options):
        useful = ", ".join(each.name for each in FORMATS.values() if name in each.options)
        raise ExportError(f"{OPTIONS[name]} is of no use to {format}, but to {useful}")
    if "sources" in chosen.options:
        given["sources"] = sources
    gradebook = Cleaned(gradebook)
    if chosen.is_folder:
        if output is None:
            raise ExportError(f"{format} is more than one file; name a folder with --output")
        if output.exists() and not output.is_dir():
            raise ExportError(f"{output} is no folder, and {format} is more than one file")
        chosen.write(gradebook, output, **given)
    elif output is None:
        chosen.write(gradebook, sys.stdout.buffer, **given)
        sys.stdout.buffer.flush()
    elif output.is_dir():
        raise ExportError(f"{output} is a folder, and {format} is one file; name a file in it")
    else:
        with replacing(output) as stream:
            chosen.write(gradebook, stream, **given)


def named_columns(course: Course, options: Iterable[str]) -> dict[str, str]:
    """By slug ("" for the total) what these options call a column: each SLUG=NAME or, for the
    total, NAME."""
    named = {}
    for option in options:
        slug, equals, name = option.partition("=")
        if equals and slug in course.every_slug:
            named[slug] = name
        else:
            named[""] = option
    return named


def canvas_columns(course: Course) -> dict[str, str]:
    """The same, as course.toml calls those of Canvas."""
    total = {"": course.canvas.total} if course.canvas.total else {}
    return {**course.canvas.columns, **total}
