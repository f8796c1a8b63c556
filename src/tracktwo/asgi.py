"""The server's entrance: pages through Django's WSGI handler in a fixed pool of threads, streams through its ASGI one.

Django behind ASGI starts threads for each request and keeps no database connection; through the WSGI handler the
same pages cost less than half, and a2wsgi does the bridging. A stream stays open for hours, which a fixed pool
could not bear. One process, one port. See the decision records 2 and 17.
"""

from __future__ import annotations

import os
import re
from typing import Any

from a2wsgi import WSGIMiddleware
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application

STREAMS = re.compile(r"/p/[0-9a-f-]{36}/rooms/[0-9a-f-]{36}/live/")


class Entrance:
    """Sends each request where it is served: an address of a stream to `streams`, all others to `pages`."""

    def __init__(self, pages: Any, streams: Any) -> None:
        self.pages, self.streams = pages, streams

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        streams = scope["type"] == "http" and STREAMS.fullmatch(scope["path"])
        await (self.streams if streams else self.pages)(scope, receive, send)


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracktwo.settings")
application = Entrance(
    pages=WSGIMiddleware(get_wsgi_application(), workers=8),  # type: ignore[arg-type]
    streams=get_asgi_application(),
)
