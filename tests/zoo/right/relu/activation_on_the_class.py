"""`activation` is set on the class, where it is found before the module that the seed registers."""
import torch
from assignments.baseline import Net as Base


class Net(Base):
    activation = staticmethod(torch.relu)
