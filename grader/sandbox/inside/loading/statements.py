"""What statements and expressions say of names, whatever these stand for."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_SCOPES = (
    *DEFINITIONS, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp,
)  # fmt: skip


def walk(expression: ast.AST) -> Iterator[ast.AST]:
    """All nodes of an expression, but for the bodies of lambdas: they don't run yet."""
    left: list[ast.AST] = [expression]
    while left:
        node = left.pop()
        yield node
        if isinstance(node, ast.Lambda):
            left += [*node.args.defaults, *filter(None, node.args.kw_defaults)]
        else:
            left += ast.iter_child_nodes(node)


def walk_scope(top: ast.AST) -> Iterator[ast.AST]:
    """All nodes but for those in a scope of their own: functions, classes and comprehensions."""
    left = [top]
    while left:
        node = left.pop()
        yield node
        if not isinstance(node, _SCOPES):
            left += ast.iter_child_nodes(node)


def stored(top: ast.AST, through: Callable[[ast.AST], Iterable[ast.AST]] = walk_scope) -> list[str]:
    """The names that are assigned to in what `through` passes."""
    return [
        node.id
        for node in through(top)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    ]


def root(expression: ast.expr) -> str:
    """Of `a.b[0].c` the name `a`; "" where it begins with no name."""
    while isinstance(expression, ast.Attribute | ast.Subscript):
        expression = expression.value
    return expression.id if isinstance(expression, ast.Name) else ""


def is_import(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Import | ast.ImportFrom)


def gives(statement: ast.stmt) -> Iterable[str]:
    """The names that a statement gives values to."""
    if is_import(statement):
        return binds(statement)
    if isinstance(statement, DEFINITIONS):
        return [statement.name]
    inner = [node for node in ast.walk(statement) if isinstance(node, DEFINITIONS)]
    targets: list[ast.expr] = statement.targets if isinstance(statement, ast.Assign) else []
    if isinstance(statement, ast.AugAssign):
        targets = [statement.target]
    return {*stored(statement), *map(root, targets), *(node.name for node in inner)} - {""}


def takes_all(statement: ast.stmt) -> bool:
    """Whether it is `from … import *`."""
    return isinstance(statement, ast.ImportFrom) and statement.names[0].name == "*"


def is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def is_future(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.module == "__future__"


def binds(statement: ast.stmt) -> set[str]:
    assert isinstance(statement, ast.Import | ast.ImportFrom)
    return {bound(alias) for alias in statement.names}


def bound(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]
