"""Mutants are made of all that decides what a solution does, each once and with its own name."""

from __future__ import annotations

import ast
import difflib
import textwrap
from functools import cache
from pathlib import Path

import msgspec
import pytest
from helpers.repository import REPOSITORY, solution

from grader.course.manifest import Course, load_course
from grader.proof.mutants.equivalent import EquivalentError, equivalent_path, load_equivalent
from grader.proof.mutants.source import Mutant, make_mutants

SLUGS = load_course(REPOSITORY).slugs


@cache
def mutants_of(slug: str) -> list[Mutant]:
    return make_mutants(slug, solution(slug))


def changes(text: str) -> list[str]:
    return [mutant.change for mutant in make_mutants("some", textwrap.dedent(text))]


def skeleton(text: str) -> list[str]:
    """What is not to be mutated: docstrings, annotations, imports, and the names of definitions."""
    kept = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            kept.append(repr(ast.get_docstring(node)))
        if isinstance(node, ast.FunctionDef):
            annotations = [a.annotation for a in ast.walk(node) if isinstance(a, ast.arg)]
            kept += [ast.dump(a) for a in (*annotations, node.returns) if a is not None]
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            kept.append(node.name)
        if isinstance(node, ast.Import | ast.ImportFrom):
            kept.append(ast.dump(node))
    return kept


@pytest.mark.parametrize("slug", SLUGS)
def test_a_mutant_differs_in_code_and_in_nothing_else(slug: str) -> None:
    text = solution(slug)
    programs = {ast.dump(ast.parse(text))}
    mutants = mutants_of(slug)
    assert mutants
    for mutant in mutants:
        compile(mutant.text, slug, "exec")
        assert skeleton(mutant.text) == skeleton(text), mutant.change
        programs.add(ast.dump(ast.parse(mutant.text)))
        comments = [line.partition("  # ")[2] for line in mutant.text.splitlines()]
        assert comments == [line.partition("  # ")[2] for line in text.splitlines()] or (
            len(comments) < len(text.splitlines())  # a loop was dropped with what is in it
        )
    assert len(programs) == len(mutants) + 1  # each is another program


@pytest.mark.parametrize("slug", SLUGS)
def test_no_two_mutants_of_a_solution_have_the_same_name(slug: str) -> None:
    names = [mutant.change for mutant in mutants_of(slug)]
    assert len(names) == len(set(names))


MISTAKES = {
    "another initialiser": (
        "nn.init.xavier_normal_(w)",
        "nn.init.xavier_normal_(w) -> nn.init.kaiming_normal_(w)",
    ),
    "another initialiser, which takes fewer arguments": (
        'nn.init.kaiming_normal_(w, mode="fan_in")',
        "nn.init.kaiming_normal_(w, mode='fan_in') -> nn.init.normal_(w)",
    ),
    "the other fan": (
        'kaiming_normal_(w, mode="fan_in")',
        "kaiming_normal_(w, mode='fan_in') -> kaiming_normal_(w, mode='fan_out')",
    ),
    "another constant": ("eps = 1e-8", "eps = 1e-08 -> eps = 1e-07"),
    "half the distance from one": ("beta = 0.999", "beta = 0.999 -> beta = 0.9995"),
    "a dropped call": ("x = relu(x)", "x = relu(x) -> x = x"),
    "a dropped statement": ("zeros_(b)", "zeros_(b) -> pass"),
    "swapped arguments": ("linear(x, w)", "linear(x, w) -> linear(w, x)"),
    "swapped values of keywords": ("f(a=x, b=y)", "f(a=x, b=y) -> f(a=y, b=x)"),
    "swapped elements": ("betas = (0.9, 1.0)", "betas = (0.9, 1.0) -> betas = (1.0, 0.9)"),
    "an element left out": ("for w in v, u:\n    f(w)", "for w in (v, u): -> for w in (v,):"),
    "another number in a tuple of one": ("x = 2,", "x = (2,) -> x = (20,)"),
    "an argument left out": ("f(x, lr=lr)", "f(x, lr=lr) -> f(x)"),
    "an option added": (
        "Adam(parameters, lr=lr)",
        "Adam(parameters, lr=lr) -> Adam(parameters, lr=lr, amsgrad=True)",
    ),
    "an option changed": (
        "SGD(parameters, momentum=mu)",
        "SGD(parameters, momentum=mu) -> SGD(parameters, momentum=0.9)",
    ),
    "train for eval": ("net.train()", "net.train() -> net.eval()"),
    "always in train mode": ("self.drop(x)", "self.drop(x) -> self.drop.train()(x)"),
    "in the wrong mode": (
        "y = f(x, self.training)",
        "y = f(x, self.training) -> y = f(x, not self.training)",
    ),
    "another parameter of the same type": (
        "def f(p: int, q: int):\n    return g(p)",
        "return g(p) -> return g(q)",
    ),
    "what is missing to one": (
        "def f(p: float):\n    return Dropout(p)",
        "return Dropout(p) -> return Dropout(1 - p)",
    ),
    "another attribute": (
        "self.a = 1\nself.b = 2\nf(self.a)",
        "f(self.a) -> f(self.b)",
    ),
    "another default": ("def f(lr=0.01):\n    pass", "def f(lr=0.01): -> def f(lr=0.1):"),
    "a condition the other way round": ("if a:\n    f()", "if a: -> if not a:"),
    "a block left out": ("if a:\n    f()\ng()", "if a: / f() -> pass"),
    "another operator": ("v = m * v + g", "v = m * v + g -> v = m * v - g"),
}


