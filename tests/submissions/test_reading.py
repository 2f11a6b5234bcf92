"""Reading submissions: every way to hand one in, and every way to hand in a bad one."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import random
import socket
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.handed_in import (
    MIB,
    PACKERS,
    SLUGS,
    SOURCE,
    at_most,
    nothing_beside,
    problem,
    refused,
    tar_bytes,
    tar_of,
    zip_bytes,
)
from helpers.machine import on_posix

from grader.submissions.archives.bounds import NOT_PLAIN
from grader.submissions.model import SubmissionError
from grader.submissions.reading import load_submission


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[Path]:
    with nothing_beside(tmp_path) as path:
        yield path


# --- what may be handed in -------------------------------------------------------------------

LAYOUTS = {
    "flat": "{}",
    "in_assignments": "assignments/{}",
    "in_a_top_folder": "repo-main/{}",
    "in_assignments_in_a_top_folder": "repo-main/assignments/{}",
}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize("suffix", PACKERS)
def test_an_archive_is_read_in_every_layout(folder: Path, layout: str, suffix: str) -> None:
    members: dict[str, str | bytes] = {
        layout.format("relu.py"): SOURCE,
        layout.format("adam.py"): "x = 1\n",
        layout.format("helper.py"): "other files are ignored",
        "__MACOSX/._relu.py": b"\0\1",
        layout.format(".DS_Store"): b"\0",
        layout.format("__pycache__/relu.cpython-311.pyc"): b"\0",
        "._repo-main": b"\0",
    }
    path = folder / f"alice{suffix}"
    path.write_bytes(PACKERS[suffix](members))
    loaded = load_submission(path, SLUGS)
    assert loaded.name == path.name.removesuffix("".join(path.suffixes))
    assert {slug: source.text for slug, source in loaded.sources.items()} == {
        "relu": SOURCE,
        "adam": "x = 1\n",
    }
    assert loaded.sources["relu"].filename == "relu.py"
    assert not loaded.problems


@pytest.mark.parametrize("inner", [".", "assignments"])
def test_a_folder_is_read(folder: Path, inner: str) -> None:
    student = folder / "alice"
    (student / inner).mkdir(parents=True)
    (student / inner / "relu.py").write_text(SOURCE, "utf-8")
    (student / "README.md").write_text("hello")
    loaded = load_submission(student, SLUGS)
    assert loaded.name == "alice"
    assert {slug: source.text for slug, source in loaded.sources.items()} == {"relu": SOURCE}
    assert not loaded.problems


def test_a_folder_is_called_what_was_typed_or_else_what_it_really_is(folder: Path) -> None:
    (folder / "v1.2" / "assignments").mkdir(parents=True)
    os.chdir(folder / "v1.2" / "assignments")
    assert load_submission(Path("."), SLUGS).name == "assignments"
    assert load_submission(Path(".."), SLUGS).name == "v1.2"
    assert load_submission(folder / "v1.2" / "assignments", SLUGS).name == "assignments"
    os.chdir(folder)


def test_a_link_to_a_folder_may_be_named(folder: Path) -> None:
    (folder / "real").mkdir()
    (folder / "real" / "relu.py").write_text(SOURCE, "utf-8")
    (folder / "link").symlink_to("real")
    assert "relu" in load_submission(folder / "link", SLUGS).sources


def test_a_single_module_is_read(folder: Path) -> None:
    (folder / "l2.py").write_text(SOURCE, "utf-8")
    loaded = load_submission(folder / "l2.py", SLUGS)
    assert (loaded.name, list(loaded.sources), loaded.problems) == ("l2", ["l2"], {})


def test_a_missing_module_is_neither_source_nor_problem(folder: Path) -> None:
    (folder / "README.md").write_text("{}")
    loaded = load_submission(folder, SLUGS)
    assert not loaded.sources
    assert not loaded.problems


def test_text_is_kept_as_written_but_for_the_byte_order_mark(folder: Path) -> None:
    (folder / "relu.py").write_bytes(b"\xef\xbb\xbfa = 1\r\nb = '\xc3\xa9'\r")
    assert load_submission(folder, SLUGS).sources["relu"].text == "a = 1\r\nb = 'é'\r"


@pytest.mark.parametrize(
    ("cookie", "encoding"),
    [
        ("# -*- coding: utf-8 -*-", "utf-8"),
        ("# -*- coding: utf-8-unix -*-", "utf-8"),
        ("# vim: set fileencoding=UTF8 :", "utf-8"),
        ("# coding=us-ascii", "utf-8"),
        ("# -*- coding: Latin_1 -*-", "latin-1"),
        ("# coding: latin-1-dos", "latin-1"),
        ("# coding: windows-1252", "cp1252"),
        ("# coding: mac_roman", "mac_roman"),
    ],
)
@pytest.mark.parametrize("line", [1, 2])
def test_a_module_is_read_in_the_encoding_that_it_declares(
    folder: Path, cookie: str, encoding: str, line: int
) -> None:
    text = "#\n" * (line - 1) + f"{cookie}\n# größer\n"
    (folder / "relu.py").write_bytes(text.encode(encoding))
    assert load_submission(folder, SLUGS).sources["relu"].text == text


@pytest.mark.parametrize("encoding", ["gbk", "big5", "shift_jis", "euc_kr"])
def test_a_declared_encoding_may_have_characters_of_several_bytes(
    folder: Path, encoding: str
) -> None:
    text = f"# coding: {encoding}\n# {'값' if encoding == 'euc_kr' else '中文'}\n"
    (folder / "relu.py").write_bytes(text.encode(encoding))
    assert load_submission(folder, SLUGS).sources["relu"].text == text


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_module_that_a_windows_shell_wrote_is_read(folder: Path, encoding: str) -> None:
    text = "import torch\r\n# größer\r\n"
    (folder / "relu.py").write_bytes(text.encode(encoding))
    assert load_submission(folder, SLUGS).sources["relu"].text == text


def test_concatenated_compressed_streams_are_one_archive(folder: Path) -> None:
    tar = tar_bytes({"relu.py": SOURCE, "noise": random.Random(1).randbytes(200_000)})
    for name, compress in {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}.items():
        path = folder / f"a.tar.{name}"
        path.write_bytes(compress(tar[:70_000]) + compress(tar[70_000:]) + bytes(1024))
        assert load_submission(path, SLUGS).sources["relu"].text == SOURCE


def test_modules_are_read_in_any_order_of_a_tar(folder: Path) -> None:
    members: dict[str, str | bytes] = {f"{slug}.py": f"# {slug}" for slug in reversed(SLUGS)}
    (folder / "a.tgz").write_bytes(tar_bytes(members, "w:gz"))
    loaded = load_submission(folder / "a.tgz", SLUGS)
    assert tuple(loaded.sources) == SLUGS
    assert {s: source.text for s, source in loaded.sources.items()} == {s: f"# {s}" for s in SLUGS}


def test_a_tar_as_git_and_macos_make_it_is_read(folder: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(
        fileobj=buffer, mode="w", pax_headers={"comment": "0123456789abcdef"}
    ) as archive:
        info = tarfile.TarInfo("repo-main/")
        info.type = tarfile.DIRTYPE
        archive.addfile(info)
        long = "repo-main/" + "long/" * 40 + "größe.txt"
        for name in (long, "repo-main/relu.py"):
            info = tarfile.TarInfo(name)
            info.size = len(SOURCE.encode())
            info.pax_headers = {"LIBARCHIVE.xattr.com.apple.provenance": "AQIA", "mtime": "1.5"}
            archive.addfile(info, io.BytesIO(SOURCE.encode()))
    (folder / "a.tar").write_bytes(buffer.getvalue())
    assert load_submission(folder / "a.tar", SLUGS).sources["relu"].text == SOURCE


# --- problems of one module ------------------------------------------------------------------


def test_a_module_that_is_not_utf8_is_a_problem_that_names_the_byte(folder: Path) -> None:
    text = problem(folder, b"a = 1\nb = '\xe9'\n")
    assert text == "relu.py: it is not UTF-8: byte 0xe9 at byte 11 (line 2); save it as UTF-8"


def test_a_nul_byte_is_a_problem(folder: Path) -> None:
    assert "not a text file: a NUL byte at byte 6 (line 2)" in problem(folder, b"a = 1\n\0")
    assert "not a text file" in problem(folder, bytes(1000))


@pytest.mark.parametrize("encoding", ["klingon", "unicode_escape", "rot13", "utf-7", "zip"])
def test_what_is_declared_and_no_charset_is_a_problem(folder: Path, encoding: str) -> None:
    text = problem(folder, f"# coding: {encoding}\n".encode())
    assert f"it declares the encoding {encoding}; save it as UTF-8" in text


def test_a_module_in_another_encoding_than_it_declares_is_a_problem(folder: Path) -> None:
    text = problem(folder, b"# coding: shift_jis\nx = '\xe9'\n")
    assert text.startswith("relu.py: it is not SHIFT_JIS: byte 0xe9 at byte 25 (line 2)")


def test_a_large_module_is_a_problem(folder: Path) -> None:
    with at_most(8):
        assert "larger than 1 MiB" in problem(folder, b"#" * (MIB + 1))
    (folder / "relu.py").write_bytes(b"#" * MIB)
    assert not load_submission(folder, SLUGS).problems


def test_a_huge_module_is_not_read_whole(folder: Path) -> None:
    with open(folder / "relu.py", "wb") as file:
        file.truncate(50 << 30)  # sparse: costs no disk
    with at_most(8):
        assert "larger than 1 MiB" in load_submission(folder, SLUGS).problems["relu"]


@on_posix
def test_what_is_no_regular_file_is_a_problem_and_never_blocks(folder: Path) -> None:
    outside = folder / "outside.txt"
    outside.write_text("secret")
    (folder / "relu.py").symlink_to(outside)
    (folder / "adam.py").mkdir()
    os.mkfifo(folder / "l2.py")
    server = socket.socket(socket.AF_UNIX)
    server.bind("kaiming_init.py")
    loaded = load_submission(folder, SLUGS)
    server.close()
    assert not loaded.sources
    assert loaded.problems == {
        "relu": "relu.py: it is a symbolic link; put the file itself there",
        "adam": "adam.py: it is a folder; put the file itself there",
        "l2": "l2.py: it is a pipe, socket or device; put the file itself there",
        "kaiming_init": (
            "kaiming_init.py: it is a pipe, socket or device; put the file itself there"
        ),
    }
    single = load_submission(folder / "l2.py", SLUGS)
    assert "pipe" in single.problems["l2"]


def test_a_linked_assignments_folder_is_not_followed(folder: Path) -> None:
    (folder / "elsewhere").mkdir()
    (folder / "elsewhere" / "relu.py").write_text(SOURCE, "utf-8")
    student = folder / "alice"
    student.mkdir()
    (student / "adam.py").write_text(SOURCE, "utf-8")
    (student / "assignments").symlink_to("../elsewhere")
    loaded = load_submission(student, SLUGS)
    assert list(loaded.sources) == ["adam"]
    assert loaded.problems["relu"] == (
        "assignments: it is a symbolic link; put the folder itself there"
    )


def test_two_modules_side_by_side_are_ambiguous(folder: Path) -> None:
    members: dict[str, str | bytes] = {"a/relu.py": "1", "b/relu.py": "2", "l2.py": "3"}
    (folder / "a.zip").write_bytes(zip_bytes(members))
    student = folder / "alice"
    for name, content in members.items():
        (student / name).parent.mkdir(parents=True, exist_ok=True)
        (student / name).write_text(str(content))
    for path in (folder / "a.zip", student):
        loaded = load_submission(path, SLUGS)
        assert list(loaded.sources) == ["l2"]
        assert loaded.problems == {
            "relu": "a/relu.py and b/relu.py: both are there, and they differ; remove one of them"
        }


@pytest.mark.parametrize("name", ["Relu.py", "relu.PY", "\uff52\uff45\uff4c\uff55.py"])
def test_a_module_written_otherwise_is_read_and_named(folder: Path, name: str) -> None:
    (folder / "a.zip").write_bytes(zip_bytes({name: SOURCE}))
    student = folder / "alice"
    student.mkdir()
    (student / name).write_text(SOURCE, "utf-8")
    for path in (folder / "a.zip", student):
        loaded = load_submission(path, SLUGS)
        assert loaded.sources["relu"].read_from == name
        assert not loaded.problems


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads all")
def test_a_module_without_permission_is_a_problem(folder: Path) -> None:
    (folder / "relu.py").write_text(SOURCE, "utf-8")
    (folder / "relu.py").chmod(0)
    assert "no permission" in load_submission(folder, SLUGS).problems["relu"]


@pytest.mark.parametrize("suffix", [".zip", ".tar", ".tar.gz"])
def test_one_bad_module_in_an_archive_costs_the_others_nothing(folder: Path, suffix: str) -> None:
    members: dict[str, str | bytes] = {
        "relu.py": b"#" * (MIB + 1),
        "l2.py": b"\xff",
        "kaiming_init.py": b"\0",
        "adam.py": SOURCE,
    }
    path = folder / f"a{suffix}"
    path.write_bytes(PACKERS[suffix](members))
    loaded = load_submission(path, SLUGS)
    assert list(loaded.sources) == ["adam"]
    assert "larger than 1 MiB" in loaded.problems["relu"]
    assert "not UTF-8" in loaded.problems["l2"]
    assert "NUL" in loaded.problems["kaiming_init"]


def test_a_folder_in_an_archive_that_is_named_like_a_module_is_a_problem(folder: Path) -> None:
    (folder / "a.zip").write_bytes(zip_bytes({"relu.py/": "", "adam.py": SOURCE}))
    loaded = load_submission(folder / "a.zip", SLUGS)
    assert loaded.problems == {"relu": "relu.py: it is a folder; put the file itself there"}


# --- paths that are refused ------------------------------------------------------------------


def test_a_missing_path_is_refused(folder: Path) -> None:
    assert "no such file or folder" in refused(folder / "nobody")
    (folder / "dangling.zip").symlink_to("nowhere")
    assert "no such file or folder" in refused(folder / "dangling.zip")
    with pytest.raises(SubmissionError, match="NUL"):
        load_submission(folder / "a\0b", SLUGS)


def test_a_module_of_another_name_is_refused_with_a_guess(folder: Path) -> None:
    message = refused(folder / "kaiming.py", b"")
    assert "did you mean kaiming_init.py?" in message
    assert "kaiming_init.py, relu.py, adam.py, l2.py" in message
    assert "did you mean relu.py?" in refused(folder / "rellu.py", b"")
    assert "did you mean" not in refused(folder / "zzz.py", b"")
    assert "did you mean relu.ipynb?" in refused(folder / "Rellu.ipynb", b"{}")
    assert "did you mean relu.py or adam.py?" in refused(folder / "relu_adam.py", b"")


def test_a_file_that_is_no_archive_is_refused(folder: Path) -> None:
    words = "neither a module (.py) or notebook (.ipynb) nor a zip or tar"
    assert words in refused(folder / "a.zip", b"hello")


@on_posix
def test_a_pipe_or_link_is_refused_as_an_archive(folder: Path) -> None:
    os.mkfifo(folder / "pipe.zip")
    assert "a pipe, socket or device" in refused(folder / "pipe.zip")
    (folder / "a.zip").write_bytes(zip_bytes({"relu.py": SOURCE}))
    (folder / "link.zip").symlink_to("a.zip")
    assert "a symbolic link" in refused(folder / "link.zip")


def test_a_large_archive_is_refused_unread(folder: Path) -> None:
    with open(folder / "a.zip", "wb") as file:
        file.truncate(1 << 40)
    with at_most(80):
        assert "larger than 64 MiB" in refused(folder / "a.zip")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("relu.py\n", "a control character"),
        ("\x1b[2Jrelu.py", "a control character"),
        ("a\x7f", "a control character"),
        ("a" * 1001, "more than 1000 characters"),
    ],
)
@pytest.mark.parametrize("suffix", [".zip", ".tar", "-gnu.tar"])
def test_a_name_that_nobody_gives_a_file_is_refused(
    folder: Path, suffix: str, name: str, reason: str
) -> None:
    data = PACKERS[suffix]({"adam.py": SOURCE, name: "x"})
    assert f"holds {reason}" in refused(folder / f"a{suffix}", data)


@pytest.mark.parametrize("suffix", [".zip", ".tar", "-gnu.tar"])
@pytest.mark.parametrize(
    "name",
    ["/relu.py", "//home/jane/relu.py", "C:relu.py", "c:/Users/jane/relu.py", "../hw/relu.py",
     "a/../../relu.py", "a\\..\\relu.py", "\\\\server\\share\\relu.py"],
)  # fmt: skip
def test_a_name_that_leads_elsewhere_is_but_a_name(folder: Path, suffix: str, name: str) -> None:
    (folder / f"a{suffix}").write_bytes(PACKERS[suffix]({name: SOURCE, "..": "x", "/": ""}))
    loaded = load_submission(folder / f"a{suffix}", SLUGS)
    assert [(source.text, source.read_from) for source in loaded.sources.values()] == [(SOURCE, "")]
    assert loaded.problems == {}


def test_a_nul_in_a_name_is_refused(folder: Path) -> None:
    data = zip_bytes({"relu.py#.txt": "x"}).replace(b"relu.py#", b"relu.py\0")
    assert "holds a control character" in refused(folder / "a.zip", data)
    info = tarfile.TarInfo("x")
    info.pax_headers = {"path": "relu.py\0.txt"}
    assert "holds a control character" in refused(folder / "a.tar", tar_of(info))


@pytest.mark.parametrize(
    "kind",
    [
        tarfile.SYMTYPE,
        tarfile.LNKTYPE,
        tarfile.CHRTYPE,
        tarfile.BLKTYPE,
        tarfile.FIFOTYPE,
        b"Z",
    ],
)
def test_a_tar_member_that_is_no_file_costs_its_module_alone(folder: Path, kind: bytes) -> None:
    *odd, file = (tarfile.TarInfo(name) for name in ("relu.py", "data", "adam.py"))
    for info in odd:
        info.type, info.linkname = kind, "/etc/passwd"
    file.size = 2
    (folder / "a.tar").write_bytes(tar_of(*odd, file, text=b"a\n"))
    submission = load_submission(folder / "a.tar", SLUGS)
    assert submission.sources["adam"].text == "a\n"
    assert submission.problems["relu"] == f"relu.py: {NOT_PLAIN}"


def test_a_hard_link_that_states_the_size_of_its_file_hides_nothing(folder: Path) -> None:
    """Other archivers than GNU's do, and no data follows."""
    linked, file = tarfile.TarInfo("twin"), tarfile.TarInfo("relu.py")
    linked.type, linked.size, file.size = tarfile.LNKTYPE, 5_000, 2
    blocks = [linked.tobuf(), file.tobuf(), b"a\n".ljust(512, b"\0"), bytes(1024)]
    (folder / "a.tar").write_bytes(b"".join(blocks))
    assert load_submission(folder / "a.tar", SLUGS).sources["relu"].text == "a\n"


