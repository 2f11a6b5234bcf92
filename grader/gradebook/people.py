"""Who is meant: people found by what is known of them, whatever a course system calls them.

What someone is known by are handles, pairs of a kind and a value as written:

    number      a course system's own number, after its name and a colon: "canvas:77"
    source      what a hand-in was called, exactly
    identifier  the institution's number
    email, login, github
    account     a name on GitHub, of a course whose roster knows them all: nothing else
    word        what a folder or a repository is called: any of these, or a name; an e-mail address
                may stand in it beside others
    name        as people and systems write it
    label       shown, but chosen by its owner or by nobody: it leads to nobody

They are asked in this order, so that a name decides only where nothing else does.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache

from grader.text import fold

Handle = tuple[str, str]

# What people are found by. "bare": a system's number under a heading that does not say whose;
# "plain": an identifier without what people put between its digits, and without the zeros in front,
# which spreadsheets drop; "local": an e-mail address's part before the @, or a login that may be
# one; "part": a number or a login that stands in a word beside a name, as in "4711 Jane Doe".
_TIERS = (
    "number", "source", "identifier", "bare", "plain", "email", "login", "github", "word",
    "local", "part",
)  # fmt: skip
_KINDS = (
    "number", "source", "identifier", "email", "login", "github", "account", "word", "name",
    "label",
)  # fmt: skip
_LOOKED_UP_AS: dict[str, tuple[str, ...]] = {
    "number": ("number", "bare"),
    "source": ("source",),
    "identifier": ("identifier", "bare", "plain", "word", "part"),
    "email": ("email", "login", "local", "word", "part"),
    "login": ("login", "email", "github", "local", "word", "part"),
    "github": ("github", "login", "word"),
    "account": ("github",),
    "word": ("identifier", "bare", "plain", "email", "login", "github", "local", "part"),
}
# Numbers of these systems are the person's. Moodle's is that of a place in one assignment, and may
# be a group's as well.
_OF_THE_PERSON = ("canvas", "ilias")
# Everybody has their own of these: two who have different ones are two.
_OWN = ("identifier", "email", "login", "github")
_TWO_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_BETWEEN = re.compile(r"[\s()<>\[\],;]+")  # stands around an e-mail address
_BETWEEN_DIGITS = re.compile(r"[-./ ]")
_NUMBER = re.compile(r"[a-z]{0,3}[-. ]?\d(?:[-./ ]?\d){2,}(?:[-. ]?[a-z])?")
_NUMBER_IN_A_WORD = re.compile(r"\d(?:[-./]?\d){2,}")
_ASCII_WORD = re.compile(r"[A-Za-z0-9]+")
MOST_WORDS = 30  # of a name that may be in any turn
_LONG = 5  # digits of a number that is nothing else's, as a version's or a course's
LIKENESS = 0.6  # of what is suggested, as difflib measures it
SUGGESTED = 3  # people, at most


class Directory:
    """People by key, and whom of them handles mean."""

    def __init__(self, people: Mapping[str, Collection[Handle]] | None = None) -> None:
        self._handles: dict[str, set[Handle]] = {}
        self._held: dict[Handle, set[str]] = defaultdict(set)
        for key, handles in (people or {}).items():
            self.add(key, handles)

    def add(self, key: str, handles: Iterable[Handle]) -> None:
        """Know `key` by these handles, too."""
        known = self._handles.setdefault(key, set())
        for handle in set(handles) - known:
            known.add(handle)
            for held in _held_as(*handle):
                self._held[held].add(key)

    def remove(self, key: str) -> None:
        for handle in self._handles.pop(key):
            for held in _held_as(*handle):
                self._held[held].discard(key)

    def handles(self, key: str) -> frozenset[Handle]:
        return frozenset(self._handles.get(key, ()))

    def known_as(self, handles: Collection[Handle]) -> set[str]:
        """Whom anything but a name leads to: one, nobody, or several that can't be told apart."""
        for _, found in self._by_tier(handles):
            named = found & self.named(handles)
            return named if len(found) > 1 and len(named) == 1 else found
        return set()

    def is_known_by_what_it_is_called(self, handles: Collection[Handle]) -> bool:
        """Whether nothing surer leads to anybody than what an earlier hand-in was called."""
        return next((tier for tier, _ in self._by_tier(handles)), "") in ("source", "word")

    def all_known_as(self, handles: Collection[Handle]) -> list[str]:
        """Everybody to whom some kind leads, and to nobody else; the surest first."""
        surest_first = sorted(handles, key=lambda handle: _KINDS.index(handle[0]))
        tiers = (found for one in surest_first for _, found in self._by_tier([one], of=handles))
        return list(dict.fromkeys(key for found in tiers if len(found) == 1 for key in found))

    def named(self, handles: Collection[Handle]) -> set[str]:
        """Who has one of the names, and nothing that speaks against it."""
        forms = _forms(handles, ("name", "word"))
        found = set().union(*(self._held.get(("name", form), set()) for form in forms))
        found = {key for key in found if not are_two(handles, self._handles[key])}
        numbers = {plain_number(v.partition(":")[2]) for kind, v in handles if kind == "number"}
        by_number = {
            key for key in found if numbers & _values(self._handles[key], "identifier")
        }  # a list that does not say whose numbers they are
        return by_number if len(by_number) == 1 else found

    def named_but_for_initials(self, handles: Collection[Handle]) -> set[str]:
        """Whose name differs in middle initials alone, and nothing else speaks against it."""
        names = [words_of(value) for kind, value in handles if kind in ("name", "word")]
        near = {key for value in _cores(handles) for key in self._held.get(("core", value), ())}
        return {
            key
            for key in near
            if not are_two(handles, self._handles[key])
            and any(
                _differ_in_initials(name, words_of(value))
                for kind, value in self._handles[key]
                if kind == "name"
                for name in names
            )
        }

    def _by_tier(
        self, handles: Iterable[Handle], of: Collection[Handle] | None = None
    ) -> Iterator[tuple[str, set[str]]]:
        """Whom these lead to, with each tier, unless something speaks against it in all those `of`
        the same person."""
        of = list(handles) if of is None else of
        wanted: dict[str, set[str]] = defaultdict(set)
        for kind, value in handles:
            for tier in _LOOKED_UP_AS.get(kind, ()):
                wanted[tier] |= _looked_up(kind, tier, value)
        for tier in sorted(wanted, key=_TIERS.index):
            found = {key for value in wanted[tier] for key in self._held.get((tier, value), ())}
            if found := {key for key in found if _agree(tier, of, self._handles[key])}:
                yield tier, found

    # ------------------------------------------------------------ asked by people

    def search(self, wanted: str) -> set[str]:
        """Whom somebody means who writes a key, a name in any order, or any other handle."""
        if wanted in self._handles:
            return {wanted}
        found = set(self._held.get(("source", wanted), set()))
        for tier in (*_TIERS, "label"):
            if tier != "plain":
                found |= self._held.get((tier, fold(wanted)), set())
        if found := found or self._held.get(("plain", plain_number(wanted)), set()):
            return set(found)
        found = set().union(*(self._held.get(("name", f), set()) for f in name_forms(wanted)))
        return found or self.named_but_for_initials([("name", wanted)])

    def suggestions(self, wanted: str) -> list[str]:
        """Keys of those who are called something like it, the likest first."""
        by_text: dict[str, str] = {}
        for key, handles in self._handles.items():
            by_text.setdefault(fold(key), key)
            for kind, text in handles:
                if kind != "number":
                    for part in {text, *words_of(text)}:
                        by_text.setdefault(fold(part), key)
        near = difflib.get_close_matches(fold(wanted), by_text, n=4 * SUGGESTED, cutoff=LIKENESS)
        return list(dict.fromkeys(by_text[text] for text in near))[:SUGGESTED]


