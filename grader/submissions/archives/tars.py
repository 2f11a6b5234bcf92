"""A tar in memory, perhaps compressed."""

from __future__ import annotations

import bz2
import lzma
import tarfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Protocol

from grader.submissions.archives.bounds import (
    MAX_RATIO,
    RATIO_FLOOR_BYTES,
    ArchiveEntry,
    ArchiveError,
    Bounds,
    bomb,
    damaged,
    parts_of,
    too_many_entries,
)

_PIECE_BYTES = 64 << 10
# Of all extended headers together: they hold long names and, from macOS, attributes.
_MAX_EXTENDED_BYTES = 4 << 20
# Compressed streams one behind the other, as parallel compressors write them.
_MAX_STREAMS = 1_000
_XZ_MEMORY_BYTES = 128 << 20  # xz -9 needs 65 MiB
_FILE_TYPES = (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE)
# No data follows these, whatever size they state: a hard link's may be its file's.
_EMPTY_TYPES = (
    tarfile.LNKTYPE, tarfile.SYMTYPE, tarfile.DIRTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE,
    tarfile.FIFOTYPE,
)  # fmt: skip
_SPARSE = "it has a sparse member; make the archive again from the modules alone"


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _Gunzip:
    """zlib's decompressor for gzip, with the interface of bz2's and lzma's."""

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(zlib.MAX_WBITS | 16)

    @property
    def eof(self) -> bool:
        return self._zlib.eof

    @property
    def needs_input(self) -> bool:
        return not self._zlib.eof and not self._zlib.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._zlib.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._zlib.decompress(self._zlib.unconsumed_tail + data, max_length)


DECOMPRESSORS: dict[bytes, Callable[[], _Decompressor]] = {
    b"\x1f\x8b": _Gunzip,
    b"BZh": bz2.BZ2Decompressor,
    b"\xfd7zXZ\x00": partial(lzma.LZMADecompressor, lzma.FORMAT_XZ, _XZ_MEMORY_BYTES),
}


class Tar:
    """A tar in memory, perhaps compressed.

    Only tarfile's parser of a single header is used. Its walk over the headers allocates what they
    say, and runs for ever on some of them (CVE-2025-8194).
    """

    def __init__(
        self, data: bytes, new_decompressor: Callable[[], _Decompressor] | None, bounds: Bounds
    ) -> None:
        self._data = data
        self._new_decompressor = new_decompressor
        self._extended_bytes = 0
        self._reader = self._from_start(bounds)
        self.entries = list(self._walk(bounds))
        # The rest holds the checksum of the whole, and shows whether the file is complete.
        self._reader.drain()
        self._reader = self._from_start(Bounds())

    def read(self, entry: ArchiveEntry) -> bytes:
        if entry.offset < self._reader.position:
            self._reader = self._from_start(Bounds())
        self._reader.skip(entry.offset - self._reader.position)
        return self._reader.read(entry.size)

    def _from_start(self, bounds: Bounds) -> _Reader:
        if self._new_decompressor is None:
            return _Reader(_slices(self._data), len(self._data), bounds)
        return _Reader(_unpack(self._data, self._new_decompressor), len(self._data), bounds)

    def _walk(self, bounds: Bounds) -> Iterator[ArchiveEntry]:
        long_name: str | None = None
        long_size: int | None = None
        reader = self._reader
        # An entry has up to three extended headers before its own.
        for _ in range(4 * bounds.entries):
            block = reader.read(tarfile.BLOCKSIZE)
            if not any(block):
                return
            header = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
            if header.size < 0:
                raise damaged("a member's size is negative")
            if header.type in (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK):
                name = self._extended(header.size).rstrip(b"\0").decode("utf-8", "surrogateescape")
                long_name = name if header.type == tarfile.GNUTYPE_LONGNAME else long_name
                continue
            if header.type in (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.XGLTYPE):
                records = _pax_records(self._extended(header.size))
                # A global header comes from `git archive`, with a comment for the whole archive.
                if header.type != tarfile.XGLTYPE:
                    long_name = records.get("path", long_name)
                    long_size = int(records["size"]) if "size" in records else long_size
                if any(key.startswith("GNU.sparse.") for key in records):
                    raise ArchiveError(_SPARSE)
                continue
            name = header.name if long_name is None else long_name
            size = header.size if long_size is None else long_size
            long_name = long_size = None
            if header.type == tarfile.GNUTYPE_SPARSE:
                raise ArchiveError(_SPARSE)
            if size < 0:
                raise damaged("a member's size is negative")
            is_plain = header.type in (*_FILE_TYPES, tarfile.DIRTYPE)
            bounds.entries -= 1
            if bounds.entries < 0:
                break
            is_file = header.type != tarfile.DIRTYPE
            yield ArchiveEntry(parts_of(name), is_file, reader.position, size, is_plain)
            reader.skip(0 if header.type in _EMPTY_TYPES else _padded(size))
        raise too_many_entries()

    def _extended(self, size: int) -> bytes:
        self._extended_bytes += size
        if self._extended_bytes > _MAX_EXTENDED_BYTES:
            raise damaged("its extended headers are too large")
        return self._reader.read(_padded(size))[:size]


