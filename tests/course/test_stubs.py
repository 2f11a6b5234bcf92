"""Stubs: derived from the solutions, in step with them, without the answer, and not yet done."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from types import ModuleType

import pytest
from helpers.commands import Ran, RunGrader

from grader.course.stubs import StubError, drifted_stubs, make_stub, write_stubs

REPOSITORY = Path(__file__).resolve().parents[2]
KINDS = ("relu", "adam", "l1")  # a network, an optimizer, a function; the audit grades all

SOLUTION = """\
def double(x):
    before = x
    # BEGIN SOLUTION: double x, and say "done"
    y = 2 * x
    # with care
    # END SOLUTION
    return y
"""


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"{path.parent.name}_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def build(module: ModuleType) -> None:
    """Do with a module what its assignment is about, as far as a stub could go."""
    import torch

    if hasattr(module, "Net"):
        module.Net(4, 3, 2)(torch.zeros(2, 4))
    elif hasattr(module, "make_optimizer"):
        module.make_optimizer([torch.nn.Parameter(torch.zeros(2))])
    else:
        rows, targets = torch.zeros(6, 4), torch.zeros(6, dtype=torch.int64)
        net = torch.nn.Linear(4, 3)
        module.compute_loss(net, net(rows), targets, 0.1)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with one solution and no stub yet."""
    (tmp_path / "assignments").mkdir()
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions" / "double.py").write_text(SOLUTION, encoding="utf-8")
    return tmp_path


# The committed stubs


def test_the_committed_stubs_are_what_the_solutions_give():
    assert list(drifted_stubs(REPOSITORY)) == []


@pytest.mark.parametrize("slug", KINDS)
def test_a_stub_imports_and_says_what_is_to_be_written(slug: str):
    stub = load(REPOSITORY / "assignments" / f"{slug}.py")
    with pytest.raises(NotImplementedError, match=r"^Write this part: \w"):
        build(stub)


@pytest.mark.parametrize("slug", KINDS)
def test_a_solution_runs_where_its_stub_does_not(slug: str):
    build(load(REPOSITORY / "solutions" / f"{slug}.py"))


@pytest.mark.parametrize("slug", KINDS)
def test_no_line_of_a_solutions_blocks_is_in_its_stub(slug: str):
    solution = (REPOSITORY / "solutions" / f"{slug}.py").read_text(encoding="utf-8")
    stub = make_stub(solution)
    blocks = [part.split("# END SOLUTION")[0] for part in solution.split("# BEGIN SOLUTION")[1:]]
    code = [line.split("  #")[0].strip() for block in blocks for line in block.splitlines()[1:]]
    assert any(code)
    assert [line for line in code if line and line in stub] == []


@pytest.mark.parametrize("slug", KINDS)
def test_a_stub_teaches_and_says_how_to_try_it(slug: str):
    text = load(REPOSITORY / "assignments" / f"{slug}.py").__doc__
    assert text is not None
    for part in ("Why it matters.", "What to do.", f"grader check {slug}"):
        assert part in text


# Deriving


def test_a_block_becomes_one_line_at_its_indentation():
    assert make_stub(SOLUTION) == (
        "def double(x):\n"
        "    before = x\n"
        '    raise NotImplementedError("Write this part: double x, and say \\"done\\"")\n'
        "    return y\n"
    )


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "a = 1\n# BEGIN SOLUTION: b\nb = 2\n",
            r"^double\.py:2: BEGIN SOLUTION without an END SOLUTION",
        ),
        (
            "a = 1\n# END SOLUTION\n",
            r"^double\.py:2: END SOLUTION without a BEGIN SOLUTION",
        ),
        (
            "# BEGIN SOLUTION: a\n# BEGIN SOLUTION: b\nb = 2\n# END SOLUTION\n# END SOLUTION\n",
            r"^double\.py:2: BEGIN SOLUTION inside the block begun at line 1",
        ),
        ("a = 1\n", r"^double\.py:1: no BEGIN SOLUTION"),
        ("# BEGIN SOLUTION\na = 1\n# END SOLUTION\n", r"^double\.py:1: not a mark"),
        ("#BEGIN SOLUTION: a\na = 1\n# END SOLUTION\n", r"^double\.py:1: not a mark"),
        ("# begin solution: a\na = 1\n# END SOLUTION\n", r"^double\.py:1: not a mark"),
        ("# BEGIN SOLUTION: a\na = 1  # END SOLUTION\n", r"^double\.py:2: not a mark"),
        ("# BEGIN SOLUTION: a\na = 1\n# END SOLUTION.\n", r"^double\.py:3: not a mark"),
    ],
    ids=[
        "no end",
        "no begin",
        "nested",
        "no marks",
        "no task",
        "no space",
        "lower case",
        "end after code",
        "end with a full stop",
    ],
)
def test_a_wrong_mark_is_named_with_file_and_line(source: str, message: str):
    with pytest.raises(StubError, match=message):
        make_stub(source, "double.py")


# Writing


def test_stubs_are_written_once_and_then_left_alone(root: Path):
    stub = root / "assignments" / "double.py"
    assert write_stubs(root) == [stub]
    assert stub.read_text(encoding="utf-8") == make_stub(SOLUTION)
    assert write_stubs(root) == []
    assert sorted(path.name for path in stub.parent.iterdir()) == ["double.py"]


def test_a_wrong_mark_stops_before_anything_is_written(root: Path):
    (root / "solutions" / "triple.py").write_text("# END SOLUTION\n", encoding="utf-8")
    with pytest.raises(StubError, match=r"^solutions/triple\.py:1: END SOLUTION without"):
        write_stubs(root)
    assert list((root / "assignments").iterdir()) == []


def test_the_command_lists_what_drifted_and_writes_only_when_asked(
    small_course: Path, tmp_path: Path, run_grader: RunGrader
):
    root = tmp_path / "course"
    shutil.copytree(small_course, root)
    assert run_grader("stubs", "--check", cwd=root, root=root) == Ran(0, "", "")
    stub = root / "assignments" / "relu.py"
    stub.write_text("# mine\n", encoding="utf-8")
    said = "assignments/relu.py: drifted; run grader stubs\n"
    assert run_grader("stubs", "--check", cwd=root, root=root) == Ran(1, said, "")
    assert stub.read_text(encoding="utf-8") == "# mine\n"
    assert run_grader("stubs", cwd=root, root=root) == Ran(0, "assignments/relu.py: written\n", "")
    assert drifted_stubs(root) == {}


def test_a_copy_without_solutions_has_no_stubs_to_write(tmp_path: Path) -> None:
    for make in (drifted_stubs, write_stubs):
        with pytest.raises(StubError, match="no solutions/ folder"):
            make(tmp_path)
