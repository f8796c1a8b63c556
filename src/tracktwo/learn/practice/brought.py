"""What a file of cards from elsewhere brings: words, reduced to plain Markdown, each card under its own name.

Pure. A card of Anki is a small web page; what is kept of it are its words, bold and italic, lists and line breaks.
Pictures and sounds are left out and counted. Whatever it held, nothing of it can run: Markdown has no script, and
what the pages show passes `learn.typeset`. All of it takes time in proportion to the length of the text, no more.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from tracktwo.errors import BadInput, Refusal, gettext_noop
from tracktwo.learn.practice.cards import OWN
from tracktwo.learn.practice.progress import LONGEST_SIDE

MOST_ROWS = (
    10_000  # in one file: five times what a learner may keep, so that the guide's cards may be among them
)
LONGEST_FIELD = 100_000  # characters of one side of a card before its pictures are left out
MOST_WORK = 8_000_000  # characters of all sides together, a side with three gaps counted four times
MOST_TAGS, LONGEST_TAG = 12, 60
GAP = "[…]"


class NotRead(BadInput):
    """A file of cards cannot be read: the whole sentence, so that it is said in the reader's language."""

    def __init__(self, sentence: str, **facts: object) -> None:
        Refusal.__init__(self, sentence, **facts)
        self.what, self.where, self.remedy = sentence, "", ""

    def __str__(self) -> str:
        return Refusal.__str__(self)


NO_CARDS = gettext_noop(
    "There is no card in this file. Choose a file that has a front and a back for each card."
)
TOO_LONG = gettext_noop("Reading this file takes too long. Export a smaller part of it.")
TOO_MANY = gettext_noop("This file has more than %(most)s cards. Export a smaller part of it.")


@dataclass(frozen=True)
class Row:
    """One card as a file names it."""

    guid: str
    front: str
    back: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Brought:
    """The cards of a file, and what did not come with them."""

    rows: tuple[Row, ...]
    pictures: int = 0
    sounds: int = 0
    left_out: int = 0  # a side without words, or with too many


@dataclass
class Gathering:
    """Cards of a file one after the other, until there are too many."""

    rows: dict[str, Row] = field(default_factory=dict)
    pictures: int = 0
    sounds: int = 0
    left_out: int = 0
    worked: int = 0

    def take(self, guid: str, front: str, back: str, tags: Iterable[str]) -> None:
        """A card in Markdown; of two with one name the first stays."""
        if not front or not back or len(front) > LONGEST_SIDE or len(back) > LONGEST_SIDE:
            self.left_out += 1
            return
        guid = guid.removeprefix(OWN)
        name = guid if _GUID.fullmatch(guid) and guid.isprintable() else guid_of(guid or front)
        self.rows.setdefault(name, Row(name, front, back, _tags(tags)))
        if len(self.rows) > MOST_ROWS:
            raise NotRead(TOO_MANY, most=MOST_ROWS)

    def take_page(self, guid: str, sides: Sequence[str], tags: Iterable[str]) -> None:
        """A card in HTML: the first side is asked, the others are the answer; one with gaps gives a card for each."""
        if any(len(side) > LONGEST_FIELD for side in sides):
            self.left_out += 1
            return
        self._with_gaps(guid, sides, tags, self._words)

    def take_text(self, guid: str, sides: Sequence[str], tags: Iterable[str]) -> None:
        """A card whose sides are Markdown already."""
        self._with_gaps(guid, sides, tags, self._said)

    def _with_gaps(
        self, guid: str, sides: Sequence[str], tags: Iterable[str], words: Callable[[str], str]
    ) -> None:
        first, rest = (sides[0] if sides else ""), [words(side) for side in sides[1:]]
        gaps = sorted({int(found[1]) for found in _CLOZE_NUMBER.finditer(first)})[:MOST_TAGS]
        answer = [words(filled_in(first)), *rest] if gaps else rest
        back = "\n\n".join(part for part in answer if part)
        if not gaps:
            self.take(guid, words(first), back, tags)
            return
        pictures, sounds = self.pictures, self.sounds
        for gap in gaps:
            name = guid if gap == gaps[0] else f"{guid}~{gap}"
            self.take(name, words(filled_in(first, gap)), back, tags)
        self.pictures, self.sounds = pictures, sounds  # those of the front were counted with the answer

    def _words(self, page: str) -> str:
        self._work(page)
        found = reduced(page)
        self.pictures += found.pictures
        self.sounds += found.sounds
        return found.text

    def _said(self, text: str) -> str:
        self._work(text)
        return text.strip()

    def _work(self, side: str) -> None:
        self.worked += len(side)
        if self.worked > MOST_WORK:
            raise NotRead(TOO_LONG)

    def done(self) -> Brought:
        if not self.rows and not self.left_out:
            raise NotRead(NO_CARDS)
        return Brought(tuple(self.rows.values()), self.pictures, self.sounds, self.left_out)


