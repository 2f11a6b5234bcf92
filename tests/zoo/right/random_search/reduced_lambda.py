"""Lambdas, and a reduction that keeps the better of two."""
import math
import random
from functools import reduce

draw = lambda rng, optimizer, low, high: dict(  # noqa: E731
    dropout=rng.uniform(0.1, 0.5),
    weight_decay=math.exp(rng.uniform(math.log(1e-8), math.log(1e-4))),
    lr=math.exp(rng.uniform(math.log(low), math.log(high))),
    optimizer=optimizer,
)
better = lambda one, other: other if other[0] > one[0] else one  # noqa: E731


def random_search(evaluate, trials, seed):
    rng = random.Random(seed)
    ranges = [("momentum", 1e-2, 1e-1), ("adam", 1e-5, 1e-3)]
    settings = (draw(rng, *rng.choice(ranges)) for _ in range(trials))
    return reduce(better, ((evaluate(each)["valid"], each) for each in settings))[1]
