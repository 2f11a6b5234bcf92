"""What a common slip is told as: only where the exception or the source beside it shows it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import pytest
from helpers.fake_worker import FakeLauncher, Wire
from helpers.repository import REPOSITORY

from grader.checks.misconceptions import evaluate, permutation
from grader.course.manifest import load_course
from grader.course.stubs import defined_names, original_stub
from grader.grading.devices import on_cpu
from grader.grading.engine import Engine, about_output
from grader.grading.slips.recognise import slip_of
from grader.grading.slips.table import Row
from grader.grading.verdicts.judgement import blame
from grader.sandbox.client import StudentRaised, StudentUnusable
from grader.sandbox.process import Launcher
from grader.sandbox.wire import replies
from grader.submissions.model import Source, Submission

COURSE = load_course(REPOSITORY)
ON_A_GPU = """\
import torch
from torch import nn

device = "cuda"


class Net(nn.Module):
    def __init__(self, f, h, o):
        super().__init__()
        self.a = nn.Linear(f, h).to(device)
        self.b = nn.Linear(h, o).cuda()

    def forward(self, x):
        return self.b(torch.relu(self.a(x.cuda())))
"""
FORWARD = "the forward pass on (2, 8) inputs in eval mode"
MADE = "calling make_optimizer(parameters)"
STEP = "optimizer.step()"


def told(
    kind: str,
    text: str,
    source: str = "",
    doing: str = FORWARD,
    line: int = 1,
    own: Sequence[Row] = (),
) -> str | None:
    """The name of the slip that an exception at `line` of `source` is told as."""
    raised = replies.Raised(doing, kind, text, line if source else None, 0, 0)
    slip = slip_of(StudentRaised(raised, source), source, original_stub(COURSE, "relu"), own)
    return None if slip is None else slip.name


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("ValueError", "the learning rate is wrong"),
        ("RuntimeError", "expected a number"),
        ("AttributeError", "'Tensor' object has no attribute 'reluu'"),
        ("KeyError", "'W_1'"),
    ],
)
def test_what_no_slip_explains_is_left_to_pythons_words(kind: str, text: str) -> None:
    assert told(kind, text) is None


def test_a_weight_is_called_turned_only_where_a_product_shows_it() -> None:
    text = "mat1 and mat2 shapes cannot be multiplied (2x6 and 10x6)"
    assert told("RuntimeError", text, "y = x @ self.W_1") == "weight the wrong way round"
    assert told("RuntimeError", text, "y = self.second(x)") == "layers that do not fit"
    lesson = text.replace("10x6", "784x512")
    assert told("RuntimeError", lesson, "y = self.second(x)") == "sizes hard-coded"


def test_truth_values_are_told_from_other_dtypes() -> None:
    text = "mat1 and mat2 must have the same dtype, but got {} and Float"
    assert told("RuntimeError", text.format("Bool")) == "truth values where numbers belong"
    assert told("RuntimeError", text.format("Double")) == "another dtype"


def test_a_layer_is_called_applied_twice_only_where_the_source_does() -> None:
    text = "mat1 and mat2 shapes cannot be multiplied (2x6 and 8x6)"
    assert told("RuntimeError", text, "y = self.a(self.a(x))") == "first layer applied twice"
    assert told("RuntimeError", text, "y = self.b(self.a(x))") == "layers that do not fit"


def test_a_copied_page_is_told_only_where_its_marks_are_what_python_stumbles_over() -> None:
    def of(source: str, line: int) -> str | None:
        return told("SyntaxError", "invalid syntax", source, "importing relu.py", line)

    copied = "copied with its surroundings"
    assert of("```python\nx = 1\n```", 1) == copied
    assert of("\nHere it is:\n```\nx = 1\n```", 2) == copied
    assert of("x = 1\n```\n", 2) == copied
    assert of(">>> x = 1", 1) == copied
    assert of('"""\n```\nx\n```\n"""\nx = = 1', 6) is None
    assert of("x = = 1", 1) is None


def test_images_are_called_unflattened_only_where_they_hold_what_the_layer_takes() -> None:
    text = "mat1 and mat2 shapes cannot be multiplied ({}x14 and 1568x10)"
    assert told("RuntimeError", text.format(2 * 8 * 14)) == "not flattened"
    assert told("RuntimeError", text.format(2 * 8 * 13)) == "layers that do not fit"


def test_a_guess_over_the_rows_is_told_only_where_the_source_has_one() -> None:
    text = (
        "The size of tensor a (6) must match the size of tensor b (4) at non-singleton dimension 0"
    )
    for written, name in (
        ("net(x).argmax(0)", "argmax over the rows"),
        ("torch.argmax(net(x), dim=0)", "argmax over the rows"),
        ("torch.max(net(x), 0)[1]", "maximum over the rows"),
        ("net(x).argmax(1)", "guesses and targets of other rows"),
        ("net(x).argmax(10)", "guesses and targets of other rows"),
    ):
        own = evaluate.SLIPS
        assert told("RuntimeError", text, written, "calling evaluate", own=own) == name, written
    assert told("RuntimeError", text, "net(x).argmax(1)", FORWARD) == "shapes that do not fit"


def test_a_maximum_over_the_rows_is_told_only_where_the_source_takes_one() -> None:
    error = StudentUnusable(f"{FORWARD} gave logits of dtype float32 and shape (5,); expected …")
    for written, name in (
        ("x = torch.max(x, 0)[0]", "maximum over the rows"),
        ("x = x.max(dim=0).values", "maximum over the rows"),
        ("x = torch.max(x, torch.tensor(0))", "dimension lost"),
        ("x = x.squeeze()", "dimension lost"),
    ):
        slip = slip_of(error, written, None)
        assert slip is not None and slip.name == name, written


@pytest.mark.parametrize(
    ("doing", "text", "name"),
    [
        (FORWARD, "unsupported operand type(s) for ^: 'float' and 'int'", "caret for a power"),
        (FORWARD, "\"bitwise_xor_cpu\" not implemented for 'Float'", "caret for a power"),
        (FORWARD, "\"exp_vml_cpu\" not implemented for 'Half'", None),
        (MADE, "'list' object has no attribute 'parameters'", "network expected"),
        (MADE, "'list' object has no attribute 'add'", None),
        (FORWARD, "'list' object has no attribute 'parameters'", None),
        (STEP, "'int' object has no attribute 'mul_'", "number in a tensor's place"),
        (STEP, "'int' object has no attribute 'shape'", None),
        (
            FORWARD,
            "both arguments to linear need to be at least 1D, but they are 0D and 2D",
            "one number in place of the activations",
        ),
        (STEP, "sub() takes 1 positional argument but 2 were given", "factor without its name"),
        (STEP, "step_size() takes 1 positional argument but 2 were given", None),
    ],
)
def test_an_operand_of_another_kind_is_told(doing: str, text: str, name: str | None) -> None:
    kind = "AttributeError" if "attribute" in text else "TypeError"
    assert told(kind, text, doing=doing) == name


@pytest.mark.parametrize(
    ("step", "divides"),
    [
        ("p -= lr * (g + decay / 2 * (p**2).sum())", False),
        ('"""lr / t, by sqrt."""  # and / again', False),
        ("p -= lr * g / norm", True),
        ("p.addcdiv_(m, v)", True),
        ("m /= 1 - 0.9**t", True),
    ],
)
def test_steps_divide_where_the_code_does_and_not_what_is_said_of_it(
    step: str, divides: bool
) -> None:
    source = f"def step(p, g, m, v, t):\n    {step}\n    return p\n"
    error = StudentUnusable("optimizer.step() gave parameters that are not all finite", None)
    slip = slip_of(error, source, None)
    assert slip is not None and slip.name == "steps not finite"
    assert ("nothing divides" not in slip.says) is divides


def test_a_text_is_read_within_bounds_and_in_silence(recwarn: pytest.WarningsRecorder) -> None:
    error = StudentUnusable("optimizer.step() gave parameters that are not all finite", None)
    for source, is_read in (('x = "\\d"\n', True), ("x = [1]\n" * 9_000, False)):
        slip = slip_of(error, source, None)
        assert slip is not None and ("nothing divides" in slip.says) is is_read
    assert [*recwarn] == []


def test_a_breakpoint_left_in_is_told() -> None:
    assert told("BdbQuit", "") == "breakpoint left in"


@pytest.mark.parametrize(
    ("own", "axis", "name"),
    [
        (permutation.SLIPS, 0, "rows indexed in place of columns"),
        (permutation.SLIPS, 1, "index out of bounds"),
        ((), 0, "index out of bounds"),
    ],
)
def test_an_assignments_own_slips_come_before_what_all_have_in_common(
    own: Sequence[Row], axis: int, name: str
) -> None:
    text = f"index 9 is out of bounds for axis {axis} with size 5"
    doing = "calling permute_pixels"
    assert told("IndexError", text, "return train[order]", doing, own=own) == name


def test_what_all_have_in_common_names_no_function_of_one_assignment() -> None:
    asked = Counter(n for slug in COURSE.every_slug for n in defined_names(COURSE, slug) or ())
    of_one = [name for name, count in asked.items() if count == 1]
    assert "evaluate" in of_one
    for path in (REPOSITORY / "grader" / "grading").rglob("*.py"):
        words = set(re.findall(r"\w+", path.read_text(encoding="utf-8")))
        assert not words & set(of_one), path


def test_parameters_are_pointed_to_only_where_a_network_is_asked_for() -> None:
    def says(name: str, doing: str) -> str:
        raised = replies.Raised(doing, "NameError", f"name '{name}' is not defined", 1, 0, 0)
        slip = slip_of(StudentRaised(raised, name), name, None)
        assert slip is not None
        return slip.says

    assert "`parameters`" in says("net", MADE)
    assert "`parameters`" not in says("net", FORWARD)
    assert "`parameters`" not in says("rate", MADE)


def test_self_is_missed_only_where_the_object_has_the_name() -> None:
    source = "self.W_1 = 1\ny = W_1 + bias"
    slip = slip_of(
        StudentRaised(replies.Raised(FORWARD, "NameError", "name 'W_1' is not defined", 2, 0, 0)),
        source,
        None,
    )
    assert slip is not None
    assert "self.W_1" in slip.says
    assert told("NameError", "name 'bias' is not defined", source) == "name not defined"


def test_a_raise_of_the_stubs_is_left_standing_only_beside_other_code() -> None:
    stub = original_stub(COURSE, "relu")
    assert stub is not None
    before, raised, after = stub.partition("        raise NotImplementedError")
    line = before.count("\n") + 1
    assert told("NotImplementedError", "Write this part", stub, line=line) is None
    written = f"{before}        x = x.relu()\n{raised}{after}"
    assert told("NotImplementedError", "…", written, line=line + 1) == "raise left standing"
    own = written.replace("raise NotImplementedError(", "raise NotImplementedError('mine', ")
    assert told("NotImplementedError", "mine", own, line=line + 1) is None


@pytest.mark.parametrize("bare", ["raise NotImplementedError", "raise NotImplementedError()  # me"])
def test_a_raise_without_a_text_is_left_standing_only_below_what_was_written(bare: str) -> None:
    stub = original_stub(COURSE, "relu")
    assert stub is not None
    begun = re.sub("raise NotImplementedError.*", bare, stub)
    line = begun[: begun.index(bare)].count("\n") + 1
    assert told("NotImplementedError", "", begun, line=line) is None
    written = begun.replace(bare, f"x = x.relu()\n        {bare}")
    assert told("NotImplementedError", "", written, line=line + 1) == "raise left standing"
    own = written.replace("x = x.relu()", "if x.ndim > 2:")
    assert told("NotImplementedError", "", own, line=line + 1) is None


@pytest.mark.parametrize(("text", "end"), [("", ""), ("this part", ": this part")])
def test_what_is_not_written_yet_is_told_by_its_text_if_it_has_one(text: str, end: str) -> None:
    source = "def forward(x):\n    raise NotImplementedError"
    raised = StudentRaised(replies.Raised(FORWARD, "NotImplementedError", text, 2, 0, 0), source)
    assert blame(raised, lambda error: None).message == f"not written yet (line 2){end}"


def test_what_is_returned_is_told_by_what_it_is() -> None:
    def of(problem: str, doing: str = FORWARD) -> str | None:
        slip = slip_of(StudentUnusable(f"{doing}{problem}"), "", None)
        return None if slip is None else slip.name

    assert of(": forward returned None, not a tensor") == "return forgotten"
    assert of(": forward returned a tuple, not a tensor") == "more than the logits returned"
    wrong = " gave logits of dtype float32 and shape {}; expected float32 and (2, 5)"
    assert of(wrong.format("(5, 2)")) == "logits transposed"
    assert of(wrong.format("(5,)")) == "dimension lost"
    assert of(wrong.format("(2, 4)")) == "output of another width"
    assert of(": net, not a torch.nn.Module", "calling Net(8): Net(8) returned a type, no") == (
        "class instead of an instance"
    )


def test_defaults_of_an_optimizer_are_told_from_other_arguments() -> None:
    def of(called: str) -> str | None:
        text = f"{called}.__init__() got an unexpected keyword argument 'lr'"
        return told("TypeError", text, "super().__init__(parameters, lr=lr)", doing=MADE)

    assert of("Optimizer") == "defaults not passed"
    assert of("SGD") == "no such argument"


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("return optimizer.step()", "result of a method that gives none returned"),
        ("optimizer.step()", "return forgotten"),
        ("if lr:\n        return optimizer", "return forgotten"),
        ("return", "return forgotten"),
    ],
)
def test_a_return_is_called_forgotten_only_where_there_is_none(body: str, name: str) -> None:
    source = f"def make_optimizer(parameters, lr):\n    {body}\n"
    none = StudentUnusable(f"{MADE}: make_optimizer(parameters) returned None, not a", None)
    slip = slip_of(none, source, None)
    assert slip is not None and slip.name == name


def test_sizes_are_missed_where_super_is_called_without_them() -> None:
    def of(line: str) -> str | None:
        text = "Net.__init__() missing 2 required positional arguments: 'f' and 'h'"
        raised = replies.Raised("calling Net(8, 5)", "TypeError", text, 1, 0, len(line))
        slip = slip_of(StudentRaised(raised, line), line, None)
        return None if slip is None else slip.name

    assert of("super().__init__()") == "sizes not passed on"
    assert of("self.inner = Net()") is None


@pytest.mark.parametrize(
    ("mode", "kept", "name"),
    [
        ("eval", "running_var", "running variance not positive"),
        ("train", "running_var", "logits not finite"),
        ("eval", "variance", "logits not finite"),
    ],
)
def test_a_running_variance_is_suspected_only_in_eval_mode(mode: str, kept: str, name: str) -> None:
    said = f"the forward pass on (2, 8) inputs in {mode} mode gave logits that are not all finite"
    slip = slip_of(StudentUnusable(said, None), f"self.{kept} = 0.9 * self.{kept}", None)
    assert slip is not None and slip.name == name


def test_a_module_that_asks_for_a_gpu_is_graded_on_the_cpu_with_a_note(launcher: Launcher) -> None:
    source = Source("relu", "relu.py", ON_A_GPU)
    engine = Engine(COURSE, launcher, seed=1)
    graded = engine.grade(Submission("a", {"relu": source}, {}), COURSE.assignment("relu"))
    assert graded.report.status == "passed"
    (note,) = graded.report.notes
    assert '"cuda" is taken for "cpu"' in note


def test_only_devices_are_put_on_the_cpu() -> None:
    text = "# cuda\nname = 'barracuda'\nx = x.to('cuda:0').cuda()\n"
    moved, note = on_cpu(Source("relu", "relu.py", text))
    assert moved.text == "# cuda\nname = 'barracuda'\nx = x.to(\"cpu\").cpu()\n"
    assert note.startswith("line 3: ")
    assert on_cpu(moved) == (moved, "")


def test_much_that_is_printed_is_noted() -> None:
    assert about_output("x\n" * 99) == ""
    assert "100 lines" in about_output("x\n" * 100)


def test_a_note_has_500_characters() -> None:
    def worker(wire: Wire) -> None:
        wire.start()
        wire.answer(replies.Loaded(["Net"], 0, notes=["x" * 500, "x" * 501]))

    engine = Engine(COURSE, FakeLauncher(worker), seed=1)
    submission = Submission("a", {"relu": Source("relu", "relu.py", "")}, {})
    notes = engine.grade(submission, COURSE.assignment("relu")).report.notes
    assert notes[:2] == ["x" * 500, "x" * 499 + "…"]
