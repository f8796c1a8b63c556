"""The agenda: a plain text that people edit, read into days and sessions. Pure; no database, no web framework.

    place: The house by the river
    begins: 2027-03-01
    hours: UTC+3

    # First day | 09:00 | on site
    30 Opening
    ~ 15 Coffee
    90 Needs and fears | online
    > until each side has restated the other's
    repeat: 6 times, every 30 days

A line with # begins a day, a number of minutes a session, ~ a pause, > a note on the session above. A line
`repeat` makes a cycle of the days above it. Words may stand in English, French or Arabic; numbers as well.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from tracktwo.errors import Refusal, gettext_noop

DAY = 24 * 60
LONGEST_SESSION = 12 * 60
MOST_TIMES, MOST_DAYS = 60, 366
MOST_HELD = 400  # days of a whole agenda, every turn of its cycles counted
YEARS = range(2000, 2200)


class Where(StrEnum):
    """How people meet."""

    ON_SITE = "on site"
    ONLINE = "online"
    HYBRID = "hybrid"


WHERE_NAMES: dict[Where, str] = {
    Where.ON_SITE: gettext_noop("on site"),
    Where.ONLINE: gettext_noop("online"),
    Where.HYBRID: gettext_noop("hybrid"),
}

# The words of the format in each language of the interface: an agenda is written in the language of its readers.
_WHERE = {
    "on site": Where.ON_SITE, "online": Where.ONLINE, "hybrid": Where.HYBRID,
    "sur place": Where.ON_SITE, "en ligne": Where.ONLINE, "hybride": Where.HYBRID,
    "حضوريا": Where.ON_SITE, "حضوري": Where.ON_SITE, "عبر الإنترنت": Where.ONLINE, "مختلط": Where.HYBRID,
}  # fmt: skip
_KEYS = {
    "place": "place", "begins": "begins", "hours": "hours", "repeat": "repeat",
    "lieu": "place", "début": "begins", "heures": "hours", "répéter": "repeat",
    "المكان": "place", "البداية": "begins", "التوقيت": "hours", "تكرار": "repeat",
}  # fmt: skip

_KEY = re.compile(r"([^\W\d_]+)\s*[:：]\s*(.*)")
_SESSION = re.compile(r"[-*]?\s*(\d{1,5})(?!\d)\s*(?:min\b\.?|دقيقة|')?\s*(.*)")
_CLOCK = re.compile(r"(\d{1,2})\s*[:h.]\s*(\d{2})")
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_OFFSET = re.compile(r"UTC\s*(?:([+\-−])\s*(\d{1,2})(?:[:.](\d{2}))?)?", re.IGNORECASE)


@dataclass(frozen=True)
class Session:
    """One session or pause. `number` is 0 for a pause; minutes are counted from the midnight that began "
    "its day."""

    number: int
    title: str
    begins: int
    minutes: int
    where: Where
    notes: tuple[str, ...] = ()

    @property
    def ends(self) -> int:
        return self.begins + self.minutes

    @property
    def is_pause(self) -> bool:
        return self.number == 0

    @property
    def start(self) -> str:
        return _hour(self.begins)

    @property
    def end(self) -> str:
        return _hour(self.ends)


@dataclass(frozen=True)
class Day:
    """A day with its sessions; without a date as long as nobody has fixed one. Of which cycle, from 1 on."""

    name: str
    begins: int
    where: Where
    date: datetime.date | None
    sessions: tuple[Session, ...]
    cycle: int = 1


@dataclass(frozen=True)
class Cycle:
    """Days that are held once, or several times at a distance of so many days."""

    days: tuple[Day, ...]
    times: int = 1
    every: int = 0


