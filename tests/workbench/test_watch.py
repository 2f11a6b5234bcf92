"""Watching: what is saved is checked at once, whatever an editor does; keys do what they say."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest
from helpers.commands import environment_for
from helpers.machine import PATIENCE_S, children
from helpers.repository import REPOSITORY, copy_with_short_trainings, solution, wrong
from helpers.terminals import CLEAR, Terminal, open_terminal

from grader.course.manifest import load_course
from grader.errors import GraderError
from grader.grading.engine import Engine
from grader.report.model import AssignmentReport, Status
from grader.sandbox.launch import NO_FORK
from grader.sandbox.process import Launcher
from grader.submissions.model import Source, Submission
from grader.workbench.watch import Board, Grading, Task

COURSE = load_course(REPOSITORY)
RIGHT = solution("relu")
LEAKY = wrong("relu", "test_hidden_is_relu/leaky.py")
STUB = (REPOSITORY / "assignments" / "relu.py").read_text(encoding="utf-8")
# What stands outside of definitions is given up after 10 s; this has the limits below.
ENDLESS = "def Net(*sizes):\n    print('looping')\n    while True:\n        pass\n"
LIMITS, LARGE = "wall_s = 60\ncpu_s = 30\n", "wall_s = 600\ncpu_s = 600\n"

TITLE = "ReLU (relu)"
PASSES = f"✓ {TITLE}  10/10"
FAILS = f"~ {TITLE}"
UNTOUCHED = f"· {TITLE}  0/10"
ALL = len(COURSE.slugs)
PROGRESS = f"of {ALL} pass"


@pytest.fixture(scope="module")
def watching(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Terminal, Path]]:
    """`grader watch relu` in a terminal, in a student's copy; and the module that it watches."""
    root = copy_with_short_trainings(tmp_path_factory.mktemp("watched"))
    manifest = root / "assignments" / "course.toml"
    text = manifest.read_text(encoding="utf-8")
    assert LIMITS in text
    manifest.write_text(text.replace(LIMITS, LARGE), encoding="utf-8")
    with open_terminal(root, "watch", "relu") as terminal:
        terminal.wait_for(UNTOUCHED, PROGRESS)
        yield terminal, root / "assignments" / "relu.py"


def replace(path: Path, content: bytes | str) -> None:
    """Save as many editors do: to another file, which then takes the name."""
    beside = path.with_name(f".{path.name}.swp")
    beside.write_bytes(content if isinstance(content, bytes) else content.encode())
    beside.rename(path)


# ---------------------------------------------------------------- files


def test_a_saved_module_is_checked_at_once(watching: tuple[Terminal, Path]) -> None:
    terminal, module = watching
    module.write_text(LEAKY)
    picture = terminal.wait_for(FAILS, PROGRESS)
    # The next thing to look at comes first, then what is known about the others.
    assert picture.index("Expected: max(0, z)") < picture.index("kaiming_init")
    module.write_text(RIGHT)
    terminal.wait_for(PASSES, f"1 of {ALL} pass")


def test_a_module_that_another_file_replaces_is_checked(watching: tuple[Terminal, Path]) -> None:
    terminal, module = watching
    for content, words in ((LEAKY, FAILS), (RIGHT, PASSES), (STUB, UNTOUCHED)):
        replace(module, content)
        terminal.wait_for(words, PROGRESS)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"def Net(:\n", "SyntaxError"),
        (b"x = '\xff'\n", "not UTF-8"),
        (b"#" * (2 << 20), "larger than 1 MiB"),
        (b"", "it is empty"),
        (b"x = 1\n", "define Net"),
        (b"raise SystemExit\n", "SystemExit"),
        (b"import os\nos._exit(3)\n", "exit status 3"),
        (
            b"print('\\x1b[2J' * 9)\nraise ValueError('\\x1b]0;title\\x07[red]')",
            "ValueError: [red]",
        ),
    ],
)
def test_broken_modules_are_explained_and_a_mended_one_passes(
    watching: tuple[Terminal, Path], content: bytes, words: str
) -> None:
    terminal, module = watching
    module.write_bytes(content)
    terminal.wait_for(words, TITLE, PROGRESS)
    assert "Traceback" not in terminal.shown
    replace(module, RIGHT)
    terminal.wait_for(PASSES, PROGRESS)


