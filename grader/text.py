"""Untrusted text made safe to show, where it enters the trusted side; names and times as text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime

# Terminal sequences that carry parameters (ECMA-48): CSI ("\x1b[31m"), and the string sequences
# OSC, DCS, SOS, PM and APC (titles, links, clipboard writes), then any other two-byte escape.
_TERMINAL_SEQUENCE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]?"
)
# Control, format (bidi overrides, zero width), surrogate and unassigned characters (U+FFFF is not
# XML), and Unicode's own line and paragraph separators.
_UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"})

# Of marks that stand above, below or around a letter no script stacks as many.
_MOST_MARKS = 10
_MARKS = frozenset({"Mn", "Me"})

POINTED_WIDTH = 68  # columns, so that it fits a terminal of 80 below a check's title


def printable(text: str, limit: int = 500, *, newlines: bool = False) -> str:
    """Return `text` with nothing left in it that could act on a terminal or break an encoder.

    Terminal sequences are removed. Other control and format characters and lone surrogates are
    shown as escapes such as `\\u202e`. Line breaks and tabs become spaces, or are kept (line breaks
    as `\\n`) if `newlines`. Of the marks on one letter ten are kept, as more would paint over other
    lines. The result has at most `limit` characters, the last one being "…" if something was cut
    off, and always encodes as UTF-8. To bound the work, a text's beginning of `16 * limit + 1024`
    characters is looked at. Markup of an output format (Rich, HTML, XML, CSV) is left alone:
    escaping it is the work of that format's writer.
    """
    looked_at = 16 * limit + 1024
    is_cut = len(text) > looked_at
    text = _TERMINAL_SEQUENCE.sub("", text[:looked_at]).replace("\r\n", "\n").replace("\r", "\n")
    shown: list[str] = []
    length = 0
    for character in _with_few_marks(text):
        if character in "\n\t":
            piece = character if newlines else " "
        elif unicodedata.category(character) in _UNSAFE_CATEGORIES:
            piece = _escape(character)
        else:
            piece = character
        shown.append(piece)
        length += len(piece)
        if length > limit:
            is_cut = True
            break
    if not is_cut:
        return "".join(shown)
    # Whole pieces are taken off, so that no escape is cut in two.
    while shown and length > limit - 1:
        length -= len(shown.pop())
    return "".join(shown) + "…"[:limit]


# What may stand in no page: control characters, what turns the direction of the text beyond it,
# separators of lines, surrogates, tags, and what is no character.
_UNSHOWN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufff9-\ufffb\ufffe\uffff"
    "\U000e0000-\U000e007f]"
)


def visible(text: str) -> str:
    """`text` of any length for a page: what would be seen by nobody, or act on other text, is shown
    as an escape such as `\\u202e`, and of the marks on one letter ten are kept. What joins letters
    or parts them, as some scripts need it, stays, and so do line breaks."""
    return _UNSHOWN.sub(lambda match: _escape(match[0]), _with_few_marks(text))


def _with_few_marks(text: str) -> str:
    if text.isascii():
        return text
    kept = []
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        if category in _MARKS:
            marks += 1
        elif category != "Cf":  # a joiner between two marks parts nothing
            marks = 0
        if marks <= _MOST_MARKS:
            kept.append(character)
        elif kept[-1] != "…":
            kept.append("…")
    return "".join(kept)


def _escape(character: str) -> str:
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def point_at(line: str, start: int, end: int) -> str:
    """`line`, and under it carets below its characters `start` to `end`, from 0; both 0: below all.

    Indentation is left out, and what is too far from the carets, with "…" in its place. Both lines
    are printable and at most `POINTED_WIDTH` columns wide, as a terminal counts them.
    """
    text = line.rstrip()
    indent = len(text) - len(text.lstrip())
    start = min(max(start, indent), len(text))
    end = max(end, start + 1) if end > 0 else len(text)
    # Of a line of any length no more is looked at than could be shown.
    before = printable(text[indent:start][-POINTED_WIDTH:], 1000)
    after = printable(text[end:][:POINTED_WIDTH], 1000)
    around = min(columns(before) + columns(after), POINTED_WIDTH // 2)
    marked = shorten(printable(text[start:end], POINTED_WIDTH), POINTED_WIDTH - around)
    room = POINTED_WIDTH - columns(marked)
    before = shorten(before[::-1], room - min(columns(after), room // 3))[::-1]
    after = shorten(after, room - columns(before))
    carets = " " * columns(before) + "^" * max(columns(marked), 1)
    return f"{before}{marked}{after}\n{carets}"


def shorten(text: str, width: int) -> str:
    """The beginning of `text`, which is printable, in `width` columns; cut off, it ends in "…"."""
    if columns(text) <= width:
        return text
    while columns(text) >= width:
        text = text[:-1]
    return f"{text}…"


def columns(text: str) -> int:
    """How many columns of a terminal `text`, which is printable, takes."""
    widths = {"W": 2, "F": 2}
    return sum(
        0 if unicodedata.combining(c) else widths.get(unicodedata.east_asian_width(c), 1)
        for c in text
    )


def plain(text: str) -> str:
    """`text` without what a CI system that reads the log would take for a command of its own."""
    # Between every two colons: of three, the last two would still make a command. Others' begin
    # with "##vso[" (Azure Pipelines), "##teamcity[", or "##[".
    return re.sub(r"##(?=\w*\[)", "# #", re.sub(":(?=:)", ": ", text))


def show_name(name: str) -> str:
    """A file's name, for a message."""
    return printable(name, 200)


def count_of(count: int, noun: str) -> str:
    """So many of them: "1 check", "2 checks"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def some(names: Sequence[str], most: int) -> str:
    """At most so many of them, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def fold_name(name: str) -> str:
    """What names have in common that differ in case or Unicode form only."""
    return unicodedata.normalize("NFKC", name).casefold()


# Letters that Unicode does not take apart.
_LETTERS = str.maketrans({
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i",
    "ħ": "h",
})  # fmt: skip


def fold(text: str) -> str:
    """For comparing what people write: without case, accents and blanks around."""
    if text.isascii():
        return text.strip().lower()
    decomposed = unicodedata.normalize("NFKD", text.strip()).casefold().translate(_LETTERS)
    return "".join(c for c in decomposed if not "\u0300" <= c <= "\u036f")


def utc_text(moment: datetime) -> str:
    """`moment` as ISO 8601 in UTC, to the second: 2026-10-31T22:59:00Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