def is_of_the_person(number: str) -> bool:
    """Whether a course system's number, such as "canvas:77", is the person's everywhere."""
    return number.partition(":")[0] in _OF_THE_PERSON


def are_two(one: Collection[Handle], other: Collection[Handle]) -> bool:
    """Whether these are of two people: both have something of their own, and not the same."""
    pairs = [(_values(one, kind), _values(other, kind)) for kind in _OWN]
    pairs += [(_numbers(one, system), _numbers(other, system)) for system in _OF_THE_PERSON]
    return any(ours and theirs and not ours & theirs for ours, theirs in pairs)


@lru_cache(maxsize=1 << 16)
def name_forms(name: str) -> frozenset[str]:
    """A name as systems write it: its words in any turn ("Doe, Jane"), run together ("doejane"),
    an umlaut as one letter or as two; as it is where there are no words in it."""
    forms: set[str] = set()
    composed = unicodedata.normalize("NFC", name).casefold()
    for spelt in {composed, composed.translate(_TWO_LETTERS)}:
        words = [fold(word) for word in words_of(spelt)]
        turns = len(words) if len(words) <= MOST_WORDS else 1
        forms |= {"".join(words[i:] + words[:i]) for i in range(turns)}
    return frozenset(forms or {fold(name)} - {""})


