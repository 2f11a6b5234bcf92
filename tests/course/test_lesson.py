"""The lesson: kept without outputs, and it runs, whatever the student has written so far."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
from helpers.machine import PATIENCE_S
from helpers.repository import REPOSITORY, solution
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from grader.course.manifest import load_course

COURSE = load_course(REPOSITORY)
LESSON = REPOSITORY / "assignments" / "lesson.ipynb"
# An assignment that was added need not be taught in the lesson.
TAUGHT = tuple(
    slug for slug in COURSE.slugs if f'compare(\\"{slug}\\"' in LESSON.read_text(encoding="utf-8")
)
LATE = ("relu", "adam")  # a network and an optimizer, written when the lesson has been run
WRITTEN = tuple(slug for slug in TAUGHT if slug not in LATE)
CELL_TIMEOUT_S = PATIENCE_S

# Half a minute of computing, which a busy machine may stretch.
pytestmark = pytest.mark.timeout(3_000)


def read_lesson(path: Path = LESSON) -> NotebookNode:
    return nbformat.read(path, as_version=nbformat.NO_CONVERT)


def cell_of(notebook: NotebookNode, cell_id: str) -> NotebookNode:
    (cell,) = [cell for cell in notebook.cells if cell.id == cell_id]
    return cell


def text_of(cell: NotebookNode) -> str:
    return "".join(output.text for output in cell.outputs if output.output_type == "stream")


def figures_of(cell: NotebookNode) -> int:
    return sum("image/png" in output.get("data", {}) for output in cell.outputs)


# ---------------------------------------------------------------- as it is kept


def test_it_is_a_valid_notebook_whose_cells_have_names() -> None:
    lesson = read_lesson()
    nbformat.validate(lesson)
    assert (lesson.nbformat, lesson.nbformat_minor) >= (4, 5)  # the first with ids
    ids = [cell.id for cell in lesson.cells]
    assert len(set(ids)) == len(ids)


def test_nothing_of_a_run_is_kept() -> None:
    """Clear all outputs before a commit: they are large, and differ with every run."""
    lesson = read_lesson()
    assert lesson.metadata.keys() == {"kernelspec", "language_info"}
    assert lesson.metadata.language_info == {"name": "python"}
    for cell in lesson.cells:
        assert not cell.metadata
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


def test_it_leads_into_assignments_of_the_course() -> None:
    lesson = read_lesson()
    compared = [
        re.match(r'compare\("(\w+)"', cell.source)
        for cell in lesson.cells
        if cell.cell_type == "code" and cell.source.startswith("compare(")
    ]
    assert {match and match[1] for match in compared} == set(TAUGHT)
    for slug in TAUGHT:
        assert f"`{slug}.py`" in cell_of(lesson, f"{slug}-questions").source


def test_only_torchvision_reads_the_digits_and_nothing_is_downloaded() -> None:
    source = "\n".join(cell.source for cell in read_lesson().cells if cell.cell_type == "code")
    assert 'MNIST(ROOT / "data_cache", train=train, download=False)' in source
    assert "://" not in source


def test_after_each_comparison_comes_a_check() -> None:
    cells = read_lesson().cells
    for cell, after in pairwise(cells):
        if cell.id in TAUGHT:
            assert (after.id, after.source) == (f"{cell.id}-check", f'check("{cell.id}")')


# ---------------------------------------------------------------- as it runs


def lay_out(root: Path, written: tuple[str, ...]) -> Path:
    """A repository as far as the lesson needs one, with some solutions in the stubs' places."""
    shutil.copytree(
        REPOSITORY / "assignments",
        root / "assignments",
        ignore=shutil.ignore_patterns("__pycache__", ".*"),
    )
    shutil.copytree(REPOSITORY / "data_cache", root / "data_cache")
    for slug in written:
        shutil.copy(REPOSITORY / "solutions" / f"{slug}.py", root / "assignments")
    return root


def shorten(lesson: NotebookNode, epochs: str, to: int) -> None:
    """Let those of the lesson's trainings that take `epochs` take so many."""
    settings = cell_of(lesson, "settings")
    settings.source, changed = re.subn(rf"(?m)^{epochs} = \d+", f"{epochs} = {to}", settings.source)
    assert changed == 1


def execute(lesson: NotebookNode, folder: Path) -> NotebookNode:
    """The lesson after a run in a fresh kernel started in `folder`; an error in it is raised."""
    from nbconvert.preprocessors import ExecutePreprocessor  # by which all collecting would wait

    executor = ExecutePreprocessor(timeout=CELL_TIMEOUT_S, kernel_name="python3")
    executed, _ = executor.preprocess(lesson, {"metadata": {"path": str(folder)}})
    return executed


