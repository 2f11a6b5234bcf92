"""Cutting hidden checks out: with what only they need, and nothing else."""

from __future__ import annotations

import pytest

from grader.authoring.hidden_checks import CutError, cut_hidden

CHECKS = '''\
"""Checks for `relu`."""

from __future__ import annotations

import numpy as np
import pytest

from grader.checks.kit.probes import (
    expect,
    expect_secret,  # the next line is about another
    normal,
)
from grader.checks.kit.probes import both, secret_only

LIMIT = 3


def helper() -> int:
    return LIMIT


# A remark on the secret.
@pytest.mark.points(2)
@pytest.mark.hint("Secret.")
@pytest.mark.hidden
def test_secret(student, secret_net) -> None:
    """The secret"""
    expect_secret(helper() + inner(2))
    secret_only(both())
    # A last remark on the secret.


def inner(n):
    return outer(n - 1) if n else SECRET


def outer(n):
    return inner(n - 1)


SECRET = np.pi


@pytest.fixture
def secret_net():
    return normal


# A remark on the last one.
@pytest.mark.points(1)
def test_last(student) -> None:
    """The last one"""
    expect(helper(), both())
'''
VISIBLE = '''\
"""Checks for `relu`."""

from __future__ import annotations

import pytest

from grader.checks.kit.probes import (
    expect,
)
from grader.checks.kit.probes import both

LIMIT = 3


def helper() -> int:
    return LIMIT


@pytest.mark.points(2)
@pytest.mark.hidden(deferred=True)
def test_hidden_1() -> None:
    """Hidden check 1"""


# A remark on the last one.
@pytest.mark.points(1)
def test_last(student) -> None:
    """The last one"""
    expect(helper(), both())
'''
PROBES = '''\
"""Shared."""

from grader.checks import deep
from grader.checks.deeper import dig, fill


def expect(*values): ...


def expect_secret(*values):
    return shared(dig(values))


def secret_only(value):
    return shared(value)


def shared(value):
    return value


def both():
    return shared(1) + fill()


def normal(): ...


def not_used(): ...
'''
OTHER = """\
from grader.checks.kit.probes import expect, normal


def test_it():
    expect(normal())
"""
DEEPER = "def dig(values): ...\n\n\ndef fill(): ...\n"
SOURCES = {
    "test_relu": CHECKS,
    "kit.probes": PROBES,
    "test_adam": OTHER,
    "deeper": DEEPER,
    "deep": "",
}


def test_a_hidden_check_goes_with_what_only_it_needs() -> None:
    assert cut_hidden(SOURCES, {"test_relu": {"test_secret": 2}})["test_relu"] == VISIBLE


def test_shared_files_keep_what_others_need() -> None:
    cut = cut_hidden(SOURCES, {"test_relu": {"test_secret": 2}})
    for gone in ("expect_secret", "secret_only", "dig"):
        assert gone not in cut["kit.probes"] + cut["deeper"]
    for kept in ("expect", "shared", "both", "normal", "not_used"):
        assert f"def {kept}(" in cut["kit.probes"]
    assert cut["deeper"].strip() == "def fill(): ..."
    assert cut["test_adam"] == OTHER


def test_a_file_that_is_imported_as_a_whole_is_left_alone() -> None:
    sources = SOURCES | {"test_adam": "from grader.checks.kit import probes\n"}
    assert cut_hidden(sources, {"test_relu": {"test_secret": 2}})["kit.probes"] == PROBES


def test_files_without_hidden_checks_are_left_alone() -> None:
    sources = SOURCES | {"test_relu": CHECKS.replace("@pytest.mark.hidden\n", "")}
    assert cut_hidden(sources, {}) == sources


def test_each_set_of_parameters_has_its_stand_in() -> None:
    checks = {"test_secret[a]": 2.0, "test_secret[b]": 0.5}
    cut = cut_hidden(SOURCES, {"test_relu": checks})["test_relu"]
    for line in ("points(2)", "points(0.5)", "def test_hidden_1()", "def test_hidden_2()"):
        assert line in cut
    compile(cut, "test_relu.py", "exec")


def test_a_stand_in_takes_a_name_that_is_free() -> None:
    taken = CHECKS.replace("test_last", "test_hidden_1")
    cut = cut_hidden(SOURCES | {"test_relu": taken}, {"test_relu": {"test_secret": 2}})
    assert "def test_hidden_1_() -> None:" in cut["test_relu"]
    assert "def test_hidden_1(student)" in cut["test_relu"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("@pytest.mark.hidden\n", "@pytest.mark.hidden\n@pytest.mark.gate\n", "is a gate"),
        ("@pytest.mark.hidden\n", "@mark.hidden\n", "can't be cut out"),
        (
            "def test_secret",
            "class TestIt:\n    @pytest.mark.x\n    def test_secret",
            "can't be cut",
        ),
    ],
    ids=["gate", "another spelling", "in a class"],
)
def test_what_can_not_be_cut_out_is_refused(old: str, new: str, says: str) -> None:
    source = CHECKS.replace(old, new)
    if "class" in new:
        start = source.index("    def test_secret")
        end = source.index("def inner")
        body = source[start:end].replace("\n    ", "\n        ")
        source = source[:start] + body + source[end:]
    with pytest.raises(CutError, match=rf"^test_relu\.py: the hidden check test_secret.* {says}"):
        cut_hidden({"test_relu": source}, {"test_relu": {"test_secret": 2}})
