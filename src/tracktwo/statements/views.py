"""Pages of statements: vote, write, moderate, translate, and what every side supports."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from tracktwo import figures
from tracktwo.engines import disclosure
from tracktwo.engines.disclosure import Band, Withheld
from tracktwo.errors import NotHere, Refusal
from tracktwo.figures import Bar, Mark
from tracktwo.process import rules as process_rules
from tracktwo.process.door import SeenSide, cover_title, crowd_of, frame, page_for, seen_sides
from tracktwo.process.models import Seat
from tracktwo.process.phases import ENDED
from tracktwo.process.rules import EVERYONE, FACILITATORS, OF_A_SIDE, Role
from tracktwo.process.seated import Seated
from tracktwo.process.wording import worded
from tracktwo.record.once import AlreadyDone
from tracktwo.statements import acts, asking, closure, counting, forms, results, rounds, rules, saying, sheets
from tracktwo.statements.models import Seen, Statement
from tracktwo.statements.reckoning import GROUPS, SIDES
from tracktwo.statements.results import Crossing, SeenRound, Told
from tracktwo.statements.rules import LEANING_NAMES, MANNER_NAMES, REACH_NAMES, REACH_SHARES, Manner, State
from tracktwo.web import language_name, once_of, say

SENTENCES = 5
MOST_COMPARED = 10
HELD = 3  # statements shown for a group


# --- voting -------------------------------------------------------------------------------------


@page_for(*OF_A_SIDE)
def vote(request: HttpRequest, seat: Seated) -> HttpResponse:
    """One statement at a time; three buttons; undo. Voting again on a statement replaces the vote."""
    if request.method == "POST":
        return _voted(request, seat)
    open_ones = {one.slot: one for one in _seen(seat, state=State.OPEN) if one.slot is not None}
    ballot = acts.own_ballot(seat)
    answered = [slot for slot in open_ones if ballot is not None and ballot.vote(slot)]
    asked = asking.next_for(seat, list(open_ones), answered)
    again = _asked_for(request, open_ones)
    chosen = again or (open_ones[asked.slot] if asked else None)
    last = _uuid_or_none(request.GET.get("last"))
    context = frame(
        seat,
        _(
            "Your votes are secret: nobody sees them, neither the panel nor your own side. "
            "Figures show only in groups of ten or more."
        ),
        here="vote",
        statement=chosen,
        total=len(open_ones),
        answered=len(answered),
        chosen=ballot.vote(chosen.slot) if ballot and chosen and chosen.slot is not None else None,
        last=last,
        why=_(asked.why) if asked and not again else "",
        needed=max(0, min(rules.BEFORE_LOOKING, len(open_ones)) - len(answered)),
    )
    return render(request, "statements/vote.html", context)


def _voted(request: HttpRequest, seat: Seated) -> HttpResponse:
    statement = _uuid_or_none(request.POST.get("statement"))
    if statement is None:
        raise NotHere
    wanted = request.POST.get("vote")
    acts.vote(statement=statement, vote=None if wanted == "undo" else wanted or "", by=seat)
    counting.mark(seat.process)
    query = f"?again={statement}" if wanted == "undo" else f"?last={statement}"
    return redirect(reverse("vote", args=[seat.process]) + query)


def _asked_for(request: HttpRequest, open_ones: dict[int, Seen]) -> Seen | None:
    again = _uuid_or_none(request.GET.get("again"))
    return next((one for one in open_ones.values() if one.id == again), None)


def _uuid_or_none(value: str | None) -> UUID | None:
    try:
        return UUID(value or "")
    except ValueError:
        return None


def _seen(seat: Seated, **such: Any) -> list[Seen]:
    """Statements this seat may read, in its language, by slot."""
    rows = Statement.objects.seen_by(seat).filter(**such).order_by("slot")
    language = get_language() or "en"
    return [row.seen(seat, language) for row in rows]


# --- writing, moderating, translating -----------------------------------------------------------


@page_for(*EVERYONE)
def statements(request: HttpRequest, seat: Seated) -> HttpResponse:
    """All statements put to the vote, and one's own that wait."""
    seen = _seen(seat)
    context = frame(
        seat,
        _("Everybody with a seat reads open statements; who wrote one is shown to nobody."),
        here="statements",
        open=[one for one in seen if one.state == State.OPEN],
        own=[
            {
                "one": one,
                "state": _(rules.STATE_NAMES[State(one.state)]),
                "reason": _(one.reason) if one.reason else "",
            }
            for one in seen
            if one.own
        ],
        languages_of=_languages() if seat.on_panel else None,
    )
    return render(request, "statements/statements.html", context)