class _Reader:
    """Reads forward through an archive's unpacked bytes, and counts them against the bounds."""

    def __init__(self, pieces: Iterator[bytes], packed_bytes: int, bounds: Bounds) -> None:
        self.position = 0
        self._pieces = pieces
        self._packed_bytes = packed_bytes
        self._bounds = bounds
        self._unpacked_bytes = 0
        self._piece = memoryview(b"")

    def read(self, size: int) -> bytes:
        return b"".join(self._take(size))

    def skip(self, size: int) -> None:
        for _ in self._take(size):
            pass

    def drain(self) -> None:
        while self._next_piece():
            pass

    def _take(self, size: int) -> Iterator[memoryview]:
        while size:
            if not self._piece and not self._next_piece():
                raise damaged("it ends too early")
            taken = self._piece[:size]
            self._piece = self._piece[size:]
            self.position += len(taken)
            size -= len(taken)
            yield taken

    def _next_piece(self) -> bool:
        piece = next(self._pieces, b"")
        self._unpacked_bytes += len(piece)
        self._bounds.take(len(piece))
        if self._unpacked_bytes > max(RATIO_FLOOR_BYTES, MAX_RATIO * self._packed_bytes):
            raise bomb("it")
        self._piece = memoryview(piece)
        return bool(piece)


def _slices(data: bytes) -> Iterator[bytes]:
    return (data[i : i + _PIECE_BYTES] for i in range(0, len(data), _PIECE_BYTES))


def _unpack(data: bytes, new_decompressor: Callable[[], _Decompressor]) -> Iterator[bytes]:
    """Yield the content of compressed `data` in pieces that are not empty, each bounded."""
    packed = _slices(data)
    fresh = next(packed, b"")
    for _ in range(_MAX_STREAMS):
        decompressor = new_decompressor()
        while not decompressor.eof:
            piece = decompressor.decompress(fresh, _PIECE_BYTES)
            fresh = next(packed, b"") if decompressor.needs_input else b""
            if piece:
                yield piece
            elif not fresh and not decompressor.eof:
                raise damaged("it ends too early")
        # Another stream may follow, or padding with zeros.
        fresh = decompressor.unused_data or next(packed, b"")
        while fresh and not (fresh := fresh.lstrip(b"\0")):
            fresh = next(packed, b"")
        if not fresh:
            return
    raise damaged(f"it has more than {_MAX_STREAMS} compressed streams")


def is_tar_header(block: bytes) -> bool:
    if block == bytes(tarfile.BLOCKSIZE):
        return True  # an empty archive begins with its end
    try:
        tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except (tarfile.TarError, ValueError):
        return False
    return True


def _pax_records(data: bytes) -> dict[str, str]:
    """Parse a pax extended header: records `"<length> <key>=<value>\\n"` (POSIX pax, 4.2)."""
    records: dict[str, str] = {}
    position = 0
    while position < len(data):
        digits, space, _ = data[position : position + 8].partition(b" ")
        if not space or not digits.isdigit():
            raise damaged("an extended header is damaged")
        record = data[position : position + int(digits)]
        key, equals, value = record[len(digits) + 1 : -1].partition(b"=")
        if not equals or len(record) != int(digits) or not record.endswith(b"\n"):
            raise damaged("an extended header is damaged")
        records[key.decode("utf-8", "replace")] = value.decode("utf-8", "surrogateescape")
        position += len(record)
    return records


def _padded(size: int) -> int:
    return -(-size // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE
