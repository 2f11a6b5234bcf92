"""torch.nn.utils.skip_init, then one initialisation only."""
from torch import nn
from torch.nn.utils import skip_init


def _linear(n_in: int, n_out: int) -> nn.Linear:
    layer = skip_init(nn.Linear, n_in, n_out)
    nn.init.normal_(layer.weight, std=nn.init.calculate_gain("relu") / n_in**0.5)
    nn.init.zeros_(layer.bias)
    return layer


class Net(nn.Module):
    def __init__(self, num_features: int, num_hidden: int, num_output: int) -> None:
        super().__init__()
        self.add_module("1", _linear(num_features, num_hidden))
        self.add_module("2", _linear(num_hidden, num_output))

    def forward(self, x, return_hidden=False):
        hidden = getattr(self, "1")(x).relu()
        logits = getattr(self, "2")(hidden)
        return (logits, hidden) if return_hidden else logits
