"""A sealed field opens with the right grant, in its own row, and never otherwise; and it never prints."""

from __future__ import annotations

import copy
import pickle
import uuid
from typing import Any

import pytest
from django.db import connection
from django.template import engines
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.stories.table import Table, begun
from tracktwo.errors import NotHere
from tracktwo.process.models import GroundRules, Process, Seat, Side
from tracktwo.vault import keys
from tracktwo.vault.fields import Fresh, Sealed
from tracktwo.vault.grants import Grant
from tracktwo.vault.keystore import KeyGone
from tracktwo.vault.models import DataKey
from tracktwo.vault.sealing import Unreadable

pytestmark = pytest.mark.django_db
CANARY = "The ferryman's brother signed."


@pytest.fixture
def table() -> Table:
    return begun()


def written(table: Table, text: str = CANARY, **more: Any) -> GroundRules:
    row = GroundRules(process=table.process, version=GroundRules.unscoped.count() + 1, **more)
    row.text = text
    row.save()
    return GroundRules.unscoped.get(pk=row.pk)


def grant(table: Table, *scopes: str, rows: frozenset[uuid.UUID] | None = None) -> Grant:
    return Grant(process=table.id, scopes=frozenset(scopes), rows=rows)


def ciphertext(row: Any, field: str = "text") -> bytes:
    return bytes(type(row).unscoped.filter(pk=row.pk).values_list(field, flat=True).get())


def put(row: Any, value: bytes, field: str = "text") -> Any:
    """Write bytes into the column, as somebody with the database in hand would; read the row again."""
    type(row).unscoped.filter(pk=row.pk).update(**{field: value})
    return type(row).unscoped.get(pk=row.pk)


def refused(sealed: Sealed, leave: Grant) -> type[Exception] | None:
    try:
        sealed.open(leave)
    except (NotHere, Unreadable, KeyGone) as refusal:
        return type(refusal)
    return None


# --- grants ---------------------------------------------------------------------------------------


def test_a_text_opens_with_a_grant_of_its_scope(table):
    assert written(table).text.open(grant(table, "circle")) == CANARY


def test_a_text_does_not_open_without_the_right_grant(table):
    row, other = written(table), begun()
    wrong = [
        grant(table),
        grant(table, "panel", "plenary", "door", "figures", "circle "),
        grant(other, "circle"),
        grant(table, "circle", rows=frozenset()),
        grant(table, "circle", rows=frozenset({uuid.uuid4()})),
    ]
    assert [refused(row.text, one) for one in wrong] == [NotHere] * len(wrong)
    assert row.text.open(grant(table, "circle", rows=frozenset({row.pk}))) == CANARY


def test_a_fresh_text_asks_for_the_grant_too(table):
    row = GroundRules(process=table.process, version=9)
    row.text = CANARY
    assert refused(row.text, grant(table, "panel")) is NotHere
    assert row.text.open(grant(table, "circle")) == CANARY


def test_the_refusal_is_the_same_as_for_what_does_not_exist(table):
    with pytest.raises(NotHere) as refusal:
        written(table).text.open(grant(table))
    assert str(refusal.value) == "This is not available to you."


# --- moved and altered values ---------------------------------------------------------------------


def test_no_flipped_bit_in_a_column_opens(table):
    row = written(table)
    whole = ciphertext(row)
    for byte in range(len(whole)):
        altered = bytearray(whole)
        altered[byte] ^= 1 << byte % 8
        assert refused(put(row, bytes(altered)).text, grant(table, "circle")) is Unreadable, byte
    assert put(row, whole).text.open(grant(table, "circle")) == CANARY


def test_no_cut_or_lengthened_column_opens(table):
    row = written(table)
    whole = ciphertext(row)
    for altered in (b"", whole[:17], whole[:-1], whole[:-16], whole[1:], whole + b"\0", whole + whole):
        assert refused(put(row, altered).text, grant(table, "circle")) is Unreadable


def test_a_key_number_nobody_made_does_not_open(table):
    row = written(table)
    whole = ciphertext(row)
    for number in (0, 2, 255, 2**31 - 1, 2**31, 2**32 - 1):
        relabelled = whole[:1] + number.to_bytes(4, "big") + whole[5:]
        assert refused(put(row, relabelled).text, grant(table, "circle")) is Unreadable


def test_a_value_moved_to_another_row_does_not_open(table):
    one, other = written(table, "first"), written(table, "second")
    assert refused(put(other, ciphertext(one)).text, grant(table, "circle")) is Unreadable
    assert one.text.open(grant(table, "circle")) == "first"


def test_a_value_moved_to_another_column_does_not_open(table):
    seat = Seat.unscoped.get(process=table.process)
    seat.name, seat.introduction = "a name", "an introduction"
    seat.save()
    moved = put(seat, ciphertext(seat, "introduction"), "name")
    assert refused(moved.name, grant(table, "panel", "door")) is Unreadable


def test_a_value_moved_to_another_table_does_not_open(table):
    side = Side.unscoped.filter(process=table.process).first()
    assert side is not None
    row = GroundRules(pk=side.pk, process=table.process, version=1)
    row.text = "x"
    row.save()
    moved = put(row, ciphertext(side, "name"))
    assert side.name.scope == moved.text.scope == "circle"
    assert refused(moved.text, grant(table, "circle")) is Unreadable


