"""Results that a disk, or something else, has damaged: named, left out, and graded again."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from helpers.commands import RunGrader
from helpers.repository import hand_in, solution

from grader.course.manifest import load_course
from grader.gradebook.keeping.database import FILE, StoreError
from grader.gradebook.keeping.examine import examine_results
from grader.gradebook.keeping.lock import LOCK_FILE, batch_lock
from grader.gradebook.keeping.results import Result
from grader.gradebook.keeping.store import open_store
from grader.gradebook.keeping.stored import open_gradebook
from grader.grading.key import Key
from grader.report.model import AssignmentReport, CheckResult, Environment, Weights

EXPORT = ("export", "--format", "csv")


@pytest.fixture(scope="module")
def graded(run_grader: RunGrader, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a class of two and its results; not to be changed."""
    root = tmp_path_factory.mktemp("graded")
    hand_in(root / "class" / "ann", {"relu": solution("relu")})
    hand_in(root / "class" / "bob", {"relu": "x = 1\n"})
    assert batch(run_grader, root).status == 0
    return root


def batch(run_grader: RunGrader, root: Path):  # type: ignore[no-untyped-def]
    return run_grader("batch", root / "class", "--results", root / "results", "--only", "relu")


@pytest.fixture
def here(graded: Path, tmp_path: Path) -> Path:
    shutil.copytree(graded, tmp_path / "here")
    return tmp_path / "here"


def change(results: Path, statement: str, *values: object) -> None:
    with sqlite3.connect(results / FILE) as connection:
        connection.execute(statement, values)
    connection.close()


def edited(edit: Callable[[dict[str, object]], None]) -> Callable[[Path], None]:
    """Changes the report of the student who has points."""

    def damage(results: Path) -> None:
        with sqlite3.connect(results / FILE) as connection:
            (text,) = connection.execute("SELECT report FROM results WHERE score > 0").fetchone()
            report = msgspec.json.decode(text)
            edit(report)
            connection.execute(
                "UPDATE results SET report = ? WHERE score > 0", [msgspec.json.encode(report)]
            )
        connection.close()

    return damage


