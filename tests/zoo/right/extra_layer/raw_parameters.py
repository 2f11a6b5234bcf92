"""Raw parameters, transposed, He-uniform; torch.addmm and clamp."""
import torch
from torch import Tensor, nn


class Net(nn.Module):
    def __init__(self, num_features: int, num_hidden: int, num_output: int):
        super().__init__()
        sizes = [num_features, num_hidden, num_hidden, num_output]
        for i in range(3):
            n_in, n_out = sizes[i], sizes[i + 1]
            bound = (6 / n_in) ** 0.5
            self.register_parameter(f"W_{i + 1}", nn.Parameter(torch.empty(n_in, n_out).uniform_(-bound, bound)))
            self.register_parameter(f"b_{i + 1}", nn.Parameter(torch.zeros(n_out)))

    def forward(self, x: Tensor) -> Tensor:
        h1 = torch.addmm(self.b_1, x, self.W_1).clamp_(min=0)   # (N, H)
        h2 = torch.addmm(self.b_2, h1, self.W_2).clamp_(min=0)  # (N, H)
        return torch.addmm(self.b_3, h2, self.W_3)              # (N, O)
