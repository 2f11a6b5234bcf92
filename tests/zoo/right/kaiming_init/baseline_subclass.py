"""A subclass of the seed network that only draws its two weights again."""
import torch
from assignments.baseline import Net as Base


class Net(Base):
    def __init__(self, *sizes):
        super().__init__(*sizes)
        with torch.no_grad():
            for w in (self.W_1, self.W_2):
                w.normal_(0, (2 / w.shape[1]) ** 0.5)
