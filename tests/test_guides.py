"""The guides: what they say to type exists, what is cheap of it is run, and their links lead on."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer
from helpers.commands import Ran, RunGrader, environment_for
from helpers.machine import PATIENCE_S, on_linux
from helpers.repository import REPOSITORY, copy_repository, hand_in, solution, wrong

from grader.cli.app import app
from grader.gradebook.export import FORMATS

README = REPOSITORY / "README.md"
STUDENTS = REPOSITORY / "assignments" / "README.md"
DOCS = REPOSITORY / "grader" / "docs"
PAGES = [
    README,
    STUDENTS,
    *sorted((REPOSITORY / ".github").glob("*.md")),
    *sorted(DOCS.glob("*.md")),
]
NAMES = [page.relative_to(REPOSITORY).as_posix() for page in PAGES]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
SPAN = re.compile(r"(?<!`)`(grader [a-z][^`]*)`(?!`)")
LINK = re.compile(r"\]\((?!https?:)([^)\s]+)\)")
# 900 pixels of a code block on GitHub.
CODE_WIDTH = 90
README_LINES = 150
COMMANDS: Any = typer.main.get_command(app)

# What is not run here, and why. What else stands in a page that is followed is run as it stands.
LEFT_OUT = {
    "python3 -m venv": "makes an environment: .ci/run does",
    "python3 -m pip": "installs: .ci/run does",
    "uv pip": "installs: .ci/run does",
    ". .venv": "the tests' own environment is in use",
    "jupyter lab": "opens a browser; tests/course/test_lesson.py runs the lesson",
    "grader watch": "waits for keys; tests/workbench/test_watch.py presses them",
}
FROM_CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,ReLU (12)
    Points Possible,,,,,10.00
"Doe, Jane",101,1001,jane,A,
"""


def blocks(page: Path, language: str = "sh") -> list[str]:
    return [m[2] for m in BLOCK.finditer(page.read_text(encoding="utf-8")) if m[1] == language]


def lines(page: Path) -> list[str]:
    """What is typed after the prompt, a line each; a line that ends in a backslash goes on."""
    joined = "".join(blocks(page)).replace("\\\n", " ")
    return [line for line in joined.splitlines() if line.strip()]


def words_of(text: str) -> list[list[str]]:
    """The simple commands in a line of shell, as words."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    commands: list[list[str]] = [[]]
    for word in lexer:
        if set(word) <= set("();<>|&"):
            commands.append([])
        else:
            commands[-1].append(word)
    return [command for command in commands if command]


def refuse_unknown(words: list[str]) -> None:
    """Fail if `grader` has no such command or option, or the command takes no such argument."""
    assert words[0] in COMMANDS.commands, f"no command {words[0]}"
    command = COMMANDS.commands[words[0]]
    context = command.context_class(command, info_name=words[0])
    _, rest, _ = command.make_parser(context).parse_args(list(words[1:]))
    assert rest == [], f"too many arguments: {rest}"


# ---------------------------------------------------------------- what is named exists


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_command_in_a_page_exists_with_its_options(page: Path) -> None:
    typed = [*lines(page), *blocks(page, "powershell"), *SPAN.findall(page.read_text("utf-8"))]
    for text in typed:
        for words in words_of(text.replace("\\", "/")):
            if Path(words[0]).name == "grader" and words[1:] != ["--help"]:
                refuse_unknown(words[1:])


@pytest.mark.parametrize(
    "typed", ["grad .", "grade . --colour", "doctor relu", "grade --only", "export --to canvas"]
)
def test_a_command_that_does_not_exist_would_be_noticed(typed: str) -> None:
    with pytest.raises(Exception, match=r"o such option|no command|too many|requires"):
        refuse_unknown(typed.split())


def anchors(page: Path) -> set[str]:
    """Of its headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_the_readme_leads_to_every_page() -> None:
    linked = {
        (README.parent / link.partition("#")[0]).resolve()
        for link in LINK.findall(README.read_text("utf-8"))
    }
    assert {page.resolve() for page in PAGES} - linked == {README}


def test_every_file_that_a_page_names_is_there() -> None:
    named = re.compile(r"`((?:assignments|grader|tests|data_cache|\.github|\.ci)/[\w./-]+)`")
    for page in PAGES:
        for name in named.findall(page.read_text(encoding="utf-8")):
            if not re.search(r"sine|/relu\.ipynb$", name):  # what the reader is to make
                assert (REPOSITORY / name).exists(), f"{page.name}: {name}"


def test_what_the_guides_list_is_all_that_there_is() -> None:
    grading, instructors = (
        (DOCS / name).read_text(encoding="utf-8") for name in ("grading.md", "instructors.md")
    )
    assert [name for name in FORMATS if f"`{name}`" not in grading] == []
    source = (REPOSITORY / "grader" / "grading" / "plugin.py").read_text(encoding="utf-8")
    fixtures = re.findall(r"^@pytest\.fixture.*\ndef (\w+)\(", source, re.MULTILINE)
    assert "student" in fixtures
    assert [name for name in fixtures if f"\n| `{name}` |" not in instructors] == []


