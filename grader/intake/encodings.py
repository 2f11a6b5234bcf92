"""In which encoding a spreadsheet program has saved a table.

A byte order mark tells it, else it is UTF-8. If it is neither, a heading tells that is a known word
in one of the encodings below; else it is Windows-1252, if that makes names of it. What does not is
refused, as a wrong name would be stored as if it were right.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from grader.intake.headings import known_as_written

# What spreadsheets save besides UTF-8, each in some languages; where two would do, the first.
ENCODINGS = (
    "windows-1252", "windows-1250", "windows-1251", "windows-1254", "koi8-r", "gb18030", "big5",
    "cp932", "cp949", "mac-roman",
)  # fmt: skip
LAST_RESORT = ENCODINGS[0]
BEGINNING = 1 << 14  # bytes in which headings are looked for
_BETWEEN = re.compile(r'[,;\t|"\r\n]+')

_OTHERS = r"[^\W\d_a-zA-Z]"  # letters that are not plain
_SIGNS = "[¢-§¬¯±³µ¶¸¹¼-¾×÷ƒˆ˜†‡•‰]"  # noqa: RUF001
# What names written in Windows-1252 don't have, and others have that are read as if they were.
_NO_NAME = re.compile(
    rf"\b{_OTHERS}{{3,}}\b|[^\s\0-\x7f]{{4}}"  # words without a plain letter
    rf"|[^\W\d_](?:{_SIGNS}|[¡¿])|{_SIGNS}[^\W\d_]"  # signs within words
    r"|[a-zß-ÿ][ŠŒŽŸ]|[^\W\d_][ŠŒŽŸ–—][a-zß-ÿ]|[^\W\d_][“„][^\W\d_]"  # noqa: RUF001
    r"|[Â-Å][\u00a0-¿\u2018-\u203a]"  # UTF-8, letter by letter
)


class TableError(ValueError):
    """It is no table: what is wrong, in which line, and what to do."""


def decoded(data: bytes, named: Iterable[str] = ()) -> tuple[str, str]:
    """A table's text, and its encoding.

    Args:
        named: headings of a course's own.

    Raises:
        TableError: it is no text, or nothing tells its encoding.
    """
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise TableError("it is a workbook; save it as CSV UTF-8 and give that file")
    for encoding in _may_be(data, named):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text, encoding
    raise TableError(_not_told(data))


def _may_be(data: bytes, named: Iterable[str]) -> Iterator[str]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        yield "utf-16"
    elif data[1:2] == b"\0":
        yield "utf-16-le"
    elif data[:1] == b"\0":
        yield "utf-16-be"
    else:
        yield "utf-8-sig"
        if told := _told_by_headings(data, named):
            yield told
        elif not _NO_NAME.search(data.decode(LAST_RESORT, "replace")):
            yield LAST_RESORT


def _told_by_headings(data: bytes, named: Iterable[str]) -> str:
    """The encoding in which the most headings are known; "" if none is in any."""
    own = list(named)
    known = {}
    for encoding in ENCODINGS:
        pieces = _BETWEEN.split(data[:BEGINNING].decode(encoding, "replace"))
        known[encoding] = known_as_written(pieces, own)
    best = max(ENCODINGS, key=lambda encoding: known[encoding])
    return best if known[best] else ""


def _not_told(data: bytes) -> str:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        if b"\0" not in data:
            line = data.count(b"\n", 0, error.start) + 1
            return (
                f"line {line} is not UTF-8, and nothing tells what else it is; save the table as "
                "CSV UTF-8 and give that file"
            )
    return "it is no text; save the table as CSV UTF-8 and give that file"
