"""A class's files, in a folder or a zip: what can be somebody's hand-in, and what is left out."""

from __future__ import annotations

import io
import unicodedata
import zipfile
from pathlib import Path

import pytest

from grader.intake.tree import is_submission_file, open_tree
from grader.submissions.model import SubmissionError

SLUGS = ("relu", "adam")


def make_zip(path: Path, files: dict[str, bytes]) -> Path:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    path.write_bytes(buffer.getvalue())
    return path


@pytest.mark.parametrize(
    "name",
    [
        "jane.zip", "jane.tar (1).gz", "jane.7z", "jane.RAR", "jane.pdf", "jane.docx", "jane.pages",
        "relu.py", "Copy of relu.ipynb", "relu.py.txt", "jane.lnk", "jane.html", "jane.icloud",
    ],
)  # fmt: skip
def test_a_hand_in_is_listed_whether_it_can_be_opened_or_not(name: str) -> None:
    assert is_submission_file(name)


@pytest.mark.parametrize(
    "name", ["README.md", "readme.pdf", "index.html", "grades.csv", "roster.xlsx.csv", "relu.py~"]
)
def test_what_lies_beside_hand_ins_is_none(name: str) -> None:
    assert not is_submission_file(name)


def test_backslashes_are_folders_and_junk_hides_nobody(tmp_path: Path) -> None:
    files = {
        "jane\\relu.py": b"x = 1\n",
        "bob\\.git\\config": b"",
        "__MACOSX\\._x": b"",
        "pat\\": b"",
    }
    with open_tree(make_zip(tmp_path / "class.zip", files)) as tree:
        assert tree.names() == {"bob": "folder", "jane": "folder", "pat": "folder"}
        assert list(tree.load(("jane",), SLUGS).sources) == ["relu"]


def test_a_password_and_a_damaged_member_are_told_apart(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "class.zip", {"jane/relu.py": b"x = 1\n"})
    good = path.read_bytes()
    encrypted = bytearray(good)
    encrypted[6] |= 1
    encrypted[good.index(b"PK\x01\x02") + 8] |= 1
    for data, words in (
        (bytes(encrypted), "it is encrypted; hand it in without a password"),
        (good.replace(b"x = 1", b"x = 2"), "it is damaged"),
    ):
        path.write_bytes(data)
        with open_tree(path) as tree:
            assert words in tree.load(("jane",), SLUGS).problems["relu"]


def test_a_class_that_is_no_zip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "class.7z").write_bytes(b"7z\xbc\xaf'\x1c")
    with pytest.raises(SubmissionError, match="name the folder"), open_tree(tmp_path / "class.7z"):
        pass


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Müller Jürgen".encode(), "Müller Jürgen"),  # macOS
        (unicodedata.normalize("NFD", "Zoë 李").encode(), "Zoë 李"),
        ("Jürgen".encode("cp437"), "Jürgen"),
        ("Søren Ñandú".encode("cp850"), "Søren Ñandú"),  # Windows in Western Europe
        ("名前".encode("shift_jis"), "û╝æO"),  # as the format has it: nobody can tell
    ],
)  # fmt: skip
def test_names_in_a_zip_that_does_not_say_how_they_are_written_are_read(
    written: bytes, read: str, tmp_path: Path
) -> None:
    stand_in = b"x" * len(written)
    path = make_zip(tmp_path / "class.zip", {f"{stand_in.decode()}/relu.py": b"x = 1\n"})
    path.write_bytes(path.read_bytes().replace(stand_in, written))
    with open_tree(path) as tree:
        assert tree.names() == {read: "folder"}
        assert list(tree.load((read,), SLUGS).sources) == ["relu"]


def test_names_are_composed_whichever_way_the_disk_has_them(tmp_path: Path) -> None:
    for name in (unicodedata.normalize("NFD", "José"), "Zoë", unicodedata.normalize("NFD", "Zoë")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "relu.py").write_text("x = 1\n")
    with open_tree(tmp_path) as tree:
        for _ in range(2):  # what has been looked at is known
            names = tree.names()
            assert "José" in names and "Zoë" in names and len(names) == 3
        for name in names:
            assert list(tree.load((name,), SLUGS).sources) == ["relu"]


def test_a_zip_that_was_not_downloaded_as_a_whole_is_called_damaged(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "class.zip", {"jane/relu.py": b"x = 1\n"})
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(SubmissionError, match="download it again"), open_tree(path):
        pass


@pytest.mark.parametrize("name", ["x" * 300, "x" * 5_000])
def test_a_name_that_no_system_takes_is_told_of(name: str, tmp_path: Path) -> None:
    with (
        pytest.raises(SubmissionError, match=r"File name too long.*; check the path"),
        open_tree(tmp_path / name),
    ):
        pass


def test_what_lies_apart_is_no_part_of_the_class(tmp_path: Path) -> None:
    for name in ("jane", "results", "bob/results"):
        (tmp_path / name).mkdir(parents=True)
    with open_tree(tmp_path, apart=tmp_path / "bob" / ".." / "results") as tree:
        assert list(tree.names()) == ["bob", "jane"]
        assert list(tree.names(("bob",))) == ["results"]