def test_a_value_moved_to_another_process_does_not_open(table):
    row, other = written(table), begun()
    GroundRules.unscoped.filter(pk=row.pk).update(process_id=other.id)
    moved = GroundRules.unscoped.get(pk=row.pk)
    written(other)
    assert refused(moved.text, grant(other, "circle")) is Unreadable


def test_a_value_does_not_open_under_the_key_of_another_scope(table):
    process = Process.unscoped.get(pk=table.id)
    moved = put(process, ciphertext(process, "cover_title"), "title")
    assert refused(moved.title, grant(table, "plenary", "door")) is Unreadable


def test_a_wrapped_key_moved_to_another_scope_or_process_does_not_unwrap(table):
    row, other = written(table), begun()
    written(other)
    wrapped = DataKey.objects.get(process=other.id, scope="circle").wrapped
    DataKey.objects.filter(process=table.id, scope="circle").update(wrapped=wrapped)
    assert refused(GroundRules.unscoped.get(pk=row.pk).text, grant(table, "circle")) is Unreadable


# --- writing --------------------------------------------------------------------------------------


def test_saving_again_leaves_an_unchanged_value_as_it_is(table):
    row = written(table)
    before = ciphertext(row)
    row.version = 77
    row.save()
    assert ciphertext(row) == before


def test_the_same_words_are_sealed_differently_each_time(table):
    rows = [written(table) for _ in range(20)]
    assert len({ciphertext(row) for row in rows}) == 20
    assert len({len(ciphertext(row)) for row in rows}) == 1


def test_a_new_text_replaces_the_old_one(table):
    row = written(table)
    row.text = "new"
    row.save()
    assert GroundRules.unscoped.get(pk=row.pk).text.open(grant(table, "circle")) == "new"


def test_the_model_itself_gives_the_field_and_no_value():
    assert GroundRules.text.field.scope == "circle"


def test_an_empty_field_stays_empty(table):
    process = Process.unscoped.get(pk=table.id)
    assert process.story is None
    process.story = "now there is one"
    process.save()
    process = Process.unscoped.get(pk=table.id)
    process.story = None
    process.save()
    assert Process.unscoped.get(pk=table.id).story is None


def test_a_sealed_value_is_not_assigned_to_another_row(table):
    with pytest.raises(TypeError, match="belongs to its row"):
        GroundRules(process=table.process, version=3, text=written(table).text)


def test_rows_made_in_bulk_are_sealed_too(table):
    rows = [GroundRules(process=table.process, version=20 + n) for n in range(5)]
    for row in rows:
        row.text = CANARY
    GroundRules.unscoped.bulk_create(rows)
    found = list(GroundRules.unscoped.filter(version__gte=20))
    assert [row.text.open(grant(table, "circle")) for row in found] == [CANARY] * 5
    assert not any(CANARY.encode() in ciphertext(row) for row in found)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(text=st.text(alphabet=st.characters(), max_size=300))
def test_text_in_any_script_comes_back_as_it_was_written(table, text):
    row = written(table, text)
    assert row.text.open(grant(table, "circle")) == text.encode("utf-8", "replace").decode()


def test_what_is_written_stands_nowhere_in_the_database(table):
    written(table)
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM tracktwo_groundrules")
        kept = b"".join(bytes(row[0]) for row in cursor.fetchall())
    for form in (CANARY.encode(), CANARY.encode("utf-16-le"), CANARY.encode().hex().encode()):
        assert form not in kept


# --- never in print -------------------------------------------------------------------------------


def printed(value: Any) -> str:
    page = engines["django"].from_string("{{ it }}{{ it|safe }}{{ it.open }}{{ it|pprint }}")
    return "".join((str(value), repr(value), f"{value}", f"{[value]}", f"{value!s} {value!r}")) + page.render(
        {"it": value}
    )


def test_a_sealed_value_never_prints_what_it_holds(table):
    row = written(table)
    fresh = GroundRules(process=table.process, version=5)
    fresh.text = CANARY
    for value in (row.text, fresh.text, row, fresh, vars(row), vars(fresh)):
        assert "ferryman" not in printed(value)


def test_a_fresh_value_does_not_print_either():
    assert "ferryman" not in printed(Fresh(CANARY.encode()))


def test_a_page_that_is_handed_a_whole_row_shows_no_word_of_it(table):
    page = engines["django"].from_string("{{ row }}{{ row.text }}{{ row.text.open }}{{ rows }}{% debug %}")
    fresh = GroundRules(process=table.process, version=5)
    fresh.text = CANARY
    for row in (written(table), fresh):
        assert "ferryman" not in page.render({"row": row, "rows": [row, vars(row)]})


def test_a_sealed_value_is_not_copied_out_of_its_row(table):
    fresh = GroundRules(process=table.process, version=5)
    fresh.text = CANARY
    for value in (fresh.text, written(table).text):
        for leave in (copy.copy, copy.deepcopy, pickle.dumps):
            with pytest.raises(TypeError):
                leave(value)


# --- keys at hand ---------------------------------------------------------------------------------


def test_a_second_text_of_a_scope_uses_the_same_key(table):
    written(table), written(table)
    assert DataKey.objects.filter(process=table.id, scope="circle").count() == 1


def test_each_scope_has_a_key_of_its_own(table):
    scopes = set(DataKey.objects.filter(process=table.id).values_list("scope", flat=True))
    assert scopes == {"door", "plenary", "circle", "roster:panel"}
    found = [keys.data_key(table.id, scope, 1) for scope in scopes]
    assert len(set(found)) == len(found)
