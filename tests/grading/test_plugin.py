"""An instructor's view: what a check file may hold, and what the report makes of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers.repository import REPOSITORY

from grader.course.manifest import load_course
from grader.errors import GraderError
from grader.grading.checkfile import list_checks
from grader.grading.engine import Engine
from grader.report.model import TRIED_AGAIN, TRIED_TWICE, AssignmentReport, CheckResult
from grader.sandbox.process import Launcher, Process, SandboxError
from grader.submissions.model import Source, Submission

MANIFEST = """\
title = "A course"
seed = 3

[limits]
wall_s = 20
cpu_s = 10
memory_mib = 512
output_kib = 4

[[assignments]]
slug = "{slug}"
title = "A toy"
epochs = 2
threshold = 0.2
"""
SOLUTION = """\
import torch

def make_optimizer(parameters, lr=0.1):
    # BEGIN SOLUTION: return an optimizer
    return torch.optim.SGD(parameters, lr=lr)
    # END SOLUTION
"""
# PYTEST_DONT_REWRITE: the pytest that runs this file would change those files; graders have none.
HEAD = """'''PYTEST_DONT_REWRITE'''
import numpy as np
import pytest
from grader.grading.plugin import Slip
"""


class Toy:
    """A course with one assignment, whose checks are the text given."""

    slug = "toy"  # as all others: each course's check file is its own

    def __init__(self, root: Path, launcher: Launcher, checks: str) -> None:
        for folder in ("assignments", "solutions", "grader/checks"):
            (root / folder).mkdir(parents=True)
        (root / "assignments" / "course.toml").write_text(MANIFEST.format(slug=self.slug))
        (root / "solutions" / f"{self.slug}.py").write_text(SOLUTION)
        (root / "grader" / "checks" / f"test_{self.slug}.py").write_text(HEAD + checks)
        shutil.copytree(REPOSITORY / "data_cache", root / "data_cache")
        self.engine = Engine(load_course(root), launcher, seed=3)

    def grade(self, module: str | None = SOLUTION, seed: int = 3) -> AssignmentReport:
        sources = {} if module is None else {self.slug: Source(self.slug, "toy.py", module)}
        engine = Engine(self.engine.course, self.engine.launcher, seed)
        submission = Submission("ada", sources, {})
        return engine.grade(submission, engine.course.assignment(self.slug)).report


@pytest.fixture
def toy(tmp_path: Path, launcher: Launcher) -> Callable[[str], Toy]:
    return lambda checks: Toy(tmp_path, launcher, checks)


@pytest.mark.parametrize("folder", ["Deep learning [2026]", "a[1]", "x::y"])
def test_a_course_may_lie_in_a_folder_of_any_name(
    tmp_path: Path, launcher: Launcher, folder: str
) -> None:
    before = Path.cwd()
    report = Toy(tmp_path / folder, launcher, "def test_it():\n    pass\n").grade()
    assert report.score == 1
    assert Path.cwd() == before  # pytest ends in the folder that it was called from


def only(report: AssignmentReport) -> CheckResult:
    (check,) = report.checks
    return check


# ---------------------------------------------------------------- verdicts

MakeToy = Callable[[str], Toy]


@pytest.mark.parametrize(
    ("body", "verdict", "message"),
    [
        ("pass", "passed", ""),
        ("assert 1 == 1, 'unseen'", "passed", ""),
        ("assert 1 == 2", "failed", "what the check asks for does not hold"),
        ("assert 1 == 2, 'one is not two'", "failed", "one is not two"),
        ("raise AssertionError('a\\x1b[31m\\x00\\nb')", "failed", "a\\x00\nb"),
        ("assert not 1, 'x' * 5000", "failed", "x" * 999 + "…"),
        ("pytest.fail('by hand')", "failed", "by hand"),
        ("pytest.skip('not for you')", "not_judged", "not for you"),
        ("raise SystemExit(3)", "grader_error", "SystemExit: 3"),
    ],
)
def test_a_check_ends_with_a_verdict(toy: MakeToy, body: str, verdict: str, message: str) -> None:
    report = toy(f"def test_it():\n    '''A title'''\n    {body}\n").grade()
    check = only(report)
    assert check.verdict == verdict
    assert check.message.partition(" (test_toy")[0] == message
    assert (check.id, check.title, check.max_points) == ("test_it", "A title", 1)
    assert check.points == report.score == (verdict == "passed")
    assert report.status == ("passed" if verdict == "passed" else "failed")


def test_a_mistake_in_a_check_is_the_graders(toy: MakeToy) -> None:
    course = toy("def test_it():\n    1 / 0\n")
    check = only(course.grade())
    assert check.verdict == "grader_error"
    assert check.message == f"ZeroDivisionError: division by zero (test_{course.slug}.py:6)"


def test_a_broken_fixture_is_the_graders_fault(toy: MakeToy) -> None:
    checks = "@pytest.fixture\ndef broken():\n    {}['key']\n\ndef test_it(broken):\n    pass\n"
    check = only(toy(checks).grade())
    assert check.verdict == "grader_error"
    assert "KeyError: 'key'" in check.message


def test_a_fixture_that_asks_the_student_blames_them_in_every_check(toy: MakeToy) -> None:
    checks = """\
