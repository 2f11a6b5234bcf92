"""The command for whoever works in a notebook. No logic lives here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from grader.commands import check_target, exit_status, find_assignments, select
from grader.course.manifest import load_course

app = typer.Typer()


@app.command(epilog="Example: [bold]grader notebook relu[/bold]")
def notebook(
    slug: Annotated[str, typer.Argument(metavar="SLUG")],
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Default: SLUG.ipynb in your assignments/ folder."),
    ] = None,
) -> None:
    """Make a notebook of a stub, to work in instead. It is graded like the module.

    Exit status: 0 written, 2 wrong usage, or the notebook is there already, 3 the grader failed.
    """
    with exit_status():
        course = load_course()
        (assignment,) = select(course, [slug])
        target = output or find_assignments(Path.cwd()) / f"{assignment.slug}.ipynb"
        if target.exists():
            raise typer.BadParameter(f"{target} is there already; move it, or name another file")
        check_target(target)
        from grader.course.stubs import original_stub
        from grader.files import write_bytes
        from grader.submissions.notebook import make_notebook

        stub = original_stub(course, slug)
        if stub is None:
            stub = course.stub_path(slug).read_text(encoding="utf-8")
        write_bytes(target, make_notebook(stub))
        print(f"{target}: written")
