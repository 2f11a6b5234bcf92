"""Whose a file or folder is that a mail program has named after a subject."""

from __future__ import annotations

import pytest

from grader.submissions.names import owner_in


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        ("Re_ HW3 submission - Jane Doe", "Jane Doe"),
        ("AW_ WG_ Abgabe 3 Jane Doe", "Jane Doe"),
        ("Fwd: relu - Jane Doe.py", "Jane Doe"),
        ("re_doe_relu.py", "re_doe"),
        ("Re Giovanni relu.py", "Re Giovanni"),
    ],
)
def test_what_stands_before_a_subject_is_no_part_of_a_name(name: str, owner: str) -> None:
    assert owner_in(name, ("relu", "adam")) == owner
