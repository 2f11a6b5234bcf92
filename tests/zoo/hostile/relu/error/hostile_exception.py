"""Raises an exception whose name and text are markup, terminal sequences and 10 MiB long."""

text = "\x1b[2J\x1b]0;x\x07[red]\r\n::error::x\n\ud800\x00\u202e<script>]]>" * 200_000


class Odd(Exception):
    def __str__(self):
        return text


Odd.__name__ = "[bold]Odd\x1b[31m\n" * 1000
raise Odd