@pytest.fixture(scope="module")
def moved(student):
    optimizer = student.make_optimizer([np.ones(3, np.float32)])
    return optimizer.step([[np.ones(3, np.float32)]])[0][0]

def test_one(moved):
    assert moved[0] < 1

def test_two(moved):
    pass
"""
    course = toy(checks)
    assert [check.verdict for check in course.grade().checks] == ["passed", "passed"]
    module = "def make_optimizer(parameters):\n    raise ValueError('no')\n"
    for check in course.grade(module).checks:
        assert check.verdict == "error"
        assert check.message == (
            "calling make_optimizer(parameters) raised ValueError: no (line 2)\n"
            "  raise ValueError('no')\n"
            "  ^^^^^^^^^^^^^^^^^^^^^^"
        )
        assert check.line == 2


@pytest.mark.parametrize(
    ("module", "verdict", "words"),
    [
        ("x = 1\n", "failed", "does not define make_optimizer"),
        ("def make_optimizer(parameters):\n    return 3\n", "failed", "returned an int"),
        ("raise ValueError('why')\n", "error", "raised ValueError: why (line 1)"),
        ("raise NotImplementedError('Write it')\n", "error", "not written yet (line 1): Write it"),
        (
            "import torch\ntorch.log_softmax(torch.ones(2, 2).long(), 1)\n",
            "error",
            "cross_entropy takes the logits first",
        ),
        (
            "import torch\ntorch.nn.functional.gelu(torch.ones(2).long())\n",
            "error",
            "raised NotImplementedError: \"GeluKernelImpl\" not implemented for 'Long' (line 2)",
        ),
        ("def make_optimizer(:\n", "error", "SyntaxError"),
        ("import os\nos._exit(0)\n", "crashed", "exit status 0"),
        ("import os\nos.abort()\n", "crashed", "SIGABRT"),
    ],
)
def test_a_students_failure_is_told_by_its_kind(
    toy: MakeToy, module: str, verdict: str, words: str
) -> None:
    checks = "def test_it(student):\n    student.make_optimizer([np.ones(2, np.float32)])\n"
    check = only(toy(checks).grade(module))
    assert check.verdict == verdict
    assert words in check.message


def test_a_check_file_brings_slips_of_its_own(toy: MakeToy) -> None:
    checks = """\
pytestmark = pytest.mark.slips(
    ("KeyError: '(?P<key>beta|rho)'", Slip("another key", "There is no {key}.")),
    ("KeyError", lambda source: Slip("by the code", source[:6]) if "beta" in source else None),
)

@pytest.fixture
def called(student):
    student.make_optimizer([np.ones(2, np.float32)])

@pytest.mark.slips(("KeyError: 'rho'", Slip("of this check", "It is this check's.")))
def test_closest(called):
    pass

def test_it(called):
    pass
"""
    course = toy(checks)

    def told(key: str) -> list[tuple[str, str]]:
        report = course.grade(f"def make_optimizer(parameters):\n    {{}}['{key}']\n")
        return [(c.misconception, c.message.partition("\n")[0]) for c in report.checks]

    assert told("rho") == [
        ("of this check", "It is this check's."),
        ("another key", "There is no rho."),
    ]
    assert told("beta") == [("another key", "There is no beta.")] * 2
    assert told("beta1") == [("by the code", "def ma")] * 2
    assert [name for name, _ in told("gamma")] == ["", ""]


def test_fixtures_are_made_anew_for_each_student_and_end_with_the_run(toy: MakeToy) -> None:
    checks = """\
made = []
ended = []

@pytest.fixture(scope="session")
def longest():
    made.append("longest")
    yield
    ended.append("longest")