def _languages() -> list[tuple[str, str]]:
    return [(code, str(name)) for code, name in settings.LANGUAGES]


@page_for(*(OF_A_SIDE | FACILITATORS))
def write(request: HttpRequest, seat: Seated) -> HttpResponse:
    """Write a statement. It waits for the panel; nobody is told who wrote it."""
    form = forms.Write(request.POST or None, initial={"language": get_language() or "en"})
    if request.method == "POST" and form.is_valid():
        with suppress(AlreadyDone):
            acts.write(
                text=form.cleaned_data["text"],
                language=form.cleaned_data["language"],
                by=seat,
                once=once_of(request),
            )
        return redirect("statements", pid=seat.process)
    who_sees = _(
        "The panel reads it first and puts it to the vote, or says why not. "
        "Nobody is told who wrote it, neither now nor later."
    )
    context = frame(seat, who_sees, here="statements", form=form, crowd=_own_crowd(seat))
    return render(request, "statements/write.html", context, status=400 if form.errors else 200)


def _own_crowd(seat: Seated) -> str:
    """The truth about how many a writer hides among; nothing for the panel, which hides nowhere."""
    if seat.side is None:
        return ""
    told = disclosure.crowd(crowd_of(seat))
    return _(told.sentence) % {"size": told.size}


@page_for(*FACILITATORS)
def moderate(request: HttpRequest, seat: Seated) -> HttpResponse:
    """The queue: open a statement for votes, or say why not."""
    if request.method == "POST":
        _moderated(request, seat)
        return redirect("moderate", pid=seat.process)
    context = frame(
        seat,
        _("Only facilitators see this queue. They see the words, not who wrote them."),
        here="moderate",
        waiting=_seen(seat, state=State.WAITING),
        open=_seen(seat, state=State.OPEN),
        rejected=_seen(seat, state=State.REJECTED),
        form=forms.Moderate(),
    )
    return render(request, "statements/moderate.html", context)


def _moderated(request: HttpRequest, seat: Seated) -> None:
    form = forms.Moderate(request.POST)
    statement = _uuid_or_none(request.POST.get("statement"))
    if statement is None or not form.is_valid():
        raise NotHere
    values = form.cleaned_data
    with suppress(AlreadyDone):
        acts.moderate(
            statement=statement,
            to=State(values["do"]),
            reason=values["reason"],
            by=seat,
            once=once_of(request),
        )


