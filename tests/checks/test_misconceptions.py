"""Known mistakes: each is recognised by what it shows, whatever the seed; nothing right is.

Which wrong module of the zoo is which mistake stands in zoo/misconceptions.toml; test_zoo.py holds
the graded zoo to it.
"""

from __future__ import annotations

import importlib
import math
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from types import ModuleType

import msgspec
import numpy as np
import pytest
from helpers.repository import REPOSITORY

from grader.checks import (
    test_adam,
    test_batchnorm,
    test_dropout,
    test_extra_layer,
    test_kaiming_init,
    test_l2,
    test_momentum,
    test_relu,
)
from grader.checks.kit.dropout_probe import Probe
from grader.checks.kit.nonlinearity import (
    named_forward,
)
from grader.checks.kit.optimizers import Rule, Trial, draw_gradients, draw_shapes
from grader.checks.kit.probes import (
    Z_LIMIT,
)
from grader.checks.misconceptions import Mistake, dropout, only
from grader.checks.misconceptions import adam as adam_mistakes
from grader.checks.misconceptions import kaiming_init as kaiming_mistakes
from grader.checks.misconceptions import l2 as l2_mistakes
from grader.checks.misconceptions import momentum as momentum_mistakes
from grader.checks.misconceptions import relu as relu_mistakes
from grader.checks.misconceptions.kaiming_init import INITIALISERS, recognise_variances
from grader.checks.misconceptions.shared import common, curves, layers
from grader.checks.misconceptions.shared.curves import CURVES, recognise_curve
from grader.checks.misconceptions.shared.steps import WrongRule, recognise
from grader.checks.misconceptions.shared.trials import recognise_update
from grader.course.manifest import load_course
from grader.grading.engine import Engine, limits_of
from grader.grading.training import TrainingRun
from grader.grading.verdicts.run import CheckRun
from grader.report.model import AssignmentReport
from grader.sandbox.client import Student
from grader.sandbox.process import Launcher
from grader.submissions.model import Source, Submission

ZOO = REPOSITORY / "tests" / "zoo"
COURSE = load_course(REPOSITORY)
SEEDS = range(2)
CATALOGUES = REPOSITORY / "grader" / "checks" / "misconceptions"

# From a slug to its wrong modules, by check and name, and to the mistakes that they are.
TABLE: dict[str, dict[str, list[str]]] = tomllib.loads(
    (ZOO / "misconceptions.toml").read_text(encoding="utf-8")
)


# Those whose catalogue the table is held against.
CATALOGUED = [
    slug for slug in COURSE.every_slug if slug in TABLE and (CATALOGUES / f"{slug}.py").is_file()
]


def names_in(value: object) -> Iterator[str]:
    """The names of all entries in a module's values, also those within tuples."""
    if not isinstance(value, tuple):
        return
    name = getattr(value, "name", None)
    if isinstance(name, str):
        yield name
        return
    for part in value:
        yield from names_in(part)


def names_of(module: ModuleType) -> set[str]:
    """The names of the mistakes that a catalogue defines itself."""
    imported = {
        id(value)
        for other in (common, curves, layers)
        if other is not module
        for value in vars(other).values()
    }
    values = [value for value in vars(module).values() if id(value) not in imported]
    return {name for value in values for name in names_in(value)}


def catalogue(name: str) -> ModuleType:
    return importlib.import_module(f"grader.checks.misconceptions.{name}")


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """NumPy's warnings about what a wrong rule gives are as silent as in the grader."""
    with np.errstate(all="ignore"):
        yield


# ---------------------------------------------------------------- the table


@pytest.mark.parametrize("slug", CATALOGUED)
def test_every_known_mistake_of_an_assignment_is_in_the_zoo(slug: str) -> None:
    named = {name for names in TABLE[slug].values() for name in names}
    assert names_of(catalogue(slug)) <= named


@pytest.mark.parametrize("module", ["shared.common", "shared.curves", "shared.layers"])
def test_every_known_mistake_that_assignments_share_is_in_the_zoo(module: str) -> None:
    named = {name for table in TABLE.values() for names in table.values() for name in names}
    assert names_of(catalogue(module)) <= named


