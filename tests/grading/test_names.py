"""Why a module does not define what it is asked for, as far as its source shows it."""

from __future__ import annotations

import pytest

from grader.grading.slips.names import missing_name

TWO = "class A:\n    pass\n\nclass B:\n    pass\n"


@pytest.mark.parametrize(
    ("name", "source", "told"),
    [
        ("Net", "class Network:\n    pass", "defined by another name"),
        ("Net", "def network():\n    pass", None),
        ("Net", TWO, None),
        ("make_optimizer", TWO, None),
        ("make_optimizer", "def optimizer():\n    pass", "defined by another name"),
        (
            "make_optimizer",
            "class A:\n    def make_optimizer(self): ...",
            "defined within another block",
        ),
        ("Net", "def build():\n    class Net: ...\n    return Net", "defined within another block"),
        ("Net", "class Net(:", None),
    ],
)
def test_a_missing_name_is_explained_only_where_one_definition_stands_for_it(
    name: str, source: str, told: str | None
) -> None:
    slip = missing_name(name, source)
    assert (None if slip is None else slip.name) == told