@pytest.mark.parametrize(
    ("type_", "pax"),
    [
        (tarfile.GNUTYPE_SPARSE, {}),
        (tarfile.REGTYPE, {"GNU.sparse.major": "1", "GNU.sparse.realsize": str(1 << 60)}),
    ],
)
def test_a_sparse_member_is_refused(folder: Path, type_: bytes, pax: dict[str, str]) -> None:
    info = tarfile.TarInfo("relu.py")
    info.type, info.pax_headers = type_, pax
    assert "a sparse member" in refused(folder / "a.tar", tar_of(info))


def test_a_link_in_a_zip_costs_its_module_alone(folder: Path) -> None:
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        for name in ("relu.py", "data"):
            info = zipfile.ZipInfo(name)
            info.external_attr = 0o120777 << 16
            archive.writestr(info, "/etc/passwd")
        archive.writestr("adam.py", "a\n")
    submission = load_submission(folder / "a.zip", SLUGS)
    assert submission.sources["adam"].text == "a\n"
    assert submission.problems["relu"] == f"relu.py: {NOT_PLAIN}"


@pytest.mark.parametrize(("encoding", "name"), [("utf-8", "L\u00f6ss"), ("cp850", "S\u00f8ren")])
def test_in_a_zip_a_file_is_called_as_the_student_called_it(
    folder: Path, encoding: str, name: str
) -> None:
    """Zips of macOS and of Windows don't say what their names are written in."""
    written = name.encode(encoding)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(f"relu {'x' * len(written)}.py", "a")
    (folder / "a.zip").write_bytes(buffer.getvalue().replace(b"x" * len(written), written))
    source = load_submission(folder / "a.zip", SLUGS).sources["relu"]
    assert source.read_from == f"relu {name}.py"


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("relu.py", "relu.py"),
        ("relu.py", "./relu.py"),
        ("a/relu.py", "a\\relu.py"),
        ("notes.txt", "notes.txt"),
        ("relu.py", "relu.py/"),
    ],
)
def test_a_name_twice_is_refused(folder: Path, first: str, second: str) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(first, "1")
        archive.writestr(second, "")
    assert "is in it twice" in refused(folder / "a.zip", buffer.getvalue())


