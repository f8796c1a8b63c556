"""What is done in a process: codes and seats, rules and assents, steps, freeze, erasure."""

from __future__ import annotations

import datetime
import re
import uuid

import pytest
from django.core.checks import Error
from django.test import override_settings

from tests.stories.table import Table, at_once, begun, consulting
from tracktwo.errors import NotHere, Refusal
from tracktwo.process import acts, checks
from tracktwo.process.acts import NewSide, new_code
from tracktwo.process.models import Assent, GroundRules, Invitation, Process, Seat, Side, digest_of
from tracktwo.process.phases import Phase
from tracktwo.process.rules import Kind, Role
from tracktwo.record import acts as record
from tracktwo.vault import keys
from tracktwo.vault.keystore import Keystore

pytestmark = pytest.mark.django_db
CLOSED_DOOR = "This code does not open a seat. Ask the person who gave it to you for a new one."


@pytest.fixture
def table() -> Table:
    table = begun()
    table.seat("Nia", Role.PARTICIPANT, 1)
    table.seat("Sol", Role.PARTICIPANT, 2)
    return table


def enters(code: str) -> acts.Entered | str:
    try:
        return acts.enter(code=code)
    except Refusal as refusal:
        return str(refusal)


# --- beginning ------------------------------------------------------------------------------------


def test_whoever_begins_a_process_leads_it(table):
    lead = table.lead
    assert (lead.role, lead.phase) == (Role.FACILITATOR, Phase.PREPARING)
    assert [side.letter for side in table.sides] == ["A", "B"]
    assert [side.name.open(lead.grant) for side in table.sides] == ["North", "South"]
    assert record.entries(table.id)[-1].verb == "begin"


@pytest.mark.parametrize("count", [0, 1, 9])
def test_a_process_with_too_few_or_too_many_sides_does_not_begin(count, settings, tmp_path):
    settings.KEYSTORE = tmp_path / "keystore"  # of its own: nobody else makes keys in it
    before = set(keys.keystore().folder.rglob("*"))
    with pytest.raises(Refusal, match="from 2 to 8 sides"):
        acts.begin(cover_title="x", title="y", sides=[NewSide("z")] * count, by=None)
    assert not Process.unscoped.exists()
    assert set(keys.keystore().folder.rglob("*")) == before


def test_a_seat_belongs_to_a_side_or_to_the_panel(table):
    side, other = table.sides[0].pk, begun().sides[0].pk
    for role, chosen in [
        (Role.PARTICIPANT, None),
        (Role.VOTER, None),
        (Role.EXPERT, side),
        (Role.OBSERVER, side),
    ]:
        with pytest.raises(Refusal, match="sits for"):
            acts.add_seat(process=table.id, role=role, label="x", side=chosen, by="facilitator")
    with pytest.raises(NotHere):
        acts.add_seat(process=table.id, role=Role.VOTER, label="x", side=other, by="facilitator")


# --- codes ----------------------------------------------------------------------------------------


def test_a_code_holds_130_random_bits():
    codes = [new_code() for _ in range(3000)]
    assert len(set(codes)) == 3000
    assert all(re.fullmatch(r"(?:[0-9A-Z]{4}-){6}[0-9A-Z]{2}", code) for code in codes)
    signs = "".join(codes).replace("-", "")
    assert len(signs) == 26 * 3000
    assert sorted(set(signs)) == sorted("ABCDEFGHJKMNPQRSTUVWXYZ023456789")  # 32 signs: five bits each
    for place in range(26):  # every sign at every place: no bit is fixed
        assert len({code.replace("-", "")[place] for code in codes}) == 32


def test_only_the_hash_of_a_code_is_kept(table):
    code = table.invite("Nia")
    row = Invitation.unscoped.get(seat=table.seats["Nia"])
    kept = " ".join(str(getattr(row, field.attname)) for field in row._meta.concrete_fields)
    assert code not in kept
    assert code.replace("-", "") not in kept
    assert row.digest == digest_of(code)
    assert row.expires == datetime.datetime.now(tz=datetime.UTC).date() + datetime.timedelta(days=14)


def test_a_code_takes_its_seat_once(table):
    code = table.invite("Nia")
    entered = enters(code)
    assert isinstance(entered, acts.Entered)
    assert (entered.person, entered.process) == (table.person_at("Nia"), table.id)
    assert enters(code) == CLOSED_DOOR


