"""Calls of a student's functions across the boundary, with plain data both ways."""

from __future__ import annotations

import numpy as np
import pytest

from grader.sandbox.answers import Left, called
from grader.sandbox.client import (
    Allowance,
    Student,
    StudentError,
    StudentRaised,
    StudentUnusable,
)
from grader.sandbox.process import Launcher
from grader.sandbox.wire import replies
from grader.sandbox.wire.plain import Data, Node
from grader.sandbox.wire.values import Answers, Logits, Tensor, pack

LIMITS = Allowance(wall_s=60, cpu_s=30, memory_mib=1024, output_kib=64)
ROWS = np.arange(12, dtype=np.float32).reshape(4, 3)


def student_of(launcher: Launcher, source: str) -> Student:
    return Student(launcher, "functions", source, LIMITS)


def two_layers(seed: int = 0) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    shapes: list[tuple[int, ...]] = [(5, 3), (5,), (2, 5), (2,)]
    return [rng.standard_normal(shape, np.float32) for shape in shapes]


def test_plain_arguments_arrive_and_the_result_comes_back(launcher: Launcher) -> None:
    arguments = (1, "two", [3.0, None], {"four": (True,)})
    with student_of(launcher, "def f(*a, **k):\n    return a, k\n") as student:
        value = student.call("f", *arguments, options={"five": 5}).value
    assert value == (arguments, {"five": 5})


def test_tensors_are_tensors_and_arrays_arrays(launcher: Launcher) -> None:
    source = "def f(a, b):\n    return type(a).__name__, type(b).__name__, a * 2, b * 2\n"
    with student_of(launcher, source) as student:
        names_and_values = student.call("f", Tensor(ROWS), ROWS).value
    assert isinstance(names_and_values, tuple)
    first, second, tensor, array = names_and_values
    assert (first, second) == ("Tensor", "ndarray")
    assert np.array_equal(tensor.array, 2 * ROWS)
    assert np.array_equal(array, 2 * ROWS)


def test_a_generator_is_drawn_to_its_end_and_an_endless_one_refused(launcher: Launcher) -> None:
    source = """
def some():
    yield 1
    yield 2
def endless():
    while True:
        yield 1
class Batches:
    def __iter__(self):
        return iter([[1], [2]])
class Numbered:
    def __getitem__(self, number):
        return [[1], [2]][number]
"""
    with student_of(launcher, source) as student:
        assert student.call("some").value == [1, 2]
        assert student.call("Batches").value == [[1], [2]]
        assert student.call("Numbered").value == [[1], [2]]
        with pytest.raises(StudentUnusable, match="more than 256 values"):
            student.call("endless")


def test_what_was_yielded_is_kept_though_its_memory_is_used_again(launcher: Launcher) -> None:
    source = """
import torch
def f():
    buffer = torch.zeros(1)
    for i in range(3):
        buffer.fill_(i)
        yield buffer
"""
    with student_of(launcher, source) as student:
        value = student.call("f").value
    assert isinstance(value, list)
    assert [float(item.array[0]) for item in value] == [0, 1, 2]


def test_gradients_of_tensors_and_of_networks_come_back(launcher: Launcher) -> None:
    source = "def f(net, logits, z):\n    return 2 * logits.sum() + 3 * z.sum()\n"
    layers = two_layers()
    with student_of(launcher, source) as student:
        net = student.give_network(layers)
        cotangent = np.ones((), np.float32)
        call = student.call("f", net, Logits(net, ROWS), Tensor(ROWS), cotangent=cotangent)
    of_net, of_logits, of_z = call.gradients
    assert isinstance(of_net, list)
    assert [gradient.array.shape for gradient in of_net] == [layer.shape for layer in layers]
    assert np.allclose(of_net[3].array, 2 * len(ROWS))  # the output bias is in every row
    assert of_logits is None
    assert isinstance(of_z, Tensor)
    assert np.array_equal(of_z.array, np.full_like(ROWS, 3))


