"""Where the reports of a command go: the options for it, files, and GitHub Actions."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from grader.cli.common import check_place, check_target, errors, note
from grader.report.console import text_console

if TYPE_CHECKING:
    from grader.course.manifest import Course
    from grader.report.model import Report
    from grader.submissions.model import Submission

Json = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write the reports as JSON; - is stdout.")
]
JunitXml = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write the reports as JUnit XML.")
]
Markdown = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write the reports as Markdown.")
]
Html = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write the reports as one HTML page.")
]
Github = Annotated[
    bool,
    typer.Option("--github", help="In GitHub Actions: annotations, job summary, step outputs."),
]
Plot = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Draw how training went, as a .png or .svg file."),
]

STDOUT = Path("-")
# Files that GitHub's runner names to each step.
SUMMARY, OUTPUT = "GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"


@dataclass(frozen=True)
class Outputs:
    """What was asked for. Made before anything is graded, so that a mistake costs no time.

    Raises:
        BadParameter: a file can't be written where it is to go, or two want the same one.
    """

    json: Path | None
    junitxml: Path | None
    markdown: Path | None
    html: Path | None
    github: bool
    plot: Path | None = None

    def __post_init__(self) -> None:
        if self.github and self.json == STDOUT:
            raise typer.BadParameter("--github writes to stdout, and so does --json -; name a file")
        json = None if self.json == STDOUT else self.json
        targets = [t for t in (json, self.junitxml, self.markdown, self.html) if t is not None]
        for target in targets:
            check_target(target)
        if self.plot is not None:
            check_target(self.plot, (".png", ".svg"))
            targets.append(self.plot)
        for place, target in enumerate(targets):
            if target.resolve() in [other.resolve() for other in targets[:place]]:
                raise typer.BadParameter(f"{target} is named for two outputs; name another file")
        if self.github:
            for file in filter(None, (runner_file(SUMMARY), runner_file(OUTPUT))):
                check_place(file)

    @property
    def console(self) -> Console:
        """Where a person reads."""
        return errors if self.json == STDOUT else text_console()

    @contextmanager
    def text_is_no_command(self) -> Iterator[None]:
        """Within the block, GitHub's runner takes nothing that is shown for a command of its own.

        Everything from a submission is to be shown within.
        """
        if not self.github:
            yield
            return
        from grader.report.github import commands_stopped

        with commands_stopped(sys.stdout):
            yield

    def readable(self, course: Course, reports: Sequence[Report]) -> list[Report]:
        """The reports as they may be shown here: to students, where GitHub shows them."""
        from grader.report.hidden import for_students

        return [for_students(r, course.due) for r in reports] if self.github else list(reports)

    def write(
        self, course: Course, reports: Sequence[Report], submissions: Sequence[Submission]
    ) -> None:
        """Write the reports of these submissions everywhere.

        Pages in Markdown and HTML are for students, and keep back what hidden checks say.
        """
        from grader.files import write_bytes
        from grader.report.hidden import for_students
        from grader.report.model import encode_json

        title, pages = course.title, [for_students(report, course.due) for report in reports]

        if self.json == STDOUT:
            sys.stdout.buffer.write(encode_json(list(reports)))
        elif self.json is not None:
            write_bytes(self.json, encode_json(list(reports)))
        if self.junitxml is not None:
            from grader.report.junit import write_junit

            write_junit(self.junitxml, reports)
        if self.markdown is not None:
            from grader.report.markdown import write_markdown

            write_markdown(self.markdown, title, pages)
        if self.html is not None:
            from grader.site.html import write_html

            codes = [{slug: s.text for slug, s in one.sources.items()} for one in submissions]
            write_html(self.html, title, pages, codes)
        if self.plot is not None:
            from grader.report.plots import write_plot

            write_plot(self.plot, [a for report in pages for a in report.assignments])
            self.console.print(f"drawn: {self.plot}", markup=False)
        if self.github:
            self._tell_github(title, pages, submissions)

    def _tell_github(
        self, title: str, reports: Sequence[Report], submissions: Sequence[Submission]
    ) -> None:
        from grader.report.github import annotate, append_outputs, append_summary

        for annotation in annotate(reports, [repository_files(s) for s in submissions]):
            print(annotation, flush=True)
        summary, output = runner_file(SUMMARY), runner_file(OUTPUT)
        for name, file in ((SUMMARY, summary), (OUTPUT, output)):
            if file is None:
                note(f"{name} is not set, so nothing is written to it")
        if summary is not None and not append_summary(summary, title, reports):
            note("this step's summary is full already; nothing was added to it")
        if output is not None:
            append_outputs(output, reports)


def runner_file(name: str) -> Path | None:
    value = os.environ.get(name)
    return Path(value) if value else None


def repository_files(submission: Submission) -> dict[str, str]:
    """By slug the modules that lie in a folder, as paths within their repository.

    That is the nearest folder with a `.git`; without one the workspace of GitHub's runner, or else
    the working folder.
    """
    from grader.submissions.reading import find_module

    files = {}
    for slug in submission.sources.keys() | submission.problems.keys():
        found = find_module(submission, slug)
        if found is not None:
            files[slug] = within_repository(Path(os.path.abspath(found)))
    return files


def within_repository(file: Path) -> str:
    roots = [folder for folder in file.parents if os.path.exists(folder / ".git")][:1]
    roots += [Path(os.environ.get("GITHUB_WORKSPACE") or os.curdir).absolute(), Path.cwd()]
    for root in roots:
        if file.is_relative_to(root):
            return file.relative_to(root).as_posix()
    return file.as_posix()
