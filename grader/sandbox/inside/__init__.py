"""The untrusted processes: a zygote that has imported torch, and the workers forked from it.

Nothing on the trusted side imports this room.
"""