_GUID = re.compile(r"\S{1,64}")


def guid_of(text: str) -> str:
    """A name for a card that has none: the same text, the same name."""
    return "t" + hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:20]


def _tags(tags: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag[:LONGEST_TAG] for tag in tags if tag))[:MOST_TAGS]


# --- gaps -------------------------------------------------------------------------------------------

_CLOZE_NUMBER = re.compile(r"\{\{c([0-9]{1,3})::")
_CLOZE = re.compile(r"\{\{c([0-9]{1,3})::((?:(?!\{\{|\}\}).){0,4000})\}\}", re.DOTALL)
DEEPEST = 6  # gaps within gaps


def filled_in(text: str, gap: int = 0) -> str:
    """A text with gaps as its answer, or with one of them open; a hint stands in the gap."""

    def said(found: re.Match[str]) -> str:
        words, _, hint = found[2].partition("::")
        if int(found[1]) != gap:
            return words
        return f"[{hint}]" if hint else GAP

    for _ in range(DEEPEST):
        text, count = _CLOZE.subn(said, text)
        if not count:
            break
    return text


# --- HTML as Markdown -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reduced:
    text: str
    pictures: int = 0
    sounds: int = 0


_SOUND = re.compile(r"\[sound:[^\]\n]{0,300}\]")
_NAME = re.compile(r"/?([a-zA-Z][a-zA-Z0-9]*)")
_STRONG, _EM = {"b", "strong"}, {"i", "em"}
_LINES = {"br", "tr"}
_PARTS = {"p", "div", "ul", "ol", "table", "blockquote", "pre", "hr", "section", "article",
          "h1", "h2", "h3", "h4", "h5", "h6", "dl", "dt", "dd"}  # fmt: skip
_UNSAID = {"script", "style", "title", "template", "textarea", "iframe", "noscript"}


def reduced(page: str) -> Reduced:
    """The words of a piece of HTML as Markdown."""
    page = page[:LONGEST_FIELD]
    words, sounds = _SOUND.subn("", page.replace("\r\n", "\n").replace("\x00", ""))
    setting = _Setting()
    _tokens(words, setting.words, setting.tag)
    return Reduced(setting.text(), setting.pictures, sounds)


def _tokens(page: str, words: Callable[[str], None], tag: Callable[[str, bool], None]) -> None:
    """Words and tags in their order. Each sign is looked at a few times at most, whatever is written."""
    at, begun, low = 0, 0, page.lower()
    while (begin := page.find("<", at)) >= 0:
        named = _NAME.match(page, begin + 1)
        if page.startswith("<!--", begin):
            end = page.find("-->", begin + 4)
            after = len(page) if end < 0 else end + 3
        elif named or page.startswith(("<!", "<?"), begin):
            end = _end_of_tag(page, begin)
            if end < 0:
                break
            after = end + 1
        else:
            at = begin + 1
            continue
        words(page[begun:begin])
        if named:
            name, closes = named[1].lower(), page[begin + 1] == "/"
            if name in _UNSAID and not closes:
                end = low.find(f"</{name}", after)
                after = len(page) if end < 0 else end
            else:
                tag(name, closes)
        at = begun = after
    words(page[begun:])


def _end_of_tag(page: str, begin: int) -> int:
    """Where a tag ends: a > between quotes does not end it, but three of them at most are skipped."""
    first = end = page.find(">", begin)
    for _ in range(3):
        if end < 0 or page.count('"', begin, end) % 2 == 0:
            return end if end >= 0 else first
        end = page.find(">", end + 1)
    return first


