"""What a worker is asked: the messages to it."""

from __future__ import annotations

from typing import Literal

import msgspec

from grader.sandbox.wire.cells import Cells
from grader.sandbox.wire.plain import Array, Data


class Load(msgspec.Struct, tag=True):
    """Seed torch, then import `source` as the module `slug`.

    Args:
        cells: where those of a notebook begin, if it is one.
        siblings: what it may import of the student's own: texts and their paths beside the module.
            In a notebook's a line above each cell says which it is: "# %% cell 3".
        names: what the assignment asks it to define.
        only_definitions: run of it, and of its siblings, only what defines something.
    """

    slug: str
    source: str
    seed: int
    cells: Cells = ()
    siblings: tuple[tuple[str, str], ...] = ()
    names: tuple[str, ...] = ()
    only_definitions: bool = False


class Build(msgspec.Struct, tag=True):
    """Seed torch, call `Net(*sizes, **options)`, run one forward pass in eval mode.

    Without a seed torch's generator goes on from where it was.
    """

    key: str
    seed: int | None
    sizes: tuple[int, ...]
    options: dict[str, float]


class Forward(msgspec.Struct, tag=True):
    """Forward each of `batches` through network `key`; `gradients` says whether autograd records.

    For each of `values` do so after it has been copied into the parameters, in the order of
    `parameters()`; if there is none, once, with the parameters as they are.
    """

    key: str
    values: list[list[Array]]
    batches: list[Array]
    train: bool
    gradients: bool
    seed: int | None = None


class Backward(msgspec.Struct, tag=True):
    """Gradients of sum(cotangent * net(inputs)) with respect to every parameter, in train mode.

    `values` as for Forward.
    """

    key: str
    values: list[Array] | None
    inputs: Array
    cotangent: Array
    seed: int


class CopyState(msgspec.Struct, tag=True):
    """Load the `state_dict()` of network `source` into network `target`."""

    source: str
    target: str


class MakeOptimizer(msgspec.Struct, tag=True):
    """Call `make_optimizer` on fresh parameters with these values."""

    key: str
    seed: int
    values: list[Array]
    options: dict[str, float]
    as_generator: bool


class Step(msgspec.Struct, tag=True):
    """For each entry of `gradients`: zero_grad, set every `p.grad` (None: no gradient), step."""

    key: str
    gradients: list[list[Array | None]]


class Train(msgspec.Struct, tag=True):
    """Make a network and an optimizer, and keep the images to train on; then TrainEpoch goes on.

    `students` says what is the student's: the "network", with SGD (lr, momentum); the "optimizer",
    with its defaults, for the baseline's `Net`; or "both".
    """

    seed: int
    sizes: tuple[int, ...]
    images: Array  # (N, num_features), uint8; the network sees them divided by 255
    labels: Array  # (N,), int64
    batch_size: int
    students: Literal["network", "optimizer", "both"]
    kept: int  # epochs whose parameters are kept, for the requests that follow to show; 0 for none
    lr: float
    momentum: float


class TrainEpoch(msgspec.Struct, tag=True):
    """The seed's loop over all batches, in order: zero_grad, cross-entropy, backward, step.

    `coordinates`, int64, count through all parameters, one after the other, entry by entry.
    """

    coordinates: Array


class Follow(msgspec.Struct, tag=True):
    """Show what the steps that are kept did at some coordinates: they are over, so nobody can
    prepare for these."""

    coordinates: Array  # int64, as for TrainEpoch


class Reveal(msgspec.Struct, tag=True):
    """Show all parameters (P,) before a step of those that are kept.

    Before the first one's -1 is what was before the step that came before, after the last one's
    what it left.
    """

    step: int


class Measure(msgspec.Struct, tag=True):
    """Forward images (M, num_features), uint8, through the network in training, in eval mode.

    Their labels never come here.
    """

    images: Array


class Give(msgspec.Struct, tag=True):
    """Make a network of the grader's own, to be passed to the student's functions.

    Linear layers with these weights and biases, in turn, and ReLU between them. In train mode it
    drops hidden activations with probability `dropout`.
    """

    key: str
    values: list[Array]  # weight (fan_out, fan_in), bias (fan_out,), weight, …
    dropout: float
    train: bool  # the mode that it is in


class Call(msgspec.Struct, tag=True):
    """Call the module's `function`.

    Args:
        arguments: a list, passed by position.
        options: a dict, passed by keyword.
        seed: of torch's generator; None lets it go on.
        cotangent: not None: also the gradients of sum(cotangent * result) with respect to each
            argument that is a tensor, and to each parameter of each that is a network.
    """

    function: str
    arguments: Data
    options: Data
    seed: int | None
    cotangent: Array | None


class Anew(msgspec.Struct, tag=True):
    """Forget the module, and say again that it is ready: another one follows.

    Asked only where workers can't be forked, of those whose module leaves no trace.
    """


Request = (
    Anew
    | Load
    | Build
    | Forward
    | Backward
    | CopyState
    | MakeOptimizer
    | Step
    | Train
    | TrainEpoch
    | Follow
    | Reveal
    | Measure
    | Give
    | Call
)
