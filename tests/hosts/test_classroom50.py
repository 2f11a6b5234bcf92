"""The autograder for Classroom 50, run in students' checkouts as its runner does.

What is about the start, the walls or what lies in a checkout takes processes of its own; what is
about the result is run in this one, with its launcher and trainings of an epoch.
"""

from __future__ import annotations

import compileall
import os
import re
import shutil
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest
from helpers.clones import git
from helpers.commands import Ran
from helpers.hosts import RAISES, run, valid, without_calls
from helpers.machine import NEEDS_LINUX
from helpers.rendered import OWN_TAGS, Rendered
from helpers.repository import REPOSITORY, hand_in, most_points, solution

from grader.course.manifest import load_course
from grader.course.stubs import make_stub
from grader.grading import opening
from grader.hosts import classroom50
from grader.hosts.export import export_autograder
from grader.sandbox.process import Launcher

if sys.platform != "linux":
    pytest.skip(NEEDS_LINUX, allow_module_level=True)

COURSE = load_course(REPOSITORY)

RUNNER = {
    "CLASSROOM": "deep-learning",
    "ASSIGNMENT": "momentum",
    "SUBMISSION_TAG": "submit/2026-10-01T10-00-00Z-abcdef0",
    "USERNAME": "ada",
    "OWNER": "ada",
    "ASSIGNMENT_TYPE": "individual",
    "COMMIT_URL": "https://example.org/ada/commit/abcdef0",
    "RELEASE_URL": "https://example.org/ada/releases/tag/submit%2F1",
    "REVIEW_URL": "https://example.org/ada/compare/1...2",
    "GITHUB_ACTOR": "ada",
    "GITHUB_ACTOR_ID": "17",
}


def commit_all(checkout: Path) -> Path:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    git(checkout, "init")
    git(checkout, "add", "--all")
    noon = "2026-10-01T12:00:00+0200"
    git(checkout, "commit", "--message", "work", GIT_COMMITTER_DATE=noon)
    return checkout


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is exported, compiled: it compiles itself anew in every run otherwise."""
    target = tmp_path_factory.mktemp("compiled") / "relu"
    export_autograder(COURSE, "classroom50", target)
    assert compileall.compile_dir(target / "course" / "grader", quiet=1)
    return target


def in_checkout(folder: Path, checkout: Path, *prefix: str, **changed: str) -> Ran:
    autograder = folder / "autograder.py"
    return run(*prefix, sys.executable, autograder, cwd=checkout, **RUNNER | changed)


GradeHere = Callable[..., int]


@pytest.fixture
def grade_here(
    launcher: Launcher, short_course: Path, monkeypatch: pytest.MonkeyPatch
) -> GradeHere:
    """What the autograder starts in the end, in this process; returns its exit status."""
    monkeypatch.setattr(opening, "open_launcher", lambda *_: nullcontext(launcher))
    monkeypatch.setattr(classroom50, "usable_cores", lambda: 1)
    monkeypatch.setenv("GRADER_COURSE", str(short_course))
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")

    def grade(checkout: Path, **changed: str) -> int:
        monkeypatch.chdir(checkout)
        for name, value in (RUNNER | changed).items():
            monkeypatch.setenv(name, value)
        return classroom50.main()

    return grade


def test_a_checkout_gets_a_valid_result_and_a_release_body(compiled: Path, tmp_path: Path) -> None:
    modules = {"momentum": solution("momentum"), "relu": "raise SystemExit"}
    hand_in(tmp_path / "course" / "assignments", modules)
    checkout = commit_all(tmp_path / "course")
    ran = in_checkout(compiled, checkout)
    assert (ran.status, ran.stderr) == (0, "")
    result = valid("classroom50-result-v1", checkout / "result.json")
    assert {test["slug"] for test in result["tests"]} == {"momentum"}
    assert all(test["passed"] for test in result["tests"])
    assert result["score"] == result["max-score"] == 10
    assert result["score"] == sum(test["score"] for test in result["tests"])
    assert result["datetime"] == "2026-10-01T10:00:00Z"
    assert (result["owner"], result["review"]) == ("ada", RUNNER["REVIEW_URL"])
    assert result["submitted_by"] == {"username": "ada", "id": 17}
    body = (checkout / "release-body.md").read_text(encoding="utf-8")
    assert "| Momentum | 10/10 | ✓ passed |" in body


def test_any_other_assignment_is_the_whole_course(grade_here: GradeHere, tmp_path: Path) -> None:
    checkout = commit_all(hand_in(tmp_path / "course", {"adam": make_stub(solution("adam"))}))
    group = {"ASSIGNMENT_TYPE": "group", "OWNER": "red-pandas"}  # ada has pushed it
    assert grade_here(checkout, ASSIGNMENT="homework-1", REVIEW_URL="", **group) == 0
    result = valid("classroom50-result-v1", checkout / "result.json")
    assert {test["slug"] for test in result["tests"]} == set(COURSE.slugs)
    assert (result["score"], result["max-score"]) == (0, most_points())
    assert (result["assignment"], result["assignment_type"]) == ("homework-1", "group")
    assert (result["owner"], result["submitted_by"]["username"]) == ("red-pandas", "ada")
    assert result["review"] == RUNNER["COMMIT_URL"]
    body = (checkout / "release-body.md").read_text(encoding="utf-8")
    assert re.search(r"\| Adam \| 0/10 \| . stub unchanged \|", body)


def test_nothing_of_the_checkout_but_its_modules_has_a_say(compiled: Path, tmp_path: Path) -> None:
    checkout = hand_in(tmp_path / "course", {"momentum": solution("momentum")})
    trap = f"open({str(tmp_path / 'sprung')!r}, 'w')\nraise SystemExit(0)\n"
    (checkout / "grader").mkdir()
    (checkout / "grader" / "__init__.py").write_text(trap)
    for name in ("torch", "numpy", "conftest", "sitecustomize", "msgspec", "random", "stat"):
        (checkout / f"{name}.py").write_text(trap)
    (checkout / "pytest.ini").write_text("[pytest]\naddopts = --collect-only\n")
    ran = in_checkout(compiled, commit_all(checkout), PYTEST_ADDOPTS="--collect-only")
    assert (ran.status, ran.stderr) == (0, "")
    assert not (tmp_path / "sprung").exists()
    assert valid("classroom50-result-v1", checkout / "result.json")["score"] == 10


def test_planted_results_are_replaced_and_their_links_not_followed(
    grade_here: GradeHere, tmp_path: Path
) -> None:
    checkout = hand_in(tmp_path / "course", {"momentum": solution("momentum")})
    (tmp_path / "victim").write_text("unharmed")
    (checkout / "result.json").symlink_to(tmp_path / "victim")
    (checkout / "release-body.md" / "deep" / "er").mkdir(parents=True)
    (checkout / "release-body.md" / "deep" / "file").write_text("x")
    assert grade_here(commit_all(checkout)) == 0
    assert (tmp_path / "victim").read_text() == "unharmed"
    assert valid("classroom50-result-v1", checkout / "result.json")["score"] == 10
    assert (checkout / "release-body.md").is_file()


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"COMMIT_URL": ""}, "COMMIT_URL is not set"),
        ({"SUBMISSION_TAG": "v1"}, "SUBMISSION_TAG is 'v1', and should begin with submit/"),
        ({"ASSIGNMENT_TYPE": "pair"}, "ASSIGNMENT_TYPE is 'pair'"),
        ({"PATH": ""}, "the commit's time can't be read"),
    ],
)
def test_where_the_grader_fails_there_is_no_result_not_even_a_planted_one(
    compiled: Path, tmp_path: Path, changed: dict[str, str], line: str
) -> None:
    checkout = hand_in(tmp_path / "course", {"momentum": solution("momentum")})
    (checkout / "result.json").write_text('{"score": 10}')
    (checkout / "release-body.md").symlink_to(tmp_path / "to be written by somebody else")
    ran = in_checkout(compiled, commit_all(checkout), **changed)
    assert ran.status == 3
    assert ran.stderr.startswith(f"grader: {line}")
    assert ran.stderr.count("\n") == 1
    assert not {"result.json", "release-body.md"} & set(os.listdir(checkout))


def test_without_a_jail_nothing_is_graded(compiled: Path, tmp_path: Path) -> None:
    checkout = commit_all(hand_in(tmp_path / "course", {"momentum": solution("momentum")}))
    ran = in_checkout(compiled, checkout, *without_calls("landlock_create_ruleset"))
    assert ran.status == 3
    assert "can't confine student code" in ran.stderr
    assert not (checkout / "result.json").exists()


OWN_BUG = """

