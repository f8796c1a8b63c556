"""A practice test asks fairly: one right answer, nothing given away, the same test for the same seed."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.learn.conftest import BODY, file_of
from tracktwo.learn import guide
from tracktwo.learn.practice import marking, papers
from tracktwo.learn.practice.papers import FORMS, Answer, Choice, Match, Order, Wanted, paper
from tracktwo.learn.search import plain
from tracktwo.learn.terms import Library, Question, Term, read_course, read_term

STEPS = "## Steps\n1. Draw it.\n2. Announce it.\n3. Watch it.\n4. End it.\n\n"
MISTAKES = "## Common mistakes\n- It settles who owns the land. | It says nothing of that.\n- It never ends. | Its end is set.\n\n"
POINTS = "\n\nLook for:\n- It is small.\n- It is watched."


def made(
    key: str, title: str, *, also: str = "", related: str = "", unit: str = "method", **texts: str
) -> Term:
    body = BODY.replace(
        "A border area that armed people leave", texts.get("told", f"A way number {len(key)} of {key[::-1]}")
    )
    body = body.replace("## Questions", texts.get("more", "") + "## Questions")
    return read_term(key, "en", file_of(title, also=also, related=related, unit=unit, used="", body=body))


def shelf(*terms: Term) -> Library:
    return Library({(term.key, term.language): term for term in terms})


ZONE = made("zone", "Quiet zone", also="zone of quiet", related="line", more=STEPS + MISTAKES)
LINE = made("line", "Hot line", also="direct line", related="zone")
WATCH = made("watch", "Neighbour watch", unit="method")
BRIDGE = made("bridge", "Bridge talk", unit="cases")
MARKET = made("market", "Open market", unit="cases")
TWIN = replace(made("twin", "Zone twin"), also=("zone of quiet",))
SMALL = shelf(ZONE, LINE, WATCH, BRIDGE, MARKET, TWIN)


@lru_cache(maxsize=1)
def shipped() -> Library:
    return guide.shipped()


# --- known answers ----------------------------------------------------------------------------------------


def test_distractors_are_the_related_then_those_of_the_unit_then_the_rest():
    assert [one.key for one in papers.nearest(ZONE, SMALL)][:2] == ["line", "watch"]
    assert {one.key for one in papers.nearest(ZONE, SMALL)} == {"line", "watch", "bridge", "market"}


def test_a_case_from_history_stands_among_cases_and_a_notion_among_notions():
    assert papers.nearest(BRIDGE, SMALL)[0].key == "market"
    assert [one.unit for one in papers.nearest(ZONE, SMALL)] == ["method", "method", "cases", "cases"]
    for seed in range(40):
        for question in paper(shipped(), Wanted(seed=seed, number=20, forms=("choice", "match"))):
            if isinstance(question, Choice) and question.kind in ("word", "meaning"):
                kinds = {shipped().terms[one.term, "en"].unit == "cases" for one in question.options}
                assert len(kinds) == 1, question.title


def test_a_synonym_is_never_offered_beside_the_term_it_stands_for():
    assert papers.same_meaning(ZONE, TWIN) and not papers.same_meaning(ZONE, LINE)
    assert papers.same_meaning(LINE, replace(LINE, key="other", title="Other", also=()))  # one definition


def test_terms_are_told_apart_in_every_order_of_a_small_guide():
    for seed in range(60):
        for question in paper(SMALL, Wanted(seed=seed, number=20)):
            if isinstance(question, Choice) and question.kind in ("word", "meaning"):
                keys = {option.term for option in question.options}
                assert not {"zone", "twin"} <= keys


def test_mistakes_and_facts_make_questions_of_their_own():
    kinds = {
        one.kind: one
        for seed in range(9)
        for one in paper(SMALL, Wanted(seed=seed, number=20, forms=("choice",)))
        if isinstance(one, Choice)
    }
    assert set(kinds) == {"word", "meaning", "true", "false"}
    false = kinds["false"].options[kinds["false"].right]
    assert (false.text, false.why) in {(one.claim, one.why) for one in ZONE.mistakes}
    true = kinds["true"]
    assert true.options[true.right].text in {fact.text for fact in ZONE.facts if not fact.contested}
    assert {one.text for one in true.options if not one.right} == {one.claim for one in ZONE.mistakes}


def test_a_contested_fact_is_neither_true_nor_false():
    contested = {fact.text for fact in ZONE.facts if fact.contested}
    for seed in range(40):
        for one in paper(SMALL, Wanted(seed=seed, number=12, forms=("choice",))):
            assert isinstance(one, Choice) and not contested & {option.text for option in one.options}


def test_the_points_of_an_answer_are_those_of_the_guide_or_the_sentences_of_a_recalled_one():
    assert papers.points_of(Question("discuss", "Why?", "Because.", ("It is.", "It was."))) == (
        "It is.",
        "It was.",
    )
    assert papers.points_of(Question("recall", "What?", "First one. Second one.")) == (
        "First one.",
        "Second one.",
    )
    assert papers.points_of(Question("recall", "What?", "Only one sentence.")) == ()
    assert papers.points_of(Question("recall", "What?", "A list:\n\n- one. Two.")) == ()
    assert papers.points_of(Question("evaluate", "Is it?", "First one. Second one.")) == ()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One. Two.", ["One.", "Two."]),
        ("See e.g. Zartman. He wrote.", ["See e.g. Zartman.", "He wrote."]),
        ("J. Burton began. Then others.", ["J. Burton began.", "Then others."]),
        ("هل يكفي؟ نعم. ربما.", ["هل يكفي؟", "نعم.", "ربما."]),
        ("About 3.5 of them. 1963 was another.", ["About 3.5 of them.", "1963 was another."]),
        ("", []),
    ],
)  # fmt: skip
def test_a_paragraph_is_taken_apart_into_sentences(text, parts):
    assert papers.sentences(text) == parts


def test_a_very_short_first_sentence_brings_the_second():
    assert (
        papers.in_short(replace(ZONE, definition="It is small. It has an edge. It ends."))
        == "It is small. It has an edge."
    )


def test_links_are_only_words_where_they_would_tell():
    assert papers.without_links("A [stalemate](mutually-hurting-stalemate) ends.") == "A stalemate ends."


# --- what a guide holds -----------------------------------------------------------------------------------


def test_a_guide_of_two_terms_asks_what_it_can():
    two = shelf(ZONE, LINE)
    found = paper(two, Wanted(seed=1, number=10))
    assert {type(one) for one in found} <= {Choice, Order, Answer} and 0 < len(found) < 10
    assert paper(two, Wanted(seed=1, number=10, forms=("match",))) == ()
    assert paper(Library(), Wanted(seed=1)) == ()


def test_a_scope_holds_the_terms_of_a_course_or_of_a_unit():
    text = 'title = { en = "C" }\nabout = { en = "A" }\n[[unit]]\nkey = "cases"\ntitle = { en = "Cases" }\n[[unit]]\nkey = "two"\ntitle = { en = "Two" }\nterms = ["zone"]\n'
    library = Library(SMALL.terms, {"c": read_course("c", text)})
    assert papers.scopes(library) == ["", "c", "c/cases", "c/two"]
    assert papers.keys_of("c", library) == ["bridge", "market", "zone"]
    assert papers.keys_of("c/cases", library) == ["bridge", "market"]
    assert papers.keys_of("nothing/at-all", library) == [] and len(papers.keys_of("", library)) == 6
    asked = paper(library, Wanted(seed=5, scope="c/cases", number=5))
    assert {one.term for one in asked} <= {"bridge", "market"}


def test_the_readers_language_comes_first_and_english_fills_up():
    arabic = {one.key for (_key, language), one in shipped().terms.items() if language == "ar"}
    for language in ("fr", "ar"):
        asked = paper(
            shipped(), Wanted(seed=7, number=10, forms=("choice", "match", "answer"), language=language)
        )
        assert {one.language for one in asked} == {language}
        assert {one.term for one in asked} <= arabic


def test_english_fills_up_where_too_little_is_translated():
    french = replace(ZONE, language="fr", title="Zone calme", also=(), state="draft")
    library = Library({**SMALL.terms, ("zone", "fr"): french})
    asked = paper(library, Wanted(seed=7, number=20, forms=("answer",), language="fr"))
    assert asked[0].language == "fr" and {one.language for one in asked[1:]} == {"en"}
    assert {one.term for one in asked} == {"zone", "line", "watch", "bridge", "market", "twin"}


def test_a_term_of_which_little_is_written_is_asked_little():
    bare = replace(LINE, definition="", facts=(), questions=(), mistakes=ZONE.mistakes)
    assert paper(shelf(bare), Wanted(seed=1, number=20)) == ()
    asked = paper(shelf(bare, *list(SMALL.terms.values())[2:]), Wanted(seed=1, number=30))
    assert "line" not in {one.term for one in asked}


def test_a_question_that_was_not_translated_is_asked_in_english():
    french = replace(ZONE, language="fr", steps=(), mistakes=(), questions=(), state="draft")
    library = Library({**SMALL.terms, ("zone", "fr"): french})
    (asked,) = paper(library, Wanted(seed=7, number=5, forms=("order",), language="fr"))
    assert (asked.term, asked.language) == ("zone", "en")


def test_steps_said_twice_are_not_asked():
    twice = replace(ZONE, steps=("One.", "Two.", "One."))
    assert paper(shelf(twice, LINE), Wanted(seed=1, forms=("order",))) == ()


def test_all_forms_come_by_their_shares():
    asked = paper(shipped(), Wanted(seed=3, number=20))
    assert [sum(one.form == form for one in asked) for form in FORMS] == [10, 3, 3, 4]
    assert all(isinstance(one, Answer) for one in asked[-4:])
    assert len({one.term for one in asked}) == 20


# --- properties -------------------------------------------------------------------------------------------

WANTED = st.builds(
    Wanted,
    seed=st.integers(0, papers.LARGEST_SEED),
    number=st.integers(papers.FEWEST, papers.MOST),
    forms=st.lists(st.sampled_from(FORMS), min_size=1, unique=True).map(tuple),
    language=st.sampled_from(("en", "fr", "ar")),
)


@settings(max_examples=40, deadline=None)
@given(WANTED)
def test_every_test_is_fair(wanted: Wanted):
    asked = paper(shipped(), wanted)
    assert asked == paper(shipped(), wanted) and len(asked) <= wanted.number
    assert len({repr(one) for one in asked}) == len(asked)
    for one in asked:
        assert one.form in wanted.forms and marking.mark(one, marking.right_answers(one)).share == 1
        if isinstance(one, Choice):
            assert sum(option.right for option in one.options) == 1
            texts = [plain(option.text) for option in one.options]
            assert (
                len(set(texts)) == len(texts) and papers.FEWEST_OPTIONS <= len(texts) <= papers.MOST_OPTIONS
            )
        elif isinstance(one, Match):
            assert sorted(one.right) == list(range(len(one.told))) and len(one.terms) == len(one.told)
            assert len(set(map(plain, one.told))) == len(one.told)
        elif isinstance(one, Order):
            assert sorted(one.right) == list(range(1, len(one.steps) + 1)) and list(one.right) != sorted(
                one.right
            )


def test_another_seed_makes_another_test():
    made = {papers.fingerprint(paper(shipped(), Wanted(seed=seed, number=10))) for seed in range(25)}
    assert len(made) == 25


def test_only_the_guide_the_seed_and_what_is_wanted_decide():
    library = shipped()
    turned = Library(dict(reversed([*library.terms.items()])), dict(reversed([*library.courses.items()])))
    assert paper(turned, Wanted(seed=11, number=20)) == paper(library, Wanted(seed=11, number=20))
    assert papers.drawn(library, Wanted(seed=1), random=Random(2)) == papers.drawn(
        library, Wanted(seed=9), random=Random(2)
    )


def test_a_changed_question_changes_the_fingerprint():
    asked = paper(SMALL, Wanted(seed=1))
    changed = (replace(asked[0], title="Another title"), *asked[1:])
    assert (
        papers.fingerprint(changed)
        != papers.fingerprint(asked)
        == papers.fingerprint(paper(SMALL, Wanted(seed=1)))
    )


# --- nothing is given away --------------------------------------------------------------------------------


def named(language: str) -> dict[str, list[str]]:
    """The terms whose name stands in the definition that asks for them, as whole words."""
    found = {}
    for term in [term for (_key, spoken), term in shipped().terms.items() if spoken == language]:
        choice = papers._choice(papers._Idea("choice", "word", term), shipped(), frozenset(), Random(1))
        match = papers._match(papers._Idea("match", "match", term), shipped(), frozenset(), Random(1))
        assert choice and match
        told = f" {plain(' '.join([choice.told, *match.told]))} "
        if names := [name for name in papers.names_of(term) if f" {name} " in told]:
            found[term.key] = names
    return found


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_no_definition_names_the_term_that_is_asked_for(language):
    assert named(language) == {}


def test_a_definition_that_is_not_masked_is_found(monkeypatch):
    monkeypatch.setattr(papers, "masked", lambda text, _term: text)
    assert {"batna", "case-oslo"} & set(named("en"))


def test_a_right_option_has_no_place_of_its_own():
    places = [
        one.right
        for seed in range(20)
        for one in paper(shipped(), Wanted(seed=seed, number=10, forms=("choice",)))
        if isinstance(one, Choice)
    ]
    assert all(0.15 < places.count(place) / len(places) < 0.4 for place in range(4))
