"""An exception is shown with the student's line that raised it, in modules and in notebooks."""

from __future__ import annotations

import pytest

from grader.sandbox.blame import Excerpt
from grader.sandbox.client import Allowance, Student, StudentRaised
from grader.sandbox.process import Launcher
from grader.sandbox.wire.cells import Cells

LIMITS = Allowance(wall_s=30, cpu_s=20, memory_mib=1024, output_kib=4)
NET = """
from torch import nn


class Net(nn.Module):
    def __init__(self, *sizes):
        super().__init__()
        self.größe = nn.Linear(sizes[0], sizes[-1])

    def forward(self, x):
        return self.größer(x) + 1
"""


def raised(launcher: Launcher, source: str, cells: Cells = ()) -> StudentRaised:
    with (
        Student(launcher, "relu", source, LIMITS, cells) as student,
        pytest.raises(StudentRaised) as caught,
    ):
        student.build(4, 3, 2, seed=1)
    return caught.value


def test_the_expression_that_raised_is_meant_and_the_name_that_is_near_is_told(
    launcher: Launcher,
) -> None:
    for cells in ((), ((1, 4),)):
        error = raised(launcher, NET, cells)
        assert error.excerpt == Excerpt("        return self.größer(x) + 1", 15, 26)
        assert error.text.endswith("Did you mean: 'größe'?")
        assert error.place == ("cell 4, line 11" if cells else "line 11")


@pytest.mark.parametrize("cells", [(), ((1, 2),)])
def test_a_syntax_error_is_shown_where_python_sees_it(launcher: Launcher, cells: Cells) -> None:
    error = raised(launcher, "x = 1\n\ndef Net(x)\n    return x\n", cells)
    assert (error.error, error.text) == ("SyntaxError", "expected ':'")
    assert error.excerpt == Excerpt("def Net(x)", 10, 11)


def test_in_a_later_cell_too(launcher: Launcher) -> None:
    error = raised(launcher, "x = 1\n%matplotlib inline\nNet = (1,\n", ((1, 1), (2, 5)))
    assert error.place == "cell 5, line 2"
    assert error.excerpt is not None and error.excerpt.text == "Net = (1,"


@pytest.mark.parametrize("place", [(0, 0, 0), (10**6, 3, 4), (3, -4, 10**9)])
def test_a_place_that_is_none_harms_nobody(place: tuple[int, int, int]) -> None:
    from grader.sandbox.wire import replies
    from grader.text import point_at

    error = StudentRaised(replies.Raised("doing", "E", "", *place), "a\nb\nc")
    if error.excerpt is not None:
        assert point_at(*error.excerpt).split("\n")[0] == "c"
