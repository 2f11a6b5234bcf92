"""Reset: the stub comes back, and nothing that a student wrote is lost."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from helpers.commands import RunGrader
from helpers.repository import REPOSITORY, solution
from typer.testing import CliRunner

from grader.cli.app import app
from grader.course.manifest import load_course
from grader.course.stubs import make_stub
from grader.submissions.notebook import make_notebook
from grader.workbench.reset import ResetError, reset_assignment

STUB = make_stub(solution("relu"))


@pytest.fixture
def module(tmp_path: Path) -> Path:
    """relu.py in a student's copy of the repository, solved."""
    path = tmp_path / "assignments" / "relu.py"
    path.parent.mkdir()
    path.write_text(solution("relu"), encoding="utf-8")
    return path


def names(module: Path) -> list[str]:
    return sorted(path.name for path in module.parent.iterdir())


def test_the_stub_comes_back_and_the_old_file_lies_beside_it(
    run_grader: RunGrader, module: Path
) -> None:
    ran = run_grader("reset", "relu", cwd=module.parent)
    assert (ran.status, ran.stderr) == (0, "")
    assert "assignments/relu.py.1" in ran.stdout
    assert module.read_text(encoding="utf-8") == STUB
    assert module.with_name("relu.py.1").read_text(encoding="utf-8") == solution("relu")
    assert names(module) == ["relu.py", "relu.py.1"]


def test_a_notebook_is_made_anew_as_well_and_the_old_one_kept(
    run_grader: RunGrader, module: Path
) -> None:
    notebook = module.with_name("relu.ipynb")
    notebook.write_text("my work", encoding="utf-8")
    ran = run_grader("reset", "relu", cwd=module.parent)
    assert (ran.status, ran.stderr) == (0, "")
    assert notebook.read_bytes() == make_notebook(STUB, "relu", trains=True)
    assert notebook.with_name("relu.ipynb.1").read_text() == "my work"
    assert run_grader("reset", "relu", cwd=module.parent).status == 0
    assert names(module) == ["relu.ipynb", "relu.ipynb.1", "relu.py", "relu.py.1"]


def test_an_older_kept_file_is_never_overwritten(run_grader: RunGrader, module: Path) -> None:
    module.with_name("relu.py.1").write_text("older")
    module.with_name("relu.py.2").symlink_to("nowhere")
    ran = run_grader("reset", "relu", cwd=module.parent)
    assert "assignments/relu.py.3" in ran.stdout
    assert module.with_name("relu.py.1").read_text() == "older"
    assert module.with_name("relu.py.2").is_symlink()
    assert module.with_name("relu.py.3").read_text(encoding="utf-8") == solution("relu")


def test_links_are_kept_as_links_and_what_they_point_to_stays(
    run_grader: RunGrader, module: Path
) -> None:
    target = module.with_name("elsewhere.py")
    module.rename(target)
    module.symlink_to("elsewhere.py")
    assert run_grader("reset", "relu", cwd=module.parent).status == 0
    assert not module.is_symlink()
    assert module.read_text(encoding="utf-8") == STUB
    assert target.read_text(encoding="utf-8") == solution("relu")
    assert module.with_name("relu.py.1").readlink() == Path("elsewhere.py")


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"x" * 100_000])
def test_whatever_the_file_holds_is_kept_to_the_byte(
    run_grader: RunGrader, module: Path, content: bytes
) -> None:
    module.write_bytes(content)
    assert run_grader("reset", "relu", cwd=module.parent).status == 0
    assert module.with_name("relu.py.1").read_bytes() == content


def test_a_missing_module_and_an_untouched_one_leave_nothing_behind(
    run_grader: RunGrader, module: Path
) -> None:
    module.unlink()
    for _ in range(2):
        ran = run_grader("reset", "relu", cwd=module.parent)
        assert ran.status == 0
        assert "kept" not in ran.stdout
        assert module.read_text(encoding="utf-8") == STUB
        assert names(module) == ["relu.py"]


def test_a_folder_in_the_modules_place_is_left_alone(run_grader: RunGrader, module: Path) -> None:
    module.unlink()
    module.mkdir()
    ran = run_grader("reset", "relu", cwd=module.parent)
    assert ran.status == 2
    assert ran.stderr == "grader: relu.py is not a file; move it away, then try again\n"
    assert module.is_dir()


@pytest.mark.parametrize("suffix", [".py", ".ipynb"])
def test_module_and_notebook_are_both_brought_back_or_neither(tmp_path: Path, suffix: str) -> None:
    places = {each: tmp_path / f"relu{each}" for each in (".py", ".ipynb")}
    for each, path in places.items():
        if each == suffix:
            path.mkdir()
        else:
            path.write_text("my work")
    with pytest.raises(ResetError, match=f"relu{suffix} is not a file"):
        reset_assignment(load_course(), tmp_path, "relu")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["relu.ipynb", "relu.py"]
    assert [p.read_text() for e, p in places.items() if e != suffix] == ["my work"]


def test_a_repository_without_solutions_gives_back_its_stored_stub(
    run_grader: RunGrader, tmp_path: Path
) -> None:
    root = tmp_path / "released"
    for name in ("grader", "assignments"):
        shutil.copytree(REPOSITORY / name, root / name)
    module = root / "assignments" / "relu.py"
    module.write_text("my work")
    ran = run_grader("reset", "relu", cwd=root, root=root)
    assert ran.status == 2
    assert ran.stderr.startswith("grader: no copy of the stub is at hand")
    assert module.read_text() == "my work"
    assert not module.with_name("relu.py.1").exists()

    stubs = root / ".grader" / "stubs"
    stubs.mkdir(parents=True)
    (stubs / "relu.py").write_text(STUB, encoding="utf-8")
    assert run_grader("reset", "relu", cwd=root, root=root).status == 0
    assert module.read_text(encoding="utf-8") == STUB
    assert module.with_name("relu.py.1").read_text() == "my work"


def test_an_unknown_assignment_is_wrong_usage(run_grader: RunGrader, module: Path) -> None:
    ran = run_grader("reset", "rleu", cwd=module.parent)
    assert (ran.status, ran.stdout) == (2, "")
    assert "no assignment" in ran.stderr
    assert names(module) == ["relu.py"]


def test_what_was_kept_is_neither_checked_nor_handed_in(
    run_grader: RunGrader, module: Path
) -> None:
    folder = module.parent
    assert run_grader("reset", "relu", cwd=folder).status == 0
    assert "stub is unchanged" in run_grader("check", "relu", cwd=folder).stdout
    assert "stub is unchanged" in run_grader("grade", folder, "--only", "relu").stdout
    # Without the stub, a download is numbered like that as well.
    module.unlink()
    graded = run_grader("grade", folder, "--only", "relu")
    assert "10/10" in graded.stdout and "relu.py.1" in graded.stdout


@pytest.mark.parametrize("slug", ["relu", "l1"])  # which trains, and which does not
def test_a_notebook_comes_back_as_it_is_made(tmp_path: Path, slug: str) -> None:
    course, notebook = load_course(REPOSITORY), tmp_path / f"{slug}.ipynb"
    trains = bool(course.assignment(slug).epochs)
    made = make_notebook(make_stub(solution(slug)), slug, trains=trains)
    assert (b".curves" in made) == trains == (slug == "relu")
    notebook.write_text("{}")
    reset_assignment(course, tmp_path, slug)
    assert notebook.read_bytes() == made
    asked = ["notebook", slug, "--output", str(tmp_path / "new.ipynb")]
    assert CliRunner().invoke(app, asked).exit_code == 0
    assert (tmp_path / "new.ipynb").read_bytes() == made
