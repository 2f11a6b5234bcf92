"""Returns text that would clear a terminal, turn its direction and name a workflow's command."""


def leaky_relu(z, negative_slope=0.01):
    return ["\x1b[2J\x9b31m\u202e\ud800\r\n::error::<script>[red]" * 40, float("nan"), -1, True]


elu = leaky_relu