def test_with_the_return_code_one_comes_back_and_gets_the_next(table):
    code, seen = table.invite("Nia"), set()
    for _ in range(4):
        entered = enters(code)
        assert isinstance(entered, acts.Entered)
        assert entered.person == table.person_at("Nia")
        assert enters(code) == CLOSED_DOOR
        seen.add(code)
        code = entered.return_code
    assert code not in seen
    assert Invitation.unscoped.filter(seat=table.seats["Nia"], used=False).count() == 1


def test_a_code_can_be_typed_as_people_read_it(table):
    for spelt in (
        lambda code: code.lower(),
        lambda code: code.replace("-", " "),
        lambda code: code.replace("-", ""),
        lambda code: f"  {code} \n",
        lambda code: code.replace("0", "O"),
        lambda code: code.replace("0", "o"),
        lambda code: code.replace("-", "–"),
    ):
        code = table.invite("Nia")
        assert isinstance(enters(spelt(code)), acts.Entered), spelt(code)


def test_signs_that_look_alike_are_one_sign():
    assert digest_of("O0I1L1-aa") == digest_of("00111 1 AA") == digest_of("oOiIlL-AA".replace("l", "L"))
    assert digest_of("AAAA") != digest_of("AAAB")


@pytest.mark.parametrize("code", ["", "-", "0000", "A" * 10_000, "\x00", "%s", "'; DROP", "١٢٣٤"])
def test_what_is_no_code_reads_like_a_wrong_one(table, code):
    table.invite("Nia")
    assert enters(code) == CLOSED_DOOR


def test_wrong_used_expired_replaced_and_withdrawn_codes_read_the_same(table):
    used = table.invite("Nia")
    enters(used)
    replaced = table.invite("Nia")
    table.invite("Nia")
    table.seat("Noor", Role.PARTICIPANT, 1)
    expired = table.invite("Noor")
    yesterday = datetime.datetime.now(tz=datetime.UTC).date() - datetime.timedelta(days=1)
    Invitation.unscoped.filter(seat=table.seats["Noor"]).update(expires=yesterday)
    withdrawn = table.invite("Sol")
    acts.withdraw(seat=table.seats["Sol"], by=table.lead)
    assert {enters(one) for one in (new_code(), used, replaced, expired, withdrawn)} == {CLOSED_DOOR}


def test_a_code_opens_on_its_last_day(table):
    code = table.invite("Nia")
    Invitation.unscoped.update(expires=datetime.datetime.now(tz=datetime.UTC).date())
    assert isinstance(enters(code), acts.Entered)


@pytest.mark.parametrize("state", [{"frozen": True}, {"phase": Phase.CLOSED}, {"phase": Phase.ERASED}])
def test_a_code_opens_nothing_in_a_frozen_or_ended_process(table, state):
    code = table.invite("Nia")
    Process.unscoped.filter(pk=table.id).update(**state)
    assert enters(code) == CLOSED_DOOR
    Process.unscoped.filter(pk=table.id).update(frozen=False, phase=Phase.TALKS)
    assert isinstance(enters(code), acts.Entered)  # it was not used up either


def test_seats_of_another_process_are_neither_invited_nor_withdrawn(table):
    other = begun()
    seat = Seat.unscoped.get(process=other.id).pk
    with pytest.raises(NotHere):
        acts.invite(seats=[table.seats["Nia"], seat], by=table.lead)
    with pytest.raises(NotHere):
        acts.withdraw(seat=seat, by=table.lead)
    assert not Invitation.unscoped.exists()


def test_a_withdrawn_seat_is_not_invited_and_nobody_withdraws_their_own(table):
    acts.withdraw(seat=table.seats["Nia"], by=table.lead)
    with pytest.raises(Refusal, match="has withdrawn"):
        table.invite("Nia")
    with pytest.raises(Refusal, match="Somebody else on the panel"):
        acts.withdraw(seat=table.lead.seat, by=table.lead)


@pytest.mark.django_db(transaction=True)
def test_of_several_who_send_one_code_at_the_same_moment_one_takes_the_seat():
    table = begun()
    side = table.sides[0].pk
    row = acts.add_seat(process=table.id, role=Role.PARTICIPANT, label="Nia", by="facilitator", side=side)
    table.seats["Nia"] = row.pk
    code = table.invite("Nia")
    came = at_once(*[lambda: acts.enter(code=code)] * 4)
    took = [one for one in came if isinstance(one, acts.Entered)]
    assert len(took) == 1, came
    assert [str(one) for one in came if one is not took[0]] == [CLOSED_DOOR] * 3
    assert Seat.unscoped.get(pk=row.pk).person == took[0].person
    assert isinstance(enters(took[0].return_code), acts.Entered)


# --- sitting down in one click --------------------------------------------------------------------


