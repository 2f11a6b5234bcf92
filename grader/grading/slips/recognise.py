"""Which slip an exception shows, by its own words or by the source beside it.

A pattern is looked for in the one line that a student's failure is told in: what was being done,
what it raised, its text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from grader.grading.slips.code import divides, ends_in_return, is_taken_over_rows
from grader.grading.slips.left_standing import LEFT_STANDING, stands_beside_code
from grader.grading.slips.names import missing_name
from grader.grading.slips.operands import OPERANDS
from grader.grading.slips.table import LESSON_SIZES, PATTERNS, STEPS_NOT_FINITE, Row, Slip, Told
from grader.sandbox.client import StudentError

CALLED = re.compile(
    r"^calling (?P<entry>\w+)(?:\(.*)? raised TypeError: [\w.]*\(\) "
    r"(?:got an unexpected keyword argument '(?P<name>\w+)'|missing|takes)"
)
PRODUCT = re.compile(r"shapes cannot be multiplied \((\d+)x(\d+) and (\d+)x(\d+)\)")
PRODUCTS = re.compile(r"@|\b(?:matmul|mm|addmm|linear)\(")
IN_FORWARD = re.compile(
    r"^the forward pass on \((\d+), \d+\) .*The size of tensor a \((\d+)\) must match the size of "
    r"tensor b \((\d+)\)"
)
BATCH = re.compile(r"^the forward pass on \((\d+), (\d+)\)")
RESHAPED = re.compile(r"shape '\[.*\b(784|512)\b.*\]' is invalid for input of size")
ROWS_WRITTEN = re.compile(r"shape '\[([\d, ]+)\]' is invalid for input of size (\d+)")
LOST = re.compile(r"gave logits of dtype float32 and shape \(\d+,\)")
OWN_GRADIENT = re.compile(r"^calling (?!make_)[a-z_]\w* raised .*leaf Variable that requires grad")
UNDEFINED = re.compile(r": the module does not define (\w+)$")
UNKNOWN_NAME = re.compile(r"NameError: name '(\w+)' is not defined")
NO_ATTRIBUTE = re.compile(r"AttributeError: '(\w+)' object has no attribute '(\w+)'")
NONE = re.compile(r"(?P<entry>\w+)(?:\(.*\))? returned None\b")
VARIANCE = re.compile(r"\b(?:running|moving)_(?:var|variance|std)\b")
NETWORKS = ("net", "model", "network", "self")
IMPORTS = {
    "torch": "import torch",
    "nn": "from torch import nn",
    "Tensor": "from torch import Tensor",
    "F": "import torch.nn.functional as F",
    "np": "import numpy as np",
    "optim": "from torch import optim",
    "math": "import math",
}


def slip_of(
    error: StudentError, source: str, stub: str | None, own: Sequence[Row] = ()
) -> Slip | None:
    """The slip that `error` shows of a module whose text is `source`; None: none that is known.

    `own` are those of the assignment alone, which are looked at before what all have in common.
    """
    if getattr(error, "error", "") == "NotImplementedError" and stands_beside_code(
        error.line, source, stub
    ):
        return LEFT_STANDING
    if found := UNDEFINED.search(str(error)):
        return missing_name(found[1], source, stub)
    for slip in (
        first_shown(own, error, source),
        signature(error),
        sizes(error, source),
        marked_slip(error),
        by_source(error, source),
    ):
        if slip is not None:
            return slip
    return first_shown((*OPERANDS, *PATTERNS), error, source)


def first_shown(rows: Sequence[Row], error: StudentError, source: str) -> Slip | None:
    """The slip of the first row whose pattern is in what is said, and that tells one."""
    for pattern, told in rows:
        if found := re.search(pattern, str(error)):
            slip = told_by(told, found.groupdict(), source)
            if slip is not None:
                return slip
    return None


def told_by(told: Told, groups: Mapping[str, str], source: str) -> Slip | None:
    """What the second part of a row tells, with what its pattern has found."""
    if isinstance(told, Slip):
        return told._replace(says=told.says.format(**groups))
    return told(source)


def signature(error: StudentError) -> Slip | None:
    """The grader's own call of the student's function fails at its parameters."""
    found = CALLED.search(str(error))
    if found is None or error.place:
        return None
    if found["name"]:
        return Slip(
            "parameter renamed",
            f"`{found['name']}` is passed by that name, and {found['entry']} has no parameter of "
            "it: keep the names that the stub gives them.",
        )
    if "__init__() takes 1 positional" in str(error):
        return Slip(
            "no __init__",
            f"{found['entry']} has no __init__ of its own that takes the sizes: look at its name, "
            "with two underscores on either side, and at its parameters.",
        )
    return Slip(
        "other parameters than the stub's",
        f"{found['entry']} takes other parameters than the stub's: keep those, and their defaults.",
    )


def sizes(error: StudentError, source: str) -> Slip | None:
    """Shapes that do not fit each other."""
    said = str(error)
    if (found := IN_FORWARD.search(said)) and found[1] in found.groups()[1:]:
        return Slip(
            "one number a row",
            "A tensor with one number for each row meets one with a number for each unit: what is "
            "taken over the batch, one for each unit, is taken over dim=0.",
        )
    if (found := ROWS_WRITTEN.search(said)) and (batch := BATCH.search(said)):
        first, *rest = map(int, found[1].split(", "))
        if first != int(batch[1]) and int(batch[1]) * math.prod(rest) == int(found[2]):
            return Slip(
                "number of rows hard-coded",
                f"The number of rows, {first}, stands in the code, and this batch has {batch[1]}: "
                "write -1 or x.shape[0] for it.",
            )
    if found := RESHAPED.search(said):
        return hard_coded(found[1])
    if (found := PRODUCT.search(said)) is None:
        return None
    return product(error, source, *found.groups())


def product(error: StudentError, source: str, rows: str, inner: str, *weight: str) -> Slip:
    """A matrix product of (rows, inner) with a `weight` of two other sizes."""
    batch = BATCH.search(str(error))
    if rows == "1" and batch and int(inner) == int(batch[1]) * int(weight[0]):
        return Slip(
            "rows flattened into one",
            "All rows of the batch are flattened into one: flatten(1), or nn.Flatten(), leaves the "
            "first dimension, that of the rows.",
        )
    if inner not in LESSON_SIZES and (written := LESSON_SIZES & {*weight}):
        return hard_coded(min(written))
    if batch and weight[0] == batch[1] != inner and inner == weight[1]:
        return Slip(
            "inputs on the right",
            "The rows of the batch stand on the right of the product here: inputs are (N, F), and "
            "x @ W.T takes each row.",
        )
    if batch and weight == (batch[2], inner) and inner != batch[2] and is_used_twice(error, source):
        return Slip(
            "first layer applied twice",
            f"The first layer, which takes {batch[2]} numbers a row, is given the {inner} that it "
            "made: it stands here a second time.",
        )
    if inner == weight[1] and PRODUCTS.search(marked(error)):
        return Slip(
            "weight the wrong way round",
            f"This weight takes {weight[0]} numbers a row, and is given {inner}: turned round, by "
            ".T, it would fit; @ takes it as (in, out), nn.functional.linear as (out, in).",
        )
    if batch and int(rows) * int(inner) == int(batch[1]) * int(weight[0]):
        return Slip(
            "not flattened",
            "What the convolutions give is not flattened: flatten(1), or nn.Flatten(), makes one "
            f"row of {weight[0]} numbers of each image.",
        )
    return Slip(
        "layers that do not fit",
        f"This layer takes {weight[0]} numbers a row and is given {inner}: each layer takes what "
        "the one before it gives.",
    )


def is_used_twice(error: StudentError, source: str) -> bool:
    """Whether what the marked part has of self, a layer or its weight, is applied elsewhere too."""
    found = re.search(r"self\.\w+", marked(error))
    return found is not None and len(re.findall(rf"{re.escape(found[0])}[(,]", source)) > 1


def marked(error: StudentError) -> str:
    """The part of the student's line that the carets are under."""
    if error.excerpt is None:
        return ""
    text, start, end = error.excerpt
    return text[start : end or None]


