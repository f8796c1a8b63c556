"""Pages of a process: the door, the freeze, the cover title, quick exit."""

from __future__ import annotations

import re
import uuid

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.stories.table import Table, begun, consulting, plainly
from tracktwo.process import acts
from tracktwo.process.models import Invitation, Process, Seat
from tracktwo.process.phases import STEPS, Phase
from tracktwo.process.rules import Kind, Role
from tracktwo.record import acts as record

pytestmark = pytest.mark.django_db

INSIDE = [
    "process", "seats", "slips", "rules", "steps", "record", "vote", "statements", "write", "moderate",
    "common-ground", "table", "map", "compute", "paper", "close",
    "prepare", "ripeness", "risks", "long-list", "agenda", "agenda-file", "intake", "panel", "rooms", "needs", "my-words",
    "ideas", "constraints", "reassurances", "re-entry", "rounds", "print", "type-in", "brief", "brief-pdf",
]  # fmt: skip
CODE = re.compile(r"(?:[0-9A-Z]{4}-){6}[0-9A-Z]{2}")


@pytest.fixture
def table() -> Table:
    table = consulting(statements=["The ferry runs.", "The mill stands."], voters=1)
    table.seat("Nia", Role.PARTICIPANT, 1)
    table.seat("observer", Role.OBSERVER)
    return table


def addresses(table: Table) -> list[str]:
    paths = [reverse(name, args=[table.id]) for name in INSIDE]
    statement = uuid.uuid4()
    return [
        *paths,
        reverse("wordings", args=[table.id, statement]),
        reverse("withdraw", args=[table.id, statement]),
    ]


# --- the door -------------------------------------------------------------------------------------


def test_opening_the_link_of_an_invitation_changes_nothing(table):
    """Mail scanners and previews open links, some of them often."""
    code = table.invite("Nia")
    before = [(row.pk, row.used) for row in Invitation.unscoped.order_by("pk")]
    length = record.verify(table.id).length
    for path in (f"/enter/{code}/", f"/enter/{code.lower()}/"):
        for method in ("get", "head", "options", "get"):
            answer = getattr(Client(), method)(path)
            assert answer.status_code == 200
            assert settings.SESSION_COOKIE_NAME not in answer.cookies
    assert [(row.pk, row.used) for row in Invitation.unscoped.order_by("pk")] == before
    assert record.verify(table.id).length == length
    assert code in Client().get(f"/enter/{code}/").content.decode()  # filled in: one press is left


def test_sending_the_code_takes_the_seat_and_shows_the_next_code_once(table):
    code, client = table.invite("Nia"), Client()
    answer = client.post("/enter/", {"code": code})
    shown = CODE.findall(answer.content.decode())
    assert len(shown) == 1
    assert shown[0] != code
    assert client.get(reverse("process", args=[table.id])).status_code == 200
    again = Client().post("/enter/", {"code": shown[0]})
    assert again.status_code == 200
    assert CODE.findall(again.content.decode()) not in ([code], shown)


def test_a_wrong_code_is_not_repeated_on_the_page_and_lets_nobody_in(table):
    client, wrong = Client(), acts.new_code()
    answer = client.post("/enter/", {"code": wrong})
    assert answer.status_code == 409
    assert "does not open a seat" in answer.content.decode()
    assert client.get(reverse("process", args=[table.id])).status_code == 404


def test_a_used_and_a_never_made_code_give_the_same_page(table):
    code = table.invite("Nia")
    Client().post("/enter/", {"code": code})
    pages = {plainly(Client().post("/enter/", {"code": one}).content) for one in (code, acts.new_code())}
    assert len(pages) == 1


def test_entering_begins_a_new_session(table):
    client = Client()
    client.force_login(table.person)
    before = client.cookies[settings.SESSION_COOKIE_NAME].value
    client.post("/enter/", {"code": table.invite("Nia")})
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != before
    stale = Client()
    stale.cookies[settings.SESSION_COOKIE_NAME] = before
    assert stale.get(reverse("process", args=[table.id])).status_code == 404


def test_slips_carry_fresh_codes_that_open_their_seats(table):
    page = table.client().post(reverse("slips", args=[table.id]), {"seat": [str(table.seats["Nia"])]})
    code = CODE.findall(page.content.decode())[0]
    assert "<svg" in page.content.decode()
    assert Client().post("/enter/", {"code": code}).status_code == 200


def test_a_page_of_slips_sent_again_leaves_the_printed_codes_good(table):
    client, words = table.client(), {"seat": [str(table.seats["Nia"])], "once": "print"}
    page = client.post(reverse("slips", args=[table.id]), words)
    code = CODE.findall(page.content.decode())[0]
    again = client.post(reverse("slips", args=[table.id]), words)
    assert CODE.findall(again.content.decode()) == []
    assert Client().post("/enter/", {"code": code}).status_code == 200


