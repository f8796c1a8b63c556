"""Makes, inside a running installation, an instructor with a class and learners who practised; prints who they are.

Run as a program with the data folder as its only argument: what it prints is JSON.
"""

from __future__ import annotations

import json
import os
import sys


def main() -> None:
    os.environ |= {"TRACKTWO_DATA": sys.argv[1], "DJANGO_SETTINGS_MODULE": "tracktwo.settings"}
    import django

    django.setup()
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from tests.classes.people import NOW, code_of, joins, practises, teacher
    from tracktwo.learn import guide
    from tracktwo.learn.classes import acts, planning
    from tracktwo.learn.practice.cards import cards_of
    from tracktwo.learn.practice.progress import Progress
    from tracktwo.people.models import Person
    from tracktwo.people.sessions import SessionStore

    def session(person: Person) -> str:
        store = SessionStore()
        store[SESSION_KEY] = str(person.pk)
        store[BACKEND_SESSION_KEY] = "tracktwo.people.signing_in.ByBlindIndex"
        store[HASH_SESSION_KEY] = person.get_session_auth_hash()
        store.create()
        return str(store.session_key)

    by = teacher("t")
    course = guide.current().courses()[0].key
    row = acts.open_class(name="Term one, Tuesdays", course=course, by=by)
    units = planning.units_of(course, guide.current())
    for number in range(12):
        progress = Progress()
        for key, _terms in (pair for place, pair in enumerate(units) if place % 4 <= number % 5):
            for term in guide.current().listed(dict(units)[key], "en"):
                for card in cards_of(term):
                    progress = progress.answered(card.id, 4, NOW)
        person = joins(row, by)
        practises(person, progress)
        if number > 9:
            acts.share(study_class=row.pk, name=("Ines", "سامي")[number - 10], by=person)
    sys.stdout.write(
        json.dumps({"teacher": session(by), "code": code_of(row, by), "class": str(row.pk)}) + "\n"
    )


if __name__ == "__main__":
    main()