@dataclass(frozen=True)
class Agenda:
    """What an agenda says: where, in which hours, and its cycles of days."""

    place: str
    offset: int  # minutes before (+) or behind (-) Universal Time
    cycles: tuple[Cycle, ...]

    @property
    def zone(self) -> str:
        if not self.offset:
            return "UTC"
        hours, minutes = divmod(abs(self.offset), 60)
        return f"UTC{'-' if self.offset < 0 else '+'}{hours}" + (f":{minutes:02d}" if minutes else "")

    @property
    def days(self) -> tuple[Day, ...]:
        """Every day as it is held: a cycle with a date is written out, one without stands once."""
        return tuple(_numbered(self.cycles))

    @property
    def has_dates(self) -> bool:
        return any(day.date for day in self.days)


@dataclass(frozen=True)
class Held:
    """A session on its date, in Universal Time."""

    session: Session
    day: Day
    begins: datetime.datetime
    ends: datetime.datetime


@dataclass(frozen=True)
class Reading:
    """What came of reading: the agenda, or the faults, each a sentence. The text itself is never changed."""

    agenda: Agenda | None
    faults: tuple[Refusal, ...] = ()


# --- reading --------------------------------------------------------------------------------------


@dataclass
class _Page:
    """What has been read so far."""

    place: str = ""
    offset: int = 0
    begins: datetime.date | None = None
    cycles: list[Cycle] = field(default_factory=list)
    days: list[Day] = field(default_factory=list)  # of the cycle being read
    faults: list[Refusal] = field(default_factory=list)

    def fault(self, sentence: str, line: int, **facts: object) -> None:
        self.faults.append(Refusal(sentence, line=line, **facts))


def read(text: str) -> Reading:
    """Read an agenda. Every fault is told, not only the first."""
    page = _Page()
    for number, line in enumerate(text.splitlines(), start=1):
        said = line.strip()
        if said:
            _line(page, number, said)
    if page.days:
        page.cycles.append(Cycle(tuple(page.days)))
    if not page.faults and not any(day.sessions for cycle in page.cycles for day in cycle.days):
        page.faults.append(
            Refusal(
                gettext_noop(
                    "The agenda has no session yet. Write a line such as “# First day | 09:00”, and below "
                    "it a line such as “30 Opening”."
                )
            )
        )
    if sum(len(cycle.days) * cycle.times for cycle in page.cycles) > MOST_HELD:
        page.faults.append(
            Refusal(
                gettext_noop("The agenda has more than %(most)s days. Repeat its cycles less often."),
                most=MOST_HELD,
            )
        )
    if page.faults:
        return Reading(None, tuple(page.faults))
    return Reading(Agenda(page.place, page.offset, tuple(_dated(page.cycles, page.begins))))


def _line(page: _Page, number: int, said: str) -> None:
    key = _KEY.fullmatch(said)
    if said.startswith("#"):
        _day(page, number, said.lstrip("#").strip())
    elif said.startswith(">"):
        _note(page, number, said[1:].strip())
    elif said.startswith("~"):
        _session(page, number, said[1:].strip(), pause=True)
    elif key and key[1].casefold() in _KEYS:
        _keyed(page, number, _KEYS[key[1].casefold()], key[2].strip())
    else:
        _session(page, number, said, pause=False)


def _keyed(page: _Page, number: int, key: str, value: str) -> None:
    if key == "place":
        page.place = value
    elif key == "begins":
        page.begins = _date(page, number, value) if value else None
    elif key == "hours":
        page.offset = _offset(page, number, value) if value else 0
    else:
        _repeat(page, number, value)


def _day(page: _Page, number: int, said: str) -> None:
    """`# Name | date and hour | place`; each but the name may be missing."""
    name, *rest = (part.strip() for part in said.split("|"))
    before = page.days[-1] if page.days else None
    begins, date, where = 9 * 60, None, before.where if before else Where.ON_SITE
    for part in rest:
        found = _WHERE.get(part.casefold())
        dated, clock = _DATE.search(part), _CLOCK.search(_DATE.sub("", part))
        if found:
            where = found
        elif dated or clock:
            date = _date(page, number, dated.group()) if dated else date
            begins = _clock(page, number, clock) if clock else begins
        elif part:
            page.fault(
                gettext_noop(
                    "Line %(line)s: “%(part)s” is neither an hour, nor a date, nor “on site”, “online” or "
                    "“hybrid”. Write for example: # First day | 09:00 | online"
                ),
                number,
                part=part,
            )
    page.days.append(Day(name or str(len(page.days) + 1), begins, where, date, ()))


