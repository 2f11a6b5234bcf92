"""What a class has handed in: every layout, as a folder and as a zip."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from helpers.classes import Files, make_folder, make_zip
from helpers.clones import git
from helpers.downloads import DOWNLOADS

from grader.intake.layouts import LAYOUTS, ClassList, open_class
from grader.submissions.model import SubmissionError

SLUGS = ["relu", "dropout"]


@pytest.fixture(params=["folder", "zip", "zip with a folder around all"])
def make_class(request: pytest.FixtureRequest, tmp_path: Path):  # type: ignore[no-untyped-def]
    """The same files in each way that a class comes."""

    def make(files: Files) -> Path:
        if request.param == "folder":
            return make_folder(tmp_path / "class", files)
        around = "" if request.param == "zip" else "assignment_1_export/"
        path = tmp_path / "class.zip"
        path.write_bytes(make_zip({around + name: content for name, content in files.items()}))
        return path

    return make


def read(path: Path, layout: str | None = None) -> tuple[ClassList, dict[str, dict[str, str]]]:
    """The class, and the modules' texts by source and slug, problems included."""
    with open_class(path, SLUGS, times_of=SLUGS, layout=layout) as class_:
        texts = {}
        for handed in class_.submissions:
            submission = handed.load()
            texts[handed.source] = {
                slug: source.text for slug, source in submission.sources.items()
            } | submission.problems
    return class_, texts


def people(class_: ClassList) -> list[tuple[str, str]]:
    """Names and the system's numbers."""
    return [(handed.name, dict(handed.handles).get("number", "")) for handed in class_.submissions]


# ---------------------------------------------------------------- layouts


def test_folders_archives_and_modules_are_a_submission_each(make_class) -> None:  # type: ignore[no-untyped-def]
    class_, texts = read(
        make_class(
            {
                "alice/relu.py": "a",
                "bob/assignments/dropout.py": "b",
                "carl.zip": make_zip({"homework/relu.py": "c"}),
                "dora/handed_in/relu.py": "e",
                "emil/homework.zip": make_zip({"relu.py": "f"}),
                "readme.txt": "",
                "__MACOSX/._x": "",
            }
        )
    )
    assert texts == {
        "alice": {"relu": "a"},
        "bob": {"dropout": "b"},
        "carl": {"relu": "c"},
        "dora": {"relu": "e"},
        "emil": {"relu": "f"},
    }
    assert class_.notes == ["no submissions, so left out: readme.txt"]
    assert class_.layout == "a folder, archive or module a submission: 5 submissions"


def test_canvas_files_are_gathered_by_student_and_the_newest_counts(make_class) -> None:  # type: ignore[no-untyped-def]
    class_, texts = read(
        make_class(
            {
                "doejane_1234_5678_dropout.py": "old",
                "doejane_LATE_1234_6001_dropout-1.py": "newer",
                "doejane_LATE_1234_6002_dropout-10.py": "newest",
                "doejane_1234_5679_relu.py": "r",
                "doejane_99_5680_relu.py": "another Jane",
                "roejohn_77_5681_homework.zip": make_zip({"x/relu.py": "old", "x/dropout.py": "d"}),
                "roejohn_77_6000_homework-2.zip": make_zip({"x/relu.py": "new"}),
                "roejohn_77_6001_report.pdf": "",
                "mixed_5_1_relu.py": "loose",
                "mixed_5_2_all.zip": make_zip({"relu.py": "packed", "dropout.py": "d"}),
            }
        )
    )
    assert texts == {
        "doejane_1234": {"dropout": "newest", "relu": "r"},
        "doejane_99": {"relu": "another Jane"},
        "roejohn_77": {"relu": "new"},
        "mixed_5": {
            "relu": "loose",
            "dropout": "d",
        },
    }
    assert people(class_) == [
        ("doejane", "canvas:1234"), ("doejane", "canvas:99"), ("mixed", "canvas:5"),
        ("roejohn", "canvas:77"),
    ]  # fmt: skip
    assert class_.layout == "a download from Canvas: 4 submissions"
    assert "marks 1 of them as late" in class_.notes[0]


