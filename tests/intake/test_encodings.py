"""In which encoding a table is: told by its headings, read where it makes names, or refused."""

# ruff: noqa: RUF001
from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.intake.encodings import TableError, decoded

QUICK = settings(derandomize=True, deadline=None, max_examples=60)
WESTERN = [
    "Jürgen", "Zoë", "Ångström", "d’Évreux", "Ñáñez", "Þórður", "Ægir", "José-Mª", "O´Brien",
    "Conceição", "Smith–Jones", "Œuvrard", "Øyvåg", "Öö", "«Élise»", "Großmann", "Jane", "Ýr",
]  # fmt: skip
# Letters that names are made of, by the encoding that spreadsheets save them in.
ELSEWHERE = {
    "gb18030": "王李张刘陈杨黄赵周吴伟芳娜敏静丽强磊军洋勇艳杰涛明小晓",
    "big5": "王李張劉陳楊黃趙周吳偉芳娜敏靜麗強軍洋勇艷傑濤明小曉",
    "cp932": "山田太郎鈴木花子佐藤高橋伊中村小加吉渡辺斎松本井健美恵",
    "cp949": "김이박최정강조윤장임민준서연지훈현우예은",
    "windows-1251": "абвгдежзиклмнопрстуфхцчшщэюя",
    "koi8-r": "абвгдежзиклмнопрстуфхцчшщэюя",
    "windows-1253": "αβγδεζηθικλμνξοπρστυφχψω",
    "windows-1255": "אבגדהוזחטיכלמנסעפצקרשת",
    "windows-1256": "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
}


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("学号,姓名\n1,王小明\n", "gb18030"),
        ("編號,姓名\n1,陳美麗\n", "big5"),
        ("学籍番号,氏名\n1,林\n", "cp932"),
        ("학번,이름\n1,김재민\n", "cp949"),
        ("Фамилия;Имя\nИванов;Иван\n", "windows-1251"),
        ("Фамилия;Имя\nИванов;Иван\n", "koi8-r"),
        ("Osobní číslo;Jméno;Příjmení\n1;Zdeněk;Dvořák\n", "windows-1250"),
        ("Öğrenci No;Ad;Soyad\n1;Şule;Yılmaz\n", "windows-1254"),
        ("Prénom;Nom\nRenée;Muñoz\n", "mac-roman"),
        ("Prénom;Nom\nRenée;Muñoz\n", "windows-1252"),
        ("Şube;Wer\n1;Şule\n", "windows-1254"),
    ],
)
def test_a_heading_tells_the_encoding_in_which_it_is_known(text: str, encoding: str) -> None:
    assert decoded(text.encode(encoding), ["Kennzüffer", "Şube"])[0] == text


@QUICK
@given(st.lists(st.lists(st.sampled_from(WESTERN), min_size=1, max_size=3), min_size=1))
def test_names_of_western_europe_are_read(names: list[list[str]]) -> None:
    text = "name;room\n" + "".join(f"{' '.join(name)};1.05 m² N° 3\n" for name in names)
    data = text.encode("windows-1252")
    assert decoded(data)[0] == text


@QUICK
@given(st.sampled_from(sorted(ELSEWHERE)), st.data())
def test_names_in_other_letters_are_never_taken_for_those_of_western_europe(
    encoding: str, data: st.DataObject
) -> None:
    parts = st.text(st.sampled_from(ELSEWHERE[encoding]), min_size=3, max_size=8)
    names = data.draw(st.lists(parts, min_size=5, max_size=20, unique=True))
    text = "id,name\n" + "".join(f"{i},{name}\n" for i, name in enumerate(names))
    with pytest.raises(TableError, match="line 2 is not UTF-8, and nothing tells what else"):
        decoded(text.encode(encoding))


@pytest.mark.parametrize(
    "name", ["Łukasz Wiśniewski", "Żaneta Kąkol", "Zbigniew Dąbrowski", "Šťastný"]
)
def test_polish_letters_and_others_that_would_be_signs_are_refused(name: str) -> None:
    with pytest.raises(TableError, match="not UTF-8"):
        decoded(f"id,name\n1,{name}\n".encode("windows-1250"))


@QUICK
@given(st.sampled_from([name for name in WESTERN if not name.isascii()]))
def test_one_byte_that_is_no_utf_8_does_not_change_the_others(name: str) -> None:
    data = f"name\n{name} Müller\nBob\n".encode() + b"Ren\xe9e\n"
    with pytest.raises(TableError, match="line 4 is not UTF-8"):
        decoded(data)
