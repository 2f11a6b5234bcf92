"""Texts that are the same to Python, and those that are not."""

from __future__ import annotations

import pytest

from grader.submissions.code.syntax import syntax_digest

TEXT = 'def f(x):\n    """Twice."""\n    return 2 * x\n'


@pytest.mark.parametrize(
    "same",
    [
        "# mine\ndef f(x):\n    return 2*x  # twice\n",
        'def f(x):\n  "Another docstring."\n  return (2 * x)\n',
        'def f(x): return 2 * x',
    ],
)  # fmt: skip
def test_comments_layout_and_docstrings_make_no_difference(same: str) -> None:
    assert syntax_digest(same) == syntax_digest(TEXT) != ""


@pytest.mark.parametrize(
    "other", ["def f(y):\n    return 2 * y\n", "def f(x):\n    return x * 2\n"]
)
def test_names_and_order_do(other: str) -> None:
    assert syntax_digest(other) != syntax_digest(TEXT)


@pytest.mark.parametrize(
    "none",
    [
        "def f(:\n",
        "x = '\0'",
        "x = " + "(" * 5_000 + ")" * 5_000,
        "x = " + "-" * 20_000 + "1",
        "x = " + "1+" * 20_000 + "1",
        "#" * 65_537,
    ],
    ids=["broken", "NUL", "brackets", "signs", "sums", "large"],
)
def test_what_has_no_syntax_tree_in_reason_has_no_digest(none: str) -> None:
    assert syntax_digest(none) == ""


def test_what_python_warns_of_is_not_printed(recwarn: pytest.WarningsRecorder) -> None:
    assert syntax_digest('"""C:\\data"""\nx = "\\d"\n') == syntax_digest('x = "\\\\d"\n') != ""
    assert [*recwarn] == []


def test_a_text_of_65536_characters_has_a_digest() -> None:
    assert syntax_digest("#" * 65_536) != ""
