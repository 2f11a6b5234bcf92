"""The HTML pages: what is written, and how it behaves in a real browser."""

from __future__ import annotations

import base64
import hashlib
import html
import itertools
import json
import re
import shutil
from collections.abc import Iterator
from importlib import resources, util
from pathlib import Path
from typing import Any

import msgspec
import pytest
from helpers.reports import PICTURES

from grader.course.manifest import load_course
from grader.gradebook.model import (
    AssignmentInfo,
    Comment,
    Entry,
    Extension,
    HandIn,
    Lateness,
    Override,
    Person,
)
from grader.gradebook.scores import points
from grader.grading.engine import list_checks
from grader.report.model import (
    AssignmentReport,
    Environment,
    Picture,
    Report,
    Status,
    Training,
    Verdict,
    status_of,
)
from grader.report.reference import load_reference
from grader.site import pages, write_feedback, write_site
from grader.site.curves import draw_accuracies, draw_losses
from grader.site.pages import class_page
from grader.site.pictures import draw_picture
from grader.site.summary import ClassSummary
from grader.site.values import moment, page_name, percent

COURSE = load_course()
CHECKS = list_checks(COURSE)
INFOS = [
    AssignmentInfo(
        a.slug,
        a.title,
        sum(check.max_points for check in CHECKS[a.slug]),
        leaderboard=a.slug == "momentum",  # in which the hostile names have places
    )
    for a in COURSE.assignments
]
ENVIRONMENT = Environment("1.0.0", "3.11", "2.14", "2.4", "Linux", {})
MARKUP = "<img src=x onerror=owned=1></script><script>owned=1</script>"
BIDI = "\u202egnp.\u2066live"


def make_report(
    name: str, fails: dict[str, Verdict], message: str = "Expected: 1.\nSeen: 2.", output: str = ""
) -> Report:
    """All checks pass but those in `fails`, by `slug.check`; `message` is why."""
    assignments = []
    for assignment in COURSE.assignments:
        slug = assignment.slug
        checks = []
        for check in CHECKS[slug]:
            verdict = fails.get(f"{slug}.{check.id}", "passed")
            passed = verdict == "passed"
            checks.append(
                msgspec.structs.replace(
                    check,
                    verdict=verdict,
                    points=check.max_points if passed else 0.0,
                    message="" if passed else message,
                    hint="" if passed else "Look again.",
                )
            )
        training = None
        if assignment.epochs:
            loss = load_reference().bands[slug].median
            training = Training(0.9, 0.8, loss, assignment.threshold)
        assignments.append(
            AssignmentReport(
                slug=slug,
                title=assignment.title,
                status=status_of(checks),
                score=sum(check.points for check in checks),
                max_score=sum(check.max_points for check in checks),
                checks=checks,
                training=training,
                output=output,
            )
        )
    score = sum(a.score for a in assignments)
    most = sum(a.max_score for a in assignments)
    return Report(name, score, most, assignments, ENVIRONMENT, 2015, 1.5)


AT = "2026-03-05T10:00:00Z"
LATE = Lateness(
    late_s=97_200.0,
    percent=20.0,
    days=2,
    percent_a_day=10.0,
    due="2026-03-01T20:14:05+01:00",
    submitted_at="2026-03-02T23:14:05+01:00",
)


def make_entry(
    key: str,
    name: str,
    report: Report | None,
    *,
    overrides: tuple[Override, ...] = (),
    lateness: dict[str, Lateness] | None = None,
    final: float | None = None,
) -> Entry:
    return Entry(
        student=Person(key=key, name=name, identifier=f"id-{key}", email=f"{key}@example.org"),
        report=report,
        submitted_at="2026-03-02T22:14:05Z",
        overrides=list(overrides),
        lateness=lateness or {},
        final=report.score if final is None and report is not None else final,
        max_score=sum(info.max_score for info in INFOS),
    )


class ListedGradebook:
    title = "Training neural networks"
    assignments = INFOS

    def __init__(self, entries: list[Entry]) -> None:
        self.entries = entries

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)


