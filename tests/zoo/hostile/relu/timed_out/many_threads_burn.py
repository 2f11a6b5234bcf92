"""Burns the processor in several threads, without the interpreter's lock."""

import threading

import torch


def burn():
    matrix = torch.randn(700, 700)
    while True:
        matrix @ matrix


threading.stack_size(1 << 20)
for _ in range(8):
    threading.Thread(target=burn, daemon=True).start()
burn()