def test_a_deleted_module_is_missed_until_it_is_back(watching: tuple[Terminal, Path]) -> None:
    terminal, module = watching
    module.unlink()
    terminal.wait_for("no file relu.py", PROGRESS)
    module.symlink_to("adam.py")
    terminal.wait_for("symbolic link", PROGRESS)
    replace(module, RIGHT)
    terminal.wait_for(PASSES, PROGRESS)


def test_a_module_saved_piece_by_piece_ends_up_as_the_whole(
    watching: tuple[Terminal, Path],
) -> None:
    terminal, module = watching
    module.write_text(LEAKY)
    terminal.wait_for(FAILS, PROGRESS)
    with module.open("w") as file:
        for start in range(0, len(RIGHT), 100):
            file.write(RIGHT[start : start + 100])
            file.flush()
            time.sleep(0.02)
    terminal.wait_for(PASSES, PROGRESS)


def test_a_save_ends_the_grading_of_an_older_text_and_that_is_never_shown(
    watching: tuple[Terminal, Path],
) -> None:
    terminal, module = watching
    module.write_text(STUB)
    terminal.wait_for(UNTOUCHED, PROGRESS)
    before = len(terminal.shown)
    for content in (ENDLESS, LEAKY, ENDLESS, f"import time\ntime.sleep(0.5)\n{LEAKY}"):
        module.write_text(content)
        terminal.wait_for(f"… {TITLE}  checking", PROGRESS)
    module.write_text(RIGHT)
    terminal.wait_for(PASSES, PROGRESS)  # long before the endless ones would come to an end
    settled = len(terminal.shown)
    while terminal.read(1.5):  # time enough for the older ones to show up
        pass
    assert PASSES in terminal.screen
    after = terminal.shown[settled:].split(CLEAR)
    assert not any(FAILS in picture or "checking" in picture for picture in after)
    assert terminal.shown[before:].count("looping") == 0


def test_a_folder_that_is_gone_for_a_while_is_watched_again(
    watching: tuple[Terminal, Path],
) -> None:
    terminal, module = watching
    away = module.parent.with_name("away")
    module.parent.rename(away)
    terminal.wait_for("assignments: no such file or folder", PROGRESS)
    away.rename(module.parent)
    terminal.wait_for(PASSES, PROGRESS)
    module.parent.rename(away)
    shutil.copytree(away, module.parent)  # another folder of the same name
    module.write_text(LEAKY)
    terminal.wait_for(FAILS, PROGRESS)
    shutil.rmtree(away)


def test_the_other_modules_are_marked_in_the_progress_line(
    watching: tuple[Terminal, Path],
) -> None:
    terminal, module = watching
    module.write_text(RIGHT)
    terminal.wait_for(PASSES, f"1 of {ALL} pass")
    adam = module.with_name("adam.py")
    untouched = adam.read_text(encoding="utf-8")
    adam.write_text(solution("adam"))
    terminal.wait_for(PASSES, "✓ adam", f"2 of {ALL} pass")
    adam.write_text(untouched)
    terminal.wait_for(PASSES, "· adam", f"1 of {ALL} pass")


# ---------------------------------------------------------------- keys


def test_h_shows_the_next_hint_and_n_the_next_assignment(watching: tuple[Terminal, Path]) -> None:
    terminal, _ = watching
    terminal.press("h")
    terminal.wait_for("Hint 1 of 4 for relu", PROGRESS)
    terminal.press("H")
    picture = terminal.wait_for("Hint 2 of 4 for relu", PROGRESS)
    assert "Hint 1" not in picture  # what is to be looked at next stays on the screen
    terminal.press("x\x1b[A\x00é")  # these mean nothing
    terminal.press("n")
    picture = terminal.wait_for("Momentum (momentum)  0/10", PROGRESS)
    assert "Hint" not in picture
    terminal.press("n" * 7)
    terminal.wait_for(TITLE, PROGRESS)
    terminal.press("h")
    terminal.wait_for("Hint 3 of 4 for relu", PROGRESS)


def test_p_goes_back_e_shows_an_earlier_hint_and_r_checks_again(
    watching: tuple[Terminal, Path],
) -> None:
    terminal, module = watching
    module.write_text(RIGHT)
    terminal.wait_for(PASSES, PROGRESS, "checked at")
    terminal.press("p")
    terminal.wait_for("An extra layer (extra_layer)", PROGRESS)
    terminal.press("n")
    terminal.wait_for(TITLE, PROGRESS)
    terminal.press("e")
    terminal.wait_for("Hint 3 of 4 for relu", PROGRESS)
    terminal.press("e")
    terminal.wait_for("Hint 2 of 4 for relu", PROGRESS)
    terminal.press("r")
    terminal.wait_for(f"… {TITLE}  checking", PROGRESS)
    terminal.wait_for(PASSES, PROGRESS, "checked at")


