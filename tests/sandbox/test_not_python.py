"""A module that is not Python is refused before there is a worker, in a worker's words."""

from __future__ import annotations

import pytest
from helpers.machine import on_linux

from grader.sandbox import conversation
from grader.sandbox.client import Allowance, Student, StudentError
from grader.sandbox.launch import NoWorkers
from grader.sandbox.process import Launcher
from grader.sandbox.wire.syntax import error_in, place_of_error

LIMITS = Allowance(wall_s=30, cpu_s=20, memory_mib=512, output_kib=4)
TEXTS = [
    "def Net(:\n",
    "x = 1\n  y = 2\n",
    "def f():\nreturn 1\n",
    "if True:\n\tx = 1\n        y = 2\n",
    "x = 'never ends\n",
    'x = """never ends\n\n',
    "print 'two'\n",
    "x = (1,\n\n\n",
    "π = 1\n\x0cy = = 2\n",
    "# \N{GRINNING FACE}\nx = '\N{GRINNING FACE}' 1\n",
    "a = 1\r\nb = ]\r\n",
    "for x in range(3)\n    pass\n",
    "f(a for a in b, c)\n",
    "x = f'{a b}'\n",
    "x = 08\n",
    "x = " + "(" * 300 + ")" * 300,
    "def f(a, a b):\n    pass",
    "try:\n    x = 1\n",
    "\ufeffx y",
    "x = 1 ¿\n",
]


def failure(launcher: Launcher, text: str) -> StudentError:
    with Student(launcher, "relu", text, LIMITS) as student:
        for ask in (student.load, lambda: student.build(4, 3, 2, seed=0)):
            with pytest.raises(StudentError) as told:
                ask()
        assert student.notes == [] and student.output == ""
        return told.value


@on_linux
@pytest.mark.parametrize("text", TEXTS)
def test_it_is_told_as_a_worker_tells_it(
    launcher: Launcher, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    ours = failure(NoWorkers(), text)
    monkeypatch.setattr(conversation.syntax, "error_in", lambda _: None)
    theirs = failure(launcher, text)
    assert type(ours) is type(theirs)
    assert (str(ours), vars(ours)) == (str(theirs), vars(theirs))


@pytest.mark.parametrize(
    ("text", "line", "column", "marked"),
    [
        ("def f(:\n    pass\n", 1, 6, ":"),
        ("y = 2\nx = (1,\n", 2, 4, "("),
        ("x = 1 1\n", 1, 6, "1"),
        ("größe = = 1\n", 1, 8, "="),
        ("x = f(a b)\n", 1, 6, "a b"),
        ("x = 'abc\n", 1, 4, "'"),
        ("for i in x\n    pass\n", 1, 10, ""),  # behind the line, where a colon is missing
        ("if x:\npass\n", 2, 0, "pass"),
    ],
)
def test_the_characters_that_are_meant_are_marked(
    text: str, line: int, column: int, marked: str
) -> None:
    error = error_in(text)
    assert error is not None
    place = place_of_error(error, text)
    assert (place.line, place.start) == (line, column)
    assert text.splitlines()[line - 1][place.start : place.end] == marked