def test_nothing_is_named_where_two_mistakes_fit() -> None:
    one, other = Mistake("one", "…"), Mistake("other", "…")
    assert only([None, one, None, one._replace(says="in other words")]) is not None
    assert only([one, other]) is None
    assert only([None]) is None


# ---------------------------------------------------------------- steps

OPTIMIZERS = {
    "adam": (test_adam, adam_mistakes),
    "momentum": (test_momentum, momentum_mistakes),
    "l2": (test_l2, l2_mistakes),
}
CASES: dict[str, list[dict[str, float]]] = {
    "adam": [{"lr": 0.01}, {"lr": 0.13}],
    "momentum": [
        {"lr": 0.1, "momentum": 0.9},
        {"lr": 0.03, "momentum": 0.45},
        {"lr": 1.0, "momentum": 0.99},
    ],
    "l2": [{"lr": 0.5, "weight_decay": 0.3}, {"lr": 0.03, "weight_decay": 1.4}],
}
# Other values of the constants than the zoo has.
CONSTANTS: dict[str, list[float]] = {
    "own_lr": [0.02, 0.0015],
    "own_mu": [0.7, 0.85],
    "own_decay": [0.05, 0.0025],
    "factor": [4.0, 0.1, 1.5],
    "mu": [0.8, 0.95],
    "decay": [1e-2, 2e-3, 0.1],
    "dampening": [0.2, 0.5],
    "eps": [1e-5, 3e-7],
    "beta_1": [0.8, 0.99, 0.9],
    "beta_2": [0.999, 0.999, 0.95],
}
WRONG_RULES = [
    pytest.param(slug, wrong, id=f"{slug}-{number}-{wrong.name}")
    for slug, (_, mistakes) in OPTIMIZERS.items()
    for number, wrong in enumerate(mistakes.WRONG_RULES)
]


def trials_of(slug: str, rule: Rule, seed: int, *, tiny: bool = False) -> list[Trial]:
    """What an optimizer by `rule` would show a check, in float32; `tiny` gradients show ε."""
    rng = np.random.default_rng(seed)
    trials = []
    for options in CASES[slug]:
        shapes = draw_shapes(rng)
        start = [(3 * rng.standard_normal(shape)).astype(np.float32) for shape in shapes]
        gradients = draw_gradients(rng, shapes, 6)
        gradients[0] = [5 * g for g in gradients[0]]
        if tiny:
            start = [0 * initial for initial in start]
            gradients = [[np.float32(1e-8) * g for g in step] for step in gradients]
        followed = []
        for p, initial in enumerate(start):
            given = [step[p] for step in gradients]
            way = [value.astype(np.float32) for value in rule(initial, given, **options)]
            followed.append((initial, way, given))
        trials.append(Trial(dict(options), followed, ""))
    return trials


def constants_of(wrong: WrongRule) -> Iterable[dict[str, float]]:
    names = sorted(name for name in CONSTANTS if f"{{{name}" in wrong.says)
    if not names:  # those that are not told are tried one by one, whatever a trial shows
        return list(islice(wrong.constants(Trial({}, [], "")), 3))
    return [dict(zip(names, v, strict=True)) for v in zip(*map(CONSTANTS.get, names), strict=True)]  # type: ignore[arg-type]


@pytest.mark.parametrize(("slug", "wrong"), WRONG_RULES)
def test_steps_by_a_wrong_rule_are_named(slug: str, wrong: WrongRule) -> None:
    _, mistakes = OPTIMIZERS[slug]
    for constants in constants_of(wrong):
        for seed in SEEDS:
            rule = partial(wrong.rule, **constants)
            trials = trials_of(slug, rule, seed, tiny="ε" in wrong.name)
            named = recognise(mistakes.WRONG_RULES, trials)
            assert named is not None, (constants, seed)
            assert named.name == wrong.name
            # Nothing is left to fill in, and what was estimated is what it was.
            assert "{" not in named.says
            if named.says.startswith(wrong.says.partition("{")[0]):
                assert named.says == wrong.says.format(**constants)