def sample_class() -> list[Entry]:
    """Names in alphabetical order: ann, bob, cleo, dan, eve, and four hostile ones."""
    dropped: dict[str, Verdict] = {"dropout.test_drop_rate": "failed"}
    perfect = make_report("perfect", {})
    hostile = make_report(
        "hostile",
        dropped | {"relu.test_builds": "crashed", "adam.test_epsilon": "error"},
        message=MARKUP,
        output=f"{MARKUP}\n" * 2000,
    )
    late = make_report(
        "late", dropped | {"l2.test_defaults": "failed"}, "Expected: 20%.\nSeen: 5%."
    )
    override = Override("dropout", 9.5, f"by hand {MARKUP}", "2026-03-05T10:00:00Z")
    return [
        make_entry("ann", "Ann Ångström", perfect),
        make_entry("bob", "Bob", late, lateness={"relu": LATE}, final=50.0),
        make_entry("cleo", "Cleo", make_report("cleo", dropped), overrides=(override,), final=77.5),
        make_entry("dan", "Dan", None),
        make_entry("eve", "Eve", make_report("eve", {"relu.test_builds": "timed_out"})),
        make_entry("x1", MARKUP, hostile),
        make_entry("x2", BIDI, hostile),
        make_entry("x3", "W" * 300, hostile),
        make_entry("x4#?&%", "=cmd|' /C calc'!A0", hostile),
    ]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    write_site(ListedGradebook(sample_class()), folder / "class")
    write_feedback(ListedGradebook(sample_class()), folder / "feedback")
    summary = ClassSummary(INFOS)
    for number, entry in zip(range(10_000), itertools.cycle(sample_class()), strict=False):
        student = Person(key=f"s{number:05d}", name=f"Student {number:05d}")
        summary.add(msgspec.structs.replace(entry, student=student))
    (folder / "large.html").write_bytes(class_page("A large class", summary))
    return folder


# ---------------------------------------------------------------- what is written


def test_the_site_is_an_index_and_a_page_a_student(site: Path) -> None:
    keys = {entry.student.key for entry in sample_class()}
    written = {path.relative_to(site / "class").as_posix() for path in walk(site / "class")}
    assert written == {"index.html"} | {f"students/{key}.html" for key in keys}
    assert {path.name for path in walk(site / "feedback")} == {f"{key}.html" for key in keys}


