"""`grader release`: all that students need and no answers, and never over their work."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
import yaml
from helpers.clones import commit, git
from helpers.commands import Ran, RunGrader
from helpers.repository import REPOSITORY

from grader.authoring.release import digest, is_ours, make_repository
from grader.course.manifest import load_course
from grader.submissions.reading import read_submission
from grader.submissions.untouched import is_untouched

SLUGS = [path.stem for path in sorted((REPOSITORY / "solutions").glob("*.py"))]
PARTS = ("assignments", "solutions", "grader", "data_cache", "pyproject.toml", ".gitignore")
# What a line must have more of than this to tell anything: `pass`, `return x`, `x = h` do not.
TELLING = 12

HIDDEN_CHECK = '''

# The next one compares with the secret formula.
SECRET = 4 + 2


def secret_formula(z: float) -> float:
    """Only the hidden check uses it."""
    return max(z, 0) * SECRET


@pytest.mark.points(2)
@pytest.mark.hidden
@pytest.mark.hint("The secret hint.")
def test_secret(student: Student, rng: np.random.Generator) -> None:
    """The secret title"""
    student.build(*draw_sizes(rng), seed=draw_seed(rng))
    expect(secret_formula(0) == 6, "the secret", "another")  # it fails
    # A secret remark at the end.
'''


def release(run_grader: RunGrader, course: Path, out: Path, *options: str) -> Ran:
    return run_grader("release", out, *options, root=course, cwd=course)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not {".git", "__pycache__"} & set(path.parts)
    }


def marked_lines(slug: str) -> set[str]:
    """The lines, without indentation and comments, that the stub of `slug` leaves out."""
    solution = (REPOSITORY / "solutions" / f"{slug}.py").read_text(encoding="utf-8")
    blocks = [part.split("# END SOLUTION")[0] for part in solution.split("# BEGIN SOLUTION")[1:]]
    lines = [line.partition("#")[0].strip() for b in blocks for line in b.splitlines()[1:]]
    return {line for line in lines if len(line) > TELLING}


def copy_course(root: Path) -> Path:
    root.mkdir()
    for part in PARTS:
        if (REPOSITORY / part).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(REPOSITORY / part, root / part, ignore=ignored)
        else:
            shutil.copyfile(REPOSITORY / part, root / part)
    git(root, "init", "--quiet")
    git(root, "add", "--all")
    return root


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course repository that a test may change."""
    return copy_course(tmp_path / "course")