Rewrite = Callable[[int, list[np.ndarray]], list[np.ndarray]]  # of a parameter's gradients

CHANGED: dict[str, tuple[str, Rewrite]] = {
    "clipped": ("gradients clipped", lambda p, given: [np.clip(g, -0.5, 0.5) for g in given]),
    "signs": ("sign of the gradient", lambda p, given: [np.sign(g) for g in given]),
    "sums": ("gradients add up", lambda p, given: list(np.cumsum(given, axis=0))),
    "means": (
        "gradients averaged",
        lambda p, given: [np.mean(given[:t], axis=0) for t in range(1, len(given) + 1)],
    ),
    "first stays": ("some parameters only", lambda p, given: [g * (p > 0) for g in given]),
}


@pytest.mark.parametrize("slug", OPTIMIZERS)
@pytest.mark.parametrize(("name", "rewrite"), CHANGED.values(), ids=CHANGED)
def test_right_steps_on_changed_gradients_are_named(slug: str, name: str, rewrite: Rewrite) -> None:
    checks, mistakes = OPTIMIZERS[slug]
    for seed in SEEDS:
        trials = []
        for trial in trials_of(slug, checks.RULES[0], seed):
            followed = []
            for p, (start, _, given) in enumerate(trial.followed):
                way = checks.RULES[0](start, rewrite(p, given), **trial.options)
                followed.append((start, [each.astype(np.float32) for each in way], given))
            trials.append(replace(trial, followed=followed))
        named = recognise_update(
            checks.RULES, mistakes.WRONG_RULES, trials, first="", remembers=slug != "l2"
        )
        if slug == "l2" and name == "some parameters only":
            continue  # with its decay, that one moves all the same
        assert named is not None and named.name == name, seed


@pytest.mark.parametrize("slug", ["momentum", "l2"])
def test_exchanged_arguments_and_other_lengths_are_named(slug: str) -> None:
    checks, mistakes = OPTIMIZERS[slug]
    right = checks.RULES[0]
    first, second = checks.DEFAULTS

    def exchanged(start: np.ndarray, given: list[np.ndarray], **o: float) -> list[np.ndarray]:
        return right(start, given, **{first: o[second], second: o[first]})

    for seed in SEEDS:
        trials = trials_of(slug, exchanged, seed)
        named = recognise_update(
            checks.RULES, mistakes.WRONG_RULES, trials, first="", remembers=slug != "l2"
        )
        assert named is not None and named.name == "arguments exchanged"


@pytest.mark.parametrize("slug", OPTIMIZERS)
def test_steps_by_a_right_rule_are_no_mistake(slug: str) -> None:
    checks, mistakes = OPTIMIZERS[slug]
    for rule in checks.RULES:
        for seed in range(20):
            trials = trials_of(slug, rule, seed)
            assert recognise(mistakes.WRONG_RULES, trials) is None
            as_defaults = [replace(trial, options={}) for trial in trials[:1]]
            defaults = {"adam": {"lr": 1e-3}}.get(slug) or checks.DEFAULTS
            if CASES[slug][0] != defaults:
                named = recognise(mistakes.WRONG_DEFAULTS, as_defaults)
                assert named is None or named.name == "another default"


@pytest.mark.parametrize("slug", OPTIMIZERS)
def test_steps_that_nothing_explains_are_not_named(slug: str) -> None:
    checks, mistakes = OPTIMIZERS[slug]
    for seed in range(20):
        rng = np.random.default_rng(seed)
        trials = trials_of(slug, checks.RULES[0], seed)
        for start, way, _ in trials[0].followed:
            for step in way:
                step += (0.01 * rng.standard_normal(start.shape)).astype(np.float32)
        assert recognise(mistakes.WRONG_RULES, trials) is None


# ---------------------------------------------------------------- nonlinearities

