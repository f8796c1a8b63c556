"""Sending a form twice is the same as sending it once, also in the same moment."""

from __future__ import annotations

import pytest

from tests.stories.table import at_once, begun, consulting
from tracktwo.process import acts as process_acts
from tracktwo.process.models import GroundRules, Process, Seat
from tracktwo.process.rules import Role
from tracktwo.record import acts as record
from tracktwo.record.models import Entry, Sent
from tracktwo.record.once import AlreadyDone, first_time
from tracktwo.statements import acts as statement_acts
from tracktwo.statements.models import Statement

pytestmark = pytest.mark.django_db


def test_the_second_time_is_told_that_it_was_done():
    first_time("a key")
    with pytest.raises(AlreadyDone, match="already done"):
        first_time("a key")


def test_another_form_is_another_form():
    for number in range(5):
        first_time(f"key {number}")
    assert Sent.objects.count() == 5


def test_a_form_without_a_key_is_carried_out_each_time():
    for _ in range(3):
        first_time("")
    assert Sent.objects.count() == 0


def test_only_a_hash_of_the_key_is_kept():
    first_time("a key \ud800 with half a sign")
    assert all(len(row.digest) == 64 and "key" not in row.digest for row in Sent.objects.all())


def test_an_act_sent_twice_is_done_and_recorded_once():
    table = begun()
    before = record.verify(table.id).length
    process_acts.write_ground_rules(text="First", by=table.lead, once="form 1")
    with pytest.raises(AlreadyDone):
        process_acts.write_ground_rules(text="First", by=table.lead, once="form 1")
    assert GroundRules.unscoped.count() == 1
    assert record.verify(table.id).length == before + 1


def test_an_act_that_was_refused_may_be_sent_again():
    table = begun()
    with pytest.raises(Exception, match="sits for"):
        process_acts.add_seat(process=table.id, role=Role.VOTER, label="x", by="facilitator", once="form 2")
    process_acts.add_seat(process=table.id, role=Role.EXPERT, label="x", by="facilitator", once="form 2")


def test_a_form_sent_twice_from_a_browser_reads_like_once():
    table = begun()
    client, words = table.client(), {"role": "expert", "label": "Eve", "once": "form 3", "side": ""}
    answers = [client.post(f"/p/{table.id}/seats/", words) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert Seat.unscoped.filter(process=table.id, role=Role.EXPERT).count() == 1


def test_begin_sent_twice_begins_one_process():
    table = begun()
    words = {
        "cover_title": "Lake studies", "title": "x", "sides": "A\nB", "language": "en", "story": "", "once": "form 4",
    }  # fmt: skip
    answers = [table.client().post("/begin/", words) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert Process.unscoped.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_form_sent_twice_in_the_same_moment_is_carried_out_once():
    table = consulting(voters=1)
    by = table.at("a1")
    came = at_once(
        *[lambda: statement_acts.write(text="The ferry runs.", language="en", by=by, once="form 5")] * 4
    )
    assert sum(isinstance(one, AlreadyDone) for one in came) == 3, came
    assert Statement.unscoped.filter(process=table.id).count() == 1
    assert Entry.objects.filter(process=table.id).count() == record.verify(table.id).length