@pytest.fixture(scope="module")
def released(run_grader: RunGrader, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of a course that nobody has changed."""
    folder = tmp_path_factory.mktemp("released")
    ran = release(run_grader, copy_course(folder / "course"), folder / "out")
    assert ran.status == 0, ran.stderr
    return folder / "out"


@pytest.fixture
def out(released: Path, tmp_path: Path) -> Path:
    """The release of `course`, which a test may change."""
    return Path(shutil.copytree(released, tmp_path / "out"))


@pytest.fixture(scope="module")
def shipped(run_grader: RunGrader, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of this very repository."""
    folder = tmp_path_factory.mktemp("shipped") / "out"
    ran = release(run_grader, REPOSITORY, folder)
    assert ran.status == 0, ran.stderr
    return folder


# ---------------------------------------------------------------- what is in it


def test_a_release_that_is_handed_in_as_it_is_holds_untouched_stubs_and_nothing_else(
    shipped: Path,
) -> None:
    course = load_course(REPOSITORY)
    submission = read_submission(course, shipped, course.every_slug)
    assert not submission.problems and not submission.side_by_side
    assert list(submission.sources) == list(course.every_slug)
    assert all(is_untouched(course, source) for source in submission.sources.values())
    assert not any(source.read_from for source in submission.sources.values())


def test_no_marked_line_of_a_solution_is_in_the_release(shipped: Path) -> None:
    texts = {
        name: content.decode().replace('\\"', '"')  # as it stands in a notebook's JSON
        for name, content in contents(shipped).items()
        if not name.startswith("data_cache/MNIST") and not name.endswith(".png")
    }
    # What another stub or the seed network gives away by itself, such as `x = self.activation(x)`.
    given = {
        line.partition("#")[0].strip()
        for path in (REPOSITORY / "assignments").glob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
    }
    for slug in SLUGS:
        marked = marked_lines(slug)
        assert marked - given
        for line in marked - given:
            assert [name for name, text in texts.items() if line in text] == [], line


def test_nothing_of_the_instructors_is_in_the_release(shipped: Path) -> None:
    names = contents(shipped).keys()
    assert {name.split("/")[0] for name in names} <= {
        ".github", ".gitignore", ".grader", "LICENSE", "README.md", "assignments", "data_cache",
        "grader", "pyproject.toml",
    }  # fmt: skip
    for folder in ("solutions/", "tests/", ".ci/"):
        assert not [name for name in names if name.startswith(folder)]
    assert [name for name in names if name.startswith("grader/docs/")] == [
        "grader/docs/contract.md"
    ]
    assert not (shipped / ".git").exists()


def test_the_release_has_stubs_checks_and_data(shipped: Path) -> None:
    files, ours = contents(shipped), contents(REPOSITORY / "assignments")
    for slug in SLUGS:
        assert files[f"assignments/{slug}.py"] == ours[f"{slug}.py"]
        assert files[f".grader/stubs/{slug}.py"] == ours[f"{slug}.py"]
        check = (REPOSITORY / "grader" / "checks" / f"test_{slug}.py").read_bytes()
        assert files[f"grader/checks/test_{slug}.py"] == check
        if slug in load_course(REPOSITORY).slugs:
            assert f"`{slug}.py`" in files["README.md"].decode()
    assert files["assignments/baseline.py"] == ours["baseline.py"]
    assert files["data_cache/SHA256SUMS"]


def test_the_students_guide_is_the_releases_readme_and_leads_nowhere_else(shipped: Path) -> None:
    text = (shipped / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:)([^)#\s]+)", text)
    assert ".github/plot.png" in links
    assert [link for link in links if not (shipped / link).is_file()] == []
    assert "<!--" not in text
    assert not (shipped / "assignments" / "README.md").exists()


def test_the_release_alone_lets_students_check_their_work(
    run_grader: RunGrader, shipped: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "student"
    shutil.copytree(shipped, copy)
    before = run_grader("check", "relu", root=copy, cwd=copy)
    assert before.status == 1
    assert "the stub is unchanged" in before.stdout
    shutil.copyfile(REPOSITORY / "solutions" / "relu.py", copy / "assignments" / "relu.py")
    after = run_grader("check", "relu", root=copy, cwd=copy)
    assert after.status == 0, after.stdout + after.stderr
    assert "10/10" in after.stdout
    (copy / "assignments" / "relu.py").unlink()
    assert "no file relu.py" in run_grader("check", "relu", root=copy, cwd=copy).stdout


def test_a_released_copy_can_not_release(
    run_grader: RunGrader, shipped: Path, tmp_path: Path
) -> None:
    ran = run_grader("release", tmp_path / "again", root=shipped, cwd=shipped)
    assert ran.status == 2
    assert "use the instructors' copy" in ran.stderr
    assert not (tmp_path / "again").exists()


# ---------------------------------------------------------------- hidden checks


def test_the_workflow_fetches_the_course_from_where_it_was_told(
    run_grader: RunGrader, course: Path, tmp_path: Path
) -> None:
    out, sha = tmp_path / "out", "0123456789abcdef" * 2 + "01234567"
    workflows = course / ".github" / "workflows"
    workflows.mkdir(parents=True, exist_ok=True)
    shutil.copy(REPOSITORY / ".github" / "workflows" / "grade.yml", workflows)
    for origin in ("uni/course", "uni/course@main", f"uni/course@{sha}\n", f'u"/c@{sha}'):
        ran = run_grader("release", out, "--course", origin, root=course, cwd=course)
        assert ran.status == 2
        assert not out.exists()
    ran = run_grader("release", out, root=course, cwd=course)
    assert "release again with --course OWNER/NAME@SHA" in ran.stderr
    ran = run_grader("release", out, "--course", f"uni/course@{sha}", root=course, cwd=course)
    assert (ran.status, "release again" in ran.stderr) == (0, False)
    workflow = yaml.safe_load((out / ".github" / "workflows" / "grade.yml").read_text())
    assert workflow["env"]["COURSE_REPOSITORY"] == "uni/course"
    assert workflow["env"]["COURSE_REF"] == sha


@pytest.fixture
def with_hidden(course: Path) -> Path:
    with (course / "grader" / "checks" / "test_relu.py").open("a", encoding="utf-8") as file:
        file.write(HIDDEN_CHECK)
    return course


def test_a_hidden_check_is_cut_out_and_its_points_stay(
    run_grader: RunGrader, with_hidden: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert release(run_grader, with_hidden, out).status == 0
    for name, content in contents(out).items():
        assert b"ecret formula" not in content, name
        for secret in (b"test_secret", b"SECRET", b"secret_formula", b"The secret"):
            assert secret not in content, name
    assert "10 | (hidden: 2 points)" not in (out / "README.md").read_text(encoding="utf-8")
    assert "| 12 (hidden: 2 points) |" in (out / "README.md").read_text(encoding="utf-8")
    listed = run_grader("list", root=out, cwd=out).stdout
    assert "1 of them hidden, 2 points" in listed

    shutil.copyfile(REPOSITORY / "solutions" / "relu.py", out / "assignments" / "relu.py")
    ran = run_grader("check", "relu", root=out, cwd=out)
    assert ran.status == 0, ran.stdout + ran.stderr  # all that can be judged here
    assert "10/12" in ran.stdout
    assert "hidden check, 2 points: runs after you hand in" in ran.stdout


def test_a_hidden_check_counts_where_the_instructors_grade(
    run_grader: RunGrader, with_hidden: Path, tmp_path: Path
) -> None:
    target = tmp_path / "grades.json"
    arguments = ("grade", "solutions", "--only", "relu", "--json", target, "--fail-under", "90")
    ran = run_grader(*arguments, root=with_hidden, cwd=with_hidden)
    assert ran.status == 1
    (assignment,) = json.loads(target.read_bytes())["reports"][0]["assignments"]
    check = assignment["checks"][-1]
    assert (check["id"], check["verdict"], check["hidden"]) == ("test_secret", "failed", True)
    assert (assignment["score"], assignment["max_score"]) == (10, 12)


@pytest.mark.parametrize(
    ("due", "shown"),
    [(None, False), ("2999-01-01T00:00:00+00:00", False), ("2001-01-01T00:00:00+00:00", True)],
)
def test_feedback_tells_a_hidden_checks_text_after_the_due_date_only(
    run_grader: RunGrader, with_hidden: Path, tmp_path: Path, due: str | None, shown: bool
) -> None:
    if due is not None:
        with (with_hidden / "assignments" / "course.toml").open("a", encoding="utf-8") as file:
            file.write(f"\n[late]\ndue = {due}\npercent_a_day = 0\n")
    folder = tmp_path / "class" / "ada"
    folder.mkdir(parents=True)
    solution = (REPOSITORY / "solutions" / "relu.py").read_text(encoding="utf-8")
    text = solution.replace(
        "        super().__init__()", "        super().__init__()\n        print('si' 'zes')"
    )
    (folder / "relu.py").write_text(text, encoding="utf-8")
    roster = tmp_path / "roster.csv"
    roster.write_text("name,identifier\nada,1815\n", encoding="utf-8")
    results = tmp_path / "results"
    for arguments in (
        ("batch", folder.parent, "--results", results, "--only", "relu", "--roster", roster),
        ("report", "--results", results, "--feedback", tmp_path / "feedback"),
        ("export", "--results", results, "--format", "gradescope", "--output", tmp_path / "gs"),
        ("export", "--results", results, "--format", "moodle", "--output", tmp_path / "moodle.csv"),
        ("report", "--results", results, "--output", tmp_path / "site"),
    ):
        ran = run_grader(*arguments, root=with_hidden, cwd=with_hidden)
        assert ran.status == 0, ran.stderr
    (page,) = (tmp_path / "feedback").glob("*.html")
    (results_json,) = (tmp_path / "gs").glob("*/results.json")
    for sent in (page, results_json, tmp_path / "moodle.csv"):
        text = sent.read_text(encoding="utf-8")
        assert ("The secret title" in text) == shown, sent
        assert ("Expected: the secret" in text) == shown, sent
        assert ("Hidden check 1" in text) != shown, sent
    assert ("sizes" in page.read_text(encoding="utf-8")) == shown
    (staff,) = (tmp_path / "site" / "students").glob("*.html")
    assert "The secret title" in staff.read_text(encoding="utf-8")


def test_githubs_outputs_and_pages_keep_a_hidden_checks_text_back(
    run_grader: RunGrader, with_hidden: Path, tmp_path: Path
) -> None:
    files = {name: tmp_path / f"report.{name}" for name in ("md", "html", "json", "xml")}
    arguments = ["grade", "solutions", "--only", "relu", "--markdown", files["md"]]
    arguments += ["--html", files["html"], "--json", files["json"], "--junitxml", files["xml"]]
    named = {name: tmp_path / name for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")}
    environment = {name: str(path) for name, path in named.items()}

    def run(*options: str) -> dict[str, str]:
        ran = run_grader(*arguments, *options, root=with_hidden, cwd=with_hidden, **environment)
        assert ran.status == 0, ran.stderr
        written = [path for path in [*files.values(), *named.values()] if path.exists()]
        texts = {path.name: path.read_text(encoding="utf-8") for path in written}
        return texts | {"stdout": ran.stdout, "stderr": ran.stderr}

    shown = run("--github")
    assert "GITHUB_STEP_SUMMARY" in shown
    assert [name for name, text in shown.items() if "ecret" in text] == []
    assert "Hidden check 1" in shown["stdout"] and "Hidden check 1" in shown["report.md"]
    shown = run()
    told = [name for name, text in shown.items() if "The secret title" in text]
    assert told == ["report.json", "report.xml", "stdout"]  # for the staff


def test_an_autograder_that_is_published_has_no_hidden_checks(
    run_grader: RunGrader, with_hidden: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "classroom50"
    ran = run_grader("export-autograder", "classroom50", folder, root=with_hidden, cwd=with_hidden)
    assert ran.status == 0, ran.stderr
    assert b"test_hidden_1" in (folder / "course/grader/checks/test_relu.py").read_bytes()
    told = [name for name, content in contents(folder).items() if b"The secret" in content]
    assert told == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("@pytest.mark.hidden\n", "@pytest.mark.hidden\n@pytest.mark.gate\n", "is a gate"),
        (
            "@pytest.mark.points(2)\n@pytest.mark.hidden\n",
            "from pytest import mark\n\n\n@mark.hidden\n",
            "can't be cut out",
        ),
    ],
    ids=["a gate", "marked in another way"],
)
def test_a_hidden_check_that_can_not_be_cut_out_stops_the_release(
    run_grader: RunGrader, with_hidden: Path, tmp_path: Path, old: str, new: str, says: str
) -> None:
    path = with_hidden / "grader" / "checks" / "test_relu.py"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    ran = release(run_grader, with_hidden, tmp_path / "out")
    assert ran.status == 3
    assert "test_relu.py: the hidden check test_secret" in ran.stderr
    assert says in ran.stderr
    assert not (tmp_path / "out").exists()


# ---------------------------------------------------------------- releasing again


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_releasing_again_without_a_change_writes_nothing(
    run_grader: RunGrader, course: Path, out: Path
) -> None:
    before = contents(out)
    ran = release(run_grader, course, out)
    assert (ran.status, ran.stdout) == (0, "")
    assert "0 files written, 0 removed, 0 edited ones kept" in ran.stderr
    assert contents(out) == before


def test_releasing_again_updates_what_nobody_has_edited(
    run_grader: RunGrader, course: Path, out: Path
) -> None:
    edit(course / "solutions" / "relu.py", "Why it matters.", "Why it matters most.")
    ran = release(run_grader, course, out)
    assert ran.status == 0
    for name in ("assignments/relu.py", ".grader/stubs/relu.py"):
        assert "Why it matters most." in (out / name).read_text(encoding="utf-8")
    assert "the stub is unchanged" in run_grader("check", "relu", root=out, cwd=out).stdout


def test_releasing_again_never_overwrites_work(
    run_grader: RunGrader, course: Path, out: Path
) -> None:
    work = out / "assignments" / "relu.py"
    beside = out / "assignments" / "relu.py.new"
    work.write_text("# my work\n", encoding="utf-8")
    assert release(run_grader, course, out).status == 0
    assert not beside.exists()  # nothing is new

    edit(course / "solutions" / "relu.py", "Why it matters.", "Why it matters most.")
    ran = release(run_grader, course, out)
    assert ran.status == 0
    assert "assignments/relu.py: edited, so kept; the new one is assignments/relu.py.new" in (
        ran.stdout
    )
    assert work.read_text(encoding="utf-8") == "# my work\n"
    assert "Why it matters most." in beside.read_text(encoding="utf-8")

    beside.write_text("# work here, too\n", encoding="utf-8")
    edit(course / "solutions" / "relu.py", "Why it matters most.", "Why it matters so.")
    assert release(run_grader, course, out).status == 0
    assert work.read_text(encoding="utf-8") == "# my work\n"
    assert beside.read_text(encoding="utf-8") == "# work here, too\n"


def test_a_link_is_somebodys_work_whatever_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"as released")
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "edited").write_bytes(b"my work")
    names = ("file", "missing", "link", "dangling", "edited")
    ours = [is_ours(tmp_path / name, [digest(b"as released")]) for name in names]
    assert ours == [True, True, False, False, False]


def test_an_interrupted_release_is_completed_by_the_next_one(
    run_grader: RunGrader, course: Path, out: Path, tmp_path: Path
) -> None:
    work, beside = (out / "assignments" / name for name in ("adam.py", "adam.py.new"))
    work.write_text("# my work\n", encoding="utf-8")
    for slug in ("kaiming_init", "adam"):
        edit(course / "solutions" / f"{slug}.py", "Why it matters.", "Why it matters most.")
    shutil.move(out / ".grader" / "stubs", tmp_path / "stubs")
    (out / ".grader" / "stubs").write_bytes(b"")  # the first stub that is kept can't be
    assert release(run_grader, course, out).status == 3
    assert not beside.exists()
    (out / ".grader" / "stubs").unlink()
    shutil.move(tmp_path / "stubs", out / ".grader" / "stubs")
    assert release(run_grader, course, out).status == 0
    for path in (out / "assignments" / "kaiming_init.py", beside):
        assert "matters most" in path.read_text(encoding="utf-8")
    assert work.read_text(encoding="utf-8") == "# my work\n"
    assert release(run_grader, course, out).stdout == ""


def test_what_is_no_longer_part_of_the_course_goes_unless_edited(
    run_grader: RunGrader, course: Path, out: Path
) -> None:
    text = (course / "assignments" / "course.toml").read_text(encoding="utf-8")
    head, *entries = text.split("[[assignments]]")
    kept = [e for e in entries if '"relu"' not in e and '"adam"' not in e]
    (course / "assignments" / "course.toml").write_text("[[assignments]]".join([head, *kept]))
    (out / "assignments" / "adam.py").write_text("# my work\n", encoding="utf-8")
    ran = release(run_grader, course, out)
    assert ran.status == 0
    assert "assignments/adam.py: edited, so kept; it is no longer part of the course" in ran.stdout
    assert (out / "assignments" / "adam.py").read_text(encoding="utf-8") == "# my work\n"
    names = contents(out).keys()
    for name in ("assignments/relu.py", "grader/checks/test_relu.py", ".grader/stubs/adam.py"):
        assert name not in names
    assert "\nrelu " not in run_grader("list", root=out, cwd=out).stdout


def test_a_stub_that_was_deleted_comes_back(run_grader: RunGrader, course: Path, out: Path) -> None:
    (out / "assignments" / "relu.py").unlink()
    assert release(run_grader, course, out).status == 0
    assert (out / "assignments" / "relu.py").is_file()


# ---------------------------------------------------------------- where it may go


def test_a_release_within_the_course_is_refused(run_grader: RunGrader, course: Path) -> None:
    (course.parent / "link").symlink_to(course)
    for out in (course, course / "students", course.parent / "link" / "students"):
        ran = release(run_grader, course, out)
        assert ran.status == 2
        assert "lies within the course's repository" in " ".join(ran.stderr.split())
    assert not (course / "students").exists()


def test_a_folder_that_is_no_release_is_refused(
    run_grader: RunGrader, course: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "thesis.txt").write_text("years of work", encoding="utf-8")
    for out in (folder, folder / "thesis.txt"):
        ran = release(run_grader, course, out)
        assert ran.status == 2
        assert "mine" in ran.stderr
    assert contents(folder) == {"thesis.txt": b"years of work"}


@pytest.mark.parametrize(
    "record", ["{", '{"files": {"../course/LICENSE": ["0"]}}', '{"files": {"/etc/x": ["0"]}}']
)
def test_a_damaged_record_is_refused(
    run_grader: RunGrader, course: Path, out: Path, record: str
) -> None:
    (out / ".grader" / "release.json").write_text(record, encoding="utf-8")
    ran = release(run_grader, course, out)
    assert ran.status == 2
    assert "release.json is damaged" in " ".join(ran.stderr.split())


def test_a_release_does_not_follow_links_out_of_its_folder(
    run_grader: RunGrader, course: Path, out: Path, tmp_path: Path
) -> None:
    shutil.move(out / "assignments", tmp_path / "elsewhere")
    (out / "assignments").symlink_to(tmp_path / "elsewhere")
    before = contents(tmp_path / "elsewhere")
    edit(course / "solutions" / "relu.py", "Why it matters.", "Why it matters most.")
    ran = release(run_grader, course, out)
    assert ran.status == 2
    assert "is a link" in " ".join(ran.stderr.split())
    assert contents(tmp_path / "elsewhere") == before


# ---------------------------------------------------------------- a Git repository


needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


@needs_git
def test_git_makes_one_commit_that_tells_nothing_of_this_machine(
    run_grader: RunGrader, course: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    machine = {
        f"GIT_{role}_{what}": "instructor@machine"
        for role in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    machine["TZ"] = "Asia/Tokyo"
    ran = run_grader("release", out, "--git", root=course, cwd=course, **machine)
    assert ran.status == 0, ran.stderr
    assert git(out, "log", "--format=%an <%ae> %cn <%ce> %s") == (
        "Training neural networks <course@example.invalid> "
        "Training neural networks <course@example.invalid> Training neural networks"
    )
    assert git(out, "status", "--porcelain") == ""
    assert set(git(out, "ls-files").splitlines()) == contents(out).keys()
    assert git(out, "log", "--format=%ad").endswith("+0000")

    again = release(run_grader, course, out, "--git")
    assert again.status == 2
    assert "is a Git repository already" in " ".join(again.stderr.split())
    assert release(run_grader, course, out).status == 0


@needs_git
def test_from_a_hook_of_another_repository_that_one_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, out = tmp_path / "other", tmp_path / "out"
    for folder in (other, out):
        folder.mkdir()
    git(other, "init")
    commit(other, "theirs.txt", 1)
    (out / "README.md").write_text("# Course\n")
    for name, path in (("DIR", ".git"), ("WORK_TREE", ""), ("INDEX_FILE", ".git/index")):
        monkeypatch.setenv(f"GIT_{name}", str(other / path))
    make_repository(out, "Course")
    assert git(out, "log", "--format=%an %s") == "Course Course"
    assert git(out, "ls-files") == "README.md"
    assert git(other, "log", "--format=%s") == "x"
