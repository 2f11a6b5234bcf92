"""Exported autograders, run as their hosts run them."""

from __future__ import annotations

import compileall
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
import zipfile
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from conftest import (
    NEEDS_LINUX,
    PATIENCE_S,
    REPOSITORY,
    Ran,
    RunGrader,
    environment_for,
    hand_in,
    most_points,
    solution,
    undecorated,
    wrong,
)
from helpers.clones import git
from helpers.rendered import OWN_TAGS, Rendered

from grader.course.manifest import Assignment, load_course
from grader.course.stubs import make_stub
from grader.grading import opening
from grader.hosts.bundle import pinned
from grader.hosts.gradescope import assignment_title, fitted
from grader.hosts.run import grade_folder, named_assignments
from grader.report.model import (
    encode_json,
)
from grader.sandbox.process import Launcher

if sys.platform != "linux":
    pytest.skip(NEEDS_LINUX, allow_module_level=True)

COURSE = load_course(REPOSITORY)
SCHEMAS = REPOSITORY / "tests" / "schemas"
HOSTILE_TEXT = "``` </pre><script>x</script> ![i](http://h/i) @someone\n::error::owned\n````\n# Big"
RAISES = f"""\
def make_optimizer(parameters, lr=0.01, momentum=0.9):
    raise ValueError({HOSTILE_TEXT!r})
"""


def valid(name: str, path: Path) -> Any:
    """The JSON document at `path`, which is no link and fits the schema called `name`."""
    assert not path.is_symlink()
    document = json.loads(path.read_bytes())
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_bytes())
    jsonschema.Draft202012Validator(schema).validate(document)
    return document


def run(*command: str | Path, cwd: Path, **environment: str) -> Ran:
    ran = subprocess.run(
        command,
        cwd=cwd,
        env=environment_for(REPOSITORY) | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE_S,
    )
    assert "Traceback" not in ran.stdout + ran.stderr, ran.stderr
    return Ran(ran.returncode, ran.stdout, ran.stderr)


def without_calls(*names: str) -> list[str]:
    """A command that runs another one on a machine which refuses these system calls."""
    pytest.importorskip("pyseccomp", exc_type=(ImportError, RuntimeError))
    code = (
        "import os, sys, pyseccomp\n"
        "rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)\n"
        "for name in sys.argv[1].split(','): rules.add_rule(pyseccomp.ERRNO(1), name)\n"
        "rules.load()\n"
        "os.execvp(sys.argv[2], sys.argv[2:])\n"
    )
    return [sys.executable, "-c", code, ",".join(names)]


# ---------------------------------------------------------------- what is exported


