"""Closes every descriptor it finds and goes on."""

import os
import time

os.closerange(0, 1025)
time.sleep(3600)
