"""Every bound of a hand-in from both sides, each against its own figure."""

from __future__ import annotations

import gzip
import io
import lzma
import os
import struct
import tarfile
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers.handed_in import at_most

from grader.files import FileError, read_file
from grader.intake.tree import open_tree
from grader.submissions.archives.archive import Archive
from grader.submissions.archives.bounds import ArchiveError, Bounds
from grader.submissions.missing.likely import explain
from grader.submissions.model import SubmissionError
from grader.submissions.places import Files, max_bytes, packed, walk
from grader.submissions.reading import load_files, load_submission
from grader.submissions.siblings import find_siblings

SLUGS = ("relu", "adam")
MIB = 1 << 20


def opened(data: bytes) -> Archive:
    return Archive(data, Bounds())


def refused(data: bytes) -> str:
    with pytest.raises(ArchiveError) as caught:
        opened(data)
    return str(caught.value)


def zip_of(names: list[str], content: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, content)
    return buffer.getvalue()


def tar_of(names: list[str]) -> bytes:
    headers = (tarfile.TarInfo(name).tobuf(tarfile.GNU_FORMAT) for name in names)
    return b"".join(headers) + bytes(1024)


# ---------------------------------------------------------------- archives


@pytest.mark.parametrize("pack", [zip_of, tar_of])
def test_an_empty_archive_is_no_damaged_one(
    pack: Callable[[list[str]], bytes], tmp_path: Path
) -> None:
    assert opened(pack([])).members == {}
    (tmp_path / "jane").write_bytes(pack([]))
    with pytest.raises(SubmissionError, match=r"^jane: there is nothing in it; make it again"):
        load_submission(tmp_path / "jane", SLUGS)


def test_an_archive_has_20_000_members() -> None:
    with at_most(1, calls=100):  # they are counted before anything else is looked at
        assert "more than 20,000 members" in refused(b"PK\x01\x02" * 20_001)
    assert "more than 20,000 members" in refused(tar_of(["a.txt"])[:512] * 20_001)


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_the_members_of_a_tar_cost_little(compress: Callable[[bytes], bytes]) -> None:
    data = compress(tar_of([f"{number}.txt" for number in range(2_000)]))
    with at_most(8, calls=300_000):
        assert len(opened(data).members) == 2_000


@pytest.mark.parametrize("pack", [zip_of, tar_of])
def test_a_module_may_lie_beside_a_data_set_of_pictures(pack: Callable[[list[str]], bytes]) -> None:
    names = ["relu.py", *(f"data/{number}.png" for number in range(4_000))]
    assert len(opened(pack(names)).members) == 4_001


@pytest.mark.parametrize("pack", [zip_of, tar_of])
def test_a_path_in_an_archive_has_1000_characters(pack: Callable[[list[str]], bytes]) -> None:
    name = "/".join(["a" * 99] * 10)  # 999 of them
    assert len(opened(pack([f"{name}a"])).members) == 1
    assert "holds more than 1000 characters" in refused(pack([f"{name}ab"]))


def test_all_that_is_unpacked_is_256_mib() -> None:
    bounds = Bounds()
    bounds.take(256 * MIB)
    with pytest.raises(ArchiveError, match="more than 256 MiB"):
        bounds.take(1)


def declared(packed: int, size: int) -> bytes:
    """A zip of one member that says that it holds so many bytes, packed into so many."""
    common = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0, 0, packed, size, 8, 0)
    local = b"PK\x03\x04" + common + b"data.bin" + bytes(packed)
    directory = b"PK\x01\x02\x14\x00" + common + struct.pack("<HHHII", 0, 0, 0, 0, 0) + b"data.bin"
    sizes = (len(directory), len(local))
    return local + directory + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 1, 1, *sizes, 0)


