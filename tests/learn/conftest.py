"""A small guide of the tests' own, in place of the one Tracktwo brings along."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

HEAD = """---
title: {title}
state: {state}
unit: {unit}
also: {also}
related: {related}
used: {used}
figure:
---
"""
BODY = """A border area that armed people leave by common consent, so that those who live there can move and work.

It says nothing about who owns the land.

## Must know
- First, it is small, and its edges are drawn on a map.
- Second, it is watched by people whom both sides could name.
- Third, it ends on a day that is known beforehand.
- Contested: whether it lasts; Author (2001) doubts it.
- Fifth, it can be renewed by a few words.

## In Tracktwo
Not a page of its own; the rules page may speak of it.

## Questions
### Recall: What is it?
It is a small area that armed people leave for a known time, watched by people whom both sides could name, so that life goes on.

### Discuss: Who gains from it?
Those who live there gain at once, because they can work; those who command lose a position, and gain time to see what the other does with it.

### Evaluate: Is it worth its risk?
That depends on who watches: where the watch is believed, little is lost if it fails; where it is not, a first breach costs more than was gained before.

## Sources
- Author, Ann, 2001, *Quiet Zones*, Geneva: A Press.
- Writer, Will, 1999, "On zones", *Journal of Zones*.

## Further reading
- Reader, Rae, 2010, *More Zones*, Oslo: Another Press.
"""


def file_of(
    title: str = "Quiet zone",
    *,
    state: str = "source",
    unit: str = "de-escalation",
    also: str = "zone of quiet",
    related: str = "",
    used: str = "rules",
    body: str = BODY,
) -> str:
    """A whole term as a file."""
    head = HEAD.format(title=title, state=state, unit=unit, also=also, related=related, used=used)
    return head + body


SMALL = {
    "terms/quiet-zone.en.md": file_of(related="hot-line"),
    "terms/hot-line.en.md": file_of("Hot line", also="direct line", related="quiet-zone", unit="bargaining"),
    "terms/hot-line.ar.md": file_of(
        "الخط الساخن", state="draft", also="", related="quiet-zone", unit="bargaining"
    ),
    "courses/short.toml": """title = { en = "A short course", fr = "Un cours bref" }
about = { en = "Two terms." }
[[unit]]
key = "de-escalation"
title = { en = "De-escalation" }
[[unit]]
key = "lines"
title = { en = "Lines" }
terms = ["hot-line", "quiet-zone"]
""",
}


def forget() -> None:
    from tracktwo.learn import guide, views

    guide.shipped.cache_clear()
    guide._read.cache_clear()
    views._whole.cache_clear()


@pytest.fixture
def small_guide(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """Two terms and a course stand for what is shipped."""
    from tracktwo.learn import guide

    monkeypatch.setattr(guide, "files_shipped", lambda: SMALL)
    forget()
    yield SMALL
    forget()


@pytest.fixture
def instructor(db: Any) -> Any:
    """Somebody who may convene, and so may write."""
    from tracktwo.people.models import Person

    person = Person(handle="i" * 64, convenes=True)
    person.set_unusable_password()
    person.save()
    return person


@pytest.fixture
def seated(client: Any, instructor: Any) -> Any:
    """The instructor's browser."""
    client.force_login(instructor)
    return client
