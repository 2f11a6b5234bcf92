"""Zip and tar archives, read in memory: nothing is ever extracted, and every size is bounded.

An archive is refused as a whole (ArchiveError) if it is damaged, if a member would lead elsewhere
when extracted, or if it is made to unpack to more than anyone hands in. A member that is damaged on
its own, or no plain file, is refused when it is read.
"""

from __future__ import annotations

import bz2
import io
import lzma
import re
import stat
import struct
import tarfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from grader.submissions.names import is_junk
from grader.text import printable, show_name

MAX_ENTRIES = 3_000
# What an archive holds when unpacked: declared sizes for a zip (of which only modules are ever
# unpacked), bytes really unpacked for a tar (which can only be read from its start).
MAX_UNPACKED_BYTES = 256 << 20
# Above this size a member (zip) or the whole stream (tar) that shrank more than MAX_RATIO-fold is
# taken for a bomb. Source text shrinks 3- to 10-fold, a zip bomb about 1000-fold.
MAX_RATIO = 200
RATIO_FLOOR_BYTES = 8 << 20
MAX_NAME_CHARACTERS = 1_000  # of a path within an archive

_PIECE_BYTES = 64 << 10
# What zipfile, tarfile's header parser and the decompressors raise on damaged input.
_DAMAGE = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, struct.error, EOFError,
    OSError, ValueError, ArithmeticError, LookupError, RuntimeError, MemoryError,
)  # fmt: skip


class ArchiveError(ValueError):
    """An archive can't be used: one line that says why and what to do, without its name."""


@dataclass(frozen=True)
class ArchiveEntry:
    """A member of an archive. `parts` is its path, `offset` where its data (tar) or header (zip)
    begins, `size` in bytes as the archive declares it."""

    parts: tuple[str, ...]
    is_file: bool  # and no folder
    offset: int
    size: int
    is_plain: bool = True  # and no link, device or the like


@dataclass
class Bounds:
    """What may still be unpacked: an archive and those within it share it."""

    entries: int = MAX_ENTRIES
    unpacked_bytes: int = MAX_UNPACKED_BYTES

    def take(self, unpacked_bytes: int) -> None:
        self.unpacked_bytes -= unpacked_bytes
        if self.unpacked_bytes < 0:
            raise ArchiveError(_too_much_unpacked())


class Archive:
    """An archive whose every entry has been judged harmless.

    `members` are its files by path, without what systems leave behind, in the order in which they
    are read quickest; `folders` are the paths of those that it names.

    Args:
        data: the archive's bytes.
        bounds: what it may unpack to; what it does is taken off.

    Raises:
        ArchiveError: it is none, damaged or dangerous.
    """

    def __init__(self, data: bytes, bounds: Bounds) -> None:
        with _damage_as_archive_error():
            self._content = _open(data, bounds)
            _refuse_duplicates(self._content.entries)
        self.members = {
            "/".join(entry.parts): entry
            for entry in sorted(self._content.entries, key=lambda entry: entry.offset)
            if entry.is_file and entry.parts and not any(map(is_junk, entry.parts))
        }
        self.folders = {"/".join(e.parts) for e in self._content.entries if not e.is_file}

    def read(self, entry: ArchiveEntry) -> bytes:
        """Unpack a member, `entry.size` bytes; quickest in the order of `entry.offset`.

        Raises:
            ArchiveError: it is no plain file, damaged, or not what the archive says.
        """
        if not entry.is_plain:
            raise ArchiveError(NOT_PLAIN)
        with _damage_as_archive_error():
            return self._content.read(entry)


@contextmanager
def _damage_as_archive_error() -> Iterator[None]:
    try:
        yield
    except ArchiveError:
        raise
    except _DAMAGE as error:
        raise _damaged(str(error) or type(error).__name__) from None


# --- what zip and tar have in common ---------------------------------------------------------


class _Format(Protocol):
    entries: list[ArchiveEntry]

    def read(self, entry: ArchiveEntry) -> bytes: ...


def _open(data: bytes, bounds: Bounds) -> _Format:
    if data.startswith(b"PK"):
        return _Zip(data, bounds)
    for magic, new_decompressor in _DECOMPRESSORS.items():
        if data.startswith(magic):
            return _Tar(data, new_decompressor, bounds)
    if _is_tar_header(data[: tarfile.BLOCKSIZE]):
        return _Tar(data, None, bounds)
    raise ArchiveError(
        "it is neither a module (.py) or notebook (.ipynb) nor a zip or tar archive (or its "
        "beginning is damaged); hand in a folder, a module, or a .zip of them"
    )


