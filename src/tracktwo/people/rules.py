"""What a user name and a site name may be. Pure."""

from __future__ import annotations

from tracktwo.errors import Refusal, gettext_noop

SHORTEST_NAME, LONGEST_NAME = 3, 60


def may_be_called(user_name: str) -> None:
    if not SHORTEST_NAME <= len(user_name.strip()) <= LONGEST_NAME:
        raise Refusal(
            gettext_noop("A user name has from %(fewest)s to %(most)s characters."),
            fewest=SHORTEST_NAME,
            most=LONGEST_NAME,
        )
