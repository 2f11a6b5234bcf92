"""One student's module behind the wall: workers that come and go, a request and its reply.

Every exchange has the assignment's absolute deadline. While it waits, what the worker prints is
drained and its memory watched (channel.py). How a worker ends is told as a failure with a verdict
(blame.py).
"""

from __future__ import annotations

import math
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import msgspec

from grader.sandbox.blame import (
    StudentCrashed,
    StudentError,
    StudentRaised,
    StudentTimedOut,
    StudentUnusable,
)
from grader.sandbox.channel import TICK_S, Allowance, Channel, HungUp
from grader.sandbox.process import Launcher, Process, SandboxError
from grader.sandbox.wire import protocol, replies, requests, syntax
from grader.sandbox.wire.plain import MAX_TEXT, ProtocolError

Body = TypeVar("Body")
IMPORT_SEED = 0x5EED_0F_1A9087  # one that nobody would choose
SCRIPT_S = 10.0  # for a module to get to its end, with all that is in it besides what is graded
MEMORY_MARGIN = 1.25
BUSY_SHARE = 0.5  # of its time, below which a module that has none left may have been kept from it
EXIT_S = 2.0  # from the end of a worker's stream to the end of the worker, if it is ending


class Conversation:
    """Asks the workers of one module, each started when the one before has ended.

    A module that does not get to its end is imported once more, by its definitions only. Where it
    leaves no trace, another may follow it in the last worker.
    """

    def __init__(
        self,
        launcher: Launcher,
        load: requests.Load,
        limits: Allowance,
        *,
        leaves_no_trace: Callable[[], bool],
    ) -> None:
        self.protections: dict[str, bool] = {}
        self.requests = 0  # so far
        # Why what a worker came to may be the machine's doing, or a neighbour's; "" if it is not.
        self.doubt = ""
        self.failure: SandboxError | None = None  # after which no worker is asked anything
        self._launcher = launcher
        self._load = load
        self._limits = limits
        self._leaves_no_trace = leaves_no_trace
        self._deadline: float | None = None
        self._cpu_left_s = float(limits.cpu_s)
        self._channel: Channel | None = None  # to the worker, if there is one
        self._output = bytearray()
        self._unfinished: StudentError | None = None  # why the module did not get to its end
        self._load_failure: StudentError | None = None
        self._loaded: replies.Loaded | None = None

    @property
    def output(self) -> str:
        """What the module printed so far, up to the limit, as UTF-8 with the rest replaced."""
        return self._output.decode("utf-8", "replace")

    @property
    def notes(self) -> list[str]:
        """What of the file counts, where that is not all of it: a line each."""
        notes = [] if self._loaded is None else list(self._loaded.notes)
        if (error := self._unfinished) is not None:
            place = f" ({error.place})" if error.place else ""
            lines = "" if self._loaded is None else self._loaded.left_out
            which = "line" if lines.isdecimal() else "lines"
            left_out = f"; left out: {which} {lines}" if lines else ""
            notes.insert(0, f"{error}{place}, so only the definitions count{left_out}")
        return notes

    def close(self) -> None:
        if self._channel is not None and not self._give_back():
            self._end_worker()

    # ------------------------------------------------------------ asking

    def loaded(self) -> replies.Loaded:
        """What importing the module showed; it is imported if it has not been."""
        with self._failing():
            self._worker()
        assert self._loaded is not None
        return self._loaded

    def ask(self, request: requests.Request, expected: type[Body]) -> Body:
        """The worker's answer to `request`.

        Raises:
            StudentError: there is none, or not of the type `expected`.
            SandboxError: no worker can be started, or the one there was is lost.
        """
        with self._failing():
            return self._exchange(self._worker(), request, expected)

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """Once the sandbox has failed, what a check makes of it counts no more."""
        if self.failure is not None:
            raise self.failure
        try:
            yield
        except SandboxError as error:
            self.failure = error
            raise

    def _worker(self) -> Channel:
        """The channel to a running worker that has imported the module."""
        if self._load_failure is not None:
            raise self._load_failure
        if self._channel is not None:
            return self._channel
        try:
            self._loaded = self._import()
        except StudentError as error:
            self._load_failure = error
            raise
        assert self._channel is not None
        return self._channel

    def _import(self) -> replies.Loaded:
        """Import the module in a new worker: all of it, or else once more its definitions only.

        None is started for a module that is no Python.
        """
        if self._load.only_definitions:
            return self._import_in_time(math.inf)
        self._refuse_what_is_not_python()
        try:
            return self._import_in_time(SCRIPT_S)
        except StudentError as error:
            unfinished = error
        self._end_worker()
        if isinstance(unfinished, StudentTimedOut) and not self._time_is_up():
            unfinished = StudentTimedOut(
                f"importing {self._load.slug}.py took more than {SCRIPT_S:g} s"
            )
        whole, self._load = self._load, msgspec.structs.replace(self._load, only_definitions=True)
        try:
            loaded = self._import_in_time(math.inf)
        except StudentError as error:
            # If it is the same, or time is up, it is the module as it stands that is to blame.
            if isinstance(error, StudentTimedOut) or str(error) == str(unfinished):
                self._load = whole
                raise unfinished from None
            self._unfinished = unfinished
            raise
        if not set(self._load.names) & set(loaded.callables):
            raise unfinished  # nothing is left of it
        self._unfinished = unfinished
        return loaded

    def _refuse_what_is_not_python(self) -> None:
        source = self._load.source
        if (error := syntax.error_in(source)) is not None:
            place = syntax.place_of_error(error, source)
            said = type(error).__name__, error.msg[:MAX_TEXT], *place
            raise StudentRaised(replies.Raised(f"importing {self._load.slug}.py", *said), source)

    def _import_in_time(self, seconds: float) -> replies.Loaded:
        if self._time_is_up():
            self._weigh_time_out(self._limits.wall_s)
            raise StudentTimedOut("the assignment's time was used up by an earlier check")
        try:
            channel = self._start()
        except SandboxError:
            channel = self._start()
        return self._exchange(channel, self._load, replies.Loaded, seconds)

    def _time_is_up(self) -> bool:
        is_late = self._deadline is not None and self._deadline <= time.monotonic()
        return is_late or self._cpu_left_s < 1

    def _start(self) -> Channel:
        process = self._launcher.launch(
            cpu_s=int(self._cpu_left_s), memory_mib=self._limits.memory_mib
        )
        printed = len(self._output)
        channel = self._channel = Channel(process, self._limits, self._output)
        starting = time.monotonic() + 60
        try:
            with self._blaming_its_end():
                reply = channel.receive(starting)
            if reply.id != 0 or not isinstance(reply.body, replies.Ready):
                raise ProtocolError("it never said that it is ready")
        except (StudentError, SandboxError, ProtocolError) as error:
            self._end_worker()
            words = self._last_words(printed)
            said = f"{error}; {words}" if words else str(error)
            raise SandboxError(f"a worker did not start: {said}") from None
        self.protections = reply.body.protections
        # On top of what it shares with the zygote, as the jail's limit on address space is. That
        # one should be met first: it raises MemoryError, where this one ends the worker.
        channel.allow_memory(MEMORY_MARGIN * (self._limits.memory_mib << 20))
        if self._deadline is None:
            self._deadline = time.monotonic() + self._limits.wall_s
        return channel

    def _exchange(
        self,
        channel: Channel,
        request: requests.Request,
        expected: type[Body],
        seconds: float = math.inf,
    ) -> Body:
        """Send `request`, await its reply; any failure but a well-formed one ends the worker."""
        assert self._deadline is not None
        deadline = min(self._deadline, time.monotonic() + seconds)
        self.requests += 1
        try:
            message = protocol.encode(protocol.Envelope(self.requests, request))
        except ProtocolError as error:  # what it made comes back with the request
            raise StudentUnusable(f"what it made is too large to be asked about: {error}") from None
        try:
            with self._blaming_its_end():
                channel.send(message, deadline)
                reply = channel.receive(deadline)
            if reply.id != self.requests:
                raise ProtocolError("a reply to another request")
        except StudentError as error:
            self._end_worker()
            if isinstance(error, StudentTimedOut):
                self._weigh_time_out(min(seconds, self._limits.wall_s))
            raise
        except ProtocolError as error:
            self._end_worker()
            raise StudentCrashed(f"the worker's messages were disturbed: {error}") from None
        except BaseException:
            self._end_worker()
            raise
        body = reply.body
        if isinstance(body, replies.Raised):
            raise StudentRaised(body, self._load.source, self._load.cells)
        if isinstance(body, replies.Unusable):
            raise StudentUnusable(f"{body.doing}: {body.problem}", body.line, self._load.cells)
        if not isinstance(body, expected):
            self._end_worker()
            raise StudentCrashed("the worker's messages were disturbed: an answer of another kind")
        return body

    @contextmanager
    def _blaming_its_end(self) -> Iterator[None]:
        """A worker that hangs up in here has crashed, or its time is up."""
        try:
            yield
        except HungUp:
            assert self._channel is not None
            raise self._crash(self._channel.process) from None

    def _crash(self, process: Process) -> StudentError:
        """Why the worker's end of the stream is closed."""
        if not process.ends_within(EXIT_S):
            return StudentCrashed("the process closed its connection to the grader")
        ending = process.wait()
        if ending.why:
            return StudentCrashed(ending.why)
        if ending.exit >= 0:
            return StudentCrashed(f"the process ended itself with exit status {ending.exit}")
        by_limit = -ending.exit in (signal.SIGXCPU, signal.SIGKILL)
        if by_limit and self._cpu_left_s - ending.cpu_s < 1:
            return StudentTimedOut(f"more than {self._limits.cpu_s} s of processor time used")
        # Its own limits don't explain that. It may have sent the signal itself, or somebody else.
        self.doubt = f"the process was ended by {signal_name(-ending.exit)}"
        return StudentCrashed(self.doubt)

    def _weigh_time_out(self, allowed_s: float) -> None:
        """Whether the module had the time that is up: one kept waiting looks like one asleep."""
        used_s = self._limits.cpu_s - self._cpu_left_s
        if self._cpu_left_s >= 1 and used_s < BUSY_SHARE * allowed_s:
            self.doubt = f"its time is up, of which it used {used_s:.1f} s"

    def _end_worker(self) -> None:
        channel, self._channel = self._channel, None
        if channel is None:
            return
        process = channel.process
        process.kill()
        channel.close()
        try:
            self._cpu_left_s -= process.wait().cpu_s
            channel.drain_rest()
        finally:
            process.close()

    def _give_back(self) -> bool:
        """Leave the worker to another module; False where that can't be."""
        channel = self._channel
        assert channel is not None
        process = channel.process
        if not (process.reusable and self._leaves_no_trace()):
            return False
        channel.drain_rest()
        try:
            message = protocol.encode(protocol.Envelope(0, requests.Anew()))
            with self._blaming_its_end():
                channel.send(message, time.monotonic() + TICK_S)
        except StudentError:
            return False
        channel.close()
        self._channel = None
        process.give_back()
        return True

    def _last_words(self, start: int) -> str:
        return self._output[start:][-300:].decode("utf-8", "replace")


def signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # most of the real-time signals have none
        return f"signal {number}"