def words_of(text: str) -> list[str]:
    """Letters, digits and their marks in a row."""
    if text.isascii():
        return _ASCII_WORD.findall(text)
    return "".join(c if unicodedata.category(c)[0] in "LNM" else " " for c in text).split()


def parts_of(word: str) -> tuple[set[str], list[str]]:
    """What in a word may be a number or a login, as there is a digit in it and something else
    beside it, and what may be a name, as there is none."""
    words = words_of(word)
    of_letters = [part for part in words if not any(c.isdecimal() for c in part)]
    others = {fold(part) for part in words} - {fold(part) for part in of_letters}
    others |= {plain_number(number) for number in _NUMBER_IN_A_WORD.findall(word)}
    return (others, of_letters) if of_letters else (set(), [])


# ---------------------------------------------------------------- initials


def _core(words: list[str]) -> str:
    """The outer two of a name's words that are no initials, in any order; "" if there is but one.

    Names that differ in initials have the same.
    """
    whole = [word for word in words if not _is_initial(word)]
    return " ".join(sorted((whole[0], whole[-1]))) if len(whole) > 1 else ""


def _in_turn(name: str) -> str:
    """ "Doe, Jane A." with the last name last."""
    last, comma, first = name.partition(",")
    return f"{first} {last}" if comma and "," not in first else name


def _differ_in_initials(one: list[str], other: list[str]) -> bool:
    """Whether names of these words are alike but for initials that one of them has, or has in place
    of a word."""
    ours, theirs = Counter(map(fold, one)), Counter(map(fold, other))
    shared = ours & theirs
    if sum(not _is_initial(word) for word in shared.elements()) < 2:
        return False
    left, right = sorted((ours - theirs).elements()), sorted((theirs - ours).elements())
    if not (left and right):
        return bool(left or right) and all(map(_is_initial, left + right))
    # Sorted, they stand side by side by their first letters.
    return len(left) == len(right) and all(
        a[0] == b[0] and (_is_initial(a) or _is_initial(b))
        for a, b in zip(left, right, strict=True)
    )


def _is_initial(word: str) -> bool:
    """Whether it is a single letter, of an alphabet in which names have more."""
    return len(word) == 1 and word.lower() != word.upper()


# ---------------------------------------------------------------- how handles are held


def _names_beside(handles: Iterable[Handle], known: Collection[Handle]) -> set[str]:
    """The names that stand in words beside something else, also a login or an address that is
    `known`, and those that stand alone."""
    handles = list(handles)
    logins = _values(known, "login") | {_local(value) for value in _values(known, "email")}
    forms = _forms(handles, ("name",))
    for kind, value in handles:
        parts, letters = parts_of(value) if kind == "word" else (set(), [])
        if parts:
            forms |= name_forms(" ".join(letters))
            forms |= name_forms(" ".join(part for part in letters if fold(part) not in logins))
    return forms


def _has_number_of(called: Iterable[Handle], known: Collection[Handle]) -> bool:
    """Whether somebody's long number and last name stand together in what something is called, as
    in "Doe_1234567"."""
    numbers = {n for n in _values(known, "identifier") if sum(map(str.isdecimal, n)) >= _LONG}
    last = {fold(words[-1]) for k, v in known if k == "name" and (words := words_of(_in_turn(v)))}
    parts = [parts_of(value) for kind, value in called if kind == "word"] if numbers else []
    return any(
        not last.isdisjoint(map(fold, letters))
        and not numbers.isdisjoint(map(plain_number, others))
        for others, letters in parts
    )


def is_number(identifier: str) -> bool:
    """Whether it is digits, perhaps with a letter around and something between them."""
    return identifier.strip().isdecimal() or bool(_NUMBER.fullmatch(fold(identifier)))


