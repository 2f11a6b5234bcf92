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
)  # fmt: skip