@dataclass
class _Setting:
    """Sets words in lines, lines in parts; what is bold is closed before a line ends and opened after it."""

    parts: list[list[list[tuple[str, bool, bool]]]] = field(default_factory=lambda: [[[]]])
    strong: int = 0
    em: int = 0
    lists: list[int] = field(default_factory=list)  # 0: dots; else the last number
    pictures: int = 0

    def words(self, text: str) -> None:
        text = _unescaped(text)
        if text:
            self.parts[-1][-1].append((text, self.strong > 0, self.em > 0))

    def tag(self, name: str, closes: bool) -> None:
        if name == "img":
            self.pictures += 1
        elif name in _STRONG:
            self.strong = max(0, self.strong + (-1 if closes else 1))
        elif name in _EM:
            self.em = max(0, self.em + (-1 if closes else 1))
        elif name in ("sup", "sub"):
            self.words("" if closes else "^" if name == "sup" else "_")
        elif name in ("td", "th"):
            self.words(" ")
        elif name == "li":
            self._item(closes)
        elif name in _LINES:
            self.parts[-1].append([])
        elif name in _PARTS:
            self._part(name, closes)

    def _part(self, name: str, closes: bool) -> None:
        if name in ("ul", "ol"):
            if not closes:
                self.lists.append(0 if name == "ul" else 1)
            elif self.lists:
                self.lists.pop()
        elif self.lists:
            return  # a paragraph within an item of a list
        self.parts.append([[]])

    def _item(self, closes: bool) -> None:
        if closes:
            return
        ordered = bool(self.lists and self.lists[-1])
        mark = f"{self.lists[-1]}. " if ordered else "- "
        if ordered:
            self.lists[-1] += 1
        self.parts[-1].append([(_MARK + mark, False, False)])

    def text(self) -> str:
        return "\n\n".join(part for lines in self.parts if (part := _part_text(lines)))


_MARK = "\ue000"  # private use: before the sign of an item, which is ours and not escaped


def _part_text(lines: list[list[tuple[str, bool, bool]]]) -> str:
    text, item = "", False
    for runs in lines:
        begins = bool(runs) and runs[0][0].startswith(_MARK)
        line = (runs[0][0][1:] if begins else "") + _line(runs[1:] if begins else runs)
        if not line.strip() or (begins and line.strip() == runs[0][0][1:].strip()):
            continue
        text += ("\n" if begins else "  \n  " if item else "  \n") if text else ""
        item = item or begins
        text += line
    return text


def _line(runs: list[tuple[str, bool, bool]]) -> str:
    """One line: neighbours that look alike are one run, and the signs of bold stand close to its words."""
    joined: list[tuple[str, bool, bool]] = []
    for text, strong, em in runs:
        if joined and joined[-1][1:] == (strong, em):
            joined[-1] = (joined[-1][0] + text, strong, em)
        else:
            joined.append((text, strong, em))
    said = "".join(_run(" ".join(_SPACES.split(text)), strong, em) for text, strong, em in joined)
    return _first_sign(" ".join(said.split()))


_SPACES = re.compile(r"\s+")


def _run(text: str, strong: bool, em: bool) -> str:
    words = text.strip()
    if not words:
        return " " if text else ""
    marks = "*" * (2 * strong + em)
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{before}{marks}{escaped(words)}{marks}{after}"


_SIGNS = re.compile(
    r"""\\(?=[!-/:-@\[-`{-~]|$)   # a backslash that would hide a sign
      | [*`]
      | (?<!\w)_ | _(?!\w)
      | <(?=[a-zA-Z/!?])
      | &(?=\#?\w{1,40};)
      | \](?=[(:\[])                # what would be a link
    """,
    re.VERBOSE,
)
_BEGINS = re.compile(r"([-+>]|[0-9]{1,9}(?=[.)](?:\s|$)))")


def escaped(text: str) -> str:
    """Plain words so that Markdown shows them as they are."""
    return _SIGNS.sub(r"\\\g<0>", text)


def _first_sign(line: str) -> str:
    """A line that only looks like the item of a list or a quotation."""
    found = _BEGINS.match(line)
    if not found:
        return line
    return f"{found[1]}\\{line[found.end() :]}" if found[1].isdecimal() else f"\\{line}"


_LONG_NUMBER = re.compile(r"&#(?:[0-9]{8}|[xX][0-9a-fA-F]{7})[0-9a-fA-F]*;?")


def _unescaped(text: str) -> str:
    # A number of ten thousand digits is no letter, and Python refuses to read it.
    return html.unescape(_LONG_NUMBER.sub("", text)).replace("\xa0", " ").replace(_MARK, "")