@pytest.fixture(scope="module")
def shared(longest, student):
    made.append("shared")
    yield student
    ended.append("shared")

@pytest.mark.gate
def test_one(shared, student):
    assert shared is student
    pytest.fail(f"{made} {ended}")

def test_two(shared):
    pass
"""
    course = toy(checks)
    seen = [course.grade().checks[0].message for _ in range(2)]
    assert seen == [
        "['longest', 'shared'] []",
        "['longest', 'shared', 'longest', 'shared'] ['shared', 'longest']",
    ]


# ---------------------------------------------------------------- marks


def test_marks_have_defaults(toy: MakeToy) -> None:
    check = only(toy("def test_it():\n    assert False\n").grade())
    assert (check.title, check.max_points, check.hint) == ("test_it", 1, "")


def test_points_are_added_up_and_the_hint_is_shown_where_a_check_did_not_pass(toy: MakeToy) -> None:
    checks = """\
@pytest.mark.points(2)
@pytest.mark.hint("unseen")
def test_good():
    '''Good

    More about it.
    '''

@pytest.mark.points(0.5)
@pytest.mark.hint("look there")
def test_bad():
    '''Bad'''
    assert False

@pytest.mark.hint("unseen")
def test_left_out():
    pytest.skip("why")
"""
    report = toy(checks).grade()
    seen = [(c.title, c.verdict, c.points, c.max_points, c.hint) for c in report.checks]
    assert seen == [
        ("Good", "passed", 2, 2, ""),
        ("Bad", "failed", 0, 0.5, "look there"),
        ("test_left_out", "not_judged", 0, 1, ""),
    ]
    assert (report.status, report.score, report.max_score) == ("partial", 2, 3.5)


@pytest.mark.parametrize("failing", ["assert False", "pytest.skip('why')", "student.load()"])
def test_what_comes_after_a_gate_that_did_not_pass_is_not_judged(
    toy: MakeToy, failing: str
) -> None:
    checks = f"""\
def test_before():
    assert True

@pytest.mark.gate
def test_gate(student):
    '''The gate'''
    {failing}

@pytest.mark.gate
def test_second_gate():
    raise RuntimeError("never run")

def test_after():
    raise RuntimeError("never run")
"""
    report = toy(checks).grade("raise ValueError\n")
    verdicts = [check.verdict for check in report.checks]
    assert verdicts[0] == "passed"
    assert verdicts[1] != "passed"
    assert verdicts[2:] == ["not_judged", "not_judged"]
    for check in report.checks[2:]:
        assert check.message == "not judged, because this did not pass: The gate"


def test_a_gate_that_passes_lets_the_others_be_judged(toy: MakeToy) -> None:
    checks = "@pytest.mark.gate\ndef test_gate():\n    pass\n\ndef test_it():\n    assert False\n"
    assert [c.verdict for c in toy(checks).grade().checks] == ["passed", "failed"]


def test_every_case_of_a_parametrised_check_is_one(toy: MakeToy) -> None:
    checks = (
        "@pytest.mark.points(3)\n@pytest.mark.parametrize('n', [1, 2])\n"
        "def test_it(n):\n    '''Is two'''\n    assert n == 2\n"
    )
    seen = [(c.id, c.title, c.points, c.max_points) for c in toy(checks).grade().checks]
    assert seen == [("test_it[1]", "Is two", 0, 3), ("test_it[2]", "Is two", 3, 3)]


# ---------------------------------------------------------------- what a check is given


def test_random_numbers_depend_on_the_seed_and_the_check_alone(toy: MakeToy) -> None:
    checks = """\
def test_one(rng):
    pytest.fail(str(rng.integers(2**60)))

def test_two(rng):
    pytest.fail(str(rng.integers(2**60)))

def test_shared(course_rng):
    pytest.fail(str(course_rng.integers(2**60)))
"""
    course = toy(checks)
    first, again, other = (
        [check.message for check in course.grade(seed=seed).checks] for seed in (3, 3, 4)
    )
    assert first == again
    assert len({*first, *other}) == 6


def test_a_training_run_is_recorded(toy: MakeToy) -> None:
    checks = """\
def test_it(train):
    run = train(student_optimizer=True)
    assert run.unseen_logits.shape == (len(run.unseen_images), 10)
    assert [p.value.shape for p in run.parameters] == [(512, 784), (512,), (10, 512), (10,)]
    assert run.summary.valid_accuracy > run.summary.threshold
