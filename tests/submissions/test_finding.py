"""Which file counts, wherever it lies: the same in a folder, a zip, a tar and a class's zip."""

from __future__ import annotations

import io
import os
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from conftest import REPOSITORY, solution

from grader.course.manifest import load_course
from grader.course.stubs import original_stub
from grader.intake.tree import open_tree
from grader.submissions import untouched
from grader.submissions.model import Source, Submission, SubmissionError
from grader.submissions.reading import (
    find_module,
    load_submission,
    merge,
    read_submission,
    read_submissions,
)
from grader.submissions.siblings import imports_of

COURSE = load_course(REPOSITORY)
SLUGS = COURSE.every_slug
CODE = "def make_optimizer(parameters):\n    return None\n"
OTHER = "def make_optimizer(parameters):\n    return 1\n"
Files = Mapping[str, str | bytes]


def as_bytes(content: str | bytes) -> bytes:
    return content if isinstance(content, bytes) else content.encode()


def zipped(files: Files) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tarred(files: Files) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(as_bytes(content))
            archive.addfile(info, io.BytesIO(as_bytes(content)))
    return buffer.getvalue()


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(as_bytes(content))
    return path


def from_folder(files: Files, tmp_path: Path) -> Submission:
    for name, content in files.items():
        write(tmp_path / "jane" / name.replace("\\", "/"), content)
    return load_submission(tmp_path / "jane", SLUGS)


def from_zip(files: Files, tmp_path: Path) -> Submission:
    return load_submission(write(tmp_path / "jane.zip", zipped(files)), SLUGS)


def from_tar(files: Files, tmp_path: Path) -> Submission:
    return load_submission(write(tmp_path / "jane.tar.gz", tarred(files)), SLUGS)


def from_class_zip(files: Files, tmp_path: Path) -> Submission:
    inside = {f"jane/{name}": content for name, content in files.items()}
    with open_tree(write(tmp_path / "class.zip", zipped(inside))) as tree:
        return tree.load(("jane",), SLUGS)


Load = Callable[[Files, Path], Submission]
everywhere = pytest.mark.parametrize("load", [from_folder, from_zip, from_tar, from_class_zip])


def texts(submission: Submission) -> dict[str, str]:
    return {slug: source.text for slug, source in submission.sources.items()}


# ---------------------------------------------------------------- at any depth


@everywhere
@pytest.mark.parametrize(
    "place",
    [
        "relu.py",
        "relu/relu.py",
        "assignments/relu.py",
        "src/handin/relu.py",
        "Homework 3/part one/final/relu.py",
        "jane-main/relu.py",
        "a\\b\\relu.py",
        "solutions/relu.py",  # alone: nothing of ours is around it
    ],
)
def test_a_module_is_found_at_any_depth(load: Load, place: str, tmp_path: Path) -> None:
    submission = load({place: CODE}, tmp_path)
    assert texts(submission) == {"relu": CODE}
    assert not submission.problems
    assert submission.sources["relu"].read_from == ""


@everywhere
def test_a_folder_a_task_is_one_submission(load: Load, tmp_path: Path) -> None:
    files = {f"{slug}/{slug}.py": f"# {slug}\nx = 1\n" for slug in ("relu", "adam", "l2")}
    submission = load({"README.md": "my work", **files}, tmp_path)
    assert list(submission.sources) == ["relu", "adam", "l2"]
    assert not submission.problems


@everywhere
def test_the_shallowest_counts_and_the_report_says_which_was_read(
    load: Load, tmp_path: Path
) -> None:
    submission = load({"README.md": "", "src/relu.py": CODE, "old/first/relu.py": OTHER}, tmp_path)
    assert texts(submission) == {"relu": CODE}
    assert submission.sources["relu"].read_from == "src/relu.py, not from old/first/relu.py"


@everywhere
def test_different_ones_side_by_side_are_a_problem_that_names_both(
    load: Load, tmp_path: Path
) -> None:
    submission = load({"a/relu.py": CODE, "b/relu.py": OTHER, "adam.py": CODE}, tmp_path)
    assert texts(submission) == {"adam": CODE}
    assert submission.problems == {
        "relu": "a/relu.py and b/relu.py: both are there, and they differ; remove one of them"
    }


