"""The record is a chain: whatever is changed in it is found."""

from __future__ import annotations

import datetime
import uuid

import pytest

from tests.stories.table import at_once, begun
from tracktwo.errors import Refusal
from tracktwo.process import acts as process_acts
from tracktwo.process.phases import Phase
from tracktwo.record import acts, rules
from tracktwo.record.acts import act
from tracktwo.record.models import Chain, Entry
from tracktwo.vault import keys
from tracktwo.vault.keystore import KeyGone

VERBS = ["begin", "write ground rules", "review the risks", "freeze", "thaw", "step to talks"]
pytestmark = pytest.mark.django_db


@act
def noted(process: uuid.UUID, verb: str, role: str = "facilitator") -> Entry:
    return acts.write(process=process, verb=verb, role=role)


@pytest.fixture
def process() -> uuid.UUID:
    """A process with a record of six acts."""
    process = uuid.uuid4()
    keys.keystore().open_process(process)
    for verb in VERBS:
        noted(process, verb)
    return process


def entry(process: uuid.UUID, number: int) -> Entry:
    return Entry.objects.get(process=process, number=number)


def broken_at(process: uuid.UUID) -> str:
    finding = acts.verify(process)
    assert not finding.holds
    return finding.sentence


def test_an_untouched_record_holds(process):
    finding = acts.verify(process)
    assert (finding.holds, finding.length) == (True, 6)
    assert finding.sentence == "The record holds: 6 entries."
    assert finding.head == bytes(entry(process, 6).digest)


def test_a_record_without_entries_holds():
    process = uuid.uuid4()
    keys.keystore().open_process(process)
    assert acts.verify(process).sentence == "The record holds: 0 entries."
    assert acts.verify(process, anchor=(0, rules.START)).holds


@pytest.mark.parametrize(
    "change",
    [{"verb": "close"}, {"role": "voter"}, {"day": datetime.date(2001, 1, 1)}, {"digest": bytes(32)}],
)
@pytest.mark.parametrize("number", [1, 3, 6])
def test_an_edited_entry_is_found(process, change, number):
    Entry.objects.filter(process=process, number=number).update(**change)
    assert broken_at(process) == f"The record breaks at entry {number}."


@pytest.mark.parametrize("number", [1, 4])
def test_a_deleted_entry_is_found(process, number):
    entry(process, number).delete()
    assert broken_at(process) == f"The record breaks at entry {number}."


def test_a_deleted_entry_is_found_even_if_the_others_close_ranks(process):
    entry(process, 3).delete()
    for number in (4, 5, 6):
        Entry.objects.filter(process=process, number=number).update(number=number - 1)
    Chain.objects.filter(process=process).update(length=5)
    assert broken_at(process) == "The record breaks at entry 3."


def test_two_swapped_entries_are_found(process):
    Entry.objects.filter(process=process, number=2).update(number=99)
    Entry.objects.filter(process=process, number=3).update(number=2)
    Entry.objects.filter(process=process, number=99).update(number=3)
    assert broken_at(process) == "The record breaks at entry 2."


def test_swapped_words_of_two_entries_are_found(process):
    two, three = entry(process, 2), entry(process, 3)
    two.verb, three.verb = three.verb, two.verb
    two.save()
    three.save()
    assert broken_at(process) == "The record breaks at entry 2."


def test_an_inserted_entry_is_found(process):
    real = entry(process, 6)
    Entry.objects.create(
        process=process, number=7, verb="thaw", role="facilitator", day=real.day, digest=bytes(real.digest)
    )
    assert broken_at(process) == "The record breaks at entry 7."


def test_an_entry_forged_without_the_keystore_is_found(process):
    real = entry(process, 6)
    forged = rules.digest(bytes(32), bytes(real.digest), process, 7, "thaw", "facilitator", real.day)
    Entry.objects.create(
        process=process, number=7, verb="thaw", role="facilitator", day=real.day, digest=forged
    )
    Chain.objects.filter(process=process).update(length=7, head=forged)
    assert broken_at(process) == "The record breaks at entry 7."


def test_the_record_of_another_process_is_found_out(process):
    other = uuid.uuid4()
    keys.keystore().open_process(other)
    Entry.objects.filter(process=process).update(process=other)
    assert broken_at(other) == "The record breaks at entry 1."


def test_a_cut_end_is_found_by_its_head(process):
    entry(process, 6).delete()
    assert broken_at(process) == "The record ends at entry 5, but its head says 6."


def test_a_cut_end_with_its_head_put_back_is_found_only_against_an_anchored_head(process):
    anchor = acts.verify(process)
    cut(process, 4)
    assert acts.verify(process).holds  # in itself nothing is missing
    finding = acts.verify(process, anchor=(anchor.length, anchor.head))
    assert not finding.holds
    assert finding.sentence == "The record holds in itself, but not against the anchored head."