"""
    report = toy(checks).grade()
    assert only(report).message == ""
    assert report.training is not None
    assert report.training.threshold == 0.2
    assert report.training.draw == 2015
    assert len(report.training.loss) == 2
    assert report.training.loss[1] < report.training.loss[0]
    assert 0.2 < report.training.valid_accuracy <= 1


def test_a_step_is_revealed_when_it_is_over(toy: MakeToy) -> None:
    checks = """\
def test_it(train):
    run = train(student_optimizer=True)
    first, *others = run.revealed
    assert first.step.number == 0 and len({each.step.number for each in run.revealed}) == 4
    whole = np.concatenate([p.value.ravel() for p in run.parameters])
    assert np.array_equal(first.before, whole)
    for revealed in run.revealed:  # plain SGD
        step = revealed.step
        assert np.array_equal(revealed.before[step.coordinates], step.values)
        before = revealed.before[run.coordinates]
        moved = before - 0.1 * run.gradients[step.number]
        assert np.allclose(run.values[step.number], moved, atol=1e-6)
        assert step.number == 0 or np.array_equal(run.values[step.number - 1], before)
        assert len(set(revealed.rows)) == 100 / len(run.revealed)
"""
    assert only(toy(checks).grade()).message == ""


def test_what_a_check_refutes_has_not_passed(toy: MakeToy) -> None:
    checks = '''\
class Refuted(AssertionError):
    refutes = ("test_first", "test_second", "test_failed", "test_unknown")

@pytest.mark.points(3)
@pytest.mark.hint("look there")
def test_first(passed):
    """The logits are right"""
    assert not passed("test_first") and not passed("test_kept")

@pytest.mark.points(2)
def test_kept(passed):
    """Whatever is kept"""
    assert passed("test_first")

def test_second():
    pass

def test_failed():
    assert False, "for a reason of its own"

def test_last(passed):
    assert not passed("test_failed")
    raise Refuted("the logits differ")
'''
    report = toy(checks).grade()
    see_first = "In training it did otherwise: see “The logits are right”."
    assert [(c.id, c.verdict, c.points, c.message, c.hint) for c in report.checks] == [
        ("test_first", "failed", 0, "the logits differ", "look there"),
        ("test_kept", "passed", 2, "", ""),
        ("test_second", "failed", 0, see_first, ""),
        ("test_failed", "failed", 0, "for a reason of its own", ""),
        ("test_last", "failed", 0, see_first, ""),
    ]
    assert report.score == 2


# ---------------------------------------------------------------- hidden checks

TELLTALE = """\
import torch

asked = []
print("imported")

def make_optimizer(parameters, lr=0.1):
    asked.append(lr)
    print("asked with", lr)
    if lr == 0.5:
        raise ValueError(f"before: {asked[:-1]}")
    return torch.optim.SGD(parameters, lr=lr)
"""


def test_hidden_checks_ask_a_worker_that_nobody_else_asks(toy: MakeToy) -> None:
    checks = """\
START = [np.zeros(2, np.float32)]

@pytest.fixture(scope="module")
def shared(student):
    return student.make_optimizer(START, lr=0.25)

def test_seen(student, shared):
    student.make_optimizer(START, lr=0.5)

@pytest.mark.hidden
def test_secret(student, shared):
    student.make_optimizer(START, lr=0.125)
    student.make_optimizer(START, lr=0.5)

def test_seen_later(student):
    student.make_optimizer(START, lr=0.5)
"""
    report = toy(checks).grade(TELLTALE)
    assert [check.id for check in report.checks] == ["test_seen", "test_secret", "test_seen_later"]
    seen, secret, later = (check.message for check in report.checks)
    assert "before: [0.25]" in seen
    assert "before: [0.25, 0.125]" in secret
    assert "before: [0.25, 0.5]" in later
    assert "0.125" not in seen + later + report.output
    assert report.output.count("imported") == 1


def test_what_ends_a_worker_of_hidden_checks_from_outside_is_tried_again(toy: MakeToy) -> None:
    checks = """\
START = [np.zeros(2, np.float32)]

def test_seen(student):
    student.make_optimizer(START, lr=0.25)

@pytest.mark.hidden
def test_secret(student):
    student.make_optimizer(START, lr=0.5)
