"""Random search: hyperparameters drawn, tried, and chosen by validation accuracy.

Why it matters. Of many hyperparameters a few matter, and nobody knows which. A grid of three values
each tries every one of them at three values only; random draws try as many different values of each
as there are trials, at the same price (Bergstra & Bengio, 2012). Two rules make it honest:

- Learning rates and weight decays matter by their order of magnitude, so their logarithm is drawn
  uniformly: as many trials between 1e-5 and 1e-4 as between 1e-4 and 1e-3. A share such as dropout
  is drawn uniformly itself.
- The choice is made by the accuracy on the validation images. Training accuracy rewards learning
  by heart; and test images that took part in the choice no longer tell how good it is.

What to do. Draw `trials` settings from the ranges below, each independently of the others and of
all before, try each once, and return the one with the highest validation accuracy.

Try it: grader check random_search
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

NAMES = ("optimizer", "lr", "weight_decay", "dropout")
# The lesson's ranges. The learning rate's depends on the optimizer.
LR_RANGES = {"momentum": (1e-2, 1e-1), "adam": (1e-5, 1e-3)}
WEIGHT_DECAY_RANGE = (1e-8, 1e-4)
DROPOUT_RANGE = (0.1, 0.5)

Settings = dict[str, str | float]


def random_search(
    evaluate: Callable[[Settings], dict[str, float]], trials: int, seed: int
) -> Settings:
    """Try random settings and return the best.

    Args:
        evaluate: trains with a dict of exactly NAMES, its "optimizer" "momentum" or "adam", equally
            often, and returns a dict of the accuracies "train", "valid" and "test". It is dear:
            call it `trials` times, once with each setting.
        trials: how many settings to try; at least 1.
        seed: of everything that is drawn: the same seed gives the same settings.

    Returns:
        The setting with the highest validation accuracy, as it was tried.
    """
    raise NotImplementedError("Write this part: draw, try and choose")
