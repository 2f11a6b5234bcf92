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
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from threading import Timer

from grader.files import FileError, read_file
from grader.submissions.names import MODULE_SUFFIXES
from grader.text import show_name, some, utc_text

TIMEOUT_S = 20.0
MAX_REFS_BYTES = 4 << 20
MAX_ANSWER_BYTES = 64 << 20  # as much as a submission's archive may hold
_CHECKS = "grader/checks"  # of the course itself, which its staff may release again
_COMMIT = re.compile(r"[0-9a-f]{40}")
_BRANCH = re.compile(r"refs/(?:heads|remotes/[^/]+)/(?!HEAD\Z)(.+)", re.S)
_MOST_BRANCHES = 50  # that are looked at
_SHOWN = 3
_REF = re.compile(r"ref: (refs/heads/[^\x00-\x20\\^:?*~\[]+)")


def commit_time(clone: Path, slugs: Sequence[str], until: datetime | None = None) -> str:
    """The last commit that touched one of the modules, UTC in ISO 8601; "" if there is none to see.

    Without any `slugs` it is the last commit of all; what came after `until` is not looked at.
    Nothing is known of folders that are no ordinary clones (worktrees, submodules, links), and
    where git is not installed.
    """
    with _borrowed(clone) as git:
        try:
            told = git("log", "-1", "--format=%ct", *_until(until), "HEAD", "--", *_places(slugs))
            return utc_text(datetime.fromtimestamp(int(told), UTC))
        except (ValueError, OverflowError):
            return ""


def commit_times(
    clone: Path, slugs: Sequence[str], until: datetime | None = None
) -> dict[str, str]:
    """When each module was last committed, by slug, of those of which it can be seen."""
    times = {slug: commit_time(clone, [slug], until) for slug in slugs}
    return {slug: time for slug, time in times.items() if time}


def state_at(clone: Path, moment: datetime) -> bytes | None:
    """The clone's files as they were committed last at this moment, as a tar; None if nothing was,
    or it can't be seen."""
    with _borrowed(clone) as git:
        commit = git("log", "-1", "--format=%H", *_until(moment), "HEAD", "--").decode().strip()
        return git("archive", "--format=tar", commit) or None if commit else None


def other_branches(clone: Path, slugs: Sequence[str]) -> list[str]:
    """The branches with commits to these modules that the one checked out does not have, each with
    the modules, as "dev (relu.py)"."""
    try:
        tips = _tips(clone / ".git")
    except (FileError, OSError, UnicodeDecodeError):
        return []
    found: dict[str, None] = {}
    with _borrowed(clone) as git:
        for commit, name in tips.items():
            log = ("log", "-z", "--format=", "--name-only", f"HEAD..{commit}", "--")
            told = git(*log, *_places(slugs)).decode("utf-8", "replace")
            files = dict.fromkeys(path.rpartition("/")[2] for path in told.split("\0") if path)
            if files:
                shown = some([show_name(file) for file in files], _SHOWN)
                found[f"{show_name(name)} ({shown})"] = None
    return list(found)


def _places(slugs: Sequence[str]) -> list[str]:
    """The modules, at any depth, but not where nothing is read (grader.submissions.names,
    .places)."""
    places = [f":(glob)**/{slug}{suffix}" for slug in slugs for suffix in MODULE_SUFFIXES]
    ours = ("solutions", "tests", _CHECKS) if places else ()
    return places + [f":(exclude,glob)**/{folder}/**" for folder in ours]


def _tips(folder: Path) -> dict[str, str]:
    """The commits that branches end in, with a branch of each, as many as are looked at."""
    tips: dict[str, str] = {}
    packed = folder / "packed-refs"
    lines = read_file(packed, MAX_REFS_BYTES).decode().splitlines() if packed.exists() else []
    for line in lines:
        commit, _, ref = line.partition(" ")
        if (branch := _BRANCH.fullmatch(ref)) and _COMMIT.fullmatch(commit):
            tips[commit] = branch[1]
    for kind in ("heads", "remotes"):
        places = (folder, folder / "refs", folder / "refs" / kind)
        walked = os.walk(places[-1]) if all(p.exists() and _is_folder(p) for p in places) else ()
        for place, _, names in islice(walked, _MOST_BRANCHES):
            for name in names[:_MOST_BRANCHES]:
                path = Path(place, name)
                branch = _BRANCH.fullmatch(path.relative_to(folder).as_posix())
                commit = read_file(path, 1024).decode().strip() if branch else ""
                if branch and _COMMIT.fullmatch(commit):
                    tips[commit] = branch[1]
    return dict(list(tips.items())[:_MOST_BRANCHES])


def _until(moment: datetime | None) -> list[str]:
    return [] if moment is None else [f"--until={utc_text(moment)}"]


@contextmanager
def _borrowed(clone: Path) -> Iterator[Callable[..., bytes]]:
    """What asks git about the clone's objects, HEAD being the clone's; b"" where it can't tell."""
    folder = clone / ".git"
    program = shutil.which("git")
    try:
        is_clone = _is_folder(folder) and _is_folder(folder / "objects")
        head = _head(folder) if is_clone else None
    except (FileError, OSError, UnicodeDecodeError):
        head = None
    if program is None or head is None:
        yield lambda *_: b""
        return
    with tempfile.TemporaryDirectory() as name:
        empty = Path(name)
        for part in ("objects", "refs"):
            (empty / part).mkdir()
        (empty / "HEAD").write_text(f"{head}\n")
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

        yield lambda *arguments: _told([program, "--no-replace-objects", *arguments], environment)


def _told(command: Sequence[str], environment: Mapping[str, str]) -> bytes:
    """What git prints in time, if that is not too much; b"" where it fails."""
    with subprocess.Popen(
        command,
        cwd=environment["GIT_DIR"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as running:
        assert running.stdout is not None
        timer = Timer(TIMEOUT_S, running.kill)
        timer.start()
        try:
            told = running.stdout.read(MAX_ANSWER_BYTES + 1)
            if len(told) > MAX_ANSWER_BYTES:
                running.kill()
        finally:
            running.stdout.close()
            status = running.wait()
            timer.cancel()
    return told if status == 0 and len(told) <= MAX_ANSWER_BYTES else b""


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
