"""What the administrator chose at set-up: the name of the site and its first language.

Kept in the data directory and not in the database, which then says nothing of whose it is.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest


def _file(name: str) -> Path:
    return Path(settings.DATA) / name


def read() -> dict[str, str]:
    try:
        return dict(json.loads(_file("site.json").read_text()))
    except FileNotFoundError:
        return {}


def write(*, name: str, language: str) -> None:
    _write_private(_file("site.json"), json.dumps({"name": name, "language": language}))


def context(request: HttpRequest) -> dict[str, Any]:
    return {"site_name": read().get("name") or settings.SITE_NAME}


def new_set_up_token() -> str:
    """The one-time token of the set-up page; only its hash is kept."""
    token = secrets.token_urlsafe(24)
    _write_private(_file("set-up"), hashlib.sha256(token.encode()).hexdigest())
    return token


def token_opens(token: str) -> bool:
    try:
        kept = _file("set-up").read_text()
    except FileNotFoundError:
        return False
    return hmac.compare_digest(kept, hashlib.sha256(token.encode("utf-8", "replace")).hexdigest())


def close_set_up() -> None:
    _file("set-up").unlink(missing_ok=True)


def _write_private(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
