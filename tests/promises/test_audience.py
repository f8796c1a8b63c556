"""Every page says for whom it is, and a server does not start with one that does not."""

from __future__ import annotations

import pytest
from django.core import checks
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.urls.resolvers import URLPattern

from tracktwo import urls, web
from tracktwo.process.rules import EVERYONE, Role
from tracktwo.web import ANYONE, SIGNED_IN


def pages(of: str = "") -> dict[str, frozenset[str]]:
    """The audience of every page whose address holds some part."""
    views = {str(pattern.name): pattern.callback for route, pattern in web.patterns() if of in route}
    return {name: frozenset(vars(view)["audience"]) for name, view in views.items()}


def test_every_page_declares_its_audience() -> None:
    assert web.every_view_declares_its_audience() == []


def test_an_audience_is_anybody_who_is_signed_in_or_roles() -> None:
    said = set().union(*pages().values())
    assert said <= {ANYONE, SIGNED_IN, *Role}
    assert all(len(who) == 1 or who <= EVERYONE for who in pages().values())


def test_a_page_without_an_audience_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgotten(request: HttpRequest) -> HttpResponse:
        return HttpResponse("hello")

    page: URLPattern = path("forgotten/", forgotten, name="forgotten")
    monkeypatch.setattr(web, "get_resolver", lambda: urls_with(page))
    assert [fault.id for fault in web.every_view_declares_its_audience()] == ["tracktwo.E001"]
    assert "forgotten/" in web.every_view_declares_its_audience()[0].msg


class urls_with:  # noqa: N801 - it stands for a module of addresses
    def __init__(self, page: URLPattern) -> None:
        self.url_patterns = [*urls.urlpatterns, page]


def test_the_check_runs_at_every_start() -> None:
    names = {getattr(check, "__name__", "") for check in checks.registry.registry.get_checks()}
    assert web.every_view_declares_its_audience.__name__ in names


def test_every_page_inside_a_process_is_for_roles_but_the_door_and_the_end_of_a_freeze() -> None:
    not_for_roles = {name for name, who in pages("<uuid:pid>").items() if not who <= EVERYONE}
    assert not_for_roles == {"sit", "thaw"}