def cut(process: uuid.UUID, length: int) -> None:
    """Roll the record back to an earlier state, as from a backup."""
    Entry.objects.filter(process=process, number__gt=length).delete()
    Chain.objects.filter(process=process).update(length=length, head=bytes(entry(process, length).digest))


def test_a_record_rolled_back_and_written_on_is_found_against_an_anchored_head(process):
    anchor = acts.verify(process)
    cut(process, 3)
    for verb in ("another", "history", "altogether"):
        noted(process, verb)
    assert acts.verify(process).holds
    assert acts.verify(process).length == anchor.length
    assert not acts.verify(process, anchor=(anchor.length, anchor.head)).holds


def test_every_head_noted_earlier_still_holds(process):
    heads = [(e.number, bytes(e.digest)) for e in Entry.objects.filter(process=process)]
    assert all(acts.verify(process, anchor=head).holds for head in [(0, rules.START), *heads])
    assert not acts.verify(process, anchor=(5, heads[5][1])).holds


def test_a_record_whose_head_is_gone_is_found(process):
    Chain.objects.filter(process=process).delete()
    assert broken_at(process) == "The record ends at entry 6, but its head says 0."


def test_after_erasure_nobody_can_check_or_forge_the_record(process):
    keys.erase(process)
    with pytest.raises(KeyGone):
        acts.verify(process)


# --- in the transaction of the act ----------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_record_is_not_written_outside_an_act(process):
    with pytest.raises(RuntimeError, match="inside the transaction"):
        acts.write(process=process, verb="begin", role="convenor")


class Fault(Exception):
    pass


@act
def fails_after_writing(process: uuid.UUID) -> None:
    acts.write(process=process, verb="what never was", role="facilitator")
    raise Fault


def test_an_act_that_fails_leaves_no_entry(process):
    with pytest.raises(Fault):
        fails_after_writing(process)
    assert acts.verify(process).sentence == "The record holds: 6 entries."
    assert not Entry.objects.filter(verb="what never was").exists()


def test_an_act_whose_entry_cannot_be_written_is_not_done(monkeypatch):
    table = begun()

    def no_room(**_named: object) -> None:
        raise Fault

    monkeypatch.setattr(acts, "write", no_room)  # a seeded fault: the disk is full
    with pytest.raises(Fault):
        process_acts.step(to=Phase.TALKS, by=table.lead)
    assert table.lead.phase is Phase.PREPARING


def test_a_refused_act_leaves_no_entry():
    table = begun()
    before = acts.verify(table.id).length
    with pytest.raises(Refusal):
        process_acts.step(to=Phase.TRANSFER, by=table.lead)
    assert acts.verify(table.id).length == before


def test_entries_hold_a_verb_a_role_and_a_day_and_nothing_else():
    table = begun()
    table.go_to(Phase.CONSULTING)
    assert {field.name for field in Entry._meta.get_fields()} == {
        "id", "process", "number", "verb", "role", "day", "digest"
    }  # fmt: skip
    today = datetime.datetime.now(tz=datetime.UTC).date()
    assert {e.day for e in Entry.objects.all()} == {today}
    assert {e.role for e in Entry.objects.all()} == {"convenor", "facilitator"}


def test_the_panel_reads_the_newest_entries_first(process):
    read = acts.entries(process)
    assert [line.verb for line in read] == VERBS[::-1]
    assert [line.number for line in read] == [6, 5, 4, 3, 2, 1]


@pytest.mark.django_db(transaction=True)
def test_acts_at_the_same_moment_are_all_recorded_one_after_the_other():
    process = uuid.uuid4()
    keys.keystore().open_process(process)

    def ten() -> None:
        for number in range(10):
            noted(process, f"act {number}")

    assert at_once(*[ten] * 4) == [None] * 4
    finding = acts.verify(process)
    assert (finding.holds, finding.length) == (True, 40)


@pytest.mark.django_db(transaction=True)
@pytest.mark.sqlite
def test_on_an_embedded_database_one_act_waits_for_the_other(tmp_path):
    """Without the lock a long act makes others wait unfairly; here a second one starts when the first ends."""
    table, order = begun(), []

    @act
    def slow(name: str) -> None:
        order.append(f"{name} begins")
        noted(table.id, name)
        order.append(f"{name} ends")

    assert at_once(*[lambda n=n: slow(str(n)) for n in range(4)]) == [None] * 4
    assert [one.split()[0] for one in order[::2]] == [one.split()[0] for one in order[1::2]]


@act
def outer(process: uuid.UUID) -> None:
    noted(process, "inner")
    raise Fault


def test_an_act_within_an_act_is_part_of_it(process):
    with pytest.raises(Fault):
        outer(process)
    assert acts.verify(process).length == 6
