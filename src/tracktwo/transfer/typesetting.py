"""Papers on paper by typst: the non-paper, forms to be filled in by hand, the brief of one page.
In ink and greys, as readable by ear as by eye.

Pure: what is set comes in as data, bytes go out, and the same paper gives the same bytes. What
people wrote reaches typst as JSON and is never read as markup. The file names no author, no
program of ours and no time.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from tracktwo.errors import Refusal, gettext_noop

CONTENT = Path(__file__).parents[1] / "content"
FONTS = CONTENT / "fonts"
SHEET = CONTENT / "papers" / "paper.typ"
FORMS = CONTENT / "papers" / "forms.typ"
BRIEF = CONTENT / "papers" / "brief.typ"
RIGHT_TO_LEFT = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})


@dataclass(frozen=True)
class SideSupport:
    """One side's support of a line, as released. `words` stands beside the bar: "81 %", "nearly all".

    percent, low, high: whole percents. Without `percent` the bar shows only where the share lies;
    without `low` and `high` there is no bar.
    """

    letter: str
    name: str
    words: str
    percent: int | None = None
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True)
class PaperLine:
    """One sentence with its proof. `note` stands below it, such as "draft translation"."""

    text: str
    language: str
    sides: tuple[SideSupport, ...]
    note: str = ""


@dataclass(frozen=True)
class WithheldLine:
    """A sentence that may not stand in the paper, and why; for the panel's copy alone."""

    text: str
    language: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Words:
    """The sheet's own words: msgids as they stand here, translated by whoever prints."""

    kind: str = gettext_noop("Non-paper")
    legend: str = gettext_noop(
        # xgettext:no-python-format
        "Bar: the share of a side that agrees. Line below: its 90 % interval. Tick: one half. "
        "Plain end: somewhere in there."
    )
    withheld: str = gettext_noop("Withheld, and why")
    foot: str = gettext_noop("No mandate. Nobody is quoted. Figures rounded to five.")

    @classmethod
    def translated(cls, gettext: Callable[[str], str]) -> Words:
        return cls(**{word.name: gettext(str(word.default)) for word in fields(cls)})


@dataclass(frozen=True)
class Paper:
    """What goes onto the pages. introduction and closing: paragraphs. cover: the cover title, or ""."""

    heading: str
    introduction: tuple[str, ...]
    lines: tuple[PaperLine, ...]
    closing: tuple[str, ...] = ()
    withheld: tuple[WithheldLine, ...] = ()
    cover: str = ""
    subheading: str = ""
    words: Words = Words()


def typeset(paper: Paper, language: str) -> bytes:
    """The paper as an accessible PDF (PDF/UA-1), the same bytes for the same paper.

    Raises Refusal where a letter has no font in the house nor on this machine.
    """
    return _set(_sheet(paper, language), SHEET)


def _set(content: object, source: Path) -> bytes:
    sheet = json.dumps(content, ensure_ascii=True)
    for own_fonts_only in (True, False):
        made = _compiled(sheet, own_fonts_only=own_fonts_only, source=source)
        if made is not None:
            return made
    raise Refusal(gettext_noop("The paper has letters for which no font is installed on this machine."))


def _compiled(sheet: str, *, own_fonts_only: bool, source: Path = SHEET) -> bytes | None:
    """The PDF, or None where a letter has no font. Fonts of the machine would change the bytes: last."""
    import typst  # not above: 40 MB that a process without papers does without

    try:
        return typst.compile(
            str(source),
            root=str(source.parent),
            format="pdf",
            font_paths=[str(FONTS)],
            ignore_system_fonts=own_fonts_only,
            sys_inputs={"sheet": sheet},
            pdf_standards="ua-1",
            timestamp=0,
        )
    except typst.TypstError as fault:
        if "could not be displayed" in str(fault):
            return None
        raise


# --- forms to be filled in by hand ---------------------------------------------------------------


@dataclass(frozen=True)
class Item:
    """One thing on a form: words people wrote or ours, boxes to tick, lines to write on, cells of a row."""

    text: str = ""
    language: str = ""
    boxes: tuple[str, ...] = ()  # side by side, below the text
    lines: int = 0  # to write on
    cells: tuple[str, ...] = ()  # a row of a table
    note: str = ""
    numbered: bool = False