def test_one_click_takes_a_seat_of_an_exercise():
    table = begun(kind=Kind.EXERCISE)
    table.seat("a voter", Role.VOTER, 1, one_click=True)
    assert acts.sit_down(process=table.id, seat=table.seats["a voter"]) == table.person_at("a voter")


def test_a_real_process_gives_no_seat_for_one_click(table):
    with pytest.raises(Refusal, match="real seats"):
        table.seat("open to all", Role.VOTER, 1, one_click=True)
    assert Seat.unscoped.filter(one_click=True).count() == 0
    with pytest.raises(NotHere):
        acts.sit_down(process=table.id, seat=table.seats["Nia"])


def test_a_seat_that_somehow_became_open_in_a_real_process_stays_shut(table):
    Seat.unscoped.filter(pk=table.seats["Nia"]).update(one_click=True)  # a seeded fault
    with pytest.raises(Refusal, match="real seats"):
        acts.sit_down(process=table.id, seat=table.seats["Nia"])


def test_the_start_is_refused_where_a_real_process_has_an_open_seat(table):
    assert checks.one_click_only_where_nothing_is_real(databases=["default"]) == []
    Seat.unscoped.filter(pk=table.seats["Nia"]).update(one_click=True)  # a seeded fault
    found = checks.one_click_only_where_nothing_is_real(databases=["default"])
    assert [(type(one), one.id) for one in found] == [(Error, "tracktwo.E002")]


def test_the_demo_starts_only_as_a_demo():
    begun(kind=Kind.DEMO)
    found = checks.one_click_only_where_nothing_is_real(databases=["default"])
    assert [one.id for one in found] == ["tracktwo.E003"]
    with override_settings(DEMO=True):
        assert checks.one_click_only_where_nothing_is_real(databases=["default"]) == []


def test_the_check_waits_for_a_database(table):
    Seat.unscoped.update(one_click=True)
    assert checks.one_click_only_where_nothing_is_real(databases=None) == []


# --- ground rules, assent, convening --------------------------------------------------------------


def test_a_new_version_of_the_rules_asks_everybody_anew(table):
    first = acts.write_ground_rules(text="First", by=table.lead)
    for seat in (table.lead, table.at("Nia"), table.at("Sol")):
        acts.assent(version=first.pk, by=seat)
    assert acts.standing(table.id).assents_missing == 0
    second = acts.write_ground_rules(text="Second", by=table.lead)
    assert (first.version, second.version) == (1, 2)
    assert acts.standing(table.id).assents_missing == 3
    with pytest.raises(Refusal, match="newer version"):
        acts.assent(version=first.pk, by=table.at("Nia"))


def test_assenting_twice_is_recorded_once(table):
    version = acts.write_ground_rules(text="First", by=table.lead)
    for _ in range(3):
        acts.assent(version=version.pk, by=table.at("Nia"))
    assert Assent.unscoped.count() == 1
    assert [line.verb for line in record.entries(table.id)].count("assent to ground rules") == 1


def test_there_is_no_assent_to_rules_of_elsewhere_or_to_none(table):
    other = begun()
    foreign = acts.write_ground_rules(text="Foreign", by=other.lead)
    with pytest.raises(Refusal):
        acts.assent(version=foreign.pk, by=table.at("Nia"))
    assert not GroundRules.unscoped.filter(process=table.id).exists()


def test_everybody_at_the_table_assents_but_not_the_wider_circle_nor_who_withdrew(table):
    table.seat("a voter", Role.VOTER, 1)
    assert acts.standing(table.id).assents_missing == 3
    version = acts.write_ground_rules(text="First", by=table.lead)
    acts.withdraw(seat=table.seats["Sol"], by=table.lead)
    acts.assent(version=version.pk, by=table.at("Nia"))
    assert acts.standing(table.id).assents_missing == 1
    acts.assent(version=version.pk, by=table.lead)
    assert acts.standing(table.id).assents_missing == 0


def test_the_sides_are_convened_only_when_all_is_in_place(table):
    acts.step(to=Phase.TALKS, by=table.lead)

    def refused() -> str:
        with pytest.raises(Refusal) as refusal:
            acts.step(to=Phase.CONVENING, by=table.lead)
        return str(refusal.value)

    assert "before there are ground rules" in refused()
    version = acts.write_ground_rules(text="First", by=table.lead)
    assert "3 seats have not assented" in refused()
    for seat in (table.lead, table.at("Nia"), table.at("Sol")):
        acts.assent(version=version.pk, by=seat)
    assert "have not been reviewed" in refused()
    acts.review_risk(by=table.lead)
    acts.step(to=Phase.CONVENING, by=table.lead)
    assert table.lead.phase is Phase.CONVENING