def test_moodle_folders_and_files_belong_to_who_is_named_in_front(make_class) -> None:  # type: ignore[no-untyped-def]
    class_, texts = read(
        make_class(
            {
                "Jane Doe_1234_assignsubmission_file_/relu.py": "a",
                "Jane Doe_1235_assignsubmission_file_/relu.py": "b",
                "Jane Doe_1235_assignsubmission_onlinetext_/text.html": "",
                "Max_von Adel_7_assignsubmission_file_/work.zip": make_zip({"w/relu.py": "c"}),
                "Zoë Ångström_8_assignsubmission_file_relu.py": "d",
                "Zoë Ångström_8_assignsubmission_file_dropout.py": "e",
            }
        )
    )
    assert texts == {
        "Jane Doe_1234": {"relu": "a"},
        "Jane Doe_1235": {"relu": "b"},
        "Max_von Adel_7": {"relu": "c"},
        "Zoë Ångström_8": {"relu": "d", "dropout": "e"},
    }
    assert ("Max_von Adel", "moodle:7") in people(class_)
    assert class_.layout == "a download from Moodle: 4 submissions"
    assert class_.notes == []


@pytest.mark.parametrize(
    "name",
    [
        ". Ann_7_assignsubmission_file_/relu.py", ".ann_7_assignsubmission_file_relu.py",
        "._Ann_ann_7/relu.py", ".De_Vries_Ann_a_vries_7/relu.py",
    ],
)  # fmt: skip
def test_a_name_that_begins_with_a_dot_is_somebodys(name: str, make_class) -> None:  # type: ignore[no-untyped-def]
    """Who has but one name writes a dot for the other, where a system asks for two."""
    left = (".git_of_7/config", "._Jane Doe_8_assignsubmission_file_relu.py", "._Roe_Bob_bob_9")
    layout = "moodle" if "assign" in name else "ilias"
    class_, texts = read(make_class(dict.fromkeys(left, "") | {name: "a"}), layout)
    assert list(texts.values()) == [{"relu": "a"}]
    assert class_.notes == []


METADATA = """---
submission_11:
  :submitters:
  - :name: Jane Doe
    :sid: '0042'
    :email: jane@example.edu
  :created_at: 2026-10-01 10:00:00.123456789 Z
  :score: 3.5
  :results: !ruby/hash:ActiveSupport::HashWithIndifferentAccess
    output: "x"
submission_12:
  :submitters:
  - :name: John Roe
    :sid:
    :email: john@example.edu
  - :name: Jane Doe
    :sid: '0043'
    :email: jane2@example.edu
  :created_at: 2026-10-02 10:00:00.000000000 +02:00
"""


@pytest.mark.parametrize(
    "files",
    [
        {"doejane_7_text.html": "<p>", "roepat_LATE_8_link.html": "<p>"},
        {"anon_7_text.html": "<p>", "LATE_anon_8_text.html": "<p>"},
        {f"{who}_assignsubmission_onlinetext_onlinetext.html": "<p>" for who in ("A_7", "B_8")},
        {f"{who}_assignsubmission_onlinetext/onlinetext.html": "<p>" for who in ("A_7", "B_8")},
    ],
)  # fmt: skip
def test_whoever_typed_something_in_and_uploaded_nothing_is_listed(
    files: Files, make_class
) -> None:  # type: ignore[no-untyped-def]
    class_, texts = read(make_class(files))
    assert len(class_.submissions) == 2
    for problems in texts.values():
        assert "it is a web page, which can't be read" in problems["relu"]


@pytest.mark.parametrize(
    "around",
    [
        "doejane_7_5_", "Jane Doe_7_assignsubmission_file_/", "Jane Doe_7_assignsubmission_file_",
        "HW1_jd_attempt_2026-10-01-12-00-00_", "1-2 - Jane Doe - Sep 24, 2026 926 PM/",
        "HW/Doe, Jane(jd)/Submission attachment(s)/", "Doe_Jane_jd_7/", "relu-jane/", "jane/",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("link.txt", "https://github.com/jane/hw", "it leads to github.com, and no link"),
        ("all.patch", "diff --git a/relu.py b/relu.py", "it is a patch, which can't be read"),
        ("hw.rar", "Rar!", "it is a RAR archive, which can't be read"),
        ("answers.txt", "import torch", "no module and no notebook"),
    ],
)
def test_what_stands_in_place_of_work_is_named_in_every_layout(
    tmp_path: Path, around: str, name: str, content: str, told: str
) -> None:
    other = around.replace("ane", "ill").replace("jd", "jb").replace("7", "8")
    files = {f"{around}{name}": content, f"{other}relu.py": "a"}
    _, texts = read(make_folder(tmp_path / "class", files))
    one, two = sorted((of_slug["relu"] for of_slug in texts.values()), key=len)
    assert one == "a" and told in two


