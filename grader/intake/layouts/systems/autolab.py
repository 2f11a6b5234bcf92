"""Autolab: a flat list, <e-mail address>_<version>_<name that the assessment gives to its file>.

The version counts a student's hand-ins; the last one is what was handed in.
"""

from __future__ import annotations

import re
from collections import defaultdict

from grader.intake.layouts.base import Listing, Reading, attempted

_NAME = re.compile(r"(?P<email>[^\s/]+?@[^\s_/@]+)_(?P<version>\d{1,9})_(?P<original>.+)", re.S)


class Autolab:
    name = "autolab"
    title = "a download from Autolab"
    is_sure = True

    def claims(self, listing: Listing) -> set[str]:
        return {n for n, kind in listing.names.items() if kind == "file" and _NAME.fullmatch(n)}

    def read(self, listing: Listing) -> Reading:
        reading = Reading()
        by_email: dict[str, list[re.Match[str]]] = defaultdict(list)
        for place, kind in listing.names.items():
            match = _NAME.fullmatch(place) if kind == "file" else None
            if match is None:
                reading.ignored.append(place)
            else:
                by_email[match["email"]].append(match)
        for email, matches in by_email.items():
            in_order = sorted(matches, key=lambda match: int(match["version"]))
            loads = [
                ("", listing.loose(email, {match["original"]: (match.string,)}))
                for match in in_order
            ]
            reading.submissions.append(attempted(email, email, loads, [("email", email)]))
        return reading
