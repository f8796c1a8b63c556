"""Pages of preparation: beginning, the worktable of the panel, the long list, the agenda, intake."""

from __future__ import annotations

import datetime
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_bidi, ngettext
from django.utils.translation import gettext as _

from tracktwo import figures
from tracktwo.errors import NotHere, Refusal, gettext_noop
from tracktwo.people.models import Person
from tracktwo.preparation import acts, agenda, forms, mirror, rules, templates
from tracktwo.preparation.calendar import calendar_file
from tracktwo.preparation.mirror import Gap, Somebody
from tracktwo.preparation.models import (
    Actor,
    Agenda,
    Candidate,
    Clearance,
    ConflictAnalysis,
    Declaration,
    Intake,
    Perception,
    Relation,
    Risk,
)
from tracktwo.preparation.rules import Stage
from tracktwo.process import acts as process_acts
from tracktwo.process import door, visibility
from tracktwo.process import rules as process_rules
from tracktwo.process import views as process_views
from tracktwo.process.door import SeenSide, frame, page_for
from tracktwo.process.models import Invitation, Seat, today
from tracktwo.process.phases import Phase
from tracktwo.process.rules import EVERYONE, FACILITATORS, PANEL, Role
from tracktwo.process.seated import Seated
from tracktwo.record.once import AlreadyDone
from tracktwo.web import SIGNED_IN, audience, once_of

WHERE = {where.value: name for where, name in agenda.WHERE_NAMES.items()}
AT_THE_TABLE = EVERYONE - {Role.VOTER}
THE_PANEL = EVERYONE - process_rules.OF_A_SIDE
HEARING = AT_THE_TABLE - {Role.EVALUATOR}
Deeds = Mapping[str, tuple[django_forms.Form | None, Callable[[], object]]]


# --- what these pages have in common ------------------------------------------------------------------


def _did(request: HttpRequest, deeds: Deeds) -> bool:
    """Carry out what the hidden field `do` names; whether it was done. Where the form that belongs to it cannot be
    read, nothing is: the page comes back with what was written."""
    if request.method != "POST":
        return False
    form, deed = deeds.get(request.POST.get("do", ""), (None, _nothing))
    if form is not None and not form.is_valid():
        return False
    with suppress(AlreadyDone):
        deed()
    return True


def _nothing() -> None:
    """What is done where a form asks for nothing this page knows."""


def _sent(request: HttpRequest, do: str) -> Any:
    """What a form of this page was sent with; nothing for the other forms."""
    return request.POST if request.method == "POST" and request.POST.get("do") == do else None


def _status(*sent: django_forms.Form) -> int:
    return 400 if any(form.errors for form in sent) else 200


def _uuid(value: Any) -> UUID:
    try:
        return UUID(str(value))
    except ValueError:
        raise NotHere from None


def _opened(sealed: Any, seat: Seated) -> dict[str, Any]:
    """A sealed JSON object, as this seat may read it."""
    found: dict[str, Any] = json.loads(sealed.open(seat.grant)) if sealed else {}
    return found


def _text(sealed: Any, seat: Seated) -> str:
    return sealed.open(seat.grant) if sealed else ""


def _word(names: Mapping[str, str], key: Any) -> str:
    return _(names[key]) if key in names else ""


def _named(sides: Sequence[SeenSide]) -> list[tuple[str, str]]:
    return [(str(side.id), f"{side.letter} · {side.name}") for side in sides]


def _seats(seat: Seated) -> list[Seat]:
    """The seats at the table that this seat may know, side by side and the panel last."""
    rows = Seat.objects.seen_by(seat).filter(withdrawn=False).exclude(role=Role.VOTER).select_related("side")
    order = list(Role)
    return sorted(
        rows, key=lambda row: (row.side.place if row.side else 9, order.index(Role(row.role)), row.pk)
    )


def _label(seat: Seated, row: Seat) -> str:
    return door.read(row.label, visibility.own_seat(seat) if row.pk == seat.seat else seat.grant).text


def _seat_choices(seat: Seated, rows: Sequence[Seat]) -> list[tuple[str, str]]:
    return [
        (
            str(row.pk),
            f"{row.side.letter} · {_label(seat, row)}"
            if row.side
            else f"{_label(seat, row)} · {_(process_rules.ROLE_NAMES[Role(row.role)])}",
        )
        for row in rows
    ]


# --- beginning ----------------------------------------------------------------------------------------


@audience(SIGNED_IN)
def begin(request: HttpRequest) -> HttpResponse:
    """Begin a process; whoever begins it takes the lead facilitator's seat."""
    if not isinstance(request.user, Person) or not request.user.convenes:
        raise NotHere
    language = get_language() or "en"
    form = forms.Begin(request.POST or None, initial={"language": language, "template": templates.KEYS[0]})
    if request.method == "POST" and form.is_valid():
        try:
            process = acts.begin(
                **form.cleaned_data,
                facilitator=_in_every_language(gettext_noop("Facilitator")),
                by=request.user,
                once=once_of(request),
            )
        except AlreadyDone:
            return redirect("front")
        return redirect("process", pid=process.pk)
    offered = [templates.load(key).get(language, templates.load(key)["en"]) for key in templates.KEYS]
    context = {"form": form, "templates": offered}
    return render(request, "process/begin.html", context, status=_status(form))


