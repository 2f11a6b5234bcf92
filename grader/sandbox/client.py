"""The trusted side's handle on a student's module: what a check may ask, and what it gets.

Every call has the assignment's absolute deadline (conversation.py). What comes back is validated
for dtype, exact shape and finiteness (answers.py), so that checks only ever compare sane arrays.
Failures are typed by whose fault they are (blame.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Literal

import numpy as np

from grader.sandbox.answers import Called, Left, Parameter, called, draw_of, parameters_of
from grader.sandbox.blame import (
    StudentCrashed,
    StudentError,
    StudentRaised,
    StudentTimedOut,
    StudentUnusable,
)
from grader.sandbox.channel import Allowance
from grader.sandbox.conversation import IMPORT_SEED, Conversation
from grader.sandbox.handles import Network, Optimizer
from grader.sandbox.process import Launcher, SandboxError
from grader.sandbox.spawner import Spawner
from grader.sandbox.trainee import Trainee
from grader.sandbox.wire import replies, requests
from grader.sandbox.wire.cells import Cells
from grader.sandbox.wire.plain import pack_array
from grader.sandbox.wire.values import GivenNetwork, pack

ENTRY_POINTS = ("Net", "make_optimizer")

# What checks and the rooms above import from here; some of it lives beside.
__all__ = [
    "Allowance",
    "Called",
    "Left",
    "Network",
    "Optimizer",
    "Parameter",
    "Student",
    "StudentCrashed",
    "StudentError",
    "StudentRaised",
    "StudentTimedOut",
    "StudentUnusable",
    "Trainee",
    "confinement",
]


class Student:
    """One student's module behind the wall, with a fresh worker after any crash.

    Nothing is started before the first call. Use as a context manager: leaving it kills the worker.

    Args:
        cells: where the cells of a notebook's code begin.
        siblings: the student's other files that it may import: paths beside it, and texts.
        names: what the assignment asks it to define.
        leaves_no_trace: tells whether another module may follow it in its worker.
    """

    def __init__(
        self,
        launcher: Launcher,
        slug: str,
        source: str,
        limits: Allowance,
        cells: Cells = (),
        siblings: tuple[tuple[str, str], ...] = (),
        names: tuple[str, ...] = ENTRY_POINTS,
        leaves_no_trace: Callable[[], bool] = lambda: False,
    ) -> None:
        self.slug = slug
        self.filename = f"{slug}{'.ipynb' if cells else '.py'}"
        load = requests.Load(slug, source, IMPORT_SEED, cells, siblings, names, bool(cells))
        self._conversation = Conversation(launcher, load, limits, leaves_no_trace=leaves_no_trace)
        self._made_of = launcher, slug, source, limits, cells, siblings, names, leaves_no_trace
        self._ask = self._conversation.ask

    def anew(self) -> Student:
        """Another handle on the same module, with workers and limits of its own."""
        return Student(*self._made_of)

    def __enter__(self) -> Student:
        return self

    def __exit__(self, *_: object) -> None:
        self._conversation.close()

    @property
    def output(self) -> str:
        """What the module printed so far, up to the limit, as UTF-8 with the rest replaced."""
        return self._conversation.output

    @property
    def protections(self) -> dict[str, bool]:
        """Which of the sandbox's protections the last worker has, by name; empty before one."""
        return self._conversation.protections

    @property
    def doubt(self) -> str:
        """Why what became of the module may be the machine's doing; "" if it is not."""
        return self._conversation.doubt

    @property
    def failure(self) -> SandboxError | None:
        """What is wrong with the sandbox, if anything: then nothing is known about the module."""
        return self._conversation.failure

    @property
    def notes(self) -> list[str]:
        """What of the file counts, where that is not all of it: a line each, in the worker's words.

        Empty before anything was asked.
        """
        return self._conversation.notes

    # ------------------------------------------------------------ what a check asks

    def load(self) -> list[str]:
        """Import the module; which of the names that the assignment asks for it defines."""
        return self._conversation.loaded().callables

    def reseeds_at_import(self) -> bool:
        """Whether torch's generator has another seed after the import than before."""
        return self._conversation.loaded().seed != IMPORT_SEED

    def build(self, *sizes: int, seed: int | None, **options: float) -> Network:
        """`Net(*sizes, **options)` after `torch.manual_seed(seed)`, if there is one; after one
        forward pass."""
        key = f"net{self._conversation.requests}"
        built = self._ask(requests.Build(key, seed, sizes, options), replies.Built)
        return Network(
            self._ask, key, sizes, parameters_of(built.parameters), draw_of(built.next_draw)
        )

    def make_optimizer(
        self,
        values: Sequence[np.ndarray],
        *,
        seed: int = 0,
        as_generator: bool = False,
        **options: float,
    ) -> Optimizer:
        """`make_optimizer(parameters, **options)` on new parameters that hold `values`."""
        key = f"optimizer{self._conversation.requests}"
        arrays = [pack_array(value) for value in values]
        request = requests.MakeOptimizer(key, seed, arrays, options, as_generator)
        made = self._ask(request, replies.OptimizerMade)
        shapes = [value.shape for value in values]
        return Optimizer(self._ask, key, shapes, made.held, draw_of(made.next_draw))

    def give_network(
        self, layers: Sequence[np.ndarray], *, dropout: float = 0.0, train: bool = False
    ) -> GivenNetwork:
        """A network of the grader's own, to be passed to `call`.

        Args:
            layers: float32 weight (fan_out, fan_in), bias (fan_out,), weight, …; ReLU is between.
            dropout: the share of hidden activations that it drops in train mode.
            train: whether it is in train mode.
        """
        key = f"given{self._conversation.requests}"
        values = [pack_array(value) for value in layers]
        self._ask(requests.Give(key, values, dropout, train), replies.Done)
        return GivenNetwork(key)

    def call(
        self,
        function: str,
        *arguments: object,
        options: Mapping[str, object] = MappingProxyType({}),
        seed: int | None = None,
        cotangent: np.ndarray | None = None,
    ) -> Called:
        """Call the module's `function` on plain data and the stand-ins of values.py.

        Args:
            options: keyword arguments.
            seed: of torch's generator; without it, that goes on from the call before.
            cotangent: if given, the gradients of sum(cotangent * result) come back as well.
        """
        request = requests.Call(
            function,
            pack(list(arguments)),
            pack(dict(options)),
            seed,
            None if cotangent is None else pack_array(cotangent),
        )
        return called(self._ask(request, replies.Called), f"calling {function}", len(arguments))

    def train(
        self,
        sizes: tuple[int, ...],
        images: np.ndarray,
        labels: np.ndarray,
        *,
        seed: int,
        batch_size: int,
        students: Literal["network", "optimizer", "both"],
        kept: int,
        lr: float,
        momentum: float,
    ) -> Trainee:
        """Make what the seed's loop trains; see `requests.Train`.

        Args:
            images: uint8 of shape (N, num_features).
            labels: int64 of shape (N,).
            students: what is the student's, the rest being the baseline's.
            kept: how many epochs' steps can be followed and revealed, the latest; 0 for none.
            lr, momentum: of SGD, for a network without an optimizer of the student's.
        """
        packed = pack_array(images), pack_array(labels)
        request = requests.Train(seed, sizes, *packed, batch_size, students, kept, lr, momentum)
        begun = self._ask(request, replies.TrainingBegun)
        starts = range(0, len(images), batch_size)
        batches = [min(batch_size, len(images) - start) for start in starts]
        return Trainee(self._ask, batches, sizes[-1], kept, parameters_of(begun.parameters))


def confinement(launcher: Launcher) -> dict[str, bool]:
    """Each protection by name, and whether workers of `launcher` have it.

    Raises:
        SandboxError: no worker can be started.
    """
    if isinstance(launcher, Spawner):
        return {}
    limits = Allowance(wall_s=60, cpu_s=30, memory_mib=1024, output_kib=1)
    with Student(launcher, "empty", "", limits) as student:
        student.load()
        return student.protections
