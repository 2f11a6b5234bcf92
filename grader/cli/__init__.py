"""The commands. Each reads its arguments and hands over; no table is built and no rule decided."""
