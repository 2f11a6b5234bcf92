"""Student code runs here, behind walls; the front asks it and compares nothing.

The front (client, handles, answers, blame, and launch with its two ways to start a worker) is what
checks and grading see. `inside` are the untrusted processes, `walls` is what the kernel does for
us, `wire` is what both sides say to each other. Knows no check, no report and no submission; torch
is imported in `inside` only.
"""
