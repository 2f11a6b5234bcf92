"""Known mistakes that have nothing to do with what an assignment is about."""

from __future__ import annotations

from grader.checks.misconceptions import Mistake

# ---------------------------------------------------------------- random numbers

RESEEDS = Mistake(
    "reseeds torch",
    "The module seeds torch's generator: whoever runs an experiment sets the seed, once.",
)
OTHER_GENERATOR = Mistake(
    "another random generator",
    "These numbers come from a generator that torch.manual_seed does not reach, such as NumPy's or "
    "Python's: then no run can be repeated.",
)

FIXED_DRAWS = Mistake(
    "draws do not follow the seed",
    "The same numbers come whatever torch.manual_seed was given: from a generator with a seed of "
    "its own, or from a cache.",
)

# ---------------------------------------------------------------- networks

NO_NONLINEARITY = Mistake(
    "no nonlinearity",
    "Nothing bends what passes through the layers: they are no more than one linear layer.",
)
HIDDEN_SOFTMAX = Mistake(
    "softmax in the hidden layer",
    "A softmax over the hidden units stands where the nonlinearity belongs: that one takes each "
    "unit by itself, as ReLU does.",
)
RANDOM = Mistake(
    "random forward pass",
    "Two passes of the same batch differ: forward draws something at random, such as dropout or "
    "new weights, which is not asked for.",
)

BY_RECORDING = Mistake(
    "depends on whether gradients are recorded",
    "Something else is computed while gradients are recorded than under no_grad: it is "
    "self.training that tells train from eval mode, not torch.is_grad_enabled().",
)
MIXES_UNITS = Mistake(
    "units mixed",
    "What a hidden unit gives depends on the other units of its row, as with a layer more, a "
    "normalisation over the features or a maximum: a nonlinearity takes each number by itself.",
)
BY_PLACE = Mistake(
    "rows treated by their place",
    "Rows are treated otherwise by their place in the batch, as where an index such as x[0] or a "
    "loop reaches some of them only: a nonlinearity does the same to every number of every row.",
)
MIXES_ROWS = Mistake(
    "rows mixed",
    "What a row gives depends on the other rows of its batch, as with means or maxima over the "
    "batch (dim=0): a nonlinearity takes each number by itself.",
)

# ---------------------------------------------------------------- functions

PYTHON_NUMBER = Mistake(
    "number in place of a tensor",
    "A Python number is returned, as .item() and float() give: return the tensor itself, which "
    "gradients flow back from.",
)

# ---------------------------------------------------------------- trainings

OTHER_GRADIENT = Mistake(
    "another gradient",
    "The gradient is not the one that the formula has: a backward() of your own, a hook, .data or "
    "detach() changes it on its way, or forward does something else in some steps.",
)

SAME_LOGITS = Mistake(
    "same logits for every input",
    "The logits are the same whatever the image: nothing of it gets through, as where a hidden "
    "layer is dead (ReLU of what is never positive) or weights or a scale are all 0.",
)
DIVERGES = Mistake(
    "training diverges",
    "The loss is thrown far above 2.30, log 10, which guessing costs: the steps are far too long, "
    "so take a smaller learning rate or smaller initial weights.",
)
THROWN_UP = Mistake(
    "loss thrown up at first",
    "The loss is thrown far above 2.30, log 10, which guessing costs, before it falls: steps are "
    "too long, so take a smaller learning rate, or initial weights are too large.",
)
STANDS_STILL = Mistake(
    "training stands still",
    "The loss stays at 2.30, log 10, which guessing costs: the steps are far too short, or what "
    "they move is not the network's.",
)

HARDLY_FALLS = Mistake(
    "loss hardly falls",
    "The loss is hardly lower at the end than at first: steps are too short (a small learning "
    "rate), or little gets through the layers (sigmoids, small initial weights).",
)

# ---------------------------------------------------------------- optimizers

COPIES = Mistake(
    "copies optimised",
    "The optimizer holds other tensors than the parameters that it was passed, such as clones or "
    "new nn.Parameters of their data: those it moves, and not the network's.",
)
HELD_BESIDES = Mistake(
    "other tensors optimised as well",
    "The optimizer holds a tensor besides the parameters that it was passed: only those are its "
    "to move.",
)
HELD_TWICE = Mistake(
    "parameter listed twice",
    "A parameter is in the optimizer twice, and so is moved twice a step: once is enough.",
)
LEFT_OUT = Mistake(
    "parameters left out",
    "Some of the parameters that are passed are not in the optimizer, and so never move: all of "
    "them belong there, biases as well.",
)
NOT_ALL_MOVED = Mistake(
    "parameters not moved",
    "step() leaves a parameter that has a gradient where it is: it goes through all of them, and "
    "changes each in place.",
)
NONE_MOVED = Mistake(
    "parameters not moved",
    "step() moves no parameter: it changes each in place, p.sub_(…) and not p = p - …, nor a copy, "
    "by the p.grad that it finds, or leaves that to super().step() where torch's class has it.",
)
USED_UP = Mistake(
    "generator used up",
    "A generator of parameters is gone through twice, and gives each only once: who comes second "
    "finds it empty, so make a list of it first.",
)
MISSING_COMPUTED_WITH = Mistake(
    "missing gradient computed with",
    "p.grad is None for a parameter that took no part in this step, and is computed with: skip "
    "those, `if p.grad is None: continue`.",
)
MISSING_AS_ZERO = Mistake(
    "missing gradient taken for zero",
    "A missing gradient is taken for one of zero, so that old moments or the decay move the "
    "parameter on: None says that it took no part in this step.",
)
MISSING_AS_LAST = Mistake(
    "old gradient used again",
    "Where a gradient is missing the last one is used again: None says that the parameter took no "
    "part in this step.",
)
MISSING_ENDS_STEP = Mistake(
    "step ends at a missing gradient",
    "A parameter without a gradient keeps the others from being stepped: skip it alone, and go on "
    "with the next.",
)
RANDOM_STEPS = Mistake(
    "random steps",
    "The same gradients give other steps when they are given once more: something is drawn at "
    "random, which no rule here does.",
)
SHARED_STATE = Mistake(
    "state shared by optimizers",
    "What one optimizer remembers, another one sees: state and settings in the module or the class "
    "exist once for all of them.",
)