def _session(page: _Page, number: int, said: str, *, pause: bool) -> None:
    found = _SESSION.fullmatch(said)
    if found is None or not found[2]:
        page.fault(
            gettext_noop(
                "Line %(line)s: a session begins with its minutes and has a title. Write for example: 90 "
                "Needs and fears"
            ),
            number,
        )
        return
    if not page.days:
        page.fault(
            gettext_noop(
                "Line %(line)s: this session belongs to no day. Write a line such as “# First day | "
                "09:00” above it."
            ),
            number,
        )
        return
    minutes, day = int(found[1]), page.days[-1]
    title, where = _title(found[2], day.where)
    begins = day.sessions[-1].ends if day.sessions else day.begins
    if not 1 <= minutes <= LONGEST_SESSION:
        page.fault(
            gettext_noop(
                "Line %(line)s: %(minutes)s minutes are no length for a session. Write from 1 to %(most)s."
            ),
            number,
            minutes=minutes,
            most=LONGEST_SESSION,
        )
    elif begins + minutes > DAY:
        page.fault(
            gettext_noop(
                "Line %(line)s: with this session the day runs past midnight. Begin the day earlier, or "
                "move the session to the next day."
            ),
            number,
        )
    else:
        held = Session(0 if pause else 1, title, begins, minutes, where)
        page.days[-1] = _with(day, (*day.sessions, held))


def _title(said: str, where: Where) -> tuple[str, Where]:
    """A title may end in its own place: `Needs and fears | online`."""
    title, bar, last = said.rpartition("|")
    own = _WHERE.get(last.strip().casefold()) if bar else None
    return (title.strip(), own) if own and title.strip() else (said, where)


def _note(page: _Page, number: int, said: str) -> None:
    if not page.days or not page.days[-1].sessions:
        page.fault(
            gettext_noop(
                "Line %(line)s: this note belongs to no session. Put it below the session it is about."
            ),
            number,
        )
        return
    day = page.days[-1]
    *others, last = day.sessions
    noted = Session(last.number, last.title, last.begins, last.minutes, last.where, (*last.notes, said))
    page.days[-1] = _with(day, (*others, noted))


def _repeat(page: _Page, number: int, value: str) -> None:
    numbers = [int(found) for found in re.findall(r"\d{1,5}", value)]
    if not page.days:
        page.fault(
            gettext_noop(
                "Line %(line)s: there is no day above to repeat. Put this line below the days of the cycle."
            ),
            number,
        )
    elif len(numbers) != 2 or not (1 <= numbers[0] <= MOST_TIMES and 1 <= numbers[1] <= MOST_DAYS):
        page.fault(
            gettext_noop(
                "Line %(line)s: say how many times (up to %(times)s) and after how many days (up to "
                "%(days)s). Write for example: repeat: 6 times, every 30 days"
            ),
            number,
            times=MOST_TIMES,
            days=MOST_DAYS,
        )
    else:
        page.cycles.append(Cycle(tuple(page.days), numbers[0], numbers[1]))
        page.days = []


def _date(page: _Page, number: int, said: str) -> datetime.date | None:
    try:
        date = datetime.date(*(int(part) for part in said.split("-")))
    except (ValueError, TypeError):
        date = datetime.date.min
    if date.year not in YEARS:
        page.fault(
            gettext_noop(
                "Line %(line)s: “%(said)s” is no date. Write year, month and day, for example 2027-03-01."
            ),
            number,
            said=said,
        )
        return None
    return date