def test_what_was_typed_in_beside_a_file_is_passed_over(make_class) -> None:  # type: ignore[no-untyped-def]
    canvas = {"doejane_7_text.html": "<p>", "doejane_7_5_relu.py": "a"}
    assert read(make_class(canvas))[1] == {"doejane_7": {"relu": "a"}}


@pytest.mark.parametrize("flat", [True, False])
def test_what_was_typed_in_beside_a_file_in_moodle_is_passed_over(flat: bool, make_class) -> None:  # type: ignore[no-untyped-def]
    sign = "_" if flat else "/"
    moodle = {
        f"Jane Doe_7_assignsubmission_onlinetext{sign}onlinetext.html": "<p>",
        f"Jane Doe_7_assignsubmission_file{sign}relu.py": "a",
    }
    assert read(make_class(moodle))[1] == {"Jane Doe_7": {"relu": "a"}}


def test_repositories_as_github_packs_them_are_their_owners(make_class) -> None:  # type: ignore[no-untyped-def]
    packed = {
        f"relu-{login}-main.zip": make_zip({f"relu-{login}-main/relu.py": login})
        for login in ("octocat", "Hub-Bot")
    }
    class_, texts = read(make_class(packed))
    assert texts == {"octocat": {"relu": "octocat"}, "Hub-Bot": {"relu": "Hub-Bot"}}
    assert class_.layout.startswith("clones from GitHub Classroom")


def test_gradescope_folders_are_named_by_the_metadata(make_class) -> None:  # type: ignore[no-untyped-def]
    class_, texts = read(
        make_class(
            {
                "submission_metadata.yml": METADATA,
                "submission_11/relu.py": "a",
                "submission_12/relu.py": "b",
                "submission_13/relu.py": "c",
            }
        )
    )
    assert texts == {
        "Jane Doe_0042": {"relu": "a"},
        "Jane Doe_0043": {"relu": "b"},
        "John Roe_john@example.edu": {"relu": "b"},
        "submission_13": {"relu": "c"},
    }
    times = {handed.source: handed.submitted_at for handed in class_.submissions}
    assert times["Jane Doe_0042"] == "2026-10-01T10:00:00Z"
    assert times["Jane Doe_0043"] == "2026-10-02T08:00:00Z"
    assert class_.layout == "a download from Gradescope: 4 submissions"
    assert class_.notes == ["submission_metadata.yml does not say whose they are: submission_13"]


def test_gradescopes_metadata_may_have_been_written_again(make_class) -> None:  # type: ignore[no-untyped-def]
    metadata = METADATA.replace(" :", " ")
    assert metadata != METADATA
    class_ = make_class({"submission_metadata.yml": metadata, "submission_11/relu.py": "a"})
    assert read(class_)[1] == {"Jane Doe_0042": {"relu": "a"}}


def test_gradescope_folders_without_the_metadata_are_told_with_what_to_do(make_class) -> None:  # type: ignore[no-untyped-def]
    class_, _ = read(make_class({f"submission_{n}/relu.py": "a" for n in (11, 12)}))
    (note,) = class_.notes
    assert "submission_11, submission_12; put it there, or grade the export as" in note


def test_gradescope_folders_are_named_by_the_table_of_grades_too(make_class) -> None:  # type: ignore[no-untyped-def]
    table = (
        "First Name,Last Name,SID,Email,Submission ID,Submission Time,Lateness (H:M:S)\n"
        "Jane,Doe,0042,jane@example.edu,11,2026-10-01 10:00:00 -0700,00:00:00\n"
        "John,Roe,7,john@example.edu,,,\n"
    )
    class_, texts = read(make_class({"grades.csv": table, "submission_11/relu.py": "a"}))
    assert texts == {"Jane Doe_0042": {"relu": "a"}}
    assert class_.submissions[0].submitted_at == "2026-10-01T17:00:00Z"


def test_a_pdf_is_of_who_is_named_in_the_metadata(make_class) -> None:  # type: ignore[no-untyped-def]
    metadata = "submission_1.pdf:\n  :submitters:\n  - :name: Jane Doe\n"
    path = make_class({"submission_metadata.yml": metadata, "submission_1.pdf": "%PDF"})
    with open_class(path, SLUGS) as class_:
        (jane,) = class_.submissions
        assert jane.name == "Jane Doe"
        with pytest.raises(SubmissionError, match="it is a PDF, which can't be read"):
            jane.load()


