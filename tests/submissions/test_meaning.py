"""What means the same to Python, and what may see more than that."""

from __future__ import annotations

import ast

import pytest
from helpers.repository import REPOSITORY, solution
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.submissions.code.meaning import meaning_of
from grader.submissions.model import Source

TEXT = '''\
import torch
from torch import nn


class Net(nn.Module):
    """A network."""

    def __init__(self, n, h, o):
        super().__init__()
        self.fc = nn.Linear(n, o, bias=True)

    def forward(self, x):
        return torch.relu(self.fc(x))
'''
SLUGS = sorted(path.stem for path in (REPOSITORY / "solutions").glob("*.py"))


def meaning(text: str, *siblings: tuple[str, str], **fields: object) -> str:
    return meaning_of(Source("relu", "relu.py", text, siblings=siblings, **fields))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "same",
    [
        f"# Ada\n\n{TEXT}\n# the end",
        TEXT.replace("    ", "\t"),
        TEXT.replace("\n", "\r\n"),
        TEXT.replace("bias=True", "bias=(True)"),
        TEXT.replace("n, h, o", "n,\n        h, o,"),
        TEXT.replace("import torch\n", "import torch  # warnings, sys.path and open() of os\n", 1),
    ],
)
def test_comments_blank_lines_and_layout_make_no_difference(same: str) -> None:
    assert meaning(same) == meaning(TEXT) != ""


@pytest.mark.parametrize(
    "other",
    [
        TEXT.replace("A network", "My network"),
        TEXT.replace("relu", "tanh"),
        TEXT.replace("True", "1"),
        f"from __future__ import annotations\n{TEXT}",
        f"{TEXT}\nmore = 1\n",
    ],
)
def test_docstrings_names_and_constants_do(other: str) -> None:
    assert "" != meaning(other) != meaning(TEXT)


def test_the_files_that_are_imported_are_a_part_of_it() -> None:
    text, helper = "import helper\nNet = helper.Net\n", f"# mine\n{TEXT}"
    assert meaning(text) == ""  # of something that is not there
    of_both = meaning(text, ("helper.py", TEXT))
    assert of_both == meaning(f"# mine\n{text}", ("helper.py", helper)) != ""
    assert of_both != meaning(text, ("helper.py", TEXT.replace("relu", "tanh")))
    assert of_both != meaning(text, ("helper/__init__.py", TEXT))
    assert meaning(text, ("helper.py", "import os\n")) == ""


@given(st.lists(st.sampled_from(["# π", "", "  # x\n", "#!/", "\f"]), max_size=6), st.data())
@settings(derandomize=True, deadline=None, max_examples=40)
def test_comments_anywhere_between_statements_make_no_difference(
    lines: list[str], data: st.DataObject
) -> None:
    slug = data.draw(st.sampled_from(SLUGS))
    statements = ast.parse(solution(slug)).body
    text = solution(slug).splitlines()
    for line in lines:
        after = data.draw(st.sampled_from(statements))
        assert after.end_lineno is not None
        text[after.end_lineno - 1] += f"\n{line}"
    assert meaning("\n".join(text)) == meaning(solution(slug))


@pytest.mark.parametrize(
    "trap",
    [
        "text = open(__file__).read()",
        "__loader__",
        "import inspect",
        "import inspect as random",
        "from torch.utils import _traceback",
        "from torch import *",
        "import sys\nline = sys._getframe().f_lineno",
        "import random\nline = random._os.sys._getframe()",
        "line = (lambda: 1).__code__.co_firstlineno",
        "same = f.__code__ == g.__code__",
        "try:\n    f()\nexcept Exception as e:\n    line = e.__traceback__.tb_lineno",
        "line = getattr(f, '__code__')",
        "line = getattr(f, '__co' + 'de__')",
        "get = getattr\nline = get(f, '__co' + 'de__')",
        "from functools import partial\nget = partial(getattr, f)",
        "import operator\nline = operator.attrgetter('__code__')(f)",
        "line = '{0.__code__.co_firstlineno}'.format(f)",
        "import warnings\nwarnings.warn('x')",
        "import torch\n@torch.jit.script\ndef f(x):\n    # type: (int) -> int\n    return x",
        "import torch\nf = torch.compile(f)",
        "from torch import load\nw = load('w.pt')",
        "import numpy\nw = numpy.fromfile('relu.py')",
        "exec('x = 1')",
        "globals()['__file__']",
        "import importlib.resources",
        "import logging",
        "def f(:",
        "x = '\\d'",  # a warning about this line
        "x = 1" + "0" * 5_000,
        "x = " + "-" * 20_000 + "1",
        "#" * 65_537,
    ],
)
def test_what_may_see_its_own_text_or_lines_stands_for_itself(trap: str) -> None:
    assert meaning(f"{TEXT}\n{trap}\n") == ""


def test_a_notebook_stands_for_itself() -> None:
    assert meaning(TEXT, cells=((1, 1),)) == ""


@pytest.mark.parametrize(
    "harmless",
    [
        "def train(net):\n    net.eval()\n    net.train()",
        "if __name__ == '__main__':\n    pass",
        "value = getattr(object, 'name', None)",
        "load = open_ = source = 1\nprint(load)",
        "x = 1.0j + 0x10",
    ],
)
def test_what_only_looks_like_it_is_shared(harmless: str) -> None:
    assert meaning(f"{TEXT}\n{harmless}\n") != ""
