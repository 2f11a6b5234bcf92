"""A dict of which there is always more, and which is as long as it likes."""

import itertools


class Endless(dict):
    def __len__(self):
        return 4

    def items(self):
        return ((str(number), "x" * (1 << 20)) for number in itertools.count())


def random_search(evaluate, trials, seed):
    evaluate(Endless(optimizer="adam"))
    return Endless()
