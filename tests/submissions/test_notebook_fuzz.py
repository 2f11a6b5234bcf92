"""Notebooks made from a right solution by what people and programs do to notebooks.

Each earns full marks, or hears which file can't be read: never a crash, never "not handed in".
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from helpers.repository import REPOSITORY, solution
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.course.manifest import load_course
from grader.grading.engine import Engine
from grader.sandbox.process import Launcher
from grader.submissions.notebook import split_module
from grader.submissions.reading import load_submission

COURSE = load_course(REPOSITORY)
CELLS = split_module(solution("relu"))[1]

# What stands between the cells that are graded, and does not count.
BESIDE = st.sampled_from(
    [
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nimport seaborn as sns; sns.set()",
        "!pip install torch torchvision | tail -1\n%cd /content\nls",
        "from google.colab import drive\ndrive.mount('/content/drive')",
        "My answer to question 2: the rectifier is max(0, x), see below.",
        "train = torchvision.datasets.MNIST('.', download=True)\nloader = DataLoader(train)",
        "%%time\nfor epoch in range(200):\n    loss = train_epoch(net, loader)\nplt.plot(loss)",
        "%%bash\nfor i in 1 2; do echo $i; done",
        "%%writefile notes.txt\nNet is done",
        "net = Net(784, 512, 10)\nnet",
        "print(f'accuracy {accuracy(net):.2f}'",
        "while True: pass",
        "x = input()\nexit()",
        "del x, y\n?Net",
        "class Scratch(nn.Module):\n    def forward(self, x:\n        return x",
        "",
        " \n\t\n",
    ]
)
# What is around a cell that counts.
AROUND = st.sampled_from(
    ["", "%%time\n", "%%capture out\n", "\n%%timeit -n 1\n", "%%writefile relu.py\n"]
)
TEXT = st.text(st.characters(exclude_categories=[]), max_size=20)  # half characters as well
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


@st.composite
def notebooks(draw: st.DrawFn) -> bytes:
    sources = []
    for cell in CELLS:
        sources += draw(st.lists(BESIDE, max_size=2))
        sources.append(draw(AROUND) + cell if "class Net" in cell else cell)
    sources += draw(st.lists(BESIDE, max_size=2))
    version = draw(st.sampled_from([3, 4]))
    cells = [cell_of(draw, source, version) for source in sources]
    metadata = draw(
        st.sampled_from([{}, {"kernelspec": {"language": "python", "name": "x"}, "colab": {}}])
    )
    made: dict[str, Any] = {"nbformat": version, "nbformat_minor": draw(st.integers(0, 9))}
    made |= {"metadata": metadata}
    made |= {"cells": cells} if version == 4 else {"worksheets": [{"cells": cells}]}
    text = json.dumps(made, ensure_ascii=True, indent=draw(st.sampled_from([None, 1])))
    return draw(st.sampled_from([b"", b"\xef\xbb\xbf"])) + text.encode()


def cell_of(draw: st.DrawFn, source: str, version: int) -> dict[str, Any]:
    ends = draw(st.sampled_from(["\n", "\r\n"]))
    text: str | list[str] = source.replace("\n", ends)
    if draw(st.booleans()):
        text = source.replace("\n", ends).splitlines(keepends=True)
    cell: dict[str, Any] = {"cell_type": "code", "input" if version == 3 else "source": text}
    cell |= {"metadata": draw(VALUES), "outputs": draw(st.lists(VALUES, max_size=2))}
    return cell | draw(st.sampled_from([{}, {"id": "a"}, {"id": ""}, {"execution_count": 3}]))


@pytest.fixture(scope="module")
def engine(launcher: Launcher) -> Engine:
    return Engine(COURSE, launcher, seed=1)


@settings(
    derandomize=True,
    deadline=None,
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(content=notebooks())
def test_a_right_notebook_earns_everything_whatever_is_around_it(
    engine: Engine, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "relu.ipynb"
    path.write_bytes(content)
    submission = load_submission(path, COURSE.slugs)
    assert not submission.problems
    brief = msgspec.structs.replace(COURSE.assignment("relu"), epochs=1, threshold=0.0)
    report = engine.grade(submission, brief).report
    assert report.status == "passed", (report.checks, content)


@settings(
    derandomize=True,
    deadline=None,
    max_examples=100,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(content=notebooks(), cut=st.integers(1, 2000), byte=st.binary(max_size=2))
def test_a_damaged_notebook_is_read_or_named(
    tmp_path: Path, content: bytes, cut: int, byte: bytes
) -> None:
    path = tmp_path / "relu.ipynb"
    place = cut % len(content)
    path.write_bytes(content[:place] + byte + content[place + 1 :])
    submission = load_submission(path, COURSE.slugs)
    assert submission.sources.keys() ^ submission.problems.keys() == {"relu"}
    assert all(problem.startswith("relu.ipynb: ") for problem in submission.problems.values())
