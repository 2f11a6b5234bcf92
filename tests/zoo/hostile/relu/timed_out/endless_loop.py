"""An endless loop that swallows every exception."""

while True:
    try:
        while True:
            pass
    except BaseException:
        continue