def _in_every_language(sentence: str) -> dict[str, str]:
    """Words of ours that are kept as people's own are: in each language of the interface."""
    said = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            said[code] = _(sentence)
    return said


@page_for(*EVERYONE)
def process(request: HttpRequest, seat: Seated) -> HttpResponse:
    """The front of a process; a facilitator who prepares it finds day one in order."""
    preparing = seat.facilitates and seat.phase in (Phase.PREPARING, Phase.TALKS)
    return process_views.process(
        request,
        seat,
        day_one=_day_one(seat) if preparing else [],
        agenda_next=_next_on_the_agenda(seat),
        intake_waits=_intake_waits(seat),
    )


def _day_one(seat: Seated) -> list[dict[str, Any]]:
    """What is done on the first day, in order; each with where to do it."""
    seats = _seats(seat)
    sides = door.seen_sides(seat)
    empty = [side.letter for side in sides if not any(row.side_id == side.id for row in seats)]
    others = [row for row in seats if row.pk != seat.seat]
    waiting = [row for row in others if row.person_id is None]
    invited = set(Invitation.unscoped.filter(process_id=seat.process).open().values_list("seat", flat=True))
    slips = [row for row in waiting if row.pk not in invited]
    standing = process_acts.standing(seat.process)
    given = Intake.objects.seen_by(seat).filter(seat__in=[row.pk for row in seats if row.side_id]).count()
    asked = sum(1 for row in seats if row.side_id)
    return [
        _step(
            _("Sides"),
            True,
            _("Named: %(sides)s.") % {"sides": ", ".join(side.letter for side in sides)},
            "process",
            seat,
        ),
        _step(
            _("Seats"),
            not empty,
            _("No seat yet for: %(sides)s.") % {"sides": ", ".join(empty)} if empty else _count(len(others)),
            "seats",
            seat,
        ),
        _step(
            _("Slips"),
            bool(others) and not slips,
            _("Seats without a slip: %(n)s.") % {"n": len(slips)}
            if slips or not others
            else _("Every seat has a slip or is taken."),
            "seats",
            seat,
        ),
        _step(
            _("Ground rules"),
            standing.rules_adopted and not standing.assents_missing,
            _("Seats that have not assented yet: %(n)s.") % {"n": standing.assents_missing}
            if standing.rules_adopted
            else _("None are proposed yet."),
            "rules",
            seat,
        ),
        _step(
            _("Intake"),
            bool(asked) and given >= asked,
            _("Given: %(given)s of %(asked)s.") % {"given": given, "asked": asked},
            "intake",
            seat,
        ),
        _step(
            _("Panel brief"),
            False,
            _("One page for the panel, to print when the rest is done."),
            "brief",
            seat,
        ),
    ]


def _step(name: str, done: bool, said: str, address: str, seat: Seated) -> dict[str, Any]:
    return {"name": name, "done": done, "said": said, "url": reverse(address, args=[seat.process])}


def _count(seats: int) -> str:
    return ngettext("%(n)s seat beside yours.", "%(n)s seats beside yours.", seats) % {"n": seats}


def _intake_waits(seat: Seated) -> bool:
    """Whether somebody who sits for a side has not answered yet, while the sides are not convened."""
    asked = seat.role is Role.PARTICIPANT and seat.phase in (Phase.PREPARING, Phase.TALKS)
    return asked and not Intake.objects.seen_by(seat).exists()


# --- the agenda ---------------------------------------------------------------------------------------


@page_for(*HEARING)
def agenda_page(request: HttpRequest, seat: Seated) -> HttpResponse:
    """The agenda with its clock; facilitators edit the text."""
    _hears(seat)
    text = _agenda_text(seat)
    form = forms.Agenda(_sent(request, "write"), initial={"text": text})
    if request.method == "POST" and not seat.facilitates:
        raise NotHere
    if _did(request, {"write": (form, lambda: _agenda_written(request, seat, form))}):
        return redirect("agenda", pid=seat.process)
    found = agenda.read(text).agenda if text else None
    context = frame(
        seat,
        _("Everybody at the table and the panel see the agenda; the wider circle does not. It names nobody."),
        here="agenda",
        form=form,
        agenda=found,
        days=_days(found) if found else [],
        clock=_clock(found) if found else None,
        example=templates.load(templates.KEYS[-1])[_of_ours()].agenda,
    )
    return render(request, "preparation/agenda.html", context, status=_status(form))