def test_q_leaves_the_terminal_as_it_was(watching: tuple[Terminal, Path]) -> None:
    # The last one with this terminal.
    terminal, _ = watching
    terminal.press("q")
    assert terminal.end() == 0
    assert terminal.is_as_before()
    assert "Traceback" not in terminal.shown


# ---------------------------------------------------------------- which assignment


@pytest.fixture
def desk(short_course: Path, tmp_path: Path) -> tuple[Path, Path]:
    """A course, and a folder with its stubs that a test may write to."""
    ignored = shutil.ignore_patterns("course.toml")
    shutil.copytree(short_course / "assignments", tmp_path / "assignments", ignore=ignored)
    return short_course, tmp_path


def test_without_a_slug_the_first_that_does_not_pass_is_watched(desk: tuple[Path, Path]) -> None:
    root, cwd = desk
    for slug in ("kaiming_init", "relu"):
        (cwd / "assignments" / f"{slug}.py").write_text(solution(slug), encoding="utf-8")
    with open_terminal(root, "watch", cwd=cwd) as terminal:
        terminal.wait_for("· An extra layer (extra_layer)  0/10", f"2 of {ALL} pass")
        terminal.press("q")
        assert terminal.end() == 0


def test_another_width_is_drawn_without_a_key(desk: tuple[Path, Path]) -> None:
    root, cwd = desk
    with open_terminal(root, "watch", "relu", cwd=cwd, has_size=True) as terminal:
        terminal.resize(80)
        terminal.wait_for(UNTOUCHED, f"0 of {ALL} pass")
        for width in (40, 60):
            shown = len(terminal.shown)
            terminal.resize(width)
            while CLEAR not in terminal.shown[shown:] or "q leave" not in terminal.screen:
                assert terminal.read(PATIENCE_S)
            assert width - 12 <= max(map(len, terminal.screen.splitlines())) <= width


def test_an_unknown_slug_is_wrong_usage(tmp_path: Path) -> None:
    with open_terminal(REPOSITORY, "watch", "rleu", cwd=tmp_path) as terminal:
        assert terminal.end() == 2
        assert "did you mean 'relu'?" in terminal.screen


# ---------------------------------------------------------------- without a terminal


