"""What the cast has of needs and fears, what was restated, ideas, constraints, reassurances, re-entry: a word planted in each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cast import Cast


def plant(cast: Cast) -> None:
    """In the process of the cast, by acts."""
