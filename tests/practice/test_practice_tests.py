"""The pages of practice tests: chosen, answered, marked, kept by unit; whatever is sent, a page answers."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from typing import Any

import pytest
from django.core import signing
from django.db import connection
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.learn.conftest import forget, instructor, seated, small_guide  # noqa: F401  fixtures
from tracktwo.learn import acts, guide
from tracktwo.learn.practice import keeping, marking, papers, papers_forms
from tracktwo.learn.practice.papers import Answer, Choice, Match, Order, Wanted
from tracktwo.learn.practice.papers_forms import given as given_in
from tracktwo.learn.terms import written

pytestmark = pytest.mark.django_db
FRONT = "/learn/practice/test/"
TEST = FRONT + "?number=9&form=choice&form=match&form=order&form=answer&seed=4&in=en"
WORDS = "Zqmyownwordsqz"


def paper(address: str = TEST) -> papers.Paper:
    only = re.search(r"only=([\d.]+)", address)
    asked = papers.paper(guide.current().library, Wanted(seed=4, number=9))
    return tuple(asked[int(one)] for one in only[1].split(".")) if only else asked


def sealed(answer: Any) -> str:
    found = re.search(r'name="sealed" value="([^"]*)"', answer.content.decode())
    assert found
    return html.unescape(found[1])


def answers(asked: papers.Paper, *, right: bool = True) -> dict[str, Any]:
    sent: dict[str, Any] = {}
    for number, one in enumerate(asked):
        name = f"q{number}"
        if isinstance(one, Choice):
            sent[name] = str(one.right if right else (one.right + 1) % len(one.options))
        elif isinstance(one, Match):
            turned = one.right if right else (*one.right[1:], one.right[0])
            sent |= {f"{name}-{place}": str(value) for place, value in enumerate(turned)}
        elif isinstance(one, Order):
            many = len(one.right)
            sent |= {
                f"{name}-{place}": str(value if right else many + 1 - value)
                for place, value in enumerate(one.right)
            }
        else:
            sent[name] = f"{WORDS} {number}"
            if right:
                sent |= {
                    f"{name}-points": [str(place) for place in range(len(one.points))],
                    f"{name}-level": "2",
                }
    return sent


def said(answer: Any) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))


# --- choosing ---------------------------------------------------------------------------------------------


def test_a_test_is_chosen_and_gets_an_address_that_a_class_can_share(client):
    assert client.get(FRONT).status_code == 200
    led = client.get(FRONT + "?number=7&form=choice&form=order&scope=&minutes=&seed=&in=en")
    assert led.status_code == 302 and re.search(r"form=choice&form=order&in=en&seed=\d{6}$", led["Location"])
    one, two = client.get(led["Location"]), client.get(led["Location"])
    assert one.status_code == 200 and one.content.count(b'class="paper-question"') == 7
    assert sealed(one) == sealed(two)  # the same test, and nothing of a time in it


def test_the_number_of_a_test_may_be_typed_in_arabic_digits(client):
    answer = client.get(FRONT + "?number=٧&form=choice&seed=٤٢&in=ar")
    assert answer.status_code == 200 and answer.content.count(b'class="paper-question"') == 7


@pytest.mark.parametrize(
    "query",
    [
        "number=1000000000&form=choice",
        "number=-3&form=choice",
        "number=ten&form=choice",
        "number=10",
        "number=10&form=essay",
        "number=10&form=choice&seed=99999999999999999999999999",
        "number=10&form=choice&seed=%27;drop",
        "number=10&form=choice&seed=1%00",
        "number=10&form=choice&minutes=0",
        "number=10&form=choice&scope=no/such",
        "number=",
    ],
)
def test_what_cannot_be_asked_for_brings_the_form_again_with_what_was_typed(client, query):
    answer = client.get(f"{FRONT}?{query}")
    assert answer.status_code == 400 and b"field-wrong" in answer.content


def test_languages_and_questions_that_do_not_exist_are_left_out(client):
    assert client.get(TEST.replace("in=en", "in=xx")).status_code == 200
    assert client.get(TEST + "&only=99.x.-1.").content.count(b'class="paper-question"') == 9
    assert client.get(TEST + "&only=0.2.2.99").content.count(b'class="paper-question"') == 2


def test_a_guide_of_two_terms_says_what_is_missing(client, small_guide):  # noqa: F811
    answer = client.get(FRONT + "?number=10&form=match&seed=1&in=en")
    assert answer.status_code == 200 and "a match four" in said(answer)
    fewer = client.get(FRONT + "?number=10&form=answer&seed=1&in=en")
    assert "The guide holds enough for" in said(fewer)


def test_a_guide_without_a_term_says_so(client, monkeypatch):
    monkeypatch.setattr(guide, "files_shipped", dict)
    forget()
    try:
        assert "There is no term here yet" in said(client.get(FRONT + "?number=10&form=choice&seed=1"))
    finally:
        monkeypatch.undo()
        forget()


# --- marking ----------------------------------------------------------------------------------------------


def hand_in(client: Any, sent: dict[str, Any], *, address: str = TEST, do: str = "mark") -> Any:
    return client.post(address, {**sent, "sealed": sealed(client.get(address)), "do": do})


def test_ones_own_right_answers_earn_everything_and_are_kept_by_unit_and_form(client):
    asked, sent = paper(), answers(paper())
    marking_page = hand_in(client, sent)
    assert marking_page.status_code == 200 and "Mark your own answers" in said(marking_page)
    assert not kept_by(client)  # nothing counts before the learner has marked
    result = client.post(TEST, {**sent, "sealed": sealed(marking_page), "do": "finish"})
    assert "100 %" in said(result).replace("\xa0", " ") and "Only what went wrong" not in said(result)
    (kept,) = kept_by(client)
    assert (kept.seed, kept.scope, len(kept.answers)) == (4, "", 9)
    assert sorted(one.unit for one in asked) == sorted(unit for unit, *_rest in kept.answers)
    assert all(points == out_of for _unit, _form, points, out_of in kept.answers)


def kept_by(client: Any) -> tuple[Any, ...]:
    class Request:
        user = None
        session = client.session

    return keeping.in_session(Request()).tests  # type: ignore[arg-type]


def test_every_wrong_answer_is_explained_and_only_those_are_asked_again(client):
    sent = answers(paper(), right=False)
    result = hand_in(client, {**sent, **{name: "" for name in sent if sent[name] == ""}}, do="finish")
    page, asked = result.content.decode(), paper()
    for one in asked:
        if isinstance(one, Choice) and one.kind in ("true", "false"):
            assert "Why it is false:" in page
        if isinstance(one, Choice) and one.kind == "meaning":
            assert "That is the definition of" in page
        assert f"/learn/terms/{one.term}/" in page
    again = html.unescape(re.search(r'href="([^"]*only=[^"]*)"', page)[1])  # type: ignore[index]
    assert client.get(again).content.count(b'class="paper-question"') == len(asked)
    # Of those, one right: one fewer.
    better = (
        answers(asked, right=False) | {"q0": answers(asked)["q0"]} if isinstance(asked[0], Choice) else {}
    )
    if better:
        next_one = hand_in(client, better, do="finish").content.decode()
        assert "only=1." in html.unescape(next_one)


def test_questions_left_out_are_named_and_everything_typed_stays(client):
    asked = paper()
    words = next(f"q{number}" for number, one in enumerate(asked) if isinstance(one, Answer))
    answer = hand_in(client, {words: WORDS})
    assert answer.status_code == 400 and WORDS in answer.content.decode()
    assert "questions have no whole answer yet" in said(answer) and b'value="anyway"' in answer.content
    marked = client.post(TEST, {words: WORDS, "sealed": sealed(answer), "do": "anyway"})
    assert marked.status_code == 200 and "Left out" in said(marked)


def test_without_own_words_the_result_comes_at_once(client):
    address = TEST.replace("&form=answer", "")
    asked = papers.paper(
        guide.current().library, Wanted(seed=4, number=9, forms=("choice", "match", "order"))
    )
    result = hand_in(client, answers(asked), address=address)
    assert "By unit, the weakest first" in said(result) and len(kept_by(client)) == 1


def test_a_page_sent_twice_counts_once(client):
    shown = client.get(TEST)
    sent = {**answers(paper()), "sealed": sealed(shown), "do": "finish", "once": "the same form"}
    one, two = client.post(TEST, sent), client.post(TEST, sent)
    assert one.status_code == two.status_code == 200 and len(kept_by(client)) == 1


def test_a_tick_below_an_empty_answer_earns_nothing(client):
    asked = paper()
    sent = {name: value for name, value in answers(asked).items() if WORDS not in str(value)}
    hand_in(client, sent, do="finish")
    (kept,) = kept_by(client)
    assert all(points == 0 for _unit, form, points, _out in kept.answers if form == "answer")


def test_weak_spots_of_several_tests_stand_beside_the_choice(client):
    for seed in (4, 5):
        address = TEST.replace("seed=4", f"seed={seed}")
        hand_in(client, {}, address=address, do="anyway")
    front = said(client.get(FRONT))
    assert "Your units, the weakest first" in front and "From your last 2 practice tests." in front


def test_a_progress_that_has_no_room_says_so_and_the_result_is_shown(client, monkeypatch):
    monkeypatch.setattr(keeping, "LARGEST_IN_SESSION", 10)
    result = hand_in(client, answers(paper()), do="finish")
    assert (
        result.status_code == 200 and "more than can be kept here" in said(result) and "100" in said(result)
    )


# --- the clock --------------------------------------------------------------------------------------------


def test_a_timed_test_says_how_long_it_took_and_ends_nothing(client, monkeypatch):
    address = TEST + "&minutes=10"
    monkeypatch.setattr("tracktwo.learn.practice.papers_views.time.time", lambda: 1_000_000.0)
    shown = client.get(address)
    assert b'data-seconds-left="600"' in shown.content
    monkeypatch.setattr("tracktwo.learn.practice.papers_views.time.time", lambda: 1_000_000.0 + 12 * 60 - 3)
    again = client.post(address, {"sealed": sealed(shown), "do": "mark"})  # with gaps: the clock went on
    assert again.status_code == 400 and b'data-seconds-left="0"' in again.content
    marked = client.post(address, {**answers(paper()), "sealed": sealed(again), "do": "mark"})
    # Marking one's own words is not the test.
    monkeypatch.setattr("tracktwo.learn.practice.papers_views.time.time", lambda: 1_000_000.0 + 90 * 60)
    result = client.post(address, {**answers(paper()), "sealed": sealed(marked), "do": "finish"})
    assert "12 minutes of the 10 you gave yourself" in said(result)


def test_an_untimed_test_carries_no_time(client):
    assert signing.Signer(salt="practice test").unsign_object(sealed(client.get(TEST))).keys() == {"test"}


# --- a guide that changes, a page that is altered -----------------------------------------------------------


def test_a_guide_that_changed_meanwhile_is_said_and_nothing_that_was_written_is_lost(client):
    shown = client.get(TEST)
    term = guide.current().library.terms[paper()[0].term, "en"]
    changed = replace(
        term, definition="Another definition, wholly.", facts=term.facts[::-1], steps=(), mistakes=()
    )
    acts.keep_term(key=term.key, language="en", text=written(changed), by=acts.ADMINISTRATOR)
    answer = client.post(TEST, {"q8": WORDS, "sealed": sealed(shown), "do": "mark"})
    assert answer.status_code == 409 and WORDS in answer.content.decode()
    assert "The study guide has changed since this test was shown" in said(answer)
    assert not kept_by(client)


@pytest.mark.parametrize("seal", ["", "x", "e30:x", "\x00", "ü" * 900])
def test_an_altered_page_is_said_to_be_one(client, seal):
    answer = client.post(TEST, {"q8": WORDS, "sealed": seal, "do": "finish"})
    assert answer.status_code == 409 and WORDS in answer.content.decode()
    assert "other than it was sent" in said(answer)


def test_a_form_without_its_test_brings_the_choice_and_what_was_written(client):
    answer = client.post(FRONT, {"q3": WORDS})
    assert answer.status_code == 400 and WORDS in answer.content.decode()


@settings(max_examples=25, deadline=None)
@given(
    st.dictionaries(
        st.from_regex(r"q[0-9](-[0-9]|-points|-level)?", fullmatch=True),
        st.one_of(st.text(max_size=40), st.integers(-5, 10**9).map(str)),
        max_size=30,
    )
)
def test_whatever_is_sent_counts_as_an_answer_or_as_none(sent):
    asked = papers.paper(guide.shipped(), Wanted(seed=4, number=9))
    query = QueryDict(mutable=True)
    query.update(sent)
    for question, one in zip(asked, given_in(asked, query), strict=True):
        mark = marking.mark(question, one)
        assert 0 <= mark.points <= mark.out_of


def test_a_unit_of_a_course_is_named_on_its_test_and_its_cards_are_offered(client, small_guide):  # noqa: F811
    address = FRONT + "?scope=short/de-escalation&number=5&form=answer&form=choice&seed=1&in=en"
    assert "De-escalation" in said(client.get(address))
    assert "A short course" in said(client.get(address.replace("/de-escalation", "")))
    result = client.post(address, {"sealed": sealed(client.get(address)), "do": "anyway"})
    assert "/learn/practice/cards/?course=short&amp;unit=de-escalation" in result.content.decode()


def test_somebody_signed_in_is_told_what_a_class_would_see(seated):  # noqa: F811
    assert "a class you join says on its page" in said(seated.get(TEST))


# --- languages --------------------------------------------------------------------------------------------


def test_a_test_in_arabic_says_which_questions_are_in_english(client, small_guide):  # noqa: F811
    address = FRONT + "?number=6&form=answer&seed=1&in=ar"
    page = client.get(address, HTTP_ACCEPT_LANGUAGE="ar").content.decode()
    assert '<html lang="ar" dir="rtl"' in page
    assert page.count("paper-foreign") == 1  # of two terms one is not in Arabic
    assert page.count('<span lang="en"') == page.count('<span lang="ar"') == 1


# --- nothing of it stays ------------------------------------------------------------------------------------


def plainly(cell: Any) -> bytes:
    return bytes(cell) if isinstance(cell, memoryview | bytes) else str(cell).encode()


def traces(word: str, client: Any) -> list[str]:
    """Where a word stands on the server: in any column of any table as it is, or in what is kept, opened."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            cells = [cell for row in cursor.fetchall() for cell in row]
            if any(word.encode() in plainly(cell) for cell in cells):
                found.append(table)
    if word in repr(dict(client.session.items())) or word in repr(kept_by(client)):
        found.append("session")
    return found


def test_words_of_ones_own_are_kept_nowhere(client):
    hand_in(client, answers(paper()))
    hand_in(client, answers(paper()), do="finish")
    assert len(kept_by(client)) == 1 and traces(WORDS, client) == []


def test_words_that_are_kept_would_be_found(client, monkeypatch):
    honest = marking.result

    def telling(*of: Any, **more: Any) -> Any:
        return honest(*of, **{**more, "scope": f"{WORDS} 8"})

    monkeypatch.setattr("tracktwo.learn.practice.papers_views.marking.result", telling)
    hand_in(client, answers(paper()), do="finish")
    assert traces(WORDS, client) == ["session"]


def test_a_fresh_number_is_short_enough_to_be_read_out():
    assert all(100_000 <= papers_forms.fresh_seed() <= papers.LARGEST_SEED for _one in range(50))
