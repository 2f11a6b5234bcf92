"""What a worker answers: the messages from it, which may be forged; so every field is bounded."""

from __future__ import annotations

from typing import Annotated

import msgspec

from grader.sandbox.wire.plain import Array, Data, Few, Text


class Ready(msgspec.Struct, tag=True):
    """Sent once, before any student code is read: the protections that are on."""

    protections: Annotated[dict[Text, bool], Few]


class Done(msgspec.Struct, tag=True):
    """The request was carried out and has nothing to show."""


class Loaded(msgspec.Struct, tag=True):
    """The module was imported: which callables it defines that were asked for, and torch's seed.

    Where only its definitions were run, `left_out` says which lines were not, and `notes`, a line
    each, what of it may have been meant to count.
    """

    callables: Annotated[list[Text], Few]
    seed: int
    left_out: Text = ""
    notes: Annotated[list[Text], Few] = []


class Parameter(msgspec.Struct):
    """A registered parameter. `value` is None where it is not a dense array of a known dtype."""

    name: Text
    kind: Text
    requires_grad: bool
    value: Array | None


class Built(msgspec.Struct, tag=True):
    """The network's parameters, and what torch's generator draws next."""

    parameters: Annotated[list[Parameter], Few]
    next_draw: Array


class Outputs(msgspec.Struct, tag=True):
    """Arrays, in the order of what was asked."""

    arrays: Annotated[list[Array | None], Few]


class OptimizerMade(msgspec.Struct, tag=True):
    """What `make_optimizer` returned: its parameters as numbers of the given ones, else -1."""

    held: Annotated[list[int], Few]
    next_draw: Array


class Stepped(msgspec.Struct, tag=True):
    """The parameters after each step."""

    values: Annotated[list[Annotated[list[Array], Few]], Few]


class TrainingBegun(msgspec.Struct, tag=True):
    """The parameters before the first step; none if they are not recorded."""

    parameters: Annotated[list[Parameter], Few]


class Trained(msgspec.Struct, tag=True):
    """An epoch of S steps: the logits and, at the coordinates, gradients and the values after."""

    logits: Annotated[list[Array], Few]  # of each step (N, num_output)
    gradients: Array  # (S, K)
    values: Array  # (S, K)


class Followed(msgspec.Struct, tag=True):
    """S steps that are kept. All float32; the buffers are those that hold floats, if not too
    many."""

    # (S + 2, K): before the step before the first (as they began, if there is none), before the
    # first, and after each.
    values: Array
    buffers: Annotated[list[Annotated[list[Array], Few]], Few]  # before the first, and after each


class Revealed(msgspec.Struct, tag=True):
    """All parameters before a step, float32."""

    before: Array  # (P,)


class Measured(msgspec.Struct, tag=True):
    """Logits in eval mode, and what gave them."""

    logits: Array  # (M, num_output)
    values: Array  # (P,): all parameters; () if they are not recorded
    buffers: Annotated[list[Array], Few]


class Called(msgspec.Struct, tag=True):
    """What a call gave and left behind.

    Args:
        value: what it returned; of a generator or another iterator the list of what it yielded.
        arguments: the arrays and tensors among the arguments, after the call; None for the others.
        gradients: for each argument a tensor, a network's list of tensors, or None.
        forwards: for each forward pass of a network that was passed (rows, train mode, whether
            gradients were enabled).
        asked: what "answers" were called with, a list of positional arguments a call.
        left: for each argument that is a network (whether it is left in train mode, with all that
            is in it in the same, with all parameters trainable, with their values as they were,
            without gradients), else None.
        recording: whether gradients are enabled afterwards, as they were before.
    """

    value: Data
    arguments: Data
    gradients: Data
    forwards: Data
    asked: Data
    left: Data
    recording: bool


class Raised(msgspec.Struct, tag=True):
    """The student's code raised. `line` is the last line of their file in the traceback, and
    `start` to `end` are its characters that are meant, from 0; both 0 where that is not known."""

    doing: Text
    error: Text
    message: Text
    line: int | None
    start: int = 0
    end: int = 0


class Unusable(msgspec.Struct, tag=True):
    """The student's code returned something that is not what the contract asks for."""

    doing: Text
    problem: Text
    line: int | None = None


Body = (
    Ready
    | Done
    | Loaded
    | Built
    | Outputs
    | OptimizerMade
    | Stepped
    | TrainingBegun
    | Trained
    | Followed
    | Revealed
    | Measured
    | Called
    | Raised
    | Unusable
)
