"""Names as systems and people make them: which are read as an assignment's, and which are not."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.submissions.kinds import kind_by_name, kind_of
from grader.submissions.names import Rank, is_junk, is_near, read_name

SLUGS = (
    "kaiming_init", "extra_layer", "relu", "momentum", "adam", "l2", "dropout", "batchnorm",
    "mini_batches", "l1", "leaky_relu_elu", "random_search",
)  # fmt: skip


@pytest.mark.parametrize(
    ("filename", "slug"),
    [
        # browsers
        ("relu (1).py", "relu"),
        ("relu(2).ipynb", "relu"),
        ("relu-1.py", "relu"),
        ("relu.py.txt", "relu"),
        ("relu.ipynb.json", "relu"),
        ("relu.ipynb.txt", "relu"),
        ("relu.py.html", "relu"),
        ("relu.py.download", "relu"),
        ("relu%20(1).py", "relu"),
        ("relu%2520(1).py", "relu"),
        ("relu+1.py", "relu"),
        # copies
        ("Copy of relu.ipynb", "relu"),
        ("Copy (2) of relu.py", "relu"),
        ("relu copy.py", "relu"),
        ("relu copy 2.py", "relu"),
        ("relu - Copy (3).py", "relu"),
        ("relu - Kopie.py", "relu"),
        ("Kopie von Kopie von relu.ipynb", "relu"),
        ("Cópia de relu (1).ipynb", "relu"),
        ("relu - 副本.py", "relu"),
        ("relu的副本.py", "relu"),
        ("relu のコピー.ipynb", "relu"),
        ("Копия relu.py", "relu"),
        ("relu (another copy).py", "relu"),
        ("relu (3rd copy).py", "relu"),
        ("relu-Copy1.ipynb", "relu"),
        # course systems
        ("doejane_77_1001_relu-2.py", "relu"),
        ("doejane_LATE_77_1001_l2.py", "l2"),
        ("HW1_jdoe_attempt_2026-10-01-12-00-00_adam.py", "adam"),
        ("jdoe@uni.edu_3_relu.py", "relu"),
        ("Submission verspätet - dropout (2).py", "dropout"),
        # people
        ("relu_final_v2.py", "relu"),
        ("relu_doe_jane.py", "relu"),
        ("doe_relu.py", "relu"),
        ("Assignment 3 - ReLU.ipynb", "relu"),
        ("HW2 ReLU FINAL (1).py", "relu"),
        ("relu_2026-11-01.py", "relu"),
        ("my-ReLU.py", "relu"),
        ("01_relu.py", "relu"),
        ("relu..py", "relu"),
        ("relu .py", "relu"),
        ("rélu.py", "relu"),
        ("relu.py.py", "relu"),
        ("relu.py (1)", "relu"),
        ("relu.py alias", "relu"),
        ("batch_norm2.py", "batchnorm"),
        ("drop-out.ipynb", "dropout"),
        ("KaimingInit.ipynb", "kaiming_init"),
        ("kaiming init (1).py", "kaiming_init"),
        ("MiniBatches.py", "mini_batches"),
        ("hw1_L2.py", "l2"),
        ("l2 (1).py", "l2"),
        ("l2_1.py", "l2"),
        ("LeakyReluElu.py", "leaky_relu_elu"),
        ("leaky_relu_elu (1).py", "leaky_relu_elu"),
        ("adam_smith_momentum.py", "momentum"),
        ("Lab L1 - relu.py", "relu"),
    ],
)
def test_a_renamed_file_is_read_as_the_slug_that_is_meant(filename: str, slug: str) -> None:
    for form in ("NFC", "NFD"):
        name = read_name(unicodedata.normalize(form, filename), SLUGS)
        assert name is not None
        assert (name.slugs, name.rank) == ((slug,), Rank.RENAMED)


@pytest.mark.parametrize(
    "filename", ["RELU.PY", "Relu.Ipynb", "ReLU.py", "\uff52\uff45\uff4c\uff55.py"]
)
def test_letter_case_and_width_are_no_renaming(filename: str) -> None:
    name = read_name(filename, SLUGS)
    assert name is not None
    assert (name.slugs, name.rank) == (("relu",), Rank.FOLDED)


@pytest.mark.parametrize(
    "filename",
    [
        "test_relu.py", "relu_test.py", "relu_tests_2.py",  # tests
        "relu.py~", "relu.py.bak", "#relu.py#", "#relu.py", "relu.py#", "~$relu.py", ".#relu.py",
        "relu.py.orig", "relu.py.swp",
        "relu.pyc", "relu.cpython-311.pyc",  # editors and Python
        "relu_old.py", "relu_backup.py", "relu_helpers.py", "plot_relu.py", "relu-checkpoint.ipynb",
        "leaky_relu.py", "Leaky_ReLU (1).py", "prelu.py", "relus.py", "rellu.py", "elu.py",
        "l12.py", "l21.py", "xl2.py", "level1.py", "hw2.py", "l 2.py",  # other words
        "relu.txt", "relu.md", "relu", "relu.docx", "relu.zip", "relu.pyw",
        "helpers.py", "main.py", "baseline.py", "__init__.py", "setup.py", "random.py",
        "adamw.py", "moment.py", "relu" + " " * 5000 + ".py", "relu.python.txt",
    ],
)  # fmt: skip
def test_what_is_no_hand_in_is_not_read(filename: str) -> None:
    assert read_name(filename, SLUGS) is None


def test_the_longest_name_that_a_file_system_takes_is_read() -> None:
    assert read_name("a" * 247 + " relu.py", SLUGS) is not None
    assert read_name("a" * 248 + " relu.py", SLUGS) is None


def test_a_name_that_fits_two_slugs_alike_is_nobodys() -> None:
    name = read_name("adam_relu.py", SLUGS)
    assert name is not None
    assert set(name.slugs) == {"adam", "relu"}


@pytest.mark.parametrize(
    ("filename", "slug"),
    [
        ("rellu.py", "relu"), ("relu.txt", "relu"), ("relu", "relu"), ("relu_old.py", "relu"),
        ("prelu.py", "relu"), ("relu.py.bak", "relu"), (".relu.py.icloud", "relu"),
        ("relu.docx", "relu"), ("kaiming_initialisation.py", "kaiming_init"),
        ("batch_normalization.py", "batchnorm"), ("dropuot.py", "dropout"), ("l2.txt", "l2"),
        ("momentxx.py", "momentum"),  # three quarters are alike
    ],
)  # fmt: skip
def test_a_likely_file_is_told_of(filename: str, slug: str) -> None:
    assert is_near(filename, slug)


@pytest.mark.parametrize(
    "filename",
    [
        "helpers.py",
        "test_relu.py",
        "report.pdf",
        "l21.py",
        "",
        "kaimingini_xxxxxx.py",  # 10 of 11 and of 16 letters are alike, not quite three quarters
    ],
)
def test_an_unlikely_file_is_not(filename: str) -> None:
    assert not any(is_near(filename, slug) for slug in SLUGS)


def test_what_systems_leave_behind_is_junk() -> None:
    for name in (
        "__MACOSX", "._relu.py", ".DS_Store", ".git", ".ipynb_checkpoints", "__pycache__",
        "Thumbs.db", "desktop.ini", "~$relu.docx", ".venv",
    ):  # fmt: skip
        assert is_junk(name)
    for name in ("relu.py", ".relu.py.icloud", "..", "_relu.py", "src"):
        assert not is_junk(name)


# What is put before and behind a name, by whom it does not matter.
BEFORE = st.sampled_from(["", "Copy of ", "Kopie von ", "doe_jane_", "HW 3 - ", "77_1001_", "my"])
BEHIND = st.lists(
    st.sampled_from(
        [" (1)", "-1", "_final", " - Kopie", "-Copy2", " copy", "_v2", "%20(2)", "_doe"]
    ),
    max_size=3,
).map("".join)
ENDING = st.sampled_from([".py", ".PY", ".ipynb", ".py.txt", ".ipynb.json", ".py (1)", ".py.html"])


@settings(derandomize=True, deadline=None, max_examples=300)
@given(
    before=BEFORE, slug=st.sampled_from(SLUGS), behind=BEHIND, ending=ENDING, upper=st.booleans()
)
def test_marks_may_be_stacked(
    before: str, slug: str, behind: str, ending: str, upper: bool
) -> None:
    if before == "my":
        before = "my_"
    written = slug.upper() if upper else slug
    name = read_name(f"{before}{written}{behind}{ending}", SLUGS)
    assert name is not None
    assert name.slugs == (slug,)
    assert name.suffix == (".ipynb" if "ipynb" in ending else ".py")


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.text(max_size=300))
def test_any_text_may_be_a_name(filename: str) -> None:
    read_name(filename, SLUGS)
    is_near(filename, "relu")
    is_junk(filename)
    kind_by_name(filename)


# ---------------------------------------------------------------- what can't be opened


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"7z\xbc\xaf'\x1c\0\4", "7-Zip"),
        (b"Rar!\x1a\x07\x01\0", "RAR"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\n<!DOCTYPE html>\n<html lang='en'>", "web page"),
        (b"<HTML><HEAD>", "web page"),
        (b"{\\rtf1\\ansi", "rich text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(20), "Office"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:6fd5\nsize 9\n", "Git LFS"),
        (b"[InternetShortcut]\r\nURL=https://example.edu\r\n", "shortcut"),
        (b"L\0\0\0\x01\x14\x02\0" + bytes(30), "shortcut"),
        (b'{"url": "https://docs.google.com/open?id=1", "doc_id": "1"}', "Google Drive"),
        (b"bplist00\xd5", "iCloud"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"\xa7\r\r\n\0\0\0\0" + bytes(8), "program"),
    ],
)
def test_a_file_is_known_by_its_first_bytes(data: bytes, what: str) -> None:
    kind = kind_of(data)
    assert kind is not None
    assert what in str(kind)
    assert "hand" in str(kind)


def test_code_is_none_of_these() -> None:
    for text in ("", "import torch\n", '{"cells": [], "nbformat": 4}', "# <html>\n", "x = '%PDF-'"):
        assert kind_of(text.encode()) is None
    for name in ("relu.py", "relu.ipynb", "work.zip", "work.tar.gz", "work.tar (1).gz", "relu"):
        assert kind_by_name(name) is None
