"""The course: `assignments/course.toml` as typed data, and where each assignment's files lie.

Order, titles, limits and thresholds stand in that manifest alone; everything else asks here.
"""

from __future__ import annotations

import difflib
import keyword
import tomllib
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, tzinfo
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo, available_timezones

import msgspec

from grader.course.place import MANIFEST, find_course

Table = TypeVar("Table", bound=msgspec.Struct)
Text = Annotated[str, msgspec.Meta(min_length=1)]
Count = Annotated[int, msgspec.Meta(ge=1)]
FIRST_YEAR, LAST_YEAR = 1970, 2999  # of due dates: what calendars can be reckoned with
Percent = Annotated[float, msgspec.Meta(ge=0, le=100)]
EXPORTED_STUBS = "stubs"  # the folder of an exported autograder that holds them
PictureKind = Literal["weights", "train_and_eval", "running_statistics"]


class CourseError(ValueError):
    """The manifest, or a request for an assignment, is wrong: one line for the instructor."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What one assignment's worker may use."""

    wall_s: Annotated[float, msgspec.Meta(gt=0, le=86_400)]
    cpu_s: Count
    memory_mib: Count
    output_kib: Count


class CalibrationNote(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a threshold was measured, as `grader calibrate --write` noted it.

    `seeds`: under so many the solution and the weakest right module were trained; `wrong_seeds`:
    each wrong module.
    """

    date: date
    seeds: Count
    wrong_seeds: Count
    weakest: Text
    torch: Text
    numpy: Text
    python: Text


class Assignment(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of `[[assignments]]`; `threshold` is an accuracy from 0 to 1.

    Without `epochs` and `threshold` it does not train. `bands` are lower accuracies that earn a
    part of the points. One that is not `graded` takes no part unless it is asked for by its slug.
    With a `leaderboard` the class's page ranks the accuracies that students' modules reached.
    `hints` go from a nudge to nearly there; `picture` is what reports draw of a module.
    `late` is `[late]` with what this assignment has otherwise.
    """

    slug: Text
    title: Text
    epochs: Count = 0
    threshold: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0
    bands: tuple[Annotated[float, msgspec.Meta(ge=0, le=1)], ...] = ()
    limits: Limits
    graded: bool = True
    leaderboard: bool = False
    calibration: CalibrationNote | None = None
    picture: PictureKind | None = None
    hints: tuple[Text, ...] = ()
    due: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    late: LateRule | None = None


class LateRule(msgspec.Struct, frozen=True, kw_only=True):
    """What being late costs. A day of the calendar that has begun counts as a whole one.

    `floor_percent` of the score stays, however late.
    """

    grace_minutes: Annotated[float, msgspec.Meta(ge=0, le=527_040)] = 0.0
    percent_a_day: Percent = 0.0
    floor_percent: Percent = 0.0


class LatePolicy(LateRule, frozen=True, kw_only=True):
    """`[late]`: the rule for every assignment without one of its own, and what holds for all.

    `due` is for assignments without one of their own. `free_days` each student has once, for the
    whole course. `counts` says which of several hand-ins of one assignment does: the last one, the
    one that earns most, or the last one in time (if none is, the last one).
    """

    due: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    free_days: Annotated[int, msgspec.Meta(ge=0)] = 0
    counts: Literal["last", "best", "in time"] = "last"


class CanvasColumns(msgspec.Struct, frozen=True, kw_only=True):
    """`[canvas]`: what Canvas calls its columns; `columns` by slug, `total` the course's."""

    columns: dict[str, Text] = {}
    total: str = ""


class RosterColumns(msgspec.Struct, frozen=True, kw_only=True):
    """`[roster]`: what a roster's columns are called where nobody else calls them so; `teams`:
    whether its groups hand in together."""

    name: Text | tuple[Text, ...] = ()
    first_name: Text | tuple[Text, ...] = ()
    last_name: Text | tuple[Text, ...] = ()
    identifier: Text | tuple[Text, ...] = ()
    email: Text | tuple[Text, ...] = ()
    login: Text | tuple[Text, ...] = ()
    github: Text | tuple[Text, ...] = ()
    section: Text | tuple[Text, ...] = ()
    group: Text | tuple[Text, ...] = ()
    role: Text | tuple[Text, ...] = ()
    submitted: Text | tuple[Text, ...] = ()
    extension: Text | tuple[Text, ...] = ()
    teams: bool = False

    @property
    def headings(self) -> dict[str, tuple[str, ...]]:
        """The headings of each field."""
        given = {f: getattr(self, f) for f in self.__struct_fields__ if f != "teams"}
        return {field: (v,) if isinstance(v, str) else v for field, v in given.items() if v}


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """The assignments in order, and the paths below `root`, the repository's folder.

    `assignments` and `slugs` are those that make up the course's total, `further` the others.
    """

    title: str
    seed: int
    assignments: tuple[Assignment, ...]
    further: tuple[Assignment, ...] = ()
    root: Path
    late: LatePolicy | None = None
    zone: tzinfo = UTC  # of times that name none
    canvas: CanvasColumns = CanvasColumns()
    roster: RosterColumns = RosterColumns()

    @property
    def has_due_dates(self) -> bool:
        """Whether it matters when anything was handed in."""
        return any(self.due(slug) for slug in self.every_slug)

    def due(self, slug: str) -> datetime | None:
        """When this assignment is due, in the course's zone; None: whenever."""
        due = self.assignment(slug).due or (self.late.due if self.late else None)
        return None if due is None else due.astimezone(self.zone)

    def late_rule(self, slug: str) -> LateRule:
        """What being late with this assignment costs."""
        return self.assignment(slug).late or self.late or LateRule()

    @property
    def slugs(self) -> tuple[str, ...]:
        return tuple(assignment.slug for assignment in self.assignments)

    @property
    def every(self) -> tuple[Assignment, ...]:
        """All assignments, whether graded or not."""
        return (*self.assignments, *self.further)

    @property
    def every_slug(self) -> tuple[str, ...]:
        return tuple(assignment.slug for assignment in self.every)

    def slugs_to_read(self, selected: Iterable[Assignment]) -> list[str]:
        """Whose modules are looked for in a submission: the graded ones', and those selected."""
        return list(dict.fromkeys([*self.slugs, *(assignment.slug for assignment in selected)]))

    def assignment(self, slug: str) -> Assignment:
        """The assignment called `slug`; an unknown one is a CourseError that suggests another."""
        for assignment in self.every:
            if assignment.slug == slug:
                return assignment
        known = [assignment.slug for assignment in self.every]
        raise CourseError(f"no assignment {slug!r}{_suggestion(slug, known)}")

    @property
    def manifest_path(self) -> Path:
        return self.root / MANIFEST

    @property
    def baseline_path(self) -> Path:
        return self.root / "assignments" / "baseline.py"

    @property
    def data_dir(self) -> Path:
        return self.root / "data_cache"

    def stub_path(self, slug: str) -> Path:
        return self.root / "assignments" / f"{slug}.py"

    def kept_stub_path(self, slug: str) -> Path:
        """Where the stub is kept as it was handed out: in a release out of sight; in an exported
        autograder not, as hosts that publish it leave hidden folders out."""
        exported = self.root / EXPORTED_STUBS / f"{slug}.py"
        return exported if exported.is_file() else self.root / ".grader" / "stubs" / f"{slug}.py"

    def solution_path(self, slug: str) -> Path:
        return self.root / "solutions" / f"{slug}.py"

    def check_path(self, slug: str) -> Path:
        return self.root / "grader" / "checks" / f"test_{slug}.py"


class _Manifest(msgspec.Struct):
    """course.toml's top level; its tables are typed one by one, so that errors can name them."""

    title: Text
    seed: Annotated[int, msgspec.Meta(ge=0)]
    limits: dict[str, Any]
    assignments: Annotated[list[dict[str, Any]], msgspec.Meta(min_length=1)]
    late: dict[str, Any] | None = None
    timezone: str | None = None
    canvas: dict[str, Any] = {}
    roster: dict[str, Any] = {}


def load_course(root: Path | None = None) -> Course:
    """Read and check `assignments/course.toml` below `root`.

    Args:
        root: a repository; by default the one that GRADER_COURSE names, or the installed one.

    Raises:
        CourseError: the manifest is missing or wrong; one line that names the entry.
    """
    root = find_course().root if root is None else root.resolve()
    manifest = _typed(_read_toml(root / MANIFEST), _Manifest, "")
    defaults = _typed(manifest.limits, Limits, "[limits]: ")
    zone = None if manifest.timezone is None else _zone(manifest.timezone)
    late = None
    if manifest.late is not None:
        late = _typed(_with_due(manifest.late, zone, "[late]: "), LatePolicy, "[late]: ")
    assignments = [
        _assignment(entry, f"assignment {entry.get('slug', number)!r}: ", defaults, late, zone)
        for number, entry in enumerate(manifest.assignments, start=1)
    ]
    course = Course(
        title=manifest.title,
        seed=manifest.seed,
        assignments=tuple(assignment for assignment in assignments if assignment.graded),
        further=tuple(assignment for assignment in assignments if not assignment.graded),
        root=root,
        late=late,
        zone=zone or (late.due.tzinfo if late and late.due else None) or UTC,
        canvas=_typed(manifest.canvas, CanvasColumns, "[canvas]: "),
        roster=_typed(manifest.roster, RosterColumns, "[roster]: "),
    )
    _check_slugs(course)
    for slug in course.canvas.columns:
        if slug not in course.every_slug:
            raise CourseError(
                f"course.toml: [canvas]: columns: no assignment {slug!r}"
                f"{_suggestion(slug, course.every_slug)}"
            )
    return course


def _assignment(
    entry: dict[str, Any],
    where: str,
    defaults: Limits,
    late: LatePolicy | None,
    zone: ZoneInfo | None,
) -> Assignment:
    """One of [[assignments]], with what it leaves to the course; errors begin with `where`."""
    overrides = entry.get("limits", {})
    if isinstance(overrides, dict):  # anything else is left for _typed to refuse
        limits = _typed(msgspec.to_builtins(defaults) | overrides, Limits, f"{where}limits: ")
        entry = entry | {"limits": msgspec.to_builtins(limits)}
    if isinstance(entry.get("late"), dict):
        rule = {f: getattr(late or LateRule(), f) for f in LateRule.__struct_fields__}
        own = _typed(rule | entry["late"], LateRule, f"{where}late: ")
        entry = entry | {"late": msgspec.to_builtins(own)}
    entry = _with_due(entry, zone, where)
    assignment = _typed(entry, Assignment, where)
    for key, other in (("epochs", "threshold"), ("threshold", "epochs")):
        if key in entry and other not in entry:
            raise CourseError(f"course.toml: {where}missing key `{other}`")
    if assignment.leaderboard and not assignment.epochs:
        raise CourseError(
            f"course.toml: {where}leaderboard: it ranks accuracies, and nothing is trained "
            "here; add `epochs` and `threshold`, or remove it"
        )
    return assignment


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        near = difflib.get_close_matches(name, available_timezones(), n=1)
    raise CourseError(
        f"course.toml: timezone: there is no zone {name!r}; "
        + (f"did you mean {near[0]!r}?" if near else "write one like 'Europe/Copenhagen'")
    )


def _with_due(table: dict[str, Any], zone: ZoneInfo | None, where: str) -> dict[str, Any]:
    """`table` with its `due`, if it has one, as a time with a zone: a date is its last moment."""
    due = table.get("due")
    if isinstance(due, date) and not isinstance(due, datetime):
        due = datetime.combine(due, time.max)
    if not isinstance(due, datetime):
        return table  # none, or something that is refused with all else
    if due.tzinfo is None and zone is None:
        raise CourseError(
            f"course.toml: {where}due: {due} is in no zone; say in which, above the first table: "
            'timezone = "Europe/Copenhagen"'
        )
    if not FIRST_YEAR <= due.year <= LAST_YEAR:
        raise CourseError(f"course.toml: {where}due: {due} is no year of a course's")
    return table | {"due": due if due.tzinfo else due.replace(tzinfo=zone)}


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CourseError(
            f"{path.name}: not found at {path}; name the course's folder with --course DIR"
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CourseError(f"{path.name}: cannot be read: {error}") from None


def _typed(table: dict[str, Any], struct: type[Table], where: str) -> Table:
    """`table` as a `struct`; `where` opens the message of what is wrong with it."""
    fields = [field.name for field in msgspec.structs.fields(struct)]
    for key in table:
        if key not in fields:
            raise CourseError(f"course.toml: {where}unknown key {key!r}{_suggestion(key, fields)}")
    try:
        return msgspec.convert(table, struct)
    except msgspec.ValidationError as error:
        what, _, key = str(error).partition(" - at `$.")
        what = what.replace("Object missing required field", "missing key")
        at = f"{key.rstrip('`')}: " if key else ""
        raise CourseError(f"course.toml: {where}{at}{what[0].lower()}{what[1:]}") from None


def _check_slugs(course: Course) -> None:
    """Each slug names a module, once, that has checks and something to start from."""
    if not course.assignments:
        raise CourseError("course.toml: no assignment is graded; remove a `graded = false`")
    seen = set()
    for slug in course.every_slug:
        if not slug.isidentifier() or keyword.iskeyword(slug):
            raise CourseError(
                f"course.toml: slug {slug!r} cannot name a Python module; "
                "use letters, digits and underscores"
            )
        if slug in seen:
            raise CourseError(f"course.toml: two assignments have the slug {slug!r}; rename one")
        seen.add(slug)
        if not course.check_path(slug).is_file():
            checks = sorted(course.check_path(slug).parent.glob("test_*.py"))
            known = [path.stem.removeprefix("test_") for path in checks]
            raise CourseError(f"course.toml: no check file for {slug!r}{_suggestion(slug, known)}")
        # A student who deletes a stub loses that assignment, not the course: it is to be had
        # again, from its solution or from what the release kept.
        paths = (course.stub_path(slug), course.solution_path(slug), course.kept_stub_path(slug))
        if not any(path.is_file() for path in paths):
            raise CourseError(
                f"course.toml: no stub file for {slug!r}; write solutions/{slug}.py, then run "
                "`grader stubs`"
            )


def _suggestion(word: str, words: Iterable[str]) -> str:
    """The end of a message about an unknown `word`: the nearest known one, or else all of them."""
    known = list(words)
    near = difflib.get_close_matches(word, known, n=1)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; there are {', '.join(known) or 'none'}"
