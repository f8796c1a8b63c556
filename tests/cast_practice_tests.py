"""What the cast has of practice tests: Nia wrote an answer in her own words, and a result of hers is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.test import Client
from django.urls import reverse

from tracktwo.learn import guide
from tracktwo.learn.practice import keeping, marking, papers, papers_views
from tracktwo.learn.practice.papers import Answer, Choice, Wanted
from tracktwo.learn.practice.progress import TestResult

if TYPE_CHECKING:
    from tests.cast import Cast

NUMBER, SEED = 12, 4  # as many as hold every form, whatever the guide says


def plant(house: Cast) -> None:
    """The result of another test, whose unit only Nia reads; and one handed in as anybody does, with own words."""
    unit = house.plant("practice test, unit", "own", owner="Nia")
    left = TestResult(20_000, 7, "", ((unit, "choice", 0, 1),))
    keeping._keep_row(person=house._people["Nia"], change=lambda progress: progress.with_test(left), once="")
    asked = papers.paper(guide.current().library, Wanted(SEED, number=NUMBER))
    words = next(f"q{place}" for place, one in enumerate(asked) if isinstance(one, Answer))
    wanted = {"number": NUMBER, "seed": SEED, "form": list(papers.FORMS), "in": "en"}
    sealed = papers_views.SEALED.sign_object({"test": papers.fingerprint(asked)})
    browser = Client()
    browser.cookies[settings.SESSION_COOKIE_NAME] = house.players["Nia"].cookie
    own = house.plant("practice test, own words", "own", owner="Nia")
    for do in ("anyway", "finish"):
        answer = browser.post(reverse("practice-test"), {**wanted, "sealed": sealed, "do": do, words: own})
        assert answer.status_code == 200 and own in answer.content.decode()  # shown back to her, once
    place = next(
        (place for place, one in enumerate(asked) if isinstance(one, Choice)), 0
    )  # a small guide has none
    right = marking.right_answers(asked[place]).chosen
    for do in ("mark", "anyway", "finish"):
        house.send(
            "practice-test",
            do,
            **wanted,
            sealed=sealed,
            do=do,
            **({f"q{place}": str(right or 0)} | {words: "Something said."}),
        )
    house.send("practice-test", "altered", **wanted, sealed="altered", do="finish")
