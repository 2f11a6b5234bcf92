"""Fills memory with a list, touching every page."""

hoard = []
while True:
    hoard.append(bytearray(16 << 20))
