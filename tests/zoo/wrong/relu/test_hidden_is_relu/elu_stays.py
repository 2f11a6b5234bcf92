"""`activation` is set on the class, but the seed's __init__ sets ELU on the instance."""
import torch
from assignments.baseline import Net as Base


class Net(Base):
    activation = staticmethod(torch.relu)