def marked_slip(error: StudentError) -> Slip | None:
    """What an exception means beside the part of the line that raised it."""
    said, part = str(error), marked(error)
    if "'NoneType' object is not callable" in said and "closure" in part:
        return Slip(
            "closure called",
            "step() is called without a closure here, so that `closure` is None: the gradients "
            "are in p.grad already; call a closure only if one is given.",
        )
    if (found := re.search(r"KeyError: '(\w+)'", said)) and re.search(r"group\w*\[", part):
        return Slip(
            "key not in the group",
            f"A group has no key '{found[1]}': it has those of the dict of defaults that "
            "super().__init__(parameters, defaults) is given; look at how both are spelt.",
        )
    if "Boolean value of Tensor" in said and re.search(r"Loss\($|Loss\(\w", part):
        return Slip(
            "loss made, not called",
            "nn.CrossEntropyLoss is made without tensors, and then called on them, in parentheses "
            "of their own: nn.CrossEntropyLoss()(logits, labels).",
        )
    if "Net.__init__() missing" in said and "super()" in part:
        return Slip(
            "sizes not passed on",
            "super().__init__() runs the __init__ of the class that this one extends, which takes "
            "arguments of its own, such as the sizes: pass them on.",
        )
    if "'NoneType'" in said and re.search(r"\.grad\b", part):
        return Slip(
            "gradient that is not there yet",
            "p.grad is None until a backward pass has filled it, and none has: it is p itself that "
            "can be computed with here.",
        )
    return None


