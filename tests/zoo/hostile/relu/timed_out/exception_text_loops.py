"""Raises an exception whose text takes for ever to make."""


class Endless(Exception):
    def __str__(self):
        while True:
            pass


raise Endless
