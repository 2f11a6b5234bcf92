"""The untrusted side: import the student's module and answer calls, until the socket closes.

Everything below runs in the same process as student code and is therefore worth nothing as
evidence: what it sends is checked again by whoever asked (see client.py and checks/).
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import socket
import sys
import tempfile
import types
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

from grader.sandbox.inside import calls
from grader.sandbox.inside.loading.reading import Reading
from grader.sandbox.inside.reuse import Before
from grader.sandbox.inside.tensors import (
    UnusableError,
    array_to_tensor,
    describe_parameters,
    is_a,
    kind_of,
    parameters_of,
    seed_torch,
    sendable,
    tensor_to_array,
    text_of,
    uninitialised_memory_as_nan,
)
from grader.sandbox.inside.traces import suggestion_of
from grader.sandbox.inside.trainee import Trainee
from grader.sandbox.wire import protocol, replies, requests
from grader.sandbox.wire.plain import MAX_TEXT, Array


class Worker:
    """One student's module and the networks and optimizers made from it, by key."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.module = types.ModuleType("unloaded")
        self.nets: dict[str, nn.Module] = {}
        self.optimizers: dict[str, tuple[torch.optim.Optimizer, list[nn.Parameter]]] = {}
        self.doing = "importing the module"
        self.reading = Reading(folder, requests.Load("unloaded", "", 0))
        self.trainee: Trainee

    # ------------------------------------------------------------ one method a request

    def load(self, request: requests.Load) -> replies.Loaded:
        self.doing = f"importing {request.slug}{'.ipynb' if request.cells else '.py'}"
        self.reading = reading = Reading(self.folder, request)
        self.module = reading.module
        reading.run()
        return replies.Loaded(
            [name for name in request.names if callable(getattr(self.module, name, None))],
            torch.initial_seed(),
            sendable(reading.left_out(), MAX_TEXT),
            [sendable(note, MAX_TEXT) for note in reading.notes()],
        )

    def build(self, request: requests.Build) -> replies.Built:
        if request.seed is not None:
            seed_torch(request.seed)
        # torch.empty now holds NaN: a weight that was never set shows, on every machine.
        with uninitialised_memory_as_nan():
            net = self._make_net(request.sizes, request.options)
        rows = torch.zeros(2, request.sizes[0])
        net.eval()
        with torch.no_grad():
            # Lazy modules have no parameters before they have seen an input.
            self._call(net, rows)
        self.nets[request.key] = net
        return replies.Built(describe_parameters(net), tensor_to_array(torch.rand(4)))

    def forward(self, request: requests.Forward) -> replies.Outputs:
        net = self.nets[request.key]
        outputs = []
        if request.seed is not None:
            seed_torch(request.seed)
        settings: list[list[Array] | None] = [*request.values] or [None]
        for values in settings:
            self._assign(net, values)
            net.train(request.train)
            with torch.set_grad_enabled(request.gradients):
                outputs += [self._call(net, array_to_tensor(batch)) for batch in request.batches]
        return replies.Outputs([tensor_to_array(output) for output in outputs])

    def backward(self, request: requests.Backward) -> replies.Outputs:
        net = self.nets[request.key]
        self._assign(net, request.values)
        net.train()
        for parameter in parameters_of(net):
            parameter.grad = None
        seed_torch(request.seed)
        with torch.enable_grad():
            logits = self._call(net, array_to_tensor(request.inputs))
            self.doing = "the backward pass"
            if not logits.requires_grad:
                raise UnusableError("the logits depend on no trainable parameter")
            (logits * array_to_tensor(request.cotangent)).sum().backward()
        return replies.Outputs(
            [None if p.grad is None else tensor_to_array(p.grad) for p in parameters_of(net)]
        )

    def copystate(self, request: requests.CopyState) -> replies.Done:
        self.doing = "loading the state_dict() of one network into another"
        # load_state_dict copies.
        self.nets[request.target].load_state_dict(self.nets[request.source].state_dict())
        return replies.Done()

    def makeoptimizer(self, request: requests.MakeOptimizer) -> replies.OptimizerMade:
        seed_torch(request.seed)
        parameters = [nn.Parameter(array_to_tensor(value)) for value in request.values]
        given = (p for p in parameters) if request.as_generator else list(parameters)
        optimizer = self._make_optimizer(given, request.options)
        self.optimizers[request.key] = (optimizer, parameters)
        index = {id(p): i for i, p in enumerate(parameters)}
        held = [index.get(id(p), -1) for group in optimizer.param_groups for p in group["params"]]
        return replies.OptimizerMade(held, tensor_to_array(torch.rand(4)))

    def step(self, request: requests.Step) -> replies.Stepped:
        optimizer, parameters = self.optimizers[request.key]
        self.doing = "optimizer.step()"
        values = []
        for gradients in request.gradients:
            optimizer.zero_grad()  # as the training loop does before each step
            for parameter, gradient in zip(parameters, gradients, strict=True):
                parameter.grad = None if gradient is None else array_to_tensor(gradient)
            optimizer.step()
            # Cloned, as the next step writes into the same memory.
            values.append([tensor_to_array(p.detach().clone()) for p in parameters])
        return replies.Stepped(values)

    def train(self, request: requests.Train) -> replies.TrainingBegun:
        images = pixels(request.images)
        seed_torch(request.seed)
        if request.students == "optimizer":
            net: nn.Module = sys.modules["baseline"].Net(*request.sizes)
        else:
            net = self._make_net(request.sizes, {})
            net.eval()  # a train() of the student's own may return nothing
            self._call(net, images[:2])  # materialises lazy parameters
        if request.students != "network":
            optimizer = self._make_optimizer(iter(parameters_of(net)), {})
        else:
            optimizer = torch.optim.SGD(
                parameters_of(net), lr=request.lr, momentum=request.momentum
            )
        self.doing = "training"
        self.trainee = Trainee(
            net,
            optimizer,
            images,
            array_to_tensor(request.labels),
            request.batch_size,
            self._call_in_training,
            kept=request.kept,
        )
        return replies.TrainingBegun(describe_parameters(net) if request.kept else [])

    def trainepoch(self, request: requests.TrainEpoch) -> replies.Trained:
        return self.trainee.epoch(request)

    def follow(self, request: requests.Follow) -> replies.Followed:
        return self.trainee.follow(request)

    def reveal(self, request: requests.Reveal) -> replies.Revealed:
        return self.trainee.reveal(request)

    def measure(self, request: requests.Measure) -> replies.Measured:
        return self.trainee.measure(pixels(request.images))

    def give(self, request: requests.Give) -> replies.Done:
        self.nets[request.key] = calls.give(request)
        return replies.Done()

    def call(self, request: requests.Call) -> replies.Called:
        self.doing = f"calling {request.function}"
        return calls.Caller(self.nets).carry_out(self._entry_point(request.function), request)

    def _assign(self, net: nn.Module, values: list[Array] | None) -> None:
        """Set the parameters of `net`, in order; None leaves them."""
        if values is None:
            return
        self.doing = "setting the network's weights"
        parameters = parameters_of(net)
        if len(parameters) != len(values):
            raise UnusableError("the number of parameters changed between two calls")
        with torch.no_grad():
            for parameter, value in zip(parameters, values, strict=True):
                parameter.copy_(array_to_tensor(value))

    # ------------------------------------------------------------ calls into student code

    def _make_net(self, sizes: tuple[int, ...], options: dict[str, float]) -> nn.Module:
        arguments = [str(size) for size in sizes]
        arguments += [f"{name}={value:g}" for name, value in options.items()]
        call = f"Net({', '.join(arguments)})"
        self.doing = f"calling {call}"
        net = self._entry_point("Net")(*sizes, **options)
        if not is_a(net, nn.Module):
            raise UnusableError(f"{call} returned {kind_of(net)}, not a torch.nn.Module")
        return net

    def _make_optimizer(
        self, parameters: object, options: dict[str, float]
    ) -> torch.optim.Optimizer:
        arguments = ["parameters", *(f"{name}={value:g}" for name, value in options.items())]
        call = f"make_optimizer({', '.join(arguments)})"
        self.doing = f"calling {call}"
        optimizer = self._entry_point("make_optimizer")(parameters, **options)
        if not is_a(optimizer, torch.optim.Optimizer):
            raise UnusableError(
                f"{call} returned {kind_of(optimizer)}, not a torch.optim.Optimizer"
            )
        return optimizer

    def _entry_point(self, name: str) -> Callable[..., object]:
        function: object = getattr(self.module, name, None)
        if not callable(function):
            raise UnusableError(f"the module does not define {name}")
        return function

    def _call(self, net: nn.Module, rows: torch.Tensor) -> torch.Tensor:
        mode = "train" if net.training else "eval"
        self.doing = f"the forward pass on {tuple(rows.shape)} inputs in {mode} mode"
        logits = net(rows)
        if not is_a(logits, torch.Tensor):
            raise UnusableError(f"forward returned {kind_of(logits)}, not a tensor")
        return logits

    def _call_in_training(self, net: nn.Module, rows: torch.Tensor) -> torch.Tensor:
        logits = self._call(net, rows)
        self.doing = "training"
        return logits

    def handle(self, request: requests.Request) -> replies.Body:
        """Carry out `request`; whatever the student's code raises becomes a Raised."""
        try:
            body: replies.Body = getattr(self, type(request).__name__.lower())(request)
            return body
        except UnusableError as error:
            return replies.Unusable(self.doing, str(error)[:MAX_TEXT])
        except BaseException as error:  # student code may raise SystemExit, KeyboardInterrupt, …
            return replies.Raised(
                self.doing,
                type(error).__name__[:200],
                sendable(
                    text_of(error) + suggestion_of(error) + self.reading.explain(error),
                    MAX_TEXT,
                ),
                *self.reading.place_of(error),
            )


