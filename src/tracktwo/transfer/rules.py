"""What may become a line of a paper, and the states of a paper. Pure.

A line is checked against what is released, never against exact counts, so a reader with the
paper in hand can check it again. Each check says in one sentence what it found.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tracktwo.engines.disclosure import STANDARD, Band, Cell, Thresholds, Withheld
from tracktwo.errors import filled, gettext_noop

QUOTED_RUN = 8  # so many words in a row as in a remark are a quotation
SHORT_REMARK = 5  # and so is a whole remark from this many words on


# --- The states of a paper -----------------------------------------------------------------


class State(StrEnum):
    DRAFT = "draft"
    SIGNED = "signed"
    RELEASED = "released"


STATE_NAMES: dict[State, str] = {
    State.DRAFT: gettext_noop("draft"),
    State.SIGNED: gettext_noop("signed off by every side and the panel"),
    State.RELEASED: gettext_noop("released"),
}

# A signed text may be opened again; what is released stays as it is.
STEPS: dict[State, tuple[State, ...]] = {
    State.DRAFT: (State.SIGNED,),
    State.SIGNED: (State.DRAFT, State.RELEASED),
    State.RELEASED: (),
}


def may_move(now: State, to: State) -> bool:
    return to in STEPS[now]


# --- What a check is given and gives -------------------------------------------------------


class Wording(StrEnum):
    """Where the words of a line in this language come from."""

    ORIGINAL = "original"
    REVIEWED = "reviewed"
    DRAFT = "draft"


@dataclass(frozen=True)
class SideFigure:
    """One side and its released figures; None where the statement was never counted for it."""

    name: str
    cell: Cell | None


@dataclass(frozen=True)
class Roster:
    """Words that must not stand in a paper, and remarks that must not be quoted in it."""

    people: tuple[str, ...] = ()  # full names; each part of a name counts
    pseudonyms: tuple[str, ...] = ()
    affiliations: tuple[str, ...] = ()  # only the whole name counts
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Check:
    """One thing looked at. `sentence` takes `facts`; both are for the panel's eyes."""

    name: str
    passed: bool
    sentence: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return filled(self.sentence, self.facts)


@dataclass(frozen=True)
class LineCheck:
    """Whether a line may stand in a paper, and every check on the way there."""

    checks: tuple[Check, ...]

    @property
    def released(self) -> bool:
        return all(check.passed for check in self.checks)

    @property
    def reasons(self) -> tuple[Check, ...]:
        """Why the line is withheld; empty where it is not."""
        return tuple(check for check in self.checks if not check.passed)


def check_line(
    text: str,
    sides: tuple[SideFigure, ...],
    *,
    roster: Roster,
    wording: Wording,
    marked_draft: bool,
    thresholds: Thresholds = STANDARD,
) -> LineCheck:
    """Every check, in the order in which a reader would ask. Looks at released figures only."""
    return LineCheck((
        every_side_is_shown(sides),
        cells_are_large_enough(sides, thresholds),
        every_side_supports(sides),
        figures_are_rounded(sides, thresholds),
        nobody_is_named(text, roster),
        nobody_is_quoted(text, roster.remarks),
        no_date_is_finer_than_a_month(text),
        language_is_reviewed_or_marked(wording, marked_draft),
    ))  # fmt: skip


# --- Figures -------------------------------------------------------------------------------

# Whole sentences: a clause put into another cannot be translated.
WITHHELD: Mapping[Withheld, str] = {
    Withheld.SIDE_TOO_SMALL: gettext_noop(
        "The figures of %(side)s are withheld: fewer than %(group)s people of this side have voted."
    ),
    Withheld.TOO_FEW_ANSWERS: gettext_noop(
        "The figures of %(side)s are withheld: fewer than %(cell)s people of this side have answered here."
    ),
    Withheld.WAITING: gettext_noop(
        "The figures of %(side)s are withheld: they wait until more people of this side have voted."
    ),
}


def every_side_is_shown(sides: tuple[SideFigure, ...]) -> Check:
    missing = [side.name for side in sides if side.cell is None]
    if not sides:
        return Check("sides", False, gettext_noop("No side has been counted yet."))
    if missing:
        sentence = gettext_noop("Not every side has been counted: %(sides)s is missing.")
        return Check("sides", False, sentence, {"sides": missing})
    return Check("sides", True, gettext_noop("Every side has been counted."))