def test_metadata_that_is_none_is_said(make_class) -> None:  # type: ignore[no-untyped-def]
    path = make_class({"submission_metadata.yml": "a: [", "submission_1/relu.py": "a"})
    with (
        pytest.raises(SubmissionError, match=r"submission_metadata\.yml can't be read"),
        open_class(path, SLUGS),
    ):
        pass


# ---------------------------------------------------------------- the table of layouts


@pytest.mark.parametrize(
    ("layout", "files", "expected"),
    [
        pytest.param(layout, *case, id=f"{layout} {number}")
        for layout, cases in DOWNLOADS.items()
        for number, case in enumerate(cases)
    ],
)
def test_every_layout_is_told_by_its_names(  # type: ignore[no-untyped-def]
    layout: str, files: Files, expected: dict[str, dict[str, str]], make_class
) -> None:
    path = make_class(files)
    _, texts = read(path)
    modules = {who: {s: t for s, t in found.items() if len(t) < 20} for who, found in texts.items()}
    assert modules.keys() == expected.keys()
    for who, found in expected.items():
        # Whether a file of an odd name is read is no matter of layouts.
        assert modules[who] == found or (not found and set(modules[who].values()) == {"odd"})
    assert read(path, layout)[1] == texts, "and is the same where it is named"


def test_every_layout_can_be_named() -> None:
    assert set(LAYOUTS) == {*DOWNLOADS, "gitlab"}
    from grader.cli.batch import LAYOUT_HELP

    assert all(layout in LAYOUT_HELP for layout in LAYOUTS)


def test_a_mixture_of_two_is_told_with_the_files_of_each(make_class) -> None:  # type: ignore[no-untyped-def]
    path = make_class(
        {
            "doejane_77_1_relu.py": "j",
            "roebob_78_2_relu.py": "b",
            "Ann Poe_5_assignsubmission_file_/relu.py": "a",
            "carl/relu.py": "c",
        }
    )
    with pytest.raises(SubmissionError) as told:
        read(path)
    for what in ("Canvas: doejane_77_1_relu.py, roebob_78_2_relu.py", "Moodle: Ann Poe_5_", "carl"):
        assert what in str(told.value)
    assert read(path, "moodle")[1] == {"Ann Poe_5": {"relu": "a"}}


def test_a_download_beside_its_zip_or_a_list_of_grades_is_the_class(make_class) -> None:  # type: ignore[no-untyped-def]
    _, texts = read(
        make_class(
            {
                "Grades-DL-relu-17.csv": "Identifier,Full name\n",
                "DL-relu-17.zip": make_zip({"x": ""}),
                "DL-relu-17/Jane Doe_1_assignsubmission_file_/relu.py": "j",
                "DL-relu-17/Bob Roe_2_assignsubmission_file_/relu.py": "b",
            }
        )
    )
    assert texts == {"Jane Doe_1": {"relu": "j"}, "Bob Roe_2": {"relu": "b"}}


@pytest.mark.parametrize(
    ("files", "people"),
    [
        (
            {"relu-submissions/relu-octocat/relu.py": "o", "relu-submissions/relu-bot/x": ""},
            {"octocat", "bot"},
        ),
        (
            {"Blatt_ReLU_7/Doe_Jane_jd_301/relu.py": "j", "Blatt_ReLU_7/Roe_Bob_br_302/x": ""},
            {"Doe_Jane_jd_301", "Roe_Bob_br_302"},
        ),
    ],
)
def test_the_folder_around_a_class_is_no_student(  # type: ignore[no-untyped-def]
    files: Files, people: set[str], make_class
) -> None:
    _, texts = read(make_class({**files, "roster.csv": "name\n"}))
    assert texts.keys() == people


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (
            {
                "DL-relu-17/Jane Doe_1_assignsubmission_file_/relu.py": "j",
                "DL-relu-17/Bob Roe_2_assignsubmission_file_/relu.py": "b",
                "DL-dropout-18/Jane Doe_3_assignsubmission_file_/dropout.py": "j",
            },
            "these are downloads of their own: DL-dropout-18, DL-relu-17; grade one after",
        ),
        (
            {
                "relu-submissions/relu-octocat/relu.py": "o",
                "dropout-submissions/dropout-octocat/dropout.py": "o",
                "dropout-submissions/dropout-bot/dropout.py": "b",
            },
            "these are downloads of their own: dropout-submissions, relu-submissions; grade one",
        ),
        (
            {"relu/jane/relu.py": "j", "relu/bob/relu.py": "b", "Dropout/bob/dropout.py": "b"},
            "called as assignments and not as students: Dropout, relu; grade one after",
        ),
        (
            {"01_relu/jane/relu.py": "j", "02 Dropout/bob/dropout.py": "b"},
            "called as assignments and not as students: 01_relu, 02 Dropout; grade one after",
        ),
        (  # a section in which one has handed in
            {"Lab A/jane/relu.py": "j", "Lab B/bob/relu.py": "b", "Lab B/zoe/relu.py": "z"},
            "the work of several people each: Lab A, Lab B; grade one after",
        ),
    ],
)
def test_several_classes_are_not_taken_for_students(files: Files, told: str, make_class) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(SubmissionError, match=told):
        read(make_class(files))