def hard_coded(size: str) -> Slip:
    return Slip(
        "sizes hard-coded",
        f"The lesson's own size, {size}, stands in the code: use the sizes that are passed.",
    )


def by_source(error: StudentError, source: str) -> Slip | None:
    """What an exception means beside what the module holds."""
    said = str(error)
    if "Trying to backward through the graph a second time" in said and ".backward(" in source:
        return Slip(
            "backward called",
            "The module calls backward() itself: the training loop does that, with what is "
            "returned.",
        )
    if OWN_GRADIENT.search(said) and "requires_grad=True" in source:
        return Slip(
            "sum with a gradient of its own",
            "A tensor made with requires_grad=True is changed in place: leave that out, for what "
            "is computed from parameters has its gradient from them.",
        )
    if is_copied(error, source):
        return COPIED
    if LOST.search(said) and is_taken_over_rows("max", source):
        return Slip(
            "maximum over the rows",
            "The maximum is taken over dimension 0, the rows of the batch: torch.max(x, 0) takes "
            "0 for a dimension, and torch.clamp(x, min=0) compares each entry with 0.",
        )
    if "is out of bounds for" in said:
        if written := [size for size in sorted(LESSON_SIZES) if re.search(rf"\b{size}\b", source)]:
            return hard_coded(written[0])
        return Slip(
            "index out of bounds",
            "An index is larger than there are entries along that axis: indices count from 0, and "
            "the array's own .shape says how many there are.",
        )
    if re.search(STEPS_NOT_FINITE, said) and not divides(source):
        return Slip(
            "steps not finite",
            "The steps are NaN or infinite, and nothing divides: they grow without bound, as where "
            "a square or a sum over all entries is added to each.",
        )
    if "in eval mode gave logits that are not all finite" in said and VARIANCE.search(source):
        return Slip(
            "running variance not positive",
            "In eval mode NaN or infinity comes out, where the running statistics are used: is the "
            "running variance never set, or below 0? Each batch adds its variance to that one, and "
            "its mean to the other.",
        )
    if (found := NONE.search(said)) and ends_in_return(found["entry"], source):
        return Slip(
            "result of a method that gives none returned",
            f"{found['entry']} returns None, for what stands after its `return` is None, as the "
            "result of a method that only acts, such as step(): return the object itself.",
        )
    return unknown(said, source)


COPIED = Slip(
    "copied with its surroundings",
    "More than the code was copied: delete the lines of ``` and the text around them, or the "
    "prompts >>> and ... at the beginnings of lines.",
)


def is_copied(error: StudentError, source: str) -> bool:
    """Whether Python stumbles over a page's or a chat's marks, or the text before the first."""
    if "raised SyntaxError" not in str(error) or error.line is None or error.excerpt is None:
        return False
    lines = source.splitlines()
    fences = [n for n, line in enumerate(lines, start=1) if line.strip().startswith("```")]
    before = all(not line.strip() for line in lines[: error.line - 1])
    at_fence = error.line in fences or (before and bool(fences))
    return at_fence or error.excerpt.text.lstrip().startswith(">>> ")


def unknown(said: str, source: str) -> Slip | None:
    """A name or an attribute that nothing has set."""
    if "; what should give it a value" in said:
        return None  # said already, and better
    if found := UNKNOWN_NAME.search(said):
        name = found[1]
        if re.search(rf"\bself\.{name}\b", source):
            says = f"`{name}` belongs to the object: write self.{name}."
        elif name in NETWORKS and said.startswith("calling make_optimizer"):
            says = f"There is no `{name}` here: what is to be optimised is passed as `parameters`."
        elif name in IMPORTS:
            says = f"`{name}` is not imported: `{IMPORTS[name]}` belongs at the top."
        else:
            says = f"`{name}` has no value here: it is misspelt, not imported, or set elsewhere."
        return Slip("name not defined", says)
    if any(re.search(pattern, said) for pattern, _ in PATTERNS[:2]):
        return None  # what torch sets itself
    if (found := NO_ATTRIBUTE.search(said)) and re.search(rf"\bclass {found[1]}\b", source):
        return Slip(
            "attribute never set",
            f"self.{found[2]} is read, and nothing has set it: look at how it is spelt, and at "
            "whether __init__ assigns it.",
        )
    return None