POINTS = np.concatenate([np.logspace(-6, 6, 200), -np.logspace(-6, 6, 200)]).reshape(-1, 4)
CURVE_CONSTANTS: dict[str, list[float]] = {
    "factor": [2.0, 0.5, 1.5],
    "slope": [0.2, 0.3, 3e-3, -0.5, 1.5],
    "alpha": [0.5, 2.0],
    "top": [1.0, 20.0],
    "least": [0.5, 0.01],
    "beta": [2.0, 10.0],
    "shift": [0.5, -0.25],
}


@pytest.mark.parametrize("number", range(len(CURVES)))
def test_a_nonlinearity_is_named_whatever_its_constants(number: int) -> None:
    curve = CURVES[number]
    constant = next((name for name in CURVE_CONSTANTS if f"{{{name}" in curve.says), None)
    cases = [{}] if constant is None else [{constant: v} for v in CURVE_CONSTANTS[constant]]
    for constants in cases:
        values = curve.function(POINTS, **constants).astype(np.float32)
        named = recognise_curve(POINTS, values)
        assert named is not None, constants
        assert named.name == curve.name
        if constant != "least":  # known to lie between two points only
            assert named.says == curve.says.format(**constants)


def test_relu_is_no_mistake() -> None:
    relu = np.maximum(POINTS, 0).astype(np.float32)
    assert recognise_curve(POINTS, relu) is None
    assert recognise_curve(POINTS, relu + np.float32(0.1)) is None
    rng = np.random.default_rng(0)
    for _ in range(50):
        shapes = {"W1": (5, 9), "b1": (5,), "W2": (7, 5), "b2": (7,)}
        weights = {role: rng.standard_normal(shape) for role, shape in shapes.items()}
        inputs = rng.standard_normal((9, 9))
        assert (
            relu_mistakes.recognise_forward(
                weights, inputs, test_relu.forward(weights, inputs), train=False
            )
            is None
        )


# ---------------------------------------------------------------- initial weights

SHAPES = {"W1": (400, 750), "W2": (550, 400)}  # (fan_out, fan_in)


def named_variances(deviations: dict[str, float], uniform: bool, seed: int) -> str:
    rng = np.random.default_rng(seed)
    variances = {}
    for role, shape in SHAPES.items():
        bound = math.sqrt(3)
        draw = rng.uniform(-bound, bound, shape) if uniform else rng.standard_normal(shape)
        variances[role] = float((deviations[role] * draw).var())
    fans = {role: (shape[1], shape[0]) for role, shape in SHAPES.items()}
    mistake = recognise_variances(variances, fans, uniform)
    return "" if mistake is None else mistake.name


@pytest.mark.parametrize("entry", INITIALISERS, ids=lambda entry: entry.name)
def test_an_initialiser_is_named_by_its_variances(entry: kaiming_mistakes.Initialiser) -> None:
    deviations = {
        role: math.sqrt(entry.variance(shape[1], shape[0])) for role, shape in SHAPES.items()
    }
    uniform = entry.uniform if entry.uniform is not None else entry.name == "PyTorch's default"
    for seed in range(20):
        assert named_variances(deviations, uniform, seed) == entry.name


@pytest.mark.parametrize("uniform", [False, True])
@pytest.mark.parametrize("axis", [0, 1])
def test_hes_variance_is_no_mistake(uniform: bool, axis: int) -> None:
    deviations = {role: math.sqrt(2 / shape[axis]) for role, shape in SHAPES.items()}
    for seed in range(50):
        assert named_variances(deviations, uniform, seed) == ""


def test_independent_weights_are_no_mistake() -> None:
    for seed in range(10):
        weight = np.random.default_rng(seed).standard_normal((400, 750)).astype(np.float32)
        assert kaiming_mistakes.recognise_entries(weight) is None
        assert kaiming_mistakes.recognise_rows(weight) is None
        assert kaiming_mistakes.recognise_rows(weight.T) is None


# ---------------------------------------------------------------- masks


