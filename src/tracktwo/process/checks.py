"""What is checked before the doors open."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import Error
from django.db import connections

from tracktwo.process import rules
from tracktwo.process.models import Process, Seat


def one_click_only_where_nothing_is_real(databases: Any = None, **_options: Any) -> list[Error]:
    """A seat anybody may take in one click stands only in a demo or an exercise; a demo only under `tracktwo demo`."""
    if not databases or Seat._meta.db_table not in connections["default"].introspection.table_names():
        return []
    found = []
    if Seat.unscoped.filter(one_click=True).exclude(process__kind__in=rules.OPEN_KINDS).exists():
        found.append(
            Error(
                "A process with real seats has a seat that anybody may take in one click.",
                hint="Take `one_click` from that seat, or make the process an exercise.",
                id="tracktwo.E002",
            )
        )
    if not settings.DEMO and Process.unscoped.filter(kind=rules.Kind.DEMO).exists():
        found.append(
            Error(
                "This database holds the demo process, whose seats are open to anybody.",
                hint="Start it with `tracktwo demo`, or use another data directory.",
                id="tracktwo.E003",
            )
        )
    return found
