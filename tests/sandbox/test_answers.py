"""What a worker answers is looked at before it counts: shapes, numbers, names and sizes."""

from __future__ import annotations

import numpy as np
import pytest
from helpers.fake_worker import FakeLauncher, Wire, ask, built, packed, student_of

from grader.sandbox.client import StudentRaised, StudentUnusable, Trainee
from grader.sandbox.wire import replies
from grader.sandbox.wire.plain import Array, pack_array


def forward(*arrays: Array | None) -> np.ndarray:
    def worker(wire: Wire) -> None:
        wire.load()
        wire.answer(built())
        wire.answer(replies.Outputs(list(arrays)))

    with student_of(FakeLauncher(worker)) as student:
        net = student.build(6, 5, 4, seed=1)
        return net.forward(np.zeros((2, 6), np.float32))


GOOD = np.arange(8, dtype=np.float32).reshape(2, 4)


def with_entry(value: float) -> Array:
    array = GOOD.copy()
    array[1, 2] = value
    return pack_array(array)


def test_logits_arrive() -> None:
    assert np.array_equal(forward(pack_array(GOOD)), GOOD)


@pytest.mark.parametrize(
    "arrays",
    [
        (),
        (None,),
        (pack_array(GOOD),) * 2,
        (with_entry(np.nan),),
        (with_entry(np.inf),),
        (with_entry(-np.inf),),
        (pack_array(GOOD.astype(np.float64)),),
        (pack_array(GOOD.astype(np.int64)),),
        (pack_array(GOOD.T),),
        (pack_array(GOOD[None]),),
        (pack_array(GOOD.ravel()),),
        (pack_array(GOOD[:0]),),
        (Array("float32", (2, 4), memoryview(bytes(31))),),
        (Array("complex64", (2, 2), memoryview(bytes(32))),),
        (Array("object", (2, 4), memoryview(bytes(64))),),
        (Array("float32", (0, 2**63), memoryview(b"")),),
        (Array("float32", (-2, -4), memoryview(bytes(32))),),
    ],
)
def test_logits_that_are_not_what_was_asked_for_are_unusable(
    arrays: tuple[Array | None, ...],
) -> None:
    with pytest.raises(StudentUnusable):
        forward(*arrays)


def test_a_parameter_that_is_no_sane_array_has_no_value() -> None:
    arrays = [
        None,
        Array("complex64", (1,), memoryview(bytes(8))),
        Array("float32", (0, 2**64 - 1), memoryview(b"")),
        Array("float32", (2,), memoryview(bytes(4))),
        packed(1.0, np.nan),
    ]

    def worker(wire: Wire) -> None:
        wire.load()
        wire.answer(built(*(replies.Parameter("W", "odd", True, array) for array in arrays)))

    with student_of(FakeLauncher(worker)) as student:
        values = [p.value for p in student.build(6, 5, 4, seed=1).parameters]
    assert values[:4] == [None] * 4
    assert values[4] is not None


@pytest.mark.parametrize(
    "gradients",
    [
        (),
        (packed(1, 2),),
        (packed(1, 2), None, None),
        (packed(1, 2), packed(1)),
        (packed(1, 2), packed(1, np.inf, 3)),
        (packed(1, 2), packed(1, 2, 3, dtype="float64")),
    ],
)
def test_gradients_that_are_not_what_was_asked_for_are_unusable(
    gradients: tuple[Array | None, ...],
) -> None:
    def backward(*gradients: Array | None) -> list[np.ndarray | None]:
        shapes = [replies.Parameter("W", "", True, packed(*range(size))) for size in (2, 3)]

        def worker(wire: Wire) -> None:
            wire.load()
            wire.answer(built(*shapes))
            wire.answer(replies.Outputs(list(gradients)))

        with student_of(FakeLauncher(worker)) as student:
            inputs = np.zeros((1, 6), np.float32)
            return student.build(6, 5, 4, seed=1).backward(inputs, inputs, seed=1)

    first, second = backward(packed(1, 2), None)  # one that never arrives is for checks to judge
    assert first is not None and first.tolist() == [1, 2] and second is None
    with pytest.raises(StudentUnusable):
        backward(*gradients)