def walk(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_page_to_send_refers_to_no_other_file(site: Path) -> None:
    for page in walk(site / "feedback"):
        text = page.read_text(encoding="utf-8")
        links = re.findall(r'(?:href|src)="([^"]*)"', text)
        assert links
        assert all(link.startswith(("#", "data:image/svg+xml")) for link in links)


def test_the_policy_allows_a_pages_own_style_and_script_and_nothing_else(site: Path) -> None:
    text = (site / "class" / "index.html").read_text(encoding="utf-8")
    policy = html.unescape(re.search('Policy" content="([^"]*)"', text)[1])
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)[1]
    script = re.search(r"<script>(.*?)</script>", text, re.DOTALL)[1]
    assert policy.split("; ") == [
        "default-src 'none'",
        "img-src data:",
        f"style-src {sha256(style)}",
        f"script-src {sha256(script)}",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    student = (site / "class" / "students" / "ann.html").read_text(encoding="utf-8")
    assert "script" not in re.search('Policy" content="([^"]*)"', student)[1]
    assert "<script" not in student


def sha256(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_pages_of_students_who_left_are_removed_and_other_files_stay(tmp_path: Path) -> None:
    for write, folder in ((write_site, "students"), (write_feedback, "")):
        output = tmp_path / write.__name__
        write(ListedGradebook(sample_class()), output)
        (output / folder / "notes.html").write_text("mine")
        write(ListedGradebook(sample_class()[:1]), output)
        left = {path.name for path in walk(output / folder)} - {"index.html"}
        assert left == {"ann.html", "notes.html"}


def test_an_empty_class_has_a_page(tmp_path: Path) -> None:
    write_site(ListedGradebook([]), tmp_path)
    write_site(ListedGradebook([make_entry("dan", "Dan", None)]), tmp_path)
    assert (tmp_path / "students" / "dan.html").is_file()


def test_a_large_class_has_its_table_in_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PIECE", 4)
    write_site(ListedGradebook(sample_class()), tmp_path)
    pieces = sorted(path.name for path in tmp_path.glob("class-*.html"))
    assert pieces == ["class-1.html", "class-2.html", "class-3.html"]
    index = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert all(f'href="{name}"' in index for name in pieces)
    assert 'id="data"' not in index and "#show=" not in index and "#check=" not in index
    shown = [rows_on((tmp_path / name).read_text(encoding="utf-8")) for name in pieces]
    assert [len(rows) for rows in shown] == [4, 4, 1]
    assert [row[0] for row in shown[0]] == ["Ann Ångström", "Bob", "Cleo", "Dan"]
    write_site(ListedGradebook(sample_class()[:4]), tmp_path)
    assert not list(tmp_path.glob("class-*.html"))


def rows_on(page: str) -> list[list[Any]]:
    """The rows of the table that a page's script makes."""
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page)
    rows: list[list[Any]] = json.loads(data)["rows"]
    return rows


def test_the_same_files_are_listed_as_files_and_accuse_nobody(tmp_path: Path) -> None:
    def handed_in(key: str, code: str, tree: str, status: Status = "partial") -> Entry:
        report = make_report(key, {"relu.test_builds": "failed"})
        relu = [
            msgspec.structs.replace(a, status=status) if a.slug == "relu" else a
            for a in report.assignments
        ]
        entry = make_entry(key, key.title(), msgspec.structs.replace(report, assignments=relu))
        hand_in = HandIn(code=code * 32, tree=tree * 32)
        return msgspec.structs.replace(entry, hand_ins={"relu": hand_in})

    entries = [
        handed_in("ann", "a1", "0a"),
        handed_in("bob", "a2", "0a"),
        handed_in("cleo", "b1", "0b"),
        handed_in("dan", "b1", "0b"),
        handed_in("eve", "c1", "0c"),
        handed_in("flo", "d1", ""),
        handed_in("gus", "d1", ""),
        handed_in("hal", "e1", "0e", "untouched"),
        handed_in("ian", "e1", "0e", "untouched"),
    ]
    write_site(ListedGradebook(entries), tmp_path)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    groups = re.findall(r"<li><span class=\"of\">([^<]*):</span>(.*?)</li>", page, re.DOTALL)
    assert [(kind, re.findall("<bdi>(.*?)</bdi>", who)) for kind, who in groups] == [
        ("the same file", ["Cleo", "Dan"]),
        ("the same file", ["Flo", "Gus"]),
        ("the same to Python", ["Ann", "Bob"]),
    ]
    assert "says nothing about people" in page


def test_a_page_explains_lateness_and_shows_what_the_staff_said(tmp_path: Path) -> None:
    entry = msgspec.structs.replace(
        make_entry("ann", "Ann", make_report("ann", {}), lateness={"relu": LATE}),
        comments=[Comment("relu", f"well done {MARKUP}", AT), Comment("", "see me", AT)],
        extensions=[Extension("relu", "", 2, "ill", AT)],
    )
    write_site(ListedGradebook([entry]), tmp_path)
    page = html.unescape((tmp_path / "students" / "ann.html").read_text(encoding="utf-8"))
    assert "Late: due 1 Mar 2026, 20:14 UTC+01:00, handed in 2 Mar 2026, 23:14 UTC+01:00" in page
    assert "2 days at 10 % = 20 % is taken off" in page
    assert "From the staff: <bdi>well done" in page and "From the staff: <bdi>see me" in page
    assert "relu: more time" in page.casefold() and "2 days" in page


@pytest.mark.parametrize("key", ["", ".", "..", "../x", "a/b", "a\\b", ".hidden", "a\0"])
def test_a_key_that_could_lead_elsewhere_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="safe as a file name"):
        page_name(key)


def test_a_name_that_cannot_be_encoded_is_shown_as_an_escape(tmp_path: Path) -> None:
    write_site(ListedGradebook([make_entry("a", "lone \ud800", None)]), tmp_path)
    assert "lone \\ud800" in (tmp_path / "students" / "a.html").read_text(encoding="utf-8")


def test_each_check_is_counted_with_its_most_common_message() -> None:
    summary = ClassSummary(INFOS)
    for entry in sample_class():
        summary.add(entry)
    worst = summary.failed_checks[0]
    assert (worst.slug, worst.failed, worst.judged) == ("dropout", 6, 8)
    assert worst.common[0] == (MARKUP, 4)
    # "Expected: 1. Seen: 2." and "Expected: 20%. Seen: 5%." are not one message.
    assert [count for _, count in worst.common] == [4, 1, 1]
    assert (summary.graded, summary.full_marks, summary.late, summary.odd) == (8, 1, 1, 5)