@pytest.mark.parametrize("p", [0.2, 0.5, 0.75])
def test_independent_masks_are_no_mistake(p: float) -> None:
    for seed in range(100):
        rng = np.random.default_rng(seed)
        first, second = (rng.random((240, 45)) < p for _ in range(2))
        assert dropout.recognise_masks(first, second) is None
        assert not dropout.whole_rows(first)
        ratios = np.full(100, 1 / (1 - p), np.float32)
        if p != 0.5:  # where 1/p is 1/(1-p)
            assert dropout.recognise_scale(ratios, ratios, p, 1 - float(first.mean())) is None


def test_the_right_rates_are_no_mistake() -> None:
    rates, size = (0.2, 0.75, 0.5), 240 * 45
    for seed in range(200):
        rng = np.random.default_rng(seed)
        shares = [float(rng.binomial(size, p)) / size for p in rates]
        tolerance = Z_LIMIT * math.sqrt(0.25 / size)
        assert dropout.recognise_rate(rates, shares, tolerance) is None
        pairs = list(zip(rates, shares, strict=True))
        assert dropout.recognise_cut_off(pairs, tolerance) is None


@pytest.mark.parametrize(("cut", "limit"), [(min, 0.5), (min, 0.9), (max, 0.4)])
def test_a_rate_that_is_cut_off_is_named(cut: Callable[..., float], limit: float) -> None:
    pairs = [(p, cut(p, limit)) for p in (0.2, 0.75, 0.5, 0.95)]
    named = dropout.recognise_cut_off(pairs, 0.02)
    assert named is not None and f"{limit:.0%}" in named.says


# ---------------------------------------------------------------- right networks


Ask = Callable[[Student, np.random.Generator], Iterable[object]]


def ask_dropout(student: Student, rng: np.random.Generator) -> Iterator[object]:
    net, found = test_dropout.build(student, rng, p=0.3)
    inputs = rng.standard_normal((6, net.sizes[0])).astype(np.float32)
    yield named_forward(net, found, inputs, False, dropout.EVAL_MODE)
    yield test_dropout.named_rate(student, rng)
    for p, around_zero in ((0.2, False), (0.6, True)):
        probe = Probe(student, rng, around_zero=around_zero, p=p)
        (logits,) = probe.drop()
        yield test_dropout.logits_dropped(probe, logits)
        kept = (np.abs(probe.kept) > 0.02) & ~probe.dropped(logits)
        mistake = test_dropout.named_scale(student, probe, logits, kept, p)
        # With ReLU, say, dropping before the nonlinearity is the same as dropping after it.
        yield None if mistake is dropout.BEFORE_NONLINEARITY else mistake


def ask_extra_layer(student: Student, rng: np.random.Generator) -> Iterator[object]:
    chain = test_extra_layer.Chain(*test_extra_layer.build(student, rng), rng)
    weights = chain.draw()
    chain.orient(weights)
    inputs = rng.standard_normal((6, chain.net.sizes[0])).astype(np.float32)
    for train in (False, True):
        yield named_forward(chain.net, chain.layers, inputs, train, common.RANDOM)
    yield test_extra_layer.passed_by(chain, weights, inputs) or None
    yield test_extra_layer.middle_twice(chain) or None


def ask_two_layers(student: Student, rng: np.random.Generator) -> Iterator[object]:
    build = {"relu": test_relu.build, "kaiming_init": test_kaiming_init.build}[student.slug]
    net, found = build(student, rng)
    inputs = rng.standard_normal((6, net.sizes[0])).astype(np.float32)
    for train in (False, True):
        yield named_forward(net, found, inputs, train, common.RANDOM)


def ask_batchnorm(student: Student, rng: np.random.Generator) -> Iterator[object]:
    probe = test_batchnorm.Probe(student, rng)
    weights = probe.draw(mean=1.5, deviation=3.0)
    inputs = probe.inputs(24)
    shown = probe.hidden(weights, inputs, train=True)
    yield test_batchnorm.named_normalisation(probe, weights, inputs, shown)
    probe.assign(weights)
    probe.net.forward_all([inputs] * 200, train=True)
    logits = probe.net.forward(inputs)
    yield test_batchnorm.moving_in_eval_mode(probe.net, inputs)
    rows = inputs[:6]
    shown = probe.hidden(weights, rows, train=False)
    yield test_batchnorm.named_statistics(probe, weights, inputs, shown)
    yield named_forward(probe.net, probe.layers, inputs, True, common.RANDOM)
    assert np.isfinite(logits).all()


