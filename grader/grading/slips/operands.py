"""What an exception's own words show of what is computed with: something of another kind."""

from __future__ import annotations

from grader.grading.slips.table import Slip

# The first that fits is told, before those of the table.
OPERANDS: tuple[tuple[str, Slip], ...] = (
    (
        r'"log_softmax\w*" not implemented for \'(?:Long|Int|Short|Byte|Char|Bool)\'',
        Slip(
            "cross-entropy's arguments exchanged",
            "The log-softmax is taken of whole numbers, which labels are: cross_entropy takes the "
            "logits first, then the labels.",
        ),
    ),
    (
        r"unsupported operand type\(s\) for \^=?:|\"bitwise_xor\w*\" not implemented for",
        Slip(
            "caret for a power",
            "^ is no power in Python, but an exclusive or of bits: β to the power t is beta**t.",
        ),
    ),
    (
        r"must have the same dtype, but got (?:Bool and \w+|\w+ and Bool)",
        Slip(
            "truth values where numbers belong",
            "A comparison such as x > 0 gives truth values, and here numbers belong: multiply x by "
            "that mask, or choose by it with torch.where.",
        ),
    ),
    (
        r"not implemented for '(?:Long|Int|Short|Byte|Char|Bool)'",
        Slip(
            "whole numbers where fractions belong",
            "What this computes is a fraction, and it is given whole numbers or truth values: "
            "convert with .float(), or look whether arguments are exchanged.",
        ),
    ),
    (
        r"^calling make_optimizer\(.* object has no attribute 'named_parameters'",
        Slip(
            "names expected with the parameters",
            "`parameters` are the parameters themselves, not the network, and come without names: "
            "to tell weights from biases look at p.dim().",
        ),
    ),
    (
        r"^calling make_optimizer\(.* object has no attribute "
        r"'(?:parameters|modules|children|state_dict)'",
        Slip(
            "network expected",
            "What make_optimizer is given are the parameters themselves, not the network: pass "
            "them on as they are, without .parameters().",
        ),
    ),
    (
        r"^calling make_optimizer\(.* '(?:list|generator)' object has no attribute '(?P<name>data|"
        r"grad|shape|size|dim|ndim|numel|norm|pow|abs|sum|clone|detach|requires_grad|\w+_)'",
        Slip(
            "parameters taken for one",
            "`parameters` are several: go through them, for p in parameters, to get at the {name} "
            "of each.",
        ),
    ),
    (
        r"TypeError: (?:add|sub)_?\(\) takes 1 positional argument but 2 were given",
        Slip(
            "factor without its name",
            "What is added or subtracted is multiplied by a number that is passed by name, alpha: "
            "p.add_(g, alpha=-lr).",
        ),
    ),
    (
        r"raised BdbQuit",
        Slip(
            "breakpoint left in",
            "A breakpoint of the debugger is left in, just above this line: delete it.",
        ),
    ),
    (
        r"descriptor '__init__' of 'super' object needs an argument",
        Slip(
            "super not called",
            "super is called as well: super().__init__(), with two pairs of parentheses.",
        ),
    ),
    (
        r"'torch\.Size' object has no attribute|must be Tensor, not torch\.Size",
        Slip(
            "shape in a tensor's place",
            "A shape is given where the tensor itself belongs: leave .shape out.",
        ),
    ),
    (
        r"'int' object has no attribute 'detach'",
        Slip(
            "sizes in a tensor's place",
            "nn.Parameter takes a tensor, and is given a size: nn.Parameter(torch.empty(h, f)).",
        ),
    ),
    (
        r"TypeError: \w+\.forward\(\) takes 2 positional arguments but [3-9] were given",
        Slip(
            "layer given too much",
            "A layer is called on the tensor alone: what it needs besides, as dropout needs p, it "
            "is given once, where it is made.",
        ),
    ),
    (
        r"TypeError: dropout\(\): argument 'input' \(position 1\) must be Tensor",
        Slip(
            "function in a layer's place",
            "F.dropout is a function of a tensor, for use in forward: the layer that is made in "
            "__init__ is nn.Dropout(p).",
        ),
    ),
    (
        r"TypeError: bernoulli\(\)(?:: argument 'input' \(position 1\) must be Tensor| received)",
        Slip(
            "number in a tensor's place",
            "torch.bernoulli takes a tensor with a probability for each entry, such as "
            "torch.full_like(x, 1 - p), and is given one number.",
        ),
    ),
    (
        r"\(position \d+\) must be Tensor, not (?:generator|list)\b|'generator' object has no "
        r"attribute 'layout'",
        Slip(
            "several tensors in one's place",
            "A list or generator stands where one tensor belongs: go through it, and take its "
            "tensors one by one.",
        ),
    ),
    (
        r"'str' object has no attribute '(?:grad|data|shape|add_|sub_|mul_)'",
        Slip(
            "keys of the group",
            "A group is a dict, and going through it gives its keys: the parameters are in "
            'group["params"].',
        ),
    ),
    (
        r"'(?:builtin_function_or_)?method' object is not (?:iterable|subscriptable)|"
        r"'[\w.]*(?:method|function)' object has no attribute",
        Slip(
            "function not called",
            "Parentheses are missing after a function or method, as in net.parameters().",
        ),
    ),
    (
        r"'type' object does not support the context manager protocol",
        Slip(
            "context not called",
            "What `with` takes is called: with torch.no_grad():, with its parentheses.",
        ),
    ),
    (
        r"'float' object cannot be interpreted as an integer",
        Slip(
            "fraction for a count",
            "A whole number belongs here, and / gives a fraction, even of whole ones: // does not.",
        ),
    ),
    (
        r"^calling \w+: it returned an? (?:\w*ELU|\w*ReLU|Sequential|\w+Loss)$",
        Slip(
            "layer returned",
            "A layer is returned, and not what it makes of the numbers: call it, as in "
            "nn.ELU()(z).",
        ),
    ),
    (
        r"'(?:int|float)' object has no attribute '[a-z]\w*[a-z]_'",
        Slip(
            "number in a tensor's place",
            "A plain number is changed in place here, which only a tensor can be: start what is "
            "kept from torch.zeros_like of what it belongs to.",
        ),
    ),
    (
        r"TypeError: Optimizer\.__init__\(\) got an unexpected keyword argument",
        Slip(
            "defaults not passed",
            "super().__init__ takes the parameters and one dict of defaults, not each by its name: "
            "super().__init__(parameters, dict(lr=lr)).",
        ),
    ),
    (
        r"arguments to \w+ need to be at least 1D, but they are 0D and",
        Slip(
            "one number in place of the activations",
            "A single number is all that is left here: max, sum and mean without a dimension run "
            "over all entries, and torch.clamp(x, min=0) and torch.maximum go entry by entry.",
        ),
    ),
)  # fmt: skip
