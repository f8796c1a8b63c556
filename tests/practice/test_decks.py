"""The page of decks: what leaves, what comes, what is told; and that what cannot be read changes nothing."""

from __future__ import annotations

import random
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.learn.conftest import forget, instructor, small_guide  # noqa: F401  fixtures
from tests.practice.test_anki import BROKEN as BROKEN_DECKS
from tests.practice.test_anki import new, old, plain_reader
from tests.practice.test_sheets import BROKEN as BROKEN_SHEETS
from tracktwo.learn import guide
from tracktwo.learn.practice import anki, decks, sheets
from tracktwo.learn.practice.brought import Brought, Row
from tracktwo.learn.practice.decks import Told
from tracktwo.learn.practice.progress import OwnCard, Progress, read, written

WHERE = "/learn/practice/decks/"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_guide")]
OWN = ("g1", "Own <b>front</b>\x1fOwn back", "mine")


@pytest.fixture(params=["anybody", "somebody"])
def learner(request: pytest.FixtureRequest, client: Client, instructor: Any) -> Client:  # noqa: F811
    """With an account and without one."""
    if request.param == "somebody":
        client.force_login(instructor, backend="tracktwo.people.signing_in.ByBlindIndex")
    return client


def bring(client: Client, data: bytes, name: str = "cards.apkg", **more: str) -> Any:
    return client.post(WHERE, {"do": "bring", "file": SimpleUploadedFile(name, data), **more})


def saved(client: Client) -> Progress:
    return read(client.get("/learn/practice/?save").content.decode())


def deck(client: Client, query: str) -> bytes:
    answer = client.get(f"{WHERE}?{query}")
    assert answer.status_code == 200, query
    assert answer["Content-Disposition"].startswith("attachment")
    return bytes(answer.content)


# --- leaving ----------------------------------------------------------------------------------------


def test_the_whole_guide_and_each_course_leave_for_anki(client: Client) -> None:
    whole, course = (plain_reader(deck(client, query)) for query in ("as=apkg", "as=apkg&course=short"))
    assert set(whole) == set(course) == {anki.guid_for(f"{term}/{card}") for term in ("hot-line", "quiet-zone")
                                         for card in ("definition", "word", "recall-1", "discuss-1", "evaluate-1")}  # fmt: skip
    (front, back), tags = whole[anki.guid_for("quiet-zone/definition")]
    assert "Quiet zone" in front and "What does it mean?" in front and 'lang="en" dir="ltr"' in front
    assert back.startswith('<div lang="en" dir="ltr"><p>A border area') and tags == "de-escalation definition"


def test_arabic_cards_stand_from_right_to_left_under_the_same_names(client: Client) -> None:
    english = plain_reader(deck(client, "as=apkg"))
    client.cookies["language"] = "ar"
    arabic = plain_reader(deck(client, "as=apkg"))
    assert set(arabic) == set(english)
    (front, _), _ = arabic[anki.guid_for("hot-line/definition")]
    assert front.startswith('<div lang="ar" dir="rtl">')
    (front, _), _ = arabic[anki.guid_for("quiet-zone/definition")]  # not translated yet: it stays as it is
    assert front.startswith('<div lang="en" dir="ltr">')


def test_links_within_the_guide_are_words_elsewhere() -> None:
    assert decks._page("see [ripeness](ripeness) and [x](https://x.org/)", "en") == (
        '<div lang="en" dir="ltr"><p>see ripeness and '
        '<a href="https://x.org/" rel="noopener noreferrer nofollow">x</a></p></div>'
    )


def test_the_table_holds_the_same_cards_by_their_own_names(client: Client) -> None:
    rows = sheets.read(deck(client, "as=csv")).rows
    assert "quiet-zone/definition" in {row.guid for row in rows} and len(rows) == 10


