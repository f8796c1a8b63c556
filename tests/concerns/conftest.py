"""Each test begins with no key in memory, as a server that has just started."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def no_key_at_hand() -> Iterator[None]:
    from tracktwo.vault import keys  # not before Django is loaded

    keys.forget()
    yield
    keys.forget()