def _parts(name: str) -> tuple[str, ...]:
    """Split a member's name, at backslashes too, as some systems write them.

    Refuses a name that would lead elsewhere when extracted.
    """
    name = name.replace("\\", "/")
    parts: tuple[str, ...] = ()
    reason = ""
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        reason = "an absolute path"
    elif len(name) > MAX_NAME_CHARACTERS:
        reason = f"more than {MAX_NAME_CHARACTERS} characters"
    elif any(unicodedata.category(character) == "Cc" for character in name):
        reason = "a control character"
    else:
        parts = tuple(part for part in name.split("/") if part not in ("", "."))
        reason = "'..'" if ".." in parts else ""
    if reason:
        raise ArchiveError(
            f"the name of member '{show_name(name)}' holds {reason}; "
            "make the archive again from the modules alone"
        )
    return parts


def _refuse_duplicates(entries: Sequence[ArchiveEntry]) -> None:
    seen: dict[tuple[str, ...], ArchiveEntry] = {}
    for entry in entries:
        other = seen.setdefault(entry.parts, entry)
        if other is not entry and (other.is_file or entry.is_file):
            raise ArchiveError(
                f"member '{show_name('/'.join(entry.parts))}' is in it twice; "
                "make the archive again with one of them"
            )


# --- zip -------------------------------------------------------------------------------------

_ENCRYPTED = 0x1
_UTF8_NAME = 0x800
_LOCAL_HEADER = struct.Struct("<4s5H3I2H")  # APPNOTE.TXT 4.3.7


def member_name(name: str, flag_bits: int) -> str:
    """A member's name, as zipfile reads it, read better. Where it does not say that it is UTF-8,
    zipfile takes it to be in code page 437; but macOS says nothing and writes UTF-8, and Windows in
    Western Europe code page 850."""
    if name.isascii() or flag_bits & _UTF8_NAME:
        return name
    try:
        data = name.encode("cp437")
    except UnicodeEncodeError:
        return name  # from an extra field, which newer versions of zipfile read
    try:
        return data.decode()
    except UnicodeDecodeError:
        pages = (data.decode(page) for page in ("cp437", "cp850"))
        return next(filter(_is_latin, pages), name)


def _is_latin(name: str) -> bool:
    """Whether its letters are, and nothing but letters has been written beyond ASCII."""
    return all(c.isascii() or "LATIN" in unicodedata.name(c, "") for c in name)


def is_plain_member(info: zipfile.ZipInfo) -> bool:
    """Whether it is a file or a folder, and no link, device or the like."""
    return stat.S_IFMT(info.external_attr >> 16) in (0, stat.S_IFREG, stat.S_IFDIR)


class _Zip:
    """A zip in memory. zipfile reads the directory; the data is unpacked here, with a bound."""

    def __init__(self, data: bytes, bounds: Bounds) -> None:
        # Every entry of the directory begins with this signature, so counting it bounds what
        # zipfile will allocate before it allocates anything.
        bounds.entries -= data.count(b"PK\x01\x02")
        if bounds.entries < 0:
            raise ArchiveError(_too_many_entries())
        self._data = data
        self._infos: dict[int, tuple[zipfile.ZipInfo, int]] = {}
        self.entries: list[ArchiveEntry] = []
        with zipfile.ZipFile(io.BytesIO(data)) as directory:
            infos = sorted(directory.infolist(), key=lambda info: info.header_offset)
            # Bytes, in the order of their headers, may belong to one entry only.
            ends = [*(info.header_offset for info in infos), directory.start_dir][1:]
        for info, end in zip(infos, ends, strict=True):
            entry = self._judge(info, end)
            self.entries.append(entry)
            bounds.take(entry.size)

    def _judge(self, info: zipfile.ZipInfo, end: int) -> ArchiveEntry:
        # filename is cut at a NUL and has the system's separators; this is the name as stored.
        name = info.orig_filename
        read_as = member_name(name, info.flag_bits)
        shown = f"member '{show_name(read_as)}'"
        if info.flag_bits & _ENCRYPTED:
            raise ArchiveError(f"{shown} is encrypted; make the archive without a password")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ArchiveError(
                f"{shown} is compressed by method {info.compress_type}, which is not supported; "
                "make the archive with the usual method, deflate"
            )
        if info.header_offset < 0:
            raise _damaged(f"{shown} begins before the archive")
        header = _LOCAL_HEADER.unpack_from(self._data, info.header_offset)
        signature, name_length, extra_length = header[0], header[-2], header[-1]
        name_start = info.header_offset + _LOCAL_HEADER.size
        start = name_start + name_length + extra_length
        encoding = "utf-8" if info.flag_bits & _UTF8_NAME else "cp437"
        local_name = self._data[name_start : name_start + name_length]
        if signature != b"PK\x03\x04" or local_name != name.encode(encoding):
            raise _damaged(f"the header of {shown} contradicts the directory")
        if start + info.compress_size > end:
            raise ArchiveError(
                f"{shown} overlaps another one, as in a zip bomb; make the archive again"
            )
        if info.file_size > max(RATIO_FLOOR_BYTES, MAX_RATIO * info.compress_size):
            raise ArchiveError(_bomb(shown))
        self._infos[info.header_offset] = (info, start)
        is_file = not name.endswith(("/", "\\"))
        return ArchiveEntry(
            _parts(read_as), is_file, info.header_offset, info.file_size, is_plain_member(info)
        )

    def read(self, entry: ArchiveEntry) -> bytes:
        info, start = self._infos[entry.offset]
        packed = self._data[start : start + info.compress_size]
        if info.compress_type == zipfile.ZIP_STORED:
            content = packed
        else:
            # The declared size is the archive's own word: a byte more shows that it is wrong.
            content = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, entry.size + 1)
        if len(content) != info.file_size or zlib.crc32(content) != info.CRC:
            shown = show_name(member_name(info.orig_filename, info.flag_bits))
            raise _damaged(f"member '{shown}' is not what the archive says")
        return content


