"""What any archive is held to: its bounds, harmless names, and how what is wrong is told."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from grader.text import printable, show_name

MAX_ENTRIES = 20_000  # as of a folder: modules may lie beside a data set of pictures
# What an archive holds when unpacked: declared sizes for a zip (of which only modules are ever
# unpacked), bytes really unpacked for a tar (which can only be read from its start).
MAX_UNPACKED_BYTES = 256 << 20
# Above this size a member (zip) or the whole stream (tar) that shrank more than MAX_RATIO-fold is
# taken for a bomb. Source text shrinks 3- to 10-fold, a zip bomb about 1000-fold.
MAX_RATIO = 200
RATIO_FLOOR_BYTES = 8 << 20
MAX_NAME_CHARACTERS = 1_000  # of a path within an archive

NOT_PLAIN = "it is a link or a device; put the file itself there"


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
            raise too_much_unpacked()


def parts_of(name: str) -> tuple[str, ...]:
    """Split a member's name, at backslashes too, as some systems write them.

    A name that would lead elsewhere when extracted ("/home/jane/relu.py", "C:\\relu.py",
    "../relu.py"), as packers write it that are told to keep whole paths, is read as others unpack
    it: without what leads there.
    """
    reason = ""
    if len(name) > MAX_NAME_CHARACTERS:
        reason = f"more than {MAX_NAME_CHARACTERS} characters"
    elif any(unicodedata.category(character) == "Cc" for character in name):
        reason = "a control character"
    if reason:
        raise ArchiveError(
            f"the name of member '{show_name(name)}' holds {reason}; "
            "make the archive again from the modules alone"
        )
    below = re.sub(r"\A[A-Za-z]:", "", name.replace("\\", "/"))
    return tuple(part for part in below.split("/") if part not in ("", ".", ".."))


def too_many_entries() -> ArchiveError:
    return ArchiveError(
        f"it has more than {MAX_ENTRIES:,} members; make the archive again from the modules alone"
    )


def too_much_unpacked() -> ArchiveError:
    return ArchiveError(
        f"it unpacks to more than {MAX_UNPACKED_BYTES >> 20} MiB; "
        "make the archive again from the modules alone"
    )


def bomb(what: str) -> ArchiveError:
    return ArchiveError(
        f"{what} unpacks to more than {MAX_RATIO} times its size, as bombs do; "
        "make the archive again from the modules alone"
    )


def damaged(reason: str) -> ArchiveError:
    return ArchiveError(
        f"the archive is damaged or incomplete ({printable(reason, 200)}); make it again"
    )