@everywhere
@pytest.mark.parametrize(
    "folders",
    [
        [f"Homework 1/Version {number}" for number in range(1, 12)],
        ["Version 1", "Version 2"],
        ["2026-10-01-12-00-00", "2026-10-01-12-00-01"],
        ["Versión 9/src", "Versión 10/src"],
    ],
)
def test_of_versions_the_newest_counts_and_the_report_says_so(
    load: Load, folders: list[str], tmp_path: Path
) -> None:
    files = {f"{folder}/relu.py": f"x = {i}\n" for i, folder in enumerate(folders)}
    submission = load(files, tmp_path)
    assert texts(submission) == {"relu": f"x = {len(folders) - 1}\n"}
    assert f"{folders[-1]}/relu.py, not from " in submission.sources["relu"].read_from


@everywhere
def test_what_is_no_version_of_the_other_is_not_passed_over_for_it(
    load: Load, tmp_path: Path
) -> None:
    files = {"a/Version 1/relu.py": CODE, "b/Version 2/relu.py": OTHER}
    assert "both are there, and they differ" in load(files, tmp_path).problems["relu"]


@everywhere
def test_identical_ones_are_one(load: Load, tmp_path: Path) -> None:
    commented = CODE.replace("    return", "    # Mine.\n    return") + "\n# end\n"
    submission = load({"a/relu.py": CODE, "b/relu.py": commented}, tmp_path)
    assert texts(submission) == {"relu": CODE}
    assert submission.sources["relu"].read_from == ""


@everywhere
@pytest.mark.parametrize(
    "folder",
    [
        "__MACOSX", ".git", ".venv/lib", ".ipynb_checkpoints", "__pycache__", "node_modules/x",
        "venv/lib/python3.11/site-packages/x", "solutions", "tests/zoo",
    ],
)  # fmt: skip
def test_what_is_no_work_is_passed_over(load: Load, folder: str, tmp_path: Path) -> None:
    files = {f"{folder}/relu.py": OTHER, "deep/down/in/here/relu.py": CODE, "README.md": ""}
    assert texts(load(files, tmp_path)) == {"relu": CODE}


@everywhere
def test_an_environment_is_known_whatever_its_name(load: Load, tmp_path: Path) -> None:
    files = {"dl2026/pyvenv.cfg": "home = /usr/bin\n", "dl2026/relu.py": OTHER, "a/b/relu.py": CODE}
    assert texts(load(files, tmp_path)) == {"relu": CODE}


@everywhere
def test_what_lies_where_nothing_is_read_is_told_of(load: Load, tmp_path: Path) -> None:
    problems = load({"README.md": "", "solutions/relu.py": CODE}, tmp_path).problems
    assert problems["relu"].startswith("solutions/relu.py: what lies there is passed over")


