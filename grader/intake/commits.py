"""When a cloned repository's modules were last committed, told without trusting the repository.

A repository's own configuration can make git run programs (core.fsmonitor, gpg.program, a remote
helper that fetches missing objects, …), and the list grows with git. So git never reads it: it
works in an empty repository of ours that borrows the clone's objects, which are data and no more.

The time is the committer's word: whoever commits can write any.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from grader.files import FileError, read_file
from grader.submissions.names import MODULE_SUFFIXES
from grader.text import utc_text

TIMEOUT_S = 20.0
MAX_REFS_BYTES = 4 << 20
_COMMIT = re.compile(r"[0-9a-f]{40}")
_REF = re.compile(r"ref: (refs/heads/[^\x00-\x20\\^:?*~\[]+)")


def commit_time(clone: Path, slugs: Sequence[str]) -> str:
    """The last commit that touched one of the modules, UTC in ISO 8601; "" if there is none to see.

    Without any `slugs` it is the last commit of all.
    Nothing is known of folders that are no ordinary clones (worktrees, submodules, links), and
    where git is not installed.
    """
    folder = clone / ".git"
    git = shutil.which("git")
    try:
        if git is None or not (_is_folder(folder) and _is_folder(folder / "objects")):
            return ""
        head = _head(folder)
    except (FileError, OSError, UnicodeDecodeError):
        return ""
    if head is None:
        return ""
    with tempfile.TemporaryDirectory() as empty:
        return _last_commit(git, Path(empty), folder, head, slugs)


def _last_commit(git: str, empty: Path, folder: Path, head: str, slugs: Sequence[str]) -> str:
    for name in ("objects", "refs"):
        (empty / name).mkdir()
    (empty / "HEAD").write_text("ref: refs/heads/none\n")
    places = [f":(glob)**/{slug}{suffix}" for slug in slugs for suffix in MODULE_SUFFIXES]
    if places:  # at any depth, but not where nothing is read (grader.submissions.names)
        places += [":(exclude,glob)**/solutions/**", ":(exclude,glob)**/tests/**"]
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(empty),
        "LC_ALL": "C",
        "GIT_DIR": str(empty),
        "GIT_OBJECT_DIRECTORY": str(folder.absolute() / "objects"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_TERMINAL_PROMPT": "0",
    }
    if (folder / "shallow").is_file() and not (folder / "shallow").is_symlink():
        environment["GIT_SHALLOW_FILE"] = str(folder.absolute() / "shallow")
    try:
        ran = subprocess.run(
            [git, "--no-replace-objects", "log", "-1", "--format=%ct", head, "--", *places],
            cwd=empty,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT_S,
        )
        return utc_text(datetime.fromtimestamp(int(ran.stdout), UTC))
    except (OSError, ValueError, OverflowError, subprocess.TimeoutExpired):
        return ""


def _head(folder: Path) -> str | None:
    """The commit that HEAD names, followed by hand: through a branch, packed or not."""
    text = read_file(folder / "HEAD", 1024).decode().strip()
    if _COMMIT.fullmatch(text):
        return text
    ref = _REF.fullmatch(text)
    if ref is None or ".." in ref[1]:
        return None
    try:
        commit = read_file(folder / ref[1], 1024).decode().strip()
        return commit if _COMMIT.fullmatch(commit) else None
    except FileNotFoundError:
        packed = read_file(folder / "packed-refs", MAX_REFS_BYTES).decode()
    for line in packed.splitlines():
        commit, _, name = line.partition(" ")
        if name == ref[1] and _COMMIT.fullmatch(commit):
            return commit
    return None


def _is_folder(path: Path) -> bool:
    return stat.S_ISDIR(path.lstat().st_mode)
