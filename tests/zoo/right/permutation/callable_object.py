"""An object that is called, with type hints and a keyword only."""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Permutation:
    axis: int = 1

    def __call__(self, *sets: np.ndarray, seed: int) -> list[np.ndarray]:
        rng = np.random.Generator(np.random.MT19937(seed))
        order = rng.permutation(sets[0].shape[self.axis])
        return [np.take(images, order, axis=self.axis) for images in sets]


permute_pixels = Permutation()
