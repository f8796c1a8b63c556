"""The matrix below the pages: which sealed value opens with whose grant, against the same table.

A filter forgotten in a page then yields ciphertext and not a leak.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db.models import Model

from tests.cast import Cast, Player, Word, found_in
from tests.confidential import oracle
from tests.confidential.oracle import NEVER
from tracktwo.errors import NotHere
from tracktwo.process import visibility
from tracktwo.vault.fields import SealedField
from tracktwo.vault.grants import Grant

# What no word can be planted in, and which thing of the table it is.
UNPLANTED = {
    "Ballot.vector": "ballot",
    "AnalysisRun.released": "figures",
    "AnalysisRun.counted": "counted",
    "AnalysisRun.suspected": "suspected",
    "Statement.side_of_author": "side of an author",
    "RoundBallot.answers": "answers in a round",
    "Relation.kind": "relation",
    "Line.figures": "paper",
    "Line.checks": "paper",
    "Learner.figures": "figures of a learner",
    "ClassSummary.told": "summary",
    "ClassSummary.counted": "figures of a learner",
}
# A line of a paper repeats the words of a statement that is open; as a line it is the paper's.
ALWAYS = {"Line.text": "paper", "Process.outline": "outline"}
# Where a scope is coarser than the table, and a filter alone keeps the two apart.
KNOWN: frozenset[str] = frozenset()


def sealed_values() -> Iterator[tuple[str, Any, Any]]:
    """Every sealed value there is: its column, its row, and the value."""
    for model in apps.get_app_config("tracktwo").get_models():
        fields = [field for field in model._meta.local_fields if isinstance(field, SealedField)]
        for row in _manager(model).all() if fields else ():
            for field in fields:
                value = getattr(row, field.attname)
                if value is not None:
                    yield f"{model.__name__}.{field.attname}", row, value


def _manager(model: type[Model]) -> Any:
    return getattr(model, "unscoped", model._default_manager)


def all_of(value: Any, row: Any) -> str | None:
    """What a value holds, by a grant that nobody in the house ever has; nothing where its key is gone."""
    try:
        plain: bytes = value.open_bytes(Grant(row.process_id, frozenset({value.scope})))
    except Exception:  # the process was erased
        return None
    return plain.decode("utf-8", "replace")


def faults(house: Cast) -> list[str]:
    """Values that open with the grant of somebody who, as the table says, never reads them."""
    found = set()
    names = {pid: name for name, pid in house.processes.items()}
    # A newcomer to the panel holds the grant of the panel's seat; that an account comes first, its pages see to.
    players = {name: player for name, player in house.players.items() if name != "newcomer"}
    held = {name: _held(house, player) for name, player in players.items()}
    for column, row, value in sealed_values():
        process = names.get(row.process_id, "house")
        for word in _words(house, column, process, value, row):
            for name, player in players.items():
                if oracle.says(player, word) == NEVER and any(_opens(grant, value) for grant in held[name]):
                    found.add(f"{name} opens “{word.thing}” of {word.owner or 'all'} in {process}")
            door = visibility.at_the_door(row.process_id)
            if _opens(door, value) and word.thing not in (*oracle.at_the_door(), "cover title"):
                found.add(f"anybody opens “{word.thing}” at the door")
    return sorted(found)


def _held(house: Cast, player: Player) -> list[Grant]:
    grants = []
    for pid in house.processes.values():
        try:
            seat = visibility.take_seat(player.person, pid)
        except NotHere:
            continue
        grants += [seat.grant, visibility.own_seat(seat)]
    return grants


def _words(house: Cast, column: str, process: str, value: Any, row: Any) -> Iterator[Word]:
    """What a value is, by the word that was planted in it or by its column."""
    text = all_of(value, row)
    if text is None:
        return
    if column in ALWAYS or column in UNPLANTED:
        thing = ALWAYS.get(column) or UNPLANTED[column]
        known = house.words.get(str(row.pk))  # whose it is, where the row itself was kept as this thing
        yield known if known is not None and known.thing == thing else Word(thing, process)
        return
    for said in found_in(text, house.words):
        yield house.words[said]


def _opens(grant: Grant, value: Any) -> bool:
    try:
        value.open_bytes(grant)
    except NotHere:
        return False
    return True
