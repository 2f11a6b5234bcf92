"""The class as HTML pages that need nothing but themselves: no server, no network, no other files.

`write_site` writes `index.html` and `students/KEY.html`; `write_feedback` writes the students'
pages alone, to send. Entries are read once and none is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from grader.files import write_bytes
from grader.gradebook.model import Entry, Gradebook, Person
from grader.gradebook.scores import ExportError
from grader.site.pages import (
    FIRST_BYTES,
    CodeOf,
    class_page,
    no_code,
    piece_page,
    pieces_of,
    student_page,
)
from grader.site.summary import ClassSummary
from grader.site.values import page_name


def write_site(gradebook: Gradebook, output: Path, code_of: CodeOf = no_code) -> None:
    """Write `index.html` and a page a student below `output`, which is made if need be.

    `code_of` gives what a student handed in, to be shown beside the verdicts.

    The table of a large class is on pages of its own, `class-1.html` and so on. Pages of students
    who are no longer in the gradebook are removed: they may show a name that no longer is to be
    shown.

    Raises:
        OSError: a file can't be written.
    """
    folder = output / "students"
    folder.mkdir(parents=True, exist_ok=True)
    summary = ClassSummary(gradebook.assignments)
    written = set()
    for before, entry, after in with_neighbours(gradebook):
        summary.add(entry)
        name = page_name(entry.student.key)
        links = (before, after)
        page = student_page(gradebook.title, entry, gradebook.assignments, links, code_of)
        write_bytes(folder / name, page)
        written.add(name)
    write_bytes(output / "index.html", class_page(gradebook.title, summary))
    remove_others(folder, "*.html", written)
    pieces = pieces_of(summary)
    pieces = pieces if len(pieces) > 1 else []
    for piece in pieces:
        write_bytes(output / piece.file, piece_page(gradebook.title, summary, piece))
    remove_others(output, "class-*.html", {piece.file for piece in pieces})


def write_feedback(
    gradebook: Gradebook,
    output: Path,
    code_of: CodeOf = no_code,
    names: Mapping[str, str] | None = None,
) -> None:
    """Write each student's page into `output`, as a file that can be sent alone.

    Older such pages there, of students who are no longer in the gradebook, are removed.

    Args:
        names: by student's key where in the folder the page goes; the others get none. The folder
            has to be empty then, as all in it will be uploaded.

    Raises:
        ExportError: it is not.
        OSError: a file can't be written.
    """
    if names is not None and output.is_dir() and any(output.iterdir()):
        raise ExportError(f"{output} is not empty; name a new folder, as all in it is uploaded")
    output.mkdir(parents=True, exist_ok=True)
    written = set()
    for entry in gradebook:
        key = entry.student.key
        name = page_name(key) if names is None else names.get(key)
        if name is None:
            continue
        page = student_page(gradebook.title, entry, gradebook.assignments, None, code_of)
        (output / name).parent.mkdir(parents=True, exist_ok=True)
        write_bytes(output / name, page)
        written.add(name)
    if names is None:
        remove_others(output, "*.html", written)


def with_neighbours(
    gradebook: Gradebook,
) -> Iterator[tuple[Person | None, Entry, Person | None]]:
    """Each entry with the students before and after it."""
    before: Person | None = None
    current: Entry | None = None
    for entry in gradebook:
        if current is not None:
            yield before, current, entry.student
            before = current.student
        current = entry
    if current is not None:
        yield before, current, None


def remove_others(folder: Path, pattern: str, written: set[str]) -> None:
    """Remove students' pages of an earlier run; whatever else lies there stays."""
    for path in folder.glob(pattern):
        if path.name not in written and path.is_file():
            with path.open("rb") as file:
                is_ours = file.read(len(FIRST_BYTES)) == FIRST_BYTES
            if is_ours:
                path.unlink()
