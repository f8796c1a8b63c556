"""The paper on paper: the same bytes each time, nobody's markup, no trace of who or when."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st

from tracktwo.errors import Refusal
from tracktwo.transfer import typesetting
from tracktwo.transfer.typesetting import Paper, PaperLine, SideSupport, WithheldLine, Words, typeset

SIDES = (
    SideSupport("N", "North", "81 %", 81, 70, 90),
    SideSupport("S", "South", "nearly all", None, 85, 100),
    SideSupport("E", "East", "withheld"),
)
LINE = PaperLine("No village should go without drinking water in a dry year", "en", SIDES)
PAPER = Paper(
    "Sentences on a dry year", ("People of every side were asked.",), (LINE,), ("The year will come.",)
)
ARABIC = "ينبغي ألّا تُحرَم أيّ قرية من مياه الشرب في سنة جافة"


def text_of(pdf: bytes, tmp_path: Path) -> str:
    """What a reader can select and a screen reader can say."""
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext (poppler-utils) is not installed")
    file = tmp_path / "paper.pdf"
    file.write_bytes(pdf)
    read = subprocess.run(["pdftotext", "-raw", str(file), "-"], capture_output=True, check=True)
    return " ".join(read.stdout.decode().split())


def pages_of(pdf: bytes) -> int:
    return max(int(count) for count in re.findall(rb"/Count (\d+)", pdf))


def test_the_paper_says_what_was_given(tmp_path):
    text = text_of(typeset(PAPER, "en"), tmp_path)
    for words in ("Sentences on a dry year", "People of every side were asked.", LINE.text, "81 %", "70–90",
                  "nearly all", "85–100", "North", "The year will come.",
                  "No mandate. Nobody is quoted. Figures rounded to five."):  # fmt: skip
        assert words in text


def test_the_same_paper_gives_the_same_bytes():
    assert typeset(PAPER, "en") == typeset(PAPER, "en")


@pytest.mark.parametrize(
    "text",
    [
        '#read("/etc/passwd")',
        "#panic()",
        "#import sys: inputs; *bold* _it_ $x^2$ @label <here>",
        r"\u{1f600} \\ \" \n back\slash",
        '"); #panic(("',
        "= A heading // a comment /* and one more",
        "https://example.org ~ -- --- ... 'quoted' \"twice\"",
    ],
)
def test_what_people_wrote_is_never_read_as_markup(text, tmp_path):
    everywhere = replace(
        PAPER, heading=text, subheading=text, cover=text, introduction=(text,), closing=(text,),
        lines=(replace(LINE, text=text, note=text, sides=(SideSupport(text[:3], text, text, 50, 40, 60),)),),
        withheld=(WithheldLine(text, "en", (text,)),),
    )  # fmt: skip
    shown = text_of(typeset(everywhere, "en"), tmp_path)
    assert shown.replace(" ", "").count(text.replace(" ", "")) >= 6


def test_the_file_names_no_author_and_no_time():
    pdf = typeset(PAPER, "en")
    times = (b"/CreationDate", b"/ModDate", b"CreateDate", b"ModifyDate", b"MetadataDate")
    for trace in (*times, b"/Author", b"dc:creator", b"Tracktwo", b"tracktwo", str(Path.home()).encode()):
        assert trace not in pdf


def test_the_file_is_readable_by_ear():
    """PDF/UA-1: typst refuses to make one without title, language and alternatives."""
    pdf = typeset(PAPER, "fr")
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf
    assert b"/Lang(fr)" in pdf
    assert b"/MarkInfo" in pdf
    assert b"/DisplayDocTitle true" in pdf


def test_arabic_is_set_from_right_to_left_and_may_stand_among_others(tmp_path):
    line = replace(LINE, text=ARABIC, language="ar")
    arabic = typeset(replace(PAPER, lines=(line,)), "ar")
    assert b"/Lang(ar)" in arabic
    assert "قرية" in text_of(arabic, tmp_path)
    assert "قرية" in text_of(typeset(replace(PAPER, lines=(LINE, line)), "en"), tmp_path)


def test_nine_lines_and_three_sides_fill_two_pages():
    assert pages_of(typeset(replace(PAPER, lines=(LINE,) * 9), "en")) == 2


def test_what_is_withheld_stands_on_a_page_of_its_own():
    withheld = (WithheldLine("The dam is ours", "en", ("Not sure to be supported by a majority of South.",)),)
    assert [pages_of(typeset(paper, "en")) for paper in (PAPER, replace(PAPER, withheld=withheld))] == [1, 2]


def test_a_paper_may_have_no_line_yet():
    assert typeset(Paper("Nothing yet", (), ()), "en").startswith(b"%PDF-")


@pytest.mark.parametrize("sides", [2, 3, 5, 8])
def test_two_to_eight_sides_have_their_place(sides):
    many = tuple(replace(SIDES[0], letter="ABCDEFGH"[k], name=f"Side {k}") for k in range(sides))
    assert pages_of(typeset(replace(PAPER, lines=(replace(LINE, sides=many),)), "en")) == 1


def test_signs_that_no_paper_can_show_are_left_out():
    odd = "dry\x00 \ud800year\u202e \ue000reversed\u2066\x1b[31m"
    assert typeset(replace(PAPER, heading=odd), "en") == typeset(
        replace(PAPER, heading="dry year reversed[31m"), "en"
    )


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(max_codepoint=0x17F), max_size=80), st.text(max_size=12))
def test_any_latin_text_and_any_language_code_can_be_set(text, language):
    line = replace(LINE, text=text, language=language)
    assert typeset(replace(PAPER, introduction=(text,), lines=(line,)), language).startswith(b"%PDF-")


def test_letters_without_a_font_are_refused_in_one_sentence(monkeypatch):
    monkeypatch.setattr(typesetting, "_compiled", lambda _sheet, **_: None)
    with pytest.raises(Refusal) as refusal:
        typeset(PAPER, "en")
    assert str(refusal.value) == "The paper has letters for which no font is installed on this machine."


def test_letters_beyond_the_fonts_of_the_house_are_noticed():
    sheet = json.dumps(typesetting._sheet(replace(PAPER, heading="\U00013000"), "en"))
    assert typesetting._compiled(sheet, own_fonts_only=True) is None


def test_a_broken_sheet_is_a_fault_and_not_a_missing_letter(monkeypatch, tmp_path):
    broken = tmp_path / "paper.typ"
    broken.write_text("#panic()")
    monkeypatch.setattr(typesetting, "SHEET", broken)
    with pytest.raises(typst.TypstError):
        typeset(PAPER, "en")


def test_the_words_of_the_sheet_can_be_translated():
    assert Words.translated(str.upper).foot == "NO MANDATE. NOBODY IS QUOTED. FIGURES ROUNDED TO FIVE."