def test_other_names_may_differ_in_case_only(folder: Path) -> None:
    (folder / "a.zip").write_bytes(zip_bytes({"a.txt": "", "A.txt": "", "relu.py": SOURCE}))
    assert "relu" in load_submission(folder / "a.zip", SLUGS).sources


def test_an_encrypted_member_is_refused(folder: Path) -> None:
    data = bytearray(zip_bytes({"relu.py": SOURCE}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert "is encrypted; make the archive without a password" in refused(folder / "a.zip", data)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_unusual_compression_is_refused(folder: Path, method: int) -> None:
    message = refused(folder / "a.zip", zip_bytes({"relu.py": SOURCE}, method))
    assert f"compressed by method {method}" in message


@pytest.mark.parametrize("suffix", [".zip", ".tar", ".tar.gz", ".tar.bz2", ".tar.xz"])
def test_a_truncated_archive_is_refused(folder: Path, suffix: str) -> None:
    data = PACKERS[suffix]({"relu.py": SOURCE, "adam.py": SOURCE * 50})
    # A tar ends in zero blocks and padding: cut off before the end of its members.
    longest = 512 * 6 if suffix == ".tar" else len(data) - 1
    for length in range(8, longest, max(longest // 60, 1)):
        refused(folder / f"a{suffix}", data[:length])


def test_a_damaged_member_is_refused(folder: Path) -> None:
    data = zip_bytes({"relu.py": SOURCE, "adam.py": "x = 1"}, zipfile.ZIP_STORED)
    (folder / "a.zip").write_bytes(data.replace(b"None", b"Nine", 1))
    loaded = load_submission(folder / "a.zip", SLUGS)
    assert "is not what the archive says" in loaded.problems["relu"]
    assert "adam" in loaded.sources
    data = tar_bytes({"relu.py": SOURCE}, "w:gz")
    damaged = data[:-8] + bytes([data[-8] ^ 1]) + data[-7:]
    assert "damaged or incomplete" in refused(folder / "a.tgz", damaged)


def test_a_header_that_contradicts_the_directory_is_refused(folder: Path) -> None:
    data = zip_bytes({"relu.py": SOURCE}).replace(b"relu.py", b"evil.py", 1)
    assert "contradicts the directory" in refused(folder / "a.zip", data)