def test_links_of_an_environment_do_not_spoil_an_archive(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        link = tarfile.TarInfo("work/.venv/bin/python")
        link.type, link.linkname = tarfile.SYMTYPE, "/usr/bin/python3"
        archive.addfile(link)
        info = tarfile.TarInfo("work/relu.py")
        info.size = len(CODE)
        archive.addfile(info, io.BytesIO(CODE.encode()))
    path = write(tmp_path / "jane.tgz", buffer.getvalue())
    assert texts(load_submission(path, SLUGS)) == {"relu": CODE}


# ---------------------------------------------------------------- renamed


@everywhere
@pytest.mark.parametrize(
    "name", ["relu (1).py", "Copy of relu.py", "relu_doe_jane.py", "relu.py.txt", "RELU.PY"]
)
def test_a_renamed_file_is_read_and_the_report_says_so(
    load: Load, name: str, tmp_path: Path
) -> None:
    submission = load({f"work/{name}": CODE, "work/notes.md": ""}, tmp_path)
    assert texts(submission) == {"relu": CODE}
    assert submission.sources["relu"].read_from == f"work/{name}"


@everywhere
def test_the_exact_name_counts_however_deep_it_lies(load: Load, tmp_path: Path) -> None:
    submission = load({"relu (1).py": OTHER, "a/b/relu.py": CODE}, tmp_path)
    assert texts(submission) == {"relu": CODE}
    assert submission.sources["relu"].read_from == "a/b/relu.py, not from relu (1).py"


@everywhere
def test_several_renamed_ones_are_a_problem_that_names_them(load: Load, tmp_path: Path) -> None:
    problems = load({"relu (1).py": CODE, "relu_final.py": OTHER}, tmp_path).problems
    assert problems == {
        "relu": "relu (1).py and relu_final.py: both are there, and they differ; "
        "remove all but one, and call that relu.py"
    }


@everywhere
@pytest.mark.parametrize("name", ["rellu.py", "relu.txt", "relu_old.py", "relu.py.bak", "relu"])
def test_a_near_miss_is_named(load: Load, name: str, tmp_path: Path) -> None:
    submission = load({name: CODE, "adam.py": CODE}, tmp_path)
    assert list(submission.sources) == ["adam"]
    assert submission.problems == {
        "relu": f"{name}: not read as relu; rename the file to relu.py if that is what it is"
    }


@pytest.mark.parametrize("name", ["relu.txt", "ReLU.py.bak", "relu"])
def test_a_near_miss_is_not_of_a_slug_that_is_like_its_own(name: str, tmp_path: Path) -> None:
    write(tmp_path / name, CODE)
    problems = load_submission(tmp_path, ("gelu", "relu", "relu_6")).problems
    assert problems.keys() == {"relu"}


@everywhere
def test_a_file_with_no_known_name_is_named(load: Load, tmp_path: Path) -> None:
    files = {"homework.ipynb": "{}", "data.csv": "", "a report.pdf": "%PDF"}
    problems = load(files, tmp_path).problems
    assert problems.keys() == set(SLUGS)
    assert problems["relu"].startswith("homework.ipynb: not named after an assignment")


@everywhere
def test_a_helper_is_no_near_miss(load: Load, tmp_path: Path) -> None:
    files = {"relu.py": CODE, "helpers.py": "x = 1\n", "test_adam.py": "x = 1\n", "a.csv": ""}
    submission = load(files, tmp_path)
    assert list(submission.sources) == ["relu"]
    assert not submission.problems


@everywhere
def test_whose_name_is_a_slug_is_settled_by_what_else_is_there(load: Load, tmp_path: Path) -> None:
    both = {"adam_relu.py": CODE, "adam.py": OTHER}
    assert texts(load(both, tmp_path)) == {"relu": CODE, "adam": OTHER}


def test_a_name_that_fits_two_is_a_problem_of_both(tmp_path: Path) -> None:
    problems = from_folder({"adam_relu.py": CODE}, tmp_path).problems
    assert "adam_relu.py: its name fits" in problems["relu"]
    assert problems["adam"] == problems["relu"]


@everywhere
def test_an_empty_file_beside_the_full_one_is_passed_over(load: Load, tmp_path: Path) -> None:
    submission = load({"relu.py": "", "relu (1).py": CODE, "adam.py": " \n"}, tmp_path)
    assert texts(submission) == {"relu": CODE}
    assert submission.problems == {"adam": "adam.py: it is empty; save it and hand it in again"}


@pytest.mark.parametrize(
    ("old", "new", "is_untouched"),
    [
        ("\n", "\n", True), ("\n", "\r\n", True), ("\n", "\n\n", True), ("\n", " \t\n", True),
        ("\n    ", "\n  ", False), ("import", " import", False), ("torch", "Torch", False),
    ],
)  # fmt: skip
def test_a_stub_is_untouched_whatever_an_editor_does_unasked(
    old: str, new: str, is_untouched: bool
) -> None:
    stub = original_stub(COURSE, "relu")
    assert stub is not None and old in stub
    assert untouched.is_untouched(COURSE, Source("relu", "relu.py", stub.replace(old, new))) == (
        is_untouched
    )


def test_an_untouched_stub_is_no_answer_beside_work_elsewhere(tmp_path: Path) -> None:
    stub = original_stub(COURSE, "relu")
    assert stub is not None
    for work in ("mine/deep/relu.py", "relu_final.py", "notebooks/relu (1).py"):
        folder = tmp_path / work.replace("/", "_")
        write(folder / "assignments/relu.py", stub)
        write(folder / work, solution("relu"))
        submission = read_submission(COURSE, folder, ["relu"])
        assert texts(submission) == {"relu": solution("relu")}


# ---------------------------------------------------------------- archives in archives


@pytest.mark.parametrize("pack", [zipped, tarred])
@pytest.mark.parametrize("load", [from_folder, from_zip, from_tar, from_class_zip])
def test_an_archive_inside_is_a_folder(
    load: Load, pack: Callable[[Files], bytes], tmp_path: Path
) -> None:
    suffix = "zip" if pack is zipped else "tgz"
    submission = load({f"hw.{suffix}": pack({"work/relu.py": CODE}), "a.txt": ""}, tmp_path)
    assert texts(submission) == {"relu": CODE}


@everywhere
def test_what_is_loose_counts_before_what_is_packed(load: Load, tmp_path: Path) -> None:
    files = {"a/b/relu.py": CODE, "x.zip": zipped({"relu.py": OTHER, "adam.py": OTHER})}
    submission = load(files, tmp_path)
    assert texts(submission) == {"relu": CODE, "adam": OTHER}
    assert submission.sources["relu"].read_from == "a/b/relu.py, not from x.zip/relu.py"


@everywhere
def test_what_is_packed_once_counts_before_what_is_packed_twice(load: Load, tmp_path: Path) -> None:
    inner = zipped({"relu (2).py": OTHER})
    files = {"x.zip": zipped({"a/b/relu (1).py": CODE, "inner.zip": inner}), "notes.txt": ""}
    assert texts(load(files, tmp_path)) == {"relu": CODE}


@everywhere
def test_archives_in_archives_are_looked_into_so_far(load: Load, tmp_path: Path) -> None:
    inner: bytes | str = CODE
    name = "relu.py"
    for level in range(5):
        inner = zipped({name: inner})
        name = f"{level}.zip"
    submission = load({name: inner}, tmp_path)
    assert not submission.sources
    assert "relu" in submission.problems
    assert ".zip" in submission.problems["relu"]


def test_bombs_inside_share_the_bounds(tmp_path: Path) -> None:
    bomb = zipped({"x.bin": bytes(7 << 20)})
    files: dict[str, str | bytes] = {f"{i}.zip": bomb for i in range(200)}
    submission = from_folder(files | {"adam.py": CODE}, tmp_path)
    assert list(submission.sources) == ["adam"]
    assert "unpacks to more than 256 MiB" in "".join(submission.problems.values())


@everywhere
def test_a_damaged_archive_inside_costs_only_what_is_missing(load: Load, tmp_path: Path) -> None:
    submission = load({"relu.py": CODE, "rest.zip": b"PK\x03\x04 nothing"}, tmp_path)
    assert list(submission.sources) == ["relu"]
    assert submission.problems["adam"].startswith("rest.zip: the archive is damaged")


# ---------------------------------------------------------------- what can't be opened


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("homework.zip", b"PK\x05\x06" + bytes(18), "there is nothing in it"),
        ("relu.py", b"PK\x03\x04\x14\0", "it is an archive or an Office document by its content"),
        ("relu.md", b"```python\n", "not read as relu; rename the file to relu.py"),
        (
            "relu.ipynb",
            b'{"cells": [{"cell_type": "raw", "source": "x = 1"}], "nbformat": 4}',
            "it is a notebook without code; make the cells that hold it code cells",
        ),
    ],
)
def test_what_holds_no_code_is_named(name: str, data: bytes, told: str, tmp_path: Path) -> None:
    problem = load_submission(write(tmp_path / "jane" / name, data).parent, SLUGS).problems["relu"]
    assert problem.startswith(f"{name}: {told}")