def test_a_deck_of_the_guide_is_made_once(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    first = deck(client, "as=apkg")
    monkeypatch.setattr(anki, "package", None)
    assert deck(client, "as=apkg") == first


def test_own_cards_leave_under_the_names_they_came_with(learner: Client) -> None:
    bring(learner, old(OWN))
    assert plain_reader(deck(learner, "as=apkg&course=own")) == {
        "g1": (
            [
                '<div dir="auto"><p>Own <strong>front</strong></p></div>',
                '<div dir="auto"><p>Own back</p></div>',
            ],
            "mine",
        )
    }
    assert sheets.read(deck(learner, "as=csv&course=own")).rows == (
        Row("g1", "Own **front**", "Own back", ("mine",)),
    )
    assert plain_reader(deck(Client(), "as=apkg&course=own")) == {}


def test_own_cards_are_in_no_deck_that_is_kept(client: Client) -> None:
    before = deck(client, "as=apkg")
    bring(client, old(OWN))
    assert deck(client, "as=apkg") == before


@pytest.mark.parametrize("query", ["as=pdf", "as=", "as=apkg&course=nothing", "as=file&course=own"])
def test_what_there_is_not_is_not_here(client: Client, query: str) -> None:
    assert client.get(f"{WHERE}?{query}").status_code == 404


# --- coming -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", [old, new], ids=["until 2022", "since 2022"])
def test_a_deck_is_brought_and_brought_again_without_doubles(learner: Client, form: Any) -> None:
    data = form(OWN, ("g2", "Q\x1fA", ""), (anki.guid_for("quiet-zone/word"), "changed\x1fin Anki", ""))
    assert "Read. New: 2. Changed: 0. Known already: 1." in bring(learner, data).content.decode()
    assert "Read. New: 0. Changed: 0. Known already: 3." in bring(learner, data).content.decode()
    changed = form(OWN, ("g2", "Q\x1fanother answer", ""))
    assert "Read. New: 0. Changed: 1. Known already: 1." in bring(learner, changed).content.decode()
    assert saved(learner).own == (
        OwnCard("g1", "Own **front**", "Own back", ("mine",)),
        OwnCard("g2", "Q", "another answer", (), 1),
    )


@pytest.mark.parametrize("query", ["as=apkg", "as=csv", "as=apkg&course=short"])
def test_what_left_comes_back_without_doubles(learner: Client, query: str) -> None:
    bring(learner, old(OWN))
    for one in (query, f"as={query[3:7].rstrip('&')}&course=own"):
        answer = bring(learner, deck(learner, one)).content.decode()
        assert "New: 0. Changed: 0." in answer, one
    assert len(saved(learner).own) == 1


def test_pictures_sounds_and_what_was_left_out_are_told(client: Client) -> None:
    page = bring(
        client, old(("a", "<img src=x>F\x1fB [sound:y]", ""), ("b", "<img src=z>\x1fB", ""))
    ).content.decode()
    assert "Pictures left out: 2." in page and "Sounds left out: 1." in page
    assert "no words or too many: 1." in page


def test_a_card_brought_along_can_be_practised(client: Client) -> None:
    bring(client, old(OWN))
    assert "Own <strong>front</strong>" in client.get("/learn/practice/cards/?course=own").content.decode()


def test_nothing_a_deck_holds_runs_on_the_page(client: Client) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>&lt;script&gt;alert(1)&lt;/script&gt;<a href='javascript:x'>F</a>"
    page = bring(client, old(("g", f"{evil}\x1f[x](javascript:alert) {evil}", ""))).content.decode()
    assert "alert(1)" in page  # as words
    assert "<script>alert" not in page and "onerror" not in page and 'href="javascript' not in page


def test_a_card_is_written_changed_by_its_front_and_taken_out(learner: Client) -> None:
    answer = learner.post(WHERE, {"do": "write", "front": "Who?", "back": "Kelman\u202e"})
    assert answer["Location"] == f"{WHERE}?written#own"
    assert "The card is among yours." in learner.get(f"{WHERE}?written").content.decode()
    learner.post(WHERE, {"do": "write", "front": "Who?", "back": "Burton"})
    (card,) = saved(learner).own
    assert (card.front, card.back, card.number) == ("Who?", "Burton", 1)
    assert Client().get(WHERE).content.decode().count("Burton") == 0
    learner.post(WHERE, {"do": "forget", "card": f"own/{card.guid}"})
    assert saved(learner).own == ()


def test_a_card_needs_both_sides(client: Client) -> None:
    answer = client.post(WHERE, {"do": "write", "front": "Who?", "back": " "})
    assert answer.status_code == 400 and "Who?" in answer.content.decode()
    assert client.post(WHERE, {"do": "nonsense"}).status_code == 302


def test_a_form_sent_twice_is_sent_once(learner: Client) -> None:
    for _ in range(2):
        answer = learner.post(WHERE, {"do": "write", "front": "Who?", "back": "K", "once": "same"})
        assert answer.status_code == 302
    assert bring(learner, old(OWN), once="other").status_code == 200
    assert bring(learner, old(OWN), once="other").status_code == 302
    assert len(saved(learner).own) == 2 and {card.number for card in saved(learner).own} == {0}


# --- what changes nothing -----------------------------------------------------------------------------


@pytest.mark.parametrize("what", [*BROKEN_DECKS, *(f"sheet: {name}" for name in BROKEN_SHEETS)])
def test_a_broken_file_gets_one_sentence_and_changes_nothing(client: Client, what: str) -> None:
    bring(client, old(OWN))
    before = saved(client)
    sheet = what.startswith("sheet: ")
    data, sentence = BROKEN_SHEETS[what[7:]] if sheet else BROKEN_DECKS[what]
    answer = bring(client, data, "cards.csv" if sheet else "cards.apkg")
    page = answer.content.decode()
    assert answer.status_code == 400
    assert page.count('class="field-errors"') == 1 and "Read. New" not in page
    if what not in ("empty", "not zip", "sheet: zeros"):  # which the page takes for another kind of file
        assert sentence.partition("%")[0][:40] in page.replace("&#x27;", "'")
    assert saved(client) == before


def test_a_progress_file_is_sent_to_its_own_page(client: Client) -> None:
    answer = bring(client, written(Progress()).encode(), "practice.json")
    assert answer.status_code == 400 and "Load it on the first page of practice" in answer.content.decode()


def test_any_other_file_is_no_deck(client: Client) -> None:
    answer = bring(client, b"\x89PNG\r\n\x1a\n" + bytes(200), "picture.png")
    assert answer.status_code == 400 and "This is not a deck of Anki" in answer.content.decode()


def test_without_a_file_the_page_says_what_to_choose(client: Client) -> None:
    answer = client.post(WHERE, {"do": "bring"})
    assert answer.status_code == 400 and "at most 8 megabytes" in answer.content.decode()


def test_a_file_never_lies_in_a_folder_while_it_is_read(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise AssertionError("a temporary file")

    monkeypatch.setattr("tempfile.NamedTemporaryFile", refused)
    large = old(*((str(n), f"f{n} {random.Random(n).randbytes(4000).hex()}\x1fb", "") for n in range(800)))
    assert len(large) > 3_000_000
    assert bring(client, large).status_code == 200
    assert bring(client, bytes(9_000_000)).status_code == 400  # too large to arrive at all


@pytest.mark.parametrize(("count", "length"), [(decks.MOST_OWN + 1, 3), (200, 3000)])
def test_more_than_is_kept_for_one_learner_is_refused_whole(learner: Client, count: int, length: int) -> None:
    bring(learner, old(OWN))
    before = saved(learner)
    answer = bring(learner, old(*((f"n{n}", f"f{n}\x1f{'b' * length}", "") for n in range(count))))
    assert answer.status_code == 409 and "more than 2000 cards of your own" in answer.content.decode()
    assert saved(learner) == before
    assert learner.post(WHERE, {"do": "write", "front": "F", "back": "B"}).status_code == 302


def test_a_full_learner_writes_no_further_card(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decks, "MOST_OWN", 1)
    bring(client, old(OWN))
    answer = client.post(WHERE, {"do": "write", "front": "F", "back": "B"})
    assert answer.status_code == 409 and "Nothing was changed" in " ".join(answer.content.decode().split())
    assert len(saved(client).own) == 1


@pytest.mark.sqlite
def test_a_fault_that_keeps_the_half_it_could_read_is_found(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decks, "read", lambda _data: Brought((Row("half", "F", "B"),)))
    with pytest.raises(AssertionError):
        test_a_broken_file_gets_one_sentence_and_changes_nothing(client, "torn pages")


# --- reckoning --------------------------------------------------------------------------------------


def test_cards_of_the_guide_are_known_by_either_name_and_stay_as_they_are() -> None:
    now = guide.current()
    came = Brought(
        (Row("quiet-zone/word", "other", "words"), Row(anki.guid_for("hot-line/word"), "other", "words"))
    )
    assert decks.taken_in(Progress(), came, now) == (Progress(), Told(0, 0, 2))


def test_words_that_shrink_to_nothing_are_left_out() -> None:
    came = Brought((Row("a", "\u200b", "B"), Row("b", "F", "\u202e")), left_out=1)
    assert decks.taken_in(Progress(), came, guide.current()) == (Progress(), Told(0, 0, 0, left_out=3))


sides = st.text(alphabet=st.sampled_from("ab *_-#>\n[]()`<&;:/1.\\é"), min_size=1, max_size=40)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(sides, sides), min_size=1, max_size=4))
def test_whatever_somebody_wrote_leaves_and_comes_back_as_known_or_the_same_words(
    pairs: list[tuple[str, str]],
) -> None:
    now, mine = guide.current(), Progress()
    for front, back in pairs:
        if front.strip() and back.strip():
            mine = decks.by_hand(mine, front.strip(), back.strip())
    sheet = decks.own_deck(mine, "csv", 1)
    if mine.own:
        assert decks.taken_in(mine, decks.read(sheet), now)[1] == Told(0, 0, len(mine.own))
        came = decks.read(decks.own_deck(mine, "apkg", 1))
        once, told = decks.taken_in(mine, came, now)
        assert told.new == 0
        twice = decks.taken_in(once, decks.read(decks.own_deck(once, "apkg", 1)), now)[1]
        assert twice.new == 0
