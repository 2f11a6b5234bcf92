"""A right module that prints 100 MiB: markup, terminal sequences, commands, halves of characters."""

import os
import sys

import torch

from assignments.baseline import Net as Baseline


class Net(Baseline):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__(num_features, num_hidden, num_output)
        self.activation = torch.relu


NASTY = (
    b"\x1b[31m\x1b]0;title\x07\x1b]8;;http://x\x1b\\\x00\x07\x08\r\n"
    b"::error file=a::b\n::stop-commands::x\n[bold red]x[/bold red][link=file:///]x\n"
    b"\xed\xa0\x80\xff\xfe\xe2\x80\xae]]><script>=1+1\n"
)
block = NASTY * (65536 // len(NASTY))
for _ in range(800):
    os.write(1, block)
    os.write(2, block)
sys.stdout = sys.stderr = None
