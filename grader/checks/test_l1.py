"""Checks for `l1`: the mean cross-entropy plus strength·Σ|p|, as a value and through its gradients.

The sum runs over all parameters, or over those of more than one dimension: biases may be left out
(Tibshirani 1996). The networks are the grader's own, so that both parts are known exactly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
import pytest

from grader.checks.kit.functions import number_in, tensor_in
from grader.checks.kit.probes import (
    close,
    expect,
    normal,
    show_apart,
)
from grader.checks.misconceptions import Mistake
from grader.checks.misconceptions.l1 import (
    BACKWARD,
    CONSTANT_PENALTY,
    LOGITS_CUT_OFF,
    OVERFLOWS,
    recognise_loss,
)
from grader.grading.training import BATCH_SIZE, TRAINING_SIZES, cross_entropy
from grader.sandbox.client import Student
from grader.sandbox.wire.values import GivenNetwork, Logits, Tensor

ONE = np.ones((), np.float32)
LARGE = 80  # logits beyond which exp overflows float32, or underflows, for some
CALL = "compute_loss(net, logits, targets, strength={:g})"


@dataclass(frozen=True)
class Case:
    """A network, a batch, and what is known of them; arrays in float64 where computed."""

    net: GivenNetwork
    layers: list[np.ndarray]  # weight, bias, weight, …
    inputs: np.ndarray  # (N, F)
    targets: np.ndarray  # (N,)
    logits: np.ndarray  # (N, O)
    gradients: list[np.ndarray]  # of the cross-entropy, for each of `layers`

    @property
    def cross_entropy(self) -> float:
        return cross_entropy(self.logits, self.targets)

    @property
    def penalties(self) -> dict[str, float]:
        """Σ|p| by which parameters it runs over."""
        return {
            "all parameters": sum(float(np.abs(p, dtype=float).sum()) for p in self.layers),
            "weights": sum(float(np.abs(p, dtype=float).sum()) for p in self.layers if p.ndim > 1),
        }

    def named_loss(self, seen: float, strength: float) -> Mistake | None:
        """What else this loss is, in the cross-entropy or in the penalty."""
        right = self.cross_entropy, [strength * p for p in self.penalties.values()]
        return recognise_loss(seen, self.layers, self.logits, self.targets, strength, right)

    def named_gradient(
        self, gradients: list[object], value: object, strength: float
    ) -> Mistake | None:
        """Which part of the loss has no gradient, or what the loss is where both have one."""
        loss = number_in(value, "compute_loss")
        named = self.named_loss(loss, strength)
        if named is not None:
            return named
        seen = [g.array if isinstance(g, Tensor) else None for g in gradients]
        penalty = [strength * np.sign(layer) for layer in self.layers]
        for mistake, wanted in ((CONSTANT_PENALTY, self.gradients), (LOGITS_CUT_OFF, penalty)):
            # Biases may be left out of the penalty, and so have no gradient.
            if all(close(s, w) for s, w in zip(seen, wanted, strict=True) if s is not None):
                return mistake
        halves = [s / 2 for s in seen if s is not None]
        both = [g + p for g, p in zip(self.gradients, penalty, strict=True)]
        if len(halves) == len(both) and all(
            close(half, w) or close(half, g)
            for half, w, g in zip(halves, both, self.gradients, strict=True)
        ):
            return BACKWARD  # what it left is added to
        return None


def draw_case(
    student: Student,
    rng: np.random.Generator,
    num_layers: int,
    scale: float = 1.0,
    *,
    wide: bool = False,
    blank: bool = False,
    least: bool = False,
) -> Case:
    """A random network and batch; `scale` multiplies the weights of the last layer.

    A `wide` one has layers of some thousand weights, of which one is large and a tenth is tiny, and
    outputs and a batch as in training. The inputs of a `blank` one are 0. The `least` has one row
    and two outputs.
    """
    sizes = [int(size) for size in rng.integers(*(30, 50) if wide else (3, 9), num_layers + 1)]
    if wide:
        sizes[-1] = TRAINING_SIZES[-1]
    if least:
        sizes[-1] = 2
    layers = []
    for number, (fan_in, fan_out) in enumerate(pairwise(sizes), start=1):
        size = scale if number == num_layers else 1.0
        if wide:
            size /= math.sqrt(fan_in)
        layers += [normal(rng, fan_out, fan_in, scale=size), normal(rng, fan_out, scale=size)]
    if wide:
        for weight in layers[::2]:
            weight[rng.random(weight.shape) < 0.1] *= 1e-4
        layers[0][0, 0] = 30.0
    rows = BATCH_SIZE if wide else 1 if least else int(rng.integers(5, 12))
    inputs = normal(rng, rows, sizes[0], scale=0.0 if blank else 1.0)
    targets = rng.integers(0, sizes[-1], len(inputs))
    logits, gradients = differentiate(layers, inputs, targets)
    net = student.give_network(layers)
    return Case(net, layers, inputs, targets, logits, gradients)


def differentiate(
    layers: list[np.ndarray], inputs: np.ndarray, targets: np.ndarray
) -> tuple[np.ndarray, list[np.ndarray]]:
    """The logits, and the gradient of their mean cross-entropy for each of `layers`, in float64."""
    activations = [inputs.astype(float)]
    for weight, bias in zip(layers[::2], layers[1::2], strict=True):
        activations.append(activations[-1] @ weight.T.astype(float) + bias)  # (N, H)
        if len(activations) <= len(layers) // 2:
            activations[-1] = np.maximum(activations[-1], 0)
    logits = activations[-1]
    softmax = np.exp(logits - logits.max(axis=1, keepdims=True))
    softmax /= softmax.sum(axis=1, keepdims=True)
    # d mean(-log softmax[target]) / d logits = (softmax - one-hot) / N
    delta = (softmax - np.eye(logits.shape[1])[targets]) / len(inputs)  # (N, O)
    gradients: list[np.ndarray] = []
    for number in range(len(layers) // 2 - 1, -1, -1):
        gradients = [delta.T @ activations[number], delta.sum(axis=0), *gradients]
        delta = (delta @ layers[2 * number]) * (activations[number] > 0)
    return logits, gradients


def compute(student: Student, case: Case, strength: float) -> float:
    arguments = (case.net, Logits(case.net, case.inputs), Tensor(case.targets), strength)
    call = CALL.format(strength)
    value = student.call("compute_loss", *arguments).value
    if isinstance(value, Tensor) and value.array.size == 1:
        expect(
            np.isfinite(value.array).all(),
            f"{call} to give a number for logits up to {np.abs(case.logits).max():.3g}",
            "NaN or infinity",
            known=lambda: OVERFLOWS if np.abs(case.logits).max() > LARGE else None,
        )
    return number_in(Tensor(tensor_in(value, (), call)), call)


def expect_loss(
    case: Case, seen: float, wanted: list[float], strength: float, look: str = ""
) -> None:
    tolerance = [2e-5 * abs(loss) + 1e-6 for loss in wanted]
    expect(
        any(abs(seen - loss) <= room for loss, room in zip(wanted, tolerance, strict=True)),
        f"{CALL.format(strength)} to be {' or '.join(f'{loss:.6g}' for loss in wanted)}",
        f"{seen:.6g}",
        look,
        known=partial(case.named_loss, seen, strength),
    )


@pytest.mark.points(1)
@pytest.mark.gate
@pytest.mark.hint(
    "Return one float32 number as a tensor of shape (): the loop calls backward() on it."
)
def test_builds(student: Student, rng: np.random.Generator) -> None:
    """The function compute_loss is there and returns one number as a tensor"""
    compute(student, draw_case(student, rng, 2), 0.01)


@pytest.mark.points(2)
@pytest.mark.hint("With strength 0 only the mean cross-entropy of the logits is left.")
def test_cross_entropy(student: Student, rng: np.random.Generator) -> None:
    """With strength 0 the loss is the mean cross-entropy, for logits of any size"""
    for scale, least in ((1.0, False), (1.0, False), (1e3, False), (1.0, True)):
        case = draw_case(student, rng, 2, scale, least=least)
        expect_loss(case, compute(student, case, 0.0), [case.cross_entropy], 0.0)


@pytest.mark.points(3)
@pytest.mark.hint(
    "Sum the absolute values of all weights, in every layer, and multiply by strength."
)
def test_penalty(student: Student, rng: np.random.Generator) -> None:
    """The penalty is strength·Σ|p|, over all parameters or over all but the biases"""
    possible = {"all parameters", "weights"}
    for strength, num_layers, wide in (
        (float(rng.uniform(2, 5)), 1, False),
        (float(rng.uniform(0.05, 0.1)), 2, True),
        (3e-3, 5, False),
    ):
        case = draw_case(student, rng, num_layers, wide=wide)
        seen = compute(student, case, strength)
        wanted = {
            name: case.cross_entropy + strength * penalty
            for name, penalty in case.penalties.items()
            if name in possible
        }
        expect_loss(
            case,
            seen,
            list(wanted.values()),
            strength,
            f"The cross-entropy is {case.cross_entropy:.6g} of it, and the penalty the rest: the "
            "absolute values of all entries, added up and multiplied by strength.",
        )
        possible = {name for name, loss in wanted.items() if abs(seen - loss) <= 2e-5 * loss + 1e-6}


@pytest.mark.points(3)
@pytest.mark.hint(
    "item(), detach(), .data and torch.no_grad() cut the graph: what they touch is a constant."
)
def test_gradients(student: Student, rng: np.random.Generator) -> None:
    """Its gradients are the cross-entropy's plus strength·sign(p)"""
    # As small a strength as is usual shows where the first weight has no other gradient.
    small = float(10 ** rng.uniform(-8, -7.3))
    for strength, wide, blank in (
        (0.0, False, False),
        (0.1, True, False),
        (small, False, True),
    ):
        case = draw_case(student, rng, 3, wide=wide, blank=blank)
        logits = Logits(case.net, case.inputs)
        called = student.call(
            "compute_loss", case.net, logits, Tensor(case.targets), strength, cotangent=ONE
        )
        gradients = called.gradients[0]
        shapes = [layer.shape for layer in case.layers]
        call = f"the backward pass of {CALL.format(strength)}"
        expect(isinstance(gradients, list), f"{call} to reach the parameters", "it does not")
        assert isinstance(gradients, list)
        expect(
            len(gradients) == len(shapes),
            f"the network to have {len(shapes)} parameters after {call}, as before",
            f"it has {len(gradients)}",
        )
        for number, (gradient, shape) in enumerate(zip(gradients, shapes, strict=True)):
            name = f"{'Wb'[number % 2]}_{number // 2 + 1}"
            seen = tensor_in(gradient, shape, f"{call}, for {name},")
            wanted = case.gradients[number] + strength * np.sign(case.layers[number])
            expected, given = show_apart(wanted, seen)
            expect(
                close(seen, wanted) or (number % 2 and close(seen, case.gradients[number])),
                f"{call} to give {name} the gradient {expected}",
                given,
                known=partial(case.named_gradient, gradients, called.value, strength),
            )


