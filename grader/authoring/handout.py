"""What students get, as files by name: stubs, checks, grader and data, and no answers.

Everything that is not listed here stays with the instructors: solutions, tests and their zoo, all
guides but the students' and the contract, and the history.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from grader.authoring.hidden_checks import cut_hidden
from grader.authoring.inventory import CHECKS, inventory
from grader.course.manifest import Course, CourseError
from grader.course.stubs import make_stub
from grader.grading.checkfile import list_checks
from grader.report.model import CheckResult
from grader.report.terminal import points_of, points_text

WORKFLOW = ".github/workflows/grade.yml"
# Beside the stubs and the grader; those that there are.
PLAIN_FILES = (
    "assignments/baseline.py", "assignments/course.toml", "assignments/lesson.ipynb",
    ".github/plot.png", WORKFLOW, ".gitignore", "LICENSE", "pyproject.toml",
)  # fmt: skip
GUIDE = PurePosixPath("assignments/README.md")  # it becomes the repository's
TABLE = "<!-- the table of tasks -->\n"  # in the guide, where the table goes

Files = dict[str, bytes]  # by path, relative, with slashes


def make_handout(course: Course) -> Files:
    """The students' repository.

    Raises:
        CourseError: a solution is missing.
        StubError, CutError: a solution's marks or a hidden check are wrong.
        GraderError: a check file is broken.
    """
    listed = list_checks(course)
    files: Files = {}
    for slug in course.every_slug:
        stub = read_stub(course, slug).encode()
        files[f"assignments/{slug}.py"] = stub
        files[course.kept_stub_path(slug).relative_to(course.root).as_posix()] = stub
    files |= {name: read(course, name) for name in PLAIN_FILES if (course.root / name).is_file()}
    ours = inventory(course)
    names = [str(name) for name in sorted(ours) if not name.is_relative_to(CHECKS)]
    files |= {name: read(course, name) for name in names}
    files |= visible_checks(course, listed, ours)
    files["README.md"] = render_guide(course, listed).encode()
    return files


def read_stub(course: Course, slug: str) -> str:
    solution = course.solution_path(slug)
    try:
        return make_stub(solution.read_text(encoding="utf-8"), f"solutions/{slug}.py")
    except FileNotFoundError:
        raise CourseError(
            f"no solutions/{slug}.py to make the stub from; use the instructors' copy of the course"
        ) from None


def read(course: Course, name: str) -> bytes:
    return (course.root / name).read_bytes()


def visible_checks(
    course: Course, listed: dict[str, list[CheckResult]], ours: set[PurePosixPath]
) -> Files:
    """The check files of the course's assignments, and what they share, without hidden checks.

    Args:
        ours: the course's inventory.
    """
    folder = course.root / CHECKS
    sources = {}
    checked = {f"test_{slug}" for slug in course.every_slug}
    for name in sorted(ours):
        is_check = name.is_relative_to(CHECKS) and name.suffix == ".py"
        if is_check and (name.stem in checked or not name.stem.startswith("test_")):
            path = course.root / name
            sources[module_name(path.relative_to(folder))] = path
    hidden = {
        f"test_{slug}": {check.id: check.max_points for check in checks if check.hidden}
        for slug, checks in listed.items()
    }
    cut = cut_hidden({name: p.read_text(encoding="utf-8") for name, p in sources.items()}, hidden)
    return {
        str(CHECKS / path.relative_to(folder).as_posix()): cut[name].encode()
        for name, path in sources.items()
    }


def module_name(path: Path) -> str:
    """How other check files import it, below `grader.checks`."""
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def render_guide(course: Course, listed: dict[str, list[CheckResult]]) -> str:
    """The students' guide, one folder up from where it lies here, with the course's tasks in it."""
    path = course.root / GUIDE
    try:
        guide = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise CourseError(f"no {GUIDE} to be the students' guide; write one") from None
    return guide.replace("](../", "](").replace(TABLE, task_table(course, listed) + "\n")


def task_table(course: Course, listed: dict[str, list[CheckResult]]) -> str:
    lines = ["| task | file | points |", "|---|---|---|"]
    for assignment in course.assignments:
        checks = listed[assignment.slug]
        title = assignment.title.replace("|", "\\|")
        points = points_text(sum(check.max_points for check in checks))
        hidden = sum(check.max_points for check in checks if check.hidden)
        note = f" (hidden: {points_of(hidden)})" if hidden else ""
        lines.append(f"| {title} | `{assignment.slug}.py` | {points}{note} |")
    return "".join(f"{line}\n" for line in lines)
