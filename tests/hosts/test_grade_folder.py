"""One submission, graded where a host calls the grader."""

from __future__ import annotations

import shutil
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest
from helpers.hosts import write_course
from helpers.machine import NEEDS_LINUX
from helpers.repository import REPOSITORY, hand_in

from grader.course.manifest import load_course
from grader.grading import opening
from grader.hosts.run import grade_folder, named_assignments
from grader.report.model import encode_json
from grader.sandbox.process import Launcher

if sys.platform != "linux":
    pytest.skip(NEEDS_LINUX, allow_module_level=True)

COURSE = load_course(REPOSITORY)


@pytest.mark.parametrize(
    ("name", "slugs"),
    [
        ("extra_layer", ["extra_layer"]),
        ("Extra-Layer", ["extra_layer"]),
        ("An extra layer", ["extra_layer"]),
        (" ReLU ", ["relu"]),
        ("leaky-relu-elu", ["leaky_relu_elu"]),  # which does not count
        ("Homework 3", list(COURSE.slugs)),
        ("", list(COURSE.slugs)),
    ],
)
def test_a_hosts_assignment_named_like_one_of_the_course_is_that_one(
    name: str, slugs: list[str]
) -> None:
    assert [assignment.slug for assignment in named_assignments(COURSE, name)] == slugs


CHECK = """\
import pytest


@pytest.mark.hidden
def test_unknown():
    assert False, "an unknown reason"
"""


def test_what_hidden_checks_say_is_shown_by_no_host(
    launcher: Launcher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_course(tmp_path, "secretive", CHECK)
    shutil.copytree(REPOSITORY / "data_cache", tmp_path / "data_cache")
    course = load_course(tmp_path)
    monkeypatch.setattr(opening, "open_launcher", lambda *_: nullcontext(launcher))
    work = hand_in(tmp_path / "work", {"secretive": "x = 2\n"})
    graded = grade_folder(course, work, course.assignments, jobs=1, need_jail=True)
    (check,) = graded.report.assignments[0].checks
    assert (check.id, check.title, check.verdict) == ("hidden_1", "Hidden check 1", "failed")
    assert b"unknown" not in encode_json([graded.report])