def test_messages_that_differ_in_figures_alone_are_counted_as_one() -> None:
    summary = ClassSummary(INFOS)
    fails: dict[str, Verdict] = {"l2.test_defaults": "failed"}
    for number in range(3):
        message = f"Expected: [{number}, 2.5, …] at lr={number}e-3.\nSeen: -{number}.25."
        summary.add(make_entry(f"s{number}", "S", make_report("s", fails, message)))
    (check,) = summary.failed_checks
    assert check.common == [("Expected: [0, 2.5, …] at lr=0e-3.\nSeen: -0.25.", 3)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("`fc1.bias` to be zero, `b` too", "<code>fc1.bias</code> to be zero, <code>b</code> too"),
        ("`<b>`, a < b & `", "<code>&lt;b&gt;</code>, a &lt; b &amp; `"),
        ("one `\nother `", "one `\nother `"),
    ],
)
def test_names_in_messages_are_set_as_code_and_all_is_escaped(text: str, expected: str) -> None:
    assert pages.with_code(text) == expected


def test_checks_that_were_not_judged_count_for_nobody() -> None:
    summary = ClassSummary(INFOS)
    fails: dict[str, Verdict] = {f"relu.{c.id}": "not_judged" for c in CHECKS["relu"][1:]}
    fails[f"relu.{CHECKS['relu'][0].id}"] = "error"
    summary.add(make_entry("a", "A", make_report("a", fails)))
    assert [check.failed for check in summary.failed_checks] == [1]


def test_a_module_of_which_nothing_could_be_judged_is_a_mistake_of_its_own() -> None:
    summary = ClassSummary(INFOS)
    fails: dict[str, Verdict] = {f"relu.{check.id}": "not_judged" for check in CHECKS["relu"]}
    summary.add(make_entry("a", "A", make_report("a", fails, "relu.ipynb is not a notebook")))
    (check,) = summary.failed_checks
    assert (check.title, check.common) == (
        "The module can be read",
        [("relu.ipynb is not a notebook", 1)],
    )


def test_the_reference_losses_are_within_their_bands() -> None:
    reference = load_reference()
    assert reference.seeds >= 20
    for band in reference.bands.values():
        for low, median, high in zip(band.low, band.median, band.high, strict=True):
            assert low <= median <= high


def test_a_score_that_a_person_set_counts_in_the_class_too() -> None:
    summary = ClassSummary(INFOS)
    override = Override("relu", 10.0, "right after all", "2026-03-05T10:00:00Z")
    report = make_report("a", {"relu.test_builds": "failed"})
    summary.add(make_entry("a", "A", report, overrides=(override,)))
    assert summary.assignments["relu"].parts == [("passed", 1)]
    assert summary.assignments["relu"].mean == 10.0


@pytest.mark.parametrize("losses", [[0.0], [1e300, 2e300], [float("inf"), 1.0], [2.3] * 40])
def test_any_curve_can_be_drawn(losses: list[float]) -> None:
    for band in (None, load_reference().bands["relu"]):
        assert draw_losses(losses, band, is_wrong=True).endswith("</svg>")


@pytest.mark.parametrize("accuracies", [[0.0], [1.0] * 40, load_reference().accuracies["relu"].low])
def test_any_accuracies_can_be_drawn(accuracies: list[float]) -> None:
    training = Training(accuracies[-1], 0.5, [2.3] * len(accuracies), 0.4, accuracies)
    for band in (None, load_reference().accuracies["relu"]):
        drawn = draw_accuracies(training, band, is_wrong=True)
        assert drawn.count('class="point"') == len(accuracies)
        assert drawn.count('class="valid"') == drawn.count('class="target"') == 1


@pytest.mark.parametrize("picture", PICTURES)
def test_any_picture_can_be_drawn(picture: Picture) -> None:
    """Within its frame, however far away the values lie."""
    drawn = draw_picture(picture)
    _, _, width, height = map(float, re.search('viewBox="([^"]*)"', drawn)[1].split())
    own = " ".join(re.findall(r'class="(?:line|dots) [a-z]+" (?:points|d)="([^"]*)"', drawn))
    numbers = [float(number) for number in re.findall(r"-?\d+\.\d", own)]
    assert len(numbers) >= 4
    assert all(0 <= x <= width for x in numbers[::2])
    assert all(0 <= y <= height for y in numbers[1::2])


