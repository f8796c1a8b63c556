"""Pages of practice: what is due, one card after another, and how it goes. For anybody, account or not."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, get_language_bidi, ngettext
from django.utils.translation import gettext as _

from tracktwo.errors import NotHere, Refusal, gettext_noop
from tracktwo.learn import guide, rules, showing, typeset
from tracktwo.learn.guide import Guide, words_in
from tracktwo.learn.practice import choosing, forms, keeping, pictures, scheduling
from tracktwo.learn.practice.cards import PROMPTS, Card
from tracktwo.learn.practice.choosing import Counts
from tracktwo.learn.practice.progress import Progress, Review, merged, written
from tracktwo.learn.terms import LANGUAGES, SOURCE, Term
from tracktwo.learn.views import framed
from tracktwo.record.once import AlreadyDone
from tracktwo.web import ANYONE, audience, say

OWN = "own"  # the scope of the cards somebody brought along
MOST_SUSPENDED = 200
ELSEWHERE = gettext_noop(
    "This card was answered in another tab meanwhile. That answer stays; yours was not kept."
)
FROM_TOMORROW = gettext_noop(
    "This file holds answers that are later than now: a clock was wrong. Nothing was changed."
)
MOVED_ON = gettext_noop("There is a newer answer, given in another tab. Nothing was taken back.")


class Stale(Refusal):
    """A page that was overtaken by another tab."""


# --- what may be practised --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scope:
    """All cards, those of a course or of one of its units, or a learner's own."""

    course: str = ""
    unit: str = ""

    @property
    def query(self) -> str:
        said = {"course": self.course, "unit": self.unit}
        return urlencode({name: value for name, value in said.items() if value})

    def address(self, **more: str) -> str:
        query = "&".join(part for part in (self.query, urlencode(more)) if part)
        return reverse("practice-cards") + (f"?{query}" if query else "")


def scope_of(request: HttpRequest) -> Scope:
    """What the address says; a course or unit that does not exist leads nowhere."""
    scope = Scope(request.GET.get("course", ""), request.GET.get("unit", ""))
    if scope.course and scope.course != OWN:
        course = guide.current().library.courses.get(scope.course)
        if course is None or (scope.unit and scope.unit not in [unit.key for unit in course.units]):
            raise NotHere
    return scope


def cards_in(scope: Scope, progress: Progress, now: Guide, language: str) -> tuple[Card, ...]:
    if scope.course == OWN:
        return choosing.own_cards(progress)
    found = _of_guide(scope, now, language)
    return found if scope.course else (*found, *choosing.own_cards(progress))


@lru_cache(maxsize=256)
def _of_guide(scope: Scope, now: Guide, language: str) -> tuple[Card, ...]:
    """The same for everybody: made once for each state of the guide."""
    return choosing.cards_of_terms(_terms(scope, now, language))


def _terms(scope: Scope, now: Guide, language: str) -> list[Term]:
    if not scope.course:
        return _in_order(now, language)
    course = now.library.courses[scope.course]
    units = [unit for unit in course.units if not scope.unit or unit.key == scope.unit]
    keys = dict.fromkeys(key for unit in units for key in now.library.terms_of(unit))
    return now.listed(list(keys), language)


def _in_order(now: Guide, language: str) -> list[Term]:
    """All terms: as courses teach them, then the others by title."""
    keys = [key for course in now.courses() for unit in course.units for key in now.library.terms_of(unit)]
    rest = [term.key for term in now.every(language)]
    return now.listed(list(dict.fromkeys([*keys, *rest])), language)


def _language() -> str:
    language = get_language() or SOURCE
    return language if language in LANGUAGES else SOURCE


# --- the front ----------------------------------------------------------------------------------------------


def only_you(request: HttpRequest) -> str:
    if keeping.learner(request):
        return _(
            "Only you. It is kept encrypted. A class you join says on its page what its instructor sees."
        )
    return _("Only you. It is kept encrypted in this session and ends with it; save it as a file to keep it.")


@audience(ANYONE)
def practice(request: HttpRequest) -> HttpResponse:
    """What is due, by course and unit; where one goes on; the file with one's progress."""
    if request.method == "POST":
        return _do(request)
    if "save" in request.GET:
        return _saved(request)
    return _front(request)


