"""`grader calibrate`: the validation accuracies that right and wrong modules reach, seed by seed.

Each module's training check is run alone, behind the same wall as in grading. Modules that train
exactly alike in a few pilot runs (another spelling of the same arithmetic) share one measurement.
What was measured is kept, one line a seed, under everything that it depends on: an interrupted
calibration goes on where it was, and a changed module is measured again.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

import grader
from grader.course.manifest import Assignment, Course
from grader.errors import GraderError
from grader.grading.checkfile import collect_checks
from grader.grading.crew import KILLED, in_processes
from grader.grading.engine import Engine, limits_of
from grader.grading.key import digest, versions
from grader.grading.verdicts.run import CheckRun
from grader.proof.calibration.tail import fit_tail
from grader.proof.zoo import Module, modules_of
from grader.sandbox.client import Student
from grader.sandbox.launch import can_fork

PILOT_SEEDS = 3
TRIAL_SEEDS = 20  # of a right module that may turn out to be far above the weakest
TRIAL_GROWTH = 3
SEEDS_A_RUN = 10  # trained by one worker, one after the other, to save its start
LOSS_DIGITS = 4  # to which the losses of modules that train alike agree


class Measured(msgspec.Struct, frozen=True):
    """What training under one course seed came to; both None where it came to no end."""

    key: str  # of the module and all else that it depends on, see `key_of`
    seed: int
    accuracy: float | None
    loss: float | None  # of the last epoch


@dataclass(frozen=True)
class Sample:
    """A module's accuracies under the course seeds 1 to N; `alike`: those it was measured for."""

    module: Module
    accuracies: np.ndarray  # (N,) float64
    alike: list[Module]


def key_of(course: Course, module: Module) -> str:
    """SHA-256 of all that the module's accuracies depend on, seeds aside."""
    assignment = course.assignment(module.slug)
    package = Path(grader.__file__).parent
    deciding = sorted(package.glob("grading/training/*.py"))
    deciding += [package / "sandbox" / "inside" / name for name in ("trainee.py", "worker.py")]
    files = [course.baseline_path, course.check_path(module.slug), *deciding]
    files += sorted(course.data_dir.rglob("SHA256SUMS"))
    own = [module.slug, module.text, str(assignment.epochs), versions()]
    return digest([*(part.encode() for part in own), *(path.read_bytes() for path in files)])


# ---------------------------------------------------------------- what is kept


class Kept:
    """The measurements in a file of JSON lines; a last line that was cut short is taken off."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[tuple[str, int], Measured] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        content = path.read_bytes() if path.exists() else b""
        whole = content.rfind(b"\n") + 1
        if whole < len(content):  # the power failed within the last line
            os.truncate(path, whole)
        for number, line in enumerate(content[:whole].splitlines(), start=1):
            try:
                measured = msgspec.json.decode(line, type=Measured)
            except msgspec.MsgspecError:
                raise GraderError(
                    f"{path}: line {number} is not a measurement; name another file with --state, "
                    "or delete this one"
                ) from None
            self._known[measured.key, measured.seed] = measured

    def add(self, measured: Sequence[Measured]) -> None:
        """Keep one run's measurements, all at once."""
        with self._path.open("ab") as stream:
            stream.writelines(msgspec.json.encode(each) + b"\n" for each in measured)
            stream.flush()
            os.fsync(stream.fileno())
        self._known |= {(each.key, each.seed): each for each in measured}

    def missing(self, key: str, seeds: Iterable[int]) -> list[int]:
        return [seed for seed in seeds if (key, seed) not in self._known]

    def measured(self, key: str, seeds: Iterable[int]) -> list[Measured]:
        return [self._known[key, seed] for seed in seeds]


# ---------------------------------------------------------------- measuring


@dataclass(frozen=True)
class AccuracyRun:
    """What one worker trains."""

    module: Module
    key: str
    seeds: list[int]


Hear = Callable[[int], None]