@dataclass(frozen=True)
class Section:
    """What belongs together on a form. `head`: of its table."""

    title: str
    items: tuple[Item, ...]
    intro: str = ""
    head: tuple[str, ...] = ()


@dataclass(frozen=True)
class FormSheet:
    """A form or a list to print. `who`: who will see it; `ask`: what is filled in at the top, such as a name."""

    heading: str
    who: str
    sections: tuple[Section, ...]
    cover: str = ""
    ask: str = ""


def typeset_form(sheet: FormSheet, language: str) -> bytes:
    """A form as an accessible PDF, the same bytes for the same form."""
    sections = [
        {**asdict(section), "items": [_lettered(item, language) for item in section.items]}
        for section in sheet.sections
    ]
    return _set(
        _cleaned(
            {
                "lang": _language(language),
                "rtl": _is_right_to_left(language),
                **asdict(sheet),
                "sections": sections,
            }
        ),
        FORMS,
    )


def _lettered(item: Item, language: str) -> dict[str, object]:
    own = item.language or language
    return {**asdict(item), "lang": _language(own), "rtl": _is_right_to_left(own)}


# --- the brief of one page -----------------------------------------------------------------------


@dataclass(frozen=True)
class BriefLine:
    """A line of the brief: words in their language, and a softer note behind them."""

    text: str
    language: str = ""
    note: str = ""
    letter: str = ""  # of a side, before the words


@dataclass(frozen=True)
class BriefPart:
    """A part of the brief; `more` says in words how much was cut."""

    title: str
    lines: tuple[BriefLine, ...]
    more: str = ""
    empty: str = ""


@dataclass(frozen=True)
class BriefSheet:
    """The panel's brief: columns of parts."""

    heading: str
    who: str
    cover: str
    phase: str
    parts: tuple[BriefPart, ...]


def typeset_brief(sheet: BriefSheet, language: str, *, size: float = 9.6) -> bytes:
    """The brief as it is given; whether it fits on one page is asked of `pages_of`. `size` in points."""
    parts = [
        {**asdict(part), "lines": [_lettered_line(line, language) for line in part.lines]}
        for part in sheet.parts
    ]
    return _set(
        _cleaned(
            {
                "lang": _language(language),
                "rtl": _is_right_to_left(language),
                **asdict(sheet),
                "parts": parts,
                "size": size,
            }
        ),
        BRIEF,
    )


def _lettered_line(line: BriefLine, language: str) -> dict[str, object]:
    own = line.language or language
    return {**asdict(line), "lang": _language(own), "rtl": _is_right_to_left(own)}


def pages_of(pdf: bytes) -> int:
    """How many pages a file of ours has."""
    return max(int(count) for count in re.findall(rb"/Count (\d+)", pdf))


def _sheet(paper: Paper, language: str) -> object:
    return _cleaned({
        "lang": _language(language),
        "rtl": _is_right_to_left(language),
        **asdict(paper),
        "sides": [asdict(side) for side in (paper.lines[0].sides if paper.lines else ())],
        "lines": [_directed(line) for line in paper.lines],
        "withheld": [_directed(line) for line in paper.withheld],
    })  # fmt: skip


def _directed(line: PaperLine | WithheldLine) -> dict[str, object]:
    return {**asdict(line), "lang": _language(line.language), "rtl": _is_right_to_left(line.language)}


def _language(code: str) -> str:
    """The part of a language code that typst takes: two or three letters."""
    primary = code.replace("_", "-").split("-")[0].lower()
    return primary if primary.isascii() and primary.isalpha() and len(primary) in (2, 3) else "en"


def _is_right_to_left(code: str) -> bool:
    return _language(code) in RIGHT_TO_LEFT


def _cleaned(value: object) -> object:
    """Everything people wrote, without signs that no paper can show."""
    if isinstance(value, str):
        return "".join(c for c in value if not _unprintable(c))
    if isinstance(value, dict):
        return {key: _cleaned(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(inner) for inner in value]
    return value


def _unprintable(character: str) -> bool:
    """Control signs, halves of pairs, private and unassigned ones, and overrides of direction."""
    overrides = "\u202a" <= character <= "\u202e" or "\u2066" <= character <= "\u2069"
    return overrides or unicodedata.category(character) in {"Cc", "Cs", "Co", "Cn"}
