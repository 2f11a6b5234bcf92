"""`grader audit` finds each way in which a course can fall apart. That nothing is to be found in
this one, .ci/run shows: it ends with the audit itself."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers.commands import Ran, RunGrader

from grader.course.manifest import load_course

ZOO = Path("tests") / "zoo"
CLEAN = "nothing found: the course is coherent\n"


@pytest.fixture
def course(small_course: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may break."""
    shutil.copytree(small_course, tmp_path / "course", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "course"


def audit(run_grader: RunGrader, root: Path, *slugs: str) -> Ran:
    return run_grader("audit", *slugs, root=root, cwd=root)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_nothing_is_found_in_the_small_course(run_grader: RunGrader, small_course: Path) -> None:
    ran = audit(run_grader, small_course)
    assert (ran.status, ran.stdout) == (0, CLEAN), ran.stderr


CHECK = Path("grader") / "checks" / "test_relu.py"
WRONG = ZOO / "wrong" / "relu"
MANIFEST = Path("assignments") / "course.toml"
WEAKEST = str(getattr(load_course().assignment("relu").calibration, "weakest", ""))


def add(path: Path, text: str = "") -> Callable[[Path], None]:
    def change(root: Path) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")

    return change


def change(path: Path, old: str, new: str) -> Callable[[Path], None]:
    return lambda root: edit(root / path, old, new)


Faults = list[tuple[Callable[[Path], None], list[str]]]
NOT_CAUGHT = "tests/zoo/wrong/relu/{}: {}, which is to catch it, does not"

# What is broken at once, each with the findings that there are to be of it.
FAULTS: dict[str, Faults] = {
    "files and names": [
        (
            change(Path("assignments/relu.py"), "Why it matters.", "Why it mattered."),
            ["assignments/relu.py: not its solution without the marked parts"],
        ),
        (add(Path("assignments/draft.py")), ["assignments/draft.py: belongs to no assignment"]),
        (add(Path("solutions/tanh.py")), ["solutions/tanh.py: belongs to no assignment"]),
        (
            add(Path("grader/checks/test_tanh.py")),
            ["grader/checks/test_tanh.py: belongs to no assignment"],
        ),
        (
            add(Path("grader/checks/kit/functions.py")),
            ["grader/checks/kit/functions.py: no check file imports it"],
        ),
        (
            add(Path("grader/checks/kit/broken.py"), "def f(:\n"),
            [
                "grader/checks/kit/broken.py:1: not Python: ",
                "grader/checks/kit/broken.py: no check file imports it",
            ],
        ),
        (add(ZOO / "odd" / "x.py"), ["tests/zoo/odd: belongs to no assignment"]),
        (
            add(ZOO / "right" / "tanh" / "plain.py"),
            ["tests/zoo/right/tanh: belongs to no assignment"],
        ),
        (
            lambda root: shutil.rmtree(root / ZOO / "right" / "relu"),
            [
                "tests/zoo/right/relu/: no right module",
                f"course.toml: assignment 'relu': {WEAKEST}.py, by which its threshold was "
                "measured, is gone; run `grader calibrate relu --write`",
            ],
        ),
        (add(WRONG / "lost.py"), ["tests/zoo/wrong/relu/lost.py: belongs to no assignment"]),
        (
            add(WRONG / "test_gone" / "leaky.py"),
            ["tests/zoo/wrong/relu/test_gone: no such check"],
        ),
        (
            lambda root: shutil.rmtree(root / WRONG / "test_layers"),
            ["tests/zoo/wrong/relu/test_layers/: no wrong module"],
        ),
        (
            add(Path("assignments/lesson.ipynb"), '["check(\\"tanh\\")", "compare(\\"relu\\")"]'),
            ["assignments/lesson.ipynb: no assignment 'tanh'; take its cells out"],
        ),
        (
            add(
                ZOO / "misconceptions.toml",
                '[tanh]\n[relu]\n"test_layers/gone" = ["a"]\n',
            ),
            [
                "tests/zoo/misconceptions.toml: no assignment 'tanh'; take its section out",
                "tests/zoo/misconceptions.toml: relu: no module test_layers/gone in",
            ],
        ),
        (
            add(
                Path("tests/equivalent_mutants.toml"),
                '[[equivalent]]\nslug = "tanh"\nreason = "a"\nmutants = ["b"]\n',
            ),
            ["tests/equivalent_mutants.toml: no assignment 'tanh'"],
        ),
    ],
    "checks": [
        (
            lambda root: (root / "assignments" / "relu.py").unlink(),
            ["assignments/relu.py: missing"],
        ),
        (
            change(Path("solutions/relu.py"), "Try it: grader check relu", "Try it."),
            ["solutions/relu.py: does not tell students how to check their work"],
        ),
        (
            change(CHECK, "@pytest.mark.points(5)\n", "@pytest.mark.points(0)\n"),
            ["grader/checks/test_relu.py: test_hidden_is_relu: its points are 0"],
        ),
        (
            change(CHECK, "@pytest.mark.points(2)\n", ""),
            ["grader/checks/test_relu.py: test_training: no points"],
        ),
        (
            change(CHECK, '@pytest.mark.hint("Too few', '# ("Too few'),
            ["grader/checks/test_relu.py: test_training: no hint"],
        ),
        (
            change(CHECK, '    """It learns to read digits"""\n', ""),
            ["grader/checks/test_relu.py: test_training: no title"],
        ),
        (
            change(CHECK, "@pytest.mark.gate\n", "@pytest.mark.gate\n@pytest.mark.hidden\n"),
            ["grader/checks/test_relu.py: test_layers: hidden and a gate"],
        ),
        (
            change(
                CHECK,
                "There are two layers with weights and biases, and nothing else",
                "The same seed gives the same network, another seed another one",
            ),
            ["grader/checks/test_relu.py: test_layers: another check has the same title"],
        ),
        (
            change(MANIFEST, "threshold = 0.45", "threshold = 0.0"),
            [
                "course.toml: assignment 'relu': a threshold of 0 tells nothing",
                NOT_CAUGHT.format("test_training/tiny_weights.py", "test_training"),
            ],
        ),
        (
            change(CHECK, "# Any other nonlinearity", "# TODO Any other nonlinearity"),
            ["grader/checks/test_relu.py: TODO in line"],
        ),
    ],
    "a check file that is gone": [
        (lambda root: (root / CHECK).unlink(), ["course.toml: no check file for 'relu'"]),
    ],
    "a mark with a slip": [
        (
            change(Path("solutions/relu.py"), "# END SOLUTION", "# END SOLUTIONS"),
            ["solutions/relu.py:59: not a mark"],
        ),
    ],
    "a solution that is gone, and a check's mark with a slip": [
        (
            lambda root: (root / "solutions" / "relu.py").unlink(),
            ["solutions/relu.py: missing"],
        ),
        (
            change(CHECK, "@pytest.mark.gate\n", "@pytest.mark.hiden\n"),
            ["grader/checks/test_relu.py: the check file can't be run: 'hiden'"],
        ),
    ],
    "a wrong solution, and a check that is broken": [
        (
            change(Path("solutions/relu.py"), "functional.relu(x)", "functional.elu(x)"),
            [
                "solutions/relu.py: test_hidden_is_relu does not pass the solution: ",
            ],
        ),
        (
            change(CHECK, "run = train(units=True)", "run = train(nothing=True)"),
            [
                "solutions/relu.py: test_training is broken: TypeError",
                NOT_CAUGHT.format("test_training/tiny_weights.py", "test_training"),
            ],
        ),
    ],
    "a check that never fails, what nobody measured, and hints that tell too much": [
        (
            change(
                Path("grader/checks/kit/shared.py"),
                '    """The module imports, Net can be built, and forward gives logits"""\n',
                '    """The module imports, Net can be built, and forward gives logits"""\n'
                "    return\n",
            ),
            [
                "assignments/relu.py: the stub earns 1 of test_builds",
                NOT_CAUGHT.format("test_builds/an_instance_not_a_class.py", "test_builds"),
            ],
        ),
        (
            change(MANIFEST, "calibration = {", "# calibration = {"),
            [
                "course.toml: assignment 'relu': nobody measured its threshold of 0.45; run "
                "`grader calibrate relu --write`"
            ],
        ),
        (
            change(MANIFEST, "epochs = 5", "epochs = 6"),
            [
                "grader/report/reference.json: no training curve of relu over 6 epochs; run "
                "`python tests/benchmarks/reference_curves.py relu`"
            ],
        ),
        (
            change(
                MANIFEST, "hints = [", 'hints = [\n"Try x = nn.functional.relu(x)",\n"A",\n"A",'
            ),
            [
                "course.toml: assignment 'relu': hint 1 holds the solution's "
                "`x = nn.functional.relu(x)`",
                "course.toml: assignment 'relu': hint 3 is there already",
            ],
        ),
    ],
}


@pytest.mark.parametrize("faults", FAULTS.values(), ids=FAULTS)
def test_faults_are_found(run_grader: RunGrader, course: Path, faults: Faults) -> None:
    for breaks, _ in faults:
        breaks(course)
    ran = audit(run_grader, course)
    assert ran.status == 1, ran.stderr
    lines = ran.stdout.splitlines()
    expected = [start for _, starts in faults for start in starts]
    assert [e for e in expected if not any(line.startswith(e) for line in lines)] == []
    assert [line for line in lines if not line.startswith(tuple(expected))] == []


def test_the_next_wrong_module_is_tried_when_one_is_not_caught(
    run_grader: RunGrader, course: Path
) -> None:
    shutil.copyfile(course / "solutions" / "relu.py", course / WRONG / "test_layers" / "a.py")
    ran = audit(run_grader, course)
    assert ran.status == 1, ran.stderr
    assert ran.stdout.startswith(NOT_CAUGHT.format("test_layers/a.py", "test_layers"))
    assert len(ran.stdout.splitlines()) == 1


def test_of_one_assignment_only_what_is_its_own_is_told(
    run_grader: RunGrader, course: Path
) -> None:
    add(Path("assignments/draft.py"))(course)
    assert audit(run_grader, course, "relu").stdout == "nothing found in relu\n"
    edit(course / "assignments" / "course.toml", 'slug = "relu"', 'slug = "relu" # TODO: a word')
    (line,) = audit(run_grader, course, "relu").stdout.splitlines()
    assert line.startswith("assignments/course.toml: TODO in line")


def test_a_copy_without_solutions_is_refused(run_grader: RunGrader, course: Path) -> None:
    shutil.rmtree(course / "solutions")
    ran = audit(run_grader, course)
    assert ran.status == 2
    assert "audit the instructors' copy" in " ".join(ran.stderr.split())