def _agenda_written(request: HttpRequest, seat: Seated, form: forms.Agenda) -> None:
    acts.write_agenda(text=form.cleaned_data["text"], by=seat, once=once_of(request))


def _of_ours() -> str:
    language = get_language() or "en"
    return language if language in templates.LANGUAGES else "en"


def _hears(seat: Seated) -> None:
    """An observer finds the agenda only where the ground rules let observers hear."""
    if "plenary" not in seat.grant.scopes:
        raise NotHere


def _agenda_text(seat: Seated) -> str:
    row = Agenda.objects.seen_by(seat).first()
    return _text(row.text, seat) if row else ""


def _now() -> datetime.datetime:
    return datetime.datetime.now(tz=datetime.UTC)


def _days(found: agenda.Agenda) -> list[dict[str, Any]]:
    """Days for the page; those that lie behind are folded."""
    here = (_now() + datetime.timedelta(minutes=found.offset)).date()
    many = max((cycle.times for cycle in found.cycles), default=1) > 1
    return [
        {
            "name": day.name,
            "date": day.date,
            "cycle": day.cycle if many and day.date else 0,
            "past": day.date is not None and day.date < here,
            "where": _word(WHERE, day.where),
            "sessions": [_session(session, day.where) for session in day.sessions],
        }
        for day in found.days
    ]


def _session(session: agenda.Session, usual: agenda.Where) -> dict[str, Any]:
    return {
        "number": session.number,
        "title": session.title,
        "start": session.start,
        "end": session.end,
        "minutes": session.minutes,
        "where": "" if session.where == usual else _word(WHERE, session.where),
        "notes": session.notes,
        "pause": session.is_pause,
    }


def _clock(found: agenda.Agenda) -> dict[str, Any]:
    told = agenda.clock(found, _now())
    return {"hour": told.hour, "now": _told(told.now), "next": _told(told.next)}


def _told(one: agenda.Held | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "title": one.session.title,
        "start": one.session.start,
        "end": one.session.end,
        "date": one.day.date,
        "where": _word(WHERE, one.session.where),
    }


def _next_on_the_agenda(seat: Seated) -> dict[str, Any] | None:
    """Now or next on the agenda, for the front of the process."""
    found = agenda.read(_agenda_text(seat)).agenda if "plenary" in seat.grant.scopes else None
    clock = _clock(found) if found else None
    return clock if clock and (clock["now"] or clock["next"]) else None