@pytest.fixture(scope="module")
def archive(run_grader: RunGrader, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("export") / "autograder.zip"
    ran = run_grader("export-autograder", "gradescope", target)
    assert (ran.status, ran.stderr) == (0, "")
    assert str(target) in ran.stdout
    return target


@pytest.fixture(scope="module")
def folder(run_grader: RunGrader, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("export") / "relu"
    ran = run_grader("export-autograder", "classroom50", target)
    assert (ran.status, ran.stderr) == (0, "")
    assert str(target) in ran.stdout
    return target


def test_both_hosts_get_the_same_copy_of_the_course(archive: Path, folder: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        zipped = {name: opened.read(name) for name in opened.namelist()}
    written = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert zipped.keys() - written.keys() == {"setup.sh", "run_autograder"}
    assert written.keys() - zipped.keys() == {"autograder.py"}
    for name in zipped.keys() & written.keys():
        assert zipped[name] == written[name]
    assert not [name for name in written if "__pycache__" in name or name.endswith(".pyc")]


def test_the_same_course_gives_the_same_archive(
    archive: Path, run_grader: RunGrader, tmp_path: Path
) -> None:
    assert run_grader("export-autograder", "gradescope", tmp_path / "again.zip").status == 0
    assert (tmp_path / "again.zip").read_bytes() == archive.read_bytes()


def test_an_export_is_small_enough_for_classroom_50(archive: Path) -> None:
    assert archive.stat().st_size < 10 << 20  # what its runner fetches at most


@pytest.mark.parametrize("slug", COURSE.slugs)
def test_no_answer_is_exported_but_stubs_are_still_told_apart(folder: Path, slug: str) -> None:
    answered = solution(slug)
    exported = (folder / "course" / "stubs" / f"{slug}.py").read_text(encoding="utf-8")
    assert not (folder / "course" / "solutions").exists()
    answers = re.findall(r"# BEGIN SOLUTION:.*\n((?:.*\n)*?)\s*# END SOLUTION", answered)
    assert answers
    for answer in answers:
        assert answer.strip()
        assert answer not in exported
    assert exported == make_stub(answered)


def test_the_scripts_can_be_run_as_they_are_unpacked(archive: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        for name in ("setup.sh", "run_autograder"):
            assert opened.getinfo(name).external_attr >> 16 == 0o100755
            text = opened.read(name)
            assert text.startswith(b"#!/usr/bin/env bash\n")
            assert b"\r" not in text and b"@PYTHON@" not in text
            subprocess.run(["bash", "-n"], input=text, check=True)


def test_a_version_that_no_index_has_is_asked_for_as_the_one_that_it_is_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    about = tmp_path / "some_library-2.14.1+cpu.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: some-library\nVersion: 2.14.1+cpu\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    asked = pinned("some-library>=2.4; sys_platform == 'linux'")
    assert asked == "some-library==2.14.1; sys_platform == 'linux'"


def test_the_autograder_asks_for_the_versions_that_are_here(folder: Path, tmp_path: Path) -> None:
    copied = tmp_path / "autograder.py"
    shutil.copyfile(folder / "autograder.py", copied)
    lines = (folder / "requirements.txt").read_text().splitlines()
    assert {"torch", "numpy", "pytest"} <= {line.partition("==")[0] for line in lines}
    asked: dict[str, bool] = {}
    for extra in ("", "torch==0.1", "no-such-package-anywhere>=1"):
        (tmp_path / "requirements.txt").write_text("\n".join([*lines, extra]).strip() + "\n")
        asked[extra] = runpy.run_path(str(copied))["has_requirements"]()
    assert asked == {"": True, "torch==0.1": False, "no-such-package-anywhere>=1": False}


RECORDER = """\
#!/bin/sh
echo "${0##*/} $*" >> "$LOG"
for last; do :; done
case "${0##*/} $*" in
    "python3 -m venv"*) mkdir -p "$last/bin"; cp "$0" "$last/bin/pip"; cp "$0" "$last/bin/uv" ;;
    "uv venv"*) mkdir -p "$last/bin"; cp "$0" "$last/bin/python" ;;
esac
"""


def test_the_machine_is_set_up_with_the_cpu_build_and_nothing_left_open(
    archive: Path, tmp_path: Path
) -> None:
    """Read off the commands that setup.sh gives, in a place where they only write down what."""
    for command in ("apt-get", "python3"):
        recorder = tmp_path / "bin" / command
        recorder.parent.mkdir(exist_ok=True)
        recorder.write_text(RECORDER)
        recorder.chmod(0o755)
    root = tmp_path / "auto grader"
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(root / "source")
    ran = run(
        "bash", root / "source" / "setup.sh",
        cwd=tmp_path,
        PATH=f"{tmp_path / 'bin'}:/usr/bin:/bin",
        AUTOGRADER_ROOT=str(root),
        LOG=str(tmp_path / "log"),
    )  # fmt: skip
    assert (ran.status, ran.stderr) == (0, "")
    log = (tmp_path / "log").read_text()
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert f"uv venv --no-config --python {version} {root}/environment\n" in log
    (installing,) = re.findall(r"^uv pip install .*", log, re.MULTILINE)
    assert "--torch-backend cpu" in installing
    assert installing.endswith(f"--requirement {root}/source/requirements.txt")
    assert log.endswith(f"python -m compileall -q {root}/source/course/grader\n")
    for made in (root / "environment", root / "environment" / "bin" / "python", root / "python"):
        assert made.stat().st_mode & 0o222 == 0


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("moodle", "out.zip"), "no host 'moodle'; there are classroom50, gradescope"),
        (("gradescope", "out"), "out: name a file that ends in .zip"),
        (("gradescope", "nowhere/out.zip"), "there is no folder nowhere to write it to"),
        (("classroom50", "full"), "full is not empty; empty it, or name a new folder"),
        (("classroom50", "file"), "file is no folder; name one that does not exist yet"),
    ],
)
def test_an_export_that_cannot_be_made_says_what_to_do(
    run_grader: RunGrader, tmp_path: Path, arguments: tuple[str, str], line: str
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "kept").touch()
    (tmp_path / "file").touch()
    ran = run_grader("export-autograder", *arguments, cwd=tmp_path)
    assert ran.status == 2
    assert line in undecorated(ran.stderr)
    assert sorted(os.listdir(tmp_path)) == ["file", "full"]
    assert os.listdir(tmp_path / "full") == ["kept"]


def test_a_students_copy_of_the_course_exports_nothing(
    run_grader: RunGrader, tmp_path: Path
) -> None:
    root = tmp_path / "course"
    for name in ("grader", "assignments", "data_cache"):
        shutil.copytree(
            REPOSITORY / name, root / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    ran = run_grader("export-autograder", "gradescope", tmp_path / "out.zip", cwd=root, root=root)
    assert ran.status == 2
    assert "solutions/kaiming_init.py is missing" in undecorated(ran.stderr)
    assert not (tmp_path / "out.zip").exists()


@pytest.mark.parametrize("command", ["export-autograder", "classroom-result"])
def test_help_shows_an_example(run_grader: RunGrader, command: str) -> None:
    assert f"Example: grader {command}" in run_grader(command, "--help").stdout


@pytest.mark.parametrize(
    ("name", "slugs"),
    [
        ("extra_layer", ["extra_layer"]),
        ("Extra-Layer", ["extra_layer"]),
        ("An extra layer", ["extra_layer"]),
        (" ReLU ", ["relu"]),
        ("Homework 3", list(COURSE.slugs)),
        ("", list(COURSE.slugs)),
    ],
)
def test_a_hosts_assignment_named_like_one_of_the_course_is_that_one(
    name: str, slugs: list[str]
) -> None:
    assert [assignment.slug for assignment in named_assignments(COURSE, name)] == slugs


SECRETIVE = """\
title = "A course"
seed = 1

[limits]
wall_s = 20
cpu_s = 10
memory_mib = 512
output_kib = 4

[[assignments]]
slug = "secretive"
title = "With a secret"
"""


def test_what_hidden_checks_say_is_shown_by_no_host(
    launcher: Launcher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {
        "assignments/course.toml": SECRETIVE,
        "solutions/secretive.py": "# BEGIN SOLUTION: do it\nx = 1\n# END SOLUTION\n",
        "grader/checks/test_secretive.py": "'''PYTEST_DONT_REWRITE'''\nimport pytest\n\n\n"
        "@pytest.mark.hidden\ndef test_unknown():\n    assert False, 'an unknown reason'\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text)
    shutil.copytree(REPOSITORY / "data_cache", tmp_path / "data_cache")
    course = load_course(tmp_path)
    monkeypatch.setattr(opening, "open_launcher", lambda *_: nullcontext(launcher))
    work = hand_in(tmp_path / "work", {"secretive": "x = 2\n"})
    graded = grade_folder(course, work, course.assignments, jobs=1, need_jail=True)
    (check,) = graded.report.assignments[0].checks
    assert (check.id, check.title, check.verdict) == ("hidden_1", "Hidden check 1", "failed")
    assert b"unknown" not in encode_json([graded.report])


# ---------------------------------------------------------------- Classroom 50

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
def compiled(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is exported, compiled: it compiles itself anew in every run otherwise."""
    target = tmp_path_factory.mktemp("compiled") / "relu"
    shutil.copytree(folder, target)
    assert compileall.compile_dir(target / "course" / "grader", quiet=1)
    return target


def in_checkout(folder: Path, checkout: Path, *prefix: str, **changed: str) -> Ran:
    autograder = folder / "autograder.py"
    return run(*prefix, sys.executable, autograder, cwd=checkout, **RUNNER | changed)


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


def test_any_other_assignment_is_the_whole_course(compiled: Path, tmp_path: Path) -> None:
    checkout = commit_all(hand_in(tmp_path / "course", {"adam": make_stub(solution("adam"))}))
    group = {"ASSIGNMENT_TYPE": "group", "OWNER": "red-pandas"}  # ada has pushed it
    ran = in_checkout(compiled, checkout, ASSIGNMENT="homework-1", REVIEW_URL="", **group)
    assert ran.status == 0
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
    compiled: Path, tmp_path: Path
) -> None:
    checkout = hand_in(tmp_path / "course", {"momentum": solution("momentum")})
    (tmp_path / "victim").write_text("unharmed")
    (checkout / "result.json").symlink_to(tmp_path / "victim")
    (checkout / "release-body.md" / "deep" / "er").mkdir(parents=True)
    (checkout / "release-body.md" / "deep" / "file").write_text("x")
    assert in_checkout(compiled, commit_all(checkout)).status == 0
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


def test_what_student_code_says_stays_text(compiled: Path, tmp_path: Path) -> None:
    checkout = commit_all(hand_in(tmp_path / "course", {"momentum": RAISES}))
    ran = in_checkout(compiled, checkout)
    assert ran.status == 0
    assert "::" not in ran.stdout + ran.stderr
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


# ---------------------------------------------------------------- Gradescope


@dataclass(frozen=True)
class Machine:
    """A folder laid out like /autograder on Gradescope."""

    root: Path

    def grade(self, *prefix: str) -> tuple[Ran, Any]:
        script = self.root / "source" / "run_autograder"
        ran = run(*prefix, "bash", script, cwd=self.root, AUTOGRADER_ROOT=str(self.root))
        results = valid("gradescope-results", self.root / "results" / "results.json")
        assert os.listdir(self.root / "results") == ["results.json"]
        return ran, results


@pytest.fixture(scope="module")
def source(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive as setup.sh leaves it: unpacked, and compiled."""
    folder = tmp_path_factory.mktemp("unpacked") / "source"
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder)
    assert compileall.compile_dir(folder / "course" / "grader", quiet=1)
    return folder


@pytest.fixture
def machine(source: Path, tmp_path: Path) -> Machine:
    root = tmp_path / "autograder"
    (root / "results").mkdir(parents=True)
    shutil.copytree(source, root / "source")
    (root / "environment").symlink_to(sys.prefix)
    name_assignment(root, "Momentum")
    return Machine(root)


def name_assignment(root: Path, title: str) -> None:
    metadata = {"id": 1, "assignment": {"id": 2, "title": title}, "users": [{"name": "Ada"}]}
    (root / "submission_metadata.json").write_text(json.dumps(metadata))


def test_a_right_submission_gets_full_marks_and_a_test_a_check(machine: Machine) -> None:
    hand_in(machine.root / "submission", {"momentum": solution("momentum"), "relu": "1 / 0"})
    ran, results = machine.grade()
    assert (ran.status, ran.stderr) == (0, "")
    assert results["score"] == sum(test["score"] for test in results["tests"]) == 10
    assert {test["extra_data"]["slug"] for test in results["tests"]} == {"momentum"}
    assert {test["status"] for test in results["tests"]} == {"passed"}
    assert set(results["extra_data"]) == {"protections"}


def test_any_other_title_is_the_whole_course(machine: Machine) -> None:
    stubs = {slug: make_stub(solution(slug)) for slug in COURSE.slugs}
    hand_in(machine.root / "submission", stubs)
    name_assignment(machine.root, "Homework 1")
    _, results = machine.grade()
    assert {test["extra_data"]["slug"] for test in results["tests"]} == set(COURSE.slugs)
    assert {"stub is unchanged" in test["output"] for test in results["tests"]} == {True}
    assert results["score"] == 0


@pytest.mark.parametrize("metadata", ["not JSON \xff", "[]", '{"assignment": {"title": 1}}', None])
def test_a_title_that_cannot_be_read_is_none(tmp_path: Path, metadata: str | None) -> None:
    path = tmp_path / "submission_metadata.json"
    if metadata is not None:
        path.write_text(metadata, encoding="latin-1")
    assert assignment_title(path) == ""


def test_a_hostile_submission_gets_its_points_and_nothing_more(machine: Machine) -> None:
    target = machine.root / "results" / "results.json"
    attack = f"""\
import atexit, os, sys
def attack():
    for path in ({str(target)!r}, {str(machine.root / "source" / "run_autograder")!r}):
        try:
            open(path, "w").write('{{"score": 1000}}')
            print("BROKE OUT")
        except OSError:
            pass
attack()
atexit.register(attack)
print("x" * (2 << 20))
"""
    hand_in(machine.root / "submission", {"momentum": attack + RAISES})
    script = (machine.root / "source" / "run_autograder").read_bytes()
    ran, results = machine.grade()
    assert ran.status == 0
    assert results["score"] == 0
    assert results["test_output_format"] == results["output_format"] == "text"
    assert any("</script>" in test["output"] for test in results["tests"])
    assert (machine.root / "source" / "run_autograder").read_bytes() == script
    assert target.stat().st_size < 1 << 20


def test_an_empty_submission_is_told_what_to_hand_in(machine: Machine) -> None:
    hand_in(machine.root / "submission", {})
    _, results = machine.grade()
    assert results["score"] == 0
    assert results["tests"]
    assert "No module was found; hand in: momentum.py" in results["output"]


def test_a_renamed_module_in_a_folder_is_graded_and_told_of(machine: Machine) -> None:
    folder = machine.root / "submission" / "work"
    folder.mkdir(parents=True)
    (folder / "momentum (1).py").write_text(solution("momentum"))
    _, results = machine.grade()
    assert results["score"] == 10
    assert "Momentum: read from work/momentum (1).py" in results["output"]


def test_an_unreadable_module_is_named(machine: Machine) -> None:
    submission = hand_in(machine.root / "submission", {"momentum": b"x = '\xff'\n"})
    (submission / "relu.py").symlink_to("/etc/passwd")
    name_assignment(machine.root, "Homework")
    _, results = machine.grade()
    assert results["score"] == 0
    assert "momentum.py: it is not UTF-8" in results["output"]
    assert "relu.py: it is a symbolic link" in results["output"]


def failed(results: Any) -> bool:
    return bool(
        results["score"] == 0
        and results["extra_data"] == {"autograder_failed": True}
        and "\n" not in results["output"]
        and "Tell the instructor" in results["output"]
    )


def test_a_submission_that_is_not_there_is_a_failure_that_says_so(machine: Machine) -> None:
    _, results = machine.grade()
    assert failed(results)
    assert "submission: no such file or folder" in results["output"]


def test_a_broken_grader_is_a_failure_that_says_so(machine: Machine) -> None:
    hand_in(machine.root / "submission", {"momentum": solution("momentum")})
    manifest = machine.root / "source" / "course" / "assignments" / "course.toml"
    manifest.write_text(manifest.read_text().replace("epochs", "epoch"))
    ran, results = machine.grade()
    assert failed(results)
    assert "unknown key 'epoch'" in results["output"]
    assert "unknown key 'epoch'" in ran.stderr


@pytest.mark.parametrize("ending", ["no Python", "killed"])
def test_a_grader_that_never_comes_to_an_end_is_a_failure_that_says_so(
    machine: Machine, ending: str
) -> None:
    hand_in(machine.root / "submission", {"momentum": solution("momentum")})
    if ending == "no Python":
        (machine.root / "environment").unlink()
    else:
        package = machine.root / "source" / "course" / "grader" / "course" / "manifest.py"
        package.write_text("import os\nos.kill(os.getpid(), 9)\n")
    ran, results = machine.grade()
    assert ran.status == 0
    assert failed(results)
    assert "could not start, or ran out of time or memory" in results["output"]


def test_without_landlock_the_container_is_the_wall_and_says_so(machine: Machine) -> None:
    """As in containers on older kernels. What grades can't be changed even so."""
    checks = machine.root / "source" / "course" / "grader" / "checks" / "test_relu.py"
    attack = f"""\
import os
path = {str(checks)!r}
for tried in (
    lambda: open(path, "w").write("def test_builds(): pass"),
    lambda: os.chmod(path, 0o666),
    lambda: os.unlink(path),
    lambda: os.rename(path, path + "x"),
    lambda: os.chmod(os.path.dirname(path), 0o777),
    lambda: open(os.path.join(os.path.dirname(path), "conftest.py"), "w"),
):
    try:
        tried()
    except OSError:
        pass
"""
    before = checks.read_bytes()
    listed = sorted(os.listdir(checks.parent))
    modules = {"kaiming_init": solution("kaiming_init") + attack}
    modules["relu"] = wrong("relu", "test_hidden_is_relu/leaky.py")
    hand_in(machine.root / "submission", modules)
    name_assignment(machine.root, "Homework")
    ran, results = machine.grade(*without_calls("landlock_create_ruleset", "unshare", "mount"))
    assert "container is the wall" in results["output"]
    assert "protections that this machine lacks: files, scratch" in ran.stdout
    assert checks.read_bytes() == before
    assert sorted(os.listdir(checks.parent)) == listed
    by_slug = {slug: 0.0 for slug in COURSE.slugs}
    for test in results["tests"]:
        by_slug[test["extra_data"]["slug"]] += test["score"]
    assert by_slug["kaiming_init"] == 10
    assert 0 < by_slug["relu"] < 10


@pytest.mark.parametrize("assignments", [COURSE.assignments, COURSE.every, COURSE.further[:1]])
def test_assignments_together_fit_into_the_smallest_machine(
    assignments: tuple[Assignment, ...],
) -> None:
    generous = msgspec.structs.replace(assignments[0].limits, wall_s=1e4, memory_mib=2048)
    cut = fitted([msgspec.structs.replace(each, limits=generous) for each in assignments])
    assert [each.slug for each in cut] == [each.slug for each in assignments]
    assert sum(each.limits.wall_s for each in cut) == pytest.approx(540)  # of Gradescope's 600
    assert all(each.limits.memory_mib < 768 / 2 for each in cut)