def test_without_a_terminal_results_are_listed_and_keys_ignored(desk: tuple[Path, Path]) -> None:
    root, cwd = desk
    module = cwd / "assignments" / "relu.py"
    process = subprocess.Popen(
        [sys.executable, "-m", "grader", "watch", "relu"],
        cwd=cwd,
        env=environment_for(root),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write("qhn\n")
        process.stdin.flush()
        said = ""
        for content, words in (("", UNTOUCHED), (LEAKY, FAILS), (RIGHT, PASSES)):
            if content:
                module.write_text(content)
            while words not in (line := process.stdout.readline()):
                assert line, said
                said += line
        os.killpg(process.pid, signal.SIGINT)
        rest, errors = process.communicate(timeout=PATIENCE_S)
    finally:
        process.kill()
        process.wait()
    assert (process.returncode, errors) == (130, "grader: interrupted\n")
    assert "checking" not in said + rest
    assert "Ctrl-C leaves" in said + rest
    assert "\x1b" not in said + rest


# ---------------------------------------------------------------- what counts


def report(slug: str, status: Status) -> AssignmentReport:
    return AssignmentReport(slug, slug, status, 0.0, 10.0, [], None, "")


def folder_with(**texts: str) -> Submission:
    sources = {slug: Source(slug, f"{slug}.py", text) for slug, text in texts.items()}
    return Submission("", sources, {})


def test_a_report_on_an_older_text_does_not_count() -> None:
    board = Board(["relu", "adam"], "relu")
    board.read(folder_with(relu="old"))
    task = board.wanted
    assert task is not None
    board.read(folder_with(relu="new"))
    assert not board.is_wanted(task)
    board.record(task, report("relu", "passed"))
    assert board.reports == {}
    board.read(folder_with(relu="old"))  # taken back meanwhile
    assert board.reports == {}


def test_a_report_is_forgotten_as_soon_as_its_module_changes() -> None:
    board = Board(["relu", "adam"], "relu")
    board.read(folder_with(relu="old", adam="same"))
    for slug in ("relu", "adam"):
        task = board.wanted
        assert task is not None and task.slug == slug
        board.record(task, report(slug, "passed"))
    assert set(board.reports) == {"relu", "adam"}
    board.read(folder_with(relu="new", adam="same"))
    assert set(board.reports) == {"adam"}


def test_the_assignment_in_view_goes_before_the_others() -> None:
    board = Board(["relu", "adam", "l2"], "adam")
    board.read(folder_with(relu="1", adam="1", l2="1"))
    first = board.wanted
    assert first is not None and first.slug == "adam"
    board.record(first, report("adam", "failed"))
    other = board.wanted
    assert other is not None and other.slug == "relu"
    assert board.is_wanted(other)
    board.read(folder_with(relu="1", adam="2", l2="1"))
    assert not board.is_wanted(other)  # what is in view was saved


def test_the_first_that_does_not_pass_is_found_in_the_courses_order() -> None:
    board = Board(["relu", "adam", "l2"], None)
    board.read(folder_with(relu="1", adam="1", l2="1"))
    for slug, status, current in (("relu", "passed", None), ("adam", "partial", "adam")):
        task = board.wanted
        assert task is not None and task.slug == slug
        board.record(task, report(slug, status))  # type: ignore[arg-type]
        assert board.current == current


def test_where_all_pass_the_first_is_shown() -> None:
    board = Board(["relu", "adam"], None)
    board.read(folder_with(relu="1", adam="1"))
    while (task := board.wanted) is not None:
        board.record(task, report(task.slug, "passed"))
    assert board.current == "relu"
    board.turn(1)
    assert board.current == "adam"
    board.turn(1)
    assert board.current == "relu"


def test_what_is_known_is_taken_over_unless_it_is_to_be_checked_again() -> None:
    known = SimpleNamespace(report_on=lambda task: report(task.slug, "passed"))
    board = Board(["relu", "adam"], "relu")
    board.read(folder_with(relu="1", adam="1"))
    board.take_over(known)  # type: ignore[arg-type]
    assert set(board.reports) == {"relu", "adam"}
    board.check_again()
    board.take_over(known)  # type: ignore[arg-type]
    assert board.wanted is not None and board.wanted.slug == "relu"
    board.record(board.wanted, report("relu", "failed"))
    board.read(folder_with(relu="2", adam="1"))
    board.take_over(known)  # type: ignore[arg-type]
    assert board.reports["relu"].status == "passed"


def open_grading(launcher: Launcher) -> closing[Grading]:
    return closing(Grading(lambda: nullcontext(Engine(COURSE, launcher, COURSE.seed))))


@pytest.mark.parametrize("threads", [False, True])
def test_grading_beside_the_loop_gives_the_report(
    launcher: Launcher, monkeypatch: pytest.MonkeyPatch, threads: bool
) -> None:
    if threads:  # as on systems where forking is not safe
        monkeypatch.setenv(NO_FORK, "1")
    before = children()
    with open_grading(launcher) as grading:
        tasks = [Task("relu", Source("relu", "relu.py", text), None) for text in (LEAKY, RIGHT)]
        grading.start(tasks[0])
        assert (children() == before) == threads
        grading.stop()
        if threads:
            taken = grading.take()  # it went on
            assert taken is not None and taken[0] == tasks[0]
        assert grading.task is None
        grading.start(tasks[1])
        taken = grading.take()
        assert taken is not None
        assert (taken[0], taken[1].report.status) == (tasks[1], "passed")


def test_a_grading_process_that_is_killed_is_replaced_once(launcher: Launcher) -> None:
    before = children()

    def kill() -> None:
        (pid,) = children() - before
        os.kill(pid, signal.SIGKILL)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)

    with open_grading(launcher) as grading:
        task = Task("relu", Source("relu", "relu.py", RIGHT), None)
        grading.start(task)
        kill()
        assert grading.take() is None
        taken = grading.take()
        assert taken is not None and (taken[0], taken[1].report.status) == (task, "passed")
        kill()
        grading.start(task)
        assert grading.take() is None
        kill()
        with pytest.raises(GraderError, match="twice: the grading process was killed"):
            grading.take()
