"""Two people at the same moment: one try at a time, one entry in the record. On both databases, each in a thread."""

from __future__ import annotations

import pytest

from tests.concerns.test_concern_acts import on_table, table_in
from tests.stories.table import at_once
from tracktwo.concerns import acts
from tracktwo.concerns.models import Concern, ReentryPlan, Restatement
from tracktwo.concerns.rules import ConcernKind
from tracktwo.errors import Refusal
from tracktwo.process.phases import Phase
from tracktwo.record import acts as record

pytestmark = pytest.mark.django_db(transaction=True)


def refused(came: list[object]) -> int:
    """How many were told why not; anything else that went wrong fails the test."""
    assert not [one for one in came if isinstance(one, Exception) and not isinstance(one, Refusal)]
    return sum(isinstance(one, Refusal) for one in came)


def test_two_of_a_side_restate_at_once_and_one_is_told_to_wait() -> None:
    table = table_in(Phase.CONVENING)
    row = on_table(table)
    sol, sam = table.at("Sol"), table.at("Sam")
    came = at_once(
        lambda: acts.restate(concern=row.pk, text="So", by=sol),
        lambda: acts.restate(concern=row.pk, text="Or so", by=sam),
    )
    assert refused(came) == 1
    assert list(Restatement.unscoped.values_list("number", flat=True)) == [1]


def test_words_put_to_the_table_and_taken_back_at_once_end_in_one_place() -> None:
    table = table_in(Phase.CONVENING)
    row = acts.write(kind=ConcernKind.NEED, text="A road", by=table.at("Nia"))
    acts.share(words=row.pk, by=table.at("Nia"))
    nia, noor = table.at("Nia"), table.at("Noor")
    came = at_once(
        lambda: acts.take_back(words=row.pk, by=nia), lambda: acts.put_to_table(words=row.pk, by=noor)
    )
    assert refused(came) == 1
    kept = Concern.unscoped.get(pk=row.pk)
    put = [line.verb for line in record.entries(table.id)].count("put to the table")
    if kept.state == "table":
        assert (put, kept.text.open(table.at("Eda").grant)) == (1, "A road")
    else:
        assert (put, kept.state, acts.own_text(nia, kept)) == (0, "private", "A road")


def test_a_plan_kept_twice_at_once_is_one_plan() -> None:
    table = table_in(Phase.CONVENING)
    nia = table.at("Nia")
    came = at_once(*(lambda say=say: acts.plan(answers={"say": say}, by=nia) for say in ("a", "b")))
    assert refused(came) == 0
    assert ReentryPlan.unscoped.count() == 1
