import torch
from torch.nn.utils import parameters_to_vector, vector_to_parameters


class FlatAdam(torch.optim.Optimizer):
    """One long vector instead of a loop."""

    def __init__(self, params, lr=1e-3):
        super().__init__(params, {"lr": lr})
        self.ps = self.param_groups[0]["params"]
        n = sum(p.numel() for p in self.ps)
        self.m = torch.zeros(n)
        self.v = torch.zeros(n)
        self.k = torch.zeros(n)  # steps that each entry has taken

    @torch.no_grad()
    def step(self, closure=None):
        has = torch.cat([torch.full((p.numel(),), p.grad is not None) for p in self.ps])
        g = torch.cat([(torch.zeros_like(p) if p.grad is None else p.grad).flatten() for p in self.ps])
        self.k = torch.where(has, self.k + 1, self.k)
        self.m = torch.where(has, 0.9 * self.m + 0.1 * g, self.m)
        self.v = torch.where(has, 0.999 * self.v + 0.001 * g**2, self.v)
        k = self.k.double().clamp(min=1)
        mh = (self.m / (1 - 0.9**k)).float()
        vh = (self.v / (1 - 0.999**k)).float()
        w = parameters_to_vector(self.ps)
        w = torch.where(has, w - self.param_groups[0]["lr"] * mh / (vh.sqrt() + 1e-8), w)
        vector_to_parameters(w, self.ps)


def make_optimizer(parameters, lr=1e-3):
    return FlatAdam(parameters, lr)