def _do(request: HttpRequest) -> HttpResponse:
    """Load a file, take over what was practised before signing in, or forget everything."""
    do = request.POST.get("do")
    try:
        if do == "load":
            return _load(request)
        if do == "take over":
            _take_over(request)
        elif do == "drop":
            keeping.forget_session(request)
        elif do == "forget" and request.POST.get("sure"):
            keeping.forget(request)
    except AlreadyDone:
        pass
    return redirect("practice")


def _load(request: HttpRequest) -> HttpResponse:
    form = forms.Load(request.POST, request.FILES)
    if not form.is_valid():
        return _front(request, load=form, status=400)
    came: Progress = form.cleaned_data["file"]
    try:
        _must_be_past(came)
        keeping.keep(request, lambda mine: merged(mine, came))
    except AlreadyDone:
        raise
    except Refusal as refusal:
        form.add_error("file", say(refusal))
        return _front(request, load=form, status=409)
    return redirect(reverse("practice") + "?loaded")


def _must_be_past(came: Progress) -> None:
    """An answer of a clock that runs ahead would push all later ones ahead too."""
    if came.log and came.log[-1].minute > keeping.now() + scheduling.MINUTES_A_DAY:
        raise Refusal(FROM_TOMORROW)


def _take_over(request: HttpRequest) -> None:
    """What was practised in this session before signing in becomes the person's, and leaves the session."""
    if keeping.learner(request) is None:
        raise NotHere
    before = keeping.in_session(request)
    keeping.keep(request, lambda mine: merged(mine, before))
    keeping.forget_session(request)


def _saved(request: HttpRequest) -> HttpResponse:
    answer = HttpResponse(written(keeping.kept_of(request)), content_type="application/json")
    answer["Content-Disposition"] = 'attachment; filename="practice.json"'
    return answer


def _front(
    request: HttpRequest,
    *,
    load: forms.Load | None = None,
    settings: forms.Settings | None = None,
    status: int = 200,
) -> HttpResponse:
    now, language, minute = guide.current(), _language(), keeping.now()
    progress = keeping.kept_of(request)
    everything = cards_in(Scope(), progress, now, language)
    counts = choosing.counted(everything, progress, minute)
    signed_in = keeping.learner(request) is not None
    more: dict[str, Any] = {
        "counts": counts,
        "new_today": min(counts.new, choosing.new_left(progress, minute)),
        "begin": Scope().address(),
        "begun": bool(progress.log),
        "next": _waits(choosing.next_minute(everything, progress), minute),
        "courses": [_course(key, progress, now, language, minute) for key in _keys(now)],
        "own": _counted(Scope(OWN), progress, now, language, minute) if progress.own else None,
        "suspended": _suspended(progress, everything),
        "settings": settings or forms.Settings(initial=forms.settings_of(progress)),
        "load": load or forms.Load(),
        "loaded": "loaded" in request.GET,
        "left_over": _left_over(request) if signed_in else 0,
        "signed_in": signed_in,
        "links": _links(signed_in=signed_in),
        "today": progress.log and _today(progress, minute),
    }
    frame = framed(request, here="practice", who_sees=only_you(request), **more)
    return render(request, "practice/front.html", frame, status=status)


def _keys(now: Guide) -> list[str]:
    return [course.key for course in now.courses()]


def _course(key: str, progress: Progress, now: Guide, language: str, minute: int) -> dict[str, Any]:
    course = now.library.courses[key]
    units = [
        {
            "title": words_in(unit.title, language),
            **_counted(Scope(key, unit.key), progress, now, language, minute),
        }
        for unit in course.units
        if now.library.terms_of(unit)
    ]
    return {
        "key": key,
        "title": words_in(course.title, language),
        "units": units,
        **_counted(Scope(key), progress, now, language, minute),
    }


def _counted(scope: Scope, progress: Progress, now: Guide, language: str, minute: int) -> dict[str, Any]:
    counts = choosing.counted(cards_in(scope, progress, now, language), progress, minute)
    return {"counts": counts, "address": scope.address(), "bar": pictures.bar(counts)}


def _left_over(request: HttpRequest) -> int:
    """How many answers this session holds from before signing in."""
    return len(keeping.in_session(request).log)


def _today(progress: Progress, minute: int) -> int:
    return dict(choosing.answers_a_day(progress, scheduling.day_of(minute), 1))[scheduling.day_of(minute)]


