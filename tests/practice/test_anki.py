"""Decks of Anki: ours open with a reader that knows nothing of us; theirs come in, and broken ones say why."""

from __future__ import annotations

import html
import io
import json
import random
import re
import sqlite3
import zipfile
from contextlib import closing, suppress
from functools import lru_cache

import pytest
import zstandard
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tracktwo.errors import BadInput
from tracktwo.learn import typeset
from tracktwo.learn.practice import anki, brought
from tracktwo.learn.practice.anki import Note
from tracktwo.learn.practice.brought import NotRead, reduced

DAY = 20_000
NOTES = [
    Note("gu;id~1", '<div lang="en" dir="ltr"><p>What is <strong>ripeness</strong>?</p></div>', "<p>A moment</p>", ("timing", "definition")),
    Note("gu;id~2", '<div lang="ar" dir="rtl"><p>ما النضج؟</p></div>', "<p>لحظة</p>", ("timing", "word")),
]  # fmt: skip
TABLE = "CREATE TABLE notes (id integer primary key, guid text, mid integer, mod integer, usn integer, tags text, flds text, sfld integer, csum integer, flags integer, data text)"


def plain_reader(data: bytes) -> dict[str, tuple[list[str], str]]:
    """What any program finds that knows zip and SQLite and the documented tables: fields and tags by guid."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert json.loads(archive.read("media")) == {}
        image = archive.read("collection.anki2")
    with closing(sqlite3.connect(":memory:")) as db:
        db.deserialize(image)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        models, decks = map(json.loads, db.execute("SELECT models, decks FROM col").fetchone())
        rows = db.execute("SELECT id, guid, mid, flds, tags FROM notes").fetchall()
        cards = db.execute("SELECT nid, did, ord FROM cards").fetchall()
    assert all(str(deck) in decks for _, deck, _ in cards)
    assert [(note, place) for note, _, place in cards] == [(row[0], 0) for row in rows]
    for row in rows:
        assert len(row[3].split("\x1f")) == len(models[str(row[2])]["flds"])
    return {row[1]: (row[3].split("\x1f"), row[4].strip()) for row in rows}


def database(*notes: tuple[object, object, object], table: str = TABLE) -> bytes:
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute(table)
        for guid, fields, tags in notes:
            db.execute("INSERT INTO notes (guid, flds, tags) VALUES (?, ?, ?)", (guid, fields, tags))
        db.commit()
        return bytes(db.serialize())


def packed(files: dict[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", kind) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def old(*notes: tuple[object, object, object]) -> bytes:
    return packed({"collection.anki2": database(*notes), "media": b"{}"})


def new(*notes: tuple[object, object, object]) -> bytes:
    dummy = database(("x", "Please update to the latest Anki version\x1f", ""))
    compressed = zstandard.compress(database(*notes))
    return packed(
        {"meta": b"\x08\x03", "collection.anki21b": compressed, "collection.anki2": dummy, "media": b""}
    )


# --- leaving ----------------------------------------------------------------------------------------


def test_a_deck_opens_with_an_independent_reader_of_the_format() -> None:
    found = plain_reader(anki.package(key="", title="Tracktwo: all", notes=NOTES, day=DAY))
    assert found == {
        "gu;id~1": ([NOTES[0].front, NOTES[0].back], "timing definition"),
        "gu;id~2": ([NOTES[1].front, NOTES[1].back], "timing word"),
    }


def test_the_same_deck_on_one_day_is_the_same_bytes_and_tells_nothing_finer_than_the_day() -> None:
    one, two = (anki.package(key="", title="T", notes=NOTES, day=DAY) for _ in range(2))
    assert one == two
    with zipfile.ZipFile(io.BytesIO(one)) as archive, closing(sqlite3.connect(":memory:")) as db:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        db.deserialize(archive.read("collection.anki2"))
        assert set(db.execute("SELECT mod FROM notes")) == {(DAY * 86_400,)}


def test_names_of_models_decks_and_notes_stay_for_ever() -> None:
    assert anki.MODEL_ID == 1_782_400_217
    assert anki.guid_for("ripeness/definition") == "pWt]mHf:i3"
    assert (anki.deck_id(""), anki.deck_id("international-conflict")) == (1_782_409_999, 2_019_664_896)
    assert len({anki.deck_id(name) for name in ("", "own", "a", "b")}) == 4


def test_nothing_of_a_deck_is_written_to_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise AssertionError("a temporary file")

    for name in ("mkstemp", "NamedTemporaryFile", "TemporaryFile", "mkdtemp", "SpooledTemporaryFile"):
        monkeypatch.setattr(f"tempfile.{name}", refused)
    data = anki.package(key="own", title="T", notes=NOTES, day=DAY)
    assert len(anki.read(data).rows) == 2


# --- coming -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", [old, new], ids=["until 2022", "since 2022"])
def test_both_forms_of_anki_come_in_with_their_words_and_tags(form) -> None:
    came = anki.read(form(("g1", "What is <b>x</b>?\x1fIt is <i>y</i>.<br>So\x1fMore", " a  b ")))
    assert came.rows == (brought.Row("g1", "What is **x**?", "It is *y*.  \nSo\n\nMore", ("a", "b")),)


def test_the_middle_form_is_preferred_to_the_old_one_beside_it() -> None:
    files = {
        "collection.anki2": database(("x", "Please update\x1fx", "")),
        "collection.anki21": database(("g", "F\x1fB", "")),
    }
    assert [row.front for row in anki.read(packed(files)).rows] == ["F"]


def test_a_note_with_gaps_becomes_a_card_for_each_gap() -> None:
    came = anki.read(
        old(("g", "{{c1::Zartman}} wrote of {{c2::ripeness::a moment}} in {{c1::1985}}\x1fExtra", ""))
    )
    assert [(row.guid, row.front) for row in came.rows] == [
        ("g", "[…] wrote of ripeness in […]"),
        ("g~2", "Zartman wrote of [a moment] in 1985"),
    ]
    assert {row.back for row in came.rows} == {"Zartman wrote of ripeness in 1985\n\nExtra"}


def test_gaps_within_gaps_are_filled_in_too() -> None:
    assert brought.filled_in("{{c1::a {{c2::b}} c}}") == "a b c"
    assert brought.filled_in("{{c1::a {{c2::b}} c}}", 1) == "[…]"
    assert brought.filled_in("{{c1::a {{c2::b}} c}}", 2) == "a […] c"


def test_pictures_and_sounds_are_left_out_and_counted() -> None:
    came = anki.read(
        old(
            ("g", 'See <img src="a>b.png">\x1fHear [sound:x.mp3] this<img src=y>', ""),
            ("h", "<img src=1>\x1fonly a picture", ""),
        )
    )
    assert [(row.front, row.back) for row in came.rows] == [("See", "Hear this")]
    assert (came.pictures, came.sounds, came.left_out) == (3, 1, 1)


def test_a_note_without_a_usable_name_gets_one_from_its_words() -> None:
    twice = [
        anki.read(old((None, "F\x1fB", ""), ("a b\n", "G\x1fB", ""), ("x" * 90, "H\x1fB", ""))).rows
        for _ in range(2)
    ]
    assert twice[0] == twice[1] and len({row.guid for row in twice[0]}) == 3
    assert all(re.fullmatch(r"t[0-9a-f]{20}", row.guid) for row in twice[0])


def test_a_side_longer_than_any_card_is_left_out_and_gaps_too_deep_stay_as_they_are() -> None:
    came = anki.read(old(("g", "x" * (brought.LONGEST_FIELD + 1) + "\x1fB", ""), ("h", "F\x1fB", "")))
    assert [row.guid for row in came.rows] == ["h"] and came.left_out == 1
    deep = "{{c1::" * 9 + "x" + "}}" * 9
    assert brought.filled_in(deep) == "{{c1::" * 3 + "x" + "}}" * 3


def test_columns_may_hold_numbers_and_nothing() -> None:
    came = anki.read(old((1, 2, None), (2.5, b"F\x1fB", 3)))
    assert [(row.guid, row.front, row.tags) for row in came.rows] == [("2.5", "F", ("3",))]
    assert came.left_out == 1


# --- what cannot be read ----------------------------------------------------------------------------


def locked() -> bytes:
    data = bytearray(old(("g", "F\x1fB", "")))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.find(mark)
        while place >= 0:
            data[place + at] |= 1
            place = data.find(mark, place + 4)
    return bytes(data)


def slow() -> bytes:
    """A table whose reading computes: each row asks for a long sum by itself."""
    table = TABLE[:-1] + ", x text generated always as (replace(hex(zeroblob(100000)), '0', 'abc')) virtual)"
    return packed({"collection.anki2": database(("g", "F\x1fB", ""), table=table)})


def view() -> bytes:
    endless = "CREATE VIEW notes AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS guid, x AS flds, x AS tags FROM n"
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute(endless)
        return packed({"collection.anki2": bytes(db.serialize())})


def virtual() -> bytes:
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE VIRTUAL TABLE notes USING fts4(guid, flds, tags)")
        return packed({"collection.anki2": bytes(db.serialize())})


def torn() -> bytes:
    image = bytearray(database(*((f"g{n}", f"front {n} {'x' * 900}\x1fback", "") for n in range(200))))
    image[3 * 4096 : 9 * 4096] = random.Random(1).randbytes(6 * 4096)
    return packed({"collection.anki2": bytes(image)})


def bomb(kind: int) -> bytes:
    return packed({"collection.anki2": b"SQLite format 3\x00" + bytes(anki.LARGEST_COLLECTION)}, kind)


def zstd_bomb() -> bytes:
    return packed({"collection.anki21b": zstandard.compress(bytes(200_000_000))})


WHOLE = old(("g", "F\x1fB", ""))
BROKEN: dict[str, tuple[bytes, str]] = {
    "empty": (b"", anki.EMPTY),
    "not zip": (b"front,back\n", anki.NO_ZIP),
    "truncated": (WHOLE[: len(WHOLE) // 2], anki.NO_ZIP),
    "another zip": (packed({"word/document.xml": b"<x/>"}), anki.NO_COLLECTION),
    "an empty zip": (packed({}), anki.NO_COLLECTION),
    "password": (locked(), anki.LOCKED),
    "packed in a way that has no bound": (packed({"collection.anki2": database()}, zipfile.ZIP_BZIP2), anki.NO_ZIP),
    "zip bomb": (bomb(zipfile.ZIP_DEFLATED), anki.TOO_LARGE),
    "zstd bomb": (zstd_bomb(), anki.TOO_LARGE),
    "too large": (b"PK" + bytes(anki.LARGEST_FILE), anki.TOO_LARGE),
    "no zstd": (packed({"collection.anki21b": b"no zstd at all"}), anki.DAMAGED),
    "zstd cut off": (packed({"collection.anki21b": zstandard.compress(random.Random(2).randbytes(9000))[:5000]}), anki.DAMAGED),
    "no database": (packed({"collection.anki2": b"x" * 5000}), anki.DAMAGED),
    "a short database": (packed({"collection.anki2": database(("g", "F\x1fB", ""))[:3000]}), anki.DAMAGED),
    "torn pages": (torn(), anki.DAMAGED),
    "nothing in it": (packed({"collection.anki2": b""}), anki.DAMAGED),
    "a view": (view(), anki.NO_NOTES),
    "a virtual table": (virtual(), anki.NO_NOTES),
    "no notes": (old(), brought.NO_CARDS),
    "not UTF-8": (old((b"g", b"F\xff\x1fB", b"")), anki.NO_TEXT),
    "too many": (old(*((str(n), f"f{n}\x1fb", "") for n in range(brought.MOST_ROWS + 1))), brought.TOO_MANY),
    "too long a cell": (old(("g", "x" * 900_000 + "\x1fB", "")), anki.DAMAGED),
    "too much work": (old(*((str(n), "{{c1::a}}{{c2::b}}" + "x" * 90_000 + "\x1fb", "") for n in range(40))), brought.TOO_LONG),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_what_cannot_be_read_gets_one_clear_sentence(what: str) -> None:
    data, sentence = BROKEN[what]
    with pytest.raises(NotRead) as refused:
        anki.read(data)
    assert refused.value.sentence == sentence
    said = str(refused.value)
    assert said.endswith(".") and "%" not in said and len(said) < 260


def test_a_database_without_the_table_or_its_columns_is_refused() -> None:
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE TABLE cards (id)")
        without = packed({"collection.anki2": bytes(db.serialize())})
        db.execute("CREATE TABLE notes (id)")
        columns = packed({"collection.anki2": bytes(db.serialize())})
    for data in (without, columns):
        with pytest.raises(NotRead) as refused:
            anki.read(data)
        assert refused.value.sentence == anki.NO_NOTES


def test_a_column_that_computes_is_never_computed() -> None:
    assert len(anki.read(slow()).rows) == 1  # the column is not among those that may be read
    table = "CREATE TABLE notes (guid text, tags text, x text, flds text generated always as (replace(hex(zeroblob(1000000)), '0', x)) virtual)"
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute(table)
        db.execute("INSERT INTO notes (guid, tags, x) VALUES ('g', '', 'abcdef')")
        db.commit()
        data = packed({"collection.anki2": bytes(db.serialize())})
    with pytest.raises(NotRead):
        anki.read(data)


def test_reading_ends_when_its_budget_is_spent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anki, "MOST_STEPS", 1)
    many = old(*((str(n), f"f{n}\x1fb", "") for n in range(5000)))
    with pytest.raises(NotRead) as refused:
        anki.read(many)
    assert refused.value.sentence == brought.TOO_LONG


def test_only_the_columns_that_are_needed_may_be_read() -> None:
    ask = anki._only_notes
    assert ask(sqlite3.SQLITE_READ, "notes", "flds", "main", None) == sqlite3.SQLITE_OK
    for action, table, column in (
        (sqlite3.SQLITE_READ, "col", "conf"),
        (sqlite3.SQLITE_READ, "notes", "data"),
        (sqlite3.SQLITE_FUNCTION, None, "load_extension"),
        (sqlite3.SQLITE_ATTACH, "/etc/passwd", None),
        (sqlite3.SQLITE_PRAGMA, "writable_schema", None),
        (sqlite3.SQLITE_UPDATE, "notes", "flds"),
        (sqlite3.SQLITE_RECURSIVE, None, None),
    ):
        assert ask(action, table, column, "main", None) == sqlite3.SQLITE_DENY


@lru_cache(maxsize=1)
def samples() -> tuple[bytes, ...]:
    notes = [(f"g{n}", f"Front {n} <b>x</b>\x1fBack {n} {{{{c1::gap}}}}", "a b") for n in range(60)]
    return (
        old(*notes),
        new(*notes),
        packed({"collection.anki21": database(*notes)}, zipfile.ZIP_STORED),
        anki.package(key="", title="T", notes=NOTES, day=DAY),
    )


@settings(max_examples=150)
@given(st.data())
def test_mutilated_bytes_give_cards_or_one_sentence(data: st.DataObject) -> None:
    whole = bytearray(data.draw(st.sampled_from(samples())))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, max(0, len(whole) - 1)))
        match data.draw(st.sampled_from(["set", "cut", "remove", "repeat", "zero"])):
            case "set":
                whole[at : at + 1] = data.draw(st.binary(min_size=1, max_size=4))
            case "cut":
                del whole[at:]
            case "remove":
                del whole[at : at + data.draw(st.integers(1, 64))]
            case "repeat":
                whole[at:at] = whole[at : at + 200]
            case _:
                whole[at : at + 16] = bytes(len(whole[at : at + 16]))
    readable(bytes(whole))


@settings(max_examples=150)
@given(st.integers(0, 2**32), st.integers(1, 40), st.booleans())
def test_a_mutilated_database_in_a_sound_archive_gives_cards_or_one_sentence(
    seed: int, hits: int, head: bool
) -> None:
    chance = random.Random(seed)
    image = bytearray(database(*((f"g{n}", f"Front {n}\x1fBack {'y' * (n * 40)}", "a") for n in range(40))))
    for _ in range(hits):
        image[chance.randrange(120 if head else len(image))] = chance.randrange(256)
    if chance.random() < 0.2:
        del image[chance.randrange(len(image)) :]
    name = chance.choice(["collection.anki2", "collection.anki21b"])
    readable(packed({name: zstandard.compress(bytes(image)) if name.endswith("b") else bytes(image)}))


def readable(data: bytes) -> None:
    with suppress(BadInput):
        for row in anki.read(data).rows:
            assert row.front and row.back and brought._GUID.fullmatch(row.guid)


# --- words ------------------------------------------------------------------------------------------


def seen(markdown: str) -> str:
    """The words a reader sees on the page."""
    page = typeset.block(markdown, lambda key: key)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


@pytest.mark.parametrize(
    ("page", "markdown"),
    [
        ("a<br>b", "a  \nb"),
        ("<div>a</div><div>b</div>", "a\n\nb"),
        ("<p>a <b> bold </b>b</p>", "a **bold** b"),
        ("<b><i>x</i></b>", "***x***"),
        ("<b>a<br>b</b>", "**a**  \n**b**"),
        ("<ul><li>one</li><li>two</li></ul>after", "- one\n- two\n\nafter"),
        ("<ol><li><p>one</p></li><li>two</ol>", "1. one\n2. two"),
        ("x<sup>2</sup> and H<sub>2</sub>O", "x^2 and H_2O"),
        ("1 &lt; 2 &amp;&nbsp;3", "1 < 2 & 3"),
        ("2*3*4 and _x_ and snake_case", r"2\*3\*4 and \_x\_ and snake_case"),
        ("- no list<br>1. nor this<br>&gt; nor quoted", "\\- no list  \n1\\. nor this  \n\\> nor quoted"),
        ("[a](https://x.org) and [b]: c", r"[a\](https://x.org) and [b\]: c"),
        ("<script>alert(1)</script><style>x</style>words<!-- <b>no</b> -->", "words"),
        ("a < b and c > d", "a < b and c > d"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b  \nc"),
        ("&#99999999999;&#xD800;x", "\ufffdx"),
        ("<a href='javascript:x'>link</a>", "link"),
        ("unfinished <b", "unfinished <b"),
        ("</ul>a</b><!doctype x>b", "ab"),
    ],
)  # fmt: skip
def test_html_becomes_plain_markdown(page: str, markdown: str) -> None:
    assert reduced(page).text == markdown.replace("unfinished <b", r"unfinished \<b")


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Co"]), max_size=200))
@example("*a* _b_ `c` <d> &amp; [e](f) \\* # g")
@example("1) one")
@example("\\")
def test_plain_words_are_seen_as_they_were(words: str) -> None:
    markdown = reduced(html.escape(words)).text
    assert seen(markdown) == " ".join(words.split())


@given(st.text(alphabet="<>/bipulolidvrscteh&#;\"'= \n![]()*_{}:c1-", max_size=300))
def test_any_html_is_read_and_nothing_of_it_runs(page: str) -> None:
    words = reduced(page).text
    shown = typeset.block(words, lambda key: "")
    assert set(re.findall(r"<([a-z]+)", shown)) <= typeset.TAGS
    assert not re.search(r"<[^>]*(javascript:|[\s/]on[a-z]+=)", shown)
    brought.filled_in(page, 1)


@pytest.mark.parametrize(
    "piece", ["<", "<!--", '<a "', "<b>", "{{c1::", "&#1", "[", "<script>", "<a '\">", "*", "</"]
)
def test_long_nonsense_is_read_in_no_time(piece: str) -> None:
    import time

    began = time.process_time()
    reduced(piece * (brought.LONGEST_FIELD // len(piece)))
    brought.filled_in(piece * (brought.LONGEST_FIELD // len(piece)), 1)
    assert time.process_time() - began < 3