def test_steps_beside_the_table_are_refused_by_the_act_too(table):
    for to in (Phase.CONSULTING, Phase.TRANSFER, Phase.ERASED, Phase.PREPARING):
        with pytest.raises(Refusal):
            acts.step(to=to, by=table.lead)
    assert table.lead.phase is Phase.PREPARING


def test_a_process_is_not_closed_by_a_mere_step(table):
    with pytest.raises(Refusal, match="Use the closing form"):
        acts.step(to=Phase.CLOSED, by=table.lead)
    assert keys.keystore().holds_link(table.id)


def test_only_facilitators_act_for_the_panel_however_they_come_to_ask(table):
    deeds = [
        lambda by: acts.invite(seats=[table.seats["Nia"]], by=by),
        lambda by: acts.withdraw(seat=table.seats["Sol"], by=by),
        lambda by: acts.write_ground_rules(text="mine", by=by),
        lambda by: acts.review_risk(by=by),
        lambda by: acts.step(to=Phase.TALKS, by=by),
        lambda by: acts.mark_closed(by=by),
        lambda by: acts.freeze(by=by),
        lambda by: acts.thaw(by=by),
    ]
    before = record.verify(table.id).length
    seats = [table.at("Nia"), *(table.seat(str(role), role) for role in (Role.EXPERT, Role.OBSERVER))]
    for by in seats:
        for deed in deeds:
            with pytest.raises(NotHere):
                deed(by)
    assert record.verify(table.id).length == before + 2  # the two seats that were added


def test_nothing_is_done_with_a_page_opened_before_the_process_ended(table):
    version, stale, nia = acts.write_ground_rules(text="First", by=table.lead), table.lead, table.at("Nia")
    Process.unscoped.filter(pk=table.id).update(phase=Phase.CLOSED)
    deeds = [
        lambda: acts.add_seat(process=table.id, role=Role.EXPERT, label="x", by="facilitator"),
        lambda: acts.invite(seats=[table.seats["Nia"]], by=stale),
        lambda: acts.write_ground_rules(text="Second", by=stale),
        lambda: acts.assent(version=version.pk, by=nia),
        lambda: acts.review_risk(by=stale),
        lambda: acts.step(to=Phase.TALKS, by=stale),
    ]
    for deed in deeds:
        with pytest.raises(Refusal, match=r"is closed|may go to: Erased"):
            deed()


# --- freeze ---------------------------------------------------------------------------------------


def test_a_freeze_ends_by_the_facilitator_or_from_the_console(table):
    for thaw in (lambda: acts.thaw(by=table.lead), lambda: acts.thaw_from_console(process=table.id)):
        acts.freeze(by=table.lead)
        assert Process.unscoped.get(pk=table.id).frozen
        thaw()
        assert not Process.unscoped.get(pk=table.id).frozen
    assert [line.verb for line in record.entries(table.id)][:4] == ["thaw", "freeze", "thaw", "freeze"]


def test_a_process_that_does_not_exist_is_not_thawed():
    with pytest.raises(Refusal, match="no process with this id"):
        acts.thaw_from_console(process=uuid.uuid4())


# --- erasure --------------------------------------------------------------------------------------


def test_a_process_is_erased_only_after_it_is_closed():
    table = consulting()
    with pytest.raises(Refusal):
        acts.erase(process=table.id, by="administrator")
    assert keys.keystore().holds(table.id)
    Process.unscoped.filter(pk=table.id).update(phase=Phase.CLOSED)
    receipt = acts.erase(process=table.id, by="administrator")
    assert len(receipt) == 32
    assert not keys.keystore().holds(table.id)
    assert Process.unscoped.get(pk=table.id).phase == Phase.ERASED


def test_an_erasure_that_was_cut_short_is_finished_by_the_next_one(table, monkeypatch):
    Process.unscoped.filter(pk=table.id).update(phase=Phase.CLOSED)

    class Killed(Exception):
        pass

    def die(*_args: object) -> None:
        raise Killed

    with monkeypatch.context() as seeded:
        seeded.setattr(Keystore, "destroy", die)
        with pytest.raises(Killed):
            acts.erase(process=table.id, by="administrator")
    assert keys.keystore().holds(table.id)
    acts.erase(process=table.id, by="administrator")
    assert not keys.keystore().holds(table.id)


def test_sides_are_known_by_letters_in_the_order_they_were_named():
    table = begun(*"abcdefgh")
    rows = Side.unscoped.filter(process=table.id).order_by("place")
    assert [(row.place, row.letter) for row in rows] == list(enumerate("ABCDEFGH", start=1))
