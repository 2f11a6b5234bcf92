"""The messages that the trusted side and a worker exchange: typed, size-limited, never pickled.

A message is a 4-byte big-endian length followed by that many bytes of MessagePack. Each side
decodes into the types below and refuses everything else, so a forged message can at worst be a
wrong answer. Arrays travel as raw bytes with dtype and shape.
"""

from __future__ import annotations

import math
import struct
from typing import Annotated, Literal

import msgspec
import numpy as np

from grader.sandbox.wire.cells import Cells

MAX_MESSAGE_BYTES = 64 << 20
MAX_TEXT = 2000  # characters of one string in a reply
# Entries of one list in a reply: without a bound, 64 MiB of one-byte entries become gigabytes of
# Python objects on the trusted side.
MAX_ITEMS = 256
MAX_DIMENSIONS = 8
# Of one tree of plain data: a forged one must cost the trusted side neither memory nor its stack.
MAX_NODES = 8192
MAX_DEPTH = 8
HEADER = struct.Struct(">I")

# Little-endian on every machine that PyTorch supports; complex, object and half types stay out.
DTYPES = {"float32": np.float32, "float64": np.float64, "int64": np.int64, "uint8": np.uint8}
_NAMES = {np.dtype(kind): name for name, kind in DTYPES.items()}  # dtype.name is slow


class ProtocolError(Exception):
    """The bytes received are not a message of this protocol."""


class Array(msgspec.Struct, frozen=True):
    """A dense array: `data` holds the entries of `shape` in C order."""

    dtype: Annotated[str, msgspec.Meta(max_length=20)]
    shape: Annotated[tuple[int, ...], msgspec.Meta(max_length=MAX_DIMENSIONS)]
    data: memoryview


def pack_array(array: np.ndarray) -> Array:
    """Wrap `array` for sending. Its dtype must be one of DTYPES."""
    array = np.asarray(array, order="C")
    # The flat byte view also works for arrays without entries, which memoryview.cast refuses.
    return Array(_NAMES[array.dtype], array.shape, array.reshape(-1).view(np.uint8).data)


def unpack_array(message: Array) -> np.ndarray:
    """The (read-only) array that `message` describes.

    Raises:
        ProtocolError: if dtype, shape and number of bytes do not fit together.
    """
    dtype = DTYPES.get(message.dtype)
    if dtype is None:
        raise ProtocolError(f"an array of dtype {message.dtype!r}")
    # Sizes are bounded one by one, as beside a 0 any other would fit.
    if any(not 0 <= size <= MAX_MESSAGE_BYTES for size in message.shape):
        raise ProtocolError(f"an array of shape {message.shape}")
    if math.prod(message.shape) * np.dtype(dtype).itemsize != message.data.nbytes:
        raise ProtocolError("an array whose bytes do not fit its shape")
    try:
        return np.frombuffer(message.data, dtype).reshape(message.shape)
    except ValueError as error:  # (0, 2^26, 2^26, ...), which NumPy can't count
        raise ProtocolError(f"an array that NumPy refuses: {error}") from None


# ---------------------------------------------------------------- plain data, in both directions

Text = Annotated[str, msgspec.Meta(max_length=MAX_TEXT)]
Few = msgspec.Meta(max_length=MAX_ITEMS)


class Node(msgspec.Struct, frozen=True, array_like=True):
    """One value of a tree that is written down from its root, each value before what it holds.

    `value` is that of a "plain" one; of a "list" or "tuple" how many values it holds, of a "dict"
    how many pairs of key and value; of an "array" (NumPy's) or a "tensor" its number in `arrays`.
    Three stand for what lives behind the wall, and travel there only: "network", whose value is its
    key; "logits", those of a network for some inputs, whose value is the network's key, followed by
    the inputs; "answers", a function that gives the next of a list's values at each call, followed
    by the list.
    """

    kind: Literal[
        "plain", "list", "tuple", "dict", "array", "tensor", "network", "logits", "answers"
    ]
    value: bool | int | float | Text | None


class Data(msgspec.Struct, frozen=True):
    """Plain data: nested lists, tuples and dicts of numbers, text, None, arrays and tensors."""

    nodes: Annotated[list[Node], msgspec.Meta(max_length=MAX_NODES)]
    arrays: Annotated[list[Array], Few]


# ---------------------------------------------------------------- requests, to the worker


class Load(msgspec.Struct, tag=True):
    """Seed torch, then import `source` as the module `slug`.

    Args:
        cells: where those of a notebook begin, if it is one.
        siblings: what it may import of the student's own: texts and their paths beside the module.
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


class Envelope(msgspec.Struct):
    """A request and the number that its reply must carry."""

    id: int
    body: Request


# ---------------------------------------------------------------- replies, from the worker


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


class Reply(msgspec.Struct):
    """A reply to the request with this id."""

    id: int
    body: Body


_encoder = msgspec.msgpack.Encoder()
decode_request = msgspec.msgpack.Decoder(Envelope).decode
_reply_decoder = msgspec.msgpack.Decoder(Reply)


def encode(message: Envelope | Reply) -> bytearray:
    """`message` with its length in front.

    Raises:
        ProtocolError: if it is larger than MAX_MESSAGE_BYTES.
    """
    buffer = bytearray(HEADER.size)
    _encoder.encode_into(message, buffer, HEADER.size)
    size = len(buffer) - HEADER.size
    if size > MAX_MESSAGE_BYTES:
        raise ProtocolError(f"a message of {size >> 20} MiB; at most {MAX_MESSAGE_BYTES >> 20}")
    HEADER.pack_into(buffer, 0, size)
    return buffer


def decode_reply(payload: bytes | memoryview) -> Reply:
    """The reply in `payload`.

    Raises:
        ProtocolError: if it is not one.
    """
    try:
        return _reply_decoder.decode(payload)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise ProtocolError(str(error)[:200]) from None


def body_size(header: bytes) -> int:
    """The number of bytes that follow `header`.

    Raises:
        ProtocolError: if a message may not be that large.
    """
    size: int
    (size,) = HEADER.unpack(header)
    if size > MAX_MESSAGE_BYTES:
        raise ProtocolError(f"a message of {size} bytes was announced")
    return size
