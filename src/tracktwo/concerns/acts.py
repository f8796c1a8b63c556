"""What is done with needs and fears, with ideas, constraints and reassurances, and the plan to go home.

What is still somebody's own, or its side's, leaves no entry in the record: its order would tell who wrote. Nor does
an idea, which is nobody's. What is typed in from paper is marked as that.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tracktwo.concerns import rules
from tracktwo.concerns.models import (
    INSTRUMENT,
    Concern,
    Constraint,
    Idea,
    IdeaAnswer,
    Reassurance,
    ReentryPlan,
    Restatement,
)
from tracktwo.concerns.rules import ConcernKind, Deed, Hearing, Voiced
from tracktwo.errors import NotHere
from tracktwo.process import acts as process_acts
from tracktwo.process import visibility
from tracktwo.process.models import Seat, Side
from tracktwo.process.phases import Phase
from tracktwo.process.rules import Role
from tracktwo.process.seated import Seated
from tracktwo.process.wording import Text, every_version, pack
from tracktwo.record import acts as record
from tracktwo.record.acts import act
from tracktwo.record.once import first_time
from tracktwo.vault import keys
from tracktwo.vault.fields import Sealed

Words = Concern | Constraint
CONSTRAINT = "constraint"  # beside the kinds of a concern: what else a form on paper may hold


@dataclass(frozen=True)
class _Voice:
    """Whose words an act carries: the actor's own, or those of a seat whose paper is typed in."""

    role: Role
    side: UUID | None
    pseudonym: bytes
    typed: bool

    @property
    def own_side(self) -> UUID:
        """For what only participants do: the rules have been asked before."""
        assert self.side is not None
        return self.side


def _begin(by: Seated, on_behalf_of: UUID | None, once: str) -> tuple[_Voice, Phase]:
    """What every act begins with: once only, the process held, the phase as it stands now, whose words these are."""
    first_time(once)
    process_acts.locked(by.process)
    phase = process_acts.phase_now(by.process)
    if on_behalf_of is None:
        return _Voice(by.role, by.side, by.pseudonym(INSTRUMENT), False), phase
    rules.may_type_in(by.role)
    seat = Seat.unscoped.filter(
        pk=on_behalf_of, process_id=by.process, role=Role.PARTICIPANT, withdrawn=False
    ).first()
    if seat is None:
        raise NotHere
    linked = keys.keystore().holds_link(by.process)
    pseudonym = keys.pseudonym(by.process, INSTRUMENT, seat.pk) if linked else b""
    return _Voice(Role.PARTICIPANT, seat.side_id, pseudonym, True), phase


def _told(verb: str, by: Seated, voice: _Voice) -> None:
    record.write(process=by.process, verb="type in from paper" if voice.typed else verb, role=by.role)


def _standing(voice: _Voice, row: Any = None, *, maker: UUID | None = None) -> frozenset[rules.Standing]:
    """How the voice stands to a row of a side; to nothing yet without one."""
    author = row is not None and bool(voice.pseudonym) and _pseudonym_of(row) == voice.pseudonym
    owner = row.side_id if row is not None else None
    return rules.standing(voice.role, voice.side, owner=owner, author=author, maker=maker)


def _pseudonym_of(row: Any) -> bytes:
    return bytes(getattr(row, "pseudonym", None) or b"")


def _packed(text: Text) -> str:
    packed = pack(text)
    for version in every_version(packed):
        rules.may_say(version)
    return packed


# --- own words, the side's, the table's ------------------------------------------------------------------


@act
def write(*, kind: ConcernKind, text: Text, by: Seated, about: UUID | None = None, once: str = "") -> Concern:
    """A need, a fear, a misperception: in private, until its author shares it."""
    voice, phase = _begin(by, None, once)
    return _write_concern(by, voice, phase, kind, text, about, Voiced.PRIVATE)


@act
def constrain(*, text: Text, by: Seated, once: str = "") -> Constraint:
    """What binds a side at home: in private too, and only once there are ideas."""
    voice, phase = _begin(by, None, once)
    return _write_constraint(by, voice, phase, text, Voiced.PRIVATE)