@pytest.mark.parametrize(
    "inside",
    [
        {"doejane_7_5_relu.py": "a", "roepat_8_6_relu.py": "b"},
        {"Jane Doe_7_assignsubmission_file/relu.py": "a"},
        {"class/Jane Doe/relu.py": "a", "class/Pat Roe/relu.py": "b"},
    ],
)
def test_a_download_that_nobody_has_unpacked_is_no_student(inside: Files, tmp_path: Path) -> None:
    class_ = make_folder(tmp_path / "downloads", {"hw.zip": make_zip(inside)})
    with pytest.raises(SubmissionError, match=r"a class of its own: hw.zip; .* downloads/hw.zip"):
        read(class_)
    assert len(read(class_ / "hw.zip")[0].submissions) == len(inside)
    make_folder(class_, {"Zoe Fox.zip": make_zip({"relu.py": "z"})})
    assert len(read(class_)[0].submissions) == 2, "what else lies there is a student's"


def test_a_folder_a_week_is_no_student(make_class) -> None:  # type: ignore[no-untyped-def]
    weeks = {f"week {n}/{who}/relu.py": who for n in (1, 2) for who in ("Jane Doe", "Pat Roe")}
    class_ = make_class(weeks)
    with pytest.raises(SubmissionError, match="the work of several people each: week 1, week 2"):
        read(class_)
    assert len(read(class_, "folders")[0].submissions) == 2
    make_class(weeks | {"Zoe Fox/relu.py": "z"})
    assert len(read(class_)[0].submissions) == 3


def test_where_nothing_is_a_hand_in_that_is_said(make_class) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(SubmissionError, match=r"is a hand-in: 123_file1_submission1, grades.csv"):
        read(make_class({"123_file1_submission1": "x", "grades.csv": ""}))


def test_a_class_of_nobody_is_said(tmp_path: Path) -> None:
    (tmp_path / "class").mkdir()
    with pytest.raises(SubmissionError, match="there is nothing in class"):
        read(tmp_path / "class")


def test_what_a_system_has_named_and_somebody_put_in_folders_is_a_class(make_class) -> None:  # type: ignore[no-untyped-def]
    _, texts = read(make_class({"j/doejane_77_1_relu.py": "j", "b/roebob_78_2_relu.py": "b"}))
    assert texts == {"j": {"relu": "j"}, "b": {"relu": "b"}}


def test_a_layout_that_does_not_fit_or_is_none_is_said(make_class) -> None:  # type: ignore[no-untyped-def]
    path = make_class({"alice/relu.py": "a", "bob/relu.py": "b"})
    with pytest.raises(SubmissionError, match="is named as a download from Canvas names it: alice"):
        read(path, "canvas")
    with pytest.raises(SubmissionError, match="did you mean 'moodle'"):
        read(path, "moodel")


def test_a_folder_and_an_archive_that_differ_are_refused(make_class) -> None:  # type: ignore[no-untyped-def]
    path = make_class({"alice/relu.py": "a", "alice.zip": make_zip({"relu.py": "b"}), "bob/x": ""})
    with open_class(path, SLUGS) as class_:
        alice, _ = class_.submissions
        with pytest.raises(SubmissionError, match=r"alice and alice\.zip are of one person"):
            alice.load()


def clone(path: Path, **modules: str) -> None:
    make_folder(path, {f"{slug}.py": text for slug, text in modules.items()})
    for arguments in (["init"], ["add", "."], ["commit", "-m", "x"]):
        git(path, *arguments)