@everywhere
@pytest.mark.parametrize(
    ("name", "data", "what"),
    [
        ("homework.7z", b"7z\xbc\xaf'\x1c", "a 7-Zip archive"),
        ("homework.rar", b"Rar!\x1a\x07", "a RAR archive"),
        ("homework.zip", b"Rar!\x1a\x07", "a RAR archive"),
        ("relu.docx", b"PK\x03\x04", "a Word document"),
        ("ReLU.PDF", b"%PDF-1.4", "a PDF"),
        ("relu.html", b"<!DOCTYPE html>", "a web page"),
        ("relu.py", b"<!DOCTYPE html><html>", "a web page"),
        ("relu.ipynb", b"<!DOCTYPE html><html>", "a web page"),
        ("relu.py.html", b"<html><body>", "a web page"),
        ("relu.pages", b"PK\x03\x04", "a Pages document"),
        ("relu.py", b"{\\rtf1 import torch}", "a rich text document"),
        ("relu.py.lnk", b"L\0\0\0\x01\x14\x02\0", "a shortcut"),
        ("relu.url", b"[InternetShortcut]", "a shortcut"),
        ("relu.gdoc", b"{}", "a link to Google Drive"),
        (".relu.py.icloud", b"bplist00", "a placeholder of iCloud"),
        ("relu.py", b"version https://git-lfs.github.com/spec/v1\n", "a pointer of Git LFS"),
        ("relu.ipynb", b"version https://git-lfs.github.com/spec/v1\n", "a pointer of Git LFS"),
        ("relu.py.crdownload", b"import", "a download that has not ended"),
        ("relu.png", b"\x89PNG\r\n", "a picture"),
        ("relu homework.eml", b"From: Jane", "an e-mail"),
    ],
)
def test_what_cannot_be_opened_is_named_with_what_to_do(
    load: Load, name: str, data: bytes, what: str, tmp_path: Path
) -> None:
    problems = load({name: data, "adam.py": CODE}, tmp_path).problems
    assert problems["relu"].startswith(f"{name}: it is {what}, which can't be read; ")


