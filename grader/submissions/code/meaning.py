"""What a module means to Python: the same for texts that differ in comments and layout alone.

That holds only for a module which can't see its own text, nor the numbers of its lines. So a
meaning is told of modules that keep to a few libraries and to names that lead to neither; all
others mean what they say, to the letter.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator

from grader.submissions.code.parsing import parsed
from grader.submissions.model import Source

# What a module may import beside the student's own files. The versions of torch and NumPy are part
# of every result's key, as is Python's.
LIBRARIES = frozenset({
    "__future__", "abc", "assignments", "baseline", "collections", "copy", "dataclasses",
    "decimal", "enum", "fractions", "functools", "itertools", "math", "numbers", "numpy",
    "operator", "random", "statistics", "string", "torch", "typing",
})  # fmt: skip
# Python's own functions that read files, run text, or look into what is around them.
BUILTINS = frozenset({
    "breakpoint", "compile", "dir", "eval", "exec", "globals", "help", "input", "locals", "open",
    "vars",
})  # fmt: skip
# Attributes and parts of libraries that lead to files, source text or frames, or warn with a line's
# number: by whatever way, and without the underscores in front.
REVEALING = frozenset({
    "ag_code", "ag_frame", "ast", "attrgetter", "builtins", "codecs", "compile", "compiler",
    "cpp_extension", "cr_code", "cr_frame", "ctypes", "ctypeslib", "DataSource",
    "detect_anomaly", "dis", "dynamo", "end_lineno", "export", "f2py", "f_back", "f_builtins",
    "f_code", "f_globals", "f_lasti", "f_lineno", "f_locals", "f_trace", "from_file",
    "fromfile", "fromregex", "fx", "gc", "genfromtxt", "getframe", "gi_code", "gi_frame", "hub",
    "importlib", "inductor", "inspect", "io", "jit", "library", "linecache", "lineno", "load",
    "loader", "loadtxt", "logging", "marshal", "memmap", "methodcaller", "onnx", "open",
    "open_memmap", "os", "package", "pathlib", "pickle", "profiler", "runpy",
    "set_detect_anomaly", "source", "subprocess", "sys", "tb_frame", "tb_lasti", "tb_lineno",
    "tb_next", "testing", "tokenize", "traceback", "warn", "warnings",
})  # fmt: skip
# Of the names in double underscores, those that say nothing about the text.
PLAIN = frozenset({
    "__add__", "__all__", "__annotations__", "__bool__", "__call__", "__class__", "__enter__",
    "__eq__", "__exit__", "__future__", "__ge__", "__getitem__", "__gt__", "__hash__", "__init__",
    "__init_subclass__", "__iter__", "__le__", "__len__", "__lt__", "__main__", "__mul__",
    "__name__", "__ne__", "__neg__", "__new__", "__next__", "__post_init__", "__qualname__",
    "__repr__", "__setitem__", "__slots__", "__str__", "__sub__", "__truediv__", "__version__",
})  # fmt: skip
BY_NAME = frozenset({"delattr", "getattr", "hasattr", "setattr"})  # only with a name written there


def meaning_of(source: Source) -> str:
    """SHA-256 of the syntax trees of a module and of the files that it imports, docstrings
    included; "" where the text itself may matter, or is no Python.

    The texts are parsed, never run.
    """
    if source.cells:  # which cell is which matters, and the layout says it
        return ""
    own = {path.partition("/")[0].partition(".")[0] for path, _ in source.siblings}
    libraries = LIBRARIES | own | {source.slug}
    total = hashlib.sha256()
    for path, text in (("", source.text), *source.siblings):
        tree = parsed(text, on_warning="error")  # it would name a line
        if tree is None or any(name not in libraries for name in _imported(tree)):
            return ""
        if _passes_on_access(tree) or any(map(_may_see_its_text, ast.walk(tree))):
            return ""
        try:
            dumped = ast.dump(tree)
        except (ValueError, RecursionError, MemoryError):  # an integer of too many digits
            return ""
        for part in (path, dumped):
            encoded = part.encode("utf-8", "surrogatepass")
            total.update(len(encoded).to_bytes(8, "big") + encoded)
    return total.hexdigest()


def _imported(tree: ast.AST) -> Iterator[str]:
    """The outermost packages that are imported."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").partition(".")[0]


def _passes_on_access(tree: ast.AST) -> bool:
    """Whether getattr or one of its kind is used otherwise than by calling it."""
    nodes = list(ast.walk(tree))
    named = sum(isinstance(node, ast.Name) and node.id in BY_NAME for node in nodes)
    return named != sum(isinstance(node, ast.Call) and _is_by_name(node.func) for node in nodes)


def _is_by_name(function: ast.expr) -> bool:
    return isinstance(function, ast.Name) and function.id in BY_NAME


def _may_see_its_text(node: ast.AST) -> bool:
    if isinstance(node, ast.Name):
        return node.id in BUILTINS or _is_inner(node.id)
    if isinstance(node, ast.Attribute):
        return _reveals(node.attr)
    if isinstance(node, ast.Import | ast.ImportFrom):
        names = [alias.name for alias in node.names]
        if isinstance(node, ast.ImportFrom):
            names.append(node.module or "")
        return "*" in names or any(_reveals(part) for name in names for part in name.split("."))
    if isinstance(node, ast.Call) and _is_by_name(node.func):
        wanted = node.args[1] if len(node.args) > 1 else None
        if isinstance(wanted, ast.Constant) and isinstance(wanted.value, str):
            return _reveals(wanted.value)
        return True
    # "{0.__code__}".format(f)
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and ".__" in node.value


def _reveals(attribute: str) -> bool:
    return (
        _is_inner(attribute)
        or attribute.lstrip("_") in REVEALING
        or attribute.startswith("co_")  # of code objects
    )


def _is_inner(name: str) -> bool:
    return name.startswith("__") and name.endswith("__") and name not in PLAIN