@page_for(*HEARING)
def agenda_file(request: HttpRequest, seat: Seated) -> HttpResponse:
    """The agenda for a calendar: hours, the cover title and numbers; not one word of the agenda."""
    _hears(seat)
    found = agenda.read(_agenda_text(seat)).agenda
    if found is None or not found.has_dates:
        raise Refusal(
            gettext_noop(
                "The agenda has no dates yet, so there is nothing for a calendar. Ask the facilitators "
                "for them."
            )
        )
    said = calendar_file(found, title=_cover_title(seat), key=seat.process.bytes, made=today())
    answer = HttpResponse(said, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="calendar.ics"'
    return answer


def _cover_title(seat: Seated) -> str:
    return door.cover_title(seat.process)


# --- the conflict -------------------------------------------------------------------------------------


@page_for(*PANEL)
def prepare(request: HttpRequest, seat: Seated) -> HttpResponse:
    """Conflict analysis, the relation to Track I, other initiatives, and the map of the conflict."""
    sides = door.seen_sides(seat)
    seen = _actors(seat, sides)
    edited = next((one for one in seen if str(one["id"]) == request.GET.get("actor")), None)
    analysis = forms.Analysis(_sent(request, "analyse"), initial=_analysis(seat))
    actor = forms.NewActor(
        _sent(request, "actor"), sides=_named(sides), initial=edited["given"] if edited else None
    )
    relation = forms.NewRelation(
        _sent(request, "relate"),
        actors=[(str(one["id"]), f"{one['number']} · {one['name']}") for one in seen],
    )
    deeds: Deeds = {
        "analyse": (analysis, lambda: acts.analyse(**analysis.cleaned_data, by=seat, once=once_of(request))),
        "actor": (actor, lambda: _actor_noted(request, seat, actor)),
        "remove": (
            None,
            lambda: acts.remove_actor(actor=_uuid(request.POST.get("actor")), by=seat, once=once_of(request)),
        ),
        "relate": (relation, lambda: _related(request, seat, relation)),
    }
    if _did(request, deeds):
        return redirect("prepare", pid=seat.process)
    ties = _ties(seat, seen)
    context = frame(
        seat,
        _("Facilitators, experts and rapporteurs see this page. No side sees it, and it names no author."),
        here="prepare",
        analysis=analysis,
        actor_form=actor,
        edited=edited,
        relation_form=relation,
        actors=seen,
        ties=ties,
        picture=_conflict_map(seen, ties),
    )
    return render(request, "preparation/prepare.html", context, status=_status(analysis, actor, relation))


def _analysis(seat: Seated) -> dict[str, str]:
    row = ConflictAnalysis.objects.seen_by(seat).first()
    if row is None:
        return {}
    track = _opened(row.track_one, seat)
    return {
        "conflict": _text(row.conflict, seat),
        "initiatives": _text(row.initiatives, seat),
        "contribution": _text(row.contribution, seat),
        "track_one": track.get("is", ""),
        "track_one_note": track.get("note", ""),
    }


def _actors(seat: Seated, sides: Sequence[SeenSide]) -> list[dict[str, Any]]:
    """The actors by side and name, numbered as on the map."""
    by_id = {str(side.id): side for side in sides}
    seen = []
    for row in Actor.objects.seen_by(seat):
        traits, name = _opened(row.traits, seat), _text(row.name, seat)
        seen.append(
            {
                "id": row.pk,
                "name": name,
                "side": by_id.get(traits.get("side", "")),
                "kind": _word(rules.ACTOR_KINDS, traits.get("kind")),
                "stance": _word(rules.STANCES, traits.get("stance")),
                "influence": _word(rules.RISK_LEVELS, traits.get("influence")),
                "note": traits.get("note", ""),
                "given": {**traits, "name": name},
            }
        )
    seen.sort(key=lambda one: (one["side"].hue if one["side"] else 9, one["name"].casefold()))
    return [{**one, "number": number} for number, one in enumerate(seen, start=1)]


def _actor_noted(request: HttpRequest, seat: Seated, form: forms.NewActor) -> None:
    values = dict(form.cleaned_data)
    acts.note_actor(
        name=values.pop("name"),
        traits=values,
        actor=_uuid(request.POST["actor"]) if request.POST.get("actor") else None,
        by=seat,
        once=once_of(request),
    )


def _related(request: HttpRequest, seat: Seated, form: forms.NewRelation) -> None:
    values = form.cleaned_data
    one, other = _uuid(values["one"]), _uuid(values["other"])
    acts.relate(one=one, other=other, kind=values["kind"], by=seat, once=once_of(request))


def _ties(seat: Seated, seen: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    by_id = {one["id"]: one for one in seen}
    ties = [
        {
            "one": by_id[row.one_id],
            "other": by_id[row.other_id],
            "kind": kind,
            "said": _word(rules.RELATIONS, kind),
        }
        for row in Relation.objects.seen_by(seat)
        if (kind := _text(row.kind, seat))
    ]
    return sorted(ties, key=lambda tie: (tie["one"]["number"], tie["other"]["number"]))


def _conflict_map(seen: Sequence[dict[str, Any]], ties: Sequence[dict[str, Any]]) -> SafeString:
    """Drawn on the server; the tables beside it say the same in words."""
    if not seen:
        return SafeString("")
    weights = {"low": 1, "medium": 2, "high": 3}
    actors = [
        figures.Actor(
            one["name"],
            figures.Mark(one["side"].letter, one["side"].hue, one["side"].name) if one["side"] else None,
            weights.get(one["given"].get("influence", ""), 1),
            one["given"].get("stance") == rules.SPOILER,
        )
        for one in seen
    ]
    lines = [figures.Tie(tie["one"]["number"] - 1, tie["other"]["number"] - 1, tie["kind"]) for tie in ties]
    captions = {key: _(name) for key, name in rules.RELATIONS.items()}
    title = _("The conflict map: actors and how they stand to each other")
    return SafeString(
        figures.conflict_map(
            actors, lines, key="conflict", title=title, captions=captions, rtl=get_language_bidi()
        )
    )


# --- ripeness -----------------------------------------------------------------------------------------


@page_for(*PANEL)
def ripeness(request: HttpRequest, seat: Seated) -> HttpResponse:
    """How ripe each side seems, as roles of the panel perceived it on a day. No score is made of it."""
    sides = door.seen_sides(seat)
    form = forms.Perceived(_sent(request, "perceive"), sides=_named(sides))
    if _did(request, {"perceive": (form, lambda: _perceived(request, seat, form))}):
        return redirect("ripeness", pid=seat.process)
    rows = list(Perception.objects.seen_by(seat).order_by("-day", "pk"))
    context = frame(
        seat,
        _(
            "Facilitators, experts and rapporteurs see this page, each perception with its role. No side "
            "sees it."
        ),
        here="ripeness",
        form=form,
        signs=[_(sign) for sign in rules.SIGNS.values()],
        sides=[
            {"side": side, "rows": [_perception(row, seat) for row in rows if row.side_id == side.id]}
            for side in sides
        ],
    )
    return render(request, "preparation/ripeness.html", context, status=_status(form))


def _perceived(request: HttpRequest, seat: Seated, form: forms.Perceived) -> None:
    side = _uuid(form.cleaned_data["side"])
    acts.perceive(side=side, answers=form.answers(), by=seat, once=once_of(request))


def _perception(row: Perception, seat: Seated) -> dict[str, Any]:
    answers = _opened(row.answers, seat)
    return {
        "day": row.day,
        "role": _(process_rules.ROLE_NAMES[Role(row.role)]),
        "signs": [
            {"key": answers.get(sign, "unknown"), "said": _word(rules.SEEN, answers.get(sign, "unknown"))}
            for sign in rules.SIGNS
        ],
        "note": answers.get("note", ""),
    }


# --- risks --------------------------------------------------------------------------------------------


@page_for(*PANEL)
def risks(request: HttpRequest, seat: Seated) -> HttpResponse:
    """The risk register, as a grid and a table; the review without which nobody is convened."""
    choices = _seat_choices(seat, [row for row in _seats(seat) if row.side_id])
    seen = _risks(seat, dict(choices))
    edited = next((one for one in seen if str(one["id"]) == request.GET.get("risk")), None)
    form = forms.NewRisk(
        _sent(request, "risk"),
        seats=choices,
        initial=edited["given"] if edited else {"owner": seat.role.value},
    )
    deeds: Deeds = {
        "risk": (form, lambda: _risk_noted(request, seat, form)),
        "remove": (
            None,
            lambda: acts.remove_risk(risk=_uuid(request.POST.get("risk")), by=seat, once=once_of(request)),
        ),
        "review": (None, lambda: process_acts.review_risk(by=seat, once=once_of(request))),
    }
    if _did(request, deeds):
        return redirect("risks", pid=seat.process)
    context = frame(
        seat,
        _(
            "Facilitators, experts and rapporteurs see this page. No side sees it, not even what concerns "
            "its own seats."
        ),
        here="risks",
        form=form,
        risks=seen,
        edited=edited,
        picture=_risk_grid(seen),
        reviewed=process_acts.standing(seat.process).risk_reviewed,
    )
    return render(request, "preparation/risks.html", context, status=_status(form))


def _risks(seat: Seated, labels: Mapping[str, str]) -> list[dict[str, Any]]:
    """The register, what is likeliest and gravest first."""
    seen = []
    order = list(rules.RISK_LEVELS)
    for row in Risk.objects.seen_by(seat):
        about, text = _opened(row.about, seat), _text(row.text, seat)
        likely, severe = order.index(about["likelihood"]), order.index(about["severity"])
        owner = about.get("owner", "")
        seen.append(
            {
                "id": row.pk,
                "text": text,
                "field": (likely, severe),
                "likelihood": _word(rules.RISK_LEVELS, about["likelihood"]),
                "severity": _word(rules.RISK_LEVELS, about["severity"]),
                "measure": about.get("measure", ""),
                "owner": _(process_rules.ROLE_NAMES[Role(owner)]) if owner else "",
                "seat": labels.get(
                    about.get("seat", ""), _("a seat that has withdrawn") if about.get("seat") else ""
                ),
                "given": {**about, "text": text},
            }
        )
    seen.sort(key=lambda one: (-sum(one["field"]), -one["field"][1], one["text"]))
    return [{**one, "number": number} for number, one in enumerate(seen, start=1)]


def _risk_noted(request: HttpRequest, seat: Seated, form: forms.NewRisk) -> None:
    values = dict(form.cleaned_data)
    acts.note_risk(
        text=values.pop("text"),
        about=values,
        risk=_uuid(request.POST["risk"]) if request.POST.get("risk") else None,
        by=seat,
        once=once_of(request),
    )


def _risk_grid(seen: Sequence[dict[str, Any]]) -> SafeString:
    if not seen:
        return SafeString("")
    numbers: dict[tuple[int, int], list[int]] = {}
    for one in seen:
        numbers.setdefault(one["field"], []).append(one["number"])
    return SafeString(
        figures.risk_grid(
            numbers,
            levels=[_(level) for level in rules.RISK_LEVELS.values()],
            axes=(_("Likelihood"), _("Severity")),
            key="risks",
            title=_("Risks by likelihood and severity; the numbers are those of the table"),
            rtl=get_language_bidi(),
        )
    )


# --- the long list ------------------------------------------------------------------------------------


@page_for(*FACILITATORS)
def long_list(request: HttpRequest, seat: Seated) -> HttpResponse:
    """Every name and how far it has come, and whether the sides mirror each other."""
    sides = door.seen_sides(seat)
    form = forms.Name(_sent(request, "name"), sides=_named(sides))
    if _did(request, {"name": (form, lambda: _name_noted(request, seat, form))}):
        return redirect("long-list", pid=seat.process)
    seen = [_candidate(row, seat) for row in Candidate.objects.seen_by(seat).select_related("seat")]
    seen.sort(key=lambda one: one["name"].casefold())
    people = [
        Somebody(str(one["side"]), one["traits"], one["stage"] is Stage.SEATED)
        for one in seen
        if one["stage"] in rules.ON_THE_LIST
    ]
    context = frame(
        seat,
        _(
            "Only the facilitators see the long list. It is the most dangerous page of a process: note "
            "little, forget early."
        ),
        here="long-list",
        form=form,
        sides=_by_side(seen, sides),
        names=len(seen),
        seen_sides=sides,
        matrix=_matrix(people, sides),
        gaps=_gaps(people, sides),
    )
    return render(request, "preparation/long_list.html", context, status=_status(form))


def _name_noted(request: HttpRequest, seat: Seated, form: forms.Name) -> None:
    side = form.cleaned_data["side"]
    acts.note_name(
        name=form.cleaned_data["name"],
        side=_uuid(side) if side else None,
        traits=form.traits(),
        by=seat,
        once=once_of(request),
    )


def _candidate(row: Candidate, seat: Seated) -> dict[str, Any]:
    traits, risk = _opened(row.traits, seat), _opened(row.risk, seat)
    stage = Stage(row.stage)
    return {
        "id": row.pk,
        "name": _text(row.name, seat),
        "side": row.side_id,
        "stage": stage,
        "stage_name": _(rules.STAGE_NAMES[stage]),
        "traits": traits,
        "said": [
            _word(names, traits.get(trait)) for trait, names in rules.TRAITS.items() if traits.get(trait)
        ],
        "risk": _word(rules.RISK_LEVELS, risk.get("level")),
        "seat_gone": stage is Stage.SEATED and (row.seat is None or row.seat.withdrawn),
    }


def _by_side(seen: Sequence[dict[str, Any]], sides: Sequence[SeenSide]) -> list[dict[str, Any]]:
    """Names by side, those whose side is not known yet last; how many stand at each stage."""
    lists: list[dict[str, Any]] = [
        {"side": side, "names": [one for one in seen if one["side"] == side.id]} for side in sides
    ]
    lists.append({"side": None, "names": [one for one in seen if one["side"] is None]})
    for one in lists:
        counted = Counter(name["stage"] for name in one["names"])
        one["stages"] = [(_(rules.STAGE_NAMES[stage]), counted[stage]) for stage in Stage if counted[stage]]
    return [one for one in lists if one["side"] is not None or one["names"]]


def _matrix(people: Sequence[Somebody], sides: Sequence[SeenSide]) -> list[dict[str, Any]]:
    """The mirror matrix, trait by trait, in the reader's words."""
    found = mirror.matrix(
        people, [str(side.id) for side in sides], {k: list(v) for k, v in rules.TRAITS.items()}
    )
    return [
        {
            "trait": _(rules.TRAIT_NAMES[trait]),
            "rows": [
                {"value": _word(rules.TRAITS[trait], row.value) or _(forms.NOT_NOTED), "counts": row.counts}
                for row in found
                if row.trait == trait
            ],
        }
        for trait in rules.TRAITS
        if any(row.trait == trait for row in found)
    ]


def _gaps(people: Sequence[Somebody], sides: Sequence[SeenSide]) -> list[str]:
    """What the matrix lacks, in sentences."""
    letters = {str(side.id): side.letter for side in sides}
    found = mirror.gaps(people, list(letters), {k: list(v) for k, v in rules.TRAITS.items()})
    return [_gap(gap, letters) for gap in found]


def _gap(gap: mirror.Found, letters: Mapping[str, str]) -> str:
    comma = _(", ")
    facts: dict[str, Any] = {
        "lacking": comma.join(letters[side] for side in gap.lacking),
        "having": comma.join(letters[side] for side in gap.having),
        "trait": _(rules.TRAIT_NAMES[gap.trait]) if gap.trait else "",
        "value": _word(rules.TRAITS.get(gap.trait, {}), gap.value),
        "n": gap.names,
    }
    said = {
        Gap.NO_NAME: _("No name yet: %(lacking)s."),
        Gap.ONE_SIDED: _("%(trait)s, %(value)s: on the list of %(having)s, not of %(lacking)s."),
        Gap.NOT_SEATED: _("%(trait)s, %(value)s: seated for %(having)s, not for %(lacking)s."),
        Gap.UNKNOWN: _("%(trait)s: not noted for %(n)s of the names (%(lacking)s)."),
    }
    return said[gap.gap] % facts


@page_for(*FACILITATORS)
def candidate(request: HttpRequest, seat: Seated, candidate: UUID) -> HttpResponse:
    """One name: what is noted of it, and the steps it may take."""
    row = Candidate.objects.seen_by(seat).filter(pk=candidate).select_related("seat").first()
    if row is None:
        raise NotHere
    sides = door.seen_sides(seat)
    form = forms.WholeName(_sent(request, "name"), sides=_named(sides), initial=_noted(row, seat))
    seating = forms.Seating(_sent(request, Stage.SEATED), seats=_seat_choices(seat, _free_seats(row, seat)))
    deeds: Deeds = {
        "name": (form, lambda: _whole_name_noted(request, seat, row, form)),
        "forget": (None, lambda: acts.forget_name(candidate=row.pk, by=seat, once=once_of(request))),
        Stage.SEATED: (seating, lambda: _seated(request, seat, row, seating)),
        **{to: (None, _goes(request, seat, row, to)) for to in Stage if to is not Stage.SEATED},
    }
    if _did(request, deeds):
        gone = request.POST.get("do") == "forget"
        return (
            redirect("long-list", pid=seat.process) if gone else redirect("candidate", seat.process, row.pk)
        )
    stage = Stage(row.stage)
    context = frame(
        seat,
        _("Only the facilitators see this page."),
        here="long-list",
        form=form,
        seating=seating,
        one=_candidate(row, seat),
        side=next((side for side in sides if side.id == row.side_id), None),
        steps=[
            {"key": to.value, "name": _(rules.STAGE_NAMES[to])}
            for to in rules.STAGES[stage]
            if to is not Stage.SEATED
        ],
        may_sit=Stage.SEATED in rules.STAGES[stage],
        ways=_ways(),
    )
    return render(request, "preparation/candidate.html", context, status=_status(form, seating))


def _goes(request: HttpRequest, seat: Seated, row: Candidate, to: Stage) -> Callable[[], object]:
    return lambda: acts.advance(candidate=row.pk, to=to, by=seat, once=once_of(request))


def _noted(row: Candidate, seat: Seated) -> dict[str, Any]:
    risk, consents = _opened(row.risk, seat), _opened(row.consents, seat)
    return {
        **_opened(row.traits, seat),
        "name": _text(row.name, seat),
        "side": str(row.side_id or ""),
        "contact": _text(row.contact, seat),
        "note": _text(row.note, seat),
        "risk": risk.get("level", ""),
        "risk_note": risk.get("note", ""),
        "consents": consents.get("to", []),
        "consent_note": consents.get("note", ""),
    }


def _whole_name_noted(request: HttpRequest, seat: Seated, row: Candidate, form: forms.WholeName) -> None:
    values = form.cleaned_data
    plain = ("name", "contact", "note", "risk", "risk_note", "consents", "consent_note")
    acts.note_name(
        **{name: values[name] for name in plain},
        candidate=row.pk,
        side=_uuid(values["side"]) if values["side"] else None,
        traits=form.traits(),
        by=seat,
        once=once_of(request),
    )


def _seated(request: HttpRequest, seat: Seated, row: Candidate, form: forms.Seating) -> None:
    chosen = form.cleaned_data["seat"]
    acts.advance(
        candidate=row.pk,
        to=Stage.SEATED,
        label=form.cleaned_data["label"],
        seat=_uuid(chosen) if chosen else None,
        by=seat,
        once=once_of(request),
    )


def _free_seats(row: Candidate, seat: Seated) -> list[Seat]:
    """Seats of the person's side that stand for nobody on the list."""
    held = set(Candidate.objects.seen_by(seat).exclude(seat=None).values_list("seat", flat=True))
    return [one for one in _seats(seat) if one.side_id and one.side_id == row.side_id and one.pk not in held]


def _ways() -> list[dict[str, Any]]:
    """The table of allowed steps."""
    names = rules.STAGE_NAMES
    return [
        {"from": _(names[now]), "to": [_(names[to]) for to in steps]} for now, steps in rules.STAGES.items()
    ]


# --- intake -------------------------------------------------------------------------------------------


@page_for(*AT_THE_TABLE)
def intake(request: HttpRequest, seat: Seated) -> HttpResponse:
    """What a seat tells the facilitators in private; they read what all have told."""
    own = Intake.objects.seen_by(seat).filter(seat_id=seat.seat).first()
    answers = json.loads(own.answers.open(visibility.own_answers(seat, own))) if own else None
    form = forms.Intake(_sent(request, "intake"), initial=answers)
    if _did(request, {"intake": (form, lambda: _intake_given(request, seat, form))}):
        return redirect("intake", pid=seat.process)
    context = frame(
        seat,
        _(
            "You and the facilitators read this, under the name of your seat. Nobody else does: neither "
            "your own side nor another."
        ),
        here="intake",
        form=form,
        given=own is not None,
        all=_intakes(seat, form) if seat.facilitates else [],
    )
    return render(request, "preparation/intake.html", context, status=_status(form))


def _intake_given(request: HttpRequest, seat: Seated, form: forms.Intake) -> None:
    acts.give_intake(answers=form.cleaned_data, by=seat, once=once_of(request))


def _intakes(seat: Seated, form: forms.Intake) -> list[dict[str, Any]]:
    """For the facilitators: every seat at the table, with what it told."""
    rows = {row.seat_id: _opened(row.answers, seat) for row in Intake.objects.seen_by(seat)}
    by_id = {side.id: side for side in door.seen_sides(seat)}
    return [
        {
            "label": _label(seat, row),
            "side": by_id.get(row.side_id) if row.side_id else None,
            "role": _(process_rules.ROLE_NAMES[Role(row.role)]),
            "given": row.pk in rows,
            "answers": _answered(rows.get(row.pk, {}), form),
            "interpreter": rows.get(row.pk, {}).get("interpreter", False),
            "shared_device": rows.get(row.pk, {}).get("shared_device", False),
            "language": rows.get(row.pk, {}).get("language", ""),
        }
        for row in _seats(seat)
        if row.side_id or row.pk in rows
    ]


def _answered(answers: Mapping[str, Any], form: forms.Intake) -> list[tuple[str, str]]:
    """Question and answer, in the order of the form; what was left open is left out."""
    said = []
    for name, field in form.fields.items():
        value = answers.get(name)
        if value is True:
            value = _("yes")
        elif isinstance(value, list):
            value = " ".join(_word(rules.INTAKE_CONSENTS, one) for one in value)
        if value:
            said.append((str(field.label), str(value)))
    return said


# --- the panel's own discipline -------------------------------------------------------------------------


@page_for(*THE_PANEL)
def panel(request: HttpRequest, seat: Seated) -> HttpResponse:
    """Declared interests, and who of the panel may see which side's worksheet: two persons decide."""
    own = Declaration.objects.seen_by(seat).filter(seat_id=seat.seat).first()
    text = own.text.open(visibility.own_answers(seat, own)) if own else ""
    sides = door.seen_sides(seat)
    form = forms.Declare(_sent(request, "declare"), initial={"text": text})
    rows = [row for row in _seats(seat) if not row.side_id] if seat.on_panel else []
    may = [row for row in rows if row.role in PANEL]
    clearance = forms.NewClearance(
        _sent(request, "propose"), seats=_seat_choices(seat, may), sides=_named(sides)
    )
    deeds: Deeds = {
        "declare": (
            form,
            lambda: acts.declare(text=form.cleaned_data["text"], by=seat, once=once_of(request)),
        ),
        "propose": (clearance, lambda: _proposed(request, seat, clearance)),
        "confirm": (
            None,
            lambda: acts.confirm_clearance(
                clearance=_uuid(request.POST.get("clearance")), by=seat, once=once_of(request)
            ),
        ),
        "end": (
            None,
            lambda: acts.end_clearance(
                clearance=_uuid(request.POST.get("clearance")), by=seat, once=once_of(request)
            ),
        ),
    }
    if request.POST.get("do") in ("propose", "confirm", "end") and not seat.facilitates:
        raise NotHere
    if _did(request, deeds):
        return redirect("panel", pid=seat.process)
    context = frame(
        seat,
        _(
            "Facilitators, experts and rapporteurs see all declarations; interpreter, evaluator and "
            "observer their own. No side sees this page."
        ),
        here="panel",
        form=form,
        declared=own is not None,
        seats=_declared(seat, rows),
        clearances=_clearances(seat, rows, sides),
        clearance_form=clearance,
    )
    return render(request, "preparation/panel.html", context, status=_status(form, clearance))


def _proposed(request: HttpRequest, seat: Seated, form: forms.NewClearance) -> None:
    values = form.cleaned_data
    acts.propose_clearance(
        seat=_uuid(values["seat"]), side=_uuid(values["side"]), by=seat, once=once_of(request)
    )


def _declared(seat: Seated, rows: Sequence[Seat]) -> list[dict[str, Any]]:
    told = {row.seat_id: row for row in Declaration.objects.seen_by(seat)} if rows else {}
    return [
        {
            "label": _label(seat, row),
            "role": _(process_rules.ROLE_NAMES[Role(row.role)]),
            "text": _text(told[row.pk].text, seat) if row.pk in told else "",
        }
        for row in rows
    ]


def _clearances(seat: Seated, rows: Sequence[Seat], sides: Sequence[SeenSide]) -> list[dict[str, Any]]:
    labels = {row.pk: _label(seat, row) for row in rows}
    by_id = {side.id: side for side in sides}
    seen = []
    for row in Clearance.objects.seen_by(seat):
        if row.seat_id not in labels:
            continue
        try:
            rules.may_confirm(acts.cleared(row), by=seat.seat)
            may = seat.facilitates
        except Refusal:
            may = False
        seen.append(
            {
                "id": row.pk,
                "label": labels[row.seat_id],
                "side": by_id[row.side_id],
                "proposed_by": labels.get(row.proposed_by_id, ""),
                "confirmed_by": labels.get(row.confirmed_by_id, "") if row.confirmed_by_id else "",
                "confirmed": row.confirmed_by_id is not None,
                "may_confirm": may,
            }
        )
    return sorted(seen, key=lambda one: (one["side"].hue, one["label"]))
