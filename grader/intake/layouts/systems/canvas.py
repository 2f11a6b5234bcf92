"""Canvas: a flat list of files, lastnamefirst[_LATE]_<user>_<file>_<name as handed in>.

The name is the person's, or a group's that the user is of, without anything but letters and digits;
nameless downloads have "anon" and a code in place of name and user. Canvas sees to it that no name
looks like the numbers, so the first of them are its own, whatever a student calls a file.
What is typed in, or a link, is a page without a file's number.
"""

from __future__ import annotations

import re
from collections import defaultdict

from grader.intake.layouts.base import Handed, Handle, Listing, Reading

_NAMED = re.compile(
    r"(?P<name>\w+?)_(?P<late>(?i:LATE)_)?(?P<user>\d+)_"
    r"(?:(?P<file>\d+)_(?P<original>.+)|(?P<page>(?:text|link)\.html))", re.S
)  # fmt: skip
_NAMELESS = re.compile(
    r"(?P<late>(?i:LATE)_)?anon_(?P<code>[0-9A-Za-z]+)_"
    r"(?:(?P<file>\d+)_(?P<original>.+)|(?P<page>(?:text|link)\.html))", re.S
)  # fmt: skip
# A file of a name that was there already.
_AGAIN = re.compile(r"(?P<stem>.+)-\d+(?P<suffix>\.\w+|\.tar\.\w+)", re.S)
_TEST_STUDENT = "studenttest"


class Canvas:
    name = "canvas"
    title = "a download from Canvas"
    is_sure = True

    def claims(self, listing: Listing) -> set[str]:
        return {n for n, kind in listing.names.items() if kind == "file" and _match(n)}

    def read(self, listing: Listing) -> Reading:
        reading = Reading()
        by_person: dict[str, list[re.Match[str]]] = defaultdict(list)
        for name, kind in listing.names.items():
            match = _match(name) if kind == "file" else None
            if match is None:
                reading.ignored.append(name)
            else:
                by_person[_person(match)].append(match)
        for person, matches in by_person.items():
            reading.submissions.append(_handed(listing, person, matches))
        late = sum(any(match["late"] for match in matches) for matches in by_person.values())
        if late:
            reading.notes.append(
                f"Canvas marks {late} of them as late but does not say when they came; for a late "
                "policy, give the times in the roster's column 'submitted'"
            )
        test_students = [h for h in reading.submissions if h.name == _TEST_STUDENT]
        if test_students:
            reading.submissions = [h for h in reading.submissions if h not in test_students]
            reading.notes.append("Canvas's test student is left out")
        return reading


def _match(name: str) -> re.Match[str] | None:
    return _NAMELESS.fullmatch(name) or _NAMED.fullmatch(name)


def _person(match: re.Match[str]) -> str:
    """By what Canvas tells people apart; a name may be cut or spelt otherwise in another file."""
    return match.groupdict().get("user") or f"anon_{match['code']}"


def _handed(listing: Listing, person: str, matches: list[re.Match[str]]) -> Handed:
    newest: dict[str, tuple[int, str]] = {}
    # What was typed in counts only where nothing else was handed in, to be named.
    uploads = [match for match in matches if match["file"]] or matches
    for match in uploads:
        called = match["original"] or match["page"]
        again = _AGAIN.fullmatch(called)
        original = again["stem"] + again["suffix"] if again else called
        candidate = (int(match["file"] or 0), match.string)
        newest[original] = max(candidate, newest.get(original, candidate))
    name = matches[-1].groupdict().get("name")
    source = f"{name}_{person}" if name else person
    handles: tuple[Handle, ...] = (("label", person),)
    if name:
        handles = (("number", f"canvas:{person}"), ("name", name))
    files = {original: (place,) for original, (_, place) in newest.items()}
    load = listing.loose(source, files)
    file = uploads[-1]["file"]
    upload = f"canvas:{source}_{file}_" if file else ""
    return Handed(source, name or person, load, handles, group=name or "", upload=upload)
