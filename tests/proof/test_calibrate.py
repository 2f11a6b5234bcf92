"""Thresholds are measured: the fit keeps its promise, and the command measures, resumes, writes."""

from __future__ import annotations

import json
import math
import shutil
from datetime import date
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np
import pytest
import typer
from helpers.commands import Ran, RunGrader
from helpers.repository import REPOSITORY, copy_repository

from grader.cli.proof import select_training
from grader.course.manifest import CalibrationNote, load_course
from grader.errors import GraderError
from grader.grading.key import checks_digest
from grader.proof.calibration.measure import Sample
from grader.proof.calibration.tail import FALSE_FAILURES, SURPRISE, fit_tail, to_accuracy
from grader.proof.calibration.thresholds import conclude, lines_about, write_thresholds
from grader.proof.zoo import Module

ZOO = REPOSITORY / "tests" / "zoo"
RIGHT = ("autograd_function", "small_normal_weights")
WRONG = (
    "test_training/tiny_weights",
    "test_hidden_is_relu/leaky",
    "test_builds/squeezes_a_single_row",  # trains exactly as a right one does
)
SETTINGS = ("calibrate", "relu", "--seeds", "3", "--wrong-seeds", "2")
NEVER_TRAINS = "raise ValueError('never trains')\n"


# ---------------------------------------------------------------- the fit


def two_piece(rng: np.random.Generator, low: float, high: float, size: int) -> np.ndarray:
    """Accuracies whose logits are two-piece normal, with the median at 1, in steps of an image."""
    deviations = rng.normal(size=size)
    logits = 1 + np.where(deviations < 0, low, high) * deviations
    return np.round(500 / (1 + np.exp(-logits))) / 500


@pytest.mark.parametrize(("low", "high"), [(0.1, 0.1), (0.2, 0.1), (0.1, 0.2)])
def test_the_lower_end_is_below_the_true_quantile_as_often_as_it_says(
    low: float, high: float
) -> None:
    rng = np.random.default_rng(1)
    true = to_accuracy(1 - 4.7534 * low)  # Φ(-4.7534) = 1e-6
    tails = [fit_tail(two_piece(rng, low, high, size=200)) for _ in range(40)]
    assert sum(tail.low <= true for tail in tails) >= 38
    assert np.mean([tail.quantile for tail in tails]) == pytest.approx(true, abs=0.01)
    assert all(true - 0.15 < tail.low < tail.quantile < tail.lowest for tail in tails)
    assert FALSE_FAILURES == 1e-6


def test_more_seeds_make_the_interval_narrower() -> None:
    rng = np.random.default_rng(2)
    few, many = (fit_tail(two_piece(rng, 0.1, 0.1, size)) for size in (20, 2000))
    assert many.quantile - many.low < (few.quantile - few.low) / 3


def test_an_accuracy_that_the_fit_does_not_explain_is_noticed() -> None:
    usual = two_piece(np.random.default_rng(3), 0.1, 0.1, size=200)
    assert fit_tail(usual).surprise > SURPRISE
    assert fit_tail(np.append(usual, 0.2)).surprise < SURPRISE


@pytest.mark.parametrize("accuracy", [0.0, 0.502, 1.0])
def test_accuracies_that_are_all_the_same_are_their_own_tail(accuracy: float) -> None:
    tail = fit_tail(np.full(10, accuracy))
    assert tail.quantile == pytest.approx(accuracy)
    assert tail.low == pytest.approx(accuracy)