@everywhere
def test_saved_weights_are_told_of_where_there_is_nothing_else(load: Load, tmp_path: Path) -> None:
    weights = {"results/relu.pt": b"PK\x03\x04"}
    told = "results/relu.pt: it is what a program has saved and no source code, which can't be read"
    assert load(weights, tmp_path / "alone").problems["relu"].startswith(told)
    assert not load(weights | {"adam.py": CODE}, tmp_path / "beside").problems


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("jane.7z", b"7z\xbc\xaf'\x1c", "a 7-Zip archive"),
        ("jane.zip", b"", "it is empty"),
        ("jane.zip", b"PK\x03\x04 cut off", "the archive is damaged or incomplete"),
        ("jane.zip", b"%PDF-1.4", "a PDF"),
        ("jane.docx", zipped({"word/document.xml": ""}), "a Word document"),
        ("jane.pdf", b"%PDF", "a PDF"),
        ("jane.ipynb.pdf", b"%PDF", "a PDF"),
        ("jane.lnk", b"L\0\0\0", "a shortcut"),
    ],
)
def test_a_whole_hand_in_that_cannot_be_opened_is_named(
    name: str, data: bytes, words: str, tmp_path: Path
) -> None:
    path = write(tmp_path / name, data)
    inside = write(tmp_path / "class.zip", zipped({name: data}))
    with pytest.raises(SubmissionError, match=words) as caught:
        load_submission(path, SLUGS)
    with open_tree(inside) as tree, pytest.raises(SubmissionError, match=words) as in_class:
        tree.load((name,), SLUGS)
    assert str(caught.value) == str(in_class.value)
    assert str(caught.value).startswith(f"{name}: ")