def test_a_students_page_draws_what_the_report_holds(tmp_path: Path) -> None:
    report = make_report("a", {})
    kinds = dict(zip(("kaiming_init", "dropout"), PICTURES, strict=False))
    shown = [
        msgspec.structs.replace(a, picture=kinds.get(a.slug), training=with_accuracy(a))
        for a in report.assignments
        if a.training is not None
    ]
    write_site(
        ListedGradebook([make_entry("a", "A", msgspec.structs.replace(report, assignments=shown))]),
        tmp_path,
    )
    page = (tmp_path / "students" / "a.html").read_text("utf-8")
    assert page.count("<svg") == 2 * len(shown) + 2
    assert "first weight, variance 1 · 2/fan_in" in page
    assert "second weight, variance 0.5 · 2/fan_in" in page
    assert page.count("Accuracy on the training images") == len(shown)


def with_accuracy(assignment: AssignmentReport) -> Training:
    """Its training with the accuracies that a report of this version has."""
    assert assignment.training is not None
    median = load_reference().accuracies[assignment.slug].median
    return msgspec.structs.replace(assignment.training, accuracy=median)


def test_a_curve_far_above_the_band_is_marked_as_beyond_the_chart() -> None:
    band = load_reference().bands["adam"]
    assert 'class="beyond"' in draw_losses([7.2, 28.5, 62.1, 111.0, 179.4], band, is_wrong=False)
    assert 'class="beyond"' not in draw_losses(band.high, band, is_wrong=False)


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (points(7.0), "7"),
        (points(43.256), "43.26"),
        (points(70.0), "70"),
        (percent(99.7), "99 %"),
        (percent(100.0), "100 %"),
        (percent(62.5), "63 %"),
        (moment("2026-03-02T22:14:05Z"), "2 Mar 2026, 22:14 UTC"),
        (moment("2026-03-02T23:14:05+01:00"), "2 Mar 2026, 22:14 UTC"),
        (moment("yesterday"), "yesterday"),
    ],
)
def test_values_are_shown_for_people(shown: str, expected: str) -> None:
    assert shown == expected


# ---------------------------------------------------------------- in a browser

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
SWITCHES = (
    "headless no-sandbox disable-gpu disable-quic no-first-run disable-background-networking "
    "disable-component-update disable-sync window-size=1280,900"
)
needs_browser = pytest.mark.skipif(
    BROWSER is None or DRIVER is None or util.find_spec("selenium") is None,
    reason="needs Chromium and its driver: apt-get install chromium chromium-driver",
)


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER or ""
    for switch in SWITCHES.split():
        options.add_argument(f"--{switch}")
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('profile')}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, Service(DRIVER))
    yield driver
    driver.quit()


class Page:
    """A page of the site in the browser."""

    def __init__(self, driver: Any, path: Path, fragment: str = "") -> None:
        self.driver = driver
        driver.get("about:blank")
        driver.get(path.as_uri() + fragment)

    def run(self, script: str, *arguments: object) -> Any:
        return self.driver.execute_script(script, *arguments)

    def find(self, selector: str) -> Any:
        return self.driver.find_element("css selector", selector)

    def names(self) -> list[str]:
        return self.run("return [...document.querySelectorAll('.who a')].map(a => a.textContent)")

    def count(self) -> str:
        return self.find("#count").text

    def choose(self, selector: str, value: str) -> None:
        from selenium.webdriver.support.select import Select

        Select(self.find(selector)).select_by_value(value)

    def press(self, *keys: str) -> None:
        from selenium.webdriver import ActionChains

        ActionChains(self.driver).send_keys(*keys).perform()

    def show(self, *, dark: bool = False, width: int = 1280) -> None:
        colour = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [colour]})
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


@pytest.fixture
def index(driver: Any, site: Path) -> Page:
    page = Page(driver, site / "class" / "index.html")
    page.show()
    return page


PAGES = [
    "class/index.html",
    "class/students/x1.html",
    "class/students/dan.html",
    "feedback/x3.html",
]


@needs_browser
@pytest.mark.parametrize("path", PAGES)
def test_a_page_loads_nothing_and_logs_nothing(driver: Any, site: Path, path: str) -> None:
    driver.get_log("browser")
    page = Page(driver, site / path)
    assert page.run("return performance.getEntriesByType('resource').map(e => e.name)") == []
    assert driver.get_log("browser") == []


