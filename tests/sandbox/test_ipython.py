"""Syntax of IPython in a cell: what is no Python is passed over, and what its magics tell."""

from __future__ import annotations

import pytest

from grader.sandbox.wire.cells import Body, body_of, without_ipython


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        ("%magic a b\nx", "pass\nx"),
        ("  %magic \\\n a\nx", "  pass\n\nx"),
        ("a = !ls 'it\nb = %x (\n?c\nc??", "pass\npass\npass\npass"),
        ("x = (1\n%y)\nz = 3 % y", "x = (1\n%y)\nz = 3 % y"),
        ("s = '''\n%x\n!y'''; t = \"(\"\n%z", "s = '''\n%x\n!y'''; t = \"(\"\npass"),
        ("a = 1  # (\n%x\nb = 2 \\\n%c\n", "a = 1  # (\npass\nb = 2 \\\n%c\n"),
        ("a != b\nc %= d", "a != b\nc %= d"),
        ("pip install x==1\ncd ..\nls -l", "pass\npass\npass"),
        ("ls = [1]\nls  += [2]\n%x", "ls = [1]\nls  += [2]\npass"),
    ],
)
def test_what_is_no_python_is_passed_over_and_lines_keep_their_numbers(
    cell: str, python: str
) -> None:
    assert without_ipython(cell) == python


@pytest.mark.parametrize(
    ("cell", "body"),
    [
        ("\n%%capture out\n%x\ny", Body("\n\n%x\ny")),
        ("%%time\n\n%%timeit -n 3\ny", Body("\n\n\ny")),
        ("%%writefile -a 'src\\relu.py'\nx", Body("\nx", "%%writefile", "src/relu.py", True)),
        ("%%file\nx", Body("\nx", "%%file")),
        ("%%script false --no-raise-error\nx", Body("\nx", "%%script")),
        ("%%time\n%%bash\nx", Body("\n\nx", "%%bash")),
        ("%time x\n%%time\n", Body("%time x\n%%time\n")),
        ("%%bash", Body("", "%%bash")),
    ],
)
def test_a_cells_magics_tell_what_its_body_is(cell: str, body: Body) -> None:
    assert body_of(cell) == body