class Calibration:
    """Measures the modules of some assignments, `jobs` runs at a time.

    Args:
        on_plan: hears how many more trainings are to come, now and then.
        on_done: hears how many more are done.
    """

    def __init__(
        self, engine: Engine, kept: Kept, jobs: int, *, on_plan: Hear, on_done: Hear
    ) -> None:
        self._engine = engine
        self._kept = kept
        self._jobs = jobs
        self._on_plan = on_plan
        self._on_done = on_done
        self._keys: dict[Module, str] = {}

    def measure(
        self, assignments: Sequence[Assignment], seeds: int, wrong_seeds: int
    ) -> dict[str, list[Sample]]:
        """Each assignment's samples, by slug, the right ones first.

        The solution is measured under the course seeds 1 to `seeds`, and so is the right module
        that sets the threshold; right modules above it under as many as show that they are.
        Wrong modules are measured under `wrong_seeds`; those that do not come to train are left
        out.

        Raises:
            GraderError: a right module does not train, or the grader itself failed.
        """
        course = self._engine.course
        pilot = min(PILOT_SEEDS, seeds, wrong_seeds)
        modules = [module for a in assignments for module in modules_of(course, a.slug)]
        right = self._groups([m for m in modules if m.kind == "right"], pilot)
        counts = self._measure_right([group[0] for group in right.values()], seeds)
        wrong = self._groups([m for m in modules if m.kind == "wrong"], pilot)
        for shown in wrong.keys() & right.keys():
            right[shown] += wrong.pop(shown)
        others = {group[0]: wrong_seeds for group in wrong.values()}
        self._extend(others)
        counts |= others
        samples: dict[str, list[Sample]] = {assignment.slug: [] for assignment in assignments}
        for module, *alike in [*right.values(), *wrong.values()]:
            accuracies = self._accuracies(module, counts[module])
            samples[module.slug].append(Sample(module, accuracies, alike))
        return samples

    def _measure_right(self, modules: Sequence[Module], seeds: int) -> dict[Module, int]:
        """Under how many seeds each was measured: all of them for the solutions, and for whichever
        modules have the lowest tail."""
        counts = dict.fromkeys(modules, min(TRIAL_SEEDS, seeds))
        self._extend(counts)
        while True:
            lowest: dict[str, tuple[float, Module]] = {}
            for module, count in counts.items():
                low = fit_tail(self._accuracies(module, count)).low
                if module.slug not in lowest or low < lowest[module.slug][0]:
                    lowest[module.slug] = (low, module)
            unsure = [module for _, module in lowest.values() if counts[module] < seeds]
            if not unsure:
                break
            counts |= {m: min(seeds, TRIAL_GROWTH * counts[m]) for m in unsure}
            self._extend(counts)
        solutions = {module.slug: module for module in reversed(modules)}  # each slug's first one
        counts |= dict.fromkeys(solutions.values(), seeds)
        self._extend(counts)
        return counts

    def _accuracies(self, module: Module, count: int) -> np.ndarray:
        measured = self._kept.measured(self._key(module), range(1, count + 1))
        accuracies = [each.accuracy for each in measured if each.accuracy is not None]
        if module.kind == "right" and len(accuracies) < count:
            raise GraderError(f"{module.name}.py does not train; see what grader grade says of it")
        return np.array(accuracies)

    def _groups(
        self, modules: Sequence[Module], pilot: int
    ) -> dict[tuple[object, ...], list[Module]]:
        """Modules that train alike under the first seeds, by what they show there."""
        self._extend(dict.fromkeys(modules, pilot))
        groups: dict[tuple[object, ...], list[Module]] = {}
        for module in modules:
            measured = self._kept.measured(self._key(module), range(1, pilot + 1))
            if module.kind == "wrong" and any(each.loss is None for each in measured):
                continue
            losses = [None if m.loss is None else round(m.loss, LOSS_DIGITS) for m in measured]
            shown = (module.slug, *losses, *(each.accuracy for each in measured))
            groups.setdefault(shown, []).append(module)
        return groups

    def _extend(self, counts: dict[Module, int]) -> None:
        """Measure each module under the seeds from 1 to its count, where that is still to do."""
        runs = []
        for module, count in counts.items():
            seeds = self._kept.missing(self._key(module), range(1, count + 1))
            runs += [
                AccuracyRun(module, self._key(module), seeds[start : start + SEEDS_A_RUN])
                for start in range(0, len(seeds), SEEDS_A_RUN)
            ]
        self._on_plan(sum(len(run.seeds) for run in runs))
        for measured in measure_all(self._engine, runs, self._jobs):
            self._kept.add(measured)
            self._on_done(len(measured))

    def _key(self, module: Module) -> str:
        if module not in self._keys:
            self._keys[module] = key_of(self._engine.course, module)
        return self._keys[module]


def measure_all(
    engine: Engine, runs: Sequence[AccuracyRun], jobs: int
) -> Generator[list[Measured], None, None]:
    """What each run came to, as they end, in processes forked from this one that share a zygote."""
    engine.digits  # noqa: B018  read once, before the processes fork
    if jobs == 1 or len(runs) <= 1 or not can_fork():
        yield from (measure(engine, run) for run in runs)
        return

    def measure_one(number: bytes) -> bytes:
        return msgspec.msgpack.encode(measure(engine, runs[int(number)]))

    numbers = (b"%d" % number for number in range(len(runs)))
    with closing(in_processes(measure_one, numbers, jobs, engine.launcher.mend)) as events:
        for event in events:
            if event is None:
                continue
            if event[1] is None:
                raise GraderError(KILLED)
            yield msgspec.msgpack.decode(event[1], type=list[Measured])


def measure(engine: Engine, run: AccuracyRun) -> list[Measured]:
    """Run the training check under each of the run's seeds, and nothing else."""
    assignment = engine.course.assignment(run.module.slug)
    checks = collect_checks(engine.course.check_path(assignment.slug))
    if not checks.training_checks:
        raise GraderError(f"{assignment.slug}: course.toml gives it epochs, but no check trains")
    training_check = checks.training_checks[-1]  # where there are bands, the threshold's
    once = limits_of(assignment)
    count = len(run.seeds)
    limits = dataclasses.replace(once, wall_s=count * once.wall_s, cpu_s=count * once.cpu_s)
    measured = []
    with Student(engine.launcher, assignment.slug, run.module.text, limits) as student:
        for seed in run.seeds:
            check_run = CheckRun(
                assignment,
                student,
                lambda: engine.digits,
                lambda: engine.unseen,
                seed,
                engine.draw,
                None,
            )
            checks.run(check_run, only=training_check)
            for result in check_run.results:
                if result.verdict == "grader_error":
                    raise GraderError(f"{run.module.name}.py: {result.message}")
            trained = check_run.training
            accuracy = None if trained is None else trained.valid_accuracy
            loss = None if trained is None else trained.loss[-1]
            measured.append(Measured(run.key, seed, accuracy, loss))
    return measured
