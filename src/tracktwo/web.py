"""What every page has in common: audience, headers, clean text, refusals, language and theme."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from django import forms
from django.conf import settings
from django.core.checks import Error
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, get_language_bidi, get_language_info
from django.utils.translation import gettext as _

from tracktwo.errors import NotHere, Refusal, filled

View = TypeVar("View", bound=Callable[..., Any])

ANYONE = "anyone"
SIGNED_IN = "signed in"


# --- audience -------------------------------------------------------------------------------


def audience(*who: str) -> Callable[[View], View]:
    """Declare who a page is for. A start-up check fails where a view has no audience."""

    def declare(view: View) -> View:
        view.audience = frozenset(who)  # type: ignore[attr-defined]
        return view

    return declare


def patterns(resolver: URLResolver | None = None, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every URL pattern of the site with its whole path, for the start-up check and the tests."""
    for pattern in (resolver or get_resolver()).url_patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern, path)
        else:
            yield path, pattern


def every_view_declares_its_audience(**_options: Any) -> list[Error]:
    """Start-up check: a view that does not say who it is for is not served."""
    return [
        Error(
            f"The view at “{path}” does not declare its audience.",
            hint="Decorate it with @audience.",
            id="tracktwo.E001",
        )
        for path, pattern in patterns()
        if not getattr(pattern.callback, "audience", None)
    ]


# --- text people write -----------------------------------------------------------------------

# Controls that reorder what others read (bidirectional embeddings and overrides) or hide inside words.
_TRICKS = re.compile("[\u202a-\u202e\u2066-\u2069\u200b\u2060\ufeff\u00ad]")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def clean(text: str) -> str:
    """Text without controls, lone surrogates and direction tricks, in one Unicode form (NFC)."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _TRICKS.sub("", _CONTROLS.sub("", text))).strip()


class PlainText(forms.CharField):
    """A text field that cleans what it is given and says how long it may be."""

    def __init__(self, *, longest: int, rows: int = 0, **options: Any) -> None:
        if rows:
            options.setdefault(
                "widget", forms.Textarea(attrs={"rows": rows, "dir": "auto", "maxlength": longest})
            )
        else:
            options.setdefault("widget", forms.TextInput(attrs={"dir": "auto", "maxlength": longest}))
        super().__init__(max_length=longest, strip=True, **options)

    def to_python(self, value: Any) -> str:
        return clean(super().to_python(value) or "")


# --- answers ---------------------------------------------------------------------------------


def new_once() -> str:
    """The key that makes sending a form twice the same as sending it once."""
    return secrets.token_urlsafe(16)


def once_of(request: HttpRequest) -> str:
    """The key a form came with."""
    return request.POST.get("once", "")[:64]


def back_to(request: HttpRequest, fallback: str = "/") -> str:
    """Where a small form (language, theme) returns to: only ever a page of this site."""
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts=None) and target.startswith("/")
    return target if safe else fallback


def say(refusal: Refusal) -> str:
    """A refusal's sentence in the reader's language."""
    facts = {name: _in_words(fact) for name, fact in refusal.facts.items()}
    return filled(_(refusal.sentence), facts, _(", "))


def _in_words(fact: object) -> object:
    if isinstance(fact, tuple):
        return [_(one) for one in fact]
    return _(fact) if isinstance(fact, str) and fact else fact


def not_here(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The one page for what does not exist and what is not yours: nobody can tell them apart."""
    return render(request, "404.html", status=404)


def too_much(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "400.html", status=400)


def broken(request: HttpRequest) -> HttpResponse:
    """A fault of ours: says so, and nothing else."""
    return HttpResponse(render_to_string("500.html"), status=500)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token: from another site, or kept open too long."""
    return render(request, "403_csrf.html", status=403)


def resting(request: HttpRequest) -> HttpResponse:
    """The neutral page of a frozen process: the same for every request and everybody."""
    return HttpResponse(render_to_string("frozen.html"), status=503)


class Refusals:
    """Turns a refusal into its page: one calm sentence, nothing lost, nothing learnt."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, NotHere):
            return not_here(request)
        if isinstance(exception, Refusal):
            return render(request, "refusal.html", {"sentence": say(exception)}, status=409)
        if isinstance(exception, OperationalError):
            sentence = _(
                "This could not be kept just now: the server has no room or is too busy. "
                "Nothing was changed. Try again in a moment."
            )
            return render(request, "refusal.html", {"sentence": sentence}, status=503)
        return None


class Headers:
    """Headers of every answer: nothing cached, nothing told to other sites, nothing allowed."""

    ALWAYS = {
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cross-Origin-Embedder-Policy": "require-corp",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex, nofollow, noarchive",
    }

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in self.ALWAYS.items():
            response.headers.setdefault(name, value)
        if not request.path.startswith(settings.STATIC_URL):
            response.headers["Cache-Control"] = "no-store"
        return response


def page_context(request: HttpRequest) -> dict[str, Any]:
    """What every template may use."""
    return {
        "lang": get_language() or "en",
        "dir": "rtl" if get_language_bidi() else "ltr",
        "languages": settings.LANGUAGES,
        "theme": theme_of(request),
        "is_demo": settings.DEMO,
        "exit_url": settings.EXIT_URL,
        "path": request.path,
        "once": new_once,
    }


def theme_of(request: HttpRequest) -> str:
    chosen = request.COOKIES.get("theme", "")
    return chosen if chosen in ("light", "dark") else ""


# --- language, theme, health -----------------------------------------------------------------


def _kept(response: HttpResponse, name: str, value: str) -> HttpResponse:
    response.set_cookie(
        name,
        value,
        max_age=180 * 86400,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )
    return response


@audience(ANYONE)
def language(request: HttpRequest) -> HttpResponse:
    """Choose the language of the interface; kept in a cookie, not with the person."""
    wanted = request.POST.get("language", "")
    answer = HttpResponseRedirect(back_to(request))
    return (
        _kept(answer, settings.LANGUAGE_COOKIE_NAME, wanted) if wanted in dict(settings.LANGUAGES) else answer
    )


@audience(ANYONE)
def theme(request: HttpRequest) -> HttpResponse:
    """Choose light or dark; anything else follows the device."""
    wanted = request.POST.get("theme", "")
    return _kept(
        HttpResponseRedirect(back_to(request)), "theme", wanted if wanted in ("light", "dark") else "auto"
    )


@audience(ANYONE)
def health(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


def language_name(code: str) -> str:
    """A language by its name in the reader's language; by its code where Django knows no name (`zh`)."""
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code
