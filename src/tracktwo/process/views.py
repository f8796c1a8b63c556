"""Pages of the process: the front, the door, the path, seats, ground rules, the record."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, TypeGuard
from uuid import UUID

import segno
from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib.auth import login, logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_bidi, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from tracktwo import figures
from tracktwo.content.templates import chatham
from tracktwo.errors import NotHere, Refusal
from tracktwo.people import acts as people
from tracktwo.people.forms import Account
from tracktwo.people.models import Person
from tracktwo.people.second_step import has_account
from tracktwo.process import acts, door, forms, phases, rules, visibility
from tracktwo.process.door import frame, page_for
from tracktwo.process.models import Assent, GroundRules, Process, Seat
from tracktwo.process.phases import Phase
from tracktwo.process.rules import EVERYONE, FACILITATORS, PANEL, Role
from tracktwo.process.seated import Seated
from tracktwo.process.wording import Worded
from tracktwo.record import acts as record
from tracktwo.record.once import AlreadyDone
from tracktwo.record.rules import Line, act_and_number
from tracktwo.vault import keys
from tracktwo.vault.grants import Grant
from tracktwo.web import ANYONE, SIGNED_IN, audience, once_of, resting, say

SIGN_IN_WITH = "tracktwo.people.signing_in.ByBlindIndex"


# --- the front and the door ---------------------------------------------------------------------


@audience(ANYONE)
def front(request: HttpRequest) -> HttpResponse:
    """Where everybody lands: the demo's seats, your processes, or the way in."""
    if settings.DEMO and not request.user.is_authenticated:
        demo = Process.unscoped.filter(kind=rules.Kind.DEMO).first()
        if demo is not None:
            return redirect("sit", pid=demo.pk)
    mine = [
        {
            "id": row.pk,
            "title": door.read(row.cover_title, seat.grant).text,
            "frozen": row.frozen,
            "may_thaw": seat.facilitates,
            "role": _(rules.ROLE_NAMES[seat.role]),
        }
        for row, seat in visibility.processes_of(request.user)
    ]
    return render(
        request,
        "process/front.html",
        {"processes": mine, "form": forms.Code(), "may_begin": _may_begin(request), "name": _name(request)},
    )


def _name(request: HttpRequest) -> str:
    """The user name of somebody with an account, for themselves alone."""
    person = request.user
    return person.name.open(visibility.own_name(person)) if isinstance(person, Person) and person.name else ""


def _may_begin(request: HttpRequest) -> bool:
    return isinstance(request.user, Person) and request.user.convenes


@audience(ANYONE)
def enter(request: HttpRequest, code: str = "") -> HttpResponse:
    """Take a seat with a code. Opening the link changes nothing; sending the form does."""
    form = forms.Code(request.POST or None, initial={"code": code})
    if request.method != "POST" or not form.is_valid():
        return render(request, "process/enter.html", {"form": form, "code": code})
    try:
        entered = acts.enter(code=form.cleaned_data["code"])
    except Refusal as refusal:
        form.add_error("code", say(refusal))
        return render(request, "process/enter.html", {"form": form, "code": ""}, status=409)
    login(request, entered.person, backend=SIGN_IN_WITH)
    if not entered.return_code:
        return redirect("account")
    return render(
        request, "process/entered.html", {"pid": entered.process, "return_code": entered.return_code}
    )


