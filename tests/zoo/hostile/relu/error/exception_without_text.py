"""Raises an exception whose text raises another one."""


class Mute(Exception):
    def __str__(self):
        raise ValueError

    __repr__ = __str__


raise Mute
