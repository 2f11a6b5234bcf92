"""What the code of a module does, read off its syntax tree."""

from __future__ import annotations

import ast

from grader.submissions.code.parsing import parsed


def ends_in_return(function: str, source: str) -> bool:
    """Whether every function of that name ends in a `return` with something after it."""
    ends = [
        node.body[-1]
        for node in nodes_of(source) or []
        if isinstance(node, ast.FunctionDef) and node.name == function
    ]
    return bool(ends) and all(isinstance(end, ast.Return) and end.value is not None for end in ends)


def divides(source: str) -> bool:
    """Whether the code divides by more than a number or takes a root, or can't be read."""
    nodes = nodes_of(source)
    return nodes is None or any(map(is_quotient_or_root, nodes))


def nodes_of(source: str) -> list[ast.AST] | None:
    """All nodes of the code's syntax tree; None where it can't be read."""
    tree = parsed(source)
    return None if tree is None else list(ast.walk(tree))


def is_taken_over_rows(method: str, source: str) -> bool:
    """Whether the code has torch.max(x, 0), x.max(0) or the like with dim or axis, for "max"."""
    return any(takes_zero(method, node) for node in nodes_of(source) or [])


def takes_zero(method: str, node: ast.AST) -> bool:
    """Whether it is a call of this method, with 0 among its arguments."""
    match node:
        case ast.Call(func=ast.Attribute(attr=name), args=given, keywords=named):
            numbers = [ast.unparse(each) for each in (*given, *(each.value for each in named))]
            return name == method and "0" in numbers
    return False


def is_quotient_or_root(node: ast.AST) -> bool:
    match node:
        case ast.BinOp(op=ast.Div(), right=by) | ast.AugAssign(op=ast.Div(), value=by):
            return not isinstance(by, ast.Constant)
        case ast.BinOp(op=ast.Pow(), right=ast.UnaryOp() | ast.Constant(value=float())):
            return True
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return "sqrt" in name or "div" in name
    return False
