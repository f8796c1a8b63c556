"""Cards of a term: ids for ever, names blanked out, and which of them comes next."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.learn.conftest import BODY, file_of
from tracktwo.learn.guide import shipped
from tracktwo.learn.practice import choosing
from tracktwo.learn.practice.cards import cards_of, masked, own_card
from tracktwo.learn.practice.progress import KINDS, OwnCard, Progress
from tracktwo.learn.terms import SOURCE, Term, read_term

NOON = 29_400_000
DAY = 1440
STEPS = BODY.replace("## Questions", "## Steps\n1. Draw it.\n2. Leave it.\n\n## Questions")


def term(
    key: str = "quiet-zone", title: str = "Quiet zone", body: str = STEPS, also: str = "zone of quiet"
) -> Term:
    return read_term(key, "en", file_of(title, also=also, body=body))


def test_a_term_gives_cards_whose_ids_never_change() -> None:
    assert [(card.id, card.kind, card.depth) for card in cards_of(term())] == [
        ("quiet-zone/definition", "definition", ""),
        ("quiet-zone/word", "word", ""),
        ("quiet-zone/steps", "steps", ""),
        ("quiet-zone/recall-1", "question", "recall"),
        ("quiet-zone/discuss-1", "question", "discuss"),
        ("quiet-zone/evaluate-1", "question", "evaluate"),
    ]
    arabic = replace(term(), language="ar", title="منطقة")
    assert [card.id for card in cards_of(arabic)] == [card.id for card in cards_of(term())]
    assert cards_of(term())[2].back == "1. Draw it.\n2. Leave it."


def test_questions_are_counted_within_their_depth() -> None:
    twice = replace(term(), questions=(*term().questions, *term().questions))
    ids = [card.id.partition("/")[2] for card in cards_of(twice)][3:]
    assert ids == ["recall-1", "discuss-1", "evaluate-1", "recall-2", "discuss-2", "evaluate-2"]


def test_every_card_of_the_guide_can_be_kept() -> None:
    ids = [
        card.id
        for (_key, language), one in shipped().terms.items()
        if language == SOURCE
        for card in cards_of(one)
    ]
    assert len(ids) == len(set(ids)) > 0
    progress = Progress()
    for card in ids:
        progress = progress.suspended_with(card)
    assert progress.suspended == set(ids)


@pytest.mark.parametrize(
    ("title", "also", "text", "left"),
    [
        ("Quiet zone", "", "A quiet zone; two Quiet-Zones. Unquiet zones.", "A …; two …. Unquiet zones."),
        ("GRIT (graduated steps)", "", "GRIT means graduated steps.", "… means …."),
        ("Spoiler", "wrecker", "A spoiler's aim: [wreckers](spoiler) wreck.", "A … aim: … wreck."),
        ("Navette", "", "Des navettes.", "Des …."),
        ("الخط الساخن", "", "هذا الخط الساخن والخط الساخن.", "هذا … و…."),
        ("C++ (talk)", "", "C++ talks", "… …"),
    ],
)
def test_the_names_of_a_term_are_blanked_out(title: str, also: str, text: str, left: str) -> None:
    said = masked(text, term("any", title, also=also))
    assert said.replace("و…", "…") == left.replace("و…", "…")


def test_no_name_of_a_shipped_term_stands_in_its_own_riddle() -> None:
    told = [
        one.key
        for (_key, language), one in shipped().terms.items()
        if language == SOURCE
        for card in cards_of(one)
        if card.kind == "word" and f" {one.title.casefold()} " in f" {card.front.casefold()} "
    ]
    assert told == []


# --- which comes next -----------------------------------------------------------------------------------


CARDS = cards_of(term()) + cards_of(term("hot-line", "Hot line", also=""))


def practised(*answers: tuple[str, int, int]) -> Progress:
    progress = Progress()
    for card, rating, minute in answers:
        progress = progress.answered(card, rating, minute)
    return progress


def test_a_term_is_met_once_before_a_second_card_of_it() -> None:
    progress = practised(("quiet-zone/definition", 4, NOON))
    found = choosing.next_card(CARDS, progress, NOON)
    assert found is not None and found.id == "hot-line/definition"


def test_new_cards_end_with_the_days_share_and_begin_again_at_midnight_utc() -> None:
    progress = practised(("quiet-zone/definition", 4, NOON)).with_settings(new_a_day=1, kinds=KINDS)
    assert choosing.next_card(CARDS, progress, NOON) is None
    midnight = (NOON // DAY + 1) * DAY
    assert choosing.next_card(CARDS, progress, midnight - 1) is None
    assert choosing.next_card(CARDS, progress, midnight) is not None


def test_what_is_due_comes_before_what_is_new_and_what_is_learned_before_what_is_known() -> None:
    progress = practised(
        ("hot-line/word", 4, NOON - DAY), ("quiet-zone/definition", 4, NOON), ("quiet-zone/word", 1, NOON)
    )
    ids = [card.id for card in choosing.due(CARDS, progress, NOON + 40 * DAY)]
    assert ids == ["quiet-zone/word", "hot-line/word", "quiet-zone/definition"]


def test_nobody_waits_ten_minutes_for_a_card_that_is_being_learned() -> None:
    progress = practised(("quiet-zone/definition", 3, NOON)).with_settings(new_a_day=0, kinds=KINDS)
    assert choosing.due(CARDS, progress, NOON) == []
    found = choosing.next_card(CARDS, progress, NOON)
    assert found is not None and found.id == "quiet-zone/definition"
    assert choosing.next_minute(CARDS, progress) == NOON + 10


def test_what_is_set_aside_or_of_another_kind_is_not_asked() -> None:
    progress = (
        Progress().suspended_with("quiet-zone/definition").with_settings(new_a_day=9, kinds={"definition"})
    )
    assert [card.id for card in choosing.asked(CARDS, progress)] == ["hot-line/definition"]
    assert choosing.counted(CARDS, progress, NOON).total == 1


def test_counts_add_up() -> None:
    progress = practised(("quiet-zone/definition", 4, NOON), ("quiet-zone/word", 1, NOON))
    counts = choosing.counted(CARDS, progress.with_settings(new_a_day=9, kinds=KINDS), NOON + 2)
    assert (counts.due, counts.new, counts.learning, counts.known) == (1, len(CARDS) - 2, 1, 1)
    assert counts.answered == 2 and counts.total == len(CARDS)


def test_ones_own_cards_are_cards() -> None:
    progress = Progress().with_own([OwnCard("g", "front", "back")])
    assert choosing.own_cards(progress) == (own_card("g", "front", "back"),)
    assert choosing.kind_of(own_card("g", "", "")) == "own"


def test_statistics_count_by_day_and_by_unit() -> None:
    today = NOON // DAY
    progress = practised(
        ("quiet-zone/definition", 4, NOON - 30 * DAY),
        ("quiet-zone/definition", 1, NOON - DAY),
        ("quiet-zone/definition", 3, NOON),
        ("elsewhere/word", 3, NOON),
    )
    assert choosing.answers_a_day(progress, today, 2) == [(today - 1, 1), (today, 2)]
    assert choosing.recalled_by_unit(CARDS, progress) == {"de-escalation": (1, 2)}
    assert sum(count for _day, count in choosing.due_a_day(CARDS, progress, NOON, 60)) == 1
    overdue = choosing.due_a_day(CARDS, progress, NOON + 90 * DAY, 3)
    assert [count for _day, count in overdue] == [1, 0, 0]