@audience(SIGNED_IN)
def account(request: HttpRequest) -> HttpResponse:
    """Whoever sits on a real panel makes an account; the second step follows on the next page."""
    if not _owes_account(request.user):
        raise NotHere
    form = Account(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _account_page(request, form)
    values = form.cleaned_data
    try:
        person = people.make_account(
            person=request.user, user_name=values["user_name"], password=values["password"]
        )
    except Refusal as refusal:
        form.add_error("user_name", say(refusal))
        return _account_page(request, form)
    update_session_auth_hash(request, person)
    record_authentication(request, person, method="password")
    return redirect("mfa_index")


def _owes_account(person: Any) -> TypeGuard[Person]:
    """Only those who need one see the page: on it one could try which user names are taken."""
    seats = [seat for _row, seat in visibility.processes_of(person)]
    return not has_account(person) and any(rules.needs_account(seat.role, seat.kind) for seat in seats)


def _account_page(request: HttpRequest, form: Account) -> HttpResponse:
    return render(request, "people/account.html", {"form": form}, status=400 if form.errors else 200)


@audience(ANYONE)
def sit(request: HttpRequest, pid: UUID) -> HttpResponse:
    """Sit down in one click: a demo or an exercise only."""
    if door.is_frozen(pid):
        return resting(request)
    row = Process.unscoped.filter(pk=pid, kind__in=rules.OPEN_KINDS).first()
    if row is None or not keys.keystore().holds(pid):
        raise NotHere
    if request.method == "POST":
        seat = _uuid(request.POST.get("seat"))
        login(request, acts.sit_down(process=pid, seat=seat), backend=SIGN_IN_WITH)
        return redirect("process", pid=pid)
    cards = _open_seats(row)
    asked = [card for card in cards if str(card["id"]) == request.GET.get("seat")]
    context = {"process_id": pid, "title": door.cover_title(pid), "cards": asked or cards, "one": bool(asked)}
    return render(request, "process/sit.html", context)


def _open_seats(row: Process) -> list[dict[str, Any]]:
    """The seats anybody may take, the wider circle first; each with its two sentences."""
    grant = visibility.at_the_door(row.pk)
    seats = Seat.unscoped.filter(process=row, one_click=True).select_related("side")
    order = list(Role)
    ranked = sorted(
        seats,
        key=lambda seat: (
            seat.role != Role.VOTER,
            seat.side.place if seat.side else 9,
            order.index(Role(seat.role)),
        ),
    )
    return [_role_card(seat, grant) for seat in ranked]


def _role_card(seat: Seat, grant: Grant) -> dict[str, Any]:
    said = door.read(seat.introduction, grant) if seat.introduction else Worded("", "")
    label, _newline, note = said.text.partition("\n")
    letter, hue = (seat.side.letter, seat.side.place) if seat.side else ("", 0)
    return {"id": seat.pk, "label": label, "note": note, "lang": said.lang, "letter": letter, "hue": hue}


def _uuid(value: Any) -> UUID:
    try:
        return UUID(str(value))
    except ValueError:
        raise NotHere from None


# Exempt from the form token: an expired one must never hold somebody on a page. Another site cannot sign
# anybody out by it, since the session cookie does not travel with its forms (SameSite=Strict).
@csrf_exempt
@audience(ANYONE)
def leave(request: HttpRequest) -> HttpResponse:
    """Quick exit: sign out, forget this site's data in the browser, and show a neutral page."""
    if request.method != "POST":
        return render(request, "process/left.html")
    logout(request)
    response = redirect(settings.EXIT_URL or "leave")
    response["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


@audience(SIGNED_IN)
def thaw(request: HttpRequest, pid: UUID) -> HttpResponse:
    """End a freeze; from the list of one's processes, since every page of a frozen one is the same."""
    seat = visibility.take_seat(request.user, pid)
    if not seat.facilitates:
        raise NotHere
    if request.method == "POST":
        acts.thaw(by=seat)
    return redirect("front")


# --- inside -------------------------------------------------------------------------------------


def process(request: HttpRequest, seat: Seated, **more: Any) -> HttpResponse:
    """The page of the process: what it is, where it stands, what to do next. Preparation adds to it and serves it."""
    row = Process.unscoped.get(pk=seat.process)
    newest = GroundRules.objects.seen_by(seat).first()
    context = frame(
        seat,
        _("Everybody with a seat in this process sees this page; it names nobody."),
        here="process",
        story=door.read(row.story, seat.grant) if row.story else None,
        title=door.read(row.title, seat.grant) if "plenary" in seat.grant.scopes else None,
        sides=door.seen_sides(seat),
        rules_wait=newest is not None and not _assented(seat, newest),
        can_vote=seat.role in rules.OF_A_SIDE and seat.phase is Phase.CONSULTING,
        **more,
    )
    return render(request, "process/process.html", context)


def _assented(seat: Seated, version: GroundRules) -> bool:
    return Assent.unscoped.filter(seat_id=seat.seat, ground_rules=version).exists()


@page_for(*EVERYONE)
def seats(request: HttpRequest, seat: Seated) -> HttpResponse:
    """Who sits here, as far as this seat may know; the panel adds seats."""
    sides = door.seen_sides(seat)
    form = forms.NewSeat(
        request.POST or None, sides=[(str(side.id), f"{side.letter} · {side.name}") for side in sides]
    )
    if request.method == "POST":
        if not seat.facilitates:
            raise NotHere
        if form.is_valid():
            values = form.cleaned_data
            with suppress(AlreadyDone):
                acts.add_seat(
                    process=seat.process,
                    role=Role(values["role"]),
                    label=values["label"],
                    official=values["official"],
                    side=_uuid(values["side"]) if values["side"] else None,
                    one_click=seat.kind == rules.Kind.EXERCISE,
                    introduction=values["label"] if seat.kind == rules.Kind.EXERCISE else None,
                    by=seat.role,
                    once=once_of(request),
                )
            return redirect("seats", pid=seat.process)
    who_sees = _(
        "The panel sees all seats. A side sees its own seats, and of other sides only about how many."
    )
    context = frame(
        seat, who_sees, here="seats", sides=_rosters(seat, sides), panel_seats=_panel_seats(seat), form=form
    )
    return render(request, "process/seats.html", context, status=400 if form.errors else 200)


def _rosters(seat: Seated, sides: list[door.SeenSide]) -> list[dict[str, Any]]:
    """Sides with their seats where this seat may read them, else with a banded size."""
    seen = [row for row in Seat.objects.seen_by(seat).filter(withdrawn=False) if row.side_id]
    return [
        {
            "side": side,
            "seats": _labels(seat, [row for row in seen if row.side_id == side.id]),
            "size": _size(seat, side.id),
        }
        for side in sides
    ]


def _labels(seat: Seated, rows: list[Seat]) -> list[dict[str, Any]]:
    return [
        {
            "id": row.pk,
            "label": door.read(
                row.label, visibility.own_seat(seat) if row.pk == seat.seat else seat.grant
            ).text,
            "role": _(rules.ROLE_NAMES[Role(row.role)]),
            "letter": row.side.letter if row.side else "",
            "hue": row.side.place if row.side else 0,
            "official": row.official,
            "taken": row.person_id is not None,
            "signs_in": has_account(row.person),
            "you": row.pk == seat.seat,
        }
        for row in rows
    ]


def _panel_seats(seat: Seated) -> list[dict[str, Any]]:
    return _labels(
        seat, [row for row in Seat.objects.seen_by(seat).filter(withdrawn=False) if not row.side_id]
    )


def _size(seat: Seated, side: UUID) -> str:
    at_the_table = Seat.unscoped.filter(
        process_id=seat.process, side_id=side, role=Role.PARTICIPANT, withdrawn=False
    )
    return _(rules.size_band(at_the_table.count()))


@page_for(*FACILITATORS)
def slips(request: HttpRequest, seat: Seated) -> HttpResponse:
    """Invitation slips to print: each with a fresh code, shown this once."""
    if request.method != "POST":
        return redirect("seats", pid=seat.process)
    try:
        given = acts.invite(
            seats=[_uuid(one) for one in request.POST.getlist("seat")], by=seat, once=once_of(request)
        )
    except AlreadyDone:  # the page was sent again: the codes just printed stay good
        return redirect("seats", pid=seat.process)
    printed = [_slip(request, row, code, seat) for row, code in given]
    context = frame(
        seat,
        _("Whoever holds a slip can take its seat. Hand each over in person."),
        here="seats",
        slips=printed,
    )
    return render(request, "process/slips.html", context)


def _slip(request: HttpRequest, row: Seat, code: str, seat: Seated) -> dict[str, Any]:
    address = request.build_absolute_uri(reverse("enter-with", args=[code]))
    grant = visibility.own_seat(seat) if row.pk == seat.seat else seat.grant
    picture = segno.make(address, error="m").svg_inline(scale=3, border=2, omitsize=True)
    return {
        "label": door.read(row.label, grant).text,
        "letter": row.side.letter if row.side else "",
        "hue": row.side.place if row.side else 0,
        "code": code,
        "address": request.build_absolute_uri(reverse("enter")),
        "picture": SafeString(picture),
        "days": acts.INVITATION_DAYS,
    }


@page_for(*FACILITATORS)
def withdraw(request: HttpRequest, seat: Seated, sid: UUID) -> HttpResponse:
    if request.method == "POST":
        with suppress(AlreadyDone):
            acts.withdraw(seat=sid, by=seat, once=once_of(request))
    return redirect("seats", pid=seat.process)


@page_for(*EVERYONE)
def ground_rules(request: HttpRequest, seat: Seated) -> HttpResponse:
    """The ground rules: read, assent, and (facilitators) write a new version."""
    newest = GroundRules.objects.seen_by(seat).first()
    text = door.read(newest.text, seat.grant) if newest else None
    begun = _chatham() if request.GET.get("from") == "chatham" else text.text if text else ""
    form = forms.Rules(request.POST if "text" in request.POST else None, initial={"text": begun})
    if request.method == "POST" and _rules_posted(request, seat, newest, form):
        return redirect("rules", pid=seat.process)
    who_sees = _("Everybody with a seat sees the rules. That your seat assented is kept; when is not.")
    context = frame(
        seat,
        who_sees,
        here="rules",
        form=form,
        rules=newest,
        text=text,
        assented=newest is not None and _assented(seat, newest),
        standing=acts.standing(seat.process) if seat.on_panel else None,
        missing=_without_assent(seat, newest) if seat.on_panel and newest else [],
        writing=request.GET.get("from") == "chatham" or bool(form.errors),
    )
    return render(request, "process/rules.html", context, status=400 if form.errors else 200)


def _chatham() -> str:
    """The ground rules under the Chatham House Rule in the reader's language, to begin from."""
    return chatham().get(get_language() or "en", chatham()["en"])


def _without_assent(seat: Seated, version: GroundRules) -> list[dict[str, Any]]:
    """The seats that have not assented to the newest version, for the panel."""
    done = Assent.unscoped.filter(process_id=seat.process, ground_rules=version).values_list(
        "seat", flat=True
    )
    waiting = Seat.objects.seen_by(seat).filter(withdrawn=False).exclude(role=Role.VOTER).exclude(pk__in=done)
    return _labels(seat, sorted(waiting.select_related("side"), key=_at_the_table))


def _at_the_table(row: Seat) -> tuple[int, int, str]:
    """Side by side, the panel last."""
    return (row.side.place if row.side else 9, list(Role).index(Role(row.role)), str(row.pk))


def _rules_posted(request: HttpRequest, seat: Seated, newest: GroundRules | None, form: forms.Rules) -> bool:
    """Carry out what was sent from the page of the ground rules; whether it was done."""
    with suppress(AlreadyDone):
        if request.POST.get("do") == "chatham":
            acts.write_ground_rules(text=chatham(), by=seat, once=once_of(request))
        elif "text" not in request.POST:
            acts.assent(version=_uuid(request.POST.get("version")), by=seat, once=once_of(request))
        elif not seat.facilitates:
            raise NotHere
        elif form.is_valid():
            acts.write_ground_rules(text=form.cleaned_data["text"], by=seat, once=once_of(request))
        else:
            return False
    return True


@page_for(*PANEL)
def steps(request: HttpRequest, seat: Seated) -> HttpResponse:
    """The phases as a diagram, and the next steps allowed from here."""
    if request.method == "POST":
        _stepped(request, seat)
        return redirect("steps", pid=seat.process)
    allowed = [
        {"key": to.value, "name": _(phases.PHASE_NAMES[to])}
        for to in phases.STEPS[seat.phase]
        if to not in phases.ENDED
    ]
    context = frame(
        seat,
        _("The panel sees this page. Everybody with a seat sees the phase."),
        here="steps",
        allowed=allowed,
        standing=acts.standing(seat.process),
        needed=_needed(seat)
        if Phase.CONVENING in phases.STEPS[seat.phase] or seat.phase is Phase.PREPARING
        else [],
        all_steps=_steps_table(),
        picture=_steps_picture(seat),
    )
    return render(request, "process/steps.html", context)


def _needed(seat: Seated) -> list[dict[str, Any]]:
    """What convening waits for, each with the page where it is done."""
    now = acts.standing(seat.process)
    missing = now.assents_missing if now.rules_adopted else 0
    return [
        {"name": _("Ground rules are proposed"), "done": now.rules_adopted, "url": _page("rules", seat)},
        {
            "name": _("Every seat has assented to them"),
            "done": now.rules_adopted and not missing,
            "said": _("Seats that have not assented yet: %(n)s.") % {"n": missing} if missing else "",
            "url": _page("rules", seat),
        },
        {
            "name": _("The risks to everybody who takes a seat are reviewed"),
            "done": now.risk_reviewed,
            "url": _page("risks", seat),
        },
    ]


def _page(name: str, seat: Seated) -> str:
    return reverse(name, args=[seat.process])


def _stepped(request: HttpRequest, seat: Seated) -> None:
    if not seat.facilitates:
        raise NotHere
    do = request.POST.get("do", "")
    with suppress(AlreadyDone):
        if do == "review":
            acts.review_risk(by=seat, once=once_of(request))
        elif do == "freeze":
            acts.freeze(by=seat, once=once_of(request))
        elif do in set(Phase):
            acts.step(to=Phase(do), by=seat, once=once_of(request))


def _steps_picture(seat: Seated) -> SafeString:
    """The table of steps as a diagram, drawn from the table itself: it cannot grow old."""
    stations = [
        figures.Station(one.key, _(one.name), one.state) for one in phases.stations(seat.phase, every=True)
    ]
    moves = [(now.value, to.value) for now, steps in phases.STEPS.items() for to in steps]
    title = _("The phases and the steps allowed between them")
    return SafeString(figures.phase_path(stations, moves, key="phases", title=title, rtl=get_language_bidi()))


def _steps_table() -> list[dict[str, Any]]:
    names = phases.PHASE_NAMES
    return [
        {"from": _(names[now]), "to": [_(names[to]) for to in steps]} for now, steps in phases.STEPS.items()
    ]


@page_for(*EVERYONE)
def record_page(request: HttpRequest, seat: Seated) -> HttpResponse:
    """The head of the record for everybody; its entries for the panel."""
    finding = record.verify(seat.process)
    entries = [_entry(line) for line in record.entries(seat.process)] if seat.on_panel else []
    count = ngettext("%(n)s entry", "%(n)s entries", finding.length) % {"n": finding.length}
    who_sees = _(
        "Everybody with a seat sees the head of the record. The panel sees the acts by role; nobody sees content."
    )
    context = frame(
        seat, who_sees, here="record", finding=finding, head=finding.head.hex(), count=count, entries=entries
    )
    return render(request, "process/record.html", context)


def _entry(line: Line) -> dict[str, Any]:
    """An entry in the reader's words; the record itself stays as it is."""
    act, number = act_and_number(line.verb)
    role = rules.ROLE_NAMES[Role(line.role)] if line.role in set(Role) else line.role
    return {"number": line.number, "act": _(act) + number, "role": _(role), "day": line.day}
