"""Whether a submission's file is still the stub that was handed out.

A stub lies in `assignments/` beside the notebook that a student works in, and a notebook that was
made and not touched beside a module: it is no second answer.
"""

from __future__ import annotations

from dataclasses import replace

from grader.course.manifest import Course
from grader.course.stubs import original_stub
from grader.submissions.notebook import checking_cells, split_module
from grader.submissions.reading import Source, Submission


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
    """Where module and notebook were both handed in and one of them is untouched, take the other.

    Where both were worked on, that stays a problem: neither is guessed.
    """
    sources, problems = dict(submission.sources), dict(submission.problems)
    for slug, (module, notebook) in submission.both.items():
        if is_untouched(course, module):
            sources[slug] = notebook
        elif is_untouched(course, notebook):
            sources[slug] = module
        if slug in sources:
            del problems[slug]
    both = {slug: pair for slug, pair in submission.both.items() if slug in problems}
    return replace(submission, sources=sources, problems=problems, both=both)


def _bare(text: str) -> list[str]:
    """The lines of `text` without what an editor may change unasked: blank lines, line ends."""
    return [line.rstrip() for line in text.splitlines() if line.strip()]
