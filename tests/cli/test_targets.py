"""What students name an assignment by: a slug in any spelling, or the file that they write."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
import typer
from helpers.commands import RunGrader
from helpers.machine import on_posix
from helpers.repository import REPOSITORY, solution

from grader.cli.common import exit_status, meant_by, refuse_results, select
from grader.cli.outputs import STDOUT, Outputs
from grader.cli.workbench import refuse_elsewhere
from grader.course.manifest import load_course
from grader.gradebook.keeping.database import FILE

COURSE = load_course(REPOSITORY)


@pytest.mark.parametrize(
    ("target", "slug"),
    [
        ("relu", "relu"),
        ("ReLU", "relu"),
        ("relu.py", "relu"),
        ("assignments/relu.py", "relu"),
        ("./assignments/relu.ipynb", "relu"),
        ("assignments\\relu.py", "relu"),
        ("/home/jane/course/assignments/relu (1).py", "relu"),
        ("Batch-Norm", "batchnorm"),
        ("batch norm", "batchnorm"),
        ("KaimingInit", "kaiming_init"),
        ("kaiming-init.py", "kaiming_init"),
        ("kaiming initialisation", "kaiming_init"),
        ("L2", "l2"),
        ("leaky_relu_elu.py", "leaky_relu_elu"),
    ],
)
def test_an_assignment_is_known_by_any_of_its_names(target: str, slug: str) -> None:
    assert meant_by(COURSE, target) == slug


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("rleu", "did you mean 'relu'?"),
        ("rleu.py", "did you mean 'relu'?"),
        ("assignments/dropuot.py", "did you mean 'dropout'?"),
        ("test_relu.py", "did you mean 'relu'?"),
        ("zzz", f"there are {COURSE.slugs[0]}"),
        ("", f"there are {COURSE.slugs[0]}"),
    ],
)
def test_a_mistyped_name_gets_a_suggestion(target: str, words: str) -> None:
    with pytest.raises(typer.BadParameter) as caught:
        meant_by(COURSE, target)
    assert words in str(caught.value)


def test_the_same_assignment_twice_is_selected_once_in_the_courses_order() -> None:
    selected = select(COURSE, ["relu.py", "kaiming_init", "ReLU"])
    assert [assignment.slug for assignment in selected] == ["kaiming_init", "relu"]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A student's copy of the repository, as far as reading it goes."""
    shutil.copytree(REPOSITORY / "assignments", tmp_path / "clone" / "assignments")
    (tmp_path / "clone" / "assignments" / "relu.py").write_text(solution("relu"))
    return tmp_path / "clone"


@pytest.mark.parametrize("target", ["assignments/relu.py", "relu.py"])
def test_check_takes_the_file_that_is_written(
    run_grader: RunGrader, clone: Path, target: str
) -> None:
    cwd = clone if target.startswith("assignments") else clone / "assignments"
    ran = run_grader("check", target, cwd=cwd)
    assert "10/10" in ran.stdout
    assert ran.status == 0


def test_check_refuses_a_file_that_lies_elsewhere(
    run_grader: RunGrader, clone: Path, tmp_path: Path
) -> None:
    (tmp_path / "relu.py").write_text(solution("relu"))
    ran = run_grader("check", "../relu.py", cwd=clone)
    assert ran.status == 2
    assert "grader grade ../relu.py" in " ".join(ran.stderr.split())


def test_a_command_that_is_told_can_be_typed_as_it_stands(tmp_path: Path) -> None:
    folder = tmp_path / "my results"
    folder.mkdir()
    (folder / FILE).touch()
    with pytest.raises(typer.BadParameter, match=f"--results '{folder}' "):
        refuse_results(folder)
    module = tmp_path / "my relu.py"
    module.touch()
    with pytest.raises(typer.BadParameter, match=f"grader grade '{module}' grades it"):
        refuse_elsewhere(folder, [str(module)])