@pytest.mark.parametrize(
    ("packed", "most"), [(1, 8 * MIB), (41_943, 8_388_608), (41_944, 8_388_800), (10**5, 2 * 10**7)]
)
def test_a_member_of_a_zip_unpacks_to_200_times_its_size_or_to_8_mib(
    packed: int, most: int
) -> None:
    assert len(opened(declared(packed, most)).members) == 1
    assert "more than 200 times its size" in refused(declared(packed, most + 1))


def test_a_packed_tar_unpacks_to_200_times_its_size_or_to_8_mib() -> None:
    def packed(size: int, padding: int = 0) -> bytes:
        info = tarfile.TarInfo("data.bin")
        info.size = size - 512 - 1024
        return gzip.compress(info.tobuf() + bytes(size - 512), 9) + bytes(padding)

    assert len(opened(packed(8 * MIB)).members) == 1
    assert "more than 200 times its size" in refused(packed(8 * MIB + 512))
    # Padded with zeros, as tapes are, it is as large as they make it.
    padding = 100_002 - len(packed(20_000_256))
    assert len(opened(packed(20_000_256, padding)).members) == 1
    assert "more than 200 times its size" in refused(packed(20_000_256, padding - 1))


def test_the_extended_headers_of_a_tar_are_4_mib_together() -> None:
    def with_headers(size: int) -> bytes:
        header = tarfile.TarInfo("x")
        header.type, header.size = tarfile.GNUTYPE_LONGLINK, size
        padded = bytes(-(-size // 512) * 512)
        return (header.tobuf(tarfile.GNU_FORMAT) + padded) * 2 + tar_of(["relu.py"])

    assert len(opened(with_headers(2 * MIB)).members) == 1
    assert "extended headers are too large" in refused(with_headers(2 * MIB + 1))


def test_a_packed_tar_is_1000_streams() -> None:
    tar = tar_of(["relu.py"])
    empty = gzip.compress(b"")
    assert len(opened(gzip.compress(tar) + empty * 998).members) == 1
    assert "more than 1000 compressed streams" in refused(gzip.compress(tar) + empty * 1000)


# How xz writes the size of a dictionary down: (2 | bits & 1) << (bits >> 1) + 11.
@pytest.mark.parametrize(("bits", "is_read"), [(28, True), (29, True), (30, False), (31, False)])
def test_an_xz_is_unpacked_with_128_mib_of_memory(bits: int, is_read: bool) -> None:
    """Its dictionary has 64, 96, 128 or 192 MiB, and some more is needed."""
    data = bytearray(lzma.compress(tar_of(["relu.py"]), preset=0))
    assert data[14] == lzma.FILTER_LZMA2
    data[16] = bits
    header_size = (data[12] + 1) * 4
    crc = zlib.crc32(data[12 : 12 + header_size - 4])
    data[12 + header_size - 4 : 12 + header_size] = struct.pack("<I", crc)
    if is_read:
        assert len(opened(bytes(data)).members) == 1
    else:
        assert "damaged or incomplete" in refused(bytes(data))


# ---------------------------------------------------------------- files


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("relu.py", MIB),
        ("relu.txt", MIB),
        ("relu.ipynb", 16 * MIB),
        ("work.zip", 64 * MIB),
        ("work.tar.gz", 64 * MIB),
    ],
)
def test_a_file_has_the_bytes_of_its_kind(tmp_path: Path, name: str, most: int) -> None:
    assert max_bytes(f"folder/{name}") == most
    file = tmp_path / name
    file.touch()
    os.truncate(file, most)
    (read,) = walk(tmp_path).readers.values()
    assert len(read()) == most
    os.truncate(file, most + 1)
    with pytest.raises(FileError, match=f"larger than {most >> 20} MiB"):
        read()


@pytest.mark.parametrize("packed", [False, True])
def test_a_module_has_a_mebibyte(tmp_path: Path, packed: bool) -> None:
    for size, is_read in ((MIB, True), (MIB + 1, False)):
        text = b"#" * (size - 1) + b"\n"
        if packed:
            buffer = io.BytesIO()
            with zipfile.ZipFile(buffer, "w") as archive:  # stored: it is no bomb
                archive.writestr("relu.py", text)
            path = tmp_path / "jane.zip"
            path.write_bytes(buffer.getvalue())
        else:
            path = tmp_path / "relu.py"
            path.write_bytes(text)
        submission = load_submission(path, SLUGS)
        assert ("relu" in submission.sources) == is_read
        assert ("larger than 1 MiB" in submission.problems.get("relu", "")) != is_read


