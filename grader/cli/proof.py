"""The commands that show whether the course itself can be trusted. No logic lives here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from grader.cli.common import (
    INSTRUCTORS,
    check_target,
    errors,
    exit_status,
    line_console,
    note,
    open_course,
    select,
)
from grader.course.manifest import Assignment, Course
from grader.errors import BELOW, GRADED
from grader.text import count_of

app = typer.Typer()

Slugs = Annotated[
    list[str] | None, typer.Argument(metavar="SLUG", help="Default: all assignments.")
]
Jobs = Annotated[
    int | None, typer.Option(min=1, metavar="N", help="At a time; default: the cores.")
]
STATE = ".calibration_cache/accuracies.jsonl"  # in the repository, which ignores it


@app.command(
    rich_help_panel=INSTRUCTORS,
    epilog="Example: [bold]grader calibrate relu --plot relu.svg[/bold]",
)
def calibrate(
    slugs: Slugs = None,
    seeds: Annotated[
        int, typer.Option(min=2, metavar="N", help="Under so many course seeds.")
    ] = 200,
    wrong_seeds: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="The wrong modules; default: as many."),
    ] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Write the thresholds to course.toml.")
    ] = False,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw the distributions: SVG or PNG.")
    ] = None,
    state: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help=f"What was measured so far; default: {STATE}"),
    ] = None,
    jobs: Jobs = None,
) -> None:
    """Measure what the thresholds of the training checks should be.

    Trains the solution, the zoo's right modules and its wrong ones, and fits what a right module
    stays above but for one run in a million. Takes hours for all assignments; interrupted, it goes
    on where it was. course.toml is left as it is without --write.
    """
    with exit_status():
        course = open_course()
        assignments = select_training(course, slugs)
        if plot is not None:
            check_target(plot, (".svg", ".png"))
        from grader.grading.opening import open_engine

        with open_engine(course) as engine:
            from grader.cli.progress import ClassProgress
            from grader.grading.crew import usable_cores
            from grader.proof.calibration.plot import draw_distributions

            try:
                from grader.proof.calibration.measure import Calibration, Kept
                from grader.proof.calibration.thresholds import (
                    conclude,
                    distributions_of,
                    lines_about,
                    write_thresholds,
                )
            except ModuleNotFoundError as error:
                raise RuntimeError(
                    f"{error.name} is not installed: in the course's repository, "
                    "pip install -e '.[calibrate]'"
                ) from None
            with ClassProgress(errors, "training", ("training", "done")) as progress:
                progress.start(0)
                calibration = Calibration(
                    engine,
                    Kept(course.root / STATE if state is None else state),
                    jobs or usable_cores(),
                    on_plan=progress.more,
                    on_done=progress.advance,
                )
                samples = calibration.measure(assignments, seeds, wrong_seeds or seeds)
            conclusions = [conclude(course, a, samples[a.slug]) for a in assignments]
        console = line_console()
        for conclusion in conclusions:
            for line in lines_about(conclusion):
                console.print(line, markup=False)
        if plot is not None:
            draw_distributions([distributions_of(c) for c in conclusions], plot)
        if write:
            write_thresholds(course, conclusions, seeds, wrong_seeds or seeds)
        else:
            note("course.toml is as it was; --write writes these thresholds to it")


def select_training(course: Course, slugs: list[str] | None) -> list[Assignment]:
    """The assignments of these slugs; without any, the graded ones that train."""
    selected = select(course, slugs)
    idle = [assignment.slug for assignment in selected if not assignment.epochs]
    if idle and (slugs or len(idle) == len(selected)):
        raise typer.BadParameter(f"{', '.join(idle)}: nothing is trained, so there is no threshold")
    return [assignment for assignment in selected if assignment.epochs]


@app.command(
    rich_help_panel=INSTRUCTORS,
    epilog="Example: [bold]grader certify --python old/bin/python[/bold]",
)
def certify(
    slugs: Slugs = None,
    python: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="PATH", help="Grade with this interpreter and its PyTorch; repeatable."
        ),
    ] = None,
    sample: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="N right and N wrong modules of each assignment."),
    ] = None,
    jobs: Jobs = None,
) -> None:
    """Grade the zoo under other PyTorch versions, thread counts and seeds.

    Says which verdicts differ from those that tests/zoo expects. Exit status: 0 none, 1 some.
    """
    with exit_status():
        course = open_course()
        slugs_wanted = [assignment.slug for assignment in select(course, slugs)]
        from grader.grading.crew import usable_cores
        from grader.proof.certify import certify as certify_condition
        from grader.proof.certify import conditions, has_cuda, lines_about, pythons_or_own
        from grader.proof.zoo import zoo_modules

        console = line_console()
        pythons = pythons_or_own(python)
        modules = zoo_modules(course, slugs_wanted, sample)
        certified = []
        for condition in conditions(course, pythons, jobs or usable_cores()):
            note(f"grading {count_of(len(modules), 'module')}: {condition}")
            certified.append(certify_condition(course, modules, condition))
            for line in lines_about(certified[-1], certified[0]):
                console.print(line, markup=False)
        seen = any(has_cuda(each) for each in pythons)
        console.print(
            "CUDA: there is a device; workers computed on the CPU beside it"
            if seen
            else "CUDA: no device on this machine, so this was not covered"
        )
    raise typer.Exit(BELOW if any(each.wrong_verdicts for each in certified) else GRADED)
