"""A command in the tests' host says and does what it does in a process of its own."""

from __future__ import annotations

import re
import signal
from pathlib import Path

import pytest
from helpers.commands import RunGrader, environment_for, run_command
from helpers.hosted import Host, is_course_alone
from helpers.repository import REPOSITORY, copy_repository

from grader import __version__
from grader.sandbox.launch import can_fork

if not can_fork():
    pytest.skip("commands are not hosted here", allow_module_level=True)


@pytest.mark.parametrize(
    "arguments",
    [
        ["grade", "solutions", "--only", "relu", "--seed", "3", "--json", "-", "--jobs", "2"],
        ["list", "rleu"],  # wrong usage
        ["grade", "nowhere"],
        ["doctor"],
    ],
)
def test_it_is_as_in_a_process_of_its_own(run_grader: RunGrader, arguments: list[str]) -> None:
    hosted, own = run_grader(*arguments, root=REPOSITORY), run_command(*arguments)
    assert hosted.status == own.status
    for said, expected in ((hosted.stdout, own.stdout), (hosted.stderr, own.stderr)):
        assert without_times(said) == without_times(expected)


def without_times(text: str) -> str:
    text = re.sub(r'"duration_s": ?[\d.e-]+', "", text)
    return re.sub(r"\d[\d.]* (s|ms|MiB|GiB)\b", "", text)


def test_nothing_of_one_command_is_left_for_the_next(host: Host, tmp_path: Path) -> None:
    elsewhere = host.run(["--version"], tmp_path, {"COLUMNS": "40", "GRADER_COURSE": "/nowhere"})
    status, stdout, stderr = host.run(["list"], Path("/"), {})
    assert (elsewhere[0], status, stderr) == (0, 0, "")
    assert "relu" in stdout and max(map(len, stdout.splitlines())) > 40


def test_a_command_that_is_given_up_is_followed_by_others(tmp_path: Path) -> None:
    def give_up(*_: object) -> None:  # as pytest-timeout does it
        raise TimeoutError

    host = Host(tmp_path, environment_for(REPOSITORY))
    before = signal.signal(signal.SIGALRM, give_up)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.1)  # the host is still importing
        with pytest.raises(TimeoutError):
            host.run(["--help"], tmp_path, {})
        status, stdout, _ = host.run(["--version"], tmp_path, {})
        assert (status, stdout) == (0, f"grader {__version__}\n")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        host.close()


def test_another_course_is_told_from_another_grader(tmp_path: Path) -> None:
    root = copy_repository(tmp_path / "course")
    (root / "assignments" / "course.toml").write_text("titel = 3\n")
    (root / "grader" / "checks" / "test_relu.py").write_text("def test_it(:\n")
    (root / "grader" / "checks" / "kit" / "masks.py").unlink()
    (root / "grader" / "checks" / "kit" / "added.py").touch()
    (root / "grader" / "docs" / "trust.md").unlink()
    assert is_course_alone(root, REPOSITORY)
    for path in ("grader/text.py", "grader/site/added.py", "grader/checks/kit/masks.py"):
        target = root / path
        before = target.read_bytes() if target.exists() else None
        target.write_text("x = 3\n")
        assert not is_course_alone(root, REPOSITORY)
        target.unlink()
        assert is_course_alone(root, REPOSITORY) == (path != "grader/text.py")
        if before is not None:
            target.write_bytes(before)
