"""The agenda as a text: read into days and sessions, told by the clock, handed on to a calendar."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracktwo.errors import BadInput
from tracktwo.preparation import agenda, templates
from tracktwo.preparation.agenda import Where, clock, held, read
from tracktwo.preparation.calendar import calendar_file

TEXT = """
place: The house by the river
begins: 2027-03-01
hours: UTC+3

# First day | 09:00 | on site
30 Opening
~ 15 Coffee
- 90 min Needs and fears | online
> until each side has restated the other's

# Second day | 14.30 | hybrid
٤٥ Ideas
"""
CYCLE = "begins: 2027-01-01\nhours: UTC-3:30\n# Meeting | 10:00 | online\n60 Talk\nrepeat: 3 times, every 30 days\n# Last | 10:00\n20 End"


def found(text: str) -> agenda.Agenda:
    reading = read(text)
    assert reading.faults == ()
    assert reading.agenda is not None
    return reading.agenda


def said(text: str) -> list[str]:
    return [str(fault) for fault in read(text).faults]


def test_sessions_follow_one_another_from_the_hour_of_the_day():
    first, second = found(TEXT).days
    assert [(s.number, s.title, s.start, s.end, s.where) for s in first.sessions] == [
        (1, "Opening", "09:00", "09:30", Where.ON_SITE),
        (0, "Coffee", "09:30", "09:45", Where.ON_SITE),
        (2, "Needs and fears", "09:45", "11:15", Where.ONLINE),
    ]
    assert first.sessions[2].notes == ("until each side has restated the other's",)
    assert [(s.number, s.start, s.minutes, s.where) for s in second.sessions] == [
        (3, "14:30", 45, Where.HYBRID)
    ]
    assert (first.date, second.date) == (datetime.date(2027, 3, 1), datetime.date(2027, 3, 2))
    assert (found(TEXT).place, found(TEXT).zone) == ("The house by the river", "UTC+3")


def test_what_a_day_leaves_open_is_as_usual():
    (day,) = found("# A | | online\n30 b").days
    assert (day.sessions[0].start, day.where) == ("09:00", Where.ONLINE)


def test_a_cycle_with_a_date_is_written_out_and_numbered_through():
    days = found(CYCLE).days
    assert [str(day.date) for day in days] == ["2027-01-01", "2027-01-31", "2027-03-02", "2027-03-03"]
    assert [day.cycle for day in days] == [1, 2, 3, 1]
    assert [day.sessions[0].number for day in days] == [1, 2, 3, 4]
    assert found(CYCLE).zone == "UTC-3:30"


def test_a_cycle_without_a_date_stands_once():
    undated = found(CYCLE.replace("begins: 2027-01-01", "begins:"))
    assert [day.name for day in undated.days] == ["Meeting", "Last"]
    assert not undated.has_dates
    assert held(undated) == ()


def test_a_day_may_say_its_own_date_and_the_next_follows_it():
    days = found("begins: 2027-01-01\n# A\n10 a\n# B | 2027-05-05 08:15\n10 b\n# C\n10 c").days
    assert [str(day.date) for day in days] == ["2027-01-01", "2027-05-05", "2027-05-06"]
    assert days[1].sessions[0].start == "08:15"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Lunch", "Line 1: a session begins with its minutes and has a title."),
        ("# A\n30", "Line 2: a session begins with its minutes and has a title."),
        ("30 Opening", "Line 1: this session belongs to no day."),
        ("> a note", "Line 1: this note belongs to no session."),
        ("# A\n> a note", "Line 2: this note belongs to no session."),
        ("begins: soon\n# A\n30 b", "Line 1: “soon” is no date."),
        ("begins: 2027-02-30\n# A\n30 b", "Line 1: “2027-02-30” is no date."),
        ("begins: 2027-02\n# A\n30 b", "Line 1: “2027-02” is no date."),
        ("hours: Cairo\n# A\n30 b", "Line 1: “Cairo” does not say which hours are meant."),
        ("hours: UTC+15\n# A\n30 b", "Line 1: “UTC+15” does not say which hours are meant."),
        ("# A | 25:00\n30 b", "Line 1: “25:00” is no hour of the day."),
        ("# A | the moon\n30 b", "Line 1: “the moon” is neither an hour, nor a date, nor"),
        ("# A\n0 b", "Line 2: 0 minutes are no length for a session."),
        ("# A\n721 b", "Line 2: 721 minutes are no length for a session."),
        ("# A | 23:00\n61 b", "Line 2: with this session the day runs past midnight."),
        ("repeat: 3 times, every 3 days", "Line 1: there is no day above to repeat."),
        ("# A\n30 b\nrepeat: often", "Line 3: say how many times (up to 60)"),
        ("# A\n30 b\nrepeat: 61 times, every 3 days", "Line 3: say how many times (up to 60)"),
        ("begins: 9999-12-31\n# A\n30 b", "Line 1: “9999-12-31” is no date."),
        ("99999999 b", "Line 1: a session begins with its minutes"),
        ("# A\n30 b\nrepeat: 60 times, every 9 days\n" * 7, "The agenda has more than 400 days."),
        ("", "The agenda has no session yet."),
        ("# A", "The agenda has no session yet."),
    ],
)
def test_a_fault_says_the_line_what_is_wrong_and_what_to_write(text, sentence):
    (fault,) = said(text)
    assert fault.startswith(sentence)
    assert ". " in fault  # what is wrong, and then what to write


def test_all_faults_are_told_at_once():
    assert len(said("Lunch\nbegins: soon\n> lost\n# A | 25:00")) == 4


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="0123456789 #~>|:-+UTCrepatbginshou\nعشéد٣", max_size=120))
def test_whatever_is_written_is_read_or_refused_in_sentences(text):
    reading = read(text)
    assert (reading.agenda is None) == bool(reading.faults)
    for fault in reading.faults:
        assert str(fault)
    if reading.agenda:
        for one in held(reading.agenda):
            assert one.begins < one.ends


def test_the_clock_says_what_is_now_and_what_is_next():
    there = found(TEXT)

    def told(hour: int, minute: int, day: int = 1) -> tuple[str, str, str]:
        found_then = clock(there, datetime.datetime(2027, 3, day, hour, minute, tzinfo=datetime.UTC))
        now, after = found_then.now, found_then.next
        return (now.session.title if now else "", after.session.title if after else "", found_then.hour)

    assert told(5, 59) == ("", "Opening", "08:59")
    assert told(6, 0) == ("Opening", "Coffee", "09:00")
    assert told(6, 30) == ("Coffee", "Needs and fears", "09:30")
    assert told(8, 15) == ("", "Ideas", "11:15")
    assert told(12, 14, day=2) == ("Ideas", "", "15:14")
    assert told(12, 15, day=2) == ("", "", "15:15")


# --- the calendar file ------------------------------------------------------------------------------


def filed(text: str, title: str = "River studies") -> str:
    return calendar_file(found(text), title=title, key=b"key", made=datetime.date(2026, 1, 2))


def test_the_calendar_file_holds_hours_the_cover_title_and_numbers_and_no_other_word():
    told = filed(TEXT)
    lines = told.split("\r\n")
    assert [line for line in lines if line.startswith("SUMMARY")] == [
        "SUMMARY:River studies 1",
        "SUMMARY:River studies 2",
        "SUMMARY:River studies 3",
    ]
    assert "DTSTART:20270301T060000Z" in lines and "DTEND:20270301T063000Z" in lines
    for word in (
        "Opening",
        "Coffee",
        "Needs",
        "Ideas",
        "house",
        "day",
        "LOCATION",
        "DESCRIPTION",
        "restated",
    ):
        assert word not in told


def test_entries_of_two_processes_do_not_carry_the_same_name():
    one, other = (
        calendar_file(found(TEXT), title="x", key=key, made=datetime.date(2026, 1, 2)) for key in (b"1", b"2")
    )
    names = [{line for line in told.split("\r\n") if line.startswith("UID")} for told in (one, other)]
    assert len(names[0] | names[1]) == 6


@pytest.mark.parametrize("title", ["a, b; c\\d", "حلقة قراءة " * 12, "é" * 80])
def test_lines_of_a_calendar_are_short_and_escaped(title):
    told = filed(TEXT, title)
    assert all(len(line.encode()) <= 75 for line in told.split("\r\n"))
    unfolded = told.replace("\r\n ", "")
    escaped = title.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;")
    assert f"SUMMARY:{escaped} 1\r\n" in unfolded


# --- the templates ----------------------------------------------------------------------------------


@pytest.mark.parametrize("key", templates.KEYS)
def test_a_template_says_the_same_in_every_language(key):
    versions = templates.load(key)
    assert set(versions) == set(templates.LANGUAGES)
    shapes = {
        tuple(
            (s.number, s.begins, s.minutes, s.where) for day in found(one.agenda).days for s in day.sessions
        )
        for one in versions.values()
    }
    assert len(shapes) == 1
    assert {(one.kind, one.rules == templates.CHATHAM) for one in versions.values()}.__len__() == 1
    assert [versions[language].state for language in ("en", "fr", "ar")] == ["source", "draft", "draft"]
    cycles = {tuple((c.times, c.every) for c in found(one.agenda).cycles) for one in versions.values()}
    assert len(cycles) == 1


def test_the_workshop_keeps_constraints_back_until_there_are_ideas():
    titles = [
        s.title
        for day in found(templates.load("problem-solving-workshop")["en"].agenda).days
        for s in day.sessions
        if s.number
    ]
    order = [next(n for n, title in enumerate(titles) if title.startswith(word)) for word in (
        "Opening", "Information exchange", "Needs and fears", "Joint thinking", "Constraints", "Overcoming", "Re-entry")]  # fmt: skip
    assert order == sorted(order)


def test_ground_rules_of_a_template_are_chatham_or_its_own():
    assert templates.rules_of("problem-solving-workshop")["ar"].startswith("1. ")
    assert "72" not in templates.rules_of("crisis")["en"]
    assert templates.rules_of("crisis")["en"] != templates.rules_of("problem-solving-workshop")["en"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("no head", "has no head"),
        ("---\nname: x\nstate: wrong\nkind: real\n---\n", "its head is not complete"),
        ("---\nstate: draft\nkind: real\n---\n", "its head is not complete"),
        ("---\nname: x\nstate: draft\nkind: real\n---\n## a\nb\n", "does not have three parts"),
        (
            "---\nname: x\nstate: draft\nkind: real\n---\n## a\nb\n## c\nd\n## e\nLunch\n",
            "its agenda cannot be read: Line 1",
        ),
    ],
)
def test_a_template_that_cannot_be_read_says_why(tmp_path, text, fault):
    (tmp_path / "x.en.md").write_text(text)
    with pytest.raises(BadInput, match=f"^x.en.md: {fault}"):
        templates._read(tmp_path / "x.en.md")


def test_a_missing_template_says_so(tmp_path):
    with pytest.raises(BadInput, match="the file is missing"):
        templates._read(tmp_path / "x.en.md")
    (tmp_path / "y.en.md").write_bytes(b"\xff\xfe")
    with pytest.raises(BadInput, match="not UTF-8"):
        templates._read(tmp_path / "y.en.md")
