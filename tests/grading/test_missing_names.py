"""Why a module does not define what it is asked for, as far as its source shows it."""

from __future__ import annotations

import pytest

from grader.grading.slips.names import missing_name

STUB = "class Net:\n    pass\n\ndef make_optimizer():\n    pass\n\ndef elu(z):\n    pass\n"
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
        ("make_optimizer", "def elu(z): ...", None),
        ("Net", "class Net(:", None),
        ("Net", "def net(*sizes): ...", "defined by another name"),
        ("Net", "class Layer(nn.Module): ...\nclass Both: ...", "defined by another name"),
        ("make_optimizer", f"{TWO}def makeOptimizer(p): ...", "defined by another name"),
        ("make_optimizer", "class A(optim.Optimizer): ...", "class in place of the function"),
        ("Net", "class A(optim.Optimizer): ...\nclass B: ...", None),
    ],
)
def test_a_missing_name_is_explained_where_something_stands_for_it(
    name: str, source: str, told: str | None
) -> None:
    slip = missing_name(name, source, STUB)
    assert (None if slip is None else slip.name) == told


def test_all_networks_that_may_be_meant_are_named() -> None:
    slip = missing_name("Net", "class A(nn.Module): ...\nclass B(torch.nn.Module): ...", STUB)
    assert slip is not None
    assert slip.says == (
        "The module defines `A` and `B`, and not Net: "
        "if one of these is what is meant, call it Net."
    )
