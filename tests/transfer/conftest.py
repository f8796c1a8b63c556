"""A table at which there is something to print, to type in, to show and to brief about."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def table() -> Any:
    """Two sides of four, a voter, three statements, in the phase in which people vote."""
    from tests.transfer.tables import sat_down  # not before Django is loaded

    return sat_down()