@needs_browser
@pytest.mark.parametrize("path", PAGES)
def test_hostile_text_stays_text(driver: Any, site: Path, path: str) -> None:
    page = Page(driver, site / path)
    assert page.run("return typeof owned") == "undefined"
    assert page.run("return document.images.length") == 0
    if "dan" not in path:
        assert MARKUP in page.run("return document.body.textContent")


@needs_browser
def test_the_policy_stops_what_would_run_if_it_got_in(index: Page) -> None:
    index.driver.execute_async_script(
        "const done = arguments[0]; addEventListener('securitypolicyviolation', () => done());"
        "document.body.insertAdjacentHTML('beforeend', '<b onclick=owned=1 id=bad></b>');"
        "document.getElementById('bad').click();"
    )
    assert index.run("return typeof owned") == "undefined"


@needs_browser
def test_a_direction_override_ends_with_the_name(index: Page) -> None:
    """A name that turns text around is isolated: what follows it reads as ever."""
    assert index.run(
        "return [...document.querySelectorAll('.who bdi, .places bdi')].every("
        "e => getComputedStyle(e).unicodeBidi === 'isolate')"
    )
    assert BIDI in index.names()


@needs_browser
def test_column_headers_sort_by_mouse_and_by_keyboard(index: Page) -> None:
    from selenium.webdriver.common.keys import Keys

    order = index.names()
    assert order.index("Ann Ångström") < order.index("Bob") < order.index("Eve")
    total = index.find("#table thead th:nth-child(2)")
    total.find_element("tag name", "button").click()
    assert total.get_attribute("aria-sort") == "descending"
    assert index.names()[0] == "Ann Ångström"
    index.press(Keys.ENTER)
    assert total.get_attribute("aria-sort") == "ascending"
    assert index.names()[0] == "Bob"
    # Whoever has no total stands last either way.
    assert index.names()[-1] == "Dan"
    assert len(index.driver.find_elements("css selector", "[aria-sort]")) == 1


@needs_browser
def test_search_folds_case_and_accents_and_looks_at_every_field(index: Page) -> None:
    for text, expected in (
        ("ANGSTROM", ["Ann Ångström"]),
        ("id-bob", ["Bob"]),
        ("cleo@example", ["Cleo"]),
        ("<img", [MARKUP]),
        ("nobody at all", []),
    ):
        index.find("#search").clear()
        index.find("#search").send_keys(text)
        assert index.names() == expected
    assert index.count() == "0 of 9 students"
    index.find("button[type=reset]").click()
    assert index.count() == "9 students"
    assert not index.find("#pages").is_displayed()


@needs_browser
def test_search_finds_whom_the_commands_find(driver: Any, tmp_path: Path) -> None:
    names = ("Søren Kjær", "Łukasz Đoković", "Jürgen Weiß", "Þórr Œgir", "Ann Mueller")
    report = make_report("a", {})
    write_site(
        ListedGradebook([make_entry(str(i), n, report) for i, n in enumerate(names)]), tmp_path
    )
    index = Page(driver, tmp_path / "index.html")
    for text, expected in (
        ("soren kjaer", names[0]), ("soeren", names[0]), ("SØREN", names[0]),
        ("dokovic, lukasz", names[1]), ("weiss", names[2]), ("WEISS; Juergen", names[2]),
        ("thorr oegir", names[3]), ("Müller", names[4]),
    ):  # fmt: skip
        index.find("#search").clear()
        index.find("#search").send_keys(text)
        assert index.names() == [expected], text


@needs_browser
def test_filters_show_who_is_meant(index: Page) -> None:
    for value, expected in (
        ("late", ["Bob"]),
        ("overridden", ["Cleo"]),
        ("absent", ["Dan"]),
        ("full", ["Ann Ångström"]),
    ):
        index.choose("#show", value)
        assert index.names() == expected
    index.choose("#show", "odd")
    assert index.count() == "5 of 9 students"


@needs_browser
def test_a_mistake_leads_to_those_who_made_it_and_the_address_keeps_it(index: Page) -> None:
    index.find(".mistake .count a").click()
    assert index.count() == "6 of 9 students"
    assert index.run("return document.activeElement.id") == "students"
    index.driver.refresh()
    assert index.count() == "6 of 9 students"


@needs_browser
@pytest.mark.parametrize(
    "fragment", ["#check=length", "#check=999", "#show=toString", "#sort=x&page=-9"]
)
def test_a_nonsensical_address_shows_everybody(driver: Any, site: Path, fragment: str) -> None:
    assert Page(driver, site / "class" / "index.html", fragment).count() == "9 students"