def test_two_outputs_never_take_each_others_file(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    file, same = tmp_path / "a.svg", tmp_path / "sub" / ".." / "a.svg"
    for data, html, plot in ((file, same, None), (None, file, same)):
        with pytest.raises(typer.BadParameter, match="named for two outputs"):
            Outputs(data, None, None, html, github=False, plot=plot)
    Outputs(STDOUT, None, None, file, github=False, plot=tmp_path / "b.svg")


@on_posix
def test_a_device_is_not_replaced_by_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(typer.BadParameter, match="device or a pipe"):
        Outputs(None, Path(os.devnull), None, None, github=False)
    monkeypatch.setenv("GITHUB_OUTPUT", os.devnull)  # this is added to
    Outputs(None, None, None, None, github=True)


def test_a_path_that_cannot_be_looked_into_is_left_for_reading_to_tell() -> None:
    refuse_results(Path("x" * 300))


def test_what_went_wrong_is_one_line_that_acts_on_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for error in (OSError("a\n##[error]b\x1b[31m"), KeyError("a\n::c")):
        with pytest.raises(typer.Exit), exit_status():
            raise error
        said = capsys.readouterr().err
        assert said.startswith("grader: ") and said.count("\n") == 1
        assert not {"::", "##[", "\x1b"} & {said[i : i + n] for n in (1, 2, 3) for i in range(99)}


def test_a_class_is_sent_to_batch_and_a_results_folder_back(
    run_grader: RunGrader, tmp_path: Path
) -> None:
    for who, text in (("jane", solution("relu")), ("bob", "x = 1\n")):
        (tmp_path / "class" / who).mkdir(parents=True)
        (tmp_path / "class" / who / "relu.py").write_text(text)
    ran = run_grader("grade", "class", "--only", "relu", cwd=tmp_path)
    assert ran.status == 2
    assert "bob and jane look like several people's" in ran.stderr
    assert "grader batch class --results DIR" in ran.stderr
    assert (
        run_grader("batch", "class", "--results", "R", "--only", "relu", cwd=tmp_path).status == 0
    )
    ran = run_grader("batch", "R", "--results", "R2", cwd=tmp_path)
    assert ran.status == 2
    assert "R is a results folder" in ran.stderr
    ran = run_grader("grade", "class/bob", "R", cwd=tmp_path)
    assert ran.status == 2 and "R is a results folder" in ran.stderr
    assert "grader report --results R" in ran.stderr
    assert not (tmp_path / "R2").exists()


def test_what_takes_no_part_is_named_where_nothing_else_was_handed_in(
    run_grader: RunGrader, tmp_path: Path
) -> None:
    for folder, slugs in (("further", ("l1", "evaluate")), ("both", ("l1", "relu"))):
        (tmp_path / folder).mkdir()
        for slug in slugs:
            (tmp_path / folder / f"{slug}.py").write_text("x = 1\n")
    ran = run_grader("grade", "further", "both", "--only", "relu", cwd=tmp_path)
    told = [line for line in ran.stderr.splitlines() if "takes no part" in line]
    assert told == [
        "grader: further holds only what takes no part here (l1, evaluate); "
        "--only l1,evaluate grades that"
    ]


@pytest.mark.parametrize("option", ["json", "junitxml", "markdown", "html", "plot"])
def test_where_nothing_can_be_written_is_told_before_anything_is_graded(
    tmp_path: Path, option: str
) -> None:
    files = dict.fromkeys(("json", "junitxml", "markdown", "html", "plot"))
    for target, told in ((tmp_path / "no" / "x.png", "there is no folder"), (tmp_path, "a folder")):
        with pytest.raises(typer.BadParameter, match=told):
            Outputs(**files | {option: target}, github=False)  # type: ignore[arg-type]
    Outputs(**files | {option: tmp_path / "x.png"}, github=False)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "options",
    [
        ("--only", "relu,l2"),
        ("--only", "l2, ReLU"),
        ("--only", "relu", "--only", "l2"),
    ],
)
def test_several_assignments_are_named_at_once_or_one_by_one(
    options: tuple[str, ...], run_grader: RunGrader, tmp_path: Path
) -> None:
    (tmp_path / "ada").mkdir()
    ran = run_grader("grade", "ada", *options, "--seed", "0", "--json", "-", cwd=tmp_path)
    (report,) = json.loads(ran.stdout)["reports"]
    assert [a["slug"] for a in report["assignments"]] == ["relu", "l2"]
    assert report["seed"] == 0


def test_a_check_may_have_the_seed_0(run_grader: RunGrader, tmp_path: Path) -> None:
    work = tmp_path / "assignments"
    work.mkdir()
    shutil.copy(REPOSITORY / "assignments" / "relu.py", work)
    ran = run_grader("check", "relu", "--seed", "0", "--json", "-", cwd=tmp_path)
    assert json.loads(ran.stdout)["reports"][0]["seed"] == 0
