"""Rules as Adam's, whose moments weight what is old and what is new otherwise."""

from __future__ import annotations

from functools import partial

import numpy as np

from grader.checks.misconceptions.shared.moments import (
    BETA_1,
    BETA_2,
    EPS,
    directed,
    direction,
    follow_moments,
    squares_summed,
    weights_apart,
    with_weights,
)
from grader.checks.misconceptions.shared.steps import WrongRule

WRONG_WEIGHTS = (
    WrongRule(
        "moments not kept",
        "No moment is kept from one step to the next, and t counts on: what is computed of m and v "
        "is stored again, as in state['m'] = m.",
        directed(lambda m, v, g, t: direction((1 - BETA_1) * g, (1 - BETA_2) * g**2, g, t)),
    ),
    *(
        WrongRule(
            "moments not kept",
            f"{moment} is not kept from one step to the next: what is computed of it is stored "
            f"again, as in state['{moment}'] = {moment}.",
            directed(direct),
        )
        for moment, direct in (
            ("m", lambda m, v, g, t: direction((1 - BETA_1) * g, v, g, t)),
            ("v", lambda m, v, g, t: direction(m, (1 - BETA_2) * g**2, g, t)),
        )
    ),
    WrongRule(
        "norm of the second moment",
        "One number, the norm of v̂, divides all entries here: each has its own √v̂.",
        directed(
            lambda m, v, g, t: m / (1 - BETA_1**t) / (np.linalg.norm(v / (1 - BETA_2**t)) + EPS)
        ),
    ),
    WrongRule(
        "new gradients weighted with β1",
        "New gradients enter m with β1 here, as the old m does: they count 1 - β1.",
        directed(lambda m, v, g, t: direction(m * BETA_1 / (1 - BETA_1), v, g, t)),
    ),
    WrongRule(
        "new squares weighted with β2",
        "New squares enter v with β2 here, as the old v does: they count 1 - β2.",
        directed(lambda m, v, g, t: direction(m, v * BETA_2 / (1 - BETA_2), g, t)),
    ),
    WrongRule(
        "second moment adds up",
        "v adds squares up here: it is an average, and new squares count 1 - β2.",
        directed(lambda m, v, g, t: m / (1 - BETA_1**t) / (np.sqrt(v / (1 - BETA_2)) + EPS)),
    ),
    WrongRule(
        "second moment adds up",
        "v adds squares up here: it is an average, and new squares count 1 - β2.",
        directed(lambda m, v, g, t: direction(m, v / (1 - BETA_2), g, t)),
    ),
    *(
        WrongRule(
            "second moment adds up",
            "v adds up all squares so far, as Adagrad's does, and none fade: it is an average, "
            "β2·v + (1 - β2)·g².",
            partial(squares_summed, correct_m=correct_m, correct_v=correct_v),
        )
        for correct_m, correct_v in ((True, False), (True, True), (False, False))
    ),
    WrongRule(
        "weight of the other moment",
        "New squares enter v with 1 - β1 here, which is m's weight: they count 1 - β2.",
        directed(lambda m, v, g, t: direction(m, v * (1 - BETA_1) / (1 - BETA_2), g, t)),
    ),
    WrongRule(
        "weight of the other moment",
        "Steps are a hundredth of what they should be: new gradients enter m with 1 - β2, which is "
        "v's weight, in place of 1 - β1, or lr is not passed on as it is.",
        directed(lambda m, v, g, t: direction(m, v, g, t) * (1 - BETA_2) / (1 - BETA_1)),
    ),
    WrongRule(
        "m adds up gradients",
        "Steps are ten times too long: m adds gradients up as momentum does, where new ones count "
        "1 - β1 in Adam, v takes gradients that were multiplied by that in place, or lr is not "
        "passed on as it is.",
        directed(lambda m, v, g, t: direction(m, v, g, t) / (1 - BETA_1)),
    ),
    WrongRule(
        "m adds up gradients",
        "m adds gradients up as momentum does, and neither moment is corrected: new gradients "
        "count 1 - β1, and each moment is divided by 1 - β^t.",
        directed(lambda m, v, g, t: m / (1 - BETA_1) / (np.sqrt(v) + EPS)),
    ),
    WrongRule(
        "gradients not squared",
        "v averages |g| here, and no root is taken of it: it is g squared that is averaged, and "
        "the root of that average that divides.",
        partial(
            follow_moments,
            square=lambda g, m: np.abs(g),
            direct=lambda m, v, g, t: m / (1 - BETA_1**t) / (v / (1 - BETA_2**t) + EPS),
        ),
    ),
    WrongRule(
        "both moments add up",
        "m and v add gradients and squares up here: both are averages, in which new ones count "
        "1 - β.",
        directed(lambda m, v, g, t: direction(m / (1 - BETA_1), v / (1 - BETA_2), g, t)),
    ),
    WrongRule(
        "β and 1 - β swapped",
        "The gradient is weighted with β here, and the old moment with 1 - β: it is β that a "
        "moment is kept with.",
        partial(follow_moments, beta_1=1 - BETA_1, beta_2=1 - BETA_2),
    ),
    WrongRule(
        "β and 1 - β swapped",
        "The gradient is weighted with β1 here, and the old m with 1 - β1: it is β1 that m is kept "
        "with.",
        partial(follow_moments, beta_1=1 - BETA_1),
    ),
    WrongRule(
        "weights that do not add up to 1",
        "m is kept with {keep_1:g} here and v with {keep_2:g}, and new ones count 0.1 and 0.001: "
        "the two of a moment are β and 1 - β, with β1 = 0.9 and β2 = 0.999.",
        with_weights,
        weights_apart,
    ),
)
