"""Known mistakes in `adam`: what else than Adam's rule a step may turn out to be."""

from __future__ import annotations

from functools import partial
from itertools import chain

import numpy as np

from grader.checks.misconceptions.shared.epsilons import WRONG_EPSILONS
from grader.checks.misconceptions.shared.moments import (
    BETA_1,
    BETA_2,
    EPS,
    adabelief,
    amsgrad,
    before_update,
    centred_rmsprop,
    corrected_stored,
    directed,
    direction,
    first_step_lr,
    follow_moments,
    momentum,
    nadam,
    one_added,
    radam,
    recent_decay,
    rmsprop,
    root_stored,
    second_step_betas,
    started_from_gradient,
    started_from_one,
    t_counts_parameters,
    usual_betas,
    usual_decays,
    with_betas,
    with_own_lr,
)
from grader.checks.misconceptions.shared.steps import (
    WrongRule,
    adadelta_steps,
    adagrad_steps,
    adamax_steps,
    asgd_steps,
    rprop_steps,
    wrong_default,
)
from grader.checks.misconceptions.shared.trials import WrongWhole
from grader.checks.misconceptions.shared.weights import WRONG_WEIGHTS

WRONG_RULES = (
    WrongRule(
        "no bias correction",
        "These steps are Adam's without bias correction: both moments start at 0, and are too "
        "small at first unless each is divided by 1 - β^t.",
        directed(lambda m, v, g, t: m / (np.sqrt(v) + EPS)),
    ),
    WrongRule(
        "first moment not corrected",
        "Only the second moment is corrected for its start at 0 here: m needs it as well, with β1.",
        directed(lambda m, v, g, t: m / (np.sqrt(v / (1 - BETA_2**t)) + EPS)),
    ),
    WrongRule(
        "second moment not corrected",
        "Only the first moment is corrected for its start at 0 here: v needs it as well, with β2.",
        directed(lambda m, v, g, t: m / (1 - BETA_1**t) / (np.sqrt(v) + EPS)),
    ),
    WrongRule(
        "correction multiplied",
        "Both moments are multiplied by 1 - β^t here, which makes small ones smaller: they are "
        "divided by it.",
        directed(
            lambda m, v, g, t: m * (1 - BETA_1**t) / (np.sqrt(v * (1 - BETA_2**t)) + EPS)
        ),
    ),
    WrongRule(
        "moments too large in every step",
        "m̂ and v̂ are m and v over 1 - β here in every step: either t stays 1, the correction lacks "
        "its power, 1 - β^t, or there is none and new gradients enter without their 1 - β.",
        directed(lambda m, v, g, t: direction(m, v, g, 1)),
    ),
    WrongRule(
        "power of 1 - β",
        "v is divided by (1 - β2)^t here: it is β2 that is raised to the power t, not 1 - β2.",
        directed(
            lambda m, v, g, t: m / (1 - BETA_1**t) / (np.sqrt(v / (1 - BETA_2) ** t) + EPS)
        ),
    ),
    WrongRule(
        "correction with the other β",
        "v is corrected with β1 here: each moment is corrected with the β that it is averaged "
        "with.",
        directed(lambda m, v, g, t: m / (1 - BETA_1**t) / (np.sqrt(v / (1 - BETA_1**t)) + EPS)),
    ),
    WrongRule(
        "correction with the other β",
        "m is corrected with β2 and v with β1 here: m̂ is m / (1 - β1^t), and v̂ is v / (1 - β2^t).",
        directed(lambda m, v, g, t: m / (1 - BETA_2**t) / (np.sqrt(v / (1 - BETA_1**t)) + EPS)),
    ),
    WrongRule(
        "power of 1 - β",
        "Both moments are divided by (1 - β)^t here: it is β that is raised to the power t, not "
        "1 - β.",
        directed(
            lambda m, v, g, t: m / (1 - BETA_1) ** t / (np.sqrt(v / (1 - BETA_2) ** t) + EPS)
        ),
    ),
    WrongRule(
        "parentheses missing",
        "m / 1 - β1^t divides m by 1 and subtracts β1^t: parentheses belong around 1 - β1^t.",
        directed(lambda m, v, g, t: (m - BETA_1**t) / (np.sqrt(v / (1 - BETA_2**t)) + EPS)),
    ),
    WrongRule(
        "parentheses missing",
        "1 - β1·g subtracts β1·g from 1: parentheses belong around 1 - β1, which g is multiplied "
        "with.",
        one_added,
    ),
    WrongRule(
        "t one step ahead",
        "The bias correction is one step ahead: t is 1 in the first step.",
        directed(lambda m, v, g, t: direction(m, v, g, t + 1)),
    ),
    WrongRule(
        "no square root",
        "These steps divide by v̂ itself: v̂ averages squares, and its root has the gradient's size.",
        directed(
            lambda m, v, g, t: m / (1 - BETA_1**t) / (v / (1 - BETA_2**t) + EPS)
        ),
    ),
    WrongRule(
        "gradients not squared",
        "The second moment averages |g| here: it is an average of g squared.",
        partial(follow_moments, square=lambda g, m: np.abs(g)),
    ),
    WrongRule(
        "second moment of m",
        "The second moment averages m squared here: it is the gradient that is squared.",
        partial(follow_moments, square=lambda g, m: m**2),
    ),
    WrongRule(
        "gradient in place of m",
        "These steps use the gradient itself, scaled by √v̂: Adam steps along the first moment, an "
        "average of the gradients so far.",
        directed(lambda m, v, g, t: g / (np.sqrt(v / (1 - BETA_2**t)) + EPS)),
    ),
    WrongRule(
        "RMSprop",
        "These steps are RMSprop's: there is a second moment, but no first one and no bias "
        "correction.",
        directed(lambda m, v, g, t: g / (np.sqrt(v) + EPS)),
    ),
    WrongRule(
        "RMSprop",
        "These steps are RMSprop's: there is a second moment, but no first one and no bias "
        "correction.",
        rmsprop,
        lambda trial: iter({"alpha": alpha, "mu": mu} for alpha in (0.99, 0.9, 0.95, 0.999)
                           for mu in (0.0, 0.9)),
    ),
    WrongRule(
        "RMSprop",
        "These steps are RMSprop's, centred: there is no first moment to step along, and no bias "
        "correction.",
        centred_rmsprop,
        lambda trial: iter({"alpha": alpha} for alpha in (0.99, 0.9, 0.95, 0.999)),
    ),
    WrongRule(
        "NAdam",
        "This is NAdam, whose first moment looks ahead: Adam takes m as it is.",
        nadam,
    ),
    WrongRule(
        "RAdam",
        "This is RAdam, which steps as momentum does at first: Adam divides by √v̂ from the first "
        "step on.",
        radam,
    ),
    WrongRule(
        "Adagrad",
        "This is Adagrad, which adds up all squared gradients: Adam's v averages, and forgets.",
        adagrad_steps,
    ),
    WrongRule(
        "Rprop",
        "This is Rprop, which steps by the gradients' signs alone: Adam averages the gradients and "
        "their squares.",
        rprop_steps,
    ),
    WrongRule(
        "Adadelta",
        "This is Adadelta, which takes the steps' own sizes in: Adam's are scaled by lr alone.",
        adadelta_steps,
    ),
    WrongRule(
        "AdaBelief",
        "The second moment averages (g - m)² here, as AdaBelief's does: in Adam it is g squared.",
        adabelief,
    ),
    WrongRule(
        "correction outside the root",
        "√v is divided by 1 - β2^t here, and not by its root: v is corrected first, and then the "
        "root is taken.",
        directed(
            lambda m, v, g, t: m / (1 - BETA_1**t) / (np.sqrt(v) / (1 - BETA_2**t) + EPS)
        ),
    ),
    *(
        WrongRule(
            "moments from before the step",
            "Both moments are used before they have taken this step's gradient: they are updated "
            "first.",
            partial(before_update, old_m=True, old_v=True, old_t=old_t),
        )
        for old_t in (False, True)
    ),
    WrongRule(
        "moments from before the step",
        "The second moment is used before it has taken this step's gradient: both moments are "
        "updated first.",
        partial(before_update, old_m=False, old_v=True),
    ),
    WrongRule(
        "moments from before the step",
        "The first moment is used before it has taken this step's gradient: both moments are "
        "updated first.",
        partial(before_update, old_m=True, old_v=False),
    ),
    *(
        WrongRule(
            "corrected moments kept",
            f"{those} stored and averaged on: m̂ and v̂ are for this step only, what is kept is m "
            "and v.",
            partial(corrected_stored, keep_m=keep_m, keep_v=keep_v),
        )
        for those, keep_m, keep_v in (
            ("The corrected moments are", True, True),
            ("The corrected m is", True, False),
            ("The corrected v is", False, True),
        )
    ),
    *(
        WrongRule(
            "root kept in place of v",
            "The root that m̂ is divided by takes v's place and is averaged on, as sqrt_, div_ and "
            "add_ change v itself: take it into a new tensor.",
            partial(root_stored, whole=whole),
        )
        for whole in (True, False)
    ),
    WrongRule(
        "one second moment for all entries",
        "A parameter has one number as its second moment here, over all its entries: each entry "
        "has its own.",
        partial(follow_moments, square=lambda g, m: np.full_like(g, (g**2).mean())),
    ),
    WrongRule(
        "one second moment for all entries",
        "A parameter has one number as its second moment here, over all its entries: each entry "
        "has its own.",
        partial(follow_moments, square=lambda g, m: np.full_like(g, (g**2).sum())),
    ),
    WrongRule(
        "step along the sign",
        "Every entry moves by lr times the gradient's sign, as in a first step: m, v and t are "
        "kept from one step to the next, and m̂ is divided by √v̂.",
        directed(lambda m, v, g, t: np.sign(g)),
    ),
    WrongRule(
        "step along the sign",
        "Every entry moves by lr times the sign of m: Adam scales m̂ by √v̂.",
        directed(lambda m, v, g, t: np.sign(m)),
    ),
    WrongRule(
        "momentum in place of Adam",
        "These are the steps of SGD with momentum: Adam divides by the root of a second moment.",
        momentum,
    ),
    WrongRule(
        "SGD in place of Adam",
        "These are the steps of plain SGD, lr·g: Adam keeps two moments of the gradients.",
        directed(lambda m, v, g, t: g),
    ),
    WrongRule(
        "climbs",
        "These are Adam's steps with the wrong sign: they climb, and a loss is descended.",
        directed(lambda m, v, g, t: -direction(m, v, g, t)),
    ),
    WrongRule(
        "AMSGrad",
        "This is AMSGrad, which divides by the largest v so far: Adam's v may shrink again.",
        amsgrad,
    ),
    WrongRule(
        "Adamax",
        "This is Adamax, which divides by the largest recent |g|: Adam averages squares.",
        adamax_steps,
    ),
    WrongRule(
        "Nesterov's look-ahead",
        "The first moment looks one step ahead, as Nesterov's does: Adam takes m as it is.",
        directed(
            lambda m, v, g, t: direction(BETA_1 * m + (1 - BETA_1) * g, v, g, t)
        ),
    ),
    WrongRule(
        "learning rate decays",
        "The steps shrink with √t here: the learning rate stays as it was passed.",
        directed(lambda m, v, g, t: direction(m, v, g, t) / np.sqrt(t)),
    ),
    WrongRule(
        "L2 weight decay",
        "A weight decay of {decay:.4g} is added to the gradients here: plain Adam has none.",
        lambda start, given, lr, decay: follow_moments(start, given, lr, penalty=decay),
        usual_decays,
    ),
    WrongRule(
        "decoupled weight decay",
        "Every step shrinks the parameters by {decay:.4g}·lr, as AdamW does: Adam has no weight "
        "decay.",
        lambda start, given, lr, decay: follow_moments(start, given, lr, shrink=decay),
        recent_decay,
    ),
    WrongRule(
        "betas swapped",
        "β1 and β2 are swapped here: 0.9 belongs to the first moment, which forgets fast, and "
        "0.999 to the second one.",
        partial(with_betas, beta_1=BETA_2, beta_2=BETA_1),
    ),
    WrongRule(
        "moments started from the gradient",
        "Both moments start from the first gradient here: they start at 0, which the bias "
        "correction makes up for.",
        partial(started_from_gradient, corrected=True),
    ),
    WrongRule(
        "moments started from the gradient",
        "Both moments start from the first gradient here, and are not corrected: they start at 0, "
        "and are divided by 1 - β^t.",
        partial(started_from_gradient, corrected=False),
    ),
    WrongRule(
        "moments started from one",
        "v starts at 1 here: both moments start at 0, which the bias correction makes up for.",
        started_from_one,
    ),
    WrongRule(
        "moments mixed up",
        "m̂ is computed from v here: it is m / (1 - β1^t).",
        directed(lambda m, v, g, t: direction(v, v, g, t)),
    ),
    WrongRule(
        "moments mixed up",
        "v̂ is computed from m here: it is v / (1 - β2^t).",
        directed(lambda m, v, g, t: direction(m, np.abs(m), g, t)),
    ),
    WrongRule(
        "another β",
        "These are Adam's steps with β = ({beta_1:.4g}, {beta_2:.5g}): the usual values, that are "
        "asked for, are (0.9, 0.999).",
        with_betas,
        lambda trial: chain(second_step_betas(trial), usual_betas(trial)),
    ),
    *WRONG_WEIGHTS,
    *WRONG_EPSILONS,
    WrongRule(
        "ASGD",
        "These are the steps of ASGD, gradient descent that averages parameters: Adam averages "
        "gradients and their squares.",
        asgd_steps,
    ),
    WrongRule(
        "learning rate ignored",
        "These are Adam's steps with a learning rate of {own_lr:.4g}, whatever is passed as lr.",
        with_own_lr,
        first_step_lr,
    ),
)  # fmt: skip

WRONG_DEFAULTS = (wrong_default(follow_moments, {"lr": 1e-3}, "lr", first_step_lr),)

WRONG_WHOLES = (
    WrongWhole(
        "t counts parameters",
        "t goes on with every parameter here: it counts steps, so increase it once a step or keep "
        "one for each parameter.",
        t_counts_parameters,
    ),
    WrongWhole(
        "t counts parameters",
        "t starts anew in every step and counts the parameters: it counts steps, so keep it in "
        "the optimizer, from one step to the next.",
        partial(t_counts_parameters, anew=True),
    ),
)
