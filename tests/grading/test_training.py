"""What a run shows to student code and what it concludes: weights of elsewhere are of no use."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import msgspec
import numpy as np
import pytest

from grader.course.digits import Digits
from grader.course.manifest import load_course
from grader.errors import GraderError
from grader.grading.engine import DRAW, new_draw
from grader.grading.training import SGD, accuracy, cross_entropy
from grader.grading.training.drawing import draw_neighbours, draw_steps, draw_units, entries_of
from grader.grading.training.measures import summarise
from grader.grading.training.run import followed_steps, run_own, run_training
from grader.grading.verdicts import run as check_run
from grader.report.model import Training
from grader.sandbox.client import Parameter
from grader.sandbox.trainee import Followed

COURSE = load_course()
RNG = np.random.default_rng(7)
DIGITS = Digits(
    RNG.integers(0, 256, (1500, 784), np.uint8), RNG.integers(0, 10, 1500).astype(np.int64)
)
UNSEEN = Digits(
    RNG.integers(0, 256, (500, 784), np.uint8), RNG.integers(0, 10, 500).astype(np.int64)
)
Net = Callable[[np.ndarray], np.ndarray]


class Recording:
    """A student and a trainee at once: keeps what it is shown, and answers by a fixed network."""

    def __init__(self, net: Net) -> None:
        self.net = net
        self.images = self.labels = self.measured = np.empty(0)
        self.parameters = [Parameter("W", "a tensor", True, np.zeros((2, 2), np.float32))]
        self.asked: dict[str, Any] = {}
        self.batches: list[int] = []

    def train(self, sizes: object, images: np.ndarray, labels: np.ndarray, **asked: Any) -> Any:
        self.images, self.labels, self.asked = images, labels, asked
        return self

    def epoch(self, coordinates: np.ndarray) -> tuple[list[np.ndarray], np.ndarray, np.ndarray]:
        rows = self.asked["batch_size"]
        batches = np.split(self.images, range(rows, len(self.images), rows))
        self.batches += [len(batch) for batch in batches]
        nothing = np.zeros((len(batches), len(coordinates)), np.float32)
        return [self.net(batch) for batch in batches], nothing, nothing

    def follow(self, coordinates: np.ndarray) -> Followed:
        return Followed(np.zeros((12, len(coordinates)), np.float32), [[]] * 11)

    def reveal(self, step: int) -> np.ndarray:
        return np.zeros(4, np.float32)

    def measure(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
        self.measured = images
        return self.net(images), np.zeros(4, np.float32), []


def knowing(digits: Digits) -> Net:
    """A network that was trained elsewhere: it knows every one of these images."""
    known = {image.tobytes(): label for image, label in zip(*digits, strict=True)}

    def net(images: np.ndarray) -> np.ndarray:
        labels = [known.get(image.tobytes(), 0) for image in images]
        return np.eye(10, dtype=np.float32)[labels] * 10

    return net


def run(student: Recording, seed: int = 1) -> Any:
    rng, judged = np.random.default_rng(seed), np.random.default_rng(9)
    return run_training(student, COURSE.assignment("relu"), DIGITS, rng, judged)  # type: ignore[arg-type]


def test_pixels_come_in_an_order_that_nobody_can_have_trained_for() -> None:
    student = Recording(knowing(DIGITS))
    summary = run(student).summary
    assert summary.valid_accuracy < 0.2 and summary.train_accuracy < 0.2
    assert max(summary.accuracy) < 0.2


def test_the_order_of_the_pixels_is_one_for_all_images_and_another_each_time() -> None:
    students = [Recording(knowing(DIGITS)) for _ in range(2)]
    for seed, student in enumerate(students):
        run(student, seed)
        shown = np.concatenate([student.images, student.measured])
        # Columns are told apart by their sums over all images, and rows stay as they are.
        order = np.argsort(shown.sum(axis=0, dtype=np.int64), kind="stable")
        given = np.argsort(DIGITS.images.sum(axis=0, dtype=np.int64), kind="stable")
        assert np.array_equal(
            np.sort(shown.sum(axis=0, dtype=np.int64)),
            np.sort(DIGITS.images.sum(axis=0, dtype=np.int64)),
        )
        assert not np.array_equal(order, given)
        assert np.array_equal(shown.sum(axis=1), DIGITS.images.sum(axis=1))
        assert np.array_equal(student.labels, DIGITS.labels[:1000])
    assert not np.array_equal(students[0].images, students[1].images)


def test_the_first_thousand_are_trained_on_and_the_others_measured() -> None:
    student = Recording(knowing(DIGITS))
    run(student)
    assert (student.images.shape, student.measured.shape) == ((1000, 784), (500, 784))
    assert student.asked["students"] == "network" and student.asked["kept"] == 1
    assert (student.asked["lr"], student.asked["momentum"]) == (0.01, 0.9)
    assert student.asked["batch_size"] == 100
    epochs = COURSE.assignment("relu").epochs
    assert student.batches == [100] * 10 * epochs


def test_the_capstones_classes_are_numbered_anew() -> None:
    """Its pixels keep their places; what it was trained on elsewhere means nothing all the same."""
    assignment = COURSE.assignment("capstone")
    student = Recording(knowing(UNSEEN))
    own = run_own(student, assignment, DIGITS, UNSEEN, np.random.default_rng(3))  # type: ignore[arg-type]
    assert np.array_equal(student.measured, UNSEEN.images)
    assert np.array_equal(student.images, DIGITS.images[:1000])
    assert own.summary.valid_accuracy < 0.35
    # One number for each class, all of them used, and another one each time.
    pairs = set(zip(DIGITS.labels[:1000].tolist(), student.labels.tolist(), strict=True))
    assert len(pairs) == 10 and {new for _, new in pairs} == set(range(10))
    assert any(old != new for old, new in pairs)
    again = Recording(knowing(UNSEEN))
    run_own(again, assignment, DIGITS, UNSEEN, np.random.default_rng(4))  # type: ignore[arg-type]
    assert not np.array_equal(student.labels, again.labels)
    assert student.asked["students"] == "both" and own.bands == assignment.bands


def test_a_capstone_that_learns_the_numbers_it_is_given_is_measured_by_them() -> None:
    student = Recording(lambda images: np.zeros((len(images), 10), np.float32))
    true = {image.tobytes(): label for image, label in zip(*UNSEEN, strict=True)}

    def net(images: np.ndarray) -> np.ndarray:
        number_of = dict(zip(DIGITS.labels[:1000].tolist(), student.labels.tolist(), strict=True))
        labels = [number_of[int(true.get(image.tobytes(), 0))] for image in images]
        return np.eye(10, dtype=np.float32)[labels]

    student.net = net
    own = run_own(
        student,  # type: ignore[arg-type]
        COURSE.assignment("capstone"),
        DIGITS,
        UNSEEN,
        np.random.default_rng(5),
    )
    assert own.summary.valid_accuracy == 1.0


# ---------------------------------------------------------------- figures


def test_the_largest_logits_that_can_be_sent_have_a_loss() -> None:
    """Of float32; in float32 their difference is infinite, and no report could be stored."""
    logits = np.array([[3e38, -3e38], [-3e38, 3e38]], np.float32)
    assert cross_entropy(logits, np.array([0, 1])) == 0.0
    assert cross_entropy(logits, np.array([1, 0])) == pytest.approx(6e38, rel=1e-6)
    with np.errstate(all="raise", under="ignore"):
        cross_entropy(logits, np.array([1, 0]))


def test_cross_entropy_is_the_mean_of_minus_log_softmax() -> None:
    assert cross_entropy(np.zeros((3, 10), np.float32), np.array([1, 2, 3])) == pytest.approx(
        np.log(10)
    )
    logits = np.array([[0.0, np.log(3)], [np.log(4), 0.0]], np.float32)
    expected = -(np.log(3 / 4) + np.log(1 / 5)) / 2
    assert cross_entropy(logits, np.array([1, 1])) == pytest.approx(expected, rel=1e-6)


def test_accuracy_is_the_share_of_rows_whose_largest_logit_is_the_labels() -> None:
    logits = np.array([[1, 2], [2, 1], [1, 2], [1, 2]], np.float32)
    assert accuracy(logits, np.array([1, 0, 0, 1])) == 0.75


def test_a_summary_tells_each_epoch_and_the_last() -> None:
    assignment = msgspec.structs.replace(COURSE.assignment("relu"), epochs=3)
    right, wrong = np.array([[9, 0]], np.float32), np.array([[0, 9]], np.float32)
    told = summarise(
        [wrong, wrong, right, right, right, wrong],
        np.concatenate([right, right, wrong]),
        np.array([0, 0]),
        np.array([0, 0, 0]),
        assignment,
    )
    assert told.accuracy == [0.0, 1.0, 0.5] and told.train_accuracy == 0.5
    assert told.valid_accuracy == pytest.approx(2 / 3)
    assert told.loss[0] > told.loss[2] > told.loss[1] and told.threshold == assignment.threshold


@pytest.mark.parametrize(
    ("epochs", "kept", "each"), [(5, 1, 1), (10, 1, 1), (5, 5, 3), (2, 1, 2), (1, 1, 3)]
)
def test_the_first_step_is_revealed_and_others_as_often_in_each_part(
    epochs: int, kept: int, each: int
) -> None:
    drawn = [draw_steps(np.random.default_rng(seed), epochs, kept, 10) for seed in range(200)]
    for steps in drawn:
        parts = [step // (10 * kept) for step in sorted(steps - {0})]
        assert 0 in steps and parts == list(np.repeat(np.arange(epochs // kept), each))
    assert len({step for steps in drawn for step in steps}) == 10 * epochs


def test_units_are_followed_with_all_of_their_entries_whichever_way_they_lie() -> None:
    shapes = [(512, 784), (512,), (512, 10), (10,)]
    parameters = [Parameter("p", "a tensor", True, np.zeros(shape, np.float32)) for shape in shapes]
    rng = np.random.default_rng(0)
    met_again = draw_neighbours(rng, 512)
    assert (np.diff(met_again) % 512 == 1).all() and len(met_again) == 4
    for _ in range(3):
        drawn = draw_units(rng, 512, 6, met_again)
        assert len(set(drawn)) == 6 and set(met_again) < set(drawn)
        coordinates = entries_of(drawn, parameters)
        parts = []
        for shape in shapes:
            size = int(np.prod(shape))
            part, coordinates = coordinates[coordinates < size], coordinates[coordinates >= size]
            coordinates = coordinates - size
            parts.append(np.unravel_index(part, shape))
        assert np.array_equal(parts[1][0], drawn)
        for (rows, *_), each in zip(parts[:3], (784, 1, 10), strict=True):
            assert np.array_equal(np.unique(rows), drawn) and len(rows) == 6 * each
        assert np.array_equal(parts[3][0], np.arange(10))


def test_a_students_optimizer_is_followed_from_the_first_step_to_the_last() -> None:
    student = Recording(knowing(DIGITS))
    assignment = COURSE.assignment("momentum")
    shown: list[np.ndarray] = []

    def follow(coordinates: np.ndarray) -> Followed:
        assert len(student.batches) == 10 * assignment.epochs  # nobody knew of these before
        shown.append(coordinates)
        steps = len(student.batches)
        return Followed(np.zeros((steps + 2, len(coordinates)), np.float32), [[]] * (steps + 1))

    student.follow = follow  # type: ignore[method-assign]
    rngs = np.random.default_rng(1), np.random.default_rng(2)
    ran = run_training(student, assignment, DIGITS, *rngs, student_optimizer=True, units=True)  # type: ignore[arg-type]
    assert student.asked["kept"] == assignment.epochs and len(shown) == 1
    assert [step.number for step in ran.steps] == list(range(10 * assignment.epochs))
    assert all(each.wide is None for each in ran.revealed)


def test_many_units_are_looked_at_in_one_step_besides_the_first() -> None:
    looked_at = set()
    for draw in range(12):
        student = Recording(knowing(DIGITS))
        rngs = np.random.default_rng(1), np.random.default_rng(draw)
        ran = run_training(student, COURSE.assignment("relu"), DIGITS, *rngs, units=True)  # type: ignore[arg-type]
        (wide,) = [each for each in ran.revealed if each.wide is not None]
        assert wide.step.number > 0 and wide.wide is not None
        assert len(set(wide.wide.units)) == 96
        looked_at.add(wide.step.number)
    assert len(looked_at) > 6


def test_what_is_judged_does_not_change_what_is_trained() -> None:
    rngs = [np.random.default_rng(1) for _ in range(2)]
    students = [Recording(knowing(DIGITS)) for _ in rngs]
    runs = [
        run_training(student, COURSE.assignment("relu"), DIGITS, rng, np.random.default_rng(number))  # type: ignore[arg-type]
        for number, (student, rng) in enumerate(zip(students, rngs, strict=True))
    ]
    assert np.array_equal(students[0].images, students[1].images)
    assert students[0].asked["seed"] == students[1].asked["seed"]
    revealed = [[each.step.number for each in run.revealed] for run in runs]
    assert revealed[0] != revealed[1]
    assert not np.array_equal(runs[0].revealed[0].rows, runs[1].revealed[0].rows)


def test_a_second_training_is_judged_by_what_the_first_has_not_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn: list[int] = []
    summary = Training(0.5, 0.5, [1.0], 0.5)

    def noted(*arguments: Any, **_: object) -> Any:
        *_others, judged = arguments
        drawn.append(int(judged.integers(2**31)))
        return SimpleNamespace(summary=summary)

    monkeypatch.setattr(check_run, "run_training", noted)
    for _ in range(2):
        run = check_run.CheckRun(
            COURSE.assignment("relu"),
            *[None, lambda: DIGITS, lambda: DIGITS, 1, 2015, None],  # type: ignore[arg-type]
        )
        for _ in range(2):
            run.train(np.random.default_rng(1))
        assert run.training is not None and run.training.draw == 2015
    first, second, *again = drawn
    assert first != second and again == [first, second]


def test_what_sgd_did_shows_the_gradients() -> None:
    import torch  # by which all collecting would wait

    torch.manual_seed(0)
    parameter = torch.nn.Parameter(torch.randn(50))
    optimizer = torch.optim.SGD([parameter], **SGD)
    way, gradients = [parameter.detach().clone()] * 2, []
    for _ in range(20):
        parameter.grad = torch.randn(50) * 0.01
        gradients.append(parameter.grad.numpy())
        optimizer.step()
        way.append(parameter.detach().clone())
    batch = np.zeros((1, 1)), np.zeros(1)
    for first in (0, 10):  # an epoch begins as the one before it ended
        shown = Followed(torch.stack(way[first : first + 12]).numpy(), [[]] * 11)
        steps = followed_steps(first, [batch] * 10, [batch[0]] * 10, np.arange(50), shown)
        for step in steps:
            off = np.abs(step.gradients - gradients[step.number])
            assert (off <= step.gradient_error).all() and step.gradient_error.max() < 1e-3
            assert np.array_equal(step.values, way[step.number + 1].numpy())


def test_what_is_judged_is_another_in_each_run_unless_it_is_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(DRAW)
    draws = {new_draw() for _ in range(100)}
    assert len(draws) == 100 and max(draws) < 2**53  # JavaScript's numbers are exact up to there
    monkeypatch.setenv(DRAW, "2015")
    assert new_draw() == 2015
    for wrong in ("", "-1", "1.5", "x", "²", "9" * 20):
        monkeypatch.setenv(DRAW, wrong)
        with pytest.raises(GraderError, match="a report's `draw` is a whole number"):
            new_draw()
