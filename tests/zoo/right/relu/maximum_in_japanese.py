"""Japanese names; torch.maximum with a zero that is a buffer."""
import torch
from torch import nn


class 二層網(nn.Module):
    def __init__(self, 入力数, 隠れ数, 出力数):
        super().__init__()
        self.一層 = nn.Linear(入力数, 隠れ数)
        self.二層 = nn.Linear(隠れ数, 出力数)
        self.register_buffer("零", torch.zeros(()))

    def forward(self, 入力):
        return self.二層(torch.maximum(self.一層(入力), self.零))


Net = 二層網
