"""What may become a line of a paper: every side, large cells, rounded figures, nobody to be found."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracktwo.engines.disclosure import STANDARD, Band, Cell, Withheld
from tracktwo.transfer import rules
from tracktwo.transfer.rules import LineCheck, Roster, SideFigure, State, Wording

SUPPORTED = Cell(Withheld.NOT, 80, 65, 10, 5, 81, Band.NONE, 70, 90)
NEARLY_ALL = Cell(Withheld.NOT, 40, None, None, None, None, Band.NEARLY_ALL, 80, 100)
DIVIDED = Cell(Withheld.NOT, 80, 40, 35, 5, 50, Band.NONE, 35, 65)
SMALL = Cell(Withheld.SIDE_TOO_SMALL, None, None, None, None, None, Band.NONE, None, None)
SPARSE = replace(SMALL, withheld=Withheld.TOO_FEW_ANSWERS)

ROSTER = Roster(
    people=("Desha Morn", "Anso van Quill", "نور الحداد"),
    pseudonyms=("Marsh", "Alder"),
    affiliations=("Centre for River Dialogue", "Ferrymen"),
    remarks=(
        "We could live with gauges that both of us read, if nobody calls it a right.",
        "The water was never ours alone",
    ),
)
SENTENCE = "No village on either bank should go without drinking water in a dry year"


def sides(*cells: Cell | None) -> tuple[SideFigure, ...]:
    return tuple(
        SideFigure(name, cell) for name, cell in zip(("North", "South", "East"), cells, strict=False)
    )


def checked(
    text: str = SENTENCE, figures: tuple[SideFigure, ...] | None = None, **given_otherwise
) -> LineCheck:
    figures = sides(SUPPORTED, NEARLY_ALL) if figures is None else figures
    asked = {"roster": ROSTER, "wording": Wording.REVIEWED, "marked_draft": False, **given_otherwise}
    return rules.check_line(text, figures, **asked)


def test_a_line_that_passes_every_check_is_released():
    check = checked()
    assert check.released
    assert check.reasons == ()
    assert [(one.name, str(one)) for one in check.checks] == [
        ("sides", "Every side has been counted."),
        ("cell sizes", "Each figure rests on 5 people or more, of a side of 10 or more."),
        ("support", "Supported by a credible majority of every side."),
        ("rounding", "Every count is rounded to 5."),
        ("names", "No name, pseudonym or affiliation of this process stands in it."),
        ("quotations", "No 8 words in a row stand in a remark."),
        ("dates", "No date is finer than a month."),
        ("language", "The wording in this language is reviewed."),
    ]


@pytest.mark.parametrize(
    ("figures", "reasons"),
    [
        (
            sides(SUPPORTED, None),
            ["Not every side has been counted: South is missing.",
             "Not sure to be supported by a majority of South."],
        ),
        (
            sides(SUPPORTED, SMALL, NEARLY_ALL),
            ["The figures of South are withheld: fewer than 10 people of this side have voted.",
             "Not sure to be supported by a majority of South."],
        ),
        (
            sides(SPARSE, SUPPORTED),
            ["The figures of North are withheld: fewer than 5 people of this side have answered here.",
             "Not sure to be supported by a majority of North."],
        ),
        (sides(DIVIDED, SUPPORTED, DIVIDED), ["Not sure to be supported by a majority of North, East."]),
        (sides(replace(SUPPORTED, agree=66)), ["The figures of North are not rounded to 5."]),
        (sides(replace(SUPPORTED, low=71)), ["The figures of North are not rounded to 5."]),
        (sides(replace(NEARLY_ALL, agree=40)), ["The figures of North are not rounded to 5."]),
        ((), ["No side has been counted yet.", "No side has been counted yet."]),
    ],
)  # fmt: skip
def test_a_line_is_withheld_with_its_reasons_in_words(figures, reasons):
    check = checked(figures=figures)
    assert not check.released
    assert [str(reason) for reason in check.reasons] == reasons


# --- Names -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("As Desha Morn has long said, gauges help", "Desha Morn"),
        ("As DESHA  MORN has long said, gauges help", "Desha Morn"),
        ("Professor Morn's gauges help", "Morn"),
        ("What Quill proposed should be tried", "Quill"),
        ("What Qu\u200bill proposed should be tried", "Qu\u200bill"),
        ("Marsh spoke for many", "Marsh"),
        ("The centre for river dialogue should go on", "Centre for River Dialogue"),
        ("The Ferrymen should have a seat", "Ferrymen"),
        ("وقال الحداد إن الماء للجميع", "الحداد"),
        ("هكذا قال السيد والحداد معه", "والحداد"),
        ("هذا رأي لنور الحداد", "نور الحداد"),
        ("Write to alder@example.org", "alder@example.org"),
        ("Ask @basalt", "@basalt"),
        ("See https://example.org/who", "https://example.org/who"),
        ("Call +44 20 7946 0000", "+44 20 7946 0000"),
    ],
)
def test_a_name_a_pseudonym_or_an_affiliation_is_found(text, found):
    assert rules.name_in(text, ROSTER) == found
    assert [str(reason) for reason in checked(text).reasons] == [
        f"“{found}” could point to a person; say it without."
    ]


@pytest.mark.parametrize(
    "text",
    [
        SENTENCE,
        "A marsh below the dam should be kept",  # the wetland, not the pseudonym
        "A fund of 2 000 000 for the years 1990-2000, for van drivers",
        "Morning and evening readings should be open to both",
        "The centre of the river belongs to nobody",
        "ينبغي ألّا تُحرَم أيّ قرية على أيّ من الضفتين من مياه الشرب في سنة جافة",
    ],
)
def test_ordinary_words_are_no_names(text):
    assert rules.name_in(text, ROSTER) == ""


@given(st.text(), st.lists(st.text(max_size=20), max_size=3))
def test_any_text_can_be_read(text, names):
    roster = Roster(tuple(names), tuple(names), tuple(names), tuple(names))
    assert len(checked(text, roster=roster).checks) == 8


# --- Quotations --------------------------------------------------------------------------------


def test_eight_words_in_a_row_of_a_remark_are_a_quotation():
    text = "People could live with gauges that both of us read, in time"
    assert rules.quotation_in(text, ROSTER.remarks) == "could live with gauges that both of us"
    assert [str(reason) for reason in checked(text).reasons] == [
        "“could live with gauges that both of us” was said in a room; say it in other words."
    ]


def test_seven_words_in_a_row_are_none():
    assert rules.quotation_in("People could live with gauges that both of them read", ROSTER.remarks) == ""


def test_a_short_remark_taken_whole_is_a_quotation():
    said = "Some hold that the water was never ours alone, and some do not"
    assert rules.quotation_in(said, ROSTER.remarks) == "the water was never ours alone"
    assert rules.quotation_in("Yes, I agree", ("I agree",)) == ""


@given(st.lists(st.sampled_from(["one", "two", "three", "four", "five"]), min_size=8, max_size=20), st.data())
def test_a_quotation_is_found_wherever_it_stands(said, data):
    start = data.draw(st.integers(0, len(said) - 8))
    text = " ".join(["before", *said[start : start + 8], "after"])
    assert rules.quotation_in(text, (" ".join(said),)) != ""


# --- Dates -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("since 3 May the gauges stand still", "3 May"),
        ("since the 3rd of May 2031", "3rd of May"),
        ("since May 3rd", "May 3rd"),
        ("since Sept. 12 nothing has moved", "Sept. 12"),
        ("depuis le 1er mai", "1er mai"),
        ("depuis le 14 juillet", "14 juillet"),
        ("منذ ٣ مايو", "3 مايو"),
        ("منذ 12 من كانون الثاني", "12 من كانون الثاني"),
        ("on 2031-05-03", "2031-05-03"),
        ("on 3.5.2031", "3.5.2031"),
        ("at 14:30 the gates opened", "14:30"),
        ("à 14 h 30", "14 h 30"),
        ("at 3 pm", "3 pm"),
    ],
)
def test_a_day_or_an_hour_is_found(text, found):
    assert rules.fine_date_in(text) == found
    assert [reason.name for reason in checked(text).reasons] == ["dates"]


@pytest.mark.parametrize(
    "text",
    ["since May 2031", "in March", "en mai 2031", "في مايو 2031", "Article 3 may be read so", "1:4 of it"],
)
def test_a_month_is_coarse_enough(text):
    assert rules.fine_date_in(text) == ""


# --- Language and states -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wording", "marked", "passed"),
    [
        (Wording.ORIGINAL, False, True),
        (Wording.REVIEWED, False, True),
        (Wording.DRAFT, True, True),
        (Wording.DRAFT, False, False),
    ],
)
def test_a_draft_translation_is_marked_as_one(wording, marked, passed):
    assert checked(wording=wording, marked_draft=marked).released == passed


def test_the_steps_of_a_paper():
    allowed = [(now.value, to.value) for now in State for to in State if rules.may_move(now, to)]
    assert allowed == [("draft", "signed"), ("signed", "draft"), ("signed", "released")]
    assert set(rules.STATE_NAMES) == set(State)


def test_what_is_checked_is_what_the_engine_promises_by_default():
    assert (STANDARD.group, STANDARD.cell, STANDARD.round_to, STANDARD.gate) == (10, 5, 5, 5)