def plain_number(identifier: str) -> str:
    """An identifier as others may write it: 0123-45.678 is 12345678."""
    folded = fold(identifier)
    digits = _BETWEEN_DIGITS.sub("", folded) if _NUMBER.fullmatch(folded) else folded
    return digits.lstrip("0") or digits if digits.isdecimal() else digits


def _agree(tier: str, handles: Collection[Handle], known: Collection[Handle]) -> bool:
    """Whether nothing speaks against what `tier` says: that these are of one person."""
    if tier in ("source", "local", "word"):
        return not are_two(handles, known)
    if tier == "part":
        is_named = bool(_names_beside(handles, known) & _names_beside(known, handles))
        is_named = is_named or _has_number_of(handles, known) or _has_number_of(known, handles)
        return is_named and not are_two(handles, known)
    for system in _OF_THE_PERSON:
        ours, theirs = _numbers(handles, system), _numbers(known, system)
        if ours and theirs:
            return tier != "bare" and bool(ours & theirs)
    if tier == "plain":
        ours, theirs = _forms(handles, ("name",)), _forms(known, ("name",))
        return (not ours or not theirs or bool(ours & theirs)) and not are_two(handles, known)
    if tier in ("number", "bare"):
        ours, theirs = _forms(handles, ("name",)), _forms(known, ("name", "word"))
        return not ours or not theirs or bool(ours & theirs)
    # Whoever's name on GitHub is known is nobody else by a login that somebody chose there.
    ours, theirs = _values(handles, "github"), _values(known, "github")
    return tier != "login" or not ours or not theirs or bool(ours & theirs)


def _held_as(kind: str, value: str) -> Iterator[Handle]:
    """What somebody with this handle is found by."""
    yield (kind, value if kind == "source" else fold(value))
    if kind in ("name", "word"):
        yield from (("name", form) for form in name_forms(value))
    if kind == "name":
        yield from (("core", form) for form in _cores([(kind, value)]))
    if kind == "word":
        yield from (("email", address) for address in _addresses(value))
    if kind in ("email", "login", "word"):
        yield ("local", _local(value))
    if kind in ("identifier", "email", "login", "word"):
        yield from (("part", part) for part in _parts(kind, value))
    if kind == "number" and is_of_the_person(value):
        yield ("bare", fold(value.partition(":")[2]))
    if kind == "identifier":
        yield ("bare", fold(value))
    if kind in ("identifier", "word") and is_number(value):
        yield ("plain", plain_number(value))


def _looked_up(kind: str, tier: str, value: str) -> set[str]:
    if tier == "source":
        return {value}
    if tier == "local":
        return {_local(value)}
    if tier == "part":
        return _parts(kind, value)
    if tier == "plain":
        return {plain_number(value)} if is_number(value) else set()
    if kind == "word" and tier == "email":
        return {fold(value), *_addresses(value)}
    if kind == "number" and tier == "bare":
        return {fold(value.partition(":")[2])} if is_of_the_person(value) else set()
    return {fold(value)}


def _cores(handles: Iterable[Handle]) -> set[str]:
    """What names that differ in initials have in common."""
    names = [_in_turn(value) for kind, value in handles if kind in ("name", "word")]
    return {_core([fold(word) for word in words_of(name)]) for name in names} - {""}


def _parts(kind: str, value: str) -> set[str]:
    if kind == "word":
        return parts_of(value)[0]
    return {fold(value), plain_number(value)} if kind == "identifier" else {_local(value)}


def _addresses(word: str) -> list[str]:
    return [fold(part) for part in _BETWEEN.split(word) if "@" in part.strip("@")]


def _local(value: str) -> str:
    return fold(value).partition("@")[0]


def _forms(handles: Iterable[Handle], kinds: Collection[str]) -> set[str]:
    return {form for kind, value in handles if kind in kinds for form in name_forms(value)}


def _numbers(handles: Iterable[Handle], system: str) -> set[str]:
    return {v for kind, v in handles if kind == "number" and v.startswith(f"{system}:")}


def _values(handles: Iterable[Handle], kind: str) -> set[str]:
    # A login may be written with its domain or without.
    read = {"login": _local, "identifier": plain_number}.get(kind, fold)
    return {read(value) for of, value in handles if of == kind}