def pixels(images: Array) -> torch.Tensor:
    """uint8 images as float32 from 0 to 1."""
    return array_to_tensor(images).float().div_(255)


# ---------------------------------------------------------------- the loop


def offer_baseline(path: Path) -> None:
    """Make the course's own baseline importable, and nothing else of the repository."""
    package = types.ModuleType("assignments")
    package.__path__ = []
    spec = importlib.util.spec_from_file_location("assignments.baseline", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    package.baseline = module  # type: ignore[attr-defined]
    sys.modules.update({"assignments": package, "assignments.baseline": module, "baseline": module})


def serve(
    connection: socket.socket,
    folder: Path,
    protections: dict[str, bool],
    before: Before | None = None,
) -> None:
    """Answer requests until the trusted side closes the connection.

    `folder` takes the copy of the student's module and is where the process stands. `before` is
    there where another module may follow.
    """
    os.chdir(folder)
    # joblib, which scikit-learn imports, would look for semaphores, find none and warn.
    os.environ.update(HOME=str(folder), TMPDIR=str(folder), JOBLIB_MULTIPROCESSING="0")
    tempfile.tempdir = None  # what the zygote found is not the worker's to write to
    # Drawings are drawn, and shown to nobody.
    os.environ.update(MPLCONFIGDIR=str(folder), MPLBACKEND="agg")
    worker = Worker(folder)
    send(connection, 0, replies.Ready(protections))
    while True:
        header = receive(connection, protocol.HEADER.size)
        if header is None:
            return
        payload = receive(connection, protocol.body_size(bytes(header)))
        if payload is None:
            return
        request = protocol.decode_request(payload)
        if isinstance(request.body, requests.Anew):
            if before is None or not before.restore(folder):
                return  # whoever asks next is given another worker
            worker = Worker(folder)
            send(connection, 0, replies.Ready(protections))
            continue
        body = worker.handle(request.body)
        with contextlib.suppress(Exception):  # sys.stdout is whatever the student made of it
            sys.stdout.flush()
        send(connection, request.id, body)


def send(connection: socket.socket, request_id: int, body: replies.Body) -> None:
    try:
        message = protocol.encode(protocol.Reply(request_id, body))
    except Exception as error:  # too large, or an object that only says that it is plain
        message = protocol.encode(
            protocol.Reply(request_id, replies.Unusable("sending the answer", text_of(error)))
        )
    connection.sendall(message)


def receive(connection: socket.socket, size: int) -> bytearray | None:
    """Exactly `size` bytes, or None at the end of the stream."""
    buffer = bytearray(size)
    view = memoryview(buffer)
    while view:
        count = connection.recv_into(view)
        if count == 0:
            return None
        view = view[count:]
    return buffer