@pytest.mark.points(1)
@pytest.mark.hint("The training loop calls backward() and step(); the loss is only to be computed.")
def test_leaves_all_as_it_was(student: Student, rng: np.random.Generator) -> None:
    """Network, mode, logits and targets are left as they were"""
    for train in (False, True):
        case = draw_case(student, rng, 2)
        net = student.give_network(case.layers, train=train)
        arguments = (net, Logits(net, case.inputs), Tensor(case.targets), 0.5)
        first, second = (student.call("compute_loss", *arguments) for _ in range(2))
        logits, targets, left = first.arguments[1], first.arguments[2], first.left[0]
        assert left is not None, "a network was passed"
        expect(
            isinstance(logits, Tensor)
            and logits.array.shape == case.logits.shape
            and close(logits.array, case.logits),
            "the logits to be as they were",
            "they hold other values after the call",
        )
        expect(
            isinstance(targets, Tensor) and np.array_equal(targets.array, case.targets),
            "the targets to be as they were",
            "they hold other values after the call",
        )
        expect(
            left.training is train and left.as_a_whole,
            f"the network to stay in {'train' if train else 'eval'} mode",
            "it is in the other one after the call",
        )
        expect(
            left.without_gradients,
            "the parameters to have no gradients yet",
            "they have some after the call",
            known=lambda: BACKWARD,
        )
        losses = [number_in(called.value, "compute_loss") for called in (first, second)]
        expect(
            losses[0] == losses[1],
            "a second call to give the same loss",
            f"{losses[0]:.6g} and then {losses[1]:.6g}",
            "Something in the network was changed by the first.",
        )
