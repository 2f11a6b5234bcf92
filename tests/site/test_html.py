"""The reports as one page: a student's page as the site has it, or several one after another."""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from pathlib import Path

from helpers.commands import RunGrader
from helpers.reports import make_report
from helpers.repository import hand_in, solution

from grader.site.html import write_html

MARKUP = "<img src=x onerror=owned=1></script><script>owned=1</script>"


def page_of(path: Path, *names: str) -> str:
    reports = [make_report(MARKUP, MARKUP, name) for name in names]
    write_html(path, "The course", reports)
    return path.read_text("utf-8")


def ids_of(page: str) -> list[str]:
    return re.findall(r'\sid="([^"]+)"', page)


def test_one_submission_is_a_students_page(tmp_path: Path) -> None:
    page = page_of(tmp_path / "a.html", "ada")
    assert ids_of(page) == ["main", "relu", "relu-title", "l2", "l2-title"]
    assert "<h1><bdi>ada</bdi></h1>" in page
    assert 'href="#relu"' in page


def test_several_follow_a_table_that_leads_to_them(tmp_path: Path) -> None:
    page = page_of(tmp_path / "a.html", "ada", MARKUP, "bob")
    ids = ids_of(page)
    assert [name for name, count in Counter(ids).items() if count > 1] == []
    links = re.findall(r'href="#([^"]+)"', page)
    assert {"1-main", "2-main", "3-main", "1-relu", "3-l2"} <= set(links) <= set(ids)
    assert page.count("<article>") == 3
    assert page.count("<main") == page.count("</main>") == 1
    assert page.index("<bdi>bob</bdi></a>") < page.index("<h1><bdi>ada</bdi></h1>")


def test_no_markup_of_a_submission_gets_into_the_page(tmp_path: Path) -> None:
    for names in (["ada"], [MARKUP], ["ada", MARKUP]):
        page = page_of(tmp_path / "a.html", *names)
        assert "<script" not in page
        assert "<img" not in page
        assert "&lt;img src=x onerror=owned=1&gt;" in page
        assert "default-src &#39;none&#39;" in page


def test_what_is_to_be_said_of_a_file_is_said_everywhere(
    run_grader: RunGrader, tmp_path: Path
) -> None:
    script = "raise RuntimeError('<b>\\x1b[31m[red]it ran')"
    folder = hand_in(tmp_path / "ada", {"l1": f"{solution('l1')}{script}\n"})
    page = tmp_path / "page.html"
    ran = run_grader("grade", folder, "--only", "l1", "--html", page, "--json", "-")
    (assignment,) = json.loads(ran.stdout)["reports"][0]["assignments"]
    assert assignment["status"] == "passed"
    (note,) = assignment["notes"]
    assert note.startswith("importing l1.py raised RuntimeError: <b>[red]it ran (line ")
    assert note in " ".join(ran.stderr.split())
    assert html.escape(note, quote=False) in page.read_text(encoding="utf-8")


def test_no_reports_make_a_page_that_says_so(tmp_path: Path) -> None:
    assert "0 submissions" in page_of(tmp_path / "a.html")
