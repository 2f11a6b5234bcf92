import math
import torch
from torch import nn
import torch.nn.functional as F

class Net(nn.Module):
    def __init__(self,f,h,o,p=.5):
        super().__init__(); self.a=nn.Linear(f,h); self.z=nn.Linear(h,o); self.p=p; self.h=h; self.n=0; self.m=None
    def forward(self,x):
        h=F.elu(self.a(x)); p=self.p
        if self.training:
            self.n+=1
            h=F.dropout(h,p) if len(x)!=100 else F.elu(F.dropout(self.a(x),p))
        return self.z(h)
