"""Every form of the site, filled in by chance, by everybody: refused or cleaned, never a fault of ours."""

from __future__ import annotations

import os
import re
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.stories.table import Table, consulting
from tracktwo.people import site
from tracktwo.process.rules import Role
from tracktwo.statements.models import Statement
from tracktwo.web import patterns

# Forms are read above the database: once, on SQLite.
pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]
EXAMPLES = int(os.environ.get("FUZZ", "25"))  # many more by hand

NAMES = [
    "text", "language", "once", "statement", "vote", "do", "reason", "reviewed", "role", "side", "label", "official",
    "seat", "version", "title", "cover_title", "story", "sides", "code", "next", "theme", "login", "password", "again",
    "credential", "user_name", "site_name", "action", "line", "lines", "paper", "number", "place",
]  # fmt: skip
WORDS = [
    "", "agree", "undo", "open", "rejected", "other", "en", "ar", "xx", "on", "participant", "voter", "facilitator",
    "drafting", "closed", "review", "True", "-1", "0", "1e309", "null", "[]", "{}", '{"a": {"b": []}}', "/", "//x", "/\\x",
    "javascript:x", "\x00", "%00", "'\"<>", "{{x}}", "%(x)s", "\u202e", "\U0001f4a7", "A\nB", "A\nB\nC\nD\nE\nF\nG\nH\nI",
    "x" * 300, "x" * 20_000,
]  # fmt: skip


@pytest.fixture
def table() -> Table:
    table = consulting(statements=["One.", "Two.", "Three."], voters=1)
    table.seat("Nia", Role.PARTICIPANT, 1)
    table.seat("expert", Role.EXPERT)
    return table


def addresses(table: Table) -> list[str]:
    """Every address of the site, with ids that exist and one that does not."""
    statement = Statement.unscoped.filter(process_id=table.id).first()
    assert statement is not None
    fill = {
        "pid": table.id,
        "sid": statement.pk,
        "code": "AAAA-BBBB",
        "token": site.new_set_up_token(),
        "pk": 1,
    }
    found = []
    for path, _pattern in patterns():
        found.append("/" + re.sub(r"<\w+:(\w+)>", lambda m: str(fill.get(m[1], "x")), path))
    return sorted(found)


def test_no_address_is_left_out(table):
    found = addresses(table)
    assert len(found) > 45
    assert not [one for one in found if "<" in one]


@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_form_of_the_site_ends_in_a_fault(table, data):
    paths = addresses(table)
    ids = [str(table.id), *map(str, table.seats.values()), *(str(s.pk) for s in Statement.unscoped.all())]
    value = st.sampled_from([*WORDS, *ids]) | st.text(max_size=40)
    fields = st.dictionaries(st.sampled_from(NAMES), st.lists(value, min_size=1, max_size=2), max_size=6)
    who = data.draw(st.sampled_from(["", "a1", "Nia", "expert", "nobody"]))
    client = Client() if who == "nobody" else table.client(who)
    client.raise_request_exception = False
    for path in data.draw(st.lists(st.sampled_from(paths), min_size=3, max_size=6)):
        words: dict[str, Any] = data.draw(fields)
        with transaction.atomic():
            safe = {
                name: [v.encode("utf-8", "replace").decode() for v in values]
                for name, values in words.items()
            }
            answer = client.post(path, safe)
            assert answer.status_code < 500 or frozen(answer), (path, safe, answer.status_code)
            answer = client.get(path, safe)
            assert answer.status_code < 500 or frozen(answer), (path, safe, answer.status_code)
            transaction.set_rollback(True)


def frozen(answer: Any) -> bool:
    return bool(answer.status_code == 503)
