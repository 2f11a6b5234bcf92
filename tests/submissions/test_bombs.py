"""Archives that are made to cost more than anyone hands in, and archives that are damaged."""

from __future__ import annotations

import bz2
import gzip
import lzma
import random
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from helpers.handed_in import (
    MIB,
    PACKERS,
    SLUGS,
    SOURCE,
    at_most,
    nothing_beside,
    refused,
    tar_bytes,
    zip_bytes,
)

from grader.submissions.model import SubmissionError
from grader.submissions.reading import load_submission


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[Path]:
    with nothing_beside(tmp_path) as path:
        yield path


def deflated_zeros(size: int) -> tuple[bytes, int]:
    """Raw deflate of at least `size` zero bytes, quickly: one 4 MiB piece, repeated."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = compressor.compress(bytes(4 * MIB)) + compressor.flush(zlib.Z_FULL_FLUSH)
    count = -(-size // (4 * MIB))
    return piece * count + b"\x03\x00", count * 4 * MIB


def raw_zip(name: str, packed: bytes, size: int, crc: int = 0) -> bytes:
    """A zip of one deflated member with the sizes that it is told."""
    encoded = name.encode()
    common = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0, crc, len(packed), size, len(encoded), 0)
    local = b"PK\x03\x04" + common + encoded
    directory = b"PK\x01\x02\x14\x00" + common + struct.pack("<HHHII", 0, 0, 0, 0, 0) + encoded
    end = struct.pack(
        "<4s4H2IH", b"PK\x05\x06", 0, 0, 1, 1, len(directory), len(local) + len(packed), 0
    )
    return local + packed + directory + end


@pytest.mark.parametrize("declared", [100, MIB, 3 << 30])
@pytest.mark.parametrize("name", ["relu.py", "data.bin"])
def test_a_zip_bomb_is_refused_whatever_it_declares(folder: Path, name: str, declared: int) -> None:
    packed, _ = deflated_zeros(10 << 30)
    assert len(packed) < 11 * MIB
    (folder / "a.zip").write_bytes(raw_zip(name, packed, declared))
    with at_most(80):
        if declared > MIB:
            refused(folder / "a.zip")
        else:
            # Unpacked no further than it declares, or not at all.
            loaded = load_submission(folder / "a.zip", SLUGS)
            assert not loaded.sources
            assert bool(loaded.problems) == (name == "relu.py")


def test_a_zip_of_much_data_is_refused(folder: Path) -> None:
    data = zip_bytes({f"{i}.bin": bytes(7 * MIB) for i in range(40)})
    with at_most(8):
        assert "unpacks to more than 256 MiB" in refused(folder / "a.zip", data)


def test_a_zip_of_overlapping_members_is_refused(folder: Path) -> None:
    """The bomb of Fifield 2019: entries of the directory whose data is (partly) the same bytes."""
    single = zip_bytes({"relu.py": SOURCE})
    start, end = single.index(b"PK\x01\x02"), single.index(b"PK\x05\x06")
    entry = single[start:end]
    for count in (2, 1_999):
        tail = struct.pack(
            "<4s4H2IH", b"PK\x05\x06", 0, 0, count, count, count * len(entry), start, 0
        )
        with at_most(8):
            message = refused(folder / "a.zip", single[:start] + entry * count + tail)
        assert "overlaps another" in message


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress])
def test_a_compressed_tar_bomb_is_refused(folder: Path, compress: Callable[[bytes], bytes]) -> None:
    # One member of many zeros, as streams one behind the other.
    info = tarfile.TarInfo("data.bin")
    info.size = 8 << 30
    data = compress(info.tobuf()) + compress(bytes(16 * MIB)) * 64
    with at_most(16):
        assert "as bombs do" in refused(folder / "a.tar.gz", data)


def test_a_tar_bomb_behind_its_end_is_refused(folder: Path) -> None:
    data = gzip.compress(tar_bytes({"relu.py": SOURCE}) + bytes(64 * MIB))
    with at_most(16):
        assert "as bombs do" in refused(folder / "a.tar.gz", data)


def test_a_tar_of_much_data_is_refused(folder: Path) -> None:
    block = random.Random(1).randbytes(1 << 15)
    info = tarfile.TarInfo("data.bin")
    info.size = 1 << 40
    data = gzip.compress(info.tobuf() + (block + bytes(40 * len(block))) * 256, 1)
    with at_most(40):
        assert "unpacks to more than 256 MiB" in refused(folder / "a.tar.gz", data)


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME])
@pytest.mark.parametrize("size", [5 * MIB, 1 << 40, (1 << 63) - 1])
def test_a_huge_extended_header_is_refused_unread(folder: Path, kind: bytes, size: int) -> None:
    info = tarfile.TarInfo("x")
    info.type = kind
    info.size = size
    data = gzip.compress(info.tobuf(tarfile.GNU_FORMAT) + bytes(6 * MIB))
    with at_most(8):
        assert "extended headers are too large" in refused(folder / "a.tar.gz", data)


@pytest.mark.parametrize("size", [-512, -1, 1 << 62])
def test_an_impossible_size_is_refused(folder: Path, size: int) -> None:
    info = tarfile.TarInfo("relu.py")
    info.size = size
    with at_most(8):
        assert "damaged" in refused(folder / "a.tar", info.tobuf(tarfile.GNU_FORMAT) + bytes(4096))
    record = b"size=%d\n" % size
    record = b"%d " % (len(record) + 3) + record
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, len(record)
    data = header.tobuf() + record.ljust(512, b"\0") + tarfile.TarInfo("relu.py").tobuf()
    with at_most(8):
        assert "damaged" in refused(folder / "a.tar", data + bytes(4096))


@pytest.mark.parametrize(
    "record",
    [b"0 path=x\n", b"999 path=x\n", b"-9 path=x\n", b"9" * 5000, b"\xb2 a=b\n", b"7 a=bc"],
)
def test_a_damaged_pax_record_is_refused(folder: Path, record: bytes) -> None:
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, len(record)
    padded = record + bytes(-len(record) % 512)
    data = header.tobuf() + padded + tarfile.TarInfo("relu.py").tobuf() + bytes(1024)
    with at_most(8):
        assert "damaged" in refused(folder / "a.tar", data)


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress])
def test_thousands_of_empty_streams_are_refused(
    folder: Path, compress: Callable[[bytes], bytes]
) -> None:
    data = compress(b"") * 100_000
    with at_most(16):
        assert "more than 1000 compressed streams" in refused(folder / "a.tar.gz", data)


def test_an_xz_that_wants_much_memory_is_refused(folder: Path) -> None:
    # To encode with such a dictionary would take gigabytes, so its size is written in afterwards:
    # the block header follows the 12 bytes of the stream header (xz file format 1.1, 3.1, 5.3.1).
    data = bytearray(lzma.compress(tar_bytes({"relu.py": SOURCE}), preset=0))
    assert data[14] == lzma.FILTER_LZMA2
    data[16] = 38  # 2 GiB
    header_size = (data[12] + 1) * 4
    crc = zlib.crc32(data[12 : 12 + header_size - 4])
    data[12 + header_size - 4 : 12 + header_size] = struct.pack("<I", crc)
    assert "damaged or incomplete" in refused(folder / "a.tar.xz", bytes(data))


# --- damage at random ------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".zip", "-stored.zip", ".tar", "-gnu.tar", ".tgz", ".tar.xz"])
def test_random_damage_is_read_or_refused_and_nothing_else(folder: Path, suffix: str) -> None:
    members: dict[str, str | bytes] = {
        "repo-main/assignments/relu.py": SOURCE,
        "repo-main/adam.py": SOURCE * 20,
        "repo-main/" + "a" * 120 + "/größe.txt": b"\xff" * 30,
    }
    good = PACKERS[suffix](members)
    generator = random.Random(f"seed 1 {suffix}")
    path = folder / f"a{suffix}"
    outcomes = {"read": 0, "refused": 0}
    for _ in range(300):
        data = bytearray(good)
        for _ in range(generator.choice((1, 1, 2, 8))):
            data[generator.randrange(len(data))] = generator.choice(
                (0, 0x7F, 0x80, 0xFF, generator.randrange(256))
            )
        if generator.random() < 0.2:
            del data[generator.randrange(len(data)) :]
        elif generator.random() < 0.1:
            start = generator.randrange(len(data))
            data[start:start] = data[: generator.randrange(600)]
        path.write_bytes(data)
        try:
            loaded = load_submission(path, SLUGS)
        except SubmissionError:
            outcomes["refused"] += 1
        else:
            outcomes["read"] += 1
            assert set(loaded.sources).isdisjoint(loaded.problems)
    assert min(outcomes.values()) > 0


def test_whatever_a_parser_raises_becomes_a_submission_error(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = [
        zipfile.BadZipFile, struct.error, EOFError, zlib.error, lzma.LZMAError, RuntimeError,
        NotImplementedError, OverflowError, ValueError, KeyError, IndexError, MemoryError,
        RecursionError, OSError, tarfile.ReadError,
    ]  # fmt: skip
    path = folder / "a.zip"
    path.write_bytes(zip_bytes({"relu.py": SOURCE}))
    for kind in kinds:

        def fail(*_: object, kind: type[Exception] = kind) -> None:
            raise kind("a\nb\x1b[31m")

        monkeypatch.setattr(zipfile, "ZipFile", fail)
        assert "damaged or incomplete" in refused(path)
