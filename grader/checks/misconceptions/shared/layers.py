"""Known mistakes that the parameters alone give away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from grader.checks.misconceptions import Mistake, filled
from grader.sandbox.client import Parameter

Shape = tuple[int, ...]

FROZEN = Mistake(
    "parameter frozen",
    "A parameter is kept from learning: requires_grad says whether the optimizer may move it.",
)
UNUSED = Mistake(
    "parameter not used",
    "This parameter has no effect on the logits: forward goes past it.",
)
DETACHED = Mistake(
    "detached from the loss",
    "This parameter has an effect on the logits, and no gradient: .data, detach(), no_grad or "
    "NumPy leave autograd's graph, and steps, such as z > 0 or sign(z), have no slope.",
)
NOW_AND_THEN = Mistake(
    "gradient only now and then",
    "A gradient reaches this parameter for some weights and inputs, and none for others: a "
    "condition on a whole tensor, such as `if x.sum() > 0`, decides for all entries together.",
)
LOST_IN_TRAINING = Mistake(
    "nothing left in train mode",
    "In train mode the logits are the same for all rows: everything is dropped there, as by "
    "F.dropout(x, self.training), whose second argument is p, or lost otherwise. Print the mask's "
    "mean.",
)
NOT_LINEAR = Mistake(
    "layer that is not linear",
    "A layer's weight has {dims} dimensions, as a convolution's: W·x takes one of two, as "
    "nn.Linear has.",
)
ONE_ROW = Mistake(
    "batch statistics in eval mode",
    "A single row has no variance of its own, and eval mode computes with it here: nothing is "
    "taken over the batch there. self.training tells, and eval() sets it in modules only.",
)
BIAS_MISSING = Mistake(
    "bias missing",
    "A layer has no bias of its own in parameters(): each one adds a vector to W·x, made by "
    "nn.Parameter or nn.Linear; a plain tensor is never trained, and no two layers share one.",
)
LAYER_MISSING = Mistake(
    "layer missing from parameters()",
    "A weight is not in parameters(): there is no such layer, or PyTorch does not see it, in a "
    "plain list, as a plain tensor (p * 2 is one), or made in forward.",
)
LAYER_TOO_FEW = Mistake(
    "layer missing from parameters()",
    "There are fewer weights in parameters() than layers asked for, and not all of the sizes asked "
    "for: count the layers, and look at what each takes and gives.",
)
CONSTANT_WEIGHTS = Mistake(
    "constant weights",
    "The weights are the same in every network, such as all 0 or all 1: units that start alike "
    "stay alike, so draw them at random, with a deviation that is not 0, as 2 // n is.",
)
NEVER_SET = Mistake(
    "never initialised",
    "Never set, or not to numbers: {names}. torch.empty leaves whatever was in memory: fill "
    "weights with an initialiser, biases with zeros.",
)
SIZES_HARD_CODED = Mistake(
    "sizes hard-coded",
    "A layer has the lesson's own size, {size}, whatever sizes are passed to Net.",
)
EXTRA_NUMBER = Mistake(
    "trainable number besides the layers",
    "A single number is trained besides the layers, such as PReLU's slope: nothing that is asked "
    "for has one.",
)
NORMALISATION = Mistake(
    "normalisation not asked for",
    "More vectors are trained than layers have biases, as scale and shift of a normalisation "
    "are: leave out what is not asked for.",
)
LAYER_TOO_MANY = Mistake(
    "one layer too many",
    "There is a weight more than the layers asked for have.",
)
LAYERS_TOO_MANY = Mistake(
    "several layers too many",
    "There are {count} weights more than the layers asked for have: look for layers too many, and "
    "for the seed network's parameters, left standing beside new ones.",
)
OTHER_WIDTH = Mistake(
    "layer of another width",
    "There are as many layers as asked for, but one is wider or narrower than it should be.",
)

COMPUTED = Mistake(
    "weight computed from others",
    "A weight is computed from parameters of another shape here, as by weight_norm: leave that "
    "out, for a layer's weight is a parameter itself.",
)

LESSON_SIZES = (784, 512)


def wrong_parameters(
    shapes: Mapping[str, Shape], missing: Sequence[str], unknown: Sequence[Parameter]
) -> Mistake | None:
    """What parameters that are missing or that nothing asks for look like."""
    more = [p.value.shape for p in unknown if p.value is not None]
    vectors, weights = ([s for s in more if len(s) == n] for n in (1, 2))
    missing_weights = [role for role in missing if len(shapes[role]) == 2]
    for size in LESSON_SIZES:
        if any(size in shape for shape in more):
            return filled(SIZES_HARD_CODED, size=size)
    if any("parametrizations" in p.name or p.name.endswith("weight_g") for p in unknown):
        return COMPUTED
    if dims := [len(shape) for shape in more if len(shape) > 2 and np.prod(shape) > 1]:
        return filled(NOT_LINEAR, dims=dims[0])
    if not more:
        return LAYER_MISSING if missing_weights else BIAS_MISSING
    if not missing:
        if all(_is_single(shape) for shape in more):
            return EXTRA_NUMBER
        if not weights and len(vectors) == len(more) > 1 and len(more) % 2 == 0:
            return NORMALISATION
        if len(weights) == 1 and len(more) <= 2:
            return LAYER_TOO_MANY
        if len(weights) > 1:
            return filled(LAYERS_TOO_MANY, count=len(weights))
    if len(missing_weights) == len(weights) > 0 and len(missing) == len(more):
        return OTHER_WIDTH
    if 0 < len(weights) < len(missing_weights):
        return LAYER_TOO_FEW
    return None


def _is_single(shape: Shape) -> bool:
    return all(size == 1 for size in shape)
