"""The manifest: what it gives, and what each mistake in it is answered with."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from grader.course.manifest import Course, CourseError, Limits, load_course

REPOSITORY = Path(__file__).resolve().parents[2]

MANIFEST = """\
title = "A course"
seed = 7

[limits]
wall_s = 60
cpu_s = 30
memory_mib = 2048
output_kib = 1024

[[assignments]]
slug = "relu"
title = "ReLU"
epochs = 5
threshold = 0.4

[[assignments]]
slug = "dropout"
title = "Dropout"
epochs = 5
threshold = 0.5
limits = { cpu_s = 45 }
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with two assignments, each with its stub and its checks."""
    for folder in ("assignments", "solutions", "grader/checks"):
        (tmp_path / folder).mkdir(parents=True)
    for slug in ("relu", "dropout"):
        (tmp_path / "assignments" / f"{slug}.py").touch()
        (tmp_path / "grader" / "checks" / f"test_{slug}.py").touch()
    write_manifest(tmp_path, MANIFEST)
    return tmp_path


def write_manifest(root: Path, text: str) -> None:
    (root / "assignments" / "course.toml").write_text(text, encoding="utf-8")


def refusal(root: Path, old: str, new: str) -> str:
    """What `load_course` says once `old` is replaced by `new` in the manifest."""
    assert old in MANIFEST
    write_manifest(root, MANIFEST.replace(old, new, 1))
    with pytest.raises(CourseError) as error:
        load_course(root)
    message = str(error.value)
    assert "\n" not in message
    assert message.startswith("course.toml: ")
    return message


def test_every_path_of_the_committed_course_exists():
    course = load_course()
    assert course.root == REPOSITORY
    assert course.baseline_path.is_file()
    assert course.data_dir.is_dir()
    for slug in course.slugs:
        assert course.stub_path(slug).is_file()
        assert course.solution_path(slug).is_file()
        assert course.check_path(slug).is_file()


def test_limits_of_an_assignment_override_the_courses_one_by_one(root: Path):
    course = load_course(root)
    assert course.assignment("relu").limits == Limits(
        wall_s=60, cpu_s=30, memory_mib=2048, output_kib=1024
    )
    assert course.assignment("dropout").limits == Limits(
        wall_s=60, cpu_s=45, memory_mib=2048, output_kib=1024
    )


def test_an_ungraded_assignment_is_further_and_found_by_its_slug(root: Path):
    write_manifest(root, MANIFEST.replace('title = "ReLU"', 'title = "ReLU"\ngraded = false'))
    course = load_course(root)
    assert course.slugs == ("dropout",)
    assert [assignment.slug for assignment in course.further] == ["relu"]
    assert [assignment.slug for assignment in course.every] == ["dropout", "relu"]
    assert course.assignment("relu").title == "ReLU"
    with pytest.raises(CourseError, match=r"did you mean 'relu'\?$"):
        course.assignment("relo")


def test_the_files_of_an_ungraded_assignment_are_asked_for_as_well(root: Path):
    entry = 'slug = "relo"\ntitle = "ReLU"\ngraded = false'
    text = MANIFEST.replace('slug = "relu"\ntitle = "ReLU"', entry)
    write_manifest(root, text)
    with pytest.raises(CourseError, match=r"no check file for 'relo'; did you mean 'relu'\?$"):
        load_course(root)


def test_an_assignment_without_epochs_and_threshold_does_not_train(root: Path):
    write_manifest(root, MANIFEST.replace("epochs = 5\nthreshold = 0.4\n", ""))
    assert load_course(root).assignment("relu").epochs == 0
    assert load_course(root).assignment("dropout").epochs == 5


def test_a_leaderboard_is_for_an_assignment_that_trains(root: Path):
    write_manifest(root, MANIFEST.replace("threshold = 0.4", "threshold = 0.4\nleaderboard = true"))
    course = load_course(root)
    assert [a.slug for a in course.assignments if a.leaderboard] == ["relu"]
    message = refusal(root, "epochs = 5\nthreshold = 0.4\n", "leaderboard = true\n")
    assert message == (
        "course.toml: assignment 'relu': leaderboard: it ranks accuracies, and nothing is trained "
        "here; add `epochs` and `threshold`, or remove it"
    )


def test_a_course_in_which_nothing_is_graded_is_refused(root: Path):
    text = MANIFEST.replace("threshold = 0.4", "threshold = 0.4\ngraded = false")
    write_manifest(root, text.replace("threshold = 0.5", "threshold = 0.5\ngraded = false"))
    with pytest.raises(CourseError, match=r"^course\.toml: no assignment is graded"):
        load_course(root)


def test_a_course_cannot_be_changed(root: Path):
    course = load_course(root)
    with pytest.raises(AttributeError):
        course.seed = 8


def test_an_unknown_slug_is_answered_with_the_nearest_one(root: Path):
    with pytest.raises(CourseError, match=r"^no assignment 'dropuot'; did you mean 'dropout'\?$"):
        load_course(root).assignment("dropuot")


def test_a_slug_like_no_other_is_answered_with_all_of_them(root: Path):
    with pytest.raises(CourseError, match=r"^no assignment 'gru'; there are relu, dropout$"):
        load_course(root).assignment("gru")


def test_a_missing_manifest_is_named_with_its_place(tmp_path: Path):
    with pytest.raises(CourseError) as error:
        load_course(tmp_path)
    assert str(tmp_path / "assignments" / "course.toml") in str(error.value)


def test_a_syntax_error_is_named_with_its_line(root: Path):
    assert "line 2" in refusal(root, "seed = 7", "seed = = 7")


def test_a_manifest_that_is_not_utf8_is_refused(root: Path):
    (root / "assignments" / "course.toml").write_bytes(b'title = "\xff"')
    with pytest.raises(CourseError, match=r"^course\.toml: cannot be read: .*utf-8"):
        load_course(root)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "seed = 7",
            "sead = 7",
            "course.toml: unknown key 'sead'; did you mean 'seed'?",
        ),
        (
            "cpu_s = 30",
            "cpu = 30",
            "course.toml: [limits]: unknown key 'cpu'; did you mean 'cpu_s'?",
        ),
        (
            "threshold = 0.4",
            "treshold = 0.4",
            "course.toml: assignment 'relu': unknown key 'treshold'; did you mean 'threshold'?",
        ),
        (
            "limits = { cpu_s = 45 }",
            "limits = { wall = 45 }",
            "course.toml: assignment 'dropout': limits: unknown key 'wall'; did you mean 'wall_s'?",
        ),
    ],
)
def test_an_unknown_key_is_answered_with_its_entry_and_the_nearest_key(
    root: Path, old: str, new: str, message: str
):
    assert refusal(root, old, new) == message


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("seed = 7", 'seed = "7"', ["seed", "`int`", "`str`"]),
        ("seed = 7", "seed = -1", ["seed", ">= 0"]),
        ('title = "A course"', 'title = ""', ["title", "length >= 1"]),
        ("cpu_s = 30", "cpu_s = 0.5", ["[limits]", "cpu_s", "`int`"]),
        ("wall_s = 60", "wall_s = 0", ["[limits]", "wall_s", "> 0"]),
        ("wall_s = 60", "wall_s = inf", ["[limits]", "wall_s"]),
        ("epochs = 5", "epochs = 2.5", ["'relu'", "epochs", "`int`"]),
        ("epochs = 5", "epochs = 0", ["'relu'", "epochs", ">= 1"]),
        ("threshold = 0.4", 'threshold = "40%"', ["'relu'", "threshold", "`float`", "`str`"]),
        ("threshold = 0.4", "threshold = 40", ["'relu'", "threshold", "<= 1"]),
        ("threshold = 0.4", "threshold = -0.1", ["'relu'", "threshold", ">= 0"]),
        ("threshold = 0.4", "threshold = nan", ["'relu'", "threshold"]),
        ("threshold = 0.4", "threshold = 0.4\nleaderboard = 1", ["'relu'", "leaderboard"]),
        ("limits = { cpu_s = 45 }", "limits = 45", ["'dropout'", "limits"]),
        ("limits = { cpu_s = 45 }", "calibration = { seed = 1 }", ["'dropout'", "calibration"]),
        ("limits = { cpu_s = 45 }", "limits = { cpu_s = true }", ["'dropout'", "limits", "cpu_s"]),
    ],
)
def test_a_wrong_value_is_named_with_its_entry_and_what_is_wanted(
    root: Path, old: str, new: str, parts: list[str]
):
    message = refusal(root, old, new)
    for part in parts:
        assert part in message


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("seed = 7\n", ["missing key `seed`"]),
        ("output_kib = 1024\n", ["[limits]", "missing key `output_kib`"]),
        ("threshold = 0.4\n", ["'relu'", "missing key `threshold`"]),
        ("epochs = 5\n", ["'relu'", "missing key `epochs`"]),
        ('slug = "relu"\n', ["assignment 1", "missing key `slug`"]),
    ],
)
def test_a_missing_key_is_named_with_its_entry(root: Path, line: str, parts: list[str]):
    message = refusal(root, line, "")
    for part in parts:
        assert part in message


def test_a_course_without_assignments_is_refused(root: Path):
    _, _, entries = MANIFEST.partition("[[assignments]]")
    assert "assignments" in refusal(root, "[[assignments]]" + entries, "")


def test_a_slug_given_twice_is_refused(root: Path):
    assert "two assignments have the slug 'relu'" in refusal(root, '"dropout"', '"relu"')


@pytest.mark.parametrize("slug", ["batch-norm", "2layers", "class", "../relu"])
def test_a_slug_that_cannot_name_a_module_is_refused(root: Path, slug: str):
    assert f"slug {slug!r} cannot name a Python module" in refusal(root, '"relu"', f'"{slug}"')


def test_a_slug_without_a_check_file_is_answered_with_the_nearest_check(root: Path):
    message = refusal(root, '"dropout"', '"dropuot"')
    assert message == "course.toml: no check file for 'dropuot'; did you mean 'dropout'?"


def test_a_slug_with_neither_stub_nor_solution_is_refused(root: Path):
    (root / "assignments" / "relu.py").unlink()
    with pytest.raises(CourseError, match=r"^course\.toml: no stub file for 'relu'; "):
        load_course(root)


def test_a_stub_that_a_student_deleted_does_not_take_the_course_away(root: Path):
    (root / "assignments" / "relu.py").unlink()
    (root / "solutions" / "relu.py").touch()
    assert "relu" in load_course(root).slugs


@pytest.mark.parametrize(
    "kept", ["stubs", ".grader/stubs"]
)  # of an exported copy, of a released one
def test_a_stub_that_is_kept_elsewhere_is_enough(root: Path, kept: str):
    (root / "assignments" / "relu.py").rename(root / "relu.py")
    (root / kept).mkdir(parents=True)
    (root / "relu.py").rename(root / kept / "relu.py")
    assert "relu" in load_course(root).slugs


def test_a_course_says_what_its_rosters_columns_are_called(root: Path):
    table = '[roster]\nidentifier = "Kennziffer"\nemail = ["Uni-Mail", "Mail 2"]\n'
    write_manifest(root, MANIFEST + table)
    headings = load_course(root).roster.headings
    assert headings == {"identifier": ("Kennziffer",), "email": ("Uni-Mail", "Mail 2")}
    write_manifest(root, f"{MANIFEST}{table}teams = true\n")
    assert load_course(root).roster.teams and load_course(root).roster.headings == headings
    write_manifest(root, MANIFEST + table.replace("identifier", "identifer"))
    with pytest.raises(CourseError, match=r"\[roster\]: unknown key 'identifer'; did you mean"):
        load_course(root)


def test_importing_it_imports_nothing_heavy():
    heavy = {"torch", "numpy", "pytest"}
    program = f"import sys, grader.course.manifest; print({heavy}.intersection(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"


# ---------------------------------------------------------------- due dates


def with_dates(root: Path, top: str, late: str = "", relu: str = "") -> Course:
    text = MANIFEST.replace('title = "ReLU"', f'title = "ReLU"\n{relu}', 1)
    write_manifest(root, f"{top}\n{text}\n{late}\n")
    return load_course(root)


@pytest.mark.parametrize(
    ("due", "utc"),
    [
        ("2026-10-31T23:59:00", "2026-10-31 22:59:00+00:00"),
        ("2026-10-01T23:59:00", "2026-10-01 21:59:00+00:00"),  # summer time
        ("2026-10-31T23:59:00-05:00", "2026-11-01 04:59:00+00:00"),
        ("2026-10-31", "2026-10-31 22:59:59.999999+00:00"),
    ],
)
def test_a_due_date_is_in_the_courses_zone_unless_it_names_one(root: Path, due: str, utc: str):
    course = with_dates(root, 'timezone = "Europe/Copenhagen"', relu=f"due = {due}")
    found = course.due("relu")
    assert found is not None and str(found.astimezone(UTC)) == utc
    assert found.tzinfo is course.zone
    assert course.due("dropout") is None and course.has_due_dates


def test_the_late_table_of_earlier_courses_holds_for_all_assignments(root: Path):
    late = "[late]\ndue = 2026-10-31T23:59:00+01:00\npercent_a_day = 10\ngrace_minutes = 15"
    course = with_dates(root, "", late)
    assert course.due("relu") == course.due("dropout") == datetime(2026, 10, 31, 22, 59, tzinfo=UTC)
    assert course.late_rule("relu").percent_a_day == 10
    assert course.zone.utcoffset(None) == timedelta(hours=1)  # as times of rosters always were


def test_an_assignment_overrides_the_late_rule_key_by_key(root: Path):
    course = with_dates(
        root,
        'timezone = "UTC"',
        '[late]\ngrace_minutes = 15\npercent_a_day = 10\nfree_days = 3\ncounts = "best"',
        "due = 2026-10-31\nlate = { percent_a_day = 20 }",
    )
    rules = [(r.grace_minutes, r.percent_a_day) for r in map(course.late_rule, course.slugs)]
    assert rules == [(15, 20), (15, 10)]
    assert course.late is not None and (course.late.free_days, course.late.counts) == (3, "best")


@pytest.mark.parametrize(
    ("top", "late", "relu", "told"),
    [
        ("", "", "due = 2026-10-31", "assignment 'relu': due: .* is in no zone"),
        ("", "[late]\ndue = 2026-10-31T12:00:00", "", r"\[late\]: due: .* is in no zone"),
        ('timezone = "Europe/Kopenhagen"', "", "", "did you mean 'Europe/Copenhagen'"),
        ('timezone = "../etc/passwd"', "", "", "timezone: there is no zone"),
        ('timezone = "UTC"', "", "due = 0001-01-01", "is no year of a course's"),
        ('timezone = "UTC"', "", "due = 5", "assignment 'relu': due: expected"),
        ("", "", "late = { free_days = 1 }", "unknown key 'free_days'"),
        ("", '[late]\ncounts = "first"', "", r"\[late\]: counts"),
        ("", '[canvas.columns]\nrelo = "HW 1"', "", "no assignment 'relo'; did you mean 'relu'"),
    ],
)
def test_a_wrong_date_zone_or_rule_is_named_with_its_place(
    root: Path, top: str, late: str, relu: str, told: str
):
    with pytest.raises(CourseError, match=told):
        with_dates(root, top, late, relu)