def _links(*, signed_in: bool) -> list[dict[str, str]]:
    """The other pages of practice."""
    found = [
        (
            "practice-test",
            _("Practice test"),
            _("Mixed questions on what you choose, with explained answers."),
        ),
        ("practice-statistics", _("How it goes"), _("Answers a day, what comes due, what you recall.")),
        ("practice-decks", _("Decks"), _("Take cards to Anki or a table, or bring your own.")),
        ("join", _("Join a class"), _("With the code your instructor gave you.")),
    ]
    if signed_in:
        found.append(("classes", _("Your classes"), _("Those you learn in, and those you teach.")))
    return [{"url": reverse(name), "title": title, "about": about} for name, title, about in found]


def _suspended(progress: Progress, cards: tuple[Card, ...]) -> list[dict[str, str]]:
    known = {card.id: card for card in cards}
    return [
        {"id": card, "name": _name(known[card]), "kind": str(forms.KIND_WORDS[choosing.kind_of(known[card])])}
        for card in sorted(progress.suspended)
        if card in known
    ][:MOST_SUSPENDED]


def _name(card: Card) -> str:
    return card.title or " ".join(card.front.split())[:80]


# --- one card after another -----------------------------------------------------------------------------------


@audience(ANYONE)
def cards(request: HttpRequest) -> HttpResponse:
    """A card: its front, its answer behind a fold, and four ratings."""
    scope = scope_of(request)
    if request.method != "POST":
        return _card_page(request, scope)
    do = request.POST.get("do", "")
    try:
        return _DOES[do](request, scope) if do in _DOES else redirect(scope.address())
    except AlreadyDone:
        return redirect(scope.address())
    except Stale as refusal:
        return _card_page(request, scope, notice=say(refusal), status=409)


def _rate(request: HttpRequest, scope: Scope) -> HttpResponse:
    card, seen, rating = _card_of(request, scope), _number(request, "seen"), _number(request, "rating")
    minute = keeping.now()

    def change(progress: Progress) -> Progress:
        if len(progress.history.get(card.id, ())) != seen:
            raise Stale(ELSEWHERE)
        return progress.answered(card.id, rating, minute)

    keeping.keep(request, change)
    return redirect(scope.address())