ASK: dict[str, Ask] = {
    "dropout": ask_dropout,
    "extra_layer": ask_extra_layer,
    "relu": ask_two_layers,
    "kaiming_init": ask_two_layers,
    "batchnorm": ask_batchnorm,
}
# Running statistics that are just fast enough look like ones that are just too slow; only a check
# that failed asks which they are.
BORDERLINE = ("batchnorm/before_sigmoid.py", "batchnorm/slow_momentum.py")
RIGHT = [  # every third
    path
    for slug in ASK
    for path in sorted(ZOO.glob(f"right/{slug}/*.py"))[::3]
    if not path.as_posix().endswith(BORDERLINE)
]


@pytest.mark.parametrize("path", RIGHT, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_right_network_shows_no_known_mistake(launcher: Launcher, path: Path) -> None:
    slug = path.parent.name
    limits = limits_of(COURSE.assignment(slug))
    with Student(launcher, slug, path.read_text(encoding="utf-8-sig"), limits) as student:
        answers = list(ASK[slug](student, np.random.default_rng(1)))
        assert answers == [None] * len(answers)


# ---------------------------------------------------------------- the real engine, other seeds


class Untrained(CheckRun):
    """How a module trains is said by the zoo's, and takes longer than all that is asked here."""

    def train(self, rng: np.random.Generator, **options: bool) -> TrainingRun:
        pytest.skip("not trained")


def grade(
    launcher: Launcher, slug: str, module: str, seed: int, check_run: type[CheckRun] = CheckRun
) -> AssignmentReport:
    # How well it trains says nothing about what is known here.
    assignment = msgspec.structs.replace(COURSE.assignment(slug), epochs=1, threshold=0.0)
    submission = Submission("ada", {slug: Source(slug, f"{slug}.py", module)}, {})
    return Engine(COURSE, launcher, seed, check_run).grade(submission, assignment).report


def named(report: AssignmentReport) -> set[str]:
    return {check.misconception for check in report.checks} - {""}


STATISTICAL = [
    (slug, module)
    for slug, folders in (
        ("kaiming_init", ("test_weight_variance", "test_weight_distribution")),
        ("dropout", ("test_drop_rate", "test_kept_values", "test_masks_are_independent")),
    )
    for folder in folders
    for module in sorted(f"{folder}/{p.stem}" for p in (ZOO / "wrong" / slug / folder).iterdir())
    if module.partition("/")[2] != "__pycache__"
]


@pytest.mark.parametrize(("slug", "module"), STATISTICAL)
def test_what_is_drawn_at_random_is_named_with_another_seed_too(
    launcher: Launcher, slug: str, module: str
) -> None:
    text = (ZOO / "wrong" / slug / f"{module}.py").read_text(encoding="utf-8")
    # test_zoo.py grades it with the course's seed.
    report = grade(launcher, slug, text, 11, Untrained)
    # Not every mistake shows with every seed.
    if {check.verdict for check in report.checks} != {"passed", "not_judged"}:
        assert named(report) == set(TABLE[slug].get(module, []))


@pytest.mark.parametrize(
    ("module", "seed"),
    [("moments_by_einsum", 6), ("before_hardshrink", 8), ("cumulative_average", 14)],
)
def test_a_right_normalisation_passes_where_what_is_drawn_is_rare(
    launcher: Launcher, module: str, seed: int
) -> None:
    text = (ZOO / "right" / "batchnorm" / f"{module}.py").read_text(encoding="utf-8")
    report = grade(launcher, "batchnorm", text, seed, Untrained)
    assert {check.verdict for check in report.checks} == {"passed", "not_judged"}


TWO_LAYERS = """\
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output{more}):
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.fc2 = nn.Linear(num_hidden, num_output)
        {init}

    def forward(self, x):
        z = self.fc1(x)
        return self.fc2({hidden})
"""
KAIMING_HALF = (
    "[nn.init.normal_(l.weight, std=(1 / l.in_features) ** 0.5) for l in self.children()]"
)
OPTIMIZER = """\
import torch

def make_optimizer(parameters, {arguments}):
    return torch.optim.{call}
"""


def network(hidden: str, init: str = "", more: str = "") -> str:
    return TWO_LAYERS.format(hidden=hidden, init=init, more=more)


def optimizer(arguments: str, call: str) -> str:
    return OPTIMIZER.format(arguments=arguments, call=call)


@pytest.mark.parametrize(
    ("slug", "module", "name", "words"),
    [
        ("relu", network("nn.functional.leaky_relu(z, 0.15)"), "leaky ReLU", "a slope of 0.15"),
        ("relu", network("z.clamp(0, 3)"), "clipped ReLU", "up to 3"),
        ("kaiming_init", network("z.relu()", KAIMING_HALF), "LeCun", "1/fan_in"),
        (
            "dropout",
            network("nn.functional.dropout(z.relu(), 0.3, self.training)", more=", p=0.5"),
            "p ignored",
            "About 30% of the activations are dropped whatever p is",
        ),
        (
            "adam",
            optimizer("lr=1e-3", "Adam(parameters, lr=lr, betas=(0.9, 0.98))"),
            "another β",
            "(0.9, 0.98)",
        ),
        (
            "adam",
            optimizer("lr=1e-3", "Adam(parameters, lr=lr, weight_decay=3e-3)"),
            "L2 weight decay",
            "0.003",
        ),
        (
            "momentum",
            optimizer("lr=0.01, momentum=0.9", "SGD(parameters, lr=lr, momentum=0.75)"),
            "momentum ignored",
            "a momentum of 0.75",
        ),
        (
            "l2",
            optimizer("lr=0.01, weight_decay=1e-4", "SGD(parameters, lr=lr, weight_decay=3e-3)"),
            "weight decay hard-coded",
            "a weight decay of 0.003",
        ),
        (
            "l2",
            optimizer("lr=0.05, weight_decay=1e-4", "SGD(parameters, lr, 0, 0, weight_decay)"),
            "another default",
            "lr=0.05",
        ),
    ],
)  # fmt: skip
def test_the_constant_that_was_seen_is_said(
    launcher: Launcher, slug: str, module: str, name: str, words: str
) -> None:
    report = grade(launcher, slug, module, seed=21)
    (check, *_) = [check for check in report.checks if check.misconception == name]
    diagnosis, _, figures = check.message.partition("\nExpected: ")
    assert words in diagnosis
    assert "\nSeen: " in figures
    assert not check.hint  # the diagnosis says more


def test_two_learning_rates_that_look_alike_are_told_apart(launcher: Launcher) -> None:
    """With lr=0.1, as the first case has it, a rate of 0.01 is lr squared as well."""
    arguments = "lr=0.01, momentum=0.9"
    hard_coded = optimizer(arguments, "SGD(parameters, lr=0.01, momentum=momentum)")
    twice = optimizer(arguments, "SGD(parameters, lr=lr * lr, momentum=momentum)")
    assert "learning rate ignored" in named(grade(launcher, "momentum", hard_coded, seed=5))
    assert "learning rate applied twice" in named(grade(launcher, "momentum", twice, seed=5))


def test_naming_a_mistake_survives_code_that_fails_when_it_is_asked_again(
    launcher: Launcher,
) -> None:
    """The first trial is wrong; in the next the module raises."""
    module = """\
import torch

made = []

def make_optimizer(parameters, lr=0.01, momentum=0.9):
    made.append(lr)
    if len(made) > 3:
        raise RuntimeError("enough")
    return torch.optim.SGD(parameters, lr=lr)
"""
    report = grade(launcher, "momentum", module, seed=5)
    (check,) = [check for check in report.checks if check.id == "test_update_rule"]
    assert (check.verdict, check.misconception) == ("failed", "no momentum")
