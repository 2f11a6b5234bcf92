"""Which file counts, wherever it lies: the same in a folder, a zip, a tar and a class's zip."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers.classes import make_zip
from helpers.repository import REPOSITORY, solution
from helpers.sources import (
    CODE,
    OTHER,
    SLUGS,
    Files,
    Load,
    everywhere,
    from_folder,
    from_tar,
    from_zip,
    tarred,
    texts,
    write,
)

from grader.course.manifest import load_course
from grader.course.stubs import original_stub
from grader.submissions import untouched
from grader.submissions.model import Source
from grader.submissions.reading import (
    find_module,
    load_submission,
    merge,
    read_submission,
    read_submissions,
)

COURSE = load_course(REPOSITORY)


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
        ["Revision 1 - On time", "Revision 9 - On Time", "Revision 10 - Late"],
        ["2_submissions", "4_revisions_1", "6_revisions_2"],
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
def test_what_those_who_correct_gave_back_is_not_the_students(load: Load, tmp_path: Path) -> None:
    files = {"1_submissions/notes.txt": "", "2_corrections/relu.py": CODE}
    assert load(files, tmp_path).sources == {}
    files = {"2_corrections/relu.py": CODE}  # so called by the student
    assert texts(load(files, tmp_path / "own")) == {"relu": CODE}


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


@pytest.mark.parametrize("pack", [make_zip, tarred])
@everywhere
def test_an_archive_inside_is_a_folder(
    load: Load, pack: Callable[[Files], bytes], tmp_path: Path
) -> None:
    suffix = "zip" if pack is make_zip else "tgz"
    submission = load({f"hw.{suffix}": pack({"work/relu.py": CODE}), "a.txt": ""}, tmp_path)
    assert texts(submission) == {"relu": CODE}


@everywhere
def test_what_is_loose_counts_before_what_is_packed(load: Load, tmp_path: Path) -> None:
    files = {"a/b/relu.py": CODE, "x.zip": make_zip({"relu.py": OTHER, "adam.py": OTHER})}
    submission = load(files, tmp_path)
    assert texts(submission) == {"relu": CODE, "adam": OTHER}
    assert submission.sources["relu"].read_from == "a/b/relu.py, not from x.zip/relu.py"


@everywhere
def test_what_is_packed_once_counts_before_what_is_packed_twice(load: Load, tmp_path: Path) -> None:
    inner = make_zip({"relu (2).py": OTHER})
    files = {"x.zip": make_zip({"a/b/relu (1).py": CODE, "inner.zip": inner}), "notes.txt": ""}
    assert texts(load(files, tmp_path)) == {"relu": CODE}


@everywhere
def test_archives_in_archives_are_looked_into_so_far(load: Load, tmp_path: Path) -> None:
    inner: bytes | str = CODE
    name = "relu.py"
    for level in range(5):
        inner = make_zip({name: inner})
        name = f"{level}.zip"
    submission = load({name: inner}, tmp_path)
    assert not submission.sources
    assert "relu" in submission.problems
    assert ".zip" in submission.problems["relu"]


def test_bombs_inside_share_the_bounds(tmp_path: Path) -> None:
    bomb = make_zip({"x.bin": bytes(7 << 20)})
    files: dict[str, str | bytes] = {f"{i}.zip": bomb for i in range(200)}
    submission = from_folder(files | {"adam.py": CODE}, tmp_path)
    assert list(submission.sources) == ["adam"]
    assert "unpacks to more than 256 MiB" in "".join(submission.problems.values())


@everywhere
def test_a_damaged_archive_inside_costs_only_what_is_missing(load: Load, tmp_path: Path) -> None:
    submission = load({"relu.py": CODE, "rest.zip": b"PK\x03\x04 nothing"}, tmp_path)
    assert list(submission.sources) == ["relu"]
    assert submission.problems["adam"].startswith("rest.zip: the archive is damaged")


# ---------------------------------------------------------------- several at once


def test_a_class_is_recognised(tmp_path: Path) -> None:
    assert from_folder(
        {"jane/relu.py": CODE, "bob/relu.py": OTHER, "pat/adam.py": CODE}, tmp_path
    ).side_by_side == ("bob", "jane")
    packed = {"jane.zip": make_zip({"relu.py": CODE}), "bob.zip": make_zip({"relu.py": CODE})}
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
    first = load_submission(write(tmp_path / "a.zip", make_zip({"relu.py": CODE})), SLUGS)
    second = load_submission(
        write(tmp_path / "b.zip", make_zip({"relu.py": OTHER, "adam.py": CODE})), SLUGS
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
    packed = write(work / "l2.zip", make_zip({"l2.py": CODE}))
    assert find_module(load_submission(alone, SLUGS), "relu") == alone
    folder = load_submission(work, SLUGS)
    # Also one that can't be used, of which there is no other.
    assert [find_module(folder, slug) for slug in ("relu", "adam", "l2")] == [below, adam, None]
    archive = write(tmp_path / "relu.zip", make_zip({"relu.py": CODE}))
    assert find_module(load_submission(archive, SLUGS), "relu") is None
    assert find_module(load_submission(packed, SLUGS), "l2") is None


def test_of_several_files_the_one_that_was_read_is_found(tmp_path: Path) -> None:
    write(tmp_path / "relu (1).py", OTHER)
    read = write(tmp_path / "relu.py", CODE)
    assert find_module(load_submission(tmp_path, SLUGS), "relu") == read
    write(tmp_path / "a" / "adam.py", CODE)
    write(tmp_path / "b" / "adam.py", OTHER)
    assert find_module(load_submission(tmp_path, SLUGS), "adam") is None
