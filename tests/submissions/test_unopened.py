"""What can't be opened or read is named, with what to do."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from helpers.classes import make_zip
from helpers.sources import (
    CODE,
    SLUGS,
    Load,
    everywhere,
    from_folder,
    texts,
    write,
)

from grader.intake.tree import open_tree
from grader.submissions.model import SubmissionError
from grader.submissions.reading import (
    load_submission,
)


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
        ("jane.docx", make_zip({"word/document.xml": ""}), "a Word document"),
        ("jane.pdf", b"%PDF", "a PDF"),
        ("jane.ipynb.pdf", b"%PDF", "a PDF"),
        ("jane.lnk", b"L\0\0\0", "a shortcut"),
    ],
)
def test_a_whole_hand_in_that_cannot_be_opened_is_named(
    name: str, data: bytes, words: str, tmp_path: Path
) -> None:
    path = write(tmp_path / name, data)
    inside = write(tmp_path / "class.zip", make_zip({name: data}))
    with pytest.raises(SubmissionError, match=words) as caught:
        load_submission(path, SLUGS)
    with open_tree(inside) as tree, pytest.raises(SubmissionError, match=words) as in_class:
        tree.load((name,), SLUGS)
    assert str(caught.value) == str(in_class.value)
    assert str(caught.value).startswith(f"{name}: ")


def test_a_password_is_told_of(tmp_path: Path) -> None:
    data = bytearray(make_zip({"relu.py": CODE}))
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