def test_a_name_without_what_goes_with_handing_in_is_whose_it_is(tmp_path: Path) -> None:
    archive = make_zip({"relu.py": "x"})
    files = {f"{name}.zip": archive for name in ("Jane_Doe_HW1", "ps2-mroe (1)", "submission")}
    class_, _ = read(make_folder(tmp_path / "class", {**files, "ex3_zoe/relu.py": "z"}))
    words = {h.source: [value for _, value in h.handles] for h in class_.submissions}
    assert words == {
        "Jane_Doe_HW1": ["Jane_Doe_HW1", "Jane_Doe"],
        "ps2-mroe (1)": ["ps2-mroe (1)", "mroe"],
        "submission": ["submission"],
        "ex3_zoe": ["ex3_zoe", "zoe"],
    }
    # As Google Classroom, forms and file managers mark copies.
    copies = (
        "Jane Doe - Copy of relu.ipynb", "relu_Eva Ng - Kopie.py",
        "Copia de relu - Ana de Souza.py", "relu copy 2 - Bo Li.py",
        "Kopie (2) von relu_Max.py", "Copeland_relu.py",
    )  # fmt: skip
    class_, _ = read(make_folder(tmp_path / "copies", dict.fromkeys(copies, "x")))
    assert {handed.name for handed in class_.submissions} == {
        "Jane Doe", "Eva Ng", "Ana de Souza", "Bo Li", "Max", "Copeland",
    }  # fmt: skip
    # What several would be called by is the name of none.
    class_, _ = read(
        make_folder(tmp_path / "2", {"hw1_jane.zip": archive, "hw2_jane.zip": archive})
    )
    assert [len(handed.handles) for handed in class_.submissions] == [1, 1]


@pytest.mark.parametrize(
    ("repositories", "expected"),
    [
        (["jdoe", "broe"], {"jdoe", "broe"}),
        (["jdoe/relu", "broe/relu"], {"jdoe", "broe"}),
        (["jdoe/homework-1", "broe/homework-1"], {"jdoe", "broe"}),
        (["relu/jdoe", "dropout/jdoe", "relu/broe"], {"jdoe", "broe"}),
    ],
)
def test_a_gitlab_groups_clones_are_called_as_students(
    repositories: list[str], expected: set[str], tmp_path: Path
) -> None:
    for repository in repositories:
        slug = "dropout" if "dropout" in repository else "relu"
        clone(tmp_path / repository, **{slug: "x"})
    class_, texts = read(tmp_path)
    assert class_.layout.startswith("clones of a GitLab group's projects")
    assert texts.keys() == expected and all("relu" in found for found in texts.values())
    assert all(handed.times["relu"].endswith("Z") for handed in class_.submissions)


@pytest.mark.parametrize(("count", "told"), [(5, ""), (6, " and 1 more")])
def test_five_names_that_are_left_out_are_named(make_class, count: int, told: str) -> None:  # type: ignore[no-untyped-def]
    others = {f"{letter}.doc.bak": "" for letter in "abcdef"[:count]}
    class_, _ = read(make_class({"jane/relu.py": "x", **others}))
    (note,) = class_.notes
    names = ", ".join(list(others)[:5])
    assert note == f"no submissions, so left out: {names}{told}"


def test_openolats_folders_have_the_name_and_the_login(tmp_path: Path) -> None:
    files = {"Doe_Jane_jd/1_submissions/relu.py": "a", "Roe_Bob_br/relu.py": "b"}
    class_, _ = read(make_folder(tmp_path / "class", files))
    jane, bob = class_.submissions
    assert {("login", "jd"), ("name", "Doe Jane")} <= {*jane.handles}
    assert {kind for kind, _ in bob.handles} == {"word"}, "which anybody may call a folder"


def test_what_stands_beside_a_name_in_moodle_is_read_as_what_it_is(make_class) -> None:  # type: ignore[no-untyped-def]
    class_, _ = read(
        make_class({"Bob Roe_b.roeATx.edu_br12_222_assignsubmission_file/relu.py": "b"})
    )
    (handed,) = class_.submissions
    assert set(handed.handles[2:]) == {
        ("name", "Bob Roe"), ("email", "b.roe@x.edu"), ("word", "br12"),
    }  # fmt: skip


def test_only_what_vpl_calls_a_group_may_be_one(make_class) -> None:  # type: ignore[no-untyped-def]
    time = "2026-10-01-12-00-00/relu.py"
    class_, _ = read(make_class({f"Red Team Group 12 /{time}": "t", f"Team Red 77 rt/{time}": "r"}))
    assert {handed.name: handed.group for handed in class_.submissions} == {
        "Red Team": "Red Team", "Team Red": "",
    }  # fmt: skip


