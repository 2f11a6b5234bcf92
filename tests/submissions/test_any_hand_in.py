"""Trees, names and archives at random around a right solution: it is read, or a file is named."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from helpers.commands import RunGrader
from helpers.repository import REPOSITORY, solution
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.course.manifest import load_course
from grader.intake.tree import open_tree
from grader.submissions.model import Submission
from grader.submissions.reading import load_submission

SLUGS = load_course(REPOSITORY).every_slug
RIGHT = solution("relu")
WRONG = RIGHT.replace("nn.functional.relu", "nn.functional.gelu")

BEFORE = [
    "", "Copy of ", "Kopie von ", "doe_jane_", "doejane_77_1001_", "HW 3 - ",
    "HW1_jd_attempt_2026_", "Cópia de Cópia de ", "ångström_", "01_",
]  # fmt: skip
NAMES = ["relu", "ReLU", "RELU", "Relu"]
BEHIND = [
    "", " (1)", "(2)", "-1", "_1", " - Copy", " - Kopie (2)", "-Copy1", " copy 2", "_final",
    "_final_v2", "_doe_jane", " (another copy)", "%20(1)", "+1", " - 副本", " ",
]  # fmt: skip
ENDINGS = ["", "", "", ".txt", ".json", ".download", " (1)", ".PY.txt"]
FOLDERS = [
    "src", "assignments", "relu", "Homework 3", "jane-main", "ü", "更大", "final (1)", "solutions",
    "tests", "venv", "__MACOSX", ".git", "relu.py", "old", "a" * 60,
]  # fmt: skip
JUNK = {"__MACOSX", ".git"}
PASSED_OVER = {"solutions", "tests", "venv"} | JUNK
NOISE: dict[str, bytes] = {
    "README.md": b"# relu\n",
    "data.csv": b"1,2\n",
    "helpers.py": b"import torch\n",
    "test_relu.py": b"def test(): pass\n",
    "relu.py~": b"import",
    "__MACOSX/._relu.py": b"\0\5\x16\7",
    ".ipynb_checkpoints/relu-checkpoint.ipynb": b"{}",
    ".git/config": b"[core]\n",
    "report.pdf": b"%PDF-1.7",
    "rest.7z": b"7z\xbc\xaf'\x1c",
    "broken.zip": b"PK\x03\x04",
    "adam.py": b"def make_optimizer(parameters): ...\n",
    "leaky_relu_elu.py": b"def Net(): ...\n",
    "node_modules/x/relu.py": b"x = 1\n",
    "pic.png": b"\x89PNG\r\n\x1a\n",
}


def notebook(code: str) -> str:
    """A notebook with the code in a cell for each blank line twice, and an output."""
    output = {"output_type": "stream", "name": "stdout", "text": ["relu.py\n"]}
    cells = [
        {
            "cell_type": "code",
            "metadata": {},
            "execution_count": 1,
            "outputs": [output],
            "source": piece.splitlines(keepends=True),
        }
        for piece in code.split("\n\n\n")
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})


@dataclass
class HandIn:
    """Files by place, how they are packed, and where right ones lie that may be read."""

    files: dict[str, bytes]
    packing: str
    backslashes: bool
    right: list[str] = field(default_factory=list)
    named: list[str] = field(default_factory=list)  # where some lie that are at least told of


@st.composite
def places(draw: st.DrawFn, exact: bool = False) -> tuple[str, bool]:
    """Where a module or notebook of relu may lie, and whether it is a notebook."""
    is_notebook = draw(st.booleans())
    suffix = ".ipynb" if is_notebook else ".py"
    folders = draw(st.lists(st.sampled_from(FOLDERS), max_size=4))
    if exact or draw(st.booleans()):
        name = f"relu{suffix}"
    else:
        name = "".join(draw(st.sampled_from(part)) for part in (BEFORE, NAMES, BEHIND))
        name += suffix + draw(st.sampled_from(ENDINGS))
    return "/".join([*folders, name]), is_notebook


@st.composite
def hand_ins(draw: st.DrawFn) -> HandIn:
    files: dict[str, bytes] = {}
    for content in [RIGHT, *draw(st.lists(st.sampled_from([RIGHT, WRONG, ""]), max_size=2))]:
        place, is_notebook = draw(places())
        files[place] = (notebook(content) if is_notebook and content else content).encode()
    named = [place for place in files if JUNK.isdisjoint(place.split("/"))]
    for name in draw(st.lists(st.sampled_from(sorted(NOISE)), max_size=4)):
        files.setdefault(name, NOISE[name])
    right = [
        place
        for place, content in files.items()
        if b"functional.relu" in content and PASSED_OVER.isdisjoint(place.split("/"))
    ]
    for level in range(draw(st.integers(0, 3))):
        inner = draw(st.sampled_from([zipped, tarred]))(files, backslashes=False)
        files = {f"work {level}{'.zip' if inner.startswith(b'PK') else '.tar.gz'}": inner}
    return HandIn(
        files,
        draw(st.sampled_from(["folder", "zip", "tar", "class"])),
        draw(st.booleans()),
        right,
        named,
    )


def zipped(files: dict[str, bytes], *, backslashes: bool) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("/", "\\") if backslashes else name, content)
    return buffer.getvalue()


def tarred(files: dict[str, bytes], *, backslashes: bool) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name.replace("/", "\\") if backslashes else name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def hand_in(made: HandIn, folder: Path) -> Submission:
    """Write it below `folder` and read it."""
    if made.packing == "folder":
        for name, content in made.files.items():
            path = folder / "jane" / name
            if any(parent.is_file() for parent in path.parents) or path.is_dir():
                continue  # a file and a folder of one name: only archives can hold both
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return load_submission(folder / "jane", SLUGS)
    if made.packing == "class":
        inside = {f"jane/{name}": content for name, content in made.files.items()}
        path = folder / "class.zip"
        path.write_bytes(zipped(inside, backslashes=made.backslashes))
        with open_tree(path) as tree:
            return tree.load(("jane",), SLUGS)
    path = folder / ("jane.zip" if made.packing == "zip" else "jane.tar.gz")
    pack = zipped if made.packing == "zip" else tarred
    path.write_bytes(pack(made.files, backslashes=made.backslashes))
    return load_submission(path, SLUGS)


def bare(code: str) -> list[str]:
    return [line for line in code.splitlines() if line.strip()]


@settings(derandomize=True, deadline=None, max_examples=250)
@given(made=hand_ins())
def test_a_right_solution_is_read_or_a_file_is_named(
    made: HandIn, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("in")
    submission = hand_in(made, folder)
    source = submission.sources.get("relu")
    if source is None:
        # Never a plain "not handed in": a file is there.
        problem = submission.problems.get("relu")
        if problem is None:
            assert not made.named
            return
        name = problem.split(": ")[0].split(" and ")[0].rpartition("/")[2]
        assert "." in name or "relu" in name.casefold() or name in JUNK
    elif bare(source.text) != bare(RIGHT):
        # Something plainer than the right one was read; the report says which.
        assert source.read_from or not made.right


@settings(derandomize=True, deadline=None, max_examples=150)
@given(
    place=places(),
    noise=st.lists(st.sampled_from(sorted(NOISE)), max_size=4),
    packing=st.sampled_from(["folder", "zip", "tar", "class"]),
    backslashes=st.booleans(),
)
def test_alone_among_noise_it_is_read(
    place: tuple[str, bool],
    noise: list[str],
    packing: str,
    backslashes: bool,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("in")
    where, is_notebook = place
    if PASSED_OVER.intersection(where.split("/")):
        where = where.rpartition("/")[2]
    content = (notebook(RIGHT) if is_notebook else RIGHT).encode()
    files = {where: content} | {name: NOISE[name] for name in noise}
    submission = hand_in(HandIn(files, packing, backslashes), folder)
    assert bare(submission.sources["relu"].text) == bare(RIGHT)
    filename = where.rpartition("/")[2]
    is_plain = filename in ("relu.py", "relu.ipynb")
    assert bool(submission.sources["relu"].read_from) != is_plain


def test_what_is_read_earns_full_marks(run_grader: RunGrader, tmp_path: Path) -> None:
    cases = {
        "folder a task": HandIn({"relu/relu.py": RIGHT.encode()}, "zip", True),
        "renamed": HandIn({"w/Copy of relu (1).ipynb": notebook(RIGHT).encode()}, "folder", False),
        "packed twice": HandIn(
            {"a.zip": zipped({"x/relu_doe_jane.py": RIGHT.encode()}, backslashes=True)},
            "tar",
            False,
        ),
    }
    for name, made in cases.items():
        (tmp_path / name).mkdir()
        hand_in(made, tmp_path / name)
    paths = [str(next((tmp_path / name).iterdir())) for name in cases]
    ran = run_grader("grade", *paths, "--only", "relu", "--json", "-", cwd=tmp_path)
    assert ran.status == 0
    graded = [report["assignments"][0] for report in json.loads(ran.stdout)["reports"]]
    assert [assignment["score"] for assignment in graded] == [10, 10, 10]
    assert [assignment["read_from"] for assignment in graded] == [
        "",
        "w/Copy of relu (1).ipynb",
        "a.zip/x/relu_doe_jane.py",
    ]
