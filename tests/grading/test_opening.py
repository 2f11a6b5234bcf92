"""What is opened for grading is under the seed that was asked for."""

from __future__ import annotations

import pytest

from grader.course.manifest import load_course
from grader.grading.opening import open_engine

COURSE = load_course()


@pytest.mark.parametrize(("asked", "seed"), [(None, COURSE.seed), (0, 0), (7, 7)])
def test_a_seed_of_0_is_one_like_any_other(asked: int | None, seed: int) -> None:
    with open_engine(COURSE, asked, modules=0) as engine:
        assert engine.seed == seed
