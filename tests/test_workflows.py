"""The workflows: what they promise, and grade.yml's own steps, run as GitHub's runner runs them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from helpers.commands import environment_for
from helpers.machine import PATIENCE_S, skip_elsewhere
from helpers.rendered import OWN_TAGS, Rendered
from helpers.repository import REPOSITORY, hand_in, most_points, solution, wrong
from helpers.runner import Command, Runner

from grader.course.stubs import make_stub
from grader.report.shown import percent_of

WORKFLOWS = REPOSITORY / ".github" / "workflows"
SHA = "0123456789abcdef0123456789abcdef01234567"
MEBIBYTE = 1 << 20
_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
# What GitHub's runner runs a `run:` with, where no shell is named.
SHELL = ("bash", "-e")

HOSTILE = """
import os, sys

LINES = (
    b"::error file=a.py,line=1::owned\\n::set-output name=score::80\\n::add-mask::0\\n"
    b"  ::notice::owned\\r::warning::owned\\n##[error]owned\\n::stop-commands::owned\\n::owned::\\n"
    b"<h1>owned</h1><img src=x onerror=owned><script>owned</script></details></code></pre>\\n"
    b"[owned](https://owned.example) ![owned](https://owned.example/x.png) @octocat # owned\\n"
    b"# owned\\n````````\\n| owned |\\n|---|\\n$owned$\\n\\x1b[31mowned\\x1b]0;owned\\x07\\n"
    b"\\xe2\\x80\\xa8::error::owned\\xe2\\x80\\xa9::error::owned\\xc2\\x85::error::owned\\n"
)
block = LINES * (MEBIBYTE // len(LINES) + 1)
for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH"):
    try:
        open(os.environ[name], "ab").write(LINES)
    except Exception:
        pass
written = 0
while written < 1024 * MEBIBYTE:  # 1 GiB
    written += os.write(1 + written % 2, block)


class Net:
    def __init__(self, *sizes):
        raise ValueError(LINES.decode("latin-1"))
""".replace("MEBIBYTE", str(MEBIBYTE))


def load(name: str) -> dict[Any, Any]:
    return yaml.safe_load((WORKFLOWS / name).read_text(encoding="utf-8"))


GRADE = load("grade.yml")
(JOB,) = GRADE["jobs"].values()
STEPS: list[dict[str, Any]] = JOB["steps"]


def triggers(workflow: Mapping[Any, Any]) -> Any:
    return workflow[True]  # YAML 1.1 reads the key `on` as a truth value


@dataclass
class StepRun:
    """How a step ended, and what it told the runner."""

    status: int
    stdout: str
    stderr: str
    outputs: dict[str, str]
    summary: str

    @property
    def commands(self) -> list[Command]:
        return Runner().read(self.stdout)


@dataclass
class Job:
    """A job's files, and the values of the expressions that its steps use."""

    root: Path
    expressions: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        skip_elsewhere()  # as is the machine that grade.yml asks for
        (self.root / "workspace").mkdir(parents=True)
        (self.root / "temp").mkdir()
        # In place of the install step: the environment that these tests run in.
        (self.root / "temp" / "grader").symlink_to(Path(sys.prefix))

    @property
    def report(self) -> Path:
        return self.root / "temp" / "report"

    def run(self, name: str) -> StepRun:
        """Run the step called `name`, which must be one that runs commands."""
        (step,) = [step for step in STEPS if step.get("name") == name]
        files = {
            "GITHUB_OUTPUT": self.root / "output",
            "GITHUB_STEP_SUMMARY": self.root / "summary",
        }
        for file in files.values():
            file.write_bytes(b"")  # each step gets files of its own
        given = GRADE["env"] | step.get("env", {})
        environment = {name: self.evaluate(str(value)) for name, value in given.items()}
        script = self.root / "script.sh"
        script.write_text(step["run"], encoding="utf-8")
        ran = subprocess.run(
            [*SHELL, script],
            cwd=self.root / "workspace",
            env=environment_for(REPOSITORY)
            | {key: str(file) for key, file in files.items()}
            | {"GITHUB_WORKSPACE": str(self.root / "workspace")}
            | {"RUNNER_TEMP": str(self.root / "temp"), "GITHUB_ACTIONS": "true", "CI": "true"}
            | environment
            | self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE_S,
        )
        lines = files["GITHUB_OUTPUT"].read_text("utf-8").splitlines()
        outputs = dict(line.split("=", 1) for line in lines)
        if "id" in step:
            self.expressions |= {f"steps.{step['id']}.outputs.{k}": v for k, v in outputs.items()}
        return StepRun(
            ran.returncode, ran.stdout.decode(), ran.stderr.decode(), outputs,
            files["GITHUB_STEP_SUMMARY"].read_text("utf-8"),
        )  # fmt: skip

    def evaluate(self, text: str) -> str:
        """`text` with its expressions replaced; one that has no value is empty, as with GitHub."""
        return _EXPRESSION.sub(lambda match: self.expressions.get(match[1], ""), text)

    def hand_in(self, modules: dict[str, str | bytes]) -> None:
        """The student's checkout."""
        root = self.root / "workspace" / "submission"
        if root.exists():
            shutil.rmtree(root)
        hand_in(root / "assignments", modules)
        (root / ".git").mkdir()


# ---------------------------------------------------------------- what the files say


@pytest.mark.parametrize("name", ["grade.yml", "ci.yml"])
def test_a_workflow_may_read_and_no_more(name: str) -> None:
    workflow = load(name)
    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        assert job["permissions"] == {"contents": "read"}
    text = (WORKFLOWS / name).read_text(encoding="utf-8")
    assert not [expression for expression in _EXPRESSION.findall(text) if "secrets" in expression]
    assert "pull_request_target" not in triggers(workflow)


@pytest.mark.parametrize("name", ["grade.yml", "ci.yml"])
def test_actions_are_pinned_and_checkouts_keep_no_token(name: str) -> None:
    text = (WORKFLOWS / name).read_text(encoding="utf-8")
    used = re.findall(r"uses: (.*)", text)
    assert used
    for action in used:
        assert re.fullmatch(r"actions/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action
    for job in load(name)["jobs"].values():
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize("name", ["grade.yml", "ci.yml"])
def test_no_expression_is_pasted_into_a_script(name: str) -> None:
    for job in load(name)["jobs"].values():
        assert not [step for step in job["steps"] if "${{" in step.get("run", "")]


def test_pushes_and_pull_requests_that_touch_assignments_are_graded() -> None:
    assert triggers(GRADE) == {
        "push": {"paths": ["assignments/**"]},
        "pull_request": {"paths": ["assignments/**"]},
    }


def test_the_grader_comes_from_the_course_and_the_submission_is_data() -> None:
    course, submission = (step["with"] for step in STEPS if "checkout@" in step.get("uses", ""))
    assert (course["path"], submission["path"]) == ("course", "submission")
    assert course["repository"] == "${{ steps.course.outputs.repository }}"
    assert course["ref"] == "${{ steps.course.outputs.ref }}"
    scripts = [step["run"] for step in STEPS if "run" in step]
    mentions = re.findall(r"\S*submission\S*", "\n".join(scripts))
    assert mentions == ['"$GITHUB_WORKSPACE/submission"']
    (install,) = [script for script in scripts if "pip install" in script]
    assert '-e "$GITHUB_WORKSPACE/course"' in install


def test_ci_runs_on_three_systems_with_the_oldest_and_the_newest_python() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    supported = [name.rpartition(" ")[2] for name in project["classifiers"]]
    assert project["requires-python"] == f">={supported[0]}"
    matrices = {
        name: job["strategy"]["matrix"]
        for name, job in load("ci.yml")["jobs"].items()
        if "strategy" in job
    }
    assert {name: matrix["python"] for name, matrix in matrices.items()} == {
        "linux": supported,
        "without-fork": supported,
        "elsewhere": supported,
    }
    assert matrices["elsewhere"]["system"] == ["macos-latest", "windows-latest"]


def test_a_runs_summary_lists_what_was_left_out(tmp_path: Path) -> None:
    (tmp_path / "test_some.py").write_text(
        "import pytest\n"
        "@pytest.mark.parametrize('n', [1, 2])\n"
        "def test_one(n): pytest.skip('no such tool')\n"
        "def test_two(): pass\n"
    )
    (tmp_path / "test_none.py").write_text(
        "import pytest\npytest.skip('needs | Linux', allow_module_level=True)\n"
    )
    summary = tmp_path / "summary.md"
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "conftest", "-n2", "--rootdir", tmp_path, tmp_path],
        cwd=tmp_path,
        env=environment_for(REPOSITORY)
        | {"GITHUB_STEP_SUMMARY": str(summary)}
        | {"PYTHONPATH": os.pathsep.join([str(REPOSITORY), str(REPOSITORY / "tests")])},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    title, _, _, _, *rows = summary.read_text("utf-8").splitlines()
    assert title.startswith("### Not tested on ")
    assert rows == [
        "| needs \\| Linux | `test_none.py` | all of it |",
        "| no such tool | `test_some.py` | 2 |",
    ]


@pytest.mark.parametrize("name", ["grade.yml", "ci.yml"])
def test_zizmor_finds_nothing(name: str) -> None:
    zizmor = shutil.which("zizmor", path=f"{Path(sys.executable).parent}")
    assert zizmor is not None, "install the dev extra"
    ran = subprocess.run(
        [zizmor, "--offline", "--no-progress", "--persona=pedantic", WORKFLOWS / name],
        capture_output=True, text=True, timeout=PATIENCE_S,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr


# ---------------------------------------------------------------- which commit grades

BASE = {
    "github.repository": "course/repository",
    "github.event.pull_request.base.sha": SHA,
    "github.event.pull_request.head.repo.full_name": "student/fork",
}


def test_the_commit_that_the_instructor_set_grades_whatever_the_event(tmp_path: Path) -> None:
    set_up = {"COURSE_REPOSITORY": "uni/course", "COURSE_REF": SHA[::-1]}
    for number, expressions in enumerate(({"github.repository": "student/copy"}, BASE)):
        ran = Job(tmp_path / str(number), dict(expressions), set_up).run(
            "Choose the course's commit"
        )
        assert (ran.status, ran.outputs) == (0, {"repository": "uni/course", "ref": SHA[::-1]})


def test_a_forks_pull_request_is_graded_by_what_it_is_to_be_merged_into(tmp_path: Path) -> None:
    ran = Job(tmp_path / "job", dict(BASE)).run("Choose the course's commit")
    assert (ran.status, ran.outputs) == (0, {"repository": "course/repository", "ref": SHA})


@pytest.mark.parametrize(
    ("expressions", "environment"),
    [
        ({"github.repository": "student/copy"}, {}),  # a push
        (BASE | {"github.event.pull_request.head.repo.full_name": "course/repository"}, {}),
        (BASE, {"COURSE_REPOSITORY": "uni/course"}),
        (BASE, {"COURSE_REPOSITORY": "uni/course", "COURSE_REF": "main"}),
        (BASE, {"COURSE_REPOSITORY": "uni/course\nref=x", "COURSE_REF": SHA}),
        (BASE, {"COURSE_REPOSITORY": "uni/course", "COURSE_REF": f"{SHA}\nrepository=x/y"}),
    ],
)
def test_a_students_own_copy_never_grades(
    tmp_path: Path, expressions: dict[str, str], environment: dict[str, str]
) -> None:
    ran = Job(tmp_path / "job", dict(expressions), environment).run("Choose the course's commit")
    assert (ran.status, ran.outputs) == (1, {})
    (command,) = ran.commands
    assert "Set COURSE_REPOSITORY" in command.data


# ---------------------------------------------------------------- a good submission


def test_a_good_submission_passes_and_is_not_trained_twice(tmp_path: Path) -> None:
    job = Job(tmp_path / "job")
    job.hand_in({"relu": solution("relu"), "l2": wrong("l2", "test_update_rule/double.py")})
    most = most_points()
    percent = percent_of(16, most)
    job.environment["MIN_PERCENT"] = f"{percent:g}"
    ran = job.run("Grade")
    assert ran.status == 0, ran.stderr
    assert ran.outputs == {"score": "16", "max_score": f"{most:g}", "percent": f"{percent:g}"}
    notice, error = ran.commands
    told = f"16 of {most:g} points ({percent:g} %)"
    assert (notice.name, notice.data) == ("notice", told)
    assert (error.name, error.properties["file"]) == ("error", "assignments/l2.py")
    assert Runner().read(ran.stderr) == []

    shown = Rendered(ran.summary)
    assert set(shown.tags) <= OWN_TAGS
    assert told in shown.prose
    assert "Epoch 5" in shown.prose
    assert any("Expected: " in code for code in shown.codes)

    report = json.loads((job.report / "report.json").read_bytes())
    assert report["reports"][0]["score"] == 16
    assert ElementTree.parse(job.report / "report.xml").getroot().tag == "testsuites"
    assert (job.report / "report.html").read_text("utf-8").startswith("<!DOCTYPE html>")

    badge = job.run("Draw a badge")
    assert badge.status == 0, badge.stderr
    drawn = ElementTree.parse(job.report / "badge.svg").getroot()
    assert [text for text in drawn.itertext() if text.strip()] == ["score", f"16/{most:g}"]

    # What the cache action brings back of another push: nothing is graded again, so nothing took
    # another time.
    again = job.run("Grade")
    assert json.loads((job.report / "report.json").read_bytes()) == report
    assert again.summary == ran.summary


def test_where_every_result_is_known_nothing_is_installed_and_the_same_is_told(
    tmp_path: Path,
) -> None:
    job = Job(tmp_path / "job", dict(BASE))
    job.run("Choose the course's commit")
    job.hand_in({"l2": wrong("l2", "test_update_rule/double.py")})
    job.environment["MIN_PERCENT"] = "50"
    for moment in ("fetched", "installed"):
        shutil.copy(job.root / "temp" / "started", job.root / "temp" / moment)
    first = job.run("Grade")
    told = job.run("Say what the time went into").summary
    assert re.search(r"\d+ s: 0 s to fetch .* 0 s to install .* the internet, \d+ s to grade", told)
    job.expressions["steps.results.outputs.cache-hit"] = "true"
    (job.root / "temp" / "grader").unlink()
    again = job.run("Grade")
    assert (again.status, again.stdout, again.summary) == (1, first.stdout, first.summary)
    assert again.outputs == first.outputs
    assert "nothing was installed" in job.run("Say what the time went into").summary
    kept_from = {
        step["name"]
        for step in STEPS
        if "steps.results.outputs.cache-hit != 'true'" in step.get("if", "")
    }
    assert kept_from == {
        "Set up Python", "Restore the environment", "Install the grader", "Keep the results",
        "Keep the environment",
    }  # fmt: skip


def test_what_is_kept_goes_by_everything_that_was_handed_in() -> None:
    keys = [
        step["with"]["key"] for step in STEPS if "results-" in step.get("with", {}).get("key", "")
    ]
    restored, kept = keys
    assert restored == kept
    for part in ("steps.course.outputs.ref", "env.MIN_PERCENT", "'submission/**'"):
        assert part in kept


def test_the_first_push_of_untouched_stubs_passes_with_a_friendly_report(tmp_path: Path) -> None:
    job = Job(tmp_path / "job")
    job.hand_in({slug: make_stub(solution(slug)) for slug in ("relu", "l2")})
    ran = job.run("Grade")
    assert ran.status == 0, ran.stderr
    assert "Nothing is written yet" in ran.summary
    assert [command.name for command in ran.commands] == ["notice"]


def test_a_score_below_the_minimum_fails_the_run_but_is_told(tmp_path: Path) -> None:
    job = Job(tmp_path / "job")
    job.hand_in({"l2": wrong("l2", "test_update_rule/double.py")})
    job.environment["MIN_PERCENT"] = "50"
    ran = job.run("Grade")
    assert ran.status == 1
    percent = f"{percent_of(6, most_points()):g}"
    assert ran.outputs["percent"] == percent
    assert f"{percent} %" in ran.summary
    assert job.run("Draw a badge").status == 0


def test_steps_that_tell_run_after_a_failed_one_too() -> None:
    names = ("Draw a badge", "Keep the report", "Keep the results")
    assert all("!cancelled()" in step["if"] for step in STEPS if step["name"] in names)


# ---------------------------------------------------------------- a hostile one


def test_a_gibibyte_of_commands_html_and_terminal_codes_does_nothing(tmp_path: Path) -> None:
    job = Job(tmp_path / "job")
    job.hand_in({"relu": HOSTILE, "l2": solution("l2"), "dropout": b"\xff::error::owned"})
    ran = job.run("Grade")
    assert ran.status == 2  # as dropout.py can't be read
    report = json.loads((job.report / "report.json").read_bytes())
    (relu,) = [a for a in report["reports"][0]["assignments"] if a["slug"] == "relu"]
    assert len(relu["output"]) > 500_000  # what it printed was read, up to the limit
    assert "ValueError" in relu["checks"][0]["message"]

    most = most_points()
    percent = f"{percent_of(10, most):g}"
    assert ran.outputs == {"score": "10", "max_score": f"{most:g}", "percent": percent}
    assert [(c.name, c.properties.get("file")) for c in ran.commands] == [
        ("notice", None),
        ("error", "assignments/relu.py"),
        ("error", "assignments/dropout.py"),
    ]
    assert Runner().read(ran.stderr) == []
    for stream in (ran.stdout, ran.stderr):
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]", stream)

    assert len(ran.summary.encode()) < MEBIBYTE
    shown = Rendered(ran.summary)
    assert set(shown.tags) == OWN_TAGS
    assert "owned" not in shown.prose
    assert sum("owned" in code for code in shown.codes) == 2  # the message, and what was printed
    page = (job.report / "report.html").read_text("utf-8")
    assert not re.search(r"<(script|img)", page)
    assert "&lt;script&gt;owned" in page


def test_the_same_text_is_obeyed_where_nothing_holds_it_back() -> None:
    """The test above can fail: what it looks for is found in what the submission printed."""
    printed = HOSTILE.partition("LINES = ")[2].partition("\n)\n")[0] + "\n)"
    text = eval(printed).decode("utf-8")
    assert len(Runner().read(text.partition("::stop-commands")[0])) >= 6
    assert {"h1", "img"} <= set(Rendered(text).tags)