@pytest.mark.points(1)
@pytest.mark.hint("None.")
def test_own_bug():
    \"\"\"A bug of ours\"\"\"
    {}["nothing"]
"""


@pytest.mark.parametrize(
    ("added", "line"),
    [
        ("\nimport nothing_of_this_name\n", "test_momentum.py: the check file can't be run"),
        (OWN_BUG, "momentum: test_own_bug: "),
    ],
)
def test_a_broken_check_is_a_failure_of_the_grader_and_no_result(
    compiled: Path, tmp_path: Path, added: str, line: str
) -> None:
    broken = tmp_path / "autograder"
    shutil.copytree(compiled, broken)
    with (broken / "course" / "grader" / "checks" / "test_momentum.py").open("a") as checks:
        checks.write(added)
    checkout = commit_all(hand_in(tmp_path / "course", {"momentum": solution("momentum")}))
    ran = in_checkout(broken, checkout)
    assert ran.status == 3
    assert ran.stderr.startswith(f"grader: {line}")
    assert not (checkout / "result.json").exists()


def test_what_student_code_says_stays_text(
    grade_here: GradeHere, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    checkout = commit_all(hand_in(tmp_path / "course", {"momentum": RAISES}))
    assert grade_here(checkout) == 0
    assert "::" not in "".join(capfd.readouterr())
    result = valid("classroom50-result-v1", checkout / "result.json")
    assert result["score"] == 0
    assert any("</pre>" in test["message"] for test in result["tests"])
    body = (checkout / "release-body.md").read_text(encoding="utf-8")
    assert "</pre><script>" in body
    assert_text_only(body)


def assert_text_only(markdown: str) -> None:
    """Rendered as GitHub does it: the student's text is in code, whole, and nothing else is."""
    rendered = Rendered(markdown)
    assert set(rendered.tags) <= OWN_TAGS
    assert "script" not in rendered.prose and "@someone" not in rendered.prose
    assert any("</script>" in code and "# Big" in code for code in rendered.codes)
