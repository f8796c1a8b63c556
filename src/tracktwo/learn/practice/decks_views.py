"""The page of decks: cards of the guide and one's own go to other programs, and come from them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tracktwo.errors import NotHere, Refusal
from tracktwo.learn import guide, showing, typeset
from tracktwo.learn.guide import Guide, words_in
from tracktwo.learn.practice import decks, decks_forms, keeping
from tracktwo.learn.practice.brought import Brought
from tracktwo.learn.practice.cards import OWN
from tracktwo.learn.practice.decks import Told
from tracktwo.learn.practice.progress import OwnCard, Progress
from tracktwo.learn.practice.views import only_you
from tracktwo.learn.terms import LANGUAGES, SOURCE
from tracktwo.learn.views import framed
from tracktwo.record.once import AlreadyDone
from tracktwo.web import ANYONE, audience, say

ON_A_PAGE = 50
CONTENT_TYPES = {"apkg": "application/octet-stream", "csv": "text/csv; charset=utf-8"}


@audience(ANYONE)
def page(request: HttpRequest) -> HttpResponse:
    """Take cards along, bring some, write one, take one out."""
    if request.method == "POST":
        return _do(request)
    if "as" in request.GET:
        return _file(request)
    return _page(request)


def _do(request: HttpRequest) -> HttpResponse:
    do = request.POST.get("do")
    try:
        if do == "bring":
            return _bring(request)
        if do == "write":
            return _write(request)
        if do == "forget":
            guid = request.POST.get("card", "").removeprefix(OWN)
            keeping.keep(request, lambda mine: mine.without_own([guid]))
    except AlreadyDone:
        pass
    return redirect(reverse("practice-decks") + "#own")


def _bring(request: HttpRequest) -> HttpResponse:
    """Read first, keep afterwards: a file that cannot be read changes nothing."""
    form = decks_forms.DeckFile(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, bring=form, status=400)
    came: Brought = form.cleaned_data["file"]
    now, told = guide.current(), list[Told]()

    def change(mine: Progress) -> Progress:
        changed, said = decks.taken_in(mine, came, now)
        told.append(said)
        return changed

    try:
        keeping.keep(request, change)
    except AlreadyDone:
        raise
    except Refusal as refusal:
        form.add_error("file", say(refusal))
        return _page(request, bring=form, status=409)
    return _page(request, told=told[-1])


def _write(request: HttpRequest) -> HttpResponse:
    form = decks_forms.CardByHand(request.POST)
    if not form.is_valid():
        return _page(request, write=form, status=400)
    said = form.cleaned_data
    try:
        keeping.keep(request, lambda mine: decks.by_hand(mine, said["front"], said["back"]))
    except AlreadyDone:
        raise
    except Refusal as refusal:
        form.add_error(None, say(refusal))
        return _page(request, write=form, status=409)
    return redirect(reverse("practice-decks") + "?written#own")


# --- files ------------------------------------------------------------------------------------------


def _file(request: HttpRequest) -> HttpResponse:
    """The deck an address names: the guide's cards from memory, one's own made for this answer alone."""
    form, course, now = request.GET["as"], request.GET.get("course", ""), guide.current()
    if form not in decks.FORMATS:
        raise NotHere
    if course == decks.OWN_DECK:
        content = decks.own_deck(keeping.kept_of(request), form, decks.today())
    elif course and course not in now.library.courses:
        raise NotHere
    else:
        content = decks.guide_deck(now, course, _language(), form, decks.today())
    answer = HttpResponse(content, content_type=CONTENT_TYPES[form])
    name = "own-cards" if course == decks.OWN_DECK else course or "study-guide"
    answer["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return answer


def _language() -> str:
    language = get_language() or SOURCE
    return language if language in LANGUAGES else SOURCE


# --- the page ---------------------------------------------------------------------------------------


def _page(
    request: HttpRequest,
    *,
    bring: decks_forms.DeckFile | None = None,
    write: decks_forms.CardByHand | None = None,
    told: Told | None = None,
    status: int = 200,
) -> HttpResponse:
    now, mine = guide.current(), keeping.kept_of(request)
    listed = Paginator(mine.own, ON_A_PAGE).get_page(request.GET.get("page"))
    more: dict[str, Any] = {
        "decks": _decks(now, _language(), len(mine.own)),
        "bring": bring or decks_forms.DeckFile(),
        "write": write or decks_forms.CardByHand(),
        "told": told,
        "written": "written" in request.GET,
        "own": [_shown(card, now) for card in listed],
        "listed": listed,
        "most": decks.MOST_OWN,
    }
    frame = framed(request, here="practice", who_sees=only_you(request), **more)
    return render(request, "practice/decks.html", frame, status=status)


def _decks(now: Guide, language: str, own: int) -> list[dict[str, Any]]:
    """What may be taken along: everything, each course, and one's own cards."""
    courses = [(course.key, words_in(course.title, language)) for course in now.courses()]
    rows = [("", _("The whole study guide")), *courses]
    found = [
        {"title": title, "cards": len(decks.guide_cards(now, key, language)), **_addresses(key)}
        for key, title in rows
    ]
    if own:
        found.append({"title": _("Your own cards"), "cards": own, **_addresses(decks.OWN_DECK)})
    return found


def _addresses(course: str) -> dict[str, str]:
    chosen = {"course": course} if course else {}
    return {form: "?" + urlencode({"as": form, **chosen}) for form in decks.FORMATS}


def _shown(card: OwnCard, now: Guide) -> dict[str, Any]:
    link = showing.linking(now)
    return {
        "id": OWN + card.guid,
        "front": typeset.block(card.front, link),
        "back": typeset.block(card.back, link),
        "tags": card.tags,
    }
