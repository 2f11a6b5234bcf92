import torch


class A(torch.optim.Optimizer):
    def __init__(self, params, lr):
        super().__init__(params, dict(lr=lr))

    @torch.no_grad()
    def step(self):
        t = 0
        for g in self.param_groups:
            for p in g["params"]:
                if p.grad is None:
                    continue
                t += 1
                s = self.state[p]
                if not s:
                    s["m"] = torch.zeros_like(p)
                    s["v"] = torch.zeros_like(p)
                s["m"].mul_(0.9).add_(p.grad, alpha=0.1)
                s["v"].mul_(0.999).addcmul_(p.grad, p.grad, value=0.001)
                mh = s["m"] / (1 - 0.9**t)
                vh = s["v"] / (1 - 0.999**t)
                p -= g["lr"] * mh / (vh.sqrt() + 1e-8)


def make_optimizer(parameters, lr=1e-3):
    return A(parameters, lr)
