"""Commands that start in a moment: forks of a process that has imported the grader.

`python -m grader` takes half a second of processor time to import itself, and its zygote two and a
half to import torch. Hundreds of tests run a command, and few of them are about its start. Here one
process, the host, has both done, and forks itself for every command: what that leaves in its memory
ends with it, and it calls the same main() in the same environment. Workers come from the host's
zygote where the baseline is the same, letter by letter, as it holds nothing else of a course; and a
check file that is the same as this repository's has been collected.

What is not as in a process of its own: modules are imported that the command may not have asked
for, and whatever depends on the start itself (locale, limits, signals, standard streams that are
closed, the zygote's surroundings).
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import pkgutil
import signal
import subprocess
import sys
from multiprocessing import get_context
from pathlib import Path

ELSEWHERE = ("grader.checks", "grader.sandbox.inside")  # what others import
CHECKS = ("grader.checks", "grader.checks.kit", "grader.checks.misconceptions")


class Host:
    """The host, as tests see it; its commands run in `environment`."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.environment = environment
        self._said = [folder / "stdout", folder / "stderr"]
        self._start()

    def _start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__, *self._said],
            cwd="/",
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, arguments: list[str], cwd: Path, extra: dict[str, str]) -> tuple[int, str, str]:
        """Exit status, stdout and stderr of `python -m grader ARGUMENTS`.

        Args:
            extra: what its environment has besides.
        """
        assert self._process.stdin is not None and self._process.stdout is not None
        try:
            print(json.dumps([arguments, str(cwd), extra]), file=self._process.stdin, flush=True)
            status = int(self._process.stdout.readline())
        except BaseException:  # the test's time is over, perhaps: its command's is, too
            os.killpg(self._process.pid, signal.SIGKILL)
            self.close()
            self._start()
            raise
        stdout, stderr = (path.read_text(encoding="utf-8") for path in self._said)
        return status, stdout, stderr

    def close(self) -> None:
        with self._process:
            pass  # the end of its stdin is the host's


def is_course_alone(root: Path, ours: Path) -> bool:
    """Whether the repository at `root` differs from `ours` in its course alone: the package is the
    same, but for check files; of what only those import it may have more or lack some, and it may
    lack the guides."""
    checks, docs = Path("grader", "checks"), Path("grader", "docs")
    mine, theirs = (
        {
            path.relative_to(folder): path
            for path in (folder / "grader").rglob("*")
            if path.is_file() and path.parent.name != "__pycache__"
        }
        for folder in (ours, root)
    )
    return all(name in theirs or {checks, docs} & {*name.parents} for name in mine) and all(
        name.match("grader/checks/test_*.py")
        or (
            path.read_bytes() == mine[name].read_bytes() if name in mine else checks in name.parents
        )
        for name, path in theirs.items()
    )


def main() -> None:
    """The host: answer each line of stdin, a command, with its exit status."""
    del sys.path[0]  # this file's folder
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # as the command does: NumPy must not start threads
    from grader.course.manifest import load_course
    from grader.grading import checkfile
    from grader.sandbox import launch

    host = os.getpid()

    class Held(launch.Zygote):
        """One that stays open when a command closes it."""

        def close(self) -> None:
            if os.getpid() == host:
                super().close()

    def open_zygote(path: Path) -> launch.Zygote:
        is_the_same = path.is_file() and path.read_bytes() == baseline
        return held if is_the_same else zygote(path)

    course = load_course()
    path = course.baseline_path
    baseline, held, zygote = path.read_bytes(), Held(path), launch.Zygote
    import_everything()
    collected = {
        path.read_bytes(): checkfile.collect_checks(path)
        for path in map(course.check_path, course.every_slug)
    }
    check_file = checkfile.CheckFile

    def collect(path: Path) -> checkfile.CheckFile:
        is_ours = path.is_file() and path.read_bytes() in collected
        return collected[path.read_bytes()] if is_ours else check_file(path)

    gc.freeze()  # forks leave what is here where it is
    assert len(os.listdir("/proc/self/task")) == 1, "a process with threads can't be forked"
    launch.Zygote = open_zygote  # type: ignore[assignment, misc]
    checkfile.CheckFile = collect  # type: ignore[assignment, misc]
    while line := sys.stdin.readline():
        held.mend()
        command = get_context("fork").Process(target=run, args=json.loads(line))
        command.start()
        command.join()
        print(command.exitcode, flush=True)
    held.close()


def import_everything() -> None:
    import grader

    for module in pkgutil.walk_packages(grader.__path__, "grader."):
        if not module.name.startswith(ELSEWHERE):
            importlib.import_module(module.name)
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment] # see conftest.py
    importlib.import_module("nbformat.v4")  # which takes those commands long that need it
    assert "torch" not in sys.modules


def run(arguments: list[str], cwd: str, extra: dict[str, str]) -> None:
    """The command, in a process that has been forked for it."""
    outputs = (os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) for path in sys.argv[1:])
    for number, opened in enumerate((os.open(os.devnull, os.O_RDONLY), *outputs)):
        os.dup2(opened, number)
        os.close(opened)
    sys.argv = ["grader", *arguments]
    os.environ |= extra
    os.chdir(cwd)
    if root := extra.get("GRADER_COURSE"):
        import_from(Path(root))
    from grader import __main__ as start

    try:
        start.main()
    finally:
        atexit._run_exitfuncs()


def import_from(root: Path) -> None:
    """Find what check files import in this repository too, where ours has none of that name."""
    for name in CHECKS:
        package = importlib.import_module(name)
        package.__path__.append(str(root.joinpath(*name.split("."))))


if __name__ == "__main__":
    main()