# --- tar -------------------------------------------------------------------------------------

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


_DECOMPRESSORS: dict[bytes, Callable[[], _Decompressor]] = {
    b"\x1f\x8b": _Gunzip,
    b"BZh": bz2.BZ2Decompressor,
    b"\xfd7zXZ\x00": partial(lzma.LZMADecompressor, lzma.FORMAT_XZ, _XZ_MEMORY_BYTES),
}


class _Tar:
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
                raise _damaged("a member's size is negative")
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
                raise _damaged("a member's size is negative")
            is_plain = header.type in (*_FILE_TYPES, tarfile.DIRTYPE)
            bounds.entries -= 1
            if bounds.entries < 0:
                break
            is_file = header.type != tarfile.DIRTYPE
            yield ArchiveEntry(_parts(name), is_file, reader.position, size, is_plain)
            reader.skip(0 if header.type in _EMPTY_TYPES else _padded(size))
        raise ArchiveError(_too_many_entries())

    def _extended(self, size: int) -> bytes:
        self._extended_bytes += size
        if self._extended_bytes > _MAX_EXTENDED_BYTES:
            raise _damaged("its extended headers are too large")
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
                raise _damaged("it ends too early")
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
            raise ArchiveError(_bomb("it"))
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
                raise _damaged("it ends too early")
        # Another stream may follow, or padding with zeros.
        fresh = decompressor.unused_data or next(packed, b"")
        while fresh and not (fresh := fresh.lstrip(b"\0")):
            fresh = next(packed, b"")
        if not fresh:
            return
    raise _damaged(f"it has more than {_MAX_STREAMS} compressed streams")


def _is_tar_header(block: bytes) -> bool:
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
            raise _damaged("an extended header is damaged")
        record = data[position : position + int(digits)]
        key, equals, value = record[len(digits) + 1 : -1].partition(b"=")
        if not equals or len(record) != int(digits) or not record.endswith(b"\n"):
            raise _damaged("an extended header is damaged")
        records[key.decode("utf-8", "replace")] = value.decode("utf-8", "surrogateescape")
        position += len(record)
    return records


def _padded(size: int) -> int:
    return -(-size // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE


# --- names and wording -----------------------------------------------------------------------


def _too_many_entries() -> str:
    return f"it has more than {MAX_ENTRIES} members; make the archive again from the modules alone"


def _too_much_unpacked() -> str:
    return (
        f"it unpacks to more than {MAX_UNPACKED_BYTES >> 20} MiB; "
        "make the archive again from the modules alone"
    )


def _bomb(what: str) -> str:
    return (
        f"{what} unpacks to more than {MAX_RATIO} times its size, as bombs do; "
        "make the archive again from the modules alone"
    )


NOT_PLAIN = "it is a link or a device; put the file itself there"
_SPARSE = "it has a sparse member; make the archive again from the modules alone"


def _damaged(reason: str) -> ArchiveError:
    return ArchiveError(
        f"the archive is damaged or incomplete ({printable(reason, 200)}); make it again"
    )
