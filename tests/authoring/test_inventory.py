"""What belongs to the course goes out, and what lies beside it stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.clones import git
from helpers.commands import RunGrader
from helpers.repository import REPOSITORY, copy_repository

from grader.authoring.handout import visible_checks
from grader.authoring.inventory import CONTRACT, DOCS, inventory, named_data, named_package, tracked
from grader.course.manifest import load_course
from grader.hosts.bundle import course_files

RELU = (REPOSITORY / "solutions" / "relu.py").read_text(encoding="utf-8")
STRAYS = (
    "data_cache/notes.txt", "data_cache/grades.csv", "data_cache/relu.py",
    "data_cache/MNIST/raw/train-images-idx3-ubyte.gz", "data_cache/MNIST/raw/labels (copy)",
    "data_cache/.DS_Store", "data_cache/._SHA256SUMS", "data_cache/Thumbs.db",
    "data_cache/results/results.sqlite", "data_cache/SHA256SUMS.orig",
    "grader/solutions/relu.py", "grader/relu.py", "grader/cli/scratch.py",
    "grader/cli/app.py~", "grader/cli/app.py.bak", "grader/cli/#app.py#", "grader/cli/.app.py.swp",
    "grader/cli/app (1).py", "grader/cli/app copy.py", "grader/cli/app.py.orig",
    "grader/cli/.ipynb_checkpoints/app-checkpoint.py", "grader/cli/Untitled.ipynb",
    "grader/cli/__pycache__/app.cpython-311.pyc", "grader/cli/.mypy_cache/app.json",
    "grader/checks/relu.py", "grader/checks/kit/relu_solution.py", "grader/checks/kit/answers.py",
    "grader/checks/test_relu_old.py", "grader/checks/test_relu.py.20261127-101500.bak",
    "grader/checks/misconceptions/relu (copy).py", "grader/checks/misconceptions/todo.py",
    "grader/site/templates/class (1).html", "grader/site/assets/old.css",
    "grader/docs/exam.md", "grader/hosts/templates/setup.sh.save", "grader/nohup.out",
    "assignments/relu.py.20261127-101500", "assignments/relu.py.1", "assignments/solutions.zip",
    "assignments/.ipynb_checkpoints/lesson-checkpoint.ipynb", "assignments/lesson-Copy1.ipynb",
)  # fmt: skip


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An unpacked copy of the course's repository, without its history."""
    return copy_repository(tmp_path / "course")


def put(root: Path, *names: str, text: str = RELU) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


def names_of(root: Path) -> set[str]:
    return {str(name) for name in inventory(load_course(root))}


def test_the_course_names_all_that_is_tracked_but_the_instructors_guides() -> None:
    course = load_course(REPOSITORY)
    kept = set(tracked(REPOSITORY))
    if not kept:
        pytest.skip("needs the repository's history: it says what is tracked")
    named = named_package(course) | set(named_data(course))
    assert kept - named == {n for n in kept if n.is_relative_to(DOCS)} - {CONTRACT}
    assert inventory(course) == named


def test_strays_go_out_to_nobody_where_there_is_no_history(
    run_grader: RunGrader, root: Path, tmp_path: Path
) -> None:
    before = names_of(root)
    put(root, *STRAYS)
    course = load_course(root)
    kept = inventory(course)
    assert {str(name) for name in kept} == before
    exported = course_files(course, kept).keys()
    assert before <= exported
    assert not exported & set(STRAYS)

    ran = run_grader("release", tmp_path / "out", root=root, cwd=root)
    assert ran.status == 0, ran.stderr
    assert [name for name in STRAYS if (tmp_path / "out" / name).exists()] == []


def test_strays_go_out_to_nobody_where_git_does_not_track_them(root: Path) -> None:
    before = names_of(root)
    git(root, "init", "--quiet")
    git(root, "add", "--all", "--force")
    put(root, *STRAYS)
    assert names_of(root) == before


def test_what_git_tracks_goes_out_although_nothing_names_it(root: Path) -> None:
    git(root, "init", "--quiet")
    put(root, "data_cache/FashionMNIST/labels", "grader/course/notes é.txt", "grader/gone.txt")
    git(root, "add", "--all", "--force")
    (root / "grader" / "gone.txt").unlink()
    added = {"data_cache/FashionMNIST/labels", "grader/course/notes é.txt"}
    assert added <= names_of(root)
    assert "grader/gone.txt" not in names_of(root)


def test_a_new_check_file_brings_along_what_it_imports(root: Path) -> None:
    git(root, "init", "--quiet")
    git(root, "add", "--all", "--force")
    put(root, "grader/checks/kit/fresh.py", "grader/checks/kit/fresher/__init__.py", text="")
    put(root, "grader/checks/kit/fresher/x.py", text="")
    path = root / "grader" / "checks" / "test_relu.py"
    text = path.read_text(encoding="utf-8")
    imports = "from grader.checks.kit import fresh\nimport grader.checks.kit.fresher.x\n"
    path.write_text(text.replace("import numpy", f"{imports}import numpy"), encoding="utf-8")
    added = {f"grader/checks/kit/{name}" for name in ("fresh.py", "fresher/__init__.py")}
    course = load_course(root)
    visible = visible_checks(course, {}, inventory(course))
    assert added | {"grader/checks/kit/fresher/x.py"} <= visible.keys()


IMPORTS_WHAT_IS_LINKED = "import grader.checks.kit.linked_folder.private\n"


def test_links_are_left_out(root: Path, tmp_path: Path) -> None:
    put(tmp_path, "private.py", "folder/private.py")
    (root / "grader" / "checks" / "kit" / "linked.py").symlink_to(tmp_path / "private.py")
    (root / "data_cache" / "linked").symlink_to(tmp_path)
    (root / "grader" / "checks" / "kit" / "linked_folder").symlink_to(tmp_path / "folder")
    put(root, "grader/checks/misconceptions/relu.py", text=IMPORTS_WHAT_IS_LINKED)
    git(root, "init", "--quiet")
    git(root, "add", "--all", "--force")
    assert not [name for name in names_of(root) if "linked" in name]


def test_another_repository_that_a_hook_names_is_not_asked(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(REPOSITORY / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(REPOSITORY))
    put(root, "grader/hosts/templates/setup.sh.save")
    assert list(tracked(root)) == []
