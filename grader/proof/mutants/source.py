"""A module's mutants: every change that the operators make, one at a time.

Docstrings, comments, annotations and imports stay; all else decides what the module does.
"""

from __future__ import annotations

import ast
import difflib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst
from libcst import matchers as m
from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper

from grader.proof.mutants.operators import mutations

# Imports, and strings that are all of a statement: docstrings.
LEFT_ALONE = m.SimpleStatementLine([m.Import() | m.ImportFrom() | m.Expr(m.SimpleString())])
OWN_ATTRIBUTE = m.Attribute(value=m.Name("self"))


@dataclass(frozen=True)
class Mutant:
    """A module with one change.

    `change` names it, whatever the formatting and the comments: the lines that differ, before and
    after, as `ast.unparse` writes them.
    """

    slug: str
    text: str
    change: str

    def diff(self, solution: str) -> Iterator[str]:
        """The change as the lines of a unified diff of the solution's text."""
        name = f"solutions/{self.slug}.py"
        before, after = solution.splitlines(), self.text.splitlines()
        return difflib.unified_diff(before, after, name, name, n=1, lineterm="")


def make_mutants(slug: str, text: str) -> list[Mutant]:
    """All mutants of a module, without those that are not Python or differ in no way.

    Mutants that are the same program are one.

    Raises:
        SyntaxError: the module is not Python.
    """
    original = plain_lines(text)
    seen = {ast.dump(ast.parse(text))}
    mutants = []
    for mutated in dict.fromkeys(variants(text)):
        try:
            tree = ast.parse(mutated)
            with warnings.catch_warnings(action="ignore"):  # about what a mutant does
                compile(tree, slug, "exec", dont_inherit=True)
        except SyntaxError:
            continue
        program = ast.dump(tree)
        if program not in seen:
            seen.add(program)
            mutants.append(Mutant(slug, mutated, describe_change(original, plain_lines(mutated))))
    return mutants


def variants(text: str) -> Iterator[str]:
    """`text` with each node that may be replaced, replaced by each thing to put in its place."""
    wrapper = MetadataWrapper(cst.parse_module(text), unsafe_skip_copy=True)
    module, spans = wrapper.module, wrapper.resolve(ByteSpanPositionProvider)
    sites = Sites(module)
    module.visit(sites)
    encoded = text.encode()
    for node, others in sites.nodes:
        for replacement in (*mutations(node), *others):
            if isinstance(node, cst.BaseCompoundStatement):  # several lines, with their indentation
                yield cst.ensure_type(module.deep_replace(node, replacement), cst.Module).code
                continue
            code = module.code_for_node(replacement).encode()
            start, length = spans[node].start, spans[node].length
            yield (encoded[:start] + code + encoded[start + length :]).decode()


class Sites(cst.CSTVisitor):
    """Collects the nodes that may be replaced, each with what only its function tells of it."""

    def __init__(self, module: cst.Module) -> None:
        super().__init__()
        self._attributes = [
            cst.ensure_type(target, cst.AssignTarget).target
            for target in m.findall(module, m.AssignTarget(OWN_ATTRIBUTE))
        ]
        self.nodes: list[tuple[cst.CSTNode, list[cst.BaseExpression]]] = []
        self._parameters: list[dict[str, str]] = []  # annotations by name, the innermost last

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.Annotation) or m.matches(node, LEFT_ALONE):
            return False
        if isinstance(node, cst.FunctionDef):
            self._parameters.append(annotations_of(node))
        self.nodes.append((node, self._confusions(node)))
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if isinstance(original_node, cst.FunctionDef):
            self._parameters.pop()

    def _confusions(self, node: cst.CSTNode) -> list[cst.BaseExpression]:
        """What may be taken for a parameter or an attribute: another one.

        A parameter for one of the same type; if it is a number, for twice, half, or 1 - itself.
        """
        others: list[str] = []
        if isinstance(node, cst.Name) and self._parameters and node.value in self._parameters[-1]:
            annotations = self._parameters[-1]
            kind = annotations[node.value]
            others = [name for name in annotations if annotations[name] == kind]
            if kind == "float":
                others += [text.format(node.value) for text in ("(2 * {})", "({} / 2)", "(1 - {})")]
        elif m.matches(node, OWN_ATTRIBUTE):
            own = [cst.ensure_type(a, cst.Attribute).attr.value for a in self._attributes]
            others = [f"self.{name}" for name in dict.fromkeys(own)]
        return [cst.parse_expression(other) for other in others]


def annotations_of(function: cst.FunctionDef) -> dict[str, str]:
    parameters = function.params
    return {
        parameter.name.value: cst.Module([]).code_for_node(parameter.annotation.annotation)
        for parameter in (
            *parameters.posonly_params,
            *parameters.params,
            *parameters.kwonly_params,
        )
        if parameter.annotation is not None
    }


def describe_change(before: list[str], after: list[str]) -> str:
    """The lines that differ: "before -> after"; several lines of a side are joined by " / "."""
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    changed = [code for code in matcher.get_opcodes() if code[0] != "equal"]
    old = [line for _, i, j, *_ in changed for line in before[i:j]]
    new = [line for *_, i, j in changed for line in after[i:j]]
    return f"{' / '.join(old)} -> {' / '.join(new)}"


def plain_lines(text: str) -> list[str]:
    """The lines of a program without comments, annotations, docstrings and indentation."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.returns = None
            for argument in ast.walk(node.args):
                if isinstance(argument, ast.arg):
                    argument.annotation = None
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(
            node
        ):
            node.body = node.body[1:] or [ast.Pass()]
    return [line.strip() for line in ast.unparse(tree).splitlines() if line]