def cells_are_large_enough(sides: tuple[SideFigure, ...], thresholds: Thresholds) -> Check:
    """The engine withholds small cells; here each is asked for its reason."""
    facts: dict[str, object] = {"group": thresholds.group, "cell": thresholds.cell, "gate": thresholds.gate}
    for side in sides:
        if side.cell is not None and not side.cell.shown:
            return Check("cell sizes", False, WITHHELD[side.cell.withheld], {"side": side.name, **facts})
    sentence = gettext_noop("Each figure rests on %(cell)s people or more, of a side of %(group)s or more.")
    return Check("cell sizes", True, sentence, facts)


def every_side_supports(sides: tuple[SideFigure, ...]) -> Check:
    """All of them: the whole released interval of every side lies at or above one half."""
    lacking = [side.name for side in sides if side.cell is None or not side.cell.credible_majority]
    if lacking:
        sentence = gettext_noop("Not sure to be supported by a majority of %(sides)s.")
        return Check("support", False, sentence, {"sides": lacking})
    if not sides:
        return Check("support", False, gettext_noop("No side has been counted yet."))
    return Check("support", True, gettext_noop("Supported by a credible majority of every side."))


def figures_are_rounded(sides: tuple[SideFigure, ...], thresholds: Thresholds) -> Check:
    """Looks again at what the engine promised, before it is printed."""
    exact = [side.name for side in sides if side.cell is not None and not _rounded(side.cell, thresholds)]
    facts: dict[str, object] = {"unit": thresholds.round_to}
    if exact:
        sentence = gettext_noop("The figures of %(sides)s are not rounded to %(unit)s.")
        return Check("rounding", False, sentence, {"sides": exact, **facts})
    return Check("rounding", True, gettext_noop("Every count is rounded to %(unit)s."), facts)


def _rounded(cell: Cell, thresholds: Thresholds) -> bool:
    counts = [cell.answered, cell.agree, cell.disagree, cell.passed]
    whole = all(count % thresholds.round_to == 0 for count in counts if count is not None)
    outward = all(end % 5 == 0 for end in (cell.low, cell.high) if end is not None)
    numbers = [cell.agree, cell.disagree, cell.passed, cell.percent]
    coded = cell.shown and cell.band is not Band.NONE
    silent = all(number is None for number in numbers)
    return whole and outward and (silent or not coded)


# --- Words ---------------------------------------------------------------------------------


def nobody_is_named(text: str, roster: Roster) -> Check:
    found = name_in(text, roster)
    if found:
        sentence = gettext_noop("“%(found)s” could point to a person; say it without.")
        return Check("names", False, sentence, {"found": found})
    sentence = gettext_noop("No name, pseudonym or affiliation of this process stands in it.")
    return Check("names", True, sentence)


def nobody_is_quoted(text: str, remarks: Iterable[str]) -> Check:
    found = quotation_in(text, remarks)
    if found:
        sentence = gettext_noop("“%(found)s” was said in a room; say it in other words.")
        return Check("quotations", False, sentence, {"found": found})
    facts = {"words": QUOTED_RUN}
    return Check("quotations", True, gettext_noop("No %(words)s words in a row stand in a remark."), facts)


def no_date_is_finer_than_a_month(text: str) -> Check:
    found = fine_date_in(text)
    if found:
        sentence = gettext_noop("“%(found)s” is finer than a month; a month is enough.")
        return Check("dates", False, sentence, {"found": found})
    return Check("dates", True, gettext_noop("No date is finer than a month."))


def language_is_reviewed_or_marked(wording: Wording, marked_draft: bool) -> Check:
    if wording is not Wording.DRAFT:
        return Check("language", True, gettext_noop("The wording in this language is reviewed."))
    if marked_draft:
        return Check("language", True, gettext_noop("A draft translation, and marked as one."))
    return Check(
        "language", False, gettext_noop("A draft translation must be reviewed, or marked as a draft.")
    )


# --- The reading behind them ---------------------------------------------------------------

# Parts of names that are also ordinary words, or no name by themselves.
PARTICLES = frozenset(
    ("abu", "bin", "ben", "bint", "dal", "del", "della", "den", "der", "ibn", "les", "van", "von")
)
CLITICS = re.compile("^[وف]?[بكل]?(?:ال)?(?=..)")  # what Arabic writes onto the front of a word
WRITTEN = re.compile(r"[\w\u200b-\u200f\u202a-\u202e\u2060-\u2069]+")  # with signs nobody sees
CONTACT = re.compile(r"\S+@\S+|@\w{2,}|https?://\S+|www\.\S+|(?:\+|\b0)\d[\d ()./-]{6,}\d")