"""
    dies = "    if lr == 0.5:\n        import os\n        os.kill(os.getpid(), 9)\n"
    before, signature, after = SOLUTION.partition("lr=0.1):\n")
    report = toy(checks).grade(before + signature + dies + after)
    assert [check.verdict for check in report.checks] == ["passed", "crashed"]
    assert report.notes == [TRIED_TWICE]


class Short:
    """A launcher that has no worker the second time and the third, each being tried twice."""

    def __init__(self, launcher: Launcher) -> None:
        self.launched = 0
        self._launcher = launcher

    def launch(self, *, cpu_s: int, memory_mib: int) -> Process:
        self.launched += 1
        if self.launched in (2, 3):
            raise SandboxError("no more processes")
        return self._launcher.launch(cpu_s=cpu_s, memory_mib=memory_mib)

    def mend(self) -> None:
        self._launcher.mend()


def test_hidden_checks_for_which_there_was_no_worker_are_tried_again(
    tmp_path: Path, launcher: Launcher
) -> None:
    checks = """\
def test_seen(student):
    student.load()

@pytest.mark.hidden
def test_secret(student):
    student.load()
"""
    report = Toy(tmp_path, Short(launcher), checks).grade()
    assert [check.verdict for check in report.checks] == ["passed", "passed"]
    assert report.notes == [TRIED_AGAIN]


def test_all_checks_may_be_hidden(toy: MakeToy) -> None:
    report = toy("@pytest.mark.hidden\ndef test_it(student):\n    student.load()\n").grade()
    assert (only(report).verdict, report.status) == ("passed", "passed")


def test_a_hidden_training_is_not_told(toy: MakeToy) -> None:
    checks = """\
class Refuted(AssertionError):
    refutes = ("test_seen",)

def test_seen():
    pass

@pytest.mark.hidden
def test_secret(train):
    train(student_optimizer=True)
    raise Refuted
"""
    report = toy(checks).grade()
    assert report.training is None
    assert [check.verdict for check in report.checks] == ["passed", "failed"]


# ---------------------------------------------------------------- without a run


def test_what_was_not_handed_in_is_missing(toy: MakeToy) -> None:
    course = toy("def test_it(student):\n    raise RuntimeError\n")
    report = course.grade(None)
    assert (report.status, report.score, report.max_score) == ("missing", 0, 1)
    assert only(report).message == f"no file {course.slug}.py was handed in"


@pytest.mark.parametrize("end", ["", "\n\n\n", "   \n", "\r\n"])
def test_an_unchanged_stub_is_untouched(toy: MakeToy, end: str) -> None:
    stub = (
        "import torch\n\ndef make_optimizer(parameters, lr=0.1):\n"
        '    raise NotImplementedError("Write this part: return an optimizer")\n'
    )
    report = toy("def test_it(student):\n    raise RuntimeError\n").grade(stub + end)
    assert report.status == "untouched"
    assert only(report).verdict == "not_judged"


@pytest.mark.parametrize(
    ("checks", "words"),
    [
        ("def test_it(:\n", "SyntaxError"),
        ("import nowhere_to_be_found\n", "nowhere_to_be_found"),
        ("x = 1\n", "it has no checks"),
        ("raise SystemExit(3)\n", "SystemExit"),
        ('@pytest.mark.slips(("(", Slip("a", "b")))\ndef test_it():\n    pass\n', "the slip .*'"),
        (
            '@pytest.mark.slips(("x", Slip("a", "{y}")))\ndef test_it():\n    pass\n',
            "the slip .*'y'",
        ),
        (
            'pytestmark = pytest.mark.slips(("x", "y"))\ndef test_it():\n    pass\n',
            "the slip .*TypeError",
        ),
    ],
)
def test_a_broken_check_file_stops_the_grade(toy: MakeToy, checks: str, words: str) -> None:
    course = toy(checks)
    with pytest.raises(GraderError, match=f"^test_{course.slug}.py: .*{words}") as error:
        course.grade()
    assert "\n" not in str(error.value)
    with pytest.raises(GraderError):
        list_checks(course.engine.course)


def test_an_unknown_fixture_is_the_graders_fault(toy: MakeToy) -> None:
    check = only(toy("def test_it(unknown):\n    pass\n").grade())
    assert check.verdict == "grader_error"
    assert check.message == "there is no fixture 'unknown'"


def test_checks_can_be_listed_without_being_run(toy: MakeToy) -> None:
    checks = "@pytest.mark.points(4)\ndef test_it(student):\n    '''It'''\n    student.load()\n"
    course = toy(checks)
    (listed,) = list_checks(course.engine.course)[course.slug]
    assert (listed.id, listed.title, listed.max_points) == ("test_it", "It", 4)