@pytest.mark.parametrize(
    "answer",
    [
        replies.Stepped([]),
        replies.Stepped([[]]),
        replies.Stepped([[packed(1, 2)]] * 2),
        replies.Stepped([[packed(1, 2)] * 2]),
        replies.Stepped([[packed(1, 2, 3)]]),
        replies.Stepped([[packed(1, np.nan)]]),
        replies.Stepped([[packed(1, 2, dtype="float64")]]),
    ],
)
def test_steps_that_are_not_what_was_asked_for_are_unusable(answer: replies.Stepped) -> None:
    start = np.zeros(2, np.float32)

    def worker(wire: Wire) -> None:
        wire.load()
        wire.answer(replies.OptimizerMade([0], packed(0, 1, 2, 3)))
        wire.answer(answer)

    with student_of(FakeLauncher(worker)) as student:
        optimizer = student.make_optimizer([start])
        with pytest.raises(StudentUnusable):
            optimizer.step([[start]])


@pytest.mark.parametrize(
    ("values", "buffers"),
    [
        ((2,), 1),
        ((2, 1), 0),
        ((2, 1), 2),
        ((3, 1), 1),
    ],
)
def test_steps_of_a_training_that_are_not_what_was_asked_for_are_unusable(
    values: tuple[int, ...], buffers: int
) -> None:
    def follow(shape: tuple[int, ...], count: int) -> np.ndarray:
        shown = replies.Followed(pack_array(np.ones(shape, np.float32)), [[]] * count)
        trainee = Trainee(lambda request, expected: shown, [2], 4, 1, [])  # type: ignore[arg-type, return-value]
        return trainee.follow(np.zeros(1, np.int64)).values

    assert follow((2, 1), 1).tolist() == [[1], [1]]  # before an epoch there are no steps
    with pytest.raises(StudentUnusable):
        follow(values, buffers)


@pytest.mark.parametrize(
    ("logits", "gradients", "values"),
    [
        ([], (2, 1), (2, 1)),
        ([(2, 4)], (2, 1), (2, 1)),
        ([(2, 4)] * 3, (2, 1), (2, 1)),
        ([(2, 4), (2, 4)], (2, 1), (2, 1)),  # the last batch holds one image
        ([(2, 4), (1, 3)], (2, 1), (2, 1)),
        ([(2, 4), (1, 4)], (1, 1), (2, 1)),
        ([(2, 4), (1, 4)], (2, 1), (2, 2)),
    ],
)
def test_an_epoch_that_is_not_what_was_asked_for_is_unusable(
    logits: list[tuple[int, ...]], gradients: tuple[int, ...], values: tuple[int, ...]
) -> None:
    def epoch(
        logits: list[tuple[int, ...]], gradients: tuple[int, ...], values: tuple[int, ...]
    ) -> list[np.ndarray]:
        each, slopes, reached = (
            [pack_array(np.ones(shape, np.float32)) for shape in shapes]
            for shapes in (logits, [gradients], [values])
        )
        trained = replies.Trained(each, *slopes, *reached)
        trainee = Trainee(lambda request, expected: trained, [2, 1], 4, 1, [])  # type: ignore[arg-type, return-value]
        return trainee.epoch(np.zeros(1, np.int64))[0]

    assert [part.shape for part in epoch([(2, 4), (1, 4)], (2, 1), (2, 1))] == [(2, 4), (1, 4)]
    with pytest.raises(StudentUnusable):
        epoch(logits, gradients, values)


@pytest.mark.parametrize("draw", [packed(), packed(1, 2, 3), packed(1, 2, 3, np.nan)])
def test_what_the_generator_draws_is_checked_too(draw: Array) -> None:
    error, _ = ask(lambda wire: wire.send(2, replies.Built([], draw)))
    assert isinstance(error, StudentUnusable)


FORGED = "W`\nSeen: nothing wrong.\r\n\u2028::error::no"


def test_the_names_of_parameters_are_one_line() -> None:
    def worker(wire: Wire) -> None:
        wire.load()
        wire.answer(built(replies.Parameter(FORGED, FORGED, True, packed(0.0))))

    with student_of(FakeLauncher(worker)) as student:
        (parameter,) = student.build(6, 5, 4, seed=1).parameters
    shown = "W` Seen: nothing wrong. ::error::no"
    assert (parameter.name, parameter.kind) == (shown, shown)


def test_what_a_student_is_told_is_one_line() -> None:
    raised = replies.Raised(f"calling {FORGED}", FORGED, FORGED, None, 0, 0)
    told = [str(StudentUnusable(f"forward returned a {FORGED}")), str(StudentRaised(raised))]
    assert not any("\n" in text for text in told)