def test_slips_are_printed_for_seats_of_this_process_alone(table):
    other = begun()
    foreign = Seat.unscoped.get(process=other.id)
    page = table.client().post(reverse("slips", args=[table.id]), {"seat": [str(foreign.pk)]})
    assert page.status_code == 404
    assert not Invitation.unscoped.filter(process=other.id).exists()


# --- sitting down ---------------------------------------------------------------------------------


def test_one_click_sits_down_in_an_exercise():
    table, client = begun(kind=Kind.EXERCISE), Client()
    table.seat("a voter", Role.VOTER, 1, one_click=True, introduction="A voter\nFrom the delta.")
    path = reverse("sit", args=[table.id])
    assert "From the delta." in client.get(path).content.decode()
    assert client.post(path, {"seat": str(table.seats["a voter"])}).status_code == 302
    assert client.get(reverse("process", args=[table.id])).status_code == 200


@pytest.mark.parametrize("seat", ["", "x", "00000000-0000-4000-8000-00000000dead", "\x00"])
def test_only_the_seats_on_offer_can_be_sat_on(seat):
    table = begun(kind=Kind.EXERCISE)
    taken = table.seat("Nia", Role.PARTICIPANT, 1)
    for one in (seat, str(taken.seat)):
        assert Client().post(reverse("sit", args=[table.id]), {"seat": one}).status_code == 404


def test_a_real_process_has_no_page_to_sit_down(table):
    Seat.unscoped.filter(pk=table.seats["Nia"]).update(one_click=True)  # a seeded fault
    path = reverse("sit", args=[table.id])
    answers = [Client().get(path), Client().post(path, {"seat": str(table.seats["Nia"])})]
    assert [one.status_code for one in answers] == [404, 404]
    missing = Client().get(reverse("sit", args=[uuid.uuid4()]))
    assert plainly(answers[0].content) == plainly(missing.content)


# --- freeze ---------------------------------------------------------------------------------------


def test_a_frozen_process_is_the_same_neutral_page_for_everybody_and_every_request(table):
    clients = [Client(), table.client(), table.client("Nia")]
    outsider = Client()
    outsider.force_login(begun().person)
    acts.freeze(by=table.lead)
    pages = set()
    for client in [*clients, outsider]:
        for path in addresses(table):
            for method in ("get", "post", "put", "options"):
                answer = getattr(client, method)(path)
                pages.add((answer.status_code, answer.content))
    assert len(pages) == 1
    status, page = pages.pop()
    assert status == 503
    for word in ("North", "South", "delta", "River", "Nia", str(table.id), "frozen", "freeze"):
        assert word not in page.decode()


def test_a_freeze_reads_the_same_in_every_language(table):
    acts.freeze(by=table.lead)
    pages = {
        Client().get(reverse("vote", args=[table.id]), headers={"accept-language": one}).content
        for one in ("en", "fr", "ar", "")
    }
    assert len(pages) <= 3
    assert not any(b"delta" in page for page in pages)


def test_nothing_is_done_in_a_frozen_process(table):
    acts.freeze(by=table.lead)
    before = record.verify(table.id).length
    table.client().post(reverse("rules", args=[table.id]), {"text": "New rules"})
    table.client().post(reverse("steps", args=[table.id]), {"do": "drafting"})
    table.client("Nia").post(reverse("write", args=[table.id]), {"text": "x", "language": "en"})
    assert record.verify(table.id).length == before


def test_one_click_freezes_and_the_list_of_processes_thaws(table):
    client = table.client()
    client.post(reverse("steps", args=[table.id]), {"do": "freeze"})
    assert client.get(reverse("process", args=[table.id])).status_code == 503
    page = client.get("/").content.decode()
    assert reverse("thaw", args=[table.id]) in page
    assert client.post(reverse("thaw", args=[table.id])).status_code == 302
    assert client.get(reverse("process", args=[table.id])).status_code == 200


def test_only_a_facilitator_thaws(table):
    acts.freeze(by=table.lead)
    for client in (table.client("Nia"), table.client("observer"), Client()):
        assert client.post(reverse("thaw", args=[table.id])).status_code == 404
    assert Process.unscoped.get(pk=table.id).frozen


# --- titles, exits, the line of who sees this -----------------------------------------------------


def test_titles_and_addresses_name_the_cover_title_and_nothing_else(table):
    titles = set()
    for client in (table.client(), table.client("Nia"), table.client("a1")):
        for path in addresses(table):
            assert not re.search("north|south|delta|ferry", path.lower())
            if not (answer := client.get(path))["Content-Type"].startswith("text/html"):
                continue
            for title in re.findall("<title>(.*?)</title>", answer.content.decode(), re.DOTALL):
                if answer.status_code == 200:
                    titles.add(title.strip())
    assert titles == {"River studies"}


