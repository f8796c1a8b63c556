"""Cards as sheets: there and back, from other programs, without formulas; broken ones say why."""

from __future__ import annotations

import csv
import io
from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tracktwo.errors import BadInput
from tracktwo.learn.practice import anki, brought, sheets
from tracktwo.learn.practice.brought import NotRead, Row

CARDS = [
    ("ripeness/definition", "Ripeness", "When both see, \"no way\" to win; and a way out.\nSecond line", ("timing", "definition")),
    ("own/a;b,c", "=HYPERLINK(\"x\")", "'-1", ("two words",)),
    ("own/ar", "ما النضج؟", "لحظة", ()),
]  # fmt: skip


def test_what_is_written_is_read_back_the_same() -> None:
    came = sheets.read(sheets.written(CARDS))
    assert came.rows == (
        Row("ripeness/definition", CARDS[0][1], CARDS[0][2], ("timing", "definition")),
        Row("a;b,c", CARDS[1][1], CARDS[1][2], ("two-words",)),
        Row("ar", CARDS[2][1], CARDS[2][2], ()),
    )


def test_it_begins_with_a_mark_of_utf_8_and_one_head() -> None:
    data = sheets.written(CARDS)
    assert data.startswith(b'\xef\xbb\xbf"id","front","back","tags"\r\n')


words = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\r\x00"), max_size=60)


@given(words)
@example("'=1")
@example("''=1")
@example("=1+1")
@example("\t=1")
@example("＝1")
def test_no_cell_is_a_formula_and_the_guard_comes_off_again(text: str) -> None:
    cell = sheets.guarded(text)
    assert not cell.startswith(sheets._FORMULA)
    assert sheets.unguarded(cell) == text


@given(st.lists(st.tuples(words, words), min_size=1, max_size=5))
def test_no_cell_of_a_written_sheet_begins_a_formula(pairs: list[tuple[str, str]]) -> None:
    data = sheets.written((f"own/{n}", front, back, ()) for n, (front, back) in enumerate(pairs))
    for row in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)


@pytest.mark.parametrize(
    "text",
    [
        "front,back\nF,B\n",
        "F,B\n",
        "F;B\n",
        "F\tB\n",
        "Question;Answer;Other\nF;B;x\n",
        "\ufefftags,back,front\n,B,F\n",
        "#separator:tab\n#html:false\nF\tB\n",
        "#separator:Semicolon\n#columns:Front;Back\nF;B\n",
        "#separator:|\nF|B",
        "#tags column:none\nF,B",
        'terme,définition\r\n"F","B"\r\n',
        "\n\nF,B\n,\n",
    ],
)
def test_sheets_of_many_makers_come_in(text: str) -> None:
    assert [(row.front, row.back) for row in sheets.read(text.encode()).rows] == [("F", "B")]


def test_the_plain_text_of_anki_comes_in_with_its_names() -> None:
    text = (
        "#separator:tab\n#html:true\n#guid column:1\n#notetype column:2\n#deck column:3\n#tags column:6\n"
        'c;fE\tBasic\tDefault\tWhat is <b>x</b>?\t"A ""y""<br>z<img src=""a.png"">"\tp q\n'
        "d;fE\tCloze\tDefault\t{{c1::Zartman}} wrote\tExtra\t\n"
    )
    came = sheets.read(text.encode())
    assert came.rows == (
        Row("c;fE", "What is **x**?", 'A "y"  \nz', ("p", "q")),
        Row("d;fE", "[…] wrote", "Zartman wrote\n\nExtra", ()),
    )
    assert came.pictures == 1


def test_a_sheet_without_names_gives_each_card_one_from_its_front() -> None:
    one, two = sheets.read(b"F,B\nG,C\n").rows, sheets.read(b"G,changed\nF,B\n").rows
    assert [row.guid for row in one] == [two[1].guid, two[0].guid]


def test_unicode_text_of_a_spreadsheet_comes_in() -> None:
    assert sheets.read("سؤال\tجواب\nف\tب\n".encode("utf-16")).rows[0].front == "ف"


def test_a_front_may_begin_with_a_hash() -> None:
    assert sheets.read(b"#hash: a sign,B\n").rows[0].front == "#hash: a sign"


BROKEN: dict[str, tuple[bytes, str]] = {
    "empty": (b"", sheets.EMPTY),
    "blank": (b" \r\n\r\n", sheets.EMPTY),
    "too large": (b"a,b\n" * 1_000_000, sheets.TOO_LARGE),
    "Latin": ("été,réponse\n".encode("latin-1"), sheets.NO_TEXT),
    "half of UTF-16": (b"\xff\xfea\x00b", sheets.NO_TEXT),
    "zeros": (b"a,b\x00\n", sheets.NO_TEXT),
    "a quotation mark": (b'front,back\nF,"B\nG,C\n', sheets.NO_SHEET),
    "a long cell": (b"F," + b"x" * 120_000, sheets.NO_SHEET),
    "one column": (b"only words\nin lines\n", sheets.NO_COLUMNS),
    "only a head": (b"front,back\n", brought.NO_CARDS),
    "only words about itself": (b"#separator:tab\n", brought.NO_CARDS),
    "too many": (b"".join(b"f%d,b\n" % n for n in range(brought.MOST_ROWS + 1)), brought.TOO_MANY),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_cannot_be_read_gets_one_clear_sentence(what: str) -> None:
    data, sentence = BROKEN[what]
    with pytest.raises(NotRead) as refused:
        sheets.read(data)
    assert refused.value.sentence == sentence
    assert str(refused.value).endswith(".") and "%" not in str(refused.value)


@settings(max_examples=300)
@given(st.binary(max_size=400) | st.text(alphabet="#:,;\t\"\n\r ab1='é{c}", max_size=200).map(str.encode))
def test_any_bytes_give_cards_or_one_sentence(data: bytes) -> None:
    with suppress(BadInput):
        assert all(row.front and row.back for row in sheets.read(data).rows)


@settings(max_examples=100)
@given(st.data())
def test_a_mutilated_sheet_gives_cards_or_one_sentence(data: st.DataObject) -> None:
    whole = bytearray(sheets.written(CARDS * 3))
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at : at + data.draw(st.integers(0, 5))] = data.draw(st.binary(max_size=4))
    with suppress(BadInput):
        sheets.read(bytes(whole))


def test_sentences_are_each_another_one() -> None:
    said = [sentence for _, sentence in BROKEN.values()] + [
        anki.NO_ZIP,
        anki.DAMAGED,
        anki.NO_NOTES,
        anki.LOCKED,
    ]
    assert len(set(said)) == 11
