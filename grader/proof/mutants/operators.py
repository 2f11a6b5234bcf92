"""Mutation operators: a node of a solution's syntax tree becomes each of its likely mistakes.

mutmut's operators change what any Python has: numbers, strings, comparisons, arguments left out.
The others make mistakes of this field: another initialiser, a constant ten times as large, a call
that is forgotten, arguments in the wrong order, a layer that is always in train mode.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations
from typing import Any

import libcst as cst
from libcst import matchers as m
from mutmut.mutation.mutators import mutation_operators

Operator = Callable[[Any], Iterable[cst.CSTNode]]

# Names of which one stands where another one should.
RELATED_NAMES = (
    (
        "xavier_normal_", "xavier_uniform_", "kaiming_normal_", "kaiming_uniform_", "orthogonal_",
        "normal_", "uniform_", "trunc_normal_", "zeros_", "ones_",
    ),
    ("zeros", "ones", "empty", "rand", "randn"),
    (
        "relu", "leaky_relu", "elu", "selu", "gelu", "silu", "softplus", "tanh", "sigmoid", "relu6",
        "hardtanh",
    ),
    (
        "ReLU", "LeakyReLU", "ELU", "SELU", "GELU", "SiLU", "Softplus", "Tanh", "Sigmoid", "ReLU6",
        "Hardtanh",
    ),
    ("SGD", "Adam", "AdamW", "Adamax", "NAdam", "RAdam", "Adagrad", "RMSprop"),
    ("BatchNorm1d", "LayerNorm", "InstanceNorm1d", "Identity"),
    ("Dropout", "Dropout1d", "AlphaDropout", "FeatureAlphaDropout", "Identity"),
    ("train", "eval"),
    ("mean", "sum"),
    ("var", "std"),
)  # fmt: skip
RELATED_WORDS = (
    ("fan_in", "fan_out"),
    ("relu", "leaky_relu", "linear", "selu", "tanh", "sigmoid"),
)
# Options that change what a call does, with values for them.
OPTIONS = {
    "SGD": (
        "momentum=0.9", "dampening=0.1", "weight_decay=0.01", "nesterov=True", "maximize=True",
    ),
    "Adam": ("weight_decay=0.01", "amsgrad=True", "maximize=True"),
    "Linear": ("bias=False",),
    "Parameter": ("requires_grad=False",),
    "Dropout": ("inplace=True",),
    "BatchNorm1d": (
        "eps=0.1", "eps=0.01", "momentum=0.01", "momentum=0.5", "momentum=None", "affine=False",
        "track_running_stats=False",
    ),
}  # fmt: skip


def last_name(expression: cst.BaseExpression) -> str:
    """The `c` of `a.b.c`; "" for what ends in no name."""
    if isinstance(expression, cst.Attribute):
        expression = expression.attr
    return expression.value if isinstance(expression, cst.Name) else ""


def beside(name: str, groups: Sequence[Sequence[str]]) -> list[str]:
    """The others of the groups that `name` is in."""
    return [other for group in groups if name in group for other in group if other != name]


def use_another_name(node: cst.Attribute) -> Iterator[cst.CSTNode]:
    """Another initialiser, nonlinearity, optimizer or layer, with the same arguments."""
    for other in beside(node.attr.value, RELATED_NAMES):
        yield node.with_changes(attr=cst.Name(other))


def use_another_without_options(node: cst.Call) -> Iterator[cst.CSTNode]:
    """The same, with the first argument alone, as other arguments may mean nothing to it."""
    if isinstance(node.func, cst.Attribute) and len(node.args) > 1:
        for func in use_another_name(node.func):
            yield node.with_changes(func=func, args=[node.args[0]])


def use_another_word(node: cst.SimpleString) -> Iterator[cst.CSTNode]:
    """Another of the words that an argument takes."""
    for other in beside(str(node.evaluated_value), RELATED_WORDS):
        yield node.with_changes(value=f'"{other}"')


def use_another_number(node: cst.Integer | cst.Float) -> Iterator[cst.CSTNode]:
    """Another constant: 0, 1, its opposite, twice or half, ten times or a tenth, or what is missing
    to 1; and values whose distance from 1 is half or ten times as large."""
    value = node.evaluated_value
    rest = round(1 - value, 12)
    others = (0, 1, -value, 2 * value, value / 2, 10 * value, value / 10, rest, 1 - rest / 2)
    for other in (*others, 1 - 10 * rest):
        if math.isfinite(other):
            yield cst.parse_expression(f"{other:.6g}")


def add_option(node: cst.Call) -> Iterator[cst.CSTNode]:
    """An option that nobody asked for, or another value for one that is given."""
    for text in OPTIONS.get(last_name(node.func), ()):
        option = cst.ensure_type(cst.parse_expression(f"f({text})"), cst.Call).args[0]
        keyword = text.partition("=")[0]
        others = [a for a in node.args if a.keyword is None or a.keyword.value != keyword]
        yield node.with_changes(args=[*others, option])


def drop_statement(node: cst.SimpleStatementLine) -> Iterator[cst.CSTNode]:
    yield cst.Pass()


def drop_block(node: cst.For | cst.While | cst.If | cst.With) -> Iterator[cst.CSTNode]:
    yield cst.SimpleStatementLine([cst.Pass()], leading_lines=node.leading_lines)


def drop_call(node: cst.Call) -> Iterator[cst.CSTNode]:
    """f(x, ...) becomes x."""
    if node.args and node.args[0].keyword is None and not node.args[0].star:
        yield parenthesised(node.args[0].value)


def negate_condition(node: cst.If | cst.IfExp) -> Iterator[cst.CSTNode]:
    yield node.with_changes(test=cst.UnaryOperation(cst.Not(), parenthesised(node.test)))


def parenthesised(node: cst.BaseExpression) -> cst.BaseExpression:
    if isinstance(node, cst.Name | cst.Attribute | cst.Call | cst.Subscript) or node.lpar:
        return node
    return node.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])


def swap_arguments(node: cst.Call) -> Iterator[cst.CSTNode]:
    """Two arguments in each other's place; among those by position, and among those by keyword."""
    for i, j in combinations(range(len(node.args)), 2):
        first, second = node.args[i], node.args[j]
        if not (first.star or second.star) and bool(first.keyword) == bool(second.keyword):
            args = list(node.args)
            args[i] = first.with_changes(value=second.value)
            args[j] = second.with_changes(value=first.value)
            yield node.with_changes(args=args)


