"""What a process can begin from: templates as text, and the ground rules under the Chatham House Rule."""

from __future__ import annotations

from functools import cache

from tracktwo.content.scenarios.reading import load_rules


@cache
def chatham() -> dict[str, str]:
    """The ground rules under the Chatham House Rule, as text, in each language."""
    return {
        language: "\n\n".join(f"{one.number}. {one.title}\n{one.text}" for one in version.articles)
        for language, version in load_rules("chatham").items()
    }
