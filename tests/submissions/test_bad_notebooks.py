"""Hostile and damaged notebooks: a problem of one line, or read for what is left of them."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from helpers.commands import RunGrader
from helpers.notebooks import IMPORTS, MAKE, notebook, write
from helpers.repository import REPOSITORY, solution

from grader.course.manifest import load_course
from grader.grading.key import code_digest
from grader.submissions.notebook import make_notebook
from grader.submissions.reading import load_submission
from grader.text import printable

COURSE = load_course(REPOSITORY)
SLUGS = COURSE.slugs


def changed(**fields: Any) -> dict[str, Any]:
    return notebook("x = 1") | fields


def with_cell(**fields: Any) -> dict[str, Any]:
    made = notebook("x = 1")
    made["cells"][1] |= fields
    return made


BAD: dict[str, tuple[dict[str, Any] | bytes | str, str]] = {
    "empty": (b"", "it is empty"),
    "a_list": (b"[]", "Expected `object`, got `array`"),
    "cut_off": (json.dumps(notebook("x = 1"))[:-10], "it is no notebook, or a damaged one"),
    "deep": (b'{"nbformat": 4, "x": ' + b"[" * 10**6, "nested too deeply"),
    "deep_cells": (b'{"nbformat": 4, "cells": ' + b'[{"cells":' * 10**6, "nested too deeply"),
    "deep_source": (
        b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": ' + b"[" * 10**6,
        "nested too deeply",
    ),
    "not_utf8": (b'{"nbformat": 4, "x": "\xff"}', "not UTF-8: byte 0xff"),
    "nul": (b'{"nbformat": 4}\0', "a NUL byte"),
    "nul_in_a_cell": (notebook("x = '\0'"), "cell 2 holds a NUL character"),
    "no_version": ({"cells": []}, "missing required field `nbformat`"),
    "version_5": (changed(nbformat=5), "nbformat 5 is not known"),
    "version_of_1000_digits": (b'{"nbformat": 1' + b"0" * 10_000 + b"}", "$.nbformat"),
    "version_is_text": (changed(nbformat="4"), "Expected `int`, got `str` - at `$.nbformat`"),
    "no_cells": ({"nbformat": 4}, "without cells"),
    "no_worksheets": ({"nbformat": 3}, "without cells"),
    "cells_are_an_object": (changed(cells={}), "Expected `array | null`, got `object`"),
    "a_cell_is_a_number": (changed(cells=[1]), "at `$.cells[0]`"),
    "a_cell_without_type": (changed(cells=[{"source": "x"}]), "`cell_type`"),
    "type_is_a_list": (with_cell(cell_type=["code"]), "$.cells[1].cell_type"),
    "source_is_a_number": (with_cell(source=1), "the code of cell 2 is damaged"),
    "source_is_null": (with_cell(source=None), "the code of cell 2 is damaged"),
    "source_holds_a_list": (with_cell(source=["x", ["y"]]), "the code of cell 2 is damaged"),
    "metadata_is_text": (changed(metadata="python"), "$.metadata"),
    "language_is_a_number": (changed(metadata={"language_info": {"name": 1}}), "$.metadata"),
    "another_language": (notebook("x <- 1", language="R"), "it is written in R; choose a Python"),
    "another_kernel": (
        changed(metadata={"kernelspec": {"language": "\x1b[31mjulia"}}),
        "it is written in julia; choose a Python kernel",
    ),
    "much_code": (notebook(*["#" * (600 << 10)] * 2), "more than 1 MiB of code"),
    "many_strings": (with_cell(source=[""] * (3 << 20)), "more than 1 MiB of code"),
    "many_cells": (changed(cells=notebook("x")["cells"] * 2_001), "more than 2000 cells"),
    "huge": (b" " * 16_777_217, "larger than 16 MiB; clear its outputs"),
}  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_notebook_is_read_in_any_unicode(tmp_path: Path, encoding: str) -> None:
    text = json.dumps(notebook("x = 'größer'"), ensure_ascii=False)
    write(tmp_path / "relu.ipynb", text.encode(encoding))
    assert "x = 'größer'" in load_submission(tmp_path, SLUGS).sources["relu"].text


@pytest.mark.parametrize("name", BAD)
def test_a_bad_notebook_is_a_problem_of_one_line(tmp_path: Path, name: str) -> None:
    content, words = BAD[name]
    write(tmp_path / "relu.ipynb", content)
    write(tmp_path / "adam.ipynb", notebook("x = 1"))
    loaded = load_submission(tmp_path, SLUGS)
    assert list(loaded.sources) == ["adam"]
    problem = loaded.problems["relu"]
    assert problem.startswith("relu.ipynb: ")
    assert words in problem
    assert problem == printable(problem, 1000)


@pytest.mark.parametrize(
    "content",
    [
        with_cell(outputs=[{"data": {"image/png": "A" * (2 << 20)}}], execution_count=7),
        with_cell(outputs="wrong", id=3, metadata=[], attachments=None, execution_count={}),
        changed(nbformat_minor="x", metadata={"kernelspec": None, "authors": 1}),
        changed(metadata={"kernelspec": {"language": "Python", "name": "python3"}}),
        changed(metadata={}),
        json.dumps(notebook("x = 1")).replace('"metadata"', '"cells": 1, "metadata": {}, "x"', 1)
        .replace('"cells": 1, ', ""),
    ],
)  # fmt: skip
def test_what_does_not_matter_may_be_anything(
    tmp_path: Path, content: dict[str, Any] | str
) -> None:
    loaded = load_submission(write(tmp_path / "relu.ipynb", content), SLUGS)
    assert loaded.sources["relu"].text == "x = 1\n"


@pytest.mark.parametrize(
    "output",
    [
        float("nan"),
        [float("inf"), {"x": -float("inf"), "text": 'NaN "-Infinity"'}],
        "half a character: \ud83d",
        {"application/json": {"\udc00": float("nan")}, "image/png": "A" * (12 << 20)},
    ],
)
def test_no_output_is_a_reason_to_refuse_a_notebook(tmp_path: Path, output: object) -> None:
    code = 's = "NaN", "\\ud83d", "\U0001f600"\nx = -NaN'
    made = notebook(code)
    made["cells"][1]["outputs"] = [{"output_type": "display_data", "data": output}]
    loaded = load_submission(write(tmp_path / "relu.ipynb", json.dumps(made)), SLUGS)
    assert not loaded.problems
    assert loaded.sources["relu"].text == f"{code}\n"


def test_half_a_character_in_the_code_is_read_as_one_that_is_unknown(tmp_path: Path) -> None:
    content = with_cell(source="x = '\ud800', '\ud83d\ude00'")
    loaded = load_submission(write(tmp_path / "relu.ipynb", content), SLUGS)
    assert loaded.sources["relu"].text == "x = '\ufffd', '\U0001f600'\n"


def test_outputs_and_text_do_not_make_another_result(tmp_path: Path) -> None:
    def digest(content: dict[str, Any]) -> str:
        return code_digest(load_submission(write(tmp_path / "relu.ipynb", content), SLUGS), "relu")

    again = with_cell(outputs=[{"output_type": "stream", "text": "hi"}], execution_count=7)
    again["cells"][0]["source"] = "# Another text"
    assert digest(again) == digest(notebook("x = 1"))
    assert digest(notebook("x = 2")) != digest(notebook("x = 1"))
    # A message would name another cell.
    assert digest(notebook("", "x = 1")) != digest(notebook("x = 1"))


def test_random_damage_is_read_or_refused_and_nothing_else(tmp_path: Path) -> None:
    generator = random.Random(7)
    whole = make_notebook(solution("relu"), "relu", trains=True)
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(generator.randint(1, 4)):
            data[generator.randrange(len(data))] = generator.choice(b'{}[]":,\\0\xffa\n')
        write(tmp_path / "relu.ipynb", bytes(data))
        loaded = load_submission(tmp_path, SLUGS)
        assert loaded.sources.keys() ^ loaded.problems.keys() == {"relu"}


HOSTILE = {
    "attributes": "x = a" + ".b" * 50_000,
    "sum": "x = 1" + "+1" * 50_000,
    "minus": "x = " + "-" * 50_000 + "1",
    "elif": "if 1: pass\n" + "elif 1: pass\n" * 10_000,
    "tuple": "x = " + "1," * 100_000,
    "bracket": "x = " + "(" * 500_000,
    "joined": "\\\n" * 500_000 + "$",
    "spaces": " " * 1_000_000 + "\n$",
    "magics": "%a\n" * 30_000 + "$",
    "quotes": "'''\\" * 200_000,
    "names": "a=" * 100_000 + "!",
}


def test_code_that_is_hard_to_parse_costs_its_author_only(
    run_grader: RunGrader, tmp_path: Path
) -> None:
    for name, cell in HOSTILE.items():
        write(tmp_path / "in" / name / "momentum.ipynb", notebook(cell))
    write(tmp_path / "in" / "right" / "momentum.ipynb", notebook(IMPORTS, MAKE))
    submissions = sorted((tmp_path / "in").iterdir())
    target = tmp_path / "grades.json"
    arguments = (*submissions, "--only", "momentum", "--json", target)
    ran = run_grader("grade", *arguments)
    assert ran.status == 0, ran.stderr
    reports = json.loads(target.read_bytes())["reports"]
    assert len(reports) == len(HOSTILE) + 1
    for report in reports:
        (assignment,) = report["assignments"]
        verdicts = {check["verdict"] for check in assignment["checks"]}
        assert "grader_error" not in verdicts
        assert (assignment["status"] == "passed") == (report["submission"] == "right")
