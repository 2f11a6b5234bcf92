"""Markdown as GitHub's own renderer shows it."""

from __future__ import annotations

from html.parser import HTMLParser

import cmarkgfm
from cmarkgfm.cmark import Options

# What a report is made of; links and images are never among it.
OWN_TAGS = {
    "h1", "h3", "p", "strong", "table", "thead", "tbody", "tr", "th", "td", "pre", "code",
    "details", "summary",
}  # fmt: skip


class Rendered(HTMLParser):
    """Tags of rendered Markdown, its text outside of code, and each piece of code."""

    def __init__(self, markdown: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.prose = ""
        self.codes: list[str] = []
        self._depth = 0
        # Raw HTML passes through, and bare addresses become links: the least that a host may do.
        self.feed(cmarkgfm.github_flavored_markdown_to_html(markdown, Options.CMARK_OPT_UNSAFE))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "code":
            self._depth += 1
            self.codes.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "code" and self._depth:
            self._depth -= 1

    def handle_comment(self, data: str) -> None:
        self.tags.append("a comment")

    def handle_data(self, data: str) -> None:
        if self._depth:
            self.codes[-1] += data
        else:
            self.prose += data
