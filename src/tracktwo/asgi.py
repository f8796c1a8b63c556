"""The server's entrance: pages through Django's WSGI handler in a fixed pool of threads.

Django behind ASGI starts threads for each request and keeps no database connection; through the
WSGI handler the same pages cost less than half. a2wsgi does the bridging. See the decision record.
"""

from __future__ import annotations

import os

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracktwo.settings")
application = WSGIMiddleware(get_wsgi_application(), workers=8)  # type: ignore[arg-type]