def test_a_login_of_ilias_may_hold_two_underscores(make_class) -> None:  # type: ignore[no-untyped-def]
    class_, _ = read(make_class({"Doe_Jane_a_b_c_d_301/relu.py": "x"}), "ilias")
    (handed,) = class_.submissions
    assert handed.handles == (
        ("number", "ilias:301"),
        ("login", "d"), ("name", "Doe Jane a b c"),
        ("login", "c_d"), ("name", "Doe Jane a b"),
        ("login", "b_c_d"), ("name", "Doe Jane a"),
    )  # fmt: skip


def test_clones_that_are_called_after_no_assignment_are_asked_about(tmp_path: Path) -> None:
    for repository in ("hw1-octocat", "hw1-hubot"):
        clone(tmp_path / repository, relu="x")
    class_, texts = read(tmp_path)
    assert texts.keys() == {"hw1-octocat", "hw1-hubot"}
    (note,) = class_.notes
    assert note.startswith("all are called hw1-…") and note.endswith("say --layout github")
    class_, texts = read(tmp_path, "github")
    assert texts.keys() == {"octocat", "hubot"} and class_.notes == []


def test_of_folders_that_are_called_by_a_time_the_last_one_counts(tmp_path: Path) -> None:
    """As CodeGrade calls them, one a hand-in."""
    days = {"Jane Doe - 2026-11-15T08_00_00.5": "new", "Jane Doe - 2026-11-14T13_41_26.3": "old"}
    files = {f"{name}/relu.py": text for name, text in days.items()}
    class_, texts = read(make_folder(tmp_path / "class", files | {"Bob Roe/relu.py": "b"}))
    assert texts == {"Jane Doe": {"relu": "new"}, "Bob Roe": {"relu": "b"}}
    (jane,) = [handed for handed in class_.submissions if handed.name == "Jane Doe"]
    assert [load().sources["relu"].text for _, load in jane.earlier] == ["old"]


# ---------------------------------------------------------------- hostile and odd


HOSTILE = [
    "../../x", "=cmd|' -C calc'!A0", "<img src=x onerror=alert(1)>", "🦊", "n" * 300,
    "\u202eevil", "CON", "a\x1b[31mred", "..", "-rf",
]  # fmt: skip


def test_a_hostile_name_is_but_a_name(tmp_path: Path) -> None:
    path = tmp_path / "class.zip"
    path.write_bytes(make_zip({f"{name}/relu.py": name for name in HOSTILE} | {"b/relu.py": "b"}))
    _, texts = read(path)
    assert texts == {name: {"relu": name} for name in HOSTILE} | {"b": {"relu": "b"}}
    assert list(tmp_path.iterdir()) == [path]


def test_links_are_left_alone(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "class", {"alice/relu.py": "a", "bob/x": ""})
    (folder / "link").symlink_to(folder / "alice")
    (folder / "bob" / "relu.py").symlink_to(folder / "alice" / "relu.py")
    class_, texts = read(folder)
    assert class_.notes == ["no submissions, so left out: link"]
    assert texts["bob"] == {"relu": "relu.py: it is a symbolic link; put the file itself there"}


def test_in_a_zip_links_bombs_and_duplicates_cost_one_module_each(tmp_path: Path) -> None:
    path = tmp_path / "class.zip"
    link = zipfile.ZipInfo("linked/relu.py")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr("bomb/relu.py", b"\0" * (50 << 20))
        archive.writestr("twice/relu.py", "a")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("twice/relu.py", "b")
        archive.writestr("right/relu.py", "c")
    _, texts = read(path)
    assert texts == {
        "linked": {"relu": "relu.py: it is a link or a device; put the file itself there"},
        "bomb": {"relu": "relu.py: it is larger than 1 MiB; hand in source code only"},
        "twice": {"relu": "relu.py: it is in the zip twice"},
        "right": {"relu": "c"},
    }


def test_a_damaged_archive_is_one_submissions_problem(make_class) -> None:  # type: ignore[no-untyped-def]
    path = make_class({"a.zip": b"PK\x03\x04 nothing", "b/relu.py": "b"})
    with open_class(path, SLUGS) as class_:
        with pytest.raises(SubmissionError, match=r"a\.zip: the archive is damaged"):
            class_.submissions[0].load()
        assert class_.submissions[1].load().sources["relu"].text == "b"


