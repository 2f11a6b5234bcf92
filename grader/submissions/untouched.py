"""Whether a submission's file is still the stub that was handed out.

A stub lies in `assignments/` beside the notebook that a student works in or above the folder where
the work is, and a notebook that was made and not touched beside a module: it is no second answer.
"""

from __future__ import annotations

from dataclasses import replace

from grader.course.manifest import Course
from grader.course.stubs import original_stub
from grader.submissions.finding import choose
from grader.submissions.model import Source, Submission
from grader.submissions.notebook import checking_cells, split_module
from grader.text import show_name


def is_untouched(course: Course, source: Source) -> bool:
    """Whether this is the stub, or the notebook made from it, as it was handed out."""
    stub = original_stub(course, source.slug)
    if stub is None:
        return False
    text = _bare(source.text)
    if source.cells:
        stub = "\n".join(split_module(stub)[1])
        trains = bool(course.assignment(source.slug).epochs)
        ending = _bare("\n".join(checking_cells(source.slug, trains=trains)))
        if text[-len(ending) :] == ending:
            text = text[: -len(ending)]
    return text == _bare(stub)


def settle(course: Course, submission: Submission) -> Submission:
    """Where several files may be meant and some are untouched, the others count.

    Where several were worked on, that stays a problem: nothing is guessed.
    """
    sources, problems = dict(submission.sources), dict(submission.problems)
    for slug, candidates in submission.candidates.items():
        worked_on = [
            c for c in candidates if c.source is None or not is_untouched(course, c.source)
        ]
        if len(worked_on) == len(candidates):
            continue
        sources.pop(slug, None)
        problems.pop(slug, None)
        chosen = choose(slug, worked_on or candidates[-1:])
        if not worked_on and (told := _told_of_answer(course, submission, slug)):
            problems[slug] = told
        elif isinstance(chosen, str):
            problems[slug] = chosen
        else:
            sources[slug] = chosen
    return replace(submission, sources=sources, problems=problems)


def _told_of_answer(course: Course, submission: Submission, slug: str) -> str:
    """What to say of a file beside an untouched stub, where the course keeps its own answers; ""
    if there is none, or it is the course's, as in a copy of the whole course."""
    text, place = submission.answers.get(slug, ("", ""))
    if not place or _bare(text) == _bare(original_stub(course, slug) or ""):
        return ""
    ours = {s for s, (text, _) in submission.answers.items() if _is_ours(course, s, text)}
    if slug in ours and 2 * len(ours) > len(course.slugs):
        return ""
    return (
        f"{show_name(place)}: it was not read, because the course's own answers lie in a folder of "
        "that name, and the stub is unchanged; if it is your work, put it in the stub's place"
    )


def _is_ours(course: Course, slug: str, text: str) -> bool:
    try:
        answer = course.solution_path(slug).read_text(encoding="utf-8")
    except OSError:
        return False
    return _bare(answer) == _bare(text)


def _bare(text: str) -> list[str]:
    """The lines of `text` without what an editor may change unasked: blank lines, line ends."""
    return [line.rstrip() for line in text.splitlines() if line.strip()]