@act
def put_from_paper(
    *,
    kind: str,
    text: Text,
    on_behalf_of: UUID,
    by: Seated,
    to: Voiced = Voiced.TABLE,
    about: UUID | None = None,
    once: str = "",
) -> Words:
    """A form filled in by hand, typed in for its seat: as far as its writer wanted it put. Marked in the record."""
    voice, phase = _begin(by, on_behalf_of, once)
    row: Words
    if kind == CONSTRAINT:
        row = _write_constraint(by, voice, phase, text, to)
    else:
        row = _write_concern(by, voice, phase, ConcernKind(kind), text, about, to)
    _told("", by, voice)
    return row


def _write_concern(
    by: Seated, voice: _Voice, phase: Phase, kind: ConcernKind, text: Text, about: UUID | None, to: Voiced
) -> Concern:
    rules.may(Deed.WRITE, standing=_standing(voice), phase=phase, state=rules.NEW)
    rules.may_be_about(kind, voice.own_side, about)
    if about is not None and not Side.objects.seen_by(by).filter(pk=about).exists():
        raise NotHere
    row = Concern(process_id=by.process, side_id=voice.own_side, kind=kind, about_id=about)
    _begun(row, voice, phase, text, to)
    return row


def _write_constraint(by: Seated, voice: _Voice, phase: Phase, text: Text, to: Voiced) -> Constraint:
    rules.may(Deed.CONSTRAIN, standing=_standing(voice), phase=phase, state=rules.NEW)
    rules.may_constrain(Idea.objects.seen_by(by).filter(set_aside=False).count())
    row = Constraint(process_id=by.process, side_id=voice.own_side)
    _begun(row, voice, phase, text, to)
    return row


def _begun(row: Words, voice: _Voice, phase: Phase, text: Text, to: Voiced) -> None:
    if to is Voiced.TABLE:
        rules.may(Deed.PUT, standing=_standing(voice, row), phase=phase, state=Voiced.CAUCUS)
    row.state = to
    row.pseudonym = None if to is Voiced.TABLE else voice.pseudonym
    row.text = _packed(text)
    row.save()


@act
def edit(*, words: UUID, text: Text, by: Seated, once: str = "") -> None:
    """Other words for what is still one's own."""
    row = _words_for(Deed.EDIT, by, words, once)
    row.text = _packed(text)
    row.save()


@act
def discard(*, words: UUID, by: Seated, once: str = "") -> None:
    """Delete what is still one's own."""
    _words_for(Deed.DISCARD, by, words, once).delete()


@act
def share(*, words: UUID, by: Seated, once: str = "") -> None:
    """To the own side, without a name."""
    row = _words_for(Deed.SHARE, by, words, once)
    _reseal(row, Voiced.CAUCUS, own_text(by, row))


@act
def take_back(*, words: UUID, by: Seated, once: str = "") -> None:
    """From the side back to oneself: its author alone."""
    row = _words_for(Deed.TAKE_BACK, by, words, once)
    _reseal(row, Voiced.PRIVATE, row.text.open(by.grant))


@act
def put_to_table(*, words: UUID, by: Seated, once: str = "") -> None:
    """Anybody of the side puts it to the table. From then on it is the side's, and its author is forgotten."""
    row = _words_for(Deed.PUT, by, words, once)
    text = row.text.open(by.grant)
    row.pseudonym = None
    _reseal(row, Voiced.TABLE, text)
    record.write(process=by.process, verb="put to the table", role=by.role)


def _words_for(deed: Deed, by: Seated, words: UUID, once: str) -> Words:
    """A concern or a constraint that the actor sees, held, if the deed is allowed."""
    voice, phase = _begin(by, None, once)
    row: Words | None = _held(Concern, by, words) or _held(Constraint, by, words)
    if row is None:
        raise NotHere
    rules.may(deed, standing=_standing(voice, row), phase=phase, state=row.state)
    return row


def _held(model: Any, by: Seated, pk: UUID) -> Any:
    return model.objects.seen_by(by).select_for_update(of=("self",)).filter(pk=pk).first()