def test_the_true_title_is_read_at_the_table_alone(table):
    path = reverse("process", args=[table.id])
    for client, sees in [(table.client(), True), (table.client("Nia"), True), (table.client("a1"), False),
                         (table.client("observer"), False)]:  # fmt: skip
        assert ("The northern delta" in client.get(path).content.decode()) is sees


def test_every_page_has_a_quick_exit_and_says_who_sees_it(table):
    for client in (table.client(), table.client("Nia")):
        for path in addresses(table):
            answer = client.get(path)
            if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
                assert 'action="/leave/"' in answer.content.decode(), path
                assert "Who will see this:" in answer.content.decode(), path


def test_quick_exit_ends_the_session_and_clears_the_browser(table):
    client = table.client("Nia")
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    answer = client.post("/leave/")
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    page = client.get(answer.headers["Location"]).content.decode()
    assert not re.search("River|delta|Nia|Track", page.split("<body")[1].split("</main>")[0])
    stale = Client()
    stale.cookies[settings.SESSION_COOKIE_NAME] = cookie
    assert stale.get(reverse("process", args=[table.id])).status_code == 404


def test_opening_the_exit_page_changes_nothing(table):
    client = table.client("Nia")
    assert client.get("/leave/").status_code == 200
    assert client.get(reverse("process", args=[table.id])).status_code == 200


def test_nothing_is_kept_by_a_browser_or_a_proxy(table):
    for path in ("/", "/enter/", *addresses(table)):
        assert table.client("Nia").get(path).headers["Cache-Control"] == "no-store"


# --- steps, rules and seats by form ---------------------------------------------------------------


def test_the_page_of_phases_shows_every_allowed_step_and_offers_the_next_ones(table):
    page = table.client().get(reverse("steps", args=[table.id])).content.decode()
    offered = set(re.findall(r'name="do" value="([a-z-]+)"', page)) - {"freeze", "review"}
    assert offered == {phase.value for phase in STEPS[Phase.CONSULTING]} - {"closed", "erased"}


def test_only_facilitators_step_add_seats_write_rules_and_print_slips(table):
    table.seat("expert", Role.EXPERT)
    before = record.verify(table.id).length
    posts = [
        ("steps", {"do": "drafting"}), ("steps", {"do": "freeze"}), ("rules", {"text": "mine"}),
        ("seats", {"role": "expert", "label": "x", "side": ""}), ("slips", {"seat": [str(table.seats["Nia"])]}),
        ("compute", {}), ("moderate", {}), ("close", {"title": "River studies"}), ("thaw", {}),
    ]  # fmt: skip
    for label in ("Nia", "a1", "observer", "expert"):
        for name, words in posts:
            answer = table.client(label).post(reverse(name, args=[table.id]), words)
            assert answer.status_code in (404, 409), (label, name)
    assert record.verify(table.id).length == before
    assert table.lead.phase is Phase.CONSULTING


def test_a_seat_stands_down_by_form(table):
    path = reverse("withdraw", args=[table.id, table.seats["Nia"]])
    assert table.client("a1").post(path).status_code == 404
    table.client().get(path)
    assert not Seat.unscoped.get(pk=table.seats["Nia"]).withdrawn
    table.client().post(path)
    assert Seat.unscoped.get(pk=table.seats["Nia"]).withdrawn
    assert table.client("Nia").get(reverse("process", args=[table.id])).status_code == 404


def test_rules_are_written_and_assented_to_by_form(table):
    path = reverse("rules", args=[table.id])
    table.client().post(path, {"text": "The fourth rule: listen."})
    client = table.client("Nia")
    page = client.get(path).content.decode()
    assert "The fourth rule: listen." in page
    version = re.findall(r'name="version" value="([0-9a-f-]{36})"', page)[0]
    assert client.post(path, {"version": version}).status_code == 302
    assert acts.standing(table.id).assents_missing == acts.standing(table.id).assents_missing
    assert 'name="version"' not in client.get(path).content.decode()


def test_a_begun_process_is_led_by_whoever_began_it():
    table = begun()
    words = {
        "cover_title": "Lake studies",
        "title": "The lake",
        "sides": "East\nWest",
        "language": "fr",
        "story": "",
    }
    answer = table.client().post("/begin/", words)
    assert answer.status_code == 302
    assert table.client().get(answer.headers["Location"]).status_code == 200
    nobody = begun()
    nobody.person.convenes = False
    nobody.person.save()
    assert nobody.client().post("/begin/", words).status_code == 404
    assert Client().get("/begin/").status_code == 404