DAMAGES: dict[str, Callable[[Path], None]] = {
    "null for a number": edited(lambda report: report.update(score=None)),
    "another's": edited(lambda report: report.update(slug="adam")),
    "points below zero": edited(lambda report: report["checks"][0].update(points=-5)),  # type: ignore[index]
    "cut off": lambda results: change(
        results, "UPDATE results SET report = substr(report, 1, 100) WHERE score > 0"
    ),
    "no text": lambda results: change(
        results, "UPDATE results SET report = x'fffe00' WHERE score > 0"
    ),
    "another score": lambda results: change(
        results, "UPDATE results SET score = 1e308 WHERE score > 0"
    ),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_row_that_cannot_be_read_is_left_out(here: Path, damage: Callable[[Path], None]) -> None:
    damage(here / "results")
    with open_gradebook(load_course(), here / "results") as gradebook:
        finals = {entry.student.name: entry.final for entry in gradebook}
        assert finals == {"ann": None, "bob": 0}
        (line,) = gradebook.unreadable
    assert line.startswith("ann: relu: its result can't be read (")


def test_a_row_that_cannot_be_read_is_named_and_graded_again(
    here: Path, run_grader: RunGrader
) -> None:
    results = here / "results"
    before = run_grader(*EXPORT, "--results", results)
    DAMAGES["null for a number"](results)
    ran = run_grader(*EXPORT, "--results", results)
    assert ran.status == 0 and ran.stdout != before.stdout
    (line,) = ran.stderr.splitlines()
    assert line.startswith("grader: ann: relu: ") and line.endswith("grades it again")
    doctor = run_grader("doctor", "--results", results)
    assert doctor.status == 3 and "✗ ann: relu:" in doctor.stdout
    assert "1 assignment graded, 1 unchanged" in batch(run_grader, here).stderr
    assert run_grader(*EXPORT, "--results", results) == before
    doctor = run_grader("doctor", "--results", results)
    assert doctor.stdout == "✓ 2 students, every result can be read\n"


def test_a_damaged_database_is_one_line_that_says_what_to_do(
    here: Path, run_grader: RunGrader
) -> None:
    path = here / "results" / FILE
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 2)
        file.write(os.urandom(size // 4))
    found = list(examine_results(here / "results"))
    assert not any(ok for ok, _ in found)
    assert all("restore it from a backup" in text for _, text in found)
    path.write_bytes(b"garbage" * 1000)
    ran = run_grader(*EXPORT, "--results", here / "results")
    assert ran.status == 3
    assert "it is damaged: see grader doctor --results" in ran.stderr
    (found,) = examine_results(here / "results")
    assert not found[0] and "restore it from a backup" in found[1]


def test_an_empty_file_is_no_class(tmp_path: Path, run_grader: RunGrader) -> None:
    (tmp_path / FILE).touch()
    ran = run_grader(*EXPORT, "--results", tmp_path)
    assert ran.status == 3 and "holds no results; run grader batch" in ran.stderr
    with open_store(tmp_path, create=True) as store:  # where it is to be made, it is
        assert store.students() == []


@pytest.mark.parametrize("kind", ["garbage", "a folder"])
def test_a_lock_that_is_none_is_said_to_be(tmp_path: Path, kind: str) -> None:
    path = tmp_path / LOCK_FILE
    if kind == "garbage":
        path.write_bytes(b"garbage" * 1000)
    else:
        path.mkdir()
    with pytest.raises(StoreError, match="not a lock of grader's; remove it"), batch_lock(tmp_path):
        pass


def test_a_folder_in_the_databases_place_is_said_to_be_one(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(StoreError, match="is a folder; move it away"), open_store(tmp_path):
        pass


def test_a_folder_that_cannot_be_made_or_written_is_said_to_be(
    tmp_path: Path, run_grader: RunGrader
) -> None:
    hand_in(tmp_path / "class" / "ann", {"relu": "x = 1\n"})
    ran = run_grader("batch", tmp_path / "class", "--results", "/proc/results")
    assert ran.status == 3
    assert ran.stderr.count("\n") == 1 and "can't be made" in ran.stderr


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare")
def test_a_disk_that_is_read_only_is_said_to_be(here: Path, run_grader: RunGrader) -> None:
    script = (
        'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && touch "$0/x" 2>/dev/null'
        ' && exit 77; exec "$@"'
    )
    prefix = ("unshare", "--map-root-user", "--mount", "sh", "-c", script, str(here / "results"))
    ran = run_grader(
        "batch", here / "class", "--results", here / "results", "--seed", "9", prefix=prefix
    )
    if "mount" in ran.stderr or ran.status == 77:
        pytest.skip("this system lets nobody mount")
    assert ran.status == 3
    assert "let this user write there" in ran.stderr.splitlines()[-1]


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare")
@pytest.mark.parametrize("files", [1, 2, 3])  # the lock, the database, its journal
def test_a_disk_with_no_room_for_another_file_is_told(
    files: int, tmp_path: Path, run_grader: RunGrader
) -> None:
    hand_in(tmp_path / "class" / "ann", {"relu": "x = 1\n"})
    results = tmp_path / "results"
    results.mkdir()
    script = f'mount -t tmpfs -o nr_inodes={files + 1} tmpfs "$0" && exec "$@"'
    prefix = ("unshare", "--map-root-user", "--mount", "sh", "-c", script, str(results))
    ran = run_grader("batch", tmp_path / "class", "--results", results, prefix=prefix)
    if "mount" in ran.stderr:
        pytest.skip("this system lets nobody mount")
    assert ran.status == 3
    (line,) = ran.stderr.splitlines()
    assert "make room" in line


def test_what_could_not_be_read_again_is_not_stored(tmp_path: Path) -> None:
    check = CheckResult("test_x", "X", "passed", 5.0, 5.0, "", "", 0.0)
    report = AssignmentReport("relu", "ReLU", "passed", 5.0, 5.0, [check], None, "")
    weights = Weights("2/fan_in", False, [float("inf"), 1.0], [[], []])
    environment = Environment("1", "3", "2", "2", "Linux", {})
    key = Key("relu", "c", "k", 1, "{}")
    with open_store(tmp_path, create=True) as store:
        for wrong in (
            msgspec.structs.replace(report, picture=weights),
            msgspec.structs.replace(report, score=float("nan")),
            msgspec.structs.replace(report, slug="l2"),
        ):
            with pytest.raises(StoreError, match="a result of relu can't be stored: "):
                store.add_result(Result(key, environment, wrong, 1.0), ())
        assert store.result_id(key) is None
        store.add_result(Result(key, environment, report, 1.0), ())
        assert store.result_id(key) == 1
