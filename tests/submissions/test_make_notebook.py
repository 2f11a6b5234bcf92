"""Notebooks made of stubs: `grader notebook`, and a student who goes on from there."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
from helpers.commands import RunGrader
from helpers.repository import copy_with_short_trainings, solution
from nbformat import v4

from grader.course.stubs import make_stub
from grader.submissions.notebook import make_notebook, split_module


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A student's copy of the repository."""
    return copy_with_short_trainings(tmp_path_factory.mktemp("repository") / "course")


def test_a_student_goes_from_a_notebook_to_full_marks(
    run_grader: RunGrader, repository: Path
) -> None:
    ran = run_grader("notebook", "relu", cwd=repository / "data_cache", root=repository)
    path = repository / "assignments" / "relu.ipynb"
    said = "../assignments/relu.ipynb: written. Open it, and once it is saved: grader check relu\n"
    assert (ran.status, ran.stdout.replace("\\", "/")) == (0, said)
    nbformat.validate(made := nbformat.read(path, 4))
    assert made.cells[0].source.startswith("# ReLU: the rectified linear unit")
    kinds = [cell.cell_type for cell in made.cells]
    assert kinds == ["markdown", "code", "code", "markdown", "code", "code"]  # the last ones check

    ran = run_grader("check", "relu", cwd=repository, root=repository)
    assert "the stub is unchanged" in ran.stdout

    made.cells[2].source = made.cells[2].source.replace(
        'raise NotImplementedError("Write this part: rectify every entry of x, the hidden layer")',
        "x = x.clamp(min=0)",
    )
    made.cells.append(v4.new_code_cell("net = Net(784, 512, 10)\nprint(net)"))
    nbformat.write(made, path)
    ran = run_grader("check", "relu", cwd=repository, root=repository)
    assert ran.status == 0, ran.stdout
    assert "ReLU (relu)  10/10" in ran.stdout

    # A second answer, in the module: neither is guessed.
    shutil.copyfile(repository / "solutions/relu.py", repository / "assignments/relu.py")
    ran = run_grader("check", "relu", cwd=repository, root=repository)
    assert ran.status == 1
    assert (
        "relu.py and relu.ipynb: both are there, and they differ; remove one of them" in ran.stdout
    )

    written = path.read_bytes()
    ran = run_grader("notebook", "relu", cwd=repository, root=repository)
    assert ran.status == 2
    assert "is there already" in ran.stderr
    assert "grader reset" in ran.stderr
    assert path.read_bytes() == written


def test_the_same_stub_gives_the_same_notebook(run_grader: RunGrader, tmp_path: Path) -> None:
    assert run_grader("notebook", "adam", "--output", tmp_path / "a.ipynb").status == 0
    written = (tmp_path / "a.ipynb").read_bytes()
    assert written == make_notebook(make_stub(solution("adam")), "adam", trains=True)
    assert b"BEGIN SOLUTION" not in written


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["rellu"], "rellu"),
        (["relu", "--output", "nowhere/relu.ipynb"], "there is no folder nowhere"),
        (["relu", "--output", "relu.notebook"], "relu.notebook should end in .ipynb"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_why(
    run_grader: RunGrader, arguments: list[str], words: str
) -> None:
    ran = run_grader("notebook", *arguments)
    assert ran.status == 2
    assert words in ran.stderr


def test_help_shows_an_example(run_grader: RunGrader) -> None:
    assert "Example: grader notebook" in run_grader("notebook", "--help").stdout


def test_a_module_in_many_pieces_stays_whole() -> None:
    module = (
        '"""Title.\n\nText.\n"""\n\n# Above.\nimport torch\n\nA = 1\n'
        "\n\n# Of f.\n@torch.no_grad()\n"
        "def f():\n    pass\n\n\nB = 2  # Two.\n\n\nclass C:\n    pass\n# End.\n"
    )
    text, code = split_module(module)
    assert text == "Title.\n\nText."
    assert code == [
        "# Above.\nimport torch\n\nA = 1",
        "# Of f.\n@torch.no_grad()\ndef f():\n    pass",
        "B = 2  # Two.",
        "class C:\n    pass\n# End.",
    ]
    assert split_module("x = 1\n") == ("", ["x = 1"])
    assert split_module("") == ("", [])