def test_the_guide_counts_the_equivalent_mutants_that_are_listed() -> None:
    listed = tomllib.loads((REPOSITORY / "tests" / "equivalent_mutants.toml").read_text("utf-8"))
    count = sum(len(entry["mutants"]) for entry in listed["equivalent"])
    assert f"{count} are listed as equivalent" in (DOCS / "trust.md").read_text(encoding="utf-8")


# ---------------------------------------------------------------- the README


def test_the_readme_is_short_and_its_commands_are_not_cut_off() -> None:
    assert len(README.read_text(encoding="utf-8").splitlines()) < README_LINES
    code = [
        line for _, block in BLOCK.findall(README.read_text("utf-8")) for line in block.splitlines()
    ]
    assert [line for line in code if len(line) > CODE_WIDTH] == []


def test_ci_runs_the_readmes_test_command_to_the_letter() -> None:
    (command,) = [block for block in blocks(README) if "pytest" in block]
    assert command in (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8")


def test_the_students_guide_names_what_students_need() -> None:
    text = STUDENTS.read_text(encoding="utf-8")
    for name, command in COMMANDS.commands.items():
        if command.rich_help_panel == "For students":
            assert f"grader {name}" in text, name
    for word in ("--plot", "assignments/lesson.ipynb", "Further tasks", "Handing in"):
        assert word in text


# ---------------------------------------------------------------- followed


@dataclass(frozen=True)
class Desk:
    """A copy of the course in which a reader types."""

    root: Path
    path: str
    run_grader: RunGrader

    def type(self, line: str) -> Ran:
        typed = shlex.split(line, comments=True)
        if typed[0] == "grader" and not set(line.partition("#")[0]) & set("|&;<>$*~"):
            return self.run_grader(*typed[1:], cwd=self.root, root=self.root)
        ran = subprocess.run(
            ["bash", "-c", line],
            cwd=self.root,
            env=environment_for(self.root) | {"PATH": self.path},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
        assert "Traceback" not in ran.stderr, ran.stderr
        return Ran(ran.returncode, ran.stdout, ran.stderr)


@pytest.fixture
def desk(run_grader: RunGrader, tmp_path: Path) -> Desk:
    root = copy_repository(tmp_path / "course")
    shim = tmp_path / "bin" / "grader"
    shim.parent.mkdir()
    shim.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m grader "$@"\n')
    shim.chmod(0o755)
    return Desk(root, f"{shim.parent}{os.pathsep}{os.environ['PATH']}", run_grader)


def follow(desk: Desk, page: Path) -> dict[str, int]:
    """Type all that a page says, but for what is left out; the exit status of each line."""
    statuses = {}
    for line in lines(page):
        if not line.lstrip().startswith(tuple(LEFT_OUT)):
            ran = desk.type(line)
            assert ran.status < 2, f"{line}\n{ran.stdout}{ran.stderr}"
            statuses[line.partition("#")[0].strip()] = ran.status
    return statuses


@on_linux
def test_the_students_guide_can_be_followed(desk: Desk) -> None:
    shutil.copyfile(desk.root / "solutions" / "relu.py", desk.root / "assignments" / "relu.py")
    statuses = follow(desk, STUDENTS)
    assert (statuses["grader check relu"], statuses["grader check"]) == (0, 1)
    assert (desk.root / "relu.png").read_bytes().startswith(b"\x89PNG")
    assert "NotImplementedError" in (desk.root / "assignments" / "relu.py").read_text("utf-8")
    assert (desk.root / "assignments" / "relu.ipynb").is_file()


@on_linux
def test_the_assistants_guide_can_be_followed(desk: Desk) -> None:
    relu, leaky = solution("relu"), wrong("relu", "test_hidden_is_relu/leaky.py")
    hand_in(desk.root / "submissions" / "alice", {"relu": relu})
    hand_in(desk.root / "downloads" / "Jane Doe", {"relu": leaky})
    shutil.make_archive(str(desk.root / "alice"), "zip", desk.root / "submissions" / "alice")
    (desk.root / "students.csv").write_text("name,identifier,login\nJane Doe,1001,jane\n")
    (desk.root / "exported.csv").write_text(FROM_CANVAS)
    follow(desk, DOCS / "grading.md")

    (graded,) = json.loads((desk.root / "grades.json").read_bytes())["reports"]
    assert (graded["submission"], graded["score"]) == ("alice", 10)
    assert "Jane Doe" in (desk.root / "grades.csv").read_text("utf-8")
    assert "Jane Doe" not in (desk.root / "pseudonyms.json").read_text("utf-8")
    assert "Doe, Jane" in (desk.root / "import.csv").read_text("utf-8")
    assert (desk.root / "site" / "index.html").is_file()
    assert len(list((desk.root / "pages").glob("*.html"))) == 1


@on_linux
def test_the_guide_to_hosts_can_be_followed(desk: Desk) -> None:
    shutil.copyfile(REPOSITORY / "pyproject.toml", desk.root / "pyproject.toml")
    hand_in(desk.root / "submission", {"relu": solution("relu")})
    follow(desk, DOCS / "hosts.md")
    assert (desk.root / "autograder.zip").is_file()
    assert (desk.root / "relu" / "autograder.py").is_file()
    assert "relu" in (desk.root / "report.md").read_text("utf-8").lower()
