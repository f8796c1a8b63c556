"""Where progress is kept: a person's in one sealed row, anybody else's in their session, which is sealed too.

Whose row it is nobody can tell without the keystore, and it opens only with a grant on that row alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from django.db import IntegrityError, transaction
from django.http import HttpRequest

from tracktwo.errors import Refusal, gettext_noop
from tracktwo.learn.classes import acts as classes
from tracktwo.learn.models import Progress as Row
from tracktwo.learn.practice.progress import LARGEST, Progress, read, written
from tracktwo.people.models import Person
from tracktwo.people.sessions import SessionStore
from tracktwo.process import visibility
from tracktwo.record.acts import act
from tracktwo.record.once import first_time
from tracktwo.web import once_of

IN_SESSION = "practice"
LARGEST_IN_SESSION = 500_000
Change = Callable[[Progress], Progress]


def now() -> int:
    """This minute, and nothing finer."""
    return int(time.time() // 60)


def learner(request: HttpRequest) -> Person | None:
    """The person whose row it is; nobody where progress stays in the session."""
    return request.user if isinstance(request.user, Person) else None


def kept_of(request: HttpRequest) -> Progress:
    """The reader's own progress, read once for each request."""
    known: Progress | None = getattr(request, "_practice", None)
    if known is None:
        person = learner(request)
        known = keep_of(person) if person else in_session(request)
        request._practice = known  # type: ignore[attr-defined]
    return known


def keep(request: HttpRequest, change: Change) -> Progress:
    """Change the reader's own progress under its lock, so that two tabs lose nothing; once for each form."""
    person = learner(request)
    changed = (
        _keep_row(person=person, change=change, once=once_of(request))
        if person
        else _keep_in_session(request=request, change=change, once=once_of(request))
    )
    request._practice = changed  # type: ignore[attr-defined]
    follow(request)
    return changed


def follow(request: HttpRequest) -> None:
    """What a class holds of its learner follows their progress; nothing finer than quarters leaves it."""
    person = learner(request)
    if person:
        classes.practised(person=person, progress=kept_of(request), minute=now())


def forget(request: HttpRequest) -> None:
    """Forget all of the reader's own progress, for good."""
    person = learner(request)
    if person:
        forget_row(person=person, once=once_of(request))
        classes.practised(person=person, progress=Progress(), minute=now())
    forget_session(request)


# --- a person's -----------------------------------------------------------------------------------------


def keep_of(person: Person) -> Progress:
    """A person's progress, from their own row."""
    return _opened(Row.objects.filter(owner=visibility.learner_index(person)).first(), person)


def _opened(row: Row | None, person: Person) -> Progress:
    return Progress() if row is None else read(row.kept.open(visibility.own_progress(person, row)))


@act
def _keep_row(*, person: Person, change: Change, once: str) -> Progress:
    first_time(once)
    row = _locked(person)
    changed = change(_opened(row, person))
    row.kept = _written(changed, LARGEST)
    row.save()
    return changed


def _locked(person: Person) -> Row:
    """The person's row, and nobody else at it until this is done; made where there is none yet."""
    owner = visibility.learner_index(person)
    if not Row.objects.filter(owner=owner).exists():
        try:
            with transaction.atomic():
                Row.objects.create(owner=owner, kept=written(Progress()))
        except IntegrityError:
            pass  # another tab made it first
    return Row.objects.select_for_update().get(owner=owner)


@act
def forget_row(*, person: Person, once: str = "") -> None:
    """Delete a person's row."""
    first_time(once)
    Row.objects.filter(owner=visibility.learner_index(person)).delete()


# --- anybody else's -------------------------------------------------------------------------------------


def in_session(request: HttpRequest) -> Progress:
    """What was practised in this session without an account."""
    text = request.session.get(IN_SESSION, "")
    return read(text) if text else Progress()


@act
def _keep_in_session(*, request: HttpRequest, change: Change, once: str) -> Progress:
    first_time(once)
    changed: list[Progress] = []

    def written_anew(text: str | None) -> str:
        changed.append(change(read(text) if text else Progress()))
        return _written(changed[-1], LARGEST_IN_SESSION)

    store = request.session
    assert isinstance(store, SessionStore)
    store.change(IN_SESSION, written_anew)
    return changed[-1]


def forget_session(request: HttpRequest) -> None:
    """Forget what was practised in this session without an account."""
    request.session.pop(IN_SESSION, None)


def _written(progress: Progress, most: int) -> str:
    text = written(progress)
    if len(text) > most:
        raise Refusal(
            gettext_noop(
                "This is more than can be kept here. Nothing was changed; save your progress as a file."
            )
        )
    return text