def test_the_arguments_come_back_as_the_call_left_them(launcher: Launcher) -> None:
    with student_of(launcher, "def f(a, b):\n    a[:] = 0\n    return b.mul_(2)\n") as student:
        a, b = student.call("f", ROWS, Tensor(ROWS)).arguments
        again, _ = student.call("f", ROWS, Tensor(ROWS)).arguments
    assert isinstance(a, np.ndarray)
    assert isinstance(b, Tensor)
    assert not a.any() and not np.asarray(again).any()
    assert np.array_equal(b.array, 2 * ROWS)
    assert ROWS.any()


def test_a_given_network_tells_how_it_was_used(launcher: Launcher) -> None:
    source = """
import torch
def f(net, x):
    net.train()
    net(x)
    with torch.no_grad():
        net.eval()
        return net(x[:2])
"""
    layers = two_layers()
    w1, b1, w2, b2 = layers
    with student_of(launcher, source) as student:
        net = student.give_network(layers, dropout=0.5, train=False)
        call = student.call("f", net, Tensor(ROWS))
        again = student.call("f", net, Tensor(ROWS))
    assert call.forwards == again.forwards == [(4, True, True), (2, False, False)]
    assert call.left == [Left(False, True, True, True, True), None]
    assert call.recording
    assert isinstance(call.value, Tensor)
    expected = np.maximum(ROWS[:2] @ w1.T + b1, 0) @ w2.T + b2
    assert np.allclose(call.value.array, expected, atol=1e-4)


def test_answers_are_given_in_turn_and_what_was_asked_is_kept(launcher: Launcher) -> None:
    source = """
def f(ask):
    settings = {}
    answers = []
    for lr in (0.1, 0.2):
        settings["lr"] = lr
        answers.append(ask(settings)["valid"])
    return answers
def greedy(ask):
    while True:
        ask(1)
def stubborn(ask):
    for number in range(9):
        try:
            ask(number)
        except RuntimeError:
            pass
"""
    with student_of(launcher, source) as student:
        call = student.call("f", Answers([{"valid": 0.5}, {"valid": 0.25}]))
        with pytest.raises(StudentRaised, match="more than 2 times"):
            student.call("greedy", Answers([1, 2]))
        caught = student.call("stubborn", Answers([1, 2]))
    assert call.value == [0.5, 0.25]
    assert call.asked == [[{"lr": 0.1}], [{"lr": 0.2}]]
    assert caught.asked == [[0], [1], []]  # the call too many shows


def test_torchs_generator_is_seeded_or_goes_on(launcher: Launcher) -> None:
    source = "import torch\ndef f():\n    return float(torch.rand(()))\n"
    with student_of(launcher, source) as student:
        first, second, again = (student.call("f", seed=seed).value for seed in (1, None, 1))
    assert first == again != second


@pytest.mark.parametrize(
    ("source", "error", "said"),
    [
        ("x = 1", StudentUnusable, "does not define f"),
        ("f = 1", StudentUnusable, "does not define f"),
        ("def f(x):\n    return object()", StudentUnusable, "it returned an object"),
        ("def f(x):\n    return [x] * 300", StudentUnusable, "more than 256 arrays"),
        ("def f(x):\n    return x.half()", StudentUnusable, "not a float16 tensor"),
        ("def f(x):\n    return x.to_sparse()", StudentUnusable, "sparse_coo"),
        ("def f():\n    pass", StudentRaised, "TypeError"),
        ("def f(x):\n    return 1 / 0", StudentRaised, "ZeroDivisionError"),
        ("def f(x):\n    x = []\n    x.append(x)\n    return x", StudentUnusable, "nested more"),
    ],
)
def test_what_a_call_can_do_wrong_is_said_in_a_line(
    launcher: Launcher, source: str, error: type[StudentError], said: str
) -> None:
    with student_of(launcher, source) as student, pytest.raises(error, match=said) as caught:
        student.call("f", Tensor(ROWS))
    assert "\n" not in str(caught.value)
    assert "calling f" in str(caught.value)