def test_what_is_no_class_is_said(tmp_path: Path) -> None:
    for path in (tmp_path / "none", make_folder(tmp_path, {"x.txt": "x"}) / "x.txt"):
        with (
            pytest.raises(SubmissionError, match="name the folder that holds the submissions"),
            open_class(path, SLUGS),
        ):
            pass


def test_single_modules_are_submissions_too(tmp_path: Path) -> None:
    _, texts = read(make_folder(tmp_path / "class", {"relu.py": "a", "x/dropout.py": "b"}))
    assert texts == {"relu.py": {"relu": "a"}, "x": {"dropout": "b"}}


def test_a_download_tells_where_its_system_takes_feedback_back(tmp_path: Path) -> None:
    for files, uploads in (
        ({"Jane Doe_222_assignsubmission_file/relu.py": "a"},
         {"moodle:Jane Doe_222_assignsubmission_file/"}),
        ({"Jane Doe_222_assignsubmission_file_relu.py": "a"},
         {"moodle:Jane Doe_222_assignsubmission_file/"}),
        ({"doejane_77_1001_relu.py": "a", "doejane_77_1002_dropout.py": "b"},
         {"canvas:doejane_77_1001_", "canvas:doejane_77_1002_"}),
        ({"Doe_Jane_jdoe_301/relu.py": "a"}, {"ilias:multi_feedback/Doe_Jane_jdoe_301/"}),
        ({"jane/relu.py": "a"}, {""}),
    ):  # fmt: skip
        folder = make_folder(tmp_path / str(len(list(tmp_path.iterdir()))), files)
        with open_class(folder, SLUGS) as class_:
            (handed,) = class_.submissions
        assert handed.upload in uploads


# ---------------------------------------------------------------- what is easily overlooked


def test_a_class_of_one_who_handed_in_but_a_note_lists_them(make_class) -> None:  # type: ignore[no-untyped-def]
    class_, texts = read(make_class({"jane/notes.txt": "I have no time this week"}))
    assert people(class_) == [("jane", "")] and texts == {"jane": {}}


def test_who_wrote_to_blackboard_and_attached_nothing_is_listed(make_class) -> None:  # type: ignore[no-untyped-def]
    class_, texts = read(
        make_class(
            {
                "HW_3_jdoe_attempt_2025-05-01-09-00-00_relu.py": "a",
                "HW_3_jdoe_attempt_2025-05-01-09-00-00.txt": "Name: Jane Doe (jdoe)\n",
                "HW_4_jdoe_attempt_2025-05-08-09-00-00.txt": "Name: Jane Doe (jdoe)\n",
                "HW_3_jpoe_attempt_2025-05-02-09-00-00.txt": "Name: Jim Poe (jpoe)\n"
                "Submission Field:\nhttps://github.com/jpoe/hw\n",
            }
        )
    )
    assert people(class_) == [("Jane Doe", ""), ("Jim Poe", "")]
    assert texts["jdoe"] == {"relu": "a"}
    assert "it leads to github.com, and no link is followed" in texts["jpoe"]["relu"]
    assert [handed.submitted_at[:10] for handed in class_.submissions] == [
        "2025-05-01",
        "2025-05-02",
    ]


def test_of_an_exchange_the_newest_counts_by_the_folders_name_as_well(make_class) -> None:  # type: ignore[no-untyped-def]
    first = "jane+hw+2025-02-02 15:58:23.948203 UTC+ab"
    files = {
        f"{first}/relu.py": "a",
        f"{first}/timestamp.txt": "2025-02-02 15:58:23.948203 UTC",
        "jane+hw+2025-02-03 15:58:23.948203 UTC/relu.py": "b",
    }
    class_, texts = read(make_class(files))
    assert texts == {"jane": {"relu": "b"}}
    assert class_.submissions[0].submitted_at == "2025-02-03T15:58:23Z"


def test_a_class_beside_the_zip_that_it_was_unpacked_from_is_one_class(tmp_path: Path) -> None:
    files: Files = {"jane/relu.py": "a", "bob/relu.py": "b"}
    two_drafts = make_zip({"old/relu.py": "c", "new/relu.py": "d"})
    folder = make_folder(
        tmp_path / "class", {**files, "submissions.zip": make_zip(files), "eve.zip": two_drafts}
    )
    class_, _ = read(folder)
    assert [name for name, _ in people(class_)] == ["bob", "eve", "jane"]
    assert "what lies here, once more as a zip, so left out: submissions.zip" in class_.notes