def _clock(page: _Page, number: int, found: re.Match[str]) -> int:
    hour, minute = int(found[1]), int(found[2])
    if hour > 23 or minute > 59:
        page.fault(
            gettext_noop(
                "Line %(line)s: “%(said)s” is no hour of the day. Write for example 09:00 or 14:30."
            ),
            number,
            said=found.group(),
        )
        return 0
    return hour * 60 + minute


def _offset(page: _Page, number: int, said: str) -> int:
    found = _OFFSET.fullmatch(said)
    hours, minutes = (int(found[2] or 0), int(found[3] or 0)) if found else (99, 0)
    if hours > 14 or minutes > 59:
        page.fault(
            gettext_noop(
                "Line %(line)s: “%(said)s” does not say which hours are meant. Write how far they are "
                "from Universal Time, for example UTC+3."
            ),
            number,
            said=said,
        )
        return 0
    behind = found is not None and found[1] in ("-", "−")
    return (hours * 60 + minutes) * (-1 if behind else 1)


# --- dates and numbers ----------------------------------------------------------------------------


def _dated(cycles: list[Cycle], begins: datetime.date | None) -> Iterator[Cycle]:
    """Days follow one another from the first date on, unless a day says its own."""
    after = begins
    for cycle in cycles:
        days = []
        for day in cycle.days:
            date = day.date or after
            days.append(Day(day.name, day.begins, day.where, date, day.sessions))
            after = date + datetime.timedelta(days=1) if date else None
        if after and cycle.times > 1:
            after += datetime.timedelta(days=cycle.every * (cycle.times - 1))
        yield Cycle(tuple(days), cycle.times, cycle.every)


def _numbered(cycles: tuple[Cycle, ...]) -> Iterator[Day]:
    """Every day as it is held, its sessions numbered through the whole agenda."""
    number = 0
    for cycle in cycles:
        whole = all(day.date for day in cycle.days)
        for turn in range(cycle.times if whole else 1):
            for day in cycle.days:
                date = day.date + datetime.timedelta(days=cycle.every * turn) if day.date else None
                sessions = []
                for session in day.sessions:
                    number += not session.is_pause
                    own = 0 if session.is_pause else number
                    sessions.append(
                        Session(
                            own, session.title, session.begins, session.minutes, session.where, session.notes
                        )
                    )
                yield Day(day.name, day.begins, day.where, date, tuple(sessions), turn + 1)


def _with(day: Day, sessions: tuple[Session, ...]) -> Day:
    return Day(day.name, day.begins, day.where, day.date, sessions)


def _hour(minutes: int) -> str:
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


# --- the clock ------------------------------------------------------------------------------------


def held(agenda: Agenda) -> tuple[Held, ...]:
    """Every session and pause that has a date, in order of time."""
    found = [
        Held(session, day, _at(day, session.begins, agenda), _at(day, session.ends, agenda))
        for day in agenda.days
        if day.date
        for session in day.sessions
    ]
    return tuple(sorted(found, key=lambda one: one.begins))


def _at(day: Day, minutes: int, agenda: Agenda) -> datetime.datetime:
    assert day.date is not None
    midnight = datetime.datetime.combine(day.date, datetime.time(), tzinfo=datetime.UTC)
    return midnight + datetime.timedelta(minutes=minutes - agenda.offset)


@dataclass(frozen=True)
class Clock:
    """What is now and what is next, and the hour it is there."""

    now: Held | None
    next: Held | None
    hour: str


def clock(agenda: Agenda, at: datetime.datetime) -> Clock:
    """What the agenda says of this moment (in Universal Time)."""
    every = held(agenda)
    now = next((one for one in every if one.begins <= at < one.ends), None)
    after = next((one for one in every if one.begins > at), None)
    there = at + datetime.timedelta(minutes=agenda.offset)
    return Clock(now, after, f"{there:%H:%M}")