def test_20000_files_are_looked_at(tmp_path: Path) -> None:
    for number in range(20_000):
        (tmp_path / f"{number:05}.txt").touch()
    files = walk(tmp_path)
    assert (len(files.readers), files.unopened) == (20_000, {})
    (tmp_path / "relu.py").touch()
    files = walk(tmp_path)
    assert len(files.readers) == 20_000
    assert files.unopened == {
        "the rest": "there are more than 20000 files; hand in the modules alone"
    }


def test_40_folders_in_each_other_are_looked_into(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["d"] * 40)
    deep.mkdir(parents=True)
    (deep / "relu.py").write_text("x = 1\n")
    assert "d/" * 40 + "relu.py" in walk(tmp_path).readers
    (deep / "d").mkdir()
    (deep / "d" / "adam.py").write_text("x = 1\n")
    assert not any(place.endswith("adam.py") for place in walk(tmp_path).readers)


def test_a_module_brings_64_siblings_of_a_mebibyte_together() -> None:
    def found(texts: dict[str, str]) -> dict[str, str]:
        module = "".join(f"import {name[:-3]}\n" for name in texts)
        read = find_siblings(
            {"relu.py": module},
            ["relu.py", *texts],
            lambda places: {p: texts[p] for p in places},
            {},
        )
        return dict(read["relu.py"])

    assert len(found({f"m{number:03}.py": "" for number in range(64)})) == 64
    assert len(found({f"m{number:03}.py": "" for number in range(66)})) == 64
    half = "#" * (MIB // 2)
    assert len(found({"a.py": half, "b.py": half})) == 2
    assert len(found({"a.py": half, "b.py": f"{half}#"})) == 1


def test_what_siblings_bring_counts_as_well() -> None:
    def found(last: str) -> list[str]:
        texts = {"a.py": "import b\n".ljust(MIB // 2, "#"), "b.py": last}
        read = find_siblings(
            {"relu.py": "import a\n"},
            ["relu.py", *texts],
            lambda places: {p: texts[p] for p in places},
            {},
        )
        return [path for path, _ in read["relu.py"]]

    assert found("#" * (MIB // 2)) == ["a.py", "b.py"]
    assert found("#" * (MIB // 2 + 1)) == ["a.py"]


def test_imports_of_imports_are_followed_8_times() -> None:
    texts = {f"m{number}.py": f"import m{number + 1}\n" for number in range(1, 11)}
    read = find_siblings(
        {"relu.py": "import m1\n"},
        ["relu.py", *texts],
        lambda places: {p: texts[p] for p in places},
        {},
    )
    assert [path for path, _ in read["relu.py"]] == [f"m{number}.py" for number in range(1, 9)]


def test_8_files_that_may_be_meant_are_read() -> None:
    places = [f"relu ({number:02}).py" for number in range(10)]
    read: list[str] = []

    def reader(place: str) -> bytes:
        read.append(place)
        return b"x = 1\n"

    load_files("jane", places, reader, SLUGS)
    assert read == places[:8]


def test_an_archive_in_an_archive_is_looked_into_and_none_in_that(tmp_path: Path) -> None:
    packed_up = zip_of(["relu.py"], b"x = 1\n")
    (tmp_path / "jane").mkdir()
    for depth in range(1, 4):
        (tmp_path / "jane" / "work.zip").write_bytes(packed_up)
        submission = load_submission(tmp_path / "jane", SLUGS)
        assert ("relu" in submission.sources) == (depth <= 2)
        packed_up = zip_of(["work.zip"], packed_up)
    assert submission.problems["relu"] == (
        "work.zip/work.zip/work.zip: it is an archive within archives, which is not looked into; "
        "unpack it"
    )


def test_500_files_are_looked_at_for_likely_ones() -> None:
    def told(others: int) -> bool:
        places = [*(f"a{number:03}.md" for number in range(others)), "rellu.py"]
        return "relu" in explain(
            ["relu"], SLUGS, Files(dict.fromkeys(places, bytes)), nothing_found=False
        )

    assert told(499) and not told(500)


@pytest.mark.parametrize(
    ("count", "told"), [(3, "a.md and b.md and c.md: not"), (4, "b.md and c.md and 1 more: not")]
)
def test_3_of_the_likely_ones_are_named(count: int, told: str) -> None:
    places = [f"relu_{letter}.md" for letter in "abcd"[:count]]
    problems = explain(["relu"], SLUGS, Files(dict.fromkeys(places, bytes)), nothing_found=False)
    assert told in problems["relu"].replace("relu_", "")


def test_archives_in_a_folder_count_as_what_they_hold_and_what_they_are() -> None:
    data = zip_of(["relu.py"], b"x = 1\n")
    files = Files({"work.zip": lambda: data})
    enough = len(data) + len(b"x = 1\n")
    assert list(packed(files, Bounds(unpacked_bytes=enough)).readers) == ["work.zip/relu.py"]
    refused = packed(files, Bounds(unpacked_bytes=enough - 1))
    assert not refused.readers and "it unpacks to more than" in refused.unopened["work.zip"]


# ---------------------------------------------------------------- a class


def test_a_bomb_in_a_class_is_unpacked_no_further_than_it_may_be_read(tmp_path: Path) -> None:
    path = tmp_path / "class.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ann/relu.py", b"#" * (256 * MIB))
        archive.writestr("bob/relu.py", b"#" * (MIB - 1) + b"\n")
    with open_tree(path) as tree:
        tracemalloc.start()
        try:
            problem = tree.load(("ann",), SLUGS).problems["relu"]
            assert tracemalloc.get_traced_memory()[1] < 16 * MIB
        finally:
            tracemalloc.stop()
        assert problem == "relu.py: it is larger than 1 MiB; hand in source code only"
        assert len(tree.load(("bob",), SLUGS).sources["relu"].text) == MIB


# ---------------------------------------------------------------- between look and read


def exchanged(path: Path, monkeypatch: pytest.MonkeyPatch, exchange: Callable[[], None]) -> None:
    """Between the look at a file and its opening somebody puts something else there."""
    opening = os.open

    def exchange_and_open(file: object, *rest: int) -> int:
        if file == path:
            path.unlink()
            exchange()
        return opening(file, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", exchange_and_open)


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX: pipes with names, links")
@pytest.mark.parametrize("kind", ["a link", "a pipe", "a folder", "a larger file"])
def test_a_file_that_is_exchanged_between_look_and_read_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("of another")
    path = tmp_path / "relu.py"
    path.write_text("x = 1\n")
    exchanges: dict[str, Callable[[], object]] = {
        "a link": lambda: path.symlink_to(secret),
        "a pipe": lambda: os.mkfifo(path),
        "a folder": path.mkdir,
        "a larger file": lambda: path.write_bytes(bytes(101)),
    }
    exchanged(path, monkeypatch, exchanges[kind])  # type: ignore[arg-type]
    with pytest.raises((FileError, OSError)) as caught:
        read_file(path, 100)
    assert "of another" not in str(caught.value)


def test_a_file_that_grows_while_it_is_read_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "relu.py"
    path.write_bytes(b"x" * 10)
    status = os.fstat

    def look_and_grow(file: int) -> os.stat_result:
        seen = status(file)
        with path.open("ab") as growing:
            growing.write(b"y" * 10)
        return seen

    monkeypatch.setattr("grader.files.os.fstat", look_and_grow)
    with pytest.raises(FileError, match="it changed while it was read"):
        read_file(path, 100)