def test_a_password_is_told_of(tmp_path: Path) -> None:
    data = bytearray(zipped({"relu.py": CODE}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    problem = from_folder({"hw.zip": bytes(data)}, tmp_path).problems["relu"]
    assert problem.startswith("hw.zip: member 'relu.py' is encrypted; make the archive without")


def test_a_file_that_is_too_large_is_told_of_unread(tmp_path: Path) -> None:
    with open(tmp_path / "data.zip", "wb") as file:
        file.truncate(67_108_865)
    write(tmp_path / "relu.py", CODE)
    assert "larger than 64 MiB" in load_submission(tmp_path, SLUGS).problems["adam"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads all")
def test_a_folder_without_permission_is_told_of(tmp_path: Path) -> None:
    write(tmp_path / "src/relu.py", CODE)
    (tmp_path / "src").chmod(0)
    problems = load_submission(tmp_path, SLUGS).problems
    (tmp_path / "src").chmod(0o700)
    assert problems["relu"] == "src: no permission to read it; change its permissions"


def test_a_deep_or_wide_tree_is_bounded(tmp_path: Path) -> None:
    deep = tmp_path / "jane"
    for _ in range(300):
        deep /= "d"
    deep.mkdir(parents=True)
    write(tmp_path / "jane/relu.py", CODE)
    assert texts(load_submission(tmp_path / "jane", SLUGS)) == {"relu": CODE}


# ---------------------------------------------------------------- the student's own helpers


@everywhere
def test_a_module_brings_what_it_imports_of_its_folder(load: Load, tmp_path: Path) -> None:
    module = "from helpers import f\nfrom assignments.adam import make_optimizer\nimport pkg.one\n"
    module += "import baseline\nfrom assignments.baseline import Net\n"  # which is the course's
    files = {
        "work/relu.py": module,
        "work/adam.py": CODE,
        "work/helpers.py": "from .deeper import g\n",
        "work/deeper.py": "g = 1\n",
        "work/pkg/__init__.py": "",
        "work/pkg/one.py": "from . import two\n",
        "work/pkg/two.py": "x = 2\n",
        "work/unused.py": "x = 3\n",
        "work/baseline.py": "x = 4\n",
        "above.py": "x = 5\n",
    }
    siblings = dict(load(files, tmp_path).sources["relu"].siblings)
    assert siblings == {
        "adam.py": CODE,
        "deeper.py": "g = 1\n",
        "helpers.py": "from .deeper import g\n",
        "pkg/__init__.py": "",
        "pkg/one.py": "from . import two\n",
        "pkg/two.py": "x = 2\n",
    }


@pytest.mark.parametrize(
    ("module", "files", "siblings"),
    [
        ("from relu import Net", ["hw/relu (1).py"], ["relu.py"]),
        ("from assignments.relu import Net", ["hw/doe_relu.py"], ["relu.py"]),
        ("from relu import Net", ["relu/relu.py"], ["relu.py"]),
        ("from .relu import Net", ["relu/Copy of relu.py"], ["relu.py"]),
        ("from relu import Net", ["hw/relu (1).py", "hw/relu (2).py"], []),
        ("from relu import Net", ["hw/relu.ipynb"], ["relu.ipynb"]),
        ("from relu import Net", ["hw/Copy of relu.ipynb"], ["relu.ipynb"]),
        ("from hw.helpers import f", ["hw/helpers.py", "hw/more.py"], ["hw/helpers.py"]),
        ("from hw.relu import Net", ["hw/relu-1.py"], ["hw/relu.py"]),
        ("import hw.pkg.one", ["hw/pkg/one.py", "pkg/one.py"], ["hw/pkg/one.py"]),
        # In a folder above or beside, to which sys.path leads, or from the top of a repository.
        ("from act import f", ["act.py"], ["act.py"]),
        ("from act import f", ["utils/act.py"], ["act.py"]),
        ("from utils.act import f", ["utils/act.py"], ["utils/act.py"]),
        ("from ..act import f", ["act.py", "hw/act.py"], ["../act.py"]),
        ("from act import f", ["lib/deep/act.py", "lib/act.py"], ["act.py"]),
        ("from act import f", ["hw/lib/act.py", "act.py"], ["act.py"]),
        ("from act import f", ["one/act.py", "two/act.py"], []),
        ("from act import f", ["hw/act.ipynb"], ["act.ipynb"]),
        ("from act import f", ["hw/act.ipynb", "act.py"], ["act.py"]),
        ("from act import f", ["env/pyvenv.cfg", "env/act.py", "tests/act.py"], []),
        ("from utils.act import f", ["hw/utils.py", "utils/act.py"], ["utils.py"]),
        ("import random, numpy, torch", ["random.py", "lib/numpy.py", "lib/torch.py"], []),
    ],
)
def test_what_is_imported_is_found_as_it_was_called_where_it_was_written(
    tmp_path: Path, module: str, files: list[str], siblings: list[str]
) -> None:
    tree: Files = {"hw/dropout.py": f"{module}\n", **dict.fromkeys(files, CODE)}
    read = from_folder(tree, tmp_path).sources["dropout"]
    assert [path for path, _ in read.siblings] == siblings
    assert {text for _, text in read.siblings} <= {CODE}


def test_helpers_are_bounded_and_decoded(tmp_path: Path) -> None:
    many = "".join(f"import m{i}\n" for i in range(100))
    files: dict[str, str | bytes] = {f"m{i}.py": f"x = {i}\n" for i in range(100)}
    assert len(from_folder({"relu.py": many, **files}, tmp_path).sources["relu"].siblings) == 64
    large: dict[str, str | bytes] = {f"h{i}.py": "#" * (300 << 10) for i in range(6)}
    module = "import h0, h1, h2, h3, h4, h5, latin\n"
    latin = {"latin.py": "x = 'é'\n".encode("latin-1")}
    siblings = from_folder({"relu.py": module, **large, **latin}, tmp_path).sources["relu"].siblings
    assert [path for path, _ in siblings] == ["h0.py", "h1.py", "h2.py"]


@pytest.mark.parametrize(
    "line",
    ["from " + "." * 500_000, "import " + "(" * 500_000, "import (\n" * 50_000,
     ";import a" * 50_000, "import a\\\n" * 50_000, "from a import " + "b, " * 200_000,
     " " * 500_000],
)  # fmt: skip
def test_hostile_imports_are_looked_through_in_no_time(line: str) -> None:
    # Whatever takes more than linear time runs into the tests' own limit here.
    assert len(list(imports_of(line, "relu.py"))) < 2_000_000


def test_helpers_that_import_each_other_end(tmp_path: Path) -> None:
    files = {"relu.py": "import a\n", "a.py": "import b, relu\n", "b.py": "import a\n"}
    siblings = from_folder(files, tmp_path).sources["relu"].siblings
    assert siblings == (("a.py", "import b, relu\n"), ("b.py", "import a\n"))


# ---------------------------------------------------------------- several at once


def test_a_class_is_recognised(tmp_path: Path) -> None:
    assert from_folder(
        {"jane/relu.py": CODE, "bob/relu.py": OTHER, "pat/adam.py": CODE}, tmp_path
    ).side_by_side == ("bob", "jane")
    packed = {"jane.zip": zipped({"relu.py": CODE}), "bob.zip": zipped({"relu.py": CODE})}
    submission = from_zip(packed, tmp_path)
    assert submission.side_by_side == ("bob.zip", "jane.zip")
    flat = {"doejane_77_1_relu.py": CODE, "roebob_78_2_relu.py": CODE}
    assert from_tar(flat, tmp_path).side_by_side == tuple(flat)


@pytest.mark.parametrize(
    "files",
    [
        {"relu/relu.py": CODE, "adam/adam.py": CODE},
        {"relu.py": CODE, "a/relu.py": OTHER},
        {"relu (1).py": CODE, "relu_final.py": OTHER},
        {"Copy of relu.py": CODE, "Copy (2) of relu.py": OTHER},
        {"Version 1/relu.py": CODE, "Version 2/relu.py": OTHER},
    ],
)
def test_one_students_work_is_no_class(files: Files, tmp_path: Path) -> None:
    assert from_folder(files, tmp_path).side_by_side == ()


def test_two_hand_ins_of_one_student_are_merged(tmp_path: Path) -> None:
    first = load_submission(write(tmp_path / "a.zip", zipped({"relu.py": CODE})), SLUGS)
    second = load_submission(
        write(tmp_path / "b.zip", zipped({"relu.py": OTHER, "adam.py": CODE})), SLUGS
    )
    both = merge("jane", [first, second])
    assert texts(both) == {"adam": CODE}
    assert "a/relu.py and b/relu.py" in both.problems["relu"]
    assert texts(merge("jane", [first, first])) == {"relu": CODE}


def test_several_are_read_and_each_costs_itself_only(tmp_path: Path) -> None:
    good = write(tmp_path / "a/relu (1).py", CODE)
    bad = write(tmp_path / "b.7z", b"7z")
    submissions, unreadable = read_submissions(COURSE, [good, bad], ["relu"])
    assert [texts(submission) for submission in submissions] == [{"relu": CODE}]
    assert unreadable == [
        "b.7z: it is a 7-Zip archive, which can't be read; make a .zip of the modules and hand "
        "that in"
    ]


# ---------------------------------------------------------------- where a module lies


def test_a_module_is_found_where_it_is_a_file_of_its_own(tmp_path: Path) -> None:
    alone = write(tmp_path / "relu.py", CODE)
    work = tmp_path / "work"
    below = write(work / "src" / "relu.py", CODE)
    adam = write(work / "adam.py", b"")
    packed = write(work / "l2.zip", zipped({"l2.py": CODE}))
    assert find_module(load_submission(alone, SLUGS), "relu") == alone
    folder = load_submission(work, SLUGS)
    # Also one that can't be used, of which there is no other.
    assert [find_module(folder, slug) for slug in ("relu", "adam", "l2")] == [below, adam, None]
    archive = write(tmp_path / "relu.zip", zipped({"relu.py": CODE}))
    assert find_module(load_submission(archive, SLUGS), "relu") is None
    assert find_module(load_submission(packed, SLUGS), "l2") is None


def test_of_several_files_the_one_that_was_read_is_found(tmp_path: Path) -> None:
    write(tmp_path / "relu (1).py", OTHER)
    read = write(tmp_path / "relu.py", CODE)
    assert find_module(load_submission(tmp_path, SLUGS), "relu") == read
    write(tmp_path / "a" / "adam.py", CODE)
    write(tmp_path / "b" / "adam.py", OTHER)
    assert find_module(load_submission(tmp_path, SLUGS), "adam") is None