def test_a_number_is_what_it_is_whatever_its_class_says(launcher: Launcher) -> None:
    source = """
class Real(float):
    __float__ = __pos__ = lambda self: 1.0
class Whole(int):
    __int__ = __pos__ = __index__ = lambda self: 1
    bit_length = lambda self: 1
class Lie:
    __class__ = bool
def f():
    return Real(0.5), Whole(3)
def large():
    return Whole(10**30)
def lie():
    return Lie()
"""
    with student_of(launcher, source) as student:
        assert student.call("f").value == (0.5, 3)
        with pytest.raises(StudentUnusable, match="an integer of 100 bits"):
            student.call("large")
        with pytest.raises(
            StudentUnusable, match="sending the answer: Encoding objects of type Lie"
        ):
            student.call("lie")
        assert student.call("f").value == (0.5, 3)
        assert "Traceback" not in student.output


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("def f(x):\n    return 1.0", "not a tensor"),
        ("def f(x):\n    return x.detach()", "no gradient flows"),
        ("def f(x):\n    return x.sum()", "not one of shape"),
    ],
)
def test_a_result_without_gradients_is_said_to_be_one(
    launcher: Launcher, source: str, said: str
) -> None:
    with student_of(launcher, source) as student, pytest.raises(StudentUnusable, match=said):
        student.call("f", Tensor(ROWS), cotangent=ROWS)


def test_what_a_call_leaves_behind_is_seen_and_gradients_are_on_in_the_next(
    launcher: Launcher,
) -> None:
    source = """
import torch
def trains(net, x):
    net(x).sum().backward()
    torch.optim.SGD(net.parameters(), lr=0.1).step()
def freezes(net, x):
    net.requires_grad_(False)
    torch.set_grad_enabled(False)
"""
    with student_of(launcher, source) as student:
        net = student.give_network(two_layers(), train=True)
        trained = student.call("trains", net, Tensor(ROWS))
        frozen = student.call("freezes", student.give_network(two_layers()), Tensor(ROWS))
        after = student.call("trains", net, Tensor(ROWS))
    assert trained.left == [Left(True, True, True, False, False), None]
    assert frozen.left == [Left(False, True, False, True, True), None]
    assert (trained.recording, frozen.recording, after.recording) == (True, False, True)
    assert after.forwards == [(4, True, True)]


def answer(**parts: Data) -> replies.Called:
    """What a call with one argument gave."""
    whole = {name: pack([None]) for name in ("arguments", "gradients", "left")}
    whole |= {"value": pack(1), "forwards": pack([]), "asked": pack([])}
    return replies.Called(**(whole | parts), recording=True)


@pytest.mark.parametrize(
    "forged",
    [
        answer(value=Data([Node("list", 5)], [])),
        answer(arguments=pack([])),
        answer(arguments=pack([None, 1])),
        answer(arguments=pack({})),
        answer(gradients=pack(None)),
        answer(gradients=pack([])),
        answer(gradients=pack([None, None])),
        answer(left=pack([])),
        answer(left=pack([None, None])),
        answer(left=pack([True])),
        answer(left=pack([(True,) * 4])),
        answer(left=pack([(True,) * 6])),
        answer(left=pack([[True] * 5])),
        answer(left=pack([(True, True, True, True, 1)])),
        answer(forwards=pack([1])),
        answer(forwards=pack([(1, True)])),
        answer(forwards=pack([(1, True, np.ones(2))])),
        answer(forwards=pack([(np.ones(2), True, True)])),
        answer(asked=pack([{}])),
    ],
)
def test_a_forged_answer_is_the_students_fault(forged: replies.Called) -> None:
    right = answer(left=pack([(True,) * 5]), forwards=pack([(4, True, True)]), asked=pack([[1]]))
    assert called(right, "calling f", 1).left == [Left(True, True, True, True, True)]
    with pytest.raises(StudentUnusable):
        called(forged, "calling f", 1)
