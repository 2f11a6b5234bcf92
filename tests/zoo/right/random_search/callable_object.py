"""An object that is called, with type hints; the settings are a dict of a class of their own."""
from __future__ import annotations

import heapq
import math
import random
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import asdict, dataclass


@dataclass
class Setting:
    optimizer: str
    lr: float
    weight_decay: float
    dropout: float


class Search:
    ranges = {"momentum": (-2.0, -1.0), "adam": (-5.0, -3.0)}

    def __call__(self, evaluate: Callable, *, trials: int = 1, seed: int = 0) -> dict:
        raise NotImplementedError

    def draw(self, rng: random.Random) -> OrderedDict:
        optimizer = rng.choices(list(self.ranges), weights=[1, 1])[0]
        drawn = Setting(
            optimizer,
            math.pow(10, rng.uniform(*self.ranges[optimizer])),
            math.pow(10, rng.uniform(-8, -4)),
            rng.uniform(0.1, 0.5),
        )
        return OrderedDict(asdict(drawn))


class Best(Search):
    def __call__(self, evaluate: Callable, trials: int, seed: int) -> dict:
        rng = random.Random(f"search {seed}")
        tried = [(evaluate(s)["valid"], -i, s) for i, s in enumerate(self.draw(rng) for _ in range(trials))]
        return heapq.nlargest(1, tried)[0][2]


random_search = Best()
