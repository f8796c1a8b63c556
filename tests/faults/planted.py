"""Faults planted into a server on purpose: each must make the test that looks for it fail."""

from __future__ import annotations

import queue
import threading
import time
from typing import Any

BEHIND = 0.15  # seconds: what a server that commits later loses when it dies


def acknowledge_before_commit() -> None:
    """Answer at once, commit a moment later."""
    from tracktwo.statements import acts

    honest, waiting = acts.vote, queue.SimpleQueue[tuple[float, dict[str, Any]]]()

    def later() -> None:
        while True:
            asked, named = waiting.get()
            time.sleep(max(0.0, asked + BEHIND - time.monotonic()))
            honest(**named)

    threading.Thread(target=later, daemon=True).start()
    acts.vote = lambda **named: waiting.put((time.monotonic(), named))