def own_text(by: Seated, row: Words) -> str:
    """The words of a row that is still its author's alone, for its author."""
    sealed: Sealed = row.text
    return sealed.open(visibility.own_row(by, row, instrument=INSTRUMENT, scope=sealed.scope))


def _reseal(row: Words, to: Voiced, text: str) -> None:
    """The words move to the scope of the new state."""
    row.state = to
    row.text = text
    row.save()


# --- restated until heard ---------------------------------------------------------------------------------


@act
def restate(
    *, concern: UUID, text: Text, by: Seated, on_behalf_of: UUID | None = None, once: str = ""
) -> Restatement:
    """Another side says it in its own words; of a misperception, what it does say."""
    voice, phase = _begin(by, on_behalf_of, once)
    row = _on_the_table(by, concern)
    tries = Restatement.objects.seen_by(by).filter(concern=row, side_id=voice.side).order_by("number")
    last = tries.last()
    rules.may(
        Deed.RESTATE,
        standing=_standing(voice, row),
        phase=phase,
        state=last.hearing if last else rules.NEW,
    )
    rules.may_answer_for(row.kind, row.about_id, voice.side)
    number = last.number + 1 if last else 1
    said = Restatement(process_id=by.process, concern=row, side_id=voice.own_side, number=number)
    said.text = _packed(text)
    said.save()
    _told("restate a concern", by, voice)
    return said


@act
def say_heard(*, restatement: UUID, by: Seated, on_behalf_of: UUID | None = None, once: str = "") -> None:
    """Its owner says: yes, that is it."""
    _answer(Deed.SAY_HEARD, restatement, by, on_behalf_of, once)


@act
def say_not_yet(
    *, restatement: UUID, missing: Text, by: Seated, on_behalf_of: UUID | None = None, once: str = ""
) -> None:
    """Its owner says what is missing."""
    for version in every_version(pack(missing)):
        rules.may_say_not_yet(version)
    _answer(Deed.SAY_NOT_YET, restatement, by, on_behalf_of, once, missing=pack(missing))


def _answer(
    deed: Deed,
    restatement: UUID,
    by: Seated,
    on_behalf_of: UUID | None,
    once: str,
    missing: str | None = None,
) -> None:
    voice, phase = _begin(by, on_behalf_of, once)
    row = _held(Restatement, by, restatement)
    if row is None or _is_old(row, by):
        raise NotHere
    owner = _on_the_table(by, row.concern_id)
    to = rules.may(deed, standing=_standing(voice, owner), phase=phase, state=row.hearing)
    row.hearing = to
    if missing is not None:
        row.missing = missing
    row.save()
    _told("say heard" if to == Hearing.HEARD else "say not yet", by, voice)


def _is_old(row: Restatement, by: Seated) -> bool:
    """Only the last try is answered: an older one has been, and stands as it was."""
    later = Restatement.objects.seen_by(by).filter(
        concern_id=row.concern_id, side_id=row.side_id, number__gt=row.number
    )
    return bool(later.exists())


def _on_the_table(by: Seated, concern: UUID) -> Concern:
    row: Concern | None = (
        Concern.objects.seen_by(by)
        .select_for_update(of=("self",))
        .filter(pk=concern, state=Voiced.TABLE)
        .first()
    )
    if row is None:
        raise NotHere
    return row


# --- ideas, which are nobody's ------------------------------------------------------------------------------


@act
def write_idea(*, text: Text, by: Seated, answers: Sequence[UUID] = (), once: str = "") -> Idea:
    """A "what if". Nothing is kept of who wrote it, and the record says nothing of it."""
    voice, phase = _begin(by, None, once)
    rules.may(Deed.THINK, standing=_standing(voice), phase=phase, state=rules.NEW)
    idea = Idea(process_id=by.process)
    idea.text = _packed(text)
    idea.save()
    _link(by, idea, answers)
    return idea


@act
def link_idea(*, idea: UUID, answers: Sequence[UUID], by: Seated, once: str = "") -> None:
    """Anybody at the table says which needs and fears an idea answers as well."""
    row = _idea_for(Deed.LINK, by, idea, once)
    _link(by, row, answers)


def _link(by: Seated, idea: Idea, answers: Sequence[UUID]) -> None:
    for concern in dict.fromkeys(answers):
        row = _on_the_table(by, concern)
        IdeaAnswer.unscoped.get_or_create(process_id=by.process, idea=idea, concern=row)


@act
def set_idea_aside(*, idea: UUID, by: Seated, once: str = "") -> None:
    """A facilitator sets an idea aside: it stays, with that said."""
    row = _idea_for(Deed.SET_IDEA_ASIDE, by, idea, once)
    row.set_aside = True
    row.save()
    record.write(process=by.process, verb="set an idea aside", role=by.role)


@act
def take_idea_up(*, idea: UUID, by: Seated, once: str = "") -> None:
    row = _idea_for(Deed.TAKE_IDEA_UP, by, idea, once)
    row.set_aside = False
    row.save()
    record.write(process=by.process, verb="take an idea up again", role=by.role)


def _idea_for(deed: Deed, by: Seated, idea: UUID, once: str) -> Idea:
    voice, phase = _begin(by, None, once)
    row: Idea | None = _held(Idea, by, idea)
    if row is None:
        raise NotHere
    state = rules.ASIDE if row.set_aside else rules.ON
    rules.may(deed, standing=_standing(voice), phase=phase, state=state)
    return row


# --- what would reassure ------------------------------------------------------------------------------------


@act
def ask(
    *, concern: UUID, text: Text, by: Seated, on_behalf_of: UUID | None = None, once: str = ""
) -> Reassurance:
    """The side that fears or needs something names a gesture that would reassure it."""
    return _gesture(Deed.ASK, concern, text, by, on_behalf_of, once)


@act
def offer(
    *, concern: UUID, text: Text, by: Seated, on_behalf_of: UUID | None = None, once: str = ""
) -> Reassurance:
    """Another side names a gesture that it could make, unasked."""
    return _gesture(Deed.OFFER, concern, text, by, on_behalf_of, once)


def _gesture(
    deed: Deed, concern: UUID, text: Text, by: Seated, on_behalf_of: UUID | None, once: str
) -> Reassurance:
    voice, phase = _begin(by, on_behalf_of, once)
    row = _on_the_table(by, concern)
    to = rules.may(deed, standing=_standing(voice, row), phase=phase, state=rules.NEW)
    rules.may_reassure(row.kind)
    gesture = Reassurance(process_id=by.process, concern=row, state=to)
    gesture.side_id = voice.side if deed is Deed.OFFER else None
    gesture.text = _packed(text)
    gesture.save()
    _told("a reassurance", by, voice)
    return gesture


@act
def reply(
    *, reassurance: UUID, deed: Deed, by: Seated, on_behalf_of: UUID | None = None, once: str = ""
) -> None:
    """Possible, no longer possible, kept, set aside, asked again: see the table of rules."""
    voice, phase = _begin(by, on_behalf_of, once)
    row = _held(Reassurance, by, reassurance)
    if row is None or deed not in rules.REPLIES:
        raise NotHere
    concern = _on_the_table(by, row.concern_id)
    stands = _standing(voice, concern, maker=row.side_id)
    row.state = rules.may(deed, standing=stands, phase=phase, state=row.state)
    if deed is Deed.OFFER:
        row.side_id = voice.side
    elif deed in (Deed.WITHDRAW_OFFER, Deed.ASK_AGAIN):
        row.side_id = None
    row.save()
    _told("a reassurance", by, voice)


# --- going home ---------------------------------------------------------------------------------------------


@act
def plan(*, answers: Mapping[str, str], by: Seated, once: str = "") -> ReentryPlan:
    """How this seat means to go home. No entry in the record: that somebody plans is nobody's matter."""
    voice, phase = _begin(by, None, once)
    rules.may(Deed.PLAN, standing=_standing(voice), phase=phase, state=rules.NEW)
    row, _new = ReentryPlan.unscoped.get_or_create(
        process_id=by.process, seat_id=by.seat, defaults={"answers": "{}"}
    )
    row.answers = json.dumps(
        {name: answers.get(name, "") for name in rules.PLAN_QUESTIONS}, ensure_ascii=False
    )
    row.save()
    return row