def _undo(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Take back the last answer: of today, one after the other."""
    answers, today = _number(request, "answers"), scheduling.day_of(keeping.now())
    taken: list[Review] = []

    def change(progress: Progress) -> Progress:
        if len(progress.log) != answers:
            raise Stale(MOVED_ON)
        if not may_undo(progress, today):
            return progress
        taken.append(progress.log[-1])
        return progress.undone()

    keeping.keep(request, change)
    return redirect(scope.address(card=taken[-1].card) if taken else scope.address())


def may_undo(progress: Progress, today: int) -> bool:
    return bool(progress.log) and scheduling.day_of(progress.log[-1].minute) >= today


def _suspend(request: HttpRequest, scope: Scope) -> HttpResponse:
    card = _card_of(request, scope)
    keeping.keep(request, lambda progress: progress.suspended_with(card.id))
    return redirect(scope.address())


def _resume(request: HttpRequest, scope: Scope) -> HttpResponse:
    card = request.POST.get("card", "")
    keeping.keep(request, lambda progress: progress.resumed_with(card))
    return redirect("practice")


def _settings(request: HttpRequest, scope: Scope) -> HttpResponse:
    form = forms.Settings(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        keeping.keep(
            request,
            lambda progress: progress.with_settings(new_a_day=said["new_a_day"], kinds=said["kinds"]),
        )
        return redirect("practice")
    return _front(request, settings=form, status=400)


_DOES = {"rate": _rate, "undo": _undo, "suspend": _suspend, "resume": _resume, "settings": _settings}


def _card_of(request: HttpRequest, scope: Scope) -> Card:
    """The card a form is about: one of the guide, or of this learner's own."""
    wanted = request.POST.get("card", "")
    found = _by_id(wanted, keeping.kept_of(request))
    if found is None:
        raise NotHere
    return found


def _by_id(wanted: str, progress: Progress) -> Card | None:
    everything = cards_in(Scope(), progress, guide.current(), _language())
    return next((card for card in everything if card.id == wanted), None)


def _number(request: HttpRequest, name: str) -> int:
    said = request.POST.get(name, "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 9 else -1


def _card_page(request: HttpRequest, scope: Scope, *, notice: str = "", status: int = 200) -> HttpResponse:
    now, language, minute = guide.current(), _language(), keeping.now()
    progress = keeping.kept_of(request)
    here = cards_in(scope, progress, now, language)
    counts = choosing.counted(here, progress, minute)
    card = _asked_for(request, progress) or choosing.next_card(here, progress, minute)
    more: dict[str, Any] = {
        "card": _shown(card, progress, now, minute) if card else None,
        "scope": _scope_name(scope, now, language),
        "action": scope.address(),
        "counts": counts,
        "new_today": min(counts.new, choosing.new_left(progress, minute)),
        "waiting": _waits(choosing.next_minute(here, progress), minute),
        "answers": len(progress.log),
        "may_undo": may_undo(progress, scheduling.day_of(minute)),
        "today": _today(progress, minute),
        "notice": notice,
    }
    frame = framed(request, here="practice", who_sees=only_you(request), **more)
    return render(request, "practice/cards.html", frame, status=status)


def _asked_for(request: HttpRequest, progress: Progress) -> Card | None:
    wanted = request.GET.get("card", "") if request.method == "GET" else ""
    return _by_id(wanted, progress) if wanted else None


def _scope_name(scope: Scope, now: Guide, language: str) -> str:
    if scope.course == OWN:
        return _("Your own cards")
    if not scope.course:
        return _("All cards")
    course = now.library.courses[scope.course]
    unit = next((unit for unit in course.units if unit.key == scope.unit), None)
    return words_in(unit.title if unit else course.title, language)


def _shown(card: Card, progress: Progress, now: Guide, minute: int) -> dict[str, Any]:
    """A card as its page shows it. What anybody wrote is set by `typeset`."""
    link = showing.linking(now)
    state = progress.states.get(card.id)
    waits = scheduling.intervals(state, minute)
    return {
        "id": card.id,
        "kind": card.kind,
        "asks": _(PROMPTS[card.kind])
        if PROMPTS[card.kind]
        else _(rules.DEPTH_WORDS[card.depth])
        if card.depth
        else "",
        "front": typeset.block(card.front, link),
        "back": typeset.block(card.back, link),
        "points": [typeset.inline(point, link) for point in card.points],
        "lang": card.language,
        "dir": showing.direction(card.language) if card.language else "auto",
        "term": card.term,
        "title": card.title,
        "new": state is None,
        "seen": len(progress.history.get(card.id, ())),
        "suspended": card.id in progress.suspended,
        "ratings": [
            {"value": rating, "name": name, "wait": wait(waits[rating])}
            for rating, name in zip(scheduling.RATINGS, _rating_names(), strict=True)
        ],
    }


def _rating_names() -> tuple[str, str, str, str]:
    return _("Again"), _("Hard"), _("Good"), _("Easy")


def wait(interval: datetime.timedelta) -> str:
    """How long a card waits, in the reader's words."""
    minutes = round(interval.total_seconds() / 60 + 0.01)
    if minutes < 60:
        return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    if minutes < 36 * 60:
        hours = round(minutes / 60)
        return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
    days = round(minutes / 1440)
    if days < 60:
        return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
    months = round(days / 30.44)
    if months < 24:
        return ngettext("%(n)d month", "%(n)d months", months) % {"n": months}
    years = round(days / 365.25)
    return ngettext("%(n)d year", "%(n)d years", years) % {"n": years}


def _waits(minute: int | None, now: int) -> str:
    """How long until something is due; nothing where something is due now, or never."""
    return wait(datetime.timedelta(minutes=minute - now)) if minute is not None and minute > now else ""


# --- how it goes ------------------------------------------------------------------------------------------------


@audience(ANYONE)
def statistics(request: HttpRequest) -> HttpResponse:
    """Answers a day, what comes due, what is recalled by unit: pictures, each with its table."""
    now, language, minute = guide.current(), _language(), keeping.now()
    progress = keeping.kept_of(request)
    everything = cards_in(Scope(), progress, now, language)
    counts: Counts = choosing.counted(everything, progress, minute)
    units = {
        unit: showing.unit_name(unit, now, language) if unit else _("Your own cards")
        for unit in choosing.recalled_by_unit(everything, progress)
    }
    drawn = pictures.all_of(progress, everything, minute, units=units, rtl=get_language_bidi())
    frame = framed(
        request,
        here="practice",
        who_sees=only_you(request),
        counts=counts,
        bar=pictures.bar(counts),
        pictures=drawn,
        begun=bool(progress.log),
        days=len({scheduling.day_of(review.minute) for review in progress.log}),
        answers=len(progress.log),
    )
    return render(request, "practice/statistics.html", frame)