@pytest.mark.parametrize(("text", "change"), MISTAKES.values(), ids=MISTAKES)
def test_each_kind_of_mistake_is_made(text: str, change: str) -> None:
    assert change in changes(text)


def test_comments_and_formatting_do_not_change_a_name() -> None:
    plain = "x = f(\n    x,\n    0.5)  # halved\n"
    assert changes(plain) == changes("x = f(x, 0.5)\n")


def test_a_diff_shows_the_change_where_it_is() -> None:
    text = solution("relu")
    (mutant,) = [m for m in mutants_of("relu") if m.change.endswith("functional.gelu(x)")]
    assert list(mutant.diff(text)) == list(
        difflib.unified_diff(
            text.splitlines(),
            text.replace("functional.relu", "functional.gelu").splitlines(),
            "solutions/relu.py",
            "solutions/relu.py",
            n=1,
            lineterm="",
        )
    )


# ---------------------------------------------------------------- the list of equivalent ones


def test_every_listed_mutant_is_still_made() -> None:
    course = load_course(REPOSITORY)
    for slug, reasons in load_equivalent(course).items():
        made = {mutant.change for mutant in mutants_of(slug)}
        assert not reasons.keys() - made


@pytest.fixture
def course(tmp_path: Path) -> Course:
    (tmp_path / "tests").mkdir()
    return msgspec.structs.replace(load_course(REPOSITORY), root=tmp_path)


def test_without_a_list_no_mutant_is_equivalent(course: Course) -> None:
    assert load_equivalent(course) == {slug: {} for slug in course.every_slug}


ENTRY = '[[equivalent]]\nslug = "relu"\nreason = "Why not."\nmutants = ["a -> b"]\n'


def test_a_list_gives_the_reason_for_each_mutant(course: Course) -> None:
    equivalent_path(course).write_text(ENTRY, encoding="utf-8")
    assert load_equivalent(course)["relu"] == {"a -> b": "Why not."}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ENTRY.replace("relu", "rely"), "no assignment 'rely'; did you mean 'relu'?"),
        (ENTRY + ENTRY, "relu: listed twice: a -> b"),
        (ENTRY.replace('"Why not."', '""'), "Expected `str` of length >= 1"),
        (ENTRY.replace("mutants", "mutant"), "unknown field `mutant`"),
        (ENTRY.replace('"relu"', "relu"), "Invalid value (at line 2, column 8)"),
    ],
)
def test_a_wrong_list_is_an_error_of_one_line(course: Course, text: str, said: str) -> None:
    equivalent_path(course).write_text(text, encoding="utf-8")
    with pytest.raises(EquivalentError) as caught:
        load_equivalent(course)
    assert str(caught.value).startswith("tests/equivalent_mutants.toml: ")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
