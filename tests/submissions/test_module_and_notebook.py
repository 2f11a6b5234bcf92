"""A slug's module and its notebook: which one counts, by itself and in downloads of a class."""

from __future__ import annotations

import csv
import io
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
from helpers.commands import RunGrader
from helpers.notebooks import RELU, notebook, write
from helpers.repository import REPOSITORY, solution

from grader.course.manifest import load_course
from grader.intake.layouts import open_class
from grader.submissions.decoding import decode_source
from grader.submissions.model import SubmissionError
from grader.submissions.notebook import make_notebook, split_module
from grader.submissions.reading import load_submission
from grader.submissions.untouched import is_untouched, original_stub, settle

COURSE = load_course(REPOSITORY)
SLUGS = COURSE.slugs


def stub(slug: str) -> str:
    return original_stub(COURSE, slug) or ""


def test_a_module_and_a_notebook_that_were_worked_on_are_a_problem_that_names_both(
    tmp_path: Path,
) -> None:
    write(tmp_path / "in/relu.py", solution("relu"))
    write(tmp_path / "in/relu.ipynb", notebook(*RELU))
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        for name in ("relu.py", "relu.ipynb"):
            archive.write(tmp_path / "in" / name, f"top/{name}")
    for path in (tmp_path / "in", tmp_path / "in.zip"):
        loaded = load_submission(path, SLUGS)
        assert settle(COURSE, loaded) == loaded
        assert not loaded.sources
        around = "" if path.is_dir() else "top/"
        assert loaded.problems == {
            "relu": f"{around}relu.py and {around}relu.ipynb: both are there, and they differ; "
            "remove one of them"
        }


@pytest.mark.parametrize(
    ("module", "cells", "counts"),
    [
        (stub("relu"), RELU, "relu.ipynb"),
        (stub("relu").replace("\n", "\r\n\r\n"), RELU, "relu.ipynb"),
        (stub("relu"), split_module(stub("relu"))[1], "relu.ipynb"),
        (solution("relu"), split_module(stub("relu"))[1], "relu.py"),
    ],
)
def test_an_untouched_one_is_no_second_answer(
    tmp_path: Path, module: str, cells: list[str], counts: str
) -> None:
    write(tmp_path / "relu.py", module)
    write(tmp_path / "relu.ipynb", notebook(*cells))
    settled = settle(COURSE, load_submission(tmp_path, SLUGS))
    assert settled.sources["relu"].filename == counts
    assert not settled.problems


@pytest.mark.parametrize("slug", ["relu", "l1"])  # which trains, and which does not
def test_a_made_notebook_is_untouched_until_something_is_written(slug: str) -> None:
    trains = bool(COURSE.assignment(slug).epochs)
    assert trains == (slug == "relu")
    for text, untouched in ((stub(slug), True), (f"{stub(slug)}\nx = 1\n", False)):
        made = make_notebook(text, slug, trains=trains)
        assert is_untouched(COURSE, decode_source(slug, f"{slug}.ipynb", made)) == untouched


def test_a_damaged_notebook_beside_a_stub_is_its_own_problem(tmp_path: Path) -> None:
    write(tmp_path / "relu.py", stub("relu"))
    write(tmp_path / "relu.ipynb", b"{")
    settled = settle(COURSE, load_submission(tmp_path, SLUGS))
    assert not settled.sources
    assert settled.problems["relu"].startswith("relu.ipynb: it is no notebook")


def test_two_notebooks_of_a_slug_are_a_problem(tmp_path: Path) -> None:
    write(tmp_path / "relu.py", stub("relu"))
    for place in ("a", "b"):
        write(tmp_path / place / "relu.ipynb", notebook(*RELU, f"x = '{place}'"))
    settled = settle(COURSE, load_submission(tmp_path, SLUGS))
    assert settled.problems == {
        "relu": "a/relu.ipynb and b/relu.ipynb: both are there, and they differ; remove one of them"
    }


def test_a_notebook_and_a_module_are_known_by_what_they_hold(tmp_path: Path) -> None:
    write(tmp_path / "relu.py", notebook(*RELU))
    write(tmp_path / "adam.ipynb", solution("adam"))
    loaded = load_submission(tmp_path, SLUGS)
    assert loaded.sources["relu"].cells
    assert loaded.sources["relu"].read_from == "relu.py, which is a notebook"
    assert loaded.sources["adam"].text == solution("adam")
    assert loaded.sources["adam"].read_from == "adam.ipynb, which is no notebook"


def test_a_notebook_and_the_module_exported_from_it_are_one(tmp_path: Path) -> None:
    write(tmp_path / "relu.ipynb", notebook(*RELU))
    exported = "\n\n# In[ ]:\n\n".join(["#!/usr/bin/env python", *RELU])
    write(tmp_path / "relu.py", exported)
    loaded = load_submission(tmp_path, SLUGS)
    assert loaded.sources["relu"].text == exported
    assert not loaded.problems


@pytest.mark.parametrize("name", ["Relu.ipynb", "relu.IPYNB"])
def test_a_notebook_written_otherwise_is_read_and_named(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, notebook(*RELU))
    loaded = load_submission(tmp_path, SLUGS)
    assert loaded.sources["relu"].read_from == name
    assert not loaded.problems