@needs_browser
def test_links_lead_to_a_student_to_the_next_and_back(index: Page) -> None:
    def heading() -> str:
        return index.run("return document.querySelector('h1').textContent")

    index.find('a[title="W' + "W" * 299 + '"]').click()
    assert heading() == "W" * 300
    index.find("a[rel=next]").click()
    assert heading() == "=cmd|' /C calc'!A0"
    index.find(".trail a").click()
    assert heading() == ListedGradebook.title


@needs_browser
def test_everything_is_reached_by_keyboard_and_shows_its_focus(index: Page) -> None:
    from selenium.webdriver.common.keys import Keys

    index.press(Keys.TAB)
    assert index.run("return document.activeElement.className") == "skip"
    wanted = index.run(
        "return [...document.querySelectorAll('a, button, input, select, summary')]"
        ".filter(e => e.checkVisibility() && !e.disabled).length"
    )
    seen = set()
    for _ in range(2 * wanted):
        element, outline = index.run(
            "const e = document.activeElement; e.dataset.seen ??= Math.random();"
            "return [e === document.body ? '' : e.dataset.seen, getComputedStyle(e).outlineStyle]"
        )
        if element:
            assert outline == "solid"
            seen.add(element)
        index.press(Keys.TAB)
    assert len(seen) >= wanted


@needs_browser
@pytest.mark.parametrize("path", PAGES[:3])
def test_a_page_is_accessible(driver: Any, site: Path, path: str) -> None:
    pytest.importorskip("axe_core_python")
    axe = resources.files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    page = Page(driver, site / path)
    page.run("for (const e of document.querySelectorAll('details')) e.open = true")
    page.run(axe)
    for rules in ("{}", "{runOnly: ['color-contrast']}"):
        page.show(dark=rules != "{}", width=1280 if rules == "{}" else 390)
        found = driver.execute_async_script(f"axe.run({rules}).then(arguments[0])")
        assert found["passes"]
        assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found["violations"]] == []


@needs_browser
@pytest.mark.parametrize("path", PAGES)
def test_a_phone_shows_a_page_without_scrolling_sideways(
    driver: Any, site: Path, path: str
) -> None:
    page = Page(driver, site / path)
    for width in (390, 320):
        page.show(width=width)
        assert page.run("return document.documentElement.scrollWidth") == width


@needs_browser
def test_dark_is_dark_and_light_is_light(index: Page) -> None:
    def brightness(selector: str, name: str) -> int:
        colour = index.run(
            "return getComputedStyle(document.querySelector(arguments[0]))[arguments[1]]",
            selector,
            name,
        )
        return sum(int(part) for part in re.findall(r"\d+", colour)[:3])

    assert brightness("body", "backgroundColor") > brightness("body", "color") + 400
    index.show(dark=True)
    assert brightness("body", "backgroundColor") < brightness("body", "color") - 400
    assert brightness(".chart .bar", "fill") > 200


@needs_browser
def test_places_on_a_leaderboard_unfold_a_part_at_a_time(driver: Any, site: Path) -> None:
    page = Page(driver, site / "large.html")
    page.show()

    def shown() -> int:
        script = "return [...document.querySelectorAll('.places tbody tr')].filter("
        return page.run(script + "row => row.checkVisibility()).length")

    assert shown() == 20
    page.find(".places ~ details summary").click()
    assert shown() == 520


@needs_browser
def test_ten_thousand_students_are_searched_and_sorted_in_a_blink(driver: Any, site: Path) -> None:
    page = Page(driver, site / "large.html")
    page.show()
    assert page.count() == "10,000 students, 1 to 50 shown"
    assert len(page.names()) == 50
    took_ms = page.run(
        "const start = performance.now();"
        "const search = document.getElementById('search'); search.value = '0999';"
        "search.dispatchEvent(new Event('input'));"
        "document.querySelector('#table thead th:nth-child(2) button').click();"
        "document.body.offsetHeight; return performance.now() - start"
    )
    assert page.count() == "11 of 10,000 students"
    assert took_ms < 500
    page.find("button[type=reset]").click()
    page.find("#next").click()
    assert page.count() == "10,000 students, 51 to 100 shown"
    assert page.names()[0] == "Student 00050"
