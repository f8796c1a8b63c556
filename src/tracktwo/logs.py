"""Logs that tell what happened and never to whom, from where, or when exactly."""

from __future__ import annotations

import datetime
import logging
import traceback


class Discreet(logging.Formatter):
    """Writes the day, the level, the logger, the message's template and where an error stood.

    The values of a message (a path with a code in it, a person's text, an address) are left out
    here, at the one place every line passes, and so is the text of an exception.
    """

    def format(self, record: logging.LogRecord) -> str:
        day = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
        template = record.msg if isinstance(record.msg, str) and not record.exc_info else record.name
        line = f"{day} {record.levelname} {record.name}: {template if self._is_ours(record) else '(details left out)'}"
        return line + self._trace(record)

    def _is_ours(self, record: logging.LogRecord) -> bool:
        # Only a template whose values come apart from it is known to hold none: others may be joined text.
        return bool(record.args) or record.name.startswith(("tracktwo", "uvicorn.error"))

    def _trace(self, record: logging.LogRecord) -> str:
        if not record.exc_info or record.exc_info[0] is None:
            return ""
        frames = traceback.extract_tb(record.exc_info[2])
        places = "".join(f"\n  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames)
        return f"\n  {record.exc_info[0].__name__}{places}"