# ---------------------------------------------------------------- the command


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository, with a small zoo for relu; not to be changed."""
    root = copy_repository(tmp_path_factory.mktemp("calibrate") / "repository")
    for name in [*(f"right/relu/{n}" for n in RIGHT), *(f"wrong/relu/{n}" for n in WRONG)]:
        target = root / "tests" / "zoo" / f"{name}.py"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ZOO / f"{name}.py", target)
    raising = root / "tests" / "zoo" / "wrong" / "relu" / "test_builds" / "raises.py"
    raising.write_text(NEVER_TRAINS)
    return root


@pytest.fixture(scope="module")
def first(run_grader: RunGrader, repository: Path) -> Ran:
    """The first calibration there, with a picture beside the repository."""
    return run_grader(
        *SETTINGS, "--plot", repository.parent / "a.svg", root=repository, cwd=repository
    )


@pytest.fixture
def copied(first: Ran, repository: Path, tmp_path: Path) -> Path:
    """A copy of the repository with what was measured."""
    return Path(shutil.copytree(repository, tmp_path / "copy"))


def kept(root: Path) -> list[str]:
    path = root / ".calibration_cache" / "accuracies.jsonl"
    return path.read_text().splitlines()


def line_about(module: str, stdout: str) -> str:
    (line,) = [line for line in stdout.splitlines() if line.split() and module in line.split()[0]]
    return line


def test_what_was_measured_is_shown_and_course_toml_stays(first: Ran, repository: Path) -> None:
    assert first.status == 0, first.stderr
    manifest = "assignments/course.toml"
    assert (repository / manifest).read_bytes() == (REPOSITORY / manifest).read_bytes()
    assert "course.toml is as it was; --write" in first.stderr
    assert line_about("solutions/relu", first.stdout).split()[1] == "3"
    assert line_about("right/relu/small_normal_weights", first.stdout).split()[1] == "3"
    assert line_about("tiny_weights", first.stdout).split()[1::2] == ["2", "0.0%"]
    assert line_about("leaky", first.stdout).split()[1::2] == ["2", "100.0%"]
    like_it = line_about("right/relu/autograd_function", first.stdout)
    assert like_it.endswith("; alike: test_builds/squeezes_a_single_row")
    assert "raises" not in first.stdout
    weakest = first.stdout.splitlines()[2]
    assert "small_normal_weights" in weakest  # the weakest comes first
    low = float(weakest.split("(")[1].split(")")[0])
    assert 0.2 < low < 0.55
    assert f"threshold: {int(100 * low) / 100:.2f} (in course.toml: " in first.stdout


def test_the_picture_shows_both_distributions_and_the_threshold(
    first: Ran, repository: Path
) -> None:
    picture = (repository.parent / "a.svg").read_text(encoding="utf-8")
    for text in ("ReLU", "right modules: 3", "wrong modules: 2", "threshold 0."):
        assert text in picture


def test_what_is_known_is_not_measured_again(
    first: Ran, copied: Path, run_grader: RunGrader
) -> None:
    before = kept(copied)
    again = run_grader(*SETTINGS, root=copied, cwd=copied)
    assert (again.status, again.stdout) == (0, first.stdout)
    assert kept(copied) == before


def test_an_interrupted_calibration_goes_on_and_comes_to_the_same(
    first: Ran, copied: Path, run_grader: RunGrader
) -> None:
    path = copied / ".calibration_cache" / "accuracies.jsonl"
    content = path.read_bytes()
    path.write_bytes(content[: 2 * len(content) // 3])  # in the middle of a line
    again = run_grader(*SETTINGS, root=copied, cwd=copied)
    assert (again.status, again.stdout) == (0, first.stdout)
    assert set(content.decode().splitlines()) == set(kept(copied))
    assert all(json.loads(line) for line in kept(copied))


def test_a_module_that_changed_is_measured_again_and_no_other(
    copied: Path, run_grader: RunGrader
) -> None:
    before = kept(copied)
    module = copied / "tests" / "zoo" / "wrong" / "relu" / "test_training" / "tiny_weights.py"
    module.write_text(module.read_text().replace("1e-4", "1e-5"))
    assert run_grader(*SETTINGS, root=copied, cwd=copied).status == 0
    added = [json.loads(line) for line in kept(copied)[len(before) :]]
    assert kept(copied)[: len(before)] == before
    assert sorted(each["seed"] for each in added) == [1, 2]
    assert len({each["key"] for each in added}) == 1


def test_write_changes_the_threshold_and_notes_how_it_was_measured(
    copied: Path, run_grader: RunGrader
) -> None:
    path = copied / "assignments" / "course.toml"
    before = path.read_text().splitlines()
    ran = run_grader(*SETTINGS, "--write", root=copied, cwd=copied)
    assert ran.status == 0, ran.stderr
    after = path.read_text().splitlines()
    old, new = load_course(REPOSITORY), load_course(copied)
    for slug in old.slugs:
        if slug != "relu":
            assert old.assignment(slug) == new.assignment(slug)
    relu = new.assignment("relu")
    assert f"threshold: {relu.threshold:.2f} " in ran.stdout
    assert f"threshold = {relu.threshold:.2f}" in after
    note = relu.calibration
    assert note is not None
    assert (note.seeds, note.wrong_seeds) == (3, 2)
    assert note.weakest == "tests/zoo/right/relu/small_normal_weights"
    # Comments and all else stay, but for what it was before.
    replaced = {line for line in before if line.startswith(("threshold", "calibration"))}
    assert set(before) - set(after) <= replaced
    assert [line for line in before if line.startswith("#")] == [
        line for line in after if line.startswith("#")
    ]


def test_when_it_was_measured_does_not_make_results_stale() -> None:
    course = load_course(REPOSITORY)
    relu = course.assignment("relu")
    now = CalibrationNote(
        date=date(2030, 1, 1), seeds=1, wrong_seeds=1, weakest="a", torch="1", numpy="1", python="1"
    )
    digest = checks_digest(course, relu)
    assert checks_digest(course, msgspec.structs.replace(relu, calibration=now)) == digest
    assert checks_digest(course, msgspec.structs.replace(relu, threshold=0.99)) != digest


def test_a_right_module_that_does_not_train_is_named(copied: Path, run_grader: RunGrader) -> None:
    broken = copied / "tests" / "zoo" / "right" / "relu" / "autograd_function.py"
    broken.write_text(NEVER_TRAINS)
    ran = run_grader(*SETTINGS, root=copied, cwd=copied)
    assert ran.status == 3
    assert "tests/zoo/right/relu/autograd_function.py does not train" in ran.stderr


def test_a_damaged_line_of_what_was_measured_is_named(copied: Path, run_grader: RunGrader) -> None:
    path = copied / ".calibration_cache" / "accuracies.jsonl"
    path.write_text("{}\n" + path.read_text())
    ran = run_grader(*SETTINGS, root=copied, cwd=copied)
    assert ran.status == 3
    assert "accuracies.jsonl: line 1 is not a measurement" in ran.stderr


@pytest.mark.parametrize("name", ["a.gif", "a", "nowhere/a.svg"])
def test_a_plot_that_can_not_be_written_is_refused_at_once(
    copied: Path, run_grader: RunGrader, name: str
) -> None:
    before = kept(copied)
    ran = run_grader(*SETTINGS[:-3], "9", "--plot", name, root=copied, cwd=copied)
    assert ran.status == 2
    assert Path(name).parts[0] in ran.stderr
    assert kept(copied) == before


# ---------------------------------------------------------------- what trains, and bands


def test_what_trains_nothing_is_refused_by_name_and_left_out_otherwise() -> None:
    course = load_course(REPOSITORY)
    with pytest.raises(typer.BadParameter, match="l1: nothing is trained"):
        select_training(course, ["relu", "l1"])
    relu, l1 = course.assignment("relu"), course.assignment("l1")
    both = msgspec.structs.replace(course, assignments=(relu, l1), further=())
    assert select_training(both, None) == [relu]
    with pytest.raises(typer.BadParameter, match="l1: nothing is trained"):
        select_training(msgspec.structs.replace(both, assignments=(l1,)), None)


def test_epochs_without_a_check_that_trains_are_the_instructors_mistake(
    copied: Path, run_grader: RunGrader
) -> None:
    manifest = copied / "assignments" / "course.toml"
    title = 'title = "L1 regularisation"'
    manifest.write_text(
        manifest.read_text().replace(title, f"{title}\nepochs = 5\nthreshold = 0.5")
    )
    ran = run_grader("calibrate", "l1", "--seeds", "2", root=copied, cwd=copied)
    assert ran.status == 3
    assert "grader: l1: course.toml gives it epochs, but no check trains" in ran.stderr


def sample(name: str, accuracies: np.ndarray, *alike: str) -> Sample:
    kind: Literal["right", "wrong"] = "wrong" if "/" in name else "right"
    module, *others = [Module("capstone", kind, f"tests/zoo/{n}", "") for n in (name, *alike)]
    return Sample(module, accuracies, others)


LADDER = (
    "test_it_learns",
    "test_as_good_as_a_tuned_baseline",
    "test_as_good_as_two_layers_can_be",
    "test_as_good_as_convolutions",
)


def test_a_band_is_what_modules_stay_above_that_fail_the_next_check() -> None:
    course = load_course(REPOSITORY)
    low, middle, high, top = (np.array([a, a]) for a in (0.3, 0.5, 0.7, 0.9))
    samples = [
        sample("best", top),
        sample(f"{LADDER[0]}/idle", np.array([0.1, 0.1])),
        sample(f"{LADDER[1]}/slow", low),
        sample("test_builds/spelt_otherwise", middle, f"{LADDER[2]}/narrow"),
        sample(f"{LADDER[3]}/a", high),
        sample(f"{LADDER[3]}/b", np.array([0.8, 0.8])),
    ]
    conclusion = conclude(course, course.assignment("capstone"), samples)
    below = [math.floor(100 * fit_tail(each).low) / 100 for each in (low, middle, high, top)]
    assert [*conclusion.bands, conclusion.threshold] == below
    lines = [line for line in lines_about(conclusion) if line.startswith("  band: ")]
    assert [line.rpartition("/")[2] for line in lines] == ["slow", "spelt_otherwise", "a"]


def test_a_band_that_no_module_shows_is_named() -> None:
    course = load_course(REPOSITORY)
    samples = [sample("best", np.array([0.9, 0.9]))]
    with pytest.raises(GraderError, match=f"capstone/{LADDER[1]}: holds no module"):
        conclude(course, course.assignment("capstone"), samples)


def test_each_band_needs_a_check_of_its_own() -> None:
    course = load_course(REPOSITORY)
    capstone = msgspec.structs.replace(course.assignment("capstone"), bands=(0.5, 0.7))
    with pytest.raises(GraderError, match=r"4 checks look at the training.* 2 bands and a"):
        conclude(course, capstone, [sample("best", np.array([0.9, 0.9]))])


def test_bands_that_are_not_below_each_other_are_not_written(tmp_path: Path) -> None:
    course = load_course(REPOSITORY)
    reached = np.array([0.5, 0.5])
    samples = [sample("best", reached), *(sample(f"{check}/a", reached) for check in LADDER[1:])]
    conclusion = conclude(course, course.assignment("capstone"), samples)
    with pytest.raises(GraderError, match="capstone: bands and threshold would not be one above"):
        write_thresholds(msgspec.structs.replace(course, root=tmp_path), [conclusion], 2, 2)


def test_bands_are_written(copied: Path, run_grader: RunGrader) -> None:
    zoo = copied / "tests" / "zoo" / "wrong" / "capstone"
    for name in ("plain_sgd", "tuned_sgd", "two_layers_momentum"):
        (module,) = (ZOO / "wrong" / "capstone").rglob(f"{name}.py")
        (zoo / module.parent.name).mkdir(parents=True)
        shutil.copyfile(module, zoo / module.parent.name / module.name)
    manifest = copied / "assignments" / "course.toml"
    text = manifest.read_text(encoding="utf-8")
    assert text.count("epochs = 10\nbands") == 1
    manifest.write_text(text.replace("epochs = 10\nbands", "epochs = 3\nbands"), encoding="utf-8")
    ran = run_grader(
        *("calibrate", "capstone", "--seeds", "2", "--wrong-seeds", "2", "--write"),
        root=copied,
        cwd=copied,
    )
    assert ran.status == 0, ran.stderr
    capstone = load_course(copied).assignment("capstone")
    shown = [line.split()[1] for line in ran.stdout.splitlines()[-4:]]
    assert shown == [f"{step:.2f}" for step in (*capstone.bands, capstone.threshold)]
    assert capstone.calibration is not None
    assert capstone.calibration.weakest == "solutions/capstone"


def test_without_a_solution_there_is_nothing_to_calibrate(
    copied: Path, run_grader: RunGrader
) -> None:
    (copied / "solutions" / "relu.py").unlink()
    ran = run_grader(*SETTINGS, root=copied, cwd=copied)
    assert (ran.status, ran.stdout) == (3, "")
    assert "solutions/relu.py: not found" in ran.stderr
