"""F.batch_norm on registered buffers, momentum 0.1, GELU after it, He's weights."""
import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Net(nn.Module):
    running_mean: Tensor
    running_var: Tensor

    def __init__(self, num_features: int, num_hidden: int, num_output: int):
        super().__init__()
        for name, shape in {"W_1": (num_hidden, num_features), "W_2": (num_output, num_hidden)}.items():
            w = torch.empty(shape)
            nn.init.kaiming_uniform_(w, nonlinearity="relu")
            self.register_parameter(name, nn.Parameter(w))
        self.b_1 = nn.Parameter(torch.zeros(num_hidden))
        self.b_2 = nn.Parameter(torch.zeros(num_output))
        self.g = nn.Parameter(torch.ones(num_hidden))
        self.s = nn.Parameter(torch.zeros(num_hidden))
        self.register_buffer("running_mean", torch.zeros(num_hidden))
        self.register_buffer("running_var", torch.ones(num_hidden))

    def forward(self, x: Tensor) -> Tensor:
        z = F.linear(x, self.W_1, self.b_1)
        z = F.batch_norm(
            z, self.running_mean, self.running_var, self.g, self.s, self.training, 0.1, 1e-5
        )
        return F.linear(F.gelu(z), self.W_2, self.b_2)