@page_for(*process_rules.PANEL)
def wordings(request: HttpRequest, seat: Seated, sid: UUID) -> HttpResponse:
    """The languages of one statement; a translation is a draft until it is reviewed."""
    row = Statement.objects.seen_by(seat).filter(pk=sid).first()
    if row is None:
        raise NotHere
    form = forms.Translate(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        with suppress(AlreadyDone):
            acts.translate(
                statement=sid,
                language=values["language"],
                text=values["text"],
                reviewed=values["reviewed"],
                by=seat,
                once=once_of(request),
            )
        return redirect("wordings", pid=seat.process, sid=sid)
    versions = [
        {
            "language": one.language,
            "name": language_name(one.language),
            "text": one.text.open(one.grant_for(seat, False)),
            "draft": one.draft,
            "source": one.source,
        }
        for one in row.wording_set.all()
    ]
    who_sees = _("Everybody with a seat reads these wordings once the statement is open.")
    context = frame(seat, who_sees, here="statements", versions=versions, form=form, sid=sid)
    return render(request, "statements/wordings.html", context, status=400 if form.errors else 200)


# --- what every side supports -------------------------------------------------------------------


@dataclass(frozen=True)
class Sentence:
    """A statement with its figure: the words, the bars, and what the bars say in words."""

    statement: Seen
    picture: SafeString
    words: str
    rows: list[dict[str, str]]


@page_for(*EVERYONE)
def common_ground(request: HttpRequest, seat: Seated) -> HttpResponse:
    """Five sentences that every side supports, and the one that your side likes and another cannot."""
    own, open_count = _own_votes(seat)
    rules.may_look(own, open_count, seat.role not in OF_A_SIDE or seat.phase in ENDED)
    told = results.latest(seat)
    shown = {one.slot: one for one in _seen(seat, state=State.OPEN)}
    context = frame(
        seat,
        _figures_seen_by(),
        here="common-ground",
        told=told.kind,
        run=told.number,
        compared=told.compared,
        may_compute=seat.facilitates,
        suspected=results.suspected(seat) is not None,
        **(_counting(seat) if seat.facilitates else {}),
    )
    if told.figures is not None:
        context |= {
            "sentences": [
                _sentence(told, shown[slot])
                for slot in [slot for slot in told.common if slot in shown][:SENTENCES]
            ],
            "liked": _liked(told, seat, shown),
            "unexpected": _unexpected(told, shown),
            "bridges": _bridges(told),
            "crowd": _crowd(told, seat),
        }
    return render(request, "statements/common_ground.html", context)


def _counting(seat: Seated) -> dict[str, Any]:
    """How far a long count is, and what the last one left to say; for whoever facilitates."""
    found, left = counting.under_way(seat.process), counting.left(seat.process)
    facts = {"step": 0, "steps": len(rules.STEP_NAMES), "name": "", "minutes": 0}
    if found is not None:
        facts |= {"step": int(found.step), "name": _(rules.STEP_NAMES[found.step]), "minutes": found.minutes}
    return {"counting": facts if found else None, "left": _(left) if left else ""}


def _figures_seen_by() -> str:
    return _(
        "Everybody with a seat sees these figures, counted in fives, for groups of ten or more. "
        "Nobody's vote can be read from them."
    )


def _own_votes(seat: Seated) -> tuple[int, int]:
    open_slots = list(Statement.objects.seen_by(seat).filter(state=State.OPEN).values_list("slot", flat=True))
    ballot = acts.own_ballot(seat) if seat.role in OF_A_SIDE else None
    own = sum(bool(ballot.vote(slot)) for slot in open_slots if slot is not None) if ballot else 0
    return own, len(open_slots)


def _sentence(told: Told, statement: Seen, *, key: str = "s") -> Sentence:
    """`key` tells the drawings of one page apart."""
    assert told.figures is not None and statement.slot is not None
    cells = [told.figures.cell(place, statement.slot) for place in range(len(told.marks))]
    bars = [saying.bar(mark, cell) for mark, cell in zip(told.marks, cells, strict=True)]
    words = "; ".join(f"{bar.mark.name}: {bar.label}" for bar in bars)
    picture = figures.support_bars(
        bars,
        key=f"{key}{statement.slot}",
        # xgettext:no-python-format
        title=_("Support by side, with 90 % intervals"),
        description=words,
        half=_("one half"),
        rtl=get_language_bidi(),
    )
    rows = [
        {
            "letter": mark.letter,
            "name": mark.name,
            "figure": saying.figure(cell),
            "interval": saying.interval(cell),
        }
        for mark, cell in zip(told.marks, cells, strict=True)
    ]
    return Sentence(statement, SafeString(picture), words, rows)


def _liked(told: Told, seat: Seated, shown: dict[int | None, Seen]) -> Sentence | None:
    """The statement that the reader's side likes and another side cannot."""
    if not seat.side_place or told.compared != "sides":
        return None
    slot = told.content["liked"][seat.side_place - 1]
    if slot is None or slot not in shown or told.figures is None or not told.figures.shown[:, slot].all():
        return None
    return _sentence(told, shown[slot])


def _unexpected(told: Told, shown: dict[int | None, Seen]) -> list[dict[str, Any]]:
    """Statements that a side supports although its other votes and the other sides' foretold otherwise."""
    return [
        {"mark": told.marks[side], "sentence": _sentence(told, shown[slot], key=f"u{side}-")}
        for side, slot in told.content.get("unexpected", [])[:SENTENCES]
        if slot in shown and side < len(told.marks)
    ]


def _bridges(told: Told) -> list[dict[str, Any]]:
    """The groups that lie across sides, with those sides."""
    if told.crossing is None or told.compared != SIDES:
        return []
    return [
        {"mark": mark, "sides": [told.marks[side] for side in sides]}
        for mark, sides in zip(told.groups, told.crossing.across, strict=False)
        if sides
    ]


def _crowd(told: Told, seat: Seated) -> int | None:
    """The truth about the crowd one hides in: about how many of one's side have voted."""
    if not seat.side_place or told.figures is None or told.compared != "sides":
        return None
    size = int(told.figures.members[seat.side_place - 1])
    return size if size > 0 else None


@page_for(*EVERYONE)
def table(request: HttpRequest, seat: Seated) -> HttpResponse:
    """Side by statement: every figure that may be shown, with a word for each."""
    own, open_count = _own_votes(seat)
    rules.may_look(own, open_count, seat.role not in OF_A_SIDE or seat.phase in ENDED)
    told = results.latest(seat)
    seen = _seen(seat, state=State.OPEN)
    rows = [
        {
            "statement": one,
            "cells": [_table_cell(told, place, one.slot) for place in range(len(told.marks))],
            "note": _note(told, one.slot),
        }
        for one in seen
        if one.slot is not None
    ]
    context = frame(
        seat,
        _figures_seen_by(),
        here="common-ground",
        told=told.kind,
        marks=told.marks,
        rows=rows,
        run=told.number,
        suspected=_suspected(seat, {one.slot: one for one in seen}),
    )
    return render(request, "statements/table.html", context)


def _suspected(seat: Seated, shown: dict[int | None, Seen]) -> dict[str, Any] | None:
    """Votes that may not be people's, for whoever facilitates: about how many, by which mark, with and without."""
    found = results.suspected(seat)
    if found is None:
        return None
    waves = [{"mark": _(rules.MARKS[mark]), "people": people} for mark, people in found.waves]
    if found.everybody is None or found.without is None:
        return {"waves": waves, "rows": None}
    everybody, without = ([slot for slot in one if slot in shown] for one in (found.everybody, found.without))
    rows = [
        {
            "statement": shown[slot],
            "everybody": everybody.index(slot) + 1 if slot in everybody else None,
            "without": without.index(slot) + 1 if slot in without else None,
        }
        for slot in dict.fromkeys([*everybody[:MOST_COMPARED], *without[:MOST_COMPARED]])
    ]
    return {"waves": waves, "rows": rows}


def _table_cell(told: Told, place: int, slot: int) -> dict[str, str]:
    if told.kind == "sealed round":
        band = Band(told.content["sides"][place][slot])
        return {"figure": _(disclosure.BANDS[band]) if band else _("only all sides together"), "interval": ""}
    if told.figures is None or slot >= told.figures.withheld.shape[1]:
        return {"figure": _("not counted yet"), "interval": ""}
    cell = told.figures.cell(place, slot)
    return {
        "figure": saying.figure(cell),
        "interval": saying.interval(cell),
        "why": "" if cell.withheld is Withheld.NOT else "withheld",
    }


def _note(told: Told, slot: int) -> str:
    """What a statement is, in words, where the figures make it one of the known cases."""
    if told.kind == "sealed round":
        band = Band(told.content["together"][slot])
        return _("All sides together: %(band)s.") % {"band": _(disclosure.BANDS[band])} if band else ""
    if slot in told.common and told.compared == GROUPS:
        return _("Supported by a credible majority of every group.")
    if slot in told.common:
        return _("Supported by a credible majority of every side.")
    if told.compared == GROUPS:
        return ""
    if slot in told.content.get("traps", []):
        return _("A majority trap: much support overall, but not on every side.")
    if slot in told.content.get("minorities", []):
        return _("An invisible minority: no majority overall, but a clear one on one side.")
    return ""


@page_for(*EVERYONE)
def opinion_map(request: HttpRequest, seat: Seated) -> HttpResponse:
    """The map of opinions, from thirty voters on; cells of five or more, never a person."""
    own, open_count = _own_votes(seat)
    rules.may_look(own, open_count, seat.role not in OF_A_SIDE or seat.phase in ENDED)
    told = results.latest(seat)
    cells = [
        figures.Cell(x, y, int(people), int(group)) for x, y, people, group in told.content.get("map", [])
    ]
    groups = told.groups
    captions = [_("about %(people)s people") % {"people": size} for size in told.content.get("groups", [])]
    picture = (
        figures.opinion_map(
            cells,
            groups,
            key="map",
            title=_("Where people stand to each other"),
            rtl=get_language_bidi(),
            description=_(
                "People who voted alike stand close together. Each mark stands for five people or more."
            ),
        )
        if cells
        else ""
    )
    rows = [{"mark": mark, "people": caption} for mark, caption in zip(groups, captions, strict=True)]
    context = frame(
        seat,
        _figures_seen_by(),
        here="common-ground",
        picture=SafeString(picture),
        rows=rows,
        needed=rules.MAP_FROM,
        on_line=told.content.get("on_line", False),
        told=told.kind,
        sides=told.marks if told.compared == SIDES else [],
        crossed=_crossed(told, {one.slot: one for one in _seen(seat, state=State.OPEN)}),
    )
    return render(request, "statements/map.html", context)


def _crossed(told: Told, shown: dict[int | None, Seen]) -> list[dict[str, Any]]:
    """Each group found: how much of each side is in it, across which sides it lies, and what holds it together."""
    if told.crossing is None or told.compared != SIDES:
        return []
    return [_one_crossed(told, told.crossing, place, mark, shown) for place, mark in enumerate(told.groups)]


def _one_crossed(
    told: Told, crossing: Crossing, place: int, mark: Mark, shown: dict[int | None, Seen]
) -> dict[str, Any]:
    words = [row[place] for row in crossing.reach]
    bars = [
        Bar(side, _(REACH_NAMES[word]), low=REACH_SHARES[word][0], high=REACH_SHARES[word][1])
        for side, word in zip(told.marks, words, strict=True)
    ]
    picture = figures.support_bars(
        bars,
        key=f"g{place}",
        title=_("How many of each side are in %(name)s") % {"name": mark.name},
        description="; ".join(f"{bar.mark.name}: {bar.label}" for bar in bars),
        half=_("one half"),
        rtl=get_language_bidi(),
    )
    return {
        "mark": mark,
        "cells": [bar.label for bar in bars],
        "picture": SafeString(picture),
        "across": [told.marks[side] for side in crossing.across[place]],
        "held": [
            {
                "statement": shown[one.slot],
                "agrees": one.agrees,
                "inside": _(LEANING_NAMES[one.inside]),
                "outside": _(LEANING_NAMES[one.outside]),
            }
            for one in [one for one in crossing.held[place] if one.slot in shown][:HELD]
        ],
    }


@page_for(*FACILITATORS)
def close(request: HttpRequest, seat: Seated) -> HttpResponse:
    """Close the process for good: the last figures stand, and nothing ties votes to seats any more."""
    if request.method == "POST":
        rules.may_close(seat.facilitates, request.POST.get("title", ""), cover_title(seat.process))
        with suppress(AlreadyDone):
            closure.close(by=seat, once=once_of(request))
        return redirect("process", pid=seat.process)
    context = frame(
        seat,
        _("Facilitators see this page. Everybody with a seat sees that the process is closed."),
        here="steps",
    )
    return render(request, "statements/close.html", context)


@page_for(*FACILITATORS)
def compute(request: HttpRequest, seat: Seated) -> HttpResponse:
    """Count anew, if enough people have voted since the last count; or stop a count that takes long."""
    if request.method == "POST" and request.POST.get("do") == "stop":
        counting.stop(seat.process)
    elif request.method == "POST":
        counting.run(seat.process, by=seat.role)
    return redirect("common-ground", pid=seat.process)


# --- rounds -------------------------------------------------------------------------------------

AT_THE_TABLE = process_rules.PANEL | {Role.PARTICIPANT, Role.INTERPRETER, Role.OBSERVER}


@page_for(*AT_THE_TABLE)
def all_rounds(request: HttpRequest, seat: Seated) -> HttpResponse:
    """The rounds so far, what they told, cycle beside cycle; facilitators open the next one."""
    if "plenary" not in seat.grant.scopes:
        raise NotHere
    known = results.rounds_of(seat)
    form = _opening_form(request, seat, known)
    if request.method == "POST":
        if not seat.facilitates:
            raise NotHere
        if form.is_valid():
            _opened_round(request, seat, form.cleaned_data)
            return redirect("rounds", pid=seat.process)
    shown = {one.id: one for one in _seen(seat, state=State.OPEN)}
    kept = set(request.POST.getlist("statement"))
    context = frame(
        seat,
        _(
            "A round inside one side is told to that side alone; a joint round to everybody at the table. "
            "The panel sees which rounds there are."
        ),
        here="rounds",
        rounds=[_round_line(one, seat) for one in reversed(known)],
        compared=_compared(known, shown, seat),
        form=form,
        choices=[{"one": one, "chosen": str(one.id) in kept} for one in shown.values()],
        most=rules.MOST_ASKED,
    )
    return render(request, "statements/rounds.html", context, status=400 if form.errors else 200)


def _opening_form(request: HttpRequest, seat: Seated, known: list[SeenRound]) -> forms.OpenRound:
    sides = [
        (str(side.id), _("inside %(name)s") % {"name": f"{side.letter} · {side.name}"})
        for side in seen_sides(seat)
    ]
    return forms.OpenRound(
        request.POST if request.method == "POST" else None, sides=sides, again=any(one.ended for one in known)
    )


def _opened_round(request: HttpRequest, seat: Seated, values: dict[str, Any]) -> None:
    chosen = [_uuid_or_none(one) for one in request.POST.getlist("statement")]
    with suppress(AlreadyDone):
        acts.open_round(
            statements=[one for one in chosen if one],
            manner=Manner(values["manner"]),
            side=_uuid_or_none(values["side"]),
            new_cycle=values.get("new_cycle", False),
            by=seat,
            once=once_of(request),
        )


def _round_line(one: SeenRound, seat: Seated) -> dict[str, Any]:
    """A round in the list: what it is, and what this seat can do with it."""
    if not one.ended:
        state = _("open for answers")
    elif one.told is None:
        state = _("ended; its result is for that side alone")
    else:
        state = _("ended")
    return {"round": one, "state": state, "open": not one.ended, "manner": _(MANNER_NAMES[one.manner])}


@page_for(*AT_THE_TABLE)
def one_round(request: HttpRequest, seat: Seated, round: UUID) -> HttpResponse:
    """One round: answer it while it is open, read its one result once it has ended."""
    known = results.round_of(seat, round)
    if request.method == "POST":
        _round_posted(request, seat, known)
        return redirect("round", pid=seat.process, round=round)
    seen = {one.id: one for one in _seen(seat, state=State.OPEN)}
    sheet = acts.own_sheet(seat, results.row_of(seat, round)) if seat.role is Role.PARTICIPANT else None
    asked = [(place, seen[one]) for place, one in enumerate(known.asked) if one in seen]
    others = [side for side in seen_sides(seat) if side.id != seat.side] if known.side is None else []
    context = frame(
        seat,
        _round_seen_by(known),
        here="rounds",
        round=known,
        manner=_(MANNER_NAMES[known.manner]),
        questions=[sheets.question(one, others, sheet, place) for place, one in asked] if sheet else [],
        crowd=_round_crowd(seat) if sheet and known.manner is Manner.SEALED else "",
        results=[_round_result(known, seat, place, one) for place, one in asked] if known.told else [],
        others=others,
        hint=_wider_hint(seat) if known.told and known.side is None else "",
        gone=len(known.asked) - len(asked),
        statements=[one for _place, one in asked],
    )
    return render(request, "statements/round.html", context)


def _round_posted(request: HttpRequest, seat: Seated, known: SeenRound) -> None:
    """Answers of one's own, or (a facilitator) the end of the round."""
    with suppress(AlreadyDone):
        if request.POST.get("do") == "end":
            acts.end_round(round=known.id, by=seat, once=once_of(request))
        else:
            answers, expected = sheets.read(request, known.asked, [side.hue for side in seen_sides(seat)])
            acts.answer_round(
                round=known.id, answers=answers, expected=expected, by=seat, once=once_of(request)
            )


def _round_seen_by(known: SeenRound) -> str:
    """Who will see this, and how it will be attributed: four cases, four sentences."""
    if known.manner is Manner.HANDS and known.side:
        return _(
            "A show of hands: at the end your side reads who answered what, by the name at the table. "
            "Nobody else reads it."
        )
    if known.manner is Manner.HANDS:
        return _(
            "A show of hands: at the end everybody at the table reads who answered what, by side and name at "
            "the table. Whoever answers nothing is not named. What you expect of others is told of nobody."
        )
    if known.side:
        return _(
            "Sealed: nobody reads your answers. At the end your side alone reads one result in words, "
            "if four or more have answered; the panel does not."
        )
    return _(
        "Sealed: nobody reads your answers, nor what you expect of others. At the end everybody at the table "
        "reads one result in words; by side only where four or more of every side have answered."
    )


def _round_crowd(seat: Seated) -> str:
    """The truth about how many sit on one's own side in a round."""
    told = disclosure.crowd(Seat.objects.seen_by(seat).filter(withdrawn=False).count())
    return _(told.sentence) % {"size": told.size}


def _round_result(known: SeenRound, seat: Seated, place: int, one: Seen) -> dict[str, Any]:
    """What a round told of one statement: by side what it answered, what was expected of it, and the wider circle."""
    assert known.told is not None
    marks = {side.hue: Mark(side.letter, side.hue, side.name) for side in seen_sides(seat)}
    wider = _wider(seat) if known.side is None else None
    rows = [_round_row(known.told, marks, side, place, one, wider) for side in known.told["sides"]]
    bars = [row["bar"] for row in rows]
    together = rounds.answered(known.told, 0, place) if len(rows) > 1 else None
    return {
        "statement": one,
        "rows": rows,
        "together": saying.in_round(together) if together and (together.band or together.answered) else "",
        "hands": _hands_of(known.told, marks, place),
        "picture": _round_picture(bars, key=f"r{place}"),
        "wider": wider is not None,
    }


def _round_row(
    told: dict[str, Any], marks: dict[int, Mark], side: int, place: int, one: Seen, wider: Told | None
) -> dict[str, Any]:
    said = rounds.answered(told, side, place)
    expected = [
        {
            "by": marks[each.by].name if each.by else _("the others"),
            "band": _(disclosure.BANDS[each.band]),
            "off": _off_by(each.band, rounds.banded(told, side, place)),
        }
        for each in rounds.foreseen(told, side, place)
    ]
    cells = None if wider is None or wider.figures is None or one.slot is None else wider.figures
    known = cells is not None and one.slot is not None and one.slot < cells.withheld.shape[1]
    return {
        "mark": marks[side],
        "bar": saying.round_bar(marks[side], said),
        "answered": saying.in_round(said),
        "expected": expected,
        "wider": saying.figure(cells.cell(side - 1, one.slot))
        if cells and known and one.slot is not None
        else "",
    }


def _off_by(expected: Band, found: Band) -> str:
    """In a word, how an expectation stands to the answer."""
    off = rounds.off_by(expected, found)
    if off == 0:
        return _("as expected") if found else ""
    return _("more agree than was expected") if off < 0 else _("fewer agree than was expected")


def _hands_of(told: dict[str, Any], marks: dict[int, Mark], place: int) -> list[dict[str, Any]]:
    """Who answered what, in a show of hands."""
    words = {"agree": _("Agree"), "disagree": _("Disagree"), "pass": _("Pass")}
    language = get_language() or "en"
    return [
        {
            "said": said,
            "names": [
                {"mark": marks[row["side"]], "name": worded(row["name"], language).text}
                for row in told.get("hands", [])
                if row["answers"][place] == value
            ],
        }
        for value, said in words.items()
        if "hands" in told
    ]


def _round_picture(bars: list[Bar], *, key: str) -> SafeString:
    return SafeString(
        figures.support_bars(
            bars,
            key=key,
            title=_("How many agree, by side"),
            description="; ".join(f"{bar.mark.name}: {bar.label}" for bar in bars),
            half=_("one half"),
            rtl=get_language_bidi(),
        )
    )


def _wider(seat: Seated) -> Told | None:
    """What the latest count released of the wider circle's votes, for whom its page would show it too."""
    told = results.latest(seat)
    if told.figures is None or told.compared != SIDES or _wider_hint(seat):
        return None
    return told


def _wider_hint(seat: Seated) -> str:
    """Why the wider circle's votes do not stand beside the answers: first think, then look."""
    told = results.latest(seat)
    if told.figures is None or seat.role not in OF_A_SIDE or seat.phase in ENDED:
        return ""
    try:
        rules.may_look(*_own_votes(seat), False)
    except Refusal as refusal:
        return say(refusal)
    return ""


# Cycle beside cycle.


def _compared(known: list[SeenRound], shown: dict[UUID, Seen], seat: Seated) -> list[dict[str, Any]]:
    """Per statement and side, what each cycle told: earlier ones beside the newest."""
    ended = [one for one in known if one.told is not None]
    cycles = sorted({one.cycle for one in ended})
    sides = seen_sides(seat)
    found = []
    for number, statement in enumerate(
        one for one in shown.values() if any(one.id in each.asked for each in ended)
    ):
        rows = [
            row
            for side in sides
            for row in (
                _over_cycles(ended, statement, side, cycles, inside=True),
                _over_cycles(ended, statement, side, cycles, inside=False),
            )
            if any(row["cells"])
        ]
        bars = [bar for row in rows for bar in row["bars"]]
        found.append(
            {
                "statement": statement,
                "cycles": cycles,
                "rows": rows,
                "picture": _round_picture(bars, key=f"c{number}") if bars else "",
            }
        )
    return found


def _over_cycles(
    ended: list[SeenRound], statement: Seen, side: SeenSide, cycles: list[int], *, inside: bool
) -> dict[str, Any]:
    """What one side said of a statement in each cycle, by itself or in joint rounds; "" where it was not asked."""
    name = _("%(name)s, by itself") % {"name": side.name} if inside else side.name
    cells, bars = [], []
    for cycle in cycles:
        found = next((one for one in ended if _tells_of(one, statement, side, cycle, inside=inside)), None)
        if found is None or found.told is None:
            cells.append("")
            continue
        said = rounds.answered(found.told, side.hue, found.asked.index(statement.id))
        cells.append(saying.in_round(said))
        label = _("%(name)s, cycle %(cycle)s") % {"name": name, "cycle": cycle}
        bars.append(saying.round_bar(Mark(side.letter, side.hue, label), said))
    return {"mark": Mark(side.letter, side.hue, name), "cells": cells, "bars": bars}


def _tells_of(one: SeenRound, statement: Seen, side: SeenSide, cycle: int, *, inside: bool) -> bool:
    of = one.side is not None and one.side.id == side.id if inside else one.side is None
    assert one.told is not None
    return of and one.cycle == cycle and statement.id in one.asked and side.hue in one.told["sides"]
