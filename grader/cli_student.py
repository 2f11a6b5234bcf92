"""The commands for a student at work on an assignment. No logic lives here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from grader.commands import errors, exit_status, find_assignments, select
from grader.course.manifest import load_course
from grader.errors import UNREADABLE

app = typer.Typer()

Slug = Annotated[str, typer.Argument(metavar="SLUG", help="An assignment; see grader list.")]


@app.command(epilog="Example: [bold]grader watch relu[/bold]")
def watch(
    slug: Annotated[
        str | None,
        typer.Argument(metavar="[SLUG]", help="Default: the first one that does not pass yet."),
    ] = None,
) -> None:
    """Check an assignment again whenever you save it; h, n and q ask for a hint, go on and leave.

    Exit status: 0 after q, 2 wrong usage, 3 the grader failed, 130 after Ctrl-C.
    """
    with exit_status():
        course = load_course()
        if slug is not None:
            select(course, [slug])
        folder = find_assignments(Path.cwd())
        from grader.sandbox.launch import open_launcher

        with open_launcher(course.baseline_path) as launcher:
            from grader.grading.engine import Engine
            from grader.workbench.hints import Hints
            from grader.workbench.keyboard import open_keyboard
            from grader.workbench.screen import Screen
            from grader.workbench.watch import watch_folder

            screen = Screen(Console(highlight=False), course)
            engine = Engine(course, launcher, course.seed)
            if not engine.jailed:
                errors.print("grader: no sandbox on this machine; your code runs unconfined.")
            with open_keyboard() as keys:
                watch_folder(engine, folder, slug, Hints(course, folder.parent), screen, keys)


@app.command(epilog="Example: [bold]grader hint relu[/bold]")
def hint(
    slug: Slug,
    number: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="This one, instead of the next.")
    ] = None,
) -> None:
    """Show the next hint for an assignment, from a nudge to nearly there."""
    with exit_status():
        course = load_course()
        select(course, [slug])
        folder = find_assignments(Path.cwd())
        from grader.workbench.hints import Hints, NoSuchHint
        from grader.workbench.screen import print_hint

        hints = Hints(course, folder.parent)
        try:
            wanted = hints.next(slug) if number is None else hints.number(slug, number)
        except NoSuchHint as error:
            raise typer.BadParameter(str(error)) from None
        print_hint(Console(highlight=False), slug, wanted)
        if hints.problem is not None:
            line = f"grader: this hint can't be remembered; --number takes another: {hints.problem}"
            errors.print(line, markup=False)


@app.command(epilog="Example: [bold]grader reset relu[/bold]")
def reset(slug: Slug) -> None:
    """Bring an assignment's stub back; what you wrote is kept beside it."""
    with exit_status():
        course = load_course()
        select(course, [slug])
        folder = find_assignments(Path.cwd())
        from grader.workbench.reset import ResetError, pristine_stub, reset_module

        try:
            kept = reset_module(folder / f"{slug}.py", pristine_stub(course, slug))
        except ResetError as error:
            errors.print(f"grader: {error}", markup=False)
            raise typer.Exit(UNREADABLE) from None
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"assignments/{slug}.py is the stub again", markup=False)
    if kept is not None:
        console.print(f"what was there is kept in assignments/{kept.name}", markup=False)
