"""A gradebook written in a format that others read: one way in for all of them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import BinaryIO

from grader.files import replacing
from grader.gradebook.formats.canvas import write_canvas
from grader.gradebook.formats.csv_files import write_csv
from grader.gradebook.formats.gradescope import write_gradescope
from grader.gradebook.formats.json_file import write_json
from grader.gradebook.formats.junit_file import write_junit_file
from grader.gradebook.formats.moodle import write_moodle
from grader.gradebook.formats.nbgrader import write_nbgrader
from grader.gradebook.model import Gradebook
from grader.gradebook.scores import Cleaned, ExportError

_ONE_FILE: dict[str, Callable[[Gradebook, BinaryIO], None]] = {
    "csv": write_csv,
    "canvas": write_canvas,
    "moodle": write_moodle,
    "nbgrader": write_nbgrader,
    "junit": write_junit_file,
    "json": write_json,
}
FORMATS: tuple[str, ...] = ("csv", "canvas", "moodle", "nbgrader", "gradescope", "junit", "json")
# These show students what each check said, not only their scores.
SENT_TO_STUDENTS = ("moodle", "gradescope")


def export(
    gradebook: Gradebook, format: str, output: Path | None, *, canvas_csv: Path | None = None
) -> None:
    """Write `gradebook` to `output`, or to stdout if that is None.

    A file appears whole or not at all. `gradescope` needs a folder, which is made if need be.
    What the format can't take is left out, and said on stderr in a line each.

    Args:
        canvas_csv: the gradebook that Canvas exported, to write the scores into.

    Raises:
        ExportError: an unknown format, an option that it can't do without, or an input that is
            not what it should be.
        OSError: a file can't be read or written.
    """
    if format not in FORMATS:
        raise ExportError(f"no format {format!r}; there are {', '.join(FORMATS)}")
    if canvas_csv is not None and format != "canvas":
        raise ExportError(f"a CSV from Canvas is of no use to {format}; export the format canvas")
    gradebook = Cleaned(gradebook)
    if format == "gradescope":
        if output is None:
            raise ExportError("gradescope is a file a student; name a folder with --output")
        if output.exists() and not output.is_dir():
            raise ExportError(f"{output} is no folder, and gradescope is a file a student")
        write_gradescope(gradebook, output)
        return
    write = _ONE_FILE[format]
    if canvas_csv is not None:
        write = partial(write_canvas, canvas_csv=canvas_csv)
    if output is None:
        write(gradebook, sys.stdout.buffer)
        sys.stdout.buffer.flush()
        return
    if output.is_dir():
        raise ExportError(f"{output} is a folder, and {format} is one file; name a file in it")
    with replacing(output) as stream:
        write(gradebook, stream)