def words_of(text: str) -> list[str]:
    """Words as they are compared: without case, accents, vowel signs and lengthening strokes."""
    spread = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(c for c in spread if not unicodedata.combining(c) and c != "\u0640" and not _is_format(c))
    return re.findall(r"\w+", plain)


def _is_format(character: str) -> bool:
    return unicodedata.category(character) == "Cf"  # zero-width and direction signs could split a name


def name_in(text: str, roster: Roster) -> str:
    """The first thing in the text that names a person or a body of the process, or "".

    A part of a name counts where it is written as a name: "Marsh" the pseudonym, not "marsh"
    the wetland; scripts without capitals cannot tell, and err towards finding.
    """
    words = words_of(text)
    for whole in (*roster.people, *roster.pseudonyms, *roster.affiliations):
        if len(words_of(whole)) > 1 and _run_in(words_of(whole), words):
            return whole
    parts = {part for name in (*roster.people, *roster.pseudonyms) for part in _telling_parts(name)}
    parts |= {word for name in roster.affiliations if len(words_of(name)) == 1 for word in words_of(name)}
    for written in (match.group() for match in WRITTEN.finditer(text)):
        if not written[:1].islower() and _forms(written) & parts:
            return written
    return next((match.group() for match in CONTACT.finditer(text)), "")


def _telling_parts(name: str) -> set[str]:
    parts = words_of(name)
    alone = len(parts) == 1
    telling = {part for part in parts if alone or (len(part) >= 3 and part not in PARTICLES)}
    return telling | {CLITICS.sub("", part) for part in telling}


def _forms(written: str) -> set[str]:
    plain = words_of(written)
    return {*plain, *(CLITICS.sub("", word) for word in plain)}


def _run_in(run: list[str], words: list[str]) -> bool:
    bare_run, bare = ([CLITICS.sub("", word) for word in some] for some in (run, words))
    return any(bare[i : i + len(run)] == bare_run for i in range(len(words) - len(run) + 1))


def quotation_in(text: str, remarks: Iterable[str]) -> str:
    """The first run of words that also stands in a remark: eight in a row, or all of a short one."""
    words = words_of(text)
    runs = {tuple(words[i : i + QUOTED_RUN]) for i in range(len(words) - QUOTED_RUN + 1)}
    for remark in remarks:
        said = words_of(remark)
        for i in range(len(said) - QUOTED_RUN + 1):
            if tuple(said[i : i + QUOTED_RUN]) in runs:
                return " ".join(said[i : i + QUOTED_RUN])
        if SHORT_REMARK <= len(said) < QUOTED_RUN and _run_in(said, words):
            return " ".join(said)
    return ""


_MONTHS = "|".join((
    "January February March April May June July August September October November December",
    "Jan Feb Mar Apr Jun Jul Aug Sept Sep Oct Nov Dec",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "يناير فبراير مارس أبريل إبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
    "شباط آذار نيسان أيار حزيران تموز آب أيلول",
    "جانفي فيفري أفريل ماي جوان جويلية أوت",
)).replace(" ", "|")  # fmt: skip
_TWO_WORD_MONTHS = r"كانون\s+(?:الأول|الثاني)|تشرين\s+(?:الأول|الثاني)"
_MONTH = rf"(?:{_TWO_WORD_MONTHS}|{_MONTHS})\b\.?"
_DAY = r"(?:[12]\d|3[01]|0?[1-9])"
FINE_DATES = tuple(re.compile(pattern) for pattern in (
    rf"\b{_DAY}\s*(?:st|nd|rd|th|er)?(?:\s+of)?\s+(?:من\s+)?{_MONTH}",  # 3 May, 1er mai, ٣ مايو
    rf"\b{_MONTH}\s+{_DAY}(?:st|nd|rd|th)?\b(?!\d)",  # May 3rd
    r"\b\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b",  # 2031-05-03
    r"\b\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}\b",  # 3.5.2031
    r"\b\d{1,2}:\d{2}\b|\b\d{1,2}\s?h\s?\d{2}\b|\b\d{1,2}\s?(?:am|pm)\b",  # 14:30, 14 h 30, 3 pm
))  # fmt: skip


def fine_date_in(text: str) -> str:
    """The first day or hour named in the text, or ""; digits of every script are read."""
    composed = unicodedata.normalize("NFC", text)
    read = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in composed)
    return next((match.group() for pattern in FINE_DATES if (match := pattern.search(read))), "")
