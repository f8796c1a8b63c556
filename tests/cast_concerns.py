"""What the cast has of needs and fears, what was restated, ideas, constraints, reassurances, re-entry: a word planted in each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from tracktwo.concerns import acts
from tracktwo.concerns.rules import REPLIES, ConcernKind, Deed, Voiced
from tracktwo.process.models import Side

if TYPE_CHECKING:
    from tests.cast import Cast

# Who reads what is on the table; to everybody else its address reads like what does not exist.
TABLE = ("Bo", "Cleo", "expert", "rapporteur", "interpreter", "Nia", "Noor", "Sol", "Sam", "Eda")


def plant(cast: Cast) -> None:
    """In the process of the cast, by acts."""
    needs = _concerns(cast)
    _restated(cast, needs)
    ideas = _ideas(cast, needs)
    constraints = _constraints(cast)
    gestures = _gestures(cast, needs)
    _plans(cast)
    _addresses(cast, needs, ideas, constraints, gestures)


def _kept(cast: Cast, row: Any, thing: str, owner: str = "", side: int = 0) -> UUID:
    cast.keep(row.pk, thing, "own", owner=owner, side=side)
    if getattr(row, "pseudonym", None):
        cast.keep(bytes(row.pseudonym), "pseudonym", "own")
    return UUID(str(row.pk))


def _concern(
    cast: Cast, name: str, side: int, kind: ConcernKind, to: Voiced, about: UUID | None = None
) -> Any:
    """A concern of somebody, put as far as it goes. On the table it is nobody's but the side's."""
    thing = f"concern, {to}"
    alone = to is not Voiced.TABLE
    texts = cast.texts("own", thing, name, kind, owner=name if alone else "", side=side if alone else 0)
    row = acts.write(kind=kind, text=texts, about=about, by=cast.seated(name))
    if to is not Voiced.PRIVATE:
        acts.share(words=row.pk, by=cast.seated(name))
    if to is Voiced.TABLE:
        acts.put_to_table(words=row.pk, by=cast.seated(name))
    row = type(row).unscoped.get(pk=row.pk)
    _kept(cast, row, thing, name if alone else "", side if alone else 0)
    return row


def _concerns(cast: Cast) -> dict[str, UUID]:
    south = Side.unscoped.get(process_id=cast.processes["own"], place=2).pk
    rows = {
        "private": _concern(cast, "Nia", 1, ConcernKind.NEED, Voiced.PRIVATE),
        "Sol's private": _concern(cast, "Sol", 2, ConcernKind.FEAR, Voiced.PRIVATE),
        "caucus": _concern(cast, "Noor", 1, ConcernKind.FEAR, Voiced.CAUCUS),
        "Sam's caucus": _concern(cast, "Sam", 2, ConcernKind.NEED, Voiced.CAUCUS),
        "table": _concern(cast, "Nia", 1, ConcernKind.NEED, Voiced.TABLE),
        "South's": _concern(cast, "Sol", 2, ConcernKind.FEAR, Voiced.TABLE),
        "misperception": _concern(cast, "Noor", 1, ConcernKind.MISPERCEPTION, Voiced.TABLE, about=south),
    }
    return {label: row.pk for label, row in rows.items()}


def _restated(cast: Cast, needs: dict[str, UUID]) -> None:
    """The South tries twice: not yet, then it waits. The East is heard at once."""

    def said(name: str, concern: str, number: str) -> UUID:
        text = cast.texts("own", "restatement", name, number)
        return _kept(
            cast,
            acts.restate(concern=needs[concern], text=text, by=cast.seated(name)),
            "restatement",
        )

    first = said("Sol", "table", "first")
    missing = cast.texts("own", "what is missing", "first")
    acts.say_not_yet(restatement=first, missing=missing, by=cast.seated("Noor"))
    needs["waiting"] = said("Sam", "table", "second")
    acts.say_heard(restatement=said("Eda", "table", "heard"), by=cast.seated("Nia"))


def _ideas(cast: Cast, needs: dict[str, UUID]) -> dict[str, UUID]:
    rows = {
        key: acts.write_idea(
            text=cast.texts("own", "idea", key), answers=[needs["table"]], by=cast.seated(name)
        )
        for key, name in (("on", "Sam"), ("aside", "Eda"))
    }
    acts.set_idea_aside(idea=rows["aside"].pk, by=cast.seated("Bo"))
    return {key: _kept(cast, row, "idea") for key, row in rows.items()}


def _constraints(cast: Cast) -> dict[str, UUID]:
    found = {}
    for name, side, to in (
        ("Sol", 2, Voiced.PRIVATE),
        ("Sam", 2, Voiced.CAUCUS),
        ("Nia", 1, Voiced.CAUCUS),
        ("Noor", 1, Voiced.TABLE),
    ):
        thing, alone = f"constraint, {to}", to is not Voiced.TABLE
        whose = {"owner": name if alone else "", "side": side if alone else 0}
        row = acts.constrain(text=cast.texts("own", thing, name, **whose), by=cast.seated(name))  # type: ignore[arg-type]
        if to is not Voiced.PRIVATE:
            acts.share(words=row.pk, by=cast.seated(name))
        if to is Voiced.TABLE:
            acts.put_to_table(words=row.pk, by=cast.seated(name))
        row = type(row).unscoped.get(pk=row.pk)
        found[name] = _kept(cast, row, thing, **whose)  # type: ignore[arg-type]
    return found


def _gestures(cast: Cast, needs: dict[str, UUID]) -> dict[str, UUID]:
    def asked(key: str) -> UUID:
        text = cast.texts("own", "reassurance", key)
        return _kept(cast, acts.ask(concern=needs["table"], text=text, by=cast.seated("Nia")), "reassurance")

    found = {key: asked(key) for key in ("asked", "possible", "kept")}
    for key in ("possible", "kept"):
        acts.reply(reassurance=found[key], deed=Deed.OFFER, by=cast.seated("Sol"))
    acts.reply(reassurance=found["kept"], deed=Deed.KEEP, by=cast.seated("Bo"))
    return found


def _plans(cast: Cast) -> None:
    for name, side in (("Nia", 1), ("Sam", 2)):
        said = {
            question: cast.plant("re-entry plan", "own", question, owner=name, side=side)
            for question in ("say", "risk", "call", "panel")
        }
        row = acts.plan(answers=said | {"day": "2027-03-01"}, by=cast.seated(name))
        cast.keep(row.pk, "re-entry plan", "own", owner=name, side=side)


def _addresses(
    cast: Cast,
    needs: dict[str, UUID],
    ideas: dict[str, UUID],
    constraints: dict[str, UUID],
    gestures: dict[str, UUID],
) -> None:
    """What is asked for, and what is sent: one's own, another's, and what is not there."""
    cast.known("concern", "concern on the table", needs["table"], readers=TABLE)
    cast.known("concern", "private concern", needs["private"], readers=())
    words = {key: needs[key] for key in ("private", "caucus", "table")} | {"missing": cast.missing}
    cast.send("my-words", "write", do="write", kind="need", text="Somewhere to meet.")
    cast.send("my-words", "ill", do="write", kind="misperception", text="")
    for key, row in words.items():
        cast.send("my-words", f"share {key}", do="share", words=str(row))
        cast.send("my-words", f"put {key}", do="put", words=str(row))
    cast.send(
        "my-words", "edit", do="edit", words=str(needs["private"]), **{f"{needs['private']}-text": "Bread."}
    )
    cast.send("constraints", "write", do="write", text="An election.")
    cast.send("constraints", "take back", do="take-back", words=str(constraints["Nia"]))
    cast.send("concern", "restate", do="restate", text="You need a place.")
    cast.send("concern", "heard", do="heard", restatement=str(needs["waiting"]))
    cast.send("concern", "ask", do="ask", text="A letter.")
    cast.send("ideas", "write", do="write", text="What if the ferry ran again?")
    cast.send("ideas", "aside", do="aside", idea=str(ideas["on"]))
    for deed in REPLIES:
        cast.send("reassurances", str(deed), do=str(deed), reassurance=str(gestures["possible"]))
    cast.send("re-entry", "write", say="That I was away.", day="2027-01-02")