def test_a_notebook_of_another_name_is_refused_with_a_guess(tmp_path: Path) -> None:
    path = write(tmp_path / "kaiming.ipynb", notebook())
    with pytest.raises(SubmissionError, match=r"did you mean kaiming_init\.ipynb\?"):
        load_submission(path, SLUGS)


def test_what_jupyter_leaves_behind_is_ignored(tmp_path: Path) -> None:
    for name in (".ipynb_checkpoints/relu-checkpoint.ipynb", "a/relu.ipynb"):
        write(tmp_path / "in" / name, notebook(*RELU))
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        for path in sorted((tmp_path / "in").rglob("*.ipynb")):
            archive.write(path, path.relative_to(tmp_path / "in"))
    assert list(load_submission(tmp_path / "in.zip", SLUGS).sources) == ["relu"]


# ---------------------------------------------------------------- downloads of a class

LAYOUTS = {
    "folders": {"ann/{}.ipynb": "ann", "bob/assignments/{}.ipynb": "bob", "cem.zip": "cem"},
    "canvas": {
        "ann_LATE_12_34_{}.ipynb": "ann_12",
        "bob_13_35_{}-2.ipynb": "bob_13",
        "bob_13_34_{}.ipynb": "",
        "cem_14_36_all.zip": "cem_14",
    },
    "moodle": {
        "Ann A_1_assignsubmission_file_/{}.ipynb": "Ann A_1",
        "Bob B_2_assignsubmission_file_{}.ipynb": "Bob B_2",
        "Cem C_3_assignsubmission_file_/all.zip": "Cem C_3",
    },
    "gradescope": {
        "submission_metadata.yml": "",
        "submission_1/{}.ipynb": "Ann_1",
        "submission_2/all.zip": "Bob_2",
    },
}
METADATA = "".join(
    f"submission_{n}:\n  :submitters:\n  - :name: {name}\n    :sid: {n}\n"
    for n, name in ((1, "Ann"), (2, "Bob"))
)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_notebooks_are_found_in_every_download(tmp_path: Path, layout: str, packed: bool) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("work/relu.ipynb", json.dumps(notebook("x = 'relu'")))
    for name, who in LAYOUTS[layout].items():
        content: dict[str, Any] | bytes | str = notebook("x = 'relu'" if who else "old")
        if name.endswith(".zip"):
            content = inner.getvalue()
        elif name.endswith(".yml"):
            content = METADATA
        write(tmp_path / "class" / name.format("relu"), content)
    path = tmp_path / "class"
    if packed:
        path = Path(shutil.make_archive(str(tmp_path / "packed"), "zip", path))
    with open_class(path, SLUGS) as class_:
        found = {handed.source: handed.load() for handed in class_.submissions}
    assert found.keys() == {who for who in LAYOUTS[layout].values() if who}
    for submission in found.values():
        assert submission.sources["relu"].text == "x = 'relu'\n"
        assert submission.sources["relu"].filename == "relu.ipynb"
        assert not submission.problems


def test_files_that_come_one_by_one_are_settled_together(tmp_path: Path) -> None:
    files = {
        "ann_1_1_relu.py": stub("relu"),
        "ann_1_2_relu.ipynb": notebook(*RELU),
        "bob_2_3_relu.py": solution("relu"),
        "bob_2_4_relu.ipynb": notebook(*RELU),
        "cem_3_5_l2.ipynb": notebook("x = 1"),
        "cem_3_7_relu.ipynb": notebook("x = 1"),
    }
    for name, content in files.items():
        write(tmp_path / "class" / name, content)
    with zipfile.ZipFile(tmp_path / "class" / "cem_3_6_all.zip", "w") as archive:
        archive.writestr("relu.ipynb", json.dumps(notebook("x = 2")))
    with open_class(tmp_path / "class", SLUGS) as class_:
        ann, bob, cem = (settle(COURSE, handed.load()) for handed in class_.submissions)
    assert (ann.sources["relu"].filename, ann.problems) == ("relu.ipynb", {})
    assert bob.problems == {
        "relu": "relu.py and relu.ipynb: both are there, and they differ; remove one of them"
    }
    assert list(cem.sources) == ["relu", "l2"]
    assert cem.sources["relu"].read_from == "relu.ipynb, not from all.zip/relu.ipynb"
    assert not cem.problems


def test_a_batch_settles_what_a_clone_holds_and_regrades_no_rerun(
    run_grader: RunGrader, tmp_path: Path
) -> None:
    clone = tmp_path / "class" / "ann" / "assignments"
    write(clone / "relu.py", stub("relu"))
    write(clone / "relu.ipynb", made := notebook(*RELU))
    arguments = ("batch", tmp_path / "class", "--results", tmp_path / "results", "--only", "relu")
    ran = run_grader(*arguments)
    assert ran.status == 0, ran.stderr
    made["cells"][1] |= {"execution_count": 3, "metadata": {"collapsed": True}}
    write(clone / "relu.ipynb", made)
    again = run_grader(*arguments)
    assert again.status == 0
    target = tmp_path / "grades.csv"
    assert "0 assignments graded, 1 unchanged" in again.stderr
    run_grader("export", "--results", tmp_path / "results", "--format", "csv", "--output", target)
    (row,) = csv.DictReader(target.read_text().splitlines())
    assert float(row["relu"]) == 10
