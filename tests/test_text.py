"""Text from strangers, made to act on nothing."""

from __future__ import annotations

import pytest
from helpers.handed_in import MIB, at_most

from grader.text import count_of, point_at, printable, visible


def test_one_is_no_plural() -> None:
    assert [count_of(n, "line") for n in (0, 1, 2000)] == ["0 lines", "1 line", "2,000 lines"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain größe 更大 🙂", "plain größe 更大 🙂"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x9b31mred", "red"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x07", "link"),
        ("\x1b]52;c;never ended", ""),
        ("\x1bPq#0\x1b\\after\x1bc", "after"),
        ("a\x00b\x08c\x7fd\x85e", "a\\x00b\\x08c\\x7fd\\x85e"),
        ("\u202eevil\u2066\u200b\ufeff", "\\u202eevil\\u2066\\u200b\\ufeff"),
        ("\ud800 \udcff", "\\ud800 \\udcff"),
        ("\uffff\u2028\U000e0041", "\\uffff\\u2028\\U000e0041"),
        ("a\tb\r\nc\rd\ne", "a b c d e"),
        ("e" + "\u0301" * 10 + "x", "e" + "\u0301" * 10 + "x"),
        ("e" + "\u0301\u0489" * 9 + "x\u0301", "e" + "\u0301\u0489" * 5 + "…x\u0301"),
        ("::set-output [red]<b>=1+1", "::set-output [red]<b>=1+1"),
    ],
)
def test_printable_text_acts_on_nothing(text: str, shown: str) -> None:
    assert printable(text) == shown
    shown.encode("utf-8")


def test_a_page_shows_few_marks_on_a_letter_whatever_stands_between_them() -> None:
    flood = "\u0e49\u200d" * 4000
    assert visible(f"\u0e01{flood}\u0e01\u0e49") == f"\u0e01{flood[:20]}…\u0e01\u0e49"


def test_printable_text_keeps_lines_when_asked() -> None:
    assert printable("a\tb\r\nc\rd\n", newlines=True) == "a\tb\nc\nd\n"


def test_printable_text_is_bounded() -> None:
    assert printable("x" * 501) == "x" * 499 + "…"
    assert printable("x" * 500) == "x" * 500
    assert printable("ab\u202ecd", 8) == "ab…"
    assert printable("ab\u202ecd", 9) == "ab\\u202e…"
    assert printable("abc", 1) == "…"
    assert printable("abc", 0) == ""
    long = "x\x1b[m" * (4 * MIB) + "\x1b]" * (4 * MIB)
    with at_most(4):
        assert len(printable(long)) == 500
        assert len(printable(long[-MIB:], newlines=True)) <= 500


@pytest.mark.parametrize(("length", "shown"), [(68, "x" * 68), (69, "x" * 67 + "…")])
def test_a_line_of_code_that_is_pointed_at_has_68_columns(length: int, shown: str) -> None:
    assert point_at("x" * length, 0, 1) == f"{shown}\n^"
    assert point_at("    " + "x" * length, 0, 0) == f"{shown}\n{'^' * 68}"


def test_a_marked_part_of_any_width_leaves_room_for_what_is_around() -> None:
    wide = "日" * 34  # 68 columns
    source, carets = point_at(f"x = {wide} + 1", 4, 38).split("\n")
    assert source.startswith("x = 日") and source.endswith("日… + 1")
    assert carets.count("^") == 68 - len("x =  + 1") - 1  # an odd one: the "…" takes one column
    around, _ = point_at("a" * 60 + wide + "b" * 60, 60, 94).split("\n")
    assert around.startswith("…a") and around.endswith("b…")
