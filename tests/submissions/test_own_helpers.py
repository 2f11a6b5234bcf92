"""A module brings along what it imports of its own folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.sources import (
    CODE,
    Files,
    Load,
    everywhere,
    from_folder,
)

from grader.submissions.siblings import imports_of


@everywhere
def test_a_module_brings_what_it_imports_of_its_folder(load: Load, tmp_path: Path) -> None:
    module = "from helpers import f\nfrom assignments.adam import make_optimizer\nimport pkg.one\n"
    module += "import baseline\nfrom assignments.baseline import Net\n"  # which is the course's
    files = {
        "work/relu.py": module,
        "work/adam.py": CODE,
        "work/helpers.py": "from .deeper import g\n",
        "work/deeper.py": "g = 1\n",
        "work/pkg/__init__.py": "",
        "work/pkg/one.py": "from . import two\n",
        "work/pkg/two.py": "x = 2\n",
        "work/unused.py": "x = 3\n",
        "work/baseline.py": "x = 4\n",
        "above.py": "x = 5\n",
    }
    siblings = dict(load(files, tmp_path).sources["relu"].siblings)
    assert siblings == {
        "adam.py": CODE,
        "deeper.py": "g = 1\n",
        "helpers.py": "from .deeper import g\n",
        "pkg/__init__.py": "",
        "pkg/one.py": "from . import two\n",
        "pkg/two.py": "x = 2\n",
    }


@pytest.mark.parametrize(
    ("module", "files", "siblings"),
    [
        ("from relu import Net", ["hw/relu (1).py"], ["relu.py"]),
        ("from assignments.relu import Net", ["hw/doe_relu.py"], ["relu.py"]),
        ("from relu import Net", ["relu/relu.py"], ["relu.py"]),
        ("from .relu import Net", ["relu/Copy of relu.py"], ["relu.py"]),
        ("from relu import Net", ["hw/relu (1).py", "hw/relu (2).py"], []),
        ("from relu import Net", ["hw/relu.ipynb"], ["relu.ipynb"]),
        ("from relu import Net", ["hw/Copy of relu.ipynb"], ["relu.ipynb"]),
        ("from hw.helpers import f", ["hw/helpers.py", "hw/more.py"], ["hw/helpers.py"]),
        ("from hw.relu import Net", ["hw/relu-1.py"], ["hw/relu.py"]),
        ("import hw.pkg.one", ["hw/pkg/one.py", "pkg/one.py"], ["hw/pkg/one.py"]),
        # In a folder above or beside, to which sys.path leads, or from the top of a repository.
        ("from act import f", ["act.py"], ["act.py"]),
        ("from act import f", ["utils/act.py"], ["act.py"]),
        ("from utils.act import f", ["utils/act.py"], ["utils/act.py"]),
        ("from ..act import f", ["act.py", "hw/act.py"], ["../act.py"]),
        ("from act import f", ["lib/deep/act.py", "lib/act.py"], ["act.py"]),
        ("from act import f", ["hw/lib/act.py", "act.py"], ["act.py"]),
        ("from act import f", ["one/act.py", "two/act.py"], []),
        ("from act import f", ["hw/act.ipynb"], ["act.ipynb"]),
        ("from act import f", ["hw/act.ipynb", "act.py"], ["act.py"]),
        ("from act import f", ["env/pyvenv.cfg", "env/act.py", "tests/act.py"], []),
        ("from utils.act import f", ["hw/utils.py", "utils/act.py"], ["utils.py"]),
        ("import random, numpy, torch", ["random.py", "lib/numpy.py", "lib/torch.py"], []),
    ],
)
def test_what_is_imported_is_found_as_it_was_called_where_it_was_written(
    tmp_path: Path, module: str, files: list[str], siblings: list[str]
) -> None:
    tree: Files = {"hw/dropout.py": f"{module}\n", **dict.fromkeys(files, CODE)}
    read = from_folder(tree, tmp_path).sources["dropout"]
    assert [path for path, _ in read.siblings] == siblings
    assert {text for _, text in read.siblings} <= {CODE}


def test_helpers_are_bounded_and_decoded(tmp_path: Path) -> None:
    many = "".join(f"import m{i}\n" for i in range(100))
    files: dict[str, str | bytes] = {f"m{i}.py": f"x = {i}\n" for i in range(100)}
    assert len(from_folder({"relu.py": many, **files}, tmp_path).sources["relu"].siblings) == 64
    large: dict[str, str | bytes] = {f"h{i}.py": "#" * (300 << 10) for i in range(6)}
    module = "import h0, h1, h2, h3, h4, h5, latin\n"
    latin = {"latin.py": "x = 'é'\n".encode("latin-1")}
    siblings = from_folder({"relu.py": module, **large, **latin}, tmp_path).sources["relu"].siblings
    assert [path for path, _ in siblings] == ["h0.py", "h1.py", "h2.py"]


@pytest.mark.parametrize(
    "line",
    ["from " + "." * 500_000, "import " + "(" * 500_000, "import (\n" * 50_000,
     ";import a" * 50_000, "import a\\\n" * 50_000, "from a import " + "b, " * 200_000,
     " " * 500_000],
)  # fmt: skip
def test_hostile_imports_are_looked_through_in_no_time(line: str) -> None:
    # Whatever takes more than linear time runs into the tests' own limit here.
    assert len(list(imports_of(line, "relu.py"))) < 2_000_000


def test_helpers_that_import_each_other_end(tmp_path: Path) -> None:
    files = {"relu.py": "import a\n", "a.py": "import b, relu\n", "b.py": "import a\n"}
    siblings = from_folder(files, tmp_path).sources["relu"].siblings
    assert siblings == (("a.py", "import b, relu\n"), ("b.py", "import a\n"))
