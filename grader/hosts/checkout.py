"""What a student may have put where an autograder writes; needs only the standard library."""

from __future__ import annotations

import stat
from pathlib import Path

from grader.sandbox.walls.scratch import remove_scratch

RESULT, RELEASE_BODY = "result.json", "release-body.md"


def remove_planted(checkout: Path) -> None:
    """Remove whatever is called like a result in the student's `checkout`; links are not followed.

    Raises:
        OSError: something can't be removed.
    """
    for name in (RESULT, RELEASE_BODY):
        path = checkout / name
        try:
            is_folder = stat.S_ISDIR(path.lstat().st_mode)
        except FileNotFoundError:
            continue
        if not is_folder:
            path.unlink()
        elif not remove_scratch(path):
            raise OSError(f"{name}: it is a folder that can't be removed")