def swap_elements(node: cst.Tuple | cst.List) -> Iterator[cst.CSTNode]:
    for i, j in combinations(range(len(node.elements)), 2):
        elements = list(node.elements)
        elements[i] = elements[i].with_changes(value=node.elements[j].value)
        elements[j] = elements[j].with_changes(value=node.elements[i].value)
        yield node.with_changes(elements=elements)


def drop_element(node: cst.Tuple | cst.List) -> Iterator[cst.CSTNode]:
    if len(node.elements) > 1:  # an empty tuple may need parentheses that this one does not have
        for i in range(len(node.elements)):
            yield node.with_changes(elements=[*node.elements[:i], *node.elements[i + 1 :]])


def mistake_mode(node: cst.Call) -> Iterator[cst.CSTNode]:
    """A part `self.part(x)` that is always in train mode, always in eval mode, or in the wrong one.

    A part without modes raises, as functions have no `train`.
    """
    if m.matches(node.func, m.Attribute(value=m.Name("self"))):
        for mode in ("train()", "eval()", "train(not self.training)"):
            call = cst.ensure_type(cst.parse_expression(f"part.{mode}"), cst.Call)
            part = cst.ensure_type(call.func, cst.Attribute).with_changes(value=node.func)
            yield node.with_changes(func=call.with_changes(func=part))


def mistake_training(node: cst.Attribute) -> Iterator[cst.CSTNode]:
    """self.training where it should be the opposite, or where it is not asked for."""
    if node.attr.value == "training":
        yield parenthesised(cst.UnaryOperation(cst.Not(), node))
        yield cst.Name("True")
        yield cst.Name("False")


OPERATORS: tuple[tuple[type | tuple[type, ...], Operator], ...] = (
    *mutation_operators,
    (cst.Attribute, use_another_name),
    (cst.Call, use_another_without_options),
    (cst.SimpleString, use_another_word),
    ((cst.Integer, cst.Float), use_another_number),
    (cst.Call, add_option),
    (cst.SimpleStatementLine, drop_statement),
    ((cst.For, cst.While, cst.If, cst.With), drop_block),
    (cst.Call, drop_call),
    ((cst.If, cst.IfExp), negate_condition),
    (cst.Call, swap_arguments),
    ((cst.Tuple, cst.List), swap_elements),
    ((cst.Tuple, cst.List), drop_element),
    (cst.Call, mistake_mode),
    (cst.Attribute, mistake_training),
)


def mutations(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """What `node` may be replaced by, by every operator."""
    for kind, operator in OPERATORS:
        if isinstance(node, kind):
            yield from operator(node)