@pytest.fixture(scope="module")
def quiet_jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Kernels leave their traces in a temporary folder, and start as on any other machine; but
    on one core, as threads that wait for each other while other tests run take twice the time."""
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("jupyter")
        for variable in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "MPLCONFIGDIR"):
            patch.setenv(variable, str(home / variable.lower()))
        patch.setenv("OMP_NUM_THREADS", "1")
        yield


@pytest.fixture(scope="module")
def executed(quiet_jupyter: None, tmp_path_factory: pytest.TempPathFactory) -> NotebookNode:
    """The lesson, run from its own folder with all assignments written but two; as it is kept,
    but for trainings that are as long as it takes to see what they show, and comparisons, which
    are all alike, of one epoch. At its end those two are written and their cells are run again.
    """
    root = lay_out(tmp_path_factory.mktemp("course"), WRITTEN)
    lesson = read_lesson(root / "assignments" / "lesson.ipynb")
    shorten(lesson, "EPOCHS", to=60)
    shorten(lesson, "PERMUTED_EPOCHS", to=6)
    shorten(lesson, "COMPARED_EPOCHS", to=1)
    for slug in LATE:
        target, text = root / "assignments" / f"{slug}.py", solution(slug)
        save = f"Path({str(target)!r}).write_text({text!r}, encoding='utf-8')"
        again = f"{save}\n{cell_of(lesson, slug).source}"
        checked = cell_of(lesson, f"{slug}-check").source
        lesson.cells += [
            new_code_cell(again, id=f"{slug}-again"),
            new_code_cell(checked, id=f"{slug}-again-check"),
        ]
    return execute(lesson, root / "assignments")


def test_every_cell_runs_in_order_without_an_error_or_a_warning(executed: NotebookNode) -> None:
    cells = [cell for cell in executed.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    for cell in cells:
        assert not [output for output in cell.outputs if output.output_type == "error"]
        assert not [output for output in cell.outputs if output.get("name") == "stderr"], cell.id


@pytest.mark.parametrize("started_in", ["", "assignments", "assignments/deeper"])
def test_its_repository_is_found_from_any_folder_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, started_in: str
) -> None:
    (tmp_path / "assignments" / "deeper").mkdir(parents=True)
    (tmp_path / "assignments" / "baseline.py").touch()
    monkeypatch.chdir(tmp_path / started_in)
    monkeypatch.setattr(sys, "path", ["elsewhere"])
    scope = {"Path": Path, "sys": sys}
    exec(cell_of(read_lesson(), "folders").source, scope)
    assert scope["ROOT"] == tmp_path.resolve()
    root = scope["ROOT"]
    assert sys.path == [str(root / "assignments"), str(root), "elsewhere"]


def test_what_is_written_is_drawn_over_the_baseline(executed: NotebookNode) -> None:
    for slug in TAUGHT:
        cell = cell_of(executed, slug if slug in WRITTEN else f"{slug}-again")
        assert figures_of(cell) == 1, slug
        lines = re.findall(r"^(\S+) +validation loss (\S+), accuracy \S+$", text_of(cell), re.M)
        assert [name for name, _ in lines] == ["baseline", f"{slug}.py"]
        assert lines[0][1] != lines[1][1], f"{slug}: the baseline was drawn twice"


def test_what_is_not_written_yet_is_said_and_stops_nothing(executed: NotebookNode) -> None:
    for slug in LATE:
        cell = cell_of(executed, slug)
        assert figures_of(cell) == 0
        first, second = text_of(cell).splitlines()
        assert first == f"not written yet: open {slug}.py"
        assert second.startswith("Write this part: ")


def test_what_is_written_is_checked(executed: NotebookNode) -> None:
    full, none = "10/10", "the stub is unchanged"
    wanted = (
        {f"{slug}-check": full for slug in WRITTEN}
        | {f"{slug}-check": none for slug in LATE}
        | {f"{slug}-again-check": full for slug in LATE}
    )
    for cell, said in wanted.items():
        (output,) = cell_of(executed, cell).outputs
        assert said in output.data["text/plain"], cell
        assert said in output.data["text/markdown"], cell


def test_the_digits_the_nonlinearities_and_the_curves_are_drawn(executed: NotebookNode) -> None:
    for name in ("grid", "nonlinearities", "depth", "train-baseline", "permute", "permuted-runs"):
        assert figures_of(cell_of(executed, name)) == 1, name


def test_softmax_sums_to_one_even_where_exp_overflows(executed: NotebookNode) -> None:
    text = text_of(cell_of(executed, "softmax"))
    assert "inf]" in text
    (sums,) = re.findall(r"sums of the rows: +\[(.*)\]", text)
    assert [float(value) for value in sums.split(",")] == pytest.approx([1] * 4, abs=1e-6)


def test_the_baseline_knows_nothing_and_then_reads_digits(executed: NotebookNode) -> None:
    (before,) = re.findall(
        r"before training: .* accuracy (\S+)", text_of(cell_of(executed, "build"))
    )
    (after,) = re.findall(r"test accuracy: ([\d.]+),", text_of(cell_of(executed, "test")))
    assert float(before) < 0.3
    assert float(after) > 0.8
    trained = text_of(cell_of(executed, "train-baseline"))
    assert re.findall(r"^(\w+) accuracy after 60 epochs", trained, re.M) == [
        "training", "validation",
    ]  # fmt: skip


def test_the_order_of_the_pixels_changes_nothing(executed: NotebookNode) -> None:
    text = text_of(cell_of(executed, "permuted-runs"))
    (original,), (permuted,) = (
        re.findall(rf"test accuracy, {name}: (.*)", text) for name in ("original", "permuted")
    )
    accuracies = [[float(value) for value in part.split()] for part in (original, permuted)]
    assert len(accuracies[0]) == len(accuracies[1]) == 3
    assert accuracies[0] != accuracies[1]  # other numbers, equally good
    mean_original, mean_permuted = (sum(part) / len(part) for part in accuracies)
    assert mean_permuted == pytest.approx(mean_original, abs=0.03)
