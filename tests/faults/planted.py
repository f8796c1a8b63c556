"""Faults planted into a server on purpose: each must make the test that looks for it fail."""

from __future__ import annotations

import os
import queue
import signal
import threading
import time
from typing import Any, NoReturn

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


def die_before_the_link_key_is_destroyed() -> None:
    """What was closed is kept; the key that ties ballots to seats is there still."""
    from tracktwo.vault.keystore import Keystore

    Keystore.destroy_link = _die  # type: ignore[method-assign]


def die_before_the_keys_are_erased() -> None:
    """What was erased says so; its keys are there still."""
    from tracktwo.vault import keys

    keys.erase = _die


def die_before_the_ballots_are_cast() -> None:
    """An import with its statements written and no vote yet."""
    from tracktwo.statements import acts

    acts.cast = _die


def die_before_the_figures_are_stored() -> None:
    """An import with all its votes, a moment before it is whole."""
    from tracktwo.statements import analysis

    analysis.run = _die


def _die(*_given: object, **_named: object) -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError
