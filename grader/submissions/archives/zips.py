"""A zip in memory."""

from __future__ import annotations

import io
import stat
import struct
import unicodedata
import zipfile
import zlib

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
from grader.text import show_name

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


class Zip:
    """A zip in memory. zipfile reads the directory; the data is unpacked here, with a bound."""

    def __init__(self, data: bytes, bounds: Bounds) -> None:
        # Every entry of the directory begins with this signature, so counting it bounds what
        # zipfile will allocate before it allocates anything.
        bounds.entries -= data.count(b"PK\x01\x02")
        if bounds.entries < 0:
            raise too_many_entries()
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
            raise damaged(f"{shown} begins before the archive")
        header = _LOCAL_HEADER.unpack_from(self._data, info.header_offset)
        signature, name_length, extra_length = header[0], header[-2], header[-1]
        name_start = info.header_offset + _LOCAL_HEADER.size
        start = name_start + name_length + extra_length
        encoding = "utf-8" if info.flag_bits & _UTF8_NAME else "cp437"
        local_name = self._data[name_start : name_start + name_length]
        if signature != b"PK\x03\x04" or local_name != name.encode(encoding):
            raise damaged(f"the header of {shown} contradicts the directory")
        if start + info.compress_size > end:
            raise ArchiveError(
                f"{shown} overlaps another one, as in a zip bomb; make the archive again"
            )
        if info.file_size > max(RATIO_FLOOR_BYTES, MAX_RATIO * info.compress_size):
            raise bomb(shown)
        self._infos[info.header_offset] = (info, start)
        is_file = not name.endswith(("/", "\\"))
        return ArchiveEntry(
            parts_of(read_as), is_file, info.header_offset, info.file_size, is_plain_member(info)
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
            raise damaged(f"member '{shown}' is not what the archive says")
        return content
